/*
 * Names of columns that have a seller's own number of what he sells, folded as
 * those of a header are.
 */

#ifndef GLYPH_IDENTITY_WORDS_H_INCLUDED
#define GLYPH_IDENTITY_WORDS_H_INCLUDED

#include "text/glyph_phrase.h"


#define GLYPH_SKU_NAME  0       /* there is one class only */


extern const glyph_phrase_t  glyph_sku_words[];
extern const size_t  glyph_sku_words_n;

#endif /* GLYPH_IDENTITY_WORDS_H_INCLUDED */
