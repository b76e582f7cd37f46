/*
 * Bytes of the file in its own charset into UTF-8.  The charset is told by a
 * byte order mark (UTF-8, UTF-16LE, UTF-16BE), else by the client
 * ("charset=windows-1252"), else it is UTF-8, or UTF-16 where every other one
 * of the first four bytes is NUL.  UTF-8 is passed through as it is, without a
 * copy and without a check (rows are checked one by one, so that a bad one
 * harms only itself); all else goes through iconv.
 */

#ifndef GLYPH_CHARSET_H_INCLUDED
#define GLYPH_CHARSET_H_INCLUDED

#include "text/glyph.h"


typedef struct glyph_charset_s  glyph_charset_t;


/*
 * "name" is as the client gave it, NULL or empty for none.  GLYPH_BAD when
 * iconv does not know it; *cs is then NULL.
 */
int glyph_charset_create(glyph_charset_t **cs, const glyph_str_t *name);
void glyph_charset_destroy(glyph_charset_t *cs);

/*
 * Converts from *pos up to last; "end" says that nothing follows.
 *
 *   GLYPH_OK     *out has UTF-8 (1 byte or more), valid until the next call;
 *                call again
 *   GLYPH_AGAIN  all input is consumed, *out is empty
 *   GLYPH_ERROR  out of memory
 *
 * A sequence that cannot be converted becomes the byte 0xFF, which is no
 * UTF-8, so that the row that holds it is reported.
 */
int glyph_charset_read(glyph_charset_t *cs, const unsigned char **pos,
    const unsigned char *last, int end, glyph_str_t *out);

/* "utf-8", "utf-16le", … : what was used; "utf-8" before the first byte. */
const char *glyph_charset_name(const glyph_charset_t *cs);

#endif /* GLYPH_CHARSET_H_INCLUDED */
