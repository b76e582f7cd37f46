/* Scored rows as CSV and NDJSON. */

#include "text/glyph_json.h"
#include "out/glyph_output.h"
#include "tap.h"


static const char  columns[] =
    "import_index,title,canonical_model,match_type,match_score,match_notes,"
    "is_valid_gpu,unknown_reason,price,currency,vram_gb,tdp_watts,"
    "mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,"
    "form_factor,q7b,q13b,q70b,raw_score,quantization_score,score,"
    "final_score,dedup_status,model,condition,quantity,availability,seller,"
    "region,listing_age,seen_at,source_url,source_type,bulk_notes,extra\r\n";


static const glyph_model_t  h100 = {
    .model = glyph_string("H100_PCIE_80GB"),
    .family = glyph_string("H100"),
    .generation = glyph_string("Hopper"),
    .form_factor = glyph_string("PCIe"),
    .vram_gb = 80,
    .slot_width = 2.5,
    .tdp_watts = 350,
    .cuda_cores = 14592,
    .mig_support = 7,
    .pcie_generation = 5
};


static void
set(glyph_str_t *s, const char *text)
{
    s->data = (unsigned char *) text;
    s->len = strlen(text);
}


static void
known(glyph_listing_t *l)
{
    memset(l, 0, sizeof(*l));

    l->import_index = 41;
    set(&l->title, "NVIDIA \"H100\", 80GB");
    l->match.model = &h100;
    l->match.type = GLYPH_MATCH_EXACT;
    l->match.score = 1;
    l->match.is_gpu = 1;
    memcpy(l->match.notes, "name", 4);
    l->match.notes_len = 4;
    l->price.cents = 3499500;
    memcpy(l->price.currency, "USD", 4);
    l->price_usd = 34995;
    l->score.q7b = 22;
    l->score.q13b = 12;
    l->score.q70b = 2;
    l->score.raw = 0.475;
    l->score.quantization = 0.2;
    l->score.score = 57;
    l->duplicate_of = -1;
    l->quantity = 3;
    l->availability = GLYPH_AVAILABLE;
    l->has_seen_at = 1;
    l->seen_at = 0;
    set(&l->text[GLYPH_COL_MODEL], "H100");
    set(&l->text[GLYPH_COL_CONDITION], "New");
    set(&l->text[GLYPH_COL_SELLER], "a\r\nb");
    set(&l->text[GLYPH_COL_REGION], "\xc3\x96sterreich");
    set(&l->text[GLYPH_COL_SOURCE_URL], "http://a.example/?a=1,2");
    set(&l->extra, "{\"a\":\"b\"}");
}


static void
unknown(glyph_listing_t *l)
{
    memset(l, 0, sizeof(*l));

    set(&l->title, "card");
    l->match.is_gpu = 1;
    l->match.reason = "model_not_stated";
    l->price.cents = 1;
    memcpy(l->price.currency, "PLN", 4);
    l->duplicate_of = -1;
    l->quantity = GLYPH_QUANTITY_NONE;
}


static void
row(glyph_buf_t *b, glyph_output_e format, const glyph_listing_t *l)
{
    glyph_buf_reset(b);
    glyph_output_head(b, format, l);
    glyph_output_final(b, format, 50, "UNIQUE");
    glyph_output_tail(b, format, l);
}


static void
test_csv(void)
{
    glyph_buf_t      b;
    glyph_listing_t  l;

    static const char  full[] =
        "41,\"NVIDIA \"\"H100\"\", 80GB\",H100_PCIE_80GB,exact,1,name,true,,"
        "34995.00,USD,80,350,7,false,Hopper,14592,2.5,5,PCIe,22,12,2,0.475,"
        "0.2,57,50,UNIQUE,H100,New,3,available,\"a\r\nb\",\xc3\x96sterreich,,"
        "2000-01-01T00:00:00Z,\"http://a.example/?a=1,2\",,,"
        "\"{\"\"a\"\":\"\"b\"\"}\"\r\n";

    static const char  bare[] =
        "0,card,UNKNOWN,none,0,,true,model_not_stated,0.01,PLN,,,,,,,,,,0,0,0,"
        "0,0,0,50,UNIQUE,,,,,,,,,,,,\r\n";

    memset(&b, 0, sizeof(b));

    glyph_output_header(&b, GLYPH_OUTPUT_CSV);
    is_mem(b.data, b.len, columns, sizeof(columns) - 1, "the CSV header");

    known(&l);
    row(&b, GLYPH_OUTPUT_CSV, &l);
    is_mem(b.data, b.len, full, sizeof(full) - 1, "a CSV row");

    unknown(&l);
    row(&b, GLYPH_OUTPUT_CSV, &l);
    is_mem(b.data, b.len, bare, sizeof(bare) - 1,
           "one with nothing known: its fields are empty");

    glyph_buf_free(&b);
}


static void
test_ndjson(void)
{
    glyph_buf_t      b;
    glyph_str_t      s;
    glyph_listing_t  l;

    static const char  full[] =
        "{\"import_index\":41,\"title\":\"NVIDIA \\\"H100\\\", 80GB\","
        "\"canonical_model\":\"H100_PCIE_80GB\",\"match_type\":\"exact\","
        "\"match_score\":1,\"match_notes\":\"name\",\"is_valid_gpu\":true,"
        "\"unknown_reason\":null,\"price\":34995.00,\"currency\":\"USD\","
        "\"vram_gb\":80,\"tdp_watts\":350,\"mig_support\":7,\"nvlink\":false,"
        "\"generation\":\"Hopper\",\"cuda_cores\":14592,\"slot_width\":2.5,"
        "\"pcie_generation\":5,\"form_factor\":\"PCIe\",\"q7b\":22,"
        "\"q13b\":12,\"q70b\":2,\"raw_score\":0.475,"
        "\"quantization_score\":0.2,\"score\":57,\"final_score\":50,"
        "\"dedup_status\":\"UNIQUE\",\"model\":\"H100\","
        "\"condition\":\"New\",\"quantity\":3,\"availability\":\"available\","
        "\"seller\":\"a\\r\\nb\",\"region\":\"\xc3\x96sterreich\","
        "\"listing_age\":null,\"seen_at\":\"2000-01-01T00:00:00Z\","
        "\"source_url\":\"http://a.example/?a=1,2\",\"source_type\":null,"
        "\"bulk_notes\":null,\"extra\":{\"a\":\"b\"}}\n";

    static const char  bare[] =
        "{\"import_index\":0,\"title\":\"card\","
        "\"canonical_model\":\"UNKNOWN\",\"match_type\":\"none\","
        "\"match_score\":0,\"match_notes\":null,\"is_valid_gpu\":true,"
        "\"unknown_reason\":\"model_not_stated\",\"price\":0.01,"
        "\"currency\":\"PLN\",\"vram_gb\":null,\"tdp_watts\":null,"
        "\"mig_support\":null,\"nvlink\":null,\"generation\":null,"
        "\"cuda_cores\":null,\"slot_width\":null,\"pcie_generation\":null,"
        "\"form_factor\":null,\"q7b\":0,\"q13b\":0,\"q70b\":0,"
        "\"raw_score\":0,\"quantization_score\":0,\"score\":0,"
        "\"final_score\":50,\"dedup_status\":\"UNIQUE\",\"model\":null,"
        "\"condition\":null,\"quantity\":null,\"availability\":null,"
        "\"seller\":null,\"region\":null,\"listing_age\":null,"
        "\"seen_at\":null,\"source_url\":null,\"source_type\":null,"
        "\"bulk_notes\":null,\"extra\":null}\n";

    memset(&b, 0, sizeof(b));

    glyph_output_header(&b, GLYPH_OUTPUT_NDJSON);
    is_int(b.len, 0, "NDJSON has no header");

    known(&l);
    row(&b, GLYPH_OUTPUT_NDJSON, &l);
    is_mem(b.data, b.len, full, sizeof(full) - 1, "a JSON row");

    unknown(&l);
    row(&b, GLYPH_OUTPUT_NDJSON, &l);
    is_mem(b.data, b.len, bare, sizeof(bare) - 1,
           "one with nothing known: null");

    glyph_buf_reset(&b);
    glyph_output_head(&b, GLYPH_OUTPUT_NDJSON, &l);
    glyph_output_tail(&b, GLYPH_OUTPUT_NDJSON, &l);
    s.data = b.data;
    s.len = b.len - 1;
    ok(glyph_json_is_object(&s), "without the final columns it is one, too");

    glyph_buf_free(&b);
}


static void
test_fields(void)
{
    size_t       i;
    glyph_buf_t  b;

    static const struct {
        const char  *in;
        const char  *out;
    } fields[] = {
        { "", "" },
        { "plain text", "plain text" },
        { "a;b", "a;b" },
        { "a,b", "\"a,b\"" },
        { "\"", "\"\"\"\"" },
        { "24\" wide", "\"24\"\" wide\"" },
        { "a\nb", "\"a\nb\"" },
        { "a\rb", "\"a\rb\"" },
        { ",", "\",\"" }
    };

    memset(&b, 0, sizeof(b));

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        glyph_buf_reset(&b);
        glyph_output_field(&b, (const unsigned char *) fields[i].in,
                           strlen(fields[i].in), ',');
        is_mem(b.data, b.len, fields[i].out, strlen(fields[i].out),
               "field %zu", i);
    }

    glyph_buf_free(&b);
}


static void
test_times(void)
{
    size_t           i, len;
    glyph_buf_t      b;
    glyph_listing_t  l;

    static const struct {
        int64_t      usec;
        const char  *text;
    } times[] = {
        { 0, ",2000-01-01T00:00:00Z," },
        { 999999, ",2000-01-01T00:00:00Z," },
        { -1, ",1999-12-31T23:59:59Z," },
        { 5097600000000LL, ",2000-02-29T00:00:00Z," },
        { 762566399000000LL, ",2024-02-29T23:59:59Z," },
        { -315532800000000LL, ",1990-01-01T00:00:00Z," },
        { 3187295999000000LL, ",2100-12-31T23:59:59Z," },
        { 3160857600000000LL, ",2100-03-01T00:00:00Z," }
    };

    memset(&b, 0, sizeof(b));
    unknown(&l);
    l.has_seen_at = 1;

    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        l.seen_at = times[i].usec;
        glyph_buf_reset(&b);
        glyph_output_tail(&b, GLYPH_OUTPUT_CSV, &l);

        /* between the seven fields before it and the four behind it */

        len = strlen(times[i].text);
        is_mem(b.data + 7, len, times[i].text, len, "a time");
    }

    glyph_buf_free(&b);
}


static void
test_memory(void)
{
    int              format;
    long             n;
    glyph_buf_t      b;
    glyph_listing_t  l;

    memset(&b, 0, sizeof(b));
    known(&l);

    for (format = 0; format < 2; format++) {

        for (n = 0; n < 100; n++) {
            glyph_buf_free(&b);
            tap_malloc_fail_after(n);

            glyph_output_header(&b, format);
            glyph_output_head(&b, format, &l);
            glyph_output_final(&b, format, 1, "FIRST");
            glyph_output_tail(&b, format, &l);

            tap_malloc_fail_after(-1);

            if (!b.failed) {
                break;
            }
        }

        ok(n > 1 && n < 100, "each of %ld allocations may fail", n);
    }

    glyph_buf_free(&b);
}


/* Wherever it is that a field wants quotes for, and however long it is. */

static void
test_quotes(void)
{
    size_t                len, pos;
    unsigned              wrong;
    glyph_buf_t           b;
    unsigned char         text[80], want[84];
    const char            *p;

    memset(&b, 0, sizeof(b));
    wrong = 0;

    for (len = 1; len < sizeof(text); len++) {
        memset(text, 'a', sizeof(text));

        glyph_buf_reset(&b);
        glyph_output_field(&b, text, len, ';');
        wrong += (b.len != len || memcmp(b.data, text, len) != 0);

        for (pos = 0; pos < len; pos++) {

            for (p = ";\n\r\""; *p; p++) {
                text[pos] = *p;

                want[0] = '"';
                memcpy(want + 1, text, pos + 1);
                want[pos + 2] = '"';
                memcpy(want + pos + 2 + (*p == '"'), text + pos + 1,
                       len - pos - 1);
                want[len + 1 + (*p == '"')] = '"';

                glyph_buf_reset(&b);
                glyph_output_field(&b, text, len, ';');
                wrong += (b.len != len + 2 + (*p == '"')
                          || memcmp(b.data, want, b.len) != 0);
            }

            text[pos] = 'a';
        }
    }

    is_int(wrong, 0, "fields of every length, with what asks for quotes"
           " everywhere");

    glyph_buf_free(&b);
}


int
main(void)
{
    test_csv();
    test_ndjson();
    test_fields();
    test_quotes();
    test_times();
    test_memory();

    return tap_done();
}
