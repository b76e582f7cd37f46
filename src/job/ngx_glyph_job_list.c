
/*
 * The worker's jobs: found, counted, looked after, and left at its exit.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job_parts.h"
#include "ngx_glyph_observer.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_timing.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_zone.h"


/* how often jobs are looked after, and when they get a row in imports, ms */
#define NGX_GLYPH_JOB_TICK      1000

#define NGX_GLYPH_JOB_BUCKETS   256

/* when nothing is known of how long jobs take, s */
#define NGX_GLYPH_JOB_RETRY_MAX 60


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


static ngx_int_t
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


void
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
ngx_glyph_job_count_like(ngx_glyph_job_t *job)
{
    return job->sink->stored ? ngx_glyph_jobs_n - ngx_glyph_jobs_transforms
                             : ngx_glyph_jobs_transforms;
}


time_t
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

    ngx_glyph_observers_alive(job);
}
