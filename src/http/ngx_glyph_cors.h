
/*
 * Pages of other sites that may use the API from a browser: glyph_cors (the
 * Fetch standard, "CORS protocol").
 */


#ifndef _NGX_GLYPH_CORS_H_INCLUDED_
#define _NGX_GLYPH_CORS_H_INCLUDED_


#include "ngx_glyph.h"


/* The directive. */
char *ngx_glyph_cors_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/*
 * Whether the request's Origin is one that its location names: what is true of
 * pages of this site is true of its pages, too.  That of "*" is not: anybody's
 * page may read then, but with a user's password or cookies it could do more.
 */
ngx_uint_t ngx_glyph_cors_named(ngx_http_request_t *r);

/* The filter of headers, and what answers a preflight before "access" does. */
ngx_int_t ngx_glyph_cors_init(ngx_conf_t *cf);


#endif /* _NGX_GLYPH_CORS_H_INCLUDED_ */
