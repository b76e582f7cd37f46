/*
 * A request body's way to the file's text: decoder, multipart, charset.  See
 * glyph_pipeline.h for what each of them holds.
 */

#ifndef GLYPH_BODY_H_INCLUDED
#define GLYPH_BODY_H_INCLUDED

#include "text/glyph_buf.h"
#include "text/glyph_code.h"
#include "body/glyph_opts.h"


typedef struct {
    const unsigned char  *pos;
    const unsigned char  *last;
} glyph_slice_t;


typedef struct glyph_body_s  glyph_body_t;


/*
 * The options are the caller's and must live as long; fields of a form are
 * added to them before the first byte of its file is given.  "detail" gets a
 * sentence on what is wrong.  GLYPH_OK, GLYPH_ERROR, or GLYPH_BAD (an unknown
 * charset) with *code; *body is NULL unless GLYPH_OK.
 */
int glyph_body_create(glyph_body_t **body, glyph_pipeline_opts_t *opts,
    glyph_buf_t *detail, glyph_code_e *code);
void glyph_body_destroy(glyph_body_t *body);

/*
 * Reads from *pos up to last, and moves *pos; "end" says that nothing follows.
 *
 *   GLYPH_OK     *text has the next bytes of the file, in UTF-8; they are
 *                valid until the next call, and as long as the input
 *   GLYPH_AGAIN  the input is consumed; glyph_body_ended() tells whether that
 *                was all
 *   GLYPH_BAD    glyph_body_code() tells why
 *   GLYPH_ERROR  out of memory
 */
int glyph_body_read(glyph_body_t *body, const unsigned char **pos,
    const unsigned char *last, int end, glyph_slice_t *text);

/*
 * The file, read as UTF-8 so far, is windows-1252: what was given of it until
 * now, all in "sample", is converted there, and *text, the last that was
 * given and not used, is taken back.  GLYPH_OK or GLYPH_ERROR.
 */
int glyph_body_western(glyph_body_t *body, glyph_buf_t *sample,
    glyph_slice_t *text);

int glyph_body_ended(const glyph_body_t *body);
glyph_code_e glyph_body_code(const glyph_body_t *body);

/* The file's; once it has ended, unless nobody asks. */
const unsigned char *glyph_body_sha256(const glyph_body_t *body);

/* What is known of the file so far. */
glyph_format_e glyph_body_format(const glyph_body_t *body);
void glyph_body_set_format(glyph_body_t *body, glyph_format_e format);
const char *glyph_body_charset(const glyph_body_t *body);
const glyph_str_t *glyph_body_filename(const glyph_body_t *body);

/* A form's field; empty when not given. */
const glyph_str_t *glyph_body_field(const glyph_body_t *body,
    const char *name);

#endif /* GLYPH_BODY_H_INCLUDED */
