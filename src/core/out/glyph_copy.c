
#include <math.h>

#include "out/glyph_copy.h"
#include "out/glyph_copy_field.h"
#include "out/glyph_rejected.h"
#include "text/glyph_json.h"


#define GLYPH_COPY_LISTING_FIELDS   41
#define GLYPH_COPY_REJECTED_FIELDS  6
#define GLYPH_COPY_WARNING_FIELDS   8

/* room for everything of a row that is not a text of its own */
#define GLYPH_COPY_FIXED            1024

#define GLYPH_COPY_NUMERIC_DIGITS   8       /* of base 10000 */


static size_t glyph_copy_size(const glyph_listing_t *l);
static unsigned char *glyph_copy_model(unsigned char *p,
    const glyph_model_t *m);
static unsigned char *glyph_copy_usd(unsigned char *p, double usd);
static unsigned char *glyph_copy_numeric(unsigned char *p, int64_t cents);
static void glyph_copy_row_errors(glyph_buf_t *b, const glyph_rejected_t *r);


const unsigned char  glyph_copy_header[GLYPH_COPY_HEADER_LEN] =
    "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";

const unsigned char  glyph_copy_trailer[GLYPH_COPY_TRAILER_LEN] = {
    0xff, 0xff
};


const char  glyph_copy_listings[] =
    "glyph.listings (import_id, import_index, title, canonical_model, "
    "match_type, match_score, match_notes, is_valid_gpu, unknown_reason, "
    "price, currency, price_usd, vram_gb, tdp_watts, mig_support, nvlink, "
    "generation, cuda_cores, slot_width, pcie_generation, form_factor, q7b, "
    "q13b, q70b, raw_score, quantization_score, score, duplicate_of, "
    "condition, quantity, availability, seller, region, listing_age, "
    "seen_at, source_url, url_digest, source_type, bulk_notes, model_given, "
    "extra)";

const char  glyph_copy_errors[] =
    "glyph.import_errors (import_id, import_index, line, byte_offset, "
    "errors, raw)";

const char  glyph_copy_warnings[] =
    "glyph.import_warnings (import_id, number, import_index, line, code, "
    "column_name, value, message)";


void
glyph_copy_listing(glyph_buf_t *b, const unsigned char import_id[16],
    const glyph_listing_t *l)
{
    unsigned char      *p;
    const glyph_str_t  *text;

    text = l->text;

    /* once for all of the row: nothing below asks again */

    if (glyph_buf_reserve(b, glyph_copy_size(l)) != GLYPH_OK) {
        return;
    }

    p = b->data + b->len;

    p = glyph_copy_int16(p, GLYPH_COPY_LISTING_FIELDS);

    p = glyph_copy_uuid(p, import_id);
    p = glyph_copy_int4(p, (int32_t) l->import_index);
    p = glyph_copy_text(p, l->title.data, l->title.len);

    if (l->match.model) {
        p = glyph_copy_text(p, l->match.model->model.data,
                            l->match.model->model.len);
    } else {
        p = glyph_copy_text(p, "UNKNOWN", sizeof("UNKNOWN") - 1);
    }

    p = glyph_copy_cstring(p, glyph_match_name(l->match.type));
    p = glyph_copy_float4(p, l->match.score);
    p = glyph_copy_text(p, l->match.notes, l->match.notes_len);
    p = glyph_copy_bool(p, l->match.is_gpu);
    p = glyph_copy_cstring(p, l->match.reason);

    p = glyph_copy_numeric(p, l->price.cents);
    p = glyph_copy_cstring(p, l->price.currency);
    p = glyph_copy_usd(p, l->price_usd);

    p = glyph_copy_model(p, l->match.model);

    p = glyph_copy_int4(p, l->score.q7b);
    p = glyph_copy_int4(p, l->score.q13b);
    p = glyph_copy_int4(p, l->score.q70b);
    p = glyph_copy_float8(p, l->score.raw);
    p = glyph_copy_float8(p, l->score.quantization);
    p = glyph_copy_float8(p, l->score.score);

    if (l->duplicate_of >= 0) {
        p = glyph_copy_int4(p, (int32_t) l->duplicate_of);
    } else {
        p = glyph_copy_null(p);
    }

    p = glyph_copy_optional(p, &text[GLYPH_COL_CONDITION]);

    if (l->quantity != GLYPH_QUANTITY_NONE) {
        p = glyph_copy_int4(p, (int32_t) l->quantity);
    } else {
        p = glyph_copy_null(p);
    }

    p = glyph_copy_cstring(p, glyph_availability_name(l->availability));
    p = glyph_copy_optional(p, &text[GLYPH_COL_SELLER]);
    p = glyph_copy_optional(p, &text[GLYPH_COL_REGION]);
    p = glyph_copy_optional(p, &text[GLYPH_COL_LISTING_AGE]);

    if (l->has_seen_at) {
        p = glyph_copy_int8(p, l->seen_at);
    } else {
        p = glyph_copy_null(p);
    }

    p = glyph_copy_optional(p, &text[GLYPH_COL_SOURCE_URL]);

    if (l->has_url) {
        p = glyph_copy_uuid(p, l->url_digest.bytes);
    } else {
        p = glyph_copy_null(p);
    }

    p = glyph_copy_optional(p, &text[GLYPH_COL_SOURCE_TYPE]);
    p = glyph_copy_optional(p, &text[GLYPH_COL_BULK_NOTES]);
    p = glyph_copy_optional(p, &text[GLYPH_COL_MODEL]);

    if (l->extra.len) {
        p = glyph_copy_int32(p, (int32_t) l->extra.len + 1);
        *p++ = 1;                   /* the version of binary jsonb */
        p = glyph_copy_bytes(p, l->extra.data, l->extra.len);

    } else {
        p = glyph_copy_null(p);
    }

    b->len = p - b->data;
}


/* At most so much a listing takes. */

static size_t
glyph_copy_size(const glyph_listing_t *l)
{
    size_t  i, size;

    size = GLYPH_COPY_FIXED + l->title.len + l->extra.len;

    for (i = 0; i < GLYPH_COL_N; i++) {
        size += l->text[i].len;
    }

    if (l->match.model) {
        size += l->match.model->model.len + l->match.model->generation.len
                + l->match.model->form_factor.len;
    }

    return size;
}


/* What the registry knows; NULL where it does not. */

static unsigned char *
glyph_copy_model(unsigned char *p, const glyph_model_t *m)
{
    int  i;

    if (m == NULL) {
        for (i = 0; i < 9; i++) {
            p = glyph_copy_null(p);
        }

        return p;
    }

    if (m->vram_gb > 0) {
        p = glyph_copy_float4(p, m->vram_gb);
    } else {
        p = glyph_copy_null(p);
    }

    if (m->tdp_watts > 0) {
        p = glyph_copy_int4(p, m->tdp_watts);
    } else {
        p = glyph_copy_null(p);
    }

    p = glyph_copy_int2(p, m->mig_support);
    p = glyph_copy_bool(p, m->nvlink);
    p = glyph_copy_optional(p, &m->generation);

    if (m->cuda_cores > 0) {
        p = glyph_copy_int4(p, m->cuda_cores);
    } else {
        p = glyph_copy_null(p);
    }

    if (m->slot_width > 0) {
        p = glyph_copy_float4(p, m->slot_width);
    } else {
        p = glyph_copy_null(p);
    }

    if (m->pcie_generation > 0) {
        p = glyph_copy_int2(p, m->pcie_generation);
    } else {
        p = glyph_copy_null(p);
    }

    return glyph_copy_optional(p, &m->form_factor);
}


/* numeric(14,2); a price whose rate makes it larger is as one without. */

static unsigned char *
glyph_copy_usd(unsigned char *p, double usd)
{
    double  cents;

    cents = floor(usd * 100 + 0.5);

    if (usd > 0 && cents <= 99999999999999.0) {
        return glyph_copy_numeric(p, (int64_t) cents);
    }

    return glyph_copy_null(p);
}


void
glyph_copy_rejected(glyph_buf_t *b, const unsigned char import_id[16],
    const glyph_rejected_t *r)
{
    unsigned char  *p;

    if (glyph_buf_reserve(b, GLYPH_COPY_FIXED) != GLYPH_OK) {
        return;
    }

    p = b->data + b->len;

    p = glyph_copy_int16(p, GLYPH_COPY_REJECTED_FIELDS);

    p = glyph_copy_uuid(p, import_id);
    p = glyph_copy_int4(p, (int32_t) r->import_index);
    p = glyph_copy_int8(p, (int64_t) r->line);
    p = glyph_copy_int8(p, (int64_t) r->offset);

    b->len = p - b->data;

    glyph_copy_row_errors(b, r);

    if (glyph_buf_reserve(b, 4 + r->raw.len) != GLYPH_OK) {
        return;
    }

    p = glyph_copy_text(b->data + b->len, r->raw.data, r->raw.len);

    b->len = p - b->data;
}


void
glyph_copy_warning(glyph_buf_t *b, const unsigned char import_id[16],
    const glyph_warning_t *w)
{
    unsigned char            *p;
    const glyph_row_error_t  *what;

    what = &w->what;

    if (glyph_buf_reserve(b, GLYPH_COPY_FIXED + what->value.len
                             + w->message.len)
        != GLYPH_OK)
    {
        return;
    }

    p = b->data + b->len;

    p = glyph_copy_int16(p, GLYPH_COPY_WARNING_FIELDS);

    p = glyph_copy_uuid(p, import_id);
    p = glyph_copy_int4(p, (int32_t) w->number);

    if (w->import_index >= 0) {
        p = glyph_copy_int4(p, (int32_t) w->import_index);
        p = glyph_copy_int8(p, (int64_t) w->line);

    } else {
        p = glyph_copy_null(p);
        p = glyph_copy_null(p);
    }

    p = glyph_copy_cstring(p, glyph_code_name(what->code));

    if (what->column < GLYPH_COL_N) {
        p = glyph_copy_cstring(p, glyph_column_name(what->column));
        p = glyph_copy_text(p, what->value.data, what->value.len);

    } else {
        p = glyph_copy_null(p);
        p = glyph_copy_null(p);
    }

    if (w->message.len) {
        p = glyph_copy_text(p, w->message.data, w->message.len);
    } else {
        p = glyph_copy_cstring(p, glyph_code_text(what->code));
    }

    b->len = p - b->data;
}


static void
glyph_copy_row_errors(glyph_buf_t *b, const glyph_rejected_t *r)
{
    size_t  start, len;

    /* the length is known at the end */

    start = b->len;
    glyph_buf_append(b, "\0\0\0\0\1", 5);
    glyph_rejected_json(b, r);

    if (b->failed) {
        return;
    }

    len = b->len - start - 4;

    glyph_copy_int32(b->data + start, (int32_t) len);
}


/*
 * numeric_send() of the Postgres source: the number of digits of base 10000,
 * the weight of the first, the sign, the display scale, the digits; zeros at
 * either end are left out.
 */

static unsigned char *
glyph_copy_numeric(unsigned char *p, int64_t cents)
{
    int       n, first, weight;
    int64_t   whole;
    int16_t   digits[GLYPH_COPY_NUMERIC_DIGITS];

    n = GLYPH_COPY_NUMERIC_DIGITS;
    whole = cents / 100;

    digits[--n] = (int16_t) (cents % 100 * 100);

    while (whole) {
        digits[--n] = (int16_t) (whole % 10000);
        whole /= 10000;
    }

    first = n;
    weight = GLYPH_COPY_NUMERIC_DIGITS - 2 - first;
    n = GLYPH_COPY_NUMERIC_DIGITS;

    while (n > first && digits[n - 1] == 0) {
        n--;
    }

    while (first < n && digits[first] == 0) {
        first++;
        weight--;
    }

    p = glyph_copy_int32(p, 8 + 2 * (n - first));
    p = glyph_copy_int16(p, (int16_t) (n - first));
    p = glyph_copy_int16(p, (int16_t) (n > first ? weight : 0));
    p = glyph_copy_int16(p, 0);
    p = glyph_copy_int16(p, 2);

    for ( /* void */ ; first < n; first++) {
        p = glyph_copy_int16(p, digits[first]);
    }

    return p;
}
