
/*
 * ?dry_run=true: an import that stores nothing, and shows its first rows.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_output.h"
#include "ngx_glyph_preview.h"


#define NGX_GLYPH_DRY_RUN_ROWS  20


static ngx_int_t ngx_glyph_dry_run_begin(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static void ngx_glyph_dry_run_listing(void *data, const glyph_listing_t *l);
static void ngx_glyph_dry_run_rejected(void *data,
    const glyph_rejected_t *r);
static void ngx_glyph_dry_run_end(void *data, glyph_buf_t *result);


static const ngx_glyph_kind_t  ngx_glyph_dry_run_kind = {
    "dry run",
    0,                                     /* keeps */
    NULL,                                  /* step */
    NULL,                                  /* room */
    NULL,                                  /* ready */
    NULL,                                  /* finished */
    NULL,                                  /* failed */
    NULL,                                  /* idle */
    NULL,                                  /* blameless */
    NULL,                                  /* leave */
    NULL                                   /* ended */
};


static const ngx_glyph_sink_t  ngx_glyph_dry_run_sink = {
    0,                                     /* stored */
    0,                                     /* streams */
    ngx_glyph_dry_run_listing,
    ngx_glyph_dry_run_rejected,
    NULL,                                  /* warning */
    ngx_glyph_dry_run_end,
    ngx_glyph_sink_ready,
    ngx_glyph_sink_drop,
    NULL                                   /* forget */
};


ngx_glyph_output_t  ngx_glyph_dry_run = {
    &ngx_glyph_dry_run_kind,
    &ngx_glyph_dry_run_sink,
    0,                                     /* params */
    ngx_glyph_dry_run_begin
};


static ngx_int_t
ngx_glyph_dry_run_begin(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    ngx_glyph_preview_t  *preview;

    preview = ngx_glyph_preview_create(order->asked->pool,
                                       NGX_GLYPH_DRY_RUN_ROWS,
                                       NGX_MAX_SIZE_T_VALUE);
    if (preview == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_glyph_job_into(order->job, &ngx_glyph_dry_run_sink, preview);

    return NGX_DECLINED;
}


static void
ngx_glyph_dry_run_listing(void *data, const glyph_listing_t *l)
{
    ngx_glyph_sink_task_t *st = data;

    ngx_glyph_preview_listing(st->data, l);
}


static void
ngx_glyph_dry_run_rejected(void *data, const glyph_rejected_t *r)
{
    /* the ImportResult has them */
}


static void
ngx_glyph_dry_run_end(void *data, glyph_buf_t *result)
{
    ngx_glyph_sink_task_t *st = data;

    glyph_json_key(result, "dry_run");
    glyph_buf_puts(result, "true");
    glyph_json_key(result, "preview");

    ngx_glyph_preview_end(st->data, result);
}
