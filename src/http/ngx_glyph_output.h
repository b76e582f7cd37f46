
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


struct ngx_glyph_output_s {
    const ngx_glyph_kind_t    *kind;
    const ngx_glyph_sink_t    *sink;
    ngx_uint_t                 params;      /* of its places, as a mask of
                                               NGX_GLYPH_PARAM_…; 0: it has
                                               none, but is asked for */

    /* before the body is read; NGX_DECLINED: go on, else the answer */
    ngx_int_t                (*begin)(ngx_http_request_t *r,
                                      ngx_glyph_job_t *job);
};


extern ngx_glyph_output_t  ngx_glyph_dry_run;


#endif /* _NGX_GLYPH_OUTPUT_H_INCLUDED_ */
