/*
 * What the first 32 KB of a JSON file decide: the columns, which are the keys
 * of the records in it, and the decimal mark of prices that are texts.
 */

#ifndef GLYPH_JSON_SAMPLE_H_INCLUDED
#define GLYPH_JSON_SAMPLE_H_INCLUDED

#include "csv/glyph_sample.h"


/* As glyph_sample_decide(), for s->format. */
int glyph_json_sample_decide(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail);

#endif /* GLYPH_JSON_SAMPLE_H_INCLUDED */
