
#include "text/glyph_json.h"
#include "text/glyph_near.h"
#include "out/glyph_rejected.h"
#include "out/glyph_stream.h"
#include "text/glyph_utf8.h"


#define GLYPH_STREAM_RAW_MAX   1000     /* of a rejected row that is shown */


static int glyph_stream_column(glyph_stream_t *s, const glyph_str_t *name,
    const char **why);
static const char *glyph_stream_near(const glyph_str_t *name);
static void glyph_stream_columns_of(const glyph_stream_t *s, glyph_buf_t *b,
    const glyph_listing_t *l, size_t from, size_t to);
static void glyph_stream_run(glyph_stream_t *s, glyph_buf_t *b,
    const glyph_listing_t *l);
static void glyph_stream_plan(glyph_stream_t *s);
static void glyph_stream_begin(glyph_stream_t *s, glyph_buf_t *b);
static void glyph_stream_csv_errors(glyph_stream_t *s, glyph_buf_t *b,
    const glyph_rejected_t *r);
static void glyph_stream_json_errors(glyph_buf_t *b,
    const glyph_rejected_t *r);


void
glyph_stream_init(glyph_stream_t *s, glyph_output_e format)
{
    size_t  i;

    memset(s, 0, sizeof(glyph_stream_t));

    s->format = format;

    for (i = 0; glyph_output_name(i); i++) {
        if (glyph_output_streams(i)) {
            s->columns[s->n++] = (unsigned char) i;
        }
    }
}


int
glyph_stream_columns(glyph_stream_t *s, const glyph_str_t *list,
    glyph_str_t *name, const char **why, const char **near)
{
    unsigned char  *p, *last;

    s->n = 0;
    *near = NULL;

    p = list->data;
    last = p + list->len;

    for ( ;; ) {
        name->data = p;

        while (p < last && *p != ',') {
            p++;
        }

        name->len = (size_t) (p - name->data);
        glyph_utf8_trim(name);

        if (glyph_stream_column(s, name, why) != GLYPH_OK) {
            *near = glyph_stream_near(name);
            return GLYPH_BAD;
        }

        if (p == last) {
            return GLYPH_OK;
        }

        p++;
    }
}


static int
glyph_stream_column(glyph_stream_t *s, const glyph_str_t *name,
    const char **why)
{
    size_t       i, k;
    const char  *known;

    *why = "is not a column";

    for (i = 0; (known = glyph_output_name(i)) != NULL; i++) {
        if (strlen(known) == name->len
            && memcmp(known, name->data, name->len) == 0)
        {
            break;
        }
    }

    if (known == NULL) {
        return GLYPH_BAD;
    }

    if (!glyph_output_streams(i)) {
        *why = "is known at the end of the file only, not while it streams";
        return GLYPH_BAD;
    }

    for (k = 0; k < s->n; k++) {
        if (s->columns[k] == i) {
            *why = "is there twice";
            return GLYPH_BAD;
        }
    }

    s->columns[s->n++] = (unsigned char) i;

    return GLYPH_OK;
}


static const char *
glyph_stream_near(const glyph_str_t *name)
{
    size_t        i;
    glyph_near_t  near;

    glyph_near_init(&near, name);

    for (i = 0; glyph_output_name(i); i++) {
        if (glyph_output_streams(i)) {
            glyph_near_try(&near, glyph_output_name(i));
        }
    }

    return glyph_near_found(&near);
}


void
glyph_stream_listing(glyph_stream_t *s, glyph_buf_t *b,
    const glyph_listing_t *l)
{
    glyph_stream_begin(s, b);

    if (s->format != GLYPH_OUTPUT_CSV) {
        glyph_buf_putc(b, '{');
    }

    glyph_stream_columns_of(s, b, l, 0, s->run);
    glyph_stream_run(s, b, l);
    glyph_stream_columns_of(s, b, l, s->run_end, s->n);

    switch (s->format) {

    case GLYPH_OUTPUT_CSV:
        glyph_buf_puts(b, s->errors ? ",,,\r\n" : "\r\n");
        break;

    case GLYPH_OUTPUT_NDJSON:
        glyph_buf_puts(b, "}\n");
        break;

    case GLYPH_OUTPUT_JSON:
        glyph_buf_putc(b, '}');
        break;
    }

    s->buf_len = b->len;
}


static void
glyph_stream_columns_of(const glyph_stream_t *s, glyph_buf_t *b,
    const glyph_listing_t *l, size_t from, size_t to)
{
    size_t  i;

    for (i = from; i < to; i++) {
        glyph_output_value(b, s->format, s->columns[i], i == 0, l);
    }
}


/*
 * Rows of one model come close together: what has been written of it a moment
 * ago, and is in the buffer yet, is copied.
 */

static void
glyph_stream_run(glyph_stream_t *s, glyph_buf_t *b, const glyph_listing_t *l)
{
    size_t                  pos;
    glyph_stream_recent_t  *recent;

    if (s->run == s->run_end) {
        return;
    }

    recent = &s->recent[(uintptr_t) l->match.model / sizeof(glyph_model_t)
                        % GLYPH_STREAM_RECENT];

    if (recent->len && recent->model == l->match.model) {

        if (glyph_buf_reserve(b, recent->len) == GLYPH_OK) {
            memcpy(b->data + b->len, b->data + recent->pos, recent->len);
            b->len += recent->len;
        }

        return;
    }

    pos = b->len;

    glyph_stream_columns_of(s, b, l, s->run, s->run_end);

    recent->model = l->match.model;
    recent->pos = pos;
    recent->len = b->len - pos;
}


/* Finds the columns that "run" is about. */

static void
glyph_stream_plan(glyph_stream_t *s)
{
    size_t  i, from;

    s->run = 0;
    s->run_end = 0;

    for (i = 0; i < s->n; i++) {

        for (from = i; i < s->n; i++) {
            if (!glyph_output_same_of_model(s->columns[i])) {
                break;
            }
        }

        if (i - from > s->run_end - s->run) {
            s->run = from;
            s->run_end = i;
        }
    }
}


/* The header, or what stands between two rows. */

static void
glyph_stream_begin(glyph_stream_t *s, glyph_buf_t *b)
{
    size_t  i;

    if (s->buf != b || b->len < s->buf_len) {
        memset(s->recent, 0, sizeof(s->recent));
        s->buf = b;
    }

    if (s->begun) {

        if (s->format == GLYPH_OUTPUT_JSON) {
            glyph_buf_puts(b, ",\n");
        }

        return;
    }

    s->begun = 1;
    glyph_stream_plan(s);

    if (s->format == GLYPH_OUTPUT_JSON) {
        glyph_buf_putc(b, '[');
    }

    if (s->format != GLYPH_OUTPUT_CSV) {
        return;
    }

    for (i = 0; i < s->n; i++) {
        glyph_buf_puts(b, i ? "," : "");
        glyph_buf_puts(b, glyph_output_name(s->columns[i]));
    }

    glyph_buf_puts(b, s->errors ? ",_line,_codes,_messages\r\n" : "\r\n");
}


void
glyph_stream_rejected(glyph_stream_t *s, glyph_buf_t *b,
    const glyph_rejected_t *r)
{
    if (!s->errors) {
        return;
    }

    glyph_stream_begin(s, b);

    if (s->format == GLYPH_OUTPUT_CSV) {
        glyph_stream_csv_errors(s, b, r);

    } else {
        glyph_stream_json_errors(b, r);
    }

    if (s->format == GLYPH_OUTPUT_NDJSON) {
        glyph_buf_putc(b, '\n');
    }

    s->buf_len = b->len;
}


static void
glyph_stream_csv_errors(glyph_stream_t *s, glyph_buf_t *b,
    const glyph_rejected_t *r)
{
    size_t  i;

    for (i = 0; i < s->n; i++) {
        glyph_buf_puts(b, i ? "," : "");

        /* the first of all columns; the others are those of listings */

        if (s->columns[i] == 0) {
            glyph_json_int(b, r->import_index);
        }
    }

    glyph_buf_printf(b, ",%llu,", (unsigned long long) r->line);

    for (i = 0; i < r->n; i++) {
        glyph_buf_puts(b, i ? " " : "");
        glyph_buf_puts(b, glyph_code_name(r->errors[i].code));
    }

    glyph_buf_puts(b, ",\"");

    for (i = 0; i < r->n; i++) {
        glyph_buf_puts(b, i ? "; " : "");
        glyph_buf_puts(b, glyph_code_text(r->errors[i].code));
    }

    glyph_buf_puts(b, "\"\r\n");
}


static void
glyph_stream_json_errors(glyph_buf_t *b, const glyph_rejected_t *r)
{
    glyph_buf_putc(b, '{');
    glyph_json_key(b, "row_index");
    glyph_json_int(b, r->import_index);
    glyph_json_key(b, "line");
    glyph_json_int(b, (int64_t) r->line);
    glyph_json_key(b, "byte_offset");
    glyph_json_int(b, (int64_t) r->offset);
    glyph_json_key(b, "errors");
    glyph_rejected_json(b, r);
    glyph_json_key(b, "row_data");
    glyph_json_string(b, r->raw.data,
                      glyph_utf8_cut(r->raw.data, r->raw.len,
                                     GLYPH_STREAM_RAW_MAX));
    glyph_buf_putc(b, '}');
}


void
glyph_stream_end(glyph_stream_t *s, glyph_buf_t *b)
{
    if (s->format == GLYPH_OUTPUT_JSON) {
        glyph_buf_puts(b, s->begun ? "]\n" : "[]\n");
    }
}
