
/*
 * Idempotency-Key: an import that is sent again is not done again.
 */


#ifndef _NGX_GLYPH_IDEMPOTENCY_H_INCLUDED_
#define _NGX_GLYPH_IDEMPOTENCY_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_ctx.h"
#include "ngx_glyph_output.h"


/* Goes on with the upload, whose reference it takes; as a content handler. */
typedef ngx_int_t (*ngx_glyph_claimed_pt)(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_glyph_order_t *order);

/*
 * Has the job's key inserted into Postgres, or the id that the client has
 * chosen looked up, before anything is read.  Takes the caller's reference to
 * the job.  NGX_DONE: "claimed" is called, or an answer follows; anything else
 * is the answer.
 */
ngx_int_t ngx_glyph_idempotency_claim(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_glyph_order_t *order,
    ngx_glyph_claimed_pt claimed);


#endif /* _NGX_GLYPH_IDEMPOTENCY_H_INCLUDED_ */
