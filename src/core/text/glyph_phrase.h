/*
 * Words and phrases of a list, each with a class of that list's own; the lists
 * are made of src/core/words by util/words.pl.
 */

#ifndef GLYPH_PHRASE_H_INCLUDED
#define GLYPH_PHRASE_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_token.h"


typedef struct {
    const char  *text;          /* folded */
    uint16_t     class;
} glyph_phrase_t;


/*
 * The class of a folded word in a table sorted by text (in one whose words
 * have several classes, the set of them); 0 if it is not there.
 */
unsigned glyph_phrase_class(const glyph_phrase_t *list, size_t n,
    const unsigned char *word, size_t len);

/*
 * For bsearch() in such a table, or in one of others that have the text first:
 * the key is a glyph_str_t.
 */
int glyph_phrase_compare(const void *key, const void *entry);


/*
 * Phrases compiled, to be found anywhere in a text cut into tokens.  Classes
 * are numbers from 0 to 31, and what is found is a set of them.
 */

typedef struct glyph_phrases_s  glyph_phrases_t;

#define glyph_phrase_bit(class)  ((uint32_t) 1 << (class))

/* Returns NULL when out of memory. */
glyph_phrases_t *glyph_phrases_create(const glyph_phrase_t *list, size_t n);
void glyph_phrases_destroy(glyph_phrases_t *ph);

/* Looks the tokens up, once, before glyph_phrases_at() of any of them. */
void glyph_phrases_lookup(const glyph_phrases_t *ph, glyph_tokens_t *ts);

/* The classes of all phrases that begin with token i. */
uint32_t glyph_phrases_at(const glyph_phrases_t *ph,
    const glyph_tokens_t *ts, size_t i);

#endif /* GLYPH_PHRASE_H_INCLUDED */
