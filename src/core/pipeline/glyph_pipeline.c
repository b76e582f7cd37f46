
#include "csv/glyph_sample.h"
#include "pipeline/glyph_pipeline_parts.h"
#include "value/glyph_placeholder.h"
#include "value/glyph_values.h"


/* ratio budgets are tested at this many rows, and at each doubling */
#define GLYPH_PIPELINE_RATIO_ROWS  1000


static int glyph_pipeline_opts(glyph_pipeline_t *p,
    const glyph_pipeline_opts_t *opts);
static void glyph_pipeline_keep(glyph_pipeline_t *p, glyph_str_t *to,
    const glyph_str_t *from);
static int glyph_pipeline_rows(glyph_pipeline_t *p,
    const glyph_sink_t *sink);
static int glyph_pipeline_late(glyph_pipeline_t *p, const glyph_sink_t *sink);
static int glyph_pipeline_rest(glyph_pipeline_t *p, const glyph_sink_t *sink);
static int glyph_pipeline_read(glyph_pipeline_t *p, glyph_slice_t *in,
    int end, const glyph_sink_t *sink);
static int glyph_pipeline_record(glyph_pipeline_t *p,
    const glyph_record_t *rec, const glyph_sink_t *sink);
static int glyph_pipeline_give_pending(glyph_pipeline_t *p,
    const glyph_sink_t *sink);
static int glyph_pipeline_give(glyph_pipeline_t *p,
    const glyph_record_t *rec, glyph_row_result_t *result,
    const glyph_sink_t *sink);
static void glyph_pipeline_warnings(glyph_pipeline_t *p,
    const glyph_row_result_t *result, const glyph_sink_t *sink);
static int glyph_pipeline_budget(glyph_pipeline_t *p);
static int glyph_pipeline_ratio(glyph_pipeline_t *p);
static int glyph_pipeline_end(glyph_pipeline_t *p, const glyph_sink_t *sink);
static int glyph_pipeline_refuse(glyph_pipeline_t *p, glyph_code_e code);


int
glyph_pipeline_create(glyph_pipeline_t **pp,
    const glyph_pipeline_conf_t *conf, const glyph_pipeline_opts_t *opts,
    glyph_code_e *code)
{
    int                rc;
    glyph_pipeline_t  *p;

    *pp = NULL;

    if (glyph_condition_init() != GLYPH_OK
        || glyph_quantity_init() != GLYPH_OK)
    {
        return GLYPH_ERROR;
    }

    glyph_placeholder_init();

    p = calloc(1, sizeof(glyph_pipeline_t));
    if (p == NULL) {
        return GLYPH_ERROR;
    }

    p->conf = conf;
    p->ratio_rows = GLYPH_PIPELINE_RATIO_ROWS;
    p->sample_size = GLYPH_SAMPLE_SIZE;

    rc = glyph_pipeline_opts(p, opts);

    if (rc == GLYPH_OK) {
        p->stats = glyph_stats_create(conf->registry);
        rc = p->stats ? GLYPH_OK : GLYPH_ERROR;
    }

    if (rc == GLYPH_OK) {
        rc = glyph_body_create(&p->body, &p->opts, &p->detail, code);
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

    glyph_body_destroy(p->body);

    if (p->reader) {
        glyph_reader_destroy(p->reader);
    }

    if (p->header) {
        glyph_header_destroy(p->header);
    }

    glyph_row_destroy(p->row);
    glyph_row_result_free(&p->results[0]);
    glyph_row_result_free(&p->results[1]);
    glyph_stats_destroy(p->stats);
    glyph_buf_free(&p->strings);
    glyph_buf_free(&p->sample);
    glyph_buf_free(&p->head);
    glyph_buf_free(&p->detail);
    glyph_buf_free(&p->did_you_mean);
    glyph_notes_free(&p->notes);
    glyph_buf_free(&p->advice);
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

        if (rc == GLYPH_BAD) {
            rc = glyph_pipeline_refuse(p, p->code);
        }

        if (rc == GLYPH_AGAIN && p->reader) {
            rc = glyph_pipeline_rows(p, sink);
        }

        if (rc != GLYPH_AGAIN) {
            break;
        }

        if (glyph_body_ended(p->body)) {
            rc = glyph_pipeline_end(p, sink);
            break;
        }

        rc = glyph_body_read(p->body, pos, last, end, &p->text);
        p->looked = 0;

        if (rc == GLYPH_AGAIN && !glyph_body_ended(p->body)) {
            rc = GLYPH_OK;
            break;
        }

        if (rc == GLYPH_BAD) {
            rc = glyph_pipeline_refuse(p, glyph_body_code(p->body));
        }

        if (rc != GLYPH_OK && rc != GLYPH_AGAIN) {
            break;
        }
    }

    p->ended = (rc == GLYPH_BAD
                || (rc == GLYPH_OK && glyph_body_ended(p->body)));

    if (p->row) {
        glyph_row_rest(p->row);

        if (p->ended) {
            glyph_row_end(p->row);
        }
    }

    glyph_stats_totals(p->stats)->bytes += *pos - start;

    return rc;
}


static int
glyph_pipeline_rows(glyph_pipeline_t *p, const glyph_sink_t *sink)
{
    int  rc;

    rc = glyph_pipeline_rest(p, sink);

    if (rc == GLYPH_AGAIN && p->late != GLYPH_LATE_NONE) {
        rc = glyph_pipeline_late(p, sink);

        if (rc != GLYPH_OK) {
            return rc;
        }

        rc = glyph_pipeline_rest(p, sink);
    }

    return rc == GLYPH_AGAIN
           ? glyph_pipeline_read(p, &p->text, glyph_body_ended(p->body), sink)
           : rc;
}


/*
 * What the text's first byte above 0x7F says of the charset, before it is read:
 * GLYPH_OK, it can be, or there is a sample again; GLYPH_AGAIN, more text is
 * needed; or else.
 */

static int
glyph_pipeline_late(glyph_pipeline_t *p, const glyph_sink_t *sink)
{
    int            rc;
    glyph_slice_t  in;

    if (p->late == GLYPH_LATE_ASCII) {
        glyph_pipeline_look(p);
    }

    if (p->late == GLYPH_LATE_BEFORE) {
        in.pos = p->text.pos;
        in.last = p->high;

        rc = glyph_pipeline_read(p, &in, 0, sink);

        p->text.pos = in.pos;

        if (rc != GLYPH_AGAIN) {
            return rc;
        }

        p->late = GLYPH_LATE_GATHER;

        glyph_buf_append(&p->sample, p->before, sizeof(p->before));
    }

    return p->late == GLYPH_LATE_GATHER ? glyph_pipeline_gather(p) : GLYPH_OK;
}


/* The sample's, if there is one.  GLYPH_AGAIN: there are no more of them. */

static int
glyph_pipeline_rest(glyph_pipeline_t *p, const glyph_sink_t *sink)
{
    int            rc;
    glyph_slice_t  in;

    if (p->notes.given < p->notes.n) {
        glyph_notes_give(&p->notes, glyph_stats_totals(p->stats), sink);
    }

    if (p->sample.len == 0 || p->late == GLYPH_LATE_GATHER) {
        return GLYPH_AGAIN;
    }

    in.pos = p->sample.data + p->sample_pos;
    in.last = p->sample.data + p->sample.len;

    rc = glyph_pipeline_read(p, &in, 0, sink);

    p->sample_pos = in.pos - p->sample.data;

    if (rc == GLYPH_AGAIN) {
        glyph_buf_free(&p->sample);
    }

    return rc;
}


static int
glyph_pipeline_read(glyph_pipeline_t *p, glyph_slice_t *in, int end,
    const glyph_sink_t *sink)
{
    int             rc, read;
    glyph_record_t  rec;

    glyph_row_input(p->row, in->last);

    for ( ;; ) {

        if (sink->full(sink->data)) {
            return GLYPH_FULL;
        }

        read = glyph_reader_next(p->reader, &in->pos, in->last, end, &rec);

        rc = (read == GLYPH_OK) ? glyph_pipeline_record(p, &rec, sink)
                                : glyph_pipeline_give_pending(p, sink);

        if (rc != GLYPH_OK) {
            return rc;
        }

        if (read == GLYPH_BAD) {
            return glyph_pipeline_refuse(p, glyph_reader_refused(p->reader,
                                                                 &p->detail));
        }

        if (read != GLYPH_OK) {
            return read;
        }
    }
}


/*
 * A listing whose texts stay where they are is given only after the next
 * record has been read: meanwhile memory is loaded that dedup looks into.
 */

static int
glyph_pipeline_record(glyph_pipeline_t *p, const glyph_record_t *rec,
    const glyph_sink_t *sink)
{
    int                  rc;
    uint64_t             index;
    glyph_row_result_t  *result;

    if ((glyph_body_format(p->body) == GLYPH_FORMAT_CSV
         && glyph_skip_is(&p->skip, rec))
        || glyph_row_skips(p->row, rec))
    {
        glyph_stats_totals(p->stats)->skipped++;
        return GLYPH_OK;
    }

    index = glyph_stats_totals(p->stats)->rows + (p->pending != NULL);

    if (p->conf->max_rows && index == p->conf->max_rows) {
        rc = glyph_pipeline_give_pending(p, sink);

        return rc == GLYPH_OK
               ? glyph_pipeline_refuse(p, GLYPH_FILE_TOO_MANY_ROWS) : rc;
    }

    result = &p->results[index % 2];

    if (glyph_row_read(p->row, rec, (int64_t) index, result) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    rc = glyph_pipeline_give_pending(p, sink);

    if (rc != GLYPH_OK) {
        return rc;
    }

    if (rec->in_input && result->rejected.n == 0) {
        p->pending = result;
        return GLYPH_OK;
    }

    return glyph_pipeline_give(p, rec, result, sink);
}


static int
glyph_pipeline_give_pending(glyph_pipeline_t *p, const glyph_sink_t *sink)
{
    glyph_row_result_t  *result;

    result = p->pending;

    if (result == NULL) {
        return GLYPH_OK;
    }

    p->pending = NULL;

    return glyph_pipeline_give(p, NULL, result, sink);
}


/* The record is looked at only where the row is rejected. */

static int
glyph_pipeline_give(glyph_pipeline_t *p, const glyph_record_t *rec,
    glyph_row_result_t *result, const glyph_sink_t *sink)
{
    glyph_row_dedup(p->row, result);

    if (glyph_stats_row(p->stats, p->header, rec, result) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    if (result->rejected.n == 0) {

        if (result->once) {
            glyph_notes_row(&p->notes, result);
        }

        sink->listing(sink->data, &result->listing);

    } else {
        sink->rejected(sink->data, &result->rejected);
    }

    if (result->nwarnings && sink->warning) {
        glyph_pipeline_warnings(p, result, sink);
    }

    return glyph_pipeline_budget(p);
}


/* They have been counted. */

static void
glyph_pipeline_warnings(glyph_pipeline_t *p, const glyph_row_result_t *result,
    const glyph_sink_t *sink)
{
    size_t           i;
    glyph_warning_t  w;

    w.number = glyph_stats_totals(p->stats)->warnings - result->nwarnings;
    w.import_index = result->rejected.import_index;
    w.line = result->rejected.line;
    w.message.len = 0;

    for (i = 0; i < result->nwarnings; i++) {
        w.what = result->warnings[i];
        sink->warning(sink->data, &w);
        w.number++;
    }
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
glyph_pipeline_end(glyph_pipeline_t *p, const glyph_sink_t *sink)
{
    int                    rc;
    const glyph_totals_t  *totals;

    totals = glyph_stats_totals(p->stats);

    if (totals->rows == 0) {

        if (p->one_line) {
            glyph_buf_puts(&p->detail, glyph_code_text(GLYPH_FILE_NO_ROWS));
            glyph_buf_puts(&p->detail, GLYPH_SAMPLE_ONE_LINE);
        }

        return glyph_pipeline_refuse(p, GLYPH_FILE_NO_ROWS);
    }

    glyph_notes_rows(&p->notes, totals, &p->tender, &p->advice);
    glyph_notes_give(&p->notes, glyph_stats_totals(p->stats), sink);

    if (p->notes.text.failed) {
        return GLYPH_ERROR;
    }

    rc = glyph_pipeline_ratio(p);

    if (rc != GLYPH_OK) {
        return rc;
    }

    if (totals->valid == 0) {
        return glyph_pipeline_refuse(p, GLYPH_FILE_NO_VALID_ROWS);
    }

    return GLYPH_OK;
}


const unsigned char *
glyph_pipeline_sha256(const glyph_pipeline_t *p)
{
    return glyph_body_sha256(p->body);
}


/* Ends it with "code" and the detail, or the code's own text: GLYPH_BAD. */

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
glyph_pipeline_ended(const glyph_pipeline_t *p)
{
    return p->ended;
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


glyph_format_e
glyph_pipeline_format(const glyph_pipeline_t *p)
{
    return glyph_body_format(p->body);
}


const glyph_str_t *
glyph_pipeline_filename(const glyph_pipeline_t *p)
{
    return glyph_body_filename(p->body);
}


const glyph_str_t *
glyph_pipeline_field(const glyph_pipeline_t *p, const char *name)
{
    return glyph_body_field(p->body, name);
}


const glyph_str_t *
glyph_pipeline_head(const glyph_pipeline_t *p)
{
    return &p->head_str;
}


void
glyph_pipeline_notes(const glyph_pipeline_t *p, glyph_buf_t *b)
{
    glyph_notes_lines(&p->notes, b);
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
    file.filename = glyph_body_filename(p->body);
    file.format = glyph_body_format(p->body);
    file.delimiter = p->delimiter;
    file.charset = glyph_body_charset(p->body);
    file.decimal = p->habit;
    file.date_order = p->date_order;
    file.code = p->code;
    file.detail = &p->detail_str;
    file.did_you_mean = &p->did_you_mean;
    file.notes = &p->notes;

    glyph_stats_result(p->stats, &file, processing_time_ms, b);
}
