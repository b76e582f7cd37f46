
#include "ngx_glyph.h"
#include "ngx_glyph_node.h"
#include "ngx_glyph_record.h"
#include "ngx_glyph_time.h"
#include "ngx_glyph_uuid.h"
#include "core/out/glyph_copy_field.h"
#include "core/pipeline/glyph_stats.h"
#include "core/text/glyph_utf8.h"


#define NGX_GLYPH_RECORD_FIELDS  27

/* more than what has a fixed length takes, in all fields together */
#define NGX_GLYPH_RECORD_FIXED   512

/* from 1970, which is ours, to 2000, which is Postgres', in milliseconds */
#define NGX_GLYPH_RECORD_EPOCH   946684800000


static void ngx_glyph_record_sums(ngx_glyph_import_t *import,
    ngx_glyph_block_t *block, glyph_buf_t *b);
static void ngx_glyph_record_head(ngx_glyph_job_t *job, glyph_buf_t *b);
static void ngx_glyph_record_final(ngx_glyph_job_t *job,
    ngx_glyph_block_t *block, glyph_buf_t *b);
static void ngx_glyph_record_field(glyph_buf_t *b, ngx_glyph_job_t *job,
    const char *name, ngx_str_t *given);
static ngx_str_t ngx_glyph_record_value(ngx_glyph_job_t *job,
    const char *name, ngx_str_t *given);
static void ngx_glyph_record_error(ngx_glyph_job_view_t *view,
    glyph_buf_t *b);
static glyph_buf_t *ngx_glyph_record_result(ngx_glyph_import_t *import,
    ngx_glyph_block_t *block);
static void ngx_glyph_record_counts(ngx_glyph_import_t *import,
    glyph_totals_t *totals, off_t bytes_total, glyph_buf_t *b);
static void ngx_glyph_record_ending(ngx_glyph_job_t *job,
    ngx_glyph_block_t *block, ngx_glyph_job_view_t *view, glyph_buf_t *b);
static u_char *ngx_glyph_record_uuid(u_char *p, const char *text);
static void ngx_glyph_record_text(glyph_buf_t *b, const u_char *data,
    size_t len);
static void ngx_glyph_record_optional(glyph_buf_t *b, const u_char *data,
    size_t len);
static size_t ngx_glyph_record_jsonb(glyph_buf_t *b);
static void ngx_glyph_record_length(glyph_buf_t *b, size_t start);
static void ngx_glyph_record_bytes(glyph_buf_t *b, const void *data,
    size_t len);
static void ngx_glyph_record_null(glyph_buf_t *b);


const char  ngx_glyph_record_columns[] =
    "glyph.imports (id, tenant, state, epoch, node, worker, durable, "
    "created_at, filename, source_label, campaign_id, metadata, bytes, "
    "bytes_total, rows, valid_rows, invalid_rows, warnings_count, score_min, "
    "score_max, error, result, file_sha256, fingerprint, traceparent, "
    "header, delimiter)";


void
ngx_glyph_record_meta(ngx_glyph_job_t *job, glyph_buf_t *b)
{
    ngx_glyph_asked_t     *asked;
    ngx_glyph_import_t    *import;
    ngx_glyph_job_view_t   view;

    asked = ngx_glyph_job_asked(job);
    import = ngx_glyph_job_import(job);
    ngx_glyph_job_view(job, &view);

    glyph_buf_putc(b, '{');

    glyph_json_key(b, "tenant");
    glyph_json_string(b, import->tenant.data, import->tenant.len);
    glyph_json_key(b, "node");
    glyph_json_cstring(b, ngx_glyph_node_id);
    glyph_json_key(b, "worker");
    glyph_json_cstring(b, ngx_glyph_worker_id);
    glyph_json_key(b, "durable");
    glyph_buf_puts(b, ngx_glyph_import_durable(import) ? "true" : "false");

    if (import->fingerprint) {
        glyph_json_key(b, "fingerprint");
        glyph_json_cstring(b, import->fingerprint);
    }

    glyph_json_key(b, "created_at");
    ngx_glyph_json_time(b, import->created);

    if (view.bytes_total >= 0) {
        glyph_json_key(b, "bytes_total");
        glyph_json_int(b, view.bytes_total);
    }

    if (asked->traceparent.len) {
        glyph_json_key(b, "traceparent");
        glyph_json_string(b, asked->traceparent.data, asked->traceparent.len);
    }

    glyph_buf_putc(b, '}');
}


void
ngx_glyph_record_progress(ngx_glyph_job_t *job, ngx_glyph_block_t *block,
    ngx_uint_t ranges, glyph_buf_t *b)
{
    ngx_glyph_import_t  *import;

    import = ngx_glyph_job_import(job);

    glyph_buf_putc(b, '{');

    glyph_json_key(b, "id");
    glyph_json_string(b, import->text, NGX_GLYPH_UUID_TEXT_LEN);
    glyph_json_key(b, "epoch");
    glyph_json_int(b, import->epoch);
    glyph_json_key(b, "state");
    glyph_json_cstring(b, ngx_glyph_job_state_name(
                              block && block->final
                              ? block->final
                              : NGX_GLYPH_JOB_PROCESSING));

    if (!ranges) {
        ngx_glyph_record_sums(import, block, b);

    } else if (block) {
        glyph_json_key(b, "fold");
        glyph_buf_puts(b, "true");

        if (block->final) {
            glyph_json_key(b, "bytes");
            glyph_json_int(b, block->totals.bytes);
            glyph_json_key(b, "total");
            glyph_json_int(b, block->totals.rows);
            glyph_json_key(b, "total_warnings");
            glyph_json_int(b, block->totals.warnings);
        }
    }

    if (block && !import->opened) {
        ngx_glyph_record_head(job, b);
    }

    if (block && block->final) {
        ngx_glyph_record_final(job, block, b);
    }

    glyph_buf_putc(b, '}');
}


/* Of all blocks up to this one, which are written in order. */

static void
ngx_glyph_record_sums(ngx_glyph_import_t *import, ngx_glyph_block_t *block,
    glyph_buf_t *b)
{
    double           min, max;
    uint64_t         valid, invalid;
    glyph_totals_t  *sum;

    sum = &import->committed;

    valid = sum->valid;
    invalid = sum->invalid;
    min = sum->score_min;
    max = sum->score_max;

    if (block) {

        if (block->valid) {
            min = valid ? ngx_min(min, block->score_min) : block->score_min;
            max = valid ? ngx_max(max, block->score_max) : block->score_max;
        }

        valid += block->valid;
        invalid += block->invalid;
    }

    glyph_json_key(b, "bytes");
    glyph_json_int(b, block ? block->totals.bytes : sum->bytes);
    glyph_json_key(b, "rows");
    glyph_json_int(b, valid + invalid);
    glyph_json_key(b, "valid");
    glyph_json_int(b, valid);
    glyph_json_key(b, "invalid");
    glyph_json_int(b, invalid);
    glyph_json_key(b, "warnings");
    glyph_json_int(b, block ? block->totals.warnings : sum->warnings);

    if (valid) {
        glyph_json_key(b, "score_min");
        glyph_json_double(b, min, 17);
        glyph_json_key(b, "score_max");
        glyph_json_double(b, max, 17);
    }
}


/*
 * The file's header, for the file of rejected rows; with the first block.  It
 * does not change any more, even if a task runs.
 */

static void
ngx_glyph_record_head(ngx_glyph_job_t *job, glyph_buf_t *b)
{
    const glyph_str_t       *head;
    const glyph_pipeline_t  *pipeline;

    pipeline = ngx_glyph_job_pipeline(job);

    if (pipeline == NULL || !glyph_pipeline_begun(pipeline)) {
        return;
    }

    head = glyph_pipeline_head(pipeline);

    glyph_json_key(b, "header");
    glyph_buf_putc(b, '"');

    if (glyph_buf_reserve(b, head->len * 2) == GLYPH_OK) {
        ngx_hex_dump(b->data + b->len, head->data, head->len);
        b->len += head->len * 2;
    }

    glyph_buf_putc(b, '"');
    glyph_json_key(b, "delimiter");
    glyph_buf_printf(b, "%d", glyph_pipeline_delimiter(pipeline));
}


/* No task runs any more once a block is final: the pipeline may be asked. */

static void
ngx_glyph_record_final(ngx_glyph_job_t *job, ngx_glyph_block_t *block,
    glyph_buf_t *b)
{
    u_char                   hex[2 * GLYPH_SHA256_SIZE + 1];
    glyph_buf_t             *result;
    ngx_glyph_asked_t       *asked;
    const glyph_str_t       *filename;
    ngx_glyph_job_view_t     view;
    const glyph_pipeline_t  *pipeline;

    asked = ngx_glyph_job_asked(job);
    ngx_glyph_job_view(job, &view);

    /* a body that never got beyond the spool has none */

    pipeline = ngx_glyph_job_pipeline(job);
    filename = pipeline ? glyph_pipeline_filename(pipeline) : NULL;

    if (filename && filename->len) {
        glyph_json_key(b, "filename");
        glyph_json_string(b, filename->data, filename->len);
    }

    ngx_glyph_record_field(b, job, "source_label", &asked->source_label);
    ngx_glyph_record_field(b, job, "campaign_id", &asked->campaign_id);
    ngx_glyph_record_field(b, job, "metadata", &asked->metadata);

    if (block->final == NGX_GLYPH_JOB_COMPLETED) {
        *ngx_hex_dump(hex, (u_char *) glyph_pipeline_sha256(pipeline),
                      GLYPH_SHA256_SIZE) = '\0';

        glyph_json_key(b, "file_sha256");
        glyph_json_cstring(b, (char *) hex);
    }

    if (view.code) {
        glyph_json_key(b, "error");
        ngx_glyph_record_error(&view, b);
    }

    result = ngx_glyph_record_result(ngx_glyph_job_import(job), block);

    /* as a string: jsonb would change the order of its members */

    if (result->len) {
        glyph_json_key(b, "result");
        glyph_json_string(b, result->data, result->len);
    }
}


static void
ngx_glyph_record_error(ngx_glyph_job_view_t *view, glyph_buf_t *b)
{
    glyph_buf_putc(b, '{');
    glyph_json_key(b, "code");
    glyph_json_cstring(b, view->code);

    if (view->detail.len) {
        glyph_json_key(b, "detail");
        glyph_json_string(b, view->detail.data, view->detail.len);
    }

    glyph_buf_putc(b, '}');
}


/* Postgres may have refused rows since the result was made. */

static glyph_buf_t *
ngx_glyph_record_result(ngx_glyph_import_t *import,
    ngx_glyph_block_t *block)
{
    if (block->result.len && import->refused != block->refused) {
        glyph_stats_refused(&block->result,
                            (int64_t) (import->refused - block->refused));
        block->refused = import->refused;
    }

    return &block->result;
}


static void
ngx_glyph_record_field(glyph_buf_t *b, ngx_glyph_job_t *job, const char *name,
    ngx_str_t *given)
{
    ngx_str_t  value;

    value = ngx_glyph_record_value(job, name, given);

    if (value.len == 0) {
        return;
    }

    glyph_json_key(b, name);

    if (given == &ngx_glyph_job_asked(job)->metadata) {
        glyph_buf_append(b, value.data, value.len);

    } else {
        glyph_json_string(b, value.data, value.len);
    }
}


/* The form's field, else the one of the query string. */

static ngx_str_t
ngx_glyph_record_value(ngx_glyph_job_t *job, const char *name,
    ngx_str_t *given)
{
    ngx_str_t                value;
    glyph_str_t              json;
    const glyph_str_t       *field;
    const glyph_pipeline_t  *pipeline;

    pipeline = ngx_glyph_job_pipeline(job);

    value = *given;
    field = pipeline ? glyph_pipeline_field(pipeline, name) : NULL;

    if (field && field->len) {
        value.len = field->len;
        value.data = field->data;
    }

    /* a form may have been refused for this very field */

    json.data = value.data;
    json.len = value.len;

    if (given == &ngx_glyph_job_asked(job)->metadata && value.len
        && !glyph_json_is_object(&json))
    {
        value.len = 0;
    }

    return value;
}


void
ngx_glyph_record_tuple(ngx_glyph_job_t *job, ngx_glyph_block_t *block,
    glyph_buf_t *b)
{
    size_t                   start;
    u_char                  *p;
    ngx_str_t                value;
    ngx_glyph_asked_t       *asked;
    const glyph_str_t       *filename;
    ngx_glyph_import_t      *import;
    ngx_glyph_job_view_t     view;
    const glyph_pipeline_t  *pipeline;

    asked = ngx_glyph_job_asked(job);
    import = ngx_glyph_job_import(job);
    pipeline = ngx_glyph_job_pipeline(job);
    ngx_glyph_job_view(job, &view);

    if (glyph_buf_reserve(b, NGX_GLYPH_RECORD_FIXED) != GLYPH_OK) {
        return;
    }

    p = glyph_copy_int16(b->data + b->len, NGX_GLYPH_RECORD_FIELDS);
    p = glyph_copy_uuid(p, import->id.bytes);
    b->len = p - b->data;

    ngx_glyph_record_text(b, import->tenant.data, import->tenant.len);

    if (glyph_buf_reserve(b, NGX_GLYPH_RECORD_FIXED) != GLYPH_OK) {
        return;
    }

    p = b->data + b->len;
    p = glyph_copy_cstring(p, ngx_glyph_job_state_name(block->final));
    p = glyph_copy_int4(p, import->epoch);
    p = ngx_glyph_record_uuid(p, ngx_glyph_node_id);
    p = ngx_glyph_record_uuid(p, ngx_glyph_worker_id);
    p = glyph_copy_bool(p, ngx_glyph_import_durable(import));
    p = glyph_copy_int8(p, ((int64_t) import->created
                            - NGX_GLYPH_RECORD_EPOCH) * 1000);
    b->len = p - b->data;

    filename = pipeline ? glyph_pipeline_filename(pipeline) : NULL;

    ngx_glyph_record_optional(b, filename ? filename->data : NULL,
                              filename ? filename->len : 0);

    value = ngx_glyph_record_value(job, "source_label", &asked->source_label);
    ngx_glyph_record_optional(b, value.data, value.len);

    value = ngx_glyph_record_value(job, "campaign_id", &asked->campaign_id);
    ngx_glyph_record_optional(b, value.data, value.len);

    value = ngx_glyph_record_value(job, "metadata", &asked->metadata);

    if (value.len) {
        start = ngx_glyph_record_jsonb(b);
        glyph_buf_append(b, value.data, value.len);
        ngx_glyph_record_length(b, start);

    } else {
        ngx_glyph_record_null(b);
    }

    ngx_glyph_record_counts(import, &block->totals, view.bytes_total, b);
    ngx_glyph_record_ending(job, block, &view, b);
}


static void
ngx_glyph_record_counts(ngx_glyph_import_t *import, glyph_totals_t *totals,
    off_t bytes_total, glyph_buf_t *b)
{
    u_char  *p;

    if (glyph_buf_reserve(b, NGX_GLYPH_RECORD_FIXED) != GLYPH_OK) {
        return;
    }

    p = glyph_copy_int8(b->data + b->len, totals->bytes);

    p = (bytes_total >= 0) ? glyph_copy_int8(p, bytes_total)
                           : glyph_copy_null(p);

    p = glyph_copy_int8(p, totals->rows);
    p = glyph_copy_int8(p, totals->valid - import->refused);
    p = glyph_copy_int8(p, totals->invalid + import->refused);
    p = glyph_copy_int8(p, totals->warnings);

    if (totals->valid) {
        p = glyph_copy_float8(p, totals->score_min);
        p = glyph_copy_float8(p, totals->score_max);

    } else {
        p = glyph_copy_null(p);
        p = glyph_copy_null(p);
    }

    b->len = p - b->data;
}


static void
ngx_glyph_record_ending(ngx_glyph_job_t *job, ngx_glyph_block_t *block,
    ngx_glyph_job_view_t *view, glyph_buf_t *b)
{
    u_char                  *p;
    size_t                   start;
    glyph_buf_t             *result;
    ngx_glyph_asked_t       *asked;
    const glyph_str_t       *head;
    ngx_glyph_import_t      *import;
    const glyph_pipeline_t  *pipeline;

    asked = ngx_glyph_job_asked(job);
    import = ngx_glyph_job_import(job);
    pipeline = ngx_glyph_job_pipeline(job);

    if (view->code) {
        start = ngx_glyph_record_jsonb(b);
        ngx_glyph_record_error(view, b);
        ngx_glyph_record_length(b, start);

    } else {
        ngx_glyph_record_null(b);
    }

    /* json, which keeps the order of its members */

    result = ngx_glyph_record_result(import, block);
    ngx_glyph_record_bytes(b, result->data, result->len);

    ngx_glyph_record_bytes(b, block->final == NGX_GLYPH_JOB_COMPLETED
                              ? glyph_pipeline_sha256(pipeline) : NULL,
                           block->final == NGX_GLYPH_JOB_COMPLETED
                           ? GLYPH_SHA256_SIZE : 0);

    if (import->fingerprint) {
        ngx_glyph_record_bytes(b, import->fingerprint,
                               ngx_strlen(import->fingerprint));
    } else {
        ngx_glyph_record_null(b);
    }

    ngx_glyph_record_optional(b, asked->traceparent.data,
                              asked->traceparent.len);

    if (pipeline == NULL || !glyph_pipeline_begun(pipeline)) {
        ngx_glyph_record_null(b);
        ngx_glyph_record_null(b);
        return;
    }

    /* that of JSON is empty, which is not the same as none */

    head = glyph_pipeline_head(pipeline);

    if (glyph_buf_reserve(b, 4 + head->len + NGX_GLYPH_RECORD_FIXED)
        == GLYPH_OK)
    {
        p = glyph_copy_text(b->data + b->len,
                            head->len ? (char *) head->data : "", head->len);
        p = glyph_copy_int2(p, glyph_pipeline_delimiter(pipeline));

        b->len = p - b->data;
    }
}


static u_char *
ngx_glyph_record_uuid(u_char *p, const char *text)
{
    ngx_glyph_uuid_t  id;

    if (ngx_glyph_uuid_parse(&id, (u_char *) text, NGX_GLYPH_UUID_TEXT_LEN)
        != NGX_OK)
    {
        return glyph_copy_null(p);
    }

    return glyph_copy_uuid(p, id.bytes);
}


/* What Postgres takes for text: what is none becomes U+FFFD, as in JSON. */

static void
ngx_glyph_record_text(glyph_buf_t *b, const u_char *data, size_t len)
{
    size_t         start;
    u_char         utf8[4];
    uint32_t       cp;
    const u_char  *last;

    start = b->len;
    last = data + len;

    glyph_buf_append(b, "\0\0\0\0", 4);

    if (glyph_utf8_valid(data, len) == len
        && ngx_strlchr((u_char *) data, (u_char *) last, '\0') == NULL)
    {
        glyph_buf_append(b, data, len);
        data = last;
    }

    while (data < last) {
        cp = glyph_utf8_decode(&data, last);
        glyph_buf_append(b, utf8, glyph_utf8_encode(cp ? cp : 0xfffd, utf8));
    }

    ngx_glyph_record_length(b, start);
}


static void
ngx_glyph_record_optional(glyph_buf_t *b, const u_char *data, size_t len)
{
    if (len) {
        ngx_glyph_record_text(b, data, len);

    } else {
        ngx_glyph_record_null(b);
    }
}


/* Begins a jsonb, whose text follows; the result is for its end. */

static size_t
ngx_glyph_record_jsonb(glyph_buf_t *b)
{
    size_t  start;

    start = b->len;
    glyph_buf_append(b, "\0\0\0\0\1", 5);

    return start;
}


/* The length of a field is known at its end. */

static void
ngx_glyph_record_length(glyph_buf_t *b, size_t start)
{
    if (!b->failed) {
        (void) glyph_copy_int32(b->data + start,
                                (int32_t) (b->len - start - 4));
    }
}


/* As they are; NULL if there are none. */

static void
ngx_glyph_record_bytes(glyph_buf_t *b, const void *data, size_t len)
{
    if (len == 0) {
        ngx_glyph_record_null(b);

    } else if (glyph_buf_reserve(b, 4 + len) == GLYPH_OK) {
        b->len = glyph_copy_text(b->data + b->len, data, len) - b->data;
    }
}


static void
ngx_glyph_record_null(glyph_buf_t *b)
{
    glyph_buf_append(b, "\377\377\377\377", 4);
}
