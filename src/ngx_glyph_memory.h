
#ifndef _NGX_GLYPH_MEMORY_H_INCLUDED_
#define _NGX_GLYPH_MEMORY_H_INCLUDED_


#include "ngx_glyph.h"


/* What the worker does not need any more goes back to the system. */
ngx_int_t ngx_glyph_memory_init(ngx_cycle_t *cycle, size_t room);
void ngx_glyph_memory_exit(void);

/* For the windows of bodies that clients send. */
glyph_room_t *ngx_glyph_memory_room(void);


#endif /* _NGX_GLYPH_MEMORY_H_INCLUDED_ */
