
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

/* The answer to an error of a query, or (res NULL) of its connection. */
ngx_int_t ngx_glyph_query_failed(ngx_http_request_t *r, PGresult *res,
    const char *error);


#endif /* _NGX_GLYPH_QUERY_H_INCLUDED_ */
