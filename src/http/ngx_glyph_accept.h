
/*
 * Which of several media types a client wants (RFC 9110, 12.5.1).
 */


#ifndef _NGX_GLYPH_ACCEPT_H_INCLUDED_
#define _NGX_GLYPH_ACCEPT_H_INCLUDED_


#include "ngx_glyph.h"


/*
 * The index of the type that the request's Accept prefers among n types in
 * lower case; of equals, and without an Accept, the first.  NGX_DECLINED:
 * none is acceptable.  Parameters other than "q" are not looked at.
 */
ngx_int_t ngx_glyph_accept(ngx_http_request_t *r, const ngx_str_t *types,
    ngx_uint_t n);


#endif /* _NGX_GLYPH_ACCEPT_H_INCLUDED_ */
