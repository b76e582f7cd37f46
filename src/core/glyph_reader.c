#include <csv.h>

#include "glyph_buf.h"
#include "glyph_json_reader.h"
#include "glyph_reader.h"
#include "glyph_simd.h"


#define GLYPH_READER_FIELDS  64         /* room for so many at first */
#define GLYPH_READER_BLOCK   4096       /* libcsv's field grows by this */


typedef enum {
    GLYPH_PARSED = 0,
    GLYPH_PARSE_BLANK,
    GLYPH_PARSE_QUOTES,         /* a case for libcsv */
    GLYPH_PARSE_OPEN,           /* the line ends inside quotes */
    GLYPH_PARSE_BAD,
    GLYPH_PARSE_NO_MEMORY
} glyph_parse_e;


typedef enum {
    GLYPH_SKIP_NOTHING = 0,
    GLYPH_SKIP_LINE,            /* the rest of a line that is too large */
    GLYPH_SKIP_LF               /* … whose last byte so far is a CR */
} glyph_skip_e;


/* Stream offsets between which a byte is known not to occur. */

typedef struct {
    uint64_t              lo;
    uint64_t              hi;
} glyph_seek_t;


/* What can be seen of the input, from the record's first byte on. */

typedef struct {
    const unsigned char  *data;
    size_t                len;
    int                   end;          /* nothing follows */
} glyph_window_t;


/* A physical line; offsets from the record's first byte. */

typedef struct {
    size_t                start;
    size_t                end;          /* of its bytes */
    size_t                next;         /* behind its line end */
} glyph_line_t;


struct glyph_reader_s {
    glyph_json_reader_t  *json;         /* reads instead, if there is one */

    struct csv_parser     csv;
    glyph_buf_t           text;         /* fields out of libcsv, in order */
    glyph_str_t          *fields;
    size_t                fields_size;
    size_t                nfields;

    /* The record, or the lines to read again, that the input ended in. */
    glyph_buf_t           hold;
    size_t                hold_pos;

    uint64_t              offset;       /* of the record's first byte */
    uint64_t              line;
    glyph_line_t          first;        /* the record's first line */
    size_t                fed;          /* its bytes that libcsv has had */
    size_t                nlines;       /* … and how many lines they are */

    glyph_seek_t          lf;
    glyph_seek_t          cr;

    size_t                max_row_size;
    size_t                max_columns;
    size_t                expect;
    glyph_skip_e          skip;
    unsigned char         marks[4];     /* delimiter, quote sign, LF, CR */
    unsigned char         delimiter;
    unsigned char         space;        /* besides ' ', at a field's ends */
    unsigned              too_many:1;   /* of the record's fields */
    unsigned              tried:1;      /* it is no plain one */
    unsigned              row:1;        /* libcsv has ended a record */
    unsigned              failed:1;     /* out of memory */
};


static int glyph_reader_record(glyph_reader_t *rd, glyph_window_t *w,
    glyph_record_t *rec);
static int glyph_reader_plain(glyph_reader_t *rd, glyph_window_t *w,
    glyph_record_t *rec);
static int glyph_reader_plain_end(glyph_reader_t *rd, glyph_window_t *w,
    size_t end, glyph_record_t *rec);
static int glyph_reader_line(glyph_reader_t *rd, const glyph_window_t *w,
    glyph_line_t *line);
static size_t glyph_reader_seek(glyph_seek_t *s, unsigned char c,
    uint64_t offset, const unsigned char *data, size_t from, size_t to);
static glyph_parse_e glyph_reader_first_line(glyph_reader_t *rd,
    const glyph_window_t *w, const glyph_line_t *line, unsigned *stray);
static glyph_parse_e glyph_reader_split(glyph_reader_t *rd,
    const unsigned char *p, const unsigned char *last);
static glyph_parse_e glyph_reader_parse(glyph_reader_t *rd,
    const glyph_window_t *w, const glyph_line_t *line);
static void glyph_reader_field(void *field, size_t len, void *data);
static void glyph_reader_row(int c, void *data);
static int glyph_reader_push_more(glyph_reader_t *rd,
    const unsigned char *data, size_t len);
static int glyph_reader_space(unsigned char c);
static int glyph_reader_space_no_tab(unsigned char c);
static void glyph_reader_parsed(glyph_reader_t *rd, glyph_window_t *w,
    const glyph_line_t *line, glyph_record_t *rec);
static void glyph_reader_malformed(glyph_reader_t *rd, glyph_window_t *w,
    glyph_record_t *rec);
static void glyph_reader_too_large(glyph_reader_t *rd, glyph_window_t *w,
    const glyph_line_t *line, int complete, glyph_record_t *rec);
static void glyph_reader_reset(glyph_reader_t *rd, unsigned char options);
static void glyph_reader_give(const glyph_reader_t *rd,
    const glyph_window_t *w, size_t len, glyph_code_e code,
    glyph_record_t *rec);
static void glyph_reader_consume(glyph_reader_t *rd, glyph_window_t *w,
    size_t len, size_t nlines);
static int glyph_reader_keep(glyph_reader_t *rd, const unsigned char **pos,
    const unsigned char *last, int held);
static int glyph_reader_skip(glyph_reader_t *rd, const unsigned char **pos,
    const unsigned char *last);


static inline const unsigned char *
glyph_reader_lstrip(const glyph_reader_t *rd, const unsigned char *p,
    const unsigned char *last)
{
    while (p < last && (*p == ' ' || *p == rd->space)) {
        p++;
    }

    return p;
}


static inline const unsigned char *
glyph_reader_rstrip(const glyph_reader_t *rd, const unsigned char *p,
    const unsigned char *last)
{
    while (last > p && (last[-1] == ' ' || last[-1] == rd->space)) {
        last--;
    }

    return last;
}


/* fields_size is never more than max_columns. */

static inline int
glyph_reader_push(glyph_reader_t *rd, const unsigned char *data, size_t len)
{
    glyph_str_t  *field;

    if (rd->nfields == rd->fields_size) {
        return glyph_reader_push_more(rd, data, len);
    }

    field = &rd->fields[rd->nfields++];
    field->data = (unsigned char *) data;
    field->len = len;

    return GLYPH_OK;
}


glyph_reader_t *
glyph_reader_create(unsigned char delimiter, size_t max_row_size,
    size_t max_columns)
{
    glyph_reader_t  *rd;

    rd = calloc(1, sizeof(glyph_reader_t));
    if (rd == NULL) {
        return NULL;
    }

    rd->line = 1;
    rd->delimiter = delimiter;
    rd->space = delimiter == '\t' ? ' ' : '\t';
    rd->marks[0] = delimiter;
    memcpy(rd->marks + 1, "\"\n\r", 3);
    rd->max_row_size = max_row_size;
    rd->max_columns = max_columns;

    if (csv_init(&rd->csv, CSV_STRICT) != 0) {
        free(rd);
        return NULL;
    }

    csv_set_delim(&rd->csv, delimiter);
    csv_set_blk_size(&rd->csv, GLYPH_READER_BLOCK);
    csv_set_space_func(&rd->csv, delimiter == '\t'
                                 ? glyph_reader_space_no_tab
                                 : glyph_reader_space);

    /* the realloc() of this program, not the one that libcsv was linked to */
    csv_set_realloc_func(&rd->csv, realloc);
    csv_set_free_func(&rd->csv, free);

    return rd;
}


void
glyph_reader_destroy(glyph_reader_t *rd)
{
    if (rd == NULL) {
        return;
    }

    if (rd->json) {
        glyph_json_reader_destroy(rd->json);
        free(rd);
        return;
    }

    csv_free(&rd->csv);
    glyph_buf_free(&rd->text);
    glyph_buf_free(&rd->hold);
    free(rd->fields);
    free(rd);
}


glyph_reader_t *
glyph_reader_create_json(glyph_format_e format, size_t max_row_size,
    size_t max_columns)
{
    glyph_reader_t  *rd;

    rd = calloc(1, sizeof(glyph_reader_t));
    if (rd == NULL) {
        return NULL;
    }

    rd->json = glyph_json_reader_create(format, max_row_size, max_columns);

    if (rd->json == NULL) {
        free(rd);
        return NULL;
    }

    return rd;
}


glyph_json_reader_t *
glyph_reader_json(glyph_reader_t *rd)
{
    return rd->json;
}


glyph_code_e
glyph_reader_refused(const glyph_reader_t *rd, glyph_buf_t *detail)
{
    return glyph_json_reader_refused(rd->json, detail);
}


void
glyph_reader_expect(glyph_reader_t *rd, size_t nfields)
{
    rd->expect = nfields;
}


int
glyph_reader_next(glyph_reader_t *rd, const unsigned char **pos,
    const unsigned char *last, int end, glyph_record_t *rec)
{
    int             rc, held;
    glyph_window_t  w;

    if (rd->json) {
        return glyph_json_reader_next(rd->json, pos, last, end, rec);
    }

    for ( ;; ) {

        if (rd->skip != GLYPH_SKIP_NOTHING
            && glyph_reader_skip(rd, pos, last) == GLYPH_AGAIN)
        {
            return GLYPH_AGAIN;
        }

        held = rd->hold_pos < rd->hold.len;

        if (held) {
            w.data = rd->hold.data + rd->hold_pos;
            w.len = rd->hold.len - rd->hold_pos;
            w.end = end && *pos == last;

            rc = glyph_reader_record(rd, &w, rec);

            rd->hold_pos = rd->hold.len - w.len;

        } else {
            glyph_buf_reset(&rd->hold);
            rd->hold_pos = 0;

            w.data = *pos;
            w.len = last - *pos;
            w.end = end;

            rc = glyph_reader_record(rd, &w, rec);

            *pos = last - w.len;
        }

        if (rc != GLYPH_AGAIN || *pos == last) {
            return rc;
        }

        if (glyph_reader_keep(rd, pos, last, held) != GLYPH_OK) {
            return GLYPH_ERROR;
        }
    }
}


/*
 * Reads one record of the window and moves the window behind it; behind
 * blank lines also when there is none.
 */

static int
glyph_reader_record(glyph_reader_t *rd, glyph_window_t *w,
    glyph_record_t *rec)
{
    int            rc;
    unsigned       stray;
    glyph_line_t   line;
    glyph_parse_e  parsed;

    for ( ;; ) {

        if (!rd->tried && w->len) {
            rc = glyph_reader_plain(rd, w, rec);

            if (rc != GLYPH_AGAIN) {
                return rc;
            }

            rd->tried = 1;
        }

        line.start = rd->fed;
        rc = glyph_reader_line(rd, w, &line);

        if (line.end > rd->max_row_size) {
            glyph_reader_too_large(rd, w, &line, rc == GLYPH_OK, rec);
            return GLYPH_OK;
        }

        if (rc == GLYPH_AGAIN) {

            if (w->end && rd->fed) {
                glyph_reader_malformed(rd, w, rec);
                return GLYPH_OK;
            }

            return GLYPH_AGAIN;
        }

        stray = 0;

        if (line.start == 0) {
            rd->first = line;
            parsed = glyph_reader_first_line(rd, w, &line, &stray);

        } else {
            parsed = glyph_reader_parse(rd, w, &line);
        }

        switch (parsed) {

        case GLYPH_PARSED:
            glyph_reader_parsed(rd, w, &line, rec);
            rec->stray_quote = stray;
            return GLYPH_OK;

        case GLYPH_PARSE_BLANK:
            glyph_reader_consume(rd, w, line.next, 1);
            break;

        case GLYPH_PARSE_OPEN:
            rd->fed = line.next;
            rd->nlines++;
            break;

        case GLYPH_PARSE_NO_MEMORY:
            return GLYPH_ERROR;

        default: /* GLYPH_PARSE_BAD */
            glyph_reader_malformed(rd, w, rec);
            return GLYPH_OK;
        }
    }
}


/*
 * Reads, in one pass, a record that is all there, of one line, in which quote
 * signs are but the first and last bytes of fields: so are nearly all.
 * GLYPH_AGAIN for any other, which is then read line by line, below; for these
 * records the result is the same.
 */

static int
glyph_reader_plain(glyph_reader_t *rd, glyph_window_t *w,
    glyph_record_t *rec)
{
    size_t                base, rest;
    uint64_t              marks;
    unsigned char         tail[GLYPH_BLOCK];
    glyph_block_t         block;
    const unsigned char  *p, *field, *open, *close;

    rd->nfields = 0;
    rd->too_many = 0;
    rd->row = 0;

    field = w->data;
    open = NULL;            /* behind the quote that the field begins with */
    close = NULL;           /* the one it ends with */

    for (base = 0; base < w->len; base += GLYPH_BLOCK) {
        p = w->data + base;
        rest = w->len - base;

        if (base > rd->max_row_size) {
            return GLYPH_AGAIN;
        }

        if (rest < GLYPH_BLOCK) {
            memset(tail, 0, GLYPH_BLOCK);
            memcpy(tail, p, rest);
            glyph_block_load(&block, tail);

        } else {
            glyph_block_load(&block, p);
        }

        marks = glyph_block_among(&block, rd->marks);

        for ( /* void */ ; marks; marks &= marks - 1) {
            p = w->data + base + __builtin_ctzll(marks);

            if (*p == '"') {

                if (open == NULL) {

                    if (glyph_reader_lstrip(rd, field, p) != p) {
                        return GLYPH_AGAIN;
                    }

                    open = p + 1;

                } else if (close == NULL) {
                    close = p;

                } else {
                    return GLYPH_AGAIN;
                }

                continue;
            }

            if (open && close == NULL) {

                if (*p == rd->delimiter) {
                    continue;
                }

                return GLYPH_AGAIN;
            }

            if (close && close + 1 != p) {
                return GLYPH_AGAIN;
            }

            if (open == NULL) {
                open = glyph_reader_lstrip(rd, field, p);
                close = glyph_reader_rstrip(rd, open, p);

                if (open == p && rd->nfields == 0 && *p != rd->delimiter) {
                    return GLYPH_AGAIN;         /* a blank line */
                }
            }

            if (glyph_reader_push(rd, open, close - open) != GLYPH_OK) {
                return GLYPH_ERROR;
            }

            if (*p != rd->delimiter) {
                return glyph_reader_plain_end(rd, w, p - w->data, rec);
            }

            field = p + 1;
            open = NULL;
            close = NULL;
        }
    }

    return GLYPH_AGAIN;
}


/* All fields are there, and the line ends at "end". */

static int
glyph_reader_plain_end(glyph_reader_t *rd, glyph_window_t *w, size_t end,
    glyph_record_t *rec)
{
    glyph_line_t  line;

    line.start = 0;
    line.end = end;
    line.next = end + 1;

    if (end > rd->max_row_size) {
        return GLYPH_AGAIN;
    }

    if (w->data[end] == '\r') {

        if (line.next < w->len) {
            line.next += w->data[line.next] == '\n';

        } else if (!w->end) {
            return GLYPH_AGAIN;
        }
    }

    glyph_reader_parsed(rd, w, &line, rec);

    return GLYPH_OK;
}


/*
 * Finds the end of the line that begins at line->start.  GLYPH_AGAIN when it
 * is not in the window; line->end then tells how long the record is so far.
 */

static int
glyph_reader_line(glyph_reader_t *rd, const glyph_window_t *w,
    glyph_line_t *line)
{
    size_t  lf, cr;

    lf = glyph_reader_seek(&rd->lf, '\n', rd->offset, w->data, line->start,
                           w->len);
    cr = glyph_reader_seek(&rd->cr, '\r', rd->offset, w->data, line->start,
                           lf);

    line->end = cr;
    line->next = cr;

    if (cr == w->len) {
        return w->end && line->start < cr ? GLYPH_OK : GLYPH_AGAIN;
    }

    line->next++;

    if (cr == lf) {
        return GLYPH_OK;
    }

    /* whether an LF belongs to the CR is known by the next byte */

    if (line->next == w->len) {
        return w->end ? GLYPH_OK : GLYPH_AGAIN;
    }

    if (w->data[line->next] == '\n') {
        line->next++;
    }

    return GLYPH_OK;
}


/*
 * Where the byte c comes first from data + from on, or "to".  What has been
 * searched once is not searched again, so that a file without LF (or a record
 * that comes in small pieces) costs linear time.
 */

static size_t
glyph_reader_seek(glyph_seek_t *s, unsigned char c, uint64_t offset,
    const unsigned char *data, size_t from, size_t to)
{
    const unsigned char  *p;

    if (offset + from < s->lo || offset + from > s->hi) {
        s->lo = offset + from;
        s->hi = s->lo;
    }

    if (s->hi >= offset + to) {
        return to;
    }

    from = s->hi - offset;
    p = memchr(data + from, c, to - from);

    if (p != NULL) {
        to = p - data;
    }

    s->hi = offset + to;

    return to;
}


static glyph_parse_e
glyph_reader_first_line(glyph_reader_t *rd, const glyph_window_t *w,
    const glyph_line_t *line, unsigned *stray)
{
    glyph_parse_e  parsed;

    parsed = glyph_reader_split(rd, w->data, w->data + line->end);
    if (parsed != GLYPH_PARSE_QUOTES) {
        return parsed;
    }

    glyph_reader_reset(rd, CSV_STRICT);
    parsed = glyph_reader_parse(rd, w, line);

    if (parsed != GLYPH_PARSE_BAD || rd->expect == 0) {
        return parsed;
    }

    /* without CSV_STRICT a quote sign inside a field stands for itself */

    glyph_reader_reset(rd, 0);
    parsed = glyph_reader_parse(rd, w, line);

    if (parsed == GLYPH_PARSE_NO_MEMORY) {
        return parsed;
    }

    if (parsed == GLYPH_PARSE_OPEN || rd->too_many
        || rd->nfields != rd->expect)
    {
        return GLYPH_PARSE_BAD;
    }

    *stray = 1;

    return GLYPH_PARSED;
}


/*
 * What libcsv does with a line in which a quote sign, if there is one, is the
 * first or the last byte of a field: but the fields stay where they are.
 */

static glyph_parse_e
glyph_reader_split(glyph_reader_t *rd, const unsigned char *p,
    const unsigned char *last)
{
    int                   quotes;
    const unsigned char  *q, *next;

    p = glyph_reader_lstrip(rd, p, last);

    if (p == last) {
        return GLYPH_PARSE_BLANK;
    }

    quotes = memchr(p, '"', last - p) != NULL;
    rd->nfields = 0;
    rd->too_many = 0;
    rd->row = 0;

    for ( ;; ) {
        p = glyph_reader_lstrip(rd, p, last);

        if (quotes && p < last && *p == '"') {
            p++;
            q = memchr(p, '"', last - p);

            if (q == NULL || (q + 1 < last && q[1] != rd->delimiter)) {
                return GLYPH_PARSE_QUOTES;
            }

            next = q + 1;

        } else {
            next = memchr(p, rd->delimiter, last - p);
            if (next == NULL) {
                next = last;
            }

            if (quotes && memchr(p, '"', next - p) != NULL) {
                return GLYPH_PARSE_QUOTES;
            }

            q = glyph_reader_rstrip(rd, p, next);
        }

        if (glyph_reader_push(rd, p, q - p) != GLYPH_OK) {
            return GLYPH_PARSE_NO_MEMORY;
        }

        if (next == last) {
            return GLYPH_PARSED;
        }

        p = next + 1;
    }
}


/* Gives the line to libcsv, whole, since libcsv cannot stop inside it. */

static glyph_parse_e
glyph_reader_parse(glyph_reader_t *rd, const glyph_window_t *w,
    const glyph_line_t *line)
{
    size_t  n;

    n = line->next - line->start;
    rd->row = 0;

    if (csv_parse(&rd->csv, w->data + line->start, n, glyph_reader_field,
                  glyph_reader_row, rd)
        == n
        && line->next == line->end)
    {
        /* the end of the file ends the line, too */
        csv_parse(&rd->csv, "\n", 1, glyph_reader_field, glyph_reader_row,
                  rd);
    }

    if (rd->failed) {
        return GLYPH_PARSE_NO_MEMORY;
    }

    switch (csv_error(&rd->csv)) {

    case CSV_SUCCESS:
        return rd->row ? GLYPH_PARSED : GLYPH_PARSE_OPEN;

    case CSV_EPARSE:
        return GLYPH_PARSE_BAD;

    default:
        return GLYPH_PARSE_NO_MEMORY;
    }
}


/*
 * libcsv's bytes are gone after the call.  They are gathered in one buffer,
 * which may still move: the fields' places are set when the record is done.
 */

static void
glyph_reader_field(void *field, size_t len, void *data)
{
    glyph_reader_t  *rd = data;

    if (glyph_reader_push(rd, NULL, len) != GLYPH_OK) {
        rd->failed = 1;
        return;
    }

    if (!rd->too_many && len) {
        glyph_buf_append(&rd->text, field, len);
        rd->failed |= rd->text.failed;
    }
}


static void
glyph_reader_row(int c, void *data)
{
    glyph_reader_t  *rd = data;

    (void) c;

    rd->row = 1;
}


/* There is no room for another field: more is made, unless it is too many. */

static int
glyph_reader_push_more(glyph_reader_t *rd, const unsigned char *data,
    size_t len)
{
    size_t        size;
    glyph_str_t  *fields;

    if (rd->nfields == rd->max_columns) {
        rd->too_many = 1;
        return GLYPH_OK;
    }

    size = rd->fields_size ? 2 * rd->fields_size : GLYPH_READER_FIELDS;

    if (size > rd->max_columns) {
        size = rd->max_columns;
    }

    fields = realloc(rd->fields, size * sizeof(glyph_str_t));
    if (fields == NULL) {
        return GLYPH_ERROR;
    }

    rd->fields = fields;
    rd->fields_size = size;

    return glyph_reader_push(rd, data, len);
}


static int
glyph_reader_space(unsigned char c)
{
    return c == ' ' || c == '\t';
}


static int
glyph_reader_space_no_tab(unsigned char c)
{
    return c == ' ';
}


static void
glyph_reader_parsed(glyph_reader_t *rd, glyph_window_t *w,
    const glyph_line_t *line, glyph_record_t *rec)
{
    size_t          i;
    unsigned char  *p;

    if (rd->too_many) {
        glyph_reader_give(rd, w, line->end, GLYPH_ROW_TOO_MANY_COLUMNS, rec);
        glyph_reader_consume(rd, w, line->next, rd->nlines + 1);
        return;
    }

    if (rd->row) {
        p = rd->text.len ? rd->text.data : (unsigned char *) w->data;

        for (i = 0; i < rd->nfields; i++) {
            rd->fields[i].data = p;
            p += rd->fields[i].len;
        }
    }

    glyph_reader_give(rd, w, line->end, GLYPH_CODE_OK, rec);
    rec->fields = rd->fields;
    rec->nfields = rd->nfields;

    glyph_reader_consume(rd, w, line->next, rd->nlines + 1);
}


/*
 * The line that made the error certain has been read in part only, and as if
 * it were inside of quotes: it is read again as any other.  Those before it
 * have been read and will not be joined again: a line that leaves quotes as
 * open as they were has an even number of quote signs, and so, read by itself,
 * opens none that stay open.
 */

static void
glyph_reader_malformed(glyph_reader_t *rd, glyph_window_t *w,
    glyph_record_t *rec)
{
    glyph_reader_give(rd, w, rd->first.end, GLYPH_ROW_MALFORMED, rec);
    glyph_reader_consume(rd, w, rd->first.next, 1);
}


static void
glyph_reader_too_large(glyph_reader_t *rd, glyph_window_t *w,
    const glyph_line_t *line, int complete, glyph_record_t *rec)
{
    if (line->start) {
        glyph_reader_malformed(rd, w, rec);
        return;
    }

    glyph_reader_give(rd, w, rd->max_row_size, GLYPH_ROW_TOO_LARGE, rec);

    if (complete) {
        glyph_reader_consume(rd, w, line->next, 1);
        return;
    }

    rd->skip = line->end < w->len ? GLYPH_SKIP_LF : GLYPH_SKIP_LINE;
    glyph_reader_consume(rd, w, w->len, 1);
}


static void
glyph_reader_reset(glyph_reader_t *rd, unsigned char options)
{
    glyph_buf_reset(&rd->text);
    rd->nfields = 0;
    rd->too_many = 0;

    /* with CSV_STRICT csv_fini() may refuse to forget an open field */

    csv_set_opts(&rd->csv, 0);
    csv_fini(&rd->csv, NULL, NULL, NULL);
    csv_set_opts(&rd->csv, options);
}


static void
glyph_reader_give(const glyph_reader_t *rd, const glyph_window_t *w,
    size_t len, glyph_code_e code, glyph_record_t *rec)
{
    rec->code = code;
    rec->line = rd->line;
    rec->offset = rd->offset;
    rec->raw.data = (unsigned char *) w->data;
    rec->raw.len = len;
    rec->fields = NULL;
    rec->nfields = 0;
    rec->kinds = NULL;
    rec->stray_quote = 0;
}


static void
glyph_reader_consume(glyph_reader_t *rd, glyph_window_t *w, size_t len,
    size_t nlines)
{
    w->data += len;
    w->len -= len;

    rd->offset += len;
    rd->line += nlines;
    rd->fed = 0;
    rd->nlines = 0;
    rd->tried = 0;
}


/*
 * Keeps the input's unfinished record; if a part of it is kept already, up to
 * the next line end, lest lines are copied that need not be.
 */

static int
glyph_reader_keep(glyph_reader_t *rd, const unsigned char **pos,
    const unsigned char *last, int held)
{
    size_t    n, room;
    uint64_t  offset;

    n = last - *pos;

    if (held) {
        rd->hold.len -= rd->hold_pos;
        memmove(rd->hold.data, rd->hold.data + rd->hold_pos, rd->hold.len);
        rd->hold_pos = 0;

        offset = rd->offset + rd->hold.len;
        n = glyph_reader_seek(&rd->lf, '\n', offset, *pos, 0, n);
        n = glyph_reader_seek(&rd->cr, '\r', offset, *pos, 0, n);

        if (n < (size_t) (last - *pos)) {
            n++;
        }

        /* one byte more is enough to see that the record is too large */

        room = rd->max_row_size + 2 - rd->hold.len;
        if (n > room) {
            n = room;
        }
    }

    glyph_buf_append(&rd->hold, *pos, n);
    *pos += n;

    return rd->hold.failed ? GLYPH_ERROR : GLYPH_OK;
}


static int
glyph_reader_skip(glyph_reader_t *rd, const unsigned char **pos,
    const unsigned char *last)
{
    const unsigned char  *p, *lf, *cr;

    p = *pos;

    if (p == last) {
        return GLYPH_AGAIN;
    }

    if (rd->skip == GLYPH_SKIP_LINE) {
        lf = memchr(p, '\n', last - p);
        cr = memchr(p, '\r', (lf ? lf : last) - p);

        if (cr != NULL) {
            p = cr + 1;
            rd->skip = GLYPH_SKIP_LF;

        } else if (lf != NULL) {
            p = lf + 1;
            rd->skip = GLYPH_SKIP_NOTHING;

        } else {
            p = last;
        }
    }

    if (rd->skip == GLYPH_SKIP_LF && p < last) {
        p += (*p == '\n');
        rd->skip = GLYPH_SKIP_NOTHING;
    }

    rd->offset += p - *pos;
    *pos = p;

    return rd->skip == GLYPH_SKIP_NOTHING ? GLYPH_OK : GLYPH_AGAIN;
}
