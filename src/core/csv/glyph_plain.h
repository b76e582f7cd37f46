/*
 * Reads, in one pass over 64 bytes at a time, a CSV record that is all there
 * and as RFC 4180 has it, spaces and tabs at the ends of unquoted fields and
 * before a quote aside: so are nearly all.  Any other record is left to
 * libcsv (see glyph_reader.h); for those that are read here the result is the
 * same.
 */

#ifndef GLYPH_PLAIN_H_INCLUDED
#define GLYPH_PLAIN_H_INCLUDED

#include "text/glyph_buf.h"
#include "text/glyph_fields.h"


/* No text has it: it is no byte of UTF-8, nor what stands for one. */
#define GLYPH_PLAIN_NO_QUOTE  0xfe


typedef struct {
    size_t          max_row_size;
    unsigned char   delimiter;
    unsigned char   space;      /* besides ' ', at a field's ends */
    unsigned char   quote;      /* '"', or GLYPH_PLAIN_NO_QUOTE */

    /* of the record that was read last */
    size_t          end;        /* of its bytes */
    size_t          next;       /* behind its line end */
    size_t          nlines;     /* physical ones */
    unsigned        ascii:1;    /* it has only bytes from 0x01 to 0x7f */
    unsigned        doubled:1;  /* a quote sign: fields are in text */
    glyph_buf_t     text;       /* fields in which quote signs were doubled */
} glyph_plain_t;


void glyph_plain_init(glyph_plain_t *pl, unsigned char delimiter,
    size_t max_row_size);
void glyph_plain_free(glyph_plain_t *pl);

/* Whether the bytes are but such as stand at the ends of fields. */
int glyph_plain_is_blank(const glyph_plain_t *pl, const unsigned char *data,
    size_t len);

/*
 * The record that begins at data; "end" says that nothing follows its len
 * bytes.
 *
 *   GLYPH_OK     its fields are in *f, and point into data or pl->text
 *   GLYPH_AGAIN  not one for us, or not all there: nothing is said of it
 *   GLYPH_ERROR  out of memory
 */
int glyph_plain_read(glyph_plain_t *pl, const unsigned char *data,
    size_t len, int end, glyph_fields_t *f);

#endif /* GLYPH_PLAIN_H_INCLUDED */
