/*
 * Files that are scored already, such as a transform's output: what was found
 * of a title is taken from them, and checked against the registry.
 */

#ifndef GLYPH_SCORED_H_INCLUDED
#define GLYPH_SCORED_H_INCLUDED

#include "column/glyph_column.h"
#include "listing/glyph_listing.h"
#include "csv/glyph_reader.h"


typedef enum {
    GLYPH_SCORED_MODEL = 0,     /* canonical_model */
    GLYPH_SCORED_SCORE,
    GLYPH_SCORED_REQUIRED,      /* those before it are */
    GLYPH_SCORED_TYPE = GLYPH_SCORED_REQUIRED,
    GLYPH_SCORED_MATCH,         /* match_score */
    GLYPH_SCORED_NOTES,
    GLYPH_SCORED_IS_GPU,
    GLYPH_SCORED_REASON,
    GLYPH_SCORED_EXTRA,
    GLYPH_SCORED_N
} glyph_scored_e;


/* The places of the columns in the file, -1 for one that it has not. */

typedef struct {
    int  at[GLYPH_SCORED_N];
} glyph_scored_t;


/*
 * Takes the columns of a scored file out of those that are kept in extra.
 * GLYPH_CODE_OK, or GLYPH_FILE_COLUMNS_MISSING with a sentence in *detail.
 */
glyph_code_e glyph_scored_columns(glyph_header_t *header,
    glyph_buf_t *detail);

void glyph_scored_find(glyph_scored_t *s, const glyph_header_t *header);

/*
 * The match that a record tells.  GLYPH_ROW_MODEL_ID_UNKNOWN, or
 * GLYPH_ROW_MATCH_INVALID if its parts cannot be, or cannot be together.
 */
glyph_code_e glyph_scored_match(const glyph_scored_t *s,
    const glyph_record_t *rec, const glyph_registry_t *reg,
    glyph_match_t *match);

/* GLYPH_ROW_SCORE_MISMATCH if the record's is another one. */
glyph_code_e glyph_scored_check(const glyph_scored_t *s,
    const glyph_record_t *rec, const glyph_score_t *score);

#endif /* GLYPH_SCORED_H_INCLUDED */
