/*
 * In which currency a file's prices are: what a row says of it joined with
 * what the file and the request say.  The first of these that says one counts:
 *
 *   the cell        "700 €", "$700" unless one of the others has this sign
 *   the row         its currency column
 *   the header      "Price (EUR)"
 *   the request     ?currency=EUR
 *   the location    glyph_default_currency: it is assumed, where nothing
 *                   speaks against it
 *
 * Else it is unknown: XXX, as ISO 4217 has it, which has no rate.
 */

#ifndef GLYPH_TENDER_H_INCLUDED
#define GLYPH_TENDER_H_INCLUDED

#include "value/glyph_money.h"


/* Each a code or ""; but "assumed", which may be XXX: nothing is. */

typedef struct {
    char      header[4];
    char      asked[4];
    char      assumed[4];
    unsigned  against:1;        /* something speaks against "assumed" */
    unsigned  dollars:1;        /* … if the sign is a dollar's */
} glyph_tender_t;


/* Of a file; what the sample knows comes later.  "assumed" "" is USD. */
void glyph_tender_init(glyph_tender_t *t, const char *header,
    const char *asked, const char *assumed);

/*
 * The name of the price's column is of that language ("de"), the prices have
 * this decimal mark: either may speak against what would be assumed.
 */
void glyph_tender_doubt(glyph_tender_t *t, const char *language,
    glyph_decimal_e habit);

/*
 * A price of the file says this currency for sure: if it has a sign that is
 * also that of the one assumed, the bare sign is in doubt.
 */
void glyph_tender_beside(glyph_tender_t *t, const char *code);

/*
 * "row" is what the row's currency column says: a code, XXX, or "".  Sets the
 * currency, which is never "" then, and whether it is assumed.
 * GLYPH_CODE_OK, or GLYPH_ROW_CURRENCY_CONFLICT if cell and column differ.
 */
glyph_code_e glyph_tender_settle(const glyph_tender_t *t, const char *row,
    glyph_money_t *price);

/* Whether a currency is XXX. */
int glyph_tender_unknown(const char *code);

#endif /* GLYPH_TENDER_H_INCLUDED */
