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


#define GLYPH_PLACEHOLDER_MAX  31       /* bytes, as it is written */


extern const glyph_phrase_t  glyph_placeholder_words[];
extern const size_t  glyph_placeholder_words_n;


/* Once, in one thread, before texts are asked about; again it does no harm. */
void glyph_placeholder_init(void);

/*
 * Which lengths those have that begin with a byte, a bit for each, of URLs, and
 * of other columns; and those that end with one.  Most texts are none by that.
 */
extern uint32_t  glyph_placeholder_lengths[2][256];
extern uint32_t  glyph_placeholder_ends[2][256];

int glyph_placeholder_find(const glyph_str_t *text, unsigned kinds);


/*
 * Whether a trimmed text, which is not empty, is a placeholder of one of the
 * kinds in "kinds".
 */
static inline int
glyph_placeholder(const glyph_str_t *text, unsigned kinds)
{
    int  url;

    url = (kinds & GLYPH_PLACEHOLDER_URL) != 0;

    return text->len <= GLYPH_PLACEHOLDER_MAX
           && ((glyph_placeholder_lengths[url][text->data[0]]
                & glyph_placeholder_ends[url][text->data[text->len - 1]])
               >> text->len & 1)
           && glyph_placeholder_find(text, kinds);
}

#endif /* GLYPH_PLACEHOLDER_H_INCLUDED */
