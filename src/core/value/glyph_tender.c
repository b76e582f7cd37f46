
#include "value/glyph_tender.h"


typedef struct {
    const char  *language;
    const char  *currencies;
} glyph_tender_spoken_t;


static void glyph_tender_doubt_signs(glyph_tender_t *t, const char *list);
static int glyph_tender_doubted(const glyph_tender_t *t, glyph_sign_e sign);
static int glyph_tender_file(const char *code, glyph_money_t *price);
static const char *glyph_tender_currencies(const char *language);
static int glyph_tender_in(const char *list, const char *code);


/*
 * Where a language's word for a price is no surprise.  English is none where
 * it is written by programs, so it is not here.
 */

static const glyph_tender_spoken_t  glyph_tender_spoken[] = {
    { "ar", "SARAEDEGPKWDQARBHDOMRJODIQDLBPMADTNDDZDLYDSYPYERSDG" },
    { "bg", "BGNEUR" },
    { "cs", "CZKEUR" },
    { "da", "DKK" },
    { "de", "EURCHF" },
    { "el", "EUR" },
    { "es", "EURMXNARSCLPCOPPENUYUBOBPYGCRCDOPGTQHNLNIOCUPVES" },
    { "fi", "EUR" },
    { "fr", "EURCHFCADXOFXAFXPFMADTNDDZD" },
    { "hr", "EUR" },
    { "hu", "HUF" },
    { "it", "EURCHF" },
    { "ja", "JPY" },
    { "ko", "KRW" },
    { "mk", "MKDEUR" },
    { "nl", "EURANG" },
    { "no", "NOK" },
    { "pl", "PLNCZKEURRSDBAMMKD" },
    { "pt", "EURBRLAOAMZNCVE" },
    { "ro", "RONMDLEUR" },
    { "ru", "RUBBYNKZTUAHKGSBGNRSDMKD" },
    { "sr", "RSDEUR" },
    { "sv", "SEKEURDKKNOK" },
    { "th", "THB" },
    { "tr", "TRY" },
    { "uk", "UAH" },
    { "zh", "CNYTWDHKDSGDMOP" }
};


void
glyph_tender_init(glyph_tender_t *t, const char *header, const char *asked,
    const char *assumed)
{
    memset(t, 0, sizeof(glyph_tender_t));

    memcpy(t->header, header, sizeof(t->header));
    memcpy(t->asked, asked, sizeof(t->asked));
    memcpy(t->assumed, assumed[0] ? assumed : "USD", sizeof(t->assumed));

    t->against = glyph_tender_unknown(t->assumed);
}


void
glyph_tender_doubt(glyph_tender_t *t, const char *language,
    glyph_decimal_e habit)
{
    const char  *p;

    if (habit == GLYPH_DECIMAL_COMMA
        && glyph_currency_habit(t->assumed) == GLYPH_DECIMAL_POINT)
    {
        t->against = 1;
        t->doubted |= 1u << GLYPH_SIGN_DOLLAR;
    }

    p = glyph_tender_currencies(language);

    if (p && !glyph_tender_in(p, t->assumed)) {
        t->against = 1;
        glyph_tender_doubt_signs(t, p);
    }
}


/* Of a sign that one of these has, but not the one that it usually means. */

static void
glyph_tender_doubt_signs(glyph_tender_t *t, const char *list)
{
    size_t       i, n;
    const char  *p;

    static const struct {
        glyph_sign_e  sign;
        const char   *usual;
    } signs[] = {
        { GLYPH_SIGN_DOLLAR, "USD" },
        { GLYPH_SIGN_YEN, "JPY" },
        { GLYPH_SIGN_RUPEE, "INR" },
        { GLYPH_SIGN_POUND, "GBP" },
        { GLYPH_SIGN_RUBLE, "RUB" },
        { GLYPH_SIGN_LEU, "RON" }
    };

    n = sizeof(signs) / sizeof(signs[0]);

    for (i = 0; i < n; i++) {

        if (glyph_tender_in(list, signs[i].usual)) {
            continue;
        }

        for (p = list; *p; p += 3) {
            if (glyph_currency_shares(signs[i].sign, p)) {
                t->doubted |= 1u << signs[i].sign;
            }
        }
    }
}


void
glyph_tender_sign(glyph_tender_t *t, glyph_sign_e sign)
{
    t->sign = sign;
}


void
glyph_tender_beside(glyph_tender_t *t, const char *code, glyph_sign_e sign)
{
    if (memcmp(code, t->assumed, sizeof(t->assumed)) == 0
        || glyph_currency_shares(sign, t->assumed))
    {
        t->same++;
        return;
    }

    t->others++;

    if (sign == GLYPH_SIGN_NONE) {
        glyph_tender_place(t, code);
    }
}


void
glyph_tender_place(glyph_tender_t *t, const char *code)
{
    if (memcmp(code, t->assumed, sizeof(t->assumed)) != 0
        && glyph_currency_shares(GLYPH_SIGN_DOLLAR, code))
    {
        t->doubted |= 1u << GLYPH_SIGN_DOLLAR;
    }
}


int
glyph_tender_against(const glyph_tender_t *t)
{
    return t->against || t->others > t->same;
}


glyph_code_e
glyph_tender_settle(const glyph_tender_t *t, const char *row,
    glyph_money_t *price)
{
    int  known, doubted;

    if (row[0] && !glyph_tender_unknown(row)) {
        return glyph_money_settle(price, row);
    }

    if (t->sign && price->currency[0] == '\0'
        && price->sign == GLYPH_SIGN_NONE)
    {
        memcpy(price->currency, t->header, sizeof(t->header));
        price->sign = t->sign;
    }

    known = price->currency[0] && price->sign == GLYPH_SIGN_NONE;

    if (known
        || (row[0] == '\0'
            && ((!t->sign && glyph_tender_file(t->header, price))
                || glyph_tender_file(t->asked, price))))
    {
        return GLYPH_CODE_OK;
    }

    doubted = row[0] || (t->asked[0] == '\0'
                         && glyph_tender_doubted(t, price->sign));

    /* "$" in a file of euros, or in one of which nothing is said */

    if (price->currency[0] && !doubted) {
        if (glyph_currency_shares(price->sign, t->assumed)
            && memcmp(price->currency, t->assumed, sizeof(t->assumed)) != 0)
        {
            memcpy(price->currency, t->assumed, sizeof(t->assumed));
            price->assumed = 1;
        }

        return GLYPH_CODE_OK;
    }

    price->assumed = !doubted && t->asked[0] == '\0'
                     && !glyph_tender_against(t)
                     && (price->sign == GLYPH_SIGN_NONE
                         || glyph_currency_shares(price->sign, t->assumed));

    memcpy(price->currency, price->assumed ? t->assumed : "XXX",
           sizeof(price->currency));

    return GLYPH_CODE_OK;
}


static int
glyph_tender_doubted(const glyph_tender_t *t, glyph_sign_e sign)
{
    return (t->doubted & 1u << sign) != 0;
}


/* What is said of the whole file, unless the cell's sign is another's. */

static int
glyph_tender_file(const char *code, glyph_money_t *price)
{
    if (code[0] == '\0'
        || (price->sign != GLYPH_SIGN_NONE
            && !glyph_currency_shares(price->sign, code)))
    {
        return 0;
    }

    return glyph_money_settle(price, code) == GLYPH_CODE_OK;
}


int
glyph_tender_unknown(const char *code)
{
    return memcmp(code, "XXX", sizeof("XXX")) == 0;
}


static const char *
glyph_tender_currencies(const char *language)
{
    size_t  i, n;

    n = sizeof(glyph_tender_spoken) / sizeof(glyph_tender_spoken[0]);

    for (i = 0; i < n; i++) {
        if (strcmp(glyph_tender_spoken[i].language, language) == 0) {
            return glyph_tender_spoken[i].currencies;
        }
    }

    return NULL;
}


static int
glyph_tender_in(const char *list, const char *code)
{
    for ( /* void */ ; *list; list += 3) {

        if (memcmp(list, code, 3) == 0) {
            return 1;
        }
    }

    return 0;
}
