#include "text/glyph_buf.h"
#include "text/glyph_fields.h"
#include "json/glyph_json_reader.h"
#include "csv/glyph_libcsv.h"
#include "csv/glyph_lines.h"
#include "csv/glyph_plain.h"
#include "csv/glyph_reader.h"


typedef enum {
    GLYPH_SKIP_NOTHING = 0,
    GLYPH_SKIP_LINE,            /* the rest of a line that is too large */
    GLYPH_SKIP_LF               /* … whose last byte so far is a CR */
} glyph_skip_e;


struct glyph_reader_s {
    glyph_json_reader_t  *json;         /* reads instead, if there is one */
    glyph_reader_t       *inner;        /* of lines in quotes, or NULL */

    glyph_libcsv_t        libcsv;
    glyph_fields_t        fields;
    glyph_plain_t         plain;

    /* The record, or the lines to read again, that the input ended in. */
    glyph_buf_t           hold;
    size_t                hold_pos;

    uint64_t              offset;       /* of the record's first byte */
    uint64_t              line;
    glyph_line_t          first;        /* the record's first line */
    size_t                fed;          /* its bytes that libcsv has had */
    size_t                nlines;       /* … and how many lines they are */

    glyph_lines_t         lines;

    size_t                max_row_size;
    size_t                expect;
    glyph_skip_e          skip;
    unsigned              tried:1;      /* it is no plain one */
};


static int glyph_reader_unwrapped(glyph_reader_t *rd, glyph_record_t *rec);
static int glyph_reader_record(glyph_reader_t *rd, glyph_window_t *w,
    glyph_record_t *rec);
static void glyph_reader_blank_lines(glyph_reader_t *rd, glyph_window_t *w);
static int glyph_reader_plain(glyph_reader_t *rd, glyph_window_t *w,
    glyph_record_t *rec);
static glyph_parse_e glyph_reader_first_line(glyph_reader_t *rd,
    const glyph_window_t *w, const glyph_line_t *line, unsigned *stray);
static glyph_parse_e glyph_reader_parse(glyph_reader_t *rd,
    const glyph_window_t *w, const glyph_line_t *line);
static void glyph_reader_parsed(glyph_reader_t *rd, glyph_window_t *w,
    const glyph_line_t *line, glyph_record_t *rec);
static void glyph_reader_malformed(glyph_reader_t *rd, glyph_window_t *w,
    glyph_record_t *rec);
static void glyph_reader_too_large(glyph_reader_t *rd, glyph_window_t *w,
    const glyph_line_t *line, int complete, glyph_record_t *rec);
static void glyph_reader_give(const glyph_reader_t *rd,
    const glyph_window_t *w, size_t len, glyph_code_e code,
    glyph_record_t *rec);
static void glyph_reader_consume(glyph_reader_t *rd, glyph_window_t *w,
    size_t len, size_t nlines);
static int glyph_reader_keep(glyph_reader_t *rd, const unsigned char **pos,
    const unsigned char *last, int held);
static int glyph_reader_skip(glyph_reader_t *rd, const unsigned char **pos,
    const unsigned char *last);


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
    rd->max_row_size = max_row_size;
    rd->fields.max = max_columns;

    glyph_plain_init(&rd->plain, delimiter, max_row_size);

    if (glyph_libcsv_init(&rd->libcsv, delimiter, &rd->fields) != GLYPH_OK) {
        free(rd);
        return NULL;
    }

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

    glyph_reader_destroy(rd->inner);
    glyph_libcsv_free(&rd->libcsv);
    glyph_buf_free(&rd->hold);
    glyph_plain_free(&rd->plain);
    free(rd->fields.data);
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
    if (rd->inner) {
        rd->inner->expect = nfields;

    } else {
        rd->expect = nfields;
    }
}


void
glyph_reader_begin(glyph_reader_t *rd, uint64_t line, uint64_t offset)
{
    rd->line = line;
    rd->offset = offset;
}


void
glyph_reader_unquoted(glyph_reader_t *rd)
{
    rd->plain.quote = GLYPH_PLAIN_NO_QUOTE;
    glyph_libcsv_quote(&rd->libcsv, GLYPH_PLAIN_NO_QUOTE);
}


int
glyph_reader_unwrap(glyph_reader_t *rd)
{
    rd->inner = glyph_reader_create(rd->plain.delimiter, rd->max_row_size,
                                    rd->fields.max);

    return rd->inner ? GLYPH_OK : GLYPH_ERROR;
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

        if (rc == GLYPH_OK && rd->inner) {
            return glyph_reader_unwrapped(rd, rec);
        }

        if (rc != GLYPH_AGAIN || *pos == last) {
            return rc;
        }

        if (rd->skip != GLYPH_SKIP_NOTHING) {
            continue;
        }

        if (glyph_reader_keep(rd, pos, last, held) != GLYPH_OK) {
            return GLYPH_ERROR;
        }
    }
}


/* A line that has no quotes around it is read as it is. */

static int
glyph_reader_unwrapped(glyph_reader_t *rd, glyph_record_t *rec)
{
    int                   rc;
    size_t                i;
    glyph_record_t        inner;
    const unsigned char  *p, *last;

    if (rec->code != GLYPH_CODE_OK || rec->raw.data[0] != '"'
        || rec->fields[0].len == 0)
    {
        return GLYPH_OK;
    }

    for (i = 1; i < rec->nfields; i++) {
        if (rec->fields[i].len) {
            return GLYPH_OK;
        }
    }

    p = rec->fields[0].data;
    last = p + rec->fields[0].len;

    rec->raw = rec->fields[0];
    rec->in_input = 0;

    rc = glyph_reader_next(rd->inner, &p, last, 1, &inner);

    if (rc == GLYPH_ERROR) {
        return GLYPH_ERROR;
    }

    if (rc == GLYPH_OK) {
        rec->code = (p == last) ? inner.code : GLYPH_ROW_MALFORMED;
        rec->stray_quote = inner.stray_quote;
        rec->fields = inner.fields;
        rec->nfields = inner.nfields;
    }

    if (rec->code != GLYPH_CODE_OK) {
        rec->fields = NULL;
        rec->nfields = 0;
    }

    return GLYPH_OK;
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

        if (!rd->tried && w->len
            && (*w->data == '\n' || *w->data == '\r'))
        {
            glyph_reader_blank_lines(rd, w);
        }

        if (!rd->tried && w->len) {
            rc = glyph_reader_plain(rd, w, rec);

            if (rc != GLYPH_AGAIN) {
                return rc;
            }

            rd->tried = 1;
        }

        line.start = rd->fed;
        rc = glyph_lines_end(&rd->lines, rd->offset, w, &line);

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

        if (line.last) {
            line.end -= glyph_lines_tail(&rd->plain, w->data + line.start,
                                         line.end - line.start);
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
            glyph_libcsv_place(&rd->libcsv, w->data);
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


/* A file may have nothing else, and each of them would take its time. */

static void
glyph_reader_blank_lines(glyph_reader_t *rd, glyph_window_t *w)
{
    size_t                n, nlines;
    const unsigned char  *p;

    p = w->data;
    nlines = 0;

    for (n = 0; n < w->len && (p[n] == '\n' || p[n] == '\r'); n++) {
        nlines += p[n] == '\r' || n == 0 || p[n - 1] != '\r';
    }

    /* whether an LF belongs to the last CR is known by the next byte */

    if (n == w->len && p[n - 1] == '\r') {
        rd->skip = GLYPH_SKIP_LF;
    }

    glyph_reader_consume(rd, w, n, nlines);
}


/* Most records: GLYPH_AGAIN for any other, which is then read by the line. */

static int
glyph_reader_plain(glyph_reader_t *rd, glyph_window_t *w,
    glyph_record_t *rec)
{
    int             rc;
    glyph_line_t    line;
    glyph_plain_t  *pl;

    pl = &rd->plain;

    rc = glyph_plain_read(pl, w->data, w->len, w->end, &rd->fields);
    if (rc != GLYPH_OK) {
        return rc;
    }

    line.start = 0;
    line.end = pl->end;
    line.next = pl->next;

    rd->nlines = pl->nlines - 1;

    glyph_reader_parsed(rd, w, &line, rec);

    rec->ascii = pl->ascii;
    rec->in_input = !pl->doubled && rd->hold.len == 0;

    return GLYPH_OK;
}


static glyph_parse_e
glyph_reader_first_line(glyph_reader_t *rd, const glyph_window_t *w,
    const glyph_line_t *line, unsigned *stray)
{
    glyph_parse_e  parsed;

    if (glyph_plain_is_blank(&rd->plain, w->data, line->end)) {
        return GLYPH_PARSE_BLANK;
    }

    glyph_libcsv_reset(&rd->libcsv, 1);
    parsed = glyph_reader_parse(rd, w, line);

    if (parsed != GLYPH_PARSE_BAD || rd->expect == 0) {
        return parsed;
    }

    /* without CSV_STRICT a quote sign inside a field stands for itself */

    glyph_libcsv_reset(&rd->libcsv, 0);
    parsed = glyph_reader_parse(rd, w, line);

    if (parsed == GLYPH_PARSE_NO_MEMORY) {
        return parsed;
    }

    if (parsed == GLYPH_PARSE_OPEN || rd->fields.too_many
        || rd->fields.n != rd->expect)
    {
        return GLYPH_PARSE_BAD;
    }

    *stray = 1;

    return GLYPH_PARSED;
}


static glyph_parse_e
glyph_reader_parse(glyph_reader_t *rd, const glyph_window_t *w,
    const glyph_line_t *line)
{
    size_t  end;

    end = line->last ? line->end : line->next;

    return glyph_libcsv_parse(&rd->libcsv, w->data + line->start,
                              end - line->start, line->last);
}


static void
glyph_reader_parsed(glyph_reader_t *rd, glyph_window_t *w,
    const glyph_line_t *line, glyph_record_t *rec)
{
    if (rd->fields.too_many) {
        glyph_reader_give(rd, w, line->end, GLYPH_ROW_TOO_MANY_COLUMNS, rec);
        glyph_reader_consume(rd, w, line->next, rd->nlines + 1);
        return;
    }

    glyph_reader_give(rd, w, line->end, GLYPH_CODE_OK, rec);
    rec->fields = rd->fields.data;
    rec->nfields = rd->fields.n;

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
    rec->ascii = 0;
    rec->in_input = 0;
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
        n = glyph_lines_seek(&rd->lines.lf, '\n', offset, *pos, 0, n);
        n = glyph_lines_seek(&rd->lines.cr, '\r', offset, *pos, 0, n);

        if (n < (size_t) (last - *pos)) {
            n++;

            /* its first line, and maybe all of it, is there now */

            rd->tried = rd->fed > 0;
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
