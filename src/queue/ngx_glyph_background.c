
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
#include "ngx_glyph_job_file.h"
#include "ngx_glyph_job_fingerprint.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_record.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_writer.h"


static ngx_glyph_spool_t *ngx_glyph_background_file(ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_background_step(ngx_glyph_job_t *job);
static void ngx_glyph_background_seal(ngx_glyph_job_t *job);
static void ngx_glyph_background_sealed(ngx_glyph_spool_t *spool);
static void ngx_glyph_background_hand_over(ngx_glyph_job_t *job);
static void ngx_glyph_background_handed_over(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_background_take_back(ngx_glyph_job_t *job);
static void ngx_glyph_background_taken_back(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_background_failed(ngx_glyph_job_t *job, ngx_err_t err);
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
    ngx_glyph_background_failed,
    NULL,                                  /* idle */
    NULL,                                  /* blameless */
    NULL,                                  /* leave */
    NULL                                   /* ended */
};


ngx_int_t
ngx_glyph_background_start(ngx_glyph_job_t *job, ngx_str_t *source,
    off_t source_max)
{
    ngx_int_t           rc;
    ngx_glyph_asked_t  *asked;
    ngx_glyph_spool_t  *spool;

    asked = ngx_glyph_job_asked(job);
    spool = ngx_glyph_background_file(job);

    if (spool == NULL
        || ngx_glyph_spool_meta_write(asked,
                                      &ngx_glyph_job_import(job)->tenant,
                                      &spool->meta)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (source->len) {
        spool->root = &asked->conf->import_root;
        spool->source = source;
        spool->source_max = source_max;
    }

    ngx_glyph_job_become(job, &ngx_glyph_background_kind, NULL);

    /* this also finds out whether the options are good */

    rc = ngx_glyph_job_start(job);

    if (rc == NGX_OK) {
        ngx_glyph_job_run(job);
    }

    return rc;
}


/* With what tells it from others with the same id. */

static ngx_glyph_spool_t *
ngx_glyph_background_file(ngx_glyph_job_t *job)
{
    ngx_glyph_uuid_t    nonce;
    ngx_glyph_spool_t  *spool;

    spool = ngx_glyph_job_file(job);

    if (spool || ngx_glyph_uuid_create(&nonce) != NGX_OK) {
        return spool;
    }

    spool = ngx_glyph_job_file_create(job);

    if (spool) {
        (void) ngx_hex_dump(spool->prefix.nonce, &nonce.bytes[12], 4);
    }

    return spool;
}


ngx_int_t
ngx_glyph_background_claim(ngx_glyph_job_t *job, char *fingerprint)
{
    ngx_glyph_spool_t  *spool;

    spool = ngx_glyph_background_file(job);

    if (spool == NULL) {
        return NGX_ERROR;
    }

    *ngx_sprintf((u_char *) fingerprint, "%032xi-%*s", (ngx_int_t) 0,
                 sizeof(spool->prefix.nonce), spool->prefix.nonce) = '\0';

    return NGX_OK;
}


/* The next step, if none is under way. */

static ngx_int_t
ngx_glyph_background_step(ngx_glyph_job_t *job)
{
    if (ngx_glyph_job_ending(job)) {
        ngx_glyph_spool_drop(ngx_glyph_job_file_take(job));
        ngx_glyph_job_become(job, &ngx_glyph_kind_import, NULL);

        /* a claimed key is to be given back */

        if (ngx_glyph_job_import(job)->registered) {
            ngx_glyph_job_run(job);

        } else {
            ngx_glyph_job_unstored(job);
        }

    } else if (ngx_glyph_job_file_write(job) == NGX_DONE) {
        ngx_glyph_background_seal(job);
    }

    return NGX_DONE;
}


static void
ngx_glyph_background_seal(ngx_glyph_job_t *job)
{
    if (ngx_glyph_spool_seal(ngx_glyph_job_file(job),
                             ngx_glyph_background_sealed)
        == NGX_OK)
    {
        ngx_glyph_job_away(job);

    } else {
        ngx_glyph_job_run_later(job);
    }
}


/* A cancel that came meanwhile came before the acknowledgement. */

static void
ngx_glyph_background_sealed(ngx_glyph_spool_t *spool)
{
    ngx_glyph_job_t *job = spool->data;

    ngx_glyph_job_back(job);

    if (spool->err) {
        ngx_glyph_background_refused(job, spool->err);
    }

    if (ngx_glyph_job_ending(job)) {
        ngx_glyph_job_run(job);

    } else if (ngx_glyph_job_import(job)->registered
               || (ngx_glyph_job_asked(job)->named
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
    const char          *params[3];
    glyph_buf_t          meta;
    ngx_glyph_spool_t   *spool;
    ngx_glyph_import_t  *import;
    char                 fingerprint[NGX_GLYPH_FINGERPRINT_LEN];

    spool = ngx_glyph_job_file(job);
    import = ngx_glyph_job_import(job);

    ngx_glyph_job_expect(job, spool->prefix.body_len);
    ngx_glyph_job_fingerprint(ngx_glyph_job_asked(job), spool, fingerprint);

    params[0] = (const char *) import->text;
    params[1] = fingerprint;
    params[2] = NULL;

    ngx_memzero(&meta, sizeof(glyph_buf_t));

    if (!import->registered) {
        ngx_glyph_record_meta(job, &meta);
        glyph_buf_putc(&meta, '\0');
        params[2] = (const char *) meta.data;
    }

    ngx_glyph_job_away(job);

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

    ngx_uint_t                 known;
    ngx_glyph_import_t        *import;
    ngx_glyph_store_answer_t   why;

    import = ngx_glyph_job_import(job);
    known = (res && PQresultStatus(res) == PGRES_TUPLES_OK);

    ngx_glyph_job_back(job);

    if (known && PQgetvalue(res, 0, 0)[0] != 't') {
        ngx_glyph_background_refused(job, NGX_EEXIST);
        ngx_glyph_job_run(job);

    } else if (import->registered && !known && res) {

        /* Postgres itself says so: it did nothing */

        ngx_glyph_store_answer(res, &why);
        ngx_glyph_job_abort(job, why.code, NULL);
        ngx_glyph_job_run(job);

    } else if (known && ngx_glyph_job_ending(job)) {
        ngx_glyph_background_take_back(job);

    } else {

        if (import->registered && !known) {
            ngx_glyph_client_unknown(ngx_glyph_job_client(job),
                                     "Postgres was lost while the import was "
                                     "registered; the job's status tells the "
                                     "outcome when it is back");
        }

        import->registered = 0;
        ngx_glyph_background_accepted(job);
    }

    PQclear(res);
    ngx_glyph_job_unref(job);
}


/* The client has left, or the like: the row is to end before the file. */

static void
ngx_glyph_background_take_back(ngx_glyph_job_t *job)
{
    const char            *params[3];
    ngx_glyph_job_view_t   view;

    ngx_glyph_job_view(job, &view);

    params[0] = (const char *) ngx_glyph_job_import(job)->text;
    params[1] = view.code;
    params[2] = view.detail.len ? (const char *) view.detail.data : NULL;

    ngx_glyph_job_away(job);

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

    ngx_glyph_job_back(job);
    ngx_glyph_job_import(job)->registered = 0;

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
ngx_glyph_background_failed(ngx_glyph_job_t *job, ngx_err_t err)
{
    if (ngx_glyph_job_file(job)->source_failed) {
        ngx_glyph_background_no_source(job, err);

    } else {
        ngx_glyph_background_refused(job, err);
    }
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

    client = ngx_glyph_job_client(job);
    spool = ngx_glyph_job_file_queue(job);

    ngx_log_error(NGX_LOG_INFO, &ngx_glyph_job_import(job)->log, 0,
                  "import queued: %uL bytes", spool->prefix.body_len);

    if (ngx_glyph_client_queued(client, spool) != NGX_OK) {
        client = NULL;
    }

    ngx_glyph_job_leave(job);

    ngx_glyph_runner_offer(spool, client);
}
