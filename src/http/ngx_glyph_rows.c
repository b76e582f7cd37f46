
#include "ngx_glyph.h"
#include "ngx_glyph_rows.h"

#include "core/out/glyph_output.h"
#include "core/out/glyph_resend.h"


/* types of columns, as in pg_type */

#define NGX_GLYPH_OID_BOOL         16
#define NGX_GLYPH_OID_INT8         20
#define NGX_GLYPH_OID_INT2         21
#define NGX_GLYPH_OID_INT4         23
#define NGX_GLYPH_OID_JSON         114
#define NGX_GLYPH_OID_FLOAT4       700
#define NGX_GLYPH_OID_FLOAT8       701
#define NGX_GLYPH_OID_TIMESTAMPTZ  1184
#define NGX_GLYPH_OID_NUMERIC      1700
#define NGX_GLYPH_OID_JSONB        3802


/* how a value is written */

typedef enum {
    NGX_GLYPH_ROWS_AS_JSON = 0,
    NGX_GLYPH_ROWS_AS_CSV,
    NGX_GLYPH_ROWS_AS_SAFE
} ngx_glyph_rows_as_e;


static int ngx_glyph_rows_count(PGresult *res);
static void ngx_glyph_rows_json(glyph_buf_t *b, PGresult *res, int row);
static void ngx_glyph_rows_csv_row(glyph_buf_t *b, PGresult *res, int row,
    ngx_glyph_rows_as_e as);
static void ngx_glyph_rows_value(glyph_buf_t *b, PGresult *res, int row,
    int column, ngx_glyph_rows_as_e as);
static void ngx_glyph_rows_string(glyph_buf_t *b, char *value, int len,
    ngx_glyph_rows_as_e as);


void
ngx_glyph_rows_encode(PGresult *res, ngx_glyph_rows_e format, glyph_buf_t *b)
{
    int          row, rows;
    char        *text;
    ngx_uint_t   list;

    rows = ngx_glyph_rows_count(res);
    list = PQfnumber(res, "_cursor") >= 0;

    switch (format) {

    case NGX_GLYPH_ROWS_MARKDOWN:
        text = ngx_glyph_rows_get(res, "_markdown", 0);
        glyph_buf_puts(b, text ? text : "");
        return;

    case NGX_GLYPH_ROWS_CSV:
        ngx_glyph_rows_csv(res, 1, 0, b);
        return;

    case NGX_GLYPH_ROWS_NDJSON:
        for (row = 0; row < rows; row++) {
            ngx_glyph_rows_json(b, res, row);
            glyph_buf_putc(b, '\n');
        }

        return;

    default: /* NGX_GLYPH_ROWS_JSON */

        if (!list && rows == 1) {
            ngx_glyph_rows_json(b, res, 0);
            glyph_buf_putc(b, '\n');
            return;
        }

        glyph_buf_putc(b, '[');

        for (row = 0; row < rows; row++) {
            glyph_buf_puts(b, row ? ",\n" : "");
            ngx_glyph_rows_json(b, res, row);
        }

        glyph_buf_puts(b, "]\n");
    }
}


void
ngx_glyph_rows_csv(PGresult *res, ngx_uint_t header, ngx_uint_t safe,
    glyph_buf_t *b)
{
    int                  row, rows;
    ngx_glyph_rows_as_e  as;

    rows = ngx_glyph_rows_count(res);
    as = safe ? NGX_GLYPH_ROWS_AS_SAFE : NGX_GLYPH_ROWS_AS_CSV;

    for (row = header ? -1 : 0; row < rows; row++) {
        ngx_glyph_rows_csv_row(b, res, row, as);
    }
}


char *
ngx_glyph_rows_get(PGresult *res, const char *name, ngx_uint_t last)
{
    int  row, column;

    row = last ? PQntuples(res) - 1 : 0;
    column = PQfnumber(res, name);

    if (row < 0 || row >= PQntuples(res) || column < 0
        || PQgetisnull(res, row, column))
    {
        return NULL;
    }

    return PQgetvalue(res, row, column);
}


ngx_int_t
ngx_glyph_rows_bytes(PGresult *res, int row, int column, glyph_buf_t *b)
{
    int         i, len;
    u_char     *hex;
    ngx_int_t   n;

    hex = (u_char *) PQgetvalue(res, row, column);
    len = PQgetlength(res, row, column);

    glyph_buf_reset(b);

    if (glyph_buf_reserve(b, len / 2) != GLYPH_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i + 1 < len; i += 2) {
        n = ngx_hextoi(hex + i, 2);

        if (n == NGX_ERROR) {
            return NGX_ERROR;
        }

        b->data[b->len++] = (u_char) n;
    }

    return NGX_OK;
}


/* A last row that has nothing to show only carries hidden columns. */

static int
ngx_glyph_rows_count(PGresult *res)
{
    int  row, column;

    row = PQntuples(res) - 1;

    if (row < 0) {
        return 0;
    }

    for (column = 0; column < PQnfields(res); column++) {
        if (PQfname(res, column)[0] != '_'
            && !PQgetisnull(res, row, column))
        {
            return row + 1;
        }
    }

    return row;
}


static void
ngx_glyph_rows_json(glyph_buf_t *b, PGresult *res, int row)
{
    int  column;

    glyph_buf_putc(b, '{');

    for (column = 0; column < PQnfields(res); column++) {

        if (PQfname(res, column)[0] == '_') {
            continue;
        }

        glyph_json_key(b, PQfname(res, column));

        if (PQgetisnull(res, row, column)) {
            glyph_buf_puts(b, "null");

        } else {
            ngx_glyph_rows_value(b, res, row, column, NGX_GLYPH_ROWS_AS_JSON);
        }
    }

    glyph_buf_putc(b, '}');
}


/* Row -1 is the header. */

static void
ngx_glyph_rows_csv_row(glyph_buf_t *b, PGresult *res, int row,
    ngx_glyph_rows_as_e as)
{
    int         column;
    ngx_uint_t  comma;

    comma = 0;

    for (column = 0; column < PQnfields(res); column++) {

        if (PQfname(res, column)[0] == '_') {
            continue;
        }

        if (comma) {
            glyph_buf_putc(b, ',');
        }

        comma = 1;

        if (row < 0) {
            glyph_buf_puts(b, PQfname(res, column));

        } else if (!PQgetisnull(res, row, column)) {
            ngx_glyph_rows_value(b, res, row, column, as);
        }
    }

    glyph_buf_puts(b, "\r\n");
}


static void
ngx_glyph_rows_value(glyph_buf_t *b, PGresult *res, int row, int column,
    ngx_glyph_rows_as_e as)
{
    int          len;
    char        *value;
    ngx_uint_t   csv;

    csv = (as != NGX_GLYPH_ROWS_AS_JSON);

    value = PQgetvalue(res, row, column);
    len = PQgetlength(res, row, column);

    switch (PQftype(res, column)) {

    case NGX_GLYPH_OID_BOOL:
        glyph_buf_puts(b, value[0] == 't' ? "true" : "false");
        break;

    case NGX_GLYPH_OID_INT2:
    case NGX_GLYPH_OID_INT4:
    case NGX_GLYPH_OID_INT8:
        glyph_buf_append(b, value, len);
        break;

    case NGX_GLYPH_OID_JSON:
    case NGX_GLYPH_OID_JSONB:

        if (csv) {
            ngx_glyph_rows_string(b, value, len, as);

        } else {
            glyph_buf_append(b, value, len);
        }

        break;

    case NGX_GLYPH_OID_FLOAT4:
    case NGX_GLYPH_OID_FLOAT8:
    case NGX_GLYPH_OID_NUMERIC:

        /* NaN and the infinities are no JSON */

        if (value[len - 1] >= '0' && value[len - 1] <= '9') {
            glyph_buf_append(b, value, len);

        } else if (!csv) {
            glyph_buf_puts(b, "null");
        }

        break;

    case NGX_GLYPH_OID_TIMESTAMPTZ:

        /* "2026-11-23 18:44:32.1+00", read connections are in UTC */

        if (len > 13 && value[len - 3] == '+') {
            glyph_buf_puts(b, csv ? "" : "\"");
            glyph_buf_append(b, value, 10);
            glyph_buf_putc(b, 'T');
            glyph_buf_append(b, value + 11, len - 14);
            glyph_buf_puts(b, csv ? "Z" : "Z\"");
            break;
        }

        /* fall through */

    default:
        ngx_glyph_rows_string(b, value, len, as);
        break;
    }
}


static void
ngx_glyph_rows_string(glyph_buf_t *b, char *value, int len,
    ngx_glyph_rows_as_e as)
{
    glyph_str_t  text;

    switch (as) {

    case NGX_GLYPH_ROWS_AS_CSV:
        glyph_output_field(b, (u_char *) value, len, ',');
        break;

    case NGX_GLYPH_ROWS_AS_SAFE:
        text.data = (u_char *) value;
        text.len = len;
        glyph_resend_cell(b, &text, 0);
        break;

    default: /* NGX_GLYPH_ROWS_AS_JSON */
        glyph_json_string(b, (u_char *) value, len);
    }
}
