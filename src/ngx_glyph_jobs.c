
/*
 * A job seen from outside: its state, result and errors, and its end.  Any
 * worker answers for any job: it looks in its own memory, in Redis if what is
 * there is fresh and not final, in Postgres, and in the spool; a final state
 * is only believed from Postgres.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_errors.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_jobs.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_query.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_sse.h"
#include "ngx_glyph_state.h"
#include "ngx_glyph_tenant.h"


/* what Redis says of a running job is believed for this long, ms */
#define NGX_GLYPH_JOBS_FRESH      2000


typedef enum {
    NGX_GLYPH_JOBS_STATUS = 0,
    NGX_GLYPH_JOBS_RESULT,
    NGX_GLYPH_JOBS_IMPORT,     /* the result, below glyph_imports */
    NGX_GLYPH_JOBS_ERRORS,
    NGX_GLYPH_JOBS_EVENTS,
    NGX_GLYPH_JOBS_CANCEL,
    NGX_GLYPH_JOBS_UNDO
} ngx_glyph_jobs_what_e;


/*
 * One question.  It lives until the reply of Redis, the result of Postgres and
 * the thread that looks into the spool have all come or cannot come any more,
 * which may be after the request.
 */

typedef struct {
    ngx_http_request_t        *request;     /* NULL: it is gone */
    ngx_http_cleanup_t        *cleanup;
    ngx_glyph_latch_waiter_t   waiter;      /* for the worker's start */
    ngx_glyph_pg_query_t      *query;       /* under way, or NULL */
    ngx_glyph_jobs_what_e      what;
    ngx_glyph_uuid_t           id;
    u_char                     text[NGX_GLYPH_UUID_TEXT_LEN + 1];
    ngx_str_t                  tenant;
    u_char                     tenant_text[NGX_GLYPH_TENANT_MAX + 1];
    unsigned                   redis:1;     /* its reply is to come */
    unsigned                   redis_lost:1;
    unsigned                   live:1;      /* seen alive, somewhere */
    unsigned                   looking:1;   /* into the spool */
    unsigned                   looked:1;
    PGresult                  *failed;      /* what Postgres said instead */
    const char                *error;       /* of an answer */
} ngx_glyph_ask_t;


static ngx_int_t ngx_glyph_jobs_route(ngx_http_request_t *r,
    ngx_str_t *id, ngx_glyph_jobs_what_e *what);
static ngx_int_t ngx_glyph_jobs_list(ngx_http_request_t *r,
    ngx_str_t *tenant);
static ngx_int_t ngx_glyph_jobs_ask(ngx_http_request_t *r,
    ngx_glyph_uuid_t *id, ngx_str_t *tenant, ngx_glyph_jobs_what_e what);
static ngx_glyph_job_t *ngx_glyph_jobs_own(ngx_glyph_ask_t *ask);
static ngx_int_t ngx_glyph_jobs_start(ngx_glyph_ask_t *ask);
static ngx_int_t ngx_glyph_jobs_stores(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_settled(void *data);
static ngx_int_t ngx_glyph_jobs_redis(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_redis_reply(void *data, redisReply *reply);
static ngx_int_t ngx_glyph_jobs_live(ngx_glyph_ask_t *ask,
    redisReply *reply);
static ngx_int_t ngx_glyph_jobs_postgres(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_postgres_result(void *data, PGresult *res,
    const char *error);
static ngx_int_t ngx_glyph_jobs_answer(ngx_glyph_ask_t *ask, PGresult *res);
static ngx_int_t ngx_glyph_jobs_answer_result(ngx_glyph_ask_t *ask,
    PGresult *res);
static ngx_int_t ngx_glyph_jobs_answer_cancel(ngx_glyph_ask_t *ask,
    PGresult *res);
static void ngx_glyph_jobs_path(ngx_http_request_t *r, ngx_str_t *id,
    ngx_str_t *rest);
static ngx_int_t ngx_glyph_jobs_answer_undo(ngx_glyph_ask_t *ask,
    PGresult *res);
static ngx_int_t ngx_glyph_jobs_missing(ngx_glyph_ask_t *ask);
static ngx_int_t ngx_glyph_jobs_look(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_looked(ngx_glyph_spool_t *spool);
static ngx_int_t ngx_glyph_jobs_queued(ngx_glyph_ask_t *ask,
    ngx_glyph_spool_prefix_t *prefix);
static void ngx_glyph_jobs_free(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_done(ngx_glyph_ask_t *ask, ngx_int_t rc);
static void ngx_glyph_jobs_cleanup(void *data);


ngx_int_t
ngx_glyph_jobs_handler(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    ngx_str_t              text, tenant;
    ngx_glyph_uuid_t       id;
    ngx_glyph_jobs_what_e  what;

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_glyph_jobs_route(r, &text, &what);

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_tenant(r, &tenant);
    }

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (text.len == 0) {
        return ngx_glyph_jobs_list(r, &tenant);
    }

    if (ngx_glyph_uuid_parse(&id, text.data, text.len) != NGX_OK) {
        return ngx_glyph_problemf(r, NGX_HTTP_NOT_FOUND, "job_not_found",
                                  "\"%V\" is not the id of a job", &text);
    }

    return (what == NGX_GLYPH_JOBS_EVENTS)
           ? ngx_glyph_sse_start(r, &id, &tenant)
           : ngx_glyph_jobs_ask(r, &id, &tenant, what);
}


/*
 * {location}[/{id}] of glyph_imports: completed imports, the result of one,
 * and its end.
 */

ngx_int_t
ngx_glyph_imports_handler(ngx_http_request_t *r)
{
    ngx_int_t         rc;
    ngx_str_t         text, rest, tenant, name = ngx_string("imports");
    ngx_uint_t        undo;
    ngx_glyph_uuid_t  id;

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_glyph_jobs_path(r, &text, &rest);

    undo = (r->method == NGX_HTTP_DELETE && text.len);

    if (!undo && !(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_glyph_not_allowed(r, text.len ? "GET, HEAD, DELETE"
                                                 : "GET, HEAD");
    }

    rc = ngx_glyph_tenant(r, &tenant);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (text.len == 0 && rest.len == 0) {
        return ngx_glyph_query_run(r, &name, NULL, &tenant);
    }

    if (rest.len || ngx_glyph_uuid_parse(&id, text.data, text.len) != NGX_OK) {
        return ngx_glyph_problemf(r, NGX_HTTP_NOT_FOUND, "import_not_found",
                                  "\"%V%V\" is not the id of an import",
                                  &text, &rest);
    }

    return ngx_glyph_jobs_ask(r, &id, &tenant, undo ? NGX_GLYPH_JOBS_UNDO
                                                    : NGX_GLYPH_JOBS_IMPORT);
}


/* What follows the location: an id, and the rest. */

static void
ngx_glyph_jobs_path(ngx_http_request_t *r, ngx_str_t *id, ngx_str_t *rest)
{
    u_char                    *p, *last;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    p = r->uri.data + ngx_min(clcf->name.len, r->uri.len);
    last = r->uri.data + r->uri.len;

    if (p < last && *p == '/') {
        p++;

    } else if (p < last && p[-1] != '/') {

        /* the location's name goes on: it is another path */

        last = p;
    }

    id->data = p;

    while (p < last && *p != '/') {
        p++;
    }

    id->len = p - id->data;

    last = r->uri.data + r->uri.len;

    rest->data = p;
    rest->len = last - p;
}


/* {location}[/{id}[/status|/result|/errors|/events]]; NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_jobs_route(ngx_http_request_t *r, ngx_str_t *id,
    ngx_glyph_jobs_what_e *what)
{
    ngx_str_t    rest;
    ngx_uint_t   allowed;
    const char  *allow;

    ngx_glyph_jobs_path(r, id, &rest);

    *what = NGX_GLYPH_JOBS_STATUS;
    allowed = NGX_HTTP_GET|NGX_HTTP_HEAD;
    allow = "GET, HEAD";

    if (rest.len == 7 && ngx_strncmp(rest.data, "/status", 7) == 0) {
        /* void */

    } else if (rest.len == 7 && ngx_strncmp(rest.data, "/result", 7) == 0) {
        *what = NGX_GLYPH_JOBS_RESULT;

    } else if (rest.len == 7 && ngx_strncmp(rest.data, "/errors", 7) == 0) {
        *what = NGX_GLYPH_JOBS_ERRORS;

    } else if (rest.len == 7 && ngx_strncmp(rest.data, "/events", 7) == 0) {
        *what = NGX_GLYPH_JOBS_EVENTS;

    } else if (rest.len) {
        return ngx_glyph_problemf(r, NGX_HTTP_NOT_FOUND, "not_found",
                                  "a job has status, result, errors and "
                                  "events");

    } else if (id->len) {
        allowed |= NGX_HTTP_DELETE;
        allow = "GET, HEAD, DELETE";

        if (r->method == NGX_HTTP_DELETE) {
            *what = NGX_GLYPH_JOBS_CANCEL;
        }
    }

    return (r->method & allowed) ? NGX_DECLINED
                                 : ngx_glyph_not_allowed(r, allow);
}


static ngx_int_t
ngx_glyph_jobs_list(ngx_http_request_t *r, ngx_str_t *tenant)
{
    ngx_str_t  name = ngx_string("jobs");

    return ngx_glyph_query_run(r, &name, NULL, tenant);
}


static ngx_int_t
ngx_glyph_jobs_ask(ngx_http_request_t *r, ngx_glyph_uuid_t *id,
    ngx_str_t *tenant, ngx_glyph_jobs_what_e what)
{
    ngx_int_t            rc;
    ngx_glyph_ask_t     *ask;
    ngx_http_cleanup_t  *cln;

    cln = ngx_http_cleanup_add(r, 0);
    ask = cln ? ngx_calloc(sizeof(ngx_glyph_ask_t), r->connection->log)
              : NULL;

    if (ask == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ask->request = r;
    ask->what = what;
    ask->id = *id;
    ask->cleanup = cln;

    ngx_glyph_uuid_text(ask->text, id);

    ask->tenant.len = tenant->len;
    ask->tenant.data = ask->tenant_text;
    ngx_memcpy(ask->tenant_text, tenant->data, tenant->len);

    cln->handler = ngx_glyph_jobs_cleanup;
    cln->data = ask;

    rc = ngx_glyph_jobs_start(ask);

    if (rc != NGX_DONE) {
        cln->handler = NULL;
        ngx_free(ask);
        return rc;
    }

    r->main->count++;

    return NGX_DONE;
}


/* The job, if it is of this worker and of this tenant. */

static ngx_glyph_job_t *
ngx_glyph_jobs_own(ngx_glyph_ask_t *ask)
{
    ngx_glyph_job_t  *job;

    job = ngx_glyph_job_find(&ask->id);

    return (job && ngx_glyph_tenant_equal(&job->tenant, &ask->tenant))
           ? job : NULL;
}


/* NGX_DONE: something is under way; anything else is the answer. */

static ngx_int_t
ngx_glyph_jobs_start(ngx_glyph_ask_t *ask)
{
    ngx_int_t           rc;
    glyph_buf_t         b;
    ngx_glyph_job_t    *job;

    job = ngx_glyph_jobs_own(ask);

    if (job && ask->what == NGX_GLYPH_JOBS_STATUS) {
        ngx_memzero(&b, sizeof(glyph_buf_t));
        ngx_glyph_job_json(job, &b);

        rc = b.failed ? NGX_HTTP_INTERNAL_SERVER_ERROR
                      : ngx_glyph_jobs_document(ask->request, ask->text,
                                                NGX_HTTP_OK, b.data, b.len, 1);
        glyph_buf_free(&b);

        return rc;
    }

    if (job || ask->what == NGX_GLYPH_JOBS_UNDO) {
        ask->live = (job != NULL);
        ask->looked = (job != NULL);
        return ngx_glyph_jobs_postgres(ask);
    }

    ask->waiter.opened = ngx_glyph_jobs_settled;
    ask->waiter.data = ask;

    if (ngx_glyph_latch_wait(ngx_glyph_redis_latch(), &ask->waiter)
        == NGX_AGAIN)
    {
        return NGX_DONE;
    }

    return ngx_glyph_jobs_stores(ask);
}


static ngx_int_t
ngx_glyph_jobs_stores(ngx_glyph_ask_t *ask)
{
    ngx_int_t  rc;

    rc = ngx_glyph_jobs_redis(ask);

    return (rc == NGX_DECLINED) ? ngx_glyph_jobs_postgres(ask) : rc;
}


/* The worker has just started; now it is known whether Redis can be asked. */

static void
ngx_glyph_jobs_settled(void *data)
{
    ngx_glyph_ask_t *ask = data;

    ngx_int_t  rc;

    ngx_http_set_log_request(ask->request->connection->log, ask->request);

    rc = ngx_glyph_jobs_stores(ask);

    if (rc != NGX_DONE) {
        ngx_glyph_jobs_done(ask, rc);
    }
}


static ngx_int_t
ngx_glyph_jobs_redis(ngx_glyph_ask_t *ask)
{
    ngx_str_t  args[6];
    u_char     key[sizeof("glyph:job:") + NGX_GLYPH_UUID_TEXT_LEN];

    if (ngx_glyph_main_conf->redis == NULL) {
        return NGX_DECLINED;
    }

    ngx_str_set(&args[0], "HMGET");
    args[1].data = key;
    args[1].len = ngx_sprintf(key, "glyph:job:%s", ask->text) - key;
    ngx_str_set(&args[2], "tenant");
    ngx_str_set(&args[3], "state");
    ngx_str_set(&args[4], "updated");
    ngx_str_set(&args[5], "job");

    if (ngx_glyph_redis_command(ask->text, 6, args,
                                ngx_glyph_jobs_redis_reply, ask)
        != NGX_OK)
    {
        ask->redis_lost = 1;
        return NGX_DECLINED;
    }

    ask->redis = 1;

    return NGX_DONE;
}


static void
ngx_glyph_jobs_redis_reply(void *data, redisReply *reply)
{
    ngx_glyph_ask_t *ask = data;

    ngx_int_t  rc;

    ask->redis = 0;

    if (ask->request == NULL) {
        ngx_glyph_jobs_free(ask);
        return;
    }

    ngx_http_set_log_request(ask->request->connection->log, ask->request);

    rc = NGX_DECLINED;

    if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 4) {
        rc = ngx_glyph_jobs_live(ask, reply);

    } else {
        ask->redis_lost = 1;
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_jobs_postgres(ask);
    }

    if (rc != NGX_DONE) {
        ngx_glyph_jobs_done(ask, rc);
    }
}


/* NGX_DECLINED: Postgres is to be asked. */

static ngx_int_t
ngx_glyph_jobs_live(ngx_glyph_ask_t *ask, redisReply *reply)
{
    uint64_t       now, updated;
    ngx_int_t      state;
    ngx_str_t      tenant;
    ngx_uint_t     i;
    ngx_time_t    *tp;
    redisReply   **e;

    e = reply->element;

    for (i = 0; i < 4; i++) {
        if (e[i]->type != REDIS_REPLY_STRING) {
            return NGX_DECLINED;
        }
    }

    state = ngx_glyph_job_state_parse(e[1]->str);

    tenant.len = e[0]->len;
    tenant.data = (u_char *) e[0]->str;

    if (!ngx_glyph_tenant_equal(&tenant, &ask->tenant)
        || state == NGX_ERROR
        || ngx_glyph_job_is_final((ngx_glyph_job_state_e) state))
    {
        return NGX_DECLINED;
    }

    tp = ngx_timeofday();
    now = (uint64_t) tp->sec * 1000 + tp->msec;
    updated = strtoull(e[2]->str, NULL, 10);

    if (updated + NGX_GLYPH_JOBS_FRESH < now) {
        return NGX_DECLINED;
    }

    ask->live = 1;

    if (ask->what != NGX_GLYPH_JOBS_STATUS) {
        return NGX_DECLINED;
    }

    return ngx_glyph_jobs_document(ask->request, ask->text, NGX_HTTP_OK,
                                   (u_char *) e[3]->str, e[3]->len, 1);
}


static ngx_int_t
ngx_glyph_jobs_postgres(ngx_glyph_ask_t *ask)
{
    const char            *sql, *params[3];
    ngx_uint_t             n;
    ngx_glyph_pg_queue_e   queue;

    queue = NGX_GLYPH_PG_READ;
    n = 2;

    params[0] = (const char *) ask->text;
    params[1] = (const char *) ask->tenant_text;
    params[2] = ask->live ? "true" : "false";

    switch (ask->what) {

    case NGX_GLYPH_JOBS_STATUS:
        sql = "SELECT s->>'state', s "
              "FROM glyph.job_status($1::uuid, $2) s WHERE s IS NOT NULL";
        break;

    case NGX_GLYPH_JOBS_CANCEL:
        sql = "SELECT was, state FROM glyph.cancel($1::uuid, $2, $3::bool) "
              "WHERE found";
        queue = NGX_GLYPH_PG_CONTROL;
        n = 3;
        break;

    case NGX_GLYPH_JOBS_UNDO:
        sql = "SELECT state, rows FROM glyph.undo($1::uuid, $2) WHERE found";
        queue = NGX_GLYPH_PG_CONTROL;
        break;

    case NGX_GLYPH_JOBS_ERRORS:
        sql = "SELECT state, header, delimiter "
              "FROM glyph.job_header($1::uuid, $2)";
        break;

    default:
        sql = "SELECT state, result FROM glyph.job_result($1::uuid, $2)";
        break;
    }

    ask->query = ngx_glyph_pg_query(queue, sql, n, params,
                                    ngx_glyph_jobs_postgres_result, ask);

    if (ask->query == NULL) {
        return ngx_glyph_query_failed(ask->request, NULL, "too many queries");
    }

    return NGX_DONE;
}


static void
ngx_glyph_jobs_postgres_result(void *data, PGresult *res, const char *error)
{
    ngx_glyph_ask_t *ask = data;

    ngx_int_t  rc;

    ask->query = NULL;

    ngx_http_set_log_request(ask->request->connection->log, ask->request);

    if (res && PQresultStatus(res) == PGRES_TUPLES_OK) {

        if (PQntuples(res) == 0 && ngx_glyph_jobs_look(ask) == NGX_OK) {
            PQclear(res);
            return;
        }

        rc = ngx_glyph_jobs_answer(ask, res);

    } else {

        if (ngx_glyph_jobs_look(ask) == NGX_OK) {
            ask->failed = res;
            ask->error = "Postgres is out of reach";
            return;
        }

        rc = ngx_glyph_query_failed(ask->request, res, error);
    }

    PQclear(res);

    ngx_glyph_jobs_done(ask, rc);
}


/* NGX_OK: a thread looks into the spool, which may know the job. */

static ngx_int_t
ngx_glyph_jobs_look(ngx_glyph_ask_t *ask)
{
    ngx_glyph_spool_t  *spool;

    if (ask->looked) {
        return NGX_DECLINED;
    }

    spool = ngx_glyph_spool_create(&ask->id);
    if (spool == NULL) {
        return NGX_DECLINED;
    }

    spool->data = ask;

    if (ngx_glyph_spool_look(spool, ngx_glyph_jobs_looked) != NGX_OK) {
        ngx_glyph_spool_close(spool);
        return NGX_DECLINED;
    }

    ask->looking = 1;
    ask->looked = 1;

    return NGX_OK;
}


static void
ngx_glyph_jobs_looked(ngx_glyph_spool_t *spool)
{
    ngx_int_t         rc;
    ngx_str_t         tenant;
    ngx_glyph_ask_t  *ask;

    ask = spool->data;
    ask->looking = 0;

    if (ask->request == NULL) {
        ngx_glyph_spool_close(spool);
        ngx_glyph_jobs_free(ask);
        return;
    }

    ngx_http_set_log_request(ask->request->connection->log, ask->request);

    if (spool->err == 0
        && ngx_glyph_spool_meta_tenant(&spool->meta, &tenant) == NGX_OK
        && ngx_glyph_tenant_equal(&tenant, &ask->tenant))
    {
        rc = ngx_glyph_jobs_queued(ask, &spool->prefix);

    } else if (ask->error) {
        rc = ngx_glyph_query_failed(ask->request, ask->failed, ask->error);

    } else {
        rc = ngx_glyph_jobs_missing(ask);
    }

    ngx_glyph_spool_close(spool);

    if (rc != NGX_DONE) {
        ngx_glyph_jobs_done(ask, rc);
    }
}


/* The job is in the spool, and Postgres does not know it yet. */

static ngx_int_t
ngx_glyph_jobs_queued(ngx_glyph_ask_t *ask, ngx_glyph_spool_prefix_t *prefix)
{
    ngx_int_t    rc;
    glyph_buf_t  b;

    if (ask->what == NGX_GLYPH_JOBS_STATUS) {
        ngx_memzero(&b, sizeof(glyph_buf_t));
        ngx_glyph_background_json(prefix, &b);

        rc = b.failed ? NGX_HTTP_INTERNAL_SERVER_ERROR
                      : ngx_glyph_jobs_document(ask->request, ask->text,
                                                NGX_HTTP_OK, b.data, b.len, 1);
        glyph_buf_free(&b);

        return rc;
    }

    if (ask->error) {
        return ngx_glyph_query_failed(ask->request, ask->failed, ask->error);
    }

    ask->live = 1;

    return ngx_glyph_jobs_postgres(ask);
}


static void
ngx_glyph_jobs_free(ngx_glyph_ask_t *ask)
{
    PQclear(ask->failed);
    ngx_free(ask);
}


static ngx_int_t
ngx_glyph_jobs_answer(ngx_glyph_ask_t *ask, PGresult *res)
{
    ngx_int_t  state;
    ngx_str_t  id;

    switch (ask->what) {

    case NGX_GLYPH_JOBS_STATUS:

        if (PQntuples(res) == 0) {
            return ngx_glyph_jobs_missing(ask);
        }

        state = ngx_glyph_job_state_parse(PQgetvalue(res, 0, 0));

        return ngx_glyph_jobs_document(ask->request, ask->text, NGX_HTTP_OK,
                                   (u_char *) PQgetvalue(res, 0, 1),
                                   PQgetlength(res, 0, 1),
                                   state == NGX_ERROR
                                   || !ngx_glyph_job_is_final(
                                          (ngx_glyph_job_state_e) state));

    case NGX_GLYPH_JOBS_CANCEL:
        return ngx_glyph_jobs_answer_cancel(ask, res);

    case NGX_GLYPH_JOBS_UNDO:
        return ngx_glyph_jobs_answer_undo(ask, res);

    case NGX_GLYPH_JOBS_RESULT:
    case NGX_GLYPH_JOBS_IMPORT:
        return ngx_glyph_jobs_answer_result(ask, res);

    default: /* NGX_GLYPH_JOBS_ERRORS */

        if (PQntuples(res) == 0 && !ask->live) {
            return ngx_glyph_jobs_missing(ask);
        }

        id.data = ask->text;
        id.len = NGX_GLYPH_UUID_TEXT_LEN;

        return ngx_glyph_errors_run(ask->request, &id, &ask->tenant, res);
    }
}


static ngx_int_t
ngx_glyph_jobs_answer_result(ngx_glyph_ask_t *ask, PGresult *res)
{
    char                *state;
    u_char              *p;
    ngx_int_t            rc;
    ngx_str_t            body;
    ngx_http_request_t  *r;

    r = ask->request;

    if (PQntuples(res) == 0 && !ask->live) {
        return ngx_glyph_jobs_missing(ask);
    }

    state = PQntuples(res) ? PQgetvalue(res, 0, 0) : (char *) "receiving";
    rc = ngx_glyph_job_state_parse(state);

    if (rc == NGX_ERROR || !ngx_glyph_job_is_final((ngx_glyph_job_state_e) rc))
    {
        if (ngx_glyph_retry_after(r, 1) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_glyph_problemf(r, NGX_HTTP_CONFLICT, "job_running",
                                  "the job is %s; there is no result yet",
                                  state);
    }

    if (PQgetisnull(res, 0, 1)) {
        return ngx_glyph_problemf(r, NGX_HTTP_NOT_FOUND, "no_result",
                                  "the job %s and has no result; its status "
                                  "tells why", state);
    }

    body.len = PQgetlength(res, 0, 1);

    p = ngx_pnalloc(r->pool, body.len);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(p, PQgetvalue(res, 0, 1), body.len);
    body.data = p;

    if (ngx_glyph_etag(r, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_send_json(r, NGX_HTTP_OK, &body);
}


static ngx_int_t
ngx_glyph_jobs_answer_cancel(ngx_glyph_ask_t *ask, PGresult *res)
{
    ngx_int_t         state;
    ngx_str_t         id;
    ngx_glyph_job_t  *job;
    u_char            doc[128], *p;

    if (PQntuples(res) == 0) {
        return ngx_glyph_jobs_missing(ask);
    }

    if (!PQgetisnull(res, 0, 0)) {
        state = ngx_glyph_job_state_parse(PQgetvalue(res, 0, 0));

        if (state != NGX_ERROR
            && ngx_glyph_job_is_final((ngx_glyph_job_state_e) state))
        {
            return ngx_glyph_problemf(ask->request, NGX_HTTP_CONFLICT,
                                      "job_finished", "the job is %s already",
                                      PQgetvalue(res, 0, 0));
        }
    }

    /* the fence is up; the owner need not run into it to learn of it */

    job = ngx_glyph_jobs_own(ask);

    if (job) {
        ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED, NGX_HTTP_CONFLICT,
                            "cancelled", "the import was cancelled");

    } else {
        id.data = ask->text;
        id.len = NGX_GLYPH_UUID_TEXT_LEN;
        ngx_glyph_state_cancel(&id, &ask->tenant);
    }

    p = ngx_sprintf(doc, "{\"job_id\":\"%s\",\"state\":\"cancelled\"}",
                    ask->text);

    return ngx_glyph_jobs_document(ask->request, ask->text, NGX_HTTP_ACCEPTED,
                                   doc, p - doc, 0);
}


/* Also the second time: it is gone, as was asked for. */

static ngx_int_t
ngx_glyph_jobs_answer_undo(ngx_glyph_ask_t *ask, PGresult *res)
{
    char       *state;
    ngx_int_t   rc;
    ngx_str_t   body;

    if (PQntuples(res) == 0 && !ask->live) {
        return ngx_glyph_jobs_missing(ask);
    }

    state = PQntuples(res) ? PQgetvalue(res, 0, 0) : (char *) "receiving";
    rc = ngx_glyph_job_state_parse(state);

    if (rc == NGX_ERROR || !ngx_glyph_job_is_final((ngx_glyph_job_state_e) rc))
    {
        return ngx_glyph_problemf(ask->request, NGX_HTTP_CONFLICT,
                                  "job_running", "the import has not ended; "
                                  "it can be cancelled");
    }

    if (ngx_strcmp(state, "completed") != 0) {
        return ngx_glyph_problemf(ask->request, NGX_HTTP_CONFLICT,
                                  "not_completed", "the import is %s: there "
                                  "is nothing to undo", state);
    }

    body.data = ngx_pnalloc(ask->request->pool,
                            sizeof("{\"import_id\":\"\",\"rows\":}\n")
                            + NGX_GLYPH_UUID_TEXT_LEN + NGX_INT64_LEN);
    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    body.len = ngx_sprintf(body.data, "{\"import_id\":\"%s\",\"rows\":%s}\n",
                           ask->text, PQgetvalue(res, 0, 1))
               - body.data;

    return ngx_glyph_send_json(ask->request, NGX_HTTP_OK, &body);
}


static ngx_int_t
ngx_glyph_jobs_missing(ngx_glyph_ask_t *ask)
{
    ngx_http_request_t  *r;

    r = ask->request;

    if (ask->redis_lost) {

        /* another worker may just have begun it: that only Redis can know */

        if (ngx_glyph_retry_after(r, 2) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_glyph_problemf(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                  "state_unavailable",
                                  "Postgres does not know the job (yet), and "
                                  "Redis is out of reach");
    }

    if (ask->what == NGX_GLYPH_JOBS_IMPORT
        || ask->what == NGX_GLYPH_JOBS_UNDO)
    {
        return ngx_glyph_problemf(r, NGX_HTTP_NOT_FOUND, "import_not_found",
                                  "there is no import %s", ask->text);
    }

    return ngx_glyph_problemf(r, NGX_HTTP_NOT_FOUND, "job_not_found",
                              "there is no job %s", ask->text);
}


ngx_int_t
ngx_glyph_jobs_document(ngx_http_request_t *r, u_char *id, ngx_uint_t status,
    u_char *doc, size_t len, ngx_uint_t running)
{
    ngx_str_t    body;
    glyph_buf_t  b;

    if (running && ngx_glyph_retry_after(r, 1) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(&b, sizeof(glyph_buf_t));

    ngx_glyph_job_linked(&b, doc, len, id);
    glyph_buf_putc(&b, '\n');

    if (ngx_glyph_http_own(r, &b, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (status == NGX_HTTP_OK && ngx_glyph_etag(r, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_send_json(r, status, &body);
}


static void
ngx_glyph_jobs_done(ngx_glyph_ask_t *ask, ngx_int_t rc)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ask->request;
    c = r->connection;

    ask->cleanup->handler = NULL;
    ngx_glyph_jobs_free(ask);

    ngx_http_finalize_request(r, rc);

    ngx_http_run_posted_requests(c);
}


static void
ngx_glyph_jobs_cleanup(void *data)
{
    ngx_glyph_ask_t *ask = data;

    ask->request = NULL;

    ngx_glyph_latch_leave(&ask->waiter);

    if (ask->query) {
        ngx_glyph_pg_abandon(ask->query);
        ask->query = NULL;
    }

    if (!ask->redis && !ask->looking) {
        ngx_glyph_jobs_free(ask);
    }
}
