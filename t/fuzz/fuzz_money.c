/*
 * The price parser: a price that is taken is 0.01 .. 9,999,999,999.99; it
 * survives being written and read again, in each of the usual writings; and a
 * minus or a second price makes it one no more.
 *
 *   byte 0  the habit of the column
 *   byte 1  the currency of the row
 */

#include <stdio.h>

#include "fuzz.h"
#include "value/glyph_money.h"
#include "value/glyph_tender.h"


#define TEXT_MAX  512


static void price(const glyph_str_t *text, glyph_decimal_e habit);
static void price_same(const glyph_str_t *text, glyph_decimal_e habit,
    const glyph_money_t *money);
static void price_written(const glyph_money_t *money);
static void price_not(const glyph_str_t *text, glyph_decimal_e habit,
    const char *before, const char *between);
static void price_settled(const glyph_money_t *money, const char *code);
static void price_tendered(const glyph_money_t *money, const char *code);
static void currency(const glyph_str_t *text, char code[4]);
static glyph_code_e parse(const char *text, glyph_decimal_e habit,
    glyph_money_t *money);
static void check_money(const glyph_money_t *money);
static void check_currency(const char *code);


static const glyph_decimal_e  habits[] = {
    GLYPH_DECIMAL_UNKNOWN, GLYPH_DECIMAL_POINT, GLYPH_DECIMAL_COMMA
};

/* one of each kind */
static const char *const  codes[] = {
    "", "USD", "EUR", "CAD", "JPY", "SEK", "KWD", "TND", "INR", "CLP", "CHF"
};


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char             code[4];
    fuzz_in_t        in;
    const char      *given;
    glyph_str_t      text;
    glyph_code_e     rc;
    glyph_money_t    money;
    glyph_decimal_e  habit;

    in.data = data;
    in.len = size;

    habit = habits[fuzz_byte(&in) % 3];
    given = codes[fuzz_byte(&in) % (sizeof(codes) / sizeof(codes[0]))];

    text.data = fuzz_copy(in.data, in.len);
    text.len = in.len;

    memset(&money, 0xa5, sizeof(glyph_money_t));

    rc = glyph_money_parse(&text, habit, &money);

    switch (rc) {

    case GLYPH_CODE_OK:
        check_money(&money);
        price(&text, habit);
        price_written(&money);

        if (given[0]) {
            price_settled(&money, given);
        }

        price_tendered(&money, given);
        break;

    case GLYPH_ROW_PRICE_MISSING:
    case GLYPH_ROW_PRICE_INVALID:
    case GLYPH_ROW_PRICE_NEGATIVE:
    case GLYPH_ROW_PRICE_ZERO:
    case GLYPH_ROW_PRICE_RANGE:
    case GLYPH_ROW_PRICE_SEVERAL:
    case GLYPH_ROW_PRICE_LIMIT:
    case GLYPH_ROW_PRICE_TOO_LARGE:
        break;

    default:
        fuzz_check(0, "code %d", rc);
    }

    currency(&text, code);

    free(text.data);

    return 0;
}


/* What the text says is said by it alone, and by it with space around. */

static void
price(const glyph_str_t *text, glyph_decimal_e habit)
{
    char             padded[TEXT_MAX];
    glyph_str_t      t;
    glyph_money_t    money;
    glyph_decimal_e  proved;

    fuzz_check(glyph_money_parse(text, habit, &money) == GLYPH_CODE_OK,
               "not a second time");

    price_same(text, habit, &money);

    if (text->len + 4 <= TEXT_MAX) {
        t.data = (unsigned char *) padded;
        t.len = text->len + 4;

        memcpy(padded, " \t", 2);
        memcpy(padded + 2, text->data, text->len);
        memcpy(padded + 2 + text->len, "\xc2\xa0", 2);

        price_same(&t, habit, &money);
    }

    /* what proves a habit needs none to be read */

    proved = glyph_money_habit(text);

    if (proved != GLYPH_DECIMAL_UNKNOWN) {
        fuzz_check(glyph_money_parse(text, GLYPH_DECIMAL_UNKNOWN, &money)
                   == GLYPH_CODE_OK, "it proves %d, but is no price", proved);

        price_same(text, proved, &money);
    }

    price_not(text, habit, "-", NULL);
    price_not(text, habit, "", " / ");
    price_not(text, habit, "", " - ");
}


static void
price_same(const glyph_str_t *text, glyph_decimal_e habit,
    const glyph_money_t *money)
{
    glyph_money_t  again;

    fuzz_check(glyph_money_parse(text, habit, &again) == GLYPH_CODE_OK,
               "\"%.*s\" with habit %d is no price", (int) text->len,
               text->data, habit);
    fuzz_check(again.cents == money->cents
               && memcmp(again.currency, money->currency, 4) == 0
               && again.sign == money->sign,
               "\"%.*s\" with habit %d: %lld \"%s\" %d, not %lld \"%s\" %d",
               (int) text->len, text->data, habit,
               (long long) again.cents, again.currency, again.sign,
               (long long) money->cents, money->currency, money->sign);
}


/* With two fraction digits nothing is left to guess. */

static void
price_written(const glyph_money_t *money)
{
    int            n;
    char           groups[32], text[64], *p;
    size_t         i, j;
    long long      whole, cents;
    glyph_money_t  again;

    static const char *const  formats[] = {
        "%s %lld.%02lld", "%s %lld,%02lld", "%s%lld.%02lld", "%s %lld.%02lld0"
    };

    static const char  marks[][2] = {
        { ',', '.' }, { '.', ',' }, { ' ', ',' }, { ' ', '.' },
        { '\'', '.' }
    };

    whole = money->cents / 100;
    cents = money->cents % 100;

    for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {

        /* a third digit of fraction is no guess only where it is in use */

        if (i == 3 && whole > 0 && whole < 1000) {
            continue;
        }

        snprintf(text, sizeof(text), formats[i], money->currency, whole,
                 cents);

        for (j = 0; j < 3; j++) {
            fuzz_check(parse(text, habits[j], &again) == GLYPH_CODE_OK
                       && again.cents == money->cents && !again.ambiguous
                       && memcmp(again.currency, money->currency, 4) == 0,
                       "\"%s\" with habit %d: not %lld \"%s\"", text,
                       habits[j], (long long) money->cents, money->currency);
        }
    }

    /* the same with its thousands apart */

    n = snprintf(text, sizeof(text), "%lld", whole);

    for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        p = groups;

        for (j = 0; j < (size_t) n; j++) {

            if (j && (n - j) % 3 == 0) {
                *p++ = marks[i][0];
            }

            *p++ = text[j];
        }

        snprintf(p, groups + sizeof(groups) - p, "%c%02lld", marks[i][1],
                 cents);

        fuzz_check(parse(groups, habits[i % 3], &again) == GLYPH_CODE_OK
                   && again.cents == money->cents && !again.ambiguous,
                   "\"%s\": not %lld", groups, (long long) money->cents);
    }
}


/* The price with a text before, or twice with a text between, is none. */

static void
price_not(const glyph_str_t *text, glyph_decimal_e habit, const char *before,
    const char *between)
{
    char           joined[TEXT_MAX];
    size_t         n;
    glyph_str_t    t;
    glyph_money_t  money;

    if (2 * text->len + 8 > TEXT_MAX) {
        return;
    }

    n = snprintf(joined, 8, "%s", before);
    memcpy(joined + n, text->data, text->len);
    n += text->len;

    if (between) {
        n += snprintf(joined + n, 8, "%s", between);
        memcpy(joined + n, text->data, text->len);
        n += text->len;
    }

    t.data = (unsigned char *) joined;
    t.len = n;

    fuzz_check(glyph_money_parse(&t, habit, &money) != GLYPH_CODE_OK,
               "\"%.*s\" is %lld", (int) n, joined, (long long) money.cents);
}


static void
price_settled(const glyph_money_t *money, const char *code)
{
    char            text[64];
    glyph_code_e    rc;
    glyph_money_t   settled, again;

    settled = *money;

    rc = glyph_money_settle(&settled, code);

    if (rc != GLYPH_CODE_OK) {
        fuzz_check(rc == GLYPH_ROW_CURRENCY_CONFLICT, "code %d", rc);
        fuzz_check(money->currency[0] || money->sign,
                   "nothing was said that could conflict");
        return;
    }

    check_money(&settled);

    fuzz_check(settled.cents == money->cents, "another amount");
    fuzz_check(!settled.ambiguous || money->ambiguous, "a guess now");
    fuzz_check(memcmp(settled.currency, code, 4) == 0,
               "\"%s\" with \"%s\" became \"%s\"", money->currency, code,
               settled.currency);

    /* as the listing says it, it is read as this listing */

    snprintf(text, sizeof(text), "%lld.%02lld %s",
             (long long) settled.cents / 100,
             (long long) settled.cents % 100, settled.currency);

    fuzz_check(parse(text, GLYPH_DECIMAL_COMMA, &again) == GLYPH_CODE_OK
               && glyph_money_settle(&again, settled.currency)
                  == GLYPH_CODE_OK
               && again.cents == settled.cents
               && memcmp(again.currency, settled.currency, 4) == 0,
               "\"%s\" is not what it says", text);
}


/* Of the file, of the request, or assumed: there is one then, if only XXX. */

static void
price_tendered(const glyph_money_t *money, const char *code)
{
    int             i;
    glyph_money_t   settled;
    glyph_tender_t  tender;

    static const char  none[4];

    for (i = 0; i < 3; i++) {
        glyph_tender_init(&tender, i == 0 ? code : none, i == 1 ? code : none,
                          i == 2 ? code : none);
        glyph_tender_doubt(&tender, "es", GLYPH_DECIMAL_COMMA);

        settled = *money;

        fuzz_check(glyph_tender_settle(&tender, none, &settled)
                   == GLYPH_CODE_OK, "a file is in conflict");
        fuzz_check(settled.currency[0] && settled.cents == money->cents,
                   "no currency");
        fuzz_check(money->currency[0] == '\0' || money->sign
                   || memcmp(money->currency, settled.currency, 4) == 0,
                   "\"%s\" became \"%s\"", money->currency,
                   settled.currency);
        check_currency(settled.currency);
    }
}


static void
currency(const glyph_str_t *text, char code[4])
{
    char          again[4];
    glyph_str_t   name;
    glyph_code_e  rc;

    rc = glyph_currency_parse(text, code);

    if (rc != GLYPH_CODE_OK) {
        fuzz_check(rc == GLYPH_WARN_CURRENCY_INVALID, "code %d", rc);
        return;
    }

    check_currency(code);

    name.data = (unsigned char *) code;
    name.len = strlen(code);

    fuzz_check(glyph_currency_parse(&name, again) == GLYPH_CODE_OK
               && strcmp(again, code) == 0, "\"%s\" is no currency", code);
}


static glyph_code_e
parse(const char *text, glyph_decimal_e habit, glyph_money_t *money)
{
    glyph_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return glyph_money_parse(&s, habit, money);
}


static void
check_money(const glyph_money_t *money)
{
    fuzz_check(money->cents > 0 && money->cents <= GLYPH_MONEY_MAX_CENTS,
               "%lld cents", (long long) money->cents);
    fuzz_check(money->sign <= GLYPH_SIGN_LEU, "sign %d", money->sign);

    check_currency(money->currency);
}


/* Three capitals, or nothing; and in any case a NUL. */

static void
check_currency(const char *code)
{
    int  i;

    if (code[0] == '\0') {
        return;
    }

    for (i = 0; i < 3; i++) {
        fuzz_check(code[i] >= 'A' && code[i] <= 'Z', "currency byte 0x%02x",
                   (unsigned char) code[i]);
    }

    fuzz_check(code[3] == '\0', "no end");
}
