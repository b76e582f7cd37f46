/*
 * The headers of one part of multipart/form-data: what is said in
 * Content-Disposition (RFC 7578, RFC 8187) and Content-Type.
 */

#ifndef GLYPH_PART_H_INCLUDED
#define GLYPH_PART_H_INCLUDED

#include "text/glyph_buf.h"


/* Zeroed at first; the memory is used again for the next part. */

typedef struct {
    glyph_buf_t  name;          /* unquoted, but not checked */
    glyph_buf_t  filename;
    glyph_buf_t  type;
    unsigned     file:1;        /* a file name is given, maybe an empty one */
    unsigned     extended:1;    /* … and it is that of "filename*" */
} glyph_part_t;


/*
 * Reads the headers, each with its line end, without the empty line; they are
 * written to.  GLYPH_OK, GLYPH_BAD, GLYPH_ERROR (out of memory).
 */
int glyph_part_parse(glyph_part_t *part, unsigned char *headers, size_t len);
void glyph_part_free(glyph_part_t *part);

/*
 * Copies a text of the part into new memory, in valid UTF-8 and without
 * control characters; with "base" also without what may be a path.
 * GLYPH_OK or GLYPH_ERROR; then dst->data is NULL.
 */
int glyph_part_text(glyph_str_t *dst, const glyph_buf_t *src, int base);

#endif /* GLYPH_PART_H_INCLUDED */
