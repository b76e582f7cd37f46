
/*
 * A job and its file in the spool: the body's way in, and out again.  The job
 * closes the file at its end, unless that was taken from it before.
 */


#ifndef _NGX_GLYPH_JOB_FILE_H_INCLUDED_
#define _NGX_GLYPH_JOB_FILE_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_spool.h"


/* NULL: it has none. */
ngx_glyph_spool_t *ngx_glyph_job_file(ngx_glyph_job_t *job);

/* The object of one that is to be made; NULL: out of memory. */
ngx_glyph_spool_t *ngx_glyph_job_file_create(ngx_glyph_job_t *job);

/* One that was adopted: the job has its id, its time and its size. */
void ngx_glyph_job_file_adopt(ngx_glyph_job_t *job,
    ngx_glyph_spool_t *spool);

/* The caller's then. */
ngx_glyph_spool_t *ngx_glyph_job_file_take(ngx_glyph_job_t *job);

/*
 * The next step of the body's way in, while no other is under way; its kind
 * hears of it if that fails.  NGX_AGAIN: a thread has the file, or there is
 * nothing to be done yet; NGX_DONE: all of the body is there.
 */
ngx_int_t ngx_glyph_job_file_write(ngx_glyph_job_t *job);

/* It is read from now on. */
void ngx_glyph_job_file_begin(ngx_glyph_job_t *job);

/* The next bytes, if there is room for them. */
void ngx_glyph_job_file_read(ngx_glyph_job_t *job);

/* The job is over, and shows that its file, the caller's, is queued. */
ngx_glyph_spool_t *ngx_glyph_job_file_queue(ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_JOB_FILE_H_INCLUDED_ */
