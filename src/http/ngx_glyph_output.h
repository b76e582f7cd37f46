
/*
 * What an upload may be other than an import: a dry run, a transform.  Such
 * jobs have no row in imports, no state in Redis, and no id that anybody could
 * ask for; all else (chunks, blocks, tasks, limits, the end) is as with any
 * other job, with a kind and a sink of their own.
 */


#ifndef _NGX_GLYPH_OUTPUT_H_INCLUDED_
#define _NGX_GLYPH_OUTPUT_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


/*
 * What a request orders: its job, and how the body is to come, the answer to
 * be.  In the job's memory.
 */

typedef struct {
    ngx_glyph_job_t           *job;
    ngx_glyph_asked_t         *asked;       /* the job's */
    ngx_glyph_output_t        *output;      /* NULL: an import */
    ngx_glyph_output_t        *became;      /* what its job is by now */
    ngx_uint_t                 params;      /* those of its place, as below */

    ngx_str_t                  idempotency_key;
    ngx_str_t                  source;      /* ?path=, below import_root */
    off_t                      source_max;  /* 0: any size */
    ngx_str_t                  columns;     /* ?columns= of a transform */
    ngx_msec_t                 wait;        /* Prefer: wait=N; 0: not at all */

    unsigned                   given_id:1;  /* the client chose it */
    unsigned                   background:1;    /* asked for, or decided */
    unsigned                   represent:1;     /* return=representation */
    unsigned                   show_errors:1;   /* ?errors= of a transform */
    unsigned                   stream:1;    /* ?stream= of a transform */
} ngx_glyph_order_t;


struct ngx_glyph_output_s {
    const ngx_glyph_kind_t    *kind;
    const ngx_glyph_sink_t    *sink;
    ngx_uint_t                 params;      /* of its places, as a mask of
                                               NGX_GLYPH_PARAM_…; 0: it has
                                               none, but is asked for */

    /*
     * Before the body is read, and once more if the beginning of a form says
     * something else; NGX_DECLINED: go on, else the answer.
     */
    ngx_int_t                (*begin)(ngx_http_request_t *r,
                                      ngx_glyph_order_t *order);
};


extern ngx_glyph_output_t  ngx_glyph_dry_run;


#endif /* _NGX_GLYPH_OUTPUT_H_INCLUDED_ */
