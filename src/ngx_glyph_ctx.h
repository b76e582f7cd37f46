
/*
 * A request's context.  An internal redirect takes its address from the
 * request; so it is found through the request's pool.
 */


#ifndef _NGX_GLYPH_CTX_H_INCLUDED_
#define _NGX_GLYPH_CTX_H_INCLUDED_


#include "ngx_glyph.h"


/*
 * A request's context, all zero, which ngx_glyph_ctx_find() finds even
 * after an internal redirect; NULL when out of memory, or if there is none.
 */
ngx_glyph_ctx_t *ngx_glyph_ctx_create(ngx_http_request_t *r);
ngx_glyph_ctx_t *ngx_glyph_ctx_find(ngx_http_request_t *r);


#endif /* _NGX_GLYPH_CTX_H_INCLUDED_ */
