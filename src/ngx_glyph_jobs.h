
/*
 * A job seen from outside (ngx_glyph_jobs.c).
 */


#ifndef _NGX_GLYPH_JOBS_H_INCLUDED_
#define _NGX_GLYPH_JOBS_H_INCLUDED_


#include "ngx_glyph.h"


/*
 * Sends a Job document with its links; "id" is the text of the job's id, doc
 * the JSON object without them.  "running": the client should come again.
 */
ngx_int_t ngx_glyph_jobs_document(ngx_http_request_t *r, u_char *id,
    ngx_uint_t status, u_char *doc, size_t len, ngx_uint_t running);


#endif /* _NGX_GLYPH_JOBS_H_INCLUDED_ */
