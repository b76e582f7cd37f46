
/*
 * What a request says in its headers and parameters; ngx_glyph_http.h.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_http.h"


ngx_str_t *
ngx_glyph_header_in(ngx_http_request_t *r, const char *name)
{
    return ngx_glyph_header_line(r, name, 0);
}


ngx_str_t *
ngx_glyph_header_line(ngx_http_request_t *r, const char *name, ngx_uint_t n)
{
    size_t            len;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    len = ngx_strlen(name);
    part = &r->headers_in.headers.part;
    header = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {

            if (part->next == NULL) {
                return NULL;
            }

            part = part->next;
            header = part->elts;
            i = 0;
        }

        if (header[i].key.len == len
            && ngx_strncasecmp(header[i].key.data, (u_char *) name, len) == 0
            && n-- == 0)
        {
            return &header[i].value;
        }
    }
}


ngx_int_t
ngx_glyph_header_once(ngx_http_request_t *r, const char *name,
    ngx_str_t **value)
{
    *value = ngx_glyph_header_in(r, name);

    if (*value == NULL || ngx_glyph_header_line(r, name, 1) == NULL) {
        return NGX_DECLINED;
    }

    return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_REPEATED,
                              "header \"%s\" is there twice", name);
}


ngx_int_t
ngx_glyph_arg_next(ngx_http_request_t *r, ngx_str_t *args, ngx_str_t *name,
    ngx_str_t *value)
{
    u_char      *p, *last, *src, *dst;
    ngx_uint_t   i;
    ngx_str_t   *part;

    while (args->len && args->data[0] == '&') {
        args->data++;
        args->len--;
    }

    if (args->len == 0) {
        return NGX_DONE;
    }

    last = ngx_strlchr(args->data, args->data + args->len, '&');
    if (last == NULL) {
        last = args->data + args->len;
    }

    p = ngx_strlchr(args->data, last, '=');

    name->data = args->data;
    name->len = (p ? p : last) - args->data;
    value->data = p ? p + 1 : last;
    value->len = last - value->data;

    args->len -= last - args->data;
    args->data = last;

    for (i = 0; i < 2; i++) {
        part = i ? value : name;

        dst = ngx_pnalloc(r->pool, part->len + 1);
        if (dst == NULL) {
            return NGX_ERROR;
        }

        /* "+" is a space, but "%2B" is a plus: so before unescaping */

        for (src = part->data; src < part->data + part->len; src++) {
            dst[src - part->data] = (*src == '+') ? ' ' : *src;
        }

        p = dst;
        src = dst;

        ngx_unescape_uri(&p, &src, part->len, 0);

        part->data = dst;
        part->len = p - dst;
    }

    return NGX_OK;
}


ngx_int_t
ngx_glyph_arg(ngx_http_request_t *r, const char *wanted, ngx_str_t *value)
{
    size_t     len;
    ngx_int_t  rc;
    ngx_str_t  args, name;

    len = ngx_strlen(wanted);
    args = r->args;

    do {
        rc = ngx_glyph_arg_next(r, &args, &name, value);

        if (rc != NGX_OK) {
            return (rc == NGX_DONE) ? NGX_DECLINED : rc;
        }

    } while (name.len != len || ngx_memcmp(name.data, wanted, len) != 0);

    return NGX_OK;
}
