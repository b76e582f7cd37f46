
/*
 * A library's socket in nginx's event loop, for hiredis and libpq alike:
 * level triggered, the library reads, writes and closes, we only say when.
 * All functions are idempotent.
 */


#ifndef _NGX_GLYPH_EVENT_H_INCLUDED_
#define _NGX_GLYPH_EVENT_H_INCLUDED_


#include "ngx_glyph.h"


typedef struct ngx_glyph_event_s  ngx_glyph_event_t;

struct ngx_glyph_event_s {
    ngx_connection_t          *connection;  /* NULL: detached */
    ngx_log_t                 *log;
    void                      *data;
    void                     (*readable)(ngx_glyph_event_t *ev);
    void                     (*writable)(ngx_glyph_event_t *ev);
    void                     (*closing)(ngx_glyph_event_t *ev);
                                            /* nginx shuts the connection
                                               down: worker exit */
};


/* Takes a connection slot for fd; the caller has set the other fields. */
ngx_int_t ngx_glyph_event_attach(ngx_glyph_event_t *ev, int fd);

/*
 * Gives the slot back and leaves fd open: the library closes it.  "closed"
 * says that it already has (then epoll is not asked to forget it).
 */
void ngx_glyph_event_detach(ngx_glyph_event_t *ev, ngx_uint_t closed);

ngx_int_t ngx_glyph_event_want_read(ngx_glyph_event_t *ev, ngx_uint_t on);
ngx_int_t ngx_glyph_event_want_write(ngx_glyph_event_t *ev, ngx_uint_t on);

/*
 * Whether nothing is pending, so that nginx may tell "closing" at once when
 * the worker is to exit.
 */
void ngx_glyph_event_idle(ngx_glyph_event_t *ev, ngx_uint_t idle);


#endif /* _NGX_GLYPH_EVENT_H_INCLUDED_ */
