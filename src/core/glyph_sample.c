
#include "glyph_money.h"
#include "glyph_sample.h"
#include "glyph_utf8.h"

#include <strings.h>


/* of so many first bytes, one in so many may be a control character */
#define GLYPH_SAMPLE_TEXT      4096
#define GLYPH_SAMPLE_CONTROLS  20


typedef struct {
    const char  *bytes;
    size_t       len;
    const char  *what;
} glyph_magic_t;


static int glyph_sample_text(const glyph_sample_t *s, glyph_buf_t *detail);
static size_t glyph_sample_sep(const glyph_sample_t *s);
static int glyph_sample_header(glyph_sample_t *s, size_t skip,
    glyph_code_e *code, glyph_buf_t *detail);
static int glyph_sample_decimal(glyph_sample_t *s);


static const glyph_magic_t  glyph_magics[] = {
    { "PK\003\004", 4, "an Excel workbook or another zip archive: save it "
                       "as CSV" },
    { "\xd0\xcf\x11\xe0", 4, "an old Excel workbook: save it as CSV" },
    { "%PDF", 4, "a PDF document" },
    { "\x1f\x8b", 2, "gzip data: unpack it" },
    { "\x28\xb5\x2f\xfd", 4, "zstd data: unpack it" },
    { "\x89PNG", 4, "a PNG picture" },
    { "\xff\xd8\xff", 3, "a JPEG picture" },
    { "SQLite format 3", 15, "an SQLite database" },
    { NULL, 0, NULL }
};


int
glyph_sample_decide(glyph_sample_t *s, glyph_code_e *code,
    glyph_buf_t *detail)
{
    int     rc;
    size_t  skip;

    if (s->len == 0) {
        *code = GLYPH_FILE_EMPTY;
        return GLYPH_BAD;
    }

    if (!glyph_sample_text(s, detail)) {
        *code = GLYPH_FILE_NOT_TEXT;
        return GLYPH_BAD;
    }

    skip = glyph_sample_sep(s);

    if (s->delimiter == '\0') {
        s->delimiter = skip ? s->data[4]
                            : glyph_reader_sniff(s->data, s->len);
    }

    rc = glyph_sample_header(s, skip, code, detail);

    if (rc == GLYPH_OK && s->decimal == GLYPH_DECIMAL_UNKNOWN) {
        rc = glyph_sample_decimal(s);
    }

    return rc;
}


/* One NUL in a row is that row's error; many are not a file of text. */

static int
glyph_sample_text(const glyph_sample_t *s, glyph_buf_t *detail)
{
    size_t                i, n, controls;
    const glyph_magic_t  *m;

    for (m = glyph_magics; m->bytes; m++) {
        if (s->len >= m->len && memcmp(s->data, m->bytes, m->len) == 0) {
            glyph_buf_puts(detail, "this is not CSV but ");
            glyph_buf_puts(detail, m->what);
            return 0;
        }
    }

    n = s->len < GLYPH_SAMPLE_TEXT ? s->len : GLYPH_SAMPLE_TEXT;
    controls = 0;

    for (i = 0; i < n; i++) {
        controls += s->data[i] < 0x20 && s->data[i] != '\t'
                    && s->data[i] != '\n' && s->data[i] != '\r';
    }

    return controls <= 4 || controls * GLYPH_SAMPLE_CONTROLS <= n;
}


/* Excel's first line, "sep=;": how long it is, 0 if there is none. */

static size_t
glyph_sample_sep(const glyph_sample_t *s)
{
    if (s->len < 6 || strncasecmp((char *) s->data, "sep=", 4) != 0
        || memchr(",;\t|", s->data[4], 4) == NULL
        || (s->data[5] != '\r' && s->data[5] != '\n'))
    {
        return 0;
    }

    return 5;
}


static int
glyph_sample_header(glyph_sample_t *s, size_t skip, glyph_code_e *code,
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

    return glyph_header_create(&s->header, rec.fields, rec.nfields, s->map,
                               code, detail);
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

    seen &= 1u << GLYPH_DECIMAL_POINT | 1u << GLYPH_DECIMAL_COMMA;

    if (seen == 1u << GLYPH_DECIMAL_POINT) {
        s->decimal = GLYPH_DECIMAL_POINT;

    } else if (seen == 1u << GLYPH_DECIMAL_COMMA) {
        s->decimal = GLYPH_DECIMAL_COMMA;
    }

    return GLYPH_OK;
}


void
glyph_sample_charset(const glyph_str_t *type, glyph_str_t *name)
{
    size_t                i, end;
    const unsigned char  *p;

    for (i = 0; i + 8 < type->len; i++) {
        p = type->data + i;

        if (strncasecmp((char *) p, "charset=", 8) != 0
            || (i && p[-1] != ';' && p[-1] != ' ' && p[-1] != '\t'))
        {
            continue;
        }

        i += 8;

        if (type->data[i] == '"') {
            i++;
        }

        for (end = i; end < type->len; end++) {
            if (strchr("\"; \t", type->data[end])) {
                break;
            }
        }

        name->data = type->data + i;
        name->len = end - i;
        return;
    }
}
