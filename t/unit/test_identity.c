/* What makes two rows the same listing. */

#include <stdio.h>

#include "value/glyph_identity.h"
#include "value/glyph_url.h"
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
    { "http://a.example/x", "http://a.example/x#/", 1 },
    { "http://a.example/x", "http://a.example/x#!", 1 },
    { "http://a.example/x", "http://a.example/x#!/", 1 },
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
    { "https://www.ebay.de/itm/1", "https://www.ebay.de/itm/1?hash=a&epid=2",
      1 },
    { "https://www.amazon.com/dp/B0", "https://www.amazon.com/dp/B0?ref=sr_1",
      1 },
    { "https://www.amazon.com/dp/B0",
      "https://www.amazon.com/dp/B0?pd_rd_r=a&pf_rd_p=b&ref_=c", 1 },
    { "HTTP://A.example/#/item/1", "http://a.example/#/item/1", 1 },
    { "HTTP://A.example/?utm_id=2#/item/1", "http://a.example#/item/1", 1 },
    { "http://a.example/x", "https://a.example/x", 0 },
    { "http://a.example/x", "http://b.example/x", 0 },
    { "http://a.example/x", "http://a.example/X", 0 },
    { "http://a.example/x", "http://a.example/xy", 0 },
    { "http://a.example/x?id=1", "http://a.example/x?id=2", 0 },
    { "http://a.example/x?id=a", "http://a.example/x?id=A", 0 },
    { "http://a.example/x?id=1", "http://a.example/x?id=1&page=2", 0 },
    { "http://a.example/x?a=1&b=2", "http://a.example/x?a=1b=2", 0 },
    { "http://a.example/x?gclidish=1", "http://a.example/x?gclidish=2", 0 },
    { "http://a.example/x?ref=1", "http://a.example/x?ref=2", 0 },
    { "http://a.example/x?hash=1", "http://a.example/x?hash=2", 0 },
    { "http://notebay.example/x?hash=1", "http://notebay.example/x?hash=2",
      0 },
    { "http://a.example/x?variant=1", "http://a.example/x?variant=2", 0 },
    { "http://a.example/x?sku=1", "http://a.example/x?sku=2", 0 },
    { "http://a.example/#/item/1", "http://a.example/#/item/2", 0 },
    { "http://a.example/#!/item/1", "http://a.example/#!/item/2", 0 },
    { "http://a.example/#!1", "http://a.example/#!2", 0 },
    { "http://a.example/x#/item/1", "http://a.example/x", 0 },
    { NULL, NULL, 0 }
};


/* None of them is the page of one listing. */

static const char *const  nowhere[] = {
    "", "x", "N/A", "#", "http://", "https://", "http:///x", "http://?x",
    "http:/a.example/x", "http//a.example/x", "www.a.example/x", "/x",
    "//a.example/x", "about:blank", "javascript:void(0)",
    "mailto:a@a.example", "ftp://a.example/x", "httpx://a.example/x",
    "https://a.example", "https://a.example/", "HTTPS://A.EXAMPLE/",
    "https://a.example/#top", "https://a.example/#/", "https://a.example/#!/",
    "https://a.example/?", "https://a.example?utm_source=x",
    "https://a.example/?gclid=1&fbclid=2#x", NULL
};


static glyph_str_t
string(const char *text)
{
    glyph_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static int
equal(glyph_digest_t a, glyph_digest_t b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}


/* A copy of its own, so that a sanitizer sees whoever reads behind it. */

static glyph_digest_t
url(const char *text)
{
    char            *copy;
    glyph_str_t      s;
    glyph_digest_t   d;

    memset(&d, 0, sizeof(d));

    s.len = strlen(text);
    copy = malloc(s.len ? s.len : 1);
    memcpy(copy, text, s.len);
    s.data = (unsigned char *) copy;

    (void) glyph_identity_page(&s, &d);
    free(copy);

    return d;
}


static glyph_digest_t
variant(const char *page, const char *model, unsigned memory,
    const char *condition)
{
    glyph_str_t     m, c;
    glyph_digest_t  d;

    d = url(page);
    m = string(model);
    c = string(condition);
    glyph_identity_variant(&d, &m, memory, &c);

    return d;
}


static glyph_digest_t
listing(const char *title, int64_t cents, const char *currency,
    const char *seller, const char *condition, const char *region,
    const char *sku)
{
    glyph_str_t             t, s, c, r, k;
    glyph_digest_t          d;
    glyph_identity_texts_t  texts;

    t = string(title);
    s = string(seller);
    c = string(condition);
    r = string(region);
    k = string(sku);

    texts.seller = &s;
    texts.condition = &c;
    texts.region = &r;
    texts.sku = &k;

    glyph_identity_listing(glyph_identity_title(&t), cents, currency, &texts,
                           &d);

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
            snprintf(b, sizeof(b), "http://%.*s/%.*s?_gl=1#x", host, fill, i,
                     fill);
            bad += !equal(url(a), url(b));

            snprintf(b, sizeof(b), "http://%.*sA/%.*s", host - 1, fill, i,
                     fill);
            bad += !equal(url(a), url(b));

            snprintf(b, sizeof(b), "http://%.*sA/%.*s/?utm_id=1", host - 1,
                     fill, i, fill);
            bad += !equal(url(a), url(b));

            snprintf(b, sizeof(b), "http://%.*s/%.*s?a", host, fill, i, fill);
            bad += equal(url(a), url(b));

            snprintf(b, sizeof(b), "http://%.*s/%.*s#/a", host, fill, i,
                     fill);
            bad += equal(url(a), url(b));

            snprintf(b, sizeof(b), "http://%.*s/A%.*s", host, fill, i, fill);
            bad += equal(url(a), url(b));
        }
    }

    is_int(bad, 0, "marks and capitals count wherever they are");
}


static void
test_urls(void)
{
    char            text[10000];
    size_t          i;
    glyph_str_t     s;
    const pair_t   *p;
    glyph_digest_t  d, e;

    for (p = pairs; p->a; p++) {
        is_int(equal(url(p->a), url(p->b)), p->same, "%s is%s %s", p->a,
               p->same ? "" : " not", p->b);
        s = string(p->a);
        is_int(glyph_identity_page(&s, &d), 1, "%s is a page", p->a);
    }

    for (i = 0; nowhere[i]; i++) {
        s = string(nowhere[i]);
        is_int(glyph_identity_page(&s, &d), 0, "\"%s\" is none", nowhere[i]);
    }

    memset(text, 'a', sizeof(text));
    memcpy(text, "http://a.example/?", 18);
    s.data = (unsigned char *) text;
    s.len = sizeof(text);
    is_int(glyph_identity_page(&s, &d), 1,
           "one that is too long is read safely");

    s.len = 8192;
    (void) glyph_identity_page(&s, &d);
    text[8191] = 'b';
    (void) glyph_identity_page(&s, &e);
    ok(!equal(d, e), "of the longest that a row may have the last byte counts");

    memset(text + 18, '&', sizeof(text) - 18);
    memset(text + 18, 'c', 8000);
    is_int(glyph_identity_page(&s, &d), 1,
           "one with nothing but marks at its end");
}


static void
test_variants(void)
{
    const char      *u = "http://a.example/x";
    glyph_digest_t   d;

    d = variant(u, "RTX_3090", 0, "Used");

    ok(equal(d, variant("http://a.example/x?utm_id=1", "RTX_3090", 0,
                        "Used")), "the same page, model and condition");
    ok(!equal(d, variant("http://a.example/y", "RTX_3090", 0, "Used")),
       "another page");
    ok(!equal(d, variant(u, "RTX_3080", 0, "Used")), "another model");
    ok(!equal(d, variant(u, "RTX_3090", 48, "Used")), "another memory");
    ok(!equal(d, variant(u, "RTX_3090", 0, "New")), "another condition");
    ok(!equal(d, variant(u, "RTX_3090U", 0, "sed")),
       "model and condition do not flow together");
    ok(!equal(d, url(u)), "nor is it as the page alone was");
}


static void
test_memory(const char *title, unsigned want)
{
    glyph_str_t  s;

    s = string(title);
    is_int(glyph_identity_memory(&s), want, "\"%s\" has %u GB", title, want);
}


static void
test_listings(void)
{
    glyph_str_t     text;
    glyph_digest_t  d, a, b;

    d = listing("RTX 3090", 70000, "USD", "Bob", "Used", "EU", "7");

    ok(equal(d, listing("RTX 3090", 70000, "USD", "Bob", "Used", "EU", "7")),
       "the same listing");
    ok(equal(d, listing("rtx 3090", 70000, "USD", "BOB", "Used", "eu", "7")),
       "in small letters");
    ok(equal(listing("Karte f\xc3\xbcr", 1, "EUR", "", "", "", ""),
             listing("KARTE FUR", 1, "EUR", "", "", "", "")),
       "without its accents");
    ok(!equal(d, listing("RTX 3080", 70000, "USD", "Bob", "Used", "EU", "7")),
       "another title");
    ok(!equal(d, listing("RTX 3090", 70001, "USD", "Bob", "Used", "EU", "7")),
       "another price");
    ok(!equal(d, listing("RTX 3090", 70000, "EUR", "Bob", "Used", "EU", "7")),
       "another currency");
    ok(!equal(d, listing("RTX 3090", 70000, "USD", "Eve", "Used", "EU", "7")),
       "another seller");
    ok(!equal(d, listing("RTX 3090", 70000, "USD", "Bob", "New", "EU", "7")),
       "another condition");
    ok(!equal(d, listing("RTX 3090", 70000, "USD", "Bob", "Used", "US", "7")),
       "another region");
    ok(!equal(d, listing("RTX 3090", 70000, "USD", "Bob", "Used", "EU", "8")),
       "another number of the seller's");
    ok(!equal(listing("a", 1, "USD", "b", "c", "", ""),
              listing("a", 1, "USD", "", "bc", "", "")),
       "texts do not flow together");

    glyph_identity_sighting(&d, 5, NULL, &a);
    glyph_identity_sighting(&d, 5, NULL, &b);
    ok(equal(a, b), "seen at the same time");
    glyph_identity_sighting(&d, 6, NULL, &b);
    ok(!equal(a, b), "at another time");
    text = string("03/04/2025");
    glyph_identity_sighting(&d, 5, &text, &b);
    ok(!equal(a, b), "at a time that cannot be read");
    text = string("04/04/2025");
    glyph_identity_sighting(&d, 5, &text, &a);
    ok(!equal(a, b), "or at another such");
}


int
main(void)
{
    test_urls();
    test_lengths();
    test_variants();
    test_listings();

    test_memory("RTX 3090 24GB", 24);
    test_memory("rtx 3090 24 gb gddr6x", 24);
    test_memory("8Go RTX 3060 Ti", 0);
    test_memory("RTX 3060 12-GiB", 12);
    test_memory("RTX 3090", 0);
    test_memory("99999999999 GB", 0);
    test_memory("24", 0);
    test_memory("24 G", 0);
    test_memory("", 0);

    return tap_done();
}
