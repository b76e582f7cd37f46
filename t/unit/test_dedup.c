/* Which rows say the same. */

#include <stdio.h>
#include <sys/resource.h>

#include "value/glyph_identity.h"
#include "tap.h"


static glyph_digest_t
number(int i)
{
    char            text[32];
    glyph_str_t     s;
    glyph_digest_t  d;

    s.data = (unsigned char *) text;
    s.len = (size_t) snprintf(text, sizeof(text), "http://a.example/%d", i);

    (void) glyph_identity_page(&s, &d);

    return d;
}


static void
test_rows(void)
{
    int              full;
    glyph_dedup_t   *d;
    glyph_digest_t   a, b;

    a = number(1);
    b = number(2);

    d = glyph_dedup_create(100);
    full = 0;

    is_int(glyph_dedup_row(d, 3, &a, &full), -1, "a first row");
    is_int(glyph_dedup_row(d, 4, &a, &full), 3, "the same");
    is_int(glyph_dedup_row(d, 5, &b, &full), -1, "another one");
    is_int(glyph_dedup_row(d, 6, &b, &full), 5, "and that again");
    is_int(full, 0, "there is room");

    glyph_dedup_destroy(d);
    glyph_dedup_destroy(NULL);

    d = glyph_dedup_create(100);
    is_int(glyph_dedup_row(d, 0, &a, &full), -1, "row 0");
    is_int(glyph_dedup_row(d, 1, &a, &full), 0, "can be a first one");
    glyph_dedup_destroy(d);
}


static void
test_full(int size)
{
    int              i, full, wrong;
    glyph_dedup_t   *d;
    glyph_digest_t   key;

    d = glyph_dedup_create((size_t) size);
    wrong = 0;
    full = 0;

    for (i = 0; i < size; i++) {
        key = number(i);
        wrong += glyph_dedup_row(d, i, &key, &full) != -1;
    }

    is_int(wrong, 0, "%d keys are new", size);
    is_int(full, 0, "and fit");

    key = number(-1);
    is_int(glyph_dedup_row(d, 7000, &key, &full), -1, "one more");
    is_int(full, 1, "does not");
    full = 0;
    is_int(glyph_dedup_row(d, 7001, &key, &full), -1,
           "nor was it kept");
    is_int(full, 1, "which is said");

    full = 0;

    for (i = 0; i < size; i++) {
        key = number(i);
        wrong += glyph_dedup_row(d, size + i, &key, &full) != i;
    }

    is_int(wrong, 0, "all are known again");
    is_int(full, 0, "for which there must be no room");

    glyph_dedup_destroy(d);
}


static void
test_memory(void)
{
    int              i, full, wrong;
    long             before;
    glyph_dedup_t   *d;
    glyph_digest_t   key;

    tap_malloc_fail_after(0);
    ok(glyph_dedup_create(10) == NULL, "no table without memory");
    tap_malloc_fail_after(-1);

    d = glyph_dedup_create(10000);
    key = number(0);
    full = 0;

    tap_malloc_fail_after(0);
    is_int(glyph_dedup_row(d, 0, &key, &full), -1, "no room for a key");
    tap_malloc_fail_after(-1);
    is_int(full, 1, "is as a full table");

    wrong = 0;

    /* it grows when there is memory again, and fails in between */

    for (i = 0; i < 10000; i++) {
        key = number(i);
        tap_malloc_fail_after(0);
        full = 0;

        if (glyph_dedup_row(d, i, &key, &full) == -1 && full) {
            tap_malloc_fail_after(-1);
            full = 0;
            wrong += glyph_dedup_row(d, i, &key, &full) != -1 || full;
        }
    }

    tap_malloc_fail_after(-1);
    is_int(wrong, 0, "each failed growth can be tried again");

    before = tap_malloc_count();

    for (i = 0; i < 10000; i++) {
        key = number(i);
        wrong += glyph_dedup_row(d, 20000, &key, &full) != i;
    }

    is_int(wrong, 0, "and no key is lost by it");
    is_int(tap_malloc_count() - before, 0, "known keys allocate nothing");

    glyph_dedup_destroy(d);
}


/*
 * Ten million rows, none of which was seen before, with room for a million
 * keys: 14 bytes each, and half as many again while it grows.
 */

static void
test_bounded(void)
{
    int              full;
    long             before, grown;
    int64_t          i, wrong;
    uint64_t         x;
    glyph_dedup_t   *d;
    struct rusage    usage;
    glyph_digest_t   key;

    memset(&key, 0, sizeof(key));

    (void) getrusage(RUSAGE_SELF, &usage);
    before = usage.ru_maxrss;

    d = glyph_dedup_create(1000000);
    wrong = 0;
    full = 0;

    for (i = 0; i < 10000000; i++) {
        x = (uint64_t) i * 0x9e3779b97f4a7c15ULL;
        memcpy(key.bytes, &x, sizeof(x));

        wrong += glyph_dedup_row(d, i, &key, &full) != -1;

        if (i == 999999) {
            wrong += full;
        }
    }

    is_int(wrong, 0, "ten million rows are new");
    is_int(full, 1, "a million keys are kept");

    (void) getrusage(RUSAGE_SELF, &usage);
    grown = usage.ru_maxrss - before;

    ok(grown < 32 * 1024, "in %ld KB", grown);

    for (i = 0; i < 1000000; i++) {
        x = (uint64_t) i * 0x9e3779b97f4a7c15ULL;
        memcpy(key.bytes, &x, sizeof(x));

        wrong += glyph_dedup_row(d, 10000000, &key, &full) != i;
    }

    is_int(wrong, 0, "and those are known still");

    glyph_dedup_destroy(d);
}


int
main(void)
{
    test_bounded();
    test_rows();
    test_full(1);
    test_full(1000);
    test_full(300000);
    test_memory();

    return tap_done();
}
