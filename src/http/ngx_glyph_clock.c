
#include "ngx_glyph.h"
#include "ngx_glyph_clock.h"
#include "ngx_glyph_job.h"


static void ngx_glyph_clock_handler(ngx_event_t *ev);


void
ngx_glyph_clock_run(ngx_glyph_ctx_t *ctx)
{
    if (ctx->client.job == NULL || ctx->left == 0 || ctx->clock.timer_set) {
        return;
    }

    ctx->clock.handler = ngx_glyph_clock_handler;
    ctx->clock.data = ctx;
    ctx->clock.log = ctx->request->connection->log;

    ngx_add_timer(&ctx->clock, ctx->left);
}


void
ngx_glyph_clock_stand(ngx_glyph_ctx_t *ctx)
{
    ngx_event_t     *rev;
    ngx_msec_int_t   left;

    rev = ctx->request->connection->read;
    rev->timedout = 0;

    if (rev->timer_set) {
        ngx_del_timer(rev);
    }

    if (ctx->clock.timer_set) {
        left = (ngx_msec_int_t) (ctx->clock.timer.key - ngx_current_msec);
        ctx->left = ngx_max(left, 1);

        ngx_del_timer(&ctx->clock);
    }
}


static void
ngx_glyph_clock_handler(ngx_event_t *ev)
{
    ngx_glyph_ctx_t *ctx = ev->data;

    ctx->left = 0;

    ngx_glyph_job_abort(ctx->client.job, NGX_GLYPH_CODE_UPLOAD_TIMEOUT, NULL);
}
