/*
 * The pipeline as a whole: the same input gives the same output however it is
 * split, and each thing that can be wrong is said.
 */

#define _GNU_SOURCE

#include <stdio.h>

#include "out/glyph_copy.h"
#include "pipeline/glyph_pipeline.h"
#include "tap.h"


#define PART_FIELD(name)                                                     \
    "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define PART_FILE                                                            \
    "--b\r\nContent-Disposition: form-data; name=\"f\";"                     \
    " filename=\"a.csv\"\r\n\r\n"
#define FORM_REST                                                            \
    PART_FILE "title,price\nRTX 3090,1\n\r\n--b--\r\n"


typedef struct {
    glyph_buf_t  listings;
    glyph_buf_t  errors;
    glyph_buf_t  result;
    int          rc;
    glyph_code_e code;
    int          tight;         /* full() says so before every other row */
    int          turn;
    glyph_buf_t  said;          /* "code(column) " of each error */
    glyph_buf_t  warned;        /* "number:index:line:code(column)=value " */
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
    size_t   i;
    out_t   *o = data;

    glyph_copy_rejected(&o->errors, id, r);

    for (i = 0; i < r->n; i++) {
        glyph_buf_puts(&o->said, glyph_code_name(r->errors[i].code));
        glyph_buf_printf(&o->said, "(%s) ", r->errors[i].column < GLYPH_COL_N
                         ? glyph_column_name(r->errors[i].column) : "row");
    }
}


static void
on_warning(void *data, const glyph_warning_t *w)
{
    out_t  *o = data;

    glyph_buf_printf(&o->warned, "%llu:%lld:%llu:%s(%s)=",
                     (unsigned long long) w->number,
                     (long long) w->import_index, (unsigned long long) w->line,
                     glyph_code_name(w->what.code),
                     w->what.column < GLYPH_COL_N
                     ? glyph_column_name(w->what.column) : "row");
    glyph_buf_append(&o->warned, w->what.value.data, w->what.value.len);
    glyph_buf_putc(&o->warned, ' ');
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
    sink.warning = on_warning;
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
    glyph_buf_reset(&o->said);
    glyph_buf_reset(&o->warned);
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
           && x->warned.len == y->warned.len
           && (x->warned.len == 0
               || memcmp(x->warned.data, y->warned.data, x->warned.len) == 0)
           && (x->listings.len == 0
               || memcmp(x->listings.data, y->listings.data, x->listings.len)
                  == 0)
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
    glyph_buf_free(&o->said);
    glyph_buf_free(&o->warned);
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
    ok(has(&whole.result, "\"total_rows\":12,\"valid_rows\":7,"
           "\"invalid_rows\":5"), "every row is a listing or an error");

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


/*
 * Rows up to the sample's end, in which the mess then lies twice: as the
 * sample's last rows and the first ones behind it, and whole behind it.
 */

static void
border_file(glyph_buf_t *b, size_t *from)
{
    int          i;
    const char  *rows;

    rows = strchr(mess, '\n') + 1;

    glyph_buf_puts(b, "Listing Title,Price,Currency,Qty,URL,Notes\r\n");

    for (i = 0; b->len < GLYPH_SAMPLE_SIZE - 4400; i++) {
        glyph_buf_printf(b, "RTX 3090 no %d,%d,,,,\"", i, i + 1);

        while (b->data[b->len - 1] != '!') {
            glyph_buf_printf(b, "%0200d%s", 0, b->len % 4000 < 300 ? "!" : "");
        }

        glyph_buf_puts(b, "\"\n");
    }

    while (b->len < GLYPH_SAMPLE_SIZE - 700) {
        glyph_buf_puts(b, "RTX 3090,1,,,http://a.example/9,x\r\n");
    }

    *from = b->len;

    for (i = 0; i < 8; i++) {
        glyph_buf_puts(b, rows);
        glyph_buf_puts(b, "\r\n");
    }

    glyph_buf_puts(b, rows);
}


static void
test_border(void)
{
    size_t                  i, bad, from;
    out_t                   whole, part;
    glyph_buf_t             b;
    glyph_pipeline_opts_t   opts;

    memset(&b, 0, sizeof(b));
    memset(&opts, 0, sizeof(opts));
    memset(&whole, 0, sizeof(whole));
    memset(&part, 0, sizeof(part));

    border_file(&b, &from);
    ok(b.len - from > 2000 && from < GLYPH_SAMPLE_SIZE
       && b.len > GLYPH_SAMPLE_SIZE + 1500,
       "a mess of %zu bytes around the sample's end", b.len - from);

    run(&whole, &opts, (char *) b.data, b.len, 0, 0, 0);
    is_int(whole.rc, GLYPH_OK, "is read");

    for (i = from, bad = 0; i < b.len; i++) {
        run(&part, &opts, (char *) b.data, b.len, i, 0, 0);
        bad += !same(&whole, &part);
    }

    is_int(bad, 0, "the same at every split point");

    run(&part, &opts, (char *) b.data, b.len, 0, 0, 1);
    ok(same(&whole, &part), "byte by byte");

    part.tight = 1;
    run(&part, &opts, (char *) b.data, b.len, 0, 0, 0);
    ok(same(&whole, &part), "in blocks of one row");
    run(&part, &opts, (char *) b.data, b.len, 0, 0, 1);
    ok(same(&whole, &part), "and both");

    glyph_buf_free(&b);
    out_free(&whole);
    out_free(&part);
}


/* What lies behind the sample changes no habit, however much is at hand. */

static void
test_habit(void)
{
    out_t                   whole, part;
    glyph_buf_t             b;
    glyph_pipeline_opts_t   opts;

    memset(&b, 0, sizeof(b));
    memset(&opts, 0, sizeof(opts));
    memset(&whole, 0, sizeof(whole));
    memset(&part, 0, sizeof(part));

    glyph_buf_puts(&b, "title;price\n");

    while (b.len < GLYPH_SAMPLE_SIZE + 100) {
        glyph_buf_puts(&b, "RTX 3090;1.299\n");
    }

    while (b.len < 2 * GLYPH_SAMPLE_SIZE) {
        glyph_buf_puts(&b, "RTX 3090;12.99\n");
    }

    run(&whole, &opts, (char *) b.data, b.len, 0, 0, 0);
    is_int(whole.rc, GLYPH_OK, "a habit that shows behind the sample");
    ok(has(&whole.result, "\"decimal\":\"unknown\""), "is not known");

    run(&part, &opts, (char *) b.data, b.len, GLYPH_SAMPLE_SIZE - 1, 0, 0);
    ok(same(&whole, &part), "also when the sample comes in two pieces");
    run(&part, &opts, (char *) b.data, b.len, 0, 0, 1000);
    ok(same(&whole, &part), "or in many");

    glyph_buf_free(&b);
    out_free(&whole);
    out_free(&part);
}


/* The sample is larger if the header is; but not for ever. */

static void
test_long_header(void)
{
    size_t                  i, size;
    out_t                   whole, part;
    glyph_buf_t             b;
    glyph_pipeline_opts_t   opts;

    memset(&b, 0, sizeof(b));
    memset(&opts, 0, sizeof(opts));
    memset(&whole, 0, sizeof(whole));
    memset(&part, 0, sizeof(part));

    for (size = GLYPH_SAMPLE_SIZE - 20; size < 2 * GLYPH_SAMPLE_MAX;
         size += GLYPH_SAMPLE_SIZE / 2)
    {
        glyph_buf_reset(&b);
        glyph_buf_puts(&b, "title,price,");

        while (b.len < size) {
            glyph_buf_putc(&b, b.len % 1000 ? 'x' : ',');
        }

        glyph_buf_puts(&b, "\n");

        for (i = 0; i < 500; i++) {
            glyph_buf_puts(&b, "RTX 3090,700,\"1\"\"2\"\n");
        }

        run(&whole, &opts, (char *) b.data, b.len, 0, 0, 0);
        run(&part, &opts, (char *) b.data, b.len, 0, 0, 1000);
        ok(same(&whole, &part), "a header of %zu bytes, in one or in pieces",
           size);

        if (size < GLYPH_SAMPLE_MAX) {
            is_int(whole.rc, GLYPH_OK, "is read");

        } else {
            is_int(whole.code, GLYPH_FILE_HEADER_TOO_LARGE, "is too large");
        }
    }

    glyph_buf_free(&b);
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

    conf.max_columns = 3;
    run(&o, &opts, "title,price,a,b\nx,1,2,3\n", 24, 0, 0, 0);
    is_int(o.code, GLYPH_FILE_TOO_MANY_COLUMNS, "max_columns: one too many");
    conf.max_columns = 256;

    conf.max_row_size = 16;
    run(&o, &opts, "title,price,a long name\nx,1,2\n", 30, 0, 0, 0);
    is_int(o.code, GLYPH_FILE_HEADER_TOO_LARGE, "a header over max_row_size");
    conf.max_row_size = 65536;

    glyph_str_set(&opts.charset, "no-such-charset");
    run(&o, &opts, "title,price\nx,1\n", 16, 0, 0, 0);
    is_int(o.code, GLYPH_FILE_CHARSET_UNKNOWN, "an unknown charset");

    out_free(&o);
}


static const refusal_t  forms[] = {
    { "no boundary", "title,price\nx,1\n", GLYPH_MULTIPART_TRUNCATED },
    { "a part without its end", PART_FILE "title,price\nx,1\n",
      GLYPH_MULTIPART_TRUNCATED },
    { "an end within the headers", "--b\r\nContent-Dis",
      GLYPH_MULTIPART_TRUNCATED },
    { "a part without a disposition", "--b\r\nA: b\r\n\r\nx\r\n--b--\r\n",
      GLYPH_MULTIPART_MALFORMED },
    { "no part at all", "--b--\r\n", GLYPH_MULTIPART_NO_FILE },
    { "fields only", PART_FIELD("campaign_id") "c\r\n--b--\r\n",
      GLYPH_MULTIPART_NO_FILE },
    { "two files", PART_FILE "title,price\nx,1\n\r\n" PART_FILE
      "title,price\nx,1\n\r\n--b--\r\n", GLYPH_MULTIPART_TWO_FILES },
    { "an unknown field", PART_FIELD("colour") "red\r\n" FORM_REST,
      GLYPH_MULTIPART_FIELD_UNKNOWN },
    { "a field given twice", PART_FIELD("source_label") "a\r\n"
      PART_FIELD("source_label") "a\r\n" FORM_REST,
      GLYPH_MULTIPART_FIELD_REPEATED },
    { "metadata that is no object", PART_FIELD("metadata") "[1]\r\n" FORM_REST,
      GLYPH_MULTIPART_FIELD_INVALID },
    { "a label that is not UTF-8", PART_FIELD("source_label") "\xff\r\n"
      FORM_REST, GLYPH_MULTIPART_FIELD_INVALID },
    { "an empty file", PART_FILE "\r\n--b--\r\n", GLYPH_FILE_EMPTY },
    { "an unknown charset", "--b\r\nContent-Disposition: form-data;"
      " name=\"f\"; filename=\"a\"\r\nContent-Type: text/csv;"
      " charset=klingon\r\n\r\ntitle,price\nx,1\r\n--b--\r\n",
      GLYPH_FILE_CHARSET_UNKNOWN },
    { NULL, NULL, 0 }
};


/* Whoever has a pipeline knows by this whether to destroy it is cheap. */

static void
test_ended(void)
{
    int                     i;
    out_t                   o;
    glyph_buf_t             b;
    glyph_pipeline_t       *p;
    glyph_pipeline_opts_t   opts;

    memset(&o, 0, sizeof(o));
    memset(&b, 0, sizeof(b));
    memset(&opts, 0, sizeof(opts));

    glyph_buf_puts(&b, "title,price\n");
    for (i = 0; b.len <= GLYPH_SAMPLE_SIZE; i++) {
        glyph_buf_printf(&b, "RTX 3090 no %d,%d\n", i, 100 + i);
    }

    glyph_pipeline_create(&p, &conf, &opts, &o.code);
    is_int(feed(p, &o, (char *) b.data, b.len, 0), GLYPH_OK, "a part");
    ok(glyph_pipeline_begun(p) && !glyph_pipeline_ended(p),
       "has begun and not ended");
    is_int(feed(p, &o, "RTX 3090,5\n", 11, 1), GLYPH_OK, "the rest");
    ok(glyph_pipeline_ended(p), "has ended");
    glyph_pipeline_destroy(p);

    opts.strict = 1;
    glyph_pipeline_create(&p, &conf, &opts, &o.code);
    glyph_buf_puts(&b, "RTX 3090,free\n");
    is_int(feed(p, &o, (char *) b.data, b.len, 0), GLYPH_BAD, "a refusal");
    ok(glyph_pipeline_ended(p), "is an end, too");
    glyph_pipeline_destroy(p);

    glyph_buf_free(&b);
    out_free(&o);
}


/* How many rows of it say what another one said. */

static void
duplicates(const char *in, unsigned scored, long long want, const char *what)
{
    out_t                   o;
    glyph_pipeline_t       *p;
    glyph_pipeline_opts_t   opts;

    memset(&o, 0, sizeof(o));
    memset(&opts, 0, sizeof(opts));
    opts.scored = scored;

    glyph_pipeline_create(&p, &conf, &opts, &o.code);
    is_int(feed(p, &o, in, strlen(in), 1), GLYPH_OK, "%s are read", what);
    is_int(glyph_pipeline_totals(p)->duplicates, want, "%s", what);
    glyph_pipeline_destroy(p);

    out_free(&o);
}


static void
test_duplicates(void)
{
    char  in[4000], title[1001];

    duplicates("title,price,seller\n"
               "RTX 3090 Founders,100,a\n"
               "RTX 3090 Founders,100,a\n"
               "rtx 3090 FOUNDERS,100,A\n"
               "RTX 3090 Founders,100,b\n"
               "RTX 3090 Founders,101,a\n"
               "RTX 3090 Gaming,100,a\n"
               "RTX 3090 Gaming,100,\n"
               "H100,100,a\n", 0, 2, "titles, prices and sellers");

    duplicates("title,price,canonical_model,score\n"
               "x,0.01,UNKNOWN,15\n"
               "X,0.01,UNKNOWN,15\n"
               "y,0.01,UNKNOWN,15\n"
               "z,0.01,UNKNOWN,15\n", 1, 1, "those of a scored file");

    /* more than is remembered of a title */

    memset(title, 'x', sizeof(title));
    title[1000] = '\0';
    snprintf(in, sizeof(in), "title,price\n%s,1\n%s,1\n%.999sy,1\n", title,
             title, title);
    duplicates(in, 0, 1, "long titles");
}


static void
test_forms(void)
{
    out_t                   o, part;
    glyph_buf_t             b;
    const refusal_t        *r;
    glyph_pipeline_opts_t   opts;

    memset(&o, 0, sizeof(o));
    memset(&part, 0, sizeof(part));
    memset(&b, 0, sizeof(b));
    memset(&opts, 0, sizeof(opts));
    glyph_str_set(&opts.boundary, "b");

    for (r = forms; r->name; r++) {
        run(&o, &opts, r->in, strlen(r->in), 0, 0, 0);
        is_int(o.rc, GLYPH_BAD, "a form with %s is refused", r->name);
        is_mem(glyph_code_name(o.code), strlen(glyph_code_name(o.code)),
               glyph_code_name(r->code), strlen(glyph_code_name(r->code)),
               "with its code");

        run(&part, &opts, r->in, strlen(r->in), 0, 0, 1);
        is_int(part.code, o.code, "byte by byte, too");
    }

    glyph_str_set(&opts.filename, "of-the-request.csv");
    run(&o, &opts, PART_FILE "\r\n--b--\r\n",
        strlen(PART_FILE "\r\n--b--\r\n"), 0, 0, 0);
    ok(has(&o.result, "\"filename\":\"a.csv\""),
       "an empty file has the name that its part gives");
    opts.filename.len = 0;

    glyph_buf_puts(&b, PART_FIELD("metadata"));

    while (b.len < 1024 * 1024) {
        glyph_buf_puts(&b, "{}                                             ");
    }

    glyph_buf_puts(&b, "\r\n" FORM_REST);
    run(&o, &opts, (char *) b.data, b.len, 0, 0, 0);
    is_int(o.code, GLYPH_MULTIPART_FIELD_TOO_LARGE, "a megabyte of metadata");

    glyph_buf_free(&b);
    out_free(&o);
    out_free(&part);
}


typedef struct {
    const char  *row;
    const char  *said;          /* "": the row is valid */
} row_t;


/* behind title,model,price,currency,quantity,seen_at,seller */

static const row_t  rows[] = {
    { "RTX 3090,,700,USD,1,2025-07-01,me", "" },
    { "RTX 3090,,700", "" },
    { ",RTX 3090,700", "" },
    { "RTX 3090,,700,,,,,,,", "" },
    { ",,700,,,,", "title_missing(title) " },
    { "RTX 3090,,,,,,", "price_missing(price) " },
    { "RTX 3090,,ask,,,,", "price_invalid(price) " },
    { "RTX 3090,,-1,,,,", "price_negative(price) " },
    { "RTX 3090,,0.00,,,,", "price_zero(price) " },
    { "RTX 3090,,100-200,,,,", "price_range(price) " },
    { "RTX 3090,,10000000000,,,,", "price_too_large(price) " },
    { "RTX 3090,,9999999999.99,,,,", "" },
    { "RTX 3090,,700,beads,,,", "" },
    { "RTX 3090,,$700,EUR,,,", "currency_conflict(currency) " },
    { "RTX 3090,,700,,-3,,", "" },
    { "RTX 3090,,n/a,,,,", "price_missing(price) " },
    { "RTX 3090,,700,N/A,-,?,None", "" },
    { "RTX 3090,,700,,,03/04/2025,", "" },
    { "RTX 3090,,700,,,soon,", "" },
    { "RTX &amp; <b>3090</b>,,&euro;700,,,,", "" },
    { "RTX 3090,,799<sup>99</sup>,,,,", "price_invalid(price) " },
    { "RTX 3090,,700,,,,,more", "row_column_count(row) " },
    { "a,b,c,d,e,f,g,h,i,j,k,l,m", "row_too_many_columns(row) " },
    { "RTX \xff,,700,,,,", "row_encoding(row) " },
    { "\"RTX 3090,,700,,,,", "row_malformed(row) " },
    { ",,x,beads,-1,soon,", "title_missing(title) "
      "price_invalid(price) " },
    { NULL, NULL }
};


static void
one_row(out_t *o, const glyph_pipeline_opts_t *opts, const char *text,
    size_t len)
{
    glyph_buf_t  b;

    memset(&b, 0, sizeof(b));

    glyph_buf_puts(&b, "title,model,price,currency,quantity,seen_at,seller\n"
                   "RTX 3090,,1,,,,\n");
    glyph_buf_append(&b, text, len);
    glyph_buf_puts(&b, "\nRTX 3090,,1,,,,\n");

    run(o, opts, (char *) b.data, b.len, 0, 0, 0);

    glyph_buf_free(&b);
}


/* A value of max bytes is taken, one of a byte more is not. */

static void
test_long(out_t *o, const glyph_pipeline_opts_t *opts, const char *column,
    size_t max)
{
    size_t       i, n;
    char         said[64];
    glyph_buf_t  b;

    memset(&b, 0, sizeof(b));

    for (n = max; n <= max + 1; n++) {
        glyph_buf_reset(&b);
        glyph_buf_printf(&b, "%s,price,%s\n", column,
                         strcmp(column, "title") ? "title" : "seller");

        for (i = 0; i < n; i++) {
            glyph_buf_putc(&b, 'x');
        }

        glyph_buf_puts(&b, ",1,y\nx,1,x\n");
        run(o, opts, (char *) b.data, b.len, 0, 0, 0);

        snprintf(said, sizeof(said), "field_too_long(%s) ", column);
        is_mem(o->said.data, o->said.len, said, n > max ? strlen(said) : 0,
               "%zu bytes of %s", n, column);
    }

    glyph_buf_free(&b);
}


static void
test_rows(void)
{
    size_t                  i;
    out_t                   o;
    const row_t            *r;
    glyph_buf_t             b;
    glyph_pipeline_opts_t   opts;

    static const struct {
        const char  *column;
        size_t       max;
    } longs[] = {
        { "title", 4096 }, { "source_url", 8192 }, { "bulk_notes", 32768 },
        { "seller", 1024 }
    };

    memset(&o, 0, sizeof(o));
    memset(&b, 0, sizeof(b));
    memset(&opts, 0, sizeof(opts));

    conf.max_columns = 12;

    for (r = rows; r->row; r++) {
        one_row(&o, &opts, r->row, strlen(r->row));
        is_int(o.rc, GLYPH_OK, "its neighbours are read: %s", r->row);
        is_mem(o.said.data, o.said.len, r->said, strlen(r->said),
               "and it is what it is");
        ok(has(&o.result, *r->said ? "\"valid_rows\":2,\"invalid_rows\":1"
                          : "\"valid_rows\":3,\"invalid_rows\":0"),
           "it harms only itself");
    }

    conf.max_columns = 256;

    one_row(&o, &opts, "RTX 3090\0,,700,,,,", 19);
    is_mem(o.said.data, o.said.len, "row_nul(row) ", 13, "a NUL byte");

    opts.reject_unknown = 1;
    one_row(&o, &opts, "GeForce RTX 9999 graphics card,,1,,,,", 37);
    is_mem(o.said.data, o.said.len, "model_unknown(title) ", 21,
           "reject=unknown");
    opts.reject_unknown = 0;
    opts.reject_not_gpu = 1;
    one_row(&o, &opts, "garden chair,,1,,,,", 19);
    is_mem(o.said.data, o.said.len, "not_gpu(title) ", 15, "reject=not_gpu");
    opts.reject_not_gpu = 0;

    for (i = 0; i < 70000; i++) {
        glyph_buf_putc(&b, 'x');
    }

    one_row(&o, &opts, (char *) b.data, b.len);
    is_mem(o.said.data, o.said.len, "row_too_large(row) ", 19,
           "a row over max_row_size");

    for (i = 0; i < sizeof(longs) / sizeof(longs[0]); i++) {
        test_long(&o, &opts, longs[i].column, longs[i].max);
    }

    glyph_buf_free(&b);
    out_free(&o);
}


static void
test_charsets(void)
{
    out_t                  o, part;
    glyph_pipeline_opts_t  opts;

    static const char  latin[] =
        "title;price;Zustand\nRTX 3090;1.299,00 \x80;wie \x93toll\x94\n";
    static const char  cyrillic[] =
        "title;price;Zustand\nRTX 3090;700;\xed\xee\xe2\xe0\xff\n"
        "RTX 3080;600;\xe1/\xf3\n";

    memset(&o, 0, sizeof(o));
    memset(&part, 0, sizeof(part));
    memset(&opts, 0, sizeof(opts));

    run(&o, &opts, cyrillic, sizeof(cyrillic) - 1, 0, 0, 0);
    is_int(o.code, GLYPH_FILE_CHARSET_UNKNOWN,
           "what is neither UTF-8 nor windows-1252");

    run(&o, &opts, latin, sizeof(latin) - 1, 0, 0, 0);
    is_int(o.rc, GLYPH_OK, "windows-1252 that nobody told of");
    ok(has(&o.listings, "wie \xe2\x80\x9ctoll\xe2\x80\x9d"), "is read");
    ok(has(&o.result, "{\"row_index\":null,\"line\":null,"
           "\"code\":\"charset_guessed\",\"message\":\"the file is not "),
       "with a warning of the file");

    glyph_str_set(&opts.charset, "windows-1252");
    run(&o, &opts, latin, sizeof(latin) - 1, 0, 0, 0);
    is_int(o.rc, GLYPH_OK, "but read where it is told");
    ok(has(&o.listings, "wie \xe2\x80\x9ctoll\xe2\x80\x9d"), "its quotes");
    ok(has(&o.listings, "EUR"), "and its euro sign");
    ok(has(&o.result, "\"charset\":\"windows-1252\""), "which is said");

    run(&part, &opts, latin, sizeof(latin) - 1, 0, 0, 1);
    ok(same(&o, &part), "byte by byte, too");

    out_free(&o);
    out_free(&part);
}


typedef struct {
    const char    *name;
    const char    *in;
    glyph_code_e   code;
    const char    *says;        /* in the result */
} dialect_t;


static const dialect_t  dialects[] = {
    { "semicolons, commas in quotes",
      "\"Titel\";\"Preis, EUR\"\nRTX 3090;\"1.299,00\"\n",
      GLYPH_CODE_OK, "\"delimiter\":\";\"" },
    { "one semicolon, more commas in a name",
      "Titel;Preis;Versand (DE, AT, CH)\nRTX 3090;1.299,00;x\n",
      GLYPH_CODE_OK, "\"delimiter\":\";\"" },
    { "tabs, more commas in names",
      "title\tprice, usd\tnote, a, b\nRTX 3090\t1,299.00\tx\n",
      GLYPH_CODE_OK, "\"delimiter\":\"\\t\"" },
    { "commas, more tabs in a name",
      "title,price,a\tb\tc\td\nRTX 3090,1,x\n",
      GLYPH_CODE_OK, "\"delimiter\":\",\"" },
    { "semicolons, commas in the data",
      "title;price\nRTX 3090, 24GB, new, x;1,5\n",
      GLYPH_CODE_OK, "\"delimiter\":\";\"" },
    { "no known name: the most frequent mark",
      "a;b;c,d\n1;2;3\n", GLYPH_FILE_COLUMNS_MISSING,
      "columns seen: \\\"a\\\", \\\"b\\\", \\\"c,d\\\"" },
    { "one column", "title\nRTX 3090\n", GLYPH_FILE_COLUMNS_MISSING,
      "no price column; columns seen: \\\"title\\\"" },
    { "sep=; in quotes", "\"sep=;\"\ntitle;price\nRTX 3090;1\n",
      GLYPH_CODE_OK, "\"delimiter\":\";\"" },
    { "sep=; filled up", "sep=;;;\r\ntitle;price\r\nRTX 3090;1\r\n",
      GLYPH_CODE_OK, "\"delimiter\":\";\"" },
    { "SEP= and a tab", "SEP=\t\ntitle\tprice\nRTX 3090\t1\n",
      GLYPH_CODE_OK, "\"delimiter\":\"\\t\"" },
    { "sep= and nothing else", "sep=;\n", GLYPH_FILE_EMPTY, "empty" },
    { "CR", "title,price\rRTX 3090,1\rRTX 3090,2\r", GLYPH_CODE_OK,
      "\"valid_rows\":2" },
    { "CR, LF and CR LF", "title,price\r\nRTX 3090,1\nRTX 3090,2\r\n"
      "RTX 3090,3\rRTX 3090,4", GLYPH_CODE_OK, "\"valid_rows\":4" },
    { "a heading first", "My list\ntitle,price\nRTX 3090,1\n",
      GLYPH_CODE_OK, "\"code\":\"header_found\",\"message\":\"the header was "
      "found in line 2, " },
    { "two of them, and another delimiter",
      "Company, Inc.\n\nExport 2025\nTitel;Preis\nRTX 3090;1\n",
      GLYPH_CODE_OK, "the header was found in line 4, " },
    { "a heading of two columns", "Name: X,Date: 2025\ntitle,price\nx,1\n",
      GLYPH_FILE_COLUMNS_MISSING, "line 2 looks like the header, but what is "
      "above it may be rows: if they are none, say header_line=2" },
    { "rows and no header", "RTX 3090,595.99\nRTX 3090,400\n",
      GLYPH_FILE_HEADER_MISSING, "but this one has \\\"595.99\\\"; if the "
      "file has no such line, tell the places: header=none&map=" },
    { "near misses", "Ttile,Pries,seller\nRTX 3090,1,x\n",
      GLYPH_FILE_COLUMNS_MISSING,
      "\"did_you_mean\":{\"Ttile\":\"title\",\"Pries\":\"preis\"},"
      "\"suggestions\":[{\"column\":\"Ttile\",\"as\":\"title\","
      "\"confidence\":0.9},{\"column\":\"Pries\",\"as\":\"price\","
      "\"confidence\":0.9}]}]" },
    { "names glued of known words", "modal_name,strongprice\nRTX 3090,1\n",
      GLYPH_FILE_COLUMNS_MISSING,
      "\"suggestions\":[{\"column\":\"modal_name\",\"as\":\"title\","
      "\"confidence\":0.5},{\"column\":\"strongprice\",\"as\":"
      "\"price\",\"confidence\":0.5}]}]" },
    { "nothing near", "aa,bb\n1,2\n", GLYPH_FILE_COLUMNS_MISSING,
      "?map=)\"}]" },
    { "JSON", "[{\"title\":\"RTX 3090\",\"price\":1}]",
      GLYPH_FILE_HEADER_MISSING, "this is not CSV but JSON" },
    { "lines of JSON", "{\"title\":\"RTX 3090\"}\n{\"title\":\"x\"}\n",
      GLYPH_FILE_HEADER_MISSING, "this is not CSV but JSON" },
    { "a web page", "<!DOCTYPE html>\n<html><body>\n",
      GLYPH_FILE_HEADER_MISSING, "this is not CSV but HTML" },
    { "XML", "<?xml version=\"1.0\"?>\n<a/>\n", GLYPH_FILE_HEADER_MISSING,
      "this is not CSV but XML" },
    { NULL, NULL, 0, NULL }
};


static void
test_dialects(void)
{
    out_t                  o;
    glyph_code_e           code;
    const dialect_t       *d;
    glyph_pipeline_opts_t  opts;

    static const char  bare[] =
        "\x3a\x04,\0t\0i\0t\0l\0e\0,\0p\0r\0i\0c\0e\0\n\0,\0x\0,\0""7\0\n\0";

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

    for (d = dialects; d->name; d++) {
        run(&o, &opts, d->in, strlen(d->in), 0, 0, 0);

        code = o.rc == GLYPH_BAD ? o.code : GLYPH_CODE_OK;

        if (!ok(code == d->code && has(&o.result, d->says), "%s: %s",
                d->name, glyph_code_name(d->code)))
        {
            tap_diag("%.*s", (int) o.result.len, (char *) o.result.data);
        }
    }

    run(&o, &opts, bare, sizeof(bare) - 1, 0, 0, 0);
    is_int(o.code, GLYPH_FILE_NOT_TEXT, "UTF-16 without its mark");
    ok(has(&o.result, "charset=utf-16le"), "is told how it can be read");

    glyph_str_set(&opts.charset, "utf-16le");
    run(&o, &opts, bare, sizeof(bare) - 1, 0, 0, 0);
    is_int(o.rc, GLYPH_OK, "and then is");

    out_free(&o);
}


/* What comes of each allocation that fails: never another verdict. */

static void
fail_each(const char *name, const glyph_pipeline_opts_t *opts,
    const char *in, size_t len)
{
    int    wrong;
    long   n;
    out_t  o, good;

    memset(&o, 0, sizeof(o));
    memset(&good, 0, sizeof(good));

    run(&good, opts, in, len, 100, 0, 0);

    for (n = 0, wrong = 0; n < 10000; n++) {
        out_free(&o);
        tap_malloc_fail_after(n);
        run(&o, opts, in, len, 100, 0, 0);
        tap_malloc_fail_after(-1);

        if (same(&o, &good)) {
            break;
        }

        /* the blocks of this test can fail, too */

        wrong += o.rc != GLYPH_ERROR && !o.listings.failed
                 && !o.errors.failed && !o.result.failed && !o.said.failed
                 && !o.warned.failed;
    }

    ok(n > 20 && n < 10000, "%s: each of %ld allocations may fail", name, n);
    is_int(wrong, 0, "and is an error");

    out_free(&o);
    out_free(&good);
}


typedef struct {
    int64_t  half;
    long     before;
    long     after;
} counted_t;


static void
on_counted(void *data, const glyph_listing_t *l)
{
    counted_t  *c = data;

    if (l->import_index == c->half) {
        c->before = tap_malloc_count();
    }

    c->after = tap_malloc_count();
}


static void
on_counted_rejected(void *data, const glyph_rejected_t *r)
{
    (void) data;
    (void) r;
}


static int
on_counted_full(void *data)
{
    (void) data;

    return 0;
}


static void
test_memory(void)
{
    int                     i;
    counted_t               c;
    glyph_buf_t             b;
    glyph_sink_t            sink;
    glyph_code_e            code;
    glyph_matcher_t        *m;
    glyph_pipeline_t       *p;
    glyph_pipeline_opts_t   opts;
    const unsigned char    *pos;

    memset(&b, 0, sizeof(b));
    memset(&opts, 0, sizeof(opts));
    memset(&c, 0, sizeof(c));

    fail_each("a file", &opts, mess, sizeof(mess) - 1);

    glyph_str_set(&opts.charset, "windows-1252");
    glyph_str_set(&opts.map, "Colour:condition");
    fail_each("in another charset", &opts, mess, sizeof(mess) - 1);

    memset(&opts, 0, sizeof(opts));
    fail_each("a header that is none", &opts, dialects[14].in,
              strlen(dialects[14].in));
    fail_each("a header with near misses", &opts, "Ttile,Pries\nx,1\n", 16);

    glyph_buf_puts(&b, PART_FIELD("metadata") "{}\r\n" PART_FILE);
    glyph_buf_append(&b, mess, sizeof(mess) - 1);
    glyph_buf_puts(&b, "\r\n--b--\r\n");

    memset(&opts, 0, sizeof(opts));
    glyph_str_set(&opts.boundary, "b");
    fail_each("a form", &opts, (char *) b.data, b.len);

    /* the last half of many rows */

    glyph_buf_reset(&b);
    glyph_buf_puts(&b, "title,price,url,colour\n");

    for (i = 0; i < 10000; i++) {
        glyph_buf_puts(&b, "\"RTX 3090, 24\"\"\",\"1,299.00\","
                       "http://a.example/1,red\r\n");
    }

    sink.data = &c;
    sink.listing = on_counted;
    sink.rejected = on_counted_rejected;
    sink.warning = NULL;
    sink.full = on_counted_full;

    c.half = 5000;
    opts.boundary.len = 0;
    pos = b.data;

    is_int(glyph_pipeline_create(&p, &conf, &opts, &code), GLYPH_OK,
           "10,000 rows");
    is_int(glyph_pipeline_run(p, &pos, b.data + b.len, 1, &sink), GLYPH_OK,
           "are read");
    is_int((long long) glyph_pipeline_totals(p)->valid, 10000, "all of them");
    ok(c.before > 0, "allocations are counted");
    is_int(c.after - c.before, 0, "none for the last 5,000");

    tap_malloc_fail_after(0);
    m = glyph_matcher_take(registry);
    tap_malloc_fail_after(-1);

    ok(m != NULL, "a file that waits for more keeps no matcher");

    if (m) {
        glyph_matcher_give(registry, m);
    }

    glyph_pipeline_destroy(p);
    glyph_buf_free(&b);
}


/* Each has its place, its number, and the value that it is about. */

static void
test_warnings(void)
{
    int                     i, line;
    out_t                   o;
    char                    first[256];
    glyph_buf_t             b;
    glyph_pipeline_opts_t   opts;

    static const char  in[] =
        "title,price,currency,seller\n"
        "RTX 3090,1.299,,ann\n"
        "24\" RTX 3090,700 XAF,,\n"
        "RTX 3090,700,SEK\n"
        "RTX 3090,x\n";

    static const char  said[] =
        "0:0:2:price_ambiguous(price)=1.299 "
        "1:1:3:stray_quote(row)= "
        "2:1:3:no_rate(price)=700 XAF "
        "3:2:4:row_short(row)= "
        "4:2:4:no_rate(currency)=SEK "
        "5:3:5:row_short(row)= "
          "6:-1:0:currency_unknown(row)= ";

    memset(&o, 0, sizeof(o));
    memset(&b, 0, sizeof(b));
    memset(&opts, 0, sizeof(opts));

    run(&o, &opts, in, sizeof(in) - 1, 0, 0, 0);

    is_mem(o.warned.data, o.warned.len, said, sizeof(said) - 1,
           "warnings of listings and of a rejected row");

    /* many of them: the result has a hundred, the sink gets all */

    glyph_buf_puts(&b, "title,price,currency\n");

    for (i = 0; i < 1000; i++) {
        glyph_buf_puts(&b, "RTX 3090,700,SEK\n");
    }

    run(&o, &opts, (char *) b.data, b.len, 0, 0, 0);

    for (i = 0, line = 0; i < (int) o.warned.len; i++) {
        line += o.warned.data[i] == '=';
    }

    is_int(line, 1000, "a thousand of them");
    is_int(o.rc, GLYPH_OK, "are no errors");

    snprintf(first, sizeof(first), "999:999:1001:no_rate(currency)=SEK ");
    ok(has(&o.warned, first), "and the last one has its number");
    ok(!has(&o.result, "\"row_index\":100,"), "the result has a hundred");

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
    test_border();
    test_habit();
    test_long_header();
    test_refusals();
    test_ended();
    test_duplicates();
    test_forms();
    test_rows();
    test_charsets();
    test_dialects();
    test_warnings();
    test_memory();

    glyph_buf_free(&error);
    glyph_registry_destroy(registry);

    return tap_done();
}
