
#ifndef _NGX_GLYPH_MODELS_H_INCLUDED_
#define _NGX_GLYPH_MODELS_H_INCLUDED_


#include "ngx_glyph.h"


/*
 * From here on the registry is brought into glyph.gpu_models, if it is not
 * there, as soon as Postgres takes writes.
 */
extern const ngx_glyph_part_t  ngx_glyph_models_part;


#endif /* _NGX_GLYPH_MODELS_H_INCLUDED_ */
