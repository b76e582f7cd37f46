
#include "ngx_glyph.h"
#include "ngx_glyph_preview.h"


static void ngx_glyph_preview_cleanup(void *data);


ngx_glyph_preview_t *
ngx_glyph_preview_create(ngx_pool_t *pool, ngx_uint_t rows, size_t size)
{
    ngx_pool_cleanup_t   *cln;
    ngx_glyph_preview_t  *preview;

    cln = ngx_pool_cleanup_add(pool, sizeof(ngx_glyph_preview_t));
    if (cln == NULL) {
        return NULL;
    }

    preview = cln->data;
    ngx_memzero(preview, sizeof(ngx_glyph_preview_t));

    cln->handler = ngx_glyph_preview_cleanup;

    preview->max_rows = rows;
    preview->max_size = size;

    glyph_stream_init(&preview->stream, GLYPH_OUTPUT_JSON);

    return preview;
}


void
ngx_glyph_preview_listing(ngx_glyph_preview_t *preview,
    const glyph_listing_t *l)
{
    size_t  len;

    if (preview->full || preview->rows == preview->max_rows) {
        preview->full = 1;
        return;
    }

    len = preview->buf.len;

    glyph_stream_listing(&preview->stream, &preview->buf, l);

    /* the first is shown, whatever its size */

    if (preview->buf.len > preview->max_size && preview->rows) {
        preview->buf.len = len;
        preview->full = 1;
        return;
    }

    preview->rows++;
}


void
ngx_glyph_preview_end(ngx_glyph_preview_t *preview, glyph_buf_t *b)
{
    glyph_stream_end(&preview->stream, &preview->buf);

    if (preview->buf.failed) {
        b->failed = 1;
        return;
    }

    /* without the line's end */

    glyph_buf_append(b, preview->buf.data, preview->buf.len - 1);
}


static void
ngx_glyph_preview_cleanup(void *data)
{
    ngx_glyph_preview_t *preview = data;

    glyph_buf_free(&preview->buf);
}
