/*
 * The fields of one record: where their texts are.
 */

#ifndef GLYPH_FIELDS_H_INCLUDED
#define GLYPH_FIELDS_H_INCLUDED

#include "text/glyph.h"


/* Zeroed at first, but for max; data is freed by its owner. */

typedef struct {
    glyph_str_t  *data;
    size_t        n;
    size_t        size;         /* never more than max */
    size_t        max;          /* of a record */
    unsigned      too_many:1;   /* so many that some were left out */
} glyph_fields_t;


/* There is no room for another: more is made, unless it is too many. */
int glyph_fields_push_more(glyph_fields_t *f, const unsigned char *data,
    size_t len);


static inline void
glyph_fields_reset(glyph_fields_t *f)
{
    f->n = 0;
    f->too_many = 0;
}


/* GLYPH_OK, or GLYPH_ERROR when out of memory. */

static inline int
glyph_fields_push(glyph_fields_t *f, const unsigned char *data, size_t len)
{
    glyph_str_t  *field;

    if (f->n == f->size) {
        return glyph_fields_push_more(f, data, len);
    }

    field = &f->data[f->n++];
    field->data = (unsigned char *) data;
    field->len = len;

    return GLYPH_OK;
}

#endif /* GLYPH_FIELDS_H_INCLUDED */
