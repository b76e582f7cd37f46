/*
 * Which of some names somebody meant who wrote another one.
 */

#ifndef GLYPH_NEAR_H_INCLUDED
#define GLYPH_NEAR_H_INCLUDED

#include "text/glyph.h"


/*
 * How many letters must be added, left out, changed or swapped with their
 * neighbours (optimal string alignment); more than max, or a name of more than
 * 63 bytes, is max + 1.
 */
size_t glyph_near_distance(const char *a, size_t alen, const char *b,
    size_t blen, size_t max);


typedef struct {
    const glyph_str_t  *name;       /* what was written */
    const char         *near;
    const char         *begins;
    size_t              best;
} glyph_near_t;


/* The name must stay where it is; then each known one is tried. */
void glyph_near_init(glyph_near_t *n, const glyph_str_t *name);
void glyph_near_try(glyph_near_t *n, const char *known);

/*
 * The known name that two letters make it (one, if it is short), else one that
 * it is the beginning of; NULL if there is none, or if it is known itself.
 */
const char *glyph_near_found(const glyph_near_t *n);

#endif /* GLYPH_NEAR_H_INCLUDED */
