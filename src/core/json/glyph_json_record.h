/*
 * One JSON value, parsed by yajl, as events of an object's keys.
 *
 * yajl does not look at what malloc() returns, so its memory is a block that
 * is made large enough for the record before, and used again for the next.
 */

#ifndef GLYPH_JSON_RECORD_H_INCLUDED
#define GLYPH_JSON_RECORD_H_INCLUDED

#include "text/glyph_buf.h"
#include "text/glyph_record.h"


#define GLYPH_JSON_RECORD_DEPTH   32    /* the object itself counted */
#define GLYPH_JSON_RECORD_NUMBER  64    /* characters of a number */
#define GLYPH_JSON_RECORD_EXP     2     /* digits of its exponent */


typedef struct glyph_json_record_s  glyph_json_record_t;


/*
 * key() says whether values of the key are wanted: GLYPH_CODE_OK, or an error
 * that ends the record.  value() is called for the last key, unless its value
 * is null; the text is valid until the next parse.
 */

typedef struct {
    void          *data;
    glyph_code_e (*key)(void *data, const glyph_str_t *key);
    void         (*value)(void *data, const glyph_str_t *text,
                          glyph_field_e kind);
} glyph_json_events_t;


glyph_json_record_t *glyph_json_record_create(void);
void glyph_json_record_destroy(glyph_json_record_t *r);

/*
 *   GLYPH_OK     *code is GLYPH_CODE_OK or what is wrong with the record
 *   GLYPH_BAD    it is no JSON: *at bytes of it are, and *message says more;
 *                valid until the next call
 *   GLYPH_ERROR  out of memory
 */
int glyph_json_record_parse(glyph_json_record_t *r, const glyph_str_t *text,
    const glyph_json_events_t *events, glyph_code_e *code, size_t *at,
    const char **message);

#endif /* GLYPH_JSON_RECORD_H_INCLUDED */
