
#include "ngx_glyph.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_node.h"
#include "ngx_glyph_pg_attempt.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_zone.h"


static void ngx_glyph_pg_done(ngx_glyph_task_t *task);
static void ngx_glyph_pg_open(ngx_glyph_pg_conn_t *c, PGconn *pg);
static ngx_uint_t ngx_glyph_pg_moved(ngx_glyph_pg_conn_t *c);
static void ngx_glyph_pg_event_handler(ngx_glyph_event_t *ev);
static void ngx_glyph_pg_closing(ngx_glyph_event_t *ev);
static void ngx_glyph_pg_connection_error(ngx_glyph_pg_conn_t *c);


ngx_int_t
ngx_glyph_pg_connect(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_pg_attempt_t  *at;

    if (c->state != NGX_GLYPH_PG_CLOSED) {
        return NGX_OK;
    }

    at = ngx_calloc(sizeof(ngx_glyph_pg_attempt_t), ngx_cycle->log);
    if (at == NULL) {
        return NGX_ERROR;
    }

    at->owner = c;
    at->conf = c->conf;
    at->setup = c->setup;

    ngx_snprintf((u_char *) at->name, sizeof(at->name), "%s:%s%Z", c->role,
                 ngx_glyph_worker_id);

    at->task.run = ngx_glyph_pg_attempt_run;
    at->task.done = ngx_glyph_pg_done;

    if (ngx_glyph_task_post(ngx_glyph_main_conf->io, &at->task) != NGX_OK) {
        ngx_free(at);
        return NGX_ERROR;
    }

    c->task = &at->task;
    c->state = NGX_GLYPH_PG_CONNECTING;

    return NGX_OK;
}


void
ngx_glyph_pg_close(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_pg_attempt_t  *at;

    if (c->task) {
        at = (ngx_glyph_pg_attempt_t *) c->task;

        at->owner = NULL;
        at->cancelled = 1;

        c->task = NULL;
    }

    if (c->pg) {
        ngx_glyph_event_detach(&c->event, ngx_glyph_pg_moved(c));
        PQfinish(c->pg);
        c->pg = NULL;
    }

    c->state = NGX_GLYPH_PG_CLOSED;
}


/* In the event loop again. */

static void
ngx_glyph_pg_done(ngx_glyph_task_t *task)
{
    PGconn                  *pg;
    ngx_glyph_pg_conn_t     *c;
    ngx_glyph_pg_attempt_t  *at;

    at = (ngx_glyph_pg_attempt_t *) task;
    pg = at->pg;
    c = at->owner;

    if (c == NULL) {
        PQfinish(pg);
        ngx_free(at);
        return;
    }

    c->task = NULL;
    c->schema_bad = at->schema_bad;
    c->schema = at->schema;
    ngx_memcpy(c->sqlstate, at->sqlstate, sizeof(c->sqlstate));
    ngx_memcpy(c->error, at->error, sizeof(c->error));

    if (pg) {
        ngx_glyph_store_set_failover(at->hosts < 2 ? NULL
                                     : at->synchronous ? "synchronous"
                                     : "asynchronous");
    }

    ngx_free(at);

    ngx_glyph_zone_add(pg ? NGX_GLYPH_PG_CONNECTS : NGX_GLYPH_PG_FAILURES, 1);

    if (pg) {
        ngx_glyph_pg_open(c, pg);
        return;
    }

    c->state = NGX_GLYPH_PG_CLOSED;
    c->failed(c);
}


static void
ngx_glyph_pg_open(ngx_glyph_pg_conn_t *c, PGconn *pg)
{
    c->event.log = ngx_cycle->log;
    c->event.data = c;
    c->event.readable = ngx_glyph_pg_event_handler;
    c->event.writable = ngx_glyph_pg_event_handler;
    c->event.closing = ngx_glyph_pg_closing;

    c->pg = pg;

    if (ngx_glyph_event_attach(&c->event, PQsocket(pg)) != NGX_OK
        || ngx_glyph_event_want_read(&c->event, 1) != NGX_OK)
    {
        ngx_glyph_pg_set_error(c, "no free connection of the worker");
        ngx_glyph_pg_close(c);
        c->failed(c);
        return;
    }

    c->state = NGX_GLYPH_PG_OPEN;
    c->opened(c);
}


void
ngx_glyph_pg_unconnected(ngx_glyph_pg_conn_t *c, ngx_glyph_store_side_e side)
{
    if (c->sqlstate[0]) {
        ngx_glyph_store_count(side, c->sqlstate);
        ngx_glyph_store_refused(side, c->sqlstate, c->schema_bad, c->error);

    } else {
        ngx_glyph_store_lost(side, c->error);
    }
}


ngx_uint_t
ngx_glyph_pg_fatal(PGresult *res)
{
    const char  *code;

    switch (PQresultStatus(res)) {

    case PGRES_FATAL_ERROR:
        break;

    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        return 1;

    default:
        return 0;
    }

    code = PQresultErrorField(res, PG_DIAG_SQLSTATE);

    return code == NULL
           || ngx_strncmp(code, "08", 2) == 0
           || ngx_strncmp(code, "57P", 3) == 0;
}


ngx_int_t
ngx_glyph_pg_poll(ngx_glyph_pg_conn_t *c)
{
    ngx_uint_t  i;

    if (ngx_glyph_pg_moved(c)) {
        return NGX_ERROR;
    }

    /* of a TLS record, what libpq has not read wakes nobody */

    for (i = 0; i < (PQsslInUse(c->pg) ? 3 : 1); i++) {

        if (PQconsumeInput(c->pg) != 1) {
            ngx_glyph_pg_connection_error(c);
            return NGX_ERROR;
        }
    }

    return ngx_glyph_pg_flush(c) == NGX_ERROR ? NGX_ERROR : NGX_OK;
}


ngx_int_t
ngx_glyph_pg_flush(ngx_glyph_pg_conn_t *c)
{
    int  rc;

    rc = PQflush(c->pg);

    if (rc == -1 || ngx_glyph_pg_moved(c)) {
        ngx_glyph_pg_connection_error(c);
        return NGX_ERROR;
    }

    if (ngx_glyph_event_want_write(&c->event, rc) != NGX_OK) {
        ngx_glyph_pg_set_error(c, "cannot wait for the connection");
        return NGX_ERROR;
    }

    return rc ? NGX_AGAIN : NGX_OK;
}


/* libpq has closed the socket that the event loop has, or has another one. */

static ngx_uint_t
ngx_glyph_pg_moved(ngx_glyph_pg_conn_t *c)
{
    return c->event.connection == NULL
           || c->event.connection->fd != PQsocket(c->pg);
}


void
ngx_glyph_pg_set_error(ngx_glyph_pg_conn_t *c, const char *message)
{
    ngx_glyph_log_line(c->error, sizeof(c->error), message);
}


static void
ngx_glyph_pg_event_handler(ngx_glyph_event_t *ev)
{
    ngx_glyph_pg_conn_t  *c;

    c = ev->data;
    c->ready(c);
}


/*
 * An idle connection is simply closed.  One in use is, after
 * worker_shutdown_timeout, taken out of the event loop, so that the owner
 * finds it lost.
 */

static void
ngx_glyph_pg_closing(ngx_glyph_event_t *ev)
{
    ngx_glyph_pg_conn_t  *c;

    c = ev->data;

    if (ev->connection->idle) {
        ngx_glyph_pg_close(c);
        return;
    }

    ngx_glyph_event_detach(ev, 0);
    ngx_glyph_pg_set_error(c, "worker exit");

    c->ready(c);
}


/*
 * A server that closes a connection may have said why before; this has come
 * as a result, or is known to nobody.
 */

static void
ngx_glyph_pg_connection_error(ngx_glyph_pg_conn_t *c)
{
    PGresult  *res;

    ngx_glyph_pg_set_error(c, PQerrorMessage(c->pg));

    if (PQtransactionStatus(c->pg) == PQTRANS_IDLE || PQisBusy(c->pg)) {
        return;
    }

    res = PQgetResult(c->pg);

    if (PQresultErrorField(res, PG_DIAG_SQLSTATE)) {
        ngx_glyph_pg_set_error(c, PQresultErrorMessage(res));
    }

    PQclear(res);
}
