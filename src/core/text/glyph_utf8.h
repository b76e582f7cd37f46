/*
 * UTF-8 (RFC 3629): strict, so no surrogates, no overlong forms, nothing
 * above U+10FFFF.
 */

#ifndef GLYPH_UTF8_H_INCLUDED
#define GLYPH_UTF8_H_INCLUDED

#include "text/glyph.h"


/*
 * The length of the longest valid prefix: len when all is valid.  NUL counts
 * as valid.  Runs at memory speed on ASCII.
 */
size_t glyph_utf8_valid(const unsigned char *data, size_t len);

/* How many bytes come before the first one above 0x7F; len: there is none. */
size_t glyph_utf8_ascii(const unsigned char *data, size_t len);

/*
 * Decodes one code point at *p (p < last), moves *p behind it; an invalid
 * byte is U+FFFD and moves by one.
 */
uint32_t glyph_utf8_decode(const unsigned char **p,
    const unsigned char *last);

/* Encodes a code point into out (4 bytes); returns how many were used. */
size_t glyph_utf8_encode(uint32_t cp, unsigned char *out);

/*
 * Folds text for comparison into out (at most size bytes, cut at a code
 * point): lower case, Latin diacritics removed (é → e, ł → l, ß → ss,
 * ä → a), full-width forms to ASCII, every kind of white space to
 * " ", Unicode dashes to "-", Greek and Cyrillic to lower case.  Combining
 * accents and what has no width (soft hyphen, zero-width space, marks of
 * direction) are dropped; other code points stay.  Returns the length.
 */
size_t glyph_utf8_fold(const glyph_str_t *text, unsigned char *out,
    size_t size);

/*
 * Cuts ASCII and Unicode white space, zero-width too, at both ends, in place
 * (no copy).
 */
void glyph_utf8_trim_blanks(glyph_str_t *text);

static inline void
glyph_utf8_trim(glyph_str_t *text)
{
    const unsigned char  *p;

    p = text->data;

    /* hardly any text begins or ends with one: that costs no call */

    if (text->len == 0
        || (p[0] > ' ' && p[0] < 0x80
            && p[text->len - 1] > ' ' && p[text->len - 1] < 0x80))
    {
        return;
    }

    glyph_utf8_trim_blanks(text);
}

/* The longest prefix of at most max bytes that ends at a code point. */
size_t glyph_utf8_cut(const unsigned char *data, size_t len, size_t max);

#endif /* GLYPH_UTF8_H_INCLUDED */
