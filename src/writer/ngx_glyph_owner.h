
/*
 * Who this worker is: an identity for its life, proven to others by a lock
 * on a file below glyph_spool_path; and the reaper, which fails the imports
 * of workers that are gone.
 */


#ifndef _NGX_GLYPH_OWNER_H_INCLUDED_
#define _NGX_GLYPH_OWNER_H_INCLUDED_


#include "ngx_glyph.h"


extern const ngx_glyph_part_t  ngx_glyph_owner_part;


#endif /* _NGX_GLYPH_OWNER_H_INCLUDED_ */
