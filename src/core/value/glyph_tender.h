/*
 * In which currency a file's prices are: what a row says of it joined with
 * what the file and the request say.  The first of these that says one counts:
 *
 *   the cell        "700 €", "$700" unless one of the others has this sign
 *   the row         its currency column
 *   the header      "Price (EUR)"; a sign there is one of each cell that
 *                   has none
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
    unsigned  sign;             /* glyph_sign_e, if "header" is but what that
                                   usually stands for: "Price ($)" */
    unsigned  against:1;        /* something speaks against "assumed" */
    unsigned  doubted;          /* signs that may mean another one than usual:
                                   a bit for each */
    size_t    same;             /* prices of the sample that say "assumed", */
    size_t    others;           /* and those that say others */
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

/* The header's currency is what that sign, which others share, stands for. */
void glyph_tender_sign(glyph_tender_t *t, glyph_sign_e sign);

/*
 * A price of the sample says this currency, or its row does, by such a sign or
 * for sure: if most say others than the one assumed, those that say nothing are
 * not taken for that; if it shares its sign with another that is there for
 * sure, the bare sign is in doubt.
 */
void glyph_tender_beside(glyph_tender_t *t, const char *code,
    glyph_sign_e sign);

/* Most of the sample is of a place where this is paid with. */
void glyph_tender_place(glyph_tender_t *t, const char *code);

/* Whether something speaks against the one that would be assumed. */
int glyph_tender_against(const glyph_tender_t *t);

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
