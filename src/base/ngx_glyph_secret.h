
#ifndef NGX_GLYPH_SECRET_H_INCLUDED
#define NGX_GLYPH_SECRET_H_INCLUDED

#include "ngx_glyph.h"


/*
 * Gives the core the secret of this process' hash tables; before any of them
 * is made.
 */
extern const ngx_glyph_part_t  ngx_glyph_secret_part;


#endif /* NGX_GLYPH_SECRET_H_INCLUDED */
