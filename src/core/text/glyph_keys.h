/*
 * Which of an array's texts is the same as another: an open table of their
 * numbers, at most a quarter full, whose positions nobody outside can know
 * (glyph_hash.h).  The array is the caller's.
 */

#ifndef GLYPH_KEYS_H_INCLUDED
#define GLYPH_KEYS_H_INCLUDED

#include "text/glyph_hash.h"


typedef struct {
    uint32_t          *slots;       /* numbers + 1, or 0 */
    size_t             nslots;      /* a power of two; 0 at first */
    size_t             probes;      /* so many at most, or it is built anew */
    glyph_hash_key_t   hash;
} glyph_keys_t;


/* The array: a glyph_str_t at the beginning of each element. */

typedef struct {
    const void        *first;
    size_t             stride;
} glyph_texts_t;


void glyph_keys_init(glyph_keys_t *keys);
void glyph_keys_free(glyph_keys_t *keys);

/* Makes room for n keys in all; GLYPH_ERROR: out of memory, all as it was. */
int glyph_keys_room(glyph_keys_t *keys, const glyph_texts_t *texts, size_t n);

/*
 * The number of the key that has this text, or -1; *slot is where it is, or
 * would be, and good until the next call.  There must be room for a key.
 */
int64_t glyph_keys_find(glyph_keys_t *keys, const glyph_texts_t *texts,
    const glyph_str_t *text, size_t *slot);
void glyph_keys_put(glyph_keys_t *keys, size_t slot, size_t number);

/* The key's text must still be there. */
void glyph_keys_drop(glyph_keys_t *keys, const glyph_texts_t *texts,
    size_t number);

#endif /* GLYPH_KEYS_H_INCLUDED */
