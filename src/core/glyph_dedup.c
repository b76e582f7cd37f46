
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <sys/mman.h>

#include "glyph_dedup.h"
#include "glyph_simd.h"
#include "glyph_utf8.h"


#define GLYPH_DEDUP_MIN   256       /* slots at first, or fewer */

/* a URL or a title counts up to here: the longest a row may have */
#define GLYPH_DEDUP_TEXT  8192


/*
 * Tables from this size on are mapped, not allocated: they come and go with
 * large files, and must not leave holes of many megabytes in the heap.
 */
#define GLYPH_DEDUP_MAP   (1024 * 1024)


/*
 * Of a key the table keeps 64 of its 128 bits: among a million keys two of
 * them agree by chance once in thirty million files.
 */

typedef struct {
    uint32_t  place;            /* the row's index + 1; 0: the slot is free */
    uint32_t  hash[2];          /* 12 bytes: most lie in one line of a cache */
} glyph_slot_t;


/*
 * A key belongs into the slot that its hash, as a fraction of 2^64, is of the
 * table, or into the next free one; between its place and there the keys are
 * in the order of their hashes, as is thus the whole table.  So a search for
 * what is not there ends at the first larger hash, however full the table is,
 * and a larger table is filled from its beginning to its end.  The last keys
 * may need slots past the end of the table.
 */

#define GLYPH_DEDUP_TAIL  64


struct glyph_dedup_s {
    glyph_slot_t  *slots;
    size_t         size;        /* 0 at first */
    size_t         n;
    size_t         max;
};


static int64_t glyph_dedup_key(glyph_dedup_t *d, int64_t index,
    const glyph_digest_t *key, int *full);
static glyph_slot_t *glyph_dedup_alloc(size_t n);
static void glyph_dedup_free(glyph_slot_t *slots, size_t n);
static inline size_t glyph_dedup_home(const glyph_dedup_t *d, uint64_t hash);
static inline uint64_t glyph_dedup_hash(const glyph_slot_t *slot);
static size_t glyph_dedup_find(const glyph_dedup_t *d, uint64_t hash);
static int glyph_dedup_insert(glyph_dedup_t *d, size_t i,
    const glyph_slot_t *slot);
static int glyph_dedup_grow(glyph_dedup_t *d);
static void glyph_dedup_host(unsigned char *text, unsigned char *last);
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
    }

    return d;
}


void
glyph_dedup_destroy(glyph_dedup_t *d)
{
    if (d) {
        glyph_dedup_free(d->slots, d->size);
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

        __builtin_prefetch(&d->slots[glyph_dedup_home(d, hash)], 1);
    }
}


/* The first row with this key, or -1; the key is then remembered. */

static int64_t
glyph_dedup_key(glyph_dedup_t *d, int64_t index, const glyph_digest_t *key,
    int *full)
{
    size_t        i;
    uint64_t      hash;
    glyph_slot_t  slot;

    memcpy(&hash, key->bytes, sizeof(hash));
    i = 0;

    if (d->size) {
        i = glyph_dedup_find(d, hash);

        if (d->slots[i].place && glyph_dedup_hash(&d->slots[i]) == hash) {
            return (int64_t) d->slots[i].place - 1;
        }
    }

    if (d->n == d->max) {
        *full = 1;
        return -1;
    }

    if (d->n >= d->size - d->size / 8) {

        if (glyph_dedup_grow(d) != GLYPH_OK) {
            *full = 1;
            return -1;
        }

        i = glyph_dedup_find(d, hash);
    }

    slot.place = (uint32_t) index + 1;
    memcpy(slot.hash, &hash, sizeof(hash));

    if (glyph_dedup_insert(d, i, &slot) != GLYPH_OK) {
        *full = 1;
    }

    return -1;
}


/* The hash as a fraction of 2^64 of any size. */

static inline size_t
glyph_dedup_home(const glyph_dedup_t *d, uint64_t hash)
{
    return (size_t) (((unsigned __int128) hash * d->size) >> 64);
}


static inline uint64_t
glyph_dedup_hash(const glyph_slot_t *slot)
{
    uint64_t  hash;

    memcpy(&hash, slot->hash, sizeof(hash));

    return hash;
}


/*
 * The slot that has the hash, or where it belongs: free, or a larger one's.
 * The very last slot is always free.
 */

static size_t
glyph_dedup_find(const glyph_dedup_t *d, uint64_t hash)
{
    size_t  i;

    i = glyph_dedup_home(d, hash);

    while (d->slots[i].place && glyph_dedup_hash(&d->slots[i]) < hash) {
        i++;
    }

    return i;
}


/* Those behind it move on by one. */

static int
glyph_dedup_insert(glyph_dedup_t *d, size_t i, const glyph_slot_t *slot)
{
    size_t  end;

    for (end = i; d->slots[end].place; end++) {
        /* void */
    }

    if (end == d->size + GLYPH_DEDUP_TAIL - 1) {
        return GLYPH_ERROR;
    }

    memmove(&d->slots[i + 1], &d->slots[i], (end - i) * sizeof(glyph_slot_t));
    d->slots[i] = *slot;
    d->n++;

    return GLYPH_OK;
}


static int
glyph_dedup_grow(glyph_dedup_t *d)
{
    size_t         i, end;
    glyph_dedup_t  old;

    old = *d;

    /* halves of the largest size, so that the last one just fits */

    d->size = d->max + d->max / 7 + 8;

    while (d->size > GLYPH_DEDUP_MIN && d->size / 2 > old.size) {
        d->size /= 2;
    }

    d->slots = glyph_dedup_alloc(d->size);

    if (d->slots == NULL) {
        *d = old;
        return GLYPH_ERROR;
    }

    d->n = 0;
    end = old.size ? old.size + GLYPH_DEDUP_TAIL : 0;

    for (i = 0; i < end; i++) {

        if (old.slots[i].place) {
            (void) glyph_dedup_insert(d,
                          glyph_dedup_find(d, glyph_dedup_hash(&old.slots[i])),
                          &old.slots[i]);
        }
    }

    glyph_dedup_free(old.slots, old.size);

    return GLYPH_OK;
}


/* Zeroed. */

static glyph_slot_t *
glyph_dedup_alloc(size_t n)
{
    void    *table;
    size_t   size;

    size = (n + GLYPH_DEDUP_TAIL) * sizeof(glyph_slot_t);

    if (size < GLYPH_DEDUP_MAP) {
        return calloc(1, size);
    }

    table = mmap(NULL, size, PROT_READ|PROT_WRITE,
                 MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);

    return table == MAP_FAILED ? NULL : table;
}


static void
glyph_dedup_free(glyph_slot_t *slots, size_t n)
{
    size_t  size;

    size = (n + GLYPH_DEDUP_TAIL) * sizeof(glyph_slot_t);

    if (size < GLYPH_DEDUP_MAP) {
        free(slots);

    } else {
        (void) munmap(slots, size);
    }
}


int
glyph_dedup_url(const glyph_str_t *url, glyph_digest_t *digest)
{
    size_t                n;
    unsigned char         text[GLYPH_DEDUP_TEXT], *p, sep;
    const unsigned char  *src, *last, *param, *end;

    if (url->len == 0) {
        return 0;
    }

    last = memchr(url->data, '#', url->len);
    if (last == NULL) {
        last = url->data + url->len;
    }

    /* what is left out makes room for what is put in: nothing grows */

    if (last - url->data > GLYPH_DEDUP_TEXT) {
        last = url->data + GLYPH_DEDUP_TEXT;
    }

    src = url->data;

    end = memchr(src, '?', last - src);
    if (end == NULL) {
        end = last;
    }

    memcpy(text, src, end - src);
    p = text + (end - src);
    src = end;

    glyph_dedup_host(text, p);

    /* "/" at the end of a path says nothing */

    if (p > text && p[-1] == '/') {
        p--;
    }

    sep = '?';

    while (src < last) {
        param = ++src;

        src = memchr(param, '&', last - param);
        if (src == NULL) {
            src = last;
        }

        n = src - param;

        if (n && !glyph_dedup_tracking(param, n)) {
            *p++ = sep;
            memcpy(p, param, n);
            p += n;
            sep = '&';
        }
    }

    glyph_dedup_digest(text, p - text, digest);

    return 1;
}


/*
 * Scheme and host, up to the third slash, are case-insensitive, what follows
 * is not.
 */

static void
glyph_dedup_host(unsigned char *text, unsigned char *last)
{
    int             i;
    unsigned char  *end;

    end = text;

    for (i = 0; i < 3 && end < last; i++) {
        end = memchr(end, '/', last - end);
        end = end ? end + 1 : last;
    }

    for ( /* void */ ; end - text >= 8; text += 8) {
        glyph_word_store(text, glyph_word_lower(glyph_word_load(text)));
    }

    for ( /* void */ ; text < end; text++) {
        if (*text >= 'A' && *text <= 'Z') {
            *text |= 0x20;
        }
    }
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


void
glyph_dedup_listing(const glyph_str_t *title, int64_t cents,
    const char *currency, const glyph_str_t *seller, glyph_digest_t *digest)
{
    size_t         n;
    unsigned char  text[2 * GLYPH_DEDUP_TEXT + 16];

    n = glyph_utf8_fold(title, text, GLYPH_DEDUP_TEXT);

    text[n++] = '\0';
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
