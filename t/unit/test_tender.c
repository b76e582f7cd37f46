/*
 * Which currency a price is in, by all that may say so.
 */

#include <stdio.h>

#include "value/glyph_tender.h"
#include "tap.h"


typedef struct {
    const char       *cell;
    const char       *want;
    int               assumed;
    const char       *row;
    const char       *header;
    const char       *asked;
    const char       *standard;     /* of the location */
    const char       *language;
    glyph_decimal_e   habit;
    const char       *beside;
    glyph_sign_e      sign;         /* of the header */
} case_t;


#define COMMA  GLYPH_DECIMAL_COMMA
#define POINT  GLYPH_DECIMAL_POINT


static const case_t  cases[] = {

    /* the cell, the row, the header, the request, the location */

    { "700", "USD", 1, .row = "" },
    { "700 EUR", "EUR", 0, .header = "GBP", .asked = "CHF", .standard = "USD" },
    { "700", "SEK", 0, .row = "SEK", .header = "GBP", .asked = "CHF",
      .standard = "USD" },
    { "700", "GBP", 0, .header = "GBP", .asked = "CHF", .standard = "USD" },
    { "700", "CHF", 0, .asked = "CHF", .standard = "USD" },
    { "700", "EUR", 1, .standard = "EUR" },
    { "700", "XXX", 0, .standard = "XXX" },
    { "700 €", "EUR", 0, .header = "USD" },
    { "700 €", "EUR", 0, .row = "XXX" },
    { "700", "XXX", 0, .row = "XXX", .header = "EUR", .asked = "EUR",
      .standard = "EUR" },
    { "$700", "XXX", 0, .row = "XXX" },

    /* a sign that others share */

    { "$700", "USD", 0, .row = "" },
    { "$700", "CAD", 0, .row = "CAD" },
    { "$700", "CAD", 0, .header = "CAD" },
    { "$700", "CAD", 0, .asked = "CAD" },
    { "$700", "CAD", 1, .standard = "CAD" },
    { "$700", "USD", 0, .asked = "EUR" },
    { "$700", "USD", 0, .header = "EUR" },
    { "$700", "USD", 0, .standard = "EUR" },
    { "US $700", "USD", 0, .standard = "CAD" },
    { "¥700", "JPY", 0, .row = "" },
    { "¥700", "CNY", 1, .standard = "CNY" },
    { "700 kr", "XXX", 0, .row = "" },
    { "700 kr", "SEK", 0, .asked = "SEK" },
    { "700 kr", "NOK", 1, .standard = "NOK" },
    { "700 kr", "XXX", 0, .asked = "EUR" },
    { "500 pesos", "XXX", 0, .row = "" },
    { "500 pesos", "MXN", 0, .header = "MXN" },

    /* what speaks against the one that would be assumed */

    { "700", "XXX", 0, .language = "de" },
    { "700", "EUR", 1, .standard = "EUR", .language = "de" },
    { "700", "CHF", 1, .standard = "CHF", .language = "de" },
    { "700", "XXX", 0, .standard = "SEK", .language = "de" },
    { "700", "USD", 1, .language = "en" },
    { "700", "USD", 1, .row = "" },
    { "700", "XXX", 0, .language = "ko" },
    { "700", "KRW", 0, .header = "KRW", .language = "ko" },
    { "700", "EUR", 0, .asked = "EUR", .language = "de" },
    { "700", "EUR", 0, .row = "EUR", .language = "de" },
    { "700 €", "EUR", 0, .language = "fr" },
    { "700", "XXX", 0, .language = "en", .habit = COMMA },
    { "700,50", "XXX", 0, .habit = COMMA },
    { "700", "EUR", 1, .standard = "EUR", .habit = COMMA },
    { "700.50", "EUR", 1, .standard = "EUR", .habit = POINT },
    { "700.50", "USD", 1, .habit = POINT },

    /* "$" beside other signs of a dollar country */

    { "$700", "USD", 0, .language = "de" },
    { "$700", "XXX", 0, .language = "es" },
    { "$700", "XXX", 0, .language = "zh" },
    { "$700", "MXN", 1, .standard = "MXN", .language = "es" },
    { "$700", "MXN", 0, .asked = "MXN", .language = "es" },
    { "$700,50", "XXX", 0, .habit = COMMA },
    { "$700", "XXX", 0, .habit = POINT, .beside = "CAD" },
    { "$700", "XXX", 0, .habit = POINT, .beside = "TWD" },
    { "$700", "USD", 0, .habit = POINT, .beside = "EUR" },
    { "$700", "USD", 0, .habit = POINT, .beside = "USD" },
    { "$700", "USD", 0, .header = "USD", .habit = POINT, .beside = "CAD" },
    { "700", "XXX", 0, .habit = POINT, .beside = "CAD" },
    { "700", "XXX", 0, .beside = "KRW" },
    { "700", "KRW", 0, .asked = "KRW", .beside = "KRW" },
    { "700", "USD", 1, .beside = "USD" },
    { "700", "EUR", 1, .standard = "EUR", .beside = "EUR" },

    /* a sign in the header is one of each cell that has none */

    { "700", "INR", 0, .header = "INR", .sign = GLYPH_SIGN_RUPEE },
    { "700", "PKR", 0, .header = "INR", .asked = "PKR",
      .sign = GLYPH_SIGN_RUPEE },
    { "700", "INR", 0, .header = "INR", .asked = "EUR",
      .sign = GLYPH_SIGN_RUPEE },
    { "700 €", "EUR", 0, .header = "INR", .sign = GLYPH_SIGN_RUPEE },
    { "700", "EUR", 0, .header = "USD", .row = "EUR",
      .sign = GLYPH_SIGN_DOLLAR },
    { "700", "USD", 0, .header = "USD", .sign = GLYPH_SIGN_DOLLAR },
    { "700", "CAD", 1, .header = "USD", .standard = "CAD",
      .sign = GLYPH_SIGN_DOLLAR },
    { "700", "XXX", 0, .header = "USD", .beside = "CAD",
      .sign = GLYPH_SIGN_DOLLAR },

    /* other signs that mean something else where the language is spoken */

    { "¥700", "JPY", 0, .language = "ja" },
    { "¥700", "XXX", 0, .language = "zh" },
    { "£700", "XXX", 0, .language = "ar" },
    { "£700", "GBP", 0, .language = "de" },
    { .cell = NULL }
};


static void
code(char out[4], const char *name)
{
    memset(out, 0, 4);

    if (name) {
        memcpy(out, name, strlen(name));
    }
}


static void
test_case(const case_t *c)
{
    char             row[4], header[4], asked[4], standard[4];
    glyph_str_t      text;
    glyph_money_t    money;
    glyph_tender_t   tender;

    code(row, c->row);
    code(header, c->header);
    code(asked, c->asked);
    code(standard, c->standard);

    glyph_tender_init(&tender, header, asked, standard);
    glyph_tender_sign(&tender, c->sign);
    glyph_tender_doubt(&tender, c->language ? c->language : "", c->habit);

    if (c->beside) {
        glyph_tender_beside(&tender, c->beside, GLYPH_SIGN_NONE);
    }

    text.data = (unsigned char *) c->cell;
    text.len = strlen(c->cell);

    is_int(glyph_money_parse(&text, c->habit, &money), GLYPH_CODE_OK,
           "\"%s\" is a price", c->cell);
    is_int(glyph_tender_settle(&tender, row, &money), GLYPH_CODE_OK,
           "that is settled");
    ok(strcmp(money.currency, c->want) == 0 && money.assumed == c->assumed,
       "row \"%s\", header \"%s\", asked \"%s\", default \"%s\", \"%s\", %d:"
       " %s (%s, %d)", row, header, asked, standard,
       c->language ? c->language : "", c->habit, c->want, money.currency,
       money.assumed);
}


static void
test_conflict(const char *cell, const char *row)
{
    glyph_str_t      text;
    glyph_money_t    money;
    glyph_tender_t   tender;

    glyph_tender_init(&tender, "\0\0\0", "\0\0\0", "\0\0\0");
    text.data = (unsigned char *) cell;
    text.len = strlen(cell);

    (void) glyph_money_parse(&text, GLYPH_DECIMAL_UNKNOWN, &money);

    is_int(glyph_tender_settle(&tender, row, &money),
           GLYPH_ROW_CURRENCY_CONFLICT, "\"%s\" is not in %s", cell, row);
}


int
main(void)
{
    const case_t  *c;

    for (c = cases; c->cell; c++) {
        test_case(c);
    }

    test_conflict("700 EUR", "USD");
    test_conflict("$700", "EUR");
    test_conflict("7 kr", "EUR");

    return tap_done();
}
