
/*
 * The first step of whoever takes, cancels or ends an import that another
 * worker, or another of its connections, may be writing: see glyph.fence().
 */


#ifndef _NGX_GLYPH_WRITER_FENCE_H_INCLUDED_
#define _NGX_GLYPH_WRITER_FENCE_H_INCLUDED_


#include "ngx_glyph.h"


/* the first schema that has ranges, and a fence before them */
#define NGX_GLYPH_BATCH_SCHEMA_LANES  4


/*
 * A query of NGX_GLYPH_PG_CONTROL before the one that follows, which tells
 * whatever there is to be told.  The tenant, or for a take the worker and the
 * upload, say whose the import must be; each may be NULL.
 */
void ngx_glyph_writer_fence(const char *id, const char *tenant,
    const char *worker, const char *upload);


#endif /* _NGX_GLYPH_WRITER_FENCE_H_INCLUDED_ */
