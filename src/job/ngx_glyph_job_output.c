
/*
 * A job's blocks: how many it may have, and what becomes of each that its sink
 * has taken, in whatever order they come back.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job_parts.h"
#include "ngx_glyph_observer.h"


static void ngx_glyph_job_add(ngx_glyph_job_t *job,
    ngx_glyph_block_t *block);


void
ngx_glyph_job_committed(ngx_glyph_job_t *job, ngx_glyph_block_t *block)
{
    glyph_buf_t            result;
    ngx_glyph_job_state_e  final;

    final = block->final;

    ngx_glyph_job_add(job, block);

    if (!job->timeout.timer_set && !ngx_glyph_job_ending(job)) {
        ngx_add_timer(&job->timeout, job->asked.conf->job_timeout);
    }

    if (final && block != &job->last_block) {
        result = job->last_block.result;
        job->last_block.result = block->result;
        block->result = result;
    }

    ngx_glyph_job_block_put(job, block);

    if (final) {
        ngx_glyph_job_decide(job, final);
        return;
    }

    ngx_glyph_observers_tell(job, NGX_GLYPH_OBSERVED_CHANGED);
    ngx_glyph_job_run(job);
}


void
ngx_glyph_job_written(ngx_glyph_job_t *job, ngx_glyph_block_t *block)
{
    ngx_glyph_job_add(job, block);

    glyph_buf_reset(&block->listings);
    glyph_buf_reset(&block->errors);
    glyph_buf_reset(&block->warnings);

    block->rows_lo = block->totals.rows;
    block->warnings_lo = block->totals.warnings;
    block->valid = 0;
    block->invalid = 0;

    ngx_glyph_observers_tell(job, NGX_GLYPH_OBSERVED_CHANGED);
}


/* Blocks may be committed in any order. */

static void
ngx_glyph_job_add(ngx_glyph_job_t *job, ngx_glyph_block_t *block)
{
    glyph_totals_t      *sum;
    ngx_glyph_range_t    rest, part;
    ngx_glyph_import_t  *import;

    import = &job->import;
    sum = &import->committed;

    import->registered = 1;

    if (!job->sink->stored) {
        *sum = block->totals;
        return;
    }

    if (block->valid) {
        sum->score_min = sum->valid ? ngx_min(sum->score_min, block->score_min)
                                    : block->score_min;
        sum->score_max = sum->valid ? ngx_max(sum->score_max, block->score_max)
                                    : block->score_max;
    }

    sum->rows += block->valid + block->invalid;
    sum->valid += block->valid;
    sum->invalid += block->invalid;
    sum->bytes = ngx_max(sum->bytes, block->totals.bytes);

    rest.lo = block->warnings_lo;
    rest.hi = block->totals.warnings;

    while (ngx_glyph_ranges_missing(&import->have_warnings, &rest, &part)
           == NGX_OK)
    {
        sum->warnings += part.hi - part.lo;
    }
}


void
ngx_glyph_job_drop_output(ngx_glyph_job_t *job)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&job->import.blocks)) {
        q = ngx_queue_head(&job->import.blocks);
        ngx_queue_remove(q);

        ngx_glyph_job_block_put(job,
                              ngx_queue_data(q, ngx_glyph_block_t, queue));
    }

    if (job->block && !job->running) {
        ngx_glyph_job_block_put(job, job->block);
        job->block = NULL;
    }
}


ngx_uint_t
ngx_glyph_job_blocks(ngx_glyph_job_t *job)
{
    if (!job->sink->stored || ngx_glyph_main_conf->pg == NULL) {
        return NGX_GLYPH_JOB_BLOCKS;
    }

    /* one is filled while each lane has one, and another is ready */

    return (ngx_glyph_main_conf->pg->writers > 1)
           ? NGX_GLYPH_JOB_BLOCKS + ngx_glyph_main_conf->pg->writers
           : NGX_GLYPH_JOB_BLOCKS;
}


void
ngx_glyph_job_block_begin(ngx_glyph_job_t *job)
{
    job->block->rows_lo = job->seen.rows;
    job->block->warnings_lo = job->seen.warnings;
    job->block->valid = 0;
    job->block->invalid = 0;
}


/* Its own last block is none of the budget's. */

void
ngx_glyph_job_block_put(ngx_glyph_job_t *job, ngx_glyph_block_t *block)
{
    if (block == &job->last_block) {
        return;
    }

    ngx_glyph_block_put(block);
    job->nblocks--;
}
