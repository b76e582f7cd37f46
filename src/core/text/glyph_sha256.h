/*
 * SHA-256 (FIPS 180-4) of bytes that come piece by piece; libcrypto's.
 */

#ifndef GLYPH_SHA256_H_INCLUDED
#define GLYPH_SHA256_H_INCLUDED

#include "text/glyph.h"


#define GLYPH_SHA256_SIZE  32


typedef struct glyph_sha256_s  glyph_sha256_t;


/* NULL when out of memory. */
glyph_sha256_t *glyph_sha256_create(void);
void glyph_sha256_destroy(glyph_sha256_t *hash);

void glyph_sha256_update(glyph_sha256_t *hash, const void *data, size_t len);

/* The hash of all so far; nothing can be added any more. */
void glyph_sha256_final(glyph_sha256_t *hash,
    unsigned char out[GLYPH_SHA256_SIZE]);

#endif /* GLYPH_SHA256_H_INCLUDED */
