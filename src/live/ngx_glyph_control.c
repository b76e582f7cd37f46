
#include "ngx_glyph.h"
#include "ngx_glyph_control.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_redis_sub.h"
#include "ngx_glyph_str.h"
#include "ngx_glyph_tick.h"


/* jobs in one question; what is above it the next batch tells */
#define NGX_GLYPH_CONTROL_PAGE   64

/* for so long messages are gathered before Postgres is asked, ms */
#define NGX_GLYPH_CONTROL_DELAY  20


/*
 * However many messages come, there is one question at a time: those that come
 * meanwhile are in the next one.
 */

typedef struct {
    ngx_event_t                ask;
    ngx_glyph_pg_query_t      *query;       /* under way, or NULL */
    ngx_uint_t                 n;
    ngx_glyph_uuid_t           ids[NGX_GLYPH_CONTROL_PAGE];
} ngx_glyph_control_t;


static ngx_int_t ngx_glyph_control_init(ngx_cycle_t *cycle);
static void ngx_glyph_control_message(void *data, ngx_str_t *message);
static void ngx_glyph_control_add(ngx_glyph_uuid_t *id);
static void ngx_glyph_control_ask_handler(ngx_event_t *ev);
static void ngx_glyph_control_answer(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_control_cancel(PGresult *res, int row);


const ngx_glyph_part_t  ngx_glyph_control_part = {
    ngx_glyph_control_init,
    NULL,
    NULL,
    1
};


static ngx_str_t            ngx_glyph_control_name
                                = ngx_string("glyph:control");
static ngx_glyph_control_t  ngx_glyph_control;


static ngx_int_t
ngx_glyph_control_init(ngx_cycle_t *cycle)
{
    ngx_glyph_tick_init(&ngx_glyph_control.ask, ngx_glyph_control_ask_handler);

    if (ngx_glyph_main_conf->redis == NULL) {
        return NGX_OK;
    }

    return ngx_glyph_redis_subscribe(&ngx_glyph_control_name,
                                     ngx_glyph_control_message, NULL)
           ? NGX_OK : NGX_ERROR;
}


/* The message is the job's id, and its tenant. */

void
ngx_glyph_control_cancelled(ngx_str_t *id, ngx_str_t *tenant)
{
    ngx_str_t  args[3];
    u_char     message[NGX_GLYPH_UUID_TEXT_LEN + NGX_GLYPH_TENANT_MAX];

    ngx_str_set(&args[0], "PUBLISH");
    args[1] = ngx_glyph_control_name;
    args[2].data = message;
    args[2].len = ngx_sprintf(message, "%V%V", id, tenant) - message;

    (void) ngx_glyph_redis_command(id->data, 3, args, NULL, NULL);
}


static void
ngx_glyph_control_message(void *data, ngx_str_t *message)
{
    ngx_str_t          tenant;
    ngx_glyph_job_t   *job;
    ngx_glyph_uuid_t   id;

    if (message == NULL || message->len < NGX_GLYPH_UUID_TEXT_LEN
        || ngx_glyph_uuid_parse(&id, message->data, NGX_GLYPH_UUID_TEXT_LEN)
           != NGX_OK)
    {
        return;
    }

    tenant.data = message->data + NGX_GLYPH_UUID_TEXT_LEN;
    tenant.len = message->len - NGX_GLYPH_UUID_TEXT_LEN;

    job = ngx_glyph_job_find(&id);

    if (job
        && ngx_glyph_tenant_equal(&ngx_glyph_job_import(job)->tenant, &tenant))
    {
        ngx_glyph_control_add(&id);
    }
}


static void
ngx_glyph_control_add(ngx_glyph_uuid_t *id)
{
    ngx_uint_t            i;
    ngx_glyph_control_t  *c;

    c = &ngx_glyph_control;

    for (i = 0; i < c->n; i++) {
        if (ngx_memcmp(c->ids[i].bytes, id->bytes, sizeof(id->bytes)) == 0) {
            return;
        }
    }

    if (c->n == NGX_GLYPH_CONTROL_PAGE) {
        return;
    }

    c->ids[c->n++] = *id;

    if (c->query == NULL && !c->ask.timer_set) {
        ngx_add_timer(&c->ask, NGX_GLYPH_CONTROL_DELAY);
    }
}


static void
ngx_glyph_control_ask_handler(ngx_event_t *ev)
{
    u_char               *p;
    ngx_uint_t            i;
    const char           *params[1];
    ngx_glyph_control_t  *c;
    u_char                ids[NGX_GLYPH_CONTROL_PAGE
                              * (NGX_GLYPH_UUID_TEXT_LEN + 1) + 2];

    c = &ngx_glyph_control;

    p = ids;

    for (i = 0; i < c->n; i++) {
        *p++ = i ? ',' : '{';
        p = ngx_glyph_uuid_text(p, &c->ids[i]);
    }

    *p++ = '}';
    *p = '\0';

    c->n = 0;
    params[0] = (const char *) ids;

    /* not asked, not answered: the next batch tells */

    c->query = ngx_glyph_pg_query(NGX_GLYPH_PG_READ,
                                  "SELECT id, tenant FROM glyph.imports "
                                  "WHERE id = ANY ($1::uuid[]) "
                                  "AND state = 'cancelled'",
                                  1, params, ngx_glyph_control_answer, NULL);
}


static void
ngx_glyph_control_answer(void *data, PGresult *res, const char *error)
{
    int                   row;
    ngx_glyph_control_t  *c;

    c = &ngx_glyph_control;
    c->query = NULL;

    if (res && PQresultStatus(res) == PGRES_TUPLES_OK) {

        for (row = 0; row < PQntuples(res); row++) {
            ngx_glyph_control_cancel(res, row);
        }
    }

    PQclear(res);

    if (c->n) {
        ngx_add_timer(&c->ask, NGX_GLYPH_CONTROL_DELAY);
    }
}


/* The job may have ended meanwhile. */

static void
ngx_glyph_control_cancel(PGresult *res, int row)
{
    ngx_str_t          tenant;
    ngx_glyph_job_t   *job;
    ngx_glyph_uuid_t   id;

    if (ngx_glyph_uuid_parse(&id, (u_char *) PQgetvalue(res, row, 0),
                             PQgetlength(res, row, 0))
        != NGX_OK)
    {
        return;
    }

    tenant.data = (u_char *) PQgetvalue(res, row, 1);
    tenant.len = PQgetlength(res, row, 1);

    job = ngx_glyph_job_find(&id);

    if (job
        && ngx_glyph_tenant_equal(&ngx_glyph_job_import(job)->tenant, &tenant))
    {
        ngx_glyph_job_cancelled(job);
    }
}
