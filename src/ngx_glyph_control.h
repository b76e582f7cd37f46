
/*
 * A cancel that another worker has written to Postgres: told on the channel
 * glyph:control, so that the job's owner need not wait for its next batch to
 * find out.  A message makes the owner ask Postgres, and nothing more.
 */


#ifndef _NGX_GLYPH_CONTROL_H_INCLUDED_
#define _NGX_GLYPH_CONTROL_H_INCLUDED_


#include "ngx_glyph.h"


/* At worker start; subscribes to the channel. */
ngx_int_t ngx_glyph_control_init(ngx_cycle_t *cycle);

/* Tells the owner, whichever worker it is. */
void ngx_glyph_control_cancelled(ngx_str_t *id, ngx_str_t *tenant);


#endif /* _NGX_GLYPH_CONTROL_H_INCLUDED_ */
