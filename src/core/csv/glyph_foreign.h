/*
 * What is sent as a text of rows and is none.
 */

#ifndef GLYPH_FOREIGN_H_INCLUDED
#define GLYPH_FOREIGN_H_INCLUDED

#include "text/glyph_buf.h"


/*
 * Whether a file may be one of text, by its beginning; if not, *detail may get
 * a sentence that tells what it is.
 */
int glyph_foreign_is_text(const unsigned char *data, size_t len,
    glyph_buf_t *detail);

/* What a text is that is no CSV: "XML"; NULL if it may be. */
const char *glyph_foreign_text(const unsigned char *data, size_t len);

#endif /* GLYPH_FOREIGN_H_INCLUDED */
