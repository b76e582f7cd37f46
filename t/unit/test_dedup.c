/* Which rows say the same. */

#include <stdio.h>
#include <sys/resource.h>

#include "value/glyph_dedup.h"
#include "tap.h"


typedef struct {
    const char  *a;
    const char  *b;
    int          same;
} pair_t;


static const pair_t  pairs[] = {
    { "http://a.example/x", "http://a.example/x", 1 },
    { "http://a.example/x", "HTTP://A.Example/x", 1 },
    { "http://a.example/x", "http://a.example/x#top", 1 },
    { "http://long.example.org/x/Y", "hTTP://LONG.Example.ORG/x/Y", 1 },
    { "http://LONG.example.org?x", "http://long.example.org?x", 1 },
    { "http://a.example/x", "http://a.example/x#?id=1", 1 },
    { "http://a.example/x", "http://a.example/x/", 1 },
    { "http://a.example/x", "http://a.example/x?", 1 },
    { "http://a.example/x", "http://a.example/x?utm_source=a&utm_medium=b",
      1 },
    { "http://a.example/x?id=1", "http://a.example/x?id=1&gclid=z", 1 },
    { "http://a.example/x?id=1", "http://a.example/x?fbclid=z&id=1", 1 },
    { "http://a.example/x?id=1", "http://a.example/x?id=1&&#f", 1 },
    { "http://a.example/x?id=1&b=2",
      "http://a.example/x?id=1&utm_campaign=c&b=2", 1 },
    { "http://a.example/x?utm_id=1", "http://a.example/x?utm_id=2#s", 1 },
    { "http://a.example/x", "https://a.example/x", 0 },
    { "http://a.example/x", "http://b.example/x", 0 },
    { "http://a.example/x", "http://a.example/X", 0 },
    { "http://a.example/x", "http://a.example/xy", 0 },
    { "http://a.example/x?id=1", "http://a.example/x?id=2", 0 },
    { "http://a.example/x?id=a", "http://a.example/x?id=A", 0 },
    { "http://a.example/x?id=1", "http://a.example/x?id=1&page=2", 0 },
    { "http://a.example/x?a=1&b=2", "http://a.example/x?a=1b=2", 0 },
    { "http://a.example/x?gclidish=1", "http://a.example/x?gclidish=2", 0 },
    { NULL, NULL, 0 }
};


static glyph_str_t
string(const char *text)
{
    glyph_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static glyph_digest_t
url(const char *text)
{
    glyph_str_t     s;
    glyph_digest_t  d;

    memset(&d, 0, sizeof(d));
    s = string(text);
    (void) glyph_dedup_url(&s, &d);

    return d;
}


static glyph_digest_t
listing(const char *title, int64_t cents, const char *currency,
    const char *seller)
{
    glyph_str_t     t, s;
    glyph_digest_t  d;

    t = string(title);
    s = string(seller);
    glyph_dedup_listing(glyph_dedup_title(&t), cents, currency, &s, &d);

    return d;
}


static int
equal(glyph_digest_t a, glyph_digest_t b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}


static glyph_digest_t
number(int i)
{
    char  text[32];

    snprintf(text, sizeof(text), "http://a.example/%d", i);

    return url(text);
}


/* A copy of its own, so that a sanitizer sees whoever reads behind it. */

static glyph_digest_t
exact(const char *text)
{
    char            *copy;
    glyph_str_t      s;
    glyph_digest_t   d;

    s.len = strlen(text);
    copy = malloc(s.len);
    memcpy(copy, text, s.len);
    s.data = (unsigned char *) copy;

    (void) glyph_dedup_url(&s, &d);
    free(copy);

    return d;
}


/* They are read many bytes at a time: a mark may be at any place of these. */

static void
test_lengths(void)
{
    int   i, host, bad;
    char  a[300], b[300], fill[200];

    memset(fill, 'a', sizeof(fill));
    bad = 0;

    for (host = 1; host < 40; host++) {
        for (i = 1; i < 100; i++) {
            snprintf(a, sizeof(a), "http://%.*s/%.*s", host, fill, i, fill);
            snprintf(b, sizeof(b), "http://%.*s/%.*s?ref=1#x", host, fill, i,
                     fill);
            bad += !equal(exact(a), exact(b));

            snprintf(b, sizeof(b), "http://%.*sA/%.*s", host - 1, fill, i,
                     fill);
            bad += !equal(exact(a), exact(b));

            snprintf(b, sizeof(b), "http://%.*sA/%.*s/?utm_id=1", host - 1,
                     fill, i, fill);
            bad += !equal(exact(a), exact(b));

            snprintf(b, sizeof(b), "http://%.*s/%.*s?a", host, fill, i, fill);
            bad += equal(exact(a), exact(b));

            snprintf(b, sizeof(b), "http://%.*s/A%.*s", host, fill, i, fill);
            bad += equal(exact(a), exact(b));

            bad += !equal(exact("http:/"), exact("HTTP:/"));
        }
    }

    is_int(bad, 0, "marks and capitals count wherever they are");
}


static void
test_urls(void)
{
    char             text[10000];
    glyph_str_t      s;
    const pair_t    *p;
    glyph_digest_t   d, e;

    for (p = pairs; p->a; p++) {
        is_int(equal(url(p->a), url(p->b)), p->same, "%s is%s %s", p->a,
               p->same ? "" : " not", p->b);
    }

    s = string("");
    is_int(glyph_dedup_url(&s, &d), 0, "an empty URL is none");
    s = string("x");
    is_int(glyph_dedup_url(&s, &d), 1, "one letter is one");

    memset(text, 'a', sizeof(text));
    memcpy(text, "http://a.example/?", 18);
    s.data = (unsigned char *) text;
    s.len = sizeof(text);
    is_int(glyph_dedup_url(&s, &d), 1, "one that is too long is read safely");

    s.len = 8192;
    (void) glyph_dedup_url(&s, &d);
    text[8191] = 'b';
    (void) glyph_dedup_url(&s, &e);
    ok(!equal(d, e), "of the longest that a row may have the last byte counts");

    memset(text + 18, '&', sizeof(text) - 18);
    memset(text + 18, 'c', 8000);
    is_int(glyph_dedup_url(&s, &d), 1, "one with nothing but marks at its end");
}


static void
test_listings(void)
{
    glyph_digest_t  d;

    d = listing("RTX 3090", 70000, "USD", "Bob");

    ok(equal(d, listing("RTX 3090", 70000, "USD", "Bob")), "the same listing");
    ok(equal(d, listing("rtx 3090", 70000, "USD", "BOB")),
       "in small letters");
    ok(equal(listing("Karte f\xc3\xbcr", 1, "EUR", ""),
             listing("KARTE FUR", 1, "EUR", "")), "without its accents");
    ok(!equal(d, listing("RTX 3080", 70000, "USD", "Bob")), "another title");
    ok(!equal(d, listing("RTX 3090", 70001, "USD", "Bob")), "another price");
    ok(!equal(d, listing("RTX 3090", 70000, "EUR", "Bob")),
       "another currency");
    ok(!equal(d, listing("RTX 3090", 70000, "USD", "Eve")),
       "another seller");
    ok(!equal(listing("ab", 1, "USD", "c"), listing("a", 1, "USD", "bc")),
       "title and seller do not flow together");
}


static void
test_rows(void)
{
    int              full;
    glyph_dedup_t   *d;
    glyph_digest_t   u1, u2, l1, l2;

    u1 = number(1);
    u2 = number(2);
    l1 = listing("a", 1, "USD", "");
    l2 = listing("b", 1, "USD", "");

    d = glyph_dedup_create(100);
    full = 0;

    is_int(glyph_dedup_row(d, 3, &u1, &l1, &full), -1, "a first row");
    is_int(glyph_dedup_row(d, 4, &u1, &l2, &full), 3, "the same URL");
    is_int(glyph_dedup_row(d, 5, &u2, &l1, &full), 3, "the same listing");
    is_int(glyph_dedup_row(d, 6, &u1, &l1, &full), 3, "both");
    is_int(glyph_dedup_row(d, 7, NULL, &l1, &full), 3, "no URL");
    is_int(glyph_dedup_row(d, 8, NULL, NULL, &full), -1, "no key at all");
    is_int(glyph_dedup_row(d, 9, &u2, &l2, &full), 4,
           "two rows say the same: the earlier one");
    is_int(full, 0, "there is room");

    glyph_dedup_destroy(d);
    glyph_dedup_destroy(NULL);

    d = glyph_dedup_create(100);
    is_int(glyph_dedup_row(d, 0, &u1, NULL, &full), -1, "row 0");
    is_int(glyph_dedup_row(d, 1, &u1, NULL, &full), 0, "can be a first one");
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
        wrong += glyph_dedup_row(d, i, &key, NULL, &full) != -1;
    }

    is_int(wrong, 0, "%d keys are new", size);
    is_int(full, 0, "and fit");

    key = number(-1);
    is_int(glyph_dedup_row(d, 7000, &key, NULL, &full), -1, "one more");
    is_int(full, 1, "does not");
    full = 0;
    is_int(glyph_dedup_row(d, 7001, &key, NULL, &full), -1,
           "nor was it kept");
    is_int(full, 1, "which is said");

    full = 0;

    for (i = 0; i < size; i++) {
        key = number(i);
        wrong += glyph_dedup_row(d, size + i, &key, NULL, &full) != i;
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
    is_int(glyph_dedup_row(d, 0, &key, NULL, &full), -1, "no room for a key");
    tap_malloc_fail_after(-1);
    is_int(full, 1, "is as a full table");

    wrong = 0;

    /* it grows when there is memory again, and fails in between */

    for (i = 0; i < 10000; i++) {
        key = number(i);
        tap_malloc_fail_after(0);
        full = 0;

        if (glyph_dedup_row(d, i, &key, NULL, &full) == -1 && full) {
            tap_malloc_fail_after(-1);
            full = 0;
            wrong += glyph_dedup_row(d, i, &key, NULL, &full) != -1 || full;
        }
    }

    tap_malloc_fail_after(-1);
    is_int(wrong, 0, "each failed growth can be tried again");

    before = tap_malloc_count();

    for (i = 0; i < 10000; i++) {
        key = number(i);
        wrong += glyph_dedup_row(d, 20000, &key, NULL, &full) != i;
    }

    is_int(wrong, 0, "and no key is lost by it");
    is_int(tap_malloc_count() - before, 0, "known keys allocate nothing");

    glyph_dedup_destroy(d);
}


/*
 * Ten million rows of two keys each, none of which was seen before, with room
 * for a million keys: 14 bytes each, and half as many again while it grows.
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
    glyph_digest_t   url, listing;

    memset(&url, 0, sizeof(url));
    memset(&listing, 0, sizeof(listing));

    (void) getrusage(RUSAGE_SELF, &usage);
    before = usage.ru_maxrss;

    d = glyph_dedup_create(1000000);
    wrong = 0;
    full = 0;

    for (i = 0; i < 10000000; i++) {
        x = (uint64_t) i * 0x9e3779b97f4a7c15ULL;
        memcpy(url.bytes, &x, sizeof(x));
        x = ~x;
        memcpy(listing.bytes, &x, sizeof(x));

        wrong += glyph_dedup_row(d, i, &url, &listing, &full) != -1;

        if (i == 499999) {
            wrong += full;
        }
    }

    is_int(wrong, 0, "ten million rows are new");
    is_int(full, 1, "a million keys are kept");

    (void) getrusage(RUSAGE_SELF, &usage);
    grown = usage.ru_maxrss - before;

    ok(grown < 32 * 1024, "in %ld KB", grown);

    for (i = 0; i < 500000; i++) {
        x = (uint64_t) i * 0x9e3779b97f4a7c15ULL;
        memcpy(url.bytes, &x, sizeof(x));

        wrong += glyph_dedup_row(d, 10000000, &url, NULL, &full) != i;
    }

    is_int(wrong, 0, "and those are known still");

    glyph_dedup_destroy(d);
}


int
main(void)
{
    test_bounded();
    test_urls();
    test_lengths();
    test_listings();
    test_rows();
    test_full(1);
    test_full(1000);
    test_full(300000);
    test_memory();

    return tap_done();
}
