
/*
 * The variables of a request that brings an import.  They are asked for when
 * the access log is written: the request has let go of its job by then, and
 * an internal redirect may have taken its context; so what they tell is kept
 * in the context, and the context is found through the request's pool.
 */


#ifndef _NGX_GLYPH_VARIABLES_H_INCLUDED_
#define _NGX_GLYPH_VARIABLES_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_ctx.h"
#include "ngx_glyph_job.h"


/* preconfiguration */
ngx_int_t ngx_glyph_variables_add(ngx_conf_t *cf);

/*
 * A request's context, all zero, which ngx_glyph_ctx_find() finds even
 * after an internal redirect; NULL when out of memory, or if there is none.
 */
ngx_glyph_ctx_t *ngx_glyph_ctx_create(ngx_http_request_t *r);
ngx_glyph_ctx_t *ngx_glyph_ctx_find(ngx_http_request_t *r);

/* The request lets go of its job: what is known of it now is kept. */
void ngx_glyph_variables_keep(ngx_glyph_ctx_t *ctx, ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_VARIABLES_H_INCLUDED_ */
