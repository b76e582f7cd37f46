
#include <math.h>
#include <stdio.h>

#include "text/glyph_json.h"
#include "out/glyph_output.h"
#include "text/glyph_simd.h"


typedef struct {
    glyph_buf_t     *buf;
    unsigned         json:1;
} glyph_output_t;

typedef void (*glyph_output_pt)(glyph_output_t *o, const void *p);

typedef struct {
    const char      *name;
    const char      *key;           /* ,"name": */
    size_t           key_len;
    glyph_output_pt  write;         /* NULL: not of one row alone */
    size_t           offset;        /* of what it is given: in the listing, */
    unsigned         model:1;       /* or in its model; NULL if it has none */
    unsigned         same:1;        /* in all rows of a model */
} glyph_output_column_t;


static void glyph_output_range(glyph_output_t *o, const glyph_listing_t *l,
    size_t from, size_t to);
static void glyph_output_key(glyph_output_t *o, size_t column);
static void glyph_output_one(glyph_output_t *o, size_t column,
    const glyph_listing_t *l);
static void glyph_output_int64(glyph_output_t *o, const void *p);
static void glyph_output_text(glyph_output_t *o, const void *p);
static void glyph_output_number(glyph_output_t *o, const void *p);
static void glyph_output_amount(glyph_output_t *o, const void *p);
static void glyph_output_id(glyph_output_t *o, const void *p);
static void glyph_output_match_type(glyph_output_t *o, const void *p);
static void glyph_output_match_score(glyph_output_t *o, const void *p);
static void glyph_output_notes(glyph_output_t *o, const void *p);
static void glyph_output_is_gpu(glyph_output_t *o, const void *p);
static void glyph_output_reason(glyph_output_t *o, const void *p);
static void glyph_output_price(glyph_output_t *o, const void *p);
static void glyph_output_currency(glyph_output_t *o, const void *p);
static void glyph_output_model_text(glyph_output_t *o, const void *p);
static void glyph_output_model_amount(glyph_output_t *o, const void *p);
static void glyph_output_model_int32(glyph_output_t *o, const void *p);
static void glyph_output_model_int16(glyph_output_t *o, const void *p);
static void glyph_output_mig(glyph_output_t *o, const void *p);
static void glyph_output_nvlink(glyph_output_t *o, const void *p);
static void glyph_output_dedup(glyph_output_t *o, const void *p);
static void glyph_output_availability(glyph_output_t *o, const void *p);
static void glyph_output_seen_at(glyph_output_t *o, const void *p);
static void glyph_output_extra(glyph_output_t *o, const void *p);
static void glyph_output_null(glyph_output_t *o);
static void glyph_output_str(glyph_output_t *o, const unsigned char *data,
    size_t len);
static void glyph_output_cstr(glyph_output_t *o, const char *s);
static void glyph_output_bool(glyph_output_t *o, int v);
static void glyph_output_known(glyph_output_t *o, int64_t n);
static void glyph_output_date(int64_t days, int *year, int *month, int *day);


#define glyph_output_column(name, write, offset, model, same)                 \
    { name, ",\"" name "\":", sizeof(name) + 3, write, offset, model, same }

#define glyph_output_whole(name, write)                                       \
    glyph_output_column(name, write, 0, 0, 0)

#define glyph_output_listing(name, write, field)                              \
    glyph_output_column(name, write, offsetof(glyph_listing_t, field), 0, 0)

#define glyph_output_model(name, write, field)                                \
    glyph_output_column(name, write, offsetof(glyph_model_t, field), 1, 1)

#define glyph_output_same(name, write, offset)                                \
    glyph_output_column(name, write, offset, 0, 1)


/* The order is that of the files; final_score and what follows: see below. */

static const glyph_output_column_t  glyph_output_columns[] = {
    glyph_output_listing("import_index", glyph_output_int64, import_index),
    glyph_output_listing("title", glyph_output_text, title),
    glyph_output_model("canonical_model", glyph_output_id, model),
    glyph_output_whole("match_type", glyph_output_match_type),
    glyph_output_whole("match_score", glyph_output_match_score),
    glyph_output_whole("match_notes", glyph_output_notes),
    glyph_output_whole("is_valid_gpu", glyph_output_is_gpu),
    glyph_output_whole("unknown_reason", glyph_output_reason),
    glyph_output_whole("price", glyph_output_price),
    glyph_output_whole("currency", glyph_output_currency),
    glyph_output_model("vram_gb", glyph_output_model_amount, vram_gb),
    glyph_output_model("tdp_watts", glyph_output_model_int32, tdp_watts),
    glyph_output_model("mig_support", glyph_output_mig, mig_support),
    glyph_output_same("nvlink", glyph_output_nvlink, 0),
    glyph_output_model("generation", glyph_output_model_text, generation),
    glyph_output_model("cuda_cores", glyph_output_model_int32, cuda_cores),
    glyph_output_model("slot_width", glyph_output_model_amount, slot_width),
    glyph_output_model("pcie_generation", glyph_output_model_int16,
                       pcie_generation),
    glyph_output_model("form_factor", glyph_output_model_text, form_factor),
    glyph_output_same("q7b", glyph_output_number,
                      offsetof(glyph_listing_t, score.q7b)),
    glyph_output_same("q13b", glyph_output_number,
                      offsetof(glyph_listing_t, score.q13b)),
    glyph_output_same("q70b", glyph_output_number,
                      offsetof(glyph_listing_t, score.q70b)),
    glyph_output_listing("raw_score", glyph_output_amount, score.raw),
    glyph_output_listing("quantization_score", glyph_output_amount,
                         score.quantization),
    glyph_output_listing("score", glyph_output_amount, score.score),
    glyph_output_whole("final_score", NULL),
    glyph_output_whole("dedup_status", glyph_output_dedup),
    glyph_output_listing("duplicate_of", glyph_output_int64, duplicate_of),
    glyph_output_listing("model", glyph_output_text, text[GLYPH_COL_MODEL]),
    glyph_output_listing("condition", glyph_output_text,
                         text[GLYPH_COL_CONDITION]),
    glyph_output_listing("quantity", glyph_output_int64, quantity),
    glyph_output_whole("availability", glyph_output_availability),
    glyph_output_listing("seller", glyph_output_text,
                         text[GLYPH_COL_SELLER]),
    glyph_output_listing("region", glyph_output_text,
                         text[GLYPH_COL_REGION]),
    glyph_output_listing("listing_age", glyph_output_text,
                         text[GLYPH_COL_LISTING_AGE]),
    glyph_output_whole("seen_at", glyph_output_seen_at),
    glyph_output_listing("source_url", glyph_output_text,
                         text[GLYPH_COL_SOURCE_URL]),
    glyph_output_listing("source_type", glyph_output_text,
                         text[GLYPH_COL_SOURCE_TYPE]),
    glyph_output_listing("bulk_notes", glyph_output_text,
                         text[GLYPH_COL_BULK_NOTES]),
    glyph_output_listing("extra", glyph_output_extra, extra)
};

#define GLYPH_OUTPUT_N                                                        \
    (sizeof(glyph_output_columns) / sizeof(glyph_output_columns[0]))

#define GLYPH_OUTPUT_FINAL      25      /* final_score */
#define GLYPH_OUTPUT_DEDUP      26      /* dedup_status */
#define GLYPH_OUTPUT_DUPLICATE  27      /* duplicate_of, of streams alone */
#define GLYPH_OUTPUT_TAIL       28


void
glyph_output_header(glyph_buf_t *b, glyph_output_e format)
{
    size_t  i;

    if (format != GLYPH_OUTPUT_CSV) {
        return;
    }

    for (i = 0; i < GLYPH_OUTPUT_N; i++) {

        if (i == GLYPH_OUTPUT_DUPLICATE) {
            continue;
        }

        glyph_buf_puts(b, i ? "," : "");
        glyph_buf_puts(b, glyph_output_columns[i].name);
    }

    glyph_buf_puts(b, "\r\n");
}


void
glyph_output_head(glyph_buf_t *b, glyph_output_e format,
    const glyph_listing_t *l)
{
    glyph_output_t  o;

    o.buf = b;
    o.json = (format != GLYPH_OUTPUT_CSV);

    if (o.json) {
        glyph_buf_putc(b, '{');
    }

    glyph_output_value(b, format, 0, 1, l);
    glyph_output_range(&o, l, 1, GLYPH_OUTPUT_FINAL);
}


void
glyph_output_final(glyph_buf_t *b, glyph_output_e format, double final_score,
    const char *dedup_status)
{
    glyph_output_t  o;

    o.buf = b;
    o.json = (format != GLYPH_OUTPUT_CSV);

    glyph_output_key(&o, GLYPH_OUTPUT_FINAL);
    glyph_json_double(b, final_score, 6);
    glyph_output_key(&o, GLYPH_OUTPUT_DEDUP);
    glyph_output_cstr(&o, dedup_status);
}


void
glyph_output_tail(glyph_buf_t *b, glyph_output_e format,
    const glyph_listing_t *l)
{
    glyph_output_t  o;

    o.buf = b;
    o.json = (format != GLYPH_OUTPUT_CSV);

    glyph_output_range(&o, l, GLYPH_OUTPUT_TAIL, GLYPH_OUTPUT_N);
    glyph_buf_puts(b, o.json ? "}\n" : "\r\n");
}


/* Never the row's first, so that each has a comma in front. */

static void
glyph_output_range(glyph_output_t *o, const glyph_listing_t *l, size_t from,
    size_t to)
{
    size_t  i;

    for (i = from; i < to; i++) {
        glyph_output_key(o, i);
        glyph_output_one(o, i, l);
    }
}


static void
glyph_output_key(glyph_output_t *o, size_t column)
{
    const glyph_output_column_t  *c;

    c = &glyph_output_columns[column];

    glyph_buf_append(o->buf, c->key, o->json ? c->key_len : 1);
}


const char *
glyph_output_name(size_t column)
{
    return column < GLYPH_OUTPUT_N ? glyph_output_columns[column].name : NULL;
}


int
glyph_output_streams(size_t column)
{
    return glyph_output_columns[column].write != NULL;
}


int
glyph_output_same_of_model(size_t column)
{
    return glyph_output_columns[column].same;
}


void
glyph_output_value(glyph_buf_t *b, glyph_output_e format, size_t column,
    int first, const glyph_listing_t *l)
{
    glyph_output_t                o;
    const glyph_output_column_t  *c;

    o.buf = b;
    o.json = (format != GLYPH_OUTPUT_CSV);
    c = &glyph_output_columns[column];

    if (o.json) {
        glyph_buf_append(b, c->key + first, c->key_len - first);

    } else if (!first) {
        glyph_buf_putc(b, ',');
    }

    glyph_output_one(&o, column, l);
}


static void
glyph_output_one(glyph_output_t *o, size_t column, const glyph_listing_t *l)
{
    const char                   *base;
    const glyph_output_column_t  *c;

    c = &glyph_output_columns[column];

    base = c->model ? (const char *) l->match.model : (const char *) l;

    c->write(o, base ? base + c->offset : NULL);
}


void
glyph_output_field(glyph_buf_t *b, const unsigned char *data, size_t len,
    unsigned char delimiter)
{
    size_t          i;
    glyph_four_t    quoted;
    unsigned char  *p;

    glyph_four_set(&quoted, delimiter, '"', '\n', '\r');

    if (glyph_buf_reserve(b, 2 * len + GLYPH_FOUR_ROOM) != GLYPH_OK) {
        return;
    }

    p = b->data + b->len;

    /* hardly any wants quotes, so that it is there already */

    if (!glyph_four_copy(p, data, len, &quoted)) {
        b->len += len;
        return;
    }

    *p++ = '"';

    for (i = 0; i < len; i++) {
        p[0] = data[i];
        p[1] = '"';
        p += 1 + (data[i] == '"');
    }

    *p++ = '"';

    b->len = p - b->data;
}


/* One that is not there is -1: nobody's duplicate, no quantity. */

static void
glyph_output_int64(glyph_output_t *o, const void *p)
{
    const int64_t *n = p;

    if (*n < 0) {
        glyph_output_null(o);
    } else {
        glyph_json_int(o->buf, *n);
    }
}


static void
glyph_output_text(glyph_output_t *o, const void *p)
{
    const glyph_str_t *s = p;

    glyph_output_str(o, s->data, s->len);
}


static void
glyph_output_number(glyph_output_t *o, const void *p)
{
    glyph_json_int(o->buf, *(const int32_t *) p);
}


static void
glyph_output_amount(glyph_output_t *o, const void *p)
{
    glyph_json_double(o->buf, *(const double *) p, 6);
}


static void
glyph_output_id(glyph_output_t *o, const void *p)
{
    if (p) {
        glyph_output_text(o, p);
    } else {
        glyph_output_cstr(o, "UNKNOWN");
    }
}


static void
glyph_output_match_type(glyph_output_t *o, const void *p)
{
    const glyph_listing_t *l = p;

    glyph_output_cstr(o, glyph_match_name(l->match.type));
}


static void
glyph_output_match_score(glyph_output_t *o, const void *p)
{
    const glyph_listing_t *l = p;

    glyph_json_double(o->buf, l->match.score, 3);
}


static void
glyph_output_notes(glyph_output_t *o, const void *p)
{
    const glyph_listing_t *l = p;

    glyph_output_str(o, (const unsigned char *) l->match.notes,
                     l->match.notes_len);
}


static void
glyph_output_is_gpu(glyph_output_t *o, const void *p)
{
    const glyph_listing_t *l = p;

    glyph_output_bool(o, l->match.is_gpu);
}


static void
glyph_output_reason(glyph_output_t *o, const void *p)
{
    const glyph_listing_t *l = p;

    glyph_output_cstr(o, l->match.reason);
}


static void
glyph_output_price(glyph_output_t *o, const void *p)
{
    int                     cents;
    const glyph_listing_t  *l = p;

    cents = (int) (l->price.cents % 100);

    glyph_json_int(o->buf, l->price.cents / 100);
    glyph_buf_putc(o->buf, '.');
    glyph_buf_putc(o->buf, (unsigned char) ('0' + cents / 10));
    glyph_buf_putc(o->buf, (unsigned char) ('0' + cents % 10));
}


static void
glyph_output_currency(glyph_output_t *o, const void *p)
{
    const glyph_listing_t *l = p;

    glyph_output_cstr(o, l->price.currency);
}


static void
glyph_output_model_text(glyph_output_t *o, const void *p)
{
    if (p) {
        glyph_output_text(o, p);
    } else {
        glyph_output_null(o);
    }
}


static void
glyph_output_model_amount(glyph_output_t *o, const void *p)
{
    const double *n = p;

    if (n && *n > 0) {
        glyph_json_double(o->buf, *n, 6);
    } else {
        glyph_output_null(o);
    }
}


static void
glyph_output_model_int32(glyph_output_t *o, const void *p)
{
    glyph_output_known(o, p ? *(const int32_t *) p : 0);
}


static void
glyph_output_model_int16(glyph_output_t *o, const void *p)
{
    glyph_output_known(o, p ? *(const int16_t *) p : 0);
}


static void
glyph_output_mig(glyph_output_t *o, const void *p)
{
    if (p) {
        glyph_json_int(o->buf, *(const int16_t *) p);
    } else {
        glyph_output_null(o);
    }
}


static void
glyph_output_nvlink(glyph_output_t *o, const void *p)
{
    const glyph_listing_t *l = p;

    if (l->match.model) {
        glyph_output_bool(o, l->match.model->nvlink);
    } else {
        glyph_output_null(o);
    }
}


/* What a row alone can tell: that it is the first, not if others follow. */

static void
glyph_output_dedup(glyph_output_t *o, const void *p)
{
    const glyph_listing_t *l = p;

    glyph_output_cstr(o, l->duplicate_of < 0 ? "FIRST"
                                             : "DUPLICATE_SECONDARY");
}


static void
glyph_output_availability(glyph_output_t *o, const void *p)
{
    const glyph_listing_t *l = p;

    glyph_output_cstr(o, glyph_availability_name(l->availability));
}


/* RFC 3339, UTC; without the clock's own tables. */

static void
glyph_output_seen_at(glyph_output_t *o, const void *p)
{
    int                    year, month, day;
    char                   text[64];
    int64_t                days, sec;
    const glyph_listing_t *l = p;

    if (!l->has_seen_at) {
        glyph_output_null(o);
        return;
    }

    sec = l->seen_at >= 0 ? l->seen_at / 1000000
                          : -((-l->seen_at + 999999) / 1000000);
    days = sec >= 0 ? sec / 86400 : -((-sec + 86399) / 86400);
    sec -= days * 86400;

    glyph_output_date(days, &year, &month, &day);

    (void) snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ",
                    year % 10000, month, day, (int) (sec / 3600),
                    (int) (sec / 60 % 60), (int) (sec % 60));

    glyph_output_cstr(o, text);
}


static void
glyph_output_extra(glyph_output_t *o, const void *p)
{
    const glyph_str_t *extra = p;

    if (o->json && extra->len) {
        glyph_buf_append(o->buf, extra->data, extra->len);
        return;
    }

    glyph_output_str(o, extra->data, extra->len);
}


static void
glyph_output_null(glyph_output_t *o)
{
    if (o->json) {
        glyph_buf_puts(o->buf, "null");
    }
}


static void
glyph_output_str(glyph_output_t *o, const unsigned char *data, size_t len)
{
    if (len == 0) {
        glyph_output_null(o);

    } else if (o->json) {
        glyph_json_string(o->buf, data, len);

    } else {
        glyph_output_field(o->buf, data, len, ',');
    }
}


static void
glyph_output_cstr(glyph_output_t *o, const char *s)
{
    glyph_output_str(o, (const unsigned char *) s, s ? strlen(s) : 0);
}


static void
glyph_output_bool(glyph_output_t *o, int v)
{
    glyph_buf_puts(o->buf, v ? "true" : "false");
}


static void
glyph_output_known(glyph_output_t *o, int64_t n)
{
    if (n > 0) {
        glyph_json_int(o->buf, n);
    } else {
        glyph_output_null(o);
    }
}


/* Days since 2000-01-01 to a date of the Gregorian calendar. */

static void
glyph_output_date(int64_t days, int *year, int *month, int *day)
{
    int64_t  n, era, doe, yoe, doy, mp;

    /* years that begin in March, in eras of 400 */

    n = days + 730425;
    era = n / 146097;
    doe = n - era * 146097;
    yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    mp = (5 * doy + 2) / 153;

    *day = (int) (doy - (153 * mp + 2) / 5 + 1);
    *month = (int) (mp < 10 ? mp + 3 : mp - 9);
    *year = (int) (yoe + era * 400 + (*month <= 2));
}
