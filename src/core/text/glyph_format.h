/*
 * What a file is written in.
 */

#ifndef GLYPH_FORMAT_H_INCLUDED
#define GLYPH_FORMAT_H_INCLUDED


typedef enum {
    GLYPH_FORMAT_CSV = 0,
    GLYPH_FORMAT_JSON,          /* one array, of an object a record */
    GLYPH_FORMAT_NDJSON,        /* an object a line */
    GLYPH_FORMAT_ANY            /* to be found by the file's first bytes */
} glyph_format_e;

#endif /* GLYPH_FORMAT_H_INCLUDED */
