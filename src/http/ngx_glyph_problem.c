
/*
 * What nginx itself has to say where the API is (a body that is too large,
 * too many requests, access denied …) is a problem document, too, unless
 * error_page tells otherwise.
 *
 * nginx answers such a request with a page of its own: a status that it keeps
 * in r->err_status, no type or text/html, and a short body.  The header filter
 * replaces the type and the length, the body filter the body.  Both come
 * before all other filters, as the module is added last.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_ctx.h"
#include "ngx_glyph_http.h"


static ngx_int_t ngx_glyph_problem_header_filter(ngx_http_request_t *r);
static ngx_uint_t ngx_glyph_problem_wanted(ngx_http_request_t *r);
static ngx_int_t ngx_glyph_problem_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


static ngx_int_t
ngx_glyph_problem_header_filter(ngx_http_request_t *r)
{
    glyph_buf_t       b;
    ngx_glyph_ctx_t  *ctx;
    ngx_glyph_code_e  code;

    if (!ngx_glyph_problem_wanted(r)) {
        return ngx_http_next_header_filter(r);
    }

    ctx = ngx_glyph_ctx_find(r);

    if (ctx == NULL) {
        ctx = ngx_glyph_ctx_create(r);
        if (ctx == NULL) {
            return NGX_ERROR;
        }
    }

    ngx_http_set_ctx(r, ctx, ngx_glyph_module);

    code = ngx_glyph_status(r->err_status)->code;

    ngx_memzero(&b, sizeof(glyph_buf_t));

    glyph_buf_putc(&b, '{');
    ngx_glyph_problem_members(&b, r->err_status, ngx_glyph_codes[code].name,
                              NULL);
    glyph_buf_puts(&b, "}\n");

    if (ngx_glyph_http_own(r, &b, &ctx->problem) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_str_set(&r->headers_out.content_type, "application/problem+json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.content_length_n = ctx->problem.len;

    return ngx_http_next_header_filter(r);
}


static ngx_uint_t
ngx_glyph_problem_wanted(ngx_http_request_t *r)
{
    ngx_str_t             *type;
    ngx_glyph_loc_conf_t  *glcf;

    static ngx_str_t  html = ngx_string("text/html");

    if (r->err_status < NGX_HTTP_BAD_REQUEST
        || r != r->main
        || r->http_version < NGX_HTTP_VERSION_10)
    {
        return 0;
    }

    glcf = ngx_http_get_module_loc_conf(r, ngx_glyph_module);

    if (glcf->problems == NGX_CONF_UNSET ? glcf->handler == NULL
                                         : !glcf->problems)
    {
        return 0;
    }

    /* error_page may have led to somebody who has written a body */

    type = &r->headers_out.content_type;

    return type->len == 0
           || (type->len == html.len
               && ngx_strncmp(type->data, html.data, html.len) == 0);
}


static ngx_int_t
ngx_glyph_problem_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_buf_t        *b;
    ngx_chain_t       out;
    ngx_glyph_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_glyph_module);

    if (in == NULL || ctx == NULL || ctx->problem.len == 0) {
        return ngx_http_next_body_filter(r, in);
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = ctx->problem.data;
    b->last = b->pos + ctx->problem.len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    ctx->problem.len = 0;

    out.buf = b;
    out.next = NULL;

    return ngx_http_next_body_filter(r, &out);
}


ngx_int_t
ngx_glyph_problem_filter_init(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_glyph_problem_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_glyph_problem_body_filter;

    return NGX_OK;
}
