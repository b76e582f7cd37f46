
/*
 * A job's live state in Redis: the hash glyph:job:{id} and the channel
 * glyph:events:{id} (ngx_glyph_state.c).  Fields of the hash are the members
 * of glyph:job; see docs/api.md.
 */


#ifndef _NGX_GLYPH_STATE_H_INCLUDED_
#define _NGX_GLYPH_STATE_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


/*
 * Writes the job's state if the last time is 100 ms ago, or always for a
 * final state.
 */
void ngx_glyph_state_publish(ngx_glyph_job_t *job);

/* Asks the owner, whichever worker it is, to cancel a job (a hint). */
void ngx_glyph_state_cancel(ngx_str_t *id);

/* Subscribes to the channel of such hints. */
ngx_int_t ngx_glyph_state_init(ngx_cycle_t *cycle);


#endif /* _NGX_GLYPH_STATE_H_INCLUDED_ */
