/*
 * Titles in which no model was found, mended: digits typed as letters,
 * letters swapped, part numbers that hold the model.
 */

#ifndef GLYPH_MEND_H_INCLUDED
#define GLYPH_MEND_H_INCLUDED

#include "title/glyph_index.h"
#include "text/glyph_token.h"


/*
 * Mends the words of ts in place and cuts it into tokens again; "card" tells
 * that other words of the title are about cards.  Returns whether anything was
 * changed; the caller reads it again then.
 */
int glyph_mend(const glyph_index_t *index, glyph_tokens_t *ts, int card);

#endif /* GLYPH_MEND_H_INCLUDED */
