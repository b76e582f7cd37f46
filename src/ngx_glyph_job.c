
#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_compute.h"
#include "ngx_glyph_idempotency.h"
#include "ngx_glyph_job_parts.h"
#include "ngx_glyph_memory.h"
#include "ngx_glyph_metrics.h"
#include "ngx_glyph_output.h"
#include "ngx_glyph_state.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_turn.h"
#include "ngx_glyph_upload.h"
#include "ngx_glyph_writer.h"


static void ngx_glyph_job_block_granted(void *data);
static void ngx_glyph_job_timeout_handler(ngx_event_t *ev);
static void ngx_glyph_job_ready(ngx_glyph_job_t *job);
static void ngx_glyph_job_queue_final(ngx_glyph_job_t *job);
static const char *ngx_glyph_job_name(ngx_glyph_job_t *job);
static void ngx_glyph_job_drop_output(ngx_glyph_job_t *job);
static void ngx_glyph_job_stop_timers(ngx_glyph_job_t *job);
static const char *ngx_glyph_job_keep(ngx_glyph_job_t *job,
    const char *text);
static void ngx_glyph_job_decide(ngx_glyph_job_t *job,
    ngx_glyph_job_state_e state);
static void ngx_glyph_job_end(void *data);
static u_char *ngx_glyph_job_log_handler(ngx_log_t *log, u_char *buf,
    size_t len);


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

    ngx_glyph_job_input_init(job);

    ngx_queue_init(&job->blocks);

    job->block_waiter.granted = ngx_glyph_job_block_granted;
    job->block_waiter.data = job;

    job->timeout.handler = ngx_glyph_job_timeout_handler;
    job->timeout.data = job;
    job->timeout.log = job->log;

    job->end.take = ngx_glyph_job_end;
    job->end.data = job;

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
    ngx_glyph_state_forget(job);
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

    job->opts.undigested = (job->output != NULL);

    /* of files there are as many at a time as runners, and all can wait */

    job->opts.room = job->run ? NULL : ngx_glyph_memory_room();

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

    ngx_glyph_job_list_add(job);
    ngx_glyph_job_ref(job);

    ngx_add_timer(&job->timeout, job->conf->job_timeout);

    return NGX_OK;
}


static void
ngx_glyph_job_block_granted(void *data)
{
    ngx_glyph_job_run(data);
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

    if (ngx_glyph_collect_run(job) != NGX_OK) {
        return;
    }

    if (ngx_queue_empty(&job->chunks) && !job->body_end) {

        /* a stalled stream may have stopped whoever brings the bytes */

        if (ngx_glyph_job_streams(job)) {
            ngx_glyph_job_resume(job);
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
ngx_glyph_job_computed(ngx_glyph_job_t *job)
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

    while (job->nconsumed) {
        ngx_glyph_job_chunk_done(job);
        job->nconsumed--;
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
                   && block->listings.len + block->errors.len > 0))
    {
        if (ngx_glyph_job_streams(job)) {
            block = ngx_glyph_block_own(block);
        }

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

    if (job->run) {
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
        ngx_glyph_job_decide(job, final);
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

    if (ngx_glyph_job_decided(job)) {
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

    ngx_glyph_job_decide(job, state);
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


/* Nobody is told yet: whoever has called goes on with the job. */

static void
ngx_glyph_job_decide(ngx_glyph_job_t *job, ngx_glyph_job_state_e state)
{
    job->outcome = state;

    ngx_glyph_turn_wait(&job->end);
}


/* From the event loop. */

static void
ngx_glyph_job_end(void *data)
{
    ngx_glyph_job_t *job = data;

    job->state = job->outcome;
    ngx_glyph_metrics_job(job);

    ngx_log_error(NGX_LOG_INFO, job->log, 0,
                  "%s %s%s%s: %uL rows, %uL invalid, %O bytes, %M ms",
                  ngx_glyph_job_name(job),
                  ngx_glyph_job_state_name(job->state),
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

    ngx_glyph_job_list_remove(job);
    ngx_glyph_job_unref(job);
}


static const char *
ngx_glyph_job_name(ngx_glyph_job_t *job)
{
    return job->output ? job->output->name : "import";
}


/*
 * An id in use is another import's, and a cancel has made a row; what was
 * acknowledged has its end told there in any case.
 */

ngx_uint_t
ngx_glyph_job_unrecorded(ngx_glyph_job_t *job)
{
    return job->final_queued
           && job->outcome == NGX_GLYPH_JOB_FAILED
           && !job->registered
           && job->run == NULL
           && !job->in_batch
           && ngx_strcmp(job->code, "cancelled") != 0
           && ngx_strcmp(job->code, "job_id_used") != 0;
}


void
ngx_glyph_job_unstored(ngx_glyph_job_t *job)
{
    ngx_glyph_job_unstored_as(job, job->outcome);
}


void
ngx_glyph_job_unstored_as(ngx_glyph_job_t *job, ngx_glyph_job_state_e state)
{
    if (ngx_glyph_job_decided(job)) {
        return;
    }

    job->ending = 1;
    job->final_queued = 1;

    ngx_glyph_writer_forget(job);
    ngx_glyph_job_drop_input(job);
    ngx_glyph_job_drop_output(job);

    ngx_glyph_job_decide(job, state);
}


void
ngx_glyph_job_store_lost(ngx_glyph_job_t *job, ngx_uint_t unknown)
{
    ngx_str_t                 detail;
    ngx_glyph_store_answer_t  why;

    if (ngx_glyph_job_decided(job)) {
        return;
    }

    if (job->run) {

        /* nobody waits but the file; the clock does not run meanwhile */

        if (job->timeout.timer_set) {
            ngx_del_timer(&job->timeout);
        }

        ngx_glyph_runner_blameless(job);

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

    ngx_glyph_store_why(NGX_GLYPH_STORE_WRITES, &why);

    ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED, why.status, why.code,
                        why.detail);

    if (job->ctx) {

        /* it may have been about to end for another reason */

        ngx_glyph_upload_answer(job->ctx,
                                job->code == why.code
                                ? why.status : NGX_HTTP_SERVICE_UNAVAILABLE,
                                job->code, &job->detail);
    }
}


void
ngx_glyph_job_refused(ngx_glyph_job_t *job)
{
    if (ngx_glyph_job_decided(job)) {
        return;
    }

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
                        job->body_end
                        || job->collect == NGX_GLYPH_COLLECT_READ
                        ? NGX_HTTP_SERVICE_UNAVAILABLE
                        : NGX_HTTP_REQUEST_TIME_OUT,
                        "job_timeout",
                        "it took longer than glyph_job_timeout");
}


/*
 * The worker ends, and the file is there for the next one: what is in the
 * middle of a step finishes it, and nothing new is begun.
 */

void
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


static u_char *
ngx_glyph_job_log_handler(ngx_log_t *log, u_char *buf, size_t len)
{
    ngx_glyph_job_t *job = log->data;

    return ngx_snprintf(buf, len, ", job: %*s",
                        (size_t) NGX_GLYPH_UUID_TEXT_LEN, job->text);
}
