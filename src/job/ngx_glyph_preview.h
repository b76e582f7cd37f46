
/*
 * The first listings of a file as a JSON array: of a dry run, and of an
 * import whose client asks for them (Prefer: return=representation).
 */


#ifndef _NGX_GLYPH_PREVIEW_H_INCLUDED_
#define _NGX_GLYPH_PREVIEW_H_INCLUDED_


#include "ngx_glyph.h"
#include "core/out/glyph_stream.h"


typedef struct {
    glyph_stream_t             stream;
    ngx_uint_t                 max_rows;
    size_t                     max_size;
    ngx_uint_t                 rows;
    glyph_buf_t                buf;
    unsigned                   full:1;      /* there were more */
} ngx_glyph_preview_t;


/* Of at most so many rows and so many bytes; NULL when out of memory. */
ngx_glyph_preview_t *ngx_glyph_preview_create(ngx_pool_t *pool,
    ngx_uint_t rows, size_t size);

/* In the thread: takes a listing, if there is room. */
void ngx_glyph_preview_listing(ngx_glyph_preview_t *preview,
    const glyph_listing_t *l);

/* Appends the array to b; once. */
void ngx_glyph_preview_end(ngx_glyph_preview_t *preview, glyph_buf_t *b);


#endif /* _NGX_GLYPH_PREVIEW_H_INCLUDED_ */
