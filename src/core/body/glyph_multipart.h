/*
 * multipart/form-data (RFC 7578, RFC 2046): one file part and small fields,
 * in any order, pulled out of a stream that may be split anywhere.
 */

#ifndef GLYPH_MULTIPART_H_INCLUDED
#define GLYPH_MULTIPART_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_buf.h"
#include "text/glyph_code.h"


typedef struct glyph_multipart_s  glyph_multipart_t;

#define GLYPH_MULTIPART_FIELD_MAX   16384   /* bytes of a field's value */
#define GLYPH_MULTIPART_HEADER_MAX  8192    /* bytes of a part's headers */


/*
 * The boundary is 1 .. 70 bytes, without the leading dashes and not quoted;
 * it is copied.  Returns NULL when out of memory.
 */
glyph_multipart_t *glyph_multipart_create(const glyph_str_t *boundary);
void glyph_multipart_destroy(glyph_multipart_t *mp);

/*
 * Reads on from *pos (up to last) and stops at the next run of the file's
 * bytes, which it gives in *out: a piece of the input, or of memory of its
 * own that stays valid until the next call.
 *
 *   GLYPH_OK     *out has bytes of the file (1 or more); call again
 *   GLYPH_AGAIN  all input is consumed, *out is empty
 *   GLYPH_BAD    glyph_multipart_code() tells why
 *   GLYPH_ERROR  out of memory
 *
 * *pos is moved behind what was consumed.  Anything after the closing
 * boundary is ignored, as RFC 2046 wants.  A part is the file when its
 * Content-Disposition has a filename (or filename*) parameter; a second one is
 * GLYPH_MULTIPART_TWO_FILES.
 */
int glyph_multipart_read(glyph_multipart_t *mp, const unsigned char **pos,
    const unsigned char *last, glyph_str_t *out);

/*
 * To be called when the body has ended: GLYPH_OK if the closing boundary and
 * one file part came, otherwise GLYPH_BAD (…_TRUNCATED, …_NO_FILE).
 */
int glyph_multipart_end(glyph_multipart_t *mp);

glyph_code_e glyph_multipart_code(const glyph_multipart_t *mp);

/* The file part's file name (base name, no path) and content type. */
const glyph_str_t *glyph_multipart_filename(const glyph_multipart_t *mp);
const glyph_str_t *glyph_multipart_content_type(const glyph_multipart_t *mp);

/* The name of the part that is or was read last, not checked. */
void glyph_multipart_part_name(const glyph_multipart_t *mp,
    glyph_str_t *name);

/* The fields read so far, in order; NULL when i is beyond the last. */
const glyph_str_t *glyph_multipart_field_name(const glyph_multipart_t *mp,
    size_t i);
const glyph_str_t *glyph_multipart_field_value(const glyph_multipart_t *mp,
    size_t i);

/* Another value for the i-th, which there is: a copy.  GLYPH_OK or
   GLYPH_ERROR. */
int glyph_multipart_field_put(glyph_multipart_t *mp, size_t i,
    const glyph_buf_t *value);

#endif /* GLYPH_MULTIPART_H_INCLUDED */
