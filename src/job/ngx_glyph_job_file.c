
/*
 * One task at a time has the file.  A step that has ended may have been the
 * last thing that a job waited for.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job_file.h"
#include "ngx_glyph_job_parts.h"
#include "ngx_glyph_observer.h"


static ngx_int_t ngx_glyph_job_file_open(ngx_glyph_job_t *job);
static ngx_glyph_chunk_t *ngx_glyph_job_file_chunk(ngx_glyph_job_t *job);
static void ngx_glyph_job_file_opened(ngx_glyph_spool_t *spool);
static void ngx_glyph_job_file_copied(ngx_glyph_spool_t *spool);
static void ngx_glyph_job_file_written(ngx_glyph_spool_t *spool);
static void ngx_glyph_job_file_next(ngx_glyph_job_t *job, ngx_err_t err);
static void ngx_glyph_job_file_read_done(ngx_glyph_spool_t *spool);


ngx_glyph_spool_t *
ngx_glyph_job_file(ngx_glyph_job_t *job)
{
    return job->spool;
}


ngx_glyph_spool_t *
ngx_glyph_job_file_create(ngx_glyph_job_t *job)
{
    ngx_glyph_spool_t  *spool;

    spool = ngx_glyph_spool_create(&job->import.id);

    if (spool) {
        spool->data = job;
        job->spool = spool;
    }

    return spool;
}


void
ngx_glyph_job_file_adopt(ngx_glyph_job_t *job, ngx_glyph_spool_t *spool)
{
    spool->data = job;
    spool->offset = 0;

    job->spool = spool;
    job->state = NGX_GLYPH_JOB_QUEUED;
    job->expected = spool->prefix.body_len;
    job->received = spool->prefix.body_len;

    job->import.id = spool->prefix.id;
    ngx_glyph_uuid_text(job->import.text, &job->import.id);
    job->import.created = spool->prefix.start_time;
}


ngx_glyph_spool_t *
ngx_glyph_job_file_take(ngx_glyph_job_t *job)
{
    ngx_glyph_spool_t  *spool;

    spool = job->spool;
    job->spool = NULL;

    return spool;
}


ngx_glyph_spool_t *
ngx_glyph_job_file_queue(ngx_glyph_job_t *job)
{
    job->kind = &ngx_glyph_kind_import;
    job->state = NGX_GLYPH_JOB_QUEUED;

    ngx_glyph_observers_tell(job, NGX_GLYPH_OBSERVED_CHANGED);

    return ngx_glyph_job_file_take(job);
}


ngx_int_t
ngx_glyph_job_file_write(ngx_glyph_job_t *job)
{
    ngx_int_t           rc;
    ngx_glyph_chunk_t  *chunk;
    ngx_glyph_spool_t  *spool;

    spool = job->spool;
    chunk = ngx_glyph_job_file_chunk(job);

    job->nrunning = 0;

    if (spool->fd == NGX_INVALID_FILE) {
        rc = ngx_glyph_job_file_open(job);

    } else if (spool->source) {
        rc = ngx_glyph_spool_copy(spool, ngx_glyph_job_file_copied);

    } else if (chunk) {

        /* and the pipeline's, if there is one */

        job->nrunning = (ngx_queue_head(&job->chunks) == &chunk->queue)
                        ? 1 : 2;

        rc = ngx_glyph_spool_write(spool, chunk, ngx_glyph_job_file_written);

    } else {
        return job->body_end ? NGX_DONE : NGX_AGAIN;
    }

    if (rc == NGX_OK) {
        ngx_glyph_job_away(job);

    } else {
        ngx_glyph_job_run_later(job);
    }

    return NGX_AGAIN;
}


static ngx_int_t
ngx_glyph_job_file_open(ngx_glyph_job_t *job)
{
    ngx_glyph_spool_t  *spool;

    spool = job->spool;

    spool->expected = job->expected;
    spool->prefix.start_time = job->import.created;

    if (job->digest && job->kind->keeps) {

        /* no task will see the bytes */

        spool->digest = job->digest->sha256;
        spool->wanted = job->digest->wanted;
    }

    return ngx_glyph_spool_open(spool, ngx_glyph_job_file_opened);
}


/* The first that no task has begun with, or NULL. */

static ngx_glyph_chunk_t *
ngx_glyph_job_file_chunk(ngx_glyph_job_t *job)
{
    ngx_queue_t        *q;
    ngx_glyph_chunk_t  *chunk;

    for (q = ngx_queue_head(&job->chunks);
         q != ngx_queue_sentinel(&job->chunks);
         q = ngx_queue_next(q))
    {
        chunk = ngx_queue_data(q, ngx_glyph_chunk_t, queue);

        if (ngx_glyph_chunk_untouched(chunk)) {
            return chunk;
        }
    }

    return NULL;
}


static void
ngx_glyph_job_file_opened(ngx_glyph_spool_t *spool)
{
    ngx_glyph_job_t *job = spool->data;

    ngx_glyph_job_back(job);
    ngx_glyph_job_file_next(job, spool->err);

    (void) ngx_glyph_job_resume(job);

    ngx_glyph_job_unref(job);
}


static void
ngx_glyph_job_file_copied(ngx_glyph_spool_t *spool)
{
    ngx_glyph_job_t *job = spool->data;

    ngx_glyph_job_back(job);

    job->received = spool->offset;

    ngx_glyph_job_file_next(job, spool->err);
    ngx_glyph_observers_tell(job, NGX_GLYPH_OBSERVED_CHANGED);

    ngx_glyph_job_unref(job);
}


static void
ngx_glyph_job_file_written(ngx_glyph_spool_t *spool)
{
    ngx_glyph_job_t *job = spool->data;

    ngx_glyph_chunk_t  *chunk;

    chunk = spool->chunk;
    spool->chunk = NULL;

    ngx_glyph_job_back(job);

    ngx_queue_remove(&chunk->queue);
    ngx_glyph_job_chunk_return(job, chunk);

    ngx_glyph_job_file_next(job, spool->err);
    ngx_glyph_observers_tell(job, NGX_GLYPH_OBSERVED_CHANGED);

    (void) ngx_glyph_job_resume(job);

    ngx_glyph_job_unref(job);
}


static void
ngx_glyph_job_file_next(ngx_glyph_job_t *job, ngx_err_t err)
{
    if (err) {
        job->kind->failed(job, err);
    }

    if (ngx_glyph_job_ending(job)) {
        ngx_glyph_job_drop_input(job);
    }

    ngx_glyph_job_run(job);
}


void
ngx_glyph_job_file_begin(ngx_glyph_job_t *job)
{
    job->state = NGX_GLYPH_JOB_PROCESSING;
    job->body_end = (job->expected == 0);

    ngx_glyph_job_run(job);
    ngx_glyph_job_file_read(job);
}


void
ngx_glyph_job_file_read(ngx_glyph_job_t *job)
{
    ngx_glyph_chunk_t  *chunk;

    if (job->life != NGX_GLYPH_LIFE_OPEN || job->body_end || job->spool->busy)
    {
        return;
    }

    chunk = ngx_glyph_job_chunk_take(job);

    if (chunk == NULL) {
        return;
    }

    if (ngx_glyph_spool_read(job->spool, chunk, ngx_glyph_job_file_read_done)
        != NGX_OK)
    {
        ngx_glyph_job_chunk_return(job, chunk);
        ngx_glyph_job_run_later(job);
        return;
    }

    ngx_glyph_job_ref(job);
}


static void
ngx_glyph_job_file_read_done(ngx_glyph_spool_t *spool)
{
    ngx_glyph_job_t *job = spool->data;

    ngx_glyph_chunk_t  *chunk;

    chunk = spool->chunk;
    spool->chunk = NULL;

    if (spool->err == 0 && job->life == NGX_GLYPH_LIFE_OPEN) {

        ngx_queue_insert_tail(&job->chunks, &chunk->queue);

        job->body_end = (spool->offset == (off_t) spool->prefix.body_len);

        ngx_glyph_job_run(job);
        (void) ngx_glyph_job_resume(job);

        ngx_glyph_job_unref(job);
        return;
    }

    ngx_glyph_job_chunk_return(job, chunk);

    if (job->life >= NGX_GLYPH_LIFE_ENDED) {

        /* only this was waited for */

        job->kind->idle(job);

    } else {
        ngx_glyph_job_file_next(job, spool->err);
    }

    ngx_glyph_job_unref(job);
}
