
/*
 * Numbers in a row, and several such ranges: which of a file's rows and
 * warnings are where.
 */


#ifndef _NGX_GLYPH_RANGE_H_INCLUDED_
#define _NGX_GLYPH_RANGE_H_INCLUDED_


#include "ngx_glyph.h"


typedef struct {
    uint64_t                   lo;
    uint64_t                   hi;          /* behind the last one */
} ngx_glyph_range_t;


/* Ascending, not empty, and with a gap between any two. */

typedef struct {
    ngx_glyph_range_t         *elts;
    ngx_uint_t                 n;
    ngx_uint_t                 at;          /* the question before ended here */
} ngx_glyph_ranges_t;


/*
 * As Postgres writes an array of pairs; NULL or "": none.  The memory is the
 * pool's.  NGX_ERROR: out of memory, or no such array.
 */
ngx_int_t ngx_glyph_ranges_parse(ngx_glyph_ranges_t *ranges, ngx_pool_t *pool,
    const char *text);

/* Whether a number is in one of them; each is greater than the one before. */
ngx_uint_t ngx_glyph_ranges_next(ngx_glyph_ranges_t *ranges, uint64_t number);

/*
 * The first part of "range" that is in none of them, and what is behind it in
 * "range".  NGX_DONE: there is none.
 */
ngx_int_t ngx_glyph_ranges_missing(const ngx_glyph_ranges_t *ranges,
    ngx_glyph_range_t *range, ngx_glyph_range_t *part);


#endif /* _NGX_GLYPH_RANGE_H_INCLUDED_ */
