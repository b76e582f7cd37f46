/*
 * The words around a price: each word's class is a set of these.
 */

#ifndef GLYPH_MONEY_WORDS_H_INCLUDED
#define GLYPH_MONEY_WORDS_H_INCLUDED

#include "text/glyph_phrase.h"


/* it changes nothing */
#define GLYPH_MONEY_HARMLESS  0x01

/* nor does this, but with a bare number that is not "per" it: "5 pcs" */
#define GLYPH_MONEY_UNIT      0x02
#define GLYPH_MONEY_PER       0x04

/* what a rate in percent may be of: "incl. 19% MwSt." */
#define GLYPH_MONEY_TAX       0x08

/* the amount is a limit, or not what is asked now */
#define GLYPH_MONEY_LIMIT     0x10

/* likewise; and between two amounts it makes a range of them */
#define GLYPH_MONEY_RANGE     0x20


extern const glyph_phrase_t  glyph_money_words[];
extern const size_t  glyph_money_words_n;

#endif /* GLYPH_MONEY_WORDS_H_INCLUDED */
