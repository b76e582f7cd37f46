/*
 * Which card a title is about.
 */

#ifndef GLYPH_MATCH_H_INCLUDED
#define GLYPH_MATCH_H_INCLUDED

#include "text/glyph.h"
#include "title/glyph_registry.h"


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
    uint64_t              title;        /* glyph_identity_title() */
    const char           *condition;    /* glyph_condition_parse(), of what
                                           the title says; or NULL */
    size_t                notes_len;
    char                  notes[GLYPH_MATCH_NOTES];  /* what decided; valid
                                                        UTF-8, no NUL */
} glyph_match_t;


/*
 * What the score means.  It is the least of those that apply:
 *
 *   1.00  the title gives the model's name, and nothing is assumed
 *   0.95  it gives one of the registry's aliases
 *   0.95  the family comes with several memory sizes, the title says none,
 *         and the family's usual one is taken
 *   0.90  the name is short ("A4000", "4090") and not the vendor but other
 *         words ("graphics card", the memory size) tell that it is a card's
 *   0.85  the series was wrong ("GTX 3060"), or a letter that the registry
 *         does not know follows the name ("A4000E")
 *   0.80  the card comes as PCIe, SXM …, the title says none: the one that
 *         is sold singly (PCIe), first released, is taken
 *   0.80  only laptops have the model, which the title does not say
 *   0.80  a typing error was mended, or only a number names the card ("MSI
 *         3080"; type is then GLYPH_MATCH_FUZZY), or the title has a part
 *         number only (GV-N4070…: fuzzy, one of the table: alias)
 *   0.75  the title says that the thing is for the card
 *   0.70  two cards have the name ("RTX 4000": Quadro or Ada) and nothing
 *         in the title decides; or only the model column names the card
 *   0.60  the memory size said is not the model's
 *
 * So 0.9 and more is certain, 0.7 and more is the likely one, less wants a
 * look.
 */

/*
 * Room for the tokens of a title, 40 KB, and for what the last ones were,
 * 400 KB; one a thread, used again.
 */
typedef struct glyph_matcher_s  glyph_matcher_t;

glyph_matcher_t *glyph_matcher_create(const glyph_registry_t *reg);
void glyph_matcher_destroy(glyph_matcher_t *m);

/*
 * Lends a matcher of the registry's, from any thread: a job that waits needs
 * none, so there are only as many as jobs have run at one time.  NULL when out
 * of memory.
 */
glyph_matcher_t *glyph_matcher_take(const glyph_registry_t *reg);
void glyph_matcher_give(const glyph_registry_t *reg, glyph_matcher_t *m);

/*
 * Matches a title; "model" is the listing's model column, NULL if it has
 * none, which breaks ties and fills gaps (it is used as the title when the
 * title is empty).  Any bytes are taken, of any length: only the first 4,096
 * bytes and 512 words of each count.  Allocates nothing; the same input
 * always gives the same result.
 *
 * Something that is no card (a bridge, a laptop, an empty box) has is_gpu 0,
 * type NONE, model NULL and a reason: accessory, cooler, cable_or_adapter,
 * empty_box, laptop, desktop_pc, server, motherboard, capture_card,
 * network_card, monitor, power_supply, processor, licence, or not_recognised
 * when nothing in the title suggests a card.  A card whose model the registry
 * does not know, or the title does not say, has is_gpu 1, type NONE, model
 * NULL and the reason model_not_in_registry or model_not_stated; several_models
 * when more than one is offered, and memory_contradicts when the memory size
 * said is four times that of the model named, or a quarter.
 */
void glyph_match(glyph_matcher_t *m, const glyph_str_t *title,
    const glyph_str_t *model, glyph_match_t *result);

/* "exact", "alias", "fuzzy", "none". */
const char *glyph_match_name(glyph_match_e type);

#endif /* GLYPH_MATCH_H_INCLUDED */
