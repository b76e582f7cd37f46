
#include "text/glyph_keys.h"


/* more than a few are no chance in a table that is three quarters empty */
#define GLYPH_KEYS_PROBES  64

#define GLYPH_KEYS_MIN     32


static int64_t glyph_keys_probe(const glyph_keys_t *keys,
    const glyph_texts_t *texts, const glyph_str_t *text, size_t *slot,
    size_t *passed);
static int glyph_keys_move(glyph_keys_t *keys, const glyph_texts_t *texts,
    glyph_keys_t *to);


static inline const glyph_str_t *
glyph_keys_text(const glyph_texts_t *texts, size_t number)
{
    return (const glyph_str_t *) ((const char *) texts->first
                                  + number * texts->stride);
}


static inline size_t
glyph_keys_home(const glyph_keys_t *keys, const glyph_str_t *text)
{
    return glyph_hash_place(&keys->hash, glyph_hash(text->data, text->len))
           & (keys->nslots - 1);
}


void
glyph_keys_init(glyph_keys_t *keys)
{
    keys->slots = NULL;
    keys->nslots = 0;
    keys->probes = GLYPH_KEYS_PROBES;

    glyph_hash_key_first(&keys->hash);
}


void
glyph_keys_free(glyph_keys_t *keys)
{
    free(keys->slots);
}


int
glyph_keys_room(glyph_keys_t *keys, const glyph_texts_t *texts, size_t n)
{
    glyph_keys_t  larger;

    if (n * 4 <= keys->nslots) {
        return GLYPH_OK;
    }

    larger = *keys;
    larger.nslots = 4 * GLYPH_KEYS_MIN;

    while (larger.nslots < n * 4) {
        larger.nslots *= 2;
    }

    return glyph_keys_move(keys, texts, &larger);
}


/* As in dedup's table, nothing is left out when it takes too long. */

int64_t
glyph_keys_find(glyph_keys_t *keys, const glyph_texts_t *texts,
    const glyph_str_t *text, size_t *slot)
{
    size_t        passed;
    int64_t       number;
    glyph_keys_t  other;

    for ( ;; ) {
        number = glyph_keys_probe(keys, texts, text, slot, &passed);

        if (number >= 0 || passed <= keys->probes) {
            return number;
        }

        keys->probes *= 2;
        other = *keys;
        glyph_hash_key_next(&other.hash);

        if (glyph_keys_move(keys, texts, &other) != GLYPH_OK) {
            return number;
        }
    }
}


static int64_t
glyph_keys_probe(const glyph_keys_t *keys, const glyph_texts_t *texts,
    const glyph_str_t *text, size_t *slot, size_t *passed)
{
    size_t    i;
    uint32_t  n;

    i = glyph_keys_home(keys, text);

    for (*passed = 0; /* void */ ; (*passed)++) {
        n = keys->slots[i];
        *slot = i;

        if (n == 0) {
            return -1;
        }

        if (glyph_str_eq(text, glyph_keys_text(texts, n - 1))) {
            return (int64_t) n - 1;
        }

        i = (i + 1) & (keys->nslots - 1);
    }
}


void
glyph_keys_put(glyph_keys_t *keys, size_t slot, size_t number)
{
    keys->slots[slot] = (uint32_t) number + 1;
}


/* Those behind it move up, unless they would then be before their homes. */

void
glyph_keys_drop(glyph_keys_t *keys, const glyph_texts_t *texts, size_t number)
{
    size_t   i, free, home, mask, passed;

    if (glyph_keys_probe(keys, texts, glyph_keys_text(texts, number), &free,
                         &passed)
        != (int64_t) number)
    {
        return;
    }

    mask = keys->nslots - 1;

    for (i = (free + 1) & mask; keys->slots[i]; i = (i + 1) & mask) {
        home = glyph_keys_home(keys,
                               glyph_keys_text(texts, keys->slots[i] - 1));

        if (((i - home) & mask) >= ((i - free) & mask)) {
            keys->slots[free] = keys->slots[i];
            free = i;
        }
    }

    keys->slots[free] = 0;
}


static int
glyph_keys_move(glyph_keys_t *keys, const glyph_texts_t *texts,
    glyph_keys_t *to)
{
    size_t    i, slot, passed;
    uint32_t  n;

    to->slots = calloc(to->nslots, sizeof(uint32_t));
    if (to->slots == NULL) {
        return GLYPH_ERROR;
    }

    for (i = 0; i < keys->nslots; i++) {
        n = keys->slots[i];

        if (n) {
            (void) glyph_keys_probe(to, texts, glyph_keys_text(texts, n - 1),
                                    &slot, &passed);
            to->slots[slot] = n;
        }
    }

    free(keys->slots);
    *keys = *to;

    return GLYPH_OK;
}
