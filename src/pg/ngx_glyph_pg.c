
/*
 * The query queues.  A queue's first query is the one that runs, if
 * "sent" is set.
 *
 *   connection   queue         what is next
 *   CLOSED       empty         nothing
 *   CLOSED       waiting       connect; within 500 ms of a failed attempt all
 *                              fail at once with its error
 *   CONNECTING   waiting       opened: send the first; failed: all fail
 *   OPEN         empty         closed after 60 s, or when the worker exits
 *   OPEN         sent          its result, or its time-out: the connection
 *                              is closed, that one query fails
 *
 * A connection that is lost takes its query along, unless that only reads: it
 * is sent once more over the next one, for the server may be back already.
 *
 * Each next step is taken in a posted event, so that no handler is called
 * before ngx_glyph_pg_query() has returned.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_pg_conn.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_zone.h"


#define NGX_GLYPH_PG_QUEUE            1000
#define NGX_GLYPH_PG_RETRY            500
#define NGX_GLYPH_PG_IDLE             60000

/* glyph.take() waits for a row's lock up to about 7 s */
#define NGX_GLYPH_PG_CONTROL_TIMEOUT  15000

/* the orders of 100 million listings */
#define NGX_GLYPH_PG_WORK_TIMEOUT     1800000

/* what an answer may take longer than the statement */
#define NGX_GLYPH_PG_GRACE            1000


typedef struct {
    ngx_glyph_pg_conn_t        conn;
    const char                *name;
    char                       role[16];
    char                       setup[256];
    ngx_msec_t                 timeout;     /* of a statement */

    ngx_queue_t                queries;
    ngx_uint_t                 n;
    PGresult                  *result;      /* the first of the statement */

    ngx_msec_t                 failed_at;

    ngx_event_t                go;          /* posted: the next step */
    ngx_event_t                timer;       /* of the query that runs */
    ngx_event_t                idle;

    unsigned                   sent:1;
    unsigned                   failed:1;    /* the last attempt to connect */
} ngx_glyph_pg_queue_t;


struct ngx_glyph_pg_query_s {
    ngx_queue_t                queue;
    ngx_glyph_pg_queue_t      *owner;
    ngx_glyph_pg_result_pt     handler;     /* NULL: abandoned */
    void                      *data;
    const char                *sql;
    const char                *older;       /* asked before "schema" */
    ngx_uint_t                 schema;
    ngx_uint_t                 again;       /* sent a second time */
    int                        nparams;
    const char                *params[1];
};


static ngx_int_t ngx_glyph_pg_init(ngx_cycle_t *cycle);
static void ngx_glyph_pg_exit(void);
static void ngx_glyph_pg_gauges(void);
static void ngx_glyph_pg_queue_init(ngx_glyph_pg_queue_e which,
    const char *name, ngx_msec_t timeout, const char *setup);
static void ngx_glyph_pg_queue_event(ngx_event_t *ev,
    ngx_glyph_pg_queue_t *queue, ngx_event_handler_pt handler);
static void ngx_glyph_pg_next(ngx_glyph_pg_queue_t *queue);
static void ngx_glyph_pg_go_handler(ngx_event_t *ev);
static void ngx_glyph_pg_rest(ngx_glyph_pg_queue_t *queue);
static void ngx_glyph_pg_queue_connect(ngx_glyph_pg_queue_t *queue);
static void ngx_glyph_pg_opened(ngx_glyph_pg_conn_t *c);
static void ngx_glyph_pg_failed(ngx_glyph_pg_conn_t *c);
static void ngx_glyph_pg_send(ngx_glyph_pg_queue_t *queue);
static void ngx_glyph_pg_ready(ngx_glyph_pg_conn_t *c);
static ngx_int_t ngx_glyph_pg_answer(ngx_glyph_pg_queue_t *queue);
static ngx_glyph_store_side_e ngx_glyph_pg_side(ngx_glyph_pg_queue_t *queue);
static void ngx_glyph_pg_lost(ngx_glyph_pg_queue_t *queue);
static ngx_uint_t ngx_glyph_pg_again(ngx_glyph_pg_queue_t *queue);
static void ngx_glyph_pg_timeout_handler(ngx_event_t *ev);
static void ngx_glyph_pg_idle_handler(ngx_event_t *ev);
static void ngx_glyph_pg_stop(ngx_glyph_pg_queue_t *queue);
static void ngx_glyph_pg_fail_all(ngx_glyph_pg_queue_t *queue,
    const char *error);
static void ngx_glyph_pg_finish(ngx_glyph_pg_queue_t *queue, PGresult *res,
    const char *error);
static ngx_glyph_pg_query_t *ngx_glyph_pg_first(ngx_glyph_pg_queue_t *queue);
static void ngx_glyph_pg_remove(ngx_glyph_pg_query_t *query);


const ngx_glyph_part_t  ngx_glyph_pg_part = {
    ngx_glyph_pg_init,
    ngx_glyph_pg_exit,
    ngx_glyph_pg_gauges,
    1
};


static ngx_glyph_pg_conf_t    *ngx_glyph_pg_conf;
static ngx_glyph_pg_queue_t    ngx_glyph_pg_queues[NGX_GLYPH_PG_QUEUES];


static ngx_int_t
ngx_glyph_pg_init(ngx_cycle_t *cycle)
{
    ngx_glyph_pg_conf_t  *conf;

    conf = ngx_glyph_main_conf->pg;
    ngx_glyph_pg_conf = conf;

    ngx_glyph_store_init(conf, cycle->log);

    ngx_glyph_pg_queue_init(NGX_GLYPH_PG_READ, "read", conf->read_timeout,
                            "SET statement_timeout = %M; "
                            "SET default_transaction_read_only = on%Z");

    ngx_glyph_pg_queue_init(NGX_GLYPH_PG_CONTROL, "control",
                            NGX_GLYPH_PG_CONTROL_TIMEOUT,
                            NGX_GLYPH_PG_DURABLE
                            "; SET statement_timeout = %M%Z");

    ngx_glyph_pg_queue_init(NGX_GLYPH_PG_WORK, "work",
                            NGX_GLYPH_PG_WORK_TIMEOUT,
                            "SET statement_timeout = %M%Z");

    ngx_glyph_pg_queues[NGX_GLYPH_PG_WORK].timer.cancelable = 1;

    return NGX_OK;
}


static void
ngx_glyph_pg_queue_init(ngx_glyph_pg_queue_e which, const char *name,
    ngx_msec_t timeout, const char *setup)
{
    ngx_glyph_pg_queue_t  *queue;

    queue = &ngx_glyph_pg_queues[which];

    queue->name = name;
    queue->timeout = timeout;

    ngx_snprintf((u_char *) queue->role, sizeof(queue->role), "glyph-%s%Z",
                 name);
    ngx_snprintf((u_char *) queue->setup, sizeof(queue->setup), setup,
                 timeout);

    ngx_queue_init(&queue->queries);

    queue->conn.conf = ngx_glyph_pg_conf;
    queue->conn.role = queue->role;
    queue->conn.setup = queue->setup;
    queue->conn.data = queue;
    queue->conn.opened = ngx_glyph_pg_opened;
    queue->conn.failed = ngx_glyph_pg_failed;
    queue->conn.ready = ngx_glyph_pg_ready;

    ngx_glyph_pg_queue_event(&queue->go, queue, ngx_glyph_pg_go_handler);
    ngx_glyph_pg_queue_event(&queue->timer, queue,
                             ngx_glyph_pg_timeout_handler);
    ngx_glyph_pg_queue_event(&queue->idle, queue, ngx_glyph_pg_idle_handler);

    queue->idle.cancelable = 1;
}


static void
ngx_glyph_pg_queue_event(ngx_event_t *ev, ngx_glyph_pg_queue_t *queue,
    ngx_event_handler_pt handler)
{
    ev->handler = handler;
    ev->data = queue;
    ev->log = ngx_cycle->log;
}


/* Nobody is left to be told: requests and jobs are gone already. */

static void
ngx_glyph_pg_exit(void)
{
    ngx_uint_t             i;
    ngx_glyph_pg_queue_t  *queue;

    if (ngx_glyph_pg_conf == NULL) {
        return;
    }

    for (i = 0; i < NGX_GLYPH_PG_QUEUES; i++) {
        queue = &ngx_glyph_pg_queues[i];

        ngx_glyph_pg_stop(queue);

        while (!ngx_queue_empty(&queue->queries)) {
            ngx_glyph_pg_remove(ngx_glyph_pg_first(queue));
        }
    }

    ngx_glyph_pg_conf = NULL;
}


ngx_glyph_pg_query_t *
ngx_glyph_pg_query(ngx_glyph_pg_queue_e which, const char *sql, ngx_uint_t n,
    const char *const *params, ngx_glyph_pg_result_pt handler, void *data)
{
    size_t                 len;
    u_char                *p;
    ngx_uint_t             i;
    ngx_glyph_pg_query_t  *query;
    ngx_glyph_pg_queue_t  *queue;

    queue = &ngx_glyph_pg_queues[which];

    if (ngx_glyph_pg_conf == NULL || queue->n == NGX_GLYPH_PG_QUEUE) {
        return NULL;
    }

    len = sizeof(ngx_glyph_pg_query_t) + n * sizeof(char *)
          + ngx_strlen(sql) + 1;

    for (i = 0; i < n; i++) {
        len += params[i] ? ngx_strlen(params[i]) + 1 : 0;
    }

    query = ngx_alloc(len, ngx_cycle->log);
    if (query == NULL) {
        return NULL;
    }

    p = (u_char *) &query->params[n];

    query->owner = queue;
    query->handler = handler;
    query->data = data;
    query->again = 0;
    query->schema = 0;
    query->nparams = n;
    query->sql = (const char *) p;

    p = ngx_cpymem(p, sql, ngx_strlen(sql) + 1);

    for (i = 0; i < n; i++) {
        query->params[i] = params[i] ? (const char *) p : NULL;

        if (params[i]) {
            p = ngx_cpymem(p, params[i], ngx_strlen(params[i]) + 1);
        }
    }

    ngx_queue_insert_tail(&queue->queries, &query->queue);
    queue->n++;

    ngx_glyph_pg_next(queue);

    return query;
}


void
ngx_glyph_pg_older(ngx_glyph_pg_query_t *query, ngx_uint_t schema,
    const char *sql)
{
    query->schema = schema;
    query->older = sql;
}


void
ngx_glyph_pg_abandon(ngx_glyph_pg_query_t *query)
{
    ngx_glyph_pg_queue_t  *queue;

    queue = query->owner;
    query->handler = NULL;

    if (queue->sent && query == ngx_glyph_pg_first(queue)) {
        return;
    }

    ngx_glyph_pg_remove(query);
}


void
ngx_glyph_pg_renew(ngx_glyph_pg_queue_e which)
{
    ngx_glyph_pg_queue_t  *queue;

    queue = &ngx_glyph_pg_queues[which];

    if (!queue->sent && queue->conn.state == NGX_GLYPH_PG_OPEN) {
        ngx_glyph_pg_stop(queue);
    }
}


/* How many each has, with the one that runs. */

static void
ngx_glyph_pg_gauges(void)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_PG_QUEUES; i++) {
        ngx_glyph_zone_set(NGX_GLYPH_QUERIES + i, ngx_glyph_pg_queues[i].n);
    }
}


static void
ngx_glyph_pg_next(ngx_glyph_pg_queue_t *queue)
{
    ngx_post_event(&queue->go, &ngx_posted_events);
}


static void
ngx_glyph_pg_go_handler(ngx_event_t *ev)
{
    ngx_glyph_pg_queue_t  *queue;

    queue = ev->data;

    if (queue->sent) {
        return;
    }

    if (ngx_queue_empty(&queue->queries)) {
        ngx_glyph_pg_rest(queue);
        return;
    }

    switch (queue->conn.state) {

    case NGX_GLYPH_PG_CLOSED:
        ngx_glyph_pg_queue_connect(queue);
        return;

    case NGX_GLYPH_PG_CONNECTING:
        return;

    case NGX_GLYPH_PG_OPEN:
        ngx_glyph_pg_send(queue);
        return;
    }
}


static void
ngx_glyph_pg_rest(ngx_glyph_pg_queue_t *queue)
{
    if (queue->conn.state != NGX_GLYPH_PG_OPEN) {
        return;
    }

    if (ngx_exiting) {
        ngx_glyph_pg_stop(queue);
        return;
    }

    ngx_glyph_event_idle(&queue->conn.event, 1);

    if (!queue->idle.timer_set) {
        ngx_add_timer(&queue->idle, NGX_GLYPH_PG_IDLE);
    }
}


static void
ngx_glyph_pg_queue_connect(ngx_glyph_pg_queue_t *queue)
{
    if (queue->failed
        && ngx_current_msec - queue->failed_at < NGX_GLYPH_PG_RETRY)
    {
        ngx_glyph_pg_fail_all(queue, queue->conn.error);
        return;
    }

    /* not the server's fault, so neither its state nor the next try differ */

    if (ngx_glyph_pg_connect(&queue->conn) != NGX_OK) {
        ngx_glyph_pg_fail_all(queue, "the io thread pool's queue is full");
    }
}


static void
ngx_glyph_pg_opened(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_pg_queue_t  *queue;

    queue = c->data;
    queue->failed = 0;

    ngx_glyph_pg_next(queue);
}


/* An error of this moment is also that of all who ask within the next. */

static void
ngx_glyph_pg_failed(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_pg_queue_t  *queue;

    queue = c->data;

    queue->failed = 1;
    queue->failed_at = ngx_current_msec;

    if (ngx_glyph_pg_side(queue) == NGX_GLYPH_STORE_WRITES) {

        /* whether there can be writes, the writer finds out */

        ngx_glyph_store_doubt(NGX_GLYPH_STORE_WRITES);

    } else {
        ngx_glyph_pg_unconnected(c, NGX_GLYPH_STORE_READS);
    }

    ngx_glyph_pg_stop(queue);
    ngx_glyph_pg_fail_all(queue, c->error);
}


static void
ngx_glyph_pg_send(ngx_glyph_pg_queue_t *queue)
{
    ngx_glyph_pg_query_t  *query;

    query = ngx_glyph_pg_first(queue);

    if (queue->idle.timer_set) {
        ngx_del_timer(&queue->idle);
    }

    ngx_glyph_event_idle(&queue->conn.event, 0);

    /* from here on it is the one that a lost connection takes along */

    queue->sent = 1;
    ngx_add_timer(&queue->timer, queue->timeout + NGX_GLYPH_PG_GRACE);

    if (PQsendQueryParams(queue->conn.pg,
                          (queue->conn.schema < query->schema) ? query->older
                                                               : query->sql,
                          query->nparams, NULL, query->params, NULL, NULL, 0)
        != 1)
    {
        ngx_glyph_pg_set_error(&queue->conn, PQerrorMessage(queue->conn.pg));
        ngx_glyph_pg_lost(queue);
        return;
    }

    if (ngx_glyph_pg_flush(&queue->conn) == NGX_ERROR) {
        ngx_glyph_pg_lost(queue);
    }
}


static void
ngx_glyph_pg_ready(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_pg_queue_t  *queue;

    queue = c->data;

    if (ngx_glyph_pg_poll(c) != NGX_OK
        || ngx_glyph_pg_answer(queue) != NGX_OK)
    {
        ngx_glyph_pg_lost(queue);
    }
}


/* Between queries there is nothing to read but notices. */

static ngx_int_t
ngx_glyph_pg_answer(ngx_glyph_pg_queue_t *queue)
{
    PGresult             *res;
    ngx_glyph_pg_conn_t  *c;

    c = &queue->conn;

    while (!PQisBusy(c->pg)) {

        res = PQgetResult(c->pg);

        if (res == NULL) {

            if (!queue->sent) {
                return NGX_OK;
            }

            if (queue->result == NULL) {
                ngx_glyph_pg_set_error(c, "no result");
                return NGX_ERROR;
            }

            res = queue->result;
            queue->result = NULL;

            if (ngx_glyph_store_judge(ngx_glyph_pg_side(queue), res)
                != NGX_OK)
            {
                ngx_glyph_pg_stop(queue);
            }

            ngx_glyph_pg_finish(queue, res, NULL);
            return NGX_OK;
        }

        if (ngx_glyph_pg_fatal(res)) {
            ngx_glyph_pg_set_error(c, PQresultErrorMessage(res));
            PQclear(res);
            return NGX_ERROR;
        }

        if (queue->result || !queue->sent) {
            PQclear(res);
            continue;
        }

        queue->result = res;
    }

    return NGX_OK;
}


static ngx_glyph_store_side_e
ngx_glyph_pg_side(ngx_glyph_pg_queue_t *queue)
{
    return (queue == &ngx_glyph_pg_queues[NGX_GLYPH_PG_READ])
           ? NGX_GLYPH_STORE_READS : NGX_GLYPH_STORE_WRITES;
}


/*
 * The connection's, not the server's: whether that is gone will be seen by
 * the next attempt.  An idle one may be closed at any time.
 */

static void
ngx_glyph_pg_lost(ngx_glyph_pg_queue_t *queue)
{
    ngx_uint_t  sent;

    sent = queue->sent;

    ngx_log_error((ngx_uint_t) (sent ? NGX_LOG_WARN : NGX_LOG_INFO),
                  ngx_cycle->log, 0,
                  "postgres %s connection was lost: %s", queue->name,
                  queue->conn.error);

    ngx_glyph_pg_stop(queue);

    if (sent && !ngx_glyph_pg_again(queue)) {
        ngx_glyph_pg_finish(queue, NULL, queue->conn.error);
        return;
    }

    ngx_glyph_pg_next(queue);
}


static ngx_uint_t
ngx_glyph_pg_again(ngx_glyph_pg_queue_t *queue)
{
    ngx_glyph_pg_query_t  *query;

    query = ngx_glyph_pg_first(queue);

    if (ngx_glyph_pg_side(queue) == NGX_GLYPH_STORE_WRITES
        || query->again || query->handler == NULL)
    {
        return 0;
    }

    query->again = 1;
    queue->sent = 0;

    return 1;
}


static void
ngx_glyph_pg_timeout_handler(ngx_event_t *ev)
{
    ngx_glyph_pg_queue_t  *queue;

    queue = ev->data;

    /* it had its time */

    ngx_glyph_pg_first(queue)->again = 1;

    ngx_glyph_pg_set_error(&queue->conn, "no answer within the timeout");
    ngx_glyph_pg_lost(queue);
}


static void
ngx_glyph_pg_idle_handler(ngx_event_t *ev)
{
    ngx_glyph_pg_stop(ev->data);
}


/* Closes the connection; the queries stay. */

static void
ngx_glyph_pg_stop(ngx_glyph_pg_queue_t *queue)
{
    ngx_glyph_pg_close(&queue->conn);

    PQclear(queue->result);
    queue->result = NULL;

    if (queue->timer.timer_set) {
        ngx_del_timer(&queue->timer);
    }

    if (queue->idle.timer_set) {
        ngx_del_timer(&queue->idle);
    }
}


/* Only those that are there now: a handler may well ask again. */

static void
ngx_glyph_pg_fail_all(ngx_glyph_pg_queue_t *queue, const char *error)
{
    char        text[256];
    ngx_uint_t  n;

    ngx_cpystrn((u_char *) text, (u_char *) error, sizeof(text));

    for (n = queue->n; n && !ngx_queue_empty(&queue->queries); n--) {
        ngx_glyph_pg_finish(queue, NULL, text);
    }
}


static void
ngx_glyph_pg_finish(ngx_glyph_pg_queue_t *queue, PGresult *res,
    const char *error)
{
    void                    *data;
    ngx_glyph_pg_query_t    *query;
    ngx_glyph_pg_result_pt   handler;

    query = ngx_glyph_pg_first(queue);
    handler = query->handler;
    data = query->data;

    queue->sent = 0;

    if (queue->timer.timer_set) {
        ngx_del_timer(&queue->timer);
    }

    ngx_glyph_pg_remove(query);
    ngx_glyph_pg_next(queue);

    if (handler == NULL) {
        PQclear(res);
        return;
    }

    handler(data, res, error);
}


static ngx_glyph_pg_query_t *
ngx_glyph_pg_first(ngx_glyph_pg_queue_t *queue)
{
    ngx_queue_t  *q;

    q = ngx_queue_head(&queue->queries);

    return ngx_queue_data(q, ngx_glyph_pg_query_t, queue);
}


static void
ngx_glyph_pg_remove(ngx_glyph_pg_query_t *query)
{
    ngx_queue_remove(&query->queue);
    query->owner->n--;

    ngx_free(query);
}
