
#ifndef _NGX_GLYPH_MEMORY_H_INCLUDED_
#define _NGX_GLYPH_MEMORY_H_INCLUDED_


#include "ngx_glyph.h"


/* What the worker does not need any more goes back to the system. */
extern const ngx_glyph_part_t  ngx_glyph_memory_part;

/* For the windows of bodies that clients send. */
glyph_room_t *ngx_glyph_memory_room(void);


#endif /* _NGX_GLYPH_MEMORY_H_INCLUDED_ */
