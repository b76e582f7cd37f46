
#include "ngx_glyph.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_replay.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_uuid.h"


/* The earlier import. */

typedef struct {
    ngx_glyph_uuid_t           id;
    u_char                     sha256[GLYPH_SHA256_SIZE];
} ngx_glyph_first_t;


static ngx_int_t ngx_glyph_replay_step(ngx_glyph_job_t *job);
static void ngx_glyph_replay_finished(ngx_glyph_job_t *job);
static void ngx_glyph_replay_answer(void *data, PGresult *res,
    const char *error);


static const ngx_glyph_kind_t  ngx_glyph_replay_kind = {
    "import",
    0,                                     /* keeps */
    ngx_glyph_replay_step,
    NULL,                                  /* room */
    NULL,                                  /* ready */
    ngx_glyph_replay_finished,
    NULL,                                  /* blameless */
    NULL,                                  /* leave */
    NULL                                   /* ended */
};


ngx_int_t
ngx_glyph_replay(ngx_glyph_job_t *job, ngx_glyph_uuid_t *id,
    const char *sha256)
{
    u_char             *p;
    ngx_uint_t          i;
    ngx_glyph_first_t  *first;

    first = ngx_palloc(job->pool, sizeof(ngx_glyph_first_t));
    if (first == NULL) {
        return NGX_ERROR;
    }

    first->id = *id;

    p = (u_char *) sha256;

    for (i = 0; i < GLYPH_SHA256_SIZE; i++) {
        first->sha256[i] = (u_char) ngx_hextoi(p + 2 * i, 2);
    }

    /* nothing of it is written, so that Postgres need not know the job */

    job->kind = &ngx_glyph_replay_kind;
    job->kind_data = first;
    job->preview = NULL;
    job->import.registered = 1;
    job->asked.background = 0;
    job->import.skip_rows = (uint64_t) -1;
    job->import.skip_warnings = (uint64_t) -1;

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
ngx_glyph_replay_finished(ngx_glyph_job_t *job)
{
    u_char             *p;
    const char         *params[2];
    ngx_glyph_first_t  *first;
    char                tenant[256];
    char                id[NGX_GLYPH_UUID_TEXT_LEN + 1];

    first = job->kind_data;

    /* of a file of the node its name is what must be the same */

    if (job->asked.source.len == 0
        && (job->code
            || ngx_memcmp(glyph_pipeline_sha256(job->pipeline),
                          first->sha256, GLYPH_SHA256_SIZE)
               != 0))
    {
        ngx_glyph_job_abort(job, NGX_GLYPH_CODE_IDEMPOTENCY_MISMATCH, NULL);
        return;
    }

    job->code = NULL;

    p = ngx_glyph_uuid_text((u_char *) id, &first->id);
    *p = '\0';

    ngx_cpystrn((u_char *) tenant, job->import.tenant.data,
                ngx_min(job->import.tenant.len + 1, sizeof(tenant)));

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


static void
ngx_glyph_replay_answer(void *data, PGresult *res, const char *error)
{
    ngx_glyph_job_t *job = data;

    ngx_glyph_first_t         *first;
    ngx_glyph_store_answer_t   why;

    if (res && PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) == 1) {

        glyph_buf_reset(&job->result);
        glyph_buf_append(&job->result, PQgetvalue(res, 0, 0),
                         PQgetlength(res, 0, 0));

        /* the answer is the first import's, and so is its name */

        first = job->kind_data;
        job->import.id = first->id;
        ngx_glyph_uuid_text(job->import.text, &job->import.id);

        job->http_status = NGX_HTTP_OK;

        ngx_glyph_job_unstored_as(job, NGX_GLYPH_JOB_COMPLETED);

    } else {
        ngx_glyph_store_answer(res, &why);
        ngx_glyph_job_abort(job, why.code, NULL);
    }

    PQclear(res);
    ngx_glyph_job_unref(job);
}
