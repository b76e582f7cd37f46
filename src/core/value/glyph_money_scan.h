/*
 * What is in the text of a price: the first of glyph_money.c's three steps.
 */

#ifndef GLYPH_MONEY_SCAN_H_INCLUDED
#define GLYPH_MONEY_SCAN_H_INCLUDED

#include "value/glyph_amount.h"
#include "value/glyph_currency.h"


/* No price has more amounts beside it: was, now, saved, shipping. */
#define GLYPH_MONEY_AMOUNTS  5


/* What an amount is to the price, as the words around it say. */

typedef enum {
    GLYPH_AMOUNT_ASKED = 0,
    GLYPH_AMOUNT_OLD,           /* "was $500", "UVP 500 €" */
    GLYPH_AMOUNT_SAVED,         /* "save $50" */
    GLYPH_AMOUNT_SHIPPING,      /* "+ 5.99 shipping" */
    GLYPH_AMOUNT_NOTHING        /* "9 offers", "RTX 3080" */
} glyph_amount_role_e;


typedef struct {
    glyph_amount_t          amount;
    glyph_amount_role_e     role;
    unsigned                priced:1;   /* a currency stands right beside */
    unsigned                named:1;    /* a card's name stands before */
    unsigned                inside:1;   /* of parentheses */
} glyph_money_amount_t;


typedef struct {
    const unsigned char    *p;
    const unsigned char    *start;
    const unsigned char    *last;
    glyph_money_amount_t    amount[GLYPH_MONEY_AMOUNTS];
    size_t                  amounts;    /* may exceed GLYPH_MONEY_AMOUNTS */
    glyph_currency_told_t   currency;
    size_t                  depth;      /* of parentheses */
    glyph_amount_role_e     role;       /* of the next amount */
    unsigned                bad:1;
    unsigned                limit:1;    /* "from", "~" */
    unsigned                to:1;       /* "450 to": so far */
    unsigned                talk:1;     /* … by a word, which made it a limit */
    unsigned                range:1;    /* … and another amount */
    unsigned                negative:1;
    unsigned                words:1;
    unsigned                per:1;      /* "/", "per": so far */
    unsigned                count:1;    /* a unit without it */
    unsigned                plus:1;     /* a "+" before all amounts */
    unsigned                named:1;    /* a card's name is in it */
    unsigned                sign:1;     /* the last thing was a currency */
    unsigned                open:1;     /* … or the last amount, before it */
} glyph_money_scan_t;


/*
 * Reads on from p, which is folded text, to its end, or until the text is bad:
 * no price.  All but p, start and last is zeroed at first.
 */
void glyph_money_scan(glyph_money_scan_t *s);

#endif /* GLYPH_MONEY_SCAN_H_INCLUDED */
