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
#include "pipeline/glyph_row.h"
#include "value/glyph_tender.h"


#define GLYPH_NOTES_MAX  32


typedef struct {
    glyph_code_e        code;
    size_t              start;      /* in text */
    size_t              len;
} glyph_note_t;

/* Of listings that something is true of: how many they are, and the first. */

typedef struct {
    uint64_t            rows;
    uint64_t            line;
    size_t              start;      /* of the value, in text */
    size_t              len;
} glyph_note_rows_t;

/* Zeroed at first; text.failed when out of memory. */

typedef struct {
    size_t              n;
    size_t              given;      /* to the sink, and counted */
    glyph_note_t        note[GLYPH_NOTES_MAX];
    glyph_note_rows_t   once[GLYPH_ONCE_N];
    glyph_buf_t         text;
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

/* A listing of which result->once has something. */
void glyph_notes_row(glyph_notes_t *notes, const glyph_row_result_t *result);

/*
 * All rows have been read: what is true of some of them; and if most name no
 * known model, for which "advice" is the end of the sentence, see
 * glyph_title_choice.h.
 */
void glyph_notes_rows(glyph_notes_t *notes, const glyph_totals_t *totals,
    const glyph_tender_t *tender, const glyph_buf_t *advice);

/* Gives those that have not been, and counts them. */
void glyph_notes_give(glyph_notes_t *notes, glyph_totals_t *totals,
    const glyph_sink_t *sink);

/* Objects with commas between them. */
void glyph_notes_json(const glyph_notes_t *notes, glyph_buf_t *b);

/* Lines of a code, ": ", and a sentence. */
void glyph_notes_lines(const glyph_notes_t *notes, glyph_buf_t *b);

void glyph_notes_free(glyph_notes_t *notes);

#endif /* GLYPH_NOTES_H_INCLUDED */
