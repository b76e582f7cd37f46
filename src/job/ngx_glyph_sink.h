
/*
 * Where the rows of a job go: to Postgres (ngx_glyph_writer_sink.c), to its
 * client as they are ready (ngx_glyph_transform.c), or nowhere
 * (ngx_glyph_dry_run.c).
 */


#ifndef _NGX_GLYPH_SINK_H_INCLUDED_
#define _NGX_GLYPH_SINK_H_INCLUDED_


#include "ngx_glyph.h"


typedef struct {
    ngx_uint_t                 stored;      /* it is an import, with a row and
                                               an id that others may ask for */
    ngx_uint_t                 streams;     /* at its client's pace */

    /* in the thread: rows, warnings (or NULL), and the end of the file or of
       its refusal, which may add members to the ImportResult, or is NULL;
       "data" is the job */
    void                     (*listing)(void *data,
                                        const glyph_listing_t *l);
    void                     (*rejected)(void *data,
                                         const glyph_rejected_t *r);
    void                     (*warning)(void *data,
                                        const glyph_warning_t *w);
    void                     (*end)(ngx_glyph_job_t *job,
                                    glyph_buf_t *result);

    /* job->blocks has something; what was taken is given back by
       ngx_glyph_job_committed() */
    void                     (*ready)(ngx_glyph_job_t *job);

    /* the same in a turn of its own, for ngx_glyph_sink_ready(); or NULL */
    void                     (*deliver)(ngx_glyph_job_t *job);

    /* the job wants nothing any more; or NULL */
    void                     (*forget)(ngx_glyph_job_t *job);
} ngx_glyph_sink_t;


/* A "ready" that calls "deliver" in a posted event. */
void ngx_glyph_sink_ready(ngx_glyph_job_t *job);

/* A "deliver" that only takes note: the job goes on to its end. */
void ngx_glyph_sink_drop(ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_SINK_H_INCLUDED_ */
