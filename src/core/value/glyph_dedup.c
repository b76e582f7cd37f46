
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <sys/mman.h>

#include "value/glyph_dedup.h"
#include "text/glyph_hash.h"
#include "text/glyph_simd.h"
#include "text/glyph_utf8.h"


#define GLYPH_DEDUP_MIN   64        /* buckets at first, or fewer */

#define GLYPH_DEDUP_SMALL 4096

/* a URL or a title counts up to here: the longest a row may have */
#define GLYPH_DEDUP_TEXT  8192


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


/*
 * Scheme and host, up to the third slash, are case-insensitive; what follows
 * is not.
 */

typedef struct {
    const unsigned char  *path;
    const unsigned char  *query;    /* the question mark, or the end */
    const unsigned char  *end;      /* where a fragment begins, or the end */
} glyph_dedup_parts_t;


static int64_t glyph_dedup_key(glyph_dedup_t *d, int64_t index,
    const glyph_digest_t *key, int *full);
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
static void glyph_dedup_parts(const glyph_str_t *url,
    glyph_dedup_parts_t *parts);
static int glyph_dedup_has_upper(const unsigned char *p,
    const unsigned char *last);
static void glyph_dedup_lower(unsigned char *text, const unsigned char *last);
static size_t glyph_dedup_param(const unsigned char **src,
    const unsigned char *end, const unsigned char **param);
static int glyph_dedup_tracking(const unsigned char *param, size_t len);
static void glyph_dedup_digest(const void *data, size_t len,
    glyph_digest_t *digest);


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


int64_t
glyph_dedup_row(glyph_dedup_t *d, int64_t index, const glyph_digest_t *url,
    const glyph_digest_t *listing, int *full)
{
    int64_t  a, b;

    a = url ? glyph_dedup_key(d, index, url, full) : -1;
    b = listing ? glyph_dedup_key(d, index, listing, full) : -1;

    if (a == -1 || b == -1) {
        return a > b ? a : b;
    }

    return a < b ? a : b;
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


/* The first row with this key, or -1; the key is then remembered. */

static int64_t
glyph_dedup_key(glyph_dedup_t *d, int64_t index, const glyph_digest_t *key,
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


int
glyph_dedup_url(const glyph_str_t *url, glyph_digest_t *digest)
{
    size_t                len, host, n;
    unsigned char         text[GLYPH_DEDUP_TEXT], *p, sep;
    const unsigned char  *src, *param;
    glyph_dedup_parts_t   parts;

    if (url->len == 0) {
        return 0;
    }

    glyph_dedup_parts(url, &parts);

    len = parts.query - url->data;

    /* "/" at the end of a path says nothing */

    if (len && url->data[len - 1] == '/') {
        len--;
    }

    src = parts.query;
    n = glyph_dedup_param(&src, parts.end, &param);

    /* most are as they should be, and need no copy */

    if (n == 0 && !glyph_dedup_has_upper(url->data, parts.path)) {
        glyph_dedup_digest(url->data, len, digest);
        return 1;
    }

    /* what is left out makes room for what is put in: nothing grows */

    memcpy(text, url->data, len);
    p = text + len;

    host = parts.path - url->data;
    glyph_dedup_lower(text, host < len ? text + host : p);

    for (sep = '?'; n; sep = '&') {
        *p++ = sep;
        memcpy(p, param, n);
        p += n;

        n = glyph_dedup_param(&src, parts.end, &param);
    }

    glyph_dedup_digest(text, p - text, digest);

    return 1;
}


static void
glyph_dedup_parts(const glyph_str_t *url, glyph_dedup_parts_t *parts)
{
    size_t                base, len;
    uint64_t              marks;
    unsigned              slashes;
    glyph_four_t          four;
    glyph_block_t         block;
    const unsigned char  *p;

    len = url->len < GLYPH_DEDUP_TEXT ? url->len : GLYPH_DEDUP_TEXT;

    parts->path = NULL;
    parts->query = NULL;
    parts->end = url->data + len;

    slashes = 0;
    glyph_four_set(&four, '/', '?', '#', '#');

    for (base = 0; base < len; base += GLYPH_BLOCK) {
        glyph_block_load_part(&block, url->data + base, len - base);

        for (marks = glyph_block_among(&block, &four); marks;
             marks &= marks - 1)
        {
            p = url->data + base + __builtin_ctzll(marks);

            if (*p == '#') {
                parts->end = p;
                goto done;
            }

            if (*p == '?' && parts->query == NULL) {
                parts->query = p;
            }

            if (*p == '/' && parts->query == NULL && ++slashes == 3) {
                parts->path = p;
            }
        }
    }

done:

    if (parts->query == NULL) {
        parts->query = parts->end;
    }

    if (parts->path == NULL) {
        parts->path = parts->query;
    }
}


static int
glyph_dedup_has_upper(const unsigned char *p, const unsigned char *last)
{
    uint64_t  w;

    for ( /* void */ ; last - p >= 8; p += 8) {
        if (glyph_word_within(glyph_word_load(p), 'A', 'Z')) {
            return 1;
        }
    }

    w = glyph_word_load_part(p, last - p);

    return glyph_word_within(w, 'A', 'Z') != 0;
}


static void
glyph_dedup_lower(unsigned char *text, const unsigned char *last)
{
    for ( /* void */ ; text < last; text++) {
        if (*text >= 'A' && *text <= 'Z') {
            *text |= 0x20;
        }
    }
}


/*
 * The next parameter that counts, from what is before it at *src; its length,
 * or 0 if none is left.
 */

static size_t
glyph_dedup_param(const unsigned char **src, const unsigned char *end,
    const unsigned char **param)
{
    size_t                n;
    const unsigned char  *next;

    while (*src < end) {
        *param = *src + 1;

        next = memchr(*param, '&', end - *param);
        *src = next ? next : end;

        n = *src - *param;

        if (n && !glyph_dedup_tracking(*param, n)) {
            return n;
        }
    }

    return 0;
}


/* What says where a visitor came from, not which page it is. */

static int
glyph_dedup_tracking(const unsigned char *param, size_t len)
{
    size_t                    i;
    static const glyph_str_t  names[] = {
        glyph_string("utm_"), glyph_string("gclid="),
        glyph_string("fbclid="), glyph_string("msclkid="),
        glyph_string("dclid="), glyph_string("yclid="),
        glyph_string("gbraid="), glyph_string("wbraid="),
        glyph_string("mc_cid="), glyph_string("mc_eid="),
        glyph_string("_ga="), glyph_string("_gl="), glyph_string("igshid="),
        glyph_string("ref="), glyph_string("ref_="), glyph_string("mkcid="),
        glyph_string("mkevt="), glyph_string("mkrid="),
        glyph_string("campid="), glyph_string("toolid="),
        glyph_string("customid="), glyph_string("_trkparms="),
        glyph_string("_trksid="), glyph_string("epid="),
        glyph_string("hash="), glyph_string("amdata="),
        glyph_string("srsltid="), glyph_string("spm=")
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {

        if (*param == *names[i].data && len >= names[i].len
            && memcmp(param, names[i].data, names[i].len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


uint64_t
glyph_dedup_title(const glyph_str_t *title)
{
    size_t         n;
    unsigned char  text[GLYPH_DEDUP_TEXT];

    n = glyph_utf8_fold(title, text, sizeof(text));

    return XXH3_64bits(text, n);
}


void
glyph_dedup_listing(uint64_t title, int64_t cents, const char *currency,
    const glyph_str_t *seller, glyph_digest_t *digest)
{
    size_t         n;
    unsigned char  text[GLYPH_DEDUP_TEXT + 32];

    memcpy(text, &title, sizeof(title));
    n = sizeof(title);
    memcpy(text + n, &cents, sizeof(cents));
    n += sizeof(cents);
    memcpy(text + n, currency, 3);
    n += 3;

    n += glyph_utf8_fold(seller, text + n, GLYPH_DEDUP_TEXT);

    glyph_dedup_digest(text, n, digest);
}


static void
glyph_dedup_digest(const void *data, size_t len, glyph_digest_t *digest)
{
    XXH128_canonical_t  canonical;

    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, len));

    memcpy(digest->bytes, canonical.digest, sizeof(digest->bytes));
}
