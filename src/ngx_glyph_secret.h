
#ifndef NGX_GLYPH_SECRET_H_INCLUDED
#define NGX_GLYPH_SECRET_H_INCLUDED

#include "ngx_glyph.h"


/* Gives the core the secret of this process' hash tables; before any of them
   is made. */
ngx_int_t ngx_glyph_secret_init(ngx_cycle_t *cycle);

#endif /* NGX_GLYPH_SECRET_H_INCLUDED */
