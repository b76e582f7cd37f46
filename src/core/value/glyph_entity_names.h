/*
 * The entities of HTML that texts of shops have: all of HTML 4, the letters of
 * Latin Extended-A, and the signs of ASCII.
 */

#ifndef GLYPH_ENTITY_NAMES_H_INCLUDED
#define GLYPH_ENTITY_NAMES_H_INCLUDED

#include "text/glyph.h"


#define GLYPH_ENTITY_NAME_MAX  16


typedef struct {
    const char  *name;          /* between "&" and ";" */
    uint32_t     cp;
} glyph_entity_name_t;


extern const glyph_entity_name_t  glyph_entity_names[];
extern const size_t  glyph_entity_names_n;

#endif /* GLYPH_ENTITY_NAMES_H_INCLUDED */
