
/*
 * What the paths of jobs (ngx_glyph_jobs.c), the question (_jobs_ask.c) and its
 * answer (_jobs_answer.c) share, and nobody else.
 */


#ifndef _NGX_GLYPH_JOBS_ASK_H_INCLUDED_
#define _NGX_GLYPH_JOBS_ASK_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_latch.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_tenant.h"


typedef enum {
    NGX_GLYPH_JOBS_STATUS = 0,
    NGX_GLYPH_JOBS_RESULT,
    NGX_GLYPH_JOBS_IMPORT,     /* the result, below glyph_imports */
    NGX_GLYPH_JOBS_ERRORS,
    NGX_GLYPH_JOBS_EVENTS,
    NGX_GLYPH_JOBS_CANCEL,
    NGX_GLYPH_JOBS_UNDO
} ngx_glyph_jobs_what_e;


/*
 * One question.  It lives until the reply of Redis, the result of Postgres and
 * the thread that looks into the spool have all come or cannot come any more,
 * which may be after the request.
 */

typedef struct {
    ngx_http_request_t        *request;     /* NULL: it is gone */
    ngx_http_cleanup_t        *cleanup;
    ngx_glyph_latch_waiter_t   waiter;      /* for the worker's start */
    ngx_glyph_pg_query_t      *query;       /* under way, or NULL */
    ngx_glyph_jobs_what_e      what;
    ngx_glyph_uuid_t           id;
    u_char                     text[NGX_GLYPH_UUID_TEXT_LEN + 1];
    ngx_str_t                  tenant;
    u_char                     tenant_text[NGX_GLYPH_TENANT_MAX + 1];
    unsigned                   redis:1;     /* its reply is to come */
    unsigned                   redis_lost:1;
    unsigned                   live:1;      /* seen alive, somewhere */
    unsigned                   looking:1;   /* into the spool */
    unsigned                   looked:1;
    glyph_buf_t                hint;        /* Redis' document, or empty */
    ngx_event_t                timer;       /* Postgres is to agree until */
    PGresult                  *failed;      /* what Postgres said instead */
    const char                *error;       /* of an answer */
} ngx_glyph_ask_t;


/* As of a content handler; NGX_DONE: the answer comes later. */
ngx_int_t ngx_glyph_jobs_ask(ngx_http_request_t *r, ngx_glyph_uuid_t *id,
    ngx_str_t *tenant, ngx_glyph_jobs_what_e what);

/* The job, if it is of this worker and of the question's tenant. */
ngx_glyph_job_t *ngx_glyph_jobs_own(ngx_glyph_ask_t *ask);

/*
 * The answer to what Postgres has said, a table; and the one if nobody knows
 * the job.  As of a content handler.
 */
ngx_int_t ngx_glyph_jobs_answer(ngx_glyph_ask_t *ask, PGresult *res);
ngx_int_t ngx_glyph_jobs_missing(ngx_glyph_ask_t *ask);


#endif /* _NGX_GLYPH_JOBS_ASK_H_INCLUDED_ */
