
/*
 * The input of a transform, kept until all of it is here.
 *
 * Many clients read nothing before they have sent all, and nginx as a proxy
 * sends no more of a body once it has passed the header of the answer on: so
 * nothing of the answer may leave before.
 *
 *   HEAD     tasks have the chunks, until      it is found: GATHER; the end:
 *            they find the file's header       MEMORY
 *   GATHER   the chunks are kept               the end: MEMORY; more than is
 *                                              kept in memory: WRITE
 *   WRITE    they go to a file, one by one     the end: READ
 *   MEMORY   tasks have the chunks
 *   READ     tasks have what is read from the
 *            file, as there is room
 *
 * The header is looked at first, so that what is no file is refused before
 * all of it has come; the chunk that it ends in is the pipeline's, and stays
 * in front of all others.
 *
 * The file is a part of the spool that never gets its name: it counts as one,
 * and goes as one if the worker dies.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job_file.h"
#include "ngx_glyph_job_parts.h"


#define NGX_GLYPH_COLLECT_SIZE  (1024 * 1024)


static ngx_int_t ngx_glyph_collect_step(ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_collect_room(ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_collect_file(ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_collect_write(ngx_glyph_job_t *job);
static void ngx_glyph_collect_failed(ngx_glyph_job_t *job, ngx_err_t err);


const ngx_glyph_kind_t  ngx_glyph_kind_transform = {
    "transform",
    0,                                     /* keeps */
    ngx_glyph_collect_step,
    ngx_glyph_collect_room,
    NULL,                                  /* ready */
    NULL,                                  /* finished */
    ngx_glyph_collect_failed,
    ngx_glyph_collect_drop,
    NULL,                                  /* blameless */
    NULL,                                  /* leave */
    NULL                                   /* ended */
};


void
ngx_glyph_kind_collect(ngx_glyph_job_t *job, ngx_uint_t stream)
{
    job->collect = stream ? NGX_GLYPH_COLLECT_STREAM
                          : NGX_GLYPH_COLLECT_HEAD;
}


ngx_uint_t
ngx_glyph_collect_full(ngx_glyph_job_t *job)
{
    return job->expected > NGX_GLYPH_COLLECT_SIZE
           || job->nchunks * ngx_glyph_main_conf->buffers.size
              >= NGX_GLYPH_COLLECT_SIZE
           || (job->nchunks && !ngx_glyph_chunk_plenty(1));
}


/* NGX_OK: tasks may go on, or the job ends; NGX_AGAIN: not now. */

static ngx_int_t
ngx_glyph_collect_step(ngx_glyph_job_t *job)
{
    if (ngx_glyph_job_ending(job)) {
        return NGX_OK;
    }

    switch (job->collect) {

    case NGX_GLYPH_COLLECT_HEAD:
    case NGX_GLYPH_COLLECT_GATHER:

        if (job->body_end) {
            job->collect = NGX_GLYPH_COLLECT_MEMORY;
            return NGX_OK;
        }

        if (job->collect == NGX_GLYPH_COLLECT_HEAD) {
            return NGX_OK;
        }

        if (!ngx_glyph_collect_full(job)) {
            return NGX_AGAIN;
        }

        return (ngx_glyph_collect_file(job) == NGX_OK)
               ? ngx_glyph_collect_write(job) : NGX_AGAIN;

    case NGX_GLYPH_COLLECT_WRITE:
        return ngx_glyph_collect_write(job);

    default:
        return NGX_OK;
    }
}


void
ngx_glyph_collect_begun(ngx_glyph_job_t *job)
{
    ngx_queue_t        *q;
    ngx_glyph_chunk_t  *chunk;

    job->collect = NGX_GLYPH_COLLECT_GATHER;

    /* it stays until all is here, which may take long */

    q = ngx_queue_head(&job->chunks);
    chunk = ngx_queue_data(q, ngx_glyph_chunk_t, queue);

    if (!ngx_glyph_chunk_untouched(chunk) && !ngx_glyph_chunk_plenty(1)) {
        ngx_glyph_chunk_own(chunk);
    }
}


static ngx_int_t
ngx_glyph_collect_file(ngx_glyph_job_t *job)
{
    if (ngx_glyph_job_file_create(job) == NULL) {
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_OUT_OF_MEMORY, NULL);
        return NGX_ERROR;
    }

    job->collect = NGX_GLYPH_COLLECT_WRITE;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_collect_write(ngx_glyph_job_t *job)
{
    ngx_glyph_spool_t  *spool;

    if (ngx_glyph_job_file_write(job) != NGX_DONE) {
        return NGX_AGAIN;
    }

    spool = job->spool;

    spool->prefix.body_len = spool->offset;
    spool->offset = 0;

    job->collect = NGX_GLYPH_COLLECT_READ;
    job->body_end = (spool->prefix.body_len == 0);

    return NGX_OK;
}


static void
ngx_glyph_collect_failed(ngx_glyph_job_t *job, ngx_err_t err)
{
    if (job->collect == NGX_GLYPH_COLLECT_READ) {
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_SPOOL_UNREADABLE,
                            "the body could not be read from the disk");
        return;
    }

    switch (err) {

    case NGX_GLYPH_SPOOL_FULL:
    case NGX_ENOSPC:
    case EDQUOT:
    case EFBIG:
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_SPOOL_FULL,
                            "there is no room to keep the body until all of "
                            "it is here; with stream=on it is not kept");
        break;

    default:
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_SPOOL_FAILED,
                            "the body could not be written to the disk");
    }
}


static ngx_int_t
ngx_glyph_collect_room(ngx_glyph_job_t *job)
{
    if (job->collect != NGX_GLYPH_COLLECT_READ) {
        return ngx_glyph_client_resume(job->client);
    }

    ngx_glyph_job_file_read(job);

    return NGX_OK;
}


/* Of chunks that no task has begun with. */

void
ngx_glyph_collect_rewind(ngx_glyph_job_t *job)
{
    ngx_queue_t        *q;
    ngx_glyph_chunk_t  *chunk;
    ngx_glyph_spool_t  *spool;

    spool = job->spool;

    if (spool->busy) {
        return;
    }

    while (!ngx_queue_empty(&job->chunks)) {
        q = ngx_queue_last(&job->chunks);
        chunk = ngx_queue_data(q, ngx_glyph_chunk_t, queue);

        if (!ngx_glyph_chunk_untouched(chunk)) {
            break;
        }

        spool->offset -= chunk->last - chunk->start;
        job->body_end = 0;

        ngx_queue_remove(q);
        ngx_glyph_job_chunk_return(job, chunk);
    }
}


void
ngx_glyph_collect_drop(ngx_glyph_job_t *job)
{
    ngx_glyph_spool_t  *spool;

    spool = job->spool;

    if (job->collect == NGX_GLYPH_COLLECT_NONE || spool == NULL
        || spool->busy)
    {
        return;
    }

    job->spool = NULL;

    ngx_glyph_spool_drop(spool);
}
