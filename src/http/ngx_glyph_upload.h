
/*
 * The request side of an upload (ngx_glyph_upload.c), and its answer
 * (ngx_glyph_answer.c).
 */


#ifndef _NGX_GLYPH_UPLOAD_H_INCLUDED_
#define _NGX_GLYPH_UPLOAD_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_ctx.h"
#include "ngx_glyph_job.h"


/* "total=…, valid=…, invalid=…", as Glyph-Rows has it */
#define NGX_GLYPH_ROWS_LEN                                                    \
    (NGX_INT64_LEN * 3 + sizeof("total=, valid=, invalid="))


/* The content handler of places that take files; output NULL: an import. */
ngx_int_t ngx_glyph_upload_handler(ngx_http_request_t *r,
    ngx_glyph_output_t *output);

/* Lets go of the job; it goes on without the request, or has ended. */
void ngx_glyph_upload_detach(ngx_glyph_ctx_t *ctx);

/* The cleanup handler: nginx ends the request, whose context "data" is. */
void ngx_glyph_upload_gone(void *data);

/* Writes the counts of rows seen; returns the end. */
u_char *ngx_glyph_upload_rows(u_char *buf, ngx_glyph_job_t *job);

/* What a job tells its request: there is room again, go on reading; … */
ngx_int_t ngx_glyph_upload_resume(ngx_glyph_client_t *client);

/*
 * … what it is to be answered with: the first of these decides, and is told by
 * the event loop.  Of the job, with status 200 and 422 its result if it has
 * one, else a problem; detail is static or the job's.
 */
void ngx_glyph_upload_answer(ngx_glyph_client_t *client, ngx_uint_t status,
    const char *code, ngx_str_t *detail);

/* 202, for a request that waits, whoever has its job or its file. */
void ngx_glyph_upload_accepted(ngx_glyph_client_t *client);

/*
 * A problem, because nginx does not take the body, with nginx's status; an
 * answer that has begun is cut off.  Detail NULL: the code's own.
 */
void ngx_glyph_upload_refuse(ngx_glyph_ctx_t *ctx, ngx_uint_t status,
    ngx_glyph_code_e code, const char *detail);

/*
 * The body is in the spool: 202 now, or, if this is NGX_OK, when the client
 * has waited for as long as it wanted to.
 */
ngx_int_t ngx_glyph_upload_queued(ngx_glyph_client_t *client,
    ngx_glyph_spool_t *spool);

/*
 * Begins to read the body into the job, whose reference is taken; as a
 * content handler.
 */
ngx_int_t ngx_glyph_upload_go(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_glyph_job_t *job);

/*
 * client_body_timeout is not for what follows; nor is glyph_upload_timeout,
 * for now.
 */
void ngx_glyph_upload_stop_timer(ngx_connection_t *c);
void ngx_glyph_upload_clock_stand(ngx_glyph_ctx_t *ctx);

/*
 * Reads the options of an import from the query string and the headers into
 * the job (ngx_glyph_options.c).  NGX_DECLINED: go on; anything else is the
 * answer.
 */
ngx_int_t ngx_glyph_options(ngx_http_request_t *r, ngx_glyph_job_t *job);

/* The part of it that the query string is (ngx_glyph_params.c). */
ngx_int_t ngx_glyph_params(ngx_http_request_t *r, ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_UPLOAD_H_INCLUDED_ */
