/*
 * A byte buffer that grows.  All encoders of the core append to one.  An
 * append that cannot get memory sets "failed" and appends nothing from then
 * on, so that a caller may append many times and look once.
 */

#ifndef GLYPH_BUF_H_INCLUDED
#define GLYPH_BUF_H_INCLUDED

#include "glyph.h"


typedef struct {
    unsigned char  *data;       /* from malloc(), owned by the buffer */
    size_t          len;
    size_t          size;
    unsigned        failed;
} glyph_buf_t;


/* Ensures room for n more bytes: GLYPH_OK or GLYPH_ERROR (then failed). */
int glyph_buf_reserve(glyph_buf_t *b, size_t n);

void glyph_buf_append(glyph_buf_t *b, const void *data, size_t len);
void glyph_buf_putc(glyph_buf_t *b, unsigned char c);

/* Appends a terminated string. */
void glyph_buf_puts(glyph_buf_t *b, const char *s);

/* printf() of at most 255 bytes of output; for numbers and short texts. */
void glyph_buf_printf(glyph_buf_t *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Empties the buffer and keeps its memory; "failed" is cleared. */
void glyph_buf_reset(glyph_buf_t *b);

/* Frees the memory; the buffer is empty and may be used again. */
void glyph_buf_free(glyph_buf_t *b);

#endif /* GLYPH_BUF_H_INCLUDED */
