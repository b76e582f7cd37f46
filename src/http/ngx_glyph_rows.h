
/*
 * The rows of a query's result as text.  Columns whose names begin with "_"
 * are not shown; conf/schema says what they are.
 */


#ifndef _NGX_GLYPH_ROWS_H_INCLUDED_
#define _NGX_GLYPH_ROWS_H_INCLUDED_


#include "ngx_glyph.h"

#include <libpq-fe.h>


typedef enum {
    NGX_GLYPH_ROWS_JSON = 0,    /* an array; without _cursor one object */
    NGX_GLYPH_ROWS_NDJSON,
    NGX_GLYPH_ROWS_CSV,         /* RFC 4180, with a header */
    NGX_GLYPH_ROWS_MARKDOWN     /* what is in _markdown */
} ngx_glyph_rows_e;


/* Appends the rows to b; for a thread, as it loops over all of them. */
void ngx_glyph_rows_encode(PGresult *res, ngx_glyph_rows_e format,
    glyph_buf_t *b);

/*
 * The rows as CSV, with or without the header before them; "safe": texts are
 * cells that no spreadsheet takes for a formula (glyph_resend.h).
 */
void ngx_glyph_rows_csv(PGresult *res, ngx_uint_t header, ngx_uint_t safe,
    glyph_buf_t *b);

/*
 * What the first (last: the last) row has in a column, or NULL: no such
 * column, no row, or NULL.
 */
char *ngx_glyph_rows_get(PGresult *res, const char *name, ngx_uint_t last);

/*
 * Replaces what is in b by the bytes that a value, in hex, stands for;
 * NGX_ERROR: it is none, or out of memory.
 */
ngx_int_t ngx_glyph_rows_bytes(PGresult *res, int row, int column,
    glyph_buf_t *b);


#endif /* _NGX_GLYPH_ROWS_H_INCLUDED_ */
