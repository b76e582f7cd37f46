
#include "ngx_glyph.h"
#include "ngx_glyph_tick.h"


/* nginx' debug log tells the number of the connection that a timer is of. */

static ngx_connection_t  ngx_glyph_tick_dummy = { .fd = (ngx_socket_t) -1 };


void
ngx_glyph_tick_init(ngx_event_t *ev, ngx_event_handler_pt handler)
{
    ev->handler = handler;
    ev->data = &ngx_glyph_tick_dummy;
    ev->log = ngx_cycle->log;
    ev->cancelable = 1;
}
