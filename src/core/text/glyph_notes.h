/*
 * What is said once of a whole file that is read all the same: how it was
 * taken, and how to say what it is.
 */

#ifndef GLYPH_NOTES_H_INCLUDED
#define GLYPH_NOTES_H_INCLUDED

#include "text/glyph_buf.h"
#include "text/glyph_code.h"


#define GLYPH_NOTES_MAX  16


typedef struct {
    glyph_code_e  code;         /* GLYPH_WARN_… */
    glyph_buf_t   text;         /* a sentence, in valid UTF-8 */
} glyph_note_t;


/* Zeroed at first. */

typedef struct {
    glyph_note_t  note[GLYPH_NOTES_MAX];
    size_t        n;
} glyph_notes_t;


/*
 * The text of a new note, to be written by the caller; of one with this code,
 * if there is one already, anew.
 */
glyph_buf_t *glyph_notes_add(glyph_notes_t *notes, glyph_code_e code);

/* GLYPH_OK, or GLYPH_ERROR: there was no memory for a text. */
int glyph_notes_good(const glyph_notes_t *notes);

void glyph_notes_free(glyph_notes_t *notes);

#endif /* GLYPH_NOTES_H_INCLUDED */
