
/*
 * A job's live state in Redis: the hash glyph:job:{id} and the channel
 * glyph:events:{id}.  Fields of the hash are the members of glyph:job; see
 * docs/api.md.  ngx_glyph_state.c observes jobs for it.
 */


#ifndef _NGX_GLYPH_STATE_H_INCLUDED_
#define _NGX_GLYPH_STATE_H_INCLUDED_


#include "ngx_glyph.h"


extern const ngx_glyph_part_t  ngx_glyph_state_part;


#endif /* _NGX_GLYPH_STATE_H_INCLUDED_ */
