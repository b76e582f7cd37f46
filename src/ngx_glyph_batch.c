
#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_batch.h"
#include "ngx_glyph_owner.h"
#include "core/glyph_copy.h"
#include "core/glyph_stats.h"


static void ngx_glyph_batch_begin_args(ngx_glyph_batch_t *batch,
    glyph_buf_t *b);
static void ngx_glyph_batch_progress_args(ngx_glyph_batch_t *batch,
    glyph_buf_t *b);
static void ngx_glyph_batch_head(ngx_glyph_job_t *job, glyph_buf_t *b);
static void ngx_glyph_batch_final(ngx_glyph_job_t *job,
    ngx_glyph_block_t *block, glyph_buf_t *b);
static void ngx_glyph_batch_field(glyph_buf_t *b, ngx_glyph_job_t *job,
    const char *name, ngx_str_t *given);
static void ngx_glyph_batch_hex(glyph_buf_t *sql, glyph_buf_t *json);
static size_t ngx_glyph_batch_tuple(u_char *p, u_char *last,
    uint32_t *index);


void
ngx_glyph_batch_add(ngx_glyph_batch_t *batch, ngx_glyph_job_t *job)
{
    ngx_queue_t       *q;
    ngx_glyph_item_t  *item;

    item = &batch->items[batch->n++];

    item->job = job;
    item->block = NULL;

    if (!ngx_queue_empty(&job->blocks)) {
        q = ngx_queue_head(&job->blocks);
        ngx_queue_remove(q);

        item->block = ngx_queue_data(q, ngx_glyph_block_t, queue);

        batch->size += item->block->listings.len + item->block->errors.len;
    }

    job->in_batch = 1;
    ngx_glyph_job_ref(job);
}


ngx_glyph_item_t
ngx_glyph_batch_remove(ngx_glyph_batch_t *batch, ngx_uint_t i)
{
    ngx_glyph_item_t  item;

    item = batch->items[i];
    batch->items[i] = batch->items[--batch->n];

    if (batch->n == 0) {
        batch->size = 0;
    }

    item.job->in_batch = 0;

    return item;
}


ngx_int_t
ngx_glyph_batch_sql(ngx_glyph_batch_t *batch)
{
    ngx_uint_t    i, listings, errors;
    glyph_buf_t  *sql, json;

    listings = 0;
    errors = 0;

    for (i = 0; i < batch->n; i++) {
        if (batch->items[i].block) {
            listings |= batch->items[i].block->listings.len > 0;
            errors |= batch->items[i].block->errors.len > 0;
        }
    }

    batch->errors = !listings;
    batch->header_sent = 0;

    ngx_memzero(&json, sizeof(glyph_buf_t));
    sql = &batch->sql;
    glyph_buf_reset(sql);

    glyph_buf_puts(sql, "BEGIN;SELECT glyph.begin_batch(");
    ngx_glyph_batch_begin_args(batch, &json);
    ngx_glyph_batch_hex(sql, &json);
    glyph_buf_puts(sql, ");");

    if (listings) {
        glyph_buf_puts(sql, "COPY ");
        glyph_buf_puts(sql, glyph_copy_listings);
        glyph_buf_puts(sql, " FROM STDIN (FORMAT binary);");
    }

    if (errors) {
        glyph_buf_puts(sql, "COPY ");
        glyph_buf_puts(sql, glyph_copy_errors);
        glyph_buf_puts(sql, " FROM STDIN (FORMAT binary);");
    }

    glyph_buf_puts(sql, "SELECT * FROM glyph.commit_progress(");
    glyph_buf_reset(&json);
    ngx_glyph_batch_progress_args(batch, &json);
    ngx_glyph_batch_hex(sql, &json);
    glyph_buf_puts(sql, ");COMMIT");
    glyph_buf_putc(sql, '\0');

    i = sql->failed || json.failed;

    glyph_buf_free(&json);

    return i ? NGX_ERROR : NGX_OK;
}


static void
ngx_glyph_batch_begin_args(ngx_glyph_batch_t *batch, glyph_buf_t *b)
{
    ngx_uint_t        i;
    ngx_glyph_job_t  *job;

    glyph_buf_putc(b, '[');

    for (i = 0; i < batch->n; i++) {
        job = batch->items[i].job;

        glyph_json_comma(b);
        glyph_buf_putc(b, '[');
        glyph_json_string(b, job->text, NGX_GLYPH_UUID_TEXT_LEN);
        glyph_json_comma(b);
        glyph_json_int(b, job->epoch);

        if (!job->registered) {
            glyph_json_comma(b);
            ngx_glyph_batch_meta(job, b);
        }

        glyph_buf_putc(b, ']');
    }

    glyph_buf_putc(b, ']');
}


void
ngx_glyph_batch_meta(ngx_glyph_job_t *job, glyph_buf_t *b)
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


static void
ngx_glyph_batch_progress_args(ngx_glyph_batch_t *batch, glyph_buf_t *b)
{
    ngx_uint_t          i;
    ngx_glyph_job_t    *job;
    glyph_totals_t     *totals;
    ngx_glyph_block_t  *block;

    glyph_buf_putc(b, '[');

    for (i = 0; i < batch->n; i++) {
        job = batch->items[i].job;
        block = batch->items[i].block;

        totals = block ? &block->totals : &job->committed;

        glyph_json_comma(b);
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
            ngx_glyph_batch_head(job, b);
        }

        if (block && block->final) {
            ngx_glyph_batch_final(job, block, b);
        }

        glyph_buf_putc(b, '}');
    }

    glyph_buf_putc(b, ']');
}


/*
 * The file's header, for the file of rejected rows; with the first block.  It
 * does not change any more, even if a task runs.
 */

static void
ngx_glyph_batch_head(ngx_glyph_job_t *job, glyph_buf_t *b)
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
ngx_glyph_batch_final(ngx_glyph_job_t *job, ngx_glyph_block_t *block,
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

    ngx_glyph_batch_field(b, job, "source_label", &job->source_label);
    ngx_glyph_batch_field(b, job, "campaign_id", &job->campaign_id);
    ngx_glyph_batch_field(b, job, "metadata", &job->metadata);

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
ngx_glyph_batch_field(glyph_buf_t *b, ngx_glyph_job_t *job, const char *name,
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


/* Nothing is interpolated into the text but digits and a to f. */

static void
ngx_glyph_batch_hex(glyph_buf_t *sql, glyph_buf_t *json)
{
    glyph_buf_puts(sql, "convert_from(decode('");

    if (glyph_buf_reserve(sql, json->len * 2) == GLYPH_OK) {
        ngx_hex_dump(sql->data + sql->len, json->data, json->len);
        sql->len += json->len * 2;
    }

    glyph_buf_puts(sql, "','hex'),'UTF8')::jsonb");
}


void
ngx_glyph_batch_copy(ngx_glyph_batch_t *batch)
{
    if (batch->header_sent) {
        batch->errors = 1;
    }

    batch->item = 0;
    batch->offset = 0;
    batch->header_sent = 0;
    batch->trailer_sent = 0;
}


ngx_int_t
ngx_glyph_batch_piece(ngx_glyph_batch_t *batch, ngx_str_t *piece)
{
    glyph_buf_t        *rows;
    ngx_glyph_block_t  *block;

    if (!batch->header_sent) {
        batch->header_sent = 1;
        piece->data = (u_char *) glyph_copy_header;
        piece->len = GLYPH_COPY_HEADER_LEN;
        return NGX_OK;
    }

    while (batch->item < batch->n) {
        block = batch->items[batch->item].block;

        if (block) {
            rows = batch->errors ? &block->errors : &block->listings;

            if (batch->offset < rows->len) {
                piece->data = rows->data + batch->offset;
                piece->len = ngx_min(rows->len - batch->offset,
                                     NGX_GLYPH_BATCH_PIECE);
                batch->offset += piece->len;
                return NGX_OK;
            }
        }

        batch->item++;
        batch->offset = 0;
    }

    if (!batch->trailer_sent) {
        batch->trailer_sent = 1;
        piece->data = (u_char *) glyph_copy_trailer;
        piece->len = GLYPH_COPY_TRAILER_LEN;
        return NGX_OK;
    }

    return NGX_DONE;
}


ngx_log_t *
ngx_glyph_batch_log(ngx_glyph_batch_t *batch)
{
    return batch->items[batch->n - 1].job->log;
}


ngx_int_t
ngx_glyph_batch_refuse(ngx_glyph_batch_t *batch, ngx_uint_t row)
{
    size_t              len;
    u_char             *p, *last;
    uint32_t            index;
    ngx_uint_t          i;
    glyph_buf_t        *rows;
    glyph_rejected_t    rejected;
    ngx_glyph_item_t   *item;

    for (i = 0; i < batch->n; i++) {
        item = &batch->items[i];

        if (item->block == NULL) {
            continue;
        }

        rows = &item->block->listings;
        p = rows->data;
        last = p + rows->len;
        index = 0;

        while (p < last) {
            len = ngx_glyph_batch_tuple(p, last, &index);

            if (len == 0) {
                return NGX_DECLINED;
            }

            if (--row) {
                p += len;
                continue;
            }

            ngx_memmove(p, p + len, last - p - len);
            rows->len -= len;

            ngx_memzero(&rejected, sizeof(glyph_rejected_t));
            rejected.import_index = index;
            rejected.n = 1;
            rejected.errors[0].code = GLYPH_ROW_STORE_REFUSED;
            rejected.errors[0].column = GLYPH_COL_N;

            glyph_copy_rejected(&item->block->errors, item->job->id.bytes,
                                &rejected);
            item->job->refused++;

            ngx_log_error(NGX_LOG_WARN, item->job->log, 0,
                          "row %uD is rejected, as postgres refused it",
                          index);

            return item->block->errors.failed ? NGX_ERROR : NGX_OK;
        }
    }

    return NGX_DECLINED;
}


/* The length of a tuple, and its second field, import_index; 0 if broken. */

static size_t
ngx_glyph_batch_tuple(u_char *p, u_char *last, uint32_t *index)
{
    u_char      *start;
    int32_t      len;
    ngx_uint_t   i, n;

    start = p;

    if (last - p < 2) {
        return 0;
    }

    n = p[0] << 8 | p[1];
    p += 2;

    for (i = 0; i < n; i++) {

        if (last - p < 4) {
            return 0;
        }

        len = (int32_t) ((uint32_t) p[0] << 24 | p[1] << 16 | p[2] << 8
                         | p[3]);
        p += 4;

        if (len == -1) {
            continue;
        }

        if (len < 0 || last - p < len) {
            return 0;
        }

        if (i == 1 && len == 4) {
            *index = (uint32_t) p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
        }

        p += len;
    }

    return p - start;
}
