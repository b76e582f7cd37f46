
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
static void ngx_glyph_writer_sink_warning(void *data,
    const glyph_warning_t *w);
static void ngx_glyph_writer_sink_end(void *data, glyph_buf_t *result);


const ngx_glyph_sink_t  ngx_glyph_writer_sink = {
    1,                                     /* stored */
    0,                                     /* streams */
    ngx_glyph_writer_sink_listing,
    ngx_glyph_writer_sink_rejected,
    ngx_glyph_writer_sink_warning,
    ngx_glyph_writer_sink_end,
    ngx_glyph_writer_ready,
    NULL,                                  /* deliver */
    ngx_glyph_writer_forget
};


/* In the thread. */

static void
ngx_glyph_writer_sink_listing(void *data, const glyph_listing_t *l)
{
    ngx_glyph_sink_task_t *st = data;

    double              score;
    ngx_glyph_block_t  *block;

    if (ngx_glyph_ranges_next(&st->import->have_rows, l->import_index)) {
        return;
    }

    block = st->block;

    glyph_copy_listing(&block->listings, st->import->id.bytes, l);

    score = l->score.score;

    if (block->valid++ == 0) {
        block->score_min = score;
        block->score_max = score;

    } else if (score < block->score_min) {
        block->score_min = score;

    } else if (score > block->score_max) {
        block->score_max = score;
    }

    if (st->data) {
        ngx_glyph_preview_listing(st->data, l);
    }
}


static void
ngx_glyph_writer_sink_rejected(void *data, const glyph_rejected_t *r)
{
    ngx_glyph_sink_task_t *st = data;

    if (ngx_glyph_ranges_next(&st->import->have_rows, r->import_index)) {
        st->import->skipped_invalid++;
        return;
    }

    st->block->invalid++;
    glyph_copy_rejected(&st->block->errors, st->import->id.bytes, r);
}


/* Those that Postgres has counted it has, by number: some are of no row. */

static void
ngx_glyph_writer_sink_warning(void *data, const glyph_warning_t *w)
{
    ngx_glyph_sink_task_t *st = data;

    if (ngx_glyph_ranges_next(&st->import->have_warnings, w->number)
        || w->number >= st->conf->max_warnings)
    {
        return;
    }

    glyph_copy_warning(&st->block->warnings, st->import->id.bytes, w);
}


static void
ngx_glyph_writer_sink_end(void *data, glyph_buf_t *result)
{
    ngx_glyph_sink_task_t *st = data;

    ngx_uint_t       code;
    glyph_totals_t  *totals;

    totals = &st->block->totals;

    if (totals->warnings == 0) {
        return;
    }

    glyph_json_key(result, "warning_counts");
    glyph_buf_putc(result, '{');

    for (code = GLYPH_WARN_PRICE_AMBIGUOUS; code < GLYPH_CODE_N; code++) {
        if (totals->codes[code]) {
            glyph_json_key(result, glyph_code_name((glyph_code_e) code));
            glyph_json_int(result, (int64_t) totals->codes[code]);
        }
    }

    glyph_buf_putc(result, '}');

    if (totals->warnings > st->conf->max_warnings) {
        glyph_json_key(result, "warnings_kept");
        glyph_json_int(result, (int64_t) st->conf->max_warnings);
    }
}
