/*
 * Positions in memory.
 *
 * Whoever writes a file can choose its texts so that any hash he can compute
 * sends all of them to one place, where each then waits for all others.  So
 * positions come of a secret that nobody outside the process has; and what is
 * stored, or compared over files, never does.
 *
 * The secret is the host's to find, as the core asks nobody for anything.
 */

#ifndef GLYPH_HASH_H_INCLUDED
#define GLYPH_HASH_H_INCLUDED

#include "text/glyph.h"


#define GLYPH_HASH_SECRET  192      /* bytes, all of them random */


/*
 * A table's own: two words of the secret's, and others at each turn.  A table
 * whose probes become too long takes the next turn and is built anew.
 */

typedef struct {
    uint64_t  word[2];
    unsigned  turn;
} glyph_hash_key_t;


/*
 * To be called once, before anything else of the core; it is copied.  Without
 * it positions are those of a secret that is known to everybody.
 */
void glyph_hash_secret_set(const unsigned char *secret);

/* Of a text; keyed. */
uint64_t glyph_hash(const void *data, size_t len);

/* The keys of a new table, and then those of its next turn. */
void glyph_hash_key_first(glyph_hash_key_t *key);
void glyph_hash_key_next(glyph_hash_key_t *key);


/*
 * Where in a table a number belongs: 64 bits of which the upper ones are as
 * good as the lower.  The number may be anybody's choice, so it is multiplied
 * with itself, each factor under another word of the key, and then mixed: what
 * becomes of a difference between two numbers depends on both words.  (XXH3
 * does so with texts of 9 to 16 bytes; with 8 it has but one word, behind
 * which a difference in the right bits comes out the same for any secret.)
 */

static inline uint64_t
glyph_hash_place(const glyph_hash_key_t *key, uint64_t n)
{
    unsigned __int128  m;

    m = (unsigned __int128) (n ^ key->word[0]) * (n ^ key->word[1]);

    n = (uint64_t) m ^ (uint64_t) (m >> 64);

    n = (n ^ n >> 37) * 0x165667919e3779f9u;

    return n ^ n >> 32;
}

#endif /* GLYPH_HASH_H_INCLUDED */
