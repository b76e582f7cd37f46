/* What becomes of the values of a file's rows, by the whole file. */

#include <stdio.h>

#include "pipeline/glyph_pipeline.h"
#include "tap.h"


#define EPOCH  946684800000000LL

/* 2025-11-30T12:00:00Z */
#define NOW    1764504000000ULL


static glyph_rates_t          rates;
static glyph_registry_t      *registry;
static glyph_pipeline_conf_t  conf;
static glyph_buf_t            said;
static glyph_buf_t            result;
static glyph_column_e         shown;    /* of each listing */
static glyph_digest_t         digests[16];
static int                    ndigests;


/* The column, or the day of seen_at, or the index of the first such row. */

static void
on_listing(void *data, const glyph_listing_t *l)
{
    (void) data;

    if (shown == GLYPH_COL_N) {
        glyph_buf_printf(&said, "%d|", (int) l->duplicate_of);

        if (ndigests < 16) {
            memset(&digests[ndigests], 0, sizeof(glyph_digest_t));

            if (l->has_url) {
                digests[ndigests] = l->url_digest;
            }

            ndigests++;
        }

    } else if (shown == GLYPH_COL_SEEN_AT) {
        glyph_buf_printf(&said, "%lld|", l->has_seen_at
                         ? (long long) ((l->seen_at + EPOCH) / 1000000)
                         : 0LL);

    } else if (shown == GLYPH_COL_PRICE) {
        glyph_buf_printf(&said, "%lld %s|", (long long) l->price.cents,
                         l->price.currency);

    } else {
        glyph_buf_append(&said, l->text[shown].data, l->text[shown].len);
        glyph_buf_puts(&said, "|");
    }
}


static void
on_rejected(void *data, const glyph_rejected_t *r)
{
    (void) data;

    glyph_buf_printf(&said, "%s=%.*s|", glyph_code_name(r->errors[0].code),
                     (int) r->errors[0].value.len,
                     (char *) r->errors[0].value.data);
}


static int
on_full(void *data)
{
    (void) data;

    return 0;
}


static void
run(const char *in, glyph_pipeline_opts_t *opts, glyph_column_e column)
{
    int                   rc;
    glyph_code_e          code;
    glyph_sink_t          sink;
    glyph_pipeline_t     *p;
    const unsigned char  *pos;

    memset(&sink, 0, sizeof(sink));
    sink.listing = on_listing;
    sink.rejected = on_rejected;
    sink.full = on_full;

    glyph_buf_reset(&said);
    glyph_buf_reset(&result);
    ndigests = 0;
    shown = column;

    rc = glyph_pipeline_create(&p, &conf, opts, &code);
    is_int(rc, GLYPH_OK, "a pipeline");

    pos = (const unsigned char *) in;
    (void) glyph_pipeline_run(p, &pos, pos + strlen(in), 1, &sink);

    glyph_pipeline_result(p, &result, 0);
    glyph_pipeline_destroy(p);
}


static void
test_as(glyph_pipeline_opts_t opts, const char *in, glyph_column_e column,
    const char *want)
{
    opts.now = NOW;

    run(in, &opts, column);
    is_mem(said.data, said.len, want, strlen(want), "%s",
           column == GLYPH_COL_N ? "duplicates" : glyph_column_name(column));
}


static void
test(const char *in, glyph_column_e column, const char *want)
{
    glyph_pipeline_opts_t  opts;

    memset(&opts, 0, sizeof(opts));
    test_as(opts, in, column, want);
}


static void
test_json(const char *in, glyph_column_e column, const char *want)
{
    glyph_pipeline_opts_t  opts;

    memset(&opts, 0, sizeof(opts));
    opts.format = GLYPH_FORMAT_JSON;
    test_as(opts, in, column, want);
}


/* How often the last result has a text. */

static void
test_result(const char *text, int times, const char *what)
{
    int                   n;
    size_t                len;
    const unsigned char  *p;

    len = strlen(text);
    n = 0;

    for (p = result.data; p + len <= result.data + result.len; p++) {
        n += memcmp(p, text, len) == 0;
    }

    is_int(n, times, "%s", what);
}


static void
test_placeholders(void)
{
    const char  *in;

    in = "title,price,currency,condition,seller,region,source_url\n"
         "RTX 3090,700,N/A,n/a,None,NA,N/A\n"
         "RTX 3090,700,NaN,-,null,unknown,#\n"
         "RTX 3090,700,null,?,-,None,link\n"
         "N/A,700,,,,,\n";

    test(in, GLYPH_COL_CONDITION, "||||");
    test(in, GLYPH_COL_SELLER, "None|null|||");
    test(in, GLYPH_COL_REGION, "NA||||");
    test(in, GLYPH_COL_SOURCE_URL, "||||");
    test(in, GLYPH_COL_TITLE, "RTX 3090|RTX 3090|RTX 3090|N/A|");
    test(in, GLYPH_COL_PRICE, "70000 USD|70000 USD|70000 USD|70000 USD|");

    test("title,price\nRTX 3090,N/A\nRTX 3090,0\nRTX 3090,1\n",
         GLYPH_COL_PRICE, "price_missing=N/A|price_zero=0|100 USD|");
    test_json("[{\"title\":\"A\",\"price\":1,\"seller\":\"#N/A\","
              "\"source_url\":0}]", GLYPH_COL_SELLER, "|");
}


static void
test_markup(void)
{
    test("title,price\nRTX 3090 &amp; box,1\n<b>RTX</b> 3090 <24GB>,1\n",
         GLYPH_COL_TITLE, "RTX 3090 & box|RTX 3090 <24GB>|");
    test("title,price\nRTX 3090,&euro;&nbsp;700\nRTX 3090,<b>$1</b>\n"
         "RTX 3090,799<sup>99</sup>\nRTX 3090,\"<b>no</b>\"\n",
         GLYPH_COL_PRICE, "70000 EUR|100 USD|"
         "price_invalid=799<sup>99</sup>|price_invalid=<b>no</b>|");
    test("title,price,url\nA,1,https://a.example/?a=1&amp;b=2\n"
         "B,1,https://a.example/?a=1&copy=2\n", GLYPH_COL_SOURCE_URL,
         "https://a.example/?a=1&b=2|https://a.example/?a=1&copy=2|");
    test("title,price,seller\nA,1,&nbsp;\nA,1,&#0;x\nA,1,&quot;N/A&quot;\n"
         "A,1,N&#47;A\n", GLYPH_COL_SELLER,
         "|\xef\xbf\xbdx|\"N/A\"||");
    test("title,price,url\nA,1,https://a.example/1?a=1&amp;b=2\n"
         "A,1,https://a.example/1?a=1&b=2\n", GLYPH_COL_N, "-1|0|");

    /* an "&" that is written otherwise */

    test_json("[{\"title\":\"A \\u0026amp; B\",\"price\":\"&euro;1\"}]",
              GLYPH_COL_TITLE, "A & B|");
}


static void
test_dates(void)
{
    glyph_pipeline_opts_t  opts;

    memset(&opts, 0, sizeof(opts));

    test("title,price,seen_at\nA,1,03/04/2025\nA,2,26/06/2025\n"
         "A,3,06/26/2025\n", GLYPH_COL_SEEN_AT, "0|1750896000|1750896000|");
    test_result("\"code\":\"date_ambiguous\"", 1,
                "dates that contradict are left out, which is said once");
    test_result("\"valid_rows\":3,\"invalid_rows\":0", 1, "no row is lost");

    test("title,price (USD),seen_at\nRTX 3090,1,03/04/2025\n"
         "RTX 3080,2,26/06/2025\n",
         GLYPH_COL_SEEN_AT, "1743638400|1750896000|");
    test_result("\"date_order\":\"dmy\"", 1, "the sample decides");
    test_result("\"warnings_count\":0", 1, "and nothing is to be said");

    test("title,price,seen_at\nA,1,03/04/2025\nA,2,06/26/2025\n",
         GLYPH_COL_SEEN_AT, "1741046400|1750896000|");
    test_result("\"date_order\":\"mdy\"", 1, "the other way, too");

    test("title,price,seen_at\nA,1,03/04/2025\nA,2,05/06/2025\nA,3,soon\n"
         "A,4,later\n", GLYPH_COL_SEEN_AT, "0|0|0|0|");
    test_result("\"code\":\"date_ambiguous\"", 1, "one warning for the file");
    test_result("\"code\":\"date_invalid\"", 1, "and one of another kind");
    test_result("\"date_order\":\"unknown\"", 1, "nothing has told");

    opts.date_order = GLYPH_DATE_MDY;
    test_as(opts, "title,price,seen_at\nA,1,03/04/2025\nA,2,05/06/2025\n",
            GLYPH_COL_SEEN_AT, "1741046400|1746489600|");
    test_result("\"date_order\":\"mdy\"", 1, "it was told");

    test("title,price,scraped_at\nA,1,45863\nA,2,45864.5\n",
         GLYPH_COL_SEEN_AT, "1753401600|1753531200|");
    test("title,price,found_at\nA,1,45863\nA,2,2025-07-25\n",
         GLYPH_COL_SEEN_AT, "0|1753401600|");
    test("title,price (USD),seen_at\nRTX 3090,1,2 days ago\nRTX 3080,2,N/A\n",
         GLYPH_COL_SEEN_AT, "1764331200|0|");
    test_result("\"warnings_count\":0", 1, "a placeholder is no wrong date");
    test_json("[{\"title\":\"A\",\"price\":1,\"seen_at\":\"03/04/2025\"},"
              "{\"title\":\"B\",\"price\":1,\"seen_at\":\"26/06/2025\"}]",
              GLYPH_COL_SEEN_AT, "1743638400|1750896000|");
}


static void
test_identity(void)
{
    size_t       i;
    glyph_buf_t  b;

    /* no URLs */

    test("title,price,url\nRTX 3090,700,N/A\nH100,9000,N/A\nH100,9000,N/A\n",
         GLYPH_COL_N, "-1|-1|1|");
    test("title,price,url\nRTX 3090,700,https://a.example/\n"
         "H100,9000,https://a.example/\n", GLYPH_COL_N, "-1|-1|");

    /* with a URL */

    test("title,price,seller,url\nRTX 3090,700,a,https://a.example/1\n"
         "RTX 3090,700,a,https://a.example/2\n"
         "RTX 3090 24GB,650,b,https://a.example/1\n", GLYPH_COL_N,
         "-1|-1|0|");
    test("title,price,condition,url\nRTX 3090,700,new,https://a.example/1\n"
         "RTX 3090,600,used,https://a.example/1\n"
         "RTX 3080,600,used,https://a.example/1\n"
         "RTX 3090,500,Brand new,https://a.example/1\n", GLYPH_COL_N,
         "-1|-1|-1|0|");

    /* without */

    test("title,price,condition,region,sku\nRTX 3090,700,new,EU,1\n"
         "RTX 3090,700,used,EU,1\nRTX 3090,700,new,US,1\n"
         "RTX 3090,700,new,EU,2\nRTX 3090,700,new,EU,1\n", GLYPH_COL_N,
         "-1|-1|-1|-1|0|");

    /* a history */

    test("title,price,url,seen_at\nRTX 3090,700,https://a.example/1,"
         "2025-07-01\nRTX 3090,650,https://a.example/1,2025-07-02\n"
         "RTX 3090,600,https://a.example/1,2025-07-02\n"
         "RTX 3090,650,https://a.example/1,\n", GLYPH_COL_N,
         "-1|-1|1|-1|");
    ok(memcmp(&digests[0], &digests[1], sizeof(glyph_digest_t)) == 0,
       "which is of one listing");
    test("title,price,seen_at\nRTX 3090,700,2025-07-01\n"
         "RTX 3090,700,2025-07-02\nRTX 3090,700,2025-07-02\n"
         "RTX 3090,700,soon\nRTX 3090,700,later\nRTX 3090,700,soon\n",
         GLYPH_COL_N, "-1|-1|1|-1|-1|3|");

    /* pages of a search */

    memset(&b, 0, sizeof(b));
    glyph_buf_puts(&b, "title,price,url\n");

    for (i = 0; i < 12; i++) {
        glyph_buf_printf(&b, "RTX 3090 no. %d x,%d,https://a.example/?p=%d\n",
                         (int) i, 700 + (int) i, (int) i / 6);
    }

    glyph_buf_putc(&b, '\0');

    test((char *) b.data, GLYPH_COL_N,
         "-1|-1|-1|-1|-1|-1|-1|-1|-1|-1|-1|-1|");
    test_result("\"code\":\"url_shared\"", 1, "which is said once");

    glyph_buf_reset(&b);
    glyph_buf_puts(&b, "title,price,condition,url\n");

    for (i = 0; i < 12; i++) {
        glyph_buf_printf(&b, "RTX 30%d0,700,%s,https://a.example/?p=%d\n",
                         7 + (int) i % 3, i % 2 ? "new" : "used",
                         (int) i / 6);
    }

    glyph_buf_putc(&b, '\0');

    test((char *) b.data, GLYPH_COL_N,
         "-1|-1|-1|-1|-1|-1|-1|-1|-1|-1|-1|-1|");
    test_result("\"code\":\"url_shared\"", 0, "variants may share a page");

    glyph_buf_free(&b);
}


int
main(void)
{
    size_t       line;
    glyph_buf_t  error;

    static const char  models[] =
        "model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,"
        "generation,cuda_cores,slot_width,pcie_generation,form_factor,"
        "released,aliases\n"
        "RTX_3070,RTX_3070,nvidia,desktop,8,220,0,0,Ampere,5888,2,4,PCIe,"
        "2020-10-29,\n"
        "RTX_3080,RTX_3080,nvidia,desktop,10,320,0,0,Ampere,8704,2,4,PCIe,"
        "2020-09-17,\n"
        "RTX_3090,RTX_3090,nvidia,desktop,24,350,0,1,Ampere,10496,3,4,PCIe,"
        "2020-09-01,\n"
        "H100_PCIE_80GB,H100,nvidia,server,80,350,7,0,Hopper,14592,2,5,PCIe,"
        "2022-10-01,\n";

    memset(&error, 0, sizeof(error));

    registry = glyph_registry_create();

    if (glyph_registry_add(registry, (const unsigned char *) models,
                           sizeof(models) - 1, &line, &error)
        != GLYPH_OK
        || glyph_registry_compile(registry, &error) != GLYPH_OK)
    {
        tap_diag("%.*s", (int) error.len, (char *) error.data);
        return 1;
    }

    conf.registry = registry;
    conf.rates = &rates;
    conf.max_row_size = 65536;
    conf.max_columns = 256;
    conf.max_errors = 1000;
    conf.dedup_size = 1000;
    conf.extra = 1;
    glyph_score_defaults(&conf.score);

    test_placeholders();
    test_markup();
    test_dates();
    test_identity();

    glyph_buf_free(&said);
    glyph_buf_free(&result);
    glyph_buf_free(&error);
    glyph_registry_destroy(registry);

    return tap_done();
}
