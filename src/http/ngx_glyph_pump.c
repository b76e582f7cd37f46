
#include "ngx_glyph.h"
#include "ngx_glyph_codes.h"
#include "ngx_glyph_pump.h"
#include "ngx_glyph_zone.h"


static ngx_glyph_pump_t *ngx_glyph_pump_of(ngx_http_request_t *r);
static void ngx_glyph_pump_cleanup(void *data);
static void ngx_glyph_pump_write_handler(ngx_http_request_t *r);
static ngx_int_t ngx_glyph_pump_stall(ngx_http_request_t *r);
static void ngx_glyph_pump_fill(ngx_glyph_pump_t *pump, u_char *data,
    size_t len);
static ngx_int_t ngx_glyph_pump_flush(ngx_glyph_pump_t *pump,
    ngx_chain_t *out);


ngx_glyph_pump_t *
ngx_glyph_pump_create(ngx_http_request_t *r, ngx_glyph_pump_pt drained,
    void *data)
{
    ngx_glyph_pump_t    *pump;
    ngx_http_cleanup_t  *cln;

    pump = ngx_pcalloc(r->pool, sizeof(ngx_glyph_pump_t));
    cln = ngx_http_cleanup_add(r, 0);

    if (pump == NULL || cln == NULL) {
        return NULL;
    }

    pump->request = r;
    pump->drained = drained;
    pump->data = data;

    cln->handler = ngx_glyph_pump_cleanup;
    cln->data = pump;

    return pump;
}


/* The context is an upload's; the request knows its pump by its cleanup. */

static ngx_glyph_pump_t *
ngx_glyph_pump_of(ngx_http_request_t *r)
{
    ngx_http_cleanup_t  *cln;

    for (cln = r->main->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_glyph_pump_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


static void
ngx_glyph_pump_cleanup(void *data)
{
    ngx_glyph_pump_leave(data);
}


void
ngx_glyph_pump_leave(ngx_glyph_pump_t *pump)
{
    pump->drained = NULL;
    pump->stalled = NULL;
}


ngx_int_t
ngx_glyph_pump_begin(ngx_glyph_pump_t *pump, const ngx_str_t *type)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = pump->request;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_type = *type;
    r->headers_out.content_type_len = type->len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.content_length_n = -1;

    ngx_http_clear_last_modified(r);

    r->write_event_handler = ngx_glyph_pump_write_handler;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK) {
        return rc;
    }

    /* over HTTP/2, NGX_AGAIN says that the header is on its way */

    return r->header_only ? NGX_OK : NGX_DECLINED;
}


/* The shape of ngx_http_writer(). */

static void
ngx_glyph_pump_write_handler(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_event_t               *wev;
    ngx_connection_t          *c;
    ngx_glyph_pump_t          *pump;
    ngx_http_core_loc_conf_t  *clcf;

    c = r->connection;
    wev = c->write;
    pump = ngx_glyph_pump_of(r);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, c->log, 0,
                   "glyph pump write handler, timedout:%d delayed:%d",
                   wev->timedout, wev->delayed);

    if (pump == NULL) {
        return;
    }

    if (wev->timedout) {

        if (pump->stalled) {
            pump->stalled(pump);
        }

        ngx_http_finalize_request(r, ngx_glyph_pump_stall(r));
        return;
    }

    if (wev->delayed) {
        clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

        if (ngx_handle_write_event(wev, clcf->send_lowat) != NGX_OK) {
            ngx_http_finalize_request(r, NGX_ERROR);
        }

        return;
    }

    /* it has taken something: the time starts anew */

    if (wev->timer_set) {
        ngx_del_timer(wev);
    }

    rc = ngx_glyph_pump_flush(pump, NULL);

    if (rc == NGX_ERROR) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    if (rc == NGX_OK && pump->drained) {
        pump->drained(pump);
    }
}


/* The client has not read anything for send_timeout. */

static ngx_int_t
ngx_glyph_pump_stall(ngx_http_request_t *r)
{
    u_char                   why[128];
    const ngx_glyph_code_t  *code;

    ngx_glyph_zone_add(NGX_GLYPH_CLIENTS_STALLED, 1);

    code = &ngx_glyph_codes[NGX_GLYPH_CODE_CLIENT_STALLED];

    ngx_snprintf(why, sizeof(why), "%s, %s%Z", code->name, code->detail);

    (void) ngx_glyph_pump_cut(r, (char *) why);

    r->connection->timedout = 1;

    return NGX_HTTP_REQUEST_TIME_OUT;
}


ngx_int_t
ngx_glyph_pump_put(ngx_glyph_pump_t *pump, u_char *data, size_t len)
{
    ngx_chain_t  out;

    if (len == 0) {
        return NGX_OK;
    }

    ngx_glyph_pump_fill(pump, data, len);

    out.buf = &pump->buf;
    out.next = NULL;

    return ngx_glyph_pump_flush(pump, &out);
}


static void
ngx_glyph_pump_fill(ngx_glyph_pump_t *pump, u_char *data, size_t len)
{
    ngx_buf_t  *b;

    b = &pump->buf;
    ngx_memzero(b, sizeof(ngx_buf_t));

    b->start = data;
    b->pos = data;
    b->last = data + len;
    b->end = b->last;
    b->tag = (ngx_buf_tag_t) &ngx_glyph_module;
    b->memory = 1;
    b->flush = 1;
}


/* As ngx_glyph_pump_put(). */

static ngx_int_t
ngx_glyph_pump_flush(ngx_glyph_pump_t *pump, ngx_chain_t *out)
{
    ngx_event_t               *wev;
    ngx_connection_t          *c;
    ngx_http_request_t        *r;
    ngx_http_core_loc_conf_t  *clcf;

    r = pump->request;
    c = r->connection;
    wev = c->write;

    if (ngx_http_output_filter(r, out) == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (!ngx_glyph_pump_busy(pump) && !c->buffered) {

        /* delayed: the timer is that of limit_rate */

        if (wev->timer_set && !wev->delayed) {
            ngx_del_timer(wev);
        }

        return NGX_OK;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (!wev->timer_set) {
        ngx_add_timer(wev, clcf->send_timeout);
    }

    if (ngx_handle_write_event(wev, clcf->send_lowat) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_glyph_pump_busy(pump) ? NGX_AGAIN : NGX_OK;
}


ngx_uint_t
ngx_glyph_pump_busy(ngx_glyph_pump_t *pump)
{
    return pump->buf.pos != pump->buf.last;
}


ngx_int_t
ngx_glyph_pump_end(ngx_glyph_pump_t *pump, u_char *data, size_t len)
{
    ngx_chain_t          out;
    ngx_http_request_t  *r;

    r = pump->request;

    ngx_glyph_pump_leave(pump);

    if (len == 0) {
        return ngx_http_send_special(r, NGX_HTTP_LAST);
    }

    /* nginx sends what the client does not take at once */

    ngx_glyph_pump_fill(pump, data, len);

    pump->buf.last_buf = (r == r->main) ? 1 : 0;
    pump->buf.last_in_chain = 1;

    out.buf = &pump->buf;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


ngx_int_t
ngx_glyph_pump_cut(ngx_http_request_t *r, const char *why)
{
    struct linger      linger;
    ngx_connection_t  *c;

    c = r->connection;

    ngx_log_error(NGX_LOG_ERR, c->log, 0,
                  "the answer is cut off after %O bytes: %s", c->sent, why);

    /*
     * A chunked body lacks its end, a stream is reset.  Where the end of the
     * connection would be that of the body, it must be no clean one.
     */

    if (!r->chunked && r->http_version < NGX_HTTP_VERSION_20) {
        linger.l_onoff = 1;
        linger.l_linger = 0;

        if (setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger,
                       sizeof(struct linger))
            == -1)
        {
            ngx_log_error(NGX_LOG_ALERT, c->log, ngx_socket_errno,
                          "setsockopt(SO_LINGER) failed");
        }
    }

    return NGX_ERROR;
}
