
/*
 * What the workers count together, in shared memory (glyph_zone), so that any
 * of them can tell it for all, and a reload does not begin again.
 *
 *   counters     only grow, by atomic additions from any worker and thread
 *   histograms   as counters, one a bucket
 *   gauges       each worker sets its own, in the place that it has by
 *                ngx_process_slot: no two living workers of a master share
 *                one, and who replaces a dead worker takes its place over.
 *                The sum is that of the workers that live.
 *
 * Nothing is locked.  A zone is as old as its nginx master and its build of
 * the module: another build has another tag, and so a zone of its own.
 */


#ifndef _NGX_GLYPH_ZONE_H_INCLUDED_
#define _NGX_GLYPH_ZONE_H_INCLUDED_


#include "ngx_glyph.h"


/* The worker takes its place, with all gauges 0, and leaves it. */
extern const ngx_glyph_part_t  ngx_glyph_zone_part;


/* classes of SQLSTATEs that are counted; see ngx_glyph_store.c */
#define NGX_GLYPH_REFUSAL_CLASSES  13


typedef enum {
    NGX_GLYPH_ROWS_VALID = 0,
    NGX_GLYPH_ROWS_INVALID,
    NGX_GLYPH_ROWS_DUPLICATE,

    NGX_GLYPH_MATCHES,                      /* by glyph_match_e */

    NGX_GLYPH_CODES = NGX_GLYPH_MATCHES + 4,    /* by glyph_code_e */

    NGX_GLYPH_BYTES_RECEIVED = NGX_GLYPH_CODES + GLYPH_CODE_N,
    NGX_GLYPH_BYTES_PROCESSED,

    NGX_GLYPH_JOBS_COMPLETED,
    NGX_GLYPH_JOBS_FAILED,
    NGX_GLYPH_JOBS_CANCELLED,

    NGX_GLYPH_TRANSFORMS_COMPLETED,
    NGX_GLYPH_TRANSFORMS_FAILED,

    NGX_GLYPH_CLIENTS_STALLED,

    NGX_GLYPH_PG_CONNECTS,
    NGX_GLYPH_PG_FAILURES,
    NGX_GLYPH_PG_RECONNECTS,
    NGX_GLYPH_PG_REFUSALS,                  /* by side, and in it by class */

    NGX_GLYPH_REDIS_CONNECTS = NGX_GLYPH_PG_REFUSALS
                               + 2 * NGX_GLYPH_REFUSAL_CLASSES,
    NGX_GLYPH_REDIS_FAILURES,
    NGX_GLYPH_REDIS_RECONNECTS,
    NGX_GLYPH_REDIS_ERRORS,

    NGX_GLYPH_QUARANTINED,

    NGX_GLYPH_COUNTERS
} ngx_glyph_counter_e;


typedef enum {
    NGX_GLYPH_TASK_TIME = 0,
    NGX_GLYPH_COMMIT_TIME,
    NGX_GLYPH_JOB_TIME,

    NGX_GLYPH_HISTOGRAMS
} ngx_glyph_histogram_e;


typedef enum {
    NGX_GLYPH_JOBS_ACTIVE = 0,              /* by ngx_glyph_job_state_e */

    NGX_GLYPH_TRANSFORMS = NGX_GLYPH_JOBS_ACTIVE + 3,
    NGX_GLYPH_UPLOADS,

    NGX_GLYPH_TASKS_WAITING,
    NGX_GLYPH_TASKS_RUNNING,

    NGX_GLYPH_WRITER_READY,
    NGX_GLYPH_WRITER_WRITING,
    NGX_GLYPH_WRITER_IDLE,                  /* connections */
    NGX_GLYPH_WRITER_BUSY,

    NGX_GLYPH_QUERIES,                      /* by ngx_glyph_pg_queue_e */

    NGX_GLYPH_BUFFERS_USED = NGX_GLYPH_QUERIES + 3,
                                            /* by ngx_glyph_budget_e */
    NGX_GLYPH_BUFFERS_LIMIT = NGX_GLYPH_BUFFERS_USED + 6,
    NGX_GLYPH_BUFFERS_WAITING = NGX_GLYPH_BUFFERS_LIMIT + 6,

    NGX_GLYPH_PG_STATES = NGX_GLYPH_BUFFERS_WAITING + 6,
                                             /* as in ngx_glyph_metrics.c */
    NGX_GLYPH_REDIS_STATES = NGX_GLYPH_PG_STATES + 5,

    NGX_GLYPH_GAUGES = NGX_GLYPH_REDIS_STATES + 4
} ngx_glyph_gauge_e;


/* bounds of a histogram, and the bucket for all that is above them */
#define NGX_GLYPH_BOUNDS          14

typedef struct {
    const uint64_t            *bounds;      /* microseconds */
    uint64_t                   buckets[NGX_GLYPH_BOUNDS + 1];
                                            /* not cumulative */
    uint64_t                   sum;         /* microseconds */
} ngx_glyph_histogram_t;


/* What all workers have counted, at about the same time. */

typedef struct {
    ngx_uint_t                 workers;     /* that live */
    uint64_t                   counters[NGX_GLYPH_COUNTERS];
    uint64_t                   gauges[NGX_GLYPH_GAUGES];
    ngx_glyph_histogram_t      histograms[NGX_GLYPH_HISTOGRAMS];
} ngx_glyph_zone_sums_t;


#define NGX_GLYPH_ZONE_NAME       "glyph"


/*
 * Declares the zone at configuration, size 0: as small as it can be; its place
 * in the cycle is kept in gmcf->zone.
 */
ngx_int_t ngx_glyph_zone_create(ngx_conf_t *cf, ngx_str_t *name, size_t size);

/* The directive glyph_zone. */
char *ngx_glyph_zone_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* These may be called in threads; "counter" may be an enumerator plus an
 * index.  Before the worker has its place they do nothing. */
void ngx_glyph_zone_add(ngx_uint_t counter, uint64_t n);
void ngx_glyph_zone_observe(ngx_glyph_histogram_e i, uint64_t usec);

/* Sets a gauge of this worker. */
void ngx_glyph_zone_set(ngx_uint_t gauge, ngx_uint_t n);

void ngx_glyph_zone_read(ngx_glyph_zone_sums_t *sums);


#endif /* _NGX_GLYPH_ZONE_H_INCLUDED_ */
