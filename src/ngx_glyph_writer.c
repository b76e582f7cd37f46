
/*
 * The writer's transaction, and what becomes of it.
 *
 *   phase     in flight on the server      who owns the batch's blocks
 *   IDLE      nothing                      jobs (no batch)
 *   BATCH     the transaction              the batch
 *   ROLLBACK  ROLLBACK after an error      the batch
 *   ASK       which jobs are still ours    the batch
 *   TAKE      glyph.take() of one job      the batch: its outcome is unknown
 *
 * A connection that is lost in any phase leaves the batch as it is, with
 * "unknown" set if the transaction may have been committed; once there is a
 * new connection, every job of an unknown batch is taken, one after the
 * other, and its progress compared with its block: committed, or written
 * again.  A batch that was rolled back for certain is simply given back to
 * its jobs.
 *
 * What a job is told: committed, over (Postgres says so), or that the store
 * is lost, when that has lasted for glyph_postgres' timeout.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_batch.h"
#include "ngx_glyph_models.h"
#include "ngx_glyph_owner.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_pg_conn.h"
#include "ngx_glyph_record.h"
#include "ngx_glyph_tenant.h"
#include "ngx_glyph_writer.h"
#include "ngx_glyph_zone.h"


#define NGX_GLYPH_WRITER_RETRY_MIN  100
#define NGX_GLYPH_WRITER_RETRY_MAX  1000
#define NGX_GLYPH_WRITER_IDLE       60000

#define NGX_GLYPH_WRITER_TAKE_TIMEOUT  15000

/* bytes given to libpq in one go, before other events have their turn */
#define NGX_GLYPH_WRITER_TURN       NGX_GLYPH_BATCH_PIECE


/* jobs that wait for a transaction: more is too far behind */
#define NGX_GLYPH_WRITER_BEHIND     (4 * NGX_GLYPH_BATCH_JOBS)


typedef enum {
    NGX_GLYPH_WRITER_IDLING = 0,
    NGX_GLYPH_WRITER_BATCH,
    NGX_GLYPH_WRITER_ROLLBACK,
    NGX_GLYPH_WRITER_ASK,
    NGX_GLYPH_WRITER_TAKE
} ngx_glyph_writer_phase_e;


typedef struct {
    ngx_glyph_pg_conn_t        conn;
    ngx_glyph_pg_conf_t       *conf;
    ngx_log_t                 *log;

    ngx_queue_t                ready;       /* of jobs, oldest first */
    ngx_uint_t                 nready;

    ngx_glyph_writer_phase_e   phase;
    ngx_glyph_batch_t          batch;

    char                       sqlstate[6]; /* of the batch's first error */
    ngx_uint_t                 row;         /* that it names; 0: none */
    ngx_uint_t                 asked;       /* imports in the ASK */

    uint64_t                   sent;        /* the batch; ngx_glyph_usec() */

    ngx_msec_t                 lost_at;     /* 0: not lost */
    ngx_msec_t                 delay;       /* before the next connect */

    ngx_event_t                go;          /* posted: the next step */
    ngx_event_t                retry;       /* connect, or try again */
    ngx_event_t                stall;       /* the server does not answer */
    ngx_event_t                giveup;      /* lost for too long */
    ngx_event_t                idle;

    unsigned                   copying:1;   /* a COPY wants data */
    unsigned                   committed:1; /* COMMIT was answered */
    unsigned                   unknown:1;   /* the batch's outcome */
    unsigned                   taken:1;     /* an id of the batch is in use */
    unsigned                   alone:1;     /* one job a batch: one of them
                                               has a row that is refused */
    unsigned                   gave_up:1;
} ngx_glyph_writer_t;


static void ngx_glyph_writer_event(ngx_event_t *ev,
    ngx_event_handler_pt handler, ngx_log_t *log, ngx_uint_t cancelable);
static void ngx_glyph_writer_next(void);
static void ngx_glyph_writer_go_handler(ngx_event_t *ev);
static void ngx_glyph_writer_connect(void);
static void ngx_glyph_writer_opened(ngx_glyph_pg_conn_t *c);
static void ngx_glyph_writer_failed(ngx_glyph_pg_conn_t *c);
static void ngx_glyph_writer_lost(void);
static void ngx_glyph_writer_retry_later(void);
static void ngx_glyph_writer_retry_handler(ngx_event_t *ev);
static void ngx_glyph_writer_stall_handler(ngx_event_t *ev);
static void ngx_glyph_writer_giveup_handler(ngx_event_t *ev);
static void ngx_glyph_writer_idle_handler(ngx_event_t *ev);
static void ngx_glyph_writer_ready_handler(ngx_glyph_pg_conn_t *c);
static void ngx_glyph_writer_process(void);
static ngx_int_t ngx_glyph_writer_feed(void);
static void ngx_glyph_writer_result(PGresult *res);
static void ngx_glyph_writer_duplicates(PGresult *res);
static void ngx_glyph_writer_done(void);
static void ngx_glyph_writer_send(ngx_glyph_writer_phase_e phase,
    const char *sql, int n, const char *const *params);
static void ngx_glyph_writer_start_batch(void);
static void ngx_glyph_writer_commit(void);
static void ngx_glyph_writer_give_back(ngx_uint_t i);
static void ngx_glyph_writer_withdraw(ngx_uint_t i);
static void ngx_glyph_writer_unready(ngx_glyph_job_t *job);
static void ngx_glyph_writer_give_back_all(void);
static void ngx_glyph_writer_rolled_back(void);
static void ngx_glyph_writer_refused(void);
static void ngx_glyph_writer_ask(void);
static void ngx_glyph_writer_answered(PGresult *res);
static void ngx_glyph_writer_over(ngx_uint_t i, const char *state,
    const char *code);
static void ngx_glyph_writer_take(void);
static void ngx_glyph_writer_taken(PGresult *res);


static ngx_glyph_writer_t  ngx_glyph_writer;


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

static void
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

static void
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


static void
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


static void
ngx_glyph_writer_ready_handler(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (ngx_glyph_pg_poll(c) != NGX_OK) {
        ngx_glyph_writer_lost();
        return;
    }

    if (w->stall.timer_set) {
        ngx_add_timer(&w->stall, w->conf->timeout);
    }

    ngx_glyph_writer_process();
}


static void
ngx_glyph_writer_process(void)
{
    PGresult            *res;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    while (w->phase != NGX_GLYPH_WRITER_IDLING) {

        if (w->copying) {

            switch (ngx_glyph_writer_feed()) {

            case NGX_OK:
                break;

            case NGX_AGAIN:
                return;

            default:
                ngx_glyph_writer_lost();
                return;
            }
        }

        if (PQisBusy(w->conn.pg)) {
            return;
        }

        res = PQgetResult(w->conn.pg);

        if (res == NULL) {
            ngx_glyph_writer_done();
            continue;
        }

        ngx_glyph_writer_result(res);
    }
}


/* NGX_OK: the COPY's data is out; NGX_AGAIN: the event loop calls again. */

static ngx_int_t
ngx_glyph_writer_feed(void)
{
    size_t               n;
    ngx_int_t            rc;
    ngx_str_t            piece;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    rc = ngx_glyph_pg_flush(&w->conn);

    for (n = 0; rc == NGX_OK; n += piece.len) {

        if (n >= NGX_GLYPH_WRITER_TURN) {
            ngx_post_event(&w->go, &ngx_posted_next_events);
            return NGX_AGAIN;
        }

        if (ngx_glyph_batch_piece(&w->batch, &piece) == NGX_DONE) {

            if (PQputCopyEnd(w->conn.pg, NULL) != 1) {
                ngx_glyph_pg_set_error(&w->conn, PQerrorMessage(w->conn.pg));
                return NGX_ERROR;
            }

            w->copying = 0;

            return (ngx_glyph_pg_flush(&w->conn) == NGX_ERROR) ? NGX_ERROR
                                                               : NGX_OK;
        }

        if (PQputCopyData(w->conn.pg, (char *) piece.data, piece.len) != 1) {
            ngx_glyph_pg_set_error(&w->conn, PQerrorMessage(w->conn.pg));
            return NGX_ERROR;
        }

        rc = ngx_glyph_pg_flush(&w->conn);
    }

    return rc;
}


static void
ngx_glyph_writer_result(PGresult *res)
{
    char                *p, *state;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    switch (PQresultStatus(res)) {

    case PGRES_COPY_IN:
        ngx_glyph_batch_copy(&w->batch);
        w->copying = 1;
        break;

    case PGRES_COMMAND_OK:

        if (w->phase == NGX_GLYPH_WRITER_BATCH
            && ngx_strcmp(PQcmdStatus(res), "COMMIT") == 0)
        {
            w->committed = 1;
        }

        break;

    case PGRES_TUPLES_OK:

        if (w->phase == NGX_GLYPH_WRITER_ASK) {
            ngx_glyph_writer_answered(res);

        } else if (w->phase == NGX_GLYPH_WRITER_TAKE) {
            ngx_glyph_writer_taken(res);

        } else if (PQnfields(res) == 2) {
            ngx_glyph_writer_duplicates(res);
        }

        break;

    default:

        state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

        ngx_cpystrn((u_char *) w->sqlstate,
                    (u_char *) (state ? state : "08006"),
                    sizeof(w->sqlstate));

        ngx_glyph_pg_set_error(&w->conn, PQresultErrorMessage(res));

        /* an import that was to be copied is there: as GL001 */

        p = PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME);
        w->taken = (p && ngx_strcmp(p, "imports_pkey") == 0);

        p = PQresultErrorField(res, PG_DIAG_CONTEXT);
        p = p ? strstr(p, "COPY listings, line ") : NULL;

        w->row = p ? strtoul(p + sizeof("COPY listings, line ") - 1, NULL, 10)
                   : 0;
        break;
    }

    PQclear(res);
}


/* Imports of the batch whose files were imported before. */

static void
ngx_glyph_writer_duplicates(PGresult *res)
{
    int                  row;
    ngx_uint_t           i;
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    for (row = 0; row < PQntuples(res); row++) {

        for (i = 0; i < w->batch.n; i++) {
            job = w->batch.items[i].job;

            if (ngx_strncmp(PQgetvalue(res, row, 0), job->text,
                            NGX_GLYPH_UUID_TEXT_LEN)
                == 0)
            {
                ngx_cpystrn(job->duplicate_of,
                            (u_char *) PQgetvalue(res, row, 1),
                            sizeof(job->duplicate_of));
            }
        }
    }
}


/* All results of what was sent have come. */

static void
ngx_glyph_writer_done(void)
{
    ngx_glyph_writer_phase_e   phase;
    ngx_glyph_writer_t        *w;

    w = &ngx_glyph_writer;

    if (PQstatus(w->conn.pg) == CONNECTION_BAD) {
        ngx_glyph_writer_lost();
        return;
    }

    if (w->stall.timer_set) {
        ngx_del_timer(&w->stall);
    }

    phase = w->phase;

    if (phase == NGX_GLYPH_WRITER_BATCH && !w->committed) {

        ngx_log_error(NGX_LOG_WARN, ngx_glyph_batch_log(&w->batch), 0,
                      "postgres refused a transaction of %ui imports: %s",
                      w->batch.n, w->conn.error);

        ngx_glyph_writer_send(NGX_GLYPH_WRITER_ROLLBACK, "ROLLBACK", 0, NULL);
        return;
    }

    w->phase = NGX_GLYPH_WRITER_IDLING;

    if (phase == NGX_GLYPH_WRITER_BATCH) {
        ngx_glyph_writer_commit();

    } else if (phase == NGX_GLYPH_WRITER_ROLLBACK) {
        ngx_glyph_writer_rolled_back();

    } else if (phase == NGX_GLYPH_WRITER_ASK) {

        /* those that are still ours are written again */

        if (w->sqlstate[0] || w->batch.n == w->asked) {
            ngx_glyph_writer_retry_later();
        }

        ngx_glyph_writer_give_back_all();

    } else if (w->sqlstate[0]) {

        /* the row is locked, or the server is unwell: take it later */

        ngx_log_error(NGX_LOG_WARN, ngx_glyph_batch_log(&w->batch), 0,
                      "could not take an import back: %s", w->conn.error);
        ngx_glyph_writer_retry_later();
    }

    ngx_glyph_writer_next();
}


static void
ngx_glyph_writer_send(ngx_glyph_writer_phase_e phase, const char *sql, int n,
    const char *const *params)
{
    int                  rc;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    w->phase = phase;

    if (phase != NGX_GLYPH_WRITER_ROLLBACK) {
        w->sqlstate[0] = '\0';
        w->row = 0;
        w->taken = 0;
    }

    rc = n ? PQsendQueryParams(w->conn.pg, sql, n, NULL, params, NULL, NULL,
                               0)
           : PQsendQuery(w->conn.pg, sql);

    /* glyph.take() waits for locks, and ends the backends that hold them */

    ngx_add_timer(&w->stall, (phase == NGX_GLYPH_WRITER_TAKE)
                             ? ngx_max(w->conf->timeout,
                                       NGX_GLYPH_WRITER_TAKE_TIMEOUT)
                             : w->conf->timeout);

    if (rc != 1) {
        ngx_glyph_pg_set_error(&w->conn, PQerrorMessage(w->conn.pg));
        ngx_glyph_writer_lost();
        return;
    }

    if (ngx_glyph_pg_flush(&w->conn) == NGX_ERROR) {
        ngx_glyph_writer_lost();
    }
}


static void
ngx_glyph_writer_start_batch(void)
{
    ngx_queue_t         *q;
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    while (!ngx_queue_empty(&w->ready)
           && w->batch.n < (w->alone ? 1 : NGX_GLYPH_BATCH_JOBS)
           && w->batch.size < NGX_GLYPH_BATCH_SIZE)
    {
        q = ngx_queue_head(&w->ready);

        job = ngx_queue_data(q, ngx_glyph_job_t, ready);
        ngx_glyph_writer_unready(job);

        if (job->registered && ngx_queue_empty(&job->blocks)) {
            continue;
        }

        ngx_glyph_batch_add(&w->batch, job);
    }

    if (w->batch.n == 0) {
        ngx_glyph_writer_next();
        return;
    }

    w->committed = 0;
    w->unknown = 0;

    if (ngx_glyph_batch_sql(&w->batch) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, ngx_glyph_batch_log(&w->batch), 0,
                      "no memory for a transaction of %ui imports",
                      w->batch.n);
        ngx_glyph_writer_give_back_all();
        ngx_glyph_writer_retry_later();
        return;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, w->log, 0,
                   "glyph writer batch: %ui imports, %uz bytes",
                   w->batch.n, w->batch.size);

    w->sent = ngx_glyph_usec();

    ngx_glyph_writer_send(NGX_GLYPH_WRITER_BATCH,
                          (char *) w->batch.sql.data, 0, NULL);
}


static void
ngx_glyph_writer_commit(void)
{
    uint64_t             usec;
    ngx_glyph_item_t     item;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    w->alone = 0;

    usec = ngx_glyph_usec() - w->sent;
    ngx_glyph_zone_observe(NGX_GLYPH_COMMIT_TIME, usec);

    while (w->batch.n) {
        item = ngx_glyph_batch_remove(&w->batch, 0);
        item.job->timing.commit += usec;

        if (item.block) {
            ngx_glyph_job_committed(item.job, item.block);

        } else {
            item.job->registered = 1;
        }

        if (!ngx_queue_empty(&item.job->blocks)) {
            ngx_glyph_writer_ready(item.job);
        }

        ngx_glyph_job_unref(item.job);
    }
}


/* The block was not written: it is the job's first again. */

static void
ngx_glyph_writer_give_back(ngx_uint_t i)
{
    ngx_glyph_item_t     item;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    item = ngx_glyph_batch_remove(&w->batch, i);

    if (item.block) {
        ngx_queue_insert_head(&item.job->blocks, &item.block->queue);
    }

    if (!item.job->in_ready) {
        item.job->in_ready = 1;
        ngx_queue_insert_head(&w->ready, &item.job->ready);
        w->nready++;
    }

    ngx_glyph_job_unref(item.job);
}


/* As above, but its job has nothing to write any more. */

static void
ngx_glyph_writer_withdraw(ngx_uint_t i)
{
    ngx_glyph_job_t *job = ngx_glyph_writer.batch.items[i].job;

    ngx_glyph_writer_give_back(i);
    ngx_glyph_writer_unready(job);
}


static void
ngx_glyph_writer_unready(ngx_glyph_job_t *job)
{
    ngx_queue_remove(&job->ready);
    job->in_ready = 0;

    ngx_glyph_writer.nready--;
}


static void
ngx_glyph_writer_give_back_all(void)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    while (w->batch.n) {
        ngx_glyph_writer_give_back(w->batch.n - 1);
    }
}


/* What to do about an error, by its class. */

static void
ngx_glyph_writer_rolled_back(void)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (ngx_strcmp(w->sqlstate, "GL001") == 0 || w->taken) {
        ngx_glyph_writer_ask();
        return;
    }

    if (ngx_strcmp(w->sqlstate, "23505") == 0) {

        /* somebody else has written: believe nothing, take everything */

        w->unknown = 1;
        return;
    }

    if (ngx_strncmp(w->sqlstate, "22", 2) == 0
        || ngx_strncmp(w->sqlstate, "23", 2) == 0
        || ngx_strncmp(w->sqlstate, "54", 2) == 0)
    {
        ngx_glyph_writer_refused();
        return;
    }

    if (ngx_strncmp(w->sqlstate, "42", 2) == 0
        || ngx_strncmp(w->sqlstate, "3F", 2) == 0)
    {
        w->conn.schema_bad = 1;
    }

    /* the store is unwell: as if the connection had been lost */

    ngx_glyph_writer_lost();
}


static void
ngx_glyph_writer_refused(void)
{
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    if (w->row && ngx_glyph_batch_refuse(&w->batch, w->row) == NGX_OK) {
        ngx_glyph_zone_add(NGX_GLYPH_CODES + GLYPH_ROW_STORE_REFUSED, 1);
        ngx_log_error(NGX_LOG_ALERT, w->log, 0,
                      "postgres refused row %ui of a batch, it is rejected: "
                      "%s", w->row, w->conn.error);
        ngx_glyph_writer_give_back_all();
        return;
    }

    if (w->batch.n > 1) {
        w->alone = 1;
        ngx_glyph_writer_give_back_all();
        return;
    }

    /* not a row: the import as a whole cannot be written */

    job = w->batch.items[0].job;

    ngx_glyph_job_ref(job);
    ngx_glyph_writer_withdraw(0);

    ngx_log_error(NGX_LOG_ALERT, job->log, 0,
                  "postgres refused an import: %s", w->conn.error);

    ngx_glyph_job_refused(job);
    ngx_glyph_job_unref(job);
}


/*
 * Somebody took one of the batch's imports (a cancel, another worker): which
 * of them are not ours any more?
 */

static void
ngx_glyph_writer_ask(void)
{
    u_char              *p;
    ngx_uint_t           i;
    const char          *params[1];
    ngx_glyph_writer_t  *w;
    u_char               ids[NGX_GLYPH_BATCH_JOBS
                             * (NGX_GLYPH_UUID_TEXT_LEN + 1) + 2];

    w = &ngx_glyph_writer;

    w->asked = w->batch.n;

    p = ids;

    for (i = 0; i < w->batch.n; i++) {
        *p++ = i ? ',' : '{';
        p = ngx_cpymem(p, w->batch.items[i].job->text,
                       NGX_GLYPH_UUID_TEXT_LEN);
    }

    *p++ = '}';
    *p = '\0';

    params[0] = (const char *) ids;

    ngx_glyph_writer_send(NGX_GLYPH_WRITER_ASK,
        "SELECT id, epoch, state, error->>'code', tenant FROM glyph.imports "
        "WHERE id = ANY ($1::uuid[])", 1, params);
}


static void
ngx_glyph_writer_answered(PGresult *res)
{
    int                  row, n;
    ngx_str_t            tenant;
    ngx_uint_t           i;
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;
    n = PQntuples(res);

    for (i = w->batch.n; i-- > 0; /* void */) {
        job = w->batch.items[i].job;

        for (row = 0; row < n; row++) {
            if (ngx_strncmp(PQgetvalue(res, row, 0), job->text,
                            NGX_GLYPH_UUID_TEXT_LEN)
                == 0)
            {
                break;
            }
        }

        if (row == n) {

            if (job->registered) {
                ngx_glyph_writer_over(i, "failed", "import_purged");
            }

            continue;
        }

        tenant.data = (u_char *) PQgetvalue(res, row, 4);
        tenant.len = PQgetlength(res, row, 4);

        if (!job->registered
            && (ngx_strcmp(PQgetvalue(res, row, 2), "cancelled") != 0
                || !ngx_glyph_tenant_equal(&tenant, &job->tenant)))
        {
            /* it never was ours: the client chose an id that is in use */

            ngx_glyph_writer_over(i, "failed", "job_id_used");
            continue;
        }

        if (ngx_atoi((u_char *) PQgetvalue(res, row, 1),
                     PQgetlength(res, row, 1))
            != job->epoch
            || ngx_glyph_job_is_final((ngx_glyph_job_state_e)
                                      ngx_glyph_job_state_parse(
                                          PQgetvalue(res, row, 2))))
        {
            ngx_glyph_writer_over(i, PQgetvalue(res, row, 2),
                                  PQgetvalue(res, row, 3));
        }
    }
}


static void
ngx_glyph_writer_over(ngx_uint_t i, const char *state, const char *code)
{
    ngx_int_t            rc;
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;
    job = w->batch.items[i].job;
    rc = ngx_glyph_job_state_parse(state);

    ngx_glyph_job_ref(job);
    ngx_glyph_writer_withdraw(i);

    if (rc == NGX_ERROR
        || !ngx_glyph_job_is_final((ngx_glyph_job_state_e) rc))
    {
        rc = NGX_GLYPH_JOB_FAILED;
        code = "ownership_lost";
    }

    ngx_glyph_job_over(job, (ngx_glyph_job_state_e) rc, code);
    ngx_glyph_job_unref(job);
}


/* The last of an unknown batch; the others follow one by one. */

static void
ngx_glyph_writer_take(void)
{
    const char          *params[4];
    glyph_buf_t          upload;
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;
    job = w->batch.items[w->batch.n - 1].job;

    params[0] = (const char *) job->text;
    params[1] = ngx_glyph_worker_id;
    params[2] = ngx_glyph_node_id;
    params[3] = NULL;

    ngx_memzero(&upload, sizeof(glyph_buf_t));

    if (!job->registered) {

        /* the row may be another import's, whose id the client chose */

        ngx_glyph_record_meta(job, &upload);
        glyph_buf_putc(&upload, '\0');

        if (upload.failed) {
            glyph_buf_free(&upload);
            ngx_glyph_writer_lost();
            return;
        }

        params[3] = (const char *) upload.data;
    }

    ngx_glyph_writer_send(NGX_GLYPH_WRITER_TAKE,
        "SELECT t.found, t.epoch, t.state, t.rows, i.error->>'code', t.own "
        "FROM glyph.take($1::uuid, $2::uuid, $3::uuid, NULL, $4::jsonb) t "
        "LEFT JOIN glyph.imports i ON i.id = $1::uuid", 4, params);

    glyph_buf_free(&upload);
}


static void
ngx_glyph_writer_taken(PGresult *res)
{
    char                *state;
    ngx_int_t            rc;
    uint64_t             rows;
    ngx_uint_t           i;
    ngx_glyph_item_t     item;
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;
    i = w->batch.n - 1;
    job = w->batch.items[i].job;

    if (PQntuples(res) == 0 || PQgetvalue(res, 0, 0)[0] != 't') {

        /* never written, and so nobody else can have it */

        if (job->registered) {
            ngx_glyph_writer_over(i, "failed", "import_purged");
            return;
        }

        ngx_glyph_writer_give_back(i);
        return;
    }

    if (PQgetvalue(res, 0, 5)[0] != 't') {
        ngx_glyph_writer_over(i, "failed", "job_id_used");
        return;
    }

    state = PQgetvalue(res, 0, 2);
    rc = ngx_glyph_job_state_parse(state);

    if (rc == NGX_ERROR || ngx_glyph_job_is_final((ngx_glyph_job_state_e) rc))
    {
        ngx_glyph_writer_over(i, state, PQgetvalue(res, 0, 4));
        return;
    }

    job->registered = 1;
    job->epoch = ngx_atoi((u_char *) PQgetvalue(res, 0, 1),
                          PQgetlength(res, 0, 1));

    rows = strtoull(PQgetvalue(res, 0, 3), NULL, 10);

    item = w->batch.items[i];

    if (item.block == NULL || item.block->final
        || rows < item.block->totals.rows)
    {
        ngx_glyph_writer_give_back(i);
        return;
    }

    /* it was committed, only the answer was lost */

    item = ngx_glyph_batch_remove(&w->batch, i);

    ngx_glyph_job_committed(item.job, item.block);

    if (!ngx_queue_empty(&item.job->blocks)) {
        ngx_glyph_writer_ready(item.job);
    }

    ngx_glyph_job_unref(item.job);
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
