#include "text/glyph_sha256.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>


struct glyph_sha256_s {
    EVP_MD_CTX  *ctx;
    int          failed;
};


glyph_sha256_t *
glyph_sha256_create(void)
{
    glyph_sha256_t  *hash;

    hash = calloc(1, sizeof(glyph_sha256_t));
    if (hash == NULL) {
        return NULL;
    }

    hash->ctx = EVP_MD_CTX_new();

    if (hash->ctx == NULL
        || EVP_DigestInit_ex(hash->ctx, EVP_sha256(), NULL) != 1)
    {
        glyph_sha256_destroy(hash);
        return NULL;
    }

    return hash;
}


void
glyph_sha256_destroy(glyph_sha256_t *hash)
{
    if (hash) {
        EVP_MD_CTX_free(hash->ctx);
        free(hash);
    }
}


void
glyph_sha256_update(glyph_sha256_t *hash, const void *data, size_t len)
{
    if (len && EVP_DigestUpdate(hash->ctx, data, len) != 1) {
        hash->failed = 1;
    }
}


/* A hash that failed is that of nothing. */

void
glyph_sha256_final(glyph_sha256_t *hash,
    unsigned char out[GLYPH_SHA256_SIZE])
{
    unsigned  len;

    if (EVP_DigestFinal_ex(hash->ctx, out, &len) != 1 || hash->failed) {
        memset(out, 0, GLYPH_SHA256_SIZE);
    }
}
