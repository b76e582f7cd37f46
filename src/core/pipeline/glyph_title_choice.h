/*
 * Which column has the titles, where the names of the columns mislead: by what
 * the registry recognises of a sample.
 */

#ifndef GLYPH_TITLE_CHOICE_H_INCLUDED
#define GLYPH_TITLE_CHOICE_H_INCLUDED

#include "csv/glyph_sample.h"
#include "pipeline/glyph_notes.h"
#include "title/glyph_registry.h"


/*
 * The sample is decided.  If the columns that are taken name a known model in
 * less than half of it, another one goes before them that is named like a
 * title, holds no long texts, names one in over 80 % of it, and is not what
 * the client says otherwise: a note tells.  If there is none, *advice gets
 * what would do better: a column, or several together; nothing if nothing
 * would.  GLYPH_OK or GLYPH_ERROR.
 */
int glyph_title_choose(const glyph_sample_t *s, const glyph_registry_t *reg,
    glyph_notes_t *notes, glyph_buf_t *advice);

#endif /* GLYPH_TITLE_CHOICE_H_INCLUDED */
