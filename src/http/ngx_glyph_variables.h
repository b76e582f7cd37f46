
/*
 * The variables of a request that brings an import.  They are asked for when
 * the access log is written: the request has let go of its job by then; so
 * what they tell is kept in the request's context.
 */


#ifndef _NGX_GLYPH_VARIABLES_H_INCLUDED_
#define _NGX_GLYPH_VARIABLES_H_INCLUDED_


#include "ngx_glyph.h"


/* preconfiguration */
ngx_int_t ngx_glyph_variables_add(ngx_conf_t *cf);

#endif /* _NGX_GLYPH_VARIABLES_H_INCLUDED_ */
