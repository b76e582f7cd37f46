/*
 * Warnings that are of a whole file, said once: in the ImportResult they are
 * before those of rows, with row_index and line null.
 */

#ifndef GLYPH_NOTES_H_INCLUDED
#define GLYPH_NOTES_H_INCLUDED

#include "column/glyph_column.h"
#include "csv/glyph_sample.h"
#include "text/glyph_buf.h"
#include "text/glyph_code.h"
#include "pipeline/glyph_pipeline.h"
#include "value/glyph_tender.h"


#define GLYPH_NOTES_MAX  16


/* Zeroed at first; text.failed when out of memory. */

typedef struct {
    size_t        n;
    size_t        given;        /* to the sink, and counted */
    struct {
        glyph_code_e  code;
        size_t        start;    /* in text */
        size_t        len;
    } note[GLYPH_NOTES_MAX];
    glyph_buf_t   text;
} glyph_notes_t;


/* What to do is part of the text; more than GLYPH_NOTES_MAX are not kept. */
void glyph_notes_add(glyph_notes_t *notes, glyph_code_e code,
    const glyph_buf_t *text);

/* The file is read as windows-1252, which nobody has said. */
void glyph_notes_charset(glyph_notes_t *notes);

/* Where the header, or the records, were found. */
void glyph_notes_sample(glyph_notes_t *notes, const glyph_sample_t *s);

/* What is odd in a header that is taken. */
void glyph_notes_header(glyph_notes_t *notes, const glyph_header_t *header);

/* When all rows are counted: the prices that do not tell their currency. */
void glyph_notes_currency(glyph_notes_t *notes, const glyph_totals_t *totals,
    const glyph_tender_t *tender);

/*
 * Likewise: most of them name no known model.  "advice" is the end of the
 * sentence, see glyph_title_choice.h.
 */
void glyph_notes_unknown(glyph_notes_t *notes, const glyph_totals_t *totals,
    const glyph_buf_t *advice);

/* Gives those that have not been, and counts them. */
void glyph_notes_give(glyph_notes_t *notes, glyph_totals_t *totals,
    const glyph_sink_t *sink);

/* Objects with commas between them. */
void glyph_notes_json(const glyph_notes_t *notes, glyph_buf_t *b);

/* Lines of a code, ": ", and a sentence. */
void glyph_notes_lines(const glyph_notes_t *notes, glyph_buf_t *b);

void glyph_notes_free(glyph_notes_t *notes);

#endif /* GLYPH_NOTES_H_INCLUDED */
