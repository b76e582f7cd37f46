/*
 * A price that is an object: {"value":799.5,"currency":"EUR"}.
 */

#ifndef GLYPH_JSON_PRICE_H_INCLUDED
#define GLYPH_JSON_PRICE_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_record.h"


/* Whether the key is a name of the price. */
int glyph_json_price_key(const glyph_str_t *key);

/*
 * Sets what it says, as it is written, or returns 0 and leaves them alone;
 * *currency may be empty, and *value, if that is null.  A whole number as
 * "amount" may be of cents, as payment services have it: it is none.
 */
int glyph_json_price(const glyph_str_t *object, glyph_str_t *value,
    glyph_field_e *kind, glyph_str_t *currency);

#endif /* GLYPH_JSON_PRICE_H_INCLUDED */
