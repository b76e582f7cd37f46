/*
 * Rows as tuples of Postgres' binary COPY format ("COPY", File Formats,
 * Binary Format, in the Postgres manual).  A stream is the 19-byte header,
 * tuples in any number, and the 2-byte trailer.
 */

#ifndef GLYPH_COPY_H_INCLUDED
#define GLYPH_COPY_H_INCLUDED

#include "text/glyph_buf.h"
#include "listing/glyph_listing.h"


#define GLYPH_COPY_HEADER_LEN   19
#define GLYPH_COPY_TRAILER_LEN  2

extern const unsigned char  glyph_copy_header[GLYPH_COPY_HEADER_LEN];
extern const unsigned char  glyph_copy_trailer[GLYPH_COPY_TRAILER_LEN];

/* "glyph.listings (import_id, …)": the columns in the order of the tuples. */
extern const char  glyph_copy_listings[];
extern const char  glyph_copy_errors[];
extern const char  glyph_copy_warnings[];

void glyph_copy_listing(glyph_buf_t *b, const unsigned char import_id[16],
    const glyph_listing_t *l);
void glyph_copy_rejected(glyph_buf_t *b, const unsigned char import_id[16],
    const glyph_rejected_t *r);
void glyph_copy_warning(glyph_buf_t *b, const unsigned char import_id[16],
    const glyph_warning_t *w);

#endif /* GLYPH_COPY_H_INCLUDED */
