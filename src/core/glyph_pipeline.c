
#include "glyph_charset.h"
#include "glyph_form.h"
#include "glyph_json.h"
#include "glyph_json_sample.h"
#include "glyph_pipeline.h"
#include "glyph_reader.h"
#include "glyph_row.h"
#include "glyph_sample.h"
#include "glyph_scored.h"
#include "glyph_sha256.h"
#include "glyph_stats.h"
#include "glyph_utf8.h"


/* ratio budgets are tested at this many rows, and at each doubling */
#define GLYPH_PIPELINE_RATIO_ROWS  1000


typedef struct {
    const unsigned char  *pos;
    const unsigned char  *last;
} glyph_slice_t;


/*
 *   slice     bytes of                 owner                valid until
 *   body      the body, decoded        the chunk, or        the next read of
 *                                      decoder              decoder
 *   file      the file, undecoded      the chunk, or        the next read of
 *                                      multipart            multipart
 *   text      the file in UTF-8        the chunk, or        the next read of
 *                                      charset              charset
 *   sample    the file's beginning     the pipeline         it has been read
 */

struct glyph_pipeline_s {
    const glyph_pipeline_conf_t  *conf;
    glyph_pipeline_opts_t         opts;
    glyph_buf_t                   strings;      /* that opts point to */
    glyph_str_t                   filename;     /* opts', then the form's */

    glyph_decoder_t              *decoder;      /* NULL: not encoded */
    glyph_multipart_t            *multipart;    /* NULL: a bare file */
    glyph_charset_t              *charset;      /* NULL: no byte yet */
    glyph_slice_t                 body;
    glyph_slice_t                 file;
    glyph_slice_t                 text;

    glyph_buf_t                   sample;
    size_t                        sample_pos;   /* read so far */

    glyph_sha256_t               *digest;       /* NULL: nobody asks */
    unsigned char                 sha256[GLYPH_SHA256_SIZE];
    glyph_header_t               *header;
    glyph_buf_t                   head;         /* its bytes */
    glyph_str_t                   head_str;
    glyph_reader_t               *reader;       /* NULL: still sampling */
    glyph_row_t                  *row;
    glyph_row_result_t            result;
    glyph_stats_t                *stats;
    glyph_decimal_e               habit;
    unsigned char                 delimiter;
    uint64_t                      ratio_rows;   /* the next test */

    glyph_code_e                  code;
    glyph_buf_t                   detail;
    glyph_buf_t                   did_you_mean;
    glyph_str_t                   detail_str;

    unsigned                      body_end:1;   /* no more of the body */
    unsigned                      file_end:1;   /* no more undecoded bytes */
    unsigned                      text_end:1;   /* no more text */
};


static int glyph_pipeline_opts(glyph_pipeline_t *p,
    const glyph_pipeline_opts_t *opts);
static void glyph_pipeline_keep(glyph_pipeline_t *p, glyph_str_t *to,
    const glyph_str_t *from);
static int glyph_pipeline_text(glyph_pipeline_t *p,
    const unsigned char **pos, const unsigned char *last, int end);
static int glyph_pipeline_file(glyph_pipeline_t *p,
    const unsigned char **pos, const unsigned char *last, int end);
static void glyph_pipeline_digest(glyph_pipeline_t *p);
static int glyph_pipeline_part(glyph_pipeline_t *p);
static int glyph_pipeline_body(glyph_pipeline_t *p,
    const unsigned char **pos, const unsigned char *last, int end);
static int glyph_pipeline_decode(glyph_pipeline_t *p,
    const unsigned char **pos, const unsigned char *last, int end);
static void glyph_pipeline_name(glyph_pipeline_t *p);
static int glyph_pipeline_charset(glyph_pipeline_t *p);
static int glyph_pipeline_sample(glyph_pipeline_t *p);
static int glyph_pipeline_decide(glyph_pipeline_t *p);
static int glyph_pipeline_rows(glyph_pipeline_t *p,
    const glyph_sink_t *sink);
static int glyph_pipeline_read(glyph_pipeline_t *p, glyph_slice_t *in,
    int end, const glyph_sink_t *sink);
static int glyph_pipeline_record(glyph_pipeline_t *p,
    const glyph_record_t *rec, const glyph_sink_t *sink);
static int glyph_pipeline_budget(glyph_pipeline_t *p);
static int glyph_pipeline_ratio(glyph_pipeline_t *p);
static int glyph_pipeline_end(glyph_pipeline_t *p);
static int glyph_pipeline_refuse(glyph_pipeline_t *p, glyph_code_e code);


int
glyph_pipeline_create(glyph_pipeline_t **pp,
    const glyph_pipeline_conf_t *conf, const glyph_pipeline_opts_t *opts,
    glyph_code_e *code)
{
    int                rc;
    glyph_pipeline_t  *p;

    *pp = NULL;

    p = calloc(1, sizeof(glyph_pipeline_t));
    if (p == NULL) {
        return GLYPH_ERROR;
    }

    p->conf = conf;
    p->ratio_rows = GLYPH_PIPELINE_RATIO_ROWS;

    rc = glyph_pipeline_opts(p, opts);

    if (rc == GLYPH_OK) {
        p->stats = glyph_stats_create(conf->registry);
        rc = p->stats ? GLYPH_OK : GLYPH_ERROR;
    }

    if (rc == GLYPH_OK && !p->opts.undigested) {
        p->digest = glyph_sha256_create();
        rc = p->digest ? GLYPH_OK : GLYPH_ERROR;
    }

    if (rc == GLYPH_OK && p->opts.encoding != GLYPH_ENCODING_IDENTITY) {
        p->decoder = glyph_decoder_create(p->opts.encoding);
        rc = p->decoder ? GLYPH_OK : GLYPH_ERROR;
    }

    if (rc == GLYPH_OK && p->opts.boundary.len) {
        p->multipart = glyph_multipart_create(&p->opts.boundary);
        rc = p->multipart ? GLYPH_OK : GLYPH_ERROR;
    }

    /* what the client said of the charset is refused before the body */

    if (rc == GLYPH_OK && p->multipart == NULL) {
        rc = glyph_charset_create(&p->charset, &p->opts.charset);
        *code = GLYPH_FILE_CHARSET_UNKNOWN;
    }

    if (rc != GLYPH_OK) {
        glyph_pipeline_destroy(p);
        return rc;
    }

    *pp = p;

    return GLYPH_OK;
}


static int
glyph_pipeline_opts(glyph_pipeline_t *p, const glyph_pipeline_opts_t *opts)
{
    p->opts = *opts;

    /* room for all at first, so that nothing moves */

    if (glyph_buf_reserve(&p->strings, opts->boundary.len + opts->charset.len
                                       + opts->filename.len + opts->map.len
                                       + 1)
        != GLYPH_OK)
    {
        return GLYPH_ERROR;
    }

    glyph_pipeline_keep(p, &p->opts.boundary, &opts->boundary);
    glyph_pipeline_keep(p, &p->opts.charset, &opts->charset);
    glyph_pipeline_keep(p, &p->opts.filename, &opts->filename);
    glyph_pipeline_keep(p, &p->opts.map, &opts->map);

    p->filename = p->opts.filename;

    if (p->opts.max_errors == 0) {
        p->opts.max_errors = p->conf->max_errors;
    }

    return GLYPH_OK;
}


static void
glyph_pipeline_keep(glyph_pipeline_t *p, glyph_str_t *to,
    const glyph_str_t *from)
{
    to->data = p->strings.data + p->strings.len;

    glyph_buf_append(&p->strings, from->data, from->len);
}


void
glyph_pipeline_destroy(glyph_pipeline_t *p)
{
    if (p == NULL) {
        return;
    }

    glyph_decoder_destroy(p->decoder);

    if (p->multipart) {
        glyph_multipart_destroy(p->multipart);
    }

    if (p->charset) {
        glyph_charset_destroy(p->charset);
    }

    if (p->reader) {
        glyph_reader_destroy(p->reader);
    }

    if (p->header) {
        glyph_header_destroy(p->header);
    }

    glyph_sha256_destroy(p->digest);
    glyph_row_destroy(p->row);
    glyph_stats_destroy(p->stats);
    glyph_buf_free(&p->strings);
    glyph_buf_free(&p->sample);
    glyph_buf_free(&p->head);
    glyph_buf_free(&p->detail);
    glyph_buf_free(&p->did_you_mean);
    free(p);
}


int
glyph_pipeline_run(glyph_pipeline_t *p, const unsigned char **pos,
    const unsigned char *last, int end, const glyph_sink_t *sink)
{
    int                   rc;
    const unsigned char  *start;

    if (p->code != GLYPH_CODE_OK) {
        return GLYPH_BAD;
    }

    start = *pos;

    for ( ;; ) {

        rc = p->reader ? GLYPH_AGAIN : glyph_pipeline_sample(p);

        if (rc == GLYPH_AGAIN && p->reader) {
            rc = glyph_pipeline_rows(p, sink);
        }

        if (rc != GLYPH_AGAIN) {
            break;
        }

        if (p->text_end) {
            rc = glyph_pipeline_end(p);
            break;
        }

        rc = glyph_pipeline_text(p, pos, last, end);

        if (rc == GLYPH_AGAIN && !p->text_end) {
            rc = GLYPH_OK;
            break;
        }

        if (rc != GLYPH_OK && rc != GLYPH_AGAIN) {
            break;
        }
    }

    if (p->row) {
        glyph_row_rest(p->row);
    }

    glyph_stats_totals(p->stats)->bytes += *pos - start;

    return rc;
}


/*
 * The next slice of text.  GLYPH_AGAIN: there is none; text_end tells whether
 * there will be.
 */

static int
glyph_pipeline_text(glyph_pipeline_t *p, const unsigned char **pos,
    const unsigned char *last, int end)
{
    int          rc, starved;
    glyph_str_t  out;

    for ( ;; ) {
        rc = glyph_pipeline_file(p, pos, last, end);

        if (rc != GLYPH_OK && rc != GLYPH_AGAIN) {
            return rc;
        }

        starved = (rc == GLYPH_AGAIN);

        if (p->charset == NULL) {

            if (p->file_end) {
                p->text_end = 1;
            }

            return GLYPH_AGAIN;
        }

        rc = glyph_charset_read(p->charset, &p->file.pos, p->file.last,
                                p->file_end, &out);

        if (rc == GLYPH_OK) {
            p->text.pos = out.data;
            p->text.last = out.data + out.len;
            return GLYPH_OK;
        }

        if (rc != GLYPH_AGAIN) {
            return rc;
        }

        if (p->file_end) {
            p->text_end = 1;
            return GLYPH_AGAIN;
        }

        if (starved) {
            return GLYPH_AGAIN;
        }
    }
}


/* Fills the slice of the file, if it is empty.  GLYPH_AGAIN: not now. */

static int
glyph_pipeline_file(glyph_pipeline_t *p, const unsigned char **pos,
    const unsigned char *last, int end)
{
    int  rc;

    while (p->file.pos == p->file.last && !p->file_end) {
        rc = glyph_pipeline_body(p, pos, last, end);

        if (rc != GLYPH_OK) {
            return rc;
        }

        if (p->multipart) {
            rc = glyph_pipeline_part(p);

            if (rc != GLYPH_OK) {
                return rc;
            }

            continue;
        }

        p->file = p->body;
        p->file_end = p->body_end;
        p->body.pos = p->body.last;

        glyph_pipeline_digest(p);
    }

    return GLYPH_OK;
}


/* Of the slice of the file, which is new. */

static void
glyph_pipeline_digest(glyph_pipeline_t *p)
{
    if (p->digest) {
        glyph_sha256_update(p->digest, p->file.pos,
                            p->file.last - p->file.pos);
    }
}


/* The file's next bytes out of the form, if there are any in the slice. */

static int
glyph_pipeline_part(glyph_pipeline_t *p)
{
    int           rc;
    glyph_str_t   out;
    glyph_code_e  code;

    rc = glyph_multipart_read(p->multipart, &p->body.pos, p->body.last, &out);

    if (rc == GLYPH_OK) {
        p->file.pos = out.data;
        p->file.last = out.data + out.len;

        glyph_pipeline_digest(p);

        return p->charset ? GLYPH_OK : glyph_pipeline_charset(p);
    }

    if (rc == GLYPH_AGAIN) {

        if (!p->body_end) {
            return GLYPH_OK;
        }

        glyph_pipeline_name(p);         /* also of a file without a byte */
        rc = glyph_multipart_end(p->multipart);
        p->file_end = 1;
    }

    if (p->code != GLYPH_CODE_OK || (rc != GLYPH_BAD && !p->file_end)) {
        return rc;
    }

    code = glyph_form_check(p->multipart, &p->detail);

    return code == GLYPH_CODE_OK ? rc : glyph_pipeline_refuse(p, code);
}


/* Fills the slice of the body, if it is empty.  GLYPH_AGAIN: not now. */

static int
glyph_pipeline_body(glyph_pipeline_t *p, const unsigned char **pos,
    const unsigned char *last, int end)
{
    if (p->body.pos != p->body.last || p->body_end) {
        return GLYPH_OK;
    }

    if (p->decoder) {
        return glyph_pipeline_decode(p, pos, last, end);
    }

    p->body.pos = *pos;
    p->body.last = last;
    p->body_end = end;
    *pos = last;

    return (p->body.pos == last && !end) ? GLYPH_AGAIN : GLYPH_OK;
}


static int
glyph_pipeline_decode(glyph_pipeline_t *p, const unsigned char **pos,
    const unsigned char *last, int end)
{
    int          rc;
    glyph_str_t  out;

    rc = glyph_decoder_read(p->decoder, pos, last, &out);

    p->body.pos = out.data;
    p->body.last = out.data + out.len;

    if (rc == GLYPH_AGAIN && end) {
        rc = glyph_decoder_end(p->decoder);
        p->body_end = 1;
    }

    if (rc == GLYPH_BAD) {
        glyph_decoder_detail(p->decoder, &p->detail);
        return glyph_pipeline_refuse(p, glyph_decoder_code(p->decoder));
    }

    return rc;
}


/* Of a form: what the file's part says, else the request. */

static void
glyph_pipeline_name(glyph_pipeline_t *p)
{
    const glyph_str_t  *filename;

    filename = glyph_multipart_filename(p->multipart);

    if (filename->len) {
        p->filename = *filename;
    }
}


static int
glyph_pipeline_charset(glyph_pipeline_t *p)
{
    int          rc;
    glyph_str_t  name;

    glyph_pipeline_name(p);

    p->opts.format = glyph_json_sample_format(
                                  glyph_multipart_content_type(p->multipart),
                                  &p->filename);

    name = p->opts.charset;

    glyph_sample_charset(glyph_multipart_content_type(p->multipart), &name);

    rc = glyph_charset_create(&p->charset, &name);

    if (rc == GLYPH_BAD) {
        glyph_buf_puts(&p->detail, "charset ");
        glyph_json_string(&p->detail, name.data, name.len);
        glyph_buf_puts(&p->detail, " is not known");
        return glyph_pipeline_refuse(p, GLYPH_FILE_CHARSET_UNKNOWN);
    }

    return rc;
}


/*
 * Gathers the sample.  GLYPH_AGAIN: more text is needed, or (with a reader
 * now) the rows can be read.
 */

static int
glyph_pipeline_sample(glyph_pipeline_t *p)
{
    size_t  n, room;

    n = p->text.last - p->text.pos;
    room = GLYPH_SAMPLE_SIZE - p->sample.len;

    if (n > room) {
        n = room;
    }

    glyph_buf_append(&p->sample, p->text.pos, n);
    p->text.pos += n;

    if (p->sample.failed) {
        return GLYPH_ERROR;
    }

    if (p->sample.len < GLYPH_SAMPLE_SIZE && !p->text_end) {
        return GLYPH_AGAIN;
    }

    return glyph_pipeline_decide(p);
}


/* Dialect, header and habits: from here on they stand. */

static int
glyph_pipeline_decide(glyph_pipeline_t *p)
{
    int             rc;
    glyph_code_e    code;
    glyph_sample_t  s;

    memset(&s, 0, sizeof(glyph_sample_t));

    s.data = p->sample.data;
    s.len = p->sample.len;
    s.whole = p->text_end;
    s.format = p->opts.format;
    s.delimiter = p->opts.delimiter;
    s.decimal = p->opts.decimal;
    s.map = &p->opts.map;
    s.max_row_size = p->conf->max_row_size;
    s.max_columns = p->conf->max_columns;
    s.did_you_mean = &p->did_you_mean;
    s.head = &p->head;

    code = GLYPH_CODE_OK;

    rc = glyph_sample_decide(&s, &code, &p->detail);

    p->reader = s.reader;
    p->header = s.header;

    if (rc != GLYPH_OK) {
        return (rc == GLYPH_BAD) ? glyph_pipeline_refuse(p, code) : rc;
    }

    if (!p->conf->extra) {
        glyph_header_ignore_extra(p->header);
    }

    p->head_str.data = p->head.data;
    p->head_str.len = p->head.len;
    if (p->opts.scored) {
        code = glyph_scored_columns(p->header, &p->detail);

        if (code != GLYPH_CODE_OK) {
            return glyph_pipeline_refuse(p, code);
        }
    }

    p->delimiter = s.delimiter;
    p->habit = s.decimal;
    p->sample_pos = s.pos - s.data;

    p->row = glyph_row_create(p->conf, &p->opts, p->header, p->habit);

    return p->row ? GLYPH_AGAIN : GLYPH_ERROR;
}


static int
glyph_pipeline_rows(glyph_pipeline_t *p, const glyph_sink_t *sink)
{
    int            rc;
    glyph_slice_t  in;

    if (p->sample.len) {
        in.pos = p->sample.data + p->sample_pos;
        in.last = p->sample.data + p->sample.len;

        rc = glyph_pipeline_read(p, &in, 0, sink);

        p->sample_pos = in.pos - p->sample.data;

        if (rc != GLYPH_AGAIN) {
            return rc;
        }

        glyph_buf_free(&p->sample);
    }

    return glyph_pipeline_read(p, &p->text, p->text_end, sink);
}


static int
glyph_pipeline_read(glyph_pipeline_t *p, glyph_slice_t *in, int end,
    const glyph_sink_t *sink)
{
    int             rc;
    glyph_record_t  rec;

    for ( ;; ) {

        if (sink->full(sink->data)) {
            return GLYPH_FULL;
        }

        rc = glyph_reader_next(p->reader, &in->pos, in->last, end, &rec);

        if (rc == GLYPH_BAD) {
            return glyph_pipeline_refuse(p, glyph_reader_refused(p->reader,
                                                                 &p->detail));
        }

        if (rc != GLYPH_OK) {
            return rc;
        }

        rc = glyph_pipeline_record(p, &rec, sink);

        if (rc != GLYPH_OK) {
            return rc;
        }
    }
}


static int
glyph_pipeline_record(glyph_pipeline_t *p, const glyph_record_t *rec,
    const glyph_sink_t *sink)
{
    int              rc;
    glyph_totals_t  *totals;

    totals = glyph_stats_totals(p->stats);

    if (p->conf->max_rows && totals->rows == p->conf->max_rows) {
        return glyph_pipeline_refuse(p, GLYPH_FILE_TOO_MANY_ROWS);
    }

    rc = glyph_row_read(p->row, rec, (int64_t) totals->rows, &p->result);

    if (rc == GLYPH_OK) {
        rc = glyph_stats_row(p->stats, p->header, rec, &p->result);
    }

    if (rc != GLYPH_OK) {
        return rc;
    }

    if (p->result.rejected.n == 0) {
        sink->listing(sink->data, &p->result.listing);

    } else {
        sink->rejected(sink->data, &p->result.rejected);
    }

    return glyph_pipeline_budget(p);
}


static int
glyph_pipeline_budget(glyph_pipeline_t *p)
{
    const glyph_totals_t  *totals;

    totals = glyph_stats_totals(p->stats);

    if (totals->invalid && p->opts.strict) {
        return glyph_pipeline_refuse(p, GLYPH_FILE_STRICT);
    }

    if (totals->invalid > p->opts.max_errors) {
        return glyph_pipeline_refuse(p, GLYPH_FILE_TOO_MANY_ERRORS);
    }

    if (totals->rows == p->ratio_rows) {
        p->ratio_rows *= 2;
        return glyph_pipeline_ratio(p);
    }

    return GLYPH_OK;
}


static int
glyph_pipeline_ratio(glyph_pipeline_t *p)
{
    const glyph_totals_t  *totals;

    totals = glyph_stats_totals(p->stats);

    if (p->opts.max_error_ratio > 0
        && (double) totals->invalid
           > p->opts.max_error_ratio * (double) totals->rows)
    {
        return glyph_pipeline_refuse(p, GLYPH_FILE_TOO_MANY_ERRORS);
    }

    return GLYPH_OK;
}


static int
glyph_pipeline_end(glyph_pipeline_t *p)
{
    int                    rc;
    const glyph_totals_t  *totals;

    totals = glyph_stats_totals(p->stats);

    if (totals->rows == 0) {
        return glyph_pipeline_refuse(p, GLYPH_FILE_NO_ROWS);
    }

    rc = glyph_pipeline_ratio(p);

    if (rc != GLYPH_OK) {
        return rc;
    }

    if (totals->valid == 0) {
        return glyph_pipeline_refuse(p, GLYPH_FILE_NO_VALID_ROWS);
    }

    if (p->digest) {
        glyph_sha256_final(p->digest, p->sha256);
    }

    return GLYPH_OK;
}


const unsigned char *
glyph_pipeline_sha256(const glyph_pipeline_t *p)
{
    return p->sha256;
}


static int
glyph_pipeline_refuse(glyph_pipeline_t *p, glyph_code_e code)
{
    p->code = code;

    if (p->detail.len == 0) {
        glyph_buf_puts(&p->detail, glyph_code_text(code));
    }

    p->detail_str.data = p->detail.data;
    p->detail_str.len = p->detail.len;

    return GLYPH_BAD;
}


const glyph_totals_t *
glyph_pipeline_totals(const glyph_pipeline_t *p)
{
    return glyph_stats_totals(p->stats);
}


int
glyph_pipeline_begun(const glyph_pipeline_t *p)
{
    return p->row != NULL;
}


glyph_code_e
glyph_pipeline_code(const glyph_pipeline_t *p)
{
    return p->code;
}


const glyph_str_t *
glyph_pipeline_detail(const glyph_pipeline_t *p)
{
    return &p->detail_str;
}


const glyph_str_t *
glyph_pipeline_filename(const glyph_pipeline_t *p)
{
    return &p->filename;
}


const glyph_str_t *
glyph_pipeline_field(const glyph_pipeline_t *p, const char *name)
{
    size_t              i;
    const glyph_str_t  *field;

    static const glyph_str_t  none;

    for (i = 0; p->multipart; i++) {
        field = glyph_multipart_field_name(p->multipart, i);

        if (field == NULL) {
            break;
        }

        if (field->len == strlen(name)
            && memcmp(field->data, name, field->len) == 0)
        {
            return glyph_multipart_field_value(p->multipart, i);
        }
    }

    return &none;
}


const glyph_header_t *
glyph_pipeline_header(const glyph_pipeline_t *p)
{
    return p->header;
}


const glyph_str_t *
glyph_pipeline_head(const glyph_pipeline_t *p)
{
    return &p->head_str;
}


unsigned char
glyph_pipeline_delimiter(const glyph_pipeline_t *p)
{
    return p->delimiter;
}


void
glyph_pipeline_result(const glyph_pipeline_t *p, glyph_buf_t *b,
    uint64_t processing_time_ms)
{
    glyph_stats_file_t  file;

    file.header = p->header;
    file.filename = &p->filename;
    file.format = p->opts.format;
    file.delimiter = p->delimiter;
    file.charset = p->charset ? glyph_charset_name(p->charset) : "utf-8";
    file.decimal = p->habit;
    file.code = p->code;
    file.detail = &p->detail_str;
    file.did_you_mean = &p->did_you_mean;

    glyph_stats_result(p->stats, &file, processing_time_ms, b);
}
