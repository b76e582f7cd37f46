
#include <math.h>
#include <stdio.h>

#include "glyph_json.h"
#include "glyph_output.h"


typedef struct {
    glyph_buf_t     *buf;
    glyph_output_e   format;
} glyph_output_t;


static void glyph_output_model(glyph_output_t *o, const glyph_model_t *m);
static void glyph_output_name(glyph_output_t *o, const char *name);
static void glyph_output_null(glyph_output_t *o, const char *name);
static void glyph_output_str(glyph_output_t *o, const char *name,
    const glyph_str_t *s);
static void glyph_output_cstr(glyph_output_t *o, const char *name,
    const char *s);
static void glyph_output_int(glyph_output_t *o, const char *name, int64_t n);
static void glyph_output_known(glyph_output_t *o, const char *name,
    int64_t n);
static void glyph_output_double(glyph_output_t *o, const char *name,
    double n, int digits);
static void glyph_output_bool(glyph_output_t *o, const char *name, int v);
static void glyph_output_time(glyph_output_t *o, const char *name,
    int64_t usec);
static void glyph_output_date(int64_t days, int *year, int *month, int *day);


static const char  glyph_output_columns[] =
    "import_index,title,canonical_model,match_type,match_score,match_notes,"
    "is_valid_gpu,unknown_reason,price,currency,vram_gb,tdp_watts,"
    "mig_support,nvlink,generation,cuda_cores,slot_width,pcie_generation,"
    "form_factor,q7b,q13b,q70b,raw_score,quantization_score,score,"
    "final_score,dedup_status,model,condition,quantity,availability,seller,"
    "region,listing_age,seen_at,source_url,source_type,bulk_notes,extra\r\n";


void
glyph_output_header(glyph_buf_t *b, glyph_output_e format)
{
    if (format == GLYPH_OUTPUT_CSV) {
        glyph_buf_puts(b, glyph_output_columns);
    }
}


void
glyph_output_head(glyph_buf_t *b, glyph_output_e format,
    const glyph_listing_t *l)
{
    glyph_str_t           notes;
    glyph_output_t        o;
    const glyph_model_t  *m;
    char                  price[32];

    static const glyph_str_t  unknown = glyph_string("UNKNOWN");

    o.buf = b;
    o.format = format;
    m = l->match.model;

    notes.data = (unsigned char *) l->match.notes;
    notes.len = l->match.notes_len;

    if (format == GLYPH_OUTPUT_NDJSON) {
        glyph_buf_putc(b, '{');
        glyph_json_key(b, "import_index");
    }

    glyph_json_int(b, l->import_index);

    glyph_output_str(&o, "title", &l->title);
    glyph_output_str(&o, "canonical_model", m ? &m->model : &unknown);
    glyph_output_cstr(&o, "match_type", glyph_match_name(l->match.type));
    glyph_output_double(&o, "match_score", l->match.score, 3);
    glyph_output_str(&o, "match_notes", &notes);
    glyph_output_bool(&o, "is_valid_gpu", l->match.is_gpu);
    glyph_output_cstr(&o, "unknown_reason", l->match.reason);

    (void) snprintf(price, sizeof(price), "%lld.%02d",
                    (long long) (l->price.cents / 100),
                    (int) (l->price.cents % 100));

    glyph_output_name(&o, "price");
    glyph_buf_puts(b, price);
    glyph_output_cstr(&o, "currency", l->price.currency);

    glyph_output_model(&o, m);

    glyph_output_int(&o, "q7b", l->score.q7b);
    glyph_output_int(&o, "q13b", l->score.q13b);
    glyph_output_int(&o, "q70b", l->score.q70b);
    glyph_output_double(&o, "raw_score", l->score.raw, 6);
    glyph_output_double(&o, "quantization_score", l->score.quantization, 6);
    glyph_output_double(&o, "score", l->score.score, 6);
}


static void
glyph_output_model(glyph_output_t *o, const glyph_model_t *m)
{
    static const glyph_model_t  none;

    if (m == NULL) {
        m = &none;
    }

    if (m->vram_gb > 0) {
        glyph_output_double(o, "vram_gb", m->vram_gb, 6);
    } else {
        glyph_output_null(o, "vram_gb");
    }

    glyph_output_known(o, "tdp_watts", m->tdp_watts);

    if (m == &none) {
        glyph_output_null(o, "mig_support");
        glyph_output_null(o, "nvlink");

    } else {
        glyph_output_int(o, "mig_support", m->mig_support);
        glyph_output_bool(o, "nvlink", m->nvlink);
    }

    glyph_output_str(o, "generation", &m->generation);
    glyph_output_known(o, "cuda_cores", m->cuda_cores);

    if (m->slot_width > 0) {
        glyph_output_double(o, "slot_width", m->slot_width, 3);
    } else {
        glyph_output_null(o, "slot_width");
    }

    glyph_output_known(o, "pcie_generation", m->pcie_generation);
    glyph_output_str(o, "form_factor", &m->form_factor);
}


void
glyph_output_final(glyph_buf_t *b, glyph_output_e format, double final_score,
    const char *dedup_status)
{
    glyph_output_t  o;

    o.buf = b;
    o.format = format;

    glyph_output_double(&o, "final_score", final_score, 6);
    glyph_output_cstr(&o, "dedup_status", dedup_status);
}


void
glyph_output_tail(glyph_buf_t *b, glyph_output_e format,
    const glyph_listing_t *l)
{
    glyph_output_t      o;
    const glyph_str_t  *text;

    o.buf = b;
    o.format = format;
    text = l->text;

    glyph_output_str(&o, "model", &text[GLYPH_COL_MODEL]);
    glyph_output_str(&o, "condition", &text[GLYPH_COL_CONDITION]);

    if (l->quantity == GLYPH_QUANTITY_NONE) {
        glyph_output_null(&o, "quantity");
    } else {
        glyph_output_int(&o, "quantity", l->quantity);
    }

    glyph_output_cstr(&o, "availability",
                      glyph_availability_name(l->availability));
    glyph_output_str(&o, "seller", &text[GLYPH_COL_SELLER]);
    glyph_output_str(&o, "region", &text[GLYPH_COL_REGION]);
    glyph_output_str(&o, "listing_age", &text[GLYPH_COL_LISTING_AGE]);

    if (l->has_seen_at) {
        glyph_output_time(&o, "seen_at", l->seen_at);
    } else {
        glyph_output_null(&o, "seen_at");
    }

    glyph_output_str(&o, "source_url", &text[GLYPH_COL_SOURCE_URL]);
    glyph_output_str(&o, "source_type", &text[GLYPH_COL_SOURCE_TYPE]);
    glyph_output_str(&o, "bulk_notes", &text[GLYPH_COL_BULK_NOTES]);

    if (format == GLYPH_OUTPUT_CSV) {
        glyph_output_str(&o, "extra", &l->extra);
        glyph_buf_puts(b, "\r\n");
        return;
    }

    glyph_output_name(&o, "extra");

    if (l->extra.len) {
        glyph_buf_append(b, l->extra.data, l->extra.len);
    } else {
        glyph_buf_puts(b, "null");
    }

    glyph_buf_puts(b, "}\n");
}


void
glyph_output_field(glyph_buf_t *b, const unsigned char *data, size_t len,
    unsigned char delimiter)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (data[i] == '"' || data[i] == delimiter || data[i] == '\n'
            || data[i] == '\r')
        {
            break;
        }
    }

    if (i == len) {
        glyph_buf_append(b, data, len);
        return;
    }

    glyph_buf_putc(b, '"');

    for (i = 0; i < len; i++) {

        if (data[i] == '"') {
            glyph_buf_putc(b, '"');
        }

        glyph_buf_putc(b, data[i]);
    }

    glyph_buf_putc(b, '"');
}


static void
glyph_output_name(glyph_output_t *o, const char *name)
{
    /* never the row's first, though it may be the buffer's: see the tail */

    glyph_buf_putc(o->buf, ',');

    if (o->format == GLYPH_OUTPUT_NDJSON) {
        glyph_json_key(o->buf, name);
    }
}


static void
glyph_output_null(glyph_output_t *o, const char *name)
{
    glyph_output_name(o, name);

    if (o->format == GLYPH_OUTPUT_NDJSON) {
        glyph_buf_puts(o->buf, "null");
    }
}


static void
glyph_output_str(glyph_output_t *o, const char *name, const glyph_str_t *s)
{
    if (s->len == 0) {
        glyph_output_null(o, name);
        return;
    }

    glyph_output_name(o, name);

    if (o->format == GLYPH_OUTPUT_NDJSON) {
        glyph_json_string(o->buf, s->data, s->len);
    } else {
        glyph_output_field(o->buf, s->data, s->len, ',');
    }
}


static void
glyph_output_cstr(glyph_output_t *o, const char *name, const char *s)
{
    glyph_str_t  str;

    str.data = (unsigned char *) s;
    str.len = s ? strlen(s) : 0;

    glyph_output_str(o, name, &str);
}


static void
glyph_output_int(glyph_output_t *o, const char *name, int64_t n)
{
    glyph_output_name(o, name);
    glyph_json_int(o->buf, n);
}


static void
glyph_output_known(glyph_output_t *o, const char *name, int64_t n)
{
    if (n > 0) {
        glyph_output_int(o, name, n);
    } else {
        glyph_output_null(o, name);
    }
}


static void
glyph_output_double(glyph_output_t *o, const char *name, double n,
    int digits)
{
    glyph_output_name(o, name);
    glyph_json_double(o->buf, n, digits);
}


static void
glyph_output_bool(glyph_output_t *o, const char *name, int v)
{
    glyph_output_name(o, name);
    glyph_buf_puts(o->buf, v ? "true" : "false");
}


/* RFC 3339, UTC; without the clock's own tables. */

static void
glyph_output_time(glyph_output_t *o, const char *name, int64_t usec)
{
    int          year, month, day;
    char         text[32];
    int64_t      days, sec;
    glyph_str_t  str;

    sec = usec >= 0 ? usec / 1000000 : -((-usec + 999999) / 1000000);
    days = sec >= 0 ? sec / 86400 : -((-sec + 86399) / 86400);
    sec -= days * 86400;

    glyph_output_date(days, &year, &month, &day);

    str.data = (unsigned char *) text;
    str.len = (size_t) snprintf(text, sizeof(text),
                                "%04d-%02d-%02dT%02d:%02d:%02dZ",
                                year % 10000, month, day, (int) (sec / 3600),
                                (int) (sec / 60 % 60), (int) (sec % 60));

    glyph_output_str(o, name, &str);
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
