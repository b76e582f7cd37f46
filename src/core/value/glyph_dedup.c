
#include <sys/mman.h>

#include "value/glyph_dedup.h"
#include "text/glyph_hash.h"


#define GLYPH_DEDUP_MIN   64        /* buckets at first, or fewer */

#define GLYPH_DEDUP_SMALL 4096


/*
 * Tables from this size on are mapped, not allocated: they grow by new ones,
 * and what the heap has between that of other jobs would not fit them.
 */
#define GLYPH_DEDUP_MAP   (16 * 1024)
#define GLYPH_DEDUP_HUGE  (2 * 1024 * 1024)
#define GLYPH_DEDUP_STEP  16384     /* buckets, whole pages of a mapped one */

/*
 * Buckets that are passed by.  In a full table of a million keys the farthest
 * is 100 to 200 from its home; beyond this somebody knows the positions.
 */
#define GLYPH_DEDUP_PROBES  512


/*
 * Of a key the table keeps 64 of its 128 bits, and the title is 64 bits of the
 * listing's: among a million keys two of them agree by chance once in fifteen
 * million files.
 *
 * A bucket is one line of a cache, which is all that must be loaded for most
 * keys; its slots are looked at without a branch for each.  A key belongs into
 * the bucket that its place, as a fraction of 2^64, is of the table, or into
 * the next one that is not full: so a larger table is filled from its
 * beginning to its end.  The place comes of the 64 bits by a secret; they
 * themselves, which are compared, are the same everywhere.
 */

#define GLYPH_DEDUP_SLOTS  5

typedef struct {
    uint64_t          hash[GLYPH_DEDUP_SLOTS];
    uint32_t          place[GLYPH_DEDUP_SLOTS];     /* the row's index + 1 */
    uint32_t          n;                            /* slots taken */
} glyph_bucket_t;


struct glyph_dedup_s {
    glyph_bucket_t   *buckets;
    size_t            size;     /* of these; 0 at first */
    size_t            n;        /* keys */
    size_t            max;

    glyph_hash_key_t  key;
    size_t            probes;   /* so many at most, or it is built anew */
    uint64_t          passed;   /* buckets, of all searches */
};


static inline size_t glyph_dedup_home(const glyph_dedup_t *d, uint64_t hash);
static inline glyph_bucket_t *glyph_dedup_find(const glyph_dedup_t *d,
    uint64_t hash, uint32_t *place, size_t *passed);
static glyph_bucket_t *glyph_dedup_search(glyph_dedup_t *d, uint64_t hash,
    uint32_t *place);
static inline void glyph_dedup_put(glyph_bucket_t *bucket, uint64_t hash,
    uint32_t place);
static int glyph_dedup_grow(glyph_dedup_t *d);
static int glyph_dedup_rekey(glyph_dedup_t *d);
static int glyph_dedup_move(glyph_dedup_t *d, glyph_dedup_t *to);
static void glyph_dedup_forget(const glyph_dedup_t *d, size_t from);
static glyph_bucket_t *glyph_dedup_alloc(size_t n);
static void glyph_dedup_free(glyph_bucket_t *buckets, size_t n);


glyph_dedup_t *
glyph_dedup_create(size_t max_keys)
{
    glyph_dedup_t  *d;

    d = calloc(1, sizeof(glyph_dedup_t));

    if (d) {
        d->max = max_keys;
        d->probes = GLYPH_DEDUP_PROBES;
        glyph_hash_key_first(&d->key);
    }

    return d;
}


void
glyph_dedup_destroy(glyph_dedup_t *d)
{
    if (d) {
        glyph_dedup_free(d->buckets, d->size);
        free(d);
    }
}


void
glyph_dedup_prefetch(const glyph_dedup_t *d, const glyph_digest_t *key)
{
    uint64_t  hash;

    if (d->size) {
        memcpy(&hash, key->bytes, sizeof(hash));

        __builtin_prefetch(&d->buckets[glyph_dedup_home(d, hash)], 1);
    }
}


int64_t
glyph_dedup_row(glyph_dedup_t *d, int64_t index, const glyph_digest_t *key,
    int *full)
{
    uint32_t         place;
    uint64_t         hash;
    glyph_bucket_t  *bucket;

    memcpy(&hash, key->bytes, sizeof(hash));
    bucket = NULL;

    if (d->size) {
        bucket = glyph_dedup_search(d, hash, &place);

        if (place) {
            return (int64_t) place - 1;
        }
    }

    if (d->n == d->max) {
        *full = 1;
        return -1;
    }

    /* an eighth of the slots is left free */

    if (d->n >= d->size * GLYPH_DEDUP_SLOTS / 8 * 7) {

        if (glyph_dedup_grow(d) != GLYPH_OK) {
            *full = 1;
            return -1;
        }

        bucket = glyph_dedup_search(d, hash, &place);
    }

    glyph_dedup_put(bucket, hash, (uint32_t) index + 1);
    d->n++;

    return -1;
}


/* The place as a fraction of 2^64 of any size. */

static inline size_t
glyph_dedup_home(const glyph_dedup_t *d, uint64_t hash)
{
    uint64_t  place;

    place = glyph_hash_place(&d->key, hash);

    return (size_t) (((unsigned __int128) place * d->size) >> 64);
}


/* The bucket that has the hash, or (with a place of 0) should have it. */

static inline glyph_bucket_t *
glyph_dedup_find(const glyph_dedup_t *d, uint64_t hash, uint32_t *place,
    size_t *passed)
{
    size_t           i;
    unsigned         slot, found;
    glyph_bucket_t  *b;

    i = glyph_dedup_home(d, hash);

    for (*passed = 0; /* void */ ; (*passed)++) {
        b = &d->buckets[i];
        found = 0;

#pragma GCC unroll 5
        for (slot = 0; slot < GLYPH_DEDUP_SLOTS; slot++) {
            found |= (unsigned) (b->hash[slot] == hash) << slot;
        }

        /* a hash of 0 also fits a slot that is free, whose place is 0 */

        if (found) {
            *place = b->place[__builtin_ctz(found)];
            return b;
        }

        if (b->n < GLYPH_DEDUP_SLOTS) {
            *place = 0;
            return b;
        }

        i++;

        if (i == d->size) {
            i = 0;
        }
    }
}


/*
 * A search that goes on for too long makes a new table, and begins again: no
 * comparison is ever left out, so what is found is the same in any table.
 */

static glyph_bucket_t *
glyph_dedup_search(glyph_dedup_t *d, uint64_t hash, uint32_t *place)
{
    size_t           passed;
    glyph_bucket_t  *bucket;

    for ( ;; ) {
        bucket = glyph_dedup_find(d, hash, place, &passed);
        d->passed += passed;

        if (passed <= d->probes || *place
            || glyph_dedup_rekey(d) != GLYPH_OK)
        {
            return bucket;
        }
    }
}


static inline void
glyph_dedup_put(glyph_bucket_t *bucket, uint64_t hash, uint32_t place)
{
    bucket->hash[bucket->n] = hash;
    bucket->place[bucket->n] = place;
    bucket->n++;
}


static int
glyph_dedup_grow(glyph_dedup_t *d)
{
    size_t         eighth;
    glyph_dedup_t  larger;

    larger = *d;

    /* halves of the largest size, so that the last one just fits */

    larger.size = d->max / 7 * 8 / GLYPH_DEDUP_SLOTS + 8;

    while (larger.size > GLYPH_DEDUP_MIN && larger.size / 2 > d->size) {
        larger.size /= 2;
    }

    /* many jobs may be small ones: these grow by less */

    if (larger.size < GLYPH_DEDUP_SMALL) {
        eighth = larger.size / 8;

        larger.size = 5 * eighth;

        while (larger.size <= d->size) {
            larger.size += eighth;
        }
    }

    return glyph_dedup_move(d, &larger);
}


/*
 * Twice as many probes are allowed then: should it not help, for whatever
 * reason, it is not done for ever.
 */

static int
glyph_dedup_rekey(glyph_dedup_t *d)
{
    glyph_dedup_t  other;

    d->probes *= 2;
    other = *d;

    glyph_hash_key_next(&other.key);

    return glyph_dedup_move(d, &other);
}


static int
glyph_dedup_move(glyph_dedup_t *d, glyph_dedup_t *to)
{
    size_t           i, slot, passed;
    uint32_t         place;
    glyph_bucket_t  *old, *new;

    to->buckets = glyph_dedup_alloc(to->size);

    if (to->buckets == NULL) {
        return GLYPH_ERROR;
    }

    for (i = 0; i < d->size; i++) {
        old = &d->buckets[i];

        for (slot = 0; slot < old->n; slot++) {
            new = glyph_dedup_find(to, old->hash[slot], &place, &passed);
            glyph_dedup_put(new, old->hash[slot], old->place[slot]);
            to->passed += passed;
        }

        if ((i + 1) % GLYPH_DEDUP_STEP == 0) {
            glyph_dedup_forget(d, i + 1 - GLYPH_DEDUP_STEP);
        }
    }

    glyph_dedup_free(d->buckets, d->size);
    *d = *to;

    return GLYPH_OK;
}


uint64_t
glyph_dedup_passed(const glyph_dedup_t *d, unsigned *turns)
{
    *turns = d->key.turn;

    return d->passed;
}


/* Memory that has been read goes as other memory comes. */

static void
glyph_dedup_forget(const glyph_dedup_t *d, size_t from)
{
    (void) madvise(&d->buckets[from],
                   GLYPH_DEDUP_STEP * sizeof(glyph_bucket_t), MADV_DONTNEED);
}


/* Zeroed; of a mapped table each is in a line of its own. */

static glyph_bucket_t *
glyph_dedup_alloc(size_t n)
{
    void    *table;
    size_t   size;

    size = n * sizeof(glyph_bucket_t);

    if (size < GLYPH_DEDUP_MAP) {
        return calloc(1, size);
    }

    table = mmap(NULL, size, PROT_READ|PROT_WRITE,
                 MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);

    if (table == MAP_FAILED) {
        return NULL;
    }

    /* hashes touch all of it soon: not a fault for each page, then */

    if (size >= GLYPH_DEDUP_HUGE) {
        (void) madvise(table, size, MADV_HUGEPAGE);
    }

    return table;
}


static void
glyph_dedup_free(glyph_bucket_t *buckets, size_t n)
{
    size_t  size;

    size = n * sizeof(glyph_bucket_t);

    if (size < GLYPH_DEDUP_MAP) {
        free(buckets);

    } else {
        (void) munmap(buckets, size);
    }
}
