/*
 * What makes two rows the same listing.  With a URL: its page, the model, the
 * memory and the condition, as a shop may have one page for several variants.
 * Without: title, price, seller, condition, region and the seller's own
 * number.  The same listing seen at another time is not a duplicate but a
 * sighting.  Digests are XXH3's, of 128 bits.
 */

#ifndef GLYPH_IDENTITY_H_INCLUDED
#define GLYPH_IDENTITY_H_INCLUDED

#include "text/glyph.h"
#include "value/glyph_dedup.h"


/*
 * Of how digests are made; kept with each import, for only those of one rule
 * can be compared.  1 was the URL's text alone, whatever it was.
 */
#define GLYPH_IDENTITY_RULE  2


/* What a listing without a URL is known by, beside its title and price. */

typedef struct {
    const glyph_str_t    *seller;
    const glyph_str_t    *condition;
    const glyph_str_t    *region;
    const glyph_str_t    *sku;
} glyph_identity_texts_t;


/* The digest of the page; 0 if the text is no URL of one (glyph_url.h). */
int glyph_identity_page(const glyph_str_t *url, glyph_digest_t *page);

/*
 * Makes the digest of a page that of a listing there.  "memory" is in GB, 0 if
 * it is not known or the model's own.
 */
void glyph_identity_variant(glyph_digest_t *digest, const glyph_str_t *model,
    unsigned memory, const glyph_str_t *condition);

/* The GB of memory that a title says first ("24GB", "24 GB"), or 0. */
unsigned glyph_identity_memory(const glyph_str_t *title);

/* What titles have in common that are the same but for case and accents. */
uint64_t glyph_identity_title(const glyph_str_t *title);

/* The same of a title that glyph_utf8_fold() has folded, as a whole. */
uint64_t glyph_identity_folded(const unsigned char *text, size_t len);

/* The digest of a listing without a URL; texts count folded. */
void glyph_identity_listing(uint64_t title, int64_t cents,
    const char *currency, const glyph_identity_texts_t *texts,
    glyph_digest_t *digest);

/*
 * The key of a sighting: the listing, and when it was seen: a time in usec, or
 * a text that could not be read (NULL if it could).
 */
void glyph_identity_sighting(const glyph_digest_t *listing, int64_t usec,
    const glyph_str_t *text, glyph_digest_t *key);

#endif /* GLYPH_IDENTITY_H_INCLUDED */
