
#include "ngx_glyph.h"
#include "ngx_glyph_event.h"


static void ngx_glyph_event_read_handler(ngx_event_t *rev);
static void ngx_glyph_event_write_handler(ngx_event_t *wev);
static ngx_int_t ngx_glyph_event_want(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t on);


ngx_int_t
ngx_glyph_event_attach(ngx_glyph_event_t *ev, int fd)
{
    ngx_connection_t  *c;

    if (ev->connection) {
        return NGX_OK;
    }

    c = ngx_get_connection(fd, ev->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->data = ev;
    c->log = ev->log;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);

    c->read->handler = ngx_glyph_event_read_handler;
    c->read->log = ev->log;
    c->write->handler = ngx_glyph_event_write_handler;
    c->write->log = ev->log;

    ev->connection = c;

    return NGX_OK;
}


void
ngx_glyph_event_detach(ngx_glyph_event_t *ev, ngx_uint_t closed)
{
    ngx_uint_t         flags;
    ngx_event_t       *rev, *wev;
    ngx_connection_t  *c;

    c = ev->connection;

    if (c == NULL) {
        return;
    }

    ev->connection = NULL;

    rev = c->read;
    wev = c->write;
    flags = closed ? NGX_CLOSE_EVENT : 0;

    if (rev->timer_set) {
        ngx_del_timer(rev);
    }

    if (wev->timer_set) {
        ngx_del_timer(wev);
    }

    if (rev->active || rev->disabled) {
        ngx_del_event(rev, NGX_READ_EVENT, flags);
    }

    if (wev->active || wev->disabled) {
        ngx_del_event(wev, NGX_WRITE_EVENT, flags);
    }

    if (rev->posted) {
        ngx_delete_posted_event(rev);
    }

    if (wev->posted) {
        ngx_delete_posted_event(wev);
    }

    rev->closed = 1;
    wev->closed = 1;

    ngx_reusable_connection(c, 0);

    /* the number is the library's: ngx_close_connection() would close it */

    ngx_free_connection(c);

    c->fd = (ngx_socket_t) -1;
    c->idle = 0;
}


ngx_int_t
ngx_glyph_event_want_read(ngx_glyph_event_t *ev, ngx_uint_t on)
{
    if (ev->connection == NULL) {
        return NGX_OK;
    }

    return ngx_glyph_event_want(ev->connection->read, NGX_READ_EVENT, on);
}


ngx_int_t
ngx_glyph_event_want_write(ngx_glyph_event_t *ev, ngx_uint_t on)
{
    if (ev->connection == NULL) {
        return NGX_OK;
    }

    return ngx_glyph_event_want(ev->connection->write, NGX_WRITE_EVENT, on);
}


/* Level triggered: both libraries may leave input in the socket. */

static ngx_int_t
ngx_glyph_event_want(ngx_event_t *ev, ngx_int_t event, ngx_uint_t on)
{
    if (on == ev->active) {
        return NGX_OK;
    }

    return on ? ngx_add_event(ev, event, NGX_LEVEL_EVENT)
              : ngx_del_event(ev, event, 0);
}


void
ngx_glyph_event_idle(ngx_glyph_event_t *ev, ngx_uint_t idle)
{
    if (ev->connection) {
        ev->connection->idle = idle ? 1 : 0;
    }
}


static void
ngx_glyph_event_read_handler(ngx_event_t *rev)
{
    ngx_connection_t   *c;
    ngx_glyph_event_t  *ev;

    c = rev->data;
    ev = c->data;

    if (c->close) {
        c->close = 0;
        ev->closing(ev);
        return;
    }

    ev->readable(ev);
}


static void
ngx_glyph_event_write_handler(ngx_event_t *wev)
{
    ngx_connection_t   *c;
    ngx_glyph_event_t  *ev;

    c = wev->data;
    ev = c->data;

    ev->writable(ev);
}
