/*
 * What is written where there is nothing to write: "N/A", "null", "-", "#N/A".
 */

#ifndef GLYPH_PLACEHOLDER_H_INCLUDED
#define GLYPH_PLACEHOLDER_H_INCLUDED

#include "text/glyph_phrase.h"


/* Where a word is one; a column has those that count in it. */

typedef enum {
    GLYPH_PLACEHOLDER_ANY = 1,
    GLYPH_PLACEHOLDER_URL = 2,          /* of URLs only: "link", "0" */
    GLYPH_PLACEHOLDER_BUT_REGION = 4,   /* "NA" may be North America */
    GLYPH_PLACEHOLDER_BUT_SELLER = 8    /* "Null" may be somebody's name */
} glyph_placeholder_e;


extern const glyph_phrase_t  glyph_placeholder_words[];
extern const size_t  glyph_placeholder_words_n;


/* Once, in one thread, before texts are asked about; again it does no harm. */
void glyph_placeholder_init(void);

/*
 * Whether a trimmed text, which is not empty, is a placeholder of one of the
 * kinds in "kinds".
 */
int glyph_placeholder(const glyph_str_t *text, unsigned kinds);

#endif /* GLYPH_PLACEHOLDER_H_INCLUDED */
