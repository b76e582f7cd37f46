
/*
 * One run of a job's pipeline in a thread of the compute pool: the job's
 * first chunk in, rows of its block out.
 */


#ifndef _NGX_GLYPH_COMPUTE_H_INCLUDED_
#define _NGX_GLYPH_COMPUTE_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


/*
 * Posts the next run; the job has its block.  ngx_glyph_job_computed() is
 * called when it is done.  NGX_ERROR: the pool's queue is full.
 */
ngx_int_t ngx_glyph_compute_post(ngx_glyph_job_t *job);

/* Destroys a pipeline that no task has, if there is much of it in a thread. */
void ngx_glyph_compute_destroy(glyph_pipeline_t *pipeline);


#endif /* _NGX_GLYPH_COMPUTE_H_INCLUDED_ */
