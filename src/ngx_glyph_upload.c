
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
 *   answered                  nothing of the job's      nginx frees it
 *
 * A client that leaves, in any of them, is met by the cleanup handler, which
 * lets the job go on to its end without a request.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_output.h"
#include "ngx_glyph_upload.h"
#include "ngx_glyph_writer.h"


/* what an answer shows of the listings at the most */
#define NGX_GLYPH_REPRESENTATION_ROWS  1000
#define NGX_GLYPH_REPRESENTATION_SIZE  (1024 * 1024)


static ngx_int_t ngx_glyph_upload_check(ngx_http_request_t *r);
static ngx_int_t ngx_glyph_upload_create(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_glyph_output_t *output);
static ngx_int_t ngx_glyph_upload_store(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_upload_job_id(ngx_http_request_t *r,
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

    rc = ngx_glyph_upload_check(r);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_glyph_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->request = r;

    rc = ngx_glyph_upload_create(r, ctx, output);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    ngx_http_set_ctx(r, ctx, ngx_glyph_module);

    r->request_body_no_buffering = 1;

    rc = ngx_http_read_client_request_body(r, ngx_glyph_upload_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return ngx_glyph_upload_body_refused(r, ctx, rc);
    }

    return NGX_DONE;
}


/* NGX_DECLINED: go on; anything else is the answer. */

static ngx_int_t
ngx_glyph_upload_check(ngx_http_request_t *r)
{
    if (r->method != NGX_HTTP_POST) {
        return ngx_glyph_not_allowed(r, "POST");
    }

    if (r->request_body) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "the request body was read before this handler: "
                      "another module or an internal redirect took it");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_DECLINED;
}


/* Is there a place for the rows?  NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_upload_store(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    if (job->output) {
        return job->output->begin(r, job);
    }

    if (ngx_glyph_writer_available() == NGX_OK) {
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
    ngx_glyph_output_t *output)
{
    ngx_int_t              rc;
    ngx_glyph_job_t       *job;
    ngx_http_cleanup_t    *cln;
    ngx_glyph_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_glyph_module);

    job = ngx_glyph_job_create(glcf, r->connection->log);
    if (job == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    job->output = output;

    rc = ngx_glyph_options(r, job);

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_upload_store(r, job);
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_upload_job_id(r, job);
    }

    if (rc != NGX_DECLINED) {
        ngx_glyph_job_unref(job);
        return rc;
    }

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        ngx_glyph_job_unref(job);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    job->expected = r->headers_in.content_length_n;

    rc = ngx_glyph_job_start(job);

    if (rc != NGX_OK) {

        rc = (rc == NGX_DECLINED)
             ? ngx_glyph_problemf(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                  job->code, "charset \"%V\" is not known",
                                  &job->opts.charset)
             : NGX_HTTP_INTERNAL_SERVER_ERROR;

        ngx_glyph_job_unref(job);
        return rc;
    }

    ctx->job = job;
    job->ctx = ctx;

    cln->handler = ngx_glyph_upload_cleanup;
    cln->data = ctx;

    return NGX_DECLINED;
}


/*
 * The client's, so that it can follow the job from the start, or a new one.
 * Where there is nothing to follow, the id is for the log alone.
 */

static ngx_int_t
ngx_glyph_upload_job_id(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_str_t  *given;

    given = job->output ? NULL : ngx_glyph_header_in(r, "Glyph-Job-Id");

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
    static const char  large[] = "the body is larger than "
                                 "client_max_body_size";

    if (r->header_sent && !r->connection->error) {
        (void) ngx_glyph_output_cut(r, "the body did not arrive as "
                                       "announced");
        ngx_glyph_upload_cleanup(ctx);
        return NGX_ERROR;
    }

    if (rc == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE) {
        ngx_glyph_job_abort(ctx->job, NGX_GLYPH_JOB_FAILED, rc,
                            "body_too_large", large);

    } else if (!r->connection->error) {
        ngx_glyph_job_abort(ctx->job, NGX_GLYPH_JOB_FAILED, rc,
                            rc == NGX_HTTP_REQUEST_TIME_OUT
                            ? "body_timeout" : "body_malformed",
                            "the body did not arrive as announced");
    }

    /* otherwise the client has left, which is what the job is told now */

    ngx_glyph_upload_cleanup(ctx);

    if (rc == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE) {
        return ngx_glyph_problemf(r, rc, "body_too_large", "%s", large);
    }

    return rc;
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
        ngx_glyph_job_unref(job);
    }
}


void
ngx_glyph_upload_detach(ngx_glyph_ctx_t *ctx)
{
    ngx_glyph_job_t  *job;

    job = ctx->job;

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

    ngx_http_finalize_request(r, rc);

    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_glyph_upload_headers(ngx_http_request_t *r, ngx_glyph_job_t *job,
    ngx_uint_t status)
{
    u_char     *p;
    ngx_str_t  *uri;
    u_char      buf[NGX_GLYPH_ROWS_LEN];

    p = ngx_glyph_upload_rows(buf, job);

    if (ngx_glyph_add_header(r, "Glyph-Rows", buf, p - buf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (job->output) {
        return NGX_OK;
    }

    if (ngx_glyph_add_header(r, "Glyph-Job-Id", job->text,
                             NGX_GLYPH_UUID_TEXT_LEN)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (status == NGX_HTTP_SERVICE_UNAVAILABLE
        && ngx_glyph_retry_after(r, 2) != NGX_OK)
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
                                            job->text)
                                - p);
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
