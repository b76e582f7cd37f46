/*
 * 64 bytes at a time: which of them are given bytes, or within a range, as the
 * bits of a number, the first byte the lowest bit.  With SSE2, which every
 * x86-64 has, or eight bytes at a time with plain arithmetic.  And a few things
 * for which eight bytes in a number are enough.
 */

#ifndef GLYPH_SIMD_H_INCLUDED
#define GLYPH_SIMD_H_INCLUDED

#include "text/glyph.h"

#if defined(__SSE2__) && !defined(GLYPH_NO_SIMD)
#include <emmintrin.h>
#define GLYPH_SIMD_SSE2  1
#endif


#define GLYPH_BLOCK       64
#define GLYPH_FOUR_ROOM   16

#define GLYPH_LOW_BITS    0x0101010101010101ULL
#define GLYPH_HIGH_BITS   0x8080808080808080ULL


/* Eight bytes, the first one the lowest. */

static inline uint64_t
glyph_word_load(const unsigned char *p)
{
    uint64_t  w;

    memcpy(&w, p, sizeof(w));

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif

    return w;
}


/*
 * Fewer than eight, the others are 0: pieces that overlap, so without a byte
 * of what is behind, and without memory of our own, for which the processor
 * would wait.
 */

static inline uint64_t
glyph_word_load_part(const unsigned char *p, size_t n)
{
    uint32_t  w[2];

    if (n >= 4) {
        memcpy(&w[0], p, 4);
        memcpy(&w[1], p + n - 4, 4);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        w[0] = __builtin_bswap32(w[0]);
        w[1] = __builtin_bswap32(w[1]);
#endif

        return w[0] | (uint64_t) w[1] << 8 * (n - 4);
    }

    if (n == 0) {
        return 0;
    }

    return p[0] | (uint64_t) p[n / 2] << 8 * (n / 2)
           | (uint64_t) p[n - 1] << 8 * (n - 1);
}


static inline void
glyph_word_store(unsigned char *p, uint64_t w)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif

    memcpy(p, &w, sizeof(w));
}


/* The high bit of each byte from "first" to "last", both below 0x80. */

static inline uint64_t
glyph_word_within(uint64_t w, unsigned char first, unsigned char last)
{
    uint64_t  low;

    low = w & ~GLYPH_HIGH_BITS;

    return (low + GLYPH_LOW_BITS * (0x80 - first))
           & ~(low + GLYPH_LOW_BITS * (0x7f - last))
           & ~w & GLYPH_HIGH_BITS;
}


/* Capital letters of ASCII become small ones. */

static inline uint64_t
glyph_word_lower(uint64_t w)
{
    return w | glyph_word_within(w, 'A', 'Z') >> 2;
}


#if defined(GLYPH_SIMD_SSE2)

typedef struct {
    __m128i   part[4];
} glyph_block_t;


static inline void
glyph_block_load(glyph_block_t *b, const unsigned char *p)
{
    b->part[0] = _mm_loadu_si128((const __m128i *) p);
    b->part[1] = _mm_loadu_si128((const __m128i *) (p + 16));
    b->part[2] = _mm_loadu_si128((const __m128i *) (p + 32));
    b->part[3] = _mm_loadu_si128((const __m128i *) (p + 48));
}


/* Fewer than 16, the others are 0. */

static inline __m128i
glyph_part_load(const unsigned char *p, size_t n)
{
    if (n < 8) {
        return _mm_set_epi64x(0, (long long) glyph_word_load_part(p, n));
    }

    return _mm_set_epi64x((long long) glyph_word_load_part(p + 8, n - 8),
                          (long long) glyph_word_load(p));
}


/* Of n bytes the first 64; if there are fewer, the others are 0. */

static inline void
glyph_block_load_part(glyph_block_t *b, const unsigned char *p, size_t n)
{
    int  i;

    if (n >= GLYPH_BLOCK) {
        glyph_block_load(b, p);
        return;
    }

    for (i = 0; i < 4; i++) {

        if (n >= 16) {
            b->part[i] = _mm_loadu_si128((const __m128i *) p);
            p += 16;
            n -= 16;

        } else {
            b->part[i] = glyph_part_load(p, n);
            n = 0;
        }
    }
}


static inline uint64_t
glyph_block_bits(__m128i a, __m128i b, __m128i c, __m128i d)
{
    return (uint64_t) (uint32_t) _mm_movemask_epi8(a)
           | (uint64_t) (uint32_t) _mm_movemask_epi8(b) << 16
           | (uint64_t) (uint32_t) _mm_movemask_epi8(c) << 32
           | (uint64_t) (uint32_t) _mm_movemask_epi8(d) << 48;
}


static inline uint64_t
glyph_block_high(const glyph_block_t *b)
{
    return glyph_block_bits(b->part[0], b->part[1], b->part[2], b->part[3]);
}


/* Whether one of the 64 bytes at p is above 0x7F. */

static inline int
glyph_block_any_high(const unsigned char *p)
{
    glyph_block_t  b;

    glyph_block_load(&b, p);

    return _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(b.part[0], b.part[1]),
                                          _mm_or_si128(b.part[2], b.part[3])))
           != 0;
}


/* Bytes that are 0, or not ASCII. */

static inline uint64_t
glyph_block_other(const glyph_block_t *b)
{
    __m128i  zero;

    zero = _mm_setzero_si128();

    return ~glyph_block_bits(_mm_cmpgt_epi8(b->part[0], zero),
                             _mm_cmpgt_epi8(b->part[1], zero),
                             _mm_cmpgt_epi8(b->part[2], zero),
                             _mm_cmpgt_epi8(b->part[3], zero));
}


/* Any of four bytes. */

typedef struct {
    __m128i   byte[4];
} glyph_four_t;


static inline void
glyph_four_set(glyph_four_t *four, unsigned char a, unsigned char b,
    unsigned char c, unsigned char d)
{
    four->byte[0] = _mm_set1_epi8((char) a);
    four->byte[1] = _mm_set1_epi8((char) b);
    four->byte[2] = _mm_set1_epi8((char) c);
    four->byte[3] = _mm_set1_epi8((char) d);
}


static inline __m128i
glyph_part_among(__m128i x, const glyph_four_t *four)
{
    return _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, four->byte[0]),
                                     _mm_cmpeq_epi8(x, four->byte[1])),
                        _mm_or_si128(_mm_cmpeq_epi8(x, four->byte[2]),
                                     _mm_cmpeq_epi8(x, four->byte[3])));
}


static inline uint64_t
glyph_block_among(const glyph_block_t *b, const glyph_four_t *four)
{
    return glyph_block_bits(glyph_part_among(b->part[0], four),
                            glyph_part_among(b->part[1], four),
                            glyph_part_among(b->part[2], four),
                            glyph_part_among(b->part[3], four));
}


/*
 * Copies len bytes, for which there must be room for GLYPH_FOUR_ROOM more that
 * may be written; whether any of them is one of the four, none of which is 0.
 */

static inline int
glyph_four_copy(unsigned char *out, const unsigned char *p, size_t len,
    const glyph_four_t *four)
{
    __m128i  x, any;

    any = _mm_setzero_si128();

    for ( /* void */ ; len >= 16; p += 16, out += 16, len -= 16) {
        x = _mm_loadu_si128((const __m128i *) p);
        _mm_storeu_si128((__m128i *) out, x);
        any = _mm_or_si128(any, glyph_part_among(x, four));
    }

    x = glyph_part_load(p, len);
    _mm_storeu_si128((__m128i *) out, x);
    any = _mm_or_si128(any, glyph_part_among(x, four));

    return _mm_movemask_epi8(any) != 0;
}


static inline __m128i
glyph_part_within(__m128i x, __m128i first, __m128i span)
{
    x = _mm_sub_epi8(x, first);

    return _mm_cmpeq_epi8(_mm_min_epu8(x, span), x);
}


/* Bytes from "first" to "last", both below 0x80. */

static inline uint64_t
glyph_block_within(const glyph_block_t *b, unsigned char first,
    unsigned char last)
{
    __m128i  v, span;

    v = _mm_set1_epi8((char) first);
    span = _mm_set1_epi8((char) (last - first));

    return glyph_block_bits(glyph_part_within(b->part[0], v, span),
                            glyph_part_within(b->part[1], v, span),
                            glyph_part_within(b->part[2], v, span),
                            glyph_part_within(b->part[3], v, span));
}

#else

typedef struct {
    uint64_t  part[8];          /* the first byte is the lowest */
} glyph_block_t;


static inline void
glyph_block_load(glyph_block_t *b, const unsigned char *p)
{
    int  i;

    for (i = 0; i < 8; i++) {
        b->part[i] = glyph_word_load(p + 8 * i);
    }
}


/* Of n bytes the first 64; if there are fewer, the others are 0. */

static inline void
glyph_block_load_part(glyph_block_t *b, const unsigned char *p, size_t n)
{
    int  i;

    if (n >= GLYPH_BLOCK) {
        glyph_block_load(b, p);
        return;
    }

    for (i = 0; i < 8; i++) {

        if (n >= 8) {
            b->part[i] = glyph_word_load(p);
            p += 8;
            n -= 8;

        } else {
            b->part[i] = glyph_word_load_part(p, n);
            n = 0;
        }
    }
}


/* The highest bits of eight bytes, side by side. */

static inline uint64_t
glyph_part_bits(uint64_t high)
{
    return ((high >> 7) & GLYPH_LOW_BITS) * 0x0102040810204080ULL >> 56;
}


static inline uint64_t
glyph_block_high(const glyph_block_t *b)
{
    int       i;
    uint64_t  bits;

    bits = 0;

    for (i = 0; i < 8; i++) {
        bits |= glyph_part_bits(b->part[i]) << (8 * i);
    }

    return bits;
}


/* Whether one of the 64 bytes at p is above 0x7F. */

static inline int
glyph_block_any_high(const unsigned char *p)
{
    int       i;
    uint64_t  any;

    any = 0;

    for (i = 0; i < 8; i++) {
        any |= glyph_word_load(p + 8 * i);
    }

    return (any & GLYPH_HIGH_BITS) != 0;
}


/* The high bit of each byte that is c. */

static inline uint64_t
glyph_part_eq(uint64_t x, unsigned char c)
{
    x ^= GLYPH_LOW_BITS * c;

    /* no carry from one byte to the next */

    return ~(((x & ~GLYPH_HIGH_BITS) + ~GLYPH_HIGH_BITS) | x)
           & GLYPH_HIGH_BITS;
}


/* Bytes that are 0, or not ASCII. */

static inline uint64_t
glyph_block_other(const glyph_block_t *b)
{
    int       i;
    uint64_t  bits, x;

    bits = 0;

    for (i = 0; i < 8; i++) {
        x = b->part[i];

        bits |= glyph_part_bits(glyph_part_eq(x, 0) | (x & GLYPH_HIGH_BITS))
                << (8 * i);
    }

    return bits;
}


/* Any of four bytes. */

typedef struct {
    unsigned char  byte[4];
} glyph_four_t;


static inline void
glyph_four_set(glyph_four_t *four, unsigned char a, unsigned char b,
    unsigned char c, unsigned char d)
{
    four->byte[0] = a;
    four->byte[1] = b;
    four->byte[2] = c;
    four->byte[3] = d;
}


static inline uint64_t
glyph_block_among(const glyph_block_t *b, const glyph_four_t *four)
{
    int       i;
    uint64_t  bits, x;

    bits = 0;

    for (i = 0; i < 8; i++) {
        x = b->part[i];

        bits |= glyph_part_bits(glyph_part_eq(x, four->byte[0])
                                | glyph_part_eq(x, four->byte[1])
                                | glyph_part_eq(x, four->byte[2])
                                | glyph_part_eq(x, four->byte[3]))
                << (8 * i);
    }

    return bits;
}


static inline int
glyph_four_copy(unsigned char *out, const unsigned char *p, size_t len,
    const glyph_four_t *four)
{
    size_t  i;
    int     any;

    any = 0;

    for (i = 0; i < len; i++) {
        out[i] = p[i];
        any |= memchr(four->byte, p[i], sizeof(four->byte)) != NULL;
    }

    return any;
}


/* Bytes from "first" to "last", both below 0x80. */

static inline uint64_t
glyph_block_within(const glyph_block_t *b, unsigned char first,
    unsigned char last)
{
    int       i;
    uint64_t  bits;

    bits = 0;

    for (i = 0; i < 8; i++) {
        bits |= glyph_part_bits(glyph_word_within(b->part[i], first, last))
                << (8 * i);
    }

    return bits;
}

#endif

#endif /* GLYPH_SIMD_H_INCLUDED */
