
/*
 * Every difference between the versions of nginx that the module builds
 * with, one macro each.
 */


#ifndef _NGX_GLYPH_COMPAT_H_INCLUDED_
#define _NGX_GLYPH_COMPAT_H_INCLUDED_


#include "ngx_glyph.h"


/* 1.23.0: headers of one name are linked */

#if (nginx_version >= 1023000)
#define ngx_glyph_header_single(h)  (h)->next = NULL
#else
#define ngx_glyph_header_single(h)
#endif


#endif /* _NGX_GLYPH_COMPAT_H_INCLUDED_ */
