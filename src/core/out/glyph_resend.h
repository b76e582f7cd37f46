/*
 * The file of rejected records, to be mended and sent again: the header and
 * the records as they are in the file, byte for byte, and three columns more
 * at the end: _line, _codes and _messages, which are ignored when they come
 * back.  In the file's own delimiter, in UTF-8.
 *
 *   a record with           is written
 *   too few fields          with empty ones more, lest our columns be taken
 *                           for its own
 *   too many, all empty     without them
 *   quotes that do not      as it is: nobody knows its fields
 *   match
 *   our columns already     without them: what was sent again is still wrong
 *
 * A "safe" file is for spreadsheets, and not to be sent again: its cells are
 * written anew, all in quotes, and an apostrophe stands before what would make
 * a formula of one, also behind what another spreadsheet takes for the end of
 * a cell (OWASP, CSV Injection).
 */

#ifndef GLYPH_RESEND_H_INCLUDED
#define GLYPH_RESEND_H_INCLUDED

#include "text/glyph_buf.h"


typedef struct {
    glyph_str_t    header;      /* without our columns; the caller's bytes */
    size_t         ncolumns;    /* in it */
    unsigned char  delimiter;
    unsigned       own:1;       /* it came with our columns */
    unsigned       safe:1;
} glyph_resend_t;


/* "header" is the file's header record, and must stay where it is. */
void glyph_resend_init(glyph_resend_t *s, const glyph_str_t *header,
    unsigned char delimiter, int safe);

/* The header with its line end. */
void glyph_resend_header(const glyph_resend_t *s, glyph_buf_t *b);

/* A record, "raw", with its line end, and what is wrong with it. */
void glyph_resend_record(const glyph_resend_t *s, glyph_buf_t *b,
    const glyph_str_t *raw, uint64_t line, const glyph_str_t *codes,
    const glyph_str_t *messages);

/*
 * A cell of a safe file.  "quoted": quote signs in it are there twice already.
 */
void glyph_resend_cell(glyph_buf_t *b, const glyph_str_t *value, int quoted);

#endif /* GLYPH_RESEND_H_INCLUDED */
