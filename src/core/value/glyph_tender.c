
#include "value/glyph_tender.h"


typedef struct {
    const char  *language;
    const char  *currencies;
} glyph_tender_spoken_t;


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
    { "pl", "PLN" },
    { "pt", "EURBRLAOAMZNCVE" },
    { "ro", "RONMDLEUR" },
    { "ru", "RUBBYNKZTUAHKGS" },
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
        t->dollars = 1;
    }

    p = glyph_tender_currencies(language);

    if (p == NULL || glyph_tender_in(p, t->assumed)) {
        return;
    }

    t->against = 1;

    for ( /* void */ ; *p; p += 3) {
        t->dollars |= glyph_currency_shares(GLYPH_SIGN_DOLLAR, p);
    }
}


void
glyph_tender_beside(glyph_tender_t *t, const char *code)
{
    if (memcmp(code, t->assumed, sizeof(t->assumed)) != 0
        && glyph_currency_shares(GLYPH_SIGN_DOLLAR, code))
    {
        t->dollars = 1;
    }
}


glyph_code_e
glyph_tender_settle(const glyph_tender_t *t, const char *row,
    glyph_money_t *price)
{
    int  known, doubted;

    if (row[0] && !glyph_tender_unknown(row)) {
        return glyph_money_settle(price, row);
    }

    known = price->currency[0] && price->sign == GLYPH_SIGN_NONE;

    if (known
        || (row[0] == '\0' && (glyph_tender_file(t->header, price)
                               || glyph_tender_file(t->asked, price))))
    {
        return GLYPH_CODE_OK;
    }

    doubted = row[0] || (t->asked[0] == '\0' && t->dollars
                         && price->sign == GLYPH_SIGN_DOLLAR);

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

    price->assumed = !doubted && !t->against && t->asked[0] == '\0'
                     && (price->sign == GLYPH_SIGN_NONE
                         || glyph_currency_shares(price->sign, t->assumed));

    memcpy(price->currency, price->assumed ? t->assumed : "XXX",
           sizeof(price->currency));

    return GLYPH_CODE_OK;
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
