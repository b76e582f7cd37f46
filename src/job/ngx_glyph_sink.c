
#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_sink.h"


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
    job->deliver.log = job->log;

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

    while (!ngx_queue_empty(&job->blocks)) {
        q = ngx_queue_head(&job->blocks);
        ngx_queue_remove(q);

        ngx_glyph_job_committed(job,
                                ngx_queue_data(q, ngx_glyph_block_t, queue));
    }
}
