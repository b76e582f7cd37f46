/*
 * The whole pipeline: a body, cut in any way, gives the same blocks, totals
 * and result; a file in a form what it gives alone; one with blank lines what
 * it gives without; and each block is binary COPY that Postgres takes.
 *
 *   byte 0     how the body is sent, and how rows are taken
 *   byte 1     delimiter, decimal mark, order of dates, charset
 *   byte 2     limits of rows, columns, errors
 *   byte 3     the size of a block, and of the dedup table
 *   byte 4, 5  the cuts
 *   byte 6, 7  where blank lines go that make the body larger than a sample
 */

#define _GNU_SOURCE     /* memmem() */

#include "fuzz.h"
#include "fuzz_copy.h"
#include "out/glyph_copy.h"
#include "text/glyph_json.h"
#include "pipeline/glyph_pipeline.h"
#include "text/glyph_utf8.h"


#define BOUNDARY  "b"

#define FORM_HEAD                                                            \
    "--b\r\nContent-Disposition: form-data; name=\"source_label\"\r\n\r\n"   \
    "fuzz\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; "            \
    "filename=\"a.csv\"\r\n\r\n"
#define FORM_TAIL  "\r\n--b--\r\n"

#define PAD  64         /* bytes of a blank line */


typedef struct {
    glyph_pipeline_conf_t  conf;
    glyph_pipeline_opts_t  opts;
    size_t                 block;       /* full with so many bytes */
} setting_t;


typedef struct {
    glyph_buf_t     listings;       /* the present block */
    glyph_buf_t     errors;
    glyph_buf_t     out;            /* of all blocks, to be compared */
    glyph_buf_t     out_errors;
    glyph_buf_t     result;         /* what is said of the file */
    glyph_buf_t     fields;         /* the form's */
    size_t          block;
    int             rc;
    glyph_totals_t  totals;
    uint64_t        warnings;
    fuzz_copy_t     copy;
} run_t;


static void run_unpadded(const run_t *padded, const setting_t *s,
    const fuzz_in_t *in);
static void choose(setting_t *s, fuzz_in_t *in);
static void body(glyph_buf_t *b, const fuzz_in_t *in, unsigned where,
    unsigned how);
static void run(run_t *r, const setting_t *s, const glyph_buf_t *body,
    const fuzz_split_t *split);
static void run_piece(run_t *r, glyph_pipeline_t *p, const void *data,
    size_t len, int end);
static void run_block(run_t *r);
static void run_done(run_t *r, const setting_t *s, glyph_pipeline_t *p,
    size_t len);
static void run_totals(const run_t *r);
static void run_same(const run_t *a, const run_t *b, const char *what);
static void run_free(run_t *r);
static void on_listing(void *data, const glyph_listing_t *l);
static void on_rejected(void *data, const glyph_rejected_t *rejected);
static void on_warning(void *data, const glyph_warning_t *w);
static int on_full(void *data);


static const unsigned char  import_id[16] = { 1, 2, 3 };

static glyph_registry_t  *registry;
static glyph_rates_t      rates;


int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char  *error;

    static const glyph_str_t  eur = glyph_string("EUR=1.08");

    (void) argc;
    (void) argv;

    registry = fuzz_registry();

    fuzz_check(glyph_rates_set(&rates, &eur, &error) == GLYPH_OK, "EUR");

    return 0;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned      form, pad, cuts, where, how;
    fuzz_in_t     in;
    setting_t     setting;
    run_t         whole, cut;
    glyph_buf_t   file, wrapped;
    fuzz_split_t  split;

    in.data = data;
    in.len = size;

    form = in.len ? in.data[0] & 1 : 0;
    pad = in.len ? in.data[0] & 2 : 0;

    choose(&setting, &in);

    cuts = fuzz_byte(&in) << 8;
    cuts |= fuzz_byte(&in);
    where = fuzz_byte(&in);
    how = fuzz_byte(&in);

    memset(&file, 0, sizeof(glyph_buf_t));
    memset(&split, 0, sizeof(fuzz_split_t));

    body(&file, &in, where, pad ? how : 256);

    if (form) {
        setting.opts.boundary.data = (unsigned char *) BOUNDARY;
        setting.opts.boundary.len = sizeof(BOUNDARY) - 1;
    }

    split.step = file.len + 1;
    run(&whole, &setting, &file, &split);

    split.step = pad ? 0 : 1 + (cuts & 3);
    split.state = cuts;
    run(&cut, &setting, &file, &split);

    run_same(&whole, &cut, "cut into pieces");
    fuzz_check(fuzz_same(&whole.fields, &cut.fields), "the form's fields");
    run_free(&cut);

    if (pad && !form && whole.rc == GLYPH_OK) {
        run_unpadded(&whole, &setting, &in);
    }

    if (!form && memmem(file.data, file.len, "\n--" BOUNDARY,
                        sizeof(BOUNDARY) + 2)
                 == NULL
        && (file.len < 3 || memcmp(file.data, "--" BOUNDARY, 3) != 0))
    {
        memset(&wrapped, 0, sizeof(glyph_buf_t));

        glyph_buf_puts(&wrapped, FORM_HEAD);
        glyph_buf_append(&wrapped, file.data, file.len);
        glyph_buf_puts(&wrapped, FORM_TAIL);

        setting.opts.boundary.data = (unsigned char *) BOUNDARY;
        setting.opts.boundary.len = sizeof(BOUNDARY) - 1;
        setting.opts.filename.len = 0;

        split.step = 0;
        run(&cut, &setting, &wrapped, &split);

        run_same(&whole, &cut, "in a form");

        run_free(&cut);
        glyph_buf_free(&wrapped);
    }

    run_free(&whole);
    glyph_buf_free(&file);

    return 0;
}


static int
run_says(const glyph_buf_t *result, const char *text)
{
    return memmem(result->data, result->len, text, strlen(text)) != NULL;
}


/*
 * Blank lines, of which there are as many as make the sample end somewhere in
 * the file, are no rows and change none, unless they are in quotes, or not
 * blank in the file's charset, or prices, dates or URLs are read by what the
 * sample shows.
 */

static void
run_unpadded(const run_t *padded, const setting_t *s, const fuzz_in_t *in)
{
    run_t         bare;
    glyph_buf_t   file;
    fuzz_split_t  split;

    if (s->opts.decimal == GLYPH_DECIMAL_UNKNOWN || s->opts.charset.len
        || in->len == 0 || memchr(in->data, '"', in->len)
        || in->data[0] >= 0xfe || run_says(&padded->result, "\"date_order\"")
        || run_says(&padded->result, "\"source_url\""))
    {
        return;
    }

    memset(&file, 0, sizeof(glyph_buf_t));
    body(&file, in, 0, 256);

    memset(&split, 0, sizeof(fuzz_split_t));
    split.step = file.len + 1;

    run(&bare, s, &file, &split);

    /* without them there may be too many control characters */

    if (bare.rc == GLYPH_OK) {
        fuzz_check(bare.totals.rows == padded->totals.rows, "%llu rows",
                   (unsigned long long) bare.totals.rows);
        fuzz_check(fuzz_same(&padded->out, &bare.out), "blank lines");
    }

    run_free(&bare);
    glyph_buf_free(&file);
}


static void
choose(setting_t *s, fuzz_in_t *in)
{
    unsigned     byte;
    const char  *charset;

    static const char  delimiters[] = { '\0', ',', ';', '\t' };

    static const char *const  charsets[] = {
        "", "utf-8", "windows-1252", "utf-16le"
    };

    memset(s, 0, sizeof(setting_t));

    s->conf.registry = registry;
    s->conf.rates = &rates;
    glyph_score_defaults(&s->conf.score);

    byte = fuzz_byte(in);
    s->conf.extra = !(byte >> 2 & 1);
    s->opts.strict = byte >> 3 & 1;
    s->opts.reject_unknown = byte >> 4 & 1;
    s->opts.reject_not_gpu = byte >> 5 & 1;
    s->opts.max_error_ratio = (byte >> 6) / 4.0;

    byte = fuzz_byte(in);
    s->opts.delimiter = delimiters[byte & 3];
    s->opts.decimal = (byte >> 2) % 3;
    s->opts.date_order = byte >> 4 & 3;
    s->opts.now = 1764504000000;

    charset = charsets[byte >> 6];
    s->opts.charset.data = (unsigned char *) charset;
    s->opts.charset.len = strlen(charset);

    s->opts.filename.data = (unsigned char *) "a.csv";
    s->opts.filename.len = 5;

    byte = fuzz_byte(in);
    s->conf.max_row_size = byte & 1 ? 256 : 65536;
    s->conf.max_columns = byte & 2 ? 8 : 256;
    s->conf.max_rows = byte & 4 ? 5 : 0;
    s->conf.max_errors = byte & 8 ? 3 : 100000;
    s->opts.max_errors = byte >> 4 & 3;

    byte = fuzz_byte(in);
    s->block = byte & 1 ? 1 : 1 + byte * 64;
    s->conf.dedup_size = byte & 2 ? 0 : byte & 4 ? 2 : 1024;
}


/*
 * The file.  With how < 256 blank lines follow one of its lines, so many that
 * the first GLYPH_SAMPLE_SIZE bytes end somewhere behind them.
 */

static void
body(glyph_buf_t *b, const fuzz_in_t *in, unsigned where, unsigned how)
{
    size_t                at, last;
    const unsigned char  *lf;

    static const char  blank[PAD + 1] =
        "                                                               \n";

    at = in->len;

    if (how < 256) {
        at = in->len * where / 256;
        lf = at < in->len ? memchr(in->data + at, '\n', in->len - at) : NULL;
        at = lf ? (size_t) (lf + 1 - in->data) : in->len;
    }

    glyph_buf_reserve(b, 1);        /* not NULL, even if empty */
    glyph_buf_append(b, in->data, at);

    if (how < 256) {
        last = GLYPH_SAMPLE_SIZE - (in->len - at) * how / 256;

        while (b->len < last) {
            glyph_buf_append(b, blank, PAD);
        }
    }

    glyph_buf_append(b, in->data + at, in->len - at);

    fuzz_check(!b->failed, "no memory");
}


static void
run(run_t *r, const setting_t *s, const glyph_buf_t *body,
    const fuzz_split_t *split)
{
    int                rc;
    size_t             n, done;
    glyph_code_e       code;
    fuzz_split_t       cuts;
    unsigned char     *piece;
    glyph_pipeline_t  *p;

    memset(r, 0, sizeof(run_t));

    r->block = s->block;
    r->copy.import_id = import_id;
    r->copy.listing = -1;
    r->copy.error = -1;

    rc = glyph_pipeline_create(&p, &s->conf, &s->opts, &code);
    fuzz_check(rc == GLYPH_OK, "rc %d", rc);

    cuts = *split;
    r->rc = GLYPH_OK;

    for (done = 0; done < body->len && r->rc == GLYPH_OK; done += n) {
        n = fuzz_piece(&cuts, body->len - done);
        piece = fuzz_copy(body->data + done, n);
        run_piece(r, p, piece, n, 0);
        free(piece);
    }

    if (r->rc == GLYPH_OK) {
        run_piece(r, p, "", 0, 1);
    }

    run_done(r, s, p, body->len);

    glyph_pipeline_destroy(p);
}


static void
run_piece(run_t *r, glyph_pipeline_t *p, const void *data, size_t len,
    int end)
{
    glyph_sink_t          sink;
    const unsigned char  *pos, *last;

    sink.data = r;
    sink.listing = on_listing;
    sink.rejected = on_rejected;
    sink.warning = on_warning;
    sink.full = on_full;

    pos = data;
    last = pos + len;

    for ( ;; ) {
        r->rc = glyph_pipeline_run(p, &pos, last, end, &sink);

        if (r->rc != GLYPH_FULL) {
            break;
        }

        run_block(r);
    }

    fuzz_check(r->rc == GLYPH_OK || r->rc == GLYPH_BAD, "rc %d", r->rc);
    fuzz_check(r->rc == GLYPH_BAD || pos == last, "%zd bytes are left",
               last - pos);
}


static void
run_block(run_t *r)
{
    fuzz_check(!r->listings.failed && !r->errors.failed, "no memory");

    fuzz_copy_listings(&r->copy, &r->listings);
    fuzz_copy_errors(&r->copy, &r->errors);

    glyph_buf_printf(&r->out, "block %zu %zu:", r->listings.len,
                     r->errors.len);
    glyph_buf_append(&r->out, r->listings.data, r->listings.len);
    glyph_buf_append(&r->out_errors, r->errors.data, r->errors.len);

    glyph_buf_reset(&r->listings);
    glyph_buf_reset(&r->errors);
}


static void
run_done(run_t *r, const setting_t *s, glyph_pipeline_t *p, size_t len)
{
    size_t                 i;
    glyph_buf_t            json;
    glyph_str_t            text;
    const glyph_str_t     *detail, *field;
    const glyph_totals_t  *totals;

    static const char *const  names[] = {
        "source_label", "campaign_id", "metadata"
    };

    run_block(r);

    totals = glyph_pipeline_totals(p);
    r->totals = *totals;

    run_totals(r);

    if (r->rc == GLYPH_OK) {
        fuzz_check(totals->bytes == len, "%llu bytes, not %zu",
                   (unsigned long long) totals->bytes, len);
        fuzz_check(totals->valid > 0, "not a row");
        fuzz_check(!s->opts.strict || totals->invalid == 0, "strict");
        fuzz_check(s->conf.max_rows == 0 || totals->rows <= s->conf.max_rows,
                   "too many rows");
        fuzz_check(glyph_pipeline_code(p) == GLYPH_CODE_OK, "a code");

    } else {
        fuzz_check(glyph_pipeline_code(p) >= GLYPH_FILE_EMPTY
                   && glyph_pipeline_code(p) <= GLYPH_OPTION_INVALID,
                   "refused with code %d", glyph_pipeline_code(p));
        fuzz_check(glyph_pipeline_detail(p)->len > 0, "nothing is said");
    }

    detail = glyph_pipeline_detail(p);

    fuzz_check(fuzz_is_utf8(detail->data, detail->len), "\"%.*s\"",
               (int) detail->len, detail->data);

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        field = glyph_pipeline_field(p, names[i]);
        glyph_buf_printf(&r->fields, "%s %zu:", names[i], field->len);
        glyph_buf_append(&r->fields, field->data, field->len);
    }

    glyph_pipeline_result(p, &r->result, 0);

    memset(&json, 0, sizeof(glyph_buf_t));
    glyph_buf_putc(&json, '{');
    glyph_buf_append(&json, r->result.data, r->result.len);
    glyph_buf_putc(&json, '}');

    text.data = json.data;
    text.len = json.len;

    fuzz_check(!json.failed && !r->result.failed, "no memory");
    fuzz_check(glyph_json_is_object(&text), "%.*s", (int) json.len,
               json.data);

    glyph_buf_free(&json);
}


/* The rows that are in the blocks are those that the totals count. */

static void
run_totals(const run_t *r)
{
    const glyph_totals_t  *t;

    t = &r->totals;

    fuzz_check(t->rows == t->valid + t->invalid, "%llu rows, %llu and %llu",
               (unsigned long long) t->rows, (unsigned long long) t->valid,
               (unsigned long long) t->invalid);
    fuzz_check(r->copy.listings == t->valid && r->copy.errors == t->invalid,
               "%llu and %llu tuples, for %llu and %llu rows",
               (unsigned long long) r->copy.listings,
               (unsigned long long) r->copy.errors,
               (unsigned long long) t->valid,
               (unsigned long long) t->invalid);
    fuzz_check(r->copy.listing < (int64_t) t->rows
               && r->copy.error < (int64_t) t->rows
               && (t->rows == 0 || r->copy.listing == (int64_t) t->rows - 1
                   || r->copy.error == (int64_t) t->rows - 1),
               "%lld and %lld are the last of %llu rows",
               (long long) r->copy.listing, (long long) r->copy.error,
               (unsigned long long) t->rows);
    fuzz_check(t->matches[0] + t->matches[1] + t->matches[2] + t->matches[3]
               == t->valid, "matches");
    fuzz_check(r->warnings == t->warnings, "%llu warnings of %llu",
               (unsigned long long) r->warnings,
               (unsigned long long) t->warnings);
    fuzz_check(t->duplicates <= t->valid && t->not_gpu <= t->valid,
               "more than there are rows");
    fuzz_check(t->score_min >= 0 && t->score_min <= t->score_max
               && t->score_max <= 100, "scores %g .. %g", t->score_min,
               t->score_max);
}


static void
run_same(const run_t *a, const run_t *b, const char *what)
{
    glyph_totals_t  x, y;

    x = a->totals;
    y = b->totals;

    /* a form is larger, and what is refused is not read to its end */

    x.bytes = 0;
    y.bytes = 0;

    fuzz_check(a->rc == b->rc, "%s: %d and %d", what, a->rc, b->rc);
    fuzz_check(memcmp(&x, &y, sizeof(glyph_totals_t)) == 0, "%s: totals",
               what);
    fuzz_check(fuzz_same(&a->out, &b->out), "%s: blocks", what);
    fuzz_check(fuzz_same(&a->out_errors, &b->out_errors), "%s: errors", what);
    fuzz_check(fuzz_same(&a->result, &b->result), "%s: the result", what);
}


static void
run_free(run_t *r)
{
    glyph_buf_free(&r->listings);
    glyph_buf_free(&r->errors);
    glyph_buf_free(&r->out);
    glyph_buf_free(&r->out_errors);
    glyph_buf_free(&r->fields);
    glyph_buf_free(&r->result);
}


static void
on_listing(void *data, const glyph_listing_t *l)
{
    run_t  *r = data;

    fuzz_check(l->duplicate_of < l->import_index, "row %lld is like %lld",
               (long long) l->import_index, (long long) l->duplicate_of);

    glyph_copy_listing(&r->listings, import_id, l);
}


static void
on_rejected(void *data, const glyph_rejected_t *rejected)
{
    run_t  *r = data;

    glyph_copy_rejected(&r->errors, import_id, rejected);
}


static void
on_warning(void *data, const glyph_warning_t *w)
{
    run_t  *r = data;

    fuzz_check(w->number == r->warnings++, "warning %llu is not the next one",
               (unsigned long long) w->number);
    fuzz_check(w->what.value.len <= 200
               && glyph_utf8_valid(w->what.value.data, w->what.value.len)
                  == w->what.value.len, "its value");

    glyph_copy_warning(&r->out_errors, import_id, w);
}


static int
on_full(void *data)
{
    run_t  *r = data;

    return r->listings.len + r->errors.len >= r->block;
}
