/*
 * What is in the text of a price: the first of glyph_money.c's three steps.
 */

#ifndef GLYPH_MONEY_SCAN_H_INCLUDED
#define GLYPH_MONEY_SCAN_H_INCLUDED

#include "value/glyph_amount.h"
#include "value/glyph_currency.h"


typedef struct {
    const unsigned char    *p;
    const unsigned char    *start;
    const unsigned char    *last;
    glyph_amount_t          amount;
    size_t                  amounts;
    glyph_currency_told_t   currency;
    size_t                  depth;      /* of parentheses */
    unsigned                bad:1;
    unsigned                limit:1;    /* "from", "was", "~" */
    unsigned                to:1;       /* "450 to": so far */
    unsigned                range:1;    /* … and another amount */
    unsigned                negative:1;
    unsigned                words:1;
    unsigned                per:1;      /* "/", "per": so far */
    unsigned                count:1;    /* a unit without it */
} glyph_money_scan_t;


/*
 * Reads on from p, which is folded text, to its end, or until the text is bad:
 * no price.  All but p, start and last is zeroed at first.
 */
void glyph_money_scan(glyph_money_scan_t *s);

#endif /* GLYPH_MONEY_SCAN_H_INCLUDED */
