
/*
 * The request side of an upload.
 *
 *   the request is            and owns                  until
 *   reading                   a reference to its job    the body has come, or
 *                             (ctx->client.job)         nginx says that it
 *                                                       never will
 *   paused (ctx->paused)      the same; nobody reads    the job has room
 *                             the socket, and no
 *                             client timer runs
 *   waiting                   the same                  the job is over
 *   queued (ctx->wait)        the job of the runner, or the same, or the time
 *                             the file that waits for   is over
 *                             one (ngx_glyph_client.h)
 *   decided (ctx->answer)     a reference to the job,   its turn: it is
 *                             which knows it no more    answered, and ended
 *                                                       (ngx_glyph_answer.c)
 *
 * What the job tells is ngx_glyph_answer_hooks.
 *
 * A client that leaves, in any of them, is met by the cleanup handler, which
 * lets the job go on to its end without a request.  Nothing here finalizes the
 * request: all that is called, from the body filter on, only decides.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_answer.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_body_saved.h"
#include "ngx_glyph_clock.h"
#include "ngx_glyph_cross_site.h"
#include "ngx_glyph_ctx.h"
#include "ngx_glyph_form.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_idempotency.h"
#include "ngx_glyph_options.h"
#include "ngx_glyph_preview.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_upload.h"
#include "ngx_glyph_writer.h"


/* what an answer shows of the listings at the most */
#define NGX_GLYPH_REPRESENTATION_ROWS  1000
#define NGX_GLYPH_REPRESENTATION_SIZE  (1024 * 1024)


static ngx_int_t ngx_glyph_upload_check(ngx_http_request_t *r);
static ngx_int_t ngx_glyph_upload_create(ngx_http_request_t *r,
    ngx_glyph_output_t *output, ngx_glyph_order_t **created);
static ngx_int_t ngx_glyph_upload_formed(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_upload_claim(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_upload_go(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_upload_job_id(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_upload_mode(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_upload_fits(ngx_http_request_t *r);
static ngx_int_t ngx_glyph_upload_decide(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_upload_many(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_upload_preview(ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_upload_go_on(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx);
static void ngx_glyph_upload_body_handler(ngx_http_request_t *r);
static void ngx_glyph_upload_read_handler(ngx_http_request_t *r);
static void ngx_glyph_upload_body_end(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx);
static void ngx_glyph_upload_body_failed(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_int_t rc);


ngx_int_t
ngx_glyph_import_handler(ngx_http_request_t *r)
{
    return ngx_glyph_upload_handler(r, NULL);
}


ngx_int_t
ngx_glyph_upload_handler(ngx_http_request_t *r, ngx_glyph_output_t *output)
{
    ngx_int_t           rc;
    ngx_glyph_ctx_t    *ctx;
    ngx_glyph_order_t  *order;

    rc = ngx_glyph_upload_check(r);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    ctx = ngx_glyph_ctx_create(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->request = r;
    ctx->client.hooks = &ngx_glyph_answer_hooks;
    ctx->client.data = ctx;

    rc = ngx_glyph_upload_create(r, output, &order);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    return ngx_glyph_form_is(order)
           ? ngx_glyph_form_read(r, ctx, order, ngx_glyph_upload_formed)
           : ngx_glyph_upload_claim(r, ctx, order);
}


/* The beginning of a form is there, with what it says of all this or not. */

static ngx_int_t
ngx_glyph_upload_formed(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_glyph_order_t *order)
{
    ngx_int_t  rc;

    rc = order->asked->opts.early ? ngx_glyph_upload_decide(r, order)
                                  : NGX_DECLINED;

    if (rc != NGX_DECLINED) {
        ngx_glyph_job_unref(order->job);
        return rc;
    }

    return ngx_glyph_upload_claim(r, ctx, order);
}


static ngx_int_t
ngx_glyph_upload_claim(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_glyph_order_t *order)
{
    /* without Postgres the spool tells, when the file is made */

    return (order->idempotency_key.len
            || (order->given_id
                && (!order->background
                    || ngx_glyph_writer_available() != NGX_DECLINED)))
           ? ngx_glyph_idempotency_claim(r, ctx, order, ngx_glyph_upload_go)
           : ngx_glyph_upload_go(r, ctx, order);
}


/* NGX_DECLINED: go on; anything else is the answer. */

static ngx_int_t
ngx_glyph_upload_check(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    if (r->method == NGX_HTTP_OPTIONS && ngx_glyph_accept_post(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->method != NGX_HTTP_POST) {
        return ngx_glyph_not_allowed(r, "POST");
    }

    rc = ngx_glyph_cross_site(r);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (r != r->main) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "an upload cannot be a subrequest");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_glyph_body_saved(r) == NGX_ERROR) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "the request body was taken before glyph_import, by "
                      "another handler that did not keep it");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_DECLINED;
}


/*
 * Foreground or background (order->background), decided once and for all;
 * NGX_DECLINED: go on.
 */

static ngx_int_t
ngx_glyph_upload_mode(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    ngx_int_t                  store;
    ngx_uint_t                 wanted;
    ngx_glyph_loc_conf_t      *glcf;
    ngx_glyph_store_answer_t   why;

    glcf = order->asked->conf;
    store = ngx_glyph_writer_available();

    wanted = order->background || order->wait || glcf->always
             || (glcf->background_size
                 && (r->headers_in.content_length_n == -1
                     || r->headers_in.content_length_n
                        > glcf->background_size));

    if (glcf->background && (wanted || store != NGX_OK)) {
        order->background = 1;
        return ngx_glyph_upload_fits(r);
    }

    order->background = 0;
    order->wait = 0;

    if (store != NGX_DECLINED) {
        return ngx_glyph_upload_preview(order);
    }

    ngx_glyph_store_why(NGX_GLYPH_STORE_WRITES, &why);

    return ngx_glyph_problem_store(r, &why);
}


/* What would never fit is not read; NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_upload_fits(ngx_http_request_t *r)
{
    if (ngx_glyph_spool_fits(ngx_max(r->headers_in.content_length_n, 0))) {
        return NGX_DECLINED;
    }

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "the spool has no room for the %O bytes that were "
                  "announced", ngx_max(r->headers_in.content_length_n, 0));

    return ngx_glyph_problem(r, NGX_GLYPH_CODE_SPOOL_FULL);
}


static ngx_int_t
ngx_glyph_upload_create(ngx_http_request_t *r, ngx_glyph_output_t *output,
    ngx_glyph_order_t **created)
{
    ngx_int_t              rc;
    ngx_glyph_job_t       *job;
    ngx_glyph_asked_t     *asked;
    ngx_glyph_order_t     *order;
    ngx_glyph_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_glyph_module);

    job = ngx_glyph_job_create(glcf, r->connection->log);
    if (job == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    asked = ngx_glyph_job_asked(job);

    order = ngx_pcalloc(asked->pool, sizeof(ngx_glyph_order_t));

    if (order == NULL) {
        rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        goto failed;
    }

    order->job = job;
    order->asked = asked;
    order->output = output;

    ngx_glyph_job_into(job, &ngx_glyph_writer_sink, NULL);

    rc = ngx_glyph_options(r, order);

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_upload_decide(r, order);
    }

    if (rc != NGX_DECLINED) {
        goto failed;
    }

    *created = order;

    return NGX_DECLINED;

failed:

    ngx_glyph_job_unref(job);

    return rc;
}


/* Begins to read the body into the job, whose reference is taken. */

static ngx_int_t
ngx_glyph_upload_go(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_glyph_order_t *order)
{
    ngx_int_t            rc;
    ngx_glyph_job_t     *job;
    ngx_http_cleanup_t  *cln;

    job = order->job;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        ngx_glyph_job_unref(job);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_glyph_job_expect(job, r->headers_in.content_length_n);

    rc = order->background
         ? ngx_glyph_background_start(job, &order->source, order->source_max)
         : ngx_glyph_job_start(job);

    if (rc != NGX_OK) {

        rc = (rc == NGX_DECLINED)
             ? ngx_glyph_problemf(r, NGX_GLYPH_CODE_CHARSET_UNKNOWN,
                                  "charset \"%V\" is not known",
                                  &order->asked->opts.charset)
             : NGX_HTTP_INTERNAL_SERVER_ERROR;

        ngx_glyph_job_unref(job);
        return rc;
    }

    ngx_glyph_client_attach(&ctx->client, job);
    ctx->wait_for = order->wait;

    cln->handler = ngx_glyph_answer_gone;
    cln->data = ctx;

    ctx->left = order->asked->conf->upload_timeout;
    ngx_glyph_clock_run(ctx);

    if (ctx->form) {
        return ngx_glyph_upload_go_on(r, ctx);
    }

    ngx_http_set_ctx(r, ctx, ngx_glyph_module);

    if (ngx_glyph_body_saved(r) == NGX_OK) {
        r->main->count++;

        if (ngx_glyph_body_saved_read(r, ctx, ngx_glyph_upload_body_end)
            != NGX_OK)
        {
            ngx_glyph_upload_body_failed(r, ctx,
                                         NGX_HTTP_INTERNAL_SERVER_ERROR);
        }

        return NGX_DONE;
    }

    r->request_body_no_buffering = 1;

    rc = ngx_http_read_client_request_body(r, ngx_glyph_upload_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {

        /* its reference was given back, and the answer needs one */

        r->main->count++;
        ngx_glyph_upload_body_failed(r, ctx, rc);
    }

    return NGX_DONE;
}


/* All that it can be refused for before its body; NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_upload_decide(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    ngx_int_t  rc;

    if (order->output) {

        if (order->became != order->output) {
            ngx_glyph_job_become(order->job, order->output->kind, NULL);
            ngx_glyph_job_into(order->job, order->output->sink, NULL);
            order->became = order->output;
        }

        /* nothing is stored, and so nothing can be done later or once */

        order->background = 0;
        order->wait = 0;
        order->idempotency_key.len = 0;

        rc = order->output->begin(r, order);

    } else {
        rc = ngx_glyph_upload_mode(r, order);
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_upload_job_id(r, order);
    }

    order->asked->named = (order->given_id || order->idempotency_key.len);

    return rc == NGX_DECLINED ? ngx_glyph_upload_many(r, order) : rc;
}


/* Not more than so many at a time.  NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_upload_many(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    time_t      end;
    ngx_uint_t  n;

    if (ngx_glyph_job_count_like(order->job, NULL)
        < ngx_glyph_main_conf->max_jobs)
    {
        return NGX_DECLINED;
    }

    n = ngx_glyph_job_count_like(order->job, &end);

    if (ngx_glyph_retry_after(r, end) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_problemf(r, NGX_GLYPH_CODE_TOO_MANY_JOBS,
                              "%ui %s are running; nothing was read", n,
                              order->output ? "transforms and dry runs"
                                            : "imports");
}


/*
 * The client's, so that it can follow the job from the start, or a new one.
 * Where there is nothing to follow, the id is for the log alone.
 */

static ngx_int_t
ngx_glyph_upload_job_id(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    ngx_int_t            rc;
    ngx_str_t           *given;
    ngx_glyph_import_t  *import;

    import = ngx_glyph_job_import(order->job);

    given = NULL;
    rc = order->output ? NGX_DECLINED
                       : ngx_glyph_header_once(r, "Glyph-Job-Id", &given);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (given == NULL) {

        if (ngx_glyph_uuid_create(&import->id) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

    } else if (ngx_glyph_uuid_parse(&import->id, given->data, given->len)
               != NGX_OK)
    {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_INVALID,
                                  "Glyph-Job-Id is not a UUID: \"%V\"", given);

    } else if (ngx_glyph_job_find(&import->id)) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_JOB_ID_USED,
                                  "there is a job %V already", given);
    }

    ngx_glyph_uuid_text(import->text, &import->id);

    order->given_id = (given != NULL);

    return NGX_DECLINED;
}


/* For Prefer: return=representation.  NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_upload_preview(ngx_glyph_order_t *order)
{
    ngx_glyph_preview_t  *preview;

    if (!order->represent) {
        return NGX_DECLINED;
    }

    preview = ngx_glyph_preview_create(order->asked->pool,
                                       NGX_GLYPH_REPRESENTATION_ROWS,
                                       NGX_GLYPH_REPRESENTATION_SIZE);
    if (preview == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_glyph_job_into(order->job, &ngx_glyph_writer_sink, preview);

    return NGX_DECLINED;
}


/* What has come of the body waits to be taken, with what follows. */

static ngx_int_t
ngx_glyph_upload_go_on(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx)
{
    ngx_glyph_form_leave(ctx);

    r->main->count++;
    r->read_event_handler = ngx_glyph_upload_read_handler;

    ngx_post_event(r->connection->read, &ngx_posted_events);

    return NGX_DONE;
}


static void
ngx_glyph_upload_body_handler(ngx_http_request_t *r)
{
    ngx_glyph_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_glyph_module);

    /* the body filter may have met the job's end */

    if (ctx->answer != NGX_GLYPH_ANSWER_NONE) {
        return;
    }

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

        ngx_glyph_clock_stand(ctx);
        return;
    }

    if (r->reading_body) {
        rc = ngx_http_read_unbuffered_request_body(r);

        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            ngx_glyph_upload_body_failed(r, ctx, rc);
            return;
        }

        if (ctx->answer != NGX_GLYPH_ANSWER_NONE) {
            return;
        }
    }

    if (!r->reading_body) {
        ngx_glyph_upload_body_end(r, ctx);
        return;
    }

    if (ctx->paused) {
        ngx_glyph_clock_stand(ctx);
        return;
    }

    ngx_glyph_clock_run(ctx);

    if (ctx->client.job) {
        ngx_glyph_job_input_idle(ctx->client.job);
    }
}


static void
ngx_glyph_upload_body_end(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx)
{
    ngx_connection_t  *c;

    c = r->connection;

    r->read_event_handler = ngx_http_test_reading;

    ngx_glyph_clock_stand(ctx);

    if (c->read->ready) {
        ngx_post_event(c->read, &ngx_posted_events);

    } else if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        ngx_glyph_upload_body_failed(r, ctx, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    ngx_glyph_job_body_end(ctx->client.job);
}


/* nginx says why the body does not come. */

static void
ngx_glyph_upload_body_failed(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_int_t rc)
{
    const char        *detail;
    ngx_glyph_code_e   code;

    code = ngx_glyph_answer_why(rc);
    detail = (code == NGX_GLYPH_CODE_INTERNAL_ERROR)
             ? "the body could not be read; see the error log" : NULL;

    /* the client is told by us, and need not wait for the job's end */

    ngx_glyph_answer_refuse(ctx, rc, code, detail);

    if (r->connection->error) {

        /* the client has left, which is what the job is told */

        ngx_glyph_job_detach(ctx->client.job);
        return;
    }

    ngx_glyph_job_abort(ctx->client.job, code, detail);
}
