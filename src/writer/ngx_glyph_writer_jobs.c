
/*
 * The jobs that wait for a transaction: those with a block to write, or a row
 * of glyph.imports to make, oldest first; and those that leave no record.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_writer.h"
#include "ngx_glyph_writer_tx.h"


static size_t ngx_glyph_writer_next_size(ngx_glyph_job_t *job);


void
ngx_glyph_writer_ready(ngx_glyph_job_t *job)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (job->import.place == NGX_GLYPH_PLACE_BATCH) {
        return;
    }

    if (job->import.place == NGX_GLYPH_PLACE_READY) {

        if (!ngx_glyph_job_unrecorded(job)) {
            return;
        }

        ngx_glyph_writer_unready(job);
    }

    ngx_glyph_writer_queue(job, 0);

    if (ngx_glyph_store_overdue(NGX_GLYPH_STORE_WRITES)) {
        ngx_post_event(&w->giveup, &ngx_posted_events);
    }

    ngx_glyph_writer_next();
}


void
ngx_glyph_writer_forget(ngx_glyph_job_t *job)
{
    if (job->import.place == NGX_GLYPH_PLACE_READY) {
        ngx_glyph_writer_unready(job);
    }
}


/* Of what Postgres has no row, and needs none, it is not told. */

void
ngx_glyph_writer_queue(ngx_glyph_job_t *job, ngx_uint_t first)
{
    ngx_queue_t         *jobs;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;
    jobs = ngx_glyph_job_unrecorded(job) ? &w->dropped : &w->ready;

    job->import.place = NGX_GLYPH_PLACE_READY;
    w->nready++;

    if (first) {
        ngx_queue_insert_head(jobs, &job->import.ready);

    } else {
        ngx_queue_insert_tail(jobs, &job->import.ready);
    }
}


void
ngx_glyph_writer_unready(ngx_glyph_job_t *job)
{
    ngx_queue_remove(&job->import.ready);
    job->import.place = NGX_GLYPH_PLACE_NONE;

    ngx_glyph_writer.nready--;
}


void
ngx_glyph_writer_drop_jobs(void)
{
    ngx_queue_t         *q;
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    while (!ngx_queue_empty(&w->dropped)) {
        q = ngx_queue_head(&w->dropped);
        job = ngx_queue_data(q, ngx_glyph_job_t, import.ready);

        ngx_glyph_writer_unready(job);
        ngx_glyph_job_unstored(job);
    }
}


/* Jobs whose next block has at most "max" bytes, oldest first. */

void
ngx_glyph_writer_gather(ngx_glyph_batch_t *batch, ngx_uint_t jobs,
    size_t size, size_t max)
{
    ngx_queue_t         *q, *next;
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    for (q = ngx_queue_head(&w->ready);
         q != ngx_queue_sentinel(&w->ready)
         && batch->n < jobs && batch->size < size;
         q = next)
    {
        next = ngx_queue_next(q);
        job = ngx_queue_data(q, ngx_glyph_job_t, import.ready);

        if (ngx_glyph_writer_next_size(job) > max) {
            continue;
        }

        ngx_glyph_writer_unready(job);

        if (job->import.registered && ngx_queue_empty(&job->blocks)) {
            continue;
        }

        ngx_glyph_batch_add(batch, job);
    }
}


/* Of the next blocks of the jobs that wait; counting stops when it is much. */

size_t
ngx_glyph_writer_bytes(void)
{
    size_t               bytes;
    ngx_queue_t         *q;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;
    bytes = 0;

    for (q = ngx_queue_head(&w->ready);
         q != ngx_queue_sentinel(&w->ready)
         && bytes < NGX_GLYPH_WRITERS_MAX * NGX_GLYPH_BATCH_SIZE;
         q = ngx_queue_next(q))
    {
        bytes += ngx_glyph_writer_next_size(ngx_queue_data(q, ngx_glyph_job_t,
                                                           import.ready));
    }

    return bytes;
}


/* Of its next block; 0: there is none. */

static size_t
ngx_glyph_writer_next_size(ngx_glyph_job_t *job)
{
    ngx_glyph_block_t  *block;

    if (ngx_queue_empty(&job->blocks)) {
        return 0;
    }

    block = ngx_queue_data(ngx_queue_head(&job->blocks), ngx_glyph_block_t,
                           queue);

    return ngx_glyph_block_size(block);
}
