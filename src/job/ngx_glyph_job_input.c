
/*
 * What comes in: bytes into chunks, from a request or a file, and when a task
 * is to have them.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job_parts.h"


/* chunks that one job may hold */
#define NGX_GLYPH_JOB_CHUNKS    2
#define NGX_GLYPH_JOB_PLENTY    8       /* while most of all are free */

/* what is taken for still to come where nobody has told */
#define NGX_GLYPH_JOB_UNTOLD    65536

/* a chunk that does not fill is dispatched after this, ms */
#define NGX_GLYPH_JOB_FLUSH     50


/* the bytes are on their way to the disk */
#define ngx_glyph_job_to_file(job)                                            \
    ((job)->kind->keeps || (job)->collect == NGX_GLYPH_COLLECT_WRITE)


static ngx_int_t ngx_glyph_job_chunk(ngx_glyph_job_t *job);
static ngx_uint_t ngx_glyph_job_chunk_due(ngx_glyph_job_t *job);
static void ngx_glyph_job_dispatch(ngx_glyph_job_t *job);
static void ngx_glyph_job_flush_handler(ngx_event_t *ev);
static void ngx_glyph_job_chunk_granted(void *data);


size_t
ngx_glyph_job_receive(ngx_glyph_job_t *job, u_char *data, size_t len)
{
    size_t              n, taken;
    ngx_glyph_chunk_t  *chunk;

    taken = 0;

    while (taken < len) {

        if (ngx_glyph_job_ending(job)) {
            return len;
        }

        if (job->filling == NULL && ngx_glyph_job_chunk(job) != NGX_OK) {
            break;
        }

        chunk = job->filling;

        n = ngx_min((size_t) (chunk->end - chunk->last), len - taken);
        chunk->last = ngx_cpymem(chunk->last, data + taken, n);

        taken += n;
        job->received += n;

        if (chunk->last == chunk->end) {
            ngx_glyph_job_dispatch(job);
        }
    }

    return taken;
}


/* Others wait for what is half full: a turn is for all that was there. */

void
ngx_glyph_job_input_idle(ngx_glyph_job_t *job)
{
    if (job->filling && ngx_glyph_chunk_wanted(job->filling)) {
        ngx_glyph_job_dispatch(job);
    }
}


static ngx_int_t
ngx_glyph_job_chunk(ngx_glyph_job_t *job)
{
    job->filling = ngx_glyph_job_chunk_take(job);

    if (job->filling == NULL) {
        return NGX_AGAIN;
    }

    ngx_glyph_job_run_later(job);

    return NGX_OK;
}


/*
 * A task reads all chunks that are there: with more of them it is not the
 * event loop that a job waits for.
 */

static ngx_uint_t
ngx_glyph_job_chunk_due(ngx_glyph_job_t *job)
{
    ngx_uint_t  plenty;

    if (job->collect == NGX_GLYPH_COLLECT_GATHER) {

        if (!ngx_glyph_collect_full(job)) {
            return 1;
        }

        ngx_glyph_job_run(job);
    }

    plenty = !ngx_glyph_job_to_file(job)
             && ngx_glyph_chunk_plenty(ngx_glyph_job_streams(job));

    /* it would only stay with a client that does not read */

    if (ngx_glyph_job_streams(job) && ngx_glyph_job_stalled(job) && !plenty) {
        return 0;
    }

    return job->nchunks < (plenty ? NGX_GLYPH_JOB_PLENTY
                                  : NGX_GLYPH_JOB_CHUNKS);
}


ngx_glyph_chunk_t *
ngx_glyph_job_chunk_take(ngx_glyph_job_t *job)
{
    ngx_glyph_chunk_t  *chunk;

    if (!ngx_glyph_job_chunk_due(job)) {

        /* one may be kept for it, since it was due */

        ngx_glyph_waiter_cancel(&job->chunk_waiter);
        return NULL;
    }

    job->chunk_waiter.granted = ngx_glyph_job_chunk_granted;
    job->chunk_waiter.data = job;
    job->chunk_waiter.size = ngx_glyph_job_size(job);

    chunk = ngx_glyph_chunk_get(&job->chunk_waiter,
                                ngx_glyph_job_to_file(job)
                                ? NGX_GLYPH_BUDGET_SPOOL
                                : ngx_glyph_job_streams(job)
                                ? NGX_GLYPH_BUDGET_STREAM_CHUNKS
                                : NGX_GLYPH_BUDGET_CHUNKS);

    if (chunk) {
        job->nchunks++;

    } else if (!job->chunk_waiter.waiting) {
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_OUT_OF_MEMORY, NULL);
    }

    return chunk;
}


off_t
ngx_glyph_job_bytes(ngx_glyph_job_t *job)
{
    return job->kind->keeps ? job->received : (off_t) job->seen.bytes;
}


off_t
ngx_glyph_job_size(ngx_glyph_job_t *job)
{
    if (job->expected >= 0) {
        return job->expected;
    }

    return job->body_end ? job->received
                         : job->received + NGX_GLYPH_JOB_UNTOLD;
}


void
ngx_glyph_job_chunk_return(ngx_glyph_job_t *job, ngx_glyph_chunk_t *chunk)
{
    ngx_glyph_chunk_put(chunk);
    job->nchunks--;
}


void
ngx_glyph_job_run_later(ngx_glyph_job_t *job)
{
    if (job->flush.timer_set) {
        return;
    }

    job->flush.handler = ngx_glyph_job_flush_handler;
    job->flush.data = job;
    job->flush.log = &job->import.log;

    ngx_add_timer(&job->flush, NGX_GLYPH_JOB_FLUSH);
}


static void
ngx_glyph_job_dispatch(ngx_glyph_job_t *job)
{
    if (job->flush.timer_set) {
        ngx_del_timer(&job->flush);
    }

    if (job->filling) {
        ngx_queue_insert_tail(&job->chunks, &job->filling->queue);
        job->filling = NULL;
    }

    ngx_glyph_job_run(job);
}


static void
ngx_glyph_job_flush_handler(ngx_event_t *ev)
{
    ngx_glyph_job_t *job = ev->data;

    if (job->collect == NGX_GLYPH_COLLECT_GATHER
        && !ngx_glyph_collect_full(job))
    {
        /* nothing waits for it but its end */

        return;
    }

    ngx_glyph_job_dispatch(job);
}


static void
ngx_glyph_job_chunk_granted(void *data)
{
    ngx_glyph_job_t *job = data;

    if (ngx_glyph_job_resume(job) != NGX_OK) {

        /* nobody would take it */

        ngx_glyph_waiter_cancel(&job->chunk_waiter);
    }
}


/* There is room for input again. */

ngx_int_t
ngx_glyph_job_resume(ngx_glyph_job_t *job)
{
    return job->kind->room ? job->kind->room(job)
                           : ngx_glyph_client_resume(job->client);
}


void
ngx_glyph_job_body_end(ngx_glyph_job_t *job)
{
    job->body_end = 1;
    job->import.timing.receive = ngx_glyph_usec()
                                 - job->import.timing.began;

    if (job->state == NGX_GLYPH_JOB_RECEIVING && !job->kind->keeps) {
        job->state = NGX_GLYPH_JOB_PROCESSING;
    }

    ngx_glyph_job_dispatch(job);
}


void
ngx_glyph_job_drop_input(ngx_glyph_job_t *job)
{
    ngx_uint_t    n;
    ngx_queue_t  *q, *next;

    ngx_glyph_waiter_cancel(&job->chunk_waiter);
    ngx_glyph_waiter_cancel(&job->block_waiter);

    if (job->filling) {
        ngx_glyph_chunk_put(job->filling);
        job->filling = NULL;
        job->nchunks--;
    }

    /* those in front are a task's, while there is one */

    n = job->running ? job->nrunning : 0;

    for (q = ngx_queue_head(&job->chunks);
         q != ngx_queue_sentinel(&job->chunks);
         q = next)
    {
        next = ngx_queue_next(q);

        if (n) {
            n--;
            continue;
        }

        ngx_queue_remove(q);
        ngx_glyph_job_chunk_return(job,
                                ngx_queue_data(q, ngx_glyph_chunk_t, queue));
    }

    ngx_glyph_collect_drop(job);
}


/*
 * The one in front is a pipeline's in the midst of it, and must stay where it
 * is.  What is in memory since it was gathered is of the half that jobs may
 * keep, and so is what a stream got beyond the first two.
 */

void
ngx_glyph_job_yield(ngx_glyph_job_t *job)
{
    ngx_uint_t          own;
    ngx_queue_t        *q;
    ngx_glyph_chunk_t  *chunk;

    if (!ngx_glyph_job_streams(job) || ngx_glyph_chunk_plenty(1)) {
        return;
    }

    if (job->collect == NGX_GLYPH_COLLECT_READ) {
        ngx_glyph_collect_rewind(job);

    } else if (job->collect != NGX_GLYPH_COLLECT_STREAM) {
        return;
    }

    own = 0;

    for (q = ngx_queue_head(&job->chunks);
         q != ngx_queue_sentinel(&job->chunks) && own < NGX_GLYPH_JOB_CHUNKS;
         q = ngx_queue_next(q))
    {
        chunk = ngx_queue_data(q, ngx_glyph_chunk_t, queue);

        if (chunk->budget) {
            ngx_glyph_chunk_own(chunk);
        }

        own++;
    }
}
