
/*
 * A runner's job: the import of one file.
 *
 *   step      what is under way               if it fails
 *   ADOPT     a thread opens and locks        the next candidate
 *   TAKE      glyph.fence(), then             again later, for Postgres may
 *             glyph.take_over(): is it ours,  be away for long
 *             what is there of it
 *   RESET     glyph.reset(): what was written again later
 *             by other rules is deleted
 *   NOTE      a thread writes the attempt     quarantine
 *             into the file
 *   RUN       a thread reads, tasks compute,  as the job does
 *             the writer writes
 *   over      the file is dropped when        the file is left for another
 *             Postgres has the final state    worker
 *
 * ADOPT is in ngx_glyph_runner.c.  From TAKE on there is a job on the worker's
 * list, which owns the file; it may be told to end in any step, and does so
 * after TAKE, when it is known whether Postgres has a row to end.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_job_file.h"
#include "ngx_glyph_job_fingerprint.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_node.h"
#include "ngx_glyph_record.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_runner.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_writer.h"
#include "ngx_glyph_writer_fence.h"


#define NGX_GLYPH_RUNNER_RETRY     500
#define NGX_GLYPH_RUNNER_UNUSABLE  2000
#define NGX_GLYPH_RUNNER_ATTEMPTS  5

/* listings deleted in one go, when an import starts again */
#define NGX_GLYPH_RUNNER_RESET     "50000"


typedef struct {
    ngx_event_t                retry;
    ngx_glyph_job_t           *job;
    void                     (*tell)(void); /* that it has let go */
    uint64_t                   rows;        /* that Postgres has */
    char                       fingerprint[NGX_GLYPH_FINGERPRINT_LEN];

    unsigned                   taken:1;     /* epoch and progress are known */
    unsigned                   ready:1;     /* the file may be read */
    unsigned                   asking:1;    /* a query is under way */
    unsigned                   over:1;
    unsigned                   final:1;     /* Postgres has it: drop the file */
} ngx_glyph_run_t;


#define ngx_glyph_runner_of(job)                                              \
    ((ngx_glyph_run_t *) ngx_glyph_job_kind_data(job))


static ngx_int_t ngx_glyph_runner_step(ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_runner_room(ngx_glyph_job_t *job);
static ngx_uint_t ngx_glyph_runner_started(ngx_glyph_job_t *job);
static void ngx_glyph_runner_failed(ngx_glyph_job_t *job, ngx_err_t err);
static void ngx_glyph_runner_blameless(ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_runner_leave(ngx_glyph_job_t *job);
static void ngx_glyph_runner_ended(ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_runner_job(ngx_glyph_job_t *job,
    ngx_glyph_run_t *run, ngx_glyph_spool_t *spool);
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
static void ngx_glyph_runner_forgiven(ngx_glyph_spool_t *spool);
static void ngx_glyph_runner_go(ngx_glyph_job_t *job);
static void ngx_glyph_runner_over(ngx_glyph_job_t *job, ngx_uint_t final);
static void ngx_glyph_runner_let_go(ngx_glyph_job_t *job);
static void ngx_glyph_runner_closed(ngx_glyph_spool_t *spool);


static const ngx_glyph_kind_t  ngx_glyph_runner_kind = {
    "import",
    0,                                     /* keeps */
    ngx_glyph_runner_step,
    ngx_glyph_runner_room,
    ngx_glyph_runner_started,
    NULL,                                  /* finished */
    ngx_glyph_runner_failed,
    ngx_glyph_runner_let_go,
    ngx_glyph_runner_blameless,
    ngx_glyph_runner_leave,
    ngx_glyph_runner_ended
};


ngx_int_t
ngx_glyph_runner_run(ngx_glyph_spool_t *spool, ngx_glyph_client_t *client,
    void (*over)(void))
{
    ngx_int_t         rc;
    ngx_glyph_job_t  *job;
    ngx_glyph_run_t  *run;

    job = ngx_glyph_job_create(NULL, ngx_cycle->log);
    if (job == NULL) {
        return NGX_ERROR;
    }

    run = ngx_pcalloc(ngx_glyph_job_asked(job)->pool,
                      sizeof(ngx_glyph_run_t));

    rc = run ? ngx_glyph_runner_job(job, run, spool) : NGX_ERROR;

    if (rc != NGX_OK) {
        (void) ngx_glyph_job_file_take(job);
        ngx_glyph_job_unref(job);
        return rc;
    }

    run->tell = over;

    if (client) {
        ngx_glyph_job_ref(job);
        ngx_glyph_client_attach(client, job);
    }

    ngx_glyph_runner_take(job);

    ngx_glyph_job_unref(job);

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_runner_job(ngx_glyph_job_t *job, ngx_glyph_run_t *run,
    ngx_glyph_spool_t *spool)
{
    ngx_int_t            rc;
    ngx_glyph_asked_t   *asked;
    ngx_glyph_import_t  *import;

    asked = ngx_glyph_job_asked(job);
    import = ngx_glyph_job_import(job);

    run->job = job;
    run->retry.handler = ngx_glyph_runner_retry_handler;
    run->retry.data = run;
    run->retry.log = &import->log;
    run->retry.cancelable = 1;

    ngx_glyph_job_file_adopt(job, spool);

    rc = ngx_glyph_spool_meta_read(asked, &import->tenant, &spool->meta,
                                   &import->log);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_glyph_job_become(job, &ngx_glyph_runner_kind, run);
    ngx_glyph_job_into(job, &ngx_glyph_writer_sink, NULL);

    /* of files there are as many at a time as runners, and all can wait */

    asked->opts.room = NULL;

    ngx_glyph_job_fingerprint(asked, spool, run->fingerprint);
    import->fingerprint = run->fingerprint;

    return ngx_glyph_job_start(job);
}


static void
ngx_glyph_runner_take(ngx_glyph_job_t *job)
{
    const char            *params[5];
    glyph_buf_t            upload;
    ngx_glyph_spool_t     *spool;
    ngx_glyph_pg_query_t  *query;

    static const char  older[] =
        "SELECT t.found, t.epoch, t.state, t.rows, t.bytes, "
        "t.valid_rows, t.invalid_rows, t.warnings_count, t.score_min, "
        "t.score_max, t.fingerprint, i.error->>'code', t.own, "
        "CASE WHEN t.rows > 0 THEN ARRAY[0, t.rows] END, "
        "CASE WHEN t.warnings_count > 0 THEN ARRAY[0, t.warnings_count] END "
        "FROM glyph.take($1::uuid, $2::uuid, $3::uuid, $4::uuid, "
        "$5::jsonb) t LEFT JOIN glyph.imports i ON i.id = $1::uuid";

    spool = ngx_glyph_job_file(job);

    ngx_memzero(&upload, sizeof(glyph_buf_t));
    ngx_glyph_record_meta(job, &upload);
    glyph_buf_putc(&upload, '\0');

    params[0] = (const char *) ngx_glyph_job_import(job)->text;
    params[1] = ngx_glyph_worker_id;
    params[2] = ngx_glyph_node_id;
    params[3] = spool->prefix.worker[0] ? (const char *) spool->prefix.worker
                                        : NULL;
    params[4] = (const char *) upload.data;

    ngx_glyph_job_ref(job);
    ngx_glyph_runner_of(job)->asking = 1;

    query = NULL;

    if (!upload.failed) {
        ngx_glyph_writer_fence(params[0], NULL, params[1], params[4]);

        query = ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL,
                    "SELECT found, epoch, state, rows, bytes, valid_rows, "
                    "invalid_rows, warnings_count, score_min, score_max, "
                    "fingerprint, code, own, have_rows, have_warnings "
                    "FROM glyph.take_over($1::uuid, $2::uuid, $3::uuid, "
                    "$4::uuid, $5::jsonb)", 5, params,
                    ngx_glyph_runner_taken, job);
    }

    if (query) {
        ngx_glyph_pg_older(query, NGX_GLYPH_BATCH_SCHEMA_LANES, older);

    } else {
        ngx_glyph_runner_taken(job, NULL, "too many queries");
    }

    glyph_buf_free(&upload);
}


static void
ngx_glyph_runner_taken(void *data, PGresult *res, const char *error)
{
    ngx_glyph_job_t *job = data;

    ngx_glyph_runner_of(job)->asking = 0;

    if (res == NULL || PQresultStatus(res) != PGRES_TUPLES_OK
        || PQntuples(res) != 1)
    {
        ngx_glyph_runner_later(job, res, error);

    } else if (!ngx_glyph_runner_of(job)->over) {
        ngx_glyph_runner_found(job, res);
    }

    PQclear(res);

    if (ngx_glyph_runner_of(job)->over) {
        ngx_glyph_runner_let_go(job);
    }

    ngx_glyph_job_unref(job);
}


static void
ngx_glyph_runner_found(ngx_glyph_job_t *job, PGresult *res)
{
    ngx_int_t            state;
    ngx_glyph_run_t     *run;
    ngx_glyph_spool_t   *spool;
    ngx_glyph_import_t  *import;

    run = ngx_glyph_job_kind_data(job);
    spool = ngx_glyph_job_file(job);
    import = ngx_glyph_job_import(job);

    if (PQgetvalue(res, 0, 0)[0] != 't') {
        run->taken = 1;
        ngx_glyph_runner_note(job);
        return;
    }

    state = ngx_glyph_job_state_parse(PQgetvalue(res, 0, 2));

    if (PQgetvalue(res, 0, 12)[0] != 't') {
        ngx_log_error(NGX_LOG_CRIT, &import->log, 0,
                      "spool file \"%s\" goes to quarantine: another import "
                      "has its id", spool->name);

        spool->quarantine = 1;
        ngx_glyph_job_over(job, NGX_GLYPH_JOB_FAILED,
                           ngx_glyph_codes[NGX_GLYPH_CODE_JOB_ID_USED].name);
        return;
    }

    if (state == NGX_ERROR) {
        ngx_log_error(NGX_LOG_CRIT, &import->log, 0,
                      "spool file \"%s\" goes to quarantine: the import's row "
                      "in Postgres is damaged, its state is \"%s\"",
                      spool->name, PQgetvalue(res, 0, 2));

        spool->quarantine = 1;

        ngx_glyph_client_accepted(ngx_glyph_job_client(job));

        ngx_glyph_job_over(job, NGX_GLYPH_JOB_FAILED,
                           ngx_glyph_codes[NGX_GLYPH_CODE_STORE_DAMAGED].name);
        return;
    }

    if (ngx_glyph_job_is_final((ngx_glyph_job_state_e) state)) {

        ngx_glyph_client_accepted(ngx_glyph_job_client(job));

        ngx_glyph_job_over(job, (ngx_glyph_job_state_e) state,
                           PQgetvalue(res, 0, 11));
        return;
    }

    import->registered = 1;
    import->epoch = (ngx_int_t) ngx_glyph_runner_number(res, 1);
    run->rows = ngx_glyph_runner_number(res, 3);

    if (ngx_strcmp(PQgetvalue(res, 0, 10), run->fingerprint) != 0) {

        if (run->rows) {
            ngx_log_error(NGX_LOG_NOTICE, &import->log, 0,
                          "the import starts again: what decides its rows "
                          "has changed");
        }

        run->rows = 0;
        ngx_glyph_runner_reset(job);
        return;
    }

    if (ngx_glyph_ranges_parse(&import->have_rows,
                               ngx_glyph_job_asked(job)->pool,
                               PQgetvalue(res, 0, 13))
        != NGX_OK
        || ngx_glyph_ranges_parse(&import->have_warnings,
                                  ngx_glyph_job_asked(job)->pool,
                                  PQgetvalue(res, 0, 14))
           != NGX_OK)
    {
        ngx_glyph_runner_later(job, NULL, "no memory for its ranges");
        return;
    }

    import->ranged = (import->have_rows.n > 0);
    import->committed.rows = run->rows;
    import->committed.bytes = ngx_glyph_runner_number(res, 4);
    import->committed.valid = ngx_glyph_runner_number(res, 5);
    import->committed.invalid = ngx_glyph_runner_number(res, 6);
    import->committed.warnings = ngx_glyph_runner_number(res, 7);
    import->had_invalid = import->committed.invalid;
    import->committed.score_min = atof(PQgetvalue(res, 0, 8));
    import->committed.score_max = atof(PQgetvalue(res, 0, 9));

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
    const char          *params[3];
    ngx_glyph_import_t  *import;
    char                 epoch[NGX_INT_T_LEN + 1];

    import = ngx_glyph_job_import(job);

    *ngx_sprintf((u_char *) epoch, "%i", import->epoch) = '\0';

    params[0] = (const char *) import->text;
    params[1] = epoch;
    params[2] = ngx_glyph_runner_of(job)->fingerprint;

    ngx_glyph_job_ref(job);
    ngx_glyph_runner_of(job)->asking = 1;

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

    ngx_glyph_runner_of(job)->asking = 0;

    if (res == NULL || PQresultStatus(res) != PGRES_TUPLES_OK) {

        /* also the fence: take() tells what has become of it */

        ngx_glyph_runner_later(job, res, error);

    } else if (ngx_glyph_runner_of(job)->over) {
        /* void */

    } else if (PQgetvalue(res, 0, 0)[0] != '0') {
        ngx_glyph_runner_reset(job);

    } else {
        ngx_glyph_runner_of(job)->taken = 1;
        ngx_glyph_runner_note(job);
    }

    PQclear(res);

    if (ngx_glyph_runner_of(job)->over) {
        ngx_glyph_runner_let_go(job);
    }

    ngx_glyph_job_unref(job);
}


static void
ngx_glyph_runner_later(ngx_glyph_job_t *job, PGresult *res, const char *error)
{
    char  text[NGX_GLYPH_LOG_TEXT];

    if (ngx_glyph_runner_of(job)->over) {
        return;
    }

    error = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : error;

    ngx_log_error(NGX_LOG_INFO, &ngx_glyph_job_import(job)->log, 0,
                  "could not take the import from the spool: %s",
                  ngx_glyph_log_string(text, sizeof(text), error,
                                       "no answer"));

    /* while nothing can be written, all wait for the writer to find that out */

    ngx_add_timer(&ngx_glyph_runner_of(job)->retry,
                  ngx_glyph_store_usable(NGX_GLYPH_STORE_WRITES)
                  ? NGX_GLYPH_RUNNER_RETRY : NGX_GLYPH_RUNNER_UNUSABLE);
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
    ngx_glyph_spool_t         *spool;
    ngx_glyph_spool_prefix_t  *prefix;

    run = ngx_glyph_job_kind_data(job);
    spool = ngx_glyph_job_file(job);
    prefix = &spool->prefix;

    prefix->attempts = (run->rows > prefix->rows) ? 1 : prefix->attempts + 1;
    prefix->rows = run->rows;

    ngx_memcpy(prefix->worker, ngx_glyph_worker_id,
               sizeof(ngx_glyph_worker_id));

    if (prefix->attempts > NGX_GLYPH_RUNNER_ATTEMPTS) {
        ngx_log_error(NGX_LOG_CRIT, &ngx_glyph_job_import(job)->log, 0,
                      "spool file \"%s\" goes to quarantine: %d runs had no "
                      "progress", spool->name, NGX_GLYPH_RUNNER_ATTEMPTS);

        spool->quarantine = 1;
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_QUARANTINED, NULL);
        ngx_glyph_job_run(job);
        return;
    }

    if (ngx_glyph_spool_update(spool, ngx_glyph_runner_noted) != NGX_OK) {
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

    if (ngx_glyph_runner_of(job)->over) {
        ngx_glyph_runner_let_go(job);

    } else {
        ngx_glyph_runner_go(job);
    }

    ngx_glyph_job_unref(job);
}


/* A worker that is killed meanwhile has not been killed by the file. */

static void
ngx_glyph_runner_blameless(ngx_glyph_job_t *job)
{
    ngx_glyph_spool_t  *spool;

    spool = ngx_glyph_job_file(job);

    if (spool == NULL || spool->busy || ngx_glyph_runner_of(job)->over
        || spool->prefix.attempts == 0)
    {
        return;
    }

    spool->prefix.attempts = 0;

    if (ngx_glyph_spool_update(spool, ngx_glyph_runner_forgiven) == NGX_OK) {
        ngx_glyph_job_ref(job);
    }
}


static void
ngx_glyph_runner_forgiven(ngx_glyph_spool_t *spool)
{
    ngx_glyph_job_t *job = spool->data;

    if (ngx_glyph_runner_of(job)->over) {
        ngx_glyph_runner_let_go(job);

    } else {
        (void) ngx_glyph_runner_room(job);
    }

    ngx_glyph_job_unref(job);
}


static void
ngx_glyph_runner_go(ngx_glyph_job_t *job)
{
    ngx_glyph_runner_of(job)->ready = 1;

    ngx_glyph_job_file_begin(job);
}


/* Whether there is a row in Postgres is not known before. */

static ngx_int_t
ngx_glyph_runner_step(ngx_glyph_job_t *job)
{
    return ngx_glyph_runner_of(job)->taken ? NGX_OK : NGX_AGAIN;
}


static ngx_int_t
ngx_glyph_runner_room(ngx_glyph_job_t *job)
{
    if (ngx_glyph_runner_of(job)->ready) {
        ngx_glyph_job_file_read(job);
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_glyph_runner_started(ngx_glyph_job_t *job)
{
    return ngx_glyph_runner_of(job)->taken;
}


static void
ngx_glyph_runner_failed(ngx_glyph_job_t *job, ngx_err_t err)
{
    ngx_glyph_job_file(job)->quarantine = 1;

    ngx_glyph_job_abort(job, NGX_GLYPH_CODE_SPOOL_UNREADABLE, NULL);
}


/* An import that another worker has now is ended by that, with the file. */

static void
ngx_glyph_runner_ended(ngx_glyph_job_t *job)
{
    ngx_glyph_job_view_t  view;

    ngx_glyph_job_view(job, &view);

    ngx_glyph_runner_over(job, !ngx_glyph_code_is(view.code,
                                   NGX_GLYPH_CODE_OWNERSHIP_LOST));
}


static void
ngx_glyph_runner_over(ngx_glyph_job_t *job, ngx_uint_t final)
{
    ngx_glyph_run_t *run = ngx_glyph_job_kind_data(job);

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

    run = ngx_glyph_job_kind_data(job);
    spool = ngx_glyph_job_file(job);

    if (spool == NULL || spool->busy || run->asking) {
        return;
    }

    (void) ngx_glyph_job_file_take(job);

    if (run->final || spool->quarantine) {
        ngx_glyph_spool_drop(spool);

    } else {

        /* that we go is not the file's fault */

        spool->prefix.attempts = 0;

        if (ngx_glyph_spool_update(spool, ngx_glyph_runner_closed) != NGX_OK) {
            ngx_glyph_spool_close(spool);
        }
    }

    run->tell();
}


static void
ngx_glyph_runner_closed(ngx_glyph_spool_t *spool)
{
    ngx_glyph_spool_close(spool);
}


static ngx_int_t
ngx_glyph_runner_leave(ngx_glyph_job_t *job)
{
    if (ngx_glyph_job_file(job)->busy || ngx_glyph_runner_of(job)->asking) {
        return NGX_AGAIN;
    }

    ngx_glyph_client_accepted(ngx_glyph_job_client(job));

    ngx_glyph_runner_over(job, 0);

    return NGX_OK;
}
