
/*
 * A question about a job: its state, result and errors, or its end.  Any
 * worker answers for any job: it looks in its own memory, in Redis, in
 * Postgres, and in the spool.  What Redis says is a hint (ngx_glyph_hint.h);
 * of a job that runs it is the answer, unless Postgres knows better, which is
 * asked every 2 s.  A final state is believed from Postgres only; from Redis it
 * is the answer, with "unconfirmed", where Postgres cannot be asked.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_hint.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_jobs_ask.h"
#include "ngx_glyph_query.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_str.h"
#include "ngx_glyph_watch.h"


/* for so long Postgres may take to agree with Redis, ms */
#define NGX_GLYPH_JOBS_PATIENCE   300


static ngx_int_t ngx_glyph_jobs_start(ngx_glyph_ask_t *ask);
static ngx_int_t ngx_glyph_jobs_stores(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_settled(void *data);
static ngx_int_t ngx_glyph_jobs_redis(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_redis_reply(void *data, redisReply *reply);
static ngx_int_t ngx_glyph_jobs_hint(ngx_glyph_ask_t *ask,
    redisReply *reply);
static void ngx_glyph_jobs_timer_handler(ngx_event_t *ev);
static ngx_int_t ngx_glyph_jobs_postgres(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_postgres_result(void *data, PGresult *res,
    const char *error);
static ngx_uint_t ngx_glyph_jobs_goes_on(PGresult *res);
static ngx_int_t ngx_glyph_jobs_failed(ngx_glyph_ask_t *ask, PGresult *res,
    const char *error);
static ngx_int_t ngx_glyph_jobs_look(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_looked(ngx_glyph_spool_t *spool);
static ngx_int_t ngx_glyph_jobs_queued(ngx_glyph_ask_t *ask,
    ngx_glyph_spool_prefix_t *prefix);
static void ngx_glyph_jobs_free(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_done(ngx_glyph_ask_t *ask, ngx_int_t rc);
static void ngx_glyph_jobs_cleanup(void *data);


ngx_int_t
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
        ngx_glyph_jobs_free(ask);
        return rc;
    }

    r->main->count++;

    return NGX_DONE;
}


/* The job, if it is of this worker and of this tenant. */

ngx_glyph_job_t *
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
    if (ngx_glyph_main_conf->redis == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_glyph_hint_ask(ask->text, ngx_glyph_jobs_redis_reply, ask)
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

    rc = ngx_glyph_jobs_hint(ask, reply);

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_jobs_postgres(ask);
    }

    if (rc != NGX_DONE) {
        ngx_glyph_jobs_done(ask, rc);
    }
}


/* NGX_DECLINED: Postgres is to be asked. */

static ngx_int_t
ngx_glyph_jobs_hint(ngx_glyph_ask_t *ask, redisReply *reply)
{
    ngx_int_t         rc;
    ngx_glyph_hint_t  hint;

    rc = ngx_glyph_hint_read(&hint, reply, ask->text, &ask->tenant);

    if (rc == NGX_ERROR) {
        ask->redis_lost = 1;
    }

    ask->live = (rc == NGX_OK);
    ask->failed_there = (rc == NGX_DONE && hint.state == NGX_GLYPH_JOB_FAILED);

    if (rc == NGX_DECLINED || rc == NGX_ERROR
        || ask->what != NGX_GLYPH_JOBS_STATUS)
    {
        return NGX_DECLINED;
    }

    glyph_buf_append(&ask->hint, hint.doc.data, hint.doc.len);

    if (ask->hint.failed) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (!ask->live) {
        return NGX_DECLINED;
    }

    if (ngx_glyph_hint_agreed(&ask->id, &ask->tenant)) {
        return ngx_glyph_jobs_hinted(ask);
    }

    ask->timer.handler = ngx_glyph_jobs_timer_handler;
    ask->timer.data = ask;
    ask->timer.log = ngx_cycle->log;

    ngx_add_timer(&ask->timer, NGX_GLYPH_JOBS_PATIENCE);

    return NGX_DECLINED;
}


/* The job runs, as Redis says, or has ended, which nobody confirms. */

ngx_int_t
ngx_glyph_jobs_hinted(ngx_glyph_ask_t *ask)
{
    glyph_buf_t  *b;

    b = &ask->hint;

    if (!ask->live) {
        b->len--;       /* the brace */
        glyph_json_key(b, "unconfirmed");
        glyph_buf_puts(b, "true}");

        if (b->failed) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    return ngx_glyph_jobs_document(ask->request, ask->text, NGX_HTTP_OK,
                                   b->data, b->len, 1);
}


/* Postgres is slow: that a job goes on need not wait for it. */

static void
ngx_glyph_jobs_timer_handler(ngx_event_t *ev)
{
    ngx_glyph_ask_t *ask = ev->data;

    ngx_http_set_log_request(ask->request->connection->log, ask->request);

    if (ask->query) {
        ngx_glyph_pg_abandon(ask->query);
        ask->query = NULL;
    }

    ngx_glyph_hint_agree(&ask->id, &ask->tenant);

    ngx_glyph_jobs_done(ask, ngx_glyph_jobs_hinted(ask));
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
        sql = "SELECT " NGX_GLYPH_WATCH_STATE_SQL ", s "
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
        return ngx_glyph_jobs_failed(ask, NULL, "too many queries");
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

    if (ask->timer.timer_set) {
        ngx_del_timer(&ask->timer);
    }

    if (res && PQresultStatus(res) == PGRES_TUPLES_OK) {

        if (ask->hint.len && ask->live && ngx_glyph_jobs_goes_on(res)) {
            ngx_glyph_hint_agree(&ask->id, &ask->tenant);
            rc = ngx_glyph_jobs_hinted(ask);

        } else if (PQntuples(res) == 0 && ngx_glyph_jobs_look(ask) == NGX_OK) {
            PQclear(res);
            return;

        } else {
            rc = ngx_glyph_jobs_answer(ask, res);
        }

    } else {

        if (!ask->live && ngx_glyph_jobs_look(ask) == NGX_OK) {
            ask->failed = res;
            ask->error = "Postgres is out of reach";
            return;
        }

        rc = ngx_glyph_jobs_failed(ask, res, error);
    }

    PQclear(res);

    ngx_glyph_jobs_done(ask, rc);
}


/* What Postgres says of a job that runs, as Redis has it. */

static ngx_uint_t
ngx_glyph_jobs_goes_on(PGresult *res)
{
    ngx_int_t  state;

    if (PQntuples(res) == 0) {
        return 1;
    }

    state = ngx_glyph_job_state_parse(PQgetvalue(res, 0, 0));

    return state == NGX_ERROR
           || !ngx_glyph_job_is_final((ngx_glyph_job_state_e) state);
}


/* Postgres cannot be asked, and the spool does not know. */

static ngx_int_t
ngx_glyph_jobs_failed(ngx_glyph_ask_t *ask, PGresult *res, const char *error)
{
    if (ask->hint.len == 0) {
        return ngx_glyph_query_failed(ask->request, res, error);
    }

    if (ask->live) {
        ngx_glyph_hint_agree(&ask->id, &ask->tenant);
    }

    return ngx_glyph_jobs_hinted(ask);
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
        rc = ngx_glyph_jobs_failed(ask, ask->failed, ask->error);

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
        ngx_glyph_job_json_spooled(prefix, &b);

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

    if (ask->timer.timer_set) {
        ngx_del_timer(&ask->timer);
    }

    if (ask->query) {
        ngx_glyph_pg_abandon(ask->query);
        ask->query = NULL;
    }

    if (!ask->redis && !ask->looking) {
        ngx_glyph_jobs_free(ask);
    }
}


static void
ngx_glyph_jobs_free(ngx_glyph_ask_t *ask)
{
    PQclear(ask->failed);
    glyph_buf_free(&ask->hint);

    if (ask->timer.timer_set) {
        ngx_del_timer(&ask->timer);
    }

    ngx_free(ask);
}
