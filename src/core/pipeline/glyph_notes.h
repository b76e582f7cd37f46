/*
 * Warnings that are of a whole file, said once: in the ImportResult they are
 * among those of rows, before them, with row_index and line null.
 */

#ifndef GLYPH_NOTES_H_INCLUDED
#define GLYPH_NOTES_H_INCLUDED

#include "column/glyph_column.h"
#include "text/glyph_buf.h"
#include "text/glyph_code.h"
#include "pipeline/glyph_pipeline.h"
#include "value/glyph_tender.h"


/* Zeroed at first, but totals; json.failed when out of memory. */

typedef struct {
    size_t           n;
    glyph_totals_t  *totals;    /* where they are counted, too */
    glyph_buf_t      json;      /* objects with commas between them */
    glyph_buf_t      lines;     /* "code: text", for people */
} glyph_notes_t;


/* What to do is part of the text. */
void glyph_notes_add(glyph_notes_t *notes, glyph_code_e code,
    const glyph_buf_t *text);

/* What is odd in a header that is taken. */
void glyph_notes_header(glyph_notes_t *notes, const glyph_header_t *header);

/* When all rows are counted: the prices that do not tell their currency. */
void glyph_notes_currency(glyph_notes_t *notes,
    const glyph_tender_t *tender);

/* A name within a text, in quotes, cut if it is long. */
void glyph_notes_quote(glyph_buf_t *text, const glyph_str_t *name);

void glyph_notes_free(glyph_notes_t *notes);

#endif /* GLYPH_NOTES_H_INCLUDED */
