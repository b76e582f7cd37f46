/*
 * The rows of a sample once more, as they will be read.
 */

#ifndef GLYPH_SAMPLE_ROWS_H_INCLUDED
#define GLYPH_SAMPLE_ROWS_H_INCLUDED

#include "csv/glyph_sample.h"


/* A record that is a row, its fields trimmed; other than 0: that is enough. */
typedef int (*glyph_sample_pt)(void *data, const glyph_record_t *rec);

/*
 * Of a sample that is decided, before its first row is read for good.
 * GLYPH_OK or GLYPH_ERROR.
 */
int glyph_sample_each(const glyph_sample_t *s, glyph_sample_pt each,
    void *data);

/* Another reader of its rows; NULL when out of memory. */
glyph_reader_t *glyph_sample_reader(const glyph_sample_t *s);

/* Sets the decimal mark that the prices prove.  GLYPH_OK or GLYPH_ERROR. */
int glyph_sample_decimal(glyph_sample_t *s);

#endif /* GLYPH_SAMPLE_ROWS_H_INCLUDED */
