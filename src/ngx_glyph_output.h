
/*
 * Jobs whose rows do not go to Postgres: dry runs and transforms.  They have
 * no row in imports, no state in Redis, and no id that anybody could ask for;
 * all else (chunks, blocks, tasks, limits, the end) is as with any other job,
 * with the output in the writer's place.
 */


#ifndef _NGX_GLYPH_OUTPUT_H_INCLUDED_
#define _NGX_GLYPH_OUTPUT_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


struct ngx_glyph_output_s {
    const char                *name;        /* in the log */
    ngx_uint_t                 streams;     /* at its client's pace */

    /* before the body is read; NGX_DECLINED: go on, else the answer */
    ngx_int_t                (*begin)(ngx_http_request_t *r,
                                      ngx_glyph_job_t *job);

    /* in the thread: rows, and the end of the file or of its refusal, which
       may add members to the ImportResult; "data" is the job */
    void                     (*listing)(void *data,
                                        const glyph_listing_t *l);
    void                     (*rejected)(void *data,
                                         const glyph_rejected_t *r);
    void                     (*end)(ngx_glyph_job_t *job,
                                    glyph_buf_t *result);

    /* in the event loop: job->blocks has something; what was taken is given
       back by ngx_glyph_job_committed() */
    void                     (*deliver)(ngx_glyph_job_t *job);
};


extern ngx_glyph_output_t  ngx_glyph_dry_run;
extern ngx_glyph_output_t  ngx_glyph_transform_output;


#define ngx_glyph_job_streams(job)                                            \
    ((job)->output && (job)->output->streams)


/* From the job: calls "deliver" in a posted event. */
void ngx_glyph_output_ready(ngx_glyph_job_t *job);

/* A "deliver" that only takes note: the job goes on to its end. */
void ngx_glyph_output_drop(ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_OUTPUT_H_INCLUDED_ */
