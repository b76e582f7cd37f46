#include "fuzz_csv.h"


#define FIELDS_MAX  8192        /* in more bytes than libFuzzer makes up */


typedef enum {
    READ = 0,
    BLANK,
    OPEN,                       /* the input ends inside quotes */
    BAD                         /* quotes that cannot be read, or a record
                                   of several lines that is too large */
} read_e;


typedef struct {
    const fuzz_dialect_t  *dialect;
    const unsigned char   *first;       /* of the record */
    const unsigned char   *pos;
    const unsigned char   *last;        /* of the input, without what fills
                                           its last line up */
    const unsigned char   *all;         /* with it */
    int                    lenient;     /* and of one line only */
    glyph_buf_t            text;
    size_t                 end[FIELDS_MAX];     /* in text */
    size_t                 nfields;
} csv_t;


static void csv_one(csv_t *c, glyph_record_t *rec);
static read_e csv_record(csv_t *c);
static int csv_field(csv_t *c);
static int csv_quoted(csv_t *c);
static void csv_unquoted(csv_t *c);
static const unsigned char *csv_last(const fuzz_dialect_t *d,
    const unsigned char *data, size_t len);
static int csv_large(const csv_t *c);
static int csv_at_end(const csv_t *c);
static void csv_spaces(csv_t *c);
static const unsigned char *csv_line(const csv_t *c, const unsigned char *p);
static const unsigned char *csv_next(const csv_t *c, const unsigned char *p);


void
fuzz_csv_record(glyph_buf_t *out, const glyph_record_t *rec)
{
    size_t  i;

    glyph_buf_printf(out, "%d line %llu offset %llu stray %d raw %zu:",
                     rec->code, (unsigned long long) rec->line,
                     (unsigned long long) rec->offset, rec->stray_quote,
                     rec->raw.len);
    glyph_buf_append(out, rec->raw.data, rec->raw.len);

    for (i = 0; i < rec->nfields; i++) {
        glyph_buf_printf(out, " field %zu:", rec->fields[i].len);
        glyph_buf_append(out, rec->fields[i].data, rec->fields[i].len);
    }

    glyph_buf_putc(out, '\n');
}


void
fuzz_csv_read(const fuzz_dialect_t *d, const unsigned char *data,
    size_t len, glyph_buf_t *out)
{
    uint64_t              line;
    glyph_record_t        rec;
    const unsigned char  *p;
    static csv_t          c;
    static glyph_str_t    fields[FIELDS_MAX];

    c.dialect = d;
    c.all = data + len;
    c.last = csv_last(d, data, len);
    c.pos = data;
    line = 1;

    while (c.pos < c.last) {
        p = c.pos;

        memset(&rec, 0, sizeof(glyph_record_t));
        rec.offset = p - data;
        rec.line = line;
        rec.fields = fields;

        csv_one(&c, &rec);

        if (rec.raw.len) {
            fuzz_csv_record(out, &rec);
        }

        for ( /* void */ ; p < c.pos; p = csv_next(&c, csv_line(&c, p))) {
            line++;
        }
    }

    glyph_buf_free(&c.text);
}


/* One record, or none: then its line is blank. */

static void
csv_one(csv_t *c, glyph_record_t *rec)
{
    size_t                i;
    read_e                rc;
    const unsigned char  *line, *p;

    c->first = c->pos;
    line = csv_line(c, c->pos);

    rec->raw.data = (unsigned char *) c->first;
    rec->raw.len = line - c->first;

    if (csv_large(c)) {
        rec->code = GLYPH_ROW_TOO_LARGE;
        rec->raw.len = c->dialect->max_row_size;
        c->pos = csv_next(c, line);

        if (c->pos == c->last) {
            c->last = c->all;
            c->pos = c->all;
        }

        return;
    }

    rc = csv_record(c);

    if (rc == BAD && c->pos <= line && c->dialect->expect) {
        c->pos = c->first;
        c->lenient = 1;

        rc = csv_record(c);

        c->lenient = 0;
        rec->stray_quote = 1;

        if (c->nfields != c->dialect->expect
            || c->nfields > c->dialect->max_columns)
        {
            rc = BAD;
        }
    }

    switch (rc) {

    case READ:
        rec->raw.len = c->pos - c->first;
        c->pos = csv_next(c, c->pos);

        if (c->nfields > c->dialect->max_columns) {
            rec->code = GLYPH_ROW_TOO_MANY_COLUMNS;
            break;
        }

        rec->nfields = c->nfields;
        p = c->text.data;

        for (i = 0; i < c->nfields; i++) {
            rec->fields[i].data = (unsigned char *) p;
            rec->fields[i].len = c->text.data + c->end[i] - p;
            p += rec->fields[i].len;
        }

        break;

    case BLANK:
        rec->raw.len = 0;
        c->pos = csv_next(c, line);
        break;

    default: /* OPEN, BAD */
        rec->code = GLYPH_ROW_MALFORMED;
        rec->stray_quote = 0;
        c->pos = csv_next(c, line);
    }
}


/* With READ, c->pos is at the line end; with BAD, where that was certain. */

static read_e
csv_record(csv_t *c)
{
    int  rc;

    glyph_buf_reset(&c->text);
    c->nfields = 0;

    csv_spaces(c);

    if (csv_at_end(c)) {
        return BLANK;
    }

    for ( ;; ) {
        rc = csv_field(c);

        if (rc != READ) {
            return rc;
        }

        fuzz_check(c->nfields < FIELDS_MAX, "%zu fields", c->nfields);
        c->end[c->nfields++] = c->text.len;

        if (csv_at_end(c)) {
            return READ;
        }

        c->pos++;       /* the delimiter */
    }
}


/* Ends at a delimiter or at the end of the line. */

static int
csv_field(csv_t *c)
{
    csv_spaces(c);

    if (c->pos < c->last && *c->pos == '"') {
        c->pos++;
        return csv_quoted(c);
    }

    csv_unquoted(c);

    return (c->pos < c->last && *c->pos == '"') ? BAD : READ;
}


static void
csv_unquoted(csv_t *c)
{
    size_t  start;

    start = c->text.len;

    while (!csv_at_end(c) && *c->pos != c->dialect->delimiter
           && (*c->pos != '"' || c->lenient))
    {
        glyph_buf_putc(&c->text, *c->pos++);
    }

    while (c->text.len > start
           && fuzz_csv_space(c->dialect, c->text.data[c->text.len - 1]))
    {
        c->text.len--;
    }
}


static int
csv_quoted(csv_t *c)
{
    const unsigned char  *quote, *next;

    while (c->pos < c->last) {

        if (csv_at_end(c)) {

            if (c->lenient) {
                return BAD;
            }

            /* a line end is a byte as any, but the next line counts */

            next = csv_next(c, c->pos);
            glyph_buf_append(&c->text, c->pos, next - c->pos);
            c->pos = next;

            if (csv_large(c)) {
                return BAD;
            }

            continue;
        }

        if (*c->pos != '"') {
            glyph_buf_putc(&c->text, *c->pos++);
            continue;
        }

        if (c->last - c->pos > 1 && c->pos[1] == '"') {
            glyph_buf_putc(&c->text, '"');
            c->pos += 2;
            continue;
        }

        quote = c->pos++;
        csv_spaces(c);

        if (csv_at_end(c) || *c->pos == c->dialect->delimiter) {
            return READ;
        }

        if (!c->lenient) {
            c->pos = quote;
            return BAD;
        }

        /* it stands for itself; behind spaces the next one may end it */

        glyph_buf_append(&c->text, quote, c->pos - quote);
    }

    return c->lenient ? BAD : OPEN;
}


/* NULs and 0x1A at the end, if its line has anything else. */

static const unsigned char *
csv_last(const fuzz_dialect_t *d, const unsigned char *data, size_t len)
{
    const unsigned char  *p, *last;

    last = data + len;

    while (last > data && (last[-1] == '\0' || last[-1] == 0x1a)) {
        last--;
    }

    for (p = last; p > data && p[-1] != '\n' && p[-1] != '\r'; p--) {

        if (!fuzz_csv_space(d, p[-1])) {
            return last;
        }
    }

    return data + len;
}


/* Whether the record with all of this line is too large. */

static int
csv_large(const csv_t *c)
{
    const unsigned char  *line;

    line = csv_line(c, c->pos);

    if (line == c->last) {
        line = c->all;
    }

    return (size_t) (line - c->first) > c->dialect->max_row_size;
}


static int
csv_at_end(const csv_t *c)
{
    return c->pos == c->last || *c->pos == '\n' || *c->pos == '\r';
}


static void
csv_spaces(csv_t *c)
{
    while (c->pos < c->last && fuzz_csv_space(c->dialect, *c->pos)) {
        c->pos++;
    }
}


int
fuzz_csv_space(const fuzz_dialect_t *d, unsigned char c)
{
    return c == ' ' || (c == '\t' && d->delimiter != '\t');
}


/* Where the line that p is in ends. */

static const unsigned char *
csv_line(const csv_t *c, const unsigned char *p)
{
    while (p < c->last && *p != '\n' && *p != '\r') {
        p++;
    }

    return p;
}


/* Where the next line begins. */

static const unsigned char *
csv_next(const csv_t *c, const unsigned char *p)
{
    if (p < c->last && *p++ == '\r' && p < c->last && *p == '\n') {
        p++;
    }

    return p;
}
