/*
 * The pipeline as a whole: the same input gives the same output however it is
 * split, and each thing that can be wrong is said.
 */

#define _GNU_SOURCE

#include "glyph_copy.h"
#include "glyph_pipeline.h"
#include "tap.h"


typedef struct {
    glyph_buf_t  listings;
    glyph_buf_t  errors;
    glyph_buf_t  result;
    int          rc;
    glyph_code_e code;
    int          tight;         /* full() says so before every other row */
    int          turn;
} out_t;


static glyph_registry_t       *registry;
static glyph_rates_t           rates;
static glyph_pipeline_conf_t   conf;

static const unsigned char  id[16] = { 1 };


static void
on_listing(void *data, const glyph_listing_t *l)
{
    out_t  *o = data;

    glyph_copy_listing(&o->listings, id, l);
}


static void
on_rejected(void *data, const glyph_rejected_t *r)
{
    out_t  *o = data;

    glyph_copy_rejected(&o->errors, id, r);
}


static int
on_full(void *data)
{
    out_t  *o = data;

    return o->tight && ++o->turn % 2;
}


static int
feed(glyph_pipeline_t *p, out_t *o, const char *in, size_t len, int end)
{
    int                   rc;
    glyph_sink_t          sink;
    const unsigned char  *pos, *last;

    sink.data = o;
    sink.listing = on_listing;
    sink.rejected = on_rejected;
    sink.full = on_full;

    pos = (const unsigned char *) in;
    last = pos + len;

    do {
        rc = glyph_pipeline_run(p, &pos, last, end, &sink);
    } while (rc == GLYPH_FULL);

    return rc;
}


static void
run(out_t *o, const glyph_pipeline_opts_t *opts, const char *in, size_t len,
    size_t a, size_t b, size_t step)
{
    size_t             i, n;
    char              *copy;
    glyph_pipeline_t  *p;

    glyph_buf_reset(&o->listings);
    glyph_buf_reset(&o->errors);
    glyph_buf_reset(&o->result);
    o->code = GLYPH_CODE_OK;

    o->rc = glyph_pipeline_create(&p, &conf, opts, &o->code);

    if (o->rc != GLYPH_OK) {
        return;
    }

    for (i = 0; i < len && o->rc == GLYPH_OK; i += n) {
        n = step ? step : i < a ? a - i : i < b ? b - i : len - i;

        if (n > len - i) {
            n = len - i;
        }

        /* memory of its own, so that a read behind it is seen */

        copy = malloc(n);
        if (copy == NULL) {
            o->rc = GLYPH_ERROR;
            break;
        }

        memcpy(copy, in + i, n);
        o->rc = feed(p, o, copy, n, 0);
        free(copy);
    }

    if (o->rc == GLYPH_OK) {
        o->rc = feed(p, o, "", 0, 1);
    }

    if (o->rc == GLYPH_BAD) {
        o->code = glyph_pipeline_code(p);
    }

    if (o->rc != GLYPH_ERROR) {
        glyph_pipeline_result(p, &o->result, 0);
    }

    glyph_pipeline_destroy(p);
}


static int
same(const out_t *x, const out_t *y)
{
    return x->rc == y->rc
           && x->listings.len == y->listings.len
           && x->errors.len == y->errors.len
           && x->result.len == y->result.len
           && memcmp(x->listings.data, y->listings.data, x->listings.len) == 0
           && memcmp(x->result.data, y->result.data, x->result.len) == 0
           && (x->errors.len == 0
               || memcmp(x->errors.data, y->errors.data, x->errors.len) == 0);
}


static int
has(const glyph_buf_t *b, const char *text)
{
    return memmem(b->data, b->len, text, strlen(text)) != NULL;
}


static void
out_free(out_t *o)
{
    glyph_buf_free(&o->listings);
    glyph_buf_free(&o->errors);
    glyph_buf_free(&o->result);
}


static const char  mess[] =
    "\xef\xbb\xbfListing Title,Price,Currency,Qty,URL,Colour\r\n"
    "\"RTX 3080 Ti, 12GB\",\"$1,299.99\",,2,http://a.example/1?utm_x=1,red\r\n"
    "\n"
    "RTX 3080 Ti 12GB,\"1.299,00 \xe2\x82\xac\",EUR,x,http://a.example/1,\n"
    "\"two\nlines RTX 3090\",700,,,,\"he said \"\"no\"\"\"\r"
    "24\" card,12,,,,\r\n"
    "\"open quote,12,,,,\n"
    "RTX 3090,-5,,,,\n"
    ",12,,,,\n"
    "RTX 3090,1,USD,-1,,\n"
    "RTX \xff,1,,,,\n"
    "a,b,c,d,e,f,g,h\n"
    "short,5\n"
    "NVIDIA H100 PCIe 80GB,34995,,Available,,";


static void
test_splits(void)
{
    size_t                  i, bad;
    out_t                   whole, part;
    glyph_buf_t             form;
    glyph_pipeline_opts_t   opts, multi;

    memset(&opts, 0, sizeof(opts));
    memset(&whole, 0, sizeof(whole));
    memset(&part, 0, sizeof(part));

    run(&whole, &opts, mess, sizeof(mess) - 1, 0, 0, 0);

    is_int(whole.rc, GLYPH_OK, "the mess is read");
    ok(has(&whole.result, "\"total_rows\":12,\"valid_rows\":6,"
           "\"invalid_rows\":6"), "every row is a listing or an error");

    for (i = 1, bad = 0; i < sizeof(mess) - 1; i++) {
        run(&part, &opts, mess, sizeof(mess) - 1, i, 0, 0);
        bad += !same(&whole, &part);
    }

    is_int(bad, 0, "every split point gives the same");

    run(&part, &opts, mess, sizeof(mess) - 1, 0, 0, 1);
    ok(same(&whole, &part), "so does byte by byte");

    part.tight = 1;
    run(&part, &opts, mess, sizeof(mess) - 1, 0, 0, 7);
    ok(same(&whole, &part), "and blocks of one row");
    part.tight = 0;

    memset(&form, 0, sizeof(form));
    glyph_buf_puts(&form, "--b\r\nContent-Disposition: form-data;"
                   " name=\"campaign_id\"\r\n\r\nc1\r\n--b\r\n"
                   "Content-Disposition: form-data; name=\"f\";"
                   " filename=\"a.csv\"\r\n\r\n");
    glyph_buf_append(&form, mess, sizeof(mess) - 1);
    glyph_buf_puts(&form, "\r\n--b--\r\n");

    multi = opts;
    glyph_str_set(&multi.boundary, "b");

    run(&part, &multi, (char *) form.data, form.len, 0, 0, 0);
    is_int(part.rc, GLYPH_OK, "the same file in a form");
    is_mem(part.listings.data, part.listings.len, whole.listings.data,
           whole.listings.len, "has the same listings");

    out_free(&whole);
    run(&whole, &multi, (char *) form.data, form.len, 0, 0, 0);

    for (i = 1, bad = 0; i < form.len; i++) {
        run(&part, &multi, (char *) form.data, form.len, i, i + 3, 0);
        bad += !same(&whole, &part);
    }

    is_int(bad, 0, "at every split point");

    glyph_buf_free(&form);
    out_free(&whole);
    out_free(&part);
}


typedef struct {
    const char    *name;
    const char    *in;
    glyph_code_e   code;
} refusal_t;


static const refusal_t  refusals[] = {
    { "nothing", "", GLYPH_FILE_EMPTY },
    { "blank lines", "\n\r\n\n", GLYPH_FILE_EMPTY },
    { "a header only", "title,price\n", GLYPH_FILE_NO_ROWS },
    { "no price", "title,colour\nx,red\n", GLYPH_FILE_COLUMNS_MISSING },
    { "no header", "RTX 3090,700\nRTX 3080,500\n",
      GLYPH_FILE_HEADER_MISSING },
    { "two prices", "title,price,price\nx,1,2\n",
      GLYPH_FILE_COLUMN_DUPLICATE },
    { "a workbook", "PK\003\004xxxxxxxxxx", GLYPH_FILE_NOT_TEXT },
    { "a picture", "\x89PNG\r\n\x1a\n", GLYPH_FILE_NOT_TEXT },
    { "no valid row", "title,price\nx,y\n", GLYPH_FILE_NO_VALID_ROWS },
    { NULL, NULL, 0 }
};


static void
test_refusals(void)
{
    out_t                   o;
    const refusal_t        *r;
    glyph_pipeline_opts_t   opts;

    memset(&o, 0, sizeof(o));
    memset(&opts, 0, sizeof(opts));

    for (r = refusals; r->name; r++) {
        run(&o, &opts, r->in, strlen(r->in), 0, 0, 0);
        is_int(o.rc, GLYPH_BAD, "%s is refused", r->name);
        is_mem(glyph_code_name(o.code), strlen(glyph_code_name(o.code)),
               glyph_code_name(r->code), strlen(glyph_code_name(r->code)),
               "with its code");
    }

    opts.strict = 1;
    run(&o, &opts, "title,price\nx,1\nx,y\nx,2\n", 24, 0, 0, 0);
    is_int(o.code, GLYPH_FILE_STRICT, "strict: the first bad row");
    opts.strict = 0;

    opts.max_errors = 1;
    run(&o, &opts, "title,price\nx,a\nx,y\nx,2\n", 24, 0, 0, 0);
    is_int(o.code, GLYPH_FILE_TOO_MANY_ERRORS, "max_errors: one too many");
    opts.max_errors = 0;

    opts.max_error_ratio = 0.5;
    run(&o, &opts, "title,price\nx,a\nx,y\nx,2\n", 24, 0, 0, 0);
    is_int(o.code, GLYPH_FILE_TOO_MANY_ERRORS, "max_error_ratio at the end");
    opts.max_error_ratio = 0;

    conf.max_rows = 2;
    run(&o, &opts, "title,price\nx,1\nx,3\nx,2\n", 24, 0, 0, 0);
    is_int(o.code, GLYPH_FILE_TOO_MANY_ROWS, "max_rows: one too many");
    conf.max_rows = 0;

    glyph_str_set(&opts.charset, "no-such-charset");
    run(&o, &opts, "title,price\nx,1\n", 16, 0, 0, 0);
    is_int(o.code, GLYPH_FILE_CHARSET_UNKNOWN, "an unknown charset");

    out_free(&o);
}


static void
test_dialects(void)
{
    out_t                  o;
    glyph_pipeline_opts_t  opts;

    static const char  utf16[] =
        "\xff\xfet\0i\0t\0l\0e\0;\0p\0r\0i\0c\0e\0\n\0R\0T\0X\0 \0""3\0""0\0"
        "9\0""0\0;\0""7\0\n\0";

    memset(&o, 0, sizeof(o));
    memset(&opts, 0, sizeof(opts));

    run(&o, &opts, utf16, sizeof(utf16) - 1, 0, 0, 3);
    is_int(o.rc, GLYPH_OK, "UTF-16 by its byte order mark, three at a time");
    ok(has(&o.result, "\"first_model\":\"RTX_3090\""), "is read");

    run(&o, &opts, "sep=|\r\ntitle|price\r\nRTX 3090|7\r\n", 33, 0, 0, 2);
    is_int(o.rc, GLYPH_OK, "sep=| on the first line");

    out_free(&o);
}


static void
test_memory(void)
{
    int                    i;
    long                   n, before, after;
    out_t                  o;
    glyph_buf_t            b;
    glyph_pipeline_opts_t  opts;

    memset(&o, 0, sizeof(o));
    memset(&opts, 0, sizeof(opts));

    for (n = 0; n < 100000; n++) {
        tap_malloc_fail_after(n);
        run(&o, &opts, mess, sizeof(mess) - 1, 100, 0, 0);
        tap_malloc_fail_after(-1);

        if (o.rc == GLYPH_OK && !o.listings.failed && !o.errors.failed
            && !o.result.failed)
        {
            break;
        }

        out_free(&o);
    }

    ok(n > 20 && n < 100000, "each of %ld allocations may fail", n);

    memset(&b, 0, sizeof(b));
    glyph_buf_puts(&b, "title,price,url\n");

    for (i = 0; i < 20000; i++) {
        glyph_buf_printf(&b, "RTX 3090 no %d,%d,http://a.example/%d\n", i % 50,
                         i % 50 + 1, i % 50);
    }

    /* twice as many rows take no more allocations, but for the pieces */

    before = tap_malloc_count();
    run(&o, &opts, (char *) b.data, b.len / 2, 0, 0, 65536);
    after = tap_malloc_count();
    n = after - before;

    before = tap_malloc_count();
    run(&o, &opts, (char *) b.data, b.len, 0, 0, 65536);
    after = tap_malloc_count();

    ok(after - before < n + 40, "no allocation per row: %ld for half, %ld",
       n, after - before);

    glyph_buf_free(&b);
    out_free(&o);
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
        "RTX_3080_TI,RTX_3080_TI,nvidia,desktop,12,350,0,0,Ampere,10240,2,4,"
        "PCIe,2021-05-31,\n"
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

    test_splits();
    test_refusals();
    test_dialects();
    test_memory();

    glyph_buf_free(&error);
    glyph_registry_destroy(registry);

    return tap_done();
}
