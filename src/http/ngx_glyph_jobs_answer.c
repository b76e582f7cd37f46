
/* What Postgres says of a job, as an answer to the client. */

#include "ngx_glyph.h"
#include "ngx_glyph_control.h"
#include "ngx_glyph_errors.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_jobs_ask.h"


static ngx_int_t ngx_glyph_jobs_damaged(ngx_glyph_ask_t *ask,
    const char *what);
static ngx_int_t ngx_glyph_jobs_answer_result(ngx_glyph_ask_t *ask,
    PGresult *res);
static ngx_int_t ngx_glyph_jobs_answer_cancel(ngx_glyph_ask_t *ask,
    PGresult *res);
static ngx_int_t ngx_glyph_jobs_answer_undo(ngx_glyph_ask_t *ask,
    PGresult *res);


ngx_int_t
ngx_glyph_jobs_answer(ngx_glyph_ask_t *ask, PGresult *res)
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
ngx_glyph_jobs_damaged(ngx_glyph_ask_t *ask, const char *what)
{
    ngx_glyph_store_answer_t  why;

    ngx_log_error(NGX_LOG_ERR, ask->request->connection->log, 0,
                  "the row of import %s in postgres is damaged: %s",
                  ask->locate->text, what);

    ngx_glyph_store_damaged(&why);

    return ngx_glyph_problem_store(ask->request, &why);
}


static ngx_int_t
ngx_glyph_jobs_answer_result(ngx_glyph_ask_t *ask, PGresult *res)
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
ngx_glyph_jobs_answer_undo(ngx_glyph_ask_t *ask, PGresult *res)
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


ngx_int_t
ngx_glyph_jobs_missing(ngx_glyph_ask_t *ask)
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
