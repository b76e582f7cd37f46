
/*
 * What fields before a form's file say of how the form is read ("dry_run",
 * "background", …) must be known before there is a job that takes it.  So the
 * body is looked at where nginx has it, and left there: the body filter takes
 * nothing, and what fits into client_body_buffer_size is all that is seen.
 *
 *   the form is   until
 *   READING       its file begins, it ends, or the buffer is full: then the
 *                 options are decided again, and the upload goes on
 *   DECIDED       there is a job: it takes what has come, and the rest
 *
 * Only the fields are looked at here, a few hundred bytes; the pipeline reads
 * them again, with all that can be wrong with a form.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_answer.h"
#include "ngx_glyph_body_saved.h"
#include "ngx_glyph_clock.h"
#include "ngx_glyph_form.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_options.h"
#include "core/body/glyph_form_opts.h"
#include "core/body/glyph_multipart.h"


typedef enum {
    NGX_GLYPH_FORM_READING = 0,
    NGX_GLYPH_FORM_KNOWN,                  /* as much as there will be */
    NGX_GLYPH_FORM_DECIDED
} ngx_glyph_form_e;


struct ngx_glyph_form_s {
    ngx_glyph_form_e           state;
    ngx_glyph_order_t         *order;      /* NULL: it was passed on */
    ngx_glyph_formed_pt        formed;
    glyph_multipart_t         *multipart;
    ngx_event_t                timer;      /* glyph_upload_timeout */
};


static ngx_int_t ngx_glyph_form_saved(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_glyph_form_t *form);
static void ngx_glyph_form_cleanup(void *data);
static void ngx_glyph_form_handler(ngx_http_request_t *r);
static void ngx_glyph_form_read_handler(ngx_http_request_t *r);
static void ngx_glyph_form_timeout(ngx_event_t *ev);
static ngx_uint_t ngx_glyph_form_full(ngx_http_request_t *r);
static void ngx_glyph_form_decide(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx);
static ngx_int_t ngx_glyph_form_fields(ngx_http_request_t *r,
    ngx_glyph_form_t *form);
static void ngx_glyph_form_failed(ngx_http_request_t *r, ngx_int_t rc);
static void ngx_glyph_form_stop(ngx_glyph_form_t *form);


ngx_uint_t
ngx_glyph_form_is(ngx_glyph_order_t *order)
{
    glyph_pipeline_opts_t  *opts;

    opts = &order->asked->opts;

    return opts->boundary.len && opts->encoding == GLYPH_ENCODING_IDENTITY;
}


ngx_int_t
ngx_glyph_form_read(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_glyph_order_t *order, ngx_glyph_formed_pt formed)
{
    ngx_int_t            rc;
    ngx_glyph_form_t    *form;
    ngx_http_cleanup_t  *cln;

    form = ngx_pcalloc(r->pool, sizeof(ngx_glyph_form_t));
    cln = form ? ngx_http_cleanup_add(r, 0) : NULL;

    if (cln == NULL) {
        ngx_glyph_job_unref(order->job);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_glyph_form_cleanup;
    cln->data = form;

    form->order = order;
    form->formed = formed;
    form->multipart = glyph_multipart_create(&order->asked->opts.boundary);

    if (form->multipart == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_glyph_body_saved(r) == NGX_OK) {
        return ngx_glyph_form_saved(r, ctx, form);
    }

    ctx->form = form;

    ngx_http_set_ctx(r, ctx, ngx_glyph_module);

    if (order->asked->conf->upload_timeout) {
        form->timer.handler = ngx_glyph_form_timeout;
        form->timer.data = r;
        form->timer.log = r->connection->log;

        ngx_add_timer(&form->timer, order->asked->conf->upload_timeout);
    }

    r->request_body_no_buffering = 1;

    rc = ngx_http_read_client_request_body(r, ngx_glyph_form_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {

        /* its reference was given back, and the answer needs one */

        r->main->count++;
        ngx_glyph_form_failed(r, rc);
    }

    return NGX_DONE;
}


/* Another module has read the body: what is in memory is looked at. */

static ngx_int_t
ngx_glyph_form_saved(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_glyph_form_t *form)
{
    int                   looked;
    ngx_int_t             rc;
    glyph_str_t           out;
    ngx_chain_t          *cl;
    ngx_glyph_order_t    *order;
    const unsigned char  *p;

    looked = GLYPH_AGAIN;

    for (cl = r->request_body->bufs;
         cl && ngx_buf_in_memory(cl->buf) && looked == GLYPH_AGAIN;
         cl = cl->next)
    {
        p = cl->buf->pos;
        looked = glyph_multipart_read(form->multipart, &p, cl->buf->last,
                                      &out);
    }

    rc = (looked != GLYPH_AGAIN || cl == NULL)
         ? ngx_glyph_form_fields(r, form) : NGX_DECLINED;

    ngx_glyph_form_stop(form);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    order = form->order;
    form->order = NULL;

    return form->formed(r, ctx, order);
}


/* The request ends, maybe before there is a job that takes its body. */

static void
ngx_glyph_form_cleanup(void *data)
{
    ngx_glyph_form_t *form = data;

    ngx_glyph_form_stop(form);

    if (form->order) {
        ngx_glyph_job_unref(form->order->job);
        form->order = NULL;
    }
}


static void
ngx_glyph_form_stop(ngx_glyph_form_t *form)
{
    if (form->timer.timer_set) {
        ngx_del_timer(&form->timer);
    }

    glyph_multipart_destroy(form->multipart);
    form->multipart = NULL;
}


void
ngx_glyph_form_leave(ngx_glyph_ctx_t *ctx)
{
    ctx->form = NULL;
}


void
ngx_glyph_form_look(ngx_glyph_ctx_t *ctx, ngx_chain_t *in)
{
    glyph_str_t           out;
    ngx_chain_t          *cl;
    ngx_glyph_form_t     *form;
    const unsigned char  *p;

    form = ctx->form;

    for (cl = in; cl && form->state == NGX_GLYPH_FORM_READING; cl = cl->next) {
        p = cl->buf->pos;

        if (glyph_multipart_read(form->multipart, &p, cl->buf->last, &out)
            != GLYPH_AGAIN)
        {
            form->state = NGX_GLYPH_FORM_KNOWN;
        }
    }

    if (ctx->last_seen && form->state == NGX_GLYPH_FORM_READING) {
        form->state = NGX_GLYPH_FORM_KNOWN;
    }
}


static void
ngx_glyph_form_handler(ngx_http_request_t *r)
{
    r->read_event_handler = ngx_glyph_form_read_handler;

    ngx_glyph_form_read_handler(r);
}


static void
ngx_glyph_form_read_handler(ngx_http_request_t *r)
{
    ngx_int_t         rc;
    ngx_glyph_ctx_t  *ctx;

    /*
     * over HTTP/2 nginx itself may have refused the body, and its answer be
     * still on its way
     */

    if (r->header_sent) {
        return;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_glyph_module);

    if (ctx->form->state == NGX_GLYPH_FORM_READING && r->reading_body) {
        rc = ngx_http_read_unbuffered_request_body(r);

        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            ngx_glyph_form_failed(r, rc);
            return;
        }
    }

    if (ctx->form->state == NGX_GLYPH_FORM_KNOWN
        || !r->reading_body || ngx_glyph_form_full(r))
    {
        ngx_glyph_form_decide(r, ctx);
    }
}


/* The client may be slow, but not for ever. */

static void
ngx_glyph_form_timeout(ngx_event_t *ev)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ev->data;
    c = r->connection;

    if (r->header_sent) {
        return;
    }

    ngx_http_set_log_request(c->log, r);

    r->keepalive = 0;

    ngx_http_finalize_request(r, ngx_glyph_problem(r,
                                              NGX_GLYPH_CODE_UPLOAD_TIMEOUT));

    ngx_http_run_posted_requests(c);
}


/* There is no room for more of it, as nothing is taken. */

static ngx_uint_t
ngx_glyph_form_full(ngx_http_request_t *r)
{
    ngx_buf_t  *b;

    b = r->request_body->buf;

    return b && b->last == b->end;
}


static void
ngx_glyph_form_decide(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx)
{
    ngx_int_t           rc;
    ngx_glyph_form_t   *form;
    ngx_glyph_order_t  *order;

    form = ctx->form;

    rc = (form->state == NGX_GLYPH_FORM_KNOWN)
         ? ngx_glyph_form_fields(r, form) : NGX_DECLINED;

    form->state = NGX_GLYPH_FORM_DECIDED;

    /* what comes now waits, as long as that takes */

    r->read_event_handler = ngx_http_block_reading;
    ngx_glyph_clock_stand(ctx);
    ngx_glyph_form_stop(form);

    if (rc == NGX_DECLINED) {
        order = form->order;
        form->order = NULL;

        rc = form->formed(r, ctx, order);
    }

    ngx_http_finalize_request(r, rc);
}


/* Into the order; NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_form_fields(ngx_http_request_t *r, ngx_glyph_form_t *form)
{
    size_t              i;
    ngx_int_t           rc;
    ngx_str_t           name, value;
    ngx_glyph_asked_t  *asked;
    const glyph_str_t  *field, *text;

    asked = form->order->asked;

    for (i = 0; /* void */ ; i++) {
        field = glyph_multipart_field_name(form->multipart, i);

        if (field == NULL) {
            return NGX_DECLINED;
        }

        if (!glyph_form_opts_early(field)) {
            continue;
        }

        text = glyph_multipart_field_value(form->multipart, i);

        name.data = field->data;
        name.len = field->len;

        /* as a parameter of the query, it stays as long as the request */

        value.len = text->len;
        value.data = ngx_pnalloc(r->pool, text->len + 1);

        if (value.data == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        if (text->len) {
            ngx_memcpy(value.data, text->data, text->len);
        }

        asked->opts.early = 1;

        rc = ngx_glyph_params_field(r, form->order, &name, &value);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }
}


/* nginx says why the body does not come. */

static void
ngx_glyph_form_failed(ngx_http_request_t *r, ngx_int_t rc)
{
    ngx_connection_t  *c;

    c = r->connection;

    if (!c->error) {
        c->timedout = 0;
        r->keepalive = 0;

        rc = ngx_glyph_problem(r, ngx_glyph_answer_why(rc));
    }

    ngx_http_finalize_request(r, rc);
}
