
/*
 * Answers: JSON documents and RFC 9457 problems.  Each sends the whole
 * response and returns what a content handler may return; an asynchronous
 * caller gives it to ngx_http_finalize_request().
 */


#ifndef _NGX_GLYPH_HTTP_H_INCLUDED_
#define _NGX_GLYPH_HTTP_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_codes.h"
#include "ngx_glyph_store.h"


/*
 * Adds a response header; name is a constant, value is copied.  NGX_ERROR
 * when out of memory.
 */
ngx_int_t ngx_glyph_add_header(ngx_http_request_t *r, const char *name,
    u_char *value, size_t len);

/* "Retry-After" in seconds. */
ngx_int_t ngx_glyph_retry_after(ngx_http_request_t *r, time_t sec);

/*
 * Sends a body of the given type.  The bytes must live as long as the
 * request's pool (see ngx_glyph_http_own()).  HEAD sends none.  What
 * has not been read of the request's body is discarded.
 */
ngx_int_t ngx_glyph_send(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *type, ngx_str_t *body);
ngx_int_t ngx_glyph_send_json(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *body);

/*
 * Makes the request's pool the owner of a buffer's memory, which is taken out
 * of the buffer.  NGX_ERROR, also when the buffer has failed; it is then
 * freed.
 */
ngx_int_t ngx_glyph_http_own(ngx_http_request_t *r, glyph_buf_t *b,
    ngx_str_t *body);

/*
 * application/problem+json: {"type","title","status","code","detail"}, of a
 * code that has a detail of its own, or with another one.  Title is the status'
 * reason phrase.
 */
ngx_int_t ngx_glyph_problem(ngx_http_request_t *r, ngx_glyph_code_e code);
ngx_int_t ngx_glyph_problemf(ngx_http_request_t *r, ngx_glyph_code_e code,
    const char *fmt, ...);

/* The same with "did_you_mean", unless near is NULL. */
ngx_int_t ngx_glyph_problem_near(ngx_http_request_t *r,
    ngx_glyph_code_e code, ngx_str_t *detail, const char *near);

/*
 * The same of a job's code, whose name may be from a store, and with a member
 * of another name, unless value is NULL.
 */
ngx_int_t ngx_glyph_problem_with(ngx_http_request_t *r, ngx_uint_t status,
    const char *code, ngx_str_t *detail, const char *name,
    const char *value);

/* What the store is to blame for: with Retry-After, and "sqlstate_class". */
ngx_int_t ngx_glyph_problem_store(ngx_http_request_t *r,
    ngx_glyph_store_answer_t *answer);

/* The members of a problem, without the braces. */
void ngx_glyph_problem_members(glyph_buf_t *b, ngx_uint_t status,
    const char *code, ngx_str_t *detail);

/* A request header that nginx has no field for; NULL if it is not there. */
ngx_str_t *ngx_glyph_header_in(ngx_http_request_t *r, const char *name);

/* One that may be there once.  NGX_DECLINED, or the refusal of two. */
ngx_int_t ngx_glyph_header_once(ngx_http_request_t *r, const char *name,
    ngx_str_t **value);

/* Its nth line, from 0 on. */
ngx_str_t *ngx_glyph_header_line(ngx_http_request_t *r, const char *name,
    ngx_uint_t n);

/*
 * The next parameter of a query string, unescaped (memory of the request's
 * pool): NGX_OK, NGX_DONE at the end, NGX_ERROR.  *args is moved.
 */
ngx_int_t ngx_glyph_arg_next(ngx_http_request_t *r, ngx_str_t *args,
    ngx_str_t *name, ngx_str_t *value);

/*
 * The first parameter of that name, as above: NGX_OK, NGX_DECLINED if there is
 * none, NGX_ERROR.
 */
ngx_int_t ngx_glyph_arg(ngx_http_request_t *r, const char *wanted,
    ngx_str_t *value);

/*
 * The answer to a method that is not one of "allow": 405, or to OPTIONS, which
 * all of our places have, 204; both with Allow.
 */
ngx_int_t ngx_glyph_not_allowed(ngx_http_request_t *r, const char *allow);

/* Accept-Post (LDP 1.0): what an import takes. */
ngx_int_t ngx_glyph_accept_post(ngx_http_request_t *r);

/*
 * ETag of a body that will be sent with 200; nginx then answers 304 and 412
 * by itself.
 */
ngx_int_t ngx_glyph_etag(ngx_http_request_t *r, ngx_str_t *body);

/* The headers that name a job, by the text of its id. */
ngx_int_t ngx_glyph_upload_id_headers(ngx_http_request_t *r, u_char *text);

/*
 * Sends a Job document with its links; "id" is the text of the job's id, doc
 * the JSON object without them.  "running": the client should come again.
 */
ngx_int_t ngx_glyph_jobs_document(ngx_http_request_t *r, u_char *id,
    ngx_uint_t status, u_char *doc, size_t len, ngx_uint_t running);


#endif /* _NGX_GLYPH_HTTP_H_INCLUDED_ */
