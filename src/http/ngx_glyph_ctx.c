
#include "ngx_glyph.h"
#include "ngx_glyph_ctx.h"


static void ngx_glyph_ctx_cleanup(void *data);


ngx_glyph_ctx_t *
ngx_glyph_ctx_create(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_glyph_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ngx_memzero(cln->data, sizeof(ngx_glyph_ctx_t));

    cln->handler = ngx_glyph_ctx_cleanup;

    return cln->data;
}


ngx_glyph_ctx_t *
ngx_glyph_ctx_find(ngx_http_request_t *r)
{
    ngx_glyph_ctx_t     *ctx;
    ngx_pool_cleanup_t  *cln;

    ctx = ngx_http_get_module_ctx(r, ngx_glyph_module);

    if (ctx || !(r->internal || r->filter_finalize)) {
        return ctx;
    }

    /* the address was forgotten by the redirect, the memory is there still */

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_glyph_ctx_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


/* As soon as it is settled that a job fails, it is "failed". */

void
ngx_glyph_ctx_keep(ngx_glyph_ctx_t *ctx, ngx_glyph_job_t *job)
{
    ngx_glyph_job_view_t  view;

    ngx_glyph_job_view(job, &view);

    ngx_memcpy(ctx->kept.id, ngx_glyph_job_import(job)->text,
               NGX_GLYPH_UUID_TEXT_LEN);

    ctx->kept.state = ngx_glyph_job_state_name(view.state);
    ctx->kept.rows = view.rows;
    ctx->kept.invalid = view.invalid;
    ctx->kept.bytes = view.bytes;
}


/* What it is called for is that it can be recognized. */

static void
ngx_glyph_ctx_cleanup(void *data)
{
    ngx_glyph_ctx_t *ctx = data;

    ctx->kept.state = NULL;
}
