/*
 * Where in a sample the header is.  s->from and s->line are where it is looked
 * for.
 */

#ifndef GLYPH_SAMPLE_FIND_H_INCLUDED
#define GLYPH_SAMPLE_FIND_H_INCLUDED

#include "csv/glyph_sample.h"


typedef struct {
    unsigned       line;        /* 0: there is none */
    unsigned char  delimiter;
    size_t         names;       /* of columns, that are known */
    unsigned       clear:1;     /* what is above it does not look like rows */
} glyph_found_t;


/*
 * Whether the first line says what the delimiter is, which may be '\0' all the
 * same; s->from is behind it then.
 */
int glyph_find_sep(glyph_sample_t *s, unsigned char *sep);

/* Moves s->from to a line; GLYPH_BAD: there are not so many. */
int glyph_find_line(glyph_sample_t *s, unsigned line);

/* Sets s->delimiter.  GLYPH_OK or GLYPH_ERROR, as the next two. */
int glyph_find_delimiter(glyph_sample_t *s);

/*
 * The first of the first records that has all names that a header must, by
 * the delimiter, if it is given, or by any.
 */
int glyph_find_header(const glyph_sample_t *s, unsigned char delimiter,
    glyph_found_t *found);

/*
 * Whether fields between tabs begin with quotes that do not end them, in lines
 * that all have as many tabs: so no quotes are there to keep a line end.
 */
int glyph_find_unquoted(const glyph_sample_t *s);

/* As glyph_find_header(), of lines that are in quotes as a whole. */
int glyph_find_wrapped(const glyph_sample_t *s, unsigned char delimiter,
    glyph_found_t *found);

#endif /* GLYPH_SAMPLE_FIND_H_INCLUDED */
