
#include "ngx_glyph.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_replay.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_writer.h"


/* The earlier import. */

typedef struct {
    ngx_glyph_uuid_t           id;
    u_char                     sha256[GLYPH_SHA256_SIZE];
    unsigned                   by_name:1;   /* it was a file of the node */
} ngx_glyph_first_t;


static ngx_int_t ngx_glyph_replay_step(ngx_glyph_job_t *job);
static void ngx_glyph_replay_finished(ngx_glyph_job_t *job,
    const char *code);
static void ngx_glyph_replay_answer(void *data, PGresult *res,
    const char *error);


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


static ngx_glyph_range_t  ngx_glyph_replay_all = { 0, (uint64_t) -1 };


ngx_int_t
ngx_glyph_replay(ngx_glyph_order_t *order, ngx_glyph_uuid_t *id,
    const char *sha256)
{
    u_char              *p;
    ngx_uint_t           i;
    ngx_glyph_first_t   *first;
    ngx_glyph_import_t  *import;

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
    import->have_rows.elts = &ngx_glyph_replay_all;
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
