/*
 * Words in the name of a column that make it another one than it is without
 * them.
 */

#ifndef GLYPH_HEADER_WORDS_H_INCLUDED
#define GLYPH_HEADER_WORDS_H_INCLUDED

#include "text/glyph_phrase.h"


/* no price that is asked: "net", "old", "purchase", "shipping" */
#define GLYPH_HEADER_OTHER  0x01

/* before "name": no name of a thing */
#define GLYPH_HEADER_OWNER  0x02


extern const glyph_phrase_t  glyph_header_words[];
extern const size_t  glyph_header_words_n;

#endif /* GLYPH_HEADER_WORDS_H_INCLUDED */
