
/*
 * Prometheus' text format, 0.0.4.  Gauges are what a worker sees of itself
 * once a second, and when it is asked; the table says what there is.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_budget.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_metrics.h"
#include "ngx_glyph_observer.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_tick.h"
#include "ngx_glyph_timing.h"
#include "ngx_glyph_writer.h"
#include "ngx_glyph_zone.h"
#include "core/title/glyph_match.h"


#define NGX_GLYPH_METRICS_TICK  1000


typedef enum {
    NGX_GLYPH_METRIC_COUNTER = 0,
    NGX_GLYPH_METRIC_GAUGE
} ngx_glyph_metric_e;


/* A line; what has no name of its own belongs to the one before. */

typedef struct {
    const char                *name;
    const char                *help;
    ngx_glyph_metric_e         type;
    ngx_uint_t                 index;       /* in the zone */
    const char                *labels;      /* "" for none */
} ngx_glyph_metric_t;


static ngx_int_t ngx_glyph_metrics_init(ngx_cycle_t *cycle);
static void ngx_glyph_metrics_tick_handler(ngx_event_t *ev);
static void ngx_glyph_metrics_look(void);
static void ngx_glyph_metrics_state(ngx_uint_t gauge,
    const char *const *names, const char *state);
static void ngx_glyph_metrics_write(glyph_buf_t *b);
static void ngx_glyph_metrics_computed(ngx_glyph_job_t *job,
    const glyph_totals_t *before, const glyph_totals_t *after);
static void ngx_glyph_metrics_ended(ngx_glyph_job_t *job);
static void ngx_glyph_metrics_head(glyph_buf_t *b, const char *name,
    const char *type, const char *help);
static void ngx_glyph_metrics_line(glyph_buf_t *b, const char *name,
    const char *labels, uint64_t value);
static void ngx_glyph_metrics_codes(glyph_buf_t *b, const uint64_t *codes,
    const char *name, const char *help, glyph_code_e first,
    glyph_code_e last);
static void ngx_glyph_metrics_refusals(glyph_buf_t *b, const uint64_t *n);
static void ngx_glyph_metrics_histogram(glyph_buf_t *b,
    const ngx_glyph_histogram_t *h, const char *name, const char *help);


const ngx_glyph_part_t  ngx_glyph_metrics_part = {
    ngx_glyph_metrics_init,
    NULL,
    NULL,
    0
};


static const ngx_glyph_metric_t  ngx_glyph_metrics[] = {

    { "glyph_rows_total", "Rows read, by what became of them.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_ROWS_VALID,
      "result=\"valid\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_ROWS_INVALID,
      "result=\"invalid\"" },

    { "glyph_duplicate_rows_total",
      "Valid rows that repeat another one of their file.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_ROWS_DUPLICATE, "" },

    { "glyph_matches_total", "Valid rows, by how their model was found.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_MATCHES + GLYPH_MATCH_EXACT,
      "type=\"exact\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_MATCHES + GLYPH_MATCH_ALIAS,
      "type=\"alias\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_MATCHES + GLYPH_MATCH_FUZZY,
      "type=\"fuzzy\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_MATCHES + GLYPH_MATCH_NONE,
      "type=\"none\"" },

    { "glyph_received_bytes_total", "Bytes of bodies taken from clients.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_BYTES_RECEIVED, "" },

    { "glyph_processed_bytes_total", "Bytes of bodies that were read.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_BYTES_PROCESSED, "" },

    { "glyph_jobs_total", "Imports that ended, by their final state.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_JOBS_COMPLETED,
      "state=\"completed\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_JOBS_FAILED,
      "state=\"failed\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_JOBS_CANCELLED,
      "state=\"cancelled\"" },

    { "glyph_jobs", "Imports that have not ended, by state.",
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_JOBS_ACTIVE + NGX_GLYPH_JOB_RECEIVING,
      "state=\"receiving\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_JOBS_ACTIVE + NGX_GLYPH_JOB_QUEUED,
      "state=\"queued\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_JOBS_ACTIVE + NGX_GLYPH_JOB_PROCESSING,
      "state=\"processing\"" },

    { "glyph_transforms_total",
      "Transforms and dry runs that ended, by how.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_TRANSFORMS_COMPLETED,
      "state=\"completed\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_TRANSFORMS_FAILED,
      "state=\"failed\"" },

    { "glyph_transforms", "Transforms and dry runs that have not ended.",
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_TRANSFORMS, "" },

    { "glyph_stalled_clients_total",
      "Answers cut off because the client did not read for send_timeout.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_CLIENTS_STALLED, "" },

    { "glyph_uploads_in_flight",
      "Requests with a file that have not been answered.",
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_UPLOADS, "" },

    { "glyph_tasks", "Tasks given to the thread pools.",
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_TASKS_WAITING,
      "state=\"waiting\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_TASKS_RUNNING,
      "state=\"running\"" },

    { "glyph_writer_jobs",
      "Jobs that wait for a transaction, and that are in an open one.",
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_WRITER_READY,
      "state=\"waiting\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_WRITER_WRITING,
      "state=\"writing\"" },

    { "glyph_postgres_queries",
      "Queries that wait for Postgres or run there, but for the writer's.",
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_QUERIES + NGX_GLYPH_PG_READ,
      "queue=\"read\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_QUERIES + NGX_GLYPH_PG_CONTROL,
      "queue=\"control\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_QUERIES + NGX_GLYPH_PG_WORK,
      "queue=\"work\"" },

    { "glyph_writer_connections",
      "Connections that write, without and with an open transaction.",
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_WRITER_IDLE, "state=\"idle\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_WRITER_BUSY, "state=\"busy\"" },

    { "glyph_buffers_in_use", "Buffers of glyph_buffers that are lent.",
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_USED + NGX_GLYPH_BUDGET_CHUNKS,
      "kind=\"chunk\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_USED + NGX_GLYPH_BUDGET_SPOOL,
      "kind=\"spool_chunk\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_USED + NGX_GLYPH_BUDGET_BLOCKS,
      "kind=\"block\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_USED + NGX_GLYPH_BUDGET_STREAM_CHUNKS,
      "kind=\"stream_chunk\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_USED + NGX_GLYPH_BUDGET_STREAM_BLOCKS,
      "kind=\"stream_block\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_USED + NGX_GLYPH_BUDGET_TURN_BLOCKS,
      "kind=\"turn_block\"" },

    { "glyph_buffers_limit", "Buffers that may be lent.",
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_LIMIT + NGX_GLYPH_BUDGET_CHUNKS,
      "kind=\"chunk\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_LIMIT + NGX_GLYPH_BUDGET_SPOOL,
      "kind=\"spool_chunk\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_LIMIT + NGX_GLYPH_BUDGET_BLOCKS,
      "kind=\"block\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_LIMIT + NGX_GLYPH_BUDGET_STREAM_CHUNKS,
      "kind=\"stream_chunk\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_LIMIT + NGX_GLYPH_BUDGET_STREAM_BLOCKS,
      "kind=\"stream_block\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_LIMIT + NGX_GLYPH_BUDGET_TURN_BLOCKS,
      "kind=\"turn_block\"" },

    { "glyph_buffers_waiting", "Jobs that wait for a buffer.",
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_WAITING + NGX_GLYPH_BUDGET_CHUNKS,
      "kind=\"chunk\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_WAITING + NGX_GLYPH_BUDGET_SPOOL,
      "kind=\"spool_chunk\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_WAITING + NGX_GLYPH_BUDGET_BLOCKS,
      "kind=\"block\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_WAITING + NGX_GLYPH_BUDGET_STREAM_CHUNKS,
      "kind=\"stream_chunk\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_WAITING + NGX_GLYPH_BUDGET_STREAM_BLOCKS,
      "kind=\"stream_block\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE,
      NGX_GLYPH_BUFFERS_WAITING + NGX_GLYPH_BUDGET_TURN_BLOCKS,
      "kind=\"turn_block\"" },

    { "glyph_postgres_workers", "Workers, by what they know of Postgres.",
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_PG_STATES,
      "state=\"connected\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_PG_STATES + 1,
      "state=\"down\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_PG_STATES + 2,
      "state=\"schema_mismatch\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_PG_STATES + 3,
      "state=\"unwell\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_PG_STATES + 4,
      "state=\"unknown\"" },

    { "glyph_postgres_connects_total",
      "Attempts to connect to Postgres, by result.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_PG_CONNECTS, "result=\"ok\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_PG_FAILURES,
      "result=\"failed\"" },

    { "glyph_postgres_reconnects_total",
      "Times a worker could use Postgres again after it could not.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_PG_RECONNECTS, "" },

    { "glyph_redis_workers", "Workers, by their connection to Redis.",
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_REDIS_STATES,
      "state=\"connected\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_REDIS_STATES + 1,
      "state=\"connecting\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_REDIS_STATES + 2,
      "state=\"down\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_GAUGE, NGX_GLYPH_REDIS_STATES + 3,
      "state=\"off\"" },

    { "glyph_redis_connects_total",
      "Attempts to connect to Redis, by result.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_REDIS_CONNECTS,
      "result=\"ok\"" },

    { NULL, NULL,
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_REDIS_FAILURES,
      "result=\"failed\"" },

    { "glyph_redis_reconnects_total",
      "Connections to Redis that were made again after a loss.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_REDIS_RECONNECTS, "" },

    { "glyph_redis_errors_total",
      "Commands that Redis answered with an error.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_REDIS_ERRORS, "" },

    { "glyph_quarantined_files_total",
      "Files of the spool that were given up.",
      NGX_GLYPH_METRIC_COUNTER, NGX_GLYPH_QUARANTINED, "" },

    { NULL, NULL, NGX_GLYPH_METRIC_COUNTER, 0, NULL }
};


static const char *const  ngx_glyph_metrics_pg[] = {
    "connected", "down", "schema_mismatch", "unwell", "unknown", NULL
};

static const char *const  ngx_glyph_metrics_redis[] = {
    "connected", "connecting", "down", "off", NULL
};


static const ngx_glyph_observer_t  ngx_glyph_metrics_observer = {
    ngx_glyph_metrics_computed,
    NULL,                                  /* changed */
    NULL,                                  /* alive */
    ngx_glyph_metrics_ended,
    NULL                                   /* left */
};


static ngx_event_t  ngx_glyph_metrics_tick;


static ngx_int_t
ngx_glyph_metrics_init(ngx_cycle_t *cycle)
{
    ngx_glyph_observe(&ngx_glyph_metrics_observer);

    ngx_glyph_tick_init(&ngx_glyph_metrics_tick,
                        ngx_glyph_metrics_tick_handler);

    ngx_add_timer(&ngx_glyph_metrics_tick, NGX_GLYPH_METRICS_TICK);

    return NGX_OK;
}


static void
ngx_glyph_metrics_tick_handler(ngx_event_t *ev)
{
    ngx_glyph_metrics_look();

    /* also while the worker leaves: it may have jobs to finish */

    ngx_add_timer(ev, NGX_GLYPH_METRICS_TICK);
}


static void
ngx_glyph_metrics_look(void)
{
    const ngx_glyph_part_t  *const *part;

    for (part = ngx_glyph_parts; *part; part++) {
        if ((*part)->gauges) {
            (*part)->gauges();
        }
    }

    ngx_glyph_metrics_state(NGX_GLYPH_PG_STATES, ngx_glyph_metrics_pg,
                            ngx_glyph_store_state(NULL, NULL));
    ngx_glyph_metrics_state(NGX_GLYPH_REDIS_STATES, ngx_glyph_metrics_redis,
                            ngx_glyph_redis_state(NULL));
}


static void
ngx_glyph_metrics_state(ngx_uint_t gauge, const char *const *names,
    const char *state)
{
    ngx_uint_t  i;

    for (i = 0; names[i]; i++) {
        ngx_glyph_zone_set(gauge + i, ngx_strcmp(names[i], state) == 0);
    }
}


static void
ngx_glyph_metrics_computed(ngx_glyph_job_t *job, const glyph_totals_t *before,
    const glyph_totals_t *after)
{
    ngx_uint_t  i;

    ngx_glyph_zone_add(NGX_GLYPH_ROWS_VALID, after->valid - before->valid);
    ngx_glyph_zone_add(NGX_GLYPH_ROWS_INVALID,
                       after->invalid - before->invalid);
    ngx_glyph_zone_add(NGX_GLYPH_ROWS_DUPLICATE,
                       after->duplicates - before->duplicates);
    ngx_glyph_zone_add(NGX_GLYPH_BYTES_PROCESSED,
                       after->bytes - before->bytes);

    for (i = 0; i < 4; i++) {
        ngx_glyph_zone_add(NGX_GLYPH_MATCHES + i,
                           after->matches[i] - before->matches[i]);
    }

    for (i = 0; i < GLYPH_CODE_N; i++) {
        ngx_glyph_zone_add(NGX_GLYPH_CODES + i,
                           after->codes[i] - before->codes[i]);
    }
}


static void
ngx_glyph_metrics_ended(ngx_glyph_job_t *job)
{
    if (!ngx_glyph_job_stored(job)) {
        ngx_glyph_zone_add(ngx_glyph_job_state(job)
                           == NGX_GLYPH_JOB_COMPLETED
                           ? NGX_GLYPH_TRANSFORMS_COMPLETED
                           : NGX_GLYPH_TRANSFORMS_FAILED, 1);
        return;
    }

    ngx_glyph_zone_add(NGX_GLYPH_JOBS_COMPLETED
                       + (ngx_glyph_job_state(job) - NGX_GLYPH_JOB_COMPLETED),
                       1);
    ngx_glyph_zone_observe(NGX_GLYPH_JOB_TIME,
                           ngx_glyph_usec()
                           - ngx_glyph_job_import(job)->timing.began);
}


ngx_int_t
ngx_glyph_metrics_handler(ngx_http_request_t *r)
{
    ngx_int_t    rc;
    ngx_str_t    body;
    glyph_buf_t  b;

    static ngx_str_t  type = ngx_string("text/plain; version=0.0.4; "
                                        "charset=utf-8");

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_glyph_not_allowed(r, "GET, HEAD");
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_glyph_metrics_look();

    ngx_memzero(&b, sizeof(glyph_buf_t));
    ngx_glyph_metrics_write(&b);

    if (ngx_glyph_http_own(r, &b, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_send(r, NGX_HTTP_OK, &type, &body);
}


static void
ngx_glyph_metrics_write(glyph_buf_t *b)
{
    const char                *name;
    ngx_glyph_zone_sums_t      sums;
    const ngx_glyph_metric_t  *m;

    ngx_glyph_zone_read(&sums);

    name = NULL;

    ngx_glyph_metrics_head(b, "glyph_build_info", "gauge",
                           "The module's version.");
    ngx_glyph_metrics_line(b, "glyph_build_info",
                           "version=\"" NGX_GLYPH_VERSION "\"", 1);

    ngx_glyph_metrics_head(b, "glyph_workers", "gauge",
                           "Workers whose gauges are summed up here.");
    ngx_glyph_metrics_line(b, "glyph_workers", "", sums.workers);

    /* of all workers already */

    ngx_glyph_metrics_head(b, "glyph_spool_bytes", "gauge",
                           "Size of the files in the spool.");
    ngx_glyph_metrics_line(b, "glyph_spool_bytes", "",
                           ngx_glyph_spool_used());
    ngx_glyph_metrics_head(b, "glyph_spool_limit_bytes", "gauge",
                           "What glyph_spool_max_size allows; 0: no limit.");
    ngx_glyph_metrics_line(b, "glyph_spool_limit_bytes", "",
                           ngx_glyph_main_conf->spool_max_size);
    ngx_glyph_metrics_head(b, "glyph_spool_files", "gauge",
                           "Acknowledged bodies in the spool, at the last "
                           "look.");
    ngx_glyph_metrics_line(b, "glyph_spool_files", "",
                           ngx_glyph_spool_files());

    for (m = ngx_glyph_metrics; m->labels; m++) {

        if (m->name) {
            name = m->name;
            ngx_glyph_metrics_head(b, name,
                                   (m->type == NGX_GLYPH_METRIC_GAUGE)
                                   ? "gauge" : "counter", m->help);
        }

        ngx_glyph_metrics_line(b, name, m->labels,
                               (m->type == NGX_GLYPH_METRIC_GAUGE)
                               ? sums.gauges[m->index]
                               : sums.counters[m->index]);
    }

    ngx_glyph_metrics_codes(b, &sums.counters[NGX_GLYPH_CODES],
                            "glyph_rejected_rows_total",
                            "Invalid rows, by code; a row counts once for "
                            "each of its codes.",
                            GLYPH_ROW_MALFORMED, GLYPH_ROW_STORE_REFUSED);
    ngx_glyph_metrics_codes(b, &sums.counters[NGX_GLYPH_CODES],
                            "glyph_warned_rows_total",
                            "Rows with a warning, by code.",
                            GLYPH_WARN_PRICE_AMBIGUOUS, GLYPH_CODE_N - 1);

    ngx_glyph_metrics_refusals(b, &sums.counters[NGX_GLYPH_PG_REFUSALS]);

    ngx_glyph_metrics_histogram(b, &sums.histograms[NGX_GLYPH_TASK_TIME],
                                "glyph_task_duration_seconds",
                                "Time of one run of a job's pipeline in a "
                                "thread.");
    ngx_glyph_metrics_histogram(b, &sums.histograms[NGX_GLYPH_COMMIT_TIME],
                                "glyph_commit_duration_seconds",
                                "Time of a transaction of the writer, from "
                                "BEGIN to the answer to COMMIT.");
    ngx_glyph_metrics_histogram(b, &sums.histograms[NGX_GLYPH_JOB_TIME],
                                "glyph_job_duration_seconds",
                                "Time from an import's request to its final "
                                "state.");
}


static void
ngx_glyph_metrics_head(glyph_buf_t *b, const char *name, const char *type,
    const char *help)
{
    glyph_buf_printf(b, "# HELP %s %s\n", name, help);
    glyph_buf_printf(b, "# TYPE %s %s\n", name, type);
}


static void
ngx_glyph_metrics_line(glyph_buf_t *b, const char *name, const char *labels,
    uint64_t value)
{
    glyph_buf_printf(b, labels[0] ? "%s{%s} %llu\n" : "%s%s %llu\n", name,
                     labels, (unsigned long long) value);
}


static void
ngx_glyph_metrics_codes(glyph_buf_t *b, const uint64_t *codes,
    const char *name, const char *help, glyph_code_e first, glyph_code_e last)
{
    ngx_uint_t  i;
    char        label[80];

    ngx_glyph_metrics_head(b, name, "counter", help);

    for (i = first; i <= last; i++) {
        ngx_sprintf((u_char *) label, "code=\"%s\"%Z",
                    glyph_code_name((glyph_code_e) i));
        ngx_glyph_metrics_line(b, name, label, codes[i]);
    }
}


static void
ngx_glyph_metrics_refusals(glyph_buf_t *b, const uint64_t *n)
{
    ngx_uint_t  side, i;
    char        labels[80];

    static const char         name[] = "glyph_postgres_refusals_total";
    static const char *const  sides[] = { "write", "read" };

    ngx_glyph_metrics_head(b, name, "counter",
                           "Statements that Postgres refused, by the class "
                           "of their SQLSTATE.");

    for (side = 0; side < NGX_GLYPH_STORE_SIDES; side++) {

        for (i = 0; i < NGX_GLYPH_REFUSAL_CLASSES; i++) {
            ngx_sprintf((u_char *) labels, "class=\"%s\",side=\"%s\"%Z",
                        ngx_glyph_store_classes[i], sides[side]);
            ngx_glyph_metrics_line(b, name, labels, *n++);
        }
    }
}


static void
ngx_glyph_metrics_histogram(glyph_buf_t *b, const ngx_glyph_histogram_t *h,
    const char *name, const char *help)
{
    uint64_t    count;
    ngx_uint_t  n;

    count = 0;

    ngx_glyph_metrics_head(b, name, "histogram", help);

    for (n = 0; n < NGX_GLYPH_BOUNDS; n++) {
        count += h->buckets[n];

        glyph_buf_printf(b, "%s_bucket{le=\"%g\"} %llu\n", name,
                         (double) h->bounds[n] / 1000000,
                         (unsigned long long) count);
    }

    count += h->buckets[n];

    glyph_buf_printf(b, "%s_bucket{le=\"+Inf\"} %llu\n", name,
                     (unsigned long long) count);
    glyph_buf_printf(b, "%s_sum %.6f\n", name, (double) h->sum / 1000000);
    glyph_buf_printf(b, "%s_count %llu\n", name, (unsigned long long) count);
}
