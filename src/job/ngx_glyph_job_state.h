
#ifndef _NGX_GLYPH_JOB_STATE_H_INCLUDED_
#define _NGX_GLYPH_JOB_STATE_H_INCLUDED_


#include "ngx_glyph.h"


typedef enum {
    NGX_GLYPH_JOB_RECEIVING = 0,
    NGX_GLYPH_JOB_QUEUED,
    NGX_GLYPH_JOB_PROCESSING,
    NGX_GLYPH_JOB_COMPLETED,
    NGX_GLYPH_JOB_FAILED,
    NGX_GLYPH_JOB_CANCELLED
} ngx_glyph_job_state_e;

#define ngx_glyph_job_is_final(state)  ((state) >= NGX_GLYPH_JOB_COMPLETED)


/*
 * "receiving" … "cancelled"; and back, NGX_ERROR for none of them.  The third
 * also knows "stalled", which is shown and not stored.
 */
const char *ngx_glyph_job_state_name(ngx_glyph_job_state_e state);
ngx_int_t ngx_glyph_job_state_parse(const char *name);
ngx_uint_t ngx_glyph_job_state_known(const char *name);


#endif /* _NGX_GLYPH_JOB_STATE_H_INCLUDED_ */
