
/*
 * What others read of a job.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job_parts.h"


ngx_glyph_import_t *
ngx_glyph_job_import(ngx_glyph_job_t *job)
{
    return &job->import;
}


ngx_glyph_timing_t *
ngx_glyph_job_timing(ngx_glyph_job_t *job)
{
    return &job->timing;
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


void
ngx_glyph_job_view(ngx_glyph_job_t *job, ngx_glyph_job_view_t *view)
{
    view->state = ngx_glyph_job_is_final(job->outcome) ? job->outcome
                                                       : job->state;
    view->bytes = job->received;
    view->rows = job->seen.rows;
    view->valid = job->seen.valid - job->import.refused;
    view->invalid = job->seen.invalid + job->import.refused;
}
