
#include "ngx_glyph.h"
#include "ngx_glyph_node.h"
#include "ngx_glyph_record.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_str.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_writer.h"
#include "ngx_glyph_writer_tx.h"
#include "ngx_glyph_zone.h"


static void ngx_glyph_writer_tell(ngx_glyph_batch_t *batch);
static void ngx_glyph_writer_repeated(ngx_glyph_item_t *item);
static void ngx_glyph_writer_log_kept(ngx_glyph_item_t *item);
static void ngx_glyph_writer_give_back(ngx_glyph_batch_t *batch,
    ngx_uint_t i);
static void ngx_glyph_writer_withdraw(ngx_glyph_batch_t *batch,
    ngx_uint_t i);
static void ngx_glyph_writer_refused(ngx_glyph_writer_tx_t *tx);
static void ngx_glyph_writer_ask(ngx_glyph_writer_tx_t *tx);
static void ngx_glyph_writer_orphan(ngx_glyph_batch_t *batch, ngx_uint_t i,
    ngx_glyph_code_e code);
static void ngx_glyph_writer_over(ngx_glyph_batch_t *batch, ngx_uint_t i,
    const char *state, const char *code);


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

    if (item.block) {

        if (item.block->final && item.repeated) {
            ngx_glyph_writer_repeated(&item);
        }

        ngx_glyph_writer_log_kept(&item);
        ngx_glyph_job_committed(item.job, item.block);

    } else {
        item.import->registered = 1;
    }

    if (!ngx_queue_empty(&item.import->blocks)) {
        ngx_glyph_writer_ready(item.job);
    }

    ngx_glyph_job_unref(item.job);
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

    if (item->block->final && warnings > max) {
        ngx_log_error(NGX_LOG_NOTICE, &item->import->log, 0,
                      "of %uL warnings the first %ui are kept: "
                      "glyph_max_warnings", warnings, max);
    }
}


/* The block was not written: it is the job's first again. */

static void
ngx_glyph_writer_give_back(ngx_glyph_batch_t *batch, ngx_uint_t i)
{
    ngx_glyph_item_t  item;

    item = ngx_glyph_batch_remove(batch, i);

    if (item.block) {
        ngx_queue_insert_head(&item.import->blocks, &item.block->queue);
    }

    ngx_glyph_writer_queue(item.job, 1);

    ngx_glyph_job_unref(item.job);
}


/* As above, but its job has nothing to write any more. */

static void
ngx_glyph_writer_withdraw(ngx_glyph_batch_t *batch, ngx_uint_t i)
{
    ngx_glyph_job_t *job = batch->items[i].job;

    ngx_glyph_writer_give_back(batch, i);
    ngx_glyph_writer_unready(job);
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

        tx->unknown = 1;
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

static void
ngx_glyph_writer_ask(ngx_glyph_writer_tx_t *tx)
{
    u_char              *p;
    ngx_uint_t           i;
    const char          *params[1];
    u_char               ids[NGX_GLYPH_BATCH_JOBS
                             * (NGX_GLYPH_UUID_TEXT_LEN + 1) + 2];

    tx->asked = tx->batch->n;

    p = ids;

    for (i = 0; i < tx->batch->n; i++) {
        *p++ = i ? ',' : '{';
        p = ngx_cpymem(p, tx->batch->items[i].import->text,
                       NGX_GLYPH_UUID_TEXT_LEN);
    }

    *p++ = '}';
    *p = '\0';

    params[0] = (const char *) ids;

    ngx_glyph_writer_send(tx, NGX_GLYPH_WRITER_ASK,
        "SELECT id, epoch, state, error->>'code', tenant FROM glyph.imports "
        "WHERE id = ANY ($1::uuid[])", 1, params);
}


void
ngx_glyph_writer_answered(ngx_glyph_writer_tx_t *tx, PGresult *res)
{
    int                  row, n;
    ngx_str_t            tenant;
    ngx_uint_t           i;
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

        if (ngx_atoi((u_char *) PQgetvalue(res, row, 1),
                     PQgetlength(res, row, 1))
            != import->epoch
            || ngx_glyph_job_is_final((ngx_glyph_job_state_e)
                                      ngx_glyph_job_state_parse(
                                          PQgetvalue(res, row, 2))))
        {
            ngx_glyph_writer_over(tx->batch, i, PQgetvalue(res, row, 2),
                                  PQgetvalue(res, row, 3));
        }
    }
}


/* Its row is none of the job's, or not there. */

static void
ngx_glyph_writer_orphan(ngx_glyph_batch_t *batch, ngx_uint_t i,
    ngx_glyph_code_e code)
{
    ngx_glyph_writer_over(batch, i,
                          ngx_glyph_job_state_name(NGX_GLYPH_JOB_FAILED),
                          ngx_glyph_codes[code].name);
}


static void
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


/* The last of an unknown batch; the others follow one by one. */

void
ngx_glyph_writer_take(ngx_glyph_writer_tx_t *tx)
{
    const char        *params[4];
    glyph_buf_t        upload;
    ngx_glyph_item_t  *item;

    item = &tx->batch->items[tx->batch->n - 1];

    params[0] = (const char *) item->import->text;
    params[1] = ngx_glyph_worker_id;
    params[2] = ngx_glyph_node_id;
    params[3] = NULL;

    ngx_memzero(&upload, sizeof(glyph_buf_t));

    if (!item->import->registered) {

        /* the row may be another import's, whose id the client chose */

        ngx_glyph_record_meta(item->job, &upload);
        glyph_buf_putc(&upload, '\0');

        if (upload.failed) {
            glyph_buf_free(&upload);
            ngx_glyph_writer_lost(tx);
            return;
        }

        params[3] = (const char *) upload.data;
    }

    ngx_glyph_writer_send(tx, NGX_GLYPH_WRITER_TAKE,
        "SELECT t.found, t.epoch, t.state, t.rows, i.error->>'code', t.own, "
        "t.warnings_count "
        "FROM glyph.take($1::uuid, $2::uuid, $3::uuid, NULL, $4::jsonb) t "
        "LEFT JOIN glyph.imports i ON i.id = $1::uuid", 4, params);

    glyph_buf_free(&upload);
}


void
ngx_glyph_writer_taken(ngx_glyph_writer_tx_t *tx, PGresult *res)
{
    char                *state;
    ngx_int_t            rc;
    uint64_t             rows, warnings;
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

    if (PQgetvalue(res, 0, 5)[0] != 't') {
        ngx_glyph_writer_orphan(tx->batch, i, NGX_GLYPH_CODE_JOB_ID_USED);
        return;
    }

    state = PQgetvalue(res, 0, 2);
    rc = ngx_glyph_job_state_parse(state);

    if (rc == NGX_ERROR || ngx_glyph_job_is_final((ngx_glyph_job_state_e) rc))
    {
        ngx_glyph_writer_over(tx->batch, i, state, PQgetvalue(res, 0, 4));
        return;
    }

    import->registered = 1;
    import->epoch = ngx_atoi((u_char *) PQgetvalue(res, 0, 1),
                             PQgetlength(res, 0, 1));

    rows = strtoull(PQgetvalue(res, 0, 3), NULL, 10);
    warnings = strtoull(PQgetvalue(res, 0, 6), NULL, 10);

    item = tx->batch->items[i];

    /* a block may have warnings of the file alone, and no row */

    if (item.block == NULL || item.block->final
        || rows < item.block->totals.rows
        || warnings < item.block->totals.warnings)
    {
        ngx_glyph_writer_give_back(tx->batch, i);
        return;
    }

    /* it was committed, only the answer was lost */

    item = ngx_glyph_batch_remove(tx->batch, i);

    ngx_glyph_job_committed(item.job, item.block);

    if (!ngx_queue_empty(&item.import->blocks)) {
        ngx_glyph_writer_ready(item.job);
    }

    ngx_glyph_job_unref(item.job);
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
        ngx_glyph_job_store_lost(item->job,
                                 item->block && item->block->final);
    }
}
