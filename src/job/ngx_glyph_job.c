
/*
 * The worker's jobs: made, found, counted, looked after, and left at its exit.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job_parts.h"
#include "ngx_glyph_memory.h"
#include "ngx_glyph_observer.h"
#include "ngx_glyph_tick.h"
#include "ngx_glyph_zone.h"


/* how often jobs are looked after, and when they get a row in imports, ms */
#define NGX_GLYPH_JOB_TICK      1000

#define NGX_GLYPH_JOB_BUCKETS   256

/* when nothing is known of how long jobs take, s */
#define NGX_GLYPH_JOB_RETRY_MAX 60


static ngx_uint_t ngx_glyph_job_import_ready(ngx_glyph_job_t *job);
static void ngx_glyph_job_destroy(ngx_glyph_job_t *job);
static void ngx_glyph_job_granted(void *data);
static void ngx_glyph_job_timeout_handler(ngx_event_t *ev);
static u_char *ngx_glyph_job_log_handler(ngx_log_t *log, u_char *buf,
    size_t len);
static void ngx_glyph_job_list_add(ngx_glyph_job_t *job);
static time_t ngx_glyph_job_next_end(ngx_glyph_job_t *like);
static ngx_int_t ngx_glyph_job_init(ngx_cycle_t *cycle);
static void ngx_glyph_job_exit(void);
static void ngx_glyph_job_gauges(void);
static void ngx_glyph_job_tick_handler(ngx_event_t *ev);
static void ngx_glyph_job_tick_one(ngx_glyph_job_t *job);
static ngx_queue_t *ngx_glyph_job_bucket(ngx_glyph_uuid_t *id);


const ngx_glyph_part_t  ngx_glyph_job_part = {
    ngx_glyph_job_init,
    ngx_glyph_job_exit,
    ngx_glyph_job_gauges,
    0
};


static ngx_queue_t  ngx_glyph_jobs[NGX_GLYPH_JOB_BUCKETS];
static ngx_uint_t   ngx_glyph_jobs_n;
static ngx_uint_t   ngx_glyph_jobs_transforms;   /* of them */
static ngx_event_t  ngx_glyph_job_tick;


const ngx_glyph_kind_t  ngx_glyph_kind_import = {
    "import",
    0,                                     /* keeps */
    NULL,                                  /* step */
    NULL,                                  /* room */
    ngx_glyph_job_import_ready,
    NULL,                                  /* finished */
    NULL,                                  /* failed */
    NULL,                                  /* idle */
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
     *     job->client, code, filling, compute, block = NULL;
     *     all counters and flags = 0;
     */

    job->refs = 1;
    job->asked.pool = pool;
    job->asked.conf = conf;
    job->kind = &ngx_glyph_kind_import;
    job->import.epoch = 1;
    job->asked.opts.room = ngx_glyph_memory_room();
    job->expected = -1;
    job->import.timing.began = ngx_glyph_usec();

    job->import.log = *ngx_cycle->log;
    job->import.log.connection = log->connection;
    job->import.log.handler = ngx_glyph_job_log_handler;
    job->import.log.data = &job->import;
    job->import.log.action = NULL;

    ngx_queue_init(&job->chunks);
    ngx_queue_init(&job->import.blocks);

    job->block_waiter.granted = ngx_glyph_job_granted;
    job->block_waiter.data = job;

    job->timeout.handler = ngx_glyph_job_timeout_handler;
    job->timeout.data = job;
    job->timeout.log = &job->import.log;

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
    ngx_glyph_turn_leave(&job->end);
    ngx_glyph_observers_tell(job, NGX_GLYPH_OBSERVED_LEFT);
    ngx_glyph_job_stop_timers(job);
    ngx_glyph_job_drop_input(job);
    ngx_glyph_job_drop_output(job);

    ngx_glyph_compute_destroy(job);

    if (job->spool) {
        ngx_glyph_spool_close(job->spool);
    }

    if (job->digest) {
        glyph_sha256_destroy(job->digest->sha256);
    }

    glyph_buf_free(&job->last_block.result);

    ngx_destroy_pool(job->asked.pool);
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

    if (job->import.created == 0) {
        tp = ngx_timeofday();
        job->import.created = (uint64_t) tp->sec * 1000 + tp->msec;
    }

    job->asked.opts.now = job->import.created;

    rc = ngx_glyph_compute_create(job, &code);

    if (rc == GLYPH_BAD) {
        job->code = glyph_code_name(code);
        return NGX_DECLINED;
    }

    if (rc != GLYPH_OK) {
        return NGX_ERROR;
    }


    ngx_glyph_job_list_add(job);
    ngx_glyph_job_ref(job);

    if (job->kind->keeps) {

        /* its options were good, which is all that was to be known */

        ngx_glyph_compute_destroy(job);
    }

    /* else the client has its own until all is here, and a run begins then */

    if (!job->kind->keeps || job->spool->source) {
        ngx_add_timer(&job->timeout, job->asked.conf->job_timeout);
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_glyph_job_import_ready(ngx_glyph_job_t *job)
{
    return 1;
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
    ngx_glyph_import_t *import = log->data;

    return ngx_snprintf(buf, len, ", job: %*s",
                        (size_t) NGX_GLYPH_UUID_TEXT_LEN, import->text);
}


static void
ngx_glyph_job_granted(void *data)
{
    ngx_glyph_job_run(data);
}


static ngx_int_t
ngx_glyph_job_init(ngx_cycle_t *cycle)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_JOB_BUCKETS; i++) {
        ngx_queue_init(&ngx_glyph_jobs[i]);
    }

    ngx_glyph_tick_init(&ngx_glyph_job_tick, ngx_glyph_job_tick_handler);

    ngx_add_timer(&ngx_glyph_job_tick, NGX_GLYPH_JOB_TICK);

    return NGX_OK;
}


/*
 * Threads and connections are gone: what is left is memory.  The reaper
 * fails the imports of these jobs once our lock is.
 */

static void
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

            ngx_log_error(NGX_LOG_NOTICE, &job->import.log, 0,
                          "job not finished at worker exit");

            job->running = 0;

            if (job->client) {
                (void) ngx_glyph_client_detach(job->client);
            }

            if (job->spool) {
                ngx_glyph_spool_close(job->spool);
                job->spool = NULL;
            }

            ngx_glyph_job_destroy(job);
        }
    }

    ngx_glyph_jobs_n = 0;
    ngx_glyph_jobs_transforms = 0;
}


static void
ngx_glyph_job_list_add(ngx_glyph_job_t *job)
{
    ngx_queue_insert_tail(ngx_glyph_job_bucket(&job->import.id), &job->queue);
    ngx_glyph_jobs_n++;
    ngx_glyph_jobs_transforms += !job->sink->stored;
}


void
ngx_glyph_job_list_remove(ngx_glyph_job_t *job)
{
    ngx_queue_remove(&job->queue);
    ngx_glyph_jobs_n--;
    ngx_glyph_jobs_transforms -= !job->sink->stored;
}


ngx_glyph_job_t *
ngx_glyph_job_find(ngx_glyph_uuid_t *id)
{
    ngx_queue_t      *q, *bucket;
    ngx_glyph_job_t  *job;

    bucket = ngx_glyph_job_bucket(id);

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = ngx_queue_next(q))
    {
        job = ngx_queue_data(q, ngx_glyph_job_t, queue);

        if (ngx_memcmp(job->import.id.bytes, id->bytes, sizeof(id->bytes))
            == 0)
        {
            return job;
        }
    }

    return NULL;
}


static ngx_queue_t *
ngx_glyph_job_bucket(ngx_glyph_uuid_t *id)
{
    return &ngx_glyph_jobs[ngx_glyph_uuid_hash(id) % NGX_GLYPH_JOB_BUCKETS];
}


ngx_uint_t
ngx_glyph_job_count(void)
{
    return ngx_glyph_jobs_n;
}


ngx_uint_t
ngx_glyph_job_count_like(ngx_glyph_job_t *job, time_t *end)
{
    if (end) {
        *end = ngx_glyph_job_next_end(job);
    }

    return job->sink->stored ? ngx_glyph_jobs_n - ngx_glyph_jobs_transforms
                             : ngx_glyph_jobs_transforms;
}


static time_t
ngx_glyph_job_next_end(ngx_glyph_job_t *like)
{
    off_t             done;
    double            left;
    time_t            best;
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

            done = ngx_glyph_job_bytes(job);

            if (done == 0 || job->expected < done
                || job->sink->stored != like->sink->stored)
            {
                continue;
            }

            /* of what a client has announced: more than a time_t can hold */

            left = (double) ngx_glyph_job_age(job)
                   * (double) (job->expected - done) / (double) done / 1000;

            if (left < (double) best) {
                best = ngx_min(best, (time_t) left + 1);
            }
        }
    }

    return best;
}


/* A look at each. */

static void
ngx_glyph_job_gauges(void)
{
    ngx_uint_t        i, transforms, uploads;
    ngx_uint_t        active[NGX_GLYPH_JOB_COMPLETED];
    ngx_queue_t      *q;
    ngx_glyph_job_t  *job;

    transforms = 0;
    uploads = 0;
    ngx_memzero(active, sizeof(active));

    for (i = 0; i < NGX_GLYPH_JOB_BUCKETS && ngx_glyph_jobs_n; i++) {

        for (q = ngx_queue_head(&ngx_glyph_jobs[i]);
             q != ngx_queue_sentinel(&ngx_glyph_jobs[i]);
             q = ngx_queue_next(q))
        {
            job = ngx_queue_data(q, ngx_glyph_job_t, queue);

            if (job->sink->stored) {
                active[job->state]++;

            } else {
                transforms++;
            }

            uploads += (job->client != NULL);
        }
    }

    for (i = 0; i < NGX_GLYPH_JOB_COMPLETED; i++) {
        ngx_glyph_zone_set(NGX_GLYPH_JOBS_ACTIVE + i, active[i]);
    }

    ngx_glyph_zone_set(NGX_GLYPH_TRANSFORMS, transforms);
    ngx_glyph_zone_set(NGX_GLYPH_UPLOADS, uploads);
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
    if (ngx_exiting && job->kind->leave) {
        ngx_glyph_job_let_go(job);
        return;
    }

    if (!job->import.registered && job->life < NGX_GLYPH_LIFE_LAST
        && job->kind->ready && job->kind->ready(job)
        && ngx_glyph_job_age(job) >= NGX_GLYPH_JOB_TICK)
    {
        job->sink->ready(job);
    }

    ngx_glyph_observers_tell(job, NGX_GLYPH_OBSERVED_ALIVE);
}
