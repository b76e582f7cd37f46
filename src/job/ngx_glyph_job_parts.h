
/*
 * What the parts of a job share, and nobody else: its steps (ngx_glyph_job.c),
 * how it ends (_job_life.c), what comes in (_job_input.c), what is kept until
 * all is here (_collect.c), the worker's list (_job_list.c).
 */


#ifndef _NGX_GLYPH_JOB_PARTS_H_INCLUDED_
#define _NGX_GLYPH_JOB_PARTS_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


/* blocks that one job may hold */
#define NGX_GLYPH_JOB_BLOCKS    2

/* The sink takes blocks at the pace of a client. */
#define ngx_glyph_job_streams(job)  ((job)->sink->streams)

/* Nothing can be computed before somebody has taken a block. */
#define ngx_glyph_job_stalled(job)                                            \
    ((job)->block == NULL && (job)->nblocks == NGX_GLYPH_JOB_BLOCKS)


/* Frees the job, whoever has a reference. */
void ngx_glyph_job_destroy(ngx_glyph_job_t *job);

void ngx_glyph_job_life_init(ngx_glyph_job_t *job);
void ngx_glyph_job_live(ngx_glyph_job_t *job, ngx_glyph_life_e life);

/* Why it fails; detail is a constant, or NULL for the code's own. */
void ngx_glyph_job_blame(ngx_glyph_job_t *job, ngx_glyph_code_e code,
    const char *detail);

void ngx_glyph_job_decide(ngx_glyph_job_t *job, ngx_glyph_job_state_e state);

/* The sink and the job let go of what is worth nothing any more. */
void ngx_glyph_job_forget(ngx_glyph_job_t *job);
void ngx_glyph_job_drop_output(ngx_glyph_job_t *job);

void ngx_glyph_job_stop_timers(ngx_glyph_job_t *job);

/* The worker ends: what can be left finishes its step, and is. */
void ngx_glyph_job_let_go(ngx_glyph_job_t *job);


void ngx_glyph_job_input_init(ngx_glyph_job_t *job);

/* Bytes of the whole body, as far as that is known: for its turn. */
off_t ngx_glyph_job_size(ngx_glyph_job_t *job);

/* Of these, what it is done with. */
off_t ngx_glyph_job_bytes(ngx_glyph_job_t *job);

/*
 * There may be room: for whoever brings the bytes.  NGX_DECLINED: nobody waits
 * for it.
 */
ngx_int_t ngx_glyph_job_resume(ngx_glyph_job_t *job);

/* Throws the input away, but for what a task has. */
void ngx_glyph_job_drop_input(ngx_glyph_job_t *job);

/* A stalled stream lets go of the chunks that others may want. */
void ngx_glyph_job_yield(ngx_glyph_job_t *job);


/* In HEAD: a task is back, and has found the file's header. */
void ngx_glyph_collect_begun(ngx_glyph_job_t *job);

/* In GATHER: whether what has come is to go to a file. */
ngx_uint_t ngx_glyph_collect_full(ngx_glyph_job_t *job);

/* In READ: gives back what was read ahead. */
void ngx_glyph_collect_rewind(ngx_glyph_job_t *job);

/* The file, if there is one, is not needed any more. */
void ngx_glyph_collect_drop(ngx_glyph_job_t *job);


void ngx_glyph_job_list_add(ngx_glyph_job_t *job);
void ngx_glyph_job_list_remove(ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_JOB_PARTS_H_INCLUDED_ */
