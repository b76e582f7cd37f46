#ifndef GLYPH_REJECTED_H_INCLUDED
#define GLYPH_REJECTED_H_INCLUDED

#include "listing/glyph_listing.h"
#include "text/glyph_buf.h"


/*
 * What is wrong with a row, as it is answered and stored: an array of objects
 * with code, message, and column and value if it is one's.
 */
void glyph_rejected_json(glyph_buf_t *b, const glyph_rejected_t *r);

#endif /* GLYPH_REJECTED_H_INCLUDED */
