/*
 * The part numbers of those who make cards, as far as they say which chip is
 * on it: "GV-N3080GAMING OC", "NE63080S19IA", "EAH5450".
 */

#ifndef GLYPH_PART_NUMBER_H_INCLUDED
#define GLYPH_PART_NUMBER_H_INCLUDED

#include "title/glyph_index.h"


#define GLYPH_PART_NUMBER_MAX  64


/* A run of letters and digits, and what is around it. */

typedef struct {
    const unsigned char  *run;
    size_t                len;
    const unsigned char  *before;       /* the run before it, or NULL */
    size_t                nbefore;
    const unsigned char  *last;         /* the end of the title */
    unsigned              card:1;       /* it has words of cards */
} glyph_part_run_t;


/*
 * Writes the words that the run stands for ("geforce 3080 ti "), in lower case
 * and terminated, and returns 1; 0 for all else.
 */
int glyph_part_number(const glyph_index_t *index, const glyph_part_run_t *r,
    char words[GLYPH_PART_NUMBER_MAX]);

#endif /* GLYPH_PART_NUMBER_H_INCLUDED */
