
#include "ngx_glyph.h"
#include "ngx_glyph_node.h"
#include "ngx_glyph_record.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_str.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_writer.h"
#include "ngx_glyph_writer_tx.h"
#include "ngx_glyph_zone.h"


/* ms between two questions, and after which it was somebody who died */
#define NGX_GLYPH_WRITER_AGAIN    100
#define NGX_GLYPH_WRITER_FOREIGN  3000


static void ngx_glyph_writer_tell(ngx_glyph_batch_t *batch);
static void ngx_glyph_writer_repeated(ngx_glyph_item_t *item);
static void ngx_glyph_writer_log_kept(ngx_glyph_item_t *item);
static void ngx_glyph_writer_withdraw(ngx_glyph_batch_t *batch,
    ngx_uint_t i);
static void ngx_glyph_writer_refused(ngx_glyph_writer_tx_t *tx);


/* Its jobs are told in turns of their own. */

void
ngx_glyph_writer_commit(ngx_glyph_writer_tx_t *tx)
{
    ngx_glyph_batch_t   *batch;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;
    batch = tx->batch;
    tx->batch = NULL;

    w->alone = 0;

    ngx_glyph_store_served(NGX_GLYPH_STORE_WRITES);

    batch->usec = ngx_glyph_usec() - tx->sent;
    ngx_glyph_zone_observe(NGX_GLYPH_COMMIT_TIME, batch->usec);

    ngx_queue_insert_tail(&w->committed, &batch->queue);
    ngx_post_event(&w->tell, &ngx_posted_events);
}


void
ngx_glyph_writer_tell_handler(ngx_event_t *ev)
{
    uint64_t             end;
    ngx_queue_t         *q;
    ngx_glyph_batch_t   *batch;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;
    end = ngx_glyph_usec() + NGX_GLYPH_TURN_USEC;

    while (!ngx_queue_empty(&w->committed)) {

        q = ngx_queue_head(&w->committed);
        batch = ngx_queue_data(q, ngx_glyph_batch_t, queue);

        while (batch->n) {

            if (ngx_glyph_usec() >= end) {
                ngx_add_timer(ev, 0);
                return;
            }

            ngx_glyph_writer_tell(batch);
        }

        ngx_queue_remove(q);
        ngx_queue_insert_head(&w->free, q);
    }
}


static void
ngx_glyph_writer_tell(ngx_glyph_batch_t *batch)
{
    ngx_glyph_item_t  item;

    item = ngx_glyph_batch_remove(batch, 0);
    item.import->timing.commit += batch->usec;

    ngx_glyph_writer_written(&item);
}


void
ngx_glyph_writer_written(ngx_glyph_item_t *item)
{
    ngx_glyph_block_t   *block;
    ngx_glyph_import_t  *import;

    block = item->block;
    import = item->import;
    import->registered = 1;

    if (!item->lane) {
        import->ranges = 0;
    }

    if (block == NULL) {
        /* void */

    } else if (item->lane && block->final
               && !ngx_glyph_job_decided(item->job)
               && ngx_queue_empty(&import->blocks))
    {
        /* its end is a transaction of its own, when nothing else is open */

        import->opened = 1;

        ngx_glyph_job_written(item->job, block);
        ngx_queue_insert_tail(&import->blocks, &block->queue);

    } else {
        import->opened = 1;

        if (item->lane) {

            /* the job ends otherwise, if this is its last */

            block->final = 0;

        } else if (block->final) {

            if (item->repeated) {
                ngx_glyph_writer_repeated(item);
            }

            ngx_glyph_writer_log_kept(item);
        }

        ngx_glyph_job_committed(item->job, block);
    }

    if (!ngx_queue_empty(&import->blocks)) {
        ngx_glyph_writer_ready(item->job);
    }

    ngx_glyph_job_unref(item->job);
}


/* As glyph.job_result() does. */

static void
ngx_glyph_writer_repeated(ngx_glyph_item_t *item)
{
    glyph_buf_t  *result;
    u_char        id[NGX_GLYPH_UUID_TEXT_LEN + 1];

    result = &item->block->result;

    if (result->len) {
        *ngx_glyph_uuid_text(id, &item->original) = '\0';

        result->len--;
        glyph_buf_puts(result, ",\"duplicate_of\":\"");
        glyph_buf_puts(result, (char *) id);
        glyph_buf_puts(result, "\"}");
    }
}


/* Of an import that has ended. */

static void
ngx_glyph_writer_log_kept(ngx_glyph_item_t *item)
{
    uint64_t    warnings;
    ngx_uint_t  max;

    warnings = item->block->totals.warnings;
    max = ngx_glyph_job_asked(item->job)->conf->max_warnings;

    if (warnings > max) {
        ngx_log_error(NGX_LOG_NOTICE, &item->import->log, 0,
                      "of %uL warnings the first %ui are kept: "
                      "glyph_max_warnings", warnings, max);
    }
}


/* A job that has ended meanwhile wants it no more, or ends otherwise. */

void
ngx_glyph_writer_give_back(ngx_glyph_batch_t *batch, ngx_uint_t i)
{
    ngx_glyph_item_t  item;

    item = ngx_glyph_batch_remove(batch, i);

    if (ngx_glyph_job_decided(item.job)) {

        if (item.block) {
            ngx_glyph_job_block_put(item.job, item.block);
        }

        ngx_glyph_job_unref(item.job);
        return;
    }

    if (item.block) {

        if (item.lane && !ngx_queue_empty(&item.import->blocks)) {
            item.block->final = 0;
        }

        ngx_queue_insert_head(&item.import->blocks, &item.block->queue);
    }

    if (item.import->waits) {
        ngx_glyph_writer_unready(item.job);
    }

    ngx_glyph_writer_queue(item.job, 1);

    ngx_glyph_job_unref(item.job);
}


/* As above, but its job has nothing to write any more. */

static void
ngx_glyph_writer_withdraw(ngx_glyph_batch_t *batch, ngx_uint_t i)
{
    ngx_glyph_job_t *job = batch->items[i].job;

    ngx_glyph_job_ref(job);
    ngx_glyph_writer_give_back(batch, i);

    if (ngx_glyph_job_import(job)->waits) {
        ngx_glyph_writer_unready(job);
    }

    ngx_glyph_job_unref(job);
}


void
ngx_glyph_writer_give_back_all(ngx_glyph_batch_t *batch)
{
    while (batch->n) {
        ngx_glyph_writer_give_back(batch, batch->n - 1);
    }
}


/* What to do about an error, by its class. */

void
ngx_glyph_writer_rolled_back(ngx_glyph_writer_tx_t *tx)
{
    if (ngx_strcmp(tx->sqlstate, "GL001") == 0 || tx->taken) {
        ngx_glyph_writer_ask(tx);
        return;
    }

    if (ngx_strcmp(tx->sqlstate, "23505") == 0) {

        /* somebody else has written: believe nothing, take everything */

        ngx_glyph_writer_doubt(tx);
        return;
    }

    switch (ngx_glyph_store_fault(tx->sqlstate)) {

    case NGX_GLYPH_FAULT_DATA:
        ngx_glyph_writer_refused(tx);
        break;

    case NGX_GLYPH_FAULT_AGAIN:

        if (ngx_glyph_store_again(NGX_GLYPH_STORE_WRITES)) {
            ngx_glyph_writer_unwell(tx);
            break;
        }

        ngx_glyph_writer_give_back_all(tx->batch);
        ngx_glyph_writer_retry_later();
        break;

    case NGX_GLYPH_FAULT_LOST:
        ngx_glyph_writer_lost(tx);
        break;

    default:
        ngx_glyph_writer_unwell(tx);
    }
}


static void
ngx_glyph_writer_refused(ngx_glyph_writer_tx_t *tx)
{
    ngx_glyph_job_t  *job;

    if (tx->row && ngx_glyph_batch_refuse(tx->batch, tx->row) == NGX_OK) {
        ngx_glyph_zone_add(NGX_GLYPH_CODES + GLYPH_ROW_STORE_REFUSED, 1);
        ngx_log_error(NGX_LOG_ALERT, ngx_glyph_writer.log, 0,
                      "postgres refused row %ui of a batch, it is rejected: "
                      "%s", tx->row, tx->conn.error);
        ngx_glyph_writer_give_back_all(tx->batch);
        return;
    }

    if (tx->batch->n > 1) {
        ngx_glyph_writer.alone = 1;
        ngx_glyph_writer_give_back_all(tx->batch);
        return;
    }

    /* not a row: the import as a whole cannot be written */

    job = tx->batch->items[0].job;

    ngx_glyph_job_ref(job);
    ngx_glyph_writer_withdraw(tx->batch, 0);

    ngx_log_error(NGX_LOG_ALERT, &ngx_glyph_job_import(job)->log, 0,
                  "postgres refused an import: %s", tx->conn.error);

    ngx_glyph_job_refused(job);
    ngx_glyph_job_unref(job);
}


/*
 * Somebody took one of the batch's imports (a cancel, another worker): which
 * of them are not ours any more?
 */

void
ngx_glyph_writer_ask(ngx_glyph_writer_tx_t *tx)
{
    u_char              *p;
    ngx_uint_t           i;
    const char          *params[2];
    u_char               ids[NGX_GLYPH_BATCH_JOBS
                             * (NGX_GLYPH_UUID_TEXT_LEN + 1) + 2];

    tx->asked = tx->batch->n;

    p = ids;

    for (i = 0; i < tx->batch->n; i++) {
        *p++ = i ? ',' : '{';
        p = ngx_cpymem(p, tx->batch->items[i].import->text,
                       NGX_GLYPH_UUID_TEXT_LEN);

        tx->batch->items[i].foreign = 0;
    }

    *p++ = '}';
    *p = '\0';

    params[0] = (const char *) ids;
    params[1] = ngx_glyph_worker_id;

    ngx_glyph_writer_send(tx, NGX_GLYPH_WRITER_ASK,
        "SELECT id, epoch, state, error->>'code', tenant, "
        "worker IS NOT DISTINCT FROM $2::uuid FROM glyph.imports "
        "WHERE id = ANY ($1::uuid[])", 2, params);
}


void
ngx_glyph_writer_answered(ngx_glyph_writer_tx_t *tx, PGresult *res)
{
    int                  row, n;
    ngx_str_t            tenant;
    ngx_uint_t           i, final;
    ngx_glyph_import_t  *import;

    n = PQntuples(res);

    for (i = tx->batch->n; i-- > 0; /* void */) {
        import = tx->batch->items[i].import;

        for (row = 0; row < n; row++) {
            if (ngx_strncmp(PQgetvalue(res, row, 0), import->text,
                            NGX_GLYPH_UUID_TEXT_LEN)
                == 0)
            {
                break;
            }
        }

        if (row == n) {

            if (import->registered) {
                ngx_glyph_writer_orphan(tx->batch, i,
                                        NGX_GLYPH_CODE_IMPORT_PURGED);
            }

            continue;
        }

        tenant.data = (u_char *) PQgetvalue(res, row, 4);
        tenant.len = PQgetlength(res, row, 4);

        if (!import->registered
            && (ngx_strcmp(PQgetvalue(res, row, 2), "cancelled") != 0
                || !ngx_glyph_tenant_equal(&tenant, &import->tenant)))
        {
            /* it never was ours: the client chose an id that is in use */

            ngx_glyph_writer_orphan(tx->batch, i, NGX_GLYPH_CODE_JOB_ID_USED);
            continue;
        }

        final = ngx_glyph_job_is_final((ngx_glyph_job_state_e)
                                      ngx_glyph_job_state_parse(
                                          PQgetvalue(res, row, 2)));

        if (!final
            && ngx_atoi((u_char *) PQgetvalue(res, row, 1),
                        PQgetlength(res, row, 1))
               == import->epoch)
        {
            continue;
        }

        if (!final && PQgetvalue(res, row, 5)[0] == 't'
            && tx->batch->schema >= NGX_GLYPH_BATCH_SCHEMA_LANES)
        {
            /* somebody is about to end it, or has died before that */

            tx->batch->items[i].foreign = 1;
            continue;
        }

        ngx_glyph_writer_over(tx->batch, i, PQgetvalue(res, row, 2),
                              PQgetvalue(res, row, 3));
    }
}


/*
 * Those that are still ours are written again.  Whoever is about to end others
 * gets the time that this takes: whose take came first would begin anew what he
 * waits for.
 */

void
ngx_glyph_writer_asked(ngx_glyph_writer_tx_t *tx)
{
    ngx_uint_t          i, foreign;
    ngx_glyph_batch_t  *batch;

    batch = tx->batch;
    foreign = 0;

    for (i = 0; i < batch->n; i++) {
        foreign += batch->items[i].foreign;
    }

    if (tx->sqlstate[0] || (batch->n == tx->asked && foreign == 0)) {
        ngx_glyph_writer_retry_later();
    }

    if (tx->sqlstate[0] && batch->doubtful) {
        ngx_glyph_writer_doubt(tx);
        return;
    }

    for (i = batch->n; i-- > 0; /* void */) {

        if (!batch->items[i].foreign) {
            ngx_glyph_writer_give_back(batch, i);
        }
    }

    if (foreign == 0) {
        return;
    }

    batch->again_at = ngx_current_msec + NGX_GLYPH_WRITER_AGAIN;

    if (batch->take_at == 0) {
        batch->take_at = ngx_current_msec + NGX_GLYPH_WRITER_FOREIGN;
    }

    ngx_glyph_writer_doubt(tx);
}


/* Its row is none of the job's, or not there. */

void
ngx_glyph_writer_orphan(ngx_glyph_batch_t *batch, ngx_uint_t i,
    ngx_glyph_code_e code)
{
    ngx_glyph_writer_over(batch, i,
                          ngx_glyph_job_state_name(NGX_GLYPH_JOB_FAILED),
                          ngx_glyph_codes[code].name);
}


void
ngx_glyph_writer_over(ngx_glyph_batch_t *batch, ngx_uint_t i,
    const char *state, const char *code)
{
    ngx_int_t         rc;
    ngx_glyph_job_t  *job;

    job = batch->items[i].job;
    rc = ngx_glyph_job_state_parse(state);

    /* the id is known there, be it as another import's */

    batch->items[i].import->registered = 1;

    ngx_glyph_job_ref(job);
    ngx_glyph_writer_withdraw(batch, i);

    if (rc == NGX_ERROR
        || !ngx_glyph_job_is_final((ngx_glyph_job_state_e) rc))
    {
        rc = NGX_GLYPH_JOB_FAILED;
        code = ngx_glyph_codes[NGX_GLYPH_CODE_OWNERSHIP_LOST].name;
    }

    ngx_glyph_job_over(job, (ngx_glyph_job_state_e) rc, code);
    ngx_glyph_job_unref(job);
}


/* Of a batch under way it is known soon whether it was written. */

void
ngx_glyph_writer_giveup_handler(ngx_event_t *ev)
{
    ngx_uint_t           i;
    ngx_queue_t          jobs, *q;
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    if (w->giveup.timer_set) {
        ngx_del_timer(&w->giveup);
    }

    if (!ngx_glyph_store_overdue(NGX_GLYPH_STORE_WRITES)) {
        return;
    }

    for (i = 0; i < w->conf->writers; i++) {
        if (w->tx[i].batch && w->tx[i].phase != NGX_GLYPH_WRITER_IDLING) {
            return;
        }
    }

    for (q = ngx_queue_head(&w->doubtful);
         q != ngx_queue_sentinel(&w->doubtful);
         q = ngx_queue_next(q))
    {
        ngx_glyph_writer_batch_lost(ngx_queue_data(q, ngx_glyph_batch_t,
                                                   queue));
    }

    if (ngx_queue_empty(&w->ready)) {
        return;
    }

    /* what is told to one may well change others */

    ngx_queue_init(&jobs);
    ngx_queue_add(&jobs, &w->ready);
    ngx_queue_init(&w->ready);

    while (!ngx_queue_empty(&jobs)) {
        q = ngx_queue_head(&jobs);
        job = ngx_glyph_job_of(ngx_queue_data(q, ngx_glyph_import_t, ready));

        ngx_queue_remove(q);
        ngx_queue_insert_tail(&w->ready, q);

        ngx_glyph_job_store_lost(job, 0);
    }

    ngx_glyph_writer_next();
}


void
ngx_glyph_writer_batch_lost(ngx_glyph_batch_t *batch)
{
    ngx_uint_t         i;
    ngx_glyph_item_t  *item;

    for (i = 0; i < batch->n; i++) {
        item = &batch->items[i];
        ngx_glyph_job_store_lost(item->job, item->block && item->block->final
                                            && !item->lane);
    }
}
