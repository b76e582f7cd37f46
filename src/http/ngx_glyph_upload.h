
/*
 * The request side of an upload.
 */


#ifndef _NGX_GLYPH_UPLOAD_H_INCLUDED_
#define _NGX_GLYPH_UPLOAD_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_output.h"


/* The content handler of places that take files; output NULL: an import. */
ngx_int_t ngx_glyph_upload_handler(ngx_http_request_t *r,
    ngx_glyph_output_t *output);


#endif /* _NGX_GLYPH_UPLOAD_H_INCLUDED_ */
