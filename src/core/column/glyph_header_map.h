/*
 * Where in a header a name is, as the client writes it in ?map=: which may
 * name any column, and as many as there are.
 */

#ifndef GLYPH_HEADER_MAP_H_INCLUDED
#define GLYPH_HEADER_MAP_H_INCLUDED

#include "column/glyph_column.h"


typedef struct glyph_header_map_s  glyph_header_map_t;


/*
 * The next pair of ?map=, "Preis:price": *rest is moved behind it.  A name may
 * be in quotes, in which two stand for one, and then have commas; the colon
 * before the target is the pair's last.  GLYPH_OK, GLYPH_AGAIN (no more),
 * GLYPH_BAD, GLYPH_ERROR; *name may be in *text, the caller's buffer.
 */
int glyph_header_map_next(glyph_str_t *rest, glyph_str_t *name,
    glyph_str_t *target, glyph_buf_t *text);

/* Adds a name as it is written there, in a URL: "Preis%20brutto". */
void glyph_header_map_name(glyph_buf_t *text, const glyph_str_t *name);

/* The columns must stay as they are; NULL when out of memory. */
glyph_header_map_t *glyph_header_map_create(const glyph_column_t *columns,
    size_t n);
void glyph_header_map_destroy(glyph_header_map_t *map);

/*
 * The first column of this name, as written or else folded; or the one at the
 * place that it is the number of, from 1, if that has no name; or -1.
 */
int glyph_header_map_find(glyph_header_map_t *map, const glyph_str_t *name);

#endif /* GLYPH_HEADER_MAP_H_INCLUDED */
