/*
 * Scored rows as text: CSV (RFC 4180) and NDJSON.
 */

#ifndef GLYPH_OUTPUT_H_INCLUDED
#define GLYPH_OUTPUT_H_INCLUDED

#include "glyph_buf.h"
#include "glyph_listing.h"


typedef enum {
    GLYPH_OUTPUT_CSV = 0,
    GLYPH_OUTPUT_NDJSON
} glyph_output_e;


/* The CSV header with its line end; nothing for NDJSON. */
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

/* One CSV field, quoted where it must be. */
void glyph_output_field(glyph_buf_t *b, const unsigned char *data,
    size_t len, unsigned char delimiter);

#endif /* GLYPH_OUTPUT_H_INCLUDED */
