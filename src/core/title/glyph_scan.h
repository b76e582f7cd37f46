/*
 * A title read once, from left to right: the longest name of a model or
 * phrase of the lexicon at each place becomes an event; memory sizes are
 * noted beside.
 */

#ifndef GLYPH_SCAN_H_INCLUDED
#define GLYPH_SCAN_H_INCLUDED

#include "text/glyph.h"
#include "title/glyph_index.h"
#include "text/glyph_token.h"


#define GLYPH_EVENTS_MAX    256
#define GLYPH_MEMORIES_MAX  8


/* What a mention of a model is to the listing. */

typedef enum {
    GLYPH_IS_SUBJECT = 0,
    GLYPH_IS_FOR,           /* the thing is for it */
    GLYPH_IS_OTHER,         /* the thing is compared with it */
    GLYPH_IS_NOTHING        /* its name, but not meant as one */
} glyph_role_e;


typedef struct {
    uint32_t  node;         /* of a mention; else 0 */
    uint16_t  start;        /* tokens */
    uint16_t  end;
    uint8_t   class;        /* of the lexicon; 0: a mention */
    uint8_t   role;         /* of a mention: glyph_role_e */
    uint8_t   with;         /* only said to come with the thing, or to be
                               what the thing is for */
    uint8_t   mobile;       /* a mention with a glued "m" */
    uint8_t   tail;         /* a mention with other letters glued to it */
    uint8_t   part;         /* a mention in a part number */
    uint8_t   listed;       /* a mention in a list after another one */
    uint8_t   condition;    /* of noise: glyph_condition_e and one, or 0 */
} glyph_event_t;


typedef struct {
    size_t          nevents;
    glyph_event_t   event[GLYPH_EVENTS_MAX];

    uint64_t        words;          /* set of the classes seen */
    uint64_t        qualifiers;     /* set of glyph_qualifier_e */

    size_t          nmemories;
    double          memory[GLYPH_MEMORIES_MAX];     /* GB */

    unsigned        conditions; /* whether there are any */

    size_t          mentions;
    size_t          known;          /* tokens that an event covers */

    glyph_tokens_t  ts;
} glyph_scan_t;


/* Reads scan->ts, which has been cut into tokens. */
void glyph_scan(const glyph_index_t *index, glyph_scan_t *scan);

/* glyph_scan_memory.c */

/*
 * A number, token i, and its unit: notes a memory size; a disk's is none.
 * Returns how many tokens they are, 1 for a number that is neither.
 */
size_t glyph_scan_memory(const glyph_index_t *index, glyph_scan_t *scan,
    size_t i, int *disk);

/* Whether the memory sizes seen include this one; 0 GB is unknown. */
int glyph_scan_has_memory(const glyph_scan_t *scan, double gb);

#endif /* GLYPH_SCAN_H_INCLUDED */
