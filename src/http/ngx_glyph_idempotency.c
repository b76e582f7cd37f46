
/*
 * The key is claimed by a row in imports, which a unique index makes the only
 * one of its tenant and key that did not fail; so it holds whatever becomes
 * of Redis, of workers and of nodes.
 *
 *   Postgres says              then
 *   claimed                    the upload goes on, its import registered
 *   running                    409: the first one has not ended
 *   completed, other options   422
 *   completed, same options    the body is read, but only for its digest: the
 *                              first answer again, or 422
 *   used                       409: the id of the job, not the key
 *   free                       there is no key, and the upload goes on
 *
 * Without a key the question is only whether the client has chosen an id that
 * is in use; it is asked for background imports, which would otherwise hear of
 * that when the body has come.  The row that settles it is made then, so an
 * upload need not wait for Postgres.
 *
 * A file that was acknowledged while Postgres was away has its id before there
 * is a row for it.  So, before an import that is not of a file makes one, or a
 * key is claimed, the spool is looked into.
 *
 * A client that leaves while the question is under way leaves a claim that
 * nobody will use: it is failed when the answer comes.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_idempotency.h"
#include "ngx_glyph_job_fingerprint.h"
#include "ngx_glyph_node.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_query.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_writer.h"

#include <ngx_md5.h>


/* one that is written into the spool finds out itself, unless it has a key */

#define ngx_glyph_idempotency_looks(order)                                    \
    ((order)->given_id                                                        \
     && (!(order)->background || (order)->idempotency_key.len))


/* One question; it may outlive the request. */

typedef struct {
    ngx_http_request_t        *request;     /* NULL: it is gone */
    ngx_http_cleanup_t        *cleanup;
    ngx_glyph_claimed_pt       claimed;
    ngx_glyph_ctx_t           *ctx;
    ngx_glyph_job_t           *job;
    ngx_glyph_order_t         *order;       /* in the job's memory */
} ngx_glyph_claim_t;


/* The earlier import. */

typedef struct {
    ngx_glyph_uuid_t           id;
    u_char                     sha256[GLYPH_SHA256_SIZE];
    unsigned                   by_name:1;   /* it was a file of the node */
} ngx_glyph_first_t;


static ngx_int_t ngx_glyph_idempotency_hash(ngx_glyph_order_t *order,
    u_char *hex);
static ngx_int_t ngx_glyph_idempotency_meta(ngx_glyph_order_t *order,
    glyph_buf_t *b);
static ngx_int_t ngx_glyph_idempotency_look(ngx_glyph_claim_t *claim);
static void ngx_glyph_idempotency_looked(ngx_glyph_spool_t *spool);
static void ngx_glyph_idempotency_cleanup(void *data);
static void ngx_glyph_idempotency_claimed(void *data, PGresult *res,
    const char *error);
static ngx_glyph_pg_query_t *ngx_glyph_idempotency_ask(
    ngx_glyph_claim_t *claim);
static ngx_int_t ngx_glyph_idempotency_go(ngx_glyph_claim_t *claim,
    PGresult *res);
static ngx_int_t ngx_glyph_idempotency_used(ngx_http_request_t *r,
    ngx_glyph_job_t *job, PGresult *res);
static void ngx_glyph_idempotency_release(ngx_glyph_job_t *job);
static void ngx_glyph_idempotency_ignore(void *data, PGresult *res,
    const char *error);
static ngx_int_t ngx_glyph_replay(ngx_glyph_order_t *order,
    ngx_glyph_uuid_t *id, const char *sha256);
static ngx_int_t ngx_glyph_replay_step(ngx_glyph_job_t *job);
static void ngx_glyph_replay_finished(ngx_glyph_job_t *job,
    const char *code);
static void ngx_glyph_replay_answer(void *data, PGresult *res,
    const char *error);


/* A body that is read for its digest alone: the file of a key in use. */

static const ngx_glyph_kind_t  ngx_glyph_replay_kind = {
    "import",
    0,                                     /* keeps */
    ngx_glyph_replay_step,
    NULL,                                  /* room */
    NULL,                                  /* ready */
    ngx_glyph_replay_finished,
    NULL,                                  /* failed */
    NULL,                                  /* idle */
    NULL,                                  /* blameless */
    NULL,                                  /* leave */
    NULL                                   /* ended */
};


ngx_int_t
ngx_glyph_idempotency_claim(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_glyph_order_t *order, ngx_glyph_claimed_pt claimed)
{
    ngx_int_t            rc;
    ngx_glyph_claim_t   *claim;
    ngx_http_cleanup_t  *cln;

    cln = ngx_http_cleanup_add(r, 0);
    claim = cln ? ngx_calloc(sizeof(ngx_glyph_claim_t), r->connection->log)
                : NULL;

    if (claim == NULL) {
        rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        goto failed;
    }

    claim->request = r;
    claim->claimed = claimed;
    claim->ctx = ctx;
    claim->job = order->job;
    claim->order = order;
    claim->cleanup = cln;

    rc = ngx_glyph_idempotency_looks(order)
         ? ngx_glyph_idempotency_look(claim)
         : (ngx_glyph_idempotency_ask(claim) ? NGX_OK : NGX_ERROR);

    if (rc != NGX_OK) {
        rc = ngx_glyph_query_failed(r, NULL, "too many queries");
        goto failed;
    }

    cln->handler = ngx_glyph_idempotency_cleanup;
    cln->data = claim;

    r->main->count++;

    return NGX_DONE;

failed:

    ngx_free(claim);

    ngx_glyph_job_unref(order->job);

    return rc;
}


/* NGX_OK: a thread looks for a file that has the id. */

static ngx_int_t
ngx_glyph_idempotency_look(ngx_glyph_claim_t *claim)
{
    ngx_glyph_spool_t  *spool;

    spool = ngx_glyph_spool_create(&ngx_glyph_job_import(claim->job)->id);
    if (spool == NULL) {
        return NGX_ERROR;
    }

    spool->data = claim;

    if (ngx_glyph_spool_look(spool, ngx_glyph_idempotency_looked) != NGX_OK) {
        ngx_glyph_spool_close(spool);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_glyph_idempotency_looked(ngx_glyph_spool_t *spool)
{
    ngx_int_t            rc;
    ngx_uint_t           used;
    ngx_connection_t    *c;
    ngx_glyph_job_t     *job;
    ngx_glyph_claim_t   *claim;
    ngx_glyph_order_t   *order;
    ngx_glyph_import_t  *import;
    ngx_http_request_t  *r;

    claim = spool->data;
    order = claim->order;
    job = claim->job;
    import = ngx_glyph_job_import(job);
    r = claim->request;

    /* by a file, which may be damaged, or by a request that was faster */

    used = (spool->err == 0 || spool->err == NGX_EINVAL
            || (order->idempotency_key.len == 0
                && ngx_glyph_job_find(&import->id)));

    ngx_glyph_spool_close(spool);

    if (r == NULL) {
        ngx_glyph_job_unref(job);
        ngx_free(claim);
        return;
    }

    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    if (!used && order->idempotency_key.len
        && ngx_glyph_idempotency_ask(claim) != NULL)
    {
        return;
    }

    claim->cleanup->handler = NULL;

    if (!used && order->idempotency_key.len == 0) {
        rc = claim->claimed(r, claim->ctx, order);

    } else {
        rc = used ? ngx_glyph_problemf(r, NGX_GLYPH_CODE_JOB_ID_USED,
                                       "there is a job %s already",
                                       import->text)
                  : ngx_glyph_query_failed(r, NULL, "too many queries");

        ngx_glyph_job_unref(job);
    }

    ngx_free(claim);

    ngx_http_finalize_request(r, rc);

    ngx_http_run_posted_requests(c);
}


static ngx_glyph_pg_query_t *
ngx_glyph_idempotency_ask(ngx_glyph_claim_t *claim)
{
    const char            *params[2];
    glyph_buf_t            meta;
    ngx_glyph_pg_query_t  *query;

    params[0] = (const char *) ngx_glyph_job_import(claim->job)->text;

    if (claim->order->idempotency_key.len == 0) {
        return ngx_glyph_pg_query(NGX_GLYPH_PG_READ,
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM glyph.imports "
            "WHERE id = $1::uuid) THEN 'used' ELSE 'free' END, $1::uuid, "
            "false, NULL",
            1, params, ngx_glyph_idempotency_claimed, claim);
    }

    ngx_memzero(&meta, sizeof(glyph_buf_t));
    query = NULL;

    if (ngx_glyph_idempotency_meta(claim->order, &meta) == NGX_OK) {
        params[1] = (const char *) meta.data;

        query = ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL,
            "SELECT outcome, id, same, file_sha256 "
            "FROM glyph.begin_import($1::uuid, $2::jsonb)",
            2, params, ngx_glyph_idempotency_claimed, claim);
    }

    glyph_buf_free(&meta);

    return query;
}


static ngx_int_t
ngx_glyph_idempotency_meta(ngx_glyph_order_t *order, glyph_buf_t *b)
{
    u_char               hash[33];
    char                 fingerprint[NGX_GLYPH_FINGERPRINT_LEN];
    ngx_glyph_import_t  *import;

    if (ngx_glyph_idempotency_hash(order, hash) != NGX_OK
        || (order->background
            && ngx_glyph_background_claim(order->job, fingerprint) != NGX_OK))
    {
        return NGX_ERROR;
    }

    import = ngx_glyph_job_import(order->job);

    glyph_buf_putc(b, '{');
    glyph_json_key(b, "tenant");
    glyph_json_string(b, import->tenant.data, import->tenant.len);
    glyph_json_key(b, "node");
    glyph_json_cstring(b, ngx_glyph_node_id);
    glyph_json_key(b, "worker");
    glyph_json_cstring(b, ngx_glyph_worker_id);
    glyph_json_key(b, "key");
    glyph_json_string(b, order->idempotency_key.data,
                      order->idempotency_key.len);
    glyph_json_key(b, "request_hash");
    glyph_json_cstring(b, (char *) hash);

    /* should its file be found without us */

    if (order->background) {
        glyph_json_key(b, "fingerprint");
        glyph_json_cstring(b, fingerprint);
    }

    if (order->asked->traceparent.len) {
        glyph_json_key(b, "traceparent");
        glyph_json_string(b, order->asked->traceparent.data,
                          order->asked->traceparent.len);
    }

    glyph_buf_putc(b, '}');
    glyph_buf_putc(b, '\0');

    return b->failed ? NGX_ERROR : NGX_OK;
}


/* Of the options, which must be the same the second time. */

static ngx_int_t
ngx_glyph_idempotency_hash(ngx_glyph_order_t *order, u_char *hex)
{
    u_char       digest[16];
    ngx_md5_t    md5;
    glyph_buf_t  b;

    ngx_memzero(&b, sizeof(glyph_buf_t));

    if (ngx_glyph_spool_meta_options(order->asked, &b) != NGX_OK) {
        glyph_buf_free(&b);
        return NGX_ERROR;
    }

    glyph_buf_append(&b, order->source.data, order->source.len);

    if (b.failed) {
        glyph_buf_free(&b);
        return NGX_ERROR;
    }

    ngx_md5_init(&md5);
    ngx_md5_update(&md5, b.data, b.len);
    ngx_md5_final(digest, &md5);

    glyph_buf_free(&b);

    *ngx_hex_dump(hex, digest, sizeof(digest)) = '\0';

    return NGX_OK;
}


static void
ngx_glyph_idempotency_cleanup(void *data)
{
    ngx_glyph_claim_t *claim = data;

    claim->request = NULL;
}


static void
ngx_glyph_idempotency_claimed(void *data, PGresult *res, const char *error)
{
    ngx_glyph_claim_t *claim = data;

    ngx_int_t            rc;
    ngx_uint_t           known;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = claim->request;

    known = (res && PQresultStatus(res) == PGRES_TUPLES_OK
             && PQntuples(res) == 1);

    if (r == NULL) {

        if (known && ngx_strcmp(PQgetvalue(res, 0, 0), "claimed") == 0) {
            ngx_glyph_idempotency_release(claim->job);
        }

        ngx_glyph_job_unref(claim->job);
        ngx_free(claim);
        PQclear(res);
        return;
    }

    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    claim->cleanup->handler = NULL;

    if (known) {
        rc = ngx_glyph_idempotency_go(claim, res);

    } else if (claim->order->idempotency_key.len == 0) {
        rc = claim->claimed(r, claim->ctx, claim->order);

    } else {
        ngx_glyph_job_unref(claim->job);
        rc = ngx_glyph_query_failed(r, res, error);
    }

    ngx_free(claim);
    PQclear(res);

    ngx_http_finalize_request(r, rc);

    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_glyph_idempotency_go(ngx_glyph_claim_t *claim, PGresult *res)
{
    char                *outcome, *sha256;
    ngx_int_t            rc;
    ngx_glyph_uuid_t     first;
    ngx_glyph_import_t  *import;

    import = ngx_glyph_job_import(claim->job);
    outcome = PQgetvalue(res, 0, 0);
    sha256 = PQgetvalue(res, 0, 3);

    if (ngx_strcmp(outcome, "claimed") == 0) {
        import->registered = 1;

    } else if (ngx_strcmp(outcome, "free") == 0
               && ngx_glyph_job_find(&import->id) == NULL)
    {
        /* void */

    } else if (ngx_strcmp(outcome, "completed") == 0
               && PQgetvalue(res, 0, 2)[0] == 't'
               && ngx_strlen(sha256) == 2 * GLYPH_SHA256_SIZE
               && ngx_glyph_uuid_parse(&first,
                                       (u_char *) PQgetvalue(res, 0, 1),
                                       PQgetlength(res, 0, 1))
                  == NGX_OK)
    {
        if (ngx_glyph_replay(claim->order, &first, sha256) != NGX_OK) {
            ngx_glyph_job_unref(claim->job);
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        claim->ctx->replayed = 1;

    } else {
        rc = ngx_glyph_idempotency_used(claim->request, claim->job, res);

        ngx_glyph_job_unref(claim->job);

        return rc;
    }

    return claim->claimed(claim->request, claim->ctx, claim->order);
}


static ngx_int_t
ngx_glyph_idempotency_used(ngx_http_request_t *r, ngx_glyph_job_t *job,
    PGresult *res)
{
    char  *outcome, *id;

    outcome = PQgetvalue(res, 0, 0);
    id = PQgetvalue(res, 0, 1);

    if (ngx_strcmp(outcome, "used") == 0 || ngx_strcmp(outcome, "free") == 0)
    {
        /* "free" no more: a request of this worker was faster */

        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_JOB_ID_USED,
                                  "there is a job %s already", id);
    }

    if (ngx_glyph_upload_id_headers(r, (u_char *) id) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_strcmp(outcome, "completed") == 0) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_IDEMPOTENCY_MISMATCH,
                                  "import %s had this Idempotency-Key, and "
                                  "other options", id);
    }

    if (ngx_glyph_retry_after(r, 1) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_problemf(r, NGX_GLYPH_CODE_IDEMPOTENCY_RUNNING,
                              "import %s has this Idempotency-Key, and has "
                              "not ended", id);
}


static void
ngx_glyph_idempotency_release(ngx_glyph_job_t *job)
{
    const char  *params[3];

    params[0] = (const char *) ngx_glyph_job_import(job)->text;
    params[1] = ngx_glyph_codes[NGX_GLYPH_CODE_CLIENT_GONE].name;
    params[2] = ngx_glyph_codes[NGX_GLYPH_CODE_CLIENT_GONE].detail;

    (void) ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL,
                              "SELECT glyph.fail($1::uuid, 1, $2, $3)", 3,
                              params, ngx_glyph_idempotency_ignore, NULL);
}


static void
ngx_glyph_idempotency_ignore(void *data, PGresult *res, const char *error)
{
    PQclear(res);
}


/*
 * Before the body is read; sha256 is of the file of the earlier import, in
 * hex.  NGX_ERROR when out of memory.
 */

static ngx_int_t
ngx_glyph_replay(ngx_glyph_order_t *order, ngx_glyph_uuid_t *id,
    const char *sha256)
{
    u_char              *p;
    ngx_uint_t           i;
    ngx_glyph_first_t   *first;
    ngx_glyph_import_t  *import;

    static ngx_glyph_range_t  all = { 0, (uint64_t) -1 };

    first = ngx_palloc(order->asked->pool, sizeof(ngx_glyph_first_t));
    if (first == NULL) {
        return NGX_ERROR;
    }

    first->id = *id;

    p = (u_char *) sha256;

    for (i = 0; i < GLYPH_SHA256_SIZE; i++) {
        first->sha256[i] = (u_char) ngx_hextoi(p + 2 * i, 2);
    }

    first->by_name = (order->source.len > 0);

    /* nothing of it is written, so that Postgres need not know the job */

    ngx_glyph_job_become(order->job, &ngx_glyph_replay_kind, first);
    ngx_glyph_job_into(order->job, &ngx_glyph_writer_sink, NULL);
    order->background = 0;

    import = ngx_glyph_job_import(order->job);

    import->registered = 1;
    import->have_rows.elts = &all;
    import->have_rows.n = 1;
    import->have_warnings = import->have_rows;

    return NGX_OK;
}


/* Nothing of it is written, and so its end neither. */

static ngx_int_t
ngx_glyph_replay_step(ngx_glyph_job_t *job)
{
    if (!ngx_glyph_job_ending(job)) {
        return NGX_OK;
    }

    ngx_glyph_job_unstored(job);

    return NGX_DONE;
}


/*
 * The file of a key that is in use was read to its end.  The first answer is
 * given again if it was the same file.
 */

static void
ngx_glyph_replay_finished(ngx_glyph_job_t *job, const char *code)
{
    u_char              *p;
    const char          *params[2];
    ngx_glyph_first_t   *first;
    ngx_glyph_import_t  *import;
    char                 tenant[256];
    char                 id[NGX_GLYPH_UUID_TEXT_LEN + 1];

    first = ngx_glyph_job_kind_data(job);
    import = ngx_glyph_job_import(job);

    /* of a file of the node its name is what must be the same */

    if (!first->by_name
        && (code
            || ngx_memcmp(glyph_pipeline_sha256(ngx_glyph_job_pipeline(job)),
                          first->sha256, GLYPH_SHA256_SIZE)
               != 0))
    {
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_IDEMPOTENCY_MISMATCH, NULL);
        return;
    }

    p = ngx_glyph_uuid_text((u_char *) id, &first->id);
    *p = '\0';

    ngx_cpystrn((u_char *) tenant, import->tenant.data,
                ngx_min(import->tenant.len + 1, sizeof(tenant)));

    params[0] = id;
    params[1] = tenant;

    ngx_glyph_job_ref(job);

    if (ngx_glyph_pg_query(NGX_GLYPH_PG_READ,
            "SELECT result FROM glyph.job_result($1::uuid, $2)",
            2, params, ngx_glyph_replay_answer, job)
        == NULL)
    {
        ngx_glyph_replay_answer(job, NULL, "too many queries");
    }
}


/* The answer is the first import's, and so is its name. */

static void
ngx_glyph_replay_answer(void *data, PGresult *res, const char *error)
{
    ngx_glyph_job_t *job = data;

    ngx_glyph_first_t         *first;
    ngx_glyph_store_answer_t   why;

    if (res && PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) == 1) {

        first = ngx_glyph_job_kind_data(job);

        ngx_glyph_job_repeat(job, &first->id, PQgetvalue(res, 0, 0),
                             PQgetlength(res, 0, 0));

    } else {
        ngx_glyph_store_answer(res, &why);
        ngx_glyph_job_abort(job, why.code, NULL);
    }

    PQclear(res);
    ngx_glyph_job_unref(job);
}
