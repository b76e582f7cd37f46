
/*
 * Receiving a body into the spool.
 *
 *   step     the file is             the job's chunks
 *   OPEN     being made              gather, two at the most
 *   WRITE    growing                 the first one is the task's
 *   COPY     growing                 none: the body is a file of this node
 *   SEAL     becoming durable        there are none
 *   then     a runner's              the job is over; what is left is the
 *                                    file, and maybe a client that waits
 *
 * Before the seal nothing was promised: whatever goes wrong (the client
 * leaves, the disk is full, a cancel) the part is dropped and the job fails,
 * for which Postgres is not needed.  From when Postgres may have been told that
 * the import is the file's, the file is dropped only when Postgres has refused
 * it or has its end: a row without a file would be waited for.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_job_fingerprint.h"
#include "ngx_glyph_observer.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_record.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_writer.h"


static ngx_int_t ngx_glyph_background_step(ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_background_nonce(ngx_glyph_job_t *job);
static void ngx_glyph_background_opened(ngx_glyph_spool_t *spool);
static void ngx_glyph_background_written(ngx_glyph_spool_t *spool);
static void ngx_glyph_background_copied(ngx_glyph_spool_t *spool);
static void ngx_glyph_background_sealed(ngx_glyph_spool_t *spool);
static void ngx_glyph_background_hand_over(ngx_glyph_job_t *job);
static void ngx_glyph_background_handed_over(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_background_take_back(ngx_glyph_job_t *job);
static void ngx_glyph_background_taken_back(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_background_refused(ngx_glyph_job_t *job,
    ngx_err_t err);
static void ngx_glyph_background_no_source(ngx_glyph_job_t *job,
    ngx_err_t err);
static void ngx_glyph_background_accepted(ngx_glyph_job_t *job);


static const ngx_glyph_kind_t  ngx_glyph_background_kind = {
    "import",
    1,                                     /* keeps */
    ngx_glyph_background_step,
    NULL,                                  /* room */
    NULL,                                  /* ready */
    NULL,                                  /* finished */
    NULL,                                  /* blameless */
    NULL,                                  /* leave */
    NULL                                   /* ended */
};


ngx_int_t
ngx_glyph_background_start(ngx_glyph_job_t *job)
{
    ngx_int_t           rc;
    ngx_glyph_spool_t  *spool;

    spool = ngx_glyph_spool_create(&job->import.id);
    if (spool == NULL) {
        return NGX_ERROR;
    }

    job->spool = spool;

    if (ngx_glyph_background_nonce(job) != NGX_OK
        || ngx_glyph_spool_meta_write(job, &spool->meta) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* this also finds out whether the options are good */

    rc = ngx_glyph_job_start(job);

    if (rc != NGX_OK) {
        return rc;
    }

    glyph_pipeline_destroy(job->pipeline);
    job->pipeline = NULL;

    job->kind = &ngx_glyph_background_kind;

    /* its time begins when it is run; until then the client has its own */

    if (job->asked.source.len == 0 && job->timeout.timer_set) {
        ngx_del_timer(&job->timeout);
    }

    spool->data = job;
    spool->expected = job->expected;
    spool->digest = job->body_digest;
    spool->wanted = job->body_wanted;
    spool->prefix.start_time = job->start_time;

    if (job->asked.source.len) {
        spool->root = &job->conf->import_root;
        spool->source = &job->asked.source;
        spool->source_max = job->asked.source_max;
    }

    ngx_memcpy(spool->prefix.nonce, job->nonce, sizeof(job->nonce));

    (void) ngx_glyph_background_step(job);

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_background_nonce(ngx_glyph_job_t *job)
{
    ngx_glyph_uuid_t  nonce;

    if (job->nonce[0]) {
        return NGX_OK;
    }

    if (ngx_glyph_uuid_create(&nonce) != NGX_OK) {
        return NGX_ERROR;
    }

    (void) ngx_hex_dump(job->nonce, &nonce.bytes[12], 4);

    return NGX_OK;
}


ngx_int_t
ngx_glyph_background_claim(ngx_glyph_job_t *job, char *fingerprint)
{
    if (ngx_glyph_background_nonce(job) != NGX_OK) {
        return NGX_ERROR;
    }

    *ngx_sprintf((u_char *) fingerprint, "%032xi-%*s", (ngx_int_t) 0,
                 sizeof(job->nonce), job->nonce) = '\0';

    return NGX_OK;
}


/* The next step, if none is under way. */

static ngx_int_t
ngx_glyph_background_step(ngx_glyph_job_t *job)
{
    ngx_int_t           rc;
    ngx_queue_t        *q;
    ngx_glyph_spool_t  *spool;

    spool = job->spool;

    if (spool->busy) {
        return NGX_DONE;
    }

    if (ngx_glyph_job_ending(job)) {
        job->spool = NULL;
        job->kind = &ngx_glyph_kind_import;
        ngx_glyph_spool_drop(spool);

        /* a claimed key is to be given back */

        if (job->import.registered) {
            ngx_glyph_job_run(job);

        } else {
            ngx_glyph_job_unstored(job);
        }

        return NGX_DONE;
    }

    job->nrunning = 0;

    if (spool->fd == NGX_INVALID_FILE) {
        rc = ngx_glyph_spool_open(spool, ngx_glyph_background_opened);

    } else if (spool->source) {
        rc = ngx_glyph_spool_copy(spool, ngx_glyph_background_copied);

    } else if (!ngx_queue_empty(&job->chunks)) {
        q = ngx_queue_head(&job->chunks);

        job->nrunning = 1;

        rc = ngx_glyph_spool_write(spool,
                                 ngx_queue_data(q, ngx_glyph_chunk_t, queue),
                                 ngx_glyph_background_written);

    } else if (job->body_end) {
        rc = ngx_glyph_spool_seal(spool, ngx_glyph_background_sealed);

    } else {
        return NGX_DONE;
    }

    if (rc == NGX_OK) {
        ngx_glyph_job_ref(job);
        job->running = 1;
        return NGX_DONE;
    }

    ngx_glyph_job_run_later(job);

    return NGX_DONE;
}


static void
ngx_glyph_background_opened(ngx_glyph_spool_t *spool)
{
    ngx_glyph_job_t *job = spool->data;

    job->running = 0;

    if (spool->err) {
        ngx_glyph_background_refused(job, spool->err);
    }

    ngx_glyph_job_run(job);
    ngx_glyph_job_unref(job);
}


static void
ngx_glyph_background_written(ngx_glyph_spool_t *spool)
{
    ngx_glyph_job_t *job = spool->data;

    job->running = 0;

    ngx_glyph_job_chunk_done(job);

    if (spool->err) {
        ngx_glyph_background_refused(job, spool->err);
    }

    ngx_glyph_job_run(job);

    ngx_glyph_observers_changed(job);

    (void) ngx_glyph_client_resume(job->client);

    ngx_glyph_job_unref(job);
}


static void
ngx_glyph_background_copied(ngx_glyph_spool_t *spool)
{
    ngx_glyph_job_t *job = spool->data;

    job->running = 0;
    job->received = spool->offset;

    if (spool->err && spool->source_failed) {
        ngx_glyph_background_no_source(job, spool->err);

    } else if (spool->err) {
        ngx_glyph_background_refused(job, spool->err);
    }

    ngx_glyph_job_run(job);

    ngx_glyph_observers_changed(job);

    ngx_glyph_job_unref(job);
}


/* A cancel that came meanwhile came before the acknowledgement. */

static void
ngx_glyph_background_sealed(ngx_glyph_spool_t *spool)
{
    ngx_glyph_job_t *job = spool->data;

    job->running = 0;

    if (spool->err) {
        ngx_glyph_background_refused(job, spool->err);
    }

    if (ngx_glyph_job_ending(job)) {
        ngx_glyph_job_run(job);

    } else if (job->import.registered
               || (job->asked.given_id
                   && ngx_glyph_writer_available() != NGX_DECLINED))
    {
        ngx_glyph_background_hand_over(job);

    } else {
        ngx_glyph_background_accepted(job);
    }

    ngx_glyph_job_unref(job);
}


/*
 * The row of a claimed key is this worker's, and is failed with it: nobody
 * was told of the file then, and a runner drops it.  From now on it is the
 * file's.  An id that the client chose gets its row here, where its use by
 * another import, on whatever node, is still an answer to the request.
 * Without Postgres a runner finds out.
 */

static void
ngx_glyph_background_hand_over(ngx_glyph_job_t *job)
{
    const char   *params[3];
    glyph_buf_t   meta;
    char          fingerprint[NGX_GLYPH_FINGERPRINT_LEN];

    job->expected = job->received;
    ngx_glyph_job_fingerprint(job, job->spool, fingerprint);

    params[0] = (const char *) job->import.text;
    params[1] = fingerprint;
    params[2] = NULL;

    ngx_memzero(&meta, sizeof(glyph_buf_t));

    if (!job->import.registered) {
        ngx_glyph_record_meta(job, &meta);
        glyph_buf_putc(&meta, '\0');
        params[2] = (const char *) meta.data;
    }

    ngx_glyph_job_ref(job);
    job->running = 1;

    if (meta.failed
        || ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL,
                              "SELECT glyph.spooled($1::uuid, 1, $2, "
                              "$3::jsonb)", 3, params,
                              ngx_glyph_background_handed_over, job)
           == NULL)
    {
        ngx_glyph_background_handed_over(job, NULL, "too many queries");
    }

    glyph_buf_free(&meta);
}


static void
ngx_glyph_background_handed_over(void *data, PGresult *res, const char *error)
{
    ngx_glyph_job_t *job = data;

    ngx_uint_t                known;
    ngx_glyph_store_answer_t  why;

    known = (res && PQresultStatus(res) == PGRES_TUPLES_OK);

    job->running = 0;

    if (known && PQgetvalue(res, 0, 0)[0] != 't') {
        ngx_glyph_background_refused(job, NGX_EEXIST);
        ngx_glyph_job_run(job);

    } else if (job->import.registered && !known && res) {

        /* Postgres itself says so: it did nothing */

        ngx_glyph_store_answer(res, &why);
        ngx_glyph_job_abort(job, why.code, NULL);
        ngx_glyph_job_run(job);

    } else if (known && ngx_glyph_job_ending(job)) {
        ngx_glyph_background_take_back(job);

    } else {

        if (job->import.registered && !known) {
            ngx_glyph_client_unknown(job->client,
                                     "Postgres was lost while the import was "
                                     "registered; the job's status tells the "
                                     "outcome when it is back");
        }

        job->import.registered = 0;
        ngx_glyph_background_accepted(job);
    }

    PQclear(res);
    ngx_glyph_job_unref(job);
}


/* The client has left, or the like: the row is to end before the file. */

static void
ngx_glyph_background_take_back(ngx_glyph_job_t *job)
{
    const char  *params[3];

    params[0] = (const char *) job->import.text;
    params[1] = job->code;
    params[2] = job->detail.len ? (const char *) job->detail.data : NULL;

    ngx_glyph_job_ref(job);
    job->running = 1;

    if (ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL,
                           "SELECT glyph.fail($1::uuid, 1, $2, $3)",
                           3, params, ngx_glyph_background_taken_back, job)
        == NULL)
    {
        ngx_glyph_background_taken_back(job, NULL, "too many queries");
    }
}


static void
ngx_glyph_background_taken_back(void *data, PGresult *res, const char *error)
{
    ngx_glyph_job_t *job = data;

    const char  *state;

    job->running = 0;
    job->import.registered = 0;

    state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;

    if ((res && PQresultStatus(res) == PGRES_TUPLES_OK)
        || (state && ngx_strcmp(state, "GL001") == 0))
    {
        /* it has ended so, or it had ended before */

        ngx_glyph_job_run(job);

    } else {
        ngx_glyph_background_accepted(job);
    }

    PQclear(res);
    ngx_glyph_job_unref(job);
}


static void
ngx_glyph_background_refused(ngx_glyph_job_t *job, ngx_err_t err)
{
    switch (err) {

    case NGX_EEXIST:
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_JOB_ID_USED, NULL);
        break;

    case NGX_GLYPH_SPOOL_FULL:
    case NGX_ENOSPC:
    case EDQUOT:
    case EFBIG:
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_SPOOL_FULL, NULL);
        break;

    case EBADMSG:
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_DIGEST_MISMATCH, NULL);
        break;

    default:
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_SPOOL_FAILED, NULL);
    }
}


static void
ngx_glyph_background_no_source(ngx_glyph_job_t *job, ngx_err_t err)
{
    switch (err) {

    case NGX_ENOENT:
    case NGX_ENOTDIR:
    case NGX_ENAMETOOLONG:
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_FILE_NOT_FOUND, NULL);
        break;

    case NGX_ELOOP:
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_FILE_OUTSIDE, NULL);
        break;

    case NGX_EACCES:
    case NGX_EPERM:
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_FILE_FORBIDDEN, NULL);
        break;

    case NGX_EISDIR:
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_FILE_NOT_REGULAR, NULL);
        break;

    case EFBIG:
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_BODY_TOO_LARGE,
                            "the file is larger than client_max_body_size");
        break;

    default:
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_FILE_UNREADABLE, NULL);
    }
}


static void
ngx_glyph_background_accepted(ngx_glyph_job_t *job)
{
    ngx_glyph_spool_t   *spool;
    ngx_glyph_client_t  *client;

    spool = job->spool;
    client = job->client;

    ngx_log_error(NGX_LOG_INFO, job->log, 0, "import queued: %O bytes",
                  job->received);

    job->spool = NULL;
    job->kind = &ngx_glyph_kind_import;
    job->state = NGX_GLYPH_JOB_QUEUED;

    ngx_glyph_observers_changed(job);

    if (ngx_glyph_client_queued(client, spool) != NGX_OK) {
        client = NULL;
    }

    ngx_glyph_job_leave(job);

    ngx_glyph_runner_offer(spool, client);
}
