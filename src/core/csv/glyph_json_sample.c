#include "column/glyph_header_map.h"
#include "column/glyph_header_name.h"
#include "json/glyph_json_reader.h"
#include "json/glyph_json_shape.h"
#include "csv/glyph_json_sample.h"
#include "csv/glyph_sample_rows.h"


static int glyph_json_sample_paths(const glyph_sample_t *s);
static int glyph_json_sample_keys(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail);
static int glyph_json_sample_none(const glyph_sample_t *s, int rc,
    glyph_code_e first, glyph_code_e *code, glyph_buf_t *detail);


int
glyph_json_sample_decide(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail)
{
    int                   rc;
    size_t                n;
    const glyph_str_t    *keys;
    glyph_json_shape_t    shape;
    glyph_json_reader_t  *rd;

    s->pos = s->data;

    if (s->len == 0) {
        *code = GLYPH_FILE_EMPTY;
        return GLYPH_BAD;
    }

    glyph_json_shape(&shape, s->format, s->data, s->len, s->whole,
                     s->map->len != 0, &s->path);

    if (shape.advice) {
        *code = GLYPH_FILE_JSON_MALFORMED;
        glyph_buf_puts(detail, shape.advice);
        return detail->failed ? GLYPH_ERROR : GLYPH_BAD;
    }

    s->format = shape.format;

    s->reader = glyph_reader_create_json(s->format, s->max_row_size,
                                         s->max_columns);
    if (s->reader == NULL) {
        return GLYPH_ERROR;
    }

    glyph_json_reader_begin(glyph_reader_json(s->reader), shape.start,
                            shape.line, shape.nested, shape.bare);

    rc = glyph_json_sample_paths(s);

    if (rc == GLYPH_OK) {
        rc = glyph_json_sample_keys(s, code, detail);
    }

    if (rc != GLYPH_OK) {
        return rc;
    }

    rd = glyph_reader_json(s->reader);
    keys = glyph_json_reader_keys(rd, &n);

    rc = glyph_header_create(&s->header, keys, n, s->map, code, detail);

    if (rc == GLYPH_BAD && *code == GLYPH_FILE_HEADER_MISSING) {
        *code = GLYPH_FILE_COLUMNS_MISSING;
        glyph_buf_reset(detail);
        glyph_buf_puts(detail, "the records have neither a title nor a "
                       "price");
    }

    if (rc == GLYPH_BAD && *code == GLYPH_FILE_COLUMNS_MISSING) {
        glyph_header_suggest(keys, n, s->did_you_mean);
    }

    if (s->did_you_mean->failed || detail->failed) {
        return GLYPH_ERROR;
    }

    if (rc != GLYPH_OK) {
        return rc;
    }

    if (s->decimal == GLYPH_DECIMAL_UNKNOWN
        && glyph_sample_decimal(s) != GLYPH_OK)
    {
        return GLYPH_ERROR;
    }

    glyph_json_reader_rewind(rd);
    glyph_json_reader_header(rd, s->header);

    return GLYPH_OK;
}


/* Names with dots in ?map=; a key of that very name goes before. */

static int
glyph_json_sample_paths(const glyph_sample_t *s)
{
    int          rc;
    glyph_buf_t  text;
    glyph_str_t  rest, name, target;

    memset(&text, 0, sizeof(glyph_buf_t));

    rest = *s->map;
    rc = GLYPH_OK;

    while (rc == GLYPH_OK
           && (rc = glyph_header_map_next(&rest, &name, &target, &text))
              == GLYPH_OK)
    {
        if (name.len && memchr(name.data, '.', name.len)) {
            rc = glyph_json_reader_path(glyph_reader_json(s->reader), &name);
        }
    }

    glyph_buf_free(&text);

    return rc == GLYPH_ERROR ? GLYPH_ERROR : GLYPH_OK;
}


/*
 * A file that is no JSON from some place on is refused when that place is
 * reached, unless there is no record before it.
 */

static int
glyph_json_sample_keys(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail)
{
    int                   rc, found;
    glyph_code_e          first;
    glyph_record_t        rec;
    const unsigned char  *pos;

    found = 0;
    first = GLYPH_CODE_OK;
    pos = s->data;

    while ((rc = glyph_reader_next(s->reader, &pos, s->data + s->len,
                                   s->whole, &rec))
           == GLYPH_OK)
    {
        found |= rec.code == GLYPH_CODE_OK;

        if (first == GLYPH_CODE_OK) {
            first = rec.code;
        }
    }

    if (rc == GLYPH_ERROR) {
        return GLYPH_ERROR;
    }

    return found ? GLYPH_OK
                 : glyph_json_sample_none(s, rc, first, code, detail);
}


/* Not one record; "first" is what was wrong with the first one. */

static int
glyph_json_sample_none(const glyph_sample_t *s, int rc, glyph_code_e first,
    glyph_code_e *code, glyph_buf_t *detail)
{
    if (first != GLYPH_CODE_OK) {
        *code = GLYPH_FILE_JSON_MALFORMED;
        glyph_buf_puts(detail, "none of the first records is an object with "
                       "columns; the first one: ");
        glyph_buf_puts(detail, glyph_code_text(first));

    } else if (rc == GLYPH_BAD) {
        *code = glyph_reader_refused(s->reader, detail);

    } else if (s->whole) {
        *code = GLYPH_FILE_NO_ROWS;
        glyph_buf_puts(detail, "the file has no records");

    } else {
        *code = GLYPH_FILE_HEADER_TOO_LARGE;
        glyph_buf_puts(detail, "the first record is longer than 64 KB");
    }

    return detail->failed ? GLYPH_ERROR : GLYPH_BAD;
}
