/*
 * Notes of a match: the words that made it, and what was assumed.
 */

#ifndef GLYPH_NOTE_H_INCLUDED
#define GLYPH_NOTE_H_INCLUDED

#include <string.h>

#include "title/glyph_context.h"
#include "title/glyph_match.h"


/* Whole pieces only, so that what is written stays valid UTF-8. */

static inline void
glyph_note_data(glyph_match_t *result, const void *data, size_t len)
{
    if (len > GLYPH_MATCH_NOTES - result->notes_len) {
        return;
    }

    memcpy(result->notes + result->notes_len, data, len);
    result->notes_len += len;
}


/* Inline, so that the length of a literal is known. */

static inline void
glyph_note(glyph_match_t *result, const char *text)
{
    glyph_note_data(result, text, strlen(text));
}


void glyph_match_notes(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_context_t *ctx, glyph_match_t *result);
void glyph_note_words(glyph_match_t *result, const glyph_scan_t *scan,
    const glyph_event_t *e);

#endif /* GLYPH_NOTE_H_INCLUDED */
