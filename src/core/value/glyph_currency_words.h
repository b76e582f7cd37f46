/*
 * What currencies are called, and the countries that stand before, or behind,
 * a sign that several share.
 */

#ifndef GLYPH_CURRENCY_WORDS_H_INCLUDED
#define GLYPH_CURRENCY_WORDS_H_INCLUDED

#include "value/glyph_currency.h"


typedef struct {
    const char     *word;       /* folded */
    char            code[4];    /* "": none is usual */
    unsigned char   sign;       /* glyph_sign_e, of what is shared */
} glyph_currency_word_t;


extern const glyph_currency_word_t  glyph_currency_words[];
extern const size_t  glyph_currency_words_n;

extern const glyph_currency_word_t  glyph_currency_countries[];
extern const size_t  glyph_currency_countries_n;

#endif /* GLYPH_CURRENCY_WORDS_H_INCLUDED */
