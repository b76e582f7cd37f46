/*
 * What was found for a text lately.  Sellers' feeds repeat themselves: of the
 * titles of a shop one in twenty is new, of the conditions hardly any, and
 * mostly the last dozens of rows have had the others.
 */

#ifndef GLYPH_MEMO_H_INCLUDED
#define GLYPH_MEMO_H_INCLUDED

#include "text/glyph.h"


typedef struct glyph_memo_s  glyph_memo_t;


/*
 * Room for "nslots" values (a power of two) of "size" bytes each, for keys of
 * up to "max" bytes, all of it allocated at once.  NULL when out of memory.
 */
glyph_memo_t *glyph_memo_create(size_t nslots, size_t max, size_t size);
void glyph_memo_destroy(glyph_memo_t *memo);

/*
 * The place of a value, aligned for any type, which is the memo's and good
 * until the next call.  *known: it is the one that was written there for this
 * very key (both parts, by their bytes; "more" may be NULL, which is another
 * key than an empty one).  Otherwise the place is now this key's, and the
 * caller has to write it.  NULL: the key is too long.
 */
void *glyph_memo_find(glyph_memo_t *memo, const glyph_str_t *key,
    const glyph_str_t *more, int *known);

#endif /* GLYPH_MEMO_H_INCLUDED */
