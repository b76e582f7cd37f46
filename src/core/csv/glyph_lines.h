/*
 * Physical lines: where one ends in what can be seen of the input.
 */

#ifndef GLYPH_LINES_H_INCLUDED
#define GLYPH_LINES_H_INCLUDED

#include "csv/glyph_plain.h"


/* Stream offsets between which a byte is known not to occur. */

typedef struct {
    uint64_t              lo;
    uint64_t              hi;
} glyph_seek_t;


/* What can be seen of the input, from the record's first byte on. */

typedef struct {
    const unsigned char  *data;
    size_t                len;
    int                   end;          /* nothing follows */
} glyph_window_t;


/* A physical line; offsets from the record's first byte. */

typedef struct {
    size_t                start;
    size_t                end;          /* of its bytes */
    size_t                next;         /* behind its line end */
    unsigned              last:1;       /* which is the end of the file */
} glyph_line_t;


typedef struct {
    glyph_seek_t          lf;
    glyph_seek_t          cr;
} glyph_lines_t;


/*
 * Finds the end of the line that begins at line->start; the window begins at
 * "offset".  GLYPH_AGAIN when it is not in the window; line->end then tells
 * how long the record is so far.
 */
int glyph_lines_end(glyph_lines_t *lines, uint64_t offset,
    const glyph_window_t *w, glyph_line_t *line);

/*
 * What fills the last line up, as CP/M and DOS ended texts (0x1A) and as files
 * of whole blocks have it (NUL), is no part of its last field.  Of a line of
 * nothing else it is left for the caller to see: 0.
 */
size_t glyph_lines_tail(const glyph_plain_t *pl, const unsigned char *data,
    size_t len);

/*
 * Where the byte c comes first from data + from on, or "to".  What has been
 * searched once is not searched again, so that a file without LF (or a record
 * that comes in small pieces) costs linear time.
 */
size_t glyph_lines_seek(glyph_seek_t *s, unsigned char c, uint64_t offset,
    const unsigned char *data, size_t from, size_t to);

#endif /* GLYPH_LINES_H_INCLUDED */
