
/*
 * W3C Trace Context: "traceparent" is kept with the import, so that its trace
 * can be found from the database.  One that is not as the specification says
 * is as none at all.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_trace.h"


/* 00-<32 digits>-<16 digits>-<2 digits> */

#define NGX_GLYPH_TRACE_LEN     55
#define NGX_GLYPH_TRACE_ID      3
#define NGX_GLYPH_TRACE_PARENT  36
#define NGX_GLYPH_TRACE_FLAGS   53

/* of a version to come, which may have more behind these */
#define NGX_GLYPH_TRACE_MAX     256


static ngx_str_t *ngx_glyph_trace_header(ngx_http_request_t *r);
static ngx_int_t ngx_glyph_trace_check(ngx_str_t *value);
static ngx_int_t ngx_glyph_trace_digits(u_char *p, size_t len,
    ngx_uint_t zero);


ngx_int_t
ngx_glyph_trace(ngx_http_request_t *r, ngx_pool_t *pool,
    ngx_str_t *traceparent)
{
    ngx_str_t  *value;

    value = ngx_glyph_trace_header(r);

    if (value == NULL || ngx_glyph_trace_check(value) != NGX_OK) {
        return NGX_OK;
    }

    traceparent->data = ngx_pstrdup(pool, value);
    if (traceparent->data == NULL) {
        return NGX_ERROR;
    }

    traceparent->len = value->len;

    return NGX_OK;
}


/* More than one is as none: nobody can say which of them is meant. */

static ngx_str_t *
ngx_glyph_trace_header(ngx_http_request_t *r)
{
    ngx_str_t        *value;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    static ngx_str_t  name = ngx_string("traceparent");

    value = NULL;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (h[i].key.len != name.len
                || ngx_strncasecmp(h[i].key.data, name.data, name.len) != 0)
            {
                continue;
            }

            if (value) {
                return NULL;
            }

            value = &h[i].value;
        }
    }

    return value;
}


static ngx_int_t
ngx_glyph_trace_check(ngx_str_t *value)
{
    size_t   i;
    u_char  *p;

    p = value->data;

    if (value->len < NGX_GLYPH_TRACE_LEN
        || value->len > NGX_GLYPH_TRACE_MAX
        || p[NGX_GLYPH_TRACE_ID - 1] != '-'
        || p[NGX_GLYPH_TRACE_PARENT - 1] != '-'
        || p[NGX_GLYPH_TRACE_FLAGS - 1] != '-'
        || ngx_glyph_trace_digits(p, 2, 1) != NGX_OK
        || ngx_glyph_trace_digits(p + NGX_GLYPH_TRACE_ID, 32, 0) != NGX_OK
        || ngx_glyph_trace_digits(p + NGX_GLYPH_TRACE_PARENT, 16, 0)
           != NGX_OK
        || ngx_glyph_trace_digits(p + NGX_GLYPH_TRACE_FLAGS, 2, 1) != NGX_OK
        || ngx_strncmp(p, "ff", 2) == 0)
    {
        return NGX_DECLINED;
    }

    if (value->len == NGX_GLYPH_TRACE_LEN) {
        return NGX_OK;
    }

    if (ngx_strncmp(p, "00", 2) == 0 || p[NGX_GLYPH_TRACE_LEN] != '-') {
        return NGX_DECLINED;
    }

    for (i = NGX_GLYPH_TRACE_LEN; i < value->len; i++) {
        if (p[i] < 0x21 || p[i] > 0x7e) {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}


/* Lower case only; "zero": whether they may all be 0. */

static ngx_int_t
ngx_glyph_trace_digits(u_char *p, size_t len, ngx_uint_t zero)
{
    size_t  i;

    for (i = 0; i < len; i++) {

        if ((p[i] < '0' || p[i] > '9') && (p[i] < 'a' || p[i] > 'f')) {
            return NGX_DECLINED;
        }

        zero |= (p[i] != '0');
    }

    return zero ? NGX_OK : NGX_DECLINED;
}
