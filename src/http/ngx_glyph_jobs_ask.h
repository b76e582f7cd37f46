
/*
 * A question about a job, and its answer, for ngx_glyph_jobs.c.
 */


#ifndef _NGX_GLYPH_JOBS_ASK_H_INCLUDED_
#define _NGX_GLYPH_JOBS_ASK_H_INCLUDED_


#include "ngx_glyph.h"


typedef enum {
    NGX_GLYPH_JOBS_STATUS = 0,
    NGX_GLYPH_JOBS_RESULT,
    NGX_GLYPH_JOBS_IMPORT,     /* the result, below glyph_imports */
    NGX_GLYPH_JOBS_ERRORS,
    NGX_GLYPH_JOBS_EVENTS,
    NGX_GLYPH_JOBS_CANCEL,
    NGX_GLYPH_JOBS_UNDO
} ngx_glyph_jobs_what_e;


/* As of a content handler; NGX_DONE: the answer comes later. */
ngx_int_t ngx_glyph_jobs_ask(ngx_http_request_t *r, ngx_glyph_uuid_t *id,
    ngx_str_t *tenant, ngx_glyph_jobs_what_e what);


#endif /* _NGX_GLYPH_JOBS_ASK_H_INCLUDED_ */
