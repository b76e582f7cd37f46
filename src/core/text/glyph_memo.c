#include <stddef.h>
#include <stdint.h>

#include "text/glyph_hash.h"
#include "text/glyph_memo.h"


/*
 * A key's value is in one of the slots of its set: so few values may share a
 * set that all which come again and again stay.  No search goes beyond them,
 * whatever the keys; the hash is keyed so that nobody can keep the values of
 * other jobs out.
 */

#define GLYPH_MEMO_SET  4


/*
 * Of the keys' hashes, all of a set's in one place: slots are far apart.  0:
 * not used.
 */

typedef uint32_t  glyph_memo_set_t[GLYPH_MEMO_SET];


/* A slot: this, the value, the key. */

typedef struct {
    uint32_t           len;
    uint32_t           more;        /* its length and one; 0: there is none */
} glyph_memo_slot_t;


struct glyph_memo_s {
    size_t             nslots;
    size_t             max;
    size_t             key;         /* where it is in a slot */
    size_t             stride;
    unsigned           victim;      /* the slot of a set to be used next */
    unsigned char     *slots;       /* behind the sets */
    glyph_memo_set_t   sets[] __attribute__((aligned(16)));
};


static int glyph_memo_is(const glyph_memo_t *memo,
    const glyph_memo_slot_t *slot, const glyph_str_t *key,
    const glyph_str_t *more);


#define glyph_memo_align(n)  (((n) + 15) & ~(size_t) 15)
#define GLYPH_MEMO_VALUE     glyph_memo_align(sizeof(glyph_memo_slot_t))


glyph_memo_t *
glyph_memo_create(size_t nslots, size_t max, size_t size)
{
    size_t         key, stride, slots;
    glyph_memo_t  *memo;

    key = GLYPH_MEMO_VALUE + size;
    stride = glyph_memo_align(key + max);
    slots = glyph_memo_align(offsetof(glyph_memo_t, sets)
                             + nslots * sizeof(uint32_t));

    memo = calloc(1, slots + nslots * stride);
    if (memo == NULL) {
        return NULL;
    }

    memo->nslots = nslots;
    memo->max = max;
    memo->key = key;
    memo->stride = stride;
    memo->slots = (unsigned char *) memo + slots;

    return memo;
}


void
glyph_memo_destroy(glyph_memo_t *memo)
{
    free(memo);
}


static inline glyph_memo_slot_t *
glyph_memo_slot(const glyph_memo_t *memo, size_t set, size_t i)
{
    return (glyph_memo_slot_t *) (memo->slots + (set * GLYPH_MEMO_SET + i)
                                                * memo->stride);
}


void *
glyph_memo_find(glyph_memo_t *memo, const glyph_str_t *key,
    const glyph_str_t *more, int *known)
{
    size_t              i, set;
    uint32_t            tag, *tags;
    uint64_t            hash;
    unsigned char      *text;
    glyph_memo_slot_t  *slot;

    if (key->len > memo->max || (more && more->len > memo->max - key->len)) {
        return NULL;
    }

    hash = glyph_hash(key->data, key->len);

    if (more) {
        hash = (hash << 1 | hash >> 63) ^ glyph_hash(more->data, more->len);
    }

    tag = (uint32_t) (hash >> 32) | 1;
    set = hash & (memo->nslots / GLYPH_MEMO_SET - 1);
    tags = memo->sets[set];

    for (i = 0; i < GLYPH_MEMO_SET; i++) {

        if (tags[i] != tag) {
            continue;
        }

        slot = glyph_memo_slot(memo, set, i);

        if (glyph_memo_is(memo, slot, key, more)) {
            *known = 1;
            return (unsigned char *) slot + GLYPH_MEMO_VALUE;
        }
    }

    *known = 0;

    i = memo->victim++ % GLYPH_MEMO_SET;
    tags[i] = tag;

    slot = glyph_memo_slot(memo, set, i);
    slot->len = (uint32_t) key->len;
    slot->more = more ? (uint32_t) more->len + 1 : 0;

    text = (unsigned char *) slot + memo->key;

    /* an empty text may be nowhere, which memcpy() does not take */

    if (key->len) {
        memcpy(text, key->data, key->len);
    }

    if (more && more->len) {
        memcpy(text + key->len, more->data, more->len);
    }

    return (unsigned char *) slot + GLYPH_MEMO_VALUE;
}


static int
glyph_memo_is(const glyph_memo_t *memo, const glyph_memo_slot_t *slot,
    const glyph_str_t *key, const glyph_str_t *more)
{
    const unsigned char  *text;

    if (slot->len != key->len || slot->more != (more ? more->len + 1 : 0)) {
        return 0;
    }

    text = (const unsigned char *) slot + memo->key;

    return (key->len == 0 || memcmp(text, key->data, key->len) == 0)
           && (more == NULL || more->len == 0
               || memcmp(text + key->len, more->data, more->len) == 0);
}
