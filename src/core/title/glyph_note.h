/*
 * What is told of a match, for people to read: which words decided, and what
 * was assumed.
 */

#ifndef GLYPH_NOTE_H_INCLUDED
#define GLYPH_NOTE_H_INCLUDED

#include "title/glyph_match.h"
#include "title/glyph_thing.h"


/* Adds to the notes, as a whole or, where there is no room, not at all. */
void glyph_note(glyph_match_t *result, const char *text);

/* The words of an event in quotes; they are all of the dictionary. */
void glyph_note_words(glyph_match_t *result, const glyph_scan_t *scan,
    const glyph_event_t *e);

/* How the card was found that the context has. */
void glyph_note_card(glyph_match_t *result, const glyph_index_t *index,
    const glyph_scan_t *scan, const glyph_context_t *ctx);

#endif /* GLYPH_NOTE_H_INCLUDED */
