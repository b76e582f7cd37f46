
#ifndef _NGX_GLYPH_TRACE_H_INCLUDED_
#define _NGX_GLYPH_TRACE_H_INCLUDED_


#include "ngx_glyph.h"


/*
 * The request's traceparent, copied into the pool; *traceparent is left alone
 * if there is none that is valid.  NGX_ERROR when out of memory.
 */
ngx_int_t ngx_glyph_trace(ngx_http_request_t *r, ngx_pool_t *pool,
    ngx_str_t *traceparent);


#endif /* _NGX_GLYPH_TRACE_H_INCLUDED_ */
