
/*
 * The request body filter: moves the bytes of an upload into its job's
 * chunks.  Where there is no room, buffers are left unread; they then come
 * back in rb->busy, nginx stops reading the socket, and the client waits.
 * See ngx_http_read_unbuffered_request_body() for the other half.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_ctx.h"
#include "ngx_glyph_form.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_zone.h"


static ngx_int_t ngx_glyph_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_int_t ngx_glyph_body_chain(ngx_glyph_ctx_t *ctx, ngx_chain_t *cl);
static ngx_int_t ngx_glyph_body_last(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx);


static ngx_http_request_body_filter_pt  ngx_http_next_request_body_filter;


static ngx_int_t
ngx_glyph_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_chain_t      *cl;
    ngx_glyph_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_glyph_module);

    if (ctx == NULL) {
        return ngx_http_next_request_body_filter(r, in);
    }

    /* HTTP/2 asks before it sizes its buffer, and again with every call */

    r->request_body->filter_need_buffering = 1;

    for (cl = in; cl; cl = cl->next) {

        /* an empty last buffer is freed right after this call */

        if (cl->buf->last_buf) {
            ctx->last_seen = 1;
        }
    }

    if (ctx->form) {
        ngx_glyph_form_look(ctx, in);
        return ngx_http_next_request_body_filter(r, NULL);
    }

    ctx->paused = 0;

    if (ngx_glyph_body_chain(ctx, r->request_body->busy) != NGX_OK
        || ngx_glyph_body_chain(ctx, in) != NGX_OK)
    {
        ctx->paused = 1;

        ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "glyph body filter: no room");

        return ngx_http_next_request_body_filter(r, NULL);
    }

    if (ctx->last_seen && !ctx->last_sent) {
        return ngx_glyph_body_last(r, ctx);
    }

    return ngx_http_next_request_body_filter(r, NULL);
}


static ngx_int_t
ngx_glyph_body_chain(ngx_glyph_ctx_t *ctx, ngx_chain_t *cl)
{
    size_t      len;
    ngx_buf_t  *b;

    for ( /* void */ ; cl; cl = cl->next) {
        b = cl->buf;
        len = b->last - b->pos;

        if (ctx->client.job == NULL) {
            b->pos = b->last;
            continue;
        }

        len = ngx_glyph_job_receive(ctx->client.job, b->pos, len);
        b->pos += len;

        ngx_glyph_zone_add(NGX_GLYPH_BYTES_RECEIVED, len);

        if (b->pos != b->last) {
            return NGX_AGAIN;
        }
    }

    return NGX_OK;
}


/* Reading ends when the save filter has seen the last buffer. */

static ngx_int_t
ngx_glyph_body_last(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx)
{
    ngx_chain_t  *cl;

    cl = ngx_alloc_chain_link(r->pool);
    if (cl == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cl->buf = ngx_calloc_buf(r->pool);
    if (cl->buf == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cl->buf->last_buf = 1;
    cl->next = NULL;

    ctx->last_sent = 1;

    return ngx_http_next_request_body_filter(r, cl);
}


ngx_int_t
ngx_glyph_body_filter_init(ngx_conf_t *cf)
{
    ngx_http_next_request_body_filter = ngx_http_top_request_body_filter;
    ngx_http_top_request_body_filter = ngx_glyph_body_filter;

    return NGX_OK;
}
