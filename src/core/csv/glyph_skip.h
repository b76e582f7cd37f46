/*
 * Records of a CSV file that are no listings, and no errors either: those of
 * nothing but delimiters and blanks (a last 0x1A and NULs to fill up a block
 * are such, too), the header once more, and lines of totals.
 *
 * A line of totals has in its first cell nothing but a word for one, and
 * neither a URL nor a seller, nor a title elsewhere.
 */

#ifndef GLYPH_SKIP_H_INCLUDED
#define GLYPH_SKIP_H_INCLUDED

#include "column/glyph_column.h"
#include "text/glyph_record.h"


typedef struct {
    int           find[GLYPH_COL_N];    /* as in the header */
    int           title;                /* the title's column, or the model's */
    glyph_str_t   title_name;
    glyph_str_t   price_name;
    uint32_t      starts[32];           /* of totals, by two bytes */
    unsigned      headed:1;             /* the file has a header line */
} glyph_skip_t;


/* The header, if the file has a line with it, must live as long. */
void glyph_skip_init(glyph_skip_t *skip, const glyph_header_t *header,
    int headed);

/* The fields need not be trimmed. */
int glyph_skip_is(const glyph_skip_t *skip, const glyph_record_t *rec);

#endif /* GLYPH_SKIP_H_INCLUDED */
