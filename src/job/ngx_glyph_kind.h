
/*
 * What kind of a job it is: where its body comes from and goes, and what is
 * done before and after tasks have it.  All else is the same for all.
 *
 *   kind         is                                    told in
 *   import       an upload that is written as it comes ngx_glyph_job.c
 *   receiving    one that goes to a file of the spool  ngx_glyph_background.c
 *   run          the import of such a file             ngx_glyph_runner_job.c
 *   replay       a body that is read for its digest,   ngx_glyph_idempotency.c
 *                to give the first answer again
 *   dry run      nothing is kept of it                 ngx_glyph_dry_run.c
 *   transform    its rows are the answer               ngx_glyph_collect.c
 */


#ifndef _NGX_GLYPH_KIND_H_INCLUDED_
#define _NGX_GLYPH_KIND_H_INCLUDED_


#include "ngx_glyph.h"


typedef struct {
    const char                *name;        /* in the log */
    ngx_uint_t                 keeps;       /* no task has the body */

    /* before the next step, also that of an end: NGX_OK, or not now */
    ngx_int_t                (*step)(ngx_glyph_job_t *job);

    /* there is room for input; NGX_DECLINED: nobody waits; NULL: its client */
    ngx_int_t                (*room)(ngx_glyph_job_t *job);

    /* whether it may have a row in imports by now; NULL: never */
    ngx_uint_t               (*ready)(ngx_glyph_job_t *job);

    /* the body was read to its end, in place of the last block, and would be
       refused for this, or NULL; or NULL */
    void                     (*finished)(ngx_glyph_job_t *job,
                                         const char *code);

    /* a step of its file has failed; NULL: it has none */
    void                     (*failed)(ngx_glyph_job_t *job, ngx_err_t err);

    /* it has ended, and no thread has its file any more; NULL: it has none */
    void                     (*idle)(ngx_glyph_job_t *job);

    /* it makes no progress, which is the store's fault; or NULL */
    void                     (*blameless)(ngx_glyph_job_t *job);

    /* the worker ends: NGX_OK if the job was let go of; NULL: it goes on */
    ngx_int_t                (*leave)(ngx_glyph_job_t *job);

    /* its end was told; or NULL */
    void                     (*ended)(ngx_glyph_job_t *job);
} ngx_glyph_kind_t;


extern const ngx_glyph_kind_t  ngx_glyph_kind_import;
extern const ngx_glyph_kind_t  ngx_glyph_kind_transform;

/* Whether a transform's body is kept until all of it is here. */
void ngx_glyph_kind_collect(ngx_glyph_job_t *job, ngx_uint_t stream);


#endif /* _NGX_GLYPH_KIND_H_INCLUDED_ */
