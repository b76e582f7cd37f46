/*
 * Words written as one, cut where the parts can be told.
 */

#ifndef GLYPH_SPLIT_H_INCLUDED
#define GLYPH_SPLIT_H_INCLUDED

#include "title/glyph_index.h"
#include "text/glyph_token.h"


/*
 * What is unknown and begins or ends with a series ("PRIMEGEFORCE",
 * "VCNRTX"), a suffix glued to a number ("4070TIGAMING"), a memory size glued
 * to a number ("30506GB").  The tokens must have been looked up; those that
 * are made are.
 */
void glyph_split(const glyph_index_t *index, glyph_tokens_t *ts);

#endif /* GLYPH_SPLIT_H_INCLUDED */
