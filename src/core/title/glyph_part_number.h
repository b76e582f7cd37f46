/*
 * The part numbers of those who make cards, as far as they say which chip is
 * on it: "GV-N3080GAMING OC", "NE63080S19IA", "EAH5450".
 */

#ifndef GLYPH_PART_NUMBER_H_INCLUDED
#define GLYPH_PART_NUMBER_H_INCLUDED

#include "title/glyph_index.h"


#define GLYPH_PART_NUMBER_MAX  64


/*
 * Writes the words that the run of letters and digits stands for ("geforce
 * 3080 ti "), in lower case and terminated, and returns 1; 0 for all else.
 * "before" is the run before it, NULL if it is the first.
 */
int glyph_part_number(const glyph_index_t *index, const unsigned char *run,
    size_t len, const unsigned char *before, size_t nbefore,
    char words[GLYPH_PART_NUMBER_MAX]);

#endif /* GLYPH_PART_NUMBER_H_INCLUDED */
