
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


/*
 * Angie concludes http{}, which it may have several of, after the thread pools:
 * one that is added so late has no threads, and tasks that wait for ever
 */

#ifdef angie_version
#define NGX_GLYPH_HTTP_AFTER_POOLS  1
#else
#define NGX_GLYPH_HTTP_AFTER_POOLS  0
#endif


#endif /* _NGX_GLYPH_COMPAT_H_INCLUDED_ */
