
#ifndef _NGX_GLYPH_MODELS_H_INCLUDED_
#define _NGX_GLYPH_MODELS_H_INCLUDED_


#include "ngx_glyph.h"


/*
 * Brings the registry into glyph.gpu_models, if it is not there; to be called
 * when Postgres has been reached.
 */
void ngx_glyph_models_sync(void);


#endif /* _NGX_GLYPH_MODELS_H_INCLUDED_ */
