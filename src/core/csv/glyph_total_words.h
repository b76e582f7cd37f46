/*
 * What stands in the first cell of a line that sums up those above it.
 */

#ifndef GLYPH_TOTAL_WORDS_H_INCLUDED
#define GLYPH_TOTAL_WORDS_H_INCLUDED

#include "text/glyph_phrase.h"


#define GLYPH_TOTAL_LINE  1


extern const glyph_phrase_t  glyph_total_words[];
extern const size_t  glyph_total_words_n;

#endif /* GLYPH_TOTAL_WORDS_H_INCLUDED */
