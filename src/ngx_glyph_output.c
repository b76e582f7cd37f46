
#include "ngx_glyph.h"
#include "ngx_glyph_output.h"
#include "ngx_glyph_zone.h"


ngx_int_t
ngx_glyph_output_cut(ngx_http_request_t *r, const char *code)
{
    struct linger      linger;
    ngx_connection_t  *c;

    c = r->connection;

    ngx_log_error(NGX_LOG_ERR, c->log, 0,
                  "the answer is cut off after %O bytes: %s", c->sent, code);

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


ngx_int_t
ngx_glyph_output_stalled(ngx_http_request_t *r)
{
    ngx_glyph_zone_add(NGX_GLYPH_CLIENTS_STALLED, 1);

    (void) ngx_glyph_output_cut(r, "client_stalled, nothing of it was read "
                                   "for send_timeout");

    r->connection->timedout = 1;

    return NGX_HTTP_REQUEST_TIME_OUT;
}
