
/*
 * Reads: one SQL function glyph.api_NAME(jsonb) each, a bounded page as JSON,
 * NDJSON or CSV.
 */


#ifndef _NGX_GLYPH_QUERY_H_INCLUDED_
#define _NGX_GLYPH_QUERY_H_INCLUDED_


#include "ngx_glyph.h"

#include <libpq-fe.h>


/*
 * Answers the request with the page that glyph.api_NAME() gives for the
 * request's query string; "id" is a parameter more, NULL for none; tenant is
 * that of ngx_glyph_tenant().  To be finalized with what is returned: NGX_DONE
 * while it runs (it then finalizes the request itself).
 */
ngx_int_t ngx_glyph_query_run(ngx_http_request_t *r, ngx_str_t *name,
    ngx_str_t *id, ngx_str_t *tenant);

/*
 * Looks at a parameter.  NGX_DONE: it is taken; NGX_DECLINED: the query gets
 * it; else the answer has been given, and that is returned.
 */
typedef ngx_int_t (*ngx_glyph_query_arg_pt)(ngx_http_request_t *r,
    void *data, ngx_str_t *name, ngx_str_t *value);

/*
 * Appends what such a function is called with, {"args":{…},"tenant":"…"},
 * terminated, to b.  "take" is asked of each parameter; NULL: none is its
 * own.  NGX_DECLINED: go on; else as ngx_glyph_query_run().
 */
ngx_int_t ngx_glyph_query_args(ngx_http_request_t *r, ngx_str_t *id,
    ngx_str_t *tenant, ngx_glyph_query_arg_pt take, void *data, glyph_buf_t *b);

/* "Link": the same request again, only behind the cursor (RFC 8288). */
ngx_int_t ngx_glyph_query_link(ngx_http_request_t *r, char *cursor);

/* The answer to an error of a query, or (res NULL) of its connection. */
ngx_int_t ngx_glyph_query_failed(ngx_http_request_t *r, PGresult *res,
    const char *error);


#endif /* _NGX_GLYPH_QUERY_H_INCLUDED_ */
