
/*
 * The metrics observe jobs; see ngx_glyph_zone.h for the places that count by
 * themselves.
 */


#ifndef _NGX_GLYPH_METRICS_H_INCLUDED_
#define _NGX_GLYPH_METRICS_H_INCLUDED_


#include "ngx_glyph.h"


extern const ngx_glyph_part_t  ngx_glyph_metrics_part;


#endif /* _NGX_GLYPH_METRICS_H_INCLUDED_ */
