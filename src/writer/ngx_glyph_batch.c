
#include "ngx_glyph.h"
#include "ngx_glyph_batch.h"
#include "ngx_glyph_record.h"
#include "core/out/glyph_copy.h"


static void ngx_glyph_batch_prepare(ngx_glyph_batch_t *batch);
static ngx_int_t ngx_libc_cdecl ngx_glyph_batch_compare(const void *one,
    const void *two);
static ngx_uint_t ngx_glyph_batch_whole(ngx_glyph_batch_t *batch,
    ngx_glyph_item_t *item);
static void ngx_glyph_batch_copy_sql(ngx_glyph_batch_t *batch,
    ngx_glyph_batch_copy_e copy, const char *columns);
static void ngx_glyph_batch_call(ngx_glyph_batch_t *batch,
    const char *function,
    ngx_uint_t (*args)(ngx_glyph_batch_t *batch, glyph_buf_t *b));
static ngx_uint_t ngx_glyph_batch_begin_args(ngx_glyph_batch_t *batch,
    glyph_buf_t *b);
static ngx_uint_t ngx_glyph_batch_range_args(ngx_glyph_batch_t *batch,
    glyph_buf_t *b);
static ngx_uint_t ngx_glyph_batch_progress_args(ngx_glyph_batch_t *batch,
    glyph_buf_t *b);
static void ngx_glyph_batch_repeats(ngx_glyph_batch_t *batch);
static void ngx_glyph_batch_hex(glyph_buf_t *sql, glyph_buf_t *json);
static glyph_buf_t *ngx_glyph_batch_rows(ngx_glyph_batch_t *batch);
static size_t ngx_glyph_batch_tuple(u_char *p, u_char *last,
    uint32_t *index);


void
ngx_glyph_batch_add(ngx_glyph_batch_t *batch, ngx_glyph_job_t *job,
    ngx_uint_t lane)
{
    ngx_queue_t         *q;
    ngx_glyph_item_t    *item;
    ngx_glyph_import_t  *import;

    import = ngx_glyph_job_import(job);
    item = &batch->items[batch->n++];

    item->job = job;
    item->import = import;
    item->block = NULL;
    item->repeated = 0;
    item->lane = lane;
    item->foreign = 0;

    if (!ngx_queue_empty(&import->blocks)) {
        q = ngx_queue_head(&import->blocks);
        ngx_queue_remove(q);

        item->block = ngx_queue_data(q, ngx_glyph_block_t, queue);

        batch->size += ngx_glyph_block_size(item->block);
    }

    import->open++;

    if (lane) {
        import->ranged = 1;
        import->ranges++;

    } else {
        import->alone = 1;
    }

    ngx_glyph_job_ref(job);
}


void
ngx_glyph_batch_doubt(ngx_glyph_batch_t *batch)
{
    ngx_uint_t  i;

    if (batch->doubtful) {
        return;
    }

    batch->doubtful = 1;

    for (i = 0; i < batch->n; i++) {
        batch->items[i].import->doubt++;
    }
}


ngx_glyph_item_t
ngx_glyph_batch_remove(ngx_glyph_batch_t *batch, ngx_uint_t i)
{
    ngx_glyph_item_t  item;

    item = batch->items[i];
    batch->items[i] = batch->items[--batch->n];

    item.import->open--;
    item.import->doubt -= batch->doubtful;

    if (!item.lane) {
        item.import->alone = 0;
    }

    if (batch->n == 0) {
        batch->size = 0;
        batch->doubtful = 0;
        batch->again_at = 0;
        batch->take_at = 0;
    }

    return item;
}


void
ngx_glyph_batch_free(ngx_glyph_batch_t *batch)
{
    glyph_buf_free(&batch->sql);
    glyph_buf_free(&batch->imports);
}


ngx_int_t
ngx_glyph_batch_sql(ngx_glyph_batch_t *batch)
{
    glyph_buf_t  *sql;

    ngx_glyph_batch_prepare(batch);

    sql = &batch->sql;
    glyph_buf_reset(sql);

    /* what rows of imports have by default: an older schema does not ask */

    glyph_buf_puts(sql, "BEGIN;SET LOCAL glyph.identity_rule="
                        ngx_value(GLYPH_IDENTITY_RULE) ";");

    ngx_glyph_batch_copy_sql(batch, NGX_GLYPH_BATCH_IMPORTS,
                             ngx_glyph_record_columns);

    ngx_glyph_batch_call(batch, "begin_batch", ngx_glyph_batch_begin_args);

    ngx_glyph_batch_copy_sql(batch, NGX_GLYPH_BATCH_LISTINGS,
                             glyph_copy_listings);
    ngx_glyph_batch_copy_sql(batch, NGX_GLYPH_BATCH_ERRORS,
                             glyph_copy_errors);
    ngx_glyph_batch_copy_sql(batch, NGX_GLYPH_BATCH_WARNINGS,
                             glyph_copy_warnings);

    if (batch->schema >= NGX_GLYPH_BATCH_SCHEMA_LANES) {
        ngx_glyph_batch_call(batch, "add_progress",
                             ngx_glyph_batch_range_args);
    }

    ngx_glyph_batch_call(batch, "commit_progress",
                         ngx_glyph_batch_progress_args);

    ngx_glyph_batch_repeats(batch);

    glyph_buf_puts(sql, "COMMIT");
    glyph_buf_putc(sql, '\0');

    return (sql->failed || batch->imports.failed) ? NGX_ERROR : NGX_OK;
}


/*
 * Imports that begin and end here are copied, in the order of their ids; but
 * all that begin are inserted by one statement, so that of two transactions
 * with the same ids each waits for the other in one direction only.
 */

static void
ngx_glyph_batch_prepare(ngx_glyph_batch_t *batch)
{
    ngx_uint_t          i;
    ngx_glyph_item_t   *item;
    ngx_glyph_block_t  *block;

    ngx_memzero(batch->copies, sizeof(batch->copies));

    batch->next = 0;
    batch->nwhole = 0;
    batch->copied = 1;

    ngx_sort(batch->items, batch->n, sizeof(ngx_glyph_item_t),
             ngx_glyph_batch_compare);

    for (i = 0; i < batch->n; i++) {
        block = batch->items[i].block;

        if (!batch->items[i].import->registered
            && !(block && block->final))
        {
            batch->copied = 0;
        }

        if (block) {
            batch->copies[NGX_GLYPH_BATCH_LISTINGS] |= block->listings.len > 0;
            batch->copies[NGX_GLYPH_BATCH_ERRORS] |= block->errors.len > 0;
            batch->copies[NGX_GLYPH_BATCH_WARNINGS] |= block->warnings.len > 0;
        }
    }

    if (batch->schema < NGX_GLYPH_BATCH_SCHEMA_WARNINGS) {
        batch->copies[NGX_GLYPH_BATCH_WARNINGS] = 0;
    }

    glyph_buf_reset(&batch->imports);

    for (i = 0; i < batch->n; i++) {
        item = &batch->items[i];

        if (ngx_glyph_batch_whole(batch, item)) {
            ngx_glyph_record_tuple(item->job, item->block, &batch->imports);
            batch->copies[NGX_GLYPH_BATCH_IMPORTS] = 1;
            batch->nwhole++;
        }
    }
}


static ngx_int_t ngx_libc_cdecl
ngx_glyph_batch_compare(const void *one, const void *two)
{
    const ngx_glyph_item_t *a = one;
    const ngx_glyph_item_t *b = two;

    return ngx_memcmp(a->import->id.bytes, b->import->id.bytes,
                      sizeof(a->import->id.bytes));
}


static ngx_uint_t
ngx_glyph_batch_whole(ngx_glyph_batch_t *batch, ngx_glyph_item_t *item)
{
    return batch->copied && !item->import->registered;
}


static void
ngx_glyph_batch_copy_sql(ngx_glyph_batch_t *batch,
    ngx_glyph_batch_copy_e copy, const char *columns)
{
    if (batch->copies[copy]) {
        glyph_buf_puts(&batch->sql, "COPY ");
        glyph_buf_puts(&batch->sql, columns);
        glyph_buf_puts(&batch->sql, " FROM STDIN (FORMAT binary);");
    }
}


/* A call of a function of the schema, unless there is nothing to tell it. */

static void
ngx_glyph_batch_call(ngx_glyph_batch_t *batch, const char *function,
    ngx_uint_t (*args)(ngx_glyph_batch_t *batch, glyph_buf_t *b))
{
    glyph_buf_t  *sql, json;

    ngx_memzero(&json, sizeof(glyph_buf_t));
    glyph_buf_putc(&json, '[');

    if (args(batch, &json)) {
        glyph_buf_putc(&json, ']');

        sql = &batch->sql;

        glyph_buf_puts(sql, "SELECT glyph.");
        glyph_buf_puts(sql, function);
        glyph_buf_putc(sql, '(');
        ngx_glyph_batch_hex(sql, &json);
        glyph_buf_puts(sql, ");");
    }

    batch->sql.failed |= json.failed;

    glyph_buf_free(&json);
}


static ngx_uint_t
ngx_glyph_batch_begin_args(ngx_glyph_batch_t *batch, glyph_buf_t *b)
{
    ngx_uint_t           i;
    ngx_glyph_import_t  *import;

    for (i = 0; i < batch->n; i++) {
        import = batch->items[i].import;

        if (ngx_glyph_batch_whole(batch, &batch->items[i])) {
            continue;
        }

        glyph_json_comma(b);
        glyph_buf_putc(b, '[');
        glyph_json_string(b, import->text, NGX_GLYPH_UUID_TEXT_LEN);
        glyph_json_comma(b);
        glyph_json_int(b, import->epoch);

        if (batch->items[i].lane) {
            glyph_buf_puts(b, ",null,true");

        } else if (!import->registered) {
            glyph_json_comma(b);
            ngx_glyph_record_meta(batch->items[i].job, b);
        }

        glyph_buf_putc(b, ']');
    }

    return batch->n - batch->nwhole;
}


static ngx_uint_t
ngx_glyph_batch_range_args(ngx_glyph_batch_t *batch, glyph_buf_t *b)
{
    ngx_uint_t         i, n;
    ngx_glyph_item_t  *item;

    n = 0;

    for (i = 0; i < batch->n; i++) {
        item = &batch->items[i];

        if (item->block && !ngx_glyph_batch_whole(batch, item)) {
            n += ngx_glyph_record_ranges(item->import, item->block, b);
        }
    }

    return n;
}


static ngx_uint_t
ngx_glyph_batch_progress_args(ngx_glyph_batch_t *batch, glyph_buf_t *b)
{
    ngx_uint_t         i, n;
    ngx_glyph_item_t  *item;

    n = 0;

    for (i = 0; i < batch->n; i++) {
        item = &batch->items[i];

        if (ngx_glyph_batch_whole(batch, item) || item->lane) {
            continue;
        }

        n++;

        glyph_json_comma(b);
        ngx_glyph_record_progress(item->job, item->block,
                                  batch->schema
                                  >= NGX_GLYPH_BATCH_SCHEMA_LANES, b);
    }

    return n;
}


/* Which of those that complete have a file that was imported before? */

static void
ngx_glyph_batch_repeats(ngx_glyph_batch_t *batch)
{
    ngx_uint_t          i, n;
    glyph_buf_t        *sql;
    ngx_glyph_block_t  *block;

    sql = &batch->sql;
    n = 0;

    for (i = 0; i < batch->n; i++) {
        block = batch->items[i].block;

        if (block && block->final == NGX_GLYPH_JOB_COMPLETED
            && !batch->items[i].lane)
        {
            glyph_buf_puts(sql, n++ ? ","
                                : "SELECT * FROM glyph.repeats('{");
            glyph_buf_append(sql, batch->items[i].import->text,
                             NGX_GLYPH_UUID_TEXT_LEN);
        }
    }

    if (n) {
        glyph_buf_puts(sql, "}');");
    }
}


/* Nothing is interpolated into the text but ids, digits and a to f. */

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
    while (!batch->copies[batch->next]) {
        batch->next++;
    }

    batch->copy = batch->next++;
    batch->item = 0;
    batch->offset = 0;
    batch->header_sent = 0;
    batch->trailer_sent = 0;
}


ngx_int_t
ngx_glyph_batch_piece(ngx_glyph_batch_t *batch, ngx_str_t *piece)
{
    glyph_buf_t  *rows;

    if (!batch->header_sent) {
        batch->header_sent = 1;
        piece->data = (u_char *) glyph_copy_header;
        piece->len = GLYPH_COPY_HEADER_LEN;
        return NGX_OK;
    }

    while (batch->item < batch->n) {
        rows = ngx_glyph_batch_rows(batch);

        if (rows && batch->offset < rows->len) {
            piece->data = rows->data + batch->offset;
            piece->len = ngx_min(rows->len - batch->offset,
                                 NGX_GLYPH_BATCH_PIECE);
            batch->offset += piece->len;
            return NGX_OK;
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


/* What the running COPY takes of the item; all of imports is of the first. */

static glyph_buf_t *
ngx_glyph_batch_rows(ngx_glyph_batch_t *batch)
{
    ngx_glyph_block_t  *block;

    if (batch->copy == NGX_GLYPH_BATCH_IMPORTS) {
        return batch->item ? NULL : &batch->imports;
    }

    block = batch->items[batch->item].block;

    if (block == NULL) {
        return NULL;
    }

    switch (batch->copy) {

    case NGX_GLYPH_BATCH_LISTINGS:
        return &block->listings;

    case NGX_GLYPH_BATCH_ERRORS:
        return &block->errors;

    default: /* NGX_GLYPH_BATCH_WARNINGS */
        return &block->warnings;
    }
}


ngx_log_t *
ngx_glyph_batch_log(ngx_glyph_batch_t *batch)
{
    return &batch->items[batch->n - 1].import->log;
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

            glyph_copy_rejected(&item->block->errors,
                                item->import->id.bytes, &rejected);
            item->import->refused++;
            item->block->valid--;
            item->block->invalid++;

            ngx_log_error(NGX_LOG_WARN, &item->import->log, 0,
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
