/*
 * Records out of JSON: an array of objects, or an object a line.
 *
 *   frames      the record's bytes, by brackets or by lines
 *    │ record   yajl's events: a field for each key of the object, whatever
 *    │          is nested as JSON on one line
 *   reader      the keys' places: those that the file's first records have,
 *               in the order in which they come, and then new ones behind
 *
 * A record is parsed when all of it is there, so that one cannot harm
 * another, and none needs more memory than max_row_size.  A key has one place
 * in all records, a file has at most max_columns of them, and a record that
 * has one twice is wrong.  The keys of a record that cannot be read are
 * forgotten.
 *
 * In an array a syntax error ends the file (GLYPH_BAD): nothing tells where
 * the next record begins.  In NDJSON it is the line's.
 */

#ifndef GLYPH_JSON_READER_H_INCLUDED
#define GLYPH_JSON_READER_H_INCLUDED

#include "text/glyph_buf.h"
#include "column/glyph_column.h"
#include "text/glyph_format.h"
#include "text/glyph_record.h"


#define GLYPH_JSON_READER_KEY_MAX  1024     /* bytes of a key */


typedef struct glyph_json_reader_s  glyph_json_reader_t;


/* Returns NULL when out of memory. */
glyph_json_reader_t *glyph_json_reader_create(glyph_format_e format,
    size_t max_row_size, size_t max_columns);
void glyph_json_reader_destroy(glyph_json_reader_t *rd);

/* As glyph_reader_next(). */
int glyph_json_reader_next(glyph_json_reader_t *rd,
    const unsigned char **pos, const unsigned char *last, int end,
    glyph_record_t *rec);
glyph_code_e glyph_json_reader_refused(const glyph_json_reader_t *rd,
    glyph_buf_t *detail);

/*
 * A value within one of a record's, "price.value", becomes a column of its
 * own; before the first record, at most 16.  GLYPH_OK or GLYPH_ERROR.
 */
int glyph_json_reader_path(glyph_json_reader_t *rd, const glyph_str_t *path);

/* As glyph_json_frames_begin(). */
void glyph_json_reader_begin(glyph_json_reader_t *rd, uint64_t from,
    uint64_t line, int nested, int bare);

/* Back to the beginning of the file; the keys stay. */
void glyph_json_reader_rewind(glyph_json_reader_t *rd);

/* The keys so far, n of them; valid until the next call of next(). */
const glyph_str_t *glyph_json_reader_keys(const glyph_json_reader_t *rd,
    size_t *n);

/*
 * The header that was made of the keys so far, which is the caller's: keys
 * that are new from now on become columns of it.
 */
void glyph_json_reader_header(glyph_json_reader_t *rd,
    glyph_header_t *header);

#endif /* GLYPH_JSON_READER_H_INCLUDED */
