
/*
 * The runners: each imports one file of the spool.
 *
 *   step      what is under way               if it fails
 *   ADOPT     a thread opens and locks        the next candidate
 *   TAKE      glyph.take(): is it ours, how   again later, for Postgres may
 *             far is it                       be away for long
 *   RESET     glyph.reset(): what was written again later
 *             by other rules is deleted
 *   NOTE      a thread writes the attempt     quarantine
 *             into the file
 *   RUN       a thread reads, tasks compute,  as the job does
 *             the writer writes
 *   over      the file is dropped when        the file is left for another
 *             Postgres has the final state    worker
 *
 * From TAKE on there is a job on the worker's list, which owns the file; it
 * may be told to end in any step, and does so after TAKE, when it is known
 * whether Postgres has a row to end.
 *
 * Candidates come from a scan of the directory, oldest first.  A file for
 * which a request waits is kept locked, and goes first.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_owner.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_record.h"
#include "ngx_glyph_state.h"
#include "ngx_glyph_upload.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_writer.h"

#include <ngx_md5.h>


#define NGX_GLYPH_RUNNER_TICK      1000
#define NGX_GLYPH_RUNNER_FIRST     100
#define NGX_GLYPH_RUNNER_RETRY     500
#define NGX_GLYPH_RUNNER_ATTEMPTS  5

/* listings deleted in one go, when an import starts again */
#define NGX_GLYPH_RUNNER_RESET     "50000"


struct ngx_glyph_run_s {
    ngx_event_t                retry;
    ngx_glyph_job_t           *job;
    uint64_t                   rows;        /* that Postgres has */
    char                       fingerprint[NGX_GLYPH_FINGERPRINT_LEN];

    unsigned                   taken:1;     /* epoch and progress are known */
    unsigned                   ready:1;     /* the file may be read */
    unsigned                   asking:1;    /* a query is under way */
    unsigned                   over:1;
    unsigned                   final:1;     /* Postgres has it: drop the file */
};


typedef struct {
    ngx_uint_t                 running;
    ngx_queue_t                waiting;     /* of ngx_glyph_ctx_t */
    ngx_uint_t                 nwaiting;

    ngx_glyph_spool_scan_t     scan;
    ngx_uint_t                 next;        /* candidate */
    ngx_event_t                tick;

    unsigned                   scanning:1;
    unsigned                   adopting:1;
    unsigned                   looked:1;    /* a scan since the last tick */
    unsigned                   missed:1;    /* files that no scan has seen */
} ngx_glyph_runner_t;


static void ngx_glyph_runner_next(void);
static void ngx_glyph_runner_tick_handler(ngx_event_t *ev);
static void ngx_glyph_runner_scanned(void);
static ngx_int_t ngx_glyph_runner_adopt(ngx_glyph_uuid_t *id);
static void ngx_glyph_runner_adopted(ngx_glyph_spool_t *spool);
static void ngx_glyph_runner_start(ngx_glyph_spool_t *spool,
    ngx_glyph_ctx_t *ctx);
static ngx_int_t ngx_glyph_runner_job(ngx_glyph_job_t *job);
static ngx_glyph_loc_conf_t *ngx_glyph_runner_conf(ngx_glyph_job_t *job);
static void ngx_glyph_runner_md5(ngx_md5_t *md5, const void *data,
    size_t len);
static void ngx_glyph_runner_quarantine(ngx_glyph_spool_t *spool,
    const char *why);
static void ngx_glyph_runner_take(ngx_glyph_job_t *job);
static void ngx_glyph_runner_taken(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_runner_found(ngx_glyph_job_t *job, PGresult *res);
static uint64_t ngx_glyph_runner_number(PGresult *res, int column);
static void ngx_glyph_runner_reset(ngx_glyph_job_t *job);
static void ngx_glyph_runner_was_reset(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_runner_later(ngx_glyph_job_t *job, PGresult *res,
    const char *error);
static void ngx_glyph_runner_retry_handler(ngx_event_t *ev);
static void ngx_glyph_runner_note(ngx_glyph_job_t *job);
static void ngx_glyph_runner_noted(ngx_glyph_spool_t *spool);
static void ngx_glyph_runner_go(ngx_glyph_job_t *job);
static void ngx_glyph_runner_read(ngx_glyph_spool_t *spool);
static void ngx_glyph_runner_let_go(ngx_glyph_job_t *job);
static void ngx_glyph_runner_closed(ngx_glyph_spool_t *spool);


static ngx_glyph_runner_t  ngx_glyph_runner;


ngx_int_t
ngx_glyph_runner_init(ngx_cycle_t *cycle)
{
    static ngx_connection_t  dummy;

    ngx_glyph_runner_t *rn = &ngx_glyph_runner;

    ngx_queue_init(&rn->waiting);

    rn->scan.done = ngx_glyph_runner_scanned;

    dummy.fd = (ngx_socket_t) -1;

    rn->tick.handler = ngx_glyph_runner_tick_handler;
    rn->tick.data = &dummy;
    rn->tick.log = cycle->log;
    rn->tick.cancelable = 1;

    ngx_add_timer(&rn->tick, NGX_GLYPH_RUNNER_FIRST);

    return NGX_OK;
}


ngx_uint_t
ngx_glyph_runner_count(void)
{
    return ngx_glyph_runner.running + ngx_glyph_runner.nwaiting;
}


static void
ngx_glyph_runner_tick_handler(ngx_event_t *ev)
{
    ngx_queue_t         *q;
    ngx_glyph_ctx_t     *ctx;
    ngx_glyph_runner_t  *rn;

    rn = &ngx_glyph_runner;

    if (ngx_exiting) {

        while (!ngx_queue_empty(&rn->waiting)) {
            q = ngx_queue_head(&rn->waiting);
            ctx = ngx_queue_data(q, ngx_glyph_ctx_t, queue);
            ngx_glyph_upload_accepted(ctx);
        }

        return;
    }

    rn->looked = 0;

    ngx_glyph_runner_next();

    ngx_add_timer(ev, NGX_GLYPH_RUNNER_TICK);
}


/* Fills the free runners: those who wait, the candidates, a new scan. */

static void
ngx_glyph_runner_next(void)
{
    ngx_queue_t         *q;
    ngx_glyph_ctx_t     *ctx;
    ngx_glyph_spool_t   *spool;
    ngx_glyph_runner_t  *rn;

    rn = &ngx_glyph_runner;

    while (!ngx_exiting
           && !rn->adopting
           && rn->running < ngx_glyph_main_conf->runners
           && ngx_glyph_writer_available() != NGX_DECLINED)
    {
        if (!ngx_queue_empty(&rn->waiting)) {
            q = ngx_queue_head(&rn->waiting);
            ctx = ngx_queue_data(q, ngx_glyph_ctx_t, queue);

            spool = ctx->spool;
            ngx_glyph_runner_forget(ctx);
            ngx_glyph_runner_start(spool, ctx);
            continue;
        }

        if (rn->next < rn->scan.n && !rn->scanning) {

            if (ngx_glyph_runner_adopt(&rn->scan.ids[rn->next]) != NGX_OK) {
                return;
            }

            rn->next++;
            continue;
        }

        break;
    }

    /* once a tick, and at once while there is more than a scan has told */

    if (!ngx_exiting && !rn->scanning
        && (!rn->looked
            || (rn->running < ngx_glyph_main_conf->runners
                && (rn->next == NGX_GLYPH_SPOOL_OLDEST
                    || (rn->missed && rn->next >= rn->scan.n))))
        && ngx_glyph_spool_scan(&rn->scan) == NGX_OK)
    {
        rn->scanning = 1;
        rn->looked = 1;
        rn->missed = 0;
    }
}


static void
ngx_glyph_runner_scanned(void)
{
    ngx_glyph_runner_t *rn = &ngx_glyph_runner;

    rn->scanning = 0;
    rn->next = 0;

    ngx_glyph_runner_next();
}


static ngx_int_t
ngx_glyph_runner_adopt(ngx_glyph_uuid_t *id)
{
    ngx_glyph_spool_t  *spool;

    /* the candidates may be older than the job */

    if (ngx_glyph_job_find(id)) {
        return NGX_OK;
    }

    spool = ngx_glyph_spool_create(id);
    if (spool == NULL) {
        return NGX_ERROR;
    }

    if (ngx_glyph_spool_adopt(spool, ngx_glyph_runner_adopted) != NGX_OK) {
        ngx_glyph_spool_close(spool);
        return NGX_ERROR;
    }

    ngx_glyph_runner.adopting = 1;

    return NGX_OK;
}


static void
ngx_glyph_runner_adopted(ngx_glyph_spool_t *spool)
{
    ngx_glyph_runner.adopting = 0;

    if (ngx_exiting) {
        ngx_glyph_spool_close(spool);
        return;
    }

    switch (spool->err) {

    case 0:
        ngx_glyph_runner_start(spool, NULL);
        break;

    case NGX_EINVAL:
        ngx_glyph_runner_quarantine(spool, "it is damaged");
        break;

    default:    /* another worker has it, or had it */
        ngx_glyph_spool_close(spool);
        break;
    }

    ngx_glyph_runner_next();
}


void
ngx_glyph_runner_offer(ngx_glyph_spool_t *spool, ngx_glyph_ctx_t *ctx)
{
    ngx_glyph_runner_t *rn = &ngx_glyph_runner;

    /* what a scan will find is older; the candidates are the thread's then */

    if (!ngx_exiting
        && !rn->scanning
        && !rn->missed
        && rn->running < ngx_glyph_main_conf->runners
        && rn->next >= rn->scan.n
        && ngx_queue_empty(&rn->waiting)
        && ngx_glyph_writer_available() != NGX_DECLINED)
    {
        ngx_glyph_runner_start(spool, ctx);
        return;
    }

    if (ctx == NULL) {
        ngx_glyph_spool_close(spool);
        rn->missed = 1;
        return;
    }

    ctx->spool = spool;
    ngx_queue_insert_tail(&rn->waiting, &ctx->queue);
    rn->nwaiting++;
}


void
ngx_glyph_runner_forget(ngx_glyph_ctx_t *ctx)
{
    if (ctx->spool) {
        ctx->spool = NULL;
        ngx_queue_remove(&ctx->queue);
        ngx_glyph_runner.nwaiting--;
    }
}


static void
ngx_glyph_runner_start(ngx_glyph_spool_t *spool, ngx_glyph_ctx_t *ctx)
{
    ngx_glyph_job_t  *job;

    job = ngx_glyph_job_create(NULL, ngx_cycle->log);

    if (job == NULL) {
        ngx_glyph_spool_close(spool);
        goto failed;
    }

    job->spool = spool;

    if (ngx_glyph_runner_job(job) != NGX_OK) {
        job->spool = NULL;
        ngx_glyph_job_unref(job);
        ngx_glyph_runner_quarantine(spool, "its options are not understood");
        goto failed;
    }

    ngx_glyph_runner.running++;

    if (ctx) {
        ctx->job = job;
        job->ctx = ctx;
        ngx_glyph_job_ref(job);
    }

    ngx_glyph_runner_take(job);

    ngx_glyph_job_unref(job);

    return;

failed:

    if (ctx) {
        ngx_glyph_upload_accepted(ctx);
    }
}


static ngx_int_t
ngx_glyph_runner_job(ngx_glyph_job_t *job)
{
    ngx_glyph_run_t    *run;
    ngx_glyph_spool_t  *spool;

    spool = job->spool;

    run = ngx_pcalloc(job->pool, sizeof(ngx_glyph_run_t));
    if (run == NULL) {
        return NGX_ERROR;
    }

    run->job = job;
    run->retry.handler = ngx_glyph_runner_retry_handler;
    run->retry.data = run;
    run->retry.log = job->log;
    run->retry.cancelable = 1;

    if (ngx_glyph_spool_meta_read(job, &spool->meta) != NGX_OK) {
        return NGX_ERROR;
    }

    job->id = spool->prefix.id;
    ngx_glyph_uuid_text(job->text, &job->id);

    job->run = run;
    job->durable = 1;
    job->expected = spool->prefix.body_len;
    job->received = spool->prefix.body_len;
    job->conf = ngx_glyph_runner_conf(job);

    spool->data = job;
    spool->offset = 0;

    if (job->conf == NULL || ngx_glyph_job_start(job) != NGX_OK) {
        return NGX_ERROR;
    }

    job->start_time = spool->prefix.start_time;
    job->state = NGX_GLYPH_JOB_QUEUED;

    ngx_glyph_runner_make_fingerprint(job, spool, run->fingerprint);

    return NGX_OK;
}


/* The location that took it; it may have gone with a reload. */

static ngx_glyph_loc_conf_t *
ngx_glyph_runner_conf(ngx_glyph_job_t *job)
{
    size_t                  len;
    ngx_uint_t              i, n;
    ngx_glyph_loc_conf_t  **imports;

    imports = ngx_glyph_main_conf->imports.elts;
    n = ngx_glyph_main_conf->imports.nelts;

    if (n == 0) {
        return NULL;
    }

    for (i = 0; i < n; i++) {
        if (imports[i]->key.len == job->location.len
            && ngx_memcmp(imports[i]->key.data, job->location.data,
                          job->location.len) == 0)
        {
            return imports[i];
        }
    }

    /* the same location, but not as many others before it */

    for (len = job->location.len; len; len--) {
        if (job->location.data[len - 1] == ' ') {
            break;
        }
    }

    for (i = 0; i < n; i++) {
        if (len && imports[i]->key.len >= len
            && ngx_memcmp(imports[i]->key.data, job->location.data, len) == 0)
        {
            return imports[i];
        }
    }

    ngx_log_error(NGX_LOG_WARN, job->log, 0,
                  "the location \"%V\" of the import is gone, \"%V\" is "
                  "used instead", &job->location, &imports[0]->key);

    return imports[0];
}


void
ngx_glyph_runner_make_fingerprint(ngx_glyph_job_t *job,
    ngx_glyph_spool_t *spool, char *text)
{
    u_char                 *p, digest[16];
    uint64_t                numbers[8];
    ngx_md5_t               md5;
    ngx_uint_t              i;
    glyph_pipeline_conf_t  *conf;

    conf = &job->conf->pipeline;

    ngx_md5_init(&md5);

    ngx_glyph_runner_md5(&md5, ngx_glyph_main_conf->registry_digest, 32);
    ngx_glyph_runner_md5(&md5, &conf->score, sizeof(glyph_score_conf_t));

    for (i = 0; i < conf->rates->n; i++) {
        ngx_glyph_runner_md5(&md5, conf->rates->rate[i].currency, 4);
        ngx_glyph_runner_md5(&md5, &conf->rates->rate[i].usd, sizeof(double));
    }

    numbers[0] = GLYPH_PIPELINE_VERSION;
    numbers[1] = conf->max_row_size;
    numbers[2] = conf->max_columns;
    numbers[3] = conf->max_rows;
    numbers[4] = conf->max_errors;
    numbers[5] = conf->dedup_size;
    numbers[6] = conf->extra;
    numbers[7] = job->expected;

    ngx_glyph_runner_md5(&md5, numbers, sizeof(numbers));
    ngx_glyph_runner_md5(&md5, spool->meta.data, spool->meta.len);

    ngx_md5_final(digest, &md5);

    p = ngx_hex_dump((u_char *) text, digest, sizeof(digest));
    *p++ = '-';
    p = ngx_cpymem(p, spool->prefix.nonce, sizeof(spool->prefix.nonce));
    *p = '\0';
}


static void
ngx_glyph_runner_md5(ngx_md5_t *md5, const void *data, size_t len)
{
    uint64_t  n;

    n = len;

    ngx_md5_update(md5, &n, sizeof(uint64_t));
    ngx_md5_update(md5, data, len);
}


const char *
ngx_glyph_runner_fingerprint(ngx_glyph_job_t *job)
{
    return job->run->fingerprint;
}


static void
ngx_glyph_runner_quarantine(ngx_glyph_spool_t *spool, const char *why)
{
    ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                  "spool file \"%s\" goes to quarantine: %s", spool->name,
                  why);

    spool->quarantine = 1;
    ngx_glyph_spool_drop(spool);
}


static void
ngx_glyph_runner_take(ngx_glyph_job_t *job)
{
    const char         *params[5];
    glyph_buf_t         upload;
    ngx_glyph_spool_t  *spool;

    spool = job->spool;

    ngx_memzero(&upload, sizeof(glyph_buf_t));
    ngx_glyph_record_meta(job, &upload);
    glyph_buf_putc(&upload, '\0');

    params[0] = (const char *) job->text;
    params[1] = ngx_glyph_worker_id;
    params[2] = ngx_glyph_node_id;
    params[3] = spool->prefix.worker[0] ? (const char *) spool->prefix.worker
                                        : NULL;
    params[4] = (const char *) upload.data;

    ngx_glyph_job_ref(job);
    job->run->asking = 1;

    if (upload.failed || ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL,
            "SELECT t.found, t.epoch, t.state, t.rows, t.bytes, "
            "t.valid_rows, t.invalid_rows, t.warnings_count, t.score_min, "
            "t.score_max, t.fingerprint, i.error->>'code', t.own "
            "FROM glyph.take($1::uuid, $2::uuid, $3::uuid, $4::uuid, "
            "$5::jsonb) t LEFT JOIN glyph.imports i ON i.id = $1::uuid",
            5, params, ngx_glyph_runner_taken, job)
        == NULL)
    {
        ngx_glyph_runner_taken(job, NULL, "too many queries");
    }

    glyph_buf_free(&upload);
}


static void
ngx_glyph_runner_taken(void *data, PGresult *res, const char *error)
{
    ngx_glyph_job_t *job = data;

    job->run->asking = 0;

    if (res == NULL || PQresultStatus(res) != PGRES_TUPLES_OK
        || PQntuples(res) != 1)
    {
        ngx_glyph_runner_later(job, res, error);

    } else if (!job->run->over) {
        ngx_glyph_runner_found(job, res);
    }

    PQclear(res);

    if (job->run->over) {
        ngx_glyph_runner_let_go(job);
    }

    ngx_glyph_job_unref(job);
}


static void
ngx_glyph_runner_found(ngx_glyph_job_t *job, PGresult *res)
{
    ngx_int_t         state;
    ngx_glyph_run_t  *run;

    run = job->run;

    if (PQgetvalue(res, 0, 0)[0] != 't') {
        run->taken = 1;
        ngx_glyph_runner_note(job);
        return;
    }

    state = ngx_glyph_job_state_parse(PQgetvalue(res, 0, 2));

    if (PQgetvalue(res, 0, 12)[0] != 't') {
        ngx_log_error(NGX_LOG_CRIT, job->log, 0,
                      "spool file \"%s\" goes to quarantine: another import "
                      "has its id", job->spool->name);

        job->spool->quarantine = 1;
        ngx_glyph_job_over(job, NGX_GLYPH_JOB_FAILED, "job_id_used");
        return;
    }

    if (state == NGX_ERROR
        || ngx_glyph_job_is_final((ngx_glyph_job_state_e) state))
    {
        if (job->ctx) {
            ngx_glyph_upload_accepted(job->ctx);
        }

        ngx_glyph_job_over(job, (ngx_glyph_job_state_e) state,
                           PQgetvalue(res, 0, 11));
        return;
    }

    job->registered = 1;
    job->epoch = (ngx_int_t) ngx_glyph_runner_number(res, 1);
    run->rows = ngx_glyph_runner_number(res, 3);

    if (ngx_strcmp(PQgetvalue(res, 0, 10), run->fingerprint) != 0) {

        ngx_log_error(NGX_LOG_NOTICE, job->log, 0,
                      "the import starts again: what decides its rows has "
                      "changed");
        run->rows = 0;
        ngx_glyph_runner_reset(job);
        return;
    }

    job->skip_rows = run->rows;
    job->committed.rows = run->rows;
    job->committed.bytes = ngx_glyph_runner_number(res, 4);
    job->committed.valid = ngx_glyph_runner_number(res, 5);
    job->committed.invalid = ngx_glyph_runner_number(res, 6);
    job->committed.warnings = ngx_glyph_runner_number(res, 7);
    job->committed.score_min = atof(PQgetvalue(res, 0, 8));
    job->committed.score_max = atof(PQgetvalue(res, 0, 9));

    run->taken = 1;

    ngx_glyph_runner_note(job);
}


static uint64_t
ngx_glyph_runner_number(PGresult *res, int column)
{
    return strtoull(PQgetvalue(res, 0, column), NULL, 10);
}


static void
ngx_glyph_runner_reset(ngx_glyph_job_t *job)
{
    const char  *params[3];
    char         epoch[NGX_INT_T_LEN + 1];

    *ngx_sprintf((u_char *) epoch, "%i", job->epoch) = '\0';

    params[0] = (const char *) job->text;
    params[1] = epoch;
    params[2] = job->run->fingerprint;

    ngx_glyph_job_ref(job);
    job->run->asking = 1;

    if (ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL,
            "SELECT glyph.reset($1::uuid, $2::int, $3, "
            NGX_GLYPH_RUNNER_RESET ")",
            3, params, ngx_glyph_runner_was_reset, job)
        == NULL)
    {
        ngx_glyph_runner_was_reset(job, NULL, "too many queries");
    }
}


static void
ngx_glyph_runner_was_reset(void *data, PGresult *res, const char *error)
{
    ngx_glyph_job_t *job = data;

    job->run->asking = 0;

    if (res == NULL || PQresultStatus(res) != PGRES_TUPLES_OK) {

        /* also the fence: take() tells what has become of it */

        ngx_glyph_runner_later(job, res, error);

    } else if (job->run->over) {
        /* void */

    } else if (PQgetvalue(res, 0, 0)[0] != '0') {
        ngx_glyph_runner_reset(job);

    } else {
        job->run->taken = 1;
        ngx_glyph_runner_note(job);
    }

    PQclear(res);

    if (job->run->over) {
        ngx_glyph_runner_let_go(job);
    }

    ngx_glyph_job_unref(job);
}


static void
ngx_glyph_runner_later(ngx_glyph_job_t *job, PGresult *res, const char *error)
{
    if (job->run->over) {
        return;
    }

    error = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : error;

    ngx_log_error(NGX_LOG_INFO, job->log, 0,
                  "could not take the import from the spool: %s",
                  error ? error : "no answer");

    ngx_add_timer(&job->run->retry, NGX_GLYPH_RUNNER_RETRY);
}


static void
ngx_glyph_runner_retry_handler(ngx_event_t *ev)
{
    ngx_glyph_run_t *run = ev->data;

    ngx_glyph_runner_take(run->job);
}


/* Five runs without a row more: it may well be the file that kills us. */

static void
ngx_glyph_runner_note(ngx_glyph_job_t *job)
{
    ngx_glyph_run_t           *run;
    ngx_glyph_spool_prefix_t  *prefix;

    run = job->run;
    prefix = &job->spool->prefix;

    prefix->attempts = (run->rows > prefix->rows) ? 1 : prefix->attempts + 1;
    prefix->rows = run->rows;

    ngx_memcpy(prefix->worker, ngx_glyph_worker_id,
               sizeof(ngx_glyph_worker_id));

    if (prefix->attempts > NGX_GLYPH_RUNNER_ATTEMPTS) {
        ngx_log_error(NGX_LOG_CRIT, job->log, 0,
                      "spool file \"%s\" goes to quarantine: %d runs had no "
                      "progress", job->spool->name,
                      NGX_GLYPH_RUNNER_ATTEMPTS);

        job->spool->quarantine = 1;
        ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED,
                            NGX_HTTP_INTERNAL_SERVER_ERROR, "quarantined",
                            "the import was begun five times and made no "
                            "progress; its file is in quarantine");
        ngx_glyph_job_run(job);
        return;
    }

    if (ngx_glyph_spool_update(job->spool, ngx_glyph_runner_noted) != NGX_OK) {
        ngx_glyph_runner_go(job);
        return;
    }

    ngx_glyph_job_ref(job);
}


static void
ngx_glyph_runner_noted(ngx_glyph_spool_t *spool)
{
    ngx_glyph_job_t *job = spool->data;

    /* what could not be written only makes the next run count less */

    if (job->run->over) {
        ngx_glyph_runner_let_go(job);

    } else {
        ngx_glyph_runner_go(job);
    }

    ngx_glyph_job_unref(job);
}


static void
ngx_glyph_runner_go(ngx_glyph_job_t *job)
{
    job->run->ready = 1;
    job->state = NGX_GLYPH_JOB_PROCESSING;

    if (job->expected == 0) {
        job->body_end = 1;
    }

    ngx_glyph_job_run(job);
    ngx_glyph_runner_feed(job);
}


ngx_uint_t
ngx_glyph_runner_started(ngx_glyph_job_t *job)
{
    return job->run->taken;
}


void
ngx_glyph_runner_feed(ngx_glyph_job_t *job)
{
    ngx_glyph_run_t    *run;
    ngx_glyph_chunk_t  *chunk;

    run = job->run;

    if (!run->ready || run->over || job->ending || job->body_end
        || job->leaving || job->spool->busy)
    {
        return;
    }

    chunk = ngx_glyph_job_chunk_take(job);

    if (chunk == NULL) {
        return;
    }

    if (ngx_glyph_spool_read(job->spool, chunk, ngx_glyph_runner_read)
        != NGX_OK)
    {
        ngx_glyph_job_chunk_return(job, chunk);
        ngx_glyph_job_run_later(job);
        return;
    }

    ngx_glyph_job_ref(job);
}


static void
ngx_glyph_runner_read(ngx_glyph_spool_t *spool)
{
    ngx_glyph_job_t    *job;
    ngx_glyph_chunk_t  *chunk;

    job = spool->data;
    chunk = spool->chunk;
    spool->chunk = NULL;

    if (spool->err || job->ending || job->leaving || job->run->over) {
        ngx_glyph_job_chunk_return(job, chunk);

        if (spool->err && !job->run->over) {
            spool->quarantine = 1;
            ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED,
                                NGX_HTTP_INTERNAL_SERVER_ERROR,
                                "spool_unreadable",
                                "the spooled body could not be read; its "
                                "file is in quarantine");
        }

        if (job->run->over) {
            ngx_glyph_runner_let_go(job);

        } else {
            ngx_glyph_job_run(job);
        }

        ngx_glyph_job_unref(job);
        return;
    }

    ngx_queue_insert_tail(&job->chunks, &chunk->queue);

    if (spool->offset == (off_t) spool->prefix.body_len) {
        job->body_end = 1;
    }

    ngx_glyph_job_run(job);
    ngx_glyph_runner_feed(job);
    ngx_glyph_job_unref(job);
}


void
ngx_glyph_runner_over(ngx_glyph_job_t *job, ngx_uint_t final)
{
    ngx_glyph_run_t *run = job->run;

    run->over = 1;
    run->final = final;

    if (run->retry.timer_set) {
        ngx_del_timer(&run->retry);
    }

    ngx_glyph_runner_let_go(job);
}


/* When neither a thread nor Postgres has anything of it any more. */

static void
ngx_glyph_runner_let_go(ngx_glyph_job_t *job)
{
    ngx_glyph_run_t    *run;
    ngx_glyph_spool_t  *spool;

    run = job->run;
    spool = job->spool;

    if (spool == NULL || spool->busy || run->asking) {
        return;
    }

    /* the texts of the job are the file's: its memory goes with the job */

    job->spool = NULL;
    job->meta = spool->meta;
    ngx_memzero(&spool->meta, sizeof(glyph_buf_t));

    ngx_glyph_runner.running--;

    if (run->final || spool->quarantine) {
        ngx_glyph_spool_drop(spool);

    } else {

        /* that we go is not the file's fault */

        spool->prefix.attempts = 0;

        if (ngx_glyph_spool_update(spool, ngx_glyph_runner_closed) != NGX_OK) {
            ngx_glyph_spool_close(spool);
        }
    }

    ngx_glyph_runner_next();
}


static void
ngx_glyph_runner_closed(ngx_glyph_spool_t *spool)
{
    ngx_glyph_spool_close(spool);
}


ngx_int_t
ngx_glyph_runner_leave(ngx_glyph_job_t *job)
{
    if (job->spool->busy || job->run->asking) {
        return NGX_AGAIN;
    }

    if (job->ctx) {
        ngx_glyph_upload_accepted(job->ctx);
    }

    ngx_glyph_runner_over(job, 0);

    return NGX_OK;
}
