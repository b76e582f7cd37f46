/*
 * Which card a title is about.
 */

#ifndef GLYPH_MATCH_H_INCLUDED
#define GLYPH_MATCH_H_INCLUDED

#include "glyph.h"
#include "glyph_registry.h"


typedef enum {
    GLYPH_MATCH_NONE = 0,
    GLYPH_MATCH_EXACT,          /* by a name the model's id implies */
    GLYPH_MATCH_ALIAS,          /* by one of the registry's aliases */
    GLYPH_MATCH_FUZZY           /* after mending a typing error */
} glyph_match_e;


#define GLYPH_MATCH_NOTES  160


typedef struct {
    const glyph_model_t  *model;        /* NULL: UNKNOWN */
    glyph_match_e         type;
    double                score;        /* 0 .. 1; 0 when nothing matched */
    unsigned              is_gpu:1;     /* a card, known or not */
    const char           *reason;       /* unknown_reason, a stable code, or
                                           NULL when a model was found on a
                                           card */
    size_t                notes_len;
    char                  notes[GLYPH_MATCH_NOTES];  /* what decided; valid
                                                        UTF-8, no NUL */
} glyph_match_t;


/* Room for the tokens of a title; one a thread or job, used again. */
typedef struct glyph_matcher_s  glyph_matcher_t;

glyph_matcher_t *glyph_matcher_create(const glyph_registry_t *reg);
void glyph_matcher_destroy(glyph_matcher_t *m);

/*
 * Matches a title; "model" is the listing's model column, NULL if it has
 * none, which breaks ties and fills gaps (it is used as the title when the
 * title is empty).  Any bytes are taken, of any length: only the first 4,096
 * bytes of each count.  Allocates nothing; the same input always gives the
 * same result.
 *
 * Something that is no card (a bridge, a laptop, an empty box) has is_gpu 0,
 * type NONE, model NULL and a reason such as "accessory".  A card whose model
 * the registry does not know, or the title does not say, has is_gpu 1, type
 * NONE, model NULL and a reason such as "model_not_in_registry".
 */
void glyph_match(glyph_matcher_t *m, const glyph_str_t *title,
    const glyph_str_t *model, glyph_match_t *result);

/* "exact", "alias", "fuzzy", "none". */
const char *glyph_match_name(glyph_match_e type);

#endif /* GLYPH_MATCH_H_INCLUDED */
