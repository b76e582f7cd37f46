/*
 * The JSON reader: any bytes, cut in any way, give the same records; each is
 * where it says; and it is an object just where the check for metadata, which
 * shares nothing with the reader, says so.
 *
 *   byte 0     the format, and how the end is told
 *   byte 1     max_columns
 *   byte 2, 3  max_row_size and the cuts
 */

#define _GNU_SOURCE     /* memmem() */

#include <stdio.h>

#include "fuzz.h"
#include "text/glyph_json.h"
#include "json/glyph_json_reader.h"


typedef struct {
    glyph_format_e        format;
    size_t                max_row_size;
    size_t                max_columns;
    const unsigned char  *data;
    size_t                len;
    uint64_t              next;         /* behind the last record */
    glyph_buf_t           out;
} reading_t;


static void read_in_pieces(reading_t *r, fuzz_split_t *split, int late_end);
static void record(reading_t *r, glyph_json_reader_t *rd,
    const glyph_record_t *rec);
static void record_object(const glyph_record_t *rec);
static int record_nan(const glyph_record_t *rec);
static int record_long_number(const glyph_record_t *rec);
static void record_fields(reading_t *r, glyph_json_reader_t *rd,
    const glyph_record_t *rec);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned      byte, mode, sizes;
    fuzz_in_t     in;
    reading_t     whole, cut;
    fuzz_split_t  split;

    in.data = data;
    in.len = size;

    memset(&whole, 0, sizeof(reading_t));

    mode = fuzz_byte(&in);
    whole.format = mode & 1 ? GLYPH_FORMAT_JSON : GLYPH_FORMAT_NDJSON;

    byte = fuzz_byte(&in);
    whole.max_columns = byte < 64 ? 1 + byte : 256;

    byte = fuzz_byte(&in);
    sizes = fuzz_byte(&in);
    whole.max_row_size = byte < 128 ? 1 + byte : 65536;

    whole.data = in.data;
    whole.len = in.len;
    cut = whole;

    memset(&split, 0, sizeof(fuzz_split_t));
    split.step = in.len + 1;
    read_in_pieces(&whole, &split, 0);

    split.step = 0;
    split.state = sizes << 8 | byte;
    read_in_pieces(&cut, &split, mode & 2);

    fuzz_check(fuzz_same(&whole.out, &cut.out), "cut at random");

    split.step = 1;
    read_in_pieces(&cut, &split, !(mode & 2));

    fuzz_check(fuzz_same(&whole.out, &cut.out), "cut into bytes");

    glyph_buf_free(&whole.out);
    glyph_buf_free(&cut.out);

    return 0;
}


/* "late_end": that nothing follows is said in a call of its own. */

static void
read_in_pieces(reading_t *r, fuzz_split_t *split, int late_end)
{
    int                   rc, end;
    size_t                n, done;
    unsigned char        *copy;
    glyph_code_e          code;
    glyph_record_t        rec;
    glyph_json_reader_t  *rd;
    const unsigned char  *pos;

    glyph_buf_reset(&r->out);
    r->next = 0;

    rd = glyph_json_reader_create(r->format, r->max_row_size,
                                  r->max_columns);
    fuzz_check(rd != NULL, "no memory");

    done = 0;

    do {
        n = done < r->len ? fuzz_piece(split, r->len - done) : 0;
        end = n == 0 || (!late_end && done + n == r->len);

        copy = fuzz_copy(r->data + done, n);
        pos = copy;
        done += n;

        while ((rc = glyph_json_reader_next(rd, &pos, copy + n, end, &rec))
               == GLYPH_OK)
        {
            record(r, rd, &rec);
        }

        fuzz_check(rc != GLYPH_ERROR, "no memory");
        fuzz_check(rc == GLYPH_BAD || pos == copy + n, "%zu bytes are left",
                   (size_t) (copy + n - pos));

        free(copy);

    } while (rc == GLYPH_AGAIN && !end);

    if (rc == GLYPH_BAD) {
        fuzz_check(r->format == GLYPH_FORMAT_JSON, "lines are refused");

        code = glyph_json_reader_refused(rd, &r->out);
        fuzz_check(code == GLYPH_FILE_JSON_MALFORMED, "code %d", code);
    }

    glyph_json_reader_destroy(rd);
}


static void
record(reading_t *r, glyph_json_reader_t *rd, const glyph_record_t *rec)
{
    fuzz_check(rec->raw.len && rec->raw.len <= r->max_row_size,
               "a record of %zu bytes", rec->raw.len);
    fuzz_check(rec->offset >= r->next
               && rec->offset + rec->raw.len <= r->len,
               "a record at %llu", (unsigned long long) rec->offset);
    fuzz_check(memcmp(rec->raw.data, r->data + rec->offset, rec->raw.len)
               == 0, "other bytes");

    r->next = rec->offset + rec->raw.len;

    glyph_buf_printf(&r->out, "%llu@%llu+%zu:%s",
                     (unsigned long long) rec->line,
                     (unsigned long long) rec->offset, rec->raw.len,
                     glyph_code_name(rec->code));

    if (rec->code != GLYPH_ROW_TOO_LARGE) {
        record_object(rec);
    }

    if (rec->code == GLYPH_CODE_OK) {
        record_fields(r, rd, rec);
    }

    glyph_buf_putc(&r->out, '\n');
}


static void
record_object(const glyph_record_t *rec)
{
    int  object;

    object = glyph_json_is_object(&rec->raw);

    switch (rec->code) {

    case GLYPH_CODE_OK:
        fuzz_check(object || record_long_number(rec) || record_nan(rec),
                   "it is no object");
        break;

    case GLYPH_ROW_KEY_REPEATED:
    case GLYPH_ROW_TOO_MANY_COLUMNS:
    case GLYPH_ROW_FIELD_TOO_LONG:
    case GLYPH_ROW_NUMBER_TOO_LONG:
        break;

    default:
        fuzz_check(!object, "it is an object, and not \"%s\"",
                   glyph_code_name(rec->code));
    }
}


/* What is read as null, and is none of JSON. */

static int
record_nan(const glyph_record_t *rec)
{
    return memmem(rec->raw.data, rec->raw.len, "NaN", 3) != NULL
           || memmem(rec->raw.data, rec->raw.len, "Infinity", 8) != NULL;
}


/* Numbers that the other check does not let pass have more than 32 digits. */

static int
record_long_number(const glyph_record_t *rec)
{
    size_t  i, n;

    for (i = 0, n = 0; i < rec->raw.len; i++) {
        n = strchr("0123456789.-+eE", rec->raw.data[i]) ? n + 1 : 0;

        if (n > 32) {
            return 1;
        }
    }

    return 0;
}


static void
record_fields(reading_t *r, glyph_json_reader_t *rd,
    const glyph_record_t *rec)
{
    size_t              i, n;
    glyph_str_t         text;
    glyph_buf_t         object;
    const glyph_str_t  *keys, *field;

    keys = glyph_json_reader_keys(rd, &n);

    fuzz_check(n == rec->nfields && n <= r->max_columns, "%zu fields", n);

    memset(&object, 0, sizeof(glyph_buf_t));

    for (i = 0; i < n; i++) {
        field = &rec->fields[i];

        glyph_buf_printf(&r->out, " %d", rec->kinds[i]);
        glyph_buf_append(&r->out, keys[i].data, keys[i].len);
        glyph_buf_putc(&r->out, '=');
        glyph_buf_append(&r->out, field->data, field->len);

        fuzz_check(fuzz_is_utf8(field->data, field->len), "no UTF-8");

        if (rec->kinds[i] != GLYPH_FIELD_NESTED) {
            continue;
        }

        fuzz_check(memchr(field->data, '\n', field->len) == NULL,
                   "two lines");

        glyph_buf_reset(&object);
        glyph_buf_puts(&object, "{\"a\":");
        glyph_buf_append(&object, field->data, field->len);
        glyph_buf_putc(&object, '}');

        text.data = object.data;
        text.len = object.len;

        fuzz_check(glyph_json_is_object(&text) || record_long_number(rec),
                   "nested: %.*s", (int) field->len, (char *) field->data);
    }

    glyph_buf_free(&object);
}
