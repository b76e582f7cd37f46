/*
 * Where the records of a JSON file begin and end.  Of an array its elements
 * are the records, found by brackets and quotes alone; of NDJSON the lines
 * that are not blank.  What is in a record is none of this file's business.
 *
 * A record that the input ends in is kept, at most max_row_size bytes of it;
 * of a longer one the rest is passed over.
 */

#ifndef GLYPH_JSON_FRAME_H_INCLUDED
#define GLYPH_JSON_FRAME_H_INCLUDED

#include "text/glyph_buf.h"
#include "text/glyph_format.h"
#include "text/glyph_record.h"


typedef struct {
    int              state;         /* of an array: see the source */
    size_t           depth;         /* within an element */
    glyph_buf_t      hold;          /* the record, as far as it is known */
    uint64_t         offset;        /* of the next byte */
    uint64_t         line;
    uint64_t         start;         /* of the record's first byte */
    uint64_t         start_line;
    size_t           max_row_size;
    glyph_format_e   format;
    const char      *message;       /* what is wrong, after GLYPH_BAD, at
                                       line and offset */
    uint64_t         from;          /* where the array begins */
    uint64_t         from_line;
    unsigned         nested:1;      /* … within an object, of which no more is
                                       read */
    unsigned         bare:1;        /* no array: one record */
    unsigned         string:1;      /* in quotes */
    unsigned         escape:1;      /* behind a backslash */
    unsigned         large:1;       /* the record is */
} glyph_json_frames_t;


void glyph_json_frames_init(glyph_json_frames_t *f, glyph_format_e format,
    size_t max_row_size);
void glyph_json_frames_free(glyph_json_frames_t *f);

/*
 * Where the array begins, from the file's first byte, within an object; or, if
 * "bare", that there is none, but one object.
 */
void glyph_json_frames_begin(glyph_json_frames_t *f, uint64_t from,
    uint64_t line, int nested, int bare);

/* Back to the beginning of the file. */
void glyph_json_frames_rewind(glyph_json_frames_t *f);

/*
 * As glyph_reader_next(), but for the fields: *rec has code (OK, or
 * ROW_TOO_LARGE), place and raw.  GLYPH_BAD: the array is none.
 */
int glyph_json_frames_next(glyph_json_frames_t *f, const unsigned char **pos,
    const unsigned char *last, int end, glyph_record_t *rec);

#endif /* GLYPH_JSON_FRAME_H_INCLUDED */
