/*
 * Things that were made and are of use again: whoever needs one takes it, of
 * any thread, and gives it back.
 */

#ifndef GLYPH_IDLE_H_INCLUDED
#define GLYPH_IDLE_H_INCLUDED

#include "text/glyph.h"


typedef struct glyph_idle_s       glyph_idle_t;
typedef struct glyph_idle_item_s  glyph_idle_item_t;

/* The first member of what is kept. */

struct glyph_idle_item_s {
    glyph_idle_item_t   *next;
    void               (*destroy)(glyph_idle_item_t *item);
};


/* Returns NULL when out of memory. */
glyph_idle_t *glyph_idle_create(void);

/* Destroys all that was given back; what is still lent is its taker's. */
void glyph_idle_destroy(glyph_idle_t *list);

/* NULL: there is none, make one. */
glyph_idle_item_t *glyph_idle_take(glyph_idle_t *list);
void glyph_idle_give(glyph_idle_t *list, glyph_idle_item_t *item);

#endif /* GLYPH_IDLE_H_INCLUDED */
