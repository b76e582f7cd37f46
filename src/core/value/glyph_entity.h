/*
 * What web pages leave in texts: entities ("&amp;", "&#8364;") and tags.
 */

#ifndef GLYPH_ENTITY_H_INCLUDED
#define GLYPH_ENTITY_H_INCLUDED

#include "text/glyph.h"


/*
 * Whether there is an "&" before a ";", or a "<" before a ">": else there is
 * nothing to decode.
 */
int glyph_entity_any(const unsigned char *data, size_t len);

/*
 * Decodes a text once: entities that end with ";", named, decimal (also those
 * of windows-1252) and hexadecimal, and known tags: of those within a line
 * ("<b>", "</span>") nothing is left, of others ("<br>", "<p>", "<sup>") a
 * blank.  All else stays: "?a=1&copy=2", "<24GB>".  NUL, surrogates and what
 * is no code point become U+FFFD.
 *
 * An amount ("amount" is not 0) stays as it is if a tag stands between two of
 * its digits: "799<sup>99</sup>" is not 79999.
 *
 * 1: *decoded is what it says, in "out", which has room for text->len bytes;
 * 0: it has nothing to decode.
 */
int glyph_entity_decode(const glyph_str_t *text, int amount,
    unsigned char *out, glyph_str_t *decoded);

#endif /* GLYPH_ENTITY_H_INCLUDED */
