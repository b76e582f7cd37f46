
#include "ngx_glyph.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_writer.h"
#include "ngx_glyph_writer_tx.h"
#include "ngx_glyph_zone.h"


#define NGX_GLYPH_WRITER_REST       60000

/* ms in which no further connection is tried after one that failed */
#define NGX_GLYPH_WRITER_REFUSED    10000

/* bytes that are worth a transaction of their own beside another */
#define NGX_GLYPH_WRITER_LARGE      (256 * 1024)

/* jobs that wait for a transaction: more is too far behind */
#define NGX_GLYPH_WRITER_BEHIND     (4 * NGX_GLYPH_BATCH_JOBS)


static ngx_int_t ngx_glyph_writer_init(ngx_cycle_t *cycle);
static void ngx_glyph_writer_exit(void);
static void ngx_glyph_writer_gauges(void);
static void ngx_glyph_writer_event(ngx_event_t *ev,
    ngx_event_handler_pt handler, void *data, ngx_uint_t cancelable);
static void ngx_glyph_writer_go_handler(ngx_event_t *ev);
static ngx_uint_t ngx_glyph_writer_busy(void);
static void ngx_glyph_writer_step(ngx_glyph_writer_tx_t *tx);
static void ngx_glyph_writer_rest(ngx_glyph_writer_tx_t *tx);
static size_t ngx_glyph_writer_share(void);
static void ngx_glyph_writer_more(void);
static void ngx_glyph_writer_connect(ngx_glyph_writer_tx_t *tx);
static ngx_uint_t ngx_glyph_writer_count(ngx_glyph_pg_state_e state);
static void ngx_glyph_writer_opened(ngx_glyph_pg_conn_t *c);
static void ngx_glyph_writer_failed(ngx_glyph_pg_conn_t *c);
static void ngx_glyph_writer_store_changed(void);
static void ngx_glyph_writer_close(ngx_glyph_writer_tx_t *tx);
static void ngx_glyph_writer_given_back(void);
static void ngx_glyph_writer_retry_handler(ngx_event_t *ev);
static void ngx_glyph_writer_stall_handler(ngx_event_t *ev);
static void ngx_glyph_writer_idle_handler(ngx_event_t *ev);
static void ngx_glyph_writer_free(ngx_queue_t *batches);


const ngx_glyph_part_t  ngx_glyph_writer_part = {
    ngx_glyph_writer_init,
    ngx_glyph_writer_exit,
    ngx_glyph_writer_gauges,
    1
};


ngx_glyph_writer_t  ngx_glyph_writer;

static ngx_glyph_store_observer_t  ngx_glyph_writer_observer = {
    { NULL, NULL }, ngx_glyph_writer_store_changed
};


static ngx_int_t
ngx_glyph_writer_init(ngx_cycle_t *cycle)
{
    ngx_uint_t              i;
    ngx_glyph_writer_t     *w;
    ngx_glyph_pg_conf_t    *conf;
    ngx_glyph_writer_tx_t  *tx;

    w = &ngx_glyph_writer;
    conf = ngx_glyph_main_conf->pg;

    ngx_queue_init(&w->ready);
    ngx_queue_init(&w->dropped);
    ngx_queue_init(&w->doubtful);
    ngx_queue_init(&w->committed);
    ngx_queue_init(&w->free);

    w->log = cycle->log;

    w->tx = ngx_pcalloc(cycle->pool,
                        conf->writers * sizeof(ngx_glyph_writer_tx_t));
    if (w->tx == NULL) {
        return NGX_ERROR;
    }

    w->conf = conf;

    for (i = 0; i < conf->writers; i++) {
        tx = &w->tx[i];

        tx->conn.conf = conf;
        tx->conn.role = "glyph";
        tx->conn.setup = NGX_GLYPH_PG_DURABLE;
        tx->conn.data = tx;
        tx->conn.opened = ngx_glyph_writer_opened;
        tx->conn.failed = ngx_glyph_writer_failed;
        tx->conn.ready = ngx_glyph_writer_ready_handler;

        ngx_glyph_writer_event(&tx->turn, ngx_glyph_writer_turn_handler, tx,
                               0);
        ngx_glyph_writer_event(&tx->stall, ngx_glyph_writer_stall_handler, tx,
                               0);
        ngx_glyph_writer_event(&tx->idle, ngx_glyph_writer_idle_handler, tx,
                               1);
    }

    ngx_glyph_writer_event(&w->go, ngx_glyph_writer_go_handler, w, 0);
    ngx_glyph_writer_event(&w->tell, ngx_glyph_writer_tell_handler, w, 0);
    ngx_glyph_writer_event(&w->retry, ngx_glyph_writer_retry_handler, w, 1);
    ngx_glyph_writer_event(&w->again, ngx_glyph_writer_go_handler, w, 0);
    ngx_glyph_writer_event(&w->giveup, ngx_glyph_writer_giveup_handler, w, 0);

    ngx_glyph_store_observe(NGX_GLYPH_STORE_WRITES,
                            &ngx_glyph_writer_observer);

    /* so that the first upload finds out at once whether it can be taken */

    ngx_add_timer(&w->retry, 1);

    return NGX_OK;
}


static void
ngx_glyph_writer_event(ngx_event_t *ev, ngx_event_handler_pt handler,
    void *data, ngx_uint_t cancelable)
{
    ev->handler = handler;
    ev->data = data;
    ev->log = ngx_glyph_writer.log;
    ev->cancelable = cancelable;
}


static void
ngx_glyph_writer_exit(void)
{
    ngx_uint_t              i;
    ngx_glyph_writer_t     *w;
    ngx_glyph_writer_tx_t  *tx;

    w = &ngx_glyph_writer;

    if (w->conf == NULL) {
        return;
    }

    for (i = 0; i < w->conf->writers; i++) {
        tx = &w->tx[i];

        ngx_glyph_pg_close(&tx->conn);

        if (tx->batch) {
            ngx_glyph_writer_give_back_all(tx->batch);
            ngx_glyph_writer_batch_done(tx);
        }
    }

    ngx_glyph_writer_free(&w->doubtful);
    ngx_glyph_writer_free(&w->committed);
    ngx_glyph_writer_free(&w->free);
}


static void
ngx_glyph_writer_free(ngx_queue_t *batches)
{
    ngx_queue_t        *q;
    ngx_glyph_batch_t  *batch;

    while (!ngx_queue_empty(batches)) {
        q = ngx_queue_head(batches);
        ngx_queue_remove(q);

        batch = ngx_queue_data(q, ngx_glyph_batch_t, queue);

        ngx_glyph_writer_give_back_all(batch);
        ngx_glyph_batch_free(batch);
        ngx_free(batch);
    }
}


void
ngx_glyph_writer_batch_done(ngx_glyph_writer_tx_t *tx)
{
    ngx_queue_insert_head(&ngx_glyph_writer.free, &tx->batch->queue);
    tx->batch = NULL;
}


ngx_int_t
ngx_glyph_writer_available(void)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (!ngx_glyph_store_usable(NGX_GLYPH_STORE_WRITES)) {
        return NGX_DECLINED;
    }

    if (ngx_glyph_writer_count(NGX_GLYPH_PG_CLOSED) == w->conf->writers) {
        ngx_glyph_writer_connect(&w->tx[0]);
    }

    return (w->nready > NGX_GLYPH_WRITER_BEHIND) ? NGX_BUSY : NGX_OK;
}


/*
 * The next step is always taken in a posted event, so that all that becomes
 * ready in one turn of the loop goes into one transaction.
 */

void
ngx_glyph_writer_next(void)
{
    ngx_post_event(&ngx_glyph_writer.go, &ngx_posted_events);
}


static void
ngx_glyph_writer_go_handler(ngx_event_t *ev)
{
    ngx_uint_t              i;
    ngx_glyph_writer_t     *w;
    ngx_glyph_writer_tx_t  *tx;

    w = &ngx_glyph_writer;

    ngx_glyph_writer_drop_jobs();

    for (i = 0; i < w->conf->writers && !w->retry.timer_set; i++) {
        tx = &w->tx[i];

        if (!ngx_glyph_store_is_up(NGX_GLYPH_STORE_WRITES)
            && ngx_glyph_writer_busy())
        {
            return;
        }

        if (tx->conn.state != NGX_GLYPH_PG_OPEN
            || tx->phase != NGX_GLYPH_WRITER_IDLING)
        {
            continue;
        }

        if (tx->conn.schema < w->schema) {

            /* the schema has been brought to a newer version since */

            ngx_glyph_writer_close(tx);
            continue;
        }

        ngx_glyph_writer_step(tx);
    }

    if (!w->retry.timer_set) {
        ngx_glyph_writer_more();
    }
}


static ngx_uint_t
ngx_glyph_writer_busy(void)
{
    ngx_uint_t  i;

    for (i = 0; i < ngx_glyph_writer.conf->writers; i++) {
        if (ngx_glyph_writer.tx[i].phase != NGX_GLYPH_WRITER_IDLING) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_glyph_writer_step(ngx_glyph_writer_tx_t *tx)
{
    size_t  size;

    tx->batch = ngx_glyph_writer_doubtful();
    size = tx->batch ? 1 : ngx_glyph_writer_share();

    if (size == 0
        && (ngx_exiting || ngx_glyph_store_is_up(NGX_GLYPH_STORE_WRITES)))
    {
        ngx_glyph_writer_rest(tx);
        return;
    }

    if (tx->idle.timer_set) {
        ngx_del_timer(&tx->idle);
    }

    ngx_glyph_event_idle(&tx->conn.event, 0);

    if (tx->batch) {
        ngx_glyph_writer_take(tx);

    } else if (size) {
        ngx_glyph_writer_start_batch(tx, size);

    } else {
        ngx_glyph_writer_probe(tx);
    }
}


static void
ngx_glyph_writer_rest(ngx_glyph_writer_tx_t *tx)
{
    ngx_glyph_event_idle(&tx->conn.event, 1);

    if (!tx->idle.timer_set) {
        ngx_add_timer(&tx->idle, NGX_GLYPH_WRITER_REST);
    }
}


/*
 * How many bytes of those that wait are for an idle connection; 0: none.  What
 * is little waits for the transaction that runs, and is one with all that has
 * come until then; what is more is shared by those that are idle.
 */

static size_t
ngx_glyph_writer_share(void)
{
    size_t               bytes;
    ngx_uint_t           i, idle, jobs;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;
    idle = 0;

    for (i = 0; i < w->conf->writers; i++) {
        idle += (w->tx[i].conn.state == NGX_GLYPH_PG_OPEN
                 && w->tx[i].phase == NGX_GLYPH_WRITER_IDLING
                 && w->tx[i].batch == NULL);
    }

    ngx_glyph_writer_spare(idle);

    bytes = ngx_glyph_writer_bytes(&jobs);

    if (jobs == 0) {
        return 0;
    }

    if (bytes < NGX_GLYPH_WRITER_LARGE) {
        return (idle == ngx_glyph_writer_count(NGX_GLYPH_PG_OPEN))
               ? NGX_GLYPH_BATCH_SIZE : 0;
    }

    return ngx_min(bytes / idle, NGX_GLYPH_BATCH_SIZE);
}


/* A connection, if there is none; one more, if all have much to do. */

static void
ngx_glyph_writer_more(void)
{
    size_t               bytes;
    ngx_uint_t           i, closed, jobs;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    ngx_glyph_writer_spare(0);

    bytes = ngx_glyph_writer_bytes(&jobs);

    if (jobs == 0 && ngx_queue_empty(&w->doubtful)) {
        return;
    }

    closed = ngx_glyph_writer_count(NGX_GLYPH_PG_CLOSED);

    if (closed == 0 || ngx_glyph_writer_count(NGX_GLYPH_PG_CONNECTING)) {
        return;
    }

    if (closed < w->conf->writers
        && (ngx_exiting
            || !ngx_glyph_store_is_up(NGX_GLYPH_STORE_WRITES)
            || (w->refused_at && ngx_current_msec - w->refused_at
                                 < NGX_GLYPH_WRITER_REFUSED)
            || bytes < NGX_GLYPH_WRITER_LARGE))
    {
        return;
    }

    for (i = 0; i < w->conf->writers; i++) {
        if (w->tx[i].conn.state == NGX_GLYPH_PG_CLOSED) {
            ngx_glyph_writer_connect(&w->tx[i]);
            return;
        }
    }
}


static void
ngx_glyph_writer_connect(ngx_glyph_writer_tx_t *tx)
{
    if (ngx_glyph_pg_connect(&tx->conn) != NGX_OK
        && ngx_glyph_writer_count(NGX_GLYPH_PG_OPEN) == 0)
    {
        ngx_glyph_writer_retry_later();
    }
}


static ngx_uint_t
ngx_glyph_writer_count(ngx_glyph_pg_state_e state)
{
    ngx_uint_t  i, n;

    n = 0;

    for (i = 0; i < ngx_glyph_writer.conf->writers; i++) {
        n += (ngx_glyph_writer.tx[i].conn.state == state);
    }

    return n;
}


/* That there is a connection says nothing yet: the next step tries it. */

static void
ngx_glyph_writer_opened(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    w->refused_at = 0;

    if (ngx_glyph_writer_count(NGX_GLYPH_PG_OPEN) == 1
        || c->schema > w->schema)
    {
        w->schema = c->schema;
    }

    ngx_glyph_writer_next();
}


static void
ngx_glyph_writer_failed(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (ngx_glyph_writer_count(NGX_GLYPH_PG_OPEN)) {

        /* the server may have no more connections */

        w->refused_at = ngx_current_msec ? ngx_current_msec : 1;

        ngx_log_error(NGX_LOG_NOTICE, w->log, 0,
                      "postgres has no further connection: %s", c->error);
        return;
    }

    ngx_glyph_pg_unconnected(c, NGX_GLYPH_STORE_WRITES);
    ngx_glyph_writer_retry_later();
    ngx_glyph_writer_given_back();
}


static void
ngx_glyph_writer_store_changed(void)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (!ngx_glyph_store_usable(NGX_GLYPH_STORE_WRITES)) {

        if (!w->giveup.timer_set) {
            ngx_add_timer(&w->giveup, w->conf->timeout);
        }

        return;
    }

    if (w->giveup.timer_set) {
        ngx_del_timer(&w->giveup);
    }

    if (ngx_glyph_store_is_up(NGX_GLYPH_STORE_WRITES)) {
        ngx_glyph_writer_next();

    } else if (!w->retry.timer_set) {

        /* it is in doubt */

        ngx_add_timer(&w->retry, 1);
    }
}


/* The connection is gone. */

void
ngx_glyph_writer_lost(ngx_glyph_writer_tx_t *tx)
{
    if (tx->phase == NGX_GLYPH_WRITER_BATCH) {

        ngx_log_error(NGX_LOG_WARN, ngx_glyph_batch_log(tx->batch), 0,
                      "postgres was lost in a transaction of %ui imports: %s",
                      tx->batch->n, tx->conn.error);
        tx->unknown = 1;
    }

    ngx_glyph_writer_close(tx);

    if (ngx_glyph_writer_count(NGX_GLYPH_PG_OPEN) == 0) {
        ngx_glyph_store_lost(NGX_GLYPH_STORE_WRITES, tx->conn.error);
        ngx_glyph_writer_retry_later();
    }

    ngx_glyph_writer_given_back();
}


/*
 * The transaction was refused, and not for what is in it.  A new connection,
 * for it may be this one's session that is read only, or its server.
 */

void
ngx_glyph_writer_unwell(ngx_glyph_writer_tx_t *tx)
{
    ngx_glyph_writer_close(tx);

    ngx_glyph_store_refused(NGX_GLYPH_STORE_WRITES, tx->sqlstate, 0,
                            tx->conn.error);

    if (ngx_glyph_store_fault(tx->sqlstate) == NGX_GLYPH_FAULT_AGAIN) {

        /* it was tried for that long */

        ngx_glyph_store_expire(NGX_GLYPH_STORE_WRITES);
    }

    ngx_glyph_writer_retry_later();
    ngx_glyph_writer_given_back();
}


/* Its jobs get their blocks back, unless they may have been written. */

static void
ngx_glyph_writer_close(ngx_glyph_writer_tx_t *tx)
{
    ngx_glyph_pg_close(&tx->conn);

    if (tx->stall.timer_set) {
        ngx_del_timer(&tx->stall);
    }

    if (tx->idle.timer_set) {
        ngx_del_timer(&tx->idle);
    }

    if (tx->turn.posted) {
        ngx_delete_posted_event(&tx->turn);
    }

    tx->phase = NGX_GLYPH_WRITER_IDLING;
    tx->copying = 0;

    if (tx->batch && tx->batch->n && (tx->unknown || tx->batch->doubtful)) {
        ngx_glyph_writer_doubt(tx);

    } else if (tx->batch) {
        ngx_glyph_writer_give_back_all(tx->batch);
        ngx_glyph_writer_batch_done(tx);
    }
}


/* What was given back may have to be told, or is dropped, all the same. */

static void
ngx_glyph_writer_given_back(void)
{
    if (ngx_glyph_store_overdue(NGX_GLYPH_STORE_WRITES)) {
        ngx_post_event(&ngx_glyph_writer.giveup, &ngx_posted_events);
    }

    ngx_glyph_writer_next();
}


void
ngx_glyph_writer_retry_later(void)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    /* a worker that is going has its uploads to finish */

    if (w->retry.timer_set || (ngx_exiting && ngx_glyph_job_count() == 0)) {
        return;
    }

    ngx_add_timer(&w->retry, ngx_glyph_store_delay(NGX_GLYPH_STORE_WRITES));
}


/* Also when nobody waits: whether uploads can be taken must be known. */

static void
ngx_glyph_writer_retry_handler(ngx_event_t *ev)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (ngx_glyph_writer_count(NGX_GLYPH_PG_CLOSED) == w->conf->writers) {
        ngx_glyph_writer_connect(&w->tx[0]);
        return;
    }

    ngx_glyph_writer_next();
}


static void
ngx_glyph_writer_stall_handler(ngx_event_t *ev)
{
    ngx_glyph_batch_t      *batch;
    ngx_glyph_writer_tx_t  *tx;

    tx = ev->data;
    batch = tx->batch;

    ngx_glyph_pg_set_error(&tx->conn, "no answer within the timeout");
    ngx_glyph_writer_lost(tx);

    /* the time-out that clients were promised has passed already */

    if (batch) {
        ngx_glyph_writer_batch_lost(batch);
    }

    if (!ngx_glyph_store_usable(NGX_GLYPH_STORE_WRITES)) {
        ngx_glyph_store_expire(NGX_GLYPH_STORE_WRITES);
        ngx_glyph_writer_giveup_handler(&ngx_glyph_writer.giveup);
    }
}


static void
ngx_glyph_writer_idle_handler(ngx_event_t *ev)
{
    ngx_glyph_writer_tx_t *tx = ev->data;

    if (tx->phase == NGX_GLYPH_WRITER_IDLING) {
        ngx_glyph_pg_close(&tx->conn);
    }
}


static void
ngx_glyph_writer_gauges(void)
{
    ngx_uint_t              i, idle, busy, writing;
    ngx_glyph_writer_t     *w;
    ngx_glyph_writer_tx_t  *tx;

    w = &ngx_glyph_writer;

    idle = 0;
    busy = 0;
    writing = 0;

    for (i = 0; w->conf && i < w->conf->writers; i++) {
        tx = &w->tx[i];

        writing += tx->batch ? tx->batch->n : 0;

        if (tx->conn.state == NGX_GLYPH_PG_OPEN) {
            *(tx->phase == NGX_GLYPH_WRITER_IDLING ? &idle : &busy) += 1;
        }
    }

    ngx_glyph_zone_set(NGX_GLYPH_WRITER_READY, w->nready);
    ngx_glyph_zone_set(NGX_GLYPH_WRITER_WRITING, writing);
    ngx_glyph_zone_set(NGX_GLYPH_WRITER_IDLE, idle);
    ngx_glyph_zone_set(NGX_GLYPH_WRITER_BUSY, busy);
}
