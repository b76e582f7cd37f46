
/*
 * Requests that pages of other sites make browsers send: glyph_cross_site.
 */


#ifndef _NGX_GLYPH_CROSS_SITE_H_INCLUDED_
#define _NGX_GLYPH_CROSS_SITE_H_INCLUDED_


#include "ngx_glyph.h"


/*
 * To be asked of every request that changes something, or costs: NGX_DECLINED,
 * go on; anything else is the refusal.
 */
ngx_int_t ngx_glyph_cross_site(ngx_http_request_t *r);


#endif /* _NGX_GLYPH_CROSS_SITE_H_INCLUDED_ */
