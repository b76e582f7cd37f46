#include <stdarg.h>
#include <stdio.h>

#include "fuzz.h"


void
fuzz_fail(const char *file, int line, const char *cond, const char *fmt, ...)
{
    va_list  args;

    fprintf(stderr, "%s:%d: does not hold: %s\n  ", file, line, cond);

    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);

    fprintf(stderr, "\n");

    abort();
}


unsigned
fuzz_byte(fuzz_in_t *in)
{
    if (in->len == 0) {
        return 0;
    }

    in->len--;

    return *in->data++;
}


/* Mostly a few bytes, so that cuts fall everywhere; at times thousands. */

size_t
fuzz_piece(fuzz_split_t *s, size_t left)
{
    size_t    n;
    uint32_t  r;

    if (s->step) {
        return s->step < left ? s->step : left;
    }

    s->state = s->state * 1664525 + 1013904223;
    r = s->state >> 8;

    n = (r & 3) ? 1 + (r >> 2) % 7 : 1 + (r >> 2) % 8192;

    return n < left ? n : left;
}


unsigned char *
fuzz_copy(const void *data, size_t len)
{
    unsigned char  *copy;

    copy = malloc(len);
    fuzz_check(copy != NULL || len == 0, "no memory for %zu bytes", len);

    if (len) {
        memcpy(copy, data, len);
    }

    return copy;
}


glyph_registry_t *
fuzz_registry(void)
{
    int                rc;
    FILE              *f;
    size_t             n, line;
    glyph_buf_t        text, error;
    glyph_registry_t  *reg;

    memset(&text, 0, sizeof(glyph_buf_t));
    memset(&error, 0, sizeof(glyph_buf_t));

    f = fopen(FUZZ_MODELS, "rb");
    fuzz_check(f != NULL, "no %s here: run it in the project's directory",
               FUZZ_MODELS);

    do {
        fuzz_check(glyph_buf_reserve(&text, 65536) == GLYPH_OK, "no memory");
        n = fread(text.data + text.len, 1, 65536, f);
        text.len += n;
    } while (n);

    fclose(f);

    reg = glyph_registry_create();
    fuzz_check(reg != NULL, "no memory");

    rc = glyph_registry_add(reg, text.data, text.len, &line, &error);

    if (rc == GLYPH_OK) {
        rc = glyph_registry_compile(reg, &error);
    }

    fuzz_check(rc == GLYPH_OK, "the registry: %.*s", (int) error.len,
               (char *) error.data);

    glyph_buf_free(&text);
    glyph_buf_free(&error);

    return reg;
}


int
fuzz_is_utf8(const unsigned char *p, size_t len)
{
    size_t    i, n;
    uint32_t  cp;

    static const uint32_t  least[] = { 0, 0x80, 0x800, 0x10000 };

    while (len) {
        n = *p < 0x80 ? 0 : *p < 0xc0 ? 4 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2
            : *p < 0xf8 ? 3 : 4;

        if (n == 4 || n >= len) {
            return 0;
        }

        cp = n ? *p & (0x3f >> n) : *p;

        for (i = 1; i <= n; i++) {

            if ((p[i] & 0xc0) != 0x80) {
                return 0;
            }

            cp = cp << 6 | (p[i] & 0x3f);
        }

        if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000)) {
            return 0;
        }

        p += n + 1;
        len -= n + 1;
    }

    return 1;
}


int
fuzz_same(const glyph_buf_t *a, const glyph_buf_t *b)
{
    size_t  i, from;

    for (i = 0; i < a->len && i < b->len; i++) {

        if (a->data[i] != b->data[i]) {
            break;
        }
    }

    if (i == a->len && i == b->len) {
        return 1;
    }

    from = i < 40 ? 0 : i - 40;

    fprintf(stderr, "different from byte %zu on, of %zu and %zu:\n", i,
            a->len, b->len);
    fprintf(stderr, "  %.*s\n", (int) (a->len - from < 80 ? a->len - from
                                                          : 80),
            (char *) a->data + from);
    fprintf(stderr, "  %.*s\n", (int) (b->len - from < 80 ? b->len - from
                                                          : 80),
            (char *) b->data + from);

    return 0;
}
