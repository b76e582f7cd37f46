/*
 * One record of a file, whatever that is written in.
 */

#ifndef GLYPH_RECORD_H_INCLUDED
#define GLYPH_RECORD_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_code.h"


/* Of a field that is not a text; CSV has none but texts. */

typedef enum {
    GLYPH_FIELD_TEXT = 0,
    GLYPH_FIELD_NUMBER,         /* as it is written */
    GLYPH_FIELD_BOOLEAN,        /* "true" or "false" */
    GLYPH_FIELD_NESTED          /* an object or array, as JSON on one line */
} glyph_field_e;


typedef struct {
    glyph_code_e   code;        /* GLYPH_CODE_OK, or GLYPH_ROW_MALFORMED,
                                   _TOO_LARGE, _TOO_MANY_COLUMNS; of JSON
                                   also others */
    uint64_t       line;        /* physical line of its first byte, from 1 */
    uint64_t       offset;      /* of its first byte in the UTF-8 stream */
    glyph_str_t    raw;         /* its bytes without the last line end; of a
                                   line that is too large the first
                                   max_row_size bytes */
    glyph_str_t   *fields;      /* unquoted; NULL, and nfields 0, unless
                                   OK */
    size_t         nfields;
    unsigned char *kinds;       /* a glyph_field_e of each field; NULL: all
                                   are texts */
    unsigned       ascii:1;     /* known to be bytes from 0x01 to 0x7f */
    unsigned       in_input:1;  /* its texts are: they are valid as long as
                                   that is */
    unsigned       stray_quote:1;
} glyph_record_t;

#endif /* GLYPH_RECORD_H_INCLUDED */
