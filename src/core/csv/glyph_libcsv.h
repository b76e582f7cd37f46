/*
 * Lines of CSV by libcsv, for records that glyph_plain.h leaves: their fields,
 * gathered in one buffer, since libcsv's bytes are gone after each call.
 */

#ifndef GLYPH_LIBCSV_H_INCLUDED
#define GLYPH_LIBCSV_H_INCLUDED

#include <csv.h>

#include "text/glyph_buf.h"
#include "text/glyph_fields.h"


typedef enum {
    GLYPH_PARSED = 0,
    GLYPH_PARSE_BLANK,
    GLYPH_PARSE_OPEN,           /* the line ends inside quotes */
    GLYPH_PARSE_BAD,
    GLYPH_PARSE_NO_MEMORY
} glyph_parse_e;


typedef struct {
    struct csv_parser   csv;
    glyph_buf_t         text;       /* of the fields, in order */
    glyph_fields_t     *fields;     /* the caller's */
    unsigned            row:1;      /* a record has ended */
    unsigned            failed:1;   /* out of memory */
} glyph_libcsv_t;


/* GLYPH_OK, or GLYPH_ERROR when out of memory. */
int glyph_libcsv_init(glyph_libcsv_t *l, unsigned char delimiter,
    glyph_fields_t *fields);
void glyph_libcsv_free(glyph_libcsv_t *l);

/* The byte that quotes fields, if it is not '"'. */
void glyph_libcsv_quote(glyph_libcsv_t *l, unsigned char quote);

/*
 * A record begins.  Not "strict": a quote sign inside a field stands for
 * itself.
 */
void glyph_libcsv_reset(glyph_libcsv_t *l, int strict);

/* A line of it; "last": without a line end, which the end of the file is. */
glyph_parse_e glyph_libcsv_parse(glyph_libcsv_t *l,
    const unsigned char *data, size_t len, int last);

/*
 * After GLYPH_PARSED: sets where the fields are; "empty" is a place for those
 * of a record that has no text.
 */
void glyph_libcsv_place(glyph_libcsv_t *l, const unsigned char *empty);

#endif /* GLYPH_LIBCSV_H_INCLUDED */
