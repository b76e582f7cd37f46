
#include <stdarg.h>
#include <stdio.h>

#include "text/glyph_buf.h"


int
glyph_buf_grow(glyph_buf_t *b, size_t n)
{
    size_t          size;
    unsigned char  *data;

    if (b->failed) {
        return GLYPH_ERROR;
    }

    size = b->size ? b->size : 256;

    while (size - b->len < n) {

        if (size > SIZE_MAX / 2) {
            b->failed = 1;
            return GLYPH_ERROR;
        }

        size *= 2;
    }

    data = realloc(b->data, size);
    if (data == NULL) {
        b->failed = 1;
        return GLYPH_ERROR;
    }

    b->data = data;
    b->size = size;

    return GLYPH_OK;
}


void
glyph_buf_printf(glyph_buf_t *b, const char *fmt, ...)
{
    int      n;
    va_list  args;
    char     text[256];

    va_start(args, fmt);
    n = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    if (n > 0) {
        glyph_buf_append(b, text, (size_t) n < sizeof(text)
                                  ? (size_t) n : sizeof(text) - 1);
    }
}


void
glyph_buf_reset(glyph_buf_t *b)
{
    b->len = 0;
    b->failed = 0;
}


void
glyph_buf_free(glyph_buf_t *b)
{
    free(b->data);

    b->data = NULL;
    b->len = 0;
    b->size = 0;
    b->failed = 0;
}
