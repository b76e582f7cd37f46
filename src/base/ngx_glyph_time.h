
#ifndef _NGX_GLYPH_TIME_H_INCLUDED_
#define _NGX_GLYPH_TIME_H_INCLUDED_


#include "ngx_glyph.h"


/* "2026-11-23T18:44:32.123Z" of milliseconds since 1970, with quotes. */
void ngx_glyph_json_time(glyph_buf_t *b, uint64_t msec);


#endif /* _NGX_GLYPH_TIME_H_INCLUDED_ */
