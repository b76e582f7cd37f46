
/*
 * Batches whose outcome is not known: their jobs are taken again, one after the
 * other, and what Postgres has of each tells whether its block was written.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_node.h"
#include "ngx_glyph_record.h"
#include "ngx_glyph_writer.h"
#include "ngx_glyph_writer_tx.h"


static ngx_int_t ngx_glyph_writer_upload(ngx_glyph_item_t *item,
    glyph_buf_t *upload);
static ngx_int_t ngx_glyph_writer_has(ngx_glyph_item_t *item, PGresult *res);
static ngx_uint_t ngx_glyph_writer_covered(const ngx_glyph_ranges_t *have,
    uint64_t lo, uint64_t hi);


void
ngx_glyph_writer_doubt(ngx_glyph_writer_tx_t *tx)
{
    ngx_glyph_batch_doubt(tx->batch);

    ngx_queue_insert_tail(&ngx_glyph_writer.doubtful, &tx->batch->queue);
    tx->batch = NULL;
}


/* What else a job has open is not in doubt, and would be ended by the take. */

ngx_glyph_batch_t *
ngx_glyph_writer_doubtful(void)
{
    ngx_uint_t           i;
    ngx_queue_t         *q;
    ngx_glyph_item_t     item;
    ngx_glyph_batch_t   *batch;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    for (q = ngx_queue_head(&w->doubtful);
         q != ngx_queue_sentinel(&w->doubtful);
         q = ngx_queue_next(q))
    {
        batch = ngx_queue_data(q, ngx_glyph_batch_t, queue);

        if (batch->again_at
            && (ngx_msec_int_t) (batch->again_at - ngx_current_msec) > 0)
        {
            if (!w->again.timer_set) {
                ngx_add_timer(&w->again, batch->again_at - ngx_current_msec);
            }

            continue;
        }

        for (i = batch->n; i-- > 0; /* void */) {
            item = batch->items[i];

            if (item.import->open == item.import->doubt) {
                batch->items[i] = batch->items[batch->n - 1];
                batch->items[batch->n - 1] = item;

                ngx_queue_remove(q);

                return batch;
            }
        }
    }

    return NULL;
}


/* The last of its batch. */

void
ngx_glyph_writer_take(ngx_glyph_writer_tx_t *tx)
{
    const char        *params[3];
    glyph_buf_t        upload;
    ngx_glyph_item_t  *item;

    if (tx->batch->take_at
        && (ngx_msec_int_t) (tx->batch->take_at - ngx_current_msec) > 0)
    {
        ngx_glyph_writer_ask(tx);
        return;
    }

    if (tx->conn.schema < NGX_GLYPH_BATCH_SCHEMA_LANES) {
        ngx_glyph_writer_fenced(tx);
        return;
    }

    item = &tx->batch->items[tx->batch->n - 1];

    if (ngx_glyph_writer_upload(item, &upload) != NGX_OK) {
        ngx_glyph_writer_lost(tx);
        return;
    }

    params[0] = (const char *) item->import->text;
    params[1] = ngx_glyph_worker_id;
    params[2] = (const char *) upload.data;

    ngx_glyph_writer_send(tx, NGX_GLYPH_WRITER_FENCE,
        "SELECT glyph.fence($1::uuid, NULL, $2::uuid, $3::jsonb)", 3, params);

    glyph_buf_free(&upload);
}


/* Whether it was fenced or not: what is open is waited for. */

void
ngx_glyph_writer_fenced(ngx_glyph_writer_tx_t *tx)
{
    const char        *params[4];
    glyph_buf_t        upload;
    ngx_glyph_item_t  *item;

    item = &tx->batch->items[tx->batch->n - 1];

    if (ngx_glyph_writer_upload(item, &upload) != NGX_OK) {
        ngx_glyph_writer_lost(tx);
        return;
    }

    params[0] = (const char *) item->import->text;
    params[1] = ngx_glyph_worker_id;
    params[2] = ngx_glyph_node_id;
    params[3] = (const char *) upload.data;

    ngx_glyph_writer_send(tx, NGX_GLYPH_WRITER_TAKE,
        (tx->conn.schema < NGX_GLYPH_BATCH_SCHEMA_LANES)
        ? "SELECT t.found, t.epoch, t.state, i.error->>'code', t.own, "
          "CASE WHEN t.rows > 0 THEN ARRAY[0, t.rows] END, "
          "CASE WHEN t.warnings_count > 0 THEN ARRAY[0, t.warnings_count] END "
          "FROM glyph.take($1::uuid, $2::uuid, $3::uuid, NULL, $4::jsonb) t "
          "LEFT JOIN glyph.imports i ON i.id = $1::uuid"
        : "SELECT found, epoch, state, code, own, have_rows, have_warnings "
          "FROM glyph.take_over($1::uuid, $2::uuid, $3::uuid, NULL, "
          "$4::jsonb)",
        4, params);

    glyph_buf_free(&upload);
}


/* The row may be another import's, whose id the client chose. */

static ngx_int_t
ngx_glyph_writer_upload(ngx_glyph_item_t *item, glyph_buf_t *upload)
{
    ngx_memzero(upload, sizeof(glyph_buf_t));

    if (item->import->registered) {
        return NGX_OK;
    }

    ngx_glyph_record_meta(item->job, upload);
    glyph_buf_putc(upload, '\0');

    if (upload->failed) {
        glyph_buf_free(upload);
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_glyph_writer_taken(ngx_glyph_writer_tx_t *tx, PGresult *res)
{
    char                *state;
    ngx_int_t            rc;
    ngx_uint_t           i;
    ngx_glyph_item_t     item;
    ngx_glyph_import_t  *import;

    i = tx->batch->n - 1;
    import = tx->batch->items[i].import;

    if (PQntuples(res) == 0 || PQgetvalue(res, 0, 0)[0] != 't') {

        /* never written, and so nobody else can have it */

        if (import->registered) {
            ngx_glyph_writer_orphan(tx->batch, i,
                                    NGX_GLYPH_CODE_IMPORT_PURGED);
            return;
        }

        ngx_glyph_writer_give_back(tx->batch, i);
        return;
    }

    if (PQgetvalue(res, 0, 4)[0] != 't') {
        ngx_glyph_writer_orphan(tx->batch, i, NGX_GLYPH_CODE_JOB_ID_USED);
        return;
    }

    state = PQgetvalue(res, 0, 2);
    rc = ngx_glyph_job_state_parse(state);

    if (rc == NGX_ERROR || ngx_glyph_job_is_final((ngx_glyph_job_state_e) rc))
    {
        ngx_glyph_writer_over(tx->batch, i, state, PQgetvalue(res, 0, 3));
        return;
    }

    import->registered = 1;
    import->epoch = ngx_atoi((u_char *) PQgetvalue(res, 0, 1),
                             PQgetlength(res, 0, 1));

    if (ngx_glyph_writer_has(&tx->batch->items[i], res) != NGX_OK) {
        ngx_glyph_writer_give_back(tx->batch, i);
        return;
    }

    /* it was committed, only the answer was lost */

    item = ngx_glyph_batch_remove(tx->batch, i);

    ngx_glyph_writer_written(&item);
}


/*
 * Whether the rows and the warnings of the item's block are there; without any
 * it may as well be written again, and so may what would be its end.
 */

static ngx_int_t
ngx_glyph_writer_has(ngx_glyph_item_t *item, PGresult *res)
{
    ngx_int_t            rc;
    ngx_pool_t          *pool;
    ngx_glyph_block_t   *block;
    ngx_glyph_ranges_t   rows, warnings;

    block = item->block;

    if (block == NULL || (block->final && !item->lane)
        || (block->rows_lo == block->totals.rows
            && block->warnings_lo == block->totals.warnings))
    {
        return NGX_DECLINED;
    }

    pool = ngx_create_pool(NGX_MIN_POOL_SIZE, ngx_glyph_writer.log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    rc = NGX_DECLINED;

    if (ngx_glyph_ranges_parse(&rows, pool, PQgetvalue(res, 0, 5)) == NGX_OK
        && ngx_glyph_ranges_parse(&warnings, pool, PQgetvalue(res, 0, 6))
           == NGX_OK
        && ngx_glyph_writer_covered(&rows, block->rows_lo, block->totals.rows)
        && ngx_glyph_writer_covered(&warnings, block->warnings_lo,
                                    block->totals.warnings))
    {
        rc = NGX_OK;
    }

    ngx_destroy_pool(pool);

    return rc;
}


static ngx_uint_t
ngx_glyph_writer_covered(const ngx_glyph_ranges_t *have, uint64_t lo,
    uint64_t hi)
{
    ngx_glyph_range_t  range, part;

    range.lo = lo;
    range.hi = hi;

    return ngx_glyph_ranges_missing(have, &range, &part) == NGX_DONE;
}


/* The others follow, each in a step of its own. */

void
ngx_glyph_writer_take_done(ngx_glyph_writer_tx_t *tx)
{
    if (tx->sqlstate[0]) {

        /* the row is locked, or the server is unwell: take it later */

        ngx_log_error(NGX_LOG_WARN, ngx_glyph_batch_log(tx->batch), 0,
                      "could not take an import back: %s", tx->conn.error);
        ngx_glyph_writer_retry_later();
    }

    if (tx->batch->n) {
        ngx_glyph_writer_doubt(tx);
    }
}
