
/*
 * What an upload's request is answered with.  The first decision stands, and
 * is told by the event loop.
 */


#ifndef _NGX_GLYPH_ANSWER_H_INCLUDED_
#define _NGX_GLYPH_ANSWER_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_codes.h"
#include "ngx_glyph_ctx.h"
#include "ngx_glyph_job.h"


/* "total=…, valid=…, invalid=…", as Glyph-Rows has it */
#define NGX_GLYPH_ROWS_LEN                                                    \
    (NGX_INT64_LEN * 3 + sizeof("total=, valid=, invalid="))


/*
 * What a job tells its request, whose context is the client's data: the end of
 * the job with status 200 and 422 is answered by its result if it has one, else
 * by a problem; 202 when it is accepted, or when the client has waited for as
 * long as it wanted to.
 */
extern const ngx_glyph_client_hooks_t  ngx_glyph_answer_hooks;

/* What nginx means by a status with which it does not read a body. */
ngx_glyph_code_e ngx_glyph_answer_why(ngx_int_t rc);

/*
 * A problem, because nginx does not take the body, with nginx's status; an
 * answer that has begun is cut off.  Detail NULL: the code's own.
 */
void ngx_glyph_answer_refuse(ngx_glyph_ctx_t *ctx, ngx_uint_t status,
    ngx_glyph_code_e code, const char *detail);

/* Lets go of the job; it goes on without the request, or has ended. */
void ngx_glyph_answer_detach(ngx_glyph_ctx_t *ctx);

/* The cleanup handler: nginx ends the request, whose context "data" is. */
void ngx_glyph_answer_gone(void *data);

/* Writes the counts of rows seen; returns the end. */
u_char *ngx_glyph_answer_rows(u_char *buf, ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_ANSWER_H_INCLUDED_ */
