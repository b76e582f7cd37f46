/*
 * The CSV reader: any bytes, cut in any way, give the records that its header
 * promises; no byte is lost between them; what was read can be written and
 * read again; and libcsv, given a record's bytes alone, finds the same fields.
 *
 *   byte 0     the delimiter and the number of fields to expect
 *   byte 1     max_columns
 *   byte 2, 3  max_row_size and the cuts
 */

#include <csv.h>

#include "fuzz_csv.h"


typedef struct {
    const fuzz_dialect_t  *dialect;
    const unsigned char   *data;
    size_t                 len;
    size_t                 next;        /* behind the last record's bytes */
    int                    skip;        /* … of which the line has more */
    uint64_t               line;        /* of "next" */
    glyph_buf_t            out;         /* the records, to be compared */
    glyph_buf_t            csv;         /* … and written again */
} reading_t;


/* What libcsv gives, beside what it should. */

typedef struct {
    const glyph_record_t  *rec;
    size_t                 nfields;
    size_t                 rows;
} libcsv_t;


static void read_in_pieces(reading_t *r, fuzz_split_t *split, int late_end);
static void record(reading_t *r, const glyph_record_t *rec);
static void record_place(reading_t *r, const glyph_record_t *rec);
static void record_between(reading_t *r, size_t to);
static void pass_lines(reading_t *r, size_t to);
static void record_libcsv(const reading_t *r, const glyph_record_t *rec);
static void libcsv_field(void *field, size_t len, void *data);
static void libcsv_row(int c, void *data);
static int libcsv_space(unsigned char c);
static int libcsv_space_no_tab(unsigned char c);
static void record_fields(const reading_t *r, const glyph_record_t *rec);
static void record_write(reading_t *r, const glyph_record_t *rec);
static void reading_free(reading_t *r);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned        byte, sizes;
    fuzz_in_t       in;
    reading_t       whole, cut, again;
    glyph_buf_t     model;
    fuzz_split_t    split;
    fuzz_dialect_t  dialect, plain;

    in.data = data;
    in.len = size;

    byte = fuzz_byte(&in);
    dialect.delimiter = ",;\t|"[byte & 3];
    dialect.expect = (byte >> 2) % 8;

    byte = fuzz_byte(&in);
    dialect.max_columns = byte < 64 ? 1 + byte : 256;

    byte = fuzz_byte(&in);
    sizes = fuzz_byte(&in);
    dialect.max_row_size = byte < 128 ? 1 + byte : 65536;

    memset(&whole, 0, sizeof(reading_t));
    whole.dialect = &dialect;
    whole.data = in.data;
    whole.len = in.len;

    cut = whole;

    memset(&split, 0, sizeof(fuzz_split_t));
    split.step = in.len + 1;
    read_in_pieces(&whole, &split, 0);

    memset(&model, 0, sizeof(glyph_buf_t));
    fuzz_csv_read(&dialect, in.data, in.len, &model);

    fuzz_check(fuzz_same(&model, &whole.out), "not as promised");

    split.step = 0;
    split.state = sizes << 8 | byte;
    read_in_pieces(&cut, &split, sizes & 1);

    fuzz_check(fuzz_same(&whole.out, &cut.out), "cut at random");

    split.step = 1;
    reading_free(&cut);
    read_in_pieces(&cut, &split, !(sizes & 1));

    fuzz_check(fuzz_same(&whole.out, &cut.out), "cut into bytes");

    /* what was read, in quotes, is read as it was */

    plain = dialect;
    plain.expect = 0;
    plain.max_row_size = 1 << 20;

    memset(&again, 0, sizeof(reading_t));
    again.dialect = &plain;
    again.data = whole.csv.data;
    again.len = whole.csv.len;

    split.step = again.len + 1;
    read_in_pieces(&again, &split, 0);

    fuzz_check(fuzz_same(&whole.csv, &again.csv), "written and read again");

    reading_free(&whole);
    reading_free(&cut);
    reading_free(&again);
    glyph_buf_free(&model);

    return 0;
}


/* "late_end": that nothing follows is said in a call of its own. */

static void
read_in_pieces(reading_t *r, fuzz_split_t *split, int late_end)
{
    int                   rc, end;
    size_t                n, done;
    unsigned char        *copy;
    glyph_reader_t       *rd;
    glyph_record_t        rec;
    const unsigned char  *pos;

    r->next = 0;
    r->skip = 0;
    r->line = 1;

    rd = glyph_reader_create(r->dialect->delimiter, r->dialect->max_row_size,
                             r->dialect->max_columns);
    fuzz_check(rd != NULL, "no memory");

    glyph_reader_expect(rd, r->dialect->expect);

    done = 0;

    do {
        n = done < r->len ? fuzz_piece(split, r->len - done) : 0;
        end = n == 0 || (!late_end && done + n == r->len);

        copy = fuzz_copy(r->data + done, n);
        pos = copy;

        while ((rc = glyph_reader_next(rd, &pos, copy + n, end, &rec))
               == GLYPH_OK)
        {
            record(r, &rec);
        }

        fuzz_check(rc == GLYPH_AGAIN, "rc %d", rc);
        fuzz_check(pos == copy + n, "%zd bytes are left", copy + n - pos);

        free(copy);
        done += n;

    } while (!end);

    record_between(r, r->len);

    glyph_reader_destroy(rd);
}


static void
record(reading_t *r, const glyph_record_t *rec)
{
    record_place(r, rec);
    fuzz_csv_record(&r->out, rec);

    if (rec->code == GLYPH_CODE_OK) {
        record_fields(r, rec);
        record_write(r, rec);

        if (!rec->stray_quote) {
            record_libcsv(r, rec);
        }

    } else {
        fuzz_check(rec->fields == NULL && rec->nfields == 0,
                   "%zu fields of a record that is none", rec->nfields);
        fuzz_check(!rec->stray_quote, "mended, and yet wrong");
    }

    fuzz_check(!r->out.failed && !r->csv.failed, "no memory");
}


/* Its bytes are the input's, at its offset, behind those of the last one. */

static void
record_place(reading_t *r, const glyph_record_t *rec)
{
    size_t  i;

    fuzz_check(rec->offset <= r->len && rec->raw.len <= r->len - rec->offset,
               "offset %llu, %zu bytes, of %zu",
               (unsigned long long) rec->offset, rec->raw.len, r->len);
    fuzz_check(rec->offset >= r->next, "offset %llu, before %zu",
               (unsigned long long) rec->offset, r->next);
    fuzz_check(rec->raw.len > 0, "an empty record");
    fuzz_check(memcmp(rec->raw.data, r->data + rec->offset, rec->raw.len)
               == 0, "other bytes than at its offset %llu",
               (unsigned long long) rec->offset);
    fuzz_check(rec->raw.len <= r->dialect->max_row_size, "%zu bytes",
               rec->raw.len);

    record_between(r, rec->offset);

    fuzz_check(rec->line == r->line, "line %llu, not %llu",
               (unsigned long long) rec->line, (unsigned long long) r->line);
    fuzz_check(rec->offset == 0 || r->data[rec->offset - 1] == '\n'
               || r->data[rec->offset - 1] == '\r',
               "a record that begins inside of a line");

    switch (rec->code) {

    case GLYPH_CODE_OK:
    case GLYPH_ROW_TOO_MANY_COLUMNS:
        break;

    case GLYPH_ROW_MALFORMED:
    case GLYPH_ROW_TOO_LARGE:

        for (i = 0; i < rec->raw.len; i++) {
            fuzz_check(rec->raw.data[i] != '\n' && rec->raw.data[i] != '\r',
                       "more than the first line");
        }

        break;

    default:
        fuzz_check(0, "code %d", rec->code);
    }

    pass_lines(r, rec->offset + rec->raw.len);
    r->skip = rec->code == GLYPH_ROW_TOO_LARGE;
}


/*
 * Moves to where the next record begins: there are line ends and blank lines,
 * what is left of a line that was too large, and what fills the file up.
 */

static void
record_between(reading_t *r, size_t to)
{
    size_t  i, last;

    i = r->next;
    last = to;

    while (to == r->len && last > i
           && (r->data[last - 1] == '\0' || r->data[last - 1] == 0x1a))
    {
        last--;
    }

    if (r->skip) {
        while (i < to && r->data[i] != '\n' && r->data[i] != '\r') {
            i++;
        }
    }

    for ( /* void */ ; i < last; i++) {
        fuzz_check(r->data[i] == '\n' || r->data[i] == '\r'
                   || fuzz_csv_space(r->dialect, r->data[i]),
                   "byte %zu, 0x%02x, is in no record", i, r->data[i]);
    }

    pass_lines(r, to);
}


/* Counts the line ends on the way; the LF of a CR LF is none. */

static void
pass_lines(reading_t *r, size_t to)
{
    size_t  i;

    for (i = r->next; i < to; i++) {
        r->line += r->data[i] == '\r'
                   || (r->data[i] == '\n'
                       && (i == 0 || r->data[i - 1] != '\r'));
    }

    r->next = to;
}


static void
record_libcsv(const reading_t *r, const glyph_record_t *rec)
{
    libcsv_t           l;
    struct csv_parser  p;

    l.rec = rec;
    l.nfields = 0;
    l.rows = 0;

    fuzz_check(csv_init(&p, CSV_STRICT) == 0, "no memory");

    csv_set_delim(&p, r->dialect->delimiter);
    csv_set_space_func(&p, r->dialect->delimiter == '\t'
                           ? libcsv_space_no_tab : libcsv_space);

    fuzz_check(csv_parse(&p, rec->raw.data, rec->raw.len, libcsv_field,
                         libcsv_row, &l) == rec->raw.len
               && csv_parse(&p, "\n", 1, libcsv_field, libcsv_row, &l) == 1,
               "libcsv cannot read it");
    fuzz_check(l.rows == 1 && l.nfields == rec->nfields,
               "libcsv reads %zu rows, %zu fields", l.rows, l.nfields);

    csv_free(&p);
}


static void
libcsv_field(void *field, size_t len, void *data)
{
    libcsv_t           *l = data;
    const glyph_str_t  *mine;

    fuzz_check(l->nfields < l->rec->nfields, "libcsv reads more fields");

    mine = &l->rec->fields[l->nfields++];

    fuzz_check(mine->len == len
               && (len == 0 || memcmp(mine->data, field, len) == 0),
               "libcsv reads another field %zu", l->nfields);
}


static void
libcsv_row(int c, void *data)
{
    libcsv_t  *l = data;

    (void) c;

    l->rows++;
}


static int
libcsv_space(unsigned char c)
{
    return c == ' ' || c == '\t';
}


static int
libcsv_space_no_tab(unsigned char c)
{
    return c == ' ';
}


/* Each field's bytes are in the record, in its order. */

static void
record_fields(const reading_t *r, const glyph_record_t *rec)
{
    size_t                i, j;
    const unsigned char  *p, *last;

    fuzz_check(rec->nfields > 0 && rec->nfields <= r->dialect->max_columns,
               "%zu fields", rec->nfields);
    fuzz_check(!rec->stray_quote || rec->nfields == r->dialect->expect,
               "mended to %zu fields", rec->nfields);

    p = rec->raw.data;
    last = p + rec->raw.len;

    for (i = 0; i < rec->nfields; i++) {

        for (j = 0; j < rec->fields[i].len; j++, p++) {

            while (p < last && *p != rec->fields[i].data[j]) {
                p++;
            }

            fuzz_check(p < last, "field %zu has a byte too many", i);
        }
    }
}


static void
record_write(reading_t *r, const glyph_record_t *rec)
{
    size_t  i, j;

    for (i = 0; i < rec->nfields; i++) {

        if (i) {
            glyph_buf_putc(&r->csv, r->dialect->delimiter);
        }

        glyph_buf_putc(&r->csv, '"');

        for (j = 0; j < rec->fields[i].len; j++) {

            if (rec->fields[i].data[j] == '"') {
                glyph_buf_putc(&r->csv, '"');
            }

            glyph_buf_putc(&r->csv, rec->fields[i].data[j]);
        }

        glyph_buf_putc(&r->csv, '"');
    }

    glyph_buf_putc(&r->csv, '\n');
}


static void
reading_free(reading_t *r)
{
    glyph_buf_free(&r->out);
    glyph_buf_free(&r->csv);
}
