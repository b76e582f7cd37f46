
/*
 * What is made of an import after it is complete, in steps, each of them a
 * transaction of Postgres (ngx_glyph_derive_steps): by the worker that has
 * completed it; or, if that one has ended before, by a node's first worker when
 * it starts and every five minutes.  What fails is tried again after a minute,
 * by the worker that has seen it, and is in nobody else's way.
 */


#ifndef _NGX_GLYPH_DERIVE_H_INCLUDED_
#define _NGX_GLYPH_DERIVE_H_INCLUDED_


#include "ngx_glyph.h"


extern const ngx_glyph_part_t  ngx_glyph_derive_part;


#endif /* _NGX_GLYPH_DERIVE_H_INCLUDED_ */
