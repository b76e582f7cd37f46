
/*
 * Rows of an import on their way to the writer: what COPY is to get.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_writer.h"
#include "core/out/glyph_copy.h"


static void ngx_glyph_writer_sink_listing(void *data,
    const glyph_listing_t *l);
static void ngx_glyph_writer_sink_rejected(void *data,
    const glyph_rejected_t *r);
static void ngx_glyph_writer_sink_warning(void *data,
    const glyph_warning_t *w);
static void ngx_glyph_writer_sink_end(ngx_glyph_job_t *job,
    glyph_buf_t *result);


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
    ngx_glyph_job_t *job = data;

    if ((uint64_t) l->import_index < job->import.skip_rows) {
        return;
    }

    glyph_copy_listing(&job->block->listings, job->import.id.bytes, l);

    if (job->preview) {
        ngx_glyph_preview_listing(job->preview, l);
    }
}


static void
ngx_glyph_writer_sink_rejected(void *data, const glyph_rejected_t *r)
{
    ngx_glyph_job_t *job = data;

    if ((uint64_t) r->import_index < job->import.skip_rows) {
        job->import.skipped_invalid++;
        return;
    }

    glyph_copy_rejected(&job->block->errors, job->import.id.bytes, r);
}


/* Those that Postgres has counted it has, by number: some are of no row. */

static void
ngx_glyph_writer_sink_warning(void *data, const glyph_warning_t *w)
{
    ngx_glyph_job_t *job = data;

    if (w->number < job->import.skip_warnings
        || w->number >= job->conf->max_warnings)
    {
        return;
    }

    glyph_copy_warning(&job->block->warnings, job->import.id.bytes, w);
}


static void
ngx_glyph_writer_sink_end(ngx_glyph_job_t *job, glyph_buf_t *result)
{
    ngx_uint_t             code;
    const glyph_totals_t  *totals;

    totals = glyph_pipeline_totals(job->pipeline);

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

    if (totals->warnings > job->conf->max_warnings) {
        glyph_json_key(result, "warnings_kept");
        glyph_json_int(result, (int64_t) job->conf->max_warnings);
    }
}
