/*
 * Fields of a tuple of binary COPY: each has its length before it, in network
 * byte order.
 */

#ifndef GLYPH_COPY_FIELD_H_INCLUDED
#define GLYPH_COPY_FIELD_H_INCLUDED

#include "text/glyph.h"


/* Each writes at p, where there is room, and returns the place behind. */

static inline unsigned char *
glyph_copy_bytes(unsigned char *p, const void *data, size_t len)
{
    if (len) {
        memcpy(p, data, len);
    }

    return p + len;
}


static inline unsigned char *
glyph_copy_int16(unsigned char *p, int16_t n)
{
    uint16_t  be;

    be = __builtin_bswap16((uint16_t) n);
    memcpy(p, &be, 2);

    return p + 2;
}


static inline unsigned char *
glyph_copy_int32(unsigned char *p, int32_t n)
{
    uint32_t  be;

    be = __builtin_bswap32((uint32_t) n);
    memcpy(p, &be, 4);

    return p + 4;
}


static inline unsigned char *
glyph_copy_int64(unsigned char *p, int64_t n)
{
    uint64_t  be;

    be = __builtin_bswap64((uint64_t) n);
    memcpy(p, &be, 8);

    return p + 8;
}


static inline unsigned char *
glyph_copy_null(unsigned char *p)
{
    return glyph_copy_int32(p, -1);
}


static inline unsigned char *
glyph_copy_text(unsigned char *p, const void *data, size_t len)
{
    p = glyph_copy_int32(p, (int32_t) len);

    return glyph_copy_bytes(p, data, len);
}


static inline unsigned char *
glyph_copy_uuid(unsigned char *p, const unsigned char id[16])
{
    return glyph_copy_text(p, id, 16);
}


static inline unsigned char *
glyph_copy_bool(unsigned char *p, unsigned v)
{
    p = glyph_copy_int32(p, 1);
    *p++ = v ? 1 : 0;

    return p;
}


static inline unsigned char *
glyph_copy_int2(unsigned char *p, int16_t n)
{
    return glyph_copy_int16(glyph_copy_int32(p, 2), n);
}


static inline unsigned char *
glyph_copy_int4(unsigned char *p, int32_t n)
{
    return glyph_copy_int32(glyph_copy_int32(p, 4), n);
}


static inline unsigned char *
glyph_copy_int8(unsigned char *p, int64_t n)
{
    return glyph_copy_int64(glyph_copy_int32(p, 8), n);
}


static inline unsigned char *
glyph_copy_float4(unsigned char *p, double n)
{
    float    f;
    int32_t  bits;

    f = (float) n;
    memcpy(&bits, &f, 4);

    return glyph_copy_int4(p, bits);
}


static inline unsigned char *
glyph_copy_float8(unsigned char *p, double n)
{
    int64_t  bits;

    memcpy(&bits, &n, 8);

    return glyph_copy_int8(p, bits);
}


static inline unsigned char *
glyph_copy_optional(unsigned char *p, const glyph_str_t *s)
{
    return s->len ? glyph_copy_text(p, s->data, s->len) : glyph_copy_null(p);
}


static inline unsigned char *
glyph_copy_cstring(unsigned char *p, const char *s)
{
    return s ? glyph_copy_text(p, s, strlen(s)) : glyph_copy_null(p);
}


#endif /* GLYPH_COPY_FIELD_H_INCLUDED */
