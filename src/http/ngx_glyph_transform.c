
/*
 * glyph_transform: a file in, its scored rows out.
 *
 *   body ─> (file) ─> chunks ─> task ─> block ─> hold ─> the client
 *
 * The input side is that of an upload (ngx_glyph_upload.c), and kept until all
 * is here (ngx_glyph_collect.c) unless the client can do both at once.  The
 * task encodes rows into the block, and one block at a time is held until its
 * last byte is sent; meanwhile the task may fill another one.  With both full
 * there is no task, and nobody reads the file, or the socket.
 *
 *   the answer is      until
 *   not begun          the first block, or the end: a refusal is a problem
 *                      document with its status
 *   begun              the last block is sent; what goes wrong now cuts the
 *                      connection
 */

#include "ngx_glyph.h"
#include "ngx_glyph_accept.h"
#include "ngx_glyph_answer.h"
#include "ngx_glyph_compat.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_options.h"
#include "ngx_glyph_output.h"
#include "ngx_glyph_pump.h"
#include "ngx_glyph_upload.h"
#include "core/out/glyph_stream.h"


/*
 * What is being sent, in the request's pool: filters of the response, and
 * HTTP/2, may have it for longer than there is a job.
 */

typedef struct {
    ngx_glyph_block_t         *block;       /* NULL: nothing */
    ngx_glyph_pump_t          *pump;
    ngx_glyph_job_t           *job;         /* a reference, for the request */
} ngx_glyph_hold_t;


typedef struct {
    glyph_stream_t             stream;      /* while it runs, the task's */
    ngx_glyph_hold_t          *hold;        /* valid with a request */
    ngx_str_t                  type;        /* of the answer */
} ngx_glyph_transform_t;


static ngx_int_t ngx_glyph_transform_begin(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_transform_columns(ngx_http_request_t *r,
    ngx_glyph_order_t *order, glyph_stream_t *stream);
static ngx_int_t ngx_glyph_transform_column_unknown(ngx_http_request_t *r,
    glyph_str_t *name, const char *why, const char *near);
static ngx_glyph_hold_t *ngx_glyph_transform_hold(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static void ngx_glyph_transform_left(void *data);
static void ngx_glyph_transform_cleanup(void *data);
static void ngx_glyph_transform_listing(void *data,
    const glyph_listing_t *l);
static void ngx_glyph_transform_rejected(void *data,
    const glyph_rejected_t *r);
static void ngx_glyph_transform_end(void *data, glyph_buf_t *result);
static void ngx_glyph_transform_deliver(ngx_glyph_job_t *job);
static void ngx_glyph_transform_drained(ngx_glyph_pump_t *pump);
static void ngx_glyph_transform_stalled(ngx_glyph_pump_t *pump);
static void ngx_glyph_transform_send(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_uint_t ngx_glyph_transform_refused(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_transform_block(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_transform_header(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_uint_t ngx_glyph_transform_sent(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_transform_trailer(ngx_http_request_t *r,
    ngx_glyph_job_t *job);


static const ngx_glyph_sink_t  ngx_glyph_transform_sink = {
    0,                                     /* stored */
    1,                                     /* streams */
    ngx_glyph_transform_listing,
    ngx_glyph_transform_rejected,
    NULL,                                  /* warning */
    ngx_glyph_transform_end,
    ngx_glyph_sink_ready,
    ngx_glyph_transform_deliver,
    NULL                                   /* forget */
};


static ngx_glyph_output_t  ngx_glyph_transform_output = {
    &ngx_glyph_kind_transform,
    &ngx_glyph_transform_sink,
    NGX_GLYPH_PARAM_TRANSFORM,
    ngx_glyph_transform_begin
};


/* What "Accept" may choose from, the default first, and its format. */

static const ngx_str_t  ngx_glyph_transform_types[] = {
    ngx_string("application/json"),
    ngx_string("application/x-ndjson"),
    ngx_string("text/csv")
};

static const glyph_output_e  ngx_glyph_transform_formats[] = {
    GLYPH_OUTPUT_JSON,
    GLYPH_OUTPUT_NDJSON,
    GLYPH_OUTPUT_CSV
};


ngx_int_t
ngx_glyph_transform_handler(ngx_http_request_t *r)
{
    return ngx_glyph_upload_handler(r, &ngx_glyph_transform_output);
}


static ngx_int_t
ngx_glyph_transform_begin(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    ngx_int_t               n, rc;
    ngx_glyph_transform_t  *t;

    n = ngx_glyph_accept(r, ngx_glyph_transform_types, 3);

    if (n == NGX_DECLINED) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_NOT_ACCEPTABLE,
                                  "the rows are there as application/json, "
                                  "application/x-ndjson and text/csv");
    }

    t = ngx_glyph_job_sink_data(order->job);

    if (t == NULL) {
        t = ngx_pcalloc(order->asked->pool, sizeof(ngx_glyph_transform_t));
        if (t == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    t->type = ngx_glyph_transform_types[n];

    glyph_stream_init(&t->stream, ngx_glyph_transform_formats[n]);

    t->stream.errors = order->show_errors;

    if (order->columns.data) {
        rc = ngx_glyph_transform_columns(r, order, &t->stream);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    if (t->hold == NULL) {
        t->hold = ngx_glyph_transform_hold(r, order->job);

        if (t->hold == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    ngx_glyph_job_into(order->job, &ngx_glyph_transform_sink, t);

    ngx_glyph_kind_collect(order->job, order->stream);

    return NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_transform_columns(ngx_http_request_t *r, ngx_glyph_order_t *order,
    glyph_stream_t *stream)
{
    const char   *why, *near;
    glyph_str_t   list, name;

    list.data = order->columns.data;
    list.len = order->columns.len;

    if (glyph_stream_columns(stream, &list, &name, &why, &near) == GLYPH_OK) {
        return NGX_DECLINED;
    }

    return ngx_glyph_transform_column_unknown(r, &name, why, near);
}


static ngx_int_t
ngx_glyph_transform_column_unknown(ngx_http_request_t *r, glyph_str_t *name,
    const char *why, const char *near)
{
    ngx_str_t  detail;
    u_char     buf[512];

    detail.data = buf;
    detail.len = ngx_snprintf(buf, sizeof(buf),
                              "parameter \"columns\": \"%*s\" %s%s%s%s",
                              ngx_min(name->len, 100), name->data, why,
                              near ? "; did you mean \"" : "",
                              near ? near : "", near ? "\"?" : "")
                 - buf;

    return ngx_glyph_problem_near(r, NGX_GLYPH_CODE_OPTION_INVALID, &detail,
                                  near);
}


static ngx_glyph_hold_t *
ngx_glyph_transform_hold(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_glyph_hold_t    *hold;
    ngx_pool_cleanup_t  *cln;
    ngx_http_cleanup_t  *left;

    left = ngx_http_cleanup_add(r, 0);
    if (left == NULL) {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_glyph_hold_t));
    if (cln == NULL) {
        return NULL;
    }

    hold = cln->data;
    ngx_memzero(hold, sizeof(ngx_glyph_hold_t));

    hold->pump = ngx_glyph_pump_create(r, ngx_glyph_transform_drained, NULL);
    if (hold->pump == NULL) {
        return NULL;
    }

    hold->pump->stalled = ngx_glyph_transform_stalled;

    hold->job = job;
    ngx_glyph_job_ref(job);

    cln->handler = ngx_glyph_transform_cleanup;

    left->handler = ngx_glyph_transform_left;
    left->data = hold;

    return hold;
}


/*
 * The request ends, after its upload has let the job go.  A job whose rows
 * are all there cannot be aborted any more: if its last block was not sent,
 * nothing but this makes it end.
 */

static void
ngx_glyph_transform_left(void *data)
{
    ngx_glyph_hold_t *hold = data;

    ngx_glyph_sink_unread(hold->job, hold->block);
    ngx_glyph_job_unref(hold->job);
}


static void
ngx_glyph_transform_cleanup(void *data)
{
    ngx_glyph_hold_t *hold = data;

    if (hold->block) {
        ngx_glyph_block_put(hold->block);
    }
}


/* In the thread. */

static void
ngx_glyph_transform_listing(void *data, const glyph_listing_t *l)
{
    ngx_glyph_sink_task_t *st = data;

    ngx_glyph_transform_t  *t;

    t = st->data;

    glyph_stream_listing(&t->stream, &st->block->listings, l);
}


static void
ngx_glyph_transform_rejected(void *data, const glyph_rejected_t *r)
{
    ngx_glyph_sink_task_t *st = data;

    ngx_glyph_transform_t  *t;

    t = st->data;

    glyph_stream_rejected(&t->stream, &st->block->listings, r);
}


static void
ngx_glyph_transform_end(void *data, glyph_buf_t *result)
{
    ngx_glyph_sink_task_t *st = data;

    ngx_glyph_transform_t  *t;

    t = st->data;

    glyph_stream_end(&t->stream, &st->block->listings);
}


/* In the event loop: a block is ready, or the end. */

static void
ngx_glyph_transform_deliver(ngx_glyph_job_t *job)
{
    ngx_glyph_ctx_t     *ctx;
    ngx_connection_t    *c;
    ngx_glyph_client_t  *client;
    ngx_http_request_t  *r;

    client = ngx_glyph_job_client(job);

    if (client == NULL) {
        ngx_glyph_sink_drop(job);
        return;
    }

    ctx = client->data;
    r = ctx->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_glyph_transform_send(r, job);

    ngx_http_run_posted_requests(c);
}


static void
ngx_glyph_transform_drained(ngx_glyph_pump_t *pump)
{
    ngx_glyph_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(pump->request, ngx_glyph_module);

    ngx_glyph_transform_send(pump->request, ctx->client.job);
}


static void
ngx_glyph_transform_stalled(ngx_glyph_pump_t *pump)
{
    ngx_glyph_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(pump->request, ngx_glyph_module);

    if (ctx->client.job) {
        ngx_glyph_job_abort(ctx->client.job, NGX_GLYPH_CODE_CLIENT_STALLED,
                            NULL);
    }
}


/* Whatever there is to do; legal at any time. */

static void
ngx_glyph_transform_send(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_int_t               rc;
    ngx_glyph_hold_t       *hold;
    ngx_glyph_transform_t  *t;

    t = ngx_glyph_job_sink_data(job);
    hold = t->hold;

    ngx_glyph_job_ref(job);

    for ( ;; ) {

        if (ngx_glyph_transform_refused(r, job)) {
            break;
        }

        if (ngx_glyph_pump_busy(hold->pump)) {
            break;
        }

        if (hold->block) {

            if (ngx_glyph_transform_sent(r, job)) {
                break;
            }

            continue;
        }

        if (ngx_queue_empty(&ngx_glyph_job_import(job)->blocks)) {
            break;
        }

        rc = ngx_glyph_transform_block(r, job);

        if (rc != NGX_OK && rc != NGX_AGAIN) {
            ngx_http_finalize_request(r, rc);
            break;
        }
    }

    ngx_glyph_job_unref(job);
}


/*
 * The job has ended badly: the client hears of it before rows that it has not
 * got yet.
 */

static ngx_uint_t
ngx_glyph_transform_refused(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_queue_t           *q;
    ngx_glyph_block_t     *block;
    ngx_glyph_import_t    *import;
    ngx_glyph_job_view_t   view;

    import = ngx_glyph_job_import(job);

    if (ngx_queue_empty(&import->blocks)) {
        return 0;
    }

    q = ngx_queue_last(&import->blocks);
    block = ngx_queue_data(q, ngx_glyph_block_t, queue);

    if (block->final == 0 || block->final == NGX_GLYPH_JOB_COMPLETED) {
        return 0;
    }

    if (!r->header_sent) {

        /* its end is answered as that of any upload */

        ngx_glyph_sink_drop(job);
        return 1;
    }

    ngx_glyph_job_view(job, &view);

    ngx_glyph_answer_detach(ngx_glyph_job_client(job)->data);
    ngx_glyph_sink_drop(job);

    ngx_http_finalize_request(r, ngx_glyph_pump_cut(r, view.code));

    return 1;
}


/* Begins to send the first block, as ngx_glyph_pump_put(). */

static ngx_int_t
ngx_glyph_transform_block(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_int_t               rc;
    ngx_queue_t            *q;
    ngx_glyph_block_t      *block;
    ngx_glyph_transform_t  *t;

    t = ngx_glyph_job_sink_data(job);

    if (!r->header_sent) {
        rc = ngx_glyph_transform_header(r, job);

        if (rc != NGX_DECLINED) {
            return rc == NGX_OK ? NGX_DONE : rc;
        }
    }

    q = ngx_queue_head(&ngx_glyph_job_import(job)->blocks);
    ngx_queue_remove(q);

    block = ngx_queue_data(q, ngx_glyph_block_t, queue);

    t->hold->block = block;

    return ngx_glyph_pump_put(t->hold->pump, block->listings.data,
                              block->listings.len);
}


static ngx_int_t
ngx_glyph_transform_header(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_glyph_transform_t  *t;

    static u_char  vary[] = "Accept";
    static u_char  trailer[] = "Glyph-Rows";

    t = ngx_glyph_job_sink_data(job);

    if (t->type.data == ngx_glyph_transform_types[2].data) {
        ngx_str_set(&r->headers_out.charset, "utf-8");
    }

    r->expect_trailers = 1;

    if (ngx_glyph_add_header(r, "Vary", vary, sizeof(vary) - 1) != NGX_OK) {
        return NGX_ERROR;
    }

    if (r->http_version >= NGX_HTTP_VERSION_11
        && ngx_glyph_add_header(r, "Trailer", trailer, sizeof(trailer) - 1)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_glyph_pump_begin(t->hold->pump, &t->type);
}


/* The block in hand is sent; whether it was the last. */

static ngx_uint_t
ngx_glyph_transform_sent(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_int_t               rc;
    ngx_glyph_block_t      *block;
    ngx_glyph_transform_t  *t;

    t = ngx_glyph_job_sink_data(job);

    block = t->hold->block;
    t->hold->block = NULL;

    if (!block->final) {
        ngx_glyph_job_committed(job, block);
        return 0;
    }

    rc = ngx_glyph_transform_trailer(r, job);

    ngx_glyph_answer_detach(ngx_glyph_job_client(job)->data);
    ngx_glyph_job_committed(job, block);

    r->read_event_handler = ngx_http_block_reading;

    if (rc == NGX_OK) {
        rc = ngx_glyph_pump_end(t->hold->pump, NULL, 0);
    }

    ngx_http_finalize_request(r, rc);

    return 1;
}


static ngx_int_t
ngx_glyph_transform_trailer(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    u_char           *p;
    ngx_table_elt_t  *h;
    u_char            buf[NGX_GLYPH_ROWS_LEN];

    p = ngx_glyph_answer_rows(buf, job);

    h = ngx_list_push(&r->headers_out.trailers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    ngx_glyph_header_single(h);
    ngx_str_set(&h->key, "Glyph-Rows");
    h->value.len = p - buf;
    h->value.data = ngx_pnalloc(r->pool, h->value.len);

    if (h->value.data == NULL) {
        h->hash = 0;
        return NGX_ERROR;
    }

    ngx_memcpy(h->value.data, buf, h->value.len);

    return NGX_OK;
}
