/*
 * A trie over tokens.  Words are numbered by a dictionary; an edge leads from
 * a node with a word to a node; a node carries the caller's value.  Built
 * once, then read-only.
 */

#ifndef GLYPH_AUTOMATON_H_INCLUDED
#define GLYPH_AUTOMATON_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_token.h"


typedef struct glyph_automaton_s  glyph_automaton_t;

#define GLYPH_NODE_NONE  0
#define GLYPH_NODE_ROOT  1


/* Returns NULL when out of memory. */
glyph_automaton_t *glyph_automaton_create(void);
void glyph_automaton_destroy(glyph_automaton_t *a);

/*
 * Adds a text of tokens and returns the node at its end, GLYPH_NODE_NONE when
 * out of memory or when the text has no token.
 */
uint32_t glyph_automaton_add(glyph_automaton_t *a, const char *text,
    size_t len);

/* How many nodes there are; nodes are 1 .. count - 1. */
size_t glyph_automaton_count(const glyph_automaton_t *a);

/*
 * Gives every token its id and its node after the root; 0 for words that no
 * text has, or begins with.
 */
void glyph_automaton_lookup(const glyph_automaton_t *a, glyph_tokens_t *ts,
    size_t from, size_t to);

/* The id of a word, 0 if no text has it. */
uint32_t glyph_automaton_word(const glyph_automaton_t *a,
    const unsigned char *data, size_t len);

/* The node that a word leads to, or GLYPH_NODE_NONE. */
uint32_t glyph_automaton_next(const glyph_automaton_t *a, uint32_t node,
    uint32_t word);

#endif /* GLYPH_AUTOMATON_H_INCLUDED */
