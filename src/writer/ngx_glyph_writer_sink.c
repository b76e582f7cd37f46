
/*
 * Rows of an import on their way to the writer: what COPY is to get.  The
 * sink's own is the preview of a client that asks for the first of them, or
 * NULL.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_preview.h"
#include "ngx_glyph_writer.h"
#include "core/out/glyph_copy.h"


static void ngx_glyph_writer_sink_listing(void *data,
    const glyph_listing_t *l);
static void ngx_glyph_writer_sink_rejected(void *data,
    const glyph_rejected_t *r);


const ngx_glyph_sink_t  ngx_glyph_writer_sink = {
    1,                                     /* stored */
    0,                                     /* streams */
    ngx_glyph_writer_sink_listing,
    ngx_glyph_writer_sink_rejected,
    NULL,                                  /* end */
    ngx_glyph_writer_ready,
    NULL,                                  /* deliver */
    ngx_glyph_writer_forget
};


/* In the thread. */

static void
ngx_glyph_writer_sink_listing(void *data, const glyph_listing_t *l)
{
    ngx_glyph_sink_task_t *st = data;

    if ((uint64_t) l->import_index < st->import->skip_rows) {
        return;
    }

    glyph_copy_listing(&st->block->listings, st->import->id.bytes, l);

    if (st->data) {
        ngx_glyph_preview_listing(st->data, l);
    }
}


static void
ngx_glyph_writer_sink_rejected(void *data, const glyph_rejected_t *r)
{
    ngx_glyph_sink_task_t *st = data;

    if ((uint64_t) r->import_index < st->import->skip_rows) {
        st->import->skipped_invalid++;
        return;
    }

    glyph_copy_rejected(&st->block->errors, st->import->id.bytes, r);
}
