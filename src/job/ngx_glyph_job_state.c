
/*
 * The states of a job, and their names.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job_state.h"


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
