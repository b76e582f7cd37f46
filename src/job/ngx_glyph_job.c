
#include "ngx_glyph.h"
#include "ngx_glyph_compute.h"
#include "ngx_glyph_job_parts.h"
#include "ngx_glyph_memory.h"
#include "ngx_glyph_observer.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_turn.h"


static ngx_uint_t ngx_glyph_job_import_ready(ngx_glyph_job_t *job);
static void ngx_glyph_job_block_granted(void *data);
static void ngx_glyph_job_block_put(ngx_glyph_job_t *job,
    ngx_glyph_block_t *block);
static void ngx_glyph_job_timeout_handler(ngx_event_t *ev);
static void ngx_glyph_job_queue_final(ngx_glyph_job_t *job);
static u_char *ngx_glyph_job_log_handler(ngx_log_t *log, u_char *buf,
    size_t len);


const ngx_glyph_kind_t  ngx_glyph_kind_import = {
    "import",
    0,                                     /* keeps */
    NULL,                                  /* step */
    NULL,                                  /* room */
    ngx_glyph_job_import_ready,
    NULL,                                  /* finished */
    NULL,                                  /* blameless */
    NULL,                                  /* leave */
    NULL                                   /* ended */
};


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
     *     job->life = NGX_GLYPH_LIFE_OPEN;
     *     job->state = NGX_GLYPH_JOB_RECEIVING;
     *     job->client, code, filling, pipeline, block = NULL;
     *     all counters and flags = 0;
     */

    job->refs = 1;
    job->pool = pool;
    job->conf = conf;
    job->kind = &ngx_glyph_kind_import;
    job->import.epoch = 1;
    job->asked.opts.room = ngx_glyph_memory_room();
    job->expected = -1;
    job->timing.began = ngx_glyph_usec();

    job->own_log = *ngx_cycle->log;
    job->own_log.connection = log->connection;
    job->own_log.handler = ngx_glyph_job_log_handler;
    job->own_log.data = job;
    job->own_log.action = NULL;
    job->log = &job->own_log;

    ngx_glyph_job_input_init(job);

    ngx_queue_init(&job->blocks);

    job->block_waiter.granted = ngx_glyph_job_block_granted;
    job->block_waiter.data = job;

    job->timeout.handler = ngx_glyph_job_timeout_handler;
    job->timeout.data = job;
    job->timeout.log = job->log;

    ngx_glyph_job_life_init(job);

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


void
ngx_glyph_job_destroy(ngx_glyph_job_t *job)
{
    ngx_glyph_turn_leave(&job->end);
    ngx_glyph_observers_left(job);
    ngx_glyph_job_stop_timers(job);
    ngx_glyph_job_drop_input(job);
    ngx_glyph_job_drop_output(job);

    if (job->pipeline) {
        ngx_glyph_compute_destroy(job->pipeline);
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

    /* what is not stored is not told from another file */

    job->asked.opts.undigested = !job->sink->stored;

    /* of a file in the spool it is when that came */

    if (job->start_time == 0) {
        tp = ngx_timeofday();
        job->start_time = (uint64_t) tp->sec * 1000 + tp->msec;
    }

    job->asked.opts.now = job->start_time;

    rc = glyph_pipeline_create(&job->pipeline, &job->conf->pipeline,
                               &job->asked.opts, &code);

    if (rc == GLYPH_BAD) {
        job->code = glyph_code_name(code);
        return NGX_DECLINED;
    }

    if (rc != GLYPH_OK) {
        return NGX_ERROR;
    }

    job->started = ngx_current_msec;

    ngx_glyph_job_list_add(job);
    ngx_glyph_job_ref(job);

    ngx_add_timer(&job->timeout, job->conf->job_timeout);

    return NGX_OK;
}


static ngx_uint_t
ngx_glyph_job_import_ready(ngx_glyph_job_t *job)
{
    return 1;
}


static void
ngx_glyph_job_block_granted(void *data)
{
    ngx_glyph_job_run(data);
}


void
ngx_glyph_job_run(ngx_glyph_job_t *job)
{
    if (job->running || job->life >= NGX_GLYPH_LIFE_LAST) {
        return;
    }

    if (job->kind->step && job->kind->step(job) != NGX_OK) {
        return;
    }

    if (ngx_glyph_job_ending(job)) {
        ngx_glyph_job_queue_final(job);
        return;
    }

    if (job->life == NGX_GLYPH_LIFE_LEAVING) {
        return;
    }

    if (ngx_queue_empty(&job->chunks) && !job->body_end) {

        /* a stalled stream may have stopped whoever brings the bytes */

        if (ngx_glyph_job_streams(job)) {
            (void) ngx_glyph_job_resume(job);
        }

        return;
    }

    if (ngx_glyph_job_stalled(job)) {
        ngx_glyph_job_yield(job);
        return;
    }

    if (job->block == NULL) {

        job->block_waiter.size = ngx_glyph_job_size(job);

        job->block = ngx_glyph_job_streams(job)
                     ? ngx_glyph_block_get_stream(&job->block_waiter)
                     : ngx_glyph_block_get(&job->block_waiter);

        if (job->block == NULL) {

            if (!job->block_waiter.waiting) {
                ngx_glyph_job_abort(job, NGX_GLYPH_CODE_OUT_OF_MEMORY, NULL);
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
ngx_glyph_job_computed(ngx_glyph_job_t *job)
{
    ngx_glyph_block_t  *block;

    block = job->block;

    job->running = 0;

    ngx_glyph_observers_computed(job, &job->seen, &block->totals);
    job->seen = block->totals;

    if (job->import.skip_rows && job->seen.rows >= job->import.skip_rows) {

        /* what Postgres had refused, an earlier run has counted */

        job->import.refused += job->import.committed.invalid
                               - job->import.skipped_invalid;
        job->import.skip_rows = 0;
    }

    if (ngx_glyph_job_ending(job)) {
        ngx_glyph_job_drop_input(job);
        ngx_glyph_job_block_put(job, block);
        job->block = NULL;

        ngx_glyph_job_run(job);
        goto done;
    }

    if (job->rc == GLYPH_ERROR) {
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_OUT_OF_MEMORY, NULL);
        goto done;
    }

    while (job->nconsumed) {
        ngx_glyph_job_chunk_done(job);
        job->nconsumed--;
    }

    if (block->final && job->kind->finished) {
        block->final = 0;
        job->kind->finished(job);
        goto done;
    }

    if (block->final) {
        ngx_glyph_job_live(job, NGX_GLYPH_LIFE_LAST);
        ngx_glyph_job_stop_timers(job);
        ngx_glyph_job_drop_input(job);
    }

    if (job->collect == NGX_GLYPH_COLLECT_HEAD && !block->final) {

        /* not a row was asked for */

        job->block = NULL;
        ngx_glyph_job_block_put(job, block);

        if (job->rc == GLYPH_FULL) {
            ngx_glyph_collect_begun(job);
        }

    } else if (job->rc == GLYPH_FULL
               || block->final
               || (ngx_queue_empty(&job->chunks)
                   && !job->body_end
                   && ngx_glyph_block_size(block) > 0))
    {
        if (ngx_glyph_job_streams(job)) {
            block = ngx_glyph_block_own(block);
        }

        job->block = NULL;
        ngx_queue_insert_tail(&job->blocks, &block->queue);
        job->sink->ready(job);

    } else if (ngx_queue_empty(&job->chunks) && !job->body_end) {

        /* a client may be slow, others have rows */

        job->block = NULL;
        ngx_glyph_job_block_put(job, block);
    }

    ngx_glyph_job_run(job);

    ngx_glyph_observers_changed(job);
    (void) ngx_glyph_job_resume(job);

done:

    ngx_glyph_job_unref(job);
}


/*
 * The last, empty block of a job that ends early.  What it had encoded and
 * not yet given to the writer is worth nothing any more.  A cancel was written
 * by whoever did it.
 */

static void
ngx_glyph_job_queue_final(ngx_glyph_job_t *job)
{
    ngx_glyph_job_drop_output(job);

    if (job->outcome == NGX_GLYPH_JOB_CANCELLED
        && job->import.place != NGX_GLYPH_PLACE_BATCH)
    {
        ngx_glyph_job_unstored(job);
        return;
    }

    ngx_glyph_job_live(job, NGX_GLYPH_LIFE_LAST);

    job->last_block.totals = job->import.committed;
    job->last_block.final = job->outcome;

    ngx_queue_insert_tail(&job->blocks, &job->last_block.queue);

    job->sink->ready(job);
}


/* Nothing of it is for the sink any more. */

void
ngx_glyph_job_forget(ngx_glyph_job_t *job)
{
    if (job->sink->forget) {
        job->sink->forget(job);
    }

    ngx_glyph_job_drop_input(job);
    ngx_glyph_job_drop_output(job);
}


void
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


/* Its own last block is none of the budget's. */

static void
ngx_glyph_job_block_put(ngx_glyph_job_t *job, ngx_glyph_block_t *block)
{
    if (block == &job->last_block) {
        return;
    }

    ngx_glyph_block_put(block);
    job->nblocks--;
}


void
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
ngx_glyph_job_committed(ngx_glyph_job_t *job, ngx_glyph_block_t *block)
{
    glyph_buf_t            result;
    ngx_glyph_job_state_e  final;

    final = block->final;

    if (final && job->import.duplicate_of[0] && block->result.len) {

        /* as glyph.job_result() does */

        block->result.len--;
        glyph_buf_puts(&block->result, ",\"duplicate_of\":\"");
        glyph_buf_puts(&block->result, (char *) job->import.duplicate_of);
        glyph_buf_puts(&block->result, "\"}");
    }

    job->import.registered = 1;
    job->import.committed = block->totals;

    if (!job->timeout.timer_set && !ngx_glyph_job_ending(job)) {
        ngx_add_timer(&job->timeout, job->conf->job_timeout);
    }

    if (final) {
        result = job->result;
        job->result = block->result;
        block->result = result;
    }

    ngx_glyph_job_block_put(job, block);

    if (final) {
        ngx_glyph_job_decide(job, final);
        return;
    }

    ngx_glyph_observers_changed(job);
    ngx_glyph_job_run(job);
}


static void
ngx_glyph_job_timeout_handler(ngx_event_t *ev)
{
    ngx_glyph_job_t *job = ev->data;

    ngx_uint_t  all_here;

    all_here = (job->body_end || job->collect == NGX_GLYPH_COLLECT_READ);

    ngx_glyph_job_abort(job, NGX_GLYPH_CODE_JOB_TIMEOUT, NULL);

    if (all_here) {

        /* it is not the client who was slow */

        job->http_status = NGX_HTTP_SERVICE_UNAVAILABLE;
    }
}


static u_char *
ngx_glyph_job_log_handler(ngx_log_t *log, u_char *buf, size_t len)
{
    ngx_glyph_job_t *job = log->data;

    return ngx_snprintf(buf, len, ", job: %*s",
                        (size_t) NGX_GLYPH_UUID_TEXT_LEN, job->import.text);
}
