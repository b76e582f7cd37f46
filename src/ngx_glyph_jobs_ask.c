
/*
 * A question about a job: its state, result and errors, or its end.  Any
 * worker answers for any job: it looks in its own memory, in Redis if what is
 * there is fresh and not final, in Postgres, and in the spool; a final state
 * is only believed from Postgres.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_jobs.h"
#include "ngx_glyph_jobs_ask.h"
#include "ngx_glyph_query.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_tenant.h"
#include "ngx_glyph_watch.h"


/* what Redis says of a running job is believed for this long, ms */
#define NGX_GLYPH_JOBS_FRESH      2000


static ngx_int_t ngx_glyph_jobs_start(ngx_glyph_ask_t *ask);
static ngx_int_t ngx_glyph_jobs_stores(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_settled(void *data);
static ngx_int_t ngx_glyph_jobs_redis(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_redis_reply(void *data, redisReply *reply);
static ngx_int_t ngx_glyph_jobs_live(ngx_glyph_ask_t *ask,
    redisReply *reply);
static void ngx_glyph_jobs_ended(ngx_glyph_ask_t *ask, redisReply *doc);
static ngx_int_t ngx_glyph_jobs_postgres(ngx_glyph_ask_t *ask);
static void ngx_glyph_jobs_postgres_result(void *data, PGresult *res,
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
        ngx_free(ask);
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
        || state == NGX_ERROR)
    {
        return NGX_DECLINED;
    }

    if (ngx_glyph_job_is_final((ngx_glyph_job_state_e) state)) {

        if (state == NGX_GLYPH_JOB_FAILED) {
            ngx_glyph_jobs_ended(ask, e[3]);
        }

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


/* One that failed before Postgres had a row of it is known nowhere else. */

static void
ngx_glyph_jobs_ended(ngx_glyph_ask_t *ask, redisReply *doc)
{
    glyph_str_t  json;

    json.data = (u_char *) doc->str;
    json.len = doc->len;

    if (!glyph_json_is_object(&json)) {
        return;
    }

    ask->ended.data = ngx_pnalloc(ask->request->pool, json.len);

    if (ask->ended.data) {
        ngx_memcpy(ask->ended.data, json.data, json.len);
        ask->ended.len = json.len;
    }
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


static void
ngx_glyph_jobs_free(ngx_glyph_ask_t *ask)
{
    PQclear(ask->failed);
    ngx_free(ask);
}
