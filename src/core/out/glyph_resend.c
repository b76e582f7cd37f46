
#include "text/glyph_json.h"
#include "out/glyph_resend.h"
#include "text/glyph_utf8.h"


#define GLYPH_RESEND_COLUMNS  3


typedef struct {
    const unsigned char  *pos;          /* the next field; NULL: none */
    const unsigned char  *end;          /* of the last one: a delimiter or */
    const unsigned char  *last;         /* the end of the record */
} glyph_resend_scan_t;


static void glyph_resend_begin(glyph_resend_scan_t *scan,
    const glyph_str_t *raw);
static int glyph_resend_field(const glyph_resend_t *s,
    glyph_resend_scan_t *scan, glyph_str_t *field);
static int glyph_resend_quoted(const glyph_resend_t *s,
    glyph_resend_scan_t *scan, glyph_str_t *field);
static const unsigned char *glyph_resend_skip(const glyph_resend_t *s,
    const unsigned char *p, const unsigned char *last);
static int glyph_resend_count(const glyph_resend_t *s,
    const glyph_str_t *raw, size_t *n);
static size_t glyph_resend_until(const glyph_resend_t *s,
    const glyph_str_t *raw, size_t n, size_t *used);
static int glyph_resend_is_own(const glyph_resend_t *s, size_t n);
static int glyph_resend_empty(const glyph_str_t *field);
static size_t glyph_resend_keep(const glyph_resend_t *s,
    const glyph_str_t *raw, size_t n);
static void glyph_resend_cells(const glyph_resend_t *s, glyph_buf_t *b,
    const glyph_str_t *raw, size_t n);
static int glyph_resend_formula(const unsigned char *p, size_t len,
    int first);
static void glyph_resend_text(const glyph_resend_t *s, glyph_buf_t *b,
    const glyph_str_t *text);


static const char *const  glyph_resend_names[GLYPH_RESEND_COLUMNS] = {
    "_line", "_codes", "_messages"
};


void
glyph_resend_init(glyph_resend_t *s, const glyph_str_t *header,
    unsigned char delimiter, int safe)
{
    size_t  n, used;

    s->header = *header;
    s->delimiter = delimiter;
    s->safe = safe ? 1 : 0;
    s->own = 0;

    (void) glyph_resend_count(s, header, &n);

    s->ncolumns = n;

    if (glyph_resend_is_own(s, n)) {
        s->own = 1;
        s->ncolumns = n - GLYPH_RESEND_COLUMNS;
        s->header.len = glyph_resend_until(s, header, s->ncolumns, &used);
    }
}


void
glyph_resend_header(const glyph_resend_t *s, glyph_buf_t *b)
{
    int  i;

    if (s->safe) {
        glyph_resend_cells(s, b, &s->header, s->ncolumns);

    } else {
        glyph_buf_append(b, s->header.data, s->header.len);
    }

    for (i = 0; i < GLYPH_RESEND_COLUMNS; i++) {
        glyph_buf_putc(b, s->delimiter);
        glyph_buf_puts(b, glyph_resend_names[i]);
    }

    glyph_buf_puts(b, "\r\n");
}


void
glyph_resend_record(const glyph_resend_t *s, glyph_buf_t *b,
    const glyph_str_t *raw, uint64_t line, const glyph_str_t *codes,
    const glyph_str_t *messages)
{
    size_t  i, n, used;

    if (glyph_resend_count(s, raw, &n) == GLYPH_OK) {
        n = glyph_resend_keep(s, raw, n);

        if (s->safe) {
            glyph_resend_cells(s, b, raw, n);

        } else {
            glyph_buf_append(b, raw->data,
                             glyph_resend_until(s, raw, n, &used));
        }

    } else if (s->safe) {
        glyph_resend_cell(b, raw, 0);
        n = 1;

    } else {
        glyph_buf_append(b, raw->data, raw->len);
        n = s->ncolumns;
    }

    for (i = n; i < s->ncolumns; i++) {
        glyph_buf_putc(b, s->delimiter);
    }

    glyph_buf_putc(b, s->delimiter);
    glyph_json_int(b, (int64_t) line);
    glyph_resend_text(s, b, codes);
    glyph_resend_text(s, b, messages);
    glyph_buf_puts(b, "\r\n");
}


static void
glyph_resend_text(const glyph_resend_t *s, glyph_buf_t *b,
    const glyph_str_t *text)
{
    size_t  i;

    glyph_buf_putc(b, s->delimiter);

    if (s->safe) {
        glyph_resend_cell(b, text, 0);
        return;
    }

    glyph_buf_putc(b, '"');

    for (i = 0; i < text->len; i++) {

        if (text->data[i] == '"') {
            glyph_buf_putc(b, '"');
        }

        glyph_buf_putc(b, text->data[i]);
    }

    glyph_buf_putc(b, '"');
}


static void
glyph_resend_begin(glyph_resend_scan_t *scan, const glyph_str_t *raw)
{
    scan->pos = raw->data;
    scan->end = raw->data;
    scan->last = raw->data + raw->len;
}


/*
 * The next field, as glyph_reader.c takes it, without the spaces around it,
 * but with its quotes.  GLYPH_AGAIN: there is none; GLYPH_BAD: its quotes do
 * not match.
 */

static int
glyph_resend_field(const glyph_resend_t *s, glyph_resend_scan_t *scan,
    glyph_str_t *field)
{
    const unsigned char  *p, *end;

    if (scan->pos == NULL) {
        return GLYPH_AGAIN;
    }

    p = glyph_resend_skip(s, scan->pos, scan->last);

    field->data = (unsigned char *) p;

    if (p < scan->last && *p == '"') {

        if (glyph_resend_quoted(s, scan, field) != GLYPH_OK) {
            return GLYPH_BAD;
        }

    } else {
        end = memchr(p, s->delimiter, scan->last - p);

        scan->end = end ? end : scan->last;

        for (end = scan->end; end > p; end--) {
            if (glyph_resend_skip(s, end - 1, end) != end) {
                break;
            }
        }

        field->len = end - p;
    }

    scan->pos = scan->end < scan->last ? scan->end + 1 : NULL;

    return GLYPH_OK;
}


/* A quote sign that ends no field stands for itself. */

static int
glyph_resend_quoted(const glyph_resend_t *s, glyph_resend_scan_t *scan,
    glyph_str_t *field)
{
    const unsigned char  *p, *next;

    p = field->data + 1;

    for ( ;; ) {
        p = memchr(p, '"', scan->last - p);
        if (p == NULL) {
            return GLYPH_BAD;
        }

        p++;

        if (p < scan->last && *p == '"') {
            p++;
            continue;
        }

        next = glyph_resend_skip(s, p, scan->last);

        if (next == scan->last || *next == s->delimiter) {
            field->len = p - field->data;
            scan->end = next;
            return GLYPH_OK;
        }
    }
}


static const unsigned char *
glyph_resend_skip(const glyph_resend_t *s, const unsigned char *p,
    const unsigned char *last)
{
    while (p < last && (*p == ' ' || (*p == '\t' && s->delimiter != '\t'))) {
        p++;
    }

    return p;
}


static int
glyph_resend_count(const glyph_resend_t *s, const glyph_str_t *raw,
    size_t *n)
{
    int                  rc;
    glyph_str_t          field;
    glyph_resend_scan_t  scan;

    *n = 0;

    glyph_resend_begin(&scan, raw);

    while ((rc = glyph_resend_field(s, &scan, &field)) == GLYPH_OK) {
        (*n)++;
    }

    return rc == GLYPH_AGAIN ? GLYPH_OK : GLYPH_BAD;
}


/*
 * How many bytes the first n fields have; *used is the number of the last one
 * of them that is not empty, counted from 1.
 */

static size_t
glyph_resend_until(const glyph_resend_t *s, const glyph_str_t *raw, size_t n,
    size_t *used)
{
    size_t               i;
    glyph_str_t          field;
    glyph_resend_scan_t  scan;

    *used = 0;

    glyph_resend_begin(&scan, raw);

    for (i = 1; i <= n; i++) {

        if (glyph_resend_field(s, &scan, &field) != GLYPH_OK) {
            break;
        }

        if (!glyph_resend_empty(&field)) {
            *used = i;
        }
    }

    return scan.end - raw->data;
}


static int
glyph_resend_empty(const glyph_str_t *field)
{
    glyph_str_t  value;

    value = *field;

    if (value.len >= 2 && value.data[0] == '"') {
        value.data++;
        value.len -= 2;
    }

    glyph_utf8_trim(&value);

    return value.len == 0;
}


/* Whether the last of the header's n fields are ours. */

static int
glyph_resend_is_own(const glyph_resend_t *s, size_t n)
{
    size_t               i, len;
    const char          *name;
    glyph_str_t          field;
    glyph_resend_scan_t  scan;

    if (n <= GLYPH_RESEND_COLUMNS) {
        return 0;
    }

    glyph_resend_begin(&scan, &s->header);

    for (i = 0; i < n; i++) {

        if (glyph_resend_field(s, &scan, &field) != GLYPH_OK) {
            return 0;
        }

        if (i < n - GLYPH_RESEND_COLUMNS) {
            continue;
        }

        name = glyph_resend_names[i + GLYPH_RESEND_COLUMNS - n];
        len = strlen(name);

        if (field.len == len + 2 && field.data[0] == '"') {
            field.data++;
            field.len -= 2;
        }

        if (field.len != len || memcmp(field.data, name, len) != 0) {
            return 0;
        }
    }

    return 1;
}


/* How many of a record's n fields are written. */

static size_t
glyph_resend_keep(const glyph_resend_t *s, const glyph_str_t *raw, size_t n)
{
    size_t  used;

    if (s->own) {

        if (n >= s->ncolumns + GLYPH_RESEND_COLUMNS) {
            n -= GLYPH_RESEND_COLUMNS;

        } else if (n > s->ncolumns) {
            n = s->ncolumns;
        }
    }

    if (n > s->ncolumns) {
        (void) glyph_resend_until(s, raw, n, &used);

        if (used <= s->ncolumns) {
            n = s->ncolumns;
        }
    }

    return n;
}


static void
glyph_resend_cells(const glyph_resend_t *s, glyph_buf_t *b,
    const glyph_str_t *raw, size_t n)
{
    int                  quoted;
    size_t               i;
    glyph_str_t          field;
    glyph_resend_scan_t  scan;

    glyph_resend_begin(&scan, raw);

    for (i = 0; i < n; i++) {

        if (glyph_resend_field(s, &scan, &field) != GLYPH_OK) {
            return;
        }

        quoted = field.len >= 2 && field.data[0] == '"';

        if (quoted) {
            field.data++;
            field.len -= 2;
        }

        if (i) {
            glyph_buf_putc(b, s->delimiter);
        }

        glyph_resend_cell(b, &field, quoted);
    }
}


void
glyph_resend_cell(glyph_buf_t *b, const glyph_str_t *value, int quoted)
{
    int                   start;
    const unsigned char  *p, *last;

    p = value->data;
    last = p + value->len;
    start = 1;

    glyph_buf_putc(b, '"');

    for ( /* void */ ; p < last; p++) {

        if (start && glyph_resend_formula(p, last - p, p == value->data)) {
            glyph_buf_putc(b, '\'');
        }

        if (*p == '"') {

            glyph_buf_puts(b, "\"\"");

            if (quoted && p + 1 < last && p[1] == '"') {
                p++;
            }

            continue;
        }

        glyph_buf_putc(b, *p);

        if (strchr(",;|\t\r\n", *p) && *p) {
            start = 1;

        } else if (*p != ' ') {
            start = 0;
        }
    }

    glyph_buf_putc(b, '"');
}


/* What begins a formula, also as a full-width form. */

static int
glyph_resend_formula(const unsigned char *p, size_t len, int first)
{
    switch (*p) {

    case '=':
    case '+':
    case '-':
    case '@':
        return 1;

    case '\t':
    case '\r':
    case '\n':
        return first;

    case 0xef:
        return len >= 3 && p[1] == 0xbc
               && (p[2] == 0x8b || p[2] == 0x8d || p[2] == 0x9d
                   || p[2] == 0xa0);

    default:
        return 0;
    }
}
