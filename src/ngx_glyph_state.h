
/*
 * A job's live state in Redis: the hash glyph:job:{id} and the channel
 * glyph:events:{id} (ngx_glyph_state.c).  Fields of the hash are the members
 * of glyph:job; see docs/api.md.
 */


#ifndef _NGX_GLYPH_STATE_H_INCLUDED_
#define _NGX_GLYPH_STATE_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


extern const ngx_glyph_part_t  ngx_glyph_state_part;

/*
 * Something of the job has changed.  It is written to Redis, and told to the
 * worker's own streams: a final state at once, any other at most every 100 ms
 * (the first time 100 ms after the job's start), and while the job moves at
 * least every 200 ms.
 */
void ngx_glyph_state_publish(ngx_glyph_job_t *job);

/* The job is about to be freed. */
void ngx_glyph_state_forget(ngx_glyph_job_t *job);

/* Nothing may have changed, but the job is alive. */
void ngx_glyph_state_alive(ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_STATE_H_INCLUDED_ */
