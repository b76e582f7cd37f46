
/*
 * Between the choice of files and the jobs of runners, and nobody else's; what
 * others may call is in ngx_glyph_background.h.
 */


#ifndef _NGX_GLYPH_RUNNER_H_INCLUDED_
#define _NGX_GLYPH_RUNNER_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


/*
 * Makes the job of job->spool, which is adopted.  NGX_DECLINED: the file's
 * options are not understood; NGX_ERROR: there is no memory.
 */
ngx_int_t ngx_glyph_runner_job(ngx_glyph_job_t *job);

/* The job's first step. */
void ngx_glyph_runner_take(ngx_glyph_job_t *job);

/* A runner's job is over: there is room for the next file. */
void ngx_glyph_runner_free(void);


#endif /* _NGX_GLYPH_RUNNER_H_INCLUDED_ */
