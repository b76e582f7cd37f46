/*
 * Which rows of one import say the same: the same URL, or the same title,
 * price and seller.  Keys are 128-bit XXH3 digests in an open table that
 * grows up to a limit; when it is full, known keys still match.  Where they
 * are in it depends on a secret (glyph_hash.h), what is found does not.
 */

#ifndef GLYPH_DEDUP_H_INCLUDED
#define GLYPH_DEDUP_H_INCLUDED

#include "text/glyph.h"


typedef struct glyph_dedup_s  glyph_dedup_t;

typedef struct {
    unsigned char  bytes[16];
} glyph_digest_t;


/* At most max_keys keys (14 to 28 bytes each); two are used for a row. */
glyph_dedup_t *glyph_dedup_create(size_t max_keys);
void glyph_dedup_destroy(glyph_dedup_t *d);

/*
 * Begins to load where a key is, or would be, in the table: called some time
 * before glyph_dedup_row(), which then need not wait for memory.
 */
void glyph_dedup_prefetch(const glyph_dedup_t *d, const glyph_digest_t *key);

/*
 * Looks the row up by its keys and remembers it.  Either key may be NULL.
 * Returns the index of the first row that said the same, or -1 if this is the
 * first; *full is set to 1 if a key could not be kept.  Out of memory is as
 * full.
 */
int64_t glyph_dedup_row(glyph_dedup_t *d, int64_t index,
    const glyph_digest_t *url, const glyph_digest_t *listing, int *full);

/*
 * For tests: how many buckets searches have passed by, and how many keys the
 * table has had (1 unless positions were known to somebody).
 */
uint64_t glyph_dedup_passed(const glyph_dedup_t *d, unsigned *turns);

/*
 * The digest of a URL without its fragment and tracking parameters (utm_*,
 * gclid, fbclid, …), scheme and host in lower case; parameters keep their
 * order.  0 if the text is empty.
 */
int glyph_dedup_url(const glyph_str_t *url, glyph_digest_t *digest);

/* What titles have in common that are the same but for case and accents. */
uint64_t glyph_dedup_title(const glyph_str_t *title);

/* The digest of such a title, price and folded seller. */
void glyph_dedup_listing(uint64_t title, int64_t cents, const char *currency,
    const glyph_str_t *seller, glyph_digest_t *digest);

#endif /* GLYPH_DEDUP_H_INCLUDED */
