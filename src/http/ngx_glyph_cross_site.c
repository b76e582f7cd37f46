
/*
 * Whether a page of another site has made a browser send a request that does
 * something.  A browser says so in Sec-Fetch-Site (W3C Fetch Metadata), if it
 * is a recent one and nginx is reached by https or as localhost; else there is
 * Origin (RFC 6454), to be compared with Host.  A client that is no browser
 * sends neither, and can send what it likes: this protects users, not nginx.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_cors.h"
#include "ngx_glyph_cross_site.h"
#include "ngx_glyph_http.h"


typedef struct {
    ngx_str_t                  host;        /* with the brackets of IPv6 */
    ngx_int_t                  port;        /* 0: not given */
} ngx_glyph_authority_t;


static ngx_int_t ngx_glyph_cross_site_fetch(ngx_http_request_t *r);
static ngx_uint_t ngx_glyph_cross_site_origin(ngx_http_request_t *r,
    ngx_str_t *origin);
static ngx_int_t ngx_glyph_cross_site_authority(ngx_glyph_authority_t *a,
    u_char *p, u_char *last);


ngx_int_t
ngx_glyph_cross_site(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    ngx_str_t             *origin;
    ngx_uint_t             i;
    ngx_glyph_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_glyph_module);

    if (glcf->cross_site || ngx_glyph_cors_named(r)) {
        return NGX_DECLINED;
    }

    rc = ngx_glyph_cross_site_fetch(r);

    for (i = 0; rc == NGX_DECLINED; i++) {
        origin = ngx_glyph_header_line(r, "Origin", i);

        if (origin == NULL) {
            return NGX_DECLINED;
        }

        if (ngx_glyph_cross_site_origin(r, origin)) {
            rc = NGX_ABORT;
        }
    }

    if (rc == NGX_OK) {
        return NGX_DECLINED;
    }

    return ngx_glyph_problem(r, NGX_GLYPH_CODE_CROSS_SITE);
}


/*
 * NGX_OK: of this site, or the user's own doing; NGX_ABORT: of another one;
 * NGX_DECLINED: the browser does not say.
 */

static ngx_int_t
ngx_glyph_cross_site_fetch(ngx_http_request_t *r)
{
    ngx_int_t    rc;
    ngx_str_t   *site;
    ngx_uint_t   i, k;

    static ngx_str_t  own[] = {
        ngx_string("same-origin"),
        ngx_string("same-site"),
        ngx_string("none")
    };

    rc = NGX_DECLINED;

    for (i = 0; /* void */ ; i++) {
        site = ngx_glyph_header_line(r, "Sec-Fetch-Site", i);

        if (site == NULL) {
            return rc;
        }

        if (site->len == 10
            && ngx_strncasecmp(site->data, (u_char *) "cross-site", 10) == 0)
        {
            return NGX_ABORT;
        }

        for (k = 0; k < sizeof(own) / sizeof(own[0]); k++) {
            if (site->len == own[k].len
                && ngx_strncasecmp(site->data, own[k].data, site->len) == 0)
            {
                rc = NGX_OK;
            }
        }
    }
}


/*
 * Whether that is another one than ours.  A proxy before us may have taken TLS
 * off, so https is no other than http; but what has come by TLS has not come
 * from a page without.
 */

static ngx_uint_t
ngx_glyph_cross_site_origin(ngx_http_request_t *r, ngx_str_t *origin)
{
    u_char                 *p, *last;
    ngx_int_t               port;
    ngx_str_t              *value;
    ngx_glyph_authority_t   from, to;

    p = origin->data;
    last = p + origin->len;

    if (origin->len > 8 && ngx_strncasecmp(p, (u_char *) "https://", 8) == 0) {
        p += 8;
        port = 443;

    } else if (origin->len > 7
               && ngx_strncasecmp(p, (u_char *) "http://", 7) == 0)
    {
        p += 7;
        port = 80;

#if (NGX_HTTP_SSL)
        if (r->connection->ssl) {
            return 1;
        }
#endif

    } else {
        return 1;
    }

    if (r->headers_in.host == NULL) {
        return 1;
    }

    value = &r->headers_in.host->value;

    if (ngx_glyph_cross_site_authority(&from, p, last) != NGX_OK
        || ngx_glyph_cross_site_authority(&to, value->data,
                                          value->data + value->len)
           != NGX_OK
        || from.host.len != to.host.len
        || ngx_strncasecmp(from.host.data, to.host.data, to.host.len) != 0)
    {
        return 1;
    }

    /* a Host without a port is that of whichever scheme the page has */

    return (from.port ? from.port : port) != (to.port ? to.port : port);
}


static ngx_int_t
ngx_glyph_cross_site_authority(ngx_glyph_authority_t *a, u_char *p,
    u_char *last)
{
    u_char  *colon, *end;

    a->host.data = p;
    a->port = 0;

    /* the colons of an IPv6 address are within brackets */

    end = (p < last && *p == '[') ? ngx_strlchr(p, last, ']') : p;

    if (end == NULL) {
        return NGX_ERROR;
    }

    colon = ngx_strlchr(end, last, ':');

    a->host.len = (colon ? colon : last) - p;

    if (a->host.len == 0) {
        return NGX_ERROR;
    }

    if (colon == NULL) {
        return NGX_OK;
    }

    a->port = ngx_atoi(colon + 1, last - colon - 1);

    return (a->port > 0 && a->port <= 65535) ? NGX_OK : NGX_ERROR;
}
