
#ifndef _NGX_GLYPH_SSE_H_INCLUDED_
#define _NGX_GLYPH_SSE_H_INCLUDED_


#include "ngx_glyph.h"


/*
 * Answers with the job's states as server-sent events, until the final one.
 * To be returned by the content handler.  The tenant's text is the request's.
 */
ngx_int_t ngx_glyph_sse_start(ngx_http_request_t *r, ngx_glyph_uuid_t *id,
    ngx_str_t *tenant);


#endif /* _NGX_GLYPH_SSE_H_INCLUDED_ */
