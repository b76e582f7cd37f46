
/*
 * What the parts of a job share, and nobody else: its life (ngx_glyph_job.c),
 * what comes in (_job_input.c), the worker's list (_job_list.c).
 */


#ifndef _NGX_GLYPH_JOB_PARTS_H_INCLUDED_
#define _NGX_GLYPH_JOB_PARTS_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


/* Frees the job, whoever has a reference. */
void ngx_glyph_job_destroy(ngx_glyph_job_t *job);

/* The worker ends: a runner's job finishes its step, and is left. */
void ngx_glyph_job_let_go(ngx_glyph_job_t *job);


void ngx_glyph_job_input_init(ngx_glyph_job_t *job);

/* Bytes of the whole body, as far as that is known: for its turn. */
off_t ngx_glyph_job_size(ngx_glyph_job_t *job);

/* There may be room: for whoever brings the bytes. */
void ngx_glyph_job_resume(ngx_glyph_job_t *job);

/* Throws the input away, but for what a task has. */
void ngx_glyph_job_drop_input(ngx_glyph_job_t *job);


void ngx_glyph_job_list_add(ngx_glyph_job_t *job);
void ngx_glyph_job_list_remove(ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_JOB_PARTS_H_INCLUDED_ */
