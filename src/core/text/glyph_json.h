/*
 * JSON (RFC 8259) writing, appended to a glyph_buf_t, and a check of JSON
 * that came from outside.
 */

#ifndef GLYPH_JSON_H_INCLUDED
#define GLYPH_JSON_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_buf.h"


/*
 * A quoted string.  Invalid UTF-8 becomes U+FFFD, NUL too: what is written is
 * always accepted by Postgres as jsonb.
 */
void glyph_json_string(glyph_buf_t *b, const unsigned char *data,
    size_t len);
void glyph_json_cstring(glyph_buf_t *b, const char *s);

/* "key": with the quotes and the colon; a comma first unless after "{". */
void glyph_json_key(glyph_buf_t *b, const char *key);

/* A comma unless the last byte written is "{", "[" or ":". */
void glyph_json_comma(glyph_buf_t *b);

void glyph_json_int(glyph_buf_t *b, int64_t n);

/* Shortest of at most "digits" significant digits; not finite is null. */
void glyph_json_double(glyph_buf_t *b, double n, int digits);

/*
 * Whether text is one JSON object (of objects and arrays at most 32 within
 * one another, itself counted) that Postgres takes as jsonb: no \u0000, no
 * lone surrogates, valid UTF-8, numbers within range.
 */
int glyph_json_is_object(const glyph_str_t *text);

#endif /* GLYPH_JSON_H_INCLUDED */
