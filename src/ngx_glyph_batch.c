
#include "ngx_glyph.h"
#include "ngx_glyph_batch.h"
#include "ngx_glyph_record.h"
#include "core/glyph_copy.h"


static void ngx_glyph_batch_begin_args(ngx_glyph_batch_t *batch,
    glyph_buf_t *b);
static void ngx_glyph_batch_progress_args(ngx_glyph_batch_t *batch,
    glyph_buf_t *b);
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
            ngx_glyph_record_meta(job, b);
        }

        glyph_buf_putc(b, ']');
    }

    glyph_buf_putc(b, ']');
}


static void
ngx_glyph_batch_progress_args(ngx_glyph_batch_t *batch, glyph_buf_t *b)
{
    ngx_uint_t  i;

    glyph_buf_putc(b, '[');

    for (i = 0; i < batch->n; i++) {
        glyph_json_comma(b);
        ngx_glyph_record_progress(batch->items[i].job, batch->items[i].block,
                                  b);
    }

    glyph_buf_putc(b, ']');
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
