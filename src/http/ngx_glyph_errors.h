
/*
 * The rejected rows of a job: a page of them, or all of them as one CSV file
 * that can be mended and sent again, or as NDJSON; or, by "severity", its
 * warnings, or both as a list.
 */


#ifndef _NGX_GLYPH_ERRORS_H_INCLUDED_
#define _NGX_GLYPH_ERRORS_H_INCLUDED_


#include "ngx_glyph.h"

#include <libpq-fe.h>


/*
 * Answers the request for the job's errors; "id" is the text of its id, "res"
 * what glyph.job_header() says of it, no row if it has begun elsewhere.  To be
 * finalized with what is returned: NGX_DONE while it runs (it then finalizes
 * the request itself).
 */
ngx_int_t ngx_glyph_errors_run(ngx_http_request_t *r, ngx_str_t *id,
    ngx_str_t *tenant, PGresult *res);


#endif /* _NGX_GLYPH_ERRORS_H_INCLUDED_ */
