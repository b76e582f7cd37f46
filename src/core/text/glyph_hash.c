
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "text/glyph_hash.h"


static const unsigned char  *glyph_hash_secret = XXH3_kSecret;


void
glyph_hash_secret_set(const unsigned char *secret)
{
    static unsigned char  copy[GLYPH_HASH_SECRET];

    memcpy(copy, secret, GLYPH_HASH_SECRET);
    glyph_hash_secret = copy;
}


/*
 * A secret and not a seed: a seed is but added to a secret that is known, and
 * for long texts it can be left out of account.  Texts of up to 8 bytes have
 * one word of secret between them, but of one length no two have one hash; a
 * table that is probed puts it through glyph_hash_place().
 */

uint64_t
glyph_hash(const void *data, size_t len)
{
    return XXH3_64bits_withSecret(data, len, glyph_hash_secret,
                                  GLYPH_HASH_SECRET);
}


void
glyph_hash_key_first(glyph_hash_key_t *key)
{
    key->turn = 0;

    glyph_hash_key_next(key);
}


void
glyph_hash_key_next(glyph_hash_key_t *key)
{
    unsigned  i;
    uint64_t  from[2];

    for (i = 0; i < 2; i++) {
        from[0] = i;
        from[1] = key->turn;

        key->word[i] = glyph_hash(from, sizeof(from));
    }

    key->turn++;
}
