
/*
 * A cancel that another worker has written to Postgres: told on the channel
 * glyph:control, so that the job's owner need not wait for its next batch to
 * find out.  A message makes the owner ask Postgres, and nothing more.
 */


#ifndef _NGX_GLYPH_CONTROL_H_INCLUDED_
#define _NGX_GLYPH_CONTROL_H_INCLUDED_


#include "ngx_glyph.h"


/* It subscribes to the channel. */
extern const ngx_glyph_part_t  ngx_glyph_control_part;

/* Tells the owner, whichever worker it is. */
void ngx_glyph_control_cancelled(ngx_str_t *id, ngx_str_t *tenant);


#endif /* _NGX_GLYPH_CONTROL_H_INCLUDED_ */
