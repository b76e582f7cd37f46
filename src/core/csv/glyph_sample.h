/*
 * What a file's first 32 KB decide: whether it is text, its delimiter, its
 * header, and the decimal mark of its prices.  The delimiter is the one with
 * which the first line has most names of known columns, or, of those that
 * tie, what glyph_reader_sniff() says.
 */

#ifndef GLYPH_SAMPLE_H_INCLUDED
#define GLYPH_SAMPLE_H_INCLUDED

#include "column/glyph_column.h"
#include "value/glyph_currency.h"
#include "csv/glyph_reader.h"
#include "csv/glyph_skip.h"


typedef struct {
    /* given */
    const unsigned char  *data;
    size_t                len;
    int                   whole;        /* it is all of the file */
    const glyph_str_t    *map;
    size_t                max_row_size;
    size_t                max_columns;
    glyph_format_e        format;       /* of JSON: may be found another */
    unsigned              header_line;  /* 0: not told */
    unsigned              headless:1;   /* there is none: s->map names places */

    /* given if not 0, else found */
    unsigned char         delimiter;
    glyph_decimal_e       decimal;

    /* given; gets what glyph_header_suggest() says of a refused header */
    glyph_buf_t          *did_you_mean;

    /* given; gets the header's bytes, without the line end */
    glyph_buf_t          *head;

    /* records that are no rows; NULL: not known yet */
    const glyph_skip_t   *skip;

    /* found; the caller's then, also on failure */
    glyph_header_t       *header;
    glyph_reader_t       *reader;       /* behind the header */
    const unsigned char  *pos;          /* and there it is */
    const unsigned char  *from;         /* the header's line */
    unsigned              line;         /* … and its number */
    unsigned              found_line;   /* the header's, if nobody told it and
                                           it is not the first; or 0 */
    glyph_buf_t           path;         /* of JSON: to the records within an
                                           object; the caller's to free */
    unsigned              wrapped:1;    /* each line is in quotes */
    unsigned              unquoted:1;   /* quote signs are text */
} glyph_sample_t;


/*
 * Of a CSV file.  GLYPH_OK, GLYPH_ERROR, or GLYPH_BAD with *code, and a
 * sentence in *detail unless the code says all.
 */
int glyph_sample_decide(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail);

/*
 * Whether all of the file is a line, that does not end; what to say then, for
 * whoever refuses it.
 */
int glyph_sample_one_line(const glyph_sample_t *s);

#define GLYPH_SAMPLE_ONE_LINE                                                 \
    "; the file is one line: curl -d takes line ends out, --data-binary "     \
    "leaves them"

#endif /* GLYPH_SAMPLE_H_INCLUDED */
