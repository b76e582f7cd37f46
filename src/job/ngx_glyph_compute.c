
#include "ngx_glyph.h"
#include "ngx_glyph_compute.h"
#include "ngx_glyph_job_parts.h"
#include "ngx_glyph_time.h"
#include "ngx_glyph_zone.h"


static void ngx_glyph_compute_run(ngx_glyph_task_t *task, ngx_log_t *log);
static int ngx_glyph_compute_chunk(ngx_glyph_job_t *job,
    ngx_glyph_chunk_t *chunk);
static void ngx_glyph_compute_result(ngx_glyph_job_t *job);
static int ngx_glyph_compute_full(void *data);
static void ngx_glyph_compute_done(ngx_glyph_task_t *task);
static ngx_uint_t ngx_glyph_compute_intact(ngx_glyph_job_t *job);
static void ngx_glyph_compute_refused(ngx_glyph_job_t *job);
static void ngx_glyph_compute_destroy_run(ngx_glyph_task_t *task,
    ngx_log_t *log);
static void ngx_glyph_compute_destroyed(ngx_glyph_task_t *task);


ngx_int_t
ngx_glyph_compute_post(ngx_glyph_job_t *job)
{
    ngx_queue_t  *q;

    job->nrunning = 0;
    job->running_end = job->body_end;

    for (q = ngx_queue_head(&job->chunks);
         q != ngx_queue_sentinel(&job->chunks);
         q = ngx_queue_next(q))
    {
        job->nrunning++;
    }

    job->task.run = ngx_glyph_compute_run;
    job->task.done = ngx_glyph_compute_done;

    return ngx_glyph_task_post(ngx_glyph_main_conf->compute, &job->task);
}


/*
 * In the thread: the pipeline, the block and the first nrunning chunks are
 * ours; to the queue behind them others may be added meanwhile.
 */

static void
ngx_glyph_compute_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    ngx_queue_t        *q;
    ngx_glyph_job_t    *job;
    ngx_glyph_block_t  *block;

    job = task->data;
    block = job->block;

    job->nconsumed = 0;

    if (job->nrunning == 0) {
        job->rc = ngx_glyph_compute_chunk(job, NULL);

    } else {
        q = &job->chunks;

        do {
            q = ngx_queue_next(q);

            /* else the kernel may let the event loop wait for all of them */

            if (job->nconsumed) {
                (void) sched_yield();
            }

            job->rc = ngx_glyph_compute_chunk(job,
                                 ngx_queue_data(q, ngx_glyph_chunk_t, queue));

        } while (job->rc == GLYPH_OK && ++job->nconsumed < job->nrunning);
    }

    block->totals = *glyph_pipeline_totals(job->pipeline);

    if (job->rc == GLYPH_BAD || (job->rc == GLYPH_OK && job->running_end)) {
        ngx_glyph_compute_result(job);
    }

    if (block->listings.failed || block->errors.failed
        || block->warnings.failed || block->result.failed)
    {
        job->rc = GLYPH_ERROR;
    }
}


static int
ngx_glyph_compute_chunk(ngx_glyph_job_t *job, ngx_glyph_chunk_t *chunk)
{
    int                   rc, end;
    glyph_sink_t          sink;
    const unsigned char  *pos, *last;

    pos = chunk ? chunk->pos : (u_char *) "";
    last = chunk ? chunk->last : pos;
    end = job->running_end && job->nconsumed + 1 >= job->nrunning;

    sink.data = job;
    sink.listing = job->sink->listing;
    sink.rejected = job->sink->rejected;
    sink.warning = job->sink->warning;
    sink.full = ngx_glyph_compute_full;

    rc = glyph_pipeline_run(job->pipeline, &pos, last, end, &sink);

    if (chunk) {

        if (job->body_digest) {
            glyph_sha256_update(job->body_digest, chunk->pos,
                                pos - chunk->pos);
        }

        chunk->pos = (u_char *) pos;
    }

    return rc;
}


/* The whole ImportResult, as it is stored and answered. */

static void
ngx_glyph_compute_result(ngx_glyph_job_t *job)
{
    uint64_t         now;
    glyph_buf_t     *b;
    struct timeval   tv;

    ngx_gettimeofday(&tv);

    now = (uint64_t) tv.tv_sec * 1000 + tv.tv_usec / 1000;

    b = &job->block->result;

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

    glyph_pipeline_result(job->pipeline, b,
                          now > job->start_time ? now - job->start_time : 0);

    if (job->sink->end) {
        job->sink->end(job, b);
    }

    glyph_buf_putc(b, '}');
}


static int
ngx_glyph_compute_full(void *data)
{
    ngx_glyph_job_t *job = data;

    if (job->collect == NGX_GLYPH_COLLECT_HEAD) {

        /* only whether the file is one, until all of it is here */

        return 1;
    }

    return ngx_glyph_block_size(job->block) >= job->block->full;
}


/* In the event loop again. */

static void
ngx_glyph_compute_done(ngx_glyph_task_t *task)
{
    ngx_glyph_job_t  *job;

    job = task->data;

    job->timing.parse += task->usec;

    ngx_glyph_zone_observe(NGX_GLYPH_TASK_TIME, task->usec);

    if (!ngx_glyph_job_ending(job)) {

        if (job->rc == GLYPH_BAD) {
            ngx_glyph_compute_refused(job);

        } else if (job->rc == GLYPH_OK && job->running_end
                   && !ngx_glyph_compute_intact(job))
        {
            job->block->final = NGX_GLYPH_JOB_FAILED;
            ngx_glyph_job_blame(job, NGX_GLYPH_CODE_DIGEST_MISMATCH, NULL);

        } else if (job->rc == GLYPH_OK && job->running_end) {
            job->block->final = NGX_GLYPH_JOB_COMPLETED;
            job->http_status = NGX_HTTP_OK;
        }
    }

    ngx_glyph_job_computed(job);
}


static ngx_uint_t
ngx_glyph_compute_intact(ngx_glyph_job_t *job)
{
    u_char  digest[GLYPH_SHA256_SIZE];

    if (job->body_digest == NULL) {
        return 1;
    }

    glyph_sha256_final(job->body_digest, digest);

    return ngx_memcmp(digest, job->body_wanted, sizeof(digest)) == 0;
}


/* The file is refused: its rows would never be seen, its errors are kept. */

static void
ngx_glyph_compute_refused(ngx_glyph_job_t *job)
{
    glyph_code_e        code;
    const glyph_str_t  *detail;

    code = glyph_pipeline_code(job->pipeline);
    detail = glyph_pipeline_detail(job->pipeline);

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


/*
 * The keys of a large file's rows are megabytes, and the kernel takes back
 * page by page.  The task is all that there is of it, and is freed behind it.
 */

void
ngx_glyph_compute_destroy(glyph_pipeline_t *pipeline)
{
    ngx_glyph_task_t  *task;

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
