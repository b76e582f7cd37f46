
/*
 * What the paths of jobs (ngx_glyph_jobs.c), the question (_jobs_ask.c) and its
 * answer (_jobs_answer.c) share, and nobody else.
 */


#ifndef _NGX_GLYPH_JOBS_ASK_H_INCLUDED_
#define _NGX_GLYPH_JOBS_ASK_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_locate.h"
#include "ngx_glyph_pg.h"


typedef enum {
    NGX_GLYPH_JOBS_STATUS = 0,
    NGX_GLYPH_JOBS_RESULT,
    NGX_GLYPH_JOBS_IMPORT,     /* the result, below glyph_imports */
    NGX_GLYPH_JOBS_ERRORS,
    NGX_GLYPH_JOBS_EVENTS,
    NGX_GLYPH_JOBS_CANCEL,
    NGX_GLYPH_JOBS_UNDO
} ngx_glyph_jobs_what_e;


/* One question, in the request's pool. */

typedef struct {
    ngx_http_request_t        *request;
    ngx_http_cleanup_t        *cleanup;
    ngx_glyph_locate_t        *locate;
    ngx_glyph_pg_query_t      *query;       /* under way, or NULL */
    ngx_glyph_jobs_what_e      what;
    PGresult                  *failed;      /* what Postgres said instead */
    const char                *error;       /* of an answer */
} ngx_glyph_ask_t;


/* As of a content handler; NGX_DONE: the answer comes later. */
ngx_int_t ngx_glyph_jobs_ask(ngx_http_request_t *r, ngx_glyph_uuid_t *id,
    ngx_str_t *tenant, ngx_glyph_jobs_what_e what);

/*
 * The answer to what Postgres has said, a table; and the one if nobody knows
 * the job.  As of a content handler.
 */
ngx_int_t ngx_glyph_jobs_answer(ngx_glyph_ask_t *ask, PGresult *res);
ngx_int_t ngx_glyph_jobs_missing(ngx_glyph_ask_t *ask);


#endif /* _NGX_GLYPH_JOBS_ASK_H_INCLUDED_ */
