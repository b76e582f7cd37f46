
/*
 * A job's steps: a block is filled by one run of the pipeline in a thread of
 * the compute pool, the job's first chunks in, and goes to the sink.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job_parts.h"
#include "ngx_glyph_observer.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_time.h"
#include "ngx_glyph_zone.h"


/* While it runs, the task's. */

struct ngx_glyph_compute_s {
    ngx_glyph_task_t           task;
    glyph_pipeline_t          *pipeline;
    ngx_uint_t                 nconsumed;   /* of the task's chunks */
    int                        rc;
    unsigned                   end:1;       /* behind them there is no more */
};


static ngx_int_t ngx_glyph_compute_post(ngx_glyph_job_t *job);
static void ngx_glyph_compute_run(ngx_glyph_task_t *task, ngx_log_t *log);
static int ngx_glyph_compute_chunk(ngx_glyph_job_t *job,
    ngx_glyph_chunk_t *chunk, ngx_glyph_sink_task_t *into);
static void ngx_glyph_compute_result(ngx_glyph_job_t *job,
    ngx_glyph_sink_task_t *into);
static int ngx_glyph_compute_full(void *data);
static void ngx_glyph_compute_done(ngx_glyph_task_t *task);
static ngx_uint_t ngx_glyph_compute_intact(ngx_glyph_job_t *job);
static void ngx_glyph_compute_refused(ngx_glyph_job_t *job);
static void ngx_glyph_job_computed(ngx_glyph_job_t *job, int rc);
static void ngx_glyph_job_queue_final(ngx_glyph_job_t *job);
static void ngx_glyph_compute_destroy_run(ngx_glyph_task_t *task,
    ngx_log_t *log);
static void ngx_glyph_compute_destroyed(ngx_glyph_task_t *task);


int
ngx_glyph_compute_create(ngx_glyph_job_t *job, glyph_code_e *code)
{
    ngx_glyph_compute_t  *c;

    c = ngx_pcalloc(job->asked.pool, sizeof(ngx_glyph_compute_t));
    if (c == NULL) {
        return GLYPH_ERROR;
    }

    c->task.run = ngx_glyph_compute_run;
    c->task.done = ngx_glyph_compute_done;
    c->task.data = job;

    job->compute = c;

    return glyph_pipeline_create(&c->pipeline, &job->asked.conf->pipeline,
                                 &job->asked.opts, code);
}


const glyph_pipeline_t *
ngx_glyph_job_pipeline(ngx_glyph_job_t *job)
{
    return job->compute ? job->compute->pipeline : NULL;
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

        job->block = ngx_glyph_block_get(&job->block_waiter,
                                         ngx_glyph_job_streams(job)
                                         ? NGX_GLYPH_BUDGET_STREAM_BLOCKS
                                         : NGX_GLYPH_BUDGET_BLOCKS);

        if (job->block == NULL) {

            if (!job->block_waiter.waiting) {
                ngx_glyph_job_abort(job, NGX_GLYPH_CODE_OUT_OF_MEMORY, NULL);
            }

            return;
        }

        job->nblocks++;
        ngx_glyph_job_block_begin(job);
    }

    if (ngx_glyph_compute_post(job) == NGX_OK) {
        ngx_glyph_job_away(job);
        return;
    }

    /* the pool's queue is full: that is back-pressure, not an error */

    ngx_glyph_job_run_later(job);
}


void
ngx_glyph_job_away(ngx_glyph_job_t *job)
{
    ngx_glyph_job_ref(job);
    job->running = 1;
}


void
ngx_glyph_job_back(ngx_glyph_job_t *job)
{
    job->running = 0;
}


static ngx_int_t
ngx_glyph_compute_post(ngx_glyph_job_t *job)
{
    ngx_queue_t          *q;
    ngx_glyph_compute_t  *c;

    c = job->compute;

    c->end = job->body_end;
    job->nrunning = 0;

    for (q = ngx_queue_head(&job->chunks);
         q != ngx_queue_sentinel(&job->chunks);
         q = ngx_queue_next(q))
    {
        job->nrunning++;
    }

    return ngx_glyph_task_post(ngx_glyph_main_conf->compute, &c->task);
}


/*
 * In the thread: the pipeline, the block and the first nrunning chunks are
 * ours; to the queue behind them others may be added meanwhile.
 */

static void
ngx_glyph_compute_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    ngx_queue_t            *q;
    ngx_glyph_job_t        *job;
    ngx_glyph_block_t      *block;
    ngx_glyph_compute_t    *c;
    ngx_glyph_sink_task_t   into;

    job = task->data;
    c = job->compute;
    block = job->block;

    into.import = &job->import;
    into.block = block;
    into.conf = job->asked.conf;
    into.data = job->sink_data;

    /* only whether the file is one, until all of it is here */

    into.full = (job->collect == NGX_GLYPH_COLLECT_HEAD) ? 0 : block->full;

    c->nconsumed = 0;

    if (job->nrunning == 0) {
        c->rc = ngx_glyph_compute_chunk(job, NULL, &into);

    } else {
        q = &job->chunks;

        do {
            q = ngx_queue_next(q);

            /* else the kernel may let the event loop wait for all of them */

            if (c->nconsumed) {
                (void) sched_yield();
            }

            c->rc = ngx_glyph_compute_chunk(job,
                                  ngx_queue_data(q, ngx_glyph_chunk_t, queue),
                                  &into);

        } while (c->rc == GLYPH_OK && ++c->nconsumed < job->nrunning);
    }

    block->totals = *glyph_pipeline_totals(job->compute->pipeline);

    if (c->rc == GLYPH_BAD || (c->rc == GLYPH_OK && c->end)) {
        ngx_glyph_compute_result(job, &into);
    }

    if (block->listings.failed || block->errors.failed
        || block->warnings.failed || block->result.failed)
    {
        c->rc = GLYPH_ERROR;
    }
}


static int
ngx_glyph_compute_chunk(ngx_glyph_job_t *job, ngx_glyph_chunk_t *chunk,
    ngx_glyph_sink_task_t *into)
{
    int                   rc, end;
    glyph_sink_t          sink;
    ngx_glyph_compute_t  *c;
    const unsigned char  *pos, *last;

    c = job->compute;

    pos = chunk ? chunk->pos : (u_char *) "";
    last = chunk ? chunk->last : pos;
    end = c->end && c->nconsumed + 1 >= job->nrunning;

    sink.data = into;
    sink.listing = job->sink->listing;
    sink.rejected = job->sink->rejected;
    sink.warning = job->sink->warning;
    sink.full = ngx_glyph_compute_full;

    rc = glyph_pipeline_run(job->compute->pipeline, &pos, last, end, &sink);

    if (chunk) {

        if (job->digest) {
            glyph_sha256_update(job->digest->sha256, chunk->pos,
                                pos - chunk->pos);
        }

        chunk->pos = (u_char *) pos;
    }

    return rc;
}


/* The whole ImportResult, as it is stored and answered. */

static void
ngx_glyph_compute_result(ngx_glyph_job_t *job, ngx_glyph_sink_task_t *into)
{
    uint64_t         now, began;
    glyph_buf_t     *b;
    struct timeval   tv;

    ngx_gettimeofday(&tv);

    now = (uint64_t) tv.tv_sec * 1000 + tv.tv_usec / 1000;

    b = &into->block->result;

    glyph_buf_putc(b, '{');
    glyph_json_key(b, "import_id");

    if (job->sink->stored) {
        glyph_json_string(b, job->import.text, NGX_GLYPH_UUID_TEXT_LEN);
    } else {
        glyph_buf_puts(b, "null");
    }

    glyph_json_key(b, "timestamp");
    ngx_glyph_json_time(b, now);
    glyph_buf_putc(b, ',');

    began = job->import.created;

    glyph_pipeline_result(job->compute->pipeline, b,
                          now > began ? now - began : 0);

    if (job->sink->end) {
        job->sink->end(into, b);
    }

    glyph_buf_putc(b, '}');
}


static int
ngx_glyph_compute_full(void *data)
{
    ngx_glyph_sink_task_t *into = data;

    return ngx_glyph_block_size(into->block) >= into->full;
}


/* In the event loop again. */

static void
ngx_glyph_compute_done(ngx_glyph_task_t *task)
{
    ngx_queue_t          *q;
    ngx_glyph_job_t      *job;
    ngx_glyph_compute_t  *c;

    job = task->data;
    c = job->compute;

    job->import.timing.parse += task->usec;

    ngx_glyph_zone_observe(NGX_GLYPH_TASK_TIME, task->usec);

    if (!ngx_glyph_job_ending(job)) {

        if (c->rc == GLYPH_BAD) {
            ngx_glyph_compute_refused(job);

        } else if (c->rc == GLYPH_OK && c->end
                   && !ngx_glyph_compute_intact(job))
        {
            job->block->final = NGX_GLYPH_JOB_FAILED;
            ngx_glyph_job_blame(job, NGX_GLYPH_CODE_DIGEST_MISMATCH, NULL);

        } else if (c->rc == GLYPH_OK && c->end) {
            job->block->final = NGX_GLYPH_JOB_COMPLETED;
            job->http_status = NGX_HTTP_OK;
        }
    }

    while (c->nconsumed) {
        q = ngx_queue_head(&job->chunks);
        ngx_queue_remove(q);

        ngx_glyph_job_chunk_return(job,
                                ngx_queue_data(q, ngx_glyph_chunk_t, queue));

        job->nrunning--;
        c->nconsumed--;
    }

    ngx_glyph_job_computed(job, c->rc);
}


static ngx_uint_t
ngx_glyph_compute_intact(ngx_glyph_job_t *job)
{
    u_char  digest[GLYPH_SHA256_SIZE];

    if (job->digest == NULL) {
        return 1;
    }

    glyph_sha256_final(job->digest->sha256, digest);

    return ngx_memcmp(digest, job->digest->wanted, sizeof(digest)) == 0;
}


/* The file is refused: its rows would never be seen, its errors are kept. */

static void
ngx_glyph_compute_refused(ngx_glyph_job_t *job)
{
    glyph_code_e        code;
    const glyph_str_t  *detail;

    code = glyph_pipeline_code(job->compute->pipeline);
    detail = glyph_pipeline_detail(job->compute->pipeline);

    glyph_buf_reset(&job->block->listings);

    job->block->final = NGX_GLYPH_JOB_FAILED;
    job->code = glyph_code_name(code);
    job->detail.len = detail->len;
    job->detail.data = detail->data;

    switch (code) {

    case GLYPH_FILE_CHARSET_UNKNOWN:
        job->http_status = NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
        break;

    case GLYPH_ENCODING_RATIO:
        job->http_status = NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
        break;

    case GLYPH_ENCODING_BUSY:
        job->http_status = NGX_HTTP_SERVICE_UNAVAILABLE;
        break;

    case GLYPH_ENCODING_MALFORMED:
    case GLYPH_ENCODING_TRUNCATED:
    case GLYPH_MULTIPART_MALFORMED:
    case GLYPH_MULTIPART_TRUNCATED:
    case GLYPH_MULTIPART_NO_FILE:
    case GLYPH_MULTIPART_TWO_FILES:
    case GLYPH_MULTIPART_FIELD_LATE:
    case GLYPH_MULTIPART_FIELD_TOO_LARGE:
    case GLYPH_MULTIPART_FIELD_UNKNOWN:
    case GLYPH_MULTIPART_FIELD_REPEATED:
    case GLYPH_MULTIPART_FIELD_INVALID:
    case GLYPH_OPTION_INVALID:
    case GLYPH_FILE_JSON_MALFORMED:
        job->http_status = NGX_HTTP_BAD_REQUEST;
        break;

    default:
        job->http_status = 422;
        break;
    }
}


/* The task is back. */

static void
ngx_glyph_job_computed(ngx_glyph_job_t *job, int rc)
{
    const char         *code;
    ngx_glyph_block_t  *block;

    block = job->block;

    ngx_glyph_job_back(job);

    ngx_glyph_observers_computed(job, &job->seen, &block->totals);
    job->seen = block->totals;

    if (block->final && job->import.have_rows.n && !job->kind->finished) {

        /* what Postgres had refused, an earlier run has counted */

        job->import.refused += job->import.had_invalid
                               - job->import.skipped_invalid;
    }

    if (ngx_glyph_job_ending(job)) {
        ngx_glyph_job_drop_input(job);
        ngx_glyph_job_block_put(job, block);
        job->block = NULL;

        ngx_glyph_job_run(job);
        goto done;
    }

    if (rc == GLYPH_ERROR) {
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_OUT_OF_MEMORY, NULL);
        goto done;
    }

    if (block->final && job->kind->finished) {
        block->final = 0;

        code = job->code;
        job->code = NULL;

        job->kind->finished(job, code);
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

        if (rc == GLYPH_FULL) {
            ngx_glyph_collect_begun(job);
        }

    } else if (rc == GLYPH_FULL
               || block->final
               || (ngx_queue_empty(&job->chunks)
                   && !job->body_end
                   && ngx_glyph_block_size(block) > 0))
    {
        if (ngx_glyph_job_streams(job)) {
            block = ngx_glyph_block_own(block);
        }

        job->block = NULL;
        ngx_queue_insert_tail(&job->import.blocks, &block->queue);
        job->sink->ready(job);

    } else if (ngx_queue_empty(&job->chunks) && !job->body_end) {

        /* a client may be slow, others have rows */

        job->block = NULL;
        ngx_glyph_job_block_put(job, block);
    }

    ngx_glyph_job_run(job);

    ngx_glyph_observers_tell(job, NGX_GLYPH_OBSERVED_CHANGED);
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

    if (job->last_block.final == NGX_GLYPH_JOB_CANCELLED
        && job->import.open == 0)
    {
        ngx_glyph_job_unstored(job);
        return;
    }

    ngx_glyph_job_live(job, NGX_GLYPH_LIFE_LAST);

    job->last_block.totals = job->import.committed;
    job->last_block.rows_lo = job->import.committed.rows;
    job->last_block.warnings_lo = job->import.committed.warnings;

    ngx_queue_insert_tail(&job->import.blocks, &job->last_block.queue);

    job->sink->ready(job);
}


/*
 * The keys of a large file's rows are megabytes, and the kernel takes back
 * page by page.  The task is all that there is of it, and is freed behind it.
 */

void
ngx_glyph_compute_destroy(ngx_glyph_job_t *job)
{
    ngx_glyph_task_t  *task;
    glyph_pipeline_t  *pipeline;

    if (job->compute == NULL || job->compute->pipeline == NULL) {
        return;
    }

    pipeline = job->compute->pipeline;
    job->compute->pipeline = NULL;

    task = NULL;

    if (glyph_pipeline_begun(pipeline) && !glyph_pipeline_ended(pipeline)
        && !ngx_exiting && !ngx_quit && !ngx_terminate)
    {
        task = ngx_calloc(sizeof(ngx_glyph_task_t), ngx_cycle->log);
    }

    if (task) {
        task->run = ngx_glyph_compute_destroy_run;
        task->done = ngx_glyph_compute_destroyed;
        task->data = pipeline;

        if (ngx_glyph_task_post(ngx_glyph_main_conf->compute, task) == NGX_OK)
        {
            return;
        }

        ngx_free(task);
    }

    glyph_pipeline_destroy(pipeline);
}


static void
ngx_glyph_compute_destroy_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    glyph_pipeline_destroy(task->data);
}


static void
ngx_glyph_compute_destroyed(ngx_glyph_task_t *task)
{
    ngx_free(task);
}
