
/*
 * A body that nginx has read before the upload is asked for it: mirror, a Lua
 * access handler, ModSecurity or client_body_early_read want it first.
 */


#ifndef _NGX_GLYPH_BODY_SAVED_H_INCLUDED_
#define _NGX_GLYPH_BODY_SAVED_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_ctx.h"


typedef void (*ngx_glyph_body_end_pt)(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx);


/*
 * Whether all of the body is in r->request_body, in memory or in nginx's
 * file.  NGX_DECLINED: nobody has read it; NGX_ERROR: somebody has, and what
 * they took is gone.
 */
ngx_int_t ngx_glyph_body_saved(ngx_http_request_t *r);

/*
 * Begins to give it to the job, as fast as that has room.  "end" is called once
 * all of it is there, at the earliest in this call.  NGX_ERROR: out of memory,
 * or of descriptors.  A file that cannot be read aborts the job.
 */
ngx_int_t ngx_glyph_body_saved_read(ngx_http_request_t *r,
    ngx_glyph_ctx_t *ctx, ngx_glyph_body_end_pt end);


#endif /* _NGX_GLYPH_BODY_SAVED_H_INCLUDED_ */
