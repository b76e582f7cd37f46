/* Buffers that grow, and that fail once and for all. */

#include <stdio.h>

#include "text/glyph_buf.h"
#include "tap.h"


static void
test_grow(void)
{
    size_t          i, wrong;
    glyph_buf_t     b;
    unsigned char  *data;

    memset(&b, 0, sizeof(b));

    glyph_buf_append(&b, NULL, 0);
    is_int(b.len, 0, "nothing appended is nothing");
    is_int(b.failed, 0, "and no failure");

    glyph_buf_puts(&b, "ab");
    glyph_buf_putc(&b, '\0');
    glyph_buf_append(&b, "c\0d", 3);
    glyph_buf_printf(&b, "%d-%s", 42, "x");
    is_mem(b.data, b.len, "ab\0c\0d42-x", 10, "appends follow each other");

    glyph_buf_reset(&b);

    for (i = 0; i < 100000; i++) {
        glyph_buf_putc(&b, (unsigned char) (i % 251));
    }

    for (i = 0, wrong = 0; i < b.len; i++) {
        wrong += b.data[i] != i % 251;
    }

    is_int(b.len, 100000, "100,000 bytes one by one");
    is_int(wrong, 0, "are as they were");

    data = b.data;
    glyph_buf_reset(&b);
    is_int(b.len, 0, "a reset buffer is empty");
    is_int(glyph_buf_reserve(&b, 100000), GLYPH_OK, "has room");
    ok(b.data == data, "and the memory that it had");

    glyph_buf_free(&b);
    ok(b.data == NULL && b.len == 0 && b.size == 0, "a freed one has none");
    glyph_buf_puts(&b, "again");
    is_mem(b.data, b.len, "again", 5, "and may be used again");
    glyph_buf_free(&b);
}


static void
test_printf(void)
{
    char         text[400];
    glyph_buf_t  b;

    memset(&b, 0, sizeof(b));
    memset(text, 'x', sizeof(text));
    text[255] = '\0';

    glyph_buf_printf(&b, "%s", text);
    is_mem(b.data, b.len, text, 255, "255 bytes are printed");

    glyph_buf_reset(&b);
    text[255] = 'x';
    text[399] = '\0';
    glyph_buf_printf(&b, "%s", text);
    is_int(b.len, 255, "of more, the first 255");

    glyph_buf_free(&b);
}


static void
test_allocations(void)
{
    int          i;
    long         before;
    glyph_buf_t  b;

    memset(&b, 0, sizeof(b));

    before = tap_malloc_count();

    for (i = 0; i < 1000000; i++) {
        glyph_buf_putc(&b, 'x');
    }

    ok(tap_malloc_count() - before <= 20, "a million bytes: %ld allocations",
       tap_malloc_count() - before);

    before = tap_malloc_count();
    glyph_buf_reset(&b);

    for (i = 0; i < 1000000; i++) {
        glyph_buf_putc(&b, 'x');
    }

    is_int(tap_malloc_count() - before, 0, "a million more after a reset");

    glyph_buf_free(&b);
}


static void
test_failure(void)
{
    glyph_buf_t  b;

    memset(&b, 0, sizeof(b));

    tap_malloc_fail_after(0);
    glyph_buf_puts(&b, "x");
    tap_malloc_fail_after(-1);
    is_int(b.failed, 1, "the first allocation fails");
    is_int(b.len, 0, "nothing is appended");

    glyph_buf_puts(&b, "y");
    glyph_buf_putc(&b, 'y');
    glyph_buf_printf(&b, "y");
    is_int(b.len, 0, "nor is anything that follows, though there is memory");
    is_int(glyph_buf_reserve(&b, 1), GLYPH_ERROR, "nor is there room");

    glyph_buf_reset(&b);
    glyph_buf_puts(&b, "kept");
    is_int(b.failed, 0, "a reset forgets the failure");

    tap_malloc_fail_after(0);
    is_int(glyph_buf_reserve(&b, b.size), GLYPH_ERROR, "growing fails");
    glyph_buf_putc(&b, '!');
    tap_malloc_fail_after(-1);
    is_mem(b.data, b.len, "kept", 4, "what was there stays, without a hole");

    glyph_buf_reset(&b);
    is_int(glyph_buf_reserve(&b, SIZE_MAX), GLYPH_ERROR,
           "more than there can be");
    is_int(b.failed, 1, "is a failure, too");

    glyph_buf_free(&b);
    is_int(b.failed, 0, "a freed buffer has not failed");
}


int
main(void)
{
    test_grow();
    test_printf();
    test_allocations();
    test_failure();

    return tap_done();
}
