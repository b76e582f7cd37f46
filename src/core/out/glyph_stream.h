/*
 * Scored rows as they come: CSV, NDJSON or one JSON array, with all columns
 * that a row alone can tell, or those that somebody chose.
 *
 * Rejected rows are left out, or (errors) shown in their places:
 *
 *   CSV     import_index alone, and at the line's end three columns more,
 *           which listings have empty: _line, _codes, _messages
 *   JSON    {"row_index","line","byte_offset","errors","row_data"}, as
 *           elsewhere (docs/api.md); listings have no "errors"
 */

#ifndef GLYPH_STREAM_H_INCLUDED
#define GLYPH_STREAM_H_INCLUDED

#include "out/glyph_output.h"


#define GLYPH_STREAM_COLUMNS  64
#define GLYPH_STREAM_RECENT   64


/* Where the buffer has what a model's columns are written as. */

typedef struct {
    const glyph_model_t   *model;
    size_t                 pos;
    size_t                 len;         /* 0: nowhere */
} glyph_stream_recent_t;


typedef struct {
    glyph_output_e         format;
    unsigned               errors:1;
    unsigned               begun:1;     /* something has been written */
    size_t                 n;
    unsigned char          columns[GLYPH_STREAM_COLUMNS];

    /* the longest run of columns in which all rows of a model are the same */
    size_t                 run;
    size_t                 run_end;
    const glyph_buf_t     *buf;         /* that "recent" is about */
    size_t                 buf_len;     /* … as it was left */
    glyph_stream_recent_t  recent[GLYPH_STREAM_RECENT];
} glyph_stream_t;


/* All columns, without rejected rows. */
void glyph_stream_init(glyph_stream_t *s, glyph_output_e format);

/*
 * Chooses columns and their order: names with commas between.  GLYPH_OK, or
 * GLYPH_BAD with the name that is wrong, why ("is not a column"), and the
 * column it may stand for or NULL.
 */
int glyph_stream_columns(glyph_stream_t *s, const glyph_str_t *list,
    glyph_str_t *name, const char **why, const char **near);

/* A row, after the header if it is the first. */
void glyph_stream_listing(glyph_stream_t *s, glyph_buf_t *b,
    const glyph_listing_t *l);
void glyph_stream_rejected(glyph_stream_t *s, glyph_buf_t *b,
    const glyph_rejected_t *r);

/* What follows the last row. */
void glyph_stream_end(glyph_stream_t *s, glyph_buf_t *b);

#endif /* GLYPH_STREAM_H_INCLUDED */
