
/*
 * The names of this machine's glyph_spool_path and of this worker, which
 * ngx_glyph_owner.c finds or makes.
 */


#ifndef _NGX_GLYPH_NODE_H_INCLUDED_
#define _NGX_GLYPH_NODE_H_INCLUDED_


#include "ngx_glyph.h"


/* Both as text with a NUL behind. */
extern char  ngx_glyph_worker_id[NGX_GLYPH_UUID_TEXT_LEN + 1];
extern char  ngx_glyph_node_id[NGX_GLYPH_UUID_TEXT_LEN + 1];


#endif /* _NGX_GLYPH_NODE_H_INCLUDED_ */
