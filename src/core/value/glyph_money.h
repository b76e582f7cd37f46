/*
 * Prices as sellers write them: "$1,299.99", "1.299,00 €", "1 299,00 zł",
 * "USD 1299", "US $45.00", "C$1,019.78".
 */

#ifndef GLYPH_MONEY_H_INCLUDED
#define GLYPH_MONEY_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_code.h"
#include "value/glyph_currency.h"


#define GLYPH_MONEY_MAX_CENTS  999999999999LL   /* numeric(12,2) */


typedef struct {
    int64_t  cents;             /* 1 .. GLYPH_MONEY_MAX_CENTS */
    char     currency[4];       /* ISO 4217, or "" when none is stated */
    unsigned assumed:1;         /* … and it is: see glyph_tender.h */
    unsigned ambiguous:1;       /* one separator, three digits: a guess */
    unsigned exponent:1;        /* "7E+02": digits may have been lost */
    unsigned char mark;         /* … and the separator: '.', ',' or ' ' */
    unsigned sign:4;            /* glyph_sign_e: the currency was written in
                                   a way that others share ("$", "kr") */
} glyph_money_t;


/*
 * Reads one price.  "habit" is what the request, or the rest of the column,
 * says of the decimal mark.  Nothing is rounded: a third fraction digit that is
 * not 0 is GLYPH_ROW_PRICE_PRECISION.  Of two amounts one is the price if words
 * say what the other is: what was asked before, what is spared, what sending
 * costs.  Returns GLYPH_CODE_OK or a GLYPH_ROW_PRICE_… code; *money is set
 * only on GLYPH_CODE_OK.
 */
glyph_code_e glyph_money_parse(const glyph_str_t *text,
    glyph_decimal_e habit, glyph_money_t *money);

/*
 * The same of a JSON number (RFC 8259, 6), whose point is a decimal point:
 * 1.299 is GLYPH_ROW_PRICE_PRECISION, 1e3 is 1000.
 */
glyph_code_e glyph_money_number(const glyph_str_t *text,
    glyph_money_t *money);


/* The digits behind the cents, one after the other; all 0 at first. */

typedef struct {
    size_t           n;
    size_t           zeros;     /* so many at the beginning are 0 */
    size_t           nines;
} glyph_money_rest_t;

void glyph_money_rest_digit(glyph_money_rest_t *rest, unsigned digit);

/*
 * Whether they say nothing: they are 0, or what sums of binary floating point
 * leave of cents, 19.990000000000002 or 19.989999999999998, for which a cent is
 * added.
 */
int glyph_money_rest(const glyph_money_rest_t *rest, int64_t *cents);

/*
 * What one value alone proves about its column's decimal mark, for example
 * "1.299,00" and "12,5" GLYPH_DECIMAL_COMMA, "1,299" nothing.
 */
glyph_decimal_e glyph_money_habit(const glyph_str_t *text);

/*
 * Joins a price with what its currency column, or the file, says: "code" is
 * an ISO 4217 code.  A shared sign yields to a code that it may stand
 * for ("$" in a CAD row is CAD); a guess is none any more if it follows the
 * currency's habit.  Returns GLYPH_CODE_OK, or GLYPH_ROW_CURRENCY_CONFLICT if
 * they differ.
 */
glyph_code_e glyph_money_settle(glyph_money_t *money, const char *code);

#endif /* GLYPH_MONEY_H_INCLUDED */
