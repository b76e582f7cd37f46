
/*
 * A body that is read for its digest alone, to give the answer of an earlier
 * import again: the file of a key that is in use.
 */


#ifndef _NGX_GLYPH_REPLAY_H_INCLUDED_
#define _NGX_GLYPH_REPLAY_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_output.h"


/*
 * Before the body is read; sha256 is of the file of the earlier import, in
 * hex.  NGX_ERROR when out of memory.
 */
ngx_int_t ngx_glyph_replay(ngx_glyph_order_t *order, ngx_glyph_uuid_t *id,
    const char *sha256);


#endif /* _NGX_GLYPH_REPLAY_H_INCLUDED_ */
