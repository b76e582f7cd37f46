
/*
 * What an upload's query string and headers ask for, read into its order.
 * NGX_DECLINED: go on; anything else is the answer.
 */


#ifndef _NGX_GLYPH_OPTIONS_H_INCLUDED_
#define _NGX_GLYPH_OPTIONS_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_output.h"


/* the places that have a parameter */
#define NGX_GLYPH_PARAM_IMPORT     1
#define NGX_GLYPH_PARAM_SOURCE     2    /* imports of a file by its name */
#define NGX_GLYPH_PARAM_IMPORTS    3
#define NGX_GLYPH_PARAM_TRANSFORM  4
#define NGX_GLYPH_PARAM_ALL        7


ngx_int_t ngx_glyph_options(ngx_http_request_t *r, ngx_glyph_order_t *order);

/* The part of it that the query string is (ngx_glyph_params.c). */
ngx_int_t ngx_glyph_params(ngx_http_request_t *r, ngx_glyph_order_t *order);

/* One parameter that is a field of a form. */
ngx_int_t ngx_glyph_params_field(ngx_http_request_t *r,
    ngx_glyph_order_t *order, ngx_str_t *name, ngx_str_t *value);


#endif /* _NGX_GLYPH_OPTIONS_H_INCLUDED_ */
