
#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_owner.h"
#include "ngx_glyph_record.h"
#include "core/glyph_stats.h"


static void ngx_glyph_record_head(ngx_glyph_job_t *job, glyph_buf_t *b);
static void ngx_glyph_record_final(ngx_glyph_job_t *job,
    ngx_glyph_block_t *block, glyph_buf_t *b);
static void ngx_glyph_record_field(glyph_buf_t *b, ngx_glyph_job_t *job,
    const char *name, ngx_str_t *given);


void
ngx_glyph_record_meta(ngx_glyph_job_t *job, glyph_buf_t *b)
{
    glyph_buf_putc(b, '{');

    glyph_json_key(b, "tenant");
    glyph_json_string(b, job->tenant.data, job->tenant.len);
    glyph_json_key(b, "node");
    glyph_json_cstring(b, ngx_glyph_node_id);
    glyph_json_key(b, "worker");
    glyph_json_cstring(b, ngx_glyph_worker_id);
    glyph_json_key(b, "durable");
    glyph_buf_puts(b, job->durable ? "true" : "false");

    if (job->run) {
        glyph_json_key(b, "fingerprint");
        glyph_json_cstring(b, ngx_glyph_runner_fingerprint(job));
    }

    glyph_json_key(b, "created_at");
    ngx_glyph_json_time(b, job->start_time);

    if (job->expected >= 0) {
        glyph_json_key(b, "bytes_total");
        glyph_json_int(b, job->expected);
    }

    if (job->traceparent.len) {
        glyph_json_key(b, "traceparent");
        glyph_json_string(b, job->traceparent.data, job->traceparent.len);
    }

    glyph_buf_putc(b, '}');
}


void
ngx_glyph_record_progress(ngx_glyph_job_t *job, ngx_glyph_block_t *block,
    glyph_buf_t *b)
{
    glyph_totals_t  *totals;

    totals = block ? &block->totals : &job->committed;

    glyph_buf_putc(b, '{');

    glyph_json_key(b, "id");
    glyph_json_string(b, job->text, NGX_GLYPH_UUID_TEXT_LEN);
    glyph_json_key(b, "epoch");
    glyph_json_int(b, job->epoch);
    glyph_json_key(b, "state");
    glyph_json_cstring(b, ngx_glyph_job_state_name(
                              block && block->final
                              ? block->final
                              : NGX_GLYPH_JOB_PROCESSING));
    glyph_json_key(b, "bytes");
    glyph_json_int(b, totals->bytes);
    glyph_json_key(b, "rows");
    glyph_json_int(b, totals->rows);
    glyph_json_key(b, "valid");
    glyph_json_int(b, totals->valid - job->refused);
    glyph_json_key(b, "invalid");
    glyph_json_int(b, totals->invalid + job->refused);
    glyph_json_key(b, "warnings");
    glyph_json_int(b, totals->warnings);

    if (totals->valid) {
        glyph_json_key(b, "score_min");
        glyph_json_double(b, totals->score_min, 17);
        glyph_json_key(b, "score_max");
        glyph_json_double(b, totals->score_max, 17);
    }

    if (block && job->committed.rows == 0) {
        ngx_glyph_record_head(job, b);
    }

    if (block && block->final) {
        ngx_glyph_record_final(job, block, b);
    }

    glyph_buf_putc(b, '}');
}


/*
 * The file's header, for the file of rejected rows; with the first block.  It
 * does not change any more, even if a task runs.
 */

static void
ngx_glyph_record_head(ngx_glyph_job_t *job, glyph_buf_t *b)
{
    const glyph_str_t  *head;

    if (job->pipeline == NULL || !glyph_pipeline_begun(job->pipeline)) {
        return;
    }

    head = glyph_pipeline_head(job->pipeline);

    glyph_json_key(b, "header");
    glyph_buf_putc(b, '"');

    if (glyph_buf_reserve(b, head->len * 2) == GLYPH_OK) {
        ngx_hex_dump(b->data + b->len, head->data, head->len);
        b->len += head->len * 2;
    }

    glyph_buf_putc(b, '"');
    glyph_json_key(b, "delimiter");
    glyph_buf_printf(b, "%d", glyph_pipeline_delimiter(job->pipeline));
}


/* No task runs any more once a block is final: the pipeline may be asked. */

static void
ngx_glyph_record_final(ngx_glyph_job_t *job, ngx_glyph_block_t *block,
    glyph_buf_t *b)
{
    u_char              hex[2 * GLYPH_SHA256_SIZE + 1];
    const glyph_str_t  *filename;

    /* a body that never got beyond the spool has none */

    if (job->pipeline == NULL) {
        filename = NULL;

    } else {
        filename = glyph_pipeline_filename(job->pipeline);
    }

    if (filename && filename->len) {
        glyph_json_key(b, "filename");
        glyph_json_string(b, filename->data, filename->len);
    }

    ngx_glyph_record_field(b, job, "source_label", &job->source_label);
    ngx_glyph_record_field(b, job, "campaign_id", &job->campaign_id);
    ngx_glyph_record_field(b, job, "metadata", &job->metadata);

    if (block->final == NGX_GLYPH_JOB_COMPLETED) {
        *ngx_hex_dump(hex, (u_char *) glyph_pipeline_sha256(job->pipeline),
                      GLYPH_SHA256_SIZE) = '\0';

        glyph_json_key(b, "file_sha256");
        glyph_json_cstring(b, (char *) hex);
    }

    if (job->code) {
        glyph_json_key(b, "error");
        glyph_buf_putc(b, '{');
        glyph_json_key(b, "code");
        glyph_json_cstring(b, job->code);

        if (job->detail.len) {
            glyph_json_key(b, "detail");
            glyph_json_string(b, job->detail.data, job->detail.len);
        }

        glyph_buf_putc(b, '}');
    }

    /* Postgres has refused rows since the result was made */

    if (block->result.len && job->refused != block->refused) {
        glyph_stats_refused(&block->result,
                            (int64_t) (job->refused - block->refused));
        block->refused = job->refused;
    }

    /* as a string: jsonb would change the order of its members */

    if (block->result.len) {
        glyph_json_key(b, "result");
        glyph_json_string(b, block->result.data, block->result.len);
    }
}


/* The form's field, else the one of the query string. */

static void
ngx_glyph_record_field(glyph_buf_t *b, ngx_glyph_job_t *job, const char *name,
    ngx_str_t *given)
{
    ngx_str_t           value;
    glyph_str_t         json;
    const glyph_str_t  *field;

    value = *given;
    field = job->pipeline ? glyph_pipeline_field(job->pipeline, name) : NULL;

    if (field && field->len) {
        value.len = field->len;
        value.data = field->data;
    }

    if (value.len == 0) {
        return;
    }

    if (ngx_strcmp(name, "metadata") != 0) {
        glyph_json_key(b, name);
        glyph_json_string(b, value.data, value.len);
        return;
    }

    /* a form may have been refused for this very field */

    json.data = value.data;
    json.len = value.len;

    if (glyph_json_is_object(&json)) {
        glyph_json_key(b, name);
        glyph_buf_append(b, value.data, value.len);
    }
}
