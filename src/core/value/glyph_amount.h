/*
 * The number in a price: its digits, the marks between their groups, and what
 * they come to.
 */

#ifndef GLYPH_AMOUNT_H_INCLUDED
#define GLYPH_AMOUNT_H_INCLUDED

#include "value/glyph_money.h"


#define GLYPH_AMOUNT_DIGITS  24
#define GLYPH_AMOUNT_GROUPS  10


/* The digits of an amount, and what separates their groups. */

typedef struct {
    unsigned char    digit[GLYPH_AMOUNT_DIGITS];
    unsigned char    len[GLYPH_AMOUNT_GROUPS];
    unsigned char    mark[GLYPH_AMOUNT_GROUPS];     /* before the group */
    size_t           ngroups;
    size_t           ndigits;       /* may exceed GLYPH_AMOUNT_DIGITS */
    unsigned         bad:1;
    unsigned         thousands:1;   /* "10K" */
} glyph_amount_t;


/*
 * Reads the amount of a folded text that begins at *pos, with a digit or with
 * a mark and a digit, and moves *pos behind it.
 */
void glyph_amount_read(glyph_amount_t *a, const unsigned char **pos,
    const unsigned char *last);

/*
 * The value of a digit of any common script, *p is moved behind it; -1 if it
 * is none.
 */
int glyph_amount_digit(const unsigned char **p, const unsigned char *last);

/*
 * Sets the cents, and whether they are in doubt, for the currency that *money
 * has.  Returns GLYPH_CODE_OK or a GLYPH_ROW_PRICE_… code.
 */
glyph_code_e glyph_amount_cents(const glyph_amount_t *a,
    glyph_decimal_e habit, glyph_money_t *money);

#endif /* GLYPH_AMOUNT_H_INCLUDED */
