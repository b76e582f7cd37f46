
/*
 * What Postgres keeps of an import: its row of glyph.imports, as the functions
 * of the schema and COPY take it.
 */


#ifndef _NGX_GLYPH_RECORD_H_INCLUDED_
#define _NGX_GLYPH_RECORD_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


/* What Postgres is told of an import that it does not know: an object. */
void ngx_glyph_record_meta(ngx_glyph_job_t *job, glyph_buf_t *b);

/*
 * The ranges of rows and warnings that a block adds to what Postgres had when
 * the job began: arrays, with a comma before each but the first.  How many.
 */
ngx_uint_t ngx_glyph_record_ranges(ngx_glyph_import_t *import,
    ngx_glyph_block_t *block, glyph_buf_t *b);

/*
 * How far an import is with this block, and how it ends with the last one: an
 * object.  NULL: as far as it was.  "ranges": how far is told by them.
 */
void ngx_glyph_record_progress(ngx_glyph_job_t *job,
    ngx_glyph_block_t *block, ngx_uint_t ranges, glyph_buf_t *b);

/* "glyph.imports (id, …)": the columns in the order of the tuples. */
extern const char  ngx_glyph_record_columns[];

/*
 * All of an import that ends with this block, which is its first: a tuple for
 * COPY.
 */
void ngx_glyph_record_tuple(ngx_glyph_job_t *job, ngx_glyph_block_t *block,
    glyph_buf_t *b);


#endif /* _NGX_GLYPH_RECORD_H_INCLUDED_ */
