
/*
 * A question about a job: its state, result and errors, or its end.  Where the
 * job is found says ngx_glyph_locate.h; of one that runs, what Redis has is the
 * answer.  What Redis says of one that has ended is the answer, with
 * "unconfirmed", where Postgres cannot be asked.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_control.h"
#include "ngx_glyph_errors.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_jobs_ask.h"
#include "ngx_glyph_locate.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_query.h"
#include "ngx_glyph_writer_fence.h"


/* for so long Postgres may take to agree with Redis, ms */
#define NGX_GLYPH_JOBS_PATIENCE   300


/* One question, in the request's pool. */

typedef struct {
    ngx_http_request_t        *request;
    ngx_http_cleanup_t        *cleanup;
    ngx_glyph_locate_t        *locate;
    ngx_glyph_pg_query_t      *query;       /* under way, or NULL */
    ngx_glyph_jobs_what_e      what;
    PGresult                  *failed;      /* what Postgres said instead */
    const char                *error;       /* of an answer */
} ngx_glyph_question_t;


static ngx_int_t ngx_glyph_jobs_found(ngx_glyph_question_t *ask,
    ngx_glyph_locate_e where);
static void ngx_glyph_jobs_found_handler(ngx_glyph_locate_t *l,
    ngx_glyph_locate_e where);
static ngx_int_t ngx_glyph_jobs_located(ngx_glyph_question_t *ask,
    ngx_uint_t unconfirmed);
static ngx_int_t ngx_glyph_jobs_postgres(ngx_glyph_locate_t *l);
static void ngx_glyph_jobs_postgres_result(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_jobs_done(ngx_glyph_question_t *ask, ngx_int_t rc);
static void ngx_glyph_jobs_cleanup(void *data);
static ngx_int_t ngx_glyph_jobs_answer(ngx_glyph_question_t *ask,
    PGresult *res);
static ngx_int_t ngx_glyph_jobs_damaged(ngx_glyph_question_t *ask,
    const char *what);
static ngx_int_t ngx_glyph_jobs_answer_result(ngx_glyph_question_t *ask,
    PGresult *res);
static ngx_int_t ngx_glyph_jobs_answer_cancel(ngx_glyph_question_t *ask,
    PGresult *res);
static ngx_int_t ngx_glyph_jobs_answer_undo(ngx_glyph_question_t *ask,
    PGresult *res);
static ngx_int_t ngx_glyph_jobs_missing(ngx_glyph_question_t *ask);


static const ngx_glyph_locate_user_t  ngx_glyph_jobs_user = {
    ngx_glyph_jobs_postgres,
    ngx_glyph_jobs_found_handler
};


ngx_int_t
ngx_glyph_jobs_ask(ngx_http_request_t *r, ngx_glyph_uuid_t *id,
    ngx_str_t *tenant, ngx_glyph_jobs_what_e what)
{
    ngx_int_t              rc;
    ngx_glyph_locate_t    *l;
    ngx_glyph_question_t  *ask;

    ask = ngx_pcalloc(r->pool, sizeof(ngx_glyph_question_t));
    if (ask == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ask->cleanup = ngx_http_cleanup_add(r, 0);
    if (ask->cleanup == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    l = ngx_glyph_locate_create(id, tenant, &ngx_glyph_jobs_user, ask);
    if (l == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    l->document = (what == NGX_GLYPH_JOBS_STATUS);
    l->patience = NGX_GLYPH_JOBS_PATIENCE;

    ask->request = r;
    ask->what = what;
    ask->locate = l;

    rc = ngx_glyph_jobs_found(ask, what == NGX_GLYPH_JOBS_UNDO
                                   ? ngx_glyph_locate_stored(l)
                                   : ngx_glyph_locate_start(l));

    if (rc != NGX_DONE) {
        ngx_glyph_jobs_cleanup(ask);
        return rc;
    }

    ask->cleanup->handler = ngx_glyph_jobs_cleanup;
    ask->cleanup->data = ask;

    r->main->count++;

    return NGX_DONE;
}


/* NGX_DONE: something is under way; anything else is the answer. */

static ngx_int_t
ngx_glyph_jobs_found(ngx_glyph_question_t *ask, ngx_glyph_locate_e where)
{
    switch (where) {

    case NGX_GLYPH_LOCATE_PENDING:
        return NGX_DONE;

    case NGX_GLYPH_LOCATE_OWN:
    case NGX_GLYPH_LOCATE_RUNS:
    case NGX_GLYPH_LOCATE_QUEUED:
        return ngx_glyph_jobs_located(ask, 0);

    case NGX_GLYPH_LOCATE_ENDED:
        return ngx_glyph_jobs_located(ask, 1);

    case NGX_GLYPH_LOCATE_FAILED:
        return ngx_glyph_query_failed(ask->request, ask->failed, ask->error);

    default:
        return ngx_glyph_jobs_missing(ask);
    }
}


static void
ngx_glyph_jobs_found_handler(ngx_glyph_locate_t *l, ngx_glyph_locate_e where)
{
    ngx_glyph_question_t *ask = l->data;

    ngx_http_set_log_request(ask->request->connection->log, ask->request);

    ngx_glyph_jobs_done(ask, ngx_glyph_jobs_found(ask, where));
}


/* Not as Postgres has it: the client should come again. */

static ngx_int_t
ngx_glyph_jobs_located(ngx_glyph_question_t *ask, ngx_uint_t unconfirmed)
{
    glyph_buf_t  *b;

    b = &ask->locate->doc;

    if (unconfirmed) {
        b->len--;       /* the brace */
        glyph_json_key(b, "unconfirmed");
        glyph_buf_puts(b, "true}");
    }

    if (b->failed) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_jobs_document(ask->request, ask->locate->text,
                                   NGX_HTTP_OK, b->data, b->len, 1);
}


static ngx_int_t
ngx_glyph_jobs_postgres(ngx_glyph_locate_t *l)
{
    ngx_glyph_question_t *ask = l->data;

    const char            *sql, *params[3];
    ngx_uint_t             n;
    ngx_glyph_pg_queue_e   queue;

    queue = NGX_GLYPH_PG_READ;
    n = 2;

    params[0] = (const char *) l->text;
    params[1] = (const char *) l->tenant_text;
    params[2] = l->live ? "true" : "false";

    switch (ask->what) {

    case NGX_GLYPH_JOBS_STATUS:
        sql = "SELECT " NGX_GLYPH_LOCATE_STATE_SQL ", s "
              "FROM glyph.job_status($1::uuid, $2) s WHERE s IS NOT NULL";
        break;

    case NGX_GLYPH_JOBS_CANCEL:
        ngx_glyph_writer_fence(params[0], params[1], NULL, NULL);

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

    ask->error = ask->query ? "Postgres is out of reach" : "too many queries";

    return ask->query ? NGX_OK : NGX_ERROR;
}


static void
ngx_glyph_jobs_postgres_result(void *data, PGresult *res, const char *error)
{
    ngx_glyph_question_t *ask = data;

    ngx_int_t           rc;
    ngx_glyph_locate_e  where;

    ask->query = NULL;

    ngx_http_set_log_request(ask->request->connection->log, ask->request);

    if (res && PQresultStatus(res) == PGRES_TUPLES_OK) {
        where = ngx_glyph_locate_recorded(ask->locate, PQntuples(res)
                                          ? PQgetvalue(res, 0, 0) : NULL);

        rc = (where == NGX_GLYPH_LOCATE_RECORD
              || where == NGX_GLYPH_LOCATE_NOWHERE)
             ? ngx_glyph_jobs_answer(ask, res)
             : ngx_glyph_jobs_found(ask, where);

        PQclear(res);

    } else {
        ask->failed = res;
        where = ngx_glyph_locate_refused(ask->locate);

        if (where != NGX_GLYPH_LOCATE_PENDING) {
            ask->error = error;
        }

        rc = ngx_glyph_jobs_found(ask, where);
    }

    if (where != NGX_GLYPH_LOCATE_PENDING) {
        ngx_glyph_jobs_done(ask, rc);
    }
}


/* What Postgres says of the job, as an answer to the client. */

static ngx_int_t
ngx_glyph_jobs_answer(ngx_glyph_question_t *ask, PGresult *res)
{
    ngx_int_t  state;
    ngx_str_t  id;

    /* the first column is the state, but for a cancel, which asks the fence */

    if (PQntuples(res) && ask->what != NGX_GLYPH_JOBS_CANCEL
        && !ngx_glyph_job_state_known(PQgetvalue(res, 0, 0)))
    {
        return ngx_glyph_jobs_damaged(ask, "its state or its error");
    }

    switch (ask->what) {

    case NGX_GLYPH_JOBS_STATUS:

        if (PQntuples(res) == 0) {
            return ngx_glyph_jobs_missing(ask);
        }

        state = ngx_glyph_job_state_parse(PQgetvalue(res, 0, 0));

        return ngx_glyph_jobs_document(ask->request, ask->locate->text,
                                   NGX_HTTP_OK,
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

        if (PQntuples(res) == 0 && !ask->locate->live) {
            return ngx_glyph_jobs_missing(ask);
        }

        id.data = ask->locate->text;
        id.len = NGX_GLYPH_UUID_TEXT_LEN;

        return ngx_glyph_errors_run(ask->request, &id, &ask->locate->tenant,
                                    res);
    }
}


/* Somebody has changed what the module has written: trying again is no use. */

static ngx_int_t
ngx_glyph_jobs_damaged(ngx_glyph_question_t *ask, const char *what)
{
    ngx_glyph_store_answer_t  why;

    ngx_log_error(NGX_LOG_ERR, ask->request->connection->log, 0,
                  "the row of import %s in postgres is damaged: %s",
                  ask->locate->text, what);

    ngx_glyph_store_damaged(&why);

    return ngx_glyph_problem_store(ask->request, &why);
}


static ngx_int_t
ngx_glyph_jobs_answer_result(ngx_glyph_question_t *ask, PGresult *res)
{
    char                *state;
    u_char              *p;
    ngx_int_t            rc;
    ngx_str_t            body;
    glyph_str_t          json;
    ngx_http_request_t  *r;

    r = ask->request;

    if (PQntuples(res) == 0 && !ask->locate->live) {
        return ngx_glyph_jobs_missing(ask);
    }

    state = PQntuples(res) ? PQgetvalue(res, 0, 0) : (char *) "receiving";
    rc = ngx_glyph_job_state_parse(state);

    if (rc == NGX_ERROR || !ngx_glyph_job_is_final((ngx_glyph_job_state_e) rc))
    {
        if (ngx_glyph_retry_after(r, 1) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_JOB_RUNNING,
                                  "the job is %s; there is no result yet",
                                  state);
    }

    if (PQgetisnull(res, 0, 1)) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_NO_RESULT,
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

    json.data = body.data;
    json.len = body.len;

    if (!glyph_json_is_object(&json)) {
        return ngx_glyph_jobs_damaged(ask, "its result");
    }

    if (ngx_glyph_etag(r, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_send_json(r, NGX_HTTP_OK, &body);
}


static ngx_int_t
ngx_glyph_jobs_answer_cancel(ngx_glyph_question_t *ask, PGresult *res)
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
            return ngx_glyph_problemf(ask->request,
                                      NGX_GLYPH_CODE_JOB_FINISHED,
                                      "the job is %s already",
                                      PQgetvalue(res, 0, 0));
        }
    }

    /* the fence is up; the owner need not run into it to learn of it */

    job = ngx_glyph_locate_own(ask->locate);

    if (job) {
        ngx_glyph_job_cancelled(job);

    } else {
        id.data = ask->locate->text;
        id.len = NGX_GLYPH_UUID_TEXT_LEN;
        ngx_glyph_control_cancelled(&id, &ask->locate->tenant);
    }

    p = ngx_sprintf(doc, "{\"job_id\":\"%s\",\"state\":\"cancelled\"}",
                    ask->locate->text);

    return ngx_glyph_jobs_document(ask->request, ask->locate->text,
                                   NGX_HTTP_ACCEPTED, doc, p - doc, 0);
}


/* Also the second time: it is gone, as was asked for. */

static ngx_int_t
ngx_glyph_jobs_answer_undo(ngx_glyph_question_t *ask, PGresult *res)
{
    char       *state;
    ngx_int_t   rc;
    ngx_str_t   body;

    if (PQntuples(res) == 0 && !ask->locate->live) {
        return ngx_glyph_jobs_missing(ask);
    }

    state = PQntuples(res) ? PQgetvalue(res, 0, 0) : (char *) "receiving";
    rc = ngx_glyph_job_state_parse(state);

    if (rc == NGX_ERROR || !ngx_glyph_job_is_final((ngx_glyph_job_state_e) rc))
    {
        return ngx_glyph_problemf(ask->request, NGX_GLYPH_CODE_JOB_RUNNING,
                                  "the import has not ended; it can be "
                                  "cancelled");
    }

    if (ngx_strcmp(state, "completed") != 0) {
        return ngx_glyph_problemf(ask->request, NGX_GLYPH_CODE_NOT_COMPLETED,
                                  "the import is %s: there is nothing to undo",
                                  state);
    }

    body.data = ngx_pnalloc(ask->request->pool,
                            sizeof("{\"import_id\":\"\",\"rows\":}\n")
                            + NGX_GLYPH_UUID_TEXT_LEN + NGX_INT64_LEN);
    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    body.len = ngx_sprintf(body.data, "{\"import_id\":\"%s\",\"rows\":%s}\n",
                           ask->locate->text, PQgetvalue(res, 0, 1))
               - body.data;

    return ngx_glyph_send_json(ask->request, NGX_HTTP_OK, &body);
}


static ngx_int_t
ngx_glyph_jobs_missing(ngx_glyph_question_t *ask)
{
    ngx_http_request_t  *r;

    r = ask->request;

    if (ask->locate->redis_lost) {

        /* another worker may just have begun it: that only Redis can know */

        if (ngx_glyph_retry_after(r, 2) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_glyph_problem(r, NGX_GLYPH_CODE_STATE_UNAVAILABLE);
    }

    if (ask->what == NGX_GLYPH_JOBS_IMPORT
        || ask->what == NGX_GLYPH_JOBS_UNDO)
    {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_IMPORT_NOT_FOUND,
                                  "there is no import %s", ask->locate->text);
    }

    return ngx_glyph_problemf(r, NGX_GLYPH_CODE_JOB_NOT_FOUND,
                              "there is no job %s", ask->locate->text);
}


static void
ngx_glyph_jobs_done(ngx_glyph_question_t *ask, ngx_int_t rc)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ask->request;
    c = r->connection;

    ask->cleanup->handler = NULL;
    ngx_glyph_jobs_cleanup(ask);

    ngx_http_finalize_request(r, rc);

    ngx_http_run_posted_requests(c);
}


static void
ngx_glyph_jobs_cleanup(void *data)
{
    ngx_glyph_question_t *ask = data;

    ngx_glyph_locate_leave(ask->locate);

    if (ask->query) {
        ngx_glyph_pg_abandon(ask->query);
    }

    PQclear(ask->failed);
}
