
/*
 * The answer to an upload, and the only place that finalizes its request,
 * but for the rows of a transform.
 *
 *   what is decided   by whom
 *   JOB               the job, at its end; or who knows that this will not be
 *                     known soon
 *   ACCEPTED          who has put the body into the spool; the end of the
 *                     client's patience, or of the worker
 *   REFUSED           nginx, which does not take the body
 *
 * The first decision stands.  It is only a decision: the job lets go of the
 * request, nobody reads or writes any more, and whoever decides goes on with a
 * request, a context and a job that are still there.  What ends the request,
 * ngx_glyph_answer_send(), is called by the event loop alone.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_answer.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_clock.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_preview.h"
#include "ngx_glyph_pump.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_timing.h"
#include "ngx_glyph_turn.h"


static ngx_int_t ngx_glyph_answer_resume(ngx_glyph_client_t *client);
static void ngx_glyph_answer_ended(ngx_glyph_client_t *client,
    ngx_uint_t status, const char *code, ngx_str_t *detail);
static void ngx_glyph_answer_accept(ngx_glyph_client_t *client);
static ngx_int_t ngx_glyph_answer_queued(ngx_glyph_client_t *client,
    ngx_glyph_spool_t *spool);
static void ngx_glyph_answer_decide(ngx_glyph_ctx_t *ctx,
    ngx_glyph_answer_e answer, ngx_uint_t status, const char *code,
    ngx_str_t *detail);
static void ngx_glyph_answer_label(ngx_glyph_ctx_t *ctx);
static void ngx_glyph_answer_wait_handler(ngx_event_t *ev);
static void ngx_glyph_answer_stop_waiting(ngx_glyph_ctx_t *ctx);
static void ngx_glyph_answer_send(void *data);
static ngx_int_t ngx_glyph_answer_refused(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx);
static ngx_int_t ngx_glyph_answer_accepted(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx);
static ngx_int_t ngx_glyph_answer_document(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, glyph_buf_t *b);
static ngx_int_t ngx_glyph_answer_job(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx);
static ngx_int_t ngx_glyph_answer_headers(ngx_http_request_t *r,
    ngx_glyph_job_t *job, ngx_uint_t status);
static ngx_int_t ngx_glyph_answer_timing(ngx_http_request_t *r,
    ngx_glyph_timing_t *t);
static u_char *ngx_glyph_answer_metric(u_char *p, const char *name,
    uint64_t usec);
static ngx_int_t ngx_glyph_answer_represent(ngx_http_request_t *r,
    ngx_glyph_job_t *job, ngx_glyph_preview_t *preview);
static ngx_int_t ngx_glyph_answer_result(ngx_http_request_t *r,
    ngx_glyph_job_t *job, ngx_uint_t status, const char *code,
    ngx_str_t *detail);
static ngx_int_t ngx_glyph_answer_cancelled(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_answer_problem(ngx_http_request_t *r,
    ngx_uint_t status, const char *code, ngx_str_t *detail);


static ngx_str_t  ngx_glyph_answer_type
                                  = ngx_string("application/problem+json");


const ngx_glyph_client_hooks_t  ngx_glyph_answer_hooks = {
    ngx_glyph_answer_resume,
    ngx_glyph_answer_ended,
    ngx_glyph_answer_accept,
    ngx_glyph_answer_queued
};


/* There is room again: go on reading. */

static ngx_int_t
ngx_glyph_answer_resume(ngx_glyph_client_t *client)
{
    ngx_glyph_ctx_t *ctx = client->data;

    if (!ctx->paused) {
        return NGX_DECLINED;
    }

    ctx->paused = 0;

    /* the client's socket is edge triggered: nobody else will wake us */

    ngx_post_event(ctx->request->connection->read, &ngx_posted_events);

    return NGX_OK;
}


static void
ngx_glyph_answer_ended(ngx_glyph_client_t *client, ngx_uint_t status,
    const char *code, ngx_str_t *detail)
{
    ngx_glyph_answer_decide(client->data, NGX_GLYPH_ANSWER_JOB, status, code,
                            detail);
}


static void
ngx_glyph_answer_accept(ngx_glyph_client_t *client)
{
    ngx_glyph_answer_decide(client->data, NGX_GLYPH_ANSWER_ACCEPTED,
                            NGX_HTTP_ACCEPTED, NULL, NULL);
}


void
ngx_glyph_answer_refuse(ngx_glyph_ctx_t *ctx, ngx_uint_t status,
    ngx_glyph_code_e code, const char *detail)
{
    ngx_str_t  text;

    if (detail == NULL) {
        detail = ngx_glyph_codes[code].detail;
    }

    text.data = (u_char *) detail;
    text.len = ngx_strlen(detail);

    ngx_glyph_answer_decide(ctx, NGX_GLYPH_ANSWER_REFUSED, status,
                            ngx_glyph_codes[code].name, &text);
}


/* 400, 408, 413, 500 … */

ngx_glyph_code_e
ngx_glyph_answer_why(ngx_int_t rc)
{
    switch (rc) {

    case NGX_HTTP_REQUEST_ENTITY_TOO_LARGE:
        return NGX_GLYPH_CODE_BODY_TOO_LARGE;

    case NGX_HTTP_REQUEST_TIME_OUT:
        return NGX_GLYPH_CODE_BODY_TIMEOUT;

    case NGX_HTTP_INTERNAL_SERVER_ERROR:
        return NGX_GLYPH_CODE_INTERNAL_ERROR;

    default:
        return NGX_GLYPH_CODE_BODY_MALFORMED;
    }
}


static void
ngx_glyph_answer_decide(ngx_glyph_ctx_t *ctx, ngx_glyph_answer_e answer,
    ngx_uint_t status, const char *code, ngx_str_t *detail)
{
    ngx_http_request_t  *r;

    if (ctx->answer != NGX_GLYPH_ANSWER_NONE) {
        return;
    }

    r = ctx->request;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "glyph answer: %d, status:%ui", answer, status);

    ctx->answer = answer;
    ctx->status = status;
    ctx->code = code;

    if (detail) {
        ctx->detail = *detail;
    }

    /* we keep the job: what the answer tells of it is read when it is sent */

    ngx_glyph_answer_stop_waiting(ctx);
    ngx_glyph_client_decide(&ctx->client);

    /* what may still come of the body is of no interest */

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    ctx->turn.take = ngx_glyph_answer_send;
    ctx->turn.data = ctx;

    ngx_glyph_turn_wait(&ctx->turn);
}


void
ngx_glyph_answer_detach(ngx_glyph_ctx_t *ctx)
{
    ngx_glyph_job_t  *job;

    ngx_glyph_clock_stand(ctx);
    ngx_glyph_ctx_keep(ctx, ctx->client.job);

    job = ngx_glyph_client_detach(&ctx->client);

    ngx_glyph_job_unref(job);
}


void
ngx_glyph_answer_gone(void *data)
{
    ngx_glyph_ctx_t *ctx = data;

    ngx_uint_t        attached;
    ngx_glyph_job_t  *job;

    ngx_glyph_turn_leave(&ctx->turn);
    ngx_glyph_answer_stop_waiting(ctx);

    job = ctx->client.job;

    if (job == NULL) {
        return;
    }

    /* else what becomes of the job is no affair of this request any more */

    attached = (ctx->client.state == NGX_GLYPH_CLIENT_ATTACHED);

    ngx_glyph_job_ref(job);
    ngx_glyph_answer_detach(ctx);

    if (attached) {
        ngx_glyph_job_detach(job);
        ngx_glyph_ctx_keep(ctx, job);
    }

    ngx_glyph_job_unref(job);
}


static ngx_int_t
ngx_glyph_answer_queued(ngx_glyph_client_t *client, ngx_glyph_spool_t *spool)
{
    ngx_glyph_ctx_t *ctx = client->data;

    ctx->id = spool->prefix.id;
    ctx->start_time = spool->prefix.start_time;
    ctx->body_len = spool->prefix.body_len;

    ngx_glyph_answer_label(ctx);

    if (ctx->wait_for == 0 || ngx_exiting) {
        ngx_glyph_answer_accept(client);
        return NGX_DECLINED;
    }

    ngx_glyph_answer_detach(ctx);

    ctx->wait.handler = ngx_glyph_answer_wait_handler;
    ctx->wait.data = ctx;
    ctx->wait.log = ctx->request->connection->log;

    ngx_add_timer(&ctx->wait, ctx->wait_for);

    return NGX_OK;
}


/* The job does not stay; what it is called is told by the 202. */

static void
ngx_glyph_answer_label(ngx_glyph_ctx_t *ctx)
{
    ngx_str_t   *label[3];
    ngx_uint_t   i;

    ngx_glyph_job_labels(ctx->client.job, &ctx->labels);

    label[0] = &ctx->labels.filename;
    label[1] = &ctx->labels.source_label;
    label[2] = &ctx->labels.campaign_id;

    for (i = 0; i < 3; i++) {
        label[i]->data = ngx_pstrdup(ctx->request->pool, label[i]);

        if (label[i]->data == NULL) {
            label[i]->len = 0;
        }
    }
}


static void
ngx_glyph_answer_wait_handler(ngx_event_t *ev)
{
    ngx_glyph_ctx_t *ctx = ev->data;

    /* the end of the job, if it is decided, is a better answer */

    if (ctx->client.job && ngx_glyph_job_decided(ctx->client.job)) {
        return;
    }

    ngx_glyph_answer_accept(&ctx->client);
}


/* A file that waits with it goes to whoever finds it. */

static void
ngx_glyph_answer_stop_waiting(ngx_glyph_ctx_t *ctx)
{
    ngx_glyph_spool_t  *spool;

    spool = ngx_glyph_runner_forget(&ctx->client);

    if (spool) {
        ngx_glyph_spool_close(spool);
    }

    if (ctx->wait.timer_set) {
        ngx_del_timer(&ctx->wait);
    }

    ngx_glyph_clock_stand(ctx);
}


/* From the event loop; behind it there may be no request any more. */

static void
ngx_glyph_answer_send(void *data)
{
    ngx_glyph_ctx_t *ctx = data;

    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ctx->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_glyph_clock_stand(ctx);

    switch (ctx->answer) {

    case NGX_GLYPH_ANSWER_REFUSED:
        rc = ngx_glyph_answer_refused(r, ctx);
        break;

    case NGX_GLYPH_ANSWER_ACCEPTED:
        rc = ngx_glyph_answer_accepted(r, ctx);
        break;

    default: /* NGX_GLYPH_ANSWER_JOB */
        rc = ngx_glyph_answer_job(r, ctx);
        break;
    }

    if (ctx->client.job) {
        ngx_glyph_answer_detach(ctx);
    }

    ngx_http_finalize_request(r, rc);

    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_glyph_answer_refused(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx)
{
    ngx_connection_t  *c;

    c = r->connection;

    if (c->error) {
        return ctx->status;
    }

    if (r->header_sent) {
        return ngx_glyph_pump_cut(r, ctx->code);
    }

    /* nginx would close the connection without a word at a timeout */

    c->timedout = 0;
    r->keepalive = 0;

    return ngx_glyph_problem_with(r, ctx->status, ctx->code, &ctx->detail,
                                  NULL, NULL);
}


static ngx_int_t
ngx_glyph_answer_accepted(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx)
{
    ngx_int_t    rc;
    glyph_buf_t  b;

    ngx_memzero(&b, sizeof(glyph_buf_t));

    if (ctx->client.job
        && ngx_glyph_job_state(ctx->client.job) != NGX_GLYPH_JOB_QUEUED)
    {
        ngx_glyph_job_json(ctx->client.job, &b);

    } else {
        ngx_glyph_job_json_queued(&ctx->id, ctx->start_time, ctx->body_len,
                                  &ctx->labels, &b);
    }

    rc = b.failed ? NGX_HTTP_INTERNAL_SERVER_ERROR
                  : ngx_glyph_answer_document(r, ctx, &b);

    glyph_buf_free(&b);

    return rc;
}


static ngx_int_t
ngx_glyph_answer_document(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
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


static ngx_int_t
ngx_glyph_answer_job(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx)
{
    static const char  replayed[] = "true";

    if (ngx_glyph_answer_headers(r, ctx->client.job, ctx->status) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ctx->replayed && ctx->status == NGX_HTTP_OK
        && ngx_glyph_add_header(r, "Idempotency-Replayed",
                                (u_char *) replayed, sizeof(replayed) - 1)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_glyph_answer_result(r, ctx->client.job, ctx->status, ctx->code,
                                   &ctx->detail);
}


static ngx_int_t
ngx_glyph_answer_headers(ngx_http_request_t *r, ngx_glyph_job_t *job,
    ngx_uint_t status)
{
    u_char              *p;
    ngx_glyph_import_t  *import;
    u_char               buf[NGX_GLYPH_ROWS_LEN];

    import = ngx_glyph_job_import(job);
    p = ngx_glyph_answer_rows(buf, job);

    if (ngx_glyph_add_header(r, "Glyph-Rows", buf, p - buf) != NGX_OK
        || ngx_glyph_answer_timing(r, &import->timing) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_glyph_job_stored(job)
        && ngx_glyph_upload_id_headers(r, import->text) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return (status == NGX_HTTP_SERVICE_UNAVAILABLE)
           ? ngx_glyph_retry_after(r, 2) : NGX_OK;
}


/* Server-Timing of the answer, up to now. */

static ngx_int_t
ngx_glyph_answer_timing(ngx_http_request_t *r, ngx_glyph_timing_t *t)
{
    u_char  *p;
    u_char   buf[4 * (sizeof("receive;dur=.000, ") + NGX_INT64_LEN)];

    p = buf;

    if (t->receive) {
        p = ngx_glyph_answer_metric(p, "receive", t->receive);
    }

    p = ngx_glyph_answer_metric(p, "parse", t->parse);
    p = ngx_glyph_answer_metric(p, "commit", t->commit);
    p = ngx_glyph_answer_metric(p, "total", ngx_glyph_usec() - t->began);

    return ngx_glyph_add_header(r, "Server-Timing", buf,
                                p - (sizeof(", ") - 1) - buf);
}


static u_char *
ngx_glyph_answer_metric(u_char *p, const char *name, uint64_t usec)
{
    return ngx_sprintf(p, "%s;dur=%uL.%03uL, ", name, usec / 1000,
                       usec % 1000);
}


/*
 * Adds the listings to the result, unless Postgres has refused one of them,
 * which they cannot tell, or there was no memory for them.
 */

static ngx_int_t
ngx_glyph_answer_represent(ngx_http_request_t *r, ngx_glyph_job_t *job,
    ngx_glyph_preview_t *preview)
{
    glyph_buf_t  *b;

    static u_char  applied[] = "return=representation";

    if (ngx_glyph_job_import(job)->refused || preview->buf.failed) {
        return NGX_OK;
    }

    b = ngx_glyph_job_result(job);

    b->len--;       /* the brace */

    glyph_json_key(b, "listings_truncated");
    glyph_buf_puts(b, preview->full ? "true" : "false");
    glyph_json_key(b, "listings");
    ngx_glyph_preview_end(preview, b);
    glyph_buf_putc(b, '}');

    return ngx_glyph_add_header(r, "Preference-Applied", applied,
                                sizeof(applied) - 1);
}


u_char *
ngx_glyph_answer_rows(u_char *buf, ngx_glyph_job_t *job)
{
    ngx_glyph_job_view_t  view;

    ngx_glyph_job_view(job, &view);

    return ngx_sprintf(buf, "total=%uL, valid=%uL, invalid=%uL",
                       view.rows, view.valid, view.invalid);
}


/* The ImportResult; of a refused file, as the members of a problem. */

static ngx_int_t
ngx_glyph_answer_result(ngx_http_request_t *r, ngx_glyph_job_t *job,
    ngx_uint_t status, const char *code, ngx_str_t *detail)
{
    ngx_str_t             body;
    glyph_buf_t          *result, b;
    ngx_glyph_preview_t  *preview;

    if (ngx_glyph_job_state(job) == NGX_GLYPH_JOB_CANCELLED) {
        return ngx_glyph_answer_cancelled(r, job);
    }

    result = ngx_glyph_job_result(job);

    if (result->len == 0 || (status != NGX_HTTP_OK && status != 422)) {
        if (code == NULL) {
            code = ngx_glyph_codes[NGX_GLYPH_CODE_FAILED].name;
        }

        return ngx_glyph_answer_problem(r, status, code, detail);
    }

    if (status == NGX_HTTP_OK) {

        preview = ngx_glyph_job_stored(job) ? ngx_glyph_job_sink_data(job)
                                            : NULL;

        if (preview && ngx_glyph_answer_represent(r, job, preview) != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        if (ngx_glyph_http_own(r, result, &body) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_glyph_send_json(r, status, &body);
    }

    ngx_memzero(&b, sizeof(glyph_buf_t));

    glyph_buf_putc(&b, '{');
    ngx_glyph_problem_members(&b, status, code, detail);
    glyph_buf_putc(&b, ',');
    glyph_buf_append(&b, result->data + 1, result->len - 1);

    if (ngx_glyph_http_own(r, &b, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_send(r, status, &ngx_glyph_answer_type, &body);
}


/* The Job, as the members of a problem. */

static ngx_int_t
ngx_glyph_answer_cancelled(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_str_t                body, detail;
    glyph_buf_t              b, doc;
    const ngx_glyph_code_t  *code;

    code = &ngx_glyph_codes[NGX_GLYPH_CODE_CANCELLED];

    detail.data = (u_char *) code->detail;
    detail.len = ngx_strlen(code->detail);

    ngx_memzero(&doc, sizeof(glyph_buf_t));
    ngx_memzero(&b, sizeof(glyph_buf_t));

    ngx_glyph_job_json(job, &doc);

    if (doc.failed) {
        glyph_buf_free(&doc);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    glyph_buf_putc(&b, '{');
    ngx_glyph_problem_members(&b, code->status, code->name, &detail);
    glyph_buf_putc(&b, ',');
    ngx_glyph_job_linked(&b, doc.data + 1, doc.len - 1,
                         ngx_glyph_job_import(job)->text);
    glyph_buf_putc(&b, '\n');

    glyph_buf_free(&doc);

    if (ngx_glyph_http_own(r, &b, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_send(r, code->status, &ngx_glyph_answer_type, &body);
}


/* What Postgres refuses says by which class of SQLSTATEs. */

static ngx_int_t
ngx_glyph_answer_problem(ngx_http_request_t *r, ngx_uint_t status,
    const char *code, ngx_str_t *detail)
{
    const char  *class;

    class = (ngx_glyph_code_is(code, NGX_GLYPH_CODE_STORE_UNWELL)
             || ngx_glyph_code_is(code, NGX_GLYPH_CODE_STORE_BROKEN))
            ? ngx_glyph_store_class() : "";

    return ngx_glyph_problem_with(r, status, code, detail, "sqlstate_class",
                                  class[0] ? class : NULL);
}
