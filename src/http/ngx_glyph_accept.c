
#include "ngx_glyph.h"
#include "ngx_glyph_accept.h"


/* how well a range of types fits: the best one's quality counts */

#define NGX_GLYPH_ACCEPT_ANY   1
#define NGX_GLYPH_ACCEPT_MAIN  2
#define NGX_GLYPH_ACCEPT_FULL  3


typedef struct {
    ngx_uint_t                 seen;        /* there is an Accept */
    ngx_uint_t                 fit;         /* of the best range; 0: none */
    ngx_int_t                  quality;     /* of that one, 0 to 1000 */
} ngx_glyph_accept_t;


static void ngx_glyph_accept_headers(ngx_http_request_t *r,
    const ngx_str_t *type, ngx_glyph_accept_t *accept);
static void ngx_glyph_accept_value(ngx_str_t *value, const ngx_str_t *type,
    ngx_glyph_accept_t *accept);
static ngx_uint_t ngx_glyph_accept_fit(u_char *p, u_char *last,
    const ngx_str_t *type);
static ngx_int_t ngx_glyph_accept_quality(u_char *p, u_char *last);


ngx_int_t
ngx_glyph_accept(ngx_http_request_t *r, const ngx_str_t *types, ngx_uint_t n)
{
    ngx_int_t           best, quality;
    ngx_uint_t          i;
    ngx_glyph_accept_t  accept;

    best = NGX_DECLINED;
    quality = 0;

    for (i = 0; i < n; i++) {
        ngx_memzero(&accept, sizeof(ngx_glyph_accept_t));

        ngx_glyph_accept_headers(r, &types[i], &accept);

        if (!accept.seen) {
            return 0;
        }

        if (accept.quality > quality) {
            quality = accept.quality;
            best = i;
        }
    }

    return best;
}


static void
ngx_glyph_accept_headers(ngx_http_request_t *r, const ngx_str_t *type,
    ngx_glyph_accept_t *accept)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        header = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (header[i].value.len == 0
                || header[i].key.len != sizeof("Accept") - 1
                || ngx_strncasecmp(header[i].key.data, (u_char *) "Accept",
                                   sizeof("Accept") - 1)
                   != 0)
            {
                continue;
            }

            accept->seen = 1;

            ngx_glyph_accept_value(&header[i].value, type, accept);
        }
    }
}


static void
ngx_glyph_accept_value(ngx_str_t *value, const ngx_str_t *type,
    ngx_glyph_accept_t *accept)
{
    u_char      *p, *next, *last, *end;
    ngx_uint_t   fit;

    last = value->data + value->len;

    for (p = value->data; p < last; p = next + 1) {

        next = ngx_strlchr(p, last, ',');
        if (next == NULL) {
            next = last;
        }

        end = ngx_strlchr(p, next, ';');
        if (end == NULL) {
            end = next;
        }

        fit = ngx_glyph_accept_fit(p, end, type);

        if (fit > accept->fit) {
            accept->fit = fit;
            accept->quality = ngx_glyph_accept_quality(end, next);
        }
    }
}


static ngx_uint_t
ngx_glyph_accept_fit(u_char *p, u_char *last, const ngx_str_t *type)
{
    size_t   len;
    u_char  *slash;

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    while (p < last && (last[-1] == ' ' || last[-1] == '\t')) {
        last--;
    }

    len = last - p;

    if (len == type->len && ngx_strncasecmp(p, type->data, len) == 0) {
        return NGX_GLYPH_ACCEPT_FULL;
    }

    if (len == 3 && ngx_strncmp(p, "*/*", 3) == 0) {
        return NGX_GLYPH_ACCEPT_ANY;
    }

    slash = ngx_strlchr(type->data, type->data + type->len, '/');

    if (slash
        && len == (size_t) (slash - type->data) + 2
        && last[-1] == '*'
        && ngx_strncasecmp(p, type->data, len - 1) == 0)
    {
        return NGX_GLYPH_ACCEPT_MAIN;
    }

    return 0;
}


/* Of ";a=b; q=0.5"; one that cannot be read is as good as none: 1. */

static ngx_int_t
ngx_glyph_accept_quality(u_char *p, u_char *last)
{
    u_char     *next;
    ngx_int_t   n;

    for ( /* void */ ; p < last; p = next) {

        p++;        /* the semicolon */

        while (p < last && (*p == ' ' || *p == '\t')) {
            p++;
        }

        next = ngx_strlchr(p, last, ';');
        if (next == NULL) {
            next = last;
        }

        if (next - p < 2 || (*p != 'q' && *p != 'Q') || p[1] != '=') {
            continue;
        }

        for (last = next;
             last > p && (last[-1] == ' ' || last[-1] == '\t');
             last--)
        {
            /* void */
        }

        n = ngx_atofp(p + 2, last - p - 2, 3);

        return (n == NGX_ERROR || n > 1000) ? 1000 : n;
    }

    return 1000;
}
