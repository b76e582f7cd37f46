
/*
 * glyphsieve: the pipeline on the command line, stdin to stdout.
 *
 * final_score and the duplicates' first rows are known only at the end, so
 * the rows wait in a temporary file; memory does not grow with the input.
 */

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "sieve_args.h"
#include "text/glyph_hash.h"
#include "out/glyph_resend.h"
#include "out/glyph_stream.h"


#define SIEVE_CHUNK       65536
#define SIEVE_FLUSH       (256 * 1024)


/* A row as it waits: this, then its two parts. */

typedef struct {
    int64_t           index;
    double            score;
    int64_t           duplicate_of;
    size_t            head;
    size_t            tail;
} sieve_row_t;


typedef struct {
    sieve_asked_t           asked;

    size_t                  n;          /* bytes in chunk */
    unsigned char           chunk[SIEVE_CHUNK];
    glyph_pipeline_t       *pipeline;
    FILE                   *spool;
    FILE                   *errors;
    glyph_resend_t          resend;     /* of CSV */
    glyph_stream_t          stream;     /* of JSON */
    unsigned                errors_begun;
    glyph_buf_t             head;
    glyph_buf_t             tail;
    unsigned char          *firsts;     /* a bit a row: it has duplicates */
    size_t                  nfirsts;    /* bytes */
    int                     failed;     /* errno */
} sieve_t;


static int sieve_secret(void);
static int sieve_read(sieve_t *s);
static void sieve_listing(void *data, const glyph_listing_t *l);
static void sieve_first(sieve_t *s, int64_t index);
static void sieve_rejected(void *data, const glyph_rejected_t *r);
static void sieve_rejected_csv(sieve_t *s, const glyph_rejected_t *r);
static int sieve_full(void *data);
static int sieve_write(sieve_t *s);
static const char *sieve_status(sieve_t *s, const sieve_row_t *row);
static void sieve_summary(sieve_t *s);


int
main(int argc, char **argv)
{
    int           rc;
    glyph_code_e  code;
    static sieve_t  s;

    glyph_score_defaults(&s.asked.conf.score);
    s.asked.conf.max_row_size = 65536;
    s.asked.conf.max_columns = 256;
    s.asked.conf.max_rows = INT32_MAX;
    s.asked.conf.max_errors = UINT64_MAX;
    s.asked.conf.dedup_size = 16 * 1024 * 1024;
    s.asked.conf.extra = 1;
    s.asked.conf.rates = &s.asked.rates;

    if (sieve_secret() != GLYPH_OK) {
        return SIEVE_REFUSED;
    }

    s.asked.registry = glyph_registry_create();
    if (s.asked.registry == NULL) {
        return SIEVE_REFUSED;
    }

    rc = sieve_args(&s.asked, argc, argv);

    if (rc != -1) {
        glyph_registry_destroy(s.asked.registry);
        return rc;
    }

    s.asked.conf.registry = s.asked.registry;

    s.asked.opts.undigested = 1;
    s.asked.opts.now = (uint64_t) time(NULL) * 1000;

    s.n = fread(s.chunk, 1, SIEVE_CHUNK, stdin);

    if (!s.asked.input_given) {
        s.asked.opts.format = GLYPH_FORMAT_ANY;
    }

    rc = glyph_pipeline_create(&s.pipeline, &s.asked.conf, &s.asked.opts,
                               &code);

    if (rc != GLYPH_OK) {
        fprintf(stderr, "glyphsieve: %s\n",
                rc == GLYPH_BAD ? glyph_code_name(code) : "out of memory");
        glyph_registry_destroy(s.asked.registry);
        return rc == GLYPH_BAD ? SIEVE_USAGE : SIEVE_REFUSED;
    }

    rc = sieve_read(&s);

    if (rc == 0) {
        rc = sieve_write(&s);
    }

    if (s.failed) {
        fprintf(stderr, "glyphsieve: %s\n", strerror(s.failed));
        rc = SIEVE_REFUSED;
    }

    if (s.spool) {
        fclose(s.spool);
    }

    free(s.firsts);
    glyph_buf_free(&s.head);
    glyph_buf_free(&s.tail);
    glyph_pipeline_destroy(s.pipeline);
    glyph_registry_destroy(s.asked.registry);

    return rc;
}


static int
sieve_secret(void)
{
    unsigned char  secret[GLYPH_HASH_SECRET];

    if (getrandom(secret, sizeof(secret), 0) != sizeof(secret)) {
        perror("glyphsieve: getrandom() failed");
        return GLYPH_ERROR;
    }

    glyph_hash_secret_set(secret);

    return GLYPH_OK;
}


static int
sieve_read(sieve_t *s)
{
    int                    rc;
    size_t                 n;
    glyph_sink_t           sink;
    const unsigned char   *pos;

    sink.data = s;
    sink.listing = sieve_listing;
    sink.rejected = sieve_rejected;
    sink.warning = NULL;
    sink.full = sieve_full;

    s->spool = tmpfile();

    if (s->asked.errors_name) {
        s->errors = fopen(s->asked.errors_name, "wb");
    }

    if (s->spool == NULL || (s->asked.errors_name && s->errors == NULL)) {
        s->failed = errno;
        return SIEVE_REFUSED;
    }

    glyph_stream_init(&s->stream, GLYPH_OUTPUT_NDJSON);
    s->stream.errors = 1;

    do {
        n = s->n;
        pos = s->chunk;

        rc = glyph_pipeline_run(s->pipeline, &pos, pos + n, n == 0, &sink);

        s->n = fread(s->chunk, 1, SIEVE_CHUNK, stdin);

    } while (rc == GLYPH_OK && n && !s->failed);

    if (ferror(stdin) || s->head.failed || s->tail.failed) {
        s->failed = errno ? errno : ENOMEM;
    }

    if (s->errors && fclose(s->errors) != 0) {
        s->failed = errno;
    }

    if (rc == GLYPH_BAD) {
        fprintf(stderr, "glyphsieve: %s: %.*s\n",
                glyph_code_name(glyph_pipeline_code(s->pipeline)),
                (int) glyph_pipeline_detail(s->pipeline)->len,
                glyph_pipeline_detail(s->pipeline)->data);
    }

    sieve_summary(s);

    return rc == GLYPH_OK ? 0 : SIEVE_REFUSED;
}


static void
sieve_listing(void *data, const glyph_listing_t *l)
{
    sieve_t      *s = data;
    sieve_row_t   row;

    glyph_buf_reset(&s->head);
    glyph_buf_reset(&s->tail);

    glyph_output_head(&s->head, s->asked.format, l);
    glyph_output_tail(&s->tail, s->asked.format, l);

    row.index = l->import_index;
    row.score = l->score.score;
    row.duplicate_of = l->duplicate_of;
    row.head = s->head.len;
    row.tail = s->tail.len;

    if (l->duplicate_of >= 0) {
        sieve_first(s, l->duplicate_of);
    }

    if (fwrite(&row, sizeof(row), 1, s->spool) != 1
        || fwrite(s->head.data, 1, s->head.len, s->spool) != s->head.len
        || fwrite(s->tail.data, 1, s->tail.len, s->spool) != s->tail.len)
    {
        s->failed = errno;
    }
}


static void
sieve_first(sieve_t *s, int64_t index)
{
    size_t          size;
    unsigned char  *bits;

    if ((size_t) index / 8 >= s->nfirsts) {
        size = (size_t) index / 4 + 1024;

        bits = realloc(s->firsts, size);
        if (bits == NULL) {
            s->failed = ENOMEM;
            return;
        }

        memset(bits + s->nfirsts, 0, size - s->nfirsts);

        s->firsts = bits;
        s->nfirsts = size;
    }

    s->firsts[index / 8] |= (unsigned char) (1 << index % 8);
}


static void
sieve_rejected(void *data, const glyph_rejected_t *r)
{
    sieve_t      *s = data;
    glyph_buf_t  *b;

    if (s->errors == NULL) {
        return;
    }

    b = &s->head;
    glyph_buf_reset(b);

    if (glyph_pipeline_format(s->pipeline) == GLYPH_FORMAT_CSV) {
        sieve_rejected_csv(s, r);

    } else {
        glyph_stream_rejected(&s->stream, b, r);
    }

    if (fwrite(b->data, 1, b->len, s->errors) != b->len) {
        s->failed = errno;
    }
}


/* The original bytes, so that the file can be mended and read again. */

static void
sieve_rejected_csv(sieve_t *s, const glyph_rejected_t *r)
{
    size_t        i;
    glyph_str_t   codes, messages;
    glyph_buf_t  *b, *text;

    b = &s->head;
    text = &s->tail;
    glyph_buf_reset(text);

    for (i = 0; i < r->n; i++) {
        glyph_buf_puts(text, i ? " " : "");
        glyph_buf_puts(text, glyph_code_name(r->errors[i].code));
    }

    codes.len = text->len;

    for (i = 0; i < r->n; i++) {
        glyph_buf_puts(text, i ? "; " : "");

        if (r->errors[i].column < GLYPH_COL_N) {
            glyph_buf_puts(text, glyph_column_name(r->errors[i].column));
            glyph_buf_puts(text, ": ");
        }

        glyph_buf_puts(text, glyph_code_text(r->errors[i].code));
    }

    codes.data = text->data;
    messages.data = text->data + codes.len;
    messages.len = text->len - codes.len;

    if (!s->errors_begun) {
        s->errors_begun = 1;

        glyph_resend_init(&s->resend, glyph_pipeline_head(s->pipeline),
                          glyph_pipeline_delimiter(s->pipeline), 0);
        glyph_resend_header(&s->resend, b);
    }

    glyph_resend_record(&s->resend, b, &r->raw, r->line, &codes, &messages);
}


static int
sieve_full(void *data)
{
    return 0;
}


static int
sieve_write(sieve_t *s)
{
    double                 range, final;
    glyph_buf_t           *b;
    sieve_row_t            row;
    const glyph_totals_t  *t;

    b = &s->head;
    t = glyph_pipeline_totals(s->pipeline);
    range = t->score_max - t->score_min;

    glyph_buf_reset(b);
    glyph_output_header(b, s->asked.format);

    rewind(s->spool);

    while (fread(&row, sizeof(row), 1, s->spool) == 1) {

        final = range > 0 ? 100 * (row.score - t->score_min) / range : 50;

        if (glyph_buf_reserve(b, row.head + row.tail + 1024) != GLYPH_OK
            || fread(b->data + b->len, 1, row.head, s->spool) != row.head)
        {
            s->failed = ENOMEM;
            return SIEVE_REFUSED;
        }

        b->len += row.head;
        glyph_output_final(b, s->asked.format, final, sieve_status(s, &row));

        if (glyph_buf_reserve(b, row.tail) != GLYPH_OK
            || fread(b->data + b->len, 1, row.tail, s->spool) != row.tail)
        {
            s->failed = ENOMEM;
            return SIEVE_REFUSED;
        }

        b->len += row.tail;

        if (b->len >= SIEVE_FLUSH) {

            if (fwrite(b->data, 1, b->len, stdout) != b->len) {
                s->failed = errno;
                return SIEVE_REFUSED;
            }

            glyph_buf_reset(b);
        }
    }

    if (fwrite(b->data, 1, b->len, stdout) != b->len || fflush(stdout) != 0) {
        s->failed = errno;
        return SIEVE_REFUSED;
    }

    return 0;
}


static const char *
sieve_status(sieve_t *s, const sieve_row_t *row)
{
    if (row->duplicate_of >= 0) {
        return "DUPLICATE_SECONDARY";
    }

    if ((size_t) row->index / 8 < s->nfirsts
        && s->firsts[row->index / 8] & 1 << row->index % 8)
    {
        return "DUPLICATE_PRIMARY";
    }

    return "UNIQUE";
}


static void
sieve_summary(sieve_t *s)
{
    const glyph_totals_t  *t;

    t = glyph_pipeline_totals(s->pipeline);

    glyph_buf_reset(&s->head);
    glyph_pipeline_notes(s->pipeline, &s->head);

    if (s->head.len) {
        fwrite(s->head.data, 1, s->head.len, stderr);
    }

    fprintf(stderr, "glyphsieve: %llu rows: %llu listings, %llu rejected, "
            "%llu warnings", (unsigned long long) t->rows,
            (unsigned long long) t->valid, (unsigned long long) t->invalid,
            (unsigned long long) t->warnings);

    if (t->skipped) {
        fprintf(stderr, "; %llu records skipped",
                (unsigned long long) t->skipped);
    }

    fputc('\n', stderr);
}
