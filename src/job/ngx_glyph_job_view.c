
/*
 * What others have of a job, may say to it, and see of it.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job_parts.h"


ngx_glyph_asked_t *
ngx_glyph_job_asked(ngx_glyph_job_t *job)
{
    return &job->asked;
}


ngx_glyph_import_t *
ngx_glyph_job_import(ngx_glyph_job_t *job)
{
    return &job->import;
}


ngx_glyph_job_t *
ngx_glyph_job_of(ngx_glyph_import_t *import)
{
    return (ngx_glyph_job_t *) ((u_char *) import
                                - offsetof(ngx_glyph_job_t, import));
}


void
ngx_glyph_job_become(ngx_glyph_job_t *job, const ngx_glyph_kind_t *kind,
    void *data)
{
    job->kind = kind;
    job->kind_data = data;
}


void
ngx_glyph_job_into(ngx_glyph_job_t *job, const ngx_glyph_sink_t *sink,
    void *data)
{
    job->sink = sink;
    job->sink_data = data;
}


void *
ngx_glyph_job_kind_data(ngx_glyph_job_t *job)
{
    return job->kind_data;
}


void *
ngx_glyph_job_sink_data(ngx_glyph_job_t *job)
{
    return job->sink_data;
}


ngx_glyph_client_t *
ngx_glyph_job_client(ngx_glyph_job_t *job)
{
    return job->client;
}


void
ngx_glyph_job_expect(ngx_glyph_job_t *job, off_t bytes)
{
    job->expected = bytes;
}


ngx_int_t
ngx_glyph_job_digest(ngx_glyph_job_t *job, u_char *wanted)
{
    ngx_glyph_digest_t  *digest;

    digest = ngx_palloc(job->asked.pool, sizeof(ngx_glyph_digest_t));
    if (digest == NULL) {
        return NGX_ERROR;
    }

    digest->sha256 = glyph_sha256_create();
    if (digest->sha256 == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(digest->wanted, wanted, GLYPH_SHA256_SIZE);

    job->digest = digest;

    return NGX_OK;
}


ngx_uint_t
ngx_glyph_job_stored(ngx_glyph_job_t *job)
{
    return job->sink->stored;
}


ngx_glyph_job_state_e
ngx_glyph_job_state(ngx_glyph_job_t *job)
{
    return job->state;
}


ngx_msec_t
ngx_glyph_job_age(ngx_glyph_job_t *job)
{
    return (ngx_msec_t) ((ngx_glyph_usec() - job->import.timing.began) / 1000);
}


ngx_uint_t
ngx_glyph_job_ending(ngx_glyph_job_t *job)
{
    return job->life >= NGX_GLYPH_LIFE_ENDING;
}


ngx_uint_t
ngx_glyph_job_decided(ngx_glyph_job_t *job)
{
    return job->life >= NGX_GLYPH_LIFE_DECIDED;
}


void
ngx_glyph_job_view(ngx_glyph_job_t *job, ngx_glyph_job_view_t *view)
{
    view->state = job->last_block.final
                  ? (ngx_glyph_job_state_e) job->last_block.final
                  : job->state;
    view->code = job->code;
    view->detail = job->detail;
    view->bytes = job->received;
    view->bytes_total = job->expected;
    view->rows = job->seen.rows;
    view->valid = job->seen.valid - job->import.refused;
    view->invalid = job->seen.invalid + job->import.refused;
}


glyph_buf_t *
ngx_glyph_job_result(ngx_glyph_job_t *job)
{
    return &job->last_block.result;
}
