
#include "ngx_glyph.h"
#include "ngx_glyph_job_parts.h"


static void ngx_glyph_sink_handler(ngx_event_t *ev);


/* Later, because the caller may be in the middle of the request's body. */

void
ngx_glyph_sink_ready(ngx_glyph_job_t *job)
{
    if (job->deliver.posted) {
        return;
    }

    job->deliver.handler = ngx_glyph_sink_handler;
    job->deliver.data = job;
    job->deliver.log = &job->import.log;

    ngx_glyph_job_ref(job);

    ngx_post_event(&job->deliver, &ngx_posted_events);
}


static void
ngx_glyph_sink_handler(ngx_event_t *ev)
{
    ngx_glyph_job_t *job = ev->data;

    job->sink->deliver(job);

    ngx_glyph_job_unref(job);
}


void
ngx_glyph_sink_drop(ngx_glyph_job_t *job)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&job->import.blocks)) {
        q = ngx_queue_head(&job->import.blocks);
        ngx_queue_remove(q);

        ngx_glyph_job_committed(job,
                                ngx_queue_data(q, ngx_glyph_block_t, queue));
    }
}


/*
 * A job whose rows are all there cannot be aborted any more: if its last block
 * was not sent, nothing but this makes it end.
 */

void
ngx_glyph_sink_unread(ngx_glyph_job_t *job, ngx_glyph_block_t *block)
{
    ngx_queue_t  *q;

    if (block && block->final) {
        job->last_block.totals = block->totals;
        job->last_block.final = block->final;
        block->final = 0;

        ngx_queue_insert_tail(&job->import.blocks, &job->last_block.queue);
    }

    if (ngx_queue_empty(&job->import.blocks)) {
        return;
    }

    q = ngx_queue_last(&job->import.blocks);
    block = ngx_queue_data(q, ngx_glyph_block_t, queue);

    if (block->final == NGX_GLYPH_JOB_COMPLETED) {
        block->final = NGX_GLYPH_JOB_FAILED;
        job->code = ngx_glyph_codes[NGX_GLYPH_CODE_CLIENT_GONE].name;
    }

    ngx_glyph_sink_ready(job);
}
