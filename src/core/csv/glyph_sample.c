
#include "column/glyph_header_name.h"
#include "text/glyph_json.h"
#include "value/glyph_money.h"
#include "csv/glyph_foreign.h"
#include "csv/glyph_sample_find.h"
#include "csv/glyph_sample_rows.h"
#include "text/glyph_utf8.h"


static int glyph_sample_begin(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail);
static int glyph_sample_header(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail);
static int glyph_sample_headless(glyph_sample_t *s, size_t n,
    glyph_code_e *code, glyph_buf_t *detail);
static int glyph_sample_heading(glyph_sample_t *s);
static int glyph_sample_search(glyph_sample_t *s, unsigned char given,
    glyph_code_e *code, glyph_buf_t *detail);
static int glyph_sample_move(glyph_sample_t *s, const glyph_found_t *found,
    glyph_code_e *code, glyph_buf_t *detail);
static int glyph_sample_retry(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail);
static int glyph_sample_advise(const glyph_sample_t *s,
    const glyph_code_e *code, glyph_buf_t *detail);


int
glyph_sample_decide(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail)
{
    int            rc;
    unsigned char  given;

    if (s->len == 0) {
        *code = GLYPH_FILE_EMPTY;
        return GLYPH_BAD;
    }

    if (!glyph_foreign_is_text(s->data, s->len, detail)) {
        *code = GLYPH_FILE_NOT_TEXT;
        return GLYPH_BAD;
    }

    given = s->delimiter;
    rc = glyph_sample_begin(s, code, detail);

    if (rc == GLYPH_OK) {
        rc = glyph_sample_header(s, code, detail);
    }

    if (rc == GLYPH_BAD
        && (*code == GLYPH_FILE_HEADER_MISSING
            || *code == GLYPH_FILE_COLUMNS_MISSING))
    {
        rc = s->headless ? GLYPH_BAD
                         : glyph_sample_search(s, given, code, detail);
    }

    if (rc == GLYPH_OK && s->decimal == GLYPH_DECIMAL_UNKNOWN) {
        rc = glyph_sample_decimal(s);
    }

    return rc;
}


/* Where the header should be, and what is between its names. */

static int
glyph_sample_begin(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail)
{
    unsigned char  sep;

    s->from = s->data;
    s->line = 1;

    if (glyph_find_sep(s, &sep) && s->delimiter == '\0') {
        s->delimiter = sep;
    }

    if (s->header_line
        && glyph_find_line(s, s->header_line) != GLYPH_OK)
    {
        *code = GLYPH_OPTION_INVALID;
        glyph_buf_printf(detail, "header_line is %u, and the file%s has but "
                         "%u lines", s->header_line,
                         s->whole ? "" : "'s beginning", s->line);
        return detail->failed ? GLYPH_ERROR : GLYPH_BAD;
    }

    return s->delimiter ? GLYPH_OK : glyph_find_delimiter(s);
}


static int
glyph_sample_header(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail)
{
    int             rc;
    size_t          i;
    glyph_record_t  rec;

    s->unquoted = s->delimiter == '\t' && !s->wrapped
                  && glyph_find_unquoted(s);
    s->pos = s->from;
    s->reader = glyph_sample_reader(s);

    if (s->reader == NULL) {
        return GLYPH_ERROR;
    }

    glyph_reader_begin(s->reader, s->line, s->from - s->data);

    rc = glyph_reader_next(s->reader, &s->pos, s->data + s->len, s->whole,
                           &rec);

    if (rc == GLYPH_ERROR) {
        return GLYPH_ERROR;
    }

    if (rc == GLYPH_AGAIN) {
        *code = s->whole ? GLYPH_FILE_EMPTY : GLYPH_FILE_HEADER_TOO_LARGE;
        return GLYPH_BAD;
    }

    switch (rec.code) {

    case GLYPH_CODE_OK:
        break;

    case GLYPH_ROW_TOO_LARGE:
        *code = GLYPH_FILE_HEADER_TOO_LARGE;
        return GLYPH_BAD;

    case GLYPH_ROW_TOO_MANY_COLUMNS:
        *code = GLYPH_FILE_TOO_MANY_COLUMNS;
        return GLYPH_BAD;

    default:
        *code = GLYPH_FILE_HEADER_MISSING;
        glyph_buf_puts(detail, "the first line cannot be read as a header: "
                       "its quotes do not match");
        return GLYPH_BAD;
    }

    if (glyph_utf8_valid(rec.raw.data, rec.raw.len) != rec.raw.len) {
        *code = GLYPH_FILE_CHARSET_UNKNOWN;
        glyph_buf_puts(detail, "the header is not valid UTF-8; name the "
                       "charset, such as \"text/csv; charset=windows-1252\"");
        return GLYPH_BAD;
    }

    for (i = 0; i < rec.nfields; i++) {
        glyph_utf8_trim(&rec.fields[i]);
    }

    if (s->headless) {
        return glyph_sample_headless(s, rec.nfields, code, detail);
    }

    glyph_reader_expect(s->reader, rec.nfields);

    rc = glyph_header_create(&s->header, rec.fields, rec.nfields, s->map,
                             code, detail);

    if (rc == GLYPH_BAD && *code == GLYPH_FILE_COLUMNS_MISSING) {
        glyph_header_suggest(rec.fields, rec.nfields, s->did_you_mean);
    }

    glyph_buf_append(s->head, rec.raw.data, rec.raw.len);

    return s->did_you_mean->failed || s->head->failed ? GLYPH_ERROR : rc;
}


/* The first record is a row, as all are: columns have but places. */

static int
glyph_sample_headless(glyph_sample_t *s, size_t n, glyph_code_e *code,
    glyph_buf_t *detail)
{
    int           rc;
    glyph_str_t  *fields;

    if (s->map->len == 0) {
        *code = GLYPH_OPTION_INVALID;
        glyph_buf_puts(detail, "header=none needs a map of places, such as "
                       "map=1:title,3:price");
        return detail->failed ? GLYPH_ERROR : GLYPH_BAD;
    }

    fields = calloc(n, sizeof(glyph_str_t));
    if (fields == NULL) {
        return GLYPH_ERROR;
    }

    rc = glyph_header_create(&s->header, fields, n, s->map, code, detail);

    free(fields);

    if (rc != GLYPH_OK) {
        return rc;
    }

    glyph_reader_destroy(s->reader);

    s->pos = s->from;
    s->reader = glyph_sample_reader(s);

    if (s->reader == NULL) {
        return GLYPH_ERROR;
    }

    glyph_reader_begin(s->reader, s->line, s->from - s->data);
    glyph_reader_expect(s->reader, n);

    return glyph_sample_heading(s);
}


/* A header for the file of rejected rows, with which it can be sent again. */

static int
glyph_sample_heading(glyph_sample_t *s)
{
    size_t                 i, n;
    const glyph_column_t  *columns;

    columns = glyph_header_columns(s->header, &n);

    for (i = 0; i < n; i++) {

        if (i) {
            glyph_buf_putc(s->head, s->delimiter);
        }

        if (columns[i].used < GLYPH_COL_N) {
            glyph_buf_puts(s->head, glyph_column_name(columns[i].used));

        } else {
            glyph_buf_append(s->head, columns[i].given.data,
                             columns[i].given.len);
        }
    }

    return s->head->failed ? GLYPH_ERROR : GLYPH_OK;
}


/* The first record is no header: maybe another one is, or one within it. */

static int
glyph_sample_search(glyph_sample_t *s, unsigned char given,
    glyph_code_e *code, glyph_buf_t *detail)
{
    glyph_found_t  found;

    if (glyph_foreign_text(s->data, s->len)) {
        return glyph_sample_advise(s, code, detail);
    }

    if (glyph_find_wrapped(s, given, &found) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    if (found.line == s->line || (found.clear && s->header_line == 0)) {
        s->wrapped = 1;

        return glyph_sample_move(s, &found, code, detail);
    }

    if (s->header_line == 0) {

        if (glyph_find_header(s, given, &found) != GLYPH_OK) {
            return GLYPH_ERROR;
        }

        if (found.line > s->line && !found.clear) {
            glyph_buf_printf(detail, "; line %u looks like the header, but "
                             "what is above it may be rows: if they are "
                             "none, say header_line=%u", found.line,
                             found.line);

        } else if (found.line > s->line) {
            return glyph_sample_move(s, &found, code, detail);
        }
    }

    return glyph_sample_advise(s, code, detail);
}


static int
glyph_sample_move(glyph_sample_t *s, const glyph_found_t *found,
    glyph_code_e *code, glyph_buf_t *detail)
{
    s->delimiter = found->delimiter;

    if (found->line > s->line) {
        s->found_line = found->line;

        if (glyph_find_line(s, found->line) != GLYPH_OK) {
            return GLYPH_BAD;
        }
    }

    return glyph_sample_retry(s, code, detail);
}


/* It has all that it must: if it is refused, then for something else. */

static int
glyph_sample_retry(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail)
{
    glyph_reader_destroy(s->reader);
    s->reader = NULL;

    glyph_buf_reset(detail);
    glyph_buf_reset(s->did_you_mean);
    glyph_buf_reset(s->head);

    return glyph_sample_header(s, code, detail);
}


/* Says more of a header that is none: GLYPH_BAD or GLYPH_ERROR. */

static int
glyph_sample_advise(const glyph_sample_t *s, const glyph_code_e *code,
    glyph_buf_t *detail)
{
    const char  *what;

    what = glyph_foreign_text(s->data, s->len);

    if (what) {
        glyph_buf_reset(detail);
        glyph_buf_puts(detail, "this is not CSV but ");
        glyph_buf_puts(detail, what);

    } else if (*code == GLYPH_FILE_HEADER_MISSING) {
        glyph_buf_puts(detail, "; if the file has no such line, tell the "
                       "places: header=none&map=1:title,2:price");
    }

    if (glyph_sample_one_line(s)) {
        glyph_buf_puts(detail, GLYPH_SAMPLE_ONE_LINE);
    }

    return detail->failed ? GLYPH_ERROR : GLYPH_BAD;
}


int
glyph_sample_one_line(const glyph_sample_t *s)
{
    return s->whole && memchr(s->data, '\n', s->len) == NULL
           && memchr(s->data, '\r', s->len) == NULL;
}
