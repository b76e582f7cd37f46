/* Tuples of Postgres' binary COPY format, byte by byte. */

#include <stdio.h>

#include "glyph_copy.h"
#include "glyph_dedup.h"
#include "tap.h"


static const unsigned char  id[16] = { 0xaa, 0xbb };


/* Field i of a tuple: its bytes, and -1 for NULL. */

static int
field(const glyph_buf_t *b, int i, const unsigned char **data)
{
    int                   len, n;
    const unsigned char  *p;

    p = b->data + 2;

    for (n = 0; /* void */ ; n++) {
        len = (int) ((unsigned) p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]);
        p += 4;

        if (n == i) {
            *data = p;
            return len;
        }

        p += len > 0 ? len : 0;
    }
}


static void
test_listing(void)
{
    int                   i, len, end;
    glyph_buf_t           b;
    glyph_listing_t       l;
    const unsigned char  *p;

    static const struct {
        int64_t      cents;
        const char  *bytes;
        int          len;
    } prices[] = {
        /* digits, weight, sign, scale, digits of base 10000 */
        { 1, "\0\1\377\377\0\0\0\2\0\144", 10 },
        { 100, "\0\1\0\0\0\0\0\2\0\1", 10 },
        { 1000000, "\0\1\0\1\0\0\0\2\0\1", 10 },
        { 3499500, "\0\2\0\1\0\0\0\2\0\3\023\203", 12 },
        { 129999, "\0\2\0\0\0\0\0\2\5\023\046\254", 12 },
        { 999999999999LL, "\0\4\0\2\0\0\0\2\0\143\047\017\047\017\046\254",
          16 },
        { 0, NULL, 0 }
    };

    memset(&b, 0, sizeof(b));
    memset(&l, 0, sizeof(l));

    l.import_index = 258;
    glyph_str_set(&l.title, "RTX 3090");
    l.match.is_gpu = 1;
    l.match.reason = "model_not_stated";
    memcpy(l.price.currency, "EUR", 4);
    l.duplicate_of = -1;
    l.quantity = GLYPH_QUANTITY_NONE;
    glyph_str_set(&l.extra, "{}");

    for (i = 0; prices[i].bytes; i++) {
        glyph_buf_reset(&b);
        l.price.cents = prices[i].cents;
        glyph_copy_listing(&b, id, &l);

        len = field(&b, 9, &p);
        is_mem(p, len, prices[i].bytes, prices[i].len, "numeric of %lld cents",
               (long long) prices[i].cents);
    }

    is_mem(b.data, 2, "\0\51", 2, "41 fields");
    len = field(&b, 0, &p);
    is_mem(p, len, id, 16, "import_id");
    len = field(&b, 1, &p);
    is_mem(p, len, "\0\0\1\2", 4, "import_index");
    len = field(&b, 3, &p);
    is_mem(p, len, "UNKNOWN", 7, "canonical_model");
    len = field(&b, 7, &p);
    is_mem(p, len, "\1", 1, "is_valid_gpu");
    is_int(field(&b, 11, &p), -1, "price_usd without a rate is NULL");
    is_int(field(&b, 12, &p), -1, "vram_gb of no model is NULL");
    is_int(field(&b, 27, &p), -1, "duplicate_of of a first row is NULL");
    is_int(field(&b, 29, &p), -1, "no quantity is NULL");
    len = field(&b, 40, &p);
    is_mem(p, len, "\1{}", 3, "extra: the version of binary jsonb first");

    end = (int) (p + len - b.data);
    is_int(end, (int) b.len, "and nothing behind it");

    glyph_buf_free(&b);
}


static void
test_rejected(void)
{
    int                   len;
    glyph_buf_t           b;
    glyph_rejected_t      r;
    const unsigned char  *p;

    static const char  json[] =
        "\1[{\"code\":\"price_invalid\",\"column\":\"price\","
        "\"value\":\"x\\\"\","
        "\"message\":\"the price cannot be read as one amount of money\"}]";

    memset(&b, 0, sizeof(b));
    memset(&r, 0, sizeof(r));

    r.import_index = 1;
    r.line = 3;
    r.offset = 99;
    glyph_str_set(&r.raw, "a\0b");
    r.n = 1;
    r.errors[0].code = GLYPH_ROW_PRICE_INVALID;
    r.errors[0].column = GLYPH_COL_PRICE;
    glyph_str_set(&r.errors[0].value, "x\"");

    glyph_copy_rejected(&b, id, &r);

    is_mem(b.data, 2, "\0\6", 2, "6 fields");
    len = field(&b, 2, &p);
    is_mem(p, len, "\0\0\0\0\0\0\0\3", 8, "line");
    len = field(&b, 4, &p);
    is_mem(p, len, json, sizeof(json) - 1, "errors");
    len = field(&b, 5, &p);
    is_mem(p, len, "a\0b", 3, "raw keeps every byte");

    glyph_buf_free(&b);
}


static glyph_digest_t
url(const char *text)
{
    glyph_str_t     s;
    glyph_digest_t  d;

    memset(&d, 0, sizeof(d));

    s.data = (unsigned char *) text;
    s.len = strlen(text);
    (void) glyph_dedup_url(&s, &d);

    return d;
}


static int
same(const char *a, const char *b)
{
    glyph_digest_t  x, y;

    x = url(a);
    y = url(b);

    return memcmp(&x, &y, sizeof(x)) == 0;
}


static void
test_dedup(void)
{
    int              i, full, wrong;
    char             text[32];
    glyph_dedup_t   *d;
    glyph_digest_t   key;

    ok(same("http://a.example/x", "HTTP://A.Example/x#top"),
       "case of the host and the fragment do not count");
    ok(same("http://a.example/x?id=1&utm_source=b&gclid=c",
            "http://a.example/x?id=1"), "nor do tracking parameters");
    ok(!same("http://a.example/x?id=1", "http://a.example/x?id=2"),
       "other parameters do");
    ok(!same("http://a.example/x", "http://a.example/X"),
       "and the case of the path");

    d = glyph_dedup_create(1000);
    wrong = 0;
    full = 0;

    for (i = 0; i < 1000; i++) {
        snprintf(text, sizeof(text), "http://a.example/%d", i);
        key = url(text);
        wrong += glyph_dedup_row(d, i, &key, NULL, &full) != -1;
    }

    is_int(wrong, 0, "1,000 keys are new");
    is_int(full, 0, "and fit");

    for (i = 0; i < 1000; i++) {
        snprintf(text, sizeof(text), "http://a.example/%d", i);
        key = url(text);
        wrong += glyph_dedup_row(d, 5000 + i, &key, NULL, &full) != i;
    }

    is_int(wrong, 0, "all are known again");
    key = url("http://a.example/new");
    is_int(glyph_dedup_row(d, 7000, &key, NULL, &full), -1, "one more");
    is_int(full, 1, "does not fit");
    key = url("http://a.example/7");
    is_int(glyph_dedup_row(d, 7001, &key, NULL, &full), 7,
           "but the known ones still match");
    glyph_dedup_destroy(d);

    d = glyph_dedup_create(1000);
    full = 0;
    tap_malloc_fail_after(0);
    is_int(glyph_dedup_row(d, 0, &key, NULL, &full), -1, "without memory");
    tap_malloc_fail_after(-1);
    is_int(full, 1, "it is as full");
    glyph_dedup_destroy(d);
}


int
main(void)
{
    test_listing();
    test_rejected();
    test_dedup();

    return tap_done();
}
