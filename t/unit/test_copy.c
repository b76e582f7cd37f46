/* Tuples of Postgres' binary COPY format, byte by byte. */

#include "out/glyph_copy.h"
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
        { 3499900, "\0\2\0\1\0\0\0\2\0\3\023\207", 12 },
        { 100000000, "\0\1\0\1\0\0\0\2\0\144", 10 },
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


static void
test_warning(void)
{
    int                   len;
    glyph_buf_t           b;
    glyph_warning_t       w;
    const unsigned char  *p;

    memset(&b, 0, sizeof(b));
    memset(&w, 0, sizeof(w));

    w.number = 7;
    w.import_index = 1;
    w.line = 3;
    w.what.code = GLYPH_WARN_NO_RATE;
    w.what.column = GLYPH_COL_PRICE;
    glyph_str_set(&w.what.value, "700 XAF");

    glyph_copy_warning(&b, id, &w);

    is_mem(b.data, 2, "\0\10", 2, "8 fields");
    len = field(&b, 1, &p);
    is_mem(p, len, "\0\0\0\7", 4, "its number");
    len = field(&b, 2, &p);
    is_mem(p, len, "\0\0\0\1", 4, "the row's");
    len = field(&b, 3, &p);
    is_mem(p, len, "\0\0\0\0\0\0\0\3", 8, "line");
    len = field(&b, 4, &p);
    is_mem(p, len, "no_rate", 7, "code");
    len = field(&b, 5, &p);
    is_mem(p, len, "price", 5, "column");
    len = field(&b, 6, &p);
    is_mem(p, len, "700 XAF", 7, "value");
    len = field(&b, 7, &p);
    ok(len > 20 && memcmp(p, "the currency has no rate", 24) == 0, "message");

    glyph_buf_reset(&b);

    w.import_index = -1;
    w.what.column = GLYPH_COL_N;

    glyph_copy_warning(&b, id, &w);

    is_int(field(&b, 2, &p), -1, "that of the file has no row");
    is_int(field(&b, 3, &p), -1, "and no line");
    is_int(field(&b, 5, &p), -1, "one of a whole row no column");
    is_int(field(&b, 6, &p), -1, "and no value");

    glyph_buf_free(&b);
}


static const glyph_model_t  h100 = {
    .model = glyph_string("H100_PCIE_80GB"),
    .generation = glyph_string("Hopper"),
    .form_factor = glyph_string("PCIe"),
    .vram_gb = 80,
    .slot_width = 2,
    .tdp_watts = 350,
    .cuda_cores = 14592,
    .mig_support = 7,
    .pcie_generation = 5
};


/* Everything known: each field in its place. */

static void
full(glyph_listing_t *l)
{
    memset(l, 0, sizeof(*l));

    glyph_str_set(&l->title, "H100");
    l->match.model = &h100;
    l->match.type = GLYPH_MATCH_ALIAS;
    l->match.score = 0.5;
    l->match.is_gpu = 1;
    memcpy(l->match.notes, "note", 4);
    l->match.notes_len = 4;
    l->price.cents = 200;
    memcpy(l->price.currency, "EUR", 4);
    l->price_usd = 1;
    l->score.q7b = 22;
    l->score.q13b = 12;
    l->score.q70b = 2;
    l->score.raw = 0.5;
    l->score.quantization = 0.25;
    l->score.score = 1;
    l->duplicate_of = 0;
    l->quantity = 1000000000;
    l->availability = GLYPH_AVAILABLE;
    l->has_seen_at = 1;
    l->seen_at = -1;
    l->has_url = 1;
    memset(l->url_digest.bytes, 0xcc, 16);
    glyph_str_set(&l->text[GLYPH_COL_MODEL], "m");
    glyph_str_set(&l->text[GLYPH_COL_CONDITION], "New");
    glyph_str_set(&l->text[GLYPH_COL_SELLER], "s");
    glyph_str_set(&l->text[GLYPH_COL_REGION], "r");
    glyph_str_set(&l->text[GLYPH_COL_LISTING_AGE], "a");
    glyph_str_set(&l->text[GLYPH_COL_SOURCE_URL], "u");
    glyph_str_set(&l->text[GLYPH_COL_SOURCE_TYPE], "t");
    glyph_str_set(&l->text[GLYPH_COL_BULK_NOTES], "b");
}


#define bytes(s)  s, sizeof(s) - 1


static void
test_full(void)
{
    int                   len;
    size_t                i;
    glyph_buf_t           b;
    glyph_listing_t       l;
    const unsigned char  *p;

    static const struct {
        int          field;
        const char  *name;
        const char  *bytes;
        size_t       len;
    } fields[] = {
        { 2, "title", bytes("H100") },
        { 3, "canonical_model", bytes("H100_PCIE_80GB") },
        { 4, "match_type", bytes("alias") },
        { 5, "match_score, a float4", bytes("\077\0\0\0") },
        { 6, "match_notes", bytes("note") },
        { 10, "currency", bytes("EUR") },
        { 11, "price_usd", bytes("\0\1\0\0\0\0\0\2\0\1") },
        { 12, "vram_gb", bytes("\102\240\0\0") },
        { 13, "tdp_watts", bytes("\0\0\1\136") },
        { 14, "mig_support", bytes("\0\7") },
        { 15, "nvlink", bytes("\0") },
        { 16, "generation", bytes("Hopper") },
        { 17, "cuda_cores", bytes("\0\0\071\0") },
        { 18, "slot_width", bytes("\100\0\0\0") },
        { 19, "pcie_generation", bytes("\0\5") },
        { 20, "form_factor", bytes("PCIe") },
        { 21, "q7b", bytes("\0\0\0\26") },
        { 22, "q13b", bytes("\0\0\0\14") },
        { 23, "q70b", bytes("\0\0\0\2") },
        { 24, "raw_score, a float8", bytes("\77\340\0\0\0\0\0\0") },
        { 25, "quantization_score", bytes("\77\320\0\0\0\0\0\0") },
        { 26, "score", bytes("\77\360\0\0\0\0\0\0") },
        { 27, "duplicate_of row 0", bytes("\0\0\0\0") },
        { 28, "condition", bytes("New") },
        { 29, "quantity", bytes("\73\232\312\0") },
        { 30, "availability", bytes("available") },
        { 31, "seller", bytes("s") },
        { 32, "region", bytes("r") },
        { 33, "listing_age", bytes("a") },
        { 34, "seen_at", bytes("\377\377\377\377\377\377\377\377") },
        { 35, "source_url", bytes("u") },
        { 36, "url_digest", bytes("\314\314\314\314\314\314\314\314"
                                  "\314\314\314\314\314\314\314\314") },
        { 37, "source_type", bytes("t") },
        { 38, "bulk_notes", bytes("b") },
        { 39, "model_given", bytes("m") }
    };

    memset(&b, 0, sizeof(b));
    full(&l);
    glyph_copy_listing(&b, id, &l);

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        len = field(&b, fields[i].field, &p);
        is_mem(p, len < 0 ? 0 : len, fields[i].bytes, fields[i].len, "%s",
               fields[i].name);
    }

    is_int(field(&b, 8, &p), -1, "unknown_reason of a known card is NULL");
    is_int(field(&b, 40, &p), -1, "extra of no columns is NULL");
    is_int((int) (p - b.data), (int) b.len, "it is the last");

    l.price_usd = 1e15;
    glyph_buf_reset(&b);
    glyph_copy_listing(&b, id, &l);
    is_int(field(&b, 11, &p), -1, "more USD than numeric(14,2) takes: NULL");

    glyph_buf_free(&b);
}


static void
test_stream(void)
{
    int          n;
    const char  *p;

    is_mem(glyph_copy_header, GLYPH_COPY_HEADER_LEN,
           "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19, "the header");
    is_mem(glyph_copy_trailer, GLYPH_COPY_TRAILER_LEN, "\377\377", 2,
           "the trailer");

    for (p = glyph_copy_listings, n = 1; *p; p++) {
        n += *p == ',';
    }

    is_int(n, 41, "as many columns as a listing has fields");

    for (p = glyph_copy_errors, n = 1; *p; p++) {
        n += *p == ',';
    }

    is_int(n, 6, "and as an error has");

    for (p = glyph_copy_warnings, n = 1; *p; p++) {
        n += *p == ',';
    }

    is_int(n, 8, "and as a warning has");
}


static void
test_memory(void)
{
    long              n;
    glyph_buf_t       b;
    glyph_listing_t   l;
    glyph_warning_t   w;
    glyph_rejected_t  r;

    memset(&b, 0, sizeof(b));
    memset(&r, 0, sizeof(r));
    memset(&w, 0, sizeof(w));
    full(&l);

    for (n = 0; n < 100; n++) {
        glyph_buf_free(&b);
        tap_malloc_fail_after(n);

        while (b.len < 10000 && !b.failed) {
            glyph_copy_listing(&b, id, &l);
            glyph_copy_rejected(&b, id, &r);
            glyph_copy_warning(&b, id, &w);
        }

        glyph_copy_rejected(&b, id, &r);
        tap_malloc_fail_after(-1);

        if (!b.failed) {
            break;
        }
    }

    ok(n > 1 && n < 100, "each of %ld allocations may fail", n);
    glyph_buf_free(&b);
}


int
main(void)
{
    test_listing();
    test_full();
    test_rejected();
    test_warning();
    test_stream();
    test_memory();

    return tap_done();
}
