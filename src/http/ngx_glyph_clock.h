
/*
 * The client's time for its body, glyph_upload_timeout: the clock stands while
 * we do not read, and when the body is here, or is of no interest any more.
 */


#ifndef _NGX_GLYPH_CLOCK_H_INCLUDED_
#define _NGX_GLYPH_CLOCK_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_ctx.h"


/* For as long as is left (ctx->left, ms; 0: for ever), if there is a job. */
void ngx_glyph_clock_run(ngx_glyph_ctx_t *ctx);

/* Nor is nginx' client_body_timeout for what follows. */
void ngx_glyph_clock_stand(ngx_glyph_ctx_t *ctx);


#endif /* _NGX_GLYPH_CLOCK_H_INCLUDED_ */
