/*
 * A byte buffer that grows.  All encoders of the core append to one.  An
 * append that cannot get memory sets "failed" and appends nothing from then
 * on, so that a caller may append many times and look once.
 */

#ifndef GLYPH_BUF_H_INCLUDED
#define GLYPH_BUF_H_INCLUDED

#include "text/glyph.h"


typedef struct {
    unsigned char  *data;       /* from malloc(), owned by the buffer */
    size_t          len;
    size_t          size;
    unsigned        failed;
} glyph_buf_t;


/* Makes room for n more bytes where there is none: see glyph_buf_reserve(). */
int glyph_buf_grow(glyph_buf_t *b, size_t n);


/* Ensures room for n more bytes: GLYPH_OK or GLYPH_ERROR (then failed). */

static inline int
glyph_buf_reserve(glyph_buf_t *b, size_t n)
{
    if (b->size - b->len >= n && !b->failed) {
        return GLYPH_OK;
    }

    return glyph_buf_grow(b, n);
}


static inline void
glyph_buf_append(glyph_buf_t *b, const void *data, size_t len)
{
    if (len && glyph_buf_reserve(b, len) == GLYPH_OK) {
        memcpy(b->data + b->len, data, len);
        b->len += len;
    }
}


static inline void
glyph_buf_putc(glyph_buf_t *b, unsigned char c)
{
    if (glyph_buf_reserve(b, 1) == GLYPH_OK) {
        b->data[b->len++] = c;
    }
}


/* Appends a terminated string. */

static inline void
glyph_buf_puts(glyph_buf_t *b, const char *s)
{
    glyph_buf_append(b, s, strlen(s));
}


/* printf() of at most 255 bytes of output; for numbers and short texts. */
void glyph_buf_printf(glyph_buf_t *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Empties the buffer and keeps its memory; "failed" is cleared. */
void glyph_buf_reset(glyph_buf_t *b);

/* Frees the memory; the buffer is empty and may be used again. */
void glyph_buf_free(glyph_buf_t *b);

#endif /* GLYPH_BUF_H_INCLUDED */
