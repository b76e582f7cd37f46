/*
 * What the known columns are called in the files of sellers, folded as by
 * glyph_header_fold().
 */

#ifndef GLYPH_SYNONYMS_H_INCLUDED
#define GLYPH_SYNONYMS_H_INCLUDED

#include "column/glyph_column.h"


/*
 * How sure a name is.  Of several columns that could be the same known one
 * the surest is taken; two that are equally sure are an error.
 */

typedef enum {
    GLYPH_SYNONYM_VAGUE = 1,            /* better than nothing */
    GLYPH_SYNONYM_TITLE_OR_MODEL,       /* the model, where there is a title */
    GLYPH_SYNONYM_WEAK,                 /* means it if nothing else does */
    GLYPH_SYNONYM_STRONG,
    GLYPH_SYNONYM_CANONICAL,
    GLYPH_SYNONYM_MAPPED                /* told by the client */
} glyph_synonym_e;


typedef struct {
    const char       *name;
    glyph_column_e    column;
    glyph_synonym_e   strength;
    char              language[4];  /* of the file in src/core/words */
} glyph_synonym_t;


/* "_" does not count in a look-up. */
extern const glyph_synonym_t  glyph_synonyms[];
extern const size_t  glyph_synonyms_n;

#endif /* GLYPH_SYNONYMS_H_INCLUDED */
