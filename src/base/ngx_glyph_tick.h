
#ifndef _NGX_GLYPH_TICK_H_INCLUDED_
#define _NGX_GLYPH_TICK_H_INCLUDED_


#include "ngx_glyph.h"


/*
 * A timer that is the worker's, and no connection's; it is cancelable: a worker
 * that leaves does not wait for it.
 */
void ngx_glyph_tick_init(ngx_event_t *ev, ngx_event_handler_pt handler);


#endif /* _NGX_GLYPH_TICK_H_INCLUDED_ */
