/*
 * Scored rows as text: CSV (RFC 4180) and JSON.
 */

#ifndef GLYPH_OUTPUT_H_INCLUDED
#define GLYPH_OUTPUT_H_INCLUDED

#include "text/glyph_buf.h"
#include "listing/glyph_listing.h"


typedef enum {
    GLYPH_OUTPUT_CSV = 0,
    GLYPH_OUTPUT_NDJSON,
    GLYPH_OUTPUT_JSON           /* of a stream: one array */
} glyph_output_e;


/* The CSV header with its line end; nothing for others. */
void glyph_output_header(glyph_buf_t *b, glyph_output_e format);

/*
 * A row has two parts, so that what is known last can be put between them:
 * head, the final columns, tail.
 */
void glyph_output_head(glyph_buf_t *b, glyph_output_e format,
    const glyph_listing_t *l);
void glyph_output_final(glyph_buf_t *b, glyph_output_e format,
    double final_score, const char *dedup_status);
void glyph_output_tail(glyph_buf_t *b, glyph_output_e format,
    const glyph_listing_t *l);

/*
 * The columns one by one, by number from 0, in the order of the files.  The
 * name is NULL after the last; one that does not stream (final_score) needs
 * more than its row and has no value here.  The value comes with its key in
 * JSON, and a comma in front unless it is the first of its row.
 */
const char *glyph_output_name(size_t column);
int glyph_output_streams(size_t column);

/* Whether all rows of a model (or without one) have the same value there. */
int glyph_output_same_of_model(size_t column);
void glyph_output_value(glyph_buf_t *b, glyph_output_e format, size_t column,
    int first, const glyph_listing_t *l);

/* One CSV field, quoted where it must be. */
void glyph_output_field(glyph_buf_t *b, const unsigned char *data,
    size_t len, unsigned char delimiter);

#endif /* GLYPH_OUTPUT_H_INCLUDED */
