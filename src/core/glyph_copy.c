
#include <math.h>

#include "glyph_copy.h"
#include "glyph_json.h"


#define GLYPH_COPY_LISTING_FIELDS   41
#define GLYPH_COPY_REJECTED_FIELDS  6

/* room for everything of a listing that is not a text of its own */
#define GLYPH_COPY_FIXED            1024

#define GLYPH_COPY_NUMERIC_DIGITS   8       /* of base 10000 */


static void glyph_copy_int16(glyph_buf_t *b, int16_t n);
static void glyph_copy_int32(glyph_buf_t *b, int32_t n);
static void glyph_copy_int64(glyph_buf_t *b, int64_t n);
static void glyph_copy_null(glyph_buf_t *b);
static void glyph_copy_uuid(glyph_buf_t *b, const unsigned char id[16]);
static void glyph_copy_bool(glyph_buf_t *b, unsigned v);
static void glyph_copy_int2(glyph_buf_t *b, int16_t n);
static void glyph_copy_int4(glyph_buf_t *b, int32_t n);
static void glyph_copy_int8(glyph_buf_t *b, int64_t n);
static void glyph_copy_float4(glyph_buf_t *b, double n);
static void glyph_copy_float8(glyph_buf_t *b, double n);
static void glyph_copy_numeric(glyph_buf_t *b, int64_t cents);
static void glyph_copy_text(glyph_buf_t *b, const void *data, size_t len);
static void glyph_copy_optional(glyph_buf_t *b, const glyph_str_t *s);
static void glyph_copy_cstring(glyph_buf_t *b, const char *s);
static void glyph_copy_model(glyph_buf_t *b, const glyph_model_t *m);
static void glyph_copy_usd(glyph_buf_t *b, double usd);
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


void
glyph_copy_listing(glyph_buf_t *b, const unsigned char import_id[16],
    const glyph_listing_t *l)
{
    const char         *availability;
    const glyph_str_t  *text;

    text = l->text;

    /* once for all that is small: the appends then find room */

    if (glyph_buf_reserve(b, GLYPH_COPY_FIXED) != GLYPH_OK) {
        return;
    }

    glyph_copy_int16(b, GLYPH_COPY_LISTING_FIELDS);

    glyph_copy_uuid(b, import_id);
    glyph_copy_int4(b, (int32_t) l->import_index);
    glyph_copy_text(b, l->title.data, l->title.len);

    if (l->match.model) {
        glyph_copy_text(b, l->match.model->model.data,
                        l->match.model->model.len);
    } else {
        glyph_copy_text(b, "UNKNOWN", sizeof("UNKNOWN") - 1);
    }

    glyph_copy_cstring(b, glyph_match_name(l->match.type));
    glyph_copy_float4(b, l->match.score);
    glyph_copy_text(b, l->match.notes, l->match.notes_len);
    glyph_copy_bool(b, l->match.is_gpu);
    glyph_copy_cstring(b, l->match.reason);

    glyph_copy_numeric(b, l->price.cents);
    glyph_copy_cstring(b, l->price.currency);
    glyph_copy_usd(b, l->price_usd);

    glyph_copy_model(b, l->match.model);

    glyph_copy_int4(b, l->score.q7b);
    glyph_copy_int4(b, l->score.q13b);
    glyph_copy_int4(b, l->score.q70b);
    glyph_copy_float8(b, l->score.raw);
    glyph_copy_float8(b, l->score.quantization);
    glyph_copy_float8(b, l->score.score);

    if (l->duplicate_of >= 0) {
        glyph_copy_int4(b, (int32_t) l->duplicate_of);
    } else {
        glyph_copy_null(b);
    }

    glyph_copy_optional(b, &text[GLYPH_COL_CONDITION]);

    if (l->quantity != GLYPH_QUANTITY_NONE) {
        glyph_copy_int4(b, (int32_t) l->quantity);
    } else {
        glyph_copy_null(b);
    }

    availability = glyph_availability_name(l->availability);

    glyph_copy_cstring(b, availability);
    glyph_copy_optional(b, &text[GLYPH_COL_SELLER]);
    glyph_copy_optional(b, &text[GLYPH_COL_REGION]);
    glyph_copy_optional(b, &text[GLYPH_COL_LISTING_AGE]);

    if (l->has_seen_at) {
        glyph_copy_int8(b, l->seen_at);
    } else {
        glyph_copy_null(b);
    }

    glyph_copy_optional(b, &text[GLYPH_COL_SOURCE_URL]);

    if (l->has_url) {
        glyph_copy_uuid(b, l->url_digest.bytes);
    } else {
        glyph_copy_null(b);
    }

    glyph_copy_optional(b, &text[GLYPH_COL_SOURCE_TYPE]);
    glyph_copy_optional(b, &text[GLYPH_COL_BULK_NOTES]);
    glyph_copy_optional(b, &text[GLYPH_COL_MODEL]);

    if (l->extra.len) {
        glyph_copy_int32(b, (int32_t) l->extra.len + 1);
        glyph_buf_putc(b, 1);       /* the version of binary jsonb */
        glyph_buf_append(b, l->extra.data, l->extra.len);

    } else {
        glyph_copy_null(b);
    }
}


/* What the registry knows; NULL where it does not. */

static void
glyph_copy_model(glyph_buf_t *b, const glyph_model_t *m)
{
    int  i;

    if (m == NULL) {
        for (i = 0; i < 9; i++) {
            glyph_copy_null(b);
        }

        return;
    }

    if (m->vram_gb > 0) {
        glyph_copy_float4(b, m->vram_gb);
    } else {
        glyph_copy_null(b);
    }

    if (m->tdp_watts > 0) {
        glyph_copy_int4(b, m->tdp_watts);
    } else {
        glyph_copy_null(b);
    }

    glyph_copy_int2(b, m->mig_support);
    glyph_copy_bool(b, m->nvlink);
    glyph_copy_optional(b, &m->generation);

    if (m->cuda_cores > 0) {
        glyph_copy_int4(b, m->cuda_cores);
    } else {
        glyph_copy_null(b);
    }

    if (m->slot_width > 0) {
        glyph_copy_float4(b, m->slot_width);
    } else {
        glyph_copy_null(b);
    }

    if (m->pcie_generation > 0) {
        glyph_copy_int2(b, m->pcie_generation);
    } else {
        glyph_copy_null(b);
    }

    glyph_copy_optional(b, &m->form_factor);
}


/* numeric(14,2); a price whose rate makes it larger is as one without. */

static void
glyph_copy_usd(glyph_buf_t *b, double usd)
{
    double  cents;

    cents = floor(usd * 100 + 0.5);

    if (usd > 0 && cents <= 99999999999999.0) {
        glyph_copy_numeric(b, (int64_t) cents);
    } else {
        glyph_copy_null(b);
    }
}


void
glyph_copy_rejected(glyph_buf_t *b, const unsigned char import_id[16],
    const glyph_rejected_t *r)
{
    glyph_copy_int16(b, GLYPH_COPY_REJECTED_FIELDS);

    glyph_copy_uuid(b, import_id);
    glyph_copy_int4(b, (int32_t) r->import_index);
    glyph_copy_int8(b, (int64_t) r->line);
    glyph_copy_int8(b, (int64_t) r->offset);
    glyph_copy_row_errors(b, r);
    glyph_copy_text(b, r->raw.data, r->raw.len);
}


static void
glyph_copy_row_errors(glyph_buf_t *b, const glyph_rejected_t *r)
{
    size_t                    i, start, len;
    const glyph_row_error_t  *e;

    /* the length is known at the end */

    start = b->len;
    glyph_copy_int32(b, 0);
    glyph_buf_putc(b, 1);
    glyph_buf_putc(b, '[');

    for (i = 0; i < r->n; i++) {
        e = &r->errors[i];

        glyph_json_comma(b);
        glyph_buf_putc(b, '{');
        glyph_json_key(b, "code");
        glyph_json_cstring(b, glyph_code_name(e->code));

        if (e->column < GLYPH_COL_N) {
            glyph_json_key(b, "column");
            glyph_json_cstring(b, glyph_column_name(e->column));
            glyph_json_key(b, "value");
            glyph_json_string(b, e->value.data, e->value.len);
        }

        glyph_json_key(b, "message");
        glyph_json_cstring(b, glyph_code_text(e->code));
        glyph_buf_putc(b, '}');
    }

    glyph_buf_putc(b, ']');

    if (b->failed) {
        return;
    }

    len = b->len - start - 4;

    b->data[start] = (unsigned char) (len >> 24);
    b->data[start + 1] = (unsigned char) (len >> 16);
    b->data[start + 2] = (unsigned char) (len >> 8);
    b->data[start + 3] = (unsigned char) len;
}


static void
glyph_copy_int16(glyph_buf_t *b, int16_t n)
{
    unsigned char  p[2];

    p[0] = (unsigned char) ((uint16_t) n >> 8);
    p[1] = (unsigned char) n;

    glyph_buf_append(b, p, 2);
}


static void
glyph_copy_int32(glyph_buf_t *b, int32_t n)
{
    uint32_t  be;

    be = __builtin_bswap32((uint32_t) n);

    glyph_buf_append(b, &be, 4);
}


static void
glyph_copy_int64(glyph_buf_t *b, int64_t n)
{
    uint64_t  be;

    be = __builtin_bswap64((uint64_t) n);

    glyph_buf_append(b, &be, 8);
}


static void
glyph_copy_null(glyph_buf_t *b)
{
    glyph_copy_int32(b, -1);
}


static void
glyph_copy_uuid(glyph_buf_t *b, const unsigned char id[16])
{
    glyph_copy_text(b, id, 16);
}


static void
glyph_copy_bool(glyph_buf_t *b, unsigned v)
{
    glyph_copy_int32(b, 1);
    glyph_buf_putc(b, v ? 1 : 0);
}


static void
glyph_copy_int2(glyph_buf_t *b, int16_t n)
{
    glyph_copy_int32(b, 2);
    glyph_copy_int16(b, n);
}


static void
glyph_copy_int4(glyph_buf_t *b, int32_t n)
{
    glyph_copy_int32(b, 4);
    glyph_copy_int32(b, n);
}


static void
glyph_copy_int8(glyph_buf_t *b, int64_t n)
{
    glyph_copy_int32(b, 8);
    glyph_copy_int64(b, n);
}


static void
glyph_copy_float4(glyph_buf_t *b, double n)
{
    float    f;
    int32_t  bits;

    f = (float) n;
    memcpy(&bits, &f, 4);

    glyph_copy_int4(b, bits);
}


static void
glyph_copy_float8(glyph_buf_t *b, double n)
{
    int64_t  bits;

    memcpy(&bits, &n, 8);

    glyph_copy_int8(b, bits);
}


/*
 * numeric_send() of the Postgres source: the number of digits of base 10000,
 * the weight of the first, the sign, the display scale, the digits; zeros at
 * either end are left out.
 */

static void
glyph_copy_numeric(glyph_buf_t *b, int64_t cents)
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

    glyph_copy_int32(b, 8 + 2 * (n - first));
    glyph_copy_int16(b, (int16_t) (n - first));
    glyph_copy_int16(b, (int16_t) (n > first ? weight : 0));
    glyph_copy_int16(b, 0);
    glyph_copy_int16(b, 2);

    for ( /* void */ ; first < n; first++) {
        glyph_copy_int16(b, digits[first]);
    }
}


static void
glyph_copy_text(glyph_buf_t *b, const void *data, size_t len)
{
    glyph_copy_int32(b, (int32_t) len);
    glyph_buf_append(b, data, len);
}


static void
glyph_copy_optional(glyph_buf_t *b, const glyph_str_t *s)
{
    if (s->len) {
        glyph_copy_text(b, s->data, s->len);
    } else {
        glyph_copy_null(b);
    }
}


static void
glyph_copy_cstring(glyph_buf_t *b, const char *s)
{
    if (s) {
        glyph_copy_text(b, s, strlen(s));
    } else {
        glyph_copy_null(b);
    }
}
