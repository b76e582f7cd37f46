
#include "ngx_glyph.h"
#include "ngx_glyph_derive.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_observer.h"
#include "ngx_glyph_pg.h"


/* what others have left is looked for soon after the start */
#define NGX_GLYPH_DERIVE_FIRST  1000

/* and then; the connection rests meanwhile */
#define NGX_GLYPH_DERIVE_LOOK   300000

/* from a failure to the next attempt; twice as long each time, up to LOOK */
#define NGX_GLYPH_DERIVE_AGAIN  60000

/* imports completed here that wait; the others are found */
#define NGX_GLYPH_DERIVE_OWN    64

/* no id is less */
#define NGX_GLYPH_DERIVE_BEGIN  "00000000-0000-0000-0000-000000000000"


typedef struct {
    /* $1: an id; the next import behind it that it is to be made of, or NULL */
    const char            *next;

    /* $1: its id; nothing, if it is made already or another session is at it */
    const char            *make;

    /* an import of so many listings, or fewer, does not have it */
    uint64_t               rows;

    const char            *what;
    const char            *meanwhile;
} ngx_glyph_derive_step_t;


typedef struct {
    u_char                 text[NGX_GLYPH_UUID_TEXT_LEN + 1];
    uint64_t               rows;
    ngx_uint_t             step;        /* the next one */
} ngx_glyph_derive_own_t;


typedef struct {
    ngx_event_t            go;          /* posted: the next query */
    ngx_event_t            timer;       /* a search begins */
    ngx_glyph_pg_query_t  *query;       /* that is under way */

    ngx_glyph_derive_own_t  own[NGX_GLYPH_DERIVE_OWN];
    ngx_uint_t             first;       /* of them */
    ngx_uint_t             n;

    ngx_uint_t             step;        /* the search's, and behind what */
    u_char                 after[NGX_GLYPH_UUID_TEXT_LEN + 1];

    ngx_msec_t             again;
    ngx_uint_t             told;        /* a bit of each step that has failed */

    unsigned               searching:1;
    unsigned               turn:1;      /* of what was completed here */
    unsigned               more:1;      /* was completed than is in "own" */
    unsigned               failed:1;    /* something, since a search began */
} ngx_glyph_derive_t;


static ngx_int_t ngx_glyph_derive_init(ngx_cycle_t *cycle);
static void ngx_glyph_derive_exit(void);
static void ngx_glyph_derive_ended(ngx_glyph_job_t *job);
static ngx_uint_t ngx_glyph_derive_wanted(ngx_uint_t step, uint64_t rows);
static void ngx_glyph_derive_search_handler(ngx_event_t *ev);
static void ngx_glyph_derive_search(void);
static void ngx_glyph_derive_go_handler(ngx_event_t *ev);
static ngx_glyph_derive_own_t *ngx_glyph_derive_oldest(void);
static void ngx_glyph_derive_ask(const char *sql, const u_char *id,
    ngx_glyph_pg_result_pt handler);
static void ngx_glyph_derive_found(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_derive_made_found(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_derive_made_own(void *data, PGresult *res,
    const char *error);
static ngx_uint_t ngx_glyph_derive_result(PGresult *res, ngx_uint_t step,
    const u_char *id);
static void ngx_glyph_derive_fail(void);
static void ngx_glyph_derive_stop(void);
static void ngx_glyph_derive_searched(void);
static void ngx_glyph_derive_wait(ngx_msec_t after);


const ngx_glyph_part_t  ngx_glyph_derive_part = {
    ngx_glyph_derive_init,
    ngx_glyph_derive_exit,
    NULL,
    1
};


static const ngx_glyph_observer_t  ngx_glyph_derive_observer = {
    NULL,
    NULL,
    NULL,
    ngx_glyph_derive_ended,
    NULL
};


/* in this order, of each import */

static const ngx_glyph_derive_step_t  ngx_glyph_derive_steps[] = {

    { "SELECT glyph.next_orders($1)", "SELECT glyph.make_orders($1)", 1000,
      "orders", "sorted reads are slow" },

    { "SELECT glyph.next_summaries($1)", "SELECT glyph.make_summaries($1)",
      1000, "summaries", "reports are slow" },
};

#define NGX_GLYPH_DERIVE_STEPS                                                \
    (sizeof(ngx_glyph_derive_steps) / sizeof(ngx_glyph_derive_steps[0]))


static ngx_glyph_derive_t  ngx_glyph_derive;


static ngx_int_t
ngx_glyph_derive_init(ngx_cycle_t *cycle)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    static ngx_connection_t  dummy;

    dummy.fd = (ngx_socket_t) -1;

    ngx_glyph_observe(&ngx_glyph_derive_observer);

    d->timer.handler = ngx_glyph_derive_search_handler;
    d->timer.log = cycle->log;
    d->timer.data = &dummy;
    d->timer.cancelable = 1;

    d->go.handler = ngx_glyph_derive_go_handler;
    d->go.log = cycle->log;
    d->go.data = &dummy;

    d->again = NGX_GLYPH_DERIVE_AGAIN;

    if (ngx_worker == 0) {
        ngx_glyph_derive_wait(NGX_GLYPH_DERIVE_FIRST);
    }

    return NGX_OK;
}


static void
ngx_glyph_derive_exit(void)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    if (d->timer.timer_set) {
        ngx_del_timer(&d->timer);
    }

    if (d->go.posted) {
        ngx_delete_posted_event(&d->go);
    }
}


static void
ngx_glyph_derive_ended(ngx_glyph_job_t *job)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    ngx_glyph_job_view_t     view;
    ngx_glyph_derive_own_t  *own;

    ngx_glyph_job_view(job, &view);

    if (!ngx_glyph_job_stored(job)
        || view.state != NGX_GLYPH_JOB_COMPLETED
        || ngx_glyph_derive_wanted(0, view.valid) == NGX_GLYPH_DERIVE_STEPS)
    {
        return;
    }

    ngx_post_event(&d->go, &ngx_posted_events);

    if (d->n == NGX_GLYPH_DERIVE_OWN) {
        d->more = 1;
        return;
    }

    own = &d->own[(d->first + d->n) % NGX_GLYPH_DERIVE_OWN];
    d->n++;

    ngx_memcpy(own->text, ngx_glyph_job_import(job)->text, sizeof(own->text));
    own->rows = view.valid;
    own->step = 0;
}


/* The first step, from one on, that an import of so many listings has. */

static ngx_uint_t
ngx_glyph_derive_wanted(ngx_uint_t step, uint64_t rows)
{
    while (step < NGX_GLYPH_DERIVE_STEPS
           && rows <= ngx_glyph_derive_steps[step].rows)
    {
        step++;
    }

    return step;
}


static void
ngx_glyph_derive_search_handler(ngx_event_t *ev)
{
    if (!ngx_glyph_derive.searching) {
        ngx_glyph_derive_search();
        ngx_post_event(&ngx_glyph_derive.go, &ngx_posted_events);
    }
}


static void
ngx_glyph_derive_search(void)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    d->searching = 1;
    d->more = 0;
    d->failed = 0;
    d->step = 0;
    ngx_memcpy(d->after, NGX_GLYPH_DERIVE_BEGIN, sizeof(d->after));
}


/* What is known and what is found take turns. */

static void
ngx_glyph_derive_go_handler(ngx_event_t *ev)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    ngx_glyph_derive_own_t  *own;

    if (d->query || ngx_exiting) {
        return;
    }

    own = ngx_glyph_derive_oldest();

    if (own == NULL && !d->searching && d->more) {
        ngx_glyph_derive_search();
    }

    d->turn = !d->turn;

    if (own && (d->turn || !d->searching)) {
        ngx_glyph_derive_ask(ngx_glyph_derive_steps[own->step].make,
                             own->text, ngx_glyph_derive_made_own);

    } else if (d->searching) {
        ngx_glyph_derive_ask(ngx_glyph_derive_steps[d->step].next, d->after,
                             ngx_glyph_derive_found);
    }
}


/* Of those completed here: there is something left to be made of it. */

static ngx_glyph_derive_own_t *
ngx_glyph_derive_oldest(void)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    ngx_glyph_derive_own_t  *own;

    for ( /* void */ ; d->n; d->n--) {
        own = &d->own[d->first];
        own->step = ngx_glyph_derive_wanted(own->step, own->rows);

        if (own->step < NGX_GLYPH_DERIVE_STEPS) {
            return own;
        }

        d->first = (d->first + 1) % NGX_GLYPH_DERIVE_OWN;
    }

    return NULL;
}


static void
ngx_glyph_derive_ask(const char *sql, const u_char *id,
    ngx_glyph_pg_result_pt handler)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    const char  *param;

    param = (const char *) id;

    d->query = ngx_glyph_pg_query(NGX_GLYPH_PG_WORK, sql, 1, &param, handler,
                                  NULL);
    if (d->query == NULL) {
        ngx_glyph_derive_stop();
    }
}


/* Of the search: the next import, or the next step's first one. */

static void
ngx_glyph_derive_found(void *data, PGresult *res, const char *error)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    ngx_uint_t  found;

    d->query = NULL;

    if (res == NULL) {
        ngx_glyph_derive_stop();
        return;
    }

    found = ngx_glyph_derive_result(res, d->step, d->after)
            && PQgetlength(res, 0, 0) == NGX_GLYPH_UUID_TEXT_LEN;

    if (found) {
        ngx_memcpy(d->after, PQgetvalue(res, 0, 0), sizeof(d->after));
    }

    PQclear(res);

    if (found) {
        ngx_glyph_derive_ask(ngx_glyph_derive_steps[d->step].make, d->after,
                             ngx_glyph_derive_made_found);
        return;
    }

    ngx_memcpy(d->after, NGX_GLYPH_DERIVE_BEGIN, sizeof(d->after));

    if (++d->step == NGX_GLYPH_DERIVE_STEPS) {
        ngx_glyph_derive_searched();
    }

    ngx_post_event(&d->go, &ngx_posted_events);
}


/*
 * The search goes on behind it, whatever became of it: should it be its doing
 * that there is no server any more, it is not tried again at once.
 */

static void
ngx_glyph_derive_made_found(void *data, PGresult *res, const char *error)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    d->query = NULL;

    if (ngx_glyph_derive_result(res, d->step, d->after)) {
        d->told &= ~((ngx_uint_t) 1 << d->step);
    }

    PQclear(res);

    ngx_post_event(&d->go, &ngx_posted_events);
}


static void
ngx_glyph_derive_made_own(void *data, PGresult *res, const char *error)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    ngx_glyph_derive_own_t  *own;

    d->query = NULL;

    if (res == NULL) {
        ngx_glyph_derive_stop();
        return;
    }

    own = &d->own[d->first];

    if (ngx_glyph_derive_result(res, own->step, own->text)) {
        d->told &= ~((ngx_uint_t) 1 << own->step);
    }

    PQclear(res);

    own->step++;

    ngx_post_event(&d->go, &ngx_posted_events);
}


/*
 * Whether it is no error.  An earlier schema does not have each step: what it
 * has not is neither done nor missed.
 */

static ngx_uint_t
ngx_glyph_derive_result(PGresult *res, ngx_uint_t step, const u_char *id)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    const char                     *code;
    const ngx_glyph_derive_step_t  *s;
    char                            text[NGX_GLYPH_LOG_TEXT];

    if (PQresultStatus(res) == PGRES_TUPLES_OK) {
        return 1;
    }

    code = PQresultErrorField(res, PG_DIAG_SQLSTATE);

    if (code && ngx_strcmp(code, "42883") == 0) {
        return 0;
    }

    ngx_glyph_derive_fail();

    /* that there is no server is told by those who need it */

    if (code == NULL || (d->told & ((ngx_uint_t) 1 << step))) {
        return 0;
    }

    d->told |= (ngx_uint_t) 1 << step;
    s = &ngx_glyph_derive_steps[step];

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "could not make the %s of imports, at \"%s\": %s "
                  "meanwhile: %s",
                  s->what, id, s->meanwhile,
                  ngx_glyph_log_string(text, sizeof(text),
                                       PQresultErrorField(res,
                                           PG_DIAG_MESSAGE_PRIMARY),
                                       "no reason"));
    return 0;
}


/* Something is left to be found. */

static void
ngx_glyph_derive_fail(void)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    if (d->failed) {
        return;
    }

    d->failed = 1;

    if (!d->searching) {
        ngx_glyph_derive_wait(d->again);
    }
}


/* There is no server: all of it, later. */

static void
ngx_glyph_derive_stop(void)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    d->n = 0;

    ngx_glyph_derive_fail();

    if (d->searching) {
        ngx_glyph_derive_searched();
    }
}


static void
ngx_glyph_derive_searched(void)
{
    ngx_glyph_derive_t *d = &ngx_glyph_derive;

    d->searching = 0;

    if (d->failed) {
        ngx_glyph_derive_wait(d->again);
        d->again = ngx_min(d->again * 2, NGX_GLYPH_DERIVE_LOOK);
        return;
    }

    d->again = NGX_GLYPH_DERIVE_AGAIN;

    /* one worker of a node is enough for what others have left */

    if (ngx_worker == 0) {
        ngx_glyph_derive_wait(NGX_GLYPH_DERIVE_LOOK);
    }
}


static void
ngx_glyph_derive_wait(ngx_msec_t after)
{
    if (!ngx_exiting) {
        ngx_add_timer(&ngx_glyph_derive.timer, after);
    }
}
