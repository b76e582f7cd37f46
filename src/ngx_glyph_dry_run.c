
/*
 * ?dry_run=true: an import that stores nothing, and shows its first rows.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_output.h"
#include "core/glyph_stream.h"


#define NGX_GLYPH_DRY_RUN_ROWS  20


typedef struct {
    glyph_stream_t             stream;
    ngx_uint_t                 rows;
    glyph_buf_t                preview;     /* JSON, without the brackets */
} ngx_glyph_dry_run_t;


static ngx_int_t ngx_glyph_dry_run_begin(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static void ngx_glyph_dry_run_listing(void *data, const glyph_listing_t *l);
static void ngx_glyph_dry_run_rejected(void *data,
    const glyph_rejected_t *r);
static void ngx_glyph_dry_run_end(ngx_glyph_job_t *job, glyph_buf_t *result);
static void ngx_glyph_dry_run_cleanup(void *data);


ngx_glyph_output_t  ngx_glyph_dry_run = {
    "dry run",
    0,
    ngx_glyph_dry_run_begin,
    ngx_glyph_dry_run_listing,
    ngx_glyph_dry_run_rejected,
    ngx_glyph_dry_run_end,
    ngx_glyph_output_drop
};


static ngx_int_t
ngx_glyph_dry_run_begin(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_pool_cleanup_t   *cln;
    ngx_glyph_dry_run_t  *dry;

    cln = ngx_pool_cleanup_add(job->pool, sizeof(ngx_glyph_dry_run_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    dry = cln->data;
    ngx_memzero(dry, sizeof(ngx_glyph_dry_run_t));

    cln->handler = ngx_glyph_dry_run_cleanup;

    glyph_stream_init(&dry->stream, GLYPH_OUTPUT_JSON);

    job->output_data = dry;

    return NGX_DECLINED;
}


static void
ngx_glyph_dry_run_listing(void *data, const glyph_listing_t *l)
{
    ngx_glyph_job_t *job = data;

    ngx_glyph_dry_run_t  *dry;

    dry = job->output_data;

    if (dry->rows == NGX_GLYPH_DRY_RUN_ROWS) {
        return;
    }

    dry->rows++;

    glyph_stream_listing(&dry->stream, &dry->preview, l);
}


static void
ngx_glyph_dry_run_rejected(void *data, const glyph_rejected_t *r)
{
    /* the ImportResult has them */
}


static void
ngx_glyph_dry_run_end(ngx_glyph_job_t *job, glyph_buf_t *result)
{
    ngx_glyph_dry_run_t  *dry;

    dry = job->output_data;

    glyph_stream_end(&dry->stream, &dry->preview);

    if (dry->preview.len) {
        dry->preview.len--;         /* the line's end */
    }

    glyph_json_key(result, "dry_run");
    glyph_buf_puts(result, "true");
    glyph_json_key(result, "preview");
    glyph_buf_append(result, dry->preview.data, dry->preview.len);

    if (dry->preview.failed) {
        result->failed = 1;
    }
}


static void
ngx_glyph_dry_run_cleanup(void *data)
{
    ngx_glyph_dry_run_t *dry = data;

    glyph_buf_free(&dry->preview);
}
