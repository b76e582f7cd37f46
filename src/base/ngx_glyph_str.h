
#ifndef _NGX_GLYPH_STR_H_INCLUDED_
#define _NGX_GLYPH_STR_H_INCLUDED_


#include "ngx_glyph.h"


#define NGX_GLYPH_TENANT_MAX  128           /* bytes */


ngx_uint_t ngx_glyph_tenant_equal(const ngx_str_t *a, const ngx_str_t *b);


#endif /* _NGX_GLYPH_STR_H_INCLUDED_ */
