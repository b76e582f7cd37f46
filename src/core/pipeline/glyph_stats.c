#define _GNU_SOURCE     /* memmem() */

#include "text/glyph_json.h"
#include "out/glyph_rejected.h"
#include "pipeline/glyph_stats.h"
#include "text/glyph_utf8.h"


#define GLYPH_STATS_RAW_MAX    1000
#define GLYPH_STATS_VALUE_MAX  200

/* the ImportResult's own version */
#define GLYPH_STATS_SCHEMA     "1.0"


struct glyph_stats_s {
    const glyph_registry_t  *registry;
    glyph_totals_t           totals;
    uint32_t                *models;    /* rows of each, UNKNOWN last; NULL
                                           before the first valid row */
    const glyph_model_t     *first;
    const glyph_model_t     *last;
    size_t                   nrows;     /* in rows */
    size_t                   nwarnings;
    glyph_buf_t              rows;      /* JSON, without the brackets */
    glyph_buf_t              warnings;
};


static void glyph_stats_codes(glyph_stats_t *s,
    const glyph_rejected_t *r);
static int glyph_stats_valid(glyph_stats_t *s, const glyph_listing_t *l);
static void glyph_stats_rejected(glyph_stats_t *s,
    const glyph_header_t *header, const glyph_record_t *rec,
    const glyph_rejected_t *r);
static void glyph_stats_row_data(glyph_buf_t *b,
    const glyph_header_t *header, const glyph_record_t *rec);
static void glyph_stats_field_errors(glyph_buf_t *b,
    const glyph_rejected_t *r);
static void glyph_stats_cut(glyph_buf_t *b, const glyph_str_t *s,
    size_t max);
static void glyph_stats_warning(glyph_stats_t *s,
    const glyph_rejected_t *row, glyph_code_e code);
static void glyph_stats_model(glyph_buf_t *b, const glyph_stats_t *s,
    const char *key, const glyph_model_t *m);
static void glyph_stats_top(glyph_buf_t *b, const glyph_stats_t *s);
static void glyph_stats_correct(glyph_buf_t *b, const char *key, int64_t n);
static void glyph_stats_summary(glyph_buf_t *b, const glyph_totals_t *t,
    uint64_t processing_time_ms);
static void glyph_stats_refusal(glyph_buf_t *b,
    const glyph_stats_file_t *file);
static void glyph_stats_columns(glyph_buf_t *b,
    const glyph_header_t *header);
static void glyph_stats_dialect(glyph_buf_t *b,
    const glyph_stats_file_t *file);


glyph_stats_t *
glyph_stats_create(const glyph_registry_t *reg)
{
    glyph_stats_t  *s;

    s = calloc(1, sizeof(glyph_stats_t));
    if (s == NULL) {
        return NULL;
    }

    s->registry = reg;

    return s;
}


void
glyph_stats_destroy(glyph_stats_t *s)
{
    if (s == NULL) {
        return;
    }

    glyph_buf_free(&s->rows);
    glyph_buf_free(&s->warnings);
    free(s->models);
    free(s);
}


int
glyph_stats_row(glyph_stats_t *s, const glyph_header_t *header,
    const glyph_record_t *rec, const glyph_row_result_t *row)
{
    size_t  i;

    s->totals.rows++;

    if (row->rejected.n) {
        s->totals.invalid++;
        glyph_stats_codes(s, &row->rejected);

        if (s->nrows < GLYPH_STATS_ROWS) {
            s->nrows++;
            glyph_stats_rejected(s, header, rec, &row->rejected);
        }

    } else if (glyph_stats_valid(s, &row->listing) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    for (i = 0; i < row->nwarnings; i++) {
        s->totals.warnings++;
        s->totals.codes[row->warnings[i].code]++;

        if (s->nwarnings < GLYPH_STATS_ROWS) {
            s->nwarnings++;
            glyph_stats_warning(s, &row->rejected, row->warnings[i].code);
        }
    }

    return (s->rows.failed || s->warnings.failed) ? GLYPH_ERROR : GLYPH_OK;
}


/* Two columns may have the same error: it is one row all the same. */

static void
glyph_stats_codes(glyph_stats_t *s, const glyph_rejected_t *r)
{
    size_t  i, j;

    for (i = 0; i < r->n; i++) {

        for (j = 0; j < i; j++) {
            if (r->errors[j].code == r->errors[i].code) {
                break;
            }
        }

        if (j == i) {
            s->totals.codes[r->errors[i].code]++;
        }
    }
}


static int
glyph_stats_valid(glyph_stats_t *s, const glyph_listing_t *l)
{
    double           score;
    glyph_totals_t  *t;

    t = &s->totals;
    score = l->score.score;

    if (t->valid == 0) {
        s->models = calloc(glyph_registry_size(s->registry) + 1,
                           sizeof(uint32_t));
        if (s->models == NULL) {
            return GLYPH_ERROR;
        }

        s->first = l->match.model;
        t->score_min = score;
        t->score_max = score;

    } else if (score < t->score_min) {
        t->score_min = score;

    } else if (score > t->score_max) {
        t->score_max = score;
    }

    s->last = l->match.model;

    t->valid++;
    t->matches[l->match.type]++;
    t->duplicates += l->duplicate_of >= 0;
    t->not_gpu += !l->match.is_gpu;

    s->models[l->match.model
              ? glyph_registry_index(s->registry, l->match.model)
              : glyph_registry_size(s->registry)]++;

    return GLYPH_OK;
}


static void
glyph_stats_rejected(glyph_stats_t *s, const glyph_header_t *header,
    const glyph_record_t *rec, const glyph_rejected_t *r)
{
    glyph_buf_t  *b;

    b = &s->rows;

    glyph_json_comma(b);
    glyph_buf_putc(b, '{');
    glyph_json_key(b, "row_index");
    glyph_json_int(b, r->import_index);
    glyph_json_key(b, "line");
    glyph_json_int(b, (int64_t) r->line);
    glyph_json_key(b, "byte_offset");
    glyph_json_int(b, (int64_t) r->offset);
    glyph_json_key(b, "row_data");
    glyph_stats_row_data(b, header, rec);

    glyph_json_key(b, "errors");
    glyph_rejected_json(b, r);
    glyph_stats_field_errors(b, r);
    glyph_buf_putc(b, '}');
}


/* By column where the record could be read, else its bytes. */

static void
glyph_stats_row_data(glyph_buf_t *b, const glyph_header_t *header,
    const glyph_record_t *rec)
{
    size_t                 i, n;
    const glyph_column_t  *columns;

    if (rec->fields == NULL || rec->code != GLYPH_CODE_OK) {
        glyph_stats_cut(b, &rec->raw, GLYPH_STATS_RAW_MAX);
        return;
    }

    columns = glyph_header_columns(header, &n);

    glyph_buf_putc(b, '{');

    for (i = 0; i < rec->nfields && i < n; i++) {

        if (columns[i].unnamed && rec->fields[i].len == 0) {
            continue;
        }

        glyph_json_comma(b);
        glyph_json_string(b, columns[i].given.data, columns[i].given.len);
        glyph_buf_putc(b, ':');
        glyph_stats_cut(b, &rec->fields[i], GLYPH_STATS_VALUE_MAX);
    }

    glyph_buf_putc(b, '}');
}


/* {"price":["price_invalid"]} */

static void
glyph_stats_field_errors(glyph_buf_t *b, const glyph_rejected_t *r)
{
    size_t  i, j;

    glyph_json_key(b, "field_errors");
    glyph_buf_putc(b, '{');

    for (i = 0; i < r->n; i++) {

        for (j = 0; j < i; j++) {
            if (r->errors[j].column == r->errors[i].column) {
                break;
            }
        }

        if (j < i || r->errors[i].column >= GLYPH_COL_N) {
            continue;
        }

        glyph_json_key(b, glyph_column_name(r->errors[i].column));
        glyph_buf_putc(b, '[');

        for (j = i; j < r->n; j++) {
            if (r->errors[j].column == r->errors[i].column) {
                glyph_json_comma(b);
                glyph_json_cstring(b, glyph_code_name(r->errors[j].code));
            }
        }

        glyph_buf_putc(b, ']');
    }

    glyph_buf_putc(b, '}');
}


static void
glyph_stats_cut(glyph_buf_t *b, const glyph_str_t *s, size_t max)
{
    glyph_json_string(b, s->data, glyph_utf8_cut(s->data, s->len, max));
}


static void
glyph_stats_warning(glyph_stats_t *s, const glyph_rejected_t *row,
    glyph_code_e code)
{
    glyph_buf_t  *b;

    b = &s->warnings;

    glyph_json_comma(b);
    glyph_buf_putc(b, '{');
    glyph_json_key(b, "row_index");
    glyph_json_int(b, row->import_index);
    glyph_json_key(b, "line");
    glyph_json_int(b, (int64_t) row->line);
    glyph_json_key(b, "code");
    glyph_json_cstring(b, glyph_code_name(code));
    glyph_json_key(b, "message");
    glyph_json_cstring(b, glyph_code_text(code));
    glyph_buf_putc(b, '}');
}


glyph_totals_t *
glyph_stats_totals(glyph_stats_t *s)
{
    return &s->totals;
}


void
glyph_stats_result(const glyph_stats_t *s, const glyph_stats_file_t *file,
    uint64_t processing_time_ms, glyph_buf_t *b)
{
    const glyph_totals_t  *t;

    t = &s->totals;

    glyph_json_key(b, "filename");

    if (file->filename->len) {
        glyph_json_string(b, file->filename->data, file->filename->len);
    } else {
        glyph_buf_puts(b, "null");
    }

    glyph_json_key(b, "record_count");
    glyph_json_int(b, (int64_t) t->rows);
    glyph_json_key(b, "total_rows");
    glyph_json_int(b, (int64_t) t->rows);
    glyph_json_key(b, "valid_rows");
    glyph_json_int(b, (int64_t) t->valid);
    glyph_json_key(b, "invalid_rows");
    glyph_json_int(b, (int64_t) t->invalid);
    glyph_json_key(b, "skipped_rows");
    glyph_json_int(b, (int64_t) t->skipped);
    glyph_json_key(b, "duplicate_rows");
    glyph_json_int(b, (int64_t) t->duplicates);
    glyph_json_key(b, "not_gpu_rows");
    glyph_json_int(b, (int64_t) t->not_gpu);

    glyph_stats_model(b, s, "first_model", s->first);
    glyph_stats_model(b, s, "last_model", s->last);

    glyph_json_key(b, "score_range");

    if (t->valid) {
        glyph_buf_putc(b, '[');
        glyph_json_double(b, t->score_min, 6);
        glyph_buf_putc(b, ',');
        glyph_json_double(b, t->score_max, 6);
        glyph_buf_putc(b, ']');

    } else {
        glyph_buf_puts(b, "null");
    }

    glyph_stats_top(b, s);

    glyph_json_key(b, "rows_with_errors");
    glyph_buf_putc(b, '[');
    glyph_buf_append(b, s->rows.data, s->rows.len);
    glyph_buf_putc(b, ']');

    glyph_stats_summary(b, t, processing_time_ms);
    glyph_stats_refusal(b, file);

    glyph_json_key(b, "warnings");
    glyph_buf_putc(b, '[');
    glyph_notes_json(file->notes, b);

    if (file->notes->n && s->warnings.len) {
        glyph_buf_putc(b, ',');
    }

    glyph_buf_append(b, s->warnings.data, s->warnings.len);
    glyph_buf_putc(b, ']');

    glyph_stats_columns(b, file->header);
    glyph_stats_dialect(b, file);

    glyph_json_key(b, "schema_version");
    glyph_json_cstring(b, GLYPH_STATS_SCHEMA);
}


static void
glyph_stats_model(glyph_buf_t *b, const glyph_stats_t *s, const char *key,
    const glyph_model_t *m)
{
    glyph_json_key(b, key);

    if (s->totals.valid == 0) {
        glyph_buf_puts(b, "null");

    } else if (m) {
        glyph_json_string(b, m->model.data, m->model.len);

    } else {
        glyph_json_cstring(b, "UNKNOWN");
    }
}


/* Most rows first; the order of the registry among equals. */

static void
glyph_stats_top(glyph_buf_t *b, const glyph_stats_t *s)
{
    size_t    i, j, n, size, top[GLYPH_STATS_TOP];
    uint64_t  count;

    size = glyph_registry_size(s->registry);
    n = 0;

    for (i = 0; s->models && i < size; i++) {
        count = s->models[i];

        if (count == 0
            || (n == GLYPH_STATS_TOP && count <= s->models[top[n - 1]]))
        {
            continue;
        }

        j = (n < GLYPH_STATS_TOP) ? n++ : n - 1;

        for ( /* void */ ; j && s->models[top[j - 1]] < count; j--) {
            top[j] = top[j - 1];
        }

        top[j] = i;
    }

    glyph_json_key(b, "top_models");
    glyph_buf_putc(b, '[');

    for (i = 0; i < n; i++) {
        glyph_json_comma(b);
        glyph_buf_putc(b, '{');
        glyph_stats_model(b, s, "model",
                          glyph_registry_model(s->registry, top[i]));
        glyph_json_key(b, "count");
        glyph_json_int(b, (int64_t) s->models[top[i]]);
        glyph_buf_putc(b, '}');
    }

    glyph_buf_putc(b, ']');

    glyph_json_key(b, "unknown_rows");
    glyph_json_int(b, s->models ? (int64_t) s->models[size] : 0);
}


static void
glyph_stats_summary(glyph_buf_t *b, const glyph_totals_t *t,
    uint64_t processing_time_ms)
{
    glyph_json_key(b, "summary_stats");
    glyph_buf_putc(b, '{');
    glyph_json_key(b, "total_rows");
    glyph_json_int(b, (int64_t) t->rows);
    glyph_json_key(b, "successful_rows");
    glyph_json_int(b, (int64_t) t->valid);
    glyph_json_key(b, "failed_rows");
    glyph_json_int(b, (int64_t) t->invalid);
    glyph_json_key(b, "warnings_count");
    glyph_json_int(b, (int64_t) t->warnings);
    glyph_json_key(b, "processing_time_ms");
    glyph_json_int(b, (int64_t) processing_time_ms);
    glyph_buf_putc(b, '}');
}


static void
glyph_stats_refusal(glyph_buf_t *b, const glyph_stats_file_t *file)
{
    glyph_json_key(b, "validation_errors");
    glyph_buf_putc(b, '[');

    if (file->code != GLYPH_CODE_OK) {
        glyph_buf_putc(b, '{');
        glyph_json_key(b, "code");
        glyph_json_cstring(b, glyph_code_name(file->code));
        glyph_json_key(b, "message");

        if (file->detail->len) {
            glyph_json_string(b, file->detail->data, file->detail->len);
        } else {
            glyph_json_cstring(b, glyph_code_text(file->code));
        }

        if (file->did_you_mean->len) {
            glyph_buf_putc(b, ',');
            glyph_buf_append(b, file->did_you_mean->data,
                             file->did_you_mean->len);
        }

        glyph_buf_putc(b, '}');
    }

    glyph_buf_putc(b, ']');
}


static void
glyph_stats_columns(glyph_buf_t *b, const glyph_header_t *header)
{
    size_t                 i, n;
    const glyph_column_t  *columns;

    glyph_json_key(b, "columns");
    glyph_buf_putc(b, '{');

    if (header) {
        columns = glyph_header_columns(header, &n);

        for (i = 0; i < n; i++) {

            if (columns[i].unnamed && !columns[i].seen
                && columns[i].used >= GLYPH_COL_N)
            {
                continue;
            }

            glyph_json_comma(b);
            glyph_json_string(b, columns[i].given.data, columns[i].given.len);
            glyph_buf_putc(b, ':');
            glyph_json_cstring(b, glyph_column_name(columns[i].used));
        }
    }

    glyph_buf_putc(b, '}');
}


static void
glyph_stats_dialect(glyph_buf_t *b, const glyph_stats_file_t *file)
{
    glyph_str_t  delimiter;

    delimiter.data = (unsigned char *) &file->delimiter;
    delimiter.len = 1;

    glyph_json_key(b, "dialect");

    if (file->header == NULL) {
        glyph_buf_puts(b, "null");
        return;
    }

    glyph_buf_putc(b, '{');
    glyph_json_key(b, "delimiter");

    if (file->format == GLYPH_FORMAT_CSV) {
        glyph_json_string(b, delimiter.data, delimiter.len);
    } else {
        glyph_buf_puts(b, "null");
    }

    glyph_json_key(b, "charset");
    glyph_json_cstring(b, file->charset);
    glyph_json_key(b, "decimal");
    glyph_json_cstring(b, file->decimal == GLYPH_DECIMAL_COMMA ? "comma"
                          : file->decimal == GLYPH_DECIMAL_POINT ? "point"
                          : "unknown");

    if (file->format != GLYPH_FORMAT_CSV) {
        glyph_json_key(b, "format");
        glyph_json_cstring(b, file->format == GLYPH_FORMAT_JSON ? "json"
                                                                : "ndjson");
    }

    if (glyph_header_find(file->header, GLYPH_COL_SEEN_AT) >= 0) {
        glyph_json_key(b, "date_order");
        glyph_json_cstring(b, glyph_date_order_name(file->date_order));
    }

    glyph_buf_putc(b, '}');
}


void
glyph_stats_refused(glyph_buf_t *result, int64_t n)
{
    glyph_stats_correct(result, ",\"valid_rows\":", -n);
    glyph_stats_correct(result, ",\"invalid_rows\":", n);
    glyph_stats_correct(result, ",\"successful_rows\":", -n);
    glyph_stats_correct(result, ",\"failed_rows\":", n);
}


/*
 * Adds to the number of a key, which is given with its comma: so it is not
 * found in a string, where a quote sign has a backslash before it.
 */

static void
glyph_stats_correct(glyph_buf_t *b, const char *key, int64_t n)
{
    size_t                at, end, rest;
    int64_t               value;
    glyph_buf_t           number;
    const unsigned char  *p;

    p = memmem(b->data, b->len, key, strlen(key));
    if (p == NULL) {
        return;
    }

    at = p - b->data + strlen(key);
    value = 0;

    for (end = at; end < b->len && b->data[end] >= '0' && b->data[end] <= '9';
         end++)
    {
        value = value * 10 + (b->data[end] - '0');
    }

    memset(&number, 0, sizeof(glyph_buf_t));
    glyph_json_int(&number, value + n);

    if (number.failed || glyph_buf_reserve(b, number.len) != GLYPH_OK) {
        b->failed = 1;
        glyph_buf_free(&number);
        return;
    }

    rest = b->len - end;

    memmove(b->data + at + number.len, b->data + end, rest);
    memcpy(b->data + at, number.data, number.len);

    b->len = at + number.len + rest;
    glyph_buf_free(&number);
}
