
/*
 * The beginning of a form: fields before its file may say how it is read, and
 * what becomes of its rows.
 */


#ifndef _NGX_GLYPH_FORM_H_INCLUDED_
#define _NGX_GLYPH_FORM_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_ctx.h"
#include "ngx_glyph_output.h"


/* The order is the callee's; what it returns may be finalized with. */
typedef ngx_int_t (*ngx_glyph_formed_pt)(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_glyph_order_t *order);


/* Whether the body is a form that can be looked into. */
ngx_uint_t ngx_glyph_form_is(ngx_glyph_order_t *order);

/*
 * Begins to read the body, of which nothing is taken, and calls "formed" when
 * the fields before the file are in the order, or it is known that they will
 * not be seen; opts.early tells whether they say anything.  The order, and its
 * reference to the job, are taken; what is returned is the handler's answer.
 */
ngx_int_t ngx_glyph_form_read(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_glyph_order_t *order, ngx_glyph_formed_pt formed);

/* From the body filter: what has come new. */
void ngx_glyph_form_look(ngx_glyph_ctx_t *ctx, ngx_chain_t *in);

/* There is a job that takes the body: ctx->form is NULL then. */
void ngx_glyph_form_leave(ngx_glyph_ctx_t *ctx);


#endif /* _NGX_GLYPH_FORM_H_INCLUDED_ */
