
#include "column/glyph_header_name.h"
#include "text/glyph_json.h"
#include "value/glyph_money.h"
#include "csv/glyph_foreign.h"
#include "csv/glyph_sample.h"
#include "text/glyph_utf8.h"

#include <strings.h>


/* so many first records may have the header that the first one is not */
#define GLYPH_SAMPLE_RECORDS   20


typedef struct {
    size_t                known;    /* fields of the first record that are
                                       names of columns */
    const unsigned char  *end;      /* of it */
    uint64_t              line;     /* of the first record that has all that
                                       a header must, or 0 */
} glyph_names_t;


static unsigned char glyph_sample_sep(const glyph_sample_t *s);
static int glyph_sample_delimiter(glyph_sample_t *s);
static int glyph_sample_names(const glyph_sample_t *s,
    unsigned char delimiter, size_t records, glyph_names_t *names);
static int glyph_sample_header(glyph_sample_t *s, int skip,
    glyph_code_e *code, glyph_buf_t *detail);
static int glyph_sample_advise(const glyph_sample_t *s,
    glyph_buf_t *detail);
static int glyph_sample_decimal(glyph_sample_t *s);


static const char  glyph_sample_delimiters[] = { ',', ';', '\t', '|' };


int
glyph_sample_decide(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail)
{
    int            rc;
    unsigned char  sep;

    if (s->len == 0) {
        *code = GLYPH_FILE_EMPTY;
        return GLYPH_BAD;
    }

    if (!glyph_foreign_is_text(s->data, s->len, detail)) {
        *code = GLYPH_FILE_NOT_TEXT;
        return GLYPH_BAD;
    }

    sep = glyph_sample_sep(s);

    if (s->delimiter == '\0') {
        s->delimiter = sep;
    }

    if (s->delimiter == '\0' && glyph_sample_delimiter(s) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    rc = glyph_sample_header(s, sep != '\0', code, detail);

    if (rc == GLYPH_BAD
        && (*code == GLYPH_FILE_HEADER_MISSING
            || *code == GLYPH_FILE_COLUMNS_MISSING))
    {
        return glyph_sample_advise(s, detail);
    }

    if (rc == GLYPH_OK && s->decimal == GLYPH_DECIMAL_UNKNOWN) {
        rc = glyph_sample_decimal(s);
    }

    return rc;
}


/*
 * The delimiter of Excel's first line, "sep=;", '\0' if there is none.  Other
 * programs put it in quotes, or fill the line up.
 */

static unsigned char
glyph_sample_sep(const glyph_sample_t *s)
{
    unsigned char         sep;
    const unsigned char  *p, *last;

    p = s->data;
    last = p + s->len;

    if (*p == '"') {
        p++;
    }

    if (last - p < 6 || strncasecmp((char *) p, "sep=", 4) != 0
        || memchr(glyph_sample_delimiters, p[4],
                  sizeof(glyph_sample_delimiters)) == NULL)
    {
        return '\0';
    }

    sep = p[4];

    for (p += 5; p < last && *p != '\r' && *p != '\n'; p++) {

        if (*p != '"' && *p != ' ' && *p != sep) {
            return '\0';
        }
    }

    return p < last ? sep : '\0';
}


static int
glyph_sample_delimiter(glyph_sample_t *s)
{
    size_t         i, best, len;
    unsigned char  delimiter, sniffed;
    glyph_names_t  names;

    sniffed = glyph_reader_sniff(s->data, s->len);

    if (glyph_sample_names(s, sniffed, 1, &names) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    s->delimiter = sniffed;
    best = names.known;
    len = names.end - s->data;

    for (i = 0; i < sizeof(glyph_sample_delimiters); i++) {
        delimiter = glyph_sample_delimiters[i];

        /* one that is not there makes a single field of all */

        if (delimiter == sniffed
            || (best && memchr(s->data, delimiter, len) == NULL))
        {
            continue;
        }

        if (glyph_sample_names(s, delimiter, 1, &names) != GLYPH_OK) {
            return GLYPH_ERROR;
        }

        if (names.known > best) {
            s->delimiter = delimiter;
            best = names.known;
        }
    }

    return GLYPH_OK;
}


/* What the first records have, as that delimiter separates their fields. */

static int
glyph_sample_names(const glyph_sample_t *s, unsigned char delimiter,
    size_t records, glyph_names_t *names)
{
    int                   rc, usable;
    size_t                i, n, known;
    glyph_reader_t       *rd;
    glyph_record_t        rec;
    const unsigned char  *pos;

    memset(names, 0, sizeof(glyph_names_t));

    rd = glyph_reader_create(delimiter, s->max_row_size, s->max_columns);
    if (rd == NULL) {
        return GLYPH_ERROR;
    }

    pos = s->data;
    names->end = pos;
    rc = GLYPH_OK;

    for (n = 0; n < records && names->line == 0; n++) {
        rc = glyph_reader_next(rd, &pos, s->data + s->len, s->whole, &rec);

        if (n == 0) {
            names->end = pos;
        }

        if (rc != GLYPH_OK) {
            break;
        }

        if (rec.code != GLYPH_CODE_OK) {
            continue;
        }

        for (i = 0; i < rec.nfields; i++) {
            glyph_utf8_trim(&rec.fields[i]);
        }

        known = glyph_header_known(rec.fields, rec.nfields, &usable);

        if (n == 0) {
            names->known = known;
        }

        if (usable) {
            names->line = rec.line;
        }
    }

    glyph_reader_destroy(rd);

    return rc == GLYPH_ERROR ? GLYPH_ERROR : GLYPH_OK;
}


static int
glyph_sample_header(glyph_sample_t *s, int skip, glyph_code_e *code,
    glyph_buf_t *detail)
{
    int             rc;
    size_t          i;
    glyph_record_t  rec;

    s->pos = s->data;
    s->reader = glyph_reader_create(s->delimiter, s->max_row_size,
                                    s->max_columns);
    if (s->reader == NULL) {
        return GLYPH_ERROR;
    }

    do {
        rc = glyph_reader_next(s->reader, &s->pos, s->data + s->len,
                               s->whole, &rec);
    } while (rc == GLYPH_OK && skip && rec.offset == 0);

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

    glyph_reader_expect(s->reader, rec.nfields);

    rc = glyph_header_create(&s->header, rec.fields, rec.nfields, s->map,
                             code, detail);

    if (rc == GLYPH_BAD && *code == GLYPH_FILE_COLUMNS_MISSING) {
        glyph_header_suggest(rec.fields, rec.nfields, s->did_you_mean);
    }

    glyph_buf_append(s->head, rec.raw.data, rec.raw.len);

    return s->did_you_mean->failed || s->head->failed ? GLYPH_ERROR : rc;
}


/* Says more of a header that is none: GLYPH_BAD or GLYPH_ERROR. */

static int
glyph_sample_advise(const glyph_sample_t *s, glyph_buf_t *detail)
{
    size_t         i;
    uint64_t       first;
    const char    *what;
    glyph_names_t  names;

    what = glyph_foreign_text(s->data, s->len);

    if (what) {
        glyph_buf_reset(detail);
        glyph_buf_puts(detail, "this is not CSV but ");
        glyph_buf_puts(detail, what);
        return detail->failed ? GLYPH_ERROR : GLYPH_BAD;
    }

    first = 0;

    for (i = 0; i < sizeof(glyph_sample_delimiters); i++) {

        if (glyph_sample_names(s, glyph_sample_delimiters[i],
                               GLYPH_SAMPLE_RECORDS, &names)
            != GLYPH_OK)
        {
            return GLYPH_ERROR;
        }

        if (names.line && (first == 0 || names.line < first)) {
            first = names.line;
        }
    }

    if (first > 1) {
        glyph_buf_puts(detail, "; line ");
        glyph_json_int(detail, (int64_t) first);
        glyph_buf_puts(detail, " looks like the header: remove what is above "
                       "it");
    }

    return detail->failed ? GLYPH_ERROR : GLYPH_BAD;
}


/* By a reader of its own; what the prices of the sample prove. */

static int
glyph_sample_decimal(glyph_sample_t *s)
{
    int                   rc, price;
    unsigned              seen;
    glyph_reader_t       *rd;
    glyph_record_t        rec;
    const unsigned char  *pos;

    price = glyph_header_find(s->header, GLYPH_COL_PRICE);

    rd = glyph_reader_create(s->delimiter, s->max_row_size, s->max_columns);
    if (rd == NULL) {
        return GLYPH_ERROR;
    }

    seen = 0;
    pos = s->pos;

    while ((rc = glyph_reader_next(rd, &pos, s->data + s->len, s->whole,
                                   &rec))
           == GLYPH_OK)
    {
        if (rec.code == GLYPH_CODE_OK && (size_t) price < rec.nfields) {
            seen |= 1u << glyph_money_habit(&rec.fields[price]);
        }
    }

    glyph_reader_destroy(rd);

    if (rc == GLYPH_ERROR) {
        return GLYPH_ERROR;
    }

    s->decimal = glyph_sample_habit(seen);

    return GLYPH_OK;
}


glyph_decimal_e
glyph_sample_habit(unsigned seen)
{
    seen &= 1u << GLYPH_DECIMAL_POINT | 1u << GLYPH_DECIMAL_COMMA;

    return seen == 1u << GLYPH_DECIMAL_POINT ? GLYPH_DECIMAL_POINT
           : seen == 1u << GLYPH_DECIMAL_COMMA ? GLYPH_DECIMAL_COMMA
           : GLYPH_DECIMAL_UNKNOWN;
}
