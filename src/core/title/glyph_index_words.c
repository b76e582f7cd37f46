#include <stdio.h>

#include "title/glyph_index.h"
#include "value/glyph_condition_words.h"


/* Shorter words ("HS", "ny") are in names, too. */

#define GLYPH_INDEX_CONDITION_MIN  3


static int glyph_index_conditions(glyph_index_t *index);
static int glyph_index_phrases(glyph_index_t *index,
    const glyph_phrase_t *p, size_t n);
static int glyph_index_pairs(glyph_index_t *index, glyph_pair_e adjectives,
    uint8_t class);
static int glyph_index_nouns(glyph_index_t *index, const char *adjective,
    uint8_t class);
static int glyph_index_phrase(glyph_index_t *index, const char *text,
    size_t len, uint8_t class);


int
glyph_index_lexicon(glyph_index_t *index)
{
    size_t  i;

    static const struct {
        const glyph_phrase_t  *phrases;
        const size_t          *n;
    } tables[] = {
        { glyph_lexicon_card, &glyph_lexicon_card_n },
        { glyph_lexicon_around, &glyph_lexicon_around_n },
        { glyph_lexicon_noise, &glyph_lexicon_noise_n },
        { glyph_lexicon_part, &glyph_lexicon_part_n },
        { glyph_lexicon_fitting, &glyph_lexicon_fitting_n },
        { glyph_lexicon_system, &glyph_lexicon_system_n },
        { glyph_lexicon_other, &glyph_lexicon_other_n }
    };

    /* pairs first: what the table says itself wins */

    if (glyph_index_pairs(index, GLYPH_PAIR_ADJECTIVE, GLYPH_W_CARD)
        != GLYPH_OK
        || glyph_index_pairs(index, GLYPH_PAIR_MOBILE,
                             GLYPH_W_QUALIFIER + GLYPH_Q_MOBILE)
           != GLYPH_OK
        || glyph_index_pairs(index, GLYPH_PAIR_SERVER,
                             GLYPH_W_QUALIFIER + GLYPH_Q_SERVER)
           != GLYPH_OK
        || glyph_index_nouns(index, "", GLYPH_W_CARD) != GLYPH_OK)
    {
        return GLYPH_ERROR;
    }

    for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {

        if (glyph_index_phrases(index, tables[i].phrases, *tables[i].n)
            != GLYPH_OK)
        {
            return GLYPH_ERROR;
        }
    }

    return glyph_index_conditions(index);
}


/*
 * What a condition column may say, titles say as well; but for what they say
 * of all things ("good"), and words that have another meaning here.
 */

static int
glyph_index_conditions(glyph_index_t *index)
{
    size_t                 i, len;
    uint32_t               node;
    const glyph_phrase_t  *p;

    for (i = 0; i < glyph_condition_words_n; i++) {
        p = &glyph_condition_words[i];
        len = strlen(p->text);

        if (p->class == GLYPH_SAYS_GOOD || p->class == GLYPH_SAYS_DENIAL
            || len < GLYPH_INDEX_CONDITION_MIN)
        {
            continue;
        }

        node = glyph_automaton_add(index->automaton, p->text, len);

        if (node == GLYPH_NODE_NONE
            || glyph_index_room(index,
                                glyph_automaton_count(index->automaton))
               != GLYPH_OK)
        {
            return GLYPH_ERROR;
        }

        if (index->class[node] == GLYPH_W_NONE
            || index->class[node] == GLYPH_W_NOISE)
        {
            index->class[node] = GLYPH_W_CONDITION + p->class;
        }
    }

    return GLYPH_OK;
}


static int
glyph_index_phrases(glyph_index_t *index, const glyph_phrase_t *p, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {

        if (glyph_index_phrase(index, p[i].text, strlen(p[i].text),
                               p[i].class)
            != GLYPH_OK)
        {
            return GLYPH_ERROR;
        }
    }

    return GLYPH_OK;
}


static int
glyph_index_pairs(glyph_index_t *index, glyph_pair_e adjectives,
    uint8_t class)
{
    size_t  i;

    for (i = 0; i < glyph_lexicon_pairs_n; i++) {

        if (glyph_lexicon_pairs[i].class == adjectives
            && glyph_index_nouns(index, glyph_lexicon_pairs[i].text, class)
               != GLYPH_OK)
        {
            return GLYPH_ERROR;
        }
    }

    return GLYPH_OK;
}


/* Every noun behind an adjective. */

static int
glyph_index_nouns(glyph_index_t *index, const char *adjective, uint8_t class)
{
    int     len;
    char    text[64];
    size_t  i;

    for (i = 0; i < glyph_lexicon_pairs_n; i++) {

        if (glyph_lexicon_pairs[i].class != GLYPH_PAIR_NOUN) {
            continue;
        }

        len = snprintf(text, sizeof(text), "%s %s", adjective,
                       glyph_lexicon_pairs[i].text);

        if (glyph_index_phrase(index, text, len, class) != GLYPH_OK) {
            return GLYPH_ERROR;
        }
    }

    return GLYPH_OK;
}


static int
glyph_index_phrase(glyph_index_t *index, const char *text, size_t len,
    uint8_t class)
{
    uint32_t  node;

    node = glyph_automaton_add(index->automaton, text, len);

    if (node == GLYPH_NODE_NONE
        || glyph_index_room(index, glyph_automaton_count(index->automaton))
           != GLYPH_OK)
    {
        return GLYPH_ERROR;
    }

    index->class[node] = class;

    return GLYPH_OK;
}


int
glyph_index_room(glyph_index_t *index, size_t n)
{
    size_t    size;
    uint8_t  *class;

    if (n <= index->nnodes) {
        return GLYPH_OK;
    }

    size = n * 2;

    class = realloc(index->class, size);
    if (class == NULL) {
        return GLYPH_ERROR;
    }

    memset(class + index->nnodes, 0, size - index->nnodes);

    index->class = class;
    index->nnodes = size;

    return GLYPH_OK;
}
