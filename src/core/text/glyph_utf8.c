#include "text/glyph_simd.h"
#include "text/glyph_utf8.h"


#define GLYPH_UTF8_REPLACEMENT  0xfffd


static size_t glyph_utf8_sequence(const unsigned char *p,
    const unsigned char *last, uint32_t *cp);
static size_t glyph_utf8_fold_wide(uint32_t cp, unsigned char *out);
static uint32_t glyph_utf8_fold_one(uint32_t cp);
static int glyph_utf8_is_dropped(uint32_t cp);
static int glyph_utf8_is_blank(uint32_t cp);


/* The base letters of U+00C0 .. U+024F; a space: the code point stays. */

static const char  glyph_utf8_latin[] =
    "aaaaaa ceeeeiiiidnooooo ouuuuy  aaaaaa ceeeeiiii"
    "dnooooo ouuuuy yaaaaaaccccccccddddeeeeeeeeeegggg"
    "gggghhhhiiiiiiiiii  jjkkkllllllllllnnnnnnnnnoooo"
    "oo  rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
    "b      cc  dd    ff     kkl   n oo  pp     ttt u"
    "u  yyzz                      aaiioouuuuuuuuuu aa"
    "aa  ggggkkoooo  j   gg  nnaa    aaaaeeeeiiiioooo"
    "rrrruuuusstt  hhnd  zzaaeeooooooooyylnt      l  "
    "   b  eejj  rryy";

/* The same for U+1E00 .. U+1EFF. */

static const char  glyph_utf8_latin_additional[] =
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiii"
    "kkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr"
    "ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyy"
    "zzzzzzhtwy      aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuu"
    "uuyyyyyyyy      ";


size_t
glyph_utf8_ascii(const unsigned char *data, size_t len)
{
    uint64_t              w;
    const unsigned char  *p, *last;

    p = data;
    last = data + len;

    while (last - p >= GLYPH_BLOCK && !glyph_block_any_high(p)) {
        p += GLYPH_BLOCK;
    }

    while ((size_t) (last - p) >= sizeof(w)) {
        memcpy(&w, p, sizeof(w));

        if (w & GLYPH_HIGH_BITS) {
            break;
        }

        p += sizeof(w);
    }

    while (p < last && *p < 0x80) {
        p++;
    }

    return p - data;
}


size_t
glyph_utf8_valid(const unsigned char *data, size_t len)
{
    size_t                n;
    uint32_t              cp;
    const unsigned char  *p, *last;

    p = data;
    last = data + len;

    while (p < last) {
        p += glyph_utf8_ascii(p, last - p);

        /* text of other scripts comes in runs: no word is tried in them */

        while (p < last && *p >= 0x80) {
            n = glyph_utf8_sequence(p, last, &cp);

            if (n == 0) {
                return p - data;
            }

            p += n;
        }
    }

    return len;
}


/* The length of the sequence at p, 0 if it is invalid or cut off. */

static size_t
glyph_utf8_sequence(const unsigned char *p, const unsigned char *last,
    uint32_t *cp)
{
    size_t    i, n;
    uint32_t  u, min;

    u = *p;

    if (u < 0x80) {
        *cp = u;
        return 1;
    }

    if (u >= 0xc2 && u <= 0xdf) {
        n = 2;
        min = 0x80;
        u &= 0x1f;

    } else if ((u & 0xf0) == 0xe0) {
        n = 3;
        min = 0x800;
        u &= 0x0f;

    } else if (u >= 0xf0 && u <= 0xf4) {
        n = 4;
        min = 0x10000;
        u &= 0x07;

    } else {
        return 0;
    }

    if ((size_t) (last - p) < n) {
        return 0;
    }

    for (i = 1; i < n; i++) {

        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }

        u = (u << 6) | (p[i] & 0x3f);
    }

    if (u < min || u > 0x10ffff || (u >= 0xd800 && u <= 0xdfff)) {
        return 0;
    }

    *cp = u;

    return n;
}


uint32_t
glyph_utf8_decode(const unsigned char **p, const unsigned char *last)
{
    size_t    n;
    uint32_t  cp;

    n = glyph_utf8_sequence(*p, last, &cp);

    if (n == 0) {
        (*p)++;
        return GLYPH_UTF8_REPLACEMENT;
    }

    *p += n;

    return cp;
}


size_t
glyph_utf8_encode(uint32_t cp, unsigned char *out)
{
    if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) {
        cp = GLYPH_UTF8_REPLACEMENT;
    }

    if (cp < 0x80) {
        out[0] = (unsigned char) cp;
        return 1;
    }

    if (cp < 0x800) {
        out[0] = (unsigned char) (0xc0 | (cp >> 6));
        out[1] = (unsigned char) (0x80 | (cp & 0x3f));
        return 2;
    }

    if (cp < 0x10000) {
        out[0] = (unsigned char) (0xe0 | (cp >> 12));
        out[1] = (unsigned char) (0x80 | ((cp >> 6) & 0x3f));
        out[2] = (unsigned char) (0x80 | (cp & 0x3f));
        return 3;
    }

    out[0] = (unsigned char) (0xf0 | (cp >> 18));
    out[1] = (unsigned char) (0x80 | ((cp >> 12) & 0x3f));
    out[2] = (unsigned char) (0x80 | ((cp >> 6) & 0x3f));
    out[3] = (unsigned char) (0x80 | (cp & 0x3f));

    return 4;
}


size_t
glyph_utf8_fold(const glyph_str_t *text, unsigned char *out, size_t size)
{
    size_t                i, n, len;
    uint32_t              cp;
    uint64_t              w;
    unsigned char         c, buf[4];
    const unsigned char  *p, *last;

    p = text->data;
    last = p + text->len;
    len = 0;

    while (p < last) {

        /* ASCII by the word; white space but " " is left to what follows */

        while (last - p >= 8 && size - len >= 8) {
            w = glyph_word_load(p);

            if ((w & GLYPH_HIGH_BITS) || glyph_word_within(w, '\t', '\r')) {
                break;
            }

            glyph_word_store(out + len, glyph_word_lower(w));
            len += 8;
            p += 8;
        }

        if (p == last) {
            break;
        }

        /* the end of nothing but ASCII: a word of which some has been read */

        if (last - p < 8 && (size_t) (p - text->data) == len
            && text->len >= 8 && text->len <= size)
        {
            w = glyph_word_load(last - 8);

            if (!(w & GLYPH_HIGH_BITS) && !glyph_word_within(w, '\t', '\r')) {
                glyph_word_store(out + text->len - 8, glyph_word_lower(w));
                return text->len;
            }
        }

        c = *p;

        if (c < 0x80) {

            if (len == size) {
                break;
            }

            if (c >= 'A' && c <= 'Z') {
                c |= 0x20;

            } else if (c >= '\t' && c <= '\r') {
                c = ' ';
            }

            out[len++] = c;
            p++;
            continue;
        }

        cp = glyph_utf8_decode(&p, last);

        n = glyph_utf8_fold_wide(cp, buf);

        if (n > size - len) {
            break;
        }

        /* so few that a call would cost more */

        for (i = 0; i < n; i++) {
            out[len++] = buf[i];
        }
    }

    return len;
}


/* Folds what is not ASCII; up to 4 bytes, 0 if nothing is left of it. */

static size_t
glyph_utf8_fold_wide(uint32_t cp, unsigned char *out)
{
    const char  *two;

    switch (cp) {

    case 0xdf:      /* ß */
    case 0x1e9e:
        two = "ss";
        break;

    case 0xc6:      /* Æ */
    case 0xe6:
    case 0x1e2:
    case 0x1e3:
    case 0x1fc:
    case 0x1fd:
        two = "ae";
        break;

    case 0x152:     /* Œ */
    case 0x153:
        two = "oe";
        break;

    case 0xde:      /* Þ */
    case 0xfe:
        two = "th";
        break;

    case 0x132:     /* Ĳ */
    case 0x133:
        two = "ij";
        break;

    default:

        if (glyph_utf8_is_dropped(cp)) {
            return 0;
        }

        return glyph_utf8_encode(glyph_utf8_fold_one(cp), out);
    }

    out[0] = (unsigned char) two[0];
    out[1] = (unsigned char) two[1];

    return 2;
}


static uint32_t
glyph_utf8_fold_one(uint32_t cp)
{
    char  c;

    c = ' ';

    if (cp >= 0xc0 && cp < 0x250) {
        c = glyph_utf8_latin[cp - 0xc0];

    } else if (cp >= 0x1e00 && cp < 0x1f00) {
        c = glyph_utf8_latin_additional[cp - 0x1e00];
    }

    if (c != ' ') {
        return (unsigned char) c;
    }

    if (cp >= 0xff01 && cp <= 0xff5e) {
        cp -= 0xfee0;
        return (cp >= 'A' && cp <= 'Z') ? cp | 0x20 : cp;
    }

    if (glyph_utf8_is_blank(cp)) {
        return ' ';
    }

    if ((cp >= 0x2010 && cp <= 0x2015)
        || cp == 0x2212 || cp == 0xfe58 || cp == 0xfe63)
    {
        return '-';
    }

    /* capital Greek and Cyrillic letters */

    if ((cp >= 0x391 && cp <= 0x3a9) || (cp >= 0x410 && cp <= 0x42f)) {
        return cp + 0x20;
    }

    if (cp >= 0x400 && cp <= 0x40f) {
        return cp + 0x50;
    }

    return cp;
}


/* Combining accents, and what has no width: joiners, marks of direction. */

static int
glyph_utf8_is_dropped(uint32_t cp)
{
    return (cp >= 0x300 && cp <= 0x36f)
           || cp == 0xad
           || (cp >= 0x200b && cp <= 0x200f)
           || (cp >= 0x202a && cp <= 0x202e)
           || cp == 0x61c
           || (cp >= 0x2060 && cp <= 0x2064)
           || (cp >= 0x2066 && cp <= 0x2069)
           || cp == 0xfeff
           || (cp >= 0xfe00 && cp <= 0xfe0f);
}


static int
glyph_utf8_is_blank(uint32_t cp)
{
    return cp == ' '
           || (cp >= '\t' && cp <= '\r')
           || cp == 0x85 || cp == 0xa0 || cp == 0x1680
           || (cp >= 0x2000 && cp <= 0x200b)
           || cp == 0x2028 || cp == 0x2029 || cp == 0x202f
           || cp == 0x205f || cp == 0x3000 || cp == 0xfeff;
}


void
glyph_utf8_trim_blanks(glyph_str_t *text)
{
    uint32_t              cp;
    const unsigned char  *p, *q, *last;

    p = text->data;
    last = p + text->len;

    for (q = p; q < last; p = q) {
        cp = glyph_utf8_decode(&q, last);

        if (!glyph_utf8_is_blank(cp)) {
            break;
        }
    }

    while (last > p) {
        q = last - 1;

        while (q > p && last - q < 4 && (*q & 0xc0) == 0x80) {
            q--;
        }

        if (glyph_utf8_sequence(q, last, &cp) != (size_t) (last - q)
            || !glyph_utf8_is_blank(cp))
        {
            break;
        }

        last = q;
    }

    text->data = (unsigned char *) p;
    text->len = last - p;
}


size_t
glyph_utf8_cut(const unsigned char *data, size_t len, size_t max)
{
    size_t  n;

    if (len <= max) {
        return len;
    }

    n = max;

    while (n > 0 && max - n < 4 && (data[n] & 0xc0) == 0x80) {
        n--;
    }

    /* no start of a sequence within reach: the data is not UTF-8 */

    return (data[n] & 0xc0) == 0x80 ? max : n;
}
