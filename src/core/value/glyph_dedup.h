/*
 * Which rows of one import say the same (glyph_identity.h): their keys, digests
 * of 128 bits, in an open table that grows up to a limit; when it is full,
 * known keys still match.  Where they are in it depends on a secret
 * (glyph_hash.h), what is found does not.
 */

#ifndef GLYPH_DEDUP_H_INCLUDED
#define GLYPH_DEDUP_H_INCLUDED

#include "text/glyph.h"


typedef struct glyph_dedup_s  glyph_dedup_t;

typedef struct {
    unsigned char  bytes[16];
} glyph_digest_t;


/* At most max_keys keys (14 to 28 bytes each), one a row. */
glyph_dedup_t *glyph_dedup_create(size_t max_keys);
void glyph_dedup_destroy(glyph_dedup_t *d);

/*
 * Begins to load where a key is, or would be, in the table: called some time
 * before glyph_dedup_row(), which then need not wait for memory.
 */
void glyph_dedup_prefetch(const glyph_dedup_t *d, const glyph_digest_t *key);

/*
 * Looks the row up by its key and remembers it.  Returns the index of the
 * first row that said the same, or -1 if this is the first; *full is set to 1
 * if the key could not be kept.  Out of memory is as full.
 */
int64_t glyph_dedup_row(glyph_dedup_t *d, int64_t index,
    const glyph_digest_t *key, int *full);

/*
 * For tests: how many buckets searches have passed by, and how many keys the
 * table has had (1 unless positions were known to somebody).
 */
uint64_t glyph_dedup_passed(const glyph_dedup_t *d, unsigned *turns);

#endif /* GLYPH_DEDUP_H_INCLUDED */
