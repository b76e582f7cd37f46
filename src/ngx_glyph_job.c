
#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_compute.h"
#include "ngx_glyph_idempotency.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_metrics.h"
#include "ngx_glyph_output.h"
#include "ngx_glyph_state.h"
#include "ngx_glyph_upload.h"
#include "ngx_glyph_writer.h"


/* chunks, and blocks, that one job may hold */
#define NGX_GLYPH_JOB_CHUNKS    2
#define NGX_GLYPH_JOB_BLOCKS    2

/* a chunk that does not fill is dispatched after this, ms */
#define NGX_GLYPH_JOB_FLUSH     50

/* how often jobs are looked after, and when they get a row in imports, ms */
#define NGX_GLYPH_JOB_TICK      1000

#define NGX_GLYPH_JOB_BUCKETS   256

/* when nothing is known of how long jobs take, s */
#define NGX_GLYPH_JOB_RETRY_MAX 60


static ngx_int_t ngx_glyph_job_chunk(ngx_glyph_job_t *job);
static void ngx_glyph_job_resume(ngx_glyph_job_t *job);
static void ngx_glyph_job_let_go(ngx_glyph_job_t *job);
static void ngx_glyph_job_dispatch(ngx_glyph_job_t *job);
static void ngx_glyph_job_flush_handler(ngx_event_t *ev);
static void ngx_glyph_job_chunk_granted(void *data);
static void ngx_glyph_job_block_granted(void *data);
static void ngx_glyph_job_timeout_handler(ngx_event_t *ev);
static void ngx_glyph_job_tick_handler(ngx_event_t *ev);
static void ngx_glyph_job_tick_one(ngx_glyph_job_t *job);
static void ngx_glyph_job_ready(ngx_glyph_job_t *job);
static void ngx_glyph_job_queue_final(ngx_glyph_job_t *job);
static const char *ngx_glyph_job_name(ngx_glyph_job_t *job);
static void ngx_glyph_job_drop_input(ngx_glyph_job_t *job);
static void ngx_glyph_job_drop_output(ngx_glyph_job_t *job);
static void ngx_glyph_job_stop_timers(ngx_glyph_job_t *job);
static const char *ngx_glyph_job_keep(ngx_glyph_job_t *job,
    const char *text);
static void ngx_glyph_job_finish(ngx_glyph_job_t *job,
    ngx_glyph_job_state_e state);
static void ngx_glyph_job_destroy(ngx_glyph_job_t *job);
static u_char *ngx_glyph_job_log_handler(ngx_log_t *log, u_char *buf,
    size_t len);


static ngx_queue_t  ngx_glyph_jobs[NGX_GLYPH_JOB_BUCKETS];
static ngx_uint_t   ngx_glyph_jobs_n;
static ngx_uint_t   ngx_glyph_jobs_transforms;   /* of them */
static ngx_event_t  ngx_glyph_job_tick;


static const char  *ngx_glyph_job_states[] = {
    "receiving", "queued", "processing", "completed", "failed", "cancelled"
};


ngx_int_t
ngx_glyph_job_init(ngx_cycle_t *cycle)
{
    static ngx_connection_t  dummy;

    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_JOB_BUCKETS; i++) {
        ngx_queue_init(&ngx_glyph_jobs[i]);
    }

    dummy.fd = (ngx_socket_t) -1;

    ngx_glyph_job_tick.handler = ngx_glyph_job_tick_handler;
    ngx_glyph_job_tick.data = &dummy;
    ngx_glyph_job_tick.log = cycle->log;
    ngx_glyph_job_tick.cancelable = 1;

    ngx_add_timer(&ngx_glyph_job_tick, NGX_GLYPH_JOB_TICK);

    return NGX_OK;
}


/*
 * Threads and connections are gone: what is left is memory.  The reaper
 * fails the imports of these jobs once our lock is.
 */

void
ngx_glyph_job_exit(void)
{
    ngx_uint_t        i;
    ngx_queue_t      *q;
    ngx_glyph_job_t  *job;

    if (ngx_glyph_job_tick.handler == NULL) {
        return;
    }

    for (i = 0; i < NGX_GLYPH_JOB_BUCKETS; i++) {

        while (!ngx_queue_empty(&ngx_glyph_jobs[i])) {
            q = ngx_queue_head(&ngx_glyph_jobs[i]);
            job = ngx_queue_data(q, ngx_glyph_job_t, queue);

            ngx_queue_remove(q);

            ngx_log_error(NGX_LOG_NOTICE, job->log, 0,
                          "job not finished at worker exit");

            job->running = 0;

            if (job->ctx) {
                job->ctx->job = NULL;
                job->ctx = NULL;
            }

            ngx_glyph_job_destroy(job);
        }
    }

    ngx_glyph_jobs_n = 0;
    ngx_glyph_jobs_transforms = 0;
}


ngx_glyph_job_t *
ngx_glyph_job_create(ngx_glyph_loc_conf_t *conf, ngx_log_t *log)
{
    ngx_pool_t       *pool;
    ngx_glyph_job_t  *job;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    job = ngx_pcalloc(pool, sizeof(ngx_glyph_job_t));
    if (job == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     job->state = NGX_GLYPH_JOB_RECEIVING;
     *     job->ctx, code, filling, pipeline, block = NULL;
     *     all counters and flags = 0;
     */

    job->refs = 1;
    job->pool = pool;
    job->conf = conf;
    job->epoch = 1;
    job->expected = -1;
    job->timing.began = ngx_glyph_usec();

    job->own_log = *ngx_cycle->log;
    job->own_log.connection = log->connection;
    job->own_log.handler = ngx_glyph_job_log_handler;
    job->own_log.data = job;
    job->own_log.action = NULL;
    job->log = &job->own_log;

    ngx_queue_init(&job->chunks);
    ngx_queue_init(&job->blocks);

    job->chunk_waiter.granted = ngx_glyph_job_chunk_granted;
    job->chunk_waiter.data = job;
    job->block_waiter.granted = ngx_glyph_job_block_granted;
    job->block_waiter.data = job;

    job->flush.handler = ngx_glyph_job_flush_handler;
    job->flush.data = job;
    job->flush.log = job->log;

    job->timeout.handler = ngx_glyph_job_timeout_handler;
    job->timeout.data = job;
    job->timeout.log = job->log;

    job->task.data = job;

    return job;
}


void
ngx_glyph_job_ref(ngx_glyph_job_t *job)
{
    job->refs++;
}


void
ngx_glyph_job_unref(ngx_glyph_job_t *job)
{
    if (--job->refs == 0) {
        ngx_glyph_job_destroy(job);
    }
}


static void
ngx_glyph_job_destroy(ngx_glyph_job_t *job)
{
    ngx_glyph_state_forget(job);
    ngx_glyph_job_stop_timers(job);
    ngx_glyph_job_drop_input(job);
    ngx_glyph_job_drop_output(job);

    if (job->pipeline) {
        glyph_pipeline_destroy(job->pipeline);
    }

    if (job->spool) {
        ngx_glyph_spool_close(job->spool);
    }

    glyph_buf_free(&job->result);
    glyph_buf_free(&job->last_block.result);
    glyph_buf_free(&job->meta);
    glyph_sha256_destroy(job->body_digest);

    ngx_destroy_pool(job->pool);
}


ngx_int_t
ngx_glyph_job_start(ngx_glyph_job_t *job)
{
    int             rc;
    glyph_code_e    code;
    ngx_time_t     *tp;

    rc = glyph_pipeline_create(&job->pipeline, &job->conf->pipeline,
                               &job->opts, &code);

    if (rc == GLYPH_BAD) {
        job->code = glyph_code_name(code);
        return NGX_DECLINED;
    }

    if (rc != GLYPH_OK) {
        return NGX_ERROR;
    }

    tp = ngx_timeofday();

    job->start_time = (uint64_t) tp->sec * 1000 + tp->msec;
    job->started = ngx_current_msec;

    ngx_queue_insert_tail(&ngx_glyph_jobs[job->id.bytes[15]], &job->queue);
    ngx_glyph_jobs_n++;
    ngx_glyph_jobs_transforms += (job->output != NULL);

    ngx_glyph_job_ref(job);

    ngx_add_timer(&job->timeout, job->conf->job_timeout);

    return NGX_OK;
}


ngx_glyph_job_t *
ngx_glyph_job_find(ngx_glyph_uuid_t *id)
{
    ngx_queue_t      *q, *bucket;
    ngx_glyph_job_t  *job;

    bucket = &ngx_glyph_jobs[id->bytes[15]];

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = ngx_queue_next(q))
    {
        job = ngx_queue_data(q, ngx_glyph_job_t, queue);

        if (ngx_memcmp(job->id.bytes, id->bytes, sizeof(id->bytes)) == 0) {
            return job;
        }
    }

    return NULL;
}


ngx_uint_t
ngx_glyph_job_count(void)
{
    return ngx_glyph_jobs_n;
}


ngx_uint_t
ngx_glyph_job_count_like(ngx_glyph_job_t *job)
{
    return job->output ? ngx_glyph_jobs_transforms
                       : ngx_glyph_jobs_n - ngx_glyph_jobs_transforms;
}


time_t
ngx_glyph_job_next_end(ngx_glyph_job_t *like)
{
    off_t             done;
    time_t            best, left;
    ngx_uint_t        i;
    ngx_queue_t      *q;
    ngx_glyph_job_t  *job;

    best = NGX_GLYPH_JOB_RETRY_MAX;

    for (i = 0; i < NGX_GLYPH_JOB_BUCKETS; i++) {

        for (q = ngx_queue_head(&ngx_glyph_jobs[i]);
             q != ngx_queue_sentinel(&ngx_glyph_jobs[i]);
             q = ngx_queue_next(q))
        {
            job = ngx_queue_data(q, ngx_glyph_job_t, queue);

            done = job->spooling ? job->received : (off_t) job->seen.bytes;

            if (done == 0 || job->expected < done
                || (job->output == NULL) != (like->output == NULL))
            {
                continue;
            }

            left = (time_t) ((double) (ngx_current_msec - job->started)
                             * (double) (job->expected - done)
                             / (double) done / 1000);

            best = ngx_min(best, left + 1);
        }
    }

    return best;
}


void
ngx_glyph_job_counts(ngx_glyph_job_count_t *counts)
{
    ngx_uint_t        i;
    ngx_queue_t      *q;
    ngx_glyph_job_t  *job;

    ngx_memzero(counts, sizeof(ngx_glyph_job_count_t));

    for (i = 0; i < NGX_GLYPH_JOB_BUCKETS && ngx_glyph_jobs_n; i++) {

        for (q = ngx_queue_head(&ngx_glyph_jobs[i]);
             q != ngx_queue_sentinel(&ngx_glyph_jobs[i]);
             q = ngx_queue_next(q))
        {
            job = ngx_queue_data(q, ngx_glyph_job_t, queue);

            if (job->output) {
                counts->transforms++;

            } else {
                counts->state[job->state]++;
            }

            counts->uploads += (job->ctx != NULL);
        }
    }
}


void
ngx_glyph_job_each(void (*f)(ngx_glyph_job_t *job))
{
    ngx_uint_t    i;
    ngx_queue_t  *q;

    for (i = 0; i < NGX_GLYPH_JOB_BUCKETS && ngx_glyph_jobs_n; i++) {

        for (q = ngx_queue_head(&ngx_glyph_jobs[i]);
             q != ngx_queue_sentinel(&ngx_glyph_jobs[i]);
             q = ngx_queue_next(q))
        {
            f(ngx_queue_data(q, ngx_glyph_job_t, queue));
        }
    }
}


size_t
ngx_glyph_job_receive(ngx_glyph_job_t *job, u_char *data, size_t len)
{
    size_t              n, taken;
    ngx_glyph_chunk_t  *chunk;

    taken = 0;

    while (taken < len) {

        if (job->ending) {
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

    if (job->filling && ngx_glyph_chunk_wanted(job->filling)) {
        ngx_glyph_job_dispatch(job);
    }

    return taken;
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


ngx_glyph_chunk_t *
ngx_glyph_job_chunk_take(ngx_glyph_job_t *job)
{
    ngx_glyph_chunk_t  *chunk;

    if (job->nchunks == NGX_GLYPH_JOB_CHUNKS) {
        return NULL;
    }

    if (job->spooling) {
        chunk = ngx_glyph_chunk_get_spool(&job->chunk_waiter);

    } else if (ngx_glyph_job_streams(job)) {
        chunk = ngx_glyph_chunk_get_stream(&job->chunk_waiter);

    } else {
        chunk = ngx_glyph_chunk_get(&job->chunk_waiter);
    }

    if (chunk) {
        job->nchunks++;

    } else if (!job->chunk_waiter.waiting) {
        ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED,
                            NGX_HTTP_INTERNAL_SERVER_ERROR,
                            "out_of_memory", NULL);
    }

    return chunk;
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
    if (!job->flush.timer_set) {
        ngx_add_timer(&job->flush, NGX_GLYPH_JOB_FLUSH);
    }
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
    ngx_glyph_job_dispatch(ev->data);
}


static void
ngx_glyph_job_chunk_granted(void *data)
{
    ngx_glyph_job_t *job = data;

    if (job->run || (job->ctx && job->ctx->paused)) {
        ngx_glyph_job_resume(job);
        return;
    }

    /* nobody would take it */

    ngx_glyph_waiter_cancel(&job->chunk_waiter);
}


/* There is room for input again. */

static void
ngx_glyph_job_resume(ngx_glyph_job_t *job)
{
    if (job->run) {
        ngx_glyph_runner_feed(job);

    } else if (job->ctx) {
        ngx_glyph_upload_resume(job->ctx);
    }
}


static void
ngx_glyph_job_block_granted(void *data)
{
    ngx_glyph_job_run(data);
}


void
ngx_glyph_job_body_end(ngx_glyph_job_t *job)
{
    job->body_end = 1;
    job->timing.receive = ngx_glyph_usec() - job->timing.began;

    if (job->state == NGX_GLYPH_JOB_RECEIVING && !job->spooling) {
        job->state = NGX_GLYPH_JOB_PROCESSING;
    }

    ngx_glyph_job_dispatch(job);
}


void
ngx_glyph_job_run(ngx_glyph_job_t *job)
{
    if (job->running || job->final_queued) {
        return;
    }

    if (job->spooling) {
        ngx_glyph_background_run(job);
        return;
    }

    /* whether there is a row in Postgres is not known before */

    if (job->run && !ngx_glyph_runner_started(job)) {
        return;
    }

    if (job->ending && job->replay) {
        ngx_glyph_job_unstored(job);
        return;
    }

    if (job->ending) {
        ngx_glyph_job_queue_final(job);
        return;
    }

    if (job->leaving) {
        return;
    }

    if (ngx_queue_empty(&job->chunks) && !job->body_end) {
        return;
    }

    if (job->block == NULL) {

        if (job->nblocks == NGX_GLYPH_JOB_BLOCKS) {
            return;
        }

        job->block = ngx_glyph_job_streams(job)
                     ? ngx_glyph_block_get_stream(&job->block_waiter)
                     : ngx_glyph_block_get(&job->block_waiter);

        if (job->block == NULL) {

            if (!job->block_waiter.waiting) {
                ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED,
                                    NGX_HTTP_INTERNAL_SERVER_ERROR,
                                    "out_of_memory", NULL);
            }

            return;
        }

        job->nblocks++;
    }

    if (ngx_glyph_compute_post(job) == NGX_OK) {
        ngx_glyph_job_ref(job);
        job->running = 1;
        return;
    }

    /* the pool's queue is full: that is back-pressure, not an error */

    ngx_glyph_job_run_later(job);
}


/* The compute task is back; see ngx_glyph_compute.c for what it did. */

void
ngx_glyph_job_computed(ngx_glyph_job_t *job, ngx_glyph_chunk_t *chunk)
{
    ngx_glyph_block_t  *block;

    block = job->block;

    job->running = 0;
    ngx_glyph_metrics_totals(&job->seen, &block->totals);
    job->seen = block->totals;

    if (job->skip_rows && job->seen.rows >= job->skip_rows) {

        /* what Postgres had refused, an earlier run has counted */

        job->refused += job->committed.invalid - job->skipped_invalid;
        job->skip_rows = 0;
    }

    if (job->ending) {
        ngx_glyph_job_drop_input(job);
        ngx_glyph_job_block_put(job, block);
        job->block = NULL;

        ngx_glyph_job_run(job);
        goto done;
    }

    if (job->rc == GLYPH_ERROR) {
        ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED,
                            NGX_HTTP_INTERNAL_SERVER_ERROR,
                            "out_of_memory", NULL);
        goto done;
    }

    if (chunk && job->rc == GLYPH_OK) {
        ngx_queue_remove(&chunk->queue);
        ngx_glyph_chunk_put(chunk);
        job->nchunks--;
    }

    if (block->final && job->replay) {
        block->final = 0;

        if (job->code && job->source.len == 0) {
            ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED, 422,
                                "idempotency_mismatch", "an import had this "
                                "Idempotency-Key, and another file");
        } else {
            job->code = NULL;
            ngx_glyph_idempotency_replay(job);
        }

        goto done;
    }

    if (block->final) {
        job->ending = 1;
        job->final_queued = 1;
        ngx_glyph_job_stop_timers(job);
        ngx_glyph_job_drop_input(job);
    }

    if (job->rc == GLYPH_FULL
        || block->final
        || (ngx_queue_empty(&job->chunks)
            && !job->body_end
            && block->listings.len + block->errors.len > 0))
    {
        job->block = NULL;
        ngx_queue_insert_tail(&job->blocks, &block->queue);
        ngx_glyph_job_ready(job);

    } else if (ngx_queue_empty(&job->chunks) && !job->body_end) {

        /* a client may be slow, others have rows */

        job->block = NULL;
        ngx_glyph_job_block_put(job, block);
    }

    ngx_glyph_job_run(job);

    ngx_glyph_state_publish(job);
    ngx_glyph_job_resume(job);

done:

    ngx_glyph_job_unref(job);
}


void
ngx_glyph_job_abort(ngx_glyph_job_t *job, ngx_glyph_job_state_e state,
    ngx_uint_t status, const char *code, const char *detail)
{
    if (job->ending) {
        return;
    }

    job->ending = 1;
    job->outcome = state;
    job->http_status = status;
    job->code = code;

    if (detail) {
        job->detail.data = (u_char *) detail;
        job->detail.len = ngx_strlen(detail);
    }

    ngx_log_error(NGX_LOG_INFO, job->log, 0, "%s ends early: %s",
                  ngx_glyph_job_name(job), code);

    ngx_glyph_job_stop_timers(job);
    ngx_glyph_job_drop_input(job);

    ngx_glyph_job_run(job);
}


/*
 * The last, empty block of a job that ends early.  What it had encoded and
 * not yet given to the writer is worth nothing any more.
 */

static void
ngx_glyph_job_queue_final(ngx_glyph_job_t *job)
{
    ngx_glyph_job_drop_output(job);

    job->final_queued = 1;

    job->last_block.totals = job->committed;
    job->last_block.final = job->outcome;

    ngx_queue_insert_tail(&job->blocks, &job->last_block.queue);

    ngx_glyph_job_ready(job);
}


/* A block is there for whoever takes them. */

static void
ngx_glyph_job_ready(ngx_glyph_job_t *job)
{
    if (job->output) {
        ngx_glyph_output_ready(job);
    } else {
        ngx_glyph_writer_ready(job);
    }
}


static void
ngx_glyph_job_drop_input(ngx_glyph_job_t *job)
{
    ngx_queue_t        *q, *next;
    ngx_glyph_chunk_t  *chunk;

    ngx_glyph_waiter_cancel(&job->chunk_waiter);
    ngx_glyph_waiter_cancel(&job->block_waiter);

    if (job->filling) {
        ngx_glyph_chunk_put(job->filling);
        job->filling = NULL;
        job->nchunks--;
    }

    for (q = ngx_queue_head(&job->chunks);
         q != ngx_queue_sentinel(&job->chunks);
         q = next)
    {
        next = ngx_queue_next(q);
        chunk = ngx_queue_data(q, ngx_glyph_chunk_t, queue);

        if (job->running && chunk == job->running_chunk) {
            continue;
        }

        ngx_queue_remove(q);
        ngx_glyph_chunk_put(chunk);
        job->nchunks--;
    }
}


static void
ngx_glyph_job_drop_output(ngx_glyph_job_t *job)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&job->blocks)) {
        q = ngx_queue_head(&job->blocks);
        ngx_queue_remove(q);

        ngx_glyph_job_block_put(job,
                                ngx_queue_data(q, ngx_glyph_block_t, queue));
    }

    if (job->block && !job->running) {
        ngx_glyph_job_block_put(job, job->block);
        job->block = NULL;
    }
}


void
ngx_glyph_job_block_put(ngx_glyph_job_t *job, ngx_glyph_block_t *block)
{
    if (block == &job->last_block) {
        return;
    }

    ngx_glyph_block_put(block);
    job->nblocks--;
}


static void
ngx_glyph_job_stop_timers(ngx_glyph_job_t *job)
{
    if (job->flush.timer_set) {
        ngx_del_timer(&job->flush);
    }

    if (job->timeout.timer_set) {
        ngx_del_timer(&job->timeout);
    }
}


void
ngx_glyph_job_detach(ngx_glyph_job_t *job)
{
    job->ctx = NULL;

    if (job->durable) {
        return;
    }

    ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED, 0, "client_gone",
                        "the client closed the connection before the end");
}


void
ngx_glyph_job_committed(ngx_glyph_job_t *job, ngx_glyph_block_t *block)
{
    glyph_buf_t            result;
    ngx_glyph_job_state_e  final;

    final = block->final;

    if (final && job->duplicate_of[0] && block->result.len) {

        /* as glyph.job_result() does */

        block->result.len--;
        glyph_buf_puts(&block->result, ",\"duplicate_of\":\"");
        glyph_buf_puts(&block->result, (char *) job->duplicate_of);
        glyph_buf_puts(&block->result, "\"}");
    }

    job->registered = 1;
    job->committed = block->totals;

    if (!job->timeout.timer_set && !job->ending) {
        ngx_add_timer(&job->timeout, job->conf->job_timeout);
    }

    if (final) {
        result = job->result;
        job->result = block->result;
        block->result = result;
    }

    ngx_glyph_job_block_put(job, block);

    if (final) {
        ngx_glyph_job_finish(job, final);
        return;
    }

    ngx_glyph_state_publish(job);
    ngx_glyph_job_run(job);
}


void
ngx_glyph_job_over(ngx_glyph_job_t *job, ngx_glyph_job_state_e state,
    const char *code)
{
    ngx_queue_t        *q;
    ngx_glyph_block_t  *block;

    if (ngx_glyph_job_is_final(job->state)) {
        return;
    }

    job->ending = 1;
    job->final_queued = 1;

    if (state == NGX_GLYPH_JOB_COMPLETED) {

        /* the last block was committed: its result is the answer */

        if (!ngx_queue_empty(&job->blocks)) {
            q = ngx_queue_last(&job->blocks);
            block = ngx_queue_data(q, ngx_glyph_block_t, queue);

            job->committed = block->totals;
            job->result = block->result;
            ngx_memzero(&block->result, sizeof(glyph_buf_t));
        }

        job->http_status = NGX_HTTP_OK;
        job->code = NULL;

    } else {
        /* the writer's code may be the memory of a result */

        job->code = ngx_glyph_job_keep(job, code);
        job->http_status = (state == NGX_GLYPH_JOB_CANCELLED
                            || (code && ngx_strcmp(code, "job_id_used") == 0))
                           ? NGX_HTTP_CONFLICT : NGX_HTTP_SERVICE_UNAVAILABLE;
        ngx_str_null(&job->detail);
    }

    ngx_glyph_job_stop_timers(job);
    ngx_glyph_job_drop_input(job);
    ngx_glyph_job_drop_output(job);

    ngx_glyph_job_finish(job, state);
}


static const char *
ngx_glyph_job_keep(ngx_glyph_job_t *job, const char *text)
{
    size_t   len;
    u_char  *p;

    len = text ? ngx_strlen(text) : 0;
    p = len ? ngx_pnalloc(job->pool, len + 1) : NULL;

    if (p == NULL) {
        return "failed";
    }

    ngx_memcpy(p, text, len + 1);

    return (char *) p;
}


static void
ngx_glyph_job_finish(ngx_glyph_job_t *job, ngx_glyph_job_state_e state)
{
    job->state = state;
    ngx_glyph_metrics_job(job);

    ngx_log_error(NGX_LOG_INFO, job->log, 0,
                  "%s %s%s%s: %uL rows, %uL invalid, %O bytes, %M ms",
                  ngx_glyph_job_name(job), ngx_glyph_job_state_name(state),
                  job->code ? " " : "", job->code ? job->code : "",
                  job->committed.rows, job->committed.invalid, job->received,
                  ngx_current_msec - job->started);

    ngx_glyph_state_publish(job);

    if (job->ctx) {
        ngx_glyph_upload_answer(job->ctx, job->http_status, job->code,
                                &job->detail);
    }

    if (job->run) {
        ngx_glyph_runner_over(job, job->code == NULL
                              || ngx_strcmp(job->code, "ownership_lost") != 0);
    }

    ngx_glyph_job_leave(job);
}


void
ngx_glyph_job_leave(ngx_glyph_job_t *job)
{
    ngx_glyph_job_stop_timers(job);
    ngx_glyph_state_forget(job);

    ngx_queue_remove(&job->queue);
    ngx_glyph_jobs_n--;
    ngx_glyph_jobs_transforms -= (job->output != NULL);

    ngx_glyph_job_unref(job);
}


static const char *
ngx_glyph_job_name(ngx_glyph_job_t *job)
{
    return job->output ? job->output->name : "import";
}


void
ngx_glyph_job_unstored(ngx_glyph_job_t *job)
{
    ngx_glyph_job_unstored_as(job, job->outcome);
}


void
ngx_glyph_job_unstored_as(ngx_glyph_job_t *job, ngx_glyph_job_state_e state)
{
    if (ngx_glyph_job_is_final(job->state)) {
        return;
    }

    job->ending = 1;
    job->final_queued = 1;

    ngx_glyph_job_drop_input(job);
    ngx_glyph_job_drop_output(job);

    ngx_glyph_job_finish(job, state);
}


void
ngx_glyph_job_store_lost(ngx_glyph_job_t *job, ngx_uint_t unknown)
{
    ngx_str_t  detail;

    if (job->durable) {

        /* nobody waits but the file; the clock does not run meanwhile */

        if (job->timeout.timer_set) {
            ngx_del_timer(&job->timeout);
        }

        return;
    }

    if (unknown) {

        /* the job stays: its end is found out when Postgres is back */

        if (job->ctx) {
            ngx_str_set(&detail, "Postgres was lost while it committed; the "
                        "job's status tells the outcome when it is back");
            ngx_glyph_upload_answer(job->ctx, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    "outcome_unknown", &detail);
        }

        return;
    }

    /* an end that was good and is not written is none */

    if (job->ending && job->code == NULL) {
        job->ending = 0;
        job->final_queued = 0;
    }

    ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED,
                        NGX_HTTP_SERVICE_UNAVAILABLE, "store_unavailable",
                        "Postgres is out of reach; nothing was imported");

    if (job->ctx) {
        ngx_glyph_upload_answer(job->ctx, NGX_HTTP_SERVICE_UNAVAILABLE,
                                job->code, &job->detail);
    }
}


void
ngx_glyph_job_refused(ngx_glyph_job_t *job)
{
    if (job->outcome_refused) {

        /* not even its failure can be written */

        ngx_glyph_job_over(job, NGX_GLYPH_JOB_FAILED, "store_refused");
        return;
    }

    job->outcome_refused = 1;
    job->ending = 0;
    job->final_queued = 0;

    ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED,
                        NGX_HTTP_INTERNAL_SERVER_ERROR, "store_refused",
                        "Postgres refused the import; see the error log");
}


static void
ngx_glyph_job_timeout_handler(ngx_event_t *ev)
{
    ngx_glyph_job_t *job = ev->data;

    ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED,
                        job->body_end ? NGX_HTTP_SERVICE_UNAVAILABLE
                                      : NGX_HTTP_REQUEST_TIME_OUT,
                        "job_timeout",
                        "it took longer than glyph_job_timeout");
}


/*
 * A job that has not ended after a second gets its row in imports, so that
 * it can be cancelled, and reaped, and keeps its state in Redis fresh.
 */

static void
ngx_glyph_job_tick_handler(ngx_event_t *ev)
{
    uint64_t      end;
    ngx_queue_t  *q, *next, *bucket;

    static ngx_uint_t  i;   /* the next bucket */

    end = ngx_glyph_usec() + NGX_GLYPH_TURN_USEC;

    for ( /* void */ ; i < NGX_GLYPH_JOB_BUCKETS && ngx_glyph_jobs_n; i++) {

        bucket = &ngx_glyph_jobs[i];

        if (!ngx_queue_empty(bucket) && ngx_glyph_usec() >= end) {
            ngx_add_timer(ev, 0);
            return;
        }

        for (q = ngx_queue_head(bucket);
             q != ngx_queue_sentinel(bucket);
             q = next)
        {
            next = ngx_queue_next(q);
            ngx_glyph_job_tick_one(ngx_queue_data(q, ngx_glyph_job_t, queue));
        }
    }

    i = 0;

    if (!ngx_exiting) {
        ngx_add_timer(ev, NGX_GLYPH_JOB_TICK);

    } else if (ngx_glyph_jobs_n) {
        ngx_add_timer(ev, NGX_GLYPH_JOB_TICK / 10);
    }
}


static void
ngx_glyph_job_tick_one(ngx_glyph_job_t *job)
{
    if (ngx_exiting && job->run) {
        ngx_glyph_job_let_go(job);
        return;
    }

    if (!job->registered && !job->spooling && job->output == NULL
        && (job->run == NULL || ngx_glyph_runner_started(job))
        && ngx_current_msec - job->started >= NGX_GLYPH_JOB_TICK)
    {
        ngx_glyph_writer_ready(job);
    }

    ngx_glyph_state_alive(job);
}


/*
 * The worker ends, and the file is there for the next one: what is in the
 * middle of a step finishes it, and nothing new is begun.
 */

static void
ngx_glyph_job_let_go(ngx_glyph_job_t *job)
{
    if (job->final_queued) {
        return;
    }

    job->leaving = 1;

    ngx_glyph_job_stop_timers(job);

    if (job->running || job->in_batch) {
        return;
    }

    ngx_glyph_job_ref(job);

    if (ngx_glyph_runner_leave(job) == NGX_OK) {
        ngx_glyph_writer_forget(job);
        ngx_glyph_job_drop_input(job);
        ngx_glyph_job_drop_output(job);
        ngx_glyph_job_leave(job);
    }

    ngx_glyph_job_unref(job);
}


const char *
ngx_glyph_job_state_name(ngx_glyph_job_state_e state)
{
    return ngx_glyph_job_states[state];
}


ngx_int_t
ngx_glyph_job_state_parse(const char *name)
{
    ngx_uint_t  i;

    for (i = 0; i <= NGX_GLYPH_JOB_CANCELLED; i++) {
        if (ngx_strcmp(ngx_glyph_job_states[i], name) == 0) {
            return i;
        }
    }

    return NGX_ERROR;
}


static u_char *
ngx_glyph_job_log_handler(ngx_log_t *log, u_char *buf, size_t len)
{
    ngx_glyph_job_t *job = log->data;

    return ngx_snprintf(buf, len, ", job: %*s",
                        (size_t) NGX_GLYPH_UUID_TEXT_LEN, job->text);
}
