
#include "ngx_glyph.h"
#include "ngx_glyph_models.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_writer.h"
#include "ngx_glyph_writer_tx.h"


#define NGX_GLYPH_WRITER_RETRY_MIN  100
#define NGX_GLYPH_WRITER_RETRY_MAX  1000
#define NGX_GLYPH_WRITER_IDLE       60000

/* jobs that wait for a transaction: more is too far behind */
#define NGX_GLYPH_WRITER_BEHIND     (4 * NGX_GLYPH_BATCH_JOBS)


static void ngx_glyph_writer_event(ngx_event_t *ev,
    ngx_event_handler_pt handler, ngx_log_t *log, ngx_uint_t cancelable);
static void ngx_glyph_writer_go_handler(ngx_event_t *ev);
static void ngx_glyph_writer_connect(void);
static void ngx_glyph_writer_opened(ngx_glyph_pg_conn_t *c);
static void ngx_glyph_writer_failed(ngx_glyph_pg_conn_t *c);
static void ngx_glyph_writer_retry_handler(ngx_event_t *ev);
static void ngx_glyph_writer_stall_handler(ngx_event_t *ev);
static void ngx_glyph_writer_giveup_handler(ngx_event_t *ev);
static void ngx_glyph_writer_idle_handler(ngx_event_t *ev);


ngx_glyph_writer_t  ngx_glyph_writer;


ngx_int_t
ngx_glyph_writer_init(ngx_cycle_t *cycle, ngx_glyph_pg_conf_t *conf)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    ngx_queue_init(&w->ready);

    w->conf = conf;
    w->log = cycle->log;
    w->delay = NGX_GLYPH_WRITER_RETRY_MIN;

    w->conn.conf = conf;
    w->conn.role = "glyph";
    w->conn.setup = NGX_GLYPH_PG_DURABLE;
    w->conn.opened = ngx_glyph_writer_opened;
    w->conn.failed = ngx_glyph_writer_failed;
    w->conn.ready = ngx_glyph_writer_ready_handler;

    ngx_glyph_writer_event(&w->go, ngx_glyph_writer_go_handler, w->log, 0);
    ngx_glyph_writer_event(&w->retry, ngx_glyph_writer_retry_handler,
                           w->log, 1);
    ngx_glyph_writer_event(&w->stall, ngx_glyph_writer_stall_handler,
                           w->log, 0);
    ngx_glyph_writer_event(&w->giveup, ngx_glyph_writer_giveup_handler,
                           w->log, 0);
    ngx_glyph_writer_event(&w->idle, ngx_glyph_writer_idle_handler,
                           w->log, 1);

    /* so that the first upload finds out at once whether it can be taken */

    ngx_add_timer(&w->retry, 1);

    return NGX_OK;
}


static void
ngx_glyph_writer_event(ngx_event_t *ev, ngx_event_handler_pt handler,
    ngx_log_t *log, ngx_uint_t cancelable)
{
    ev->handler = handler;
    ev->data = &ngx_glyph_writer;
    ev->log = log;
    ev->cancelable = cancelable;
}


void
ngx_glyph_writer_exit(void)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (w->conf == NULL) {
        return;
    }

    ngx_glyph_pg_close(&w->conn);

    while (w->batch.n) {
        ngx_glyph_writer_give_back(w->batch.n - 1);
    }

    ngx_glyph_batch_free(&w->batch);
}


ngx_int_t
ngx_glyph_writer_available(void)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (w->lost_at) {
        return NGX_DECLINED;
    }

    if (w->conn.state == NGX_GLYPH_PG_CLOSED) {
        ngx_glyph_writer_connect();
    }

    return (w->nready > NGX_GLYPH_WRITER_BEHIND) ? NGX_BUSY : NGX_OK;
}


void
ngx_glyph_writer_forget(ngx_glyph_job_t *job)
{
    if (job->in_ready) {
        ngx_glyph_writer_unready(job);
    }
}


void
ngx_glyph_writer_ready(ngx_glyph_job_t *job)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (job->in_ready || job->in_batch) {
        return;
    }

    job->in_ready = 1;
    ngx_queue_insert_tail(&w->ready, &job->ready);
    w->nready++;

    if (w->gave_up) {
        ngx_post_event(&w->giveup, &ngx_posted_events);
    }

    ngx_glyph_writer_next();
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
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (w->phase != NGX_GLYPH_WRITER_IDLING) {
        ngx_glyph_writer_process();
        return;
    }

    if (w->retry.timer_set) {
        return;
    }

    if (w->batch.n == 0 && ngx_queue_empty(&w->ready)) {

        if (w->conn.state == NGX_GLYPH_PG_OPEN) {
            ngx_glyph_event_idle(&w->conn.event, 1);
            ngx_add_timer(&w->idle, NGX_GLYPH_WRITER_IDLE);
        }

        return;
    }

    if (w->conn.state != NGX_GLYPH_PG_OPEN) {
        ngx_glyph_writer_connect();
        return;
    }

    if (w->idle.timer_set) {
        ngx_del_timer(&w->idle);
    }

    ngx_glyph_event_idle(&w->conn.event, 0);

    if (w->batch.n) {
        ngx_glyph_writer_take();
        return;
    }

    ngx_glyph_writer_start_batch();
}


static void
ngx_glyph_writer_connect(void)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (w->conn.state != NGX_GLYPH_PG_CLOSED) {
        return;
    }

    if (ngx_glyph_pg_connect(&w->conn) != NGX_OK) {
        ngx_glyph_writer_retry_later();
    }
}


static void
ngx_glyph_writer_opened(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    ngx_glyph_pg_report(1, 0, "");
    ngx_glyph_models_sync();

    w->lost_at = 0;
    w->gave_up = 0;
    w->delay = NGX_GLYPH_WRITER_RETRY_MIN;

    if (w->giveup.timer_set) {
        ngx_del_timer(&w->giveup);
    }

    ngx_glyph_writer_next();
}


static void
ngx_glyph_writer_failed(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_writer_lost();
}


/* The connection is gone, or was never there. */

void
ngx_glyph_writer_lost(void)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    ngx_glyph_pg_report(0, w->conn.schema_bad, w->conn.error);

    if (w->phase == NGX_GLYPH_WRITER_BATCH) {

        ngx_log_error(NGX_LOG_WARN, ngx_glyph_batch_log(&w->batch), 0,
                      "postgres was lost in a transaction of %ui imports: %s",
                      w->batch.n, w->conn.error);
        w->unknown = 1;
    }

    ngx_glyph_pg_close(&w->conn);

    if (w->stall.timer_set) {
        ngx_del_timer(&w->stall);
    }

    if (w->idle.timer_set) {
        ngx_del_timer(&w->idle);
    }

    w->phase = NGX_GLYPH_WRITER_IDLING;
    w->copying = 0;

    if (w->batch.n && !w->unknown) {
        ngx_glyph_writer_give_back_all();
    }

    if (w->lost_at == 0) {
        w->lost_at = ngx_current_msec ? ngx_current_msec : 1;
        ngx_add_timer(&w->giveup, w->conf->timeout);
    }

    ngx_glyph_writer_retry_later();
}


void
ngx_glyph_writer_retry_later(void)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    /* a worker that is going has its uploads to finish */

    if (w->retry.timer_set || (ngx_exiting && ngx_glyph_job_count() == 0)) {
        return;
    }

    ngx_add_timer(&w->retry, w->delay);

    w->delay = ngx_min(w->delay * 2, NGX_GLYPH_WRITER_RETRY_MAX);
}


/* Also when nobody waits: whether uploads can be taken must be known. */

static void
ngx_glyph_writer_retry_handler(ngx_event_t *ev)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (w->conn.state == NGX_GLYPH_PG_CLOSED) {
        ngx_glyph_writer_connect();
        return;
    }

    ngx_glyph_writer_next();
}


static void
ngx_glyph_writer_stall_handler(ngx_event_t *ev)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    ngx_glyph_pg_set_error(&w->conn, "no answer within the timeout");
    ngx_glyph_writer_lost();

    /* the time-out that clients were promised has passed already */

    ngx_glyph_writer_giveup_handler(&w->giveup);
}


static void
ngx_glyph_writer_giveup_handler(ngx_event_t *ev)
{
    ngx_uint_t           i;
    ngx_queue_t         *q, *next;
    ngx_glyph_job_t     *job;
    ngx_glyph_item_t    *item;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    if (w->giveup.timer_set) {
        ngx_del_timer(&w->giveup);
    }

    if (w->lost_at == 0) {
        return;
    }

    w->gave_up = 1;

    for (i = 0; i < w->batch.n; i++) {
        item = &w->batch.items[i];
        ngx_glyph_job_store_lost(item->job,
                                 item->block && item->block->final);
    }

    for (q = ngx_queue_head(&w->ready);
         q != ngx_queue_sentinel(&w->ready);
         q = next)
    {
        next = ngx_queue_next(q);
        job = ngx_queue_data(q, ngx_glyph_job_t, ready);

        ngx_glyph_job_store_lost(job, 0);
    }
}


static void
ngx_glyph_writer_idle_handler(ngx_event_t *ev)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (w->phase == NGX_GLYPH_WRITER_IDLING) {
        ngx_glyph_pg_close(&w->conn);
    }
}


void
ngx_glyph_writer_unready(ngx_glyph_job_t *job)
{
    ngx_queue_remove(&job->ready);
    job->in_ready = 0;

    ngx_glyph_writer.nready--;
}


ngx_uint_t
ngx_glyph_writer_waiting(void)
{
    return ngx_glyph_writer.nready;
}


ngx_uint_t
ngx_glyph_writer_writing(void)
{
    return ngx_glyph_writer.batch.n;
}
