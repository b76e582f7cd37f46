/*
 * Where in a header a name is, as the client writes it in ?map=: which may
 * name any column, and as many as there are.
 */

#ifndef GLYPH_HEADER_MAP_H_INCLUDED
#define GLYPH_HEADER_MAP_H_INCLUDED

#include "column/glyph_column.h"


typedef struct glyph_header_map_s  glyph_header_map_t;


/* The columns must stay as they are; NULL when out of memory. */
glyph_header_map_t *glyph_header_map_create(const glyph_column_t *columns,
    size_t n);
void glyph_header_map_destroy(glyph_header_map_t *map);

/* The first column of this name, as written or else folded; or -1. */
int glyph_header_map_find(glyph_header_map_t *map, const glyph_str_t *name);

#endif /* GLYPH_HEADER_MAP_H_INCLUDED */
