
#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_observer.h"
#include "ngx_glyph_orders.h"
#include "ngx_glyph_pg.h"


/* listings above which make_orders() has something to do */
#define NGX_GLYPH_ORDERS_ROWS   1000

/* what others have left is looked for soon after the start */
#define NGX_GLYPH_ORDERS_FIRST  1000

/* and then; the connection rests meanwhile */
#define NGX_GLYPH_ORDERS_LOOK   300000

/* from a failure to the next attempt */
#define NGX_GLYPH_ORDERS_AGAIN  60000


static ngx_int_t ngx_glyph_orders_init(ngx_cycle_t *cycle);
static void ngx_glyph_orders_exit(void);
static void ngx_glyph_orders_look(ngx_msec_t after);
static void ngx_glyph_orders_ended(ngx_glyph_job_t *job);
static void ngx_glyph_orders_handler(ngx_event_t *ev);
static void ngx_glyph_orders_made(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_orders_complain(PGresult *res);


const ngx_glyph_part_t  ngx_glyph_orders_part = {
    ngx_glyph_orders_init,
    ngx_glyph_orders_exit,
    NULL,
    1
};


static const ngx_glyph_observer_t  ngx_glyph_orders_observer = {
    NULL,
    NULL,
    NULL,
    ngx_glyph_orders_ended,
    NULL
};


static ngx_event_t            ngx_glyph_orders_timer;
static ngx_glyph_pg_query_t  *ngx_glyph_orders_query;
static ngx_uint_t             ngx_glyph_orders_more;
static ngx_uint_t             ngx_glyph_orders_failed;


static ngx_int_t
ngx_glyph_orders_init(ngx_cycle_t *cycle)
{
    ngx_event_t  *ev;

    static ngx_connection_t  dummy;

    dummy.fd = (ngx_socket_t) -1;

    ngx_glyph_observe(&ngx_glyph_orders_observer);

    ev = &ngx_glyph_orders_timer;

    ev->handler = ngx_glyph_orders_handler;
    ev->log = cycle->log;
    ev->data = &dummy;
    ev->cancelable = 1;

    ngx_glyph_orders_look(NGX_GLYPH_ORDERS_FIRST);

    return NGX_OK;
}


static void
ngx_glyph_orders_exit(void)
{
    if (ngx_glyph_orders_timer.timer_set) {
        ngx_del_timer(&ngx_glyph_orders_timer);
    }
}


/* One worker of a node is enough for what others have left. */

static void
ngx_glyph_orders_look(ngx_msec_t after)
{
    if (ngx_worker == 0 && !ngx_exiting) {
        ngx_add_timer(&ngx_glyph_orders_timer, after);
    }
}


static void
ngx_glyph_orders_ended(ngx_glyph_job_t *job)
{
    ngx_glyph_job_view_t  view;

    ngx_glyph_job_view(job, &view);

    if (!ngx_glyph_job_stored(job)
        || view.state != NGX_GLYPH_JOB_COMPLETED
        || view.valid <= NGX_GLYPH_ORDERS_ROWS
        || ngx_exiting)
    {
        return;
    }

    if (ngx_glyph_orders_query) {
        ngx_glyph_orders_more = 1;
        return;
    }

    ngx_add_timer(&ngx_glyph_orders_timer, 0);
}


static void
ngx_glyph_orders_handler(ngx_event_t *ev)
{
    ngx_glyph_orders_more = 0;
    ngx_glyph_orders_query = ngx_glyph_pg_query(NGX_GLYPH_PG_WORK,
                                                "SELECT glyph.make_orders()",
                                                0, NULL,
                                                ngx_glyph_orders_made, NULL);

    if (ngx_glyph_orders_query == NULL) {
        ngx_glyph_orders_look(NGX_GLYPH_ORDERS_AGAIN);
    }
}


static void
ngx_glyph_orders_made(void *data, PGresult *res, const char *error)
{
    ngx_uint_t  more;

    ngx_glyph_orders_query = NULL;

    if (res == NULL || PQresultStatus(res) != PGRES_TUPLES_OK) {
        ngx_glyph_orders_complain(res);
        PQclear(res);

        ngx_glyph_orders_look(NGX_GLYPH_ORDERS_AGAIN);
        return;
    }

    ngx_glyph_orders_failed = 0;

    more = ngx_glyph_orders_more || !PQgetisnull(res, 0, 0);

    ngx_log_debug1(NGX_LOG_DEBUG_CORE, ngx_cycle->log, 0,
                   "glyph orders made of \"%s\"", PQgetvalue(res, 0, 0));

    PQclear(res);

    if (more && !ngx_exiting) {
        ngx_add_timer(&ngx_glyph_orders_timer, 0);
        return;
    }

    ngx_glyph_orders_look(NGX_GLYPH_ORDERS_LOOK);
}


/*
 * Once, until it has succeeded again.  That there is no server is told by
 * those who need it, and an earlier schema has no such function: it has
 * indexes.
 */

static void
ngx_glyph_orders_complain(PGresult *res)
{
    const char  *code;
    char         text[NGX_GLYPH_LOG_TEXT];

    code = PQresultErrorField(res, PG_DIAG_SQLSTATE);

    if (code == NULL || ngx_strcmp(code, "42883") == 0
        || ngx_glyph_orders_failed)
    {
        return;
    }

    ngx_glyph_orders_failed = 1;

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "could not make the orders of large imports, whose sorted "
                  "reads are slow meanwhile: %s",
                  ngx_glyph_log_string(text, sizeof(text),
                                       PQresultErrorField(res,
                                           PG_DIAG_MESSAGE_PRIMARY),
                                       "no reason"));
}
