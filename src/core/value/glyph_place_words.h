/*
 * Places, by what is paid with there, where that has a sign which others share:
 * countries, and the ends of their hosts.
 */

#ifndef GLYPH_PLACE_WORDS_H_INCLUDED
#define GLYPH_PLACE_WORDS_H_INCLUDED

#include "value/glyph_currency_words.h"


extern const glyph_currency_word_t  glyph_place_words[];
extern const size_t  glyph_place_words_n;

extern const glyph_currency_word_t  glyph_place_domains[];
extern const size_t  glyph_place_domains_n;

#endif /* GLYPH_PLACE_WORDS_H_INCLUDED */
