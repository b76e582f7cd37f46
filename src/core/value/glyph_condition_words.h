/*
 * What is said of a condition.  The classes are in the order in which they
 * decide, since a later one often stands beside an earlier one: "used, for
 * parts", "refurbished like new", "new, open box", "used - like new".  "Like
 * new" alone is a used card.
 */

#ifndef GLYPH_CONDITION_WORDS_H_INCLUDED
#define GLYPH_CONDITION_WORDS_H_INCLUDED

#include "text/glyph_phrase.h"


typedef enum {
    GLYPH_SAYS_OTHER = 0,       /* the words are about something else: the
                                   text stays as it is */
    GLYPH_SAYS_PARTS,
    GLYPH_SAYS_REFURBISHED,
    GLYPH_SAYS_OPEN_BOX,
    GLYPH_SAYS_UNUSED,          /* new, though "used" may be in it */
    GLYPH_SAYS_USED,
    GLYPH_SAYS_GOOD,            /* used, but in a title said of anything */
    GLYPH_SAYS_NEW,
    GLYPH_SAYS_WORKING,         /* used, if nothing else is said */
    GLYPH_SAYS_AS_IS,           /* for parts, likewise */

    GLYPH_SAYS_DENIAL           /* before another it is not so: "not new" */
} glyph_condition_e;


extern const glyph_phrase_t  glyph_condition_words[];
extern const size_t  glyph_condition_words_n;

#endif /* GLYPH_CONDITION_WORDS_H_INCLUDED */
