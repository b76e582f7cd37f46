
#include "text/glyph_fields.h"


#define GLYPH_FIELDS_MIN  16        /* room for so many at first */


int
glyph_fields_push_more(glyph_fields_t *f, const unsigned char *data,
    size_t len)
{
    size_t        size;
    glyph_str_t  *fields;

    if (f->n == f->max) {
        f->too_many = 1;
        return GLYPH_OK;
    }

    size = f->size ? 2 * f->size : GLYPH_FIELDS_MIN;

    if (size > f->max) {
        size = f->max;
    }

    fields = realloc(f->data, size * sizeof(glyph_str_t));
    if (fields == NULL) {
        return GLYPH_ERROR;
    }

    f->data = fields;
    f->size = size;

    return glyph_fields_push(f, data, len);
}
