/*
 * What is wrong with a row, or to be said of it: a code, its column, and as
 * much of the value as fits.
 */

#include "pipeline/glyph_row_parts.h"
#include "text/glyph_utf8.h"


#define GLYPH_ROW_VALUE_MAX  200    /* of a wrong value, as reported */


static void glyph_row_what(const glyph_row_result_t *result,
    glyph_code_e code, glyph_column_e column, glyph_row_error_t *e);


void
glyph_row_error(glyph_row_result_t *result, glyph_code_e code,
    glyph_column_e column)
{
    size_t  i;

    if (result->rejected.n == GLYPH_ROW_ERRORS) {
        return;
    }

    /* the first thing that is wrong with a value says enough */

    for (i = 0; i < result->rejected.n; i++) {

        if (column < GLYPH_COL_N
            && result->rejected.errors[i].column == column
            && result->rejected.errors[i].code == GLYPH_ROW_VALUE_NESTED)
        {
            return;
        }
    }

    glyph_row_what(result, code, column,
                   &result->rejected.errors[result->rejected.n++]);
}


void
glyph_row_warning(glyph_row_result_t *result, glyph_code_e code,
    glyph_column_e column)
{
    if (result->nwarnings < GLYPH_ROW_WARNINGS) {
        glyph_row_what(result, code, column,
                       &result->warnings[result->nwarnings++]);
    }
}


static void
glyph_row_what(const glyph_row_result_t *result, glyph_code_e code,
    glyph_column_e column, glyph_row_error_t *e)
{
    const glyph_str_t  *value;

    e->code = code;
    e->column = column;
    e->value.data = NULL;
    e->value.len = 0;

    if (column < GLYPH_COL_N) {
        value = (result->changed & 1u << column)
                ? &result->given[column] : &result->listing.text[column];

        e->value.data = value->data;
        e->value.len = glyph_utf8_cut(value->data, value->len,
                                      GLYPH_ROW_VALUE_MAX);
    }
}
