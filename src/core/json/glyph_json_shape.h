/*
 * What a JSON file is, by its beginning: an array of records, lines of them,
 * one record, or an array within an object.
 */

#ifndef GLYPH_JSON_SHAPE_H_INCLUDED
#define GLYPH_JSON_SHAPE_H_INCLUDED

#include "text/glyph_buf.h"
#include "text/glyph_format.h"


typedef struct {
    glyph_format_e   format;    /* GLYPH_FORMAT_JSON or …NDJSON */
    uint64_t         start;     /* of the array, from the file's first byte */
    uint64_t         line;
    unsigned         nested:1;  /* it is within an object: path */
    unsigned         bare:1;    /* no array, but one record */
    const char      *advice;    /* none of these; or NULL */
} glyph_json_shape_t;


/*
 * "format" is what the client said; "mapped", that it told names of columns,
 * so that nobody else can know them.  *path (empty) gets the array's, "a.b".
 */
void glyph_json_shape(glyph_json_shape_t *shape, glyph_format_e format,
    const unsigned char *data, size_t len, int whole, int mapped,
    glyph_buf_t *path);

/*
 * CSV or not: an array of objects begins with "[{", an object with {"; the
 * header of a CSV file with neither, though SQL Server writes [title],[price].
 */
glyph_format_e glyph_json_shape_format(const unsigned char *data, size_t len);

#endif /* GLYPH_JSON_SHAPE_H_INCLUDED */
