
/*
 * What is told of a job: the names of its states, and what others read of it.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


static const char  *ngx_glyph_job_states[] = {
    "receiving", "queued", "processing", "completed", "failed", "cancelled"
};


const char *
ngx_glyph_job_state_name(ngx_glyph_job_state_e state)
{
    return ngx_glyph_job_states[state];
}


ngx_int_t
ngx_glyph_job_state_parse(const char *name)
{
    ngx_uint_t  i;

    for (i = 0; i <= NGX_GLYPH_JOB_CANCELLED; i++) {
        if (ngx_strcmp(ngx_glyph_job_states[i], name) == 0) {
            return i;
        }
    }

    return NGX_ERROR;
}


ngx_uint_t
ngx_glyph_job_state_known(const char *name)
{
    return ngx_glyph_job_state_parse(name) != NGX_ERROR
           || ngx_strcmp(name, "stalled") == 0;
}


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
