
/*
 * The worker's writer: one connection to Postgres, or a few if there is much to
 * write, each with one transaction at a time, and at most one block of each of
 * many jobs in all of them.
 */


#ifndef _NGX_GLYPH_WRITER_H_INCLUDED_
#define _NGX_GLYPH_WRITER_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


/* Where the rows of imports go. */
extern const ngx_glyph_sink_t  ngx_glyph_writer_sink;

extern const ngx_glyph_part_t  ngx_glyph_writer_part;

/* The job has a block in import->blocks, or wants to be registered. */
void ngx_glyph_writer_ready(ngx_glyph_job_t *job);

/* The job wants nothing any more; it is in no batch. */
void ngx_glyph_writer_forget(ngx_glyph_job_t *job);

/*
 * Whether an upload can be taken: NGX_OK, NGX_BUSY when more waits than a few
 * transactions can take, or NGX_DECLINED when Postgres is known to be down.
 * Begins to connect if nothing is known.
 */
ngx_int_t ngx_glyph_writer_available(void);


#endif /* _NGX_GLYPH_WRITER_H_INCLUDED_ */
