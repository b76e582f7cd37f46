/*
 * The registry compiled for the matcher: one automaton that knows every
 * writing of every model's name and every word of the lexicon, and for each
 * of its nodes which models the writing may mean.
 */

#ifndef GLYPH_INDEX_H_INCLUDED
#define GLYPH_INDEX_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_automaton.h"
#include "text/glyph_idle.h"
#include "title/glyph_lexicon.h"
#include "title/glyph_registry.h"
#include "text/glyph_token.h"


/* What a title must have besides a writing for it to count. */

typedef enum {
    GLYPH_NEED_NOTHING = 0,     /* "rtx 4070 ti" */
    GLYPH_NEED_VENDOR,          /* "a 4000": something of its vendor, or the
                                   word graphics card, in the title */
    GLYPH_NEED_BESIDE           /* "4090": a word of "beside" before it */
} glyph_need_e;


/* glyph_candidate_t.alias */

#define GLYPH_WRITING_IMPLIED  0
#define GLYPH_WRITING_ALIAS    1
#define GLYPH_WRITING_OWN      2        /* just what the id says */
#define GLYPH_WRITING_NUMBER   3        /* a part's number */


typedef struct {
    uint32_t  node;
    uint16_t  row;
    uint8_t   need;             /* glyph_need_e */
    uint8_t   rank;             /* 0: its own name; more: assumes more */
    uint8_t   alias;
    uint64_t  beside;           /* set of glyph_word_e */
} glyph_candidate_t;


/* What a model's own name says, for choosing among the candidates. */

typedef struct {
    uint64_t  own;              /* qualifiers in the id: must be said */
    uint64_t  known;            /* and in the facts: may be said */
    uint64_t  vendor;           /* set of glyph_word_e that point to it */
    uint8_t   mobile;           /* soldered or a module, for laptops */
    uint8_t   bare;             /* the id is the family: the default row */
    uint8_t   order;            /* among rows that titles do not tell
                                   apart, the lowest is meant */
    uint16_t  family;           /* the number of its family */
} glyph_row_t;


typedef struct {
    glyph_automaton_t    *automaton;

    size_t                nnodes;
    uint32_t             *first;        /* by node, into candidates; first[n]
                                           .. first[n + 1] - 1 are n's */
    uint8_t              *class;        /* by node: lexicon class */

    glyph_candidate_t    *candidates;
    size_t                ncandidates;
    size_t                size;

    glyph_row_t          *rows;
    const glyph_model_t  *models;
    size_t                nmodels;
} glyph_index_t;


/*
 * Builds the index of n models sorted by id.  "aliases" and "numbers", of
 * parts, have one text a model, separated by "|".  GLYPH_OK, GLYPH_ERROR, or
 * GLYPH_BAD when an alias or number has two meanings; "error" then tells
 * which.
 */
int glyph_index_create(glyph_index_t **index, const glyph_model_t *models,
    const glyph_str_t *aliases, const glyph_str_t *numbers, size_t n,
    glyph_buf_t *error);
void glyph_index_destroy(glyph_index_t *index);

/* The class of the one word that token i is, GLYPH_W_NONE if it has none. */

static inline uint8_t
glyph_index_class(const glyph_index_t *index, const glyph_tokens_t *ts,
    size_t i)
{
    uint32_t  node;

    if (i >= ts->n) {
        return GLYPH_W_NONE;
    }

    node = ts->token[i].node;

    return node ? index->class[node] : GLYPH_W_NONE;
}


/* glyph_index_words.c: adds the lexicon, before the models' names. */
int glyph_index_lexicon(glyph_index_t *index);

/* Also there: ensures that index->class has n nodes. */
int glyph_index_room(glyph_index_t *index, size_t n);

/* The index of a compiled registry. */
const glyph_index_t *glyph_registry_compiled(const glyph_registry_t *reg);


/* Its matchers that nobody uses now. */
glyph_idle_t *glyph_registry_idle(const glyph_registry_t *reg);


/* glyph_name.c: the writings of one model's name. */

typedef struct {
    char      text[128];        /* words, a space between */
    uint8_t   need;
    uint8_t   rank;
    uint64_t  beside;
} glyph_writing_t;

#define GLYPH_WRITINGS_MAX  24

/*
 * Fills w with them, the one that is just the id first, and sets the row's
 * "own" and "vendor".  Returns how many there are.
 */
size_t glyph_name_writings(const glyph_index_t *index,
    const glyph_model_t *model, glyph_row_t *row, glyph_writing_t *w);

#endif /* GLYPH_INDEX_H_INCLUDED */
