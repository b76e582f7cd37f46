/*
 * The words around a number of things, and what is said of them: whether there
 * are any.
 */

#ifndef GLYPH_QUANTITY_WORDS_H_INCLUDED
#define GLYPH_QUANTITY_WORDS_H_INCLUDED

#include "text/glyph_phrase.h"


/* A word's class is a set of these. */

/* beside a number it leaves that a quantity; others do not ("MOQ 10") */
#define GLYPH_QUANTITY_UNIT    0x01

/* a number beside it is how many are gone */
#define GLYPH_QUANTITY_GONE    0x02

/* up to two words before what is available it denies that */
#define GLYPH_QUANTITY_DENIAL  0x04

/* what a column named "in stock" has */
#define GLYPH_QUANTITY_YES     0x08
#define GLYPH_QUANTITY_NO      0x10


extern const glyph_phrase_t  glyph_quantity_words[];
extern const size_t  glyph_quantity_words_n;


/*
 * In the order in which they decide: what denies comes before what it denies.
 * What will be available is not known to be now.
 */

typedef enum {
    GLYPH_SAYS_UNAVAILABLE = 0,
    GLYPH_SAYS_IN_STOCK,
    GLYPH_SAYS_LATER,
    GLYPH_SAYS_AVAILABLE
} glyph_availability_said_e;


extern const glyph_phrase_t  glyph_availability_words[];
extern const size_t  glyph_availability_words_n;

#endif /* GLYPH_QUANTITY_WORDS_H_INCLUDED */
