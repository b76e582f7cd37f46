/*
 * Through the members of an object that is in memory, or the beginning of one,
 * without a parser: for a look at a file before it is read, and for values
 * within values.
 */

#ifndef GLYPH_JSON_WALK_H_INCLUDED
#define GLYPH_JSON_WALK_H_INCLUDED

#include "text/glyph_buf.h"
#include "text/glyph_record.h"


typedef struct {
    const unsigned char  *pos;
    const unsigned char  *last;
    glyph_str_t           key;      /* without quotes, escapes as they are */
    const unsigned char  *value;    /* its first byte */
} glyph_json_walk_t;


/* "pos" is at the object's brace. */
void glyph_json_walk_init(glyph_json_walk_t *w, const unsigned char *pos,
    const unsigned char *last);

/*
 * GLYPH_OK: key and value are those of the next member; GLYPH_AGAIN: there is
 * no more, w->pos is behind the object; GLYPH_BAD: it is no object, or there
 * is more of it than is known.
 */
int glyph_json_walk_next(glyph_json_walk_t *w);

/* Behind the value at p; NULL: its end is not there. */
const unsigned char *glyph_json_walk_skip(const unsigned char *p,
    const unsigned char *last);

/* The next byte that is no white space, or "last". */
const unsigned char *glyph_json_walk_space(const unsigned char *p,
    const unsigned char *last);

/*
 * The value at a path ("value", "offers.price") in an object; 0: it is not
 * there, or null.  Of a text without its quotes, escapes as they are.
 */
int glyph_json_walk_find(const glyph_str_t *object, const unsigned char *path,
    size_t len, glyph_str_t *value, glyph_field_e *kind);

/*
 * A text as glyph_json_string() writes it, without its escapes, if there are
 * any: appended to b, which has room for it.
 */
void glyph_json_walk_text(glyph_str_t *text, glyph_buf_t *b);

#endif /* GLYPH_JSON_WALK_H_INCLUDED */
