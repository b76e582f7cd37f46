
/*
 * The request side of an upload.
 *
 *   the request is            and owns                  until
 *   reading                   a reference to its job    the body has come, or
 *                             (ctx->job)                nginx says that it
 *                                                       never will
 *   paused (ctx->paused)      the same; nobody reads    the job has room:
 *                             the socket, and no        _upload_resume()
 *                             client timer runs
 *   waiting                   the same                  the job is over:
 *                                                       _upload_answer()
 *   queued (ctx->waiting)     the job of the runner, or the same, or the time
 *                             the file that waits for   is over: _accepted()
 *                             one (ctx->spool)
 *   answered                  nothing of the job's      nginx frees it
 *
 * A client that leaves, in any of them, is met by the cleanup handler, which
 * lets the job go on to its end without a request.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_idempotency.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_jobs.h"
#include "ngx_glyph_output.h"
#include "ngx_glyph_upload.h"
#include "ngx_glyph_variables.h"
#include "ngx_glyph_writer.h"


/* what an answer shows of the listings at the most */
#define NGX_GLYPH_REPRESENTATION_ROWS  1000
#define NGX_GLYPH_REPRESENTATION_SIZE  (1024 * 1024)


static ngx_int_t ngx_glyph_upload_check(ngx_http_request_t *r);
static ngx_int_t ngx_glyph_upload_create(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_glyph_output_t *output,
    ngx_glyph_job_t **created);
static ngx_int_t ngx_glyph_upload_job_id(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_upload_mode(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_upload_begin(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_upload_preview(ngx_glyph_job_t *job);
static void ngx_glyph_upload_body_handler(ngx_http_request_t *r);
static void ngx_glyph_upload_read_handler(ngx_http_request_t *r);
static void ngx_glyph_upload_body_end(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx);
static void ngx_glyph_upload_body_failed(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_int_t rc);
static ngx_int_t ngx_glyph_upload_body_refused(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_int_t rc);
static void ngx_glyph_upload_stop_timer(ngx_connection_t *c);
static void ngx_glyph_upload_cleanup(void *data);
static void ngx_glyph_upload_stop_waiting(ngx_glyph_ctx_t *ctx);
static void ngx_glyph_upload_wait_handler(ngx_event_t *ev);
static ngx_int_t ngx_glyph_upload_accept(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, glyph_buf_t *b);
static ngx_int_t ngx_glyph_upload_headers(ngx_http_request_t *r,
    ngx_glyph_job_t *job, ngx_uint_t status);
static ngx_int_t ngx_glyph_upload_result(ngx_http_request_t *r,
    ngx_glyph_job_t *job, ngx_uint_t status, const char *code,
    ngx_str_t *detail);
static ngx_int_t ngx_glyph_upload_represent(ngx_http_request_t *r,
    ngx_glyph_job_t *job);


ngx_int_t
ngx_glyph_import_handler(ngx_http_request_t *r)
{
    return ngx_glyph_upload_handler(r, NULL);
}


ngx_int_t
ngx_glyph_upload_handler(ngx_http_request_t *r, ngx_glyph_output_t *output)
{
    ngx_int_t         rc;
    ngx_glyph_ctx_t  *ctx;
    ngx_glyph_job_t  *job;

    rc = ngx_glyph_upload_check(r);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    ctx = ngx_glyph_ctx_create(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->request = r;

    rc = ngx_glyph_upload_create(r, ctx, output, &job);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    /* a file's id must be known to be new; of others the first batch tells */

    return (job->idempotency_key.len
            || (job->given_id && job->spooling
                && ngx_glyph_writer_available() != NGX_DECLINED))
           ? ngx_glyph_idempotency_claim(r, ctx, job)
           : ngx_glyph_upload_go(r, ctx, job);
}


/* NGX_DECLINED: go on; anything else is the answer. */

static ngx_int_t
ngx_glyph_upload_check(ngx_http_request_t *r)
{
    if (r->method == NGX_HTTP_OPTIONS && ngx_glyph_accept_post(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->method != NGX_HTTP_POST) {
        return ngx_glyph_not_allowed(r, "POST");
    }

    if (r->request_body) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "the request body was read before glyph_import: "
                      "another module or an internal redirect took it");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_DECLINED;
}


/*
 * Foreground or background (job->spooling), decided once and for all;
 * NGX_DECLINED: go on.
 */

static ngx_int_t
ngx_glyph_upload_mode(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_int_t              store;
    ngx_uint_t             wanted;
    ngx_glyph_loc_conf_t  *glcf;

    glcf = job->conf;
    store = ngx_glyph_writer_available();

    wanted = job->spooling || job->ctx->wait_for || glcf->always
             || (glcf->background_size
                 && (r->headers_in.content_length_n == -1
                     || r->headers_in.content_length_n
                        > glcf->background_size));

    if (glcf->background && (wanted || store != NGX_OK)) {
        job->spooling = 1;
        return NGX_DECLINED;
    }

    job->spooling = 0;
    job->ctx->wait_for = 0;

    if (store != NGX_DECLINED) {
        return ngx_glyph_upload_preview(job);
    }

    if (ngx_glyph_retry_after(r, 2) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_problemf(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                              "store_unavailable",
                              "Postgres is out of reach; nothing was read");
}


static ngx_int_t
ngx_glyph_upload_create(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_glyph_output_t *output, ngx_glyph_job_t **created)
{
    ngx_int_t              rc;
    ngx_glyph_job_t       *job;
    ngx_glyph_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_glyph_module);

    job = ngx_glyph_job_create(glcf, r->connection->log);
    if (job == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    job->ctx = ctx;
    job->output = output;

    rc = ngx_glyph_upload_begin(r, job);

    if (rc != NGX_DECLINED) {
        job->ctx = NULL;
        ngx_glyph_job_unref(job);
        return rc;
    }

    *created = job;

    return NGX_DECLINED;
}


ngx_int_t
ngx_glyph_upload_go(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_glyph_job_t *job)
{
    ngx_int_t            rc;
    ngx_http_cleanup_t  *cln;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        job->ctx = NULL;
        ngx_glyph_job_unref(job);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    job->expected = r->headers_in.content_length_n;

    rc = job->spooling ? ngx_glyph_background_start(job)
                       : ngx_glyph_job_start(job);

    if (rc != NGX_OK) {

        rc = (rc == NGX_DECLINED)
             ? ngx_glyph_problemf(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                  job->code, "charset \"%V\" is not known",
                                  &job->opts.charset)
             : NGX_HTTP_INTERNAL_SERVER_ERROR;

        job->ctx = NULL;
        ngx_glyph_job_unref(job);
        return rc;
    }

    ctx->job = job;

    cln->handler = ngx_glyph_upload_cleanup;
    cln->data = ctx;

    ngx_http_set_ctx(r, ctx, ngx_glyph_module);

    r->request_body_no_buffering = 1;

    rc = ngx_http_read_client_request_body(r, ngx_glyph_upload_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return ngx_glyph_upload_body_refused(r, ctx, rc);
    }

    return NGX_DONE;
}


/* All that the headers can be refused for; NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_upload_begin(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_int_t  rc;

    rc = ngx_glyph_options(r, job);

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_idempotency_headers(r, job);
    }

    if (rc == NGX_DECLINED && job->output) {

        /* nothing is stored, and so nothing can be done later or once */

        job->spooling = 0;
        job->ctx->wait_for = 0;
        job->idempotency_key.len = 0;

        rc = job->output->begin(r, job);

    } else if (rc == NGX_DECLINED) {
        rc = ngx_glyph_upload_mode(r, job);
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_upload_job_id(r, job);
    }

    if (rc != NGX_DECLINED
        || ngx_glyph_job_count_like(job) < ngx_glyph_main_conf->max_jobs)
    {
        return rc;
    }

    if (ngx_glyph_retry_after(r, ngx_glyph_job_next_end(job)) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_problemf(r, NGX_HTTP_TOO_MANY_REQUESTS, "too_many_jobs",
                              "%ui %s are running; nothing was read",
                              ngx_glyph_job_count_like(job),
                              job->output ? "transforms and dry runs"
                                          : "imports");
}


/*
 * The client's, so that it can follow the job from the start, or a new one.
 * Where there is nothing to follow, the id is for the log alone.
 */

static ngx_int_t
ngx_glyph_upload_job_id(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_int_t   rc;
    ngx_str_t  *given;

    given = NULL;
    rc = job->output ? NGX_DECLINED
                     : ngx_glyph_header_once(r, "Glyph-Job-Id", &given);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (given == NULL) {

        if (ngx_glyph_uuid_create(&job->id) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

    } else if (ngx_glyph_uuid_parse(&job->id, given->data, given->len)
               != NGX_OK)
    {
        return ngx_glyph_problemf(r, NGX_HTTP_BAD_REQUEST, "option_invalid",
                                  "Glyph-Job-Id is not a UUID: \"%V\"", given);

    } else if (ngx_glyph_job_find(&job->id)) {
        return ngx_glyph_problemf(r, NGX_HTTP_CONFLICT, "job_id_used",
                                  "there is a job %V already", given);
    }

    ngx_glyph_uuid_text(job->text, &job->id);

    job->given_id = (given != NULL);

    return NGX_DECLINED;
}


/* For Prefer: return=representation.  NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_upload_preview(ngx_glyph_job_t *job)
{
    if (!job->represent) {
        return NGX_DECLINED;
    }

    job->preview = ngx_glyph_preview_create(job->pool,
                                            NGX_GLYPH_REPRESENTATION_ROWS,
                                            NGX_GLYPH_REPRESENTATION_SIZE);

    return job->preview ? NGX_DECLINED : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


static void
ngx_glyph_upload_body_handler(ngx_http_request_t *r)
{
    r->read_event_handler = ngx_glyph_upload_read_handler;

    ngx_glyph_upload_read_handler(r);
}


static void
ngx_glyph_upload_read_handler(ngx_http_request_t *r)
{
    ngx_int_t          rc;
    ngx_glyph_ctx_t   *ctx;
    ngx_connection_t  *c;

    c = r->connection;
    ctx = ngx_http_get_module_ctx(r, ngx_glyph_module);

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, c->log, 0,
                   "glyph upload read handler, paused:%d", ctx->paused);

    if (ctx->paused && !c->error) {

        /* it is us who are slow: client_body_timeout is not for that */

        ngx_glyph_upload_stop_timer(c);
        return;
    }

    if (r->reading_body) {
        rc = ngx_http_read_unbuffered_request_body(r);

        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            ngx_glyph_upload_body_failed(r, ctx, rc);
            return;
        }
    }

    if (!r->reading_body) {
        ngx_glyph_upload_body_end(r, ctx);
        return;
    }

    if (ctx->paused) {
        ngx_glyph_upload_stop_timer(c);
    }
}


static void
ngx_glyph_upload_stop_timer(ngx_connection_t *c)
{
    c->read->timedout = 0;

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }
}


static void
ngx_glyph_upload_body_end(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx)
{
    ngx_connection_t  *c;

    c = r->connection;

    r->read_event_handler = ngx_http_test_reading;

    ngx_glyph_upload_stop_timer(c);

    if (c->read->ready) {
        ngx_post_event(c->read, &ngx_posted_events);

    } else if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    ngx_glyph_job_body_end(ctx->job);
}


/* Later than in the content handler. */

static void
ngx_glyph_upload_body_failed(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_int_t rc)
{
    r->read_event_handler = ngx_http_block_reading;

    ngx_http_finalize_request(r, ngx_glyph_upload_body_refused(r, ctx, rc));
}


/*
 * nginx says why the body does not come: 400, 408, 413, 500 …; the job ends,
 * and what is returned is the answer.
 */

static ngx_int_t
ngx_glyph_upload_body_refused(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_int_t rc)
{
    const char        *code, *detail;
    ngx_connection_t  *c;

    c = r->connection;

    if (r->header_sent && !c->error) {
        (void) ngx_glyph_output_cut(r, "the body did not arrive as "
                                       "announced");
        ngx_glyph_upload_cleanup(ctx);
        return NGX_ERROR;
    }

    if (c->error) {

        /* the client has left, which is what the job is told */

        ngx_glyph_upload_cleanup(ctx);
        return rc;
    }

    switch (rc) {

    case NGX_HTTP_REQUEST_ENTITY_TOO_LARGE:
        code = "body_too_large";
        detail = "the body is larger than client_max_body_size";
        break;

    case NGX_HTTP_REQUEST_TIME_OUT:
        code = "body_timeout";
        detail = "the body did not arrive within client_body_timeout";
        break;

    case NGX_HTTP_INTERNAL_SERVER_ERROR:
        code = "internal_error";
        detail = "the body could not be read; see the error log";
        break;

    default:
        code = "body_malformed";
        detail = "the body did not arrive as announced";
        break;
    }

    ngx_glyph_job_abort(ctx->job, NGX_GLYPH_JOB_FAILED, rc, code, detail);
    ngx_glyph_upload_cleanup(ctx);

    /* nginx would close the connection without a word at a timeout */

    ngx_glyph_upload_stop_timer(c);

    c->timedout = 0;
    r->keepalive = 0;

    return ngx_glyph_problemf(r, rc, code, "%s", detail);
}


void
ngx_glyph_upload_resume(ngx_glyph_ctx_t *ctx)
{
    if (!ctx->paused) {
        return;
    }

    ctx->paused = 0;

    /* the client's socket is edge triggered: nobody else will wake us */

    ngx_post_event(ctx->request->connection->read, &ngx_posted_events);
}


static void
ngx_glyph_upload_cleanup(void *data)
{
    ngx_glyph_ctx_t  *ctx = data;

    ngx_glyph_job_t  *job;

    job = ctx->job;

    if (job) {
        ngx_glyph_job_ref(job);
        ngx_glyph_upload_detach(ctx);
        ngx_glyph_job_detach(job);
        ngx_glyph_variables_keep(ctx, job);
        ngx_glyph_job_unref(job);
    }

    ngx_glyph_upload_stop_waiting(ctx);
}


/* A file that waits with it goes to whoever finds it. */

static void
ngx_glyph_upload_stop_waiting(ngx_glyph_ctx_t *ctx)
{
    ngx_glyph_spool_t  *spool;

    spool = ctx->spool;

    if (spool) {
        ngx_glyph_runner_forget(ctx);
        ngx_glyph_spool_close(spool);
    }

    if (ctx->wait.timer_set) {
        ngx_del_timer(&ctx->wait);
    }

    ctx->waiting = 0;
}


ngx_uint_t
ngx_glyph_upload_queued(ngx_glyph_ctx_t *ctx, ngx_glyph_spool_t *spool)
{
    ctx->id = spool->prefix.id;
    ctx->start_time = spool->prefix.start_time;
    ctx->body_len = spool->prefix.body_len;

    if (ctx->wait_for == 0 || ngx_exiting) {
        ngx_glyph_upload_accepted(ctx);
        return 0;
    }

    ngx_glyph_upload_detach(ctx);

    ctx->waiting = 1;

    ctx->wait.handler = ngx_glyph_upload_wait_handler;
    ctx->wait.data = ctx;
    ctx->wait.log = ctx->request->connection->log;

    ngx_add_timer(&ctx->wait, ctx->wait_for);

    return 1;
}


static void
ngx_glyph_upload_wait_handler(ngx_event_t *ev)
{
    ngx_glyph_upload_accepted(ev->data);
}


void
ngx_glyph_upload_accepted(ngx_glyph_ctx_t *ctx)
{
    ngx_int_t                  rc;
    glyph_buf_t                b;
    ngx_connection_t          *c;
    ngx_http_request_t        *r;
    ngx_glyph_spool_prefix_t   prefix;

    r = ctx->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_glyph_upload_stop_timer(c);
    ngx_glyph_upload_stop_waiting(ctx);

    ngx_memzero(&b, sizeof(glyph_buf_t));

    if (ctx->job && !ctx->job->spooling
        && ctx->job->state != NGX_GLYPH_JOB_QUEUED)
    {
        ngx_glyph_job_json(ctx->job, &b);

    } else {
        prefix.id = ctx->id;
        prefix.start_time = ctx->start_time;
        prefix.body_len = ctx->body_len;

        ngx_glyph_background_json(&prefix, &b);
    }

    if (ctx->job) {
        ngx_glyph_upload_detach(ctx);
    }

    rc = b.failed ? NGX_HTTP_INTERNAL_SERVER_ERROR
                  : ngx_glyph_upload_accept(r, ctx, &b);

    glyph_buf_free(&b);

    r->read_event_handler = ngx_http_block_reading;

    ngx_http_finalize_request(r, rc);

    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_glyph_upload_accept(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    glyph_buf_t *b)
{
    u_char  text[NGX_GLYPH_UUID_TEXT_LEN + 1];

    static const char  applied[] = "respond-async";

    *ngx_glyph_uuid_text(text, &ctx->id) = '\0';

    if (ngx_glyph_upload_id_headers(r, text) != NGX_OK
        || ngx_glyph_add_header(r, "Preference-Applied", (u_char *) applied,
                                sizeof(applied) - 1)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_jobs_document(r, text, NGX_HTTP_ACCEPTED, b->data,
                                   b->len, 1);
}


/* Whose job it is, and where to ask for it. */

ngx_int_t
ngx_glyph_upload_id_headers(ngx_http_request_t *r, u_char *text)
{
    u_char     *p;
    ngx_str_t  *uri;

    if (ngx_glyph_add_header(r, "Glyph-Job-Id", text, NGX_GLYPH_UUID_TEXT_LEN)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    uri = &ngx_glyph_main_conf->jobs_uri;

    if (uri->len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, uri->len + NGX_GLYPH_UUID_TEXT_LEN
                             + sizeof("//status") - 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    return ngx_glyph_add_header(r, "Location", p,
                                ngx_sprintf(p, "%V/%*s/status", uri,
                                            (size_t) NGX_GLYPH_UUID_TEXT_LEN,
                                            text)
                                - p);
}


void
ngx_glyph_upload_detach(ngx_glyph_ctx_t *ctx)
{
    ngx_glyph_job_t  *job;

    job = ctx->job;

    ngx_glyph_variables_keep(ctx, job);

    ctx->job = NULL;
    job->ctx = NULL;

    ngx_glyph_job_unref(job);
}


void
ngx_glyph_upload_answer(ngx_glyph_ctx_t *ctx, ngx_uint_t status,
    const char *code, ngx_str_t *detail)
{
    ngx_int_t            rc;
    ngx_glyph_job_t     *job;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ctx->request;
    c = r->connection;
    job = ctx->job;

    ngx_http_set_log_request(c->log, r);

    ngx_glyph_upload_stop_timer(c);

    if (ngx_glyph_upload_headers(r, job, status) != NGX_OK) {
        rc = NGX_ERROR;

    } else {
        rc = ngx_glyph_upload_result(r, job, status, code, detail);
    }

    /* what may still come of the body is of no interest */

    r->read_event_handler = ngx_http_block_reading;

    ngx_glyph_upload_detach(ctx);
    ngx_glyph_upload_stop_waiting(ctx);

    ngx_http_finalize_request(r, rc);

    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_glyph_upload_headers(ngx_http_request_t *r, ngx_glyph_job_t *job,
    ngx_uint_t status)
{
    u_char  *p;
    u_char   buf[NGX_GLYPH_ROWS_LEN];

    p = ngx_glyph_upload_rows(buf, job);

    if (ngx_glyph_add_header(r, "Glyph-Rows", buf, p - buf) != NGX_OK
        || ngx_glyph_timing_header(r, &job->timing) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (job->output == NULL
        && ngx_glyph_upload_id_headers(r, job->text) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return (status == NGX_HTTP_SERVICE_UNAVAILABLE)
           ? ngx_glyph_retry_after(r, 2) : NGX_OK;
}


/*
 * Adds the listings to the result, unless Postgres has refused one of them,
 * which they cannot tell, or there was no memory for them.
 */

static ngx_int_t
ngx_glyph_upload_represent(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    glyph_buf_t  *b;

    static u_char  applied[] = "return=representation";

    if (job->refused || job->preview->buf.failed) {
        return NGX_OK;
    }

    b = &job->result;

    b->len--;       /* the brace */

    glyph_json_key(b, "listings_truncated");
    glyph_buf_puts(b, job->preview->full ? "true" : "false");
    glyph_json_key(b, "listings");
    ngx_glyph_preview_end(job->preview, b);
    glyph_buf_putc(b, '}');

    return ngx_glyph_add_header(r, "Preference-Applied", applied,
                                sizeof(applied) - 1);
}


u_char *
ngx_glyph_upload_rows(u_char *buf, ngx_glyph_job_t *job)
{
    return ngx_sprintf(buf, "total=%uL, valid=%uL, invalid=%uL",
                       job->seen.rows, job->seen.valid - job->refused,
                       job->seen.invalid + job->refused);
}


/* The ImportResult; of a refused file, as the members of a problem. */

static ngx_int_t
ngx_glyph_upload_result(ngx_http_request_t *r, ngx_glyph_job_t *job,
    ngx_uint_t status, const char *code, ngx_str_t *detail)
{
    ngx_str_t    body;
    glyph_buf_t  b;

    static ngx_str_t  problem = ngx_string("application/problem+json");

    if (job->result.len == 0 || (status != NGX_HTTP_OK && status != 422)) {
        return ngx_glyph_problem(r, status, code ? code : "failed", detail);
    }

    if (status == NGX_HTTP_OK) {

        if (job->preview && !job->output
            && ngx_glyph_upload_represent(r, job) != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        if (ngx_glyph_http_own(r, &job->result, &body) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_glyph_send_json(r, status, &body);
    }

    ngx_memzero(&b, sizeof(glyph_buf_t));

    glyph_buf_putc(&b, '{');
    ngx_glyph_problem_members(&b, status, code, detail);
    glyph_buf_putc(&b, ',');
    glyph_buf_append(&b, job->result.data + 1, job->result.len - 1);

    if (ngx_glyph_http_own(r, &b, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_send(r, status, &problem, &body);
}
