/*
 * The words around a price: each word's class is a set of these.
 */

#ifndef GLYPH_MONEY_WORDS_H_INCLUDED
#define GLYPH_MONEY_WORDS_H_INCLUDED

#include "text/glyph_phrase.h"


/* it changes nothing */
#define GLYPH_MONEY_HARMLESS  0x0001

/* nor does this, but with a bare number that is not "per" it: "5 pcs" */
#define GLYPH_MONEY_UNIT      0x0002
#define GLYPH_MONEY_PER       0x0004

/* what a rate in percent may be of: "incl. 19% MwSt." */
#define GLYPH_MONEY_TAX       0x0008

/* the amount is a limit, or not what is asked now */
#define GLYPH_MONEY_LIMIT     0x0010

/* likewise; and between two amounts it makes a range of them */
#define GLYPH_MONEY_RANGE     0x0020

/* the next amount is what was asked before, or what is spared */
#define GLYPH_MONEY_OLD       0x0040
#define GLYPH_MONEY_SAVED     0x0080

/* the amount before is spared: "$50 off" */
#define GLYPH_MONEY_OFF       0x0100

/* an amount beside it is what sending costs; without one it is harmless */
#define GLYPH_MONEY_SHIPPING  0x0200

/* the number before counts something else: "9 offers" */
#define GLYPH_MONEY_COUNT     0x0400

/* of a card's name, as is a number beside it: "RTX 3080 $450" */
#define GLYPH_MONEY_NAME      0x0800

/* what "to" leads to that is no amount: "do negocjacji" */
#define GLYPH_MONEY_TALK      0x1000


extern const glyph_phrase_t  glyph_money_words[];
extern const size_t  glyph_money_words_n;

#endif /* GLYPH_MONEY_WORDS_H_INCLUDED */
