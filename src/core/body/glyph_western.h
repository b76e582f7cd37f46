/*
 * Whether a text that is no UTF-8 is one of Western Europe, as Windows writes
 * it (windows-1252).
 */

#ifndef GLYPH_WESTERN_H_INCLUDED
#define GLYPH_WESTERN_H_INCLUDED

#include "text/glyph.h"


typedef enum {
    GLYPH_WESTERN_NONE = 0,     /* it is UTF-8, but for a few lines */
    GLYPH_WESTERN_LIKELY,
    GLYPH_WESTERN_OTHER         /* it is neither */
} glyph_western_e;


/*
 * Of a file's beginning, or of all of it ("whole").  Letters above 0x7F are
 * likely when they stand singly among ASCII letters, as they do in German and
 * French; Cyrillic and Chinese have runs of them, Polish has signs in the
 * midst of words, Czech and Romanian letters that no Western language has
 * together.
 */
glyph_western_e glyph_western_judge(const unsigned char *data, size_t len,
    int whole);

#endif /* GLYPH_WESTERN_H_INCLUDED */
