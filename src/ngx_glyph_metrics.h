
/*
 * The metrics observe jobs; see ngx_glyph_zone.h for the places that count by
 * themselves.
 */


#ifndef _NGX_GLYPH_METRICS_H_INCLUDED_
#define _NGX_GLYPH_METRICS_H_INCLUDED_


#include "ngx_glyph.h"


/* At worker start and exit. */
ngx_int_t ngx_glyph_metrics_init(ngx_cycle_t *cycle);
void ngx_glyph_metrics_exit(void);


#endif /* _NGX_GLYPH_METRICS_H_INCLUDED_ */
