
#include "column/glyph_synonyms.h"
#include "csv/glyph_sample_rows.h"
#include "pipeline/glyph_survey.h"
#include "value/glyph_place.h"
#include "value/glyph_values.h"


/* Of a column that is about the stock. */

typedef struct {
    int                    at;          /* -1: there is none */
    size_t                 filled;
    size_t                 said;        /* a number, or whether there is any */
    size_t                 counted;     /* a number that is no flag */
} glyph_survey_stock_t;

typedef struct {
    const glyph_sample_t  *sample;
    glyph_tender_t        *tender;
    glyph_survey_stock_t   quantity;
    glyph_survey_stock_t   availability;
    size_t                 rows;
    size_t                 abroad;      /* those of a place */
    const char            *place;       /* the last one's currency */
} glyph_survey_t;


static int glyph_survey_row(void *data, const glyph_record_t *rec);
static const glyph_str_t *glyph_survey_field(const glyph_survey_t *v,
    const glyph_record_t *rec, glyph_column_e column);
static void glyph_survey_price(glyph_survey_t *v, const glyph_record_t *rec);
static void glyph_survey_place(glyph_survey_t *v, const glyph_record_t *rec);
static void glyph_survey_stock(glyph_survey_stock_t *s,
    const glyph_record_t *rec);
static void glyph_survey_decide(const glyph_survey_t *v,
    glyph_header_t *header);
static int glyph_survey_doubtful(const glyph_survey_stock_t *s,
    const glyph_header_t *header);


int
glyph_survey(const glyph_sample_t *s, glyph_tender_t *tender)
{
    int             rc;
    glyph_survey_t  v;

    memset(&v, 0, sizeof(glyph_survey_t));

    v.sample = s;
    v.tender = tender;
    v.quantity.at = glyph_header_find(s->header, GLYPH_COL_QUANTITY);
    v.availability.at = glyph_header_find(s->header, GLYPH_COL_AVAILABILITY);

    rc = glyph_sample_each(s, glyph_survey_row, &v);

    if (rc == GLYPH_OK) {
        glyph_survey_decide(&v, s->header);
    }

    return rc;
}


static int
glyph_survey_row(void *data, const glyph_record_t *rec)
{
    glyph_survey_t *v = data;

    v->rows++;

    glyph_survey_price(v, rec);
    glyph_survey_place(v, rec);
    glyph_survey_stock(&v->quantity, rec);
    glyph_survey_stock(&v->availability, rec);

    return 0;
}


/* Empty: there is none. */

static const glyph_str_t *
glyph_survey_field(const glyph_survey_t *v, const glyph_record_t *rec,
    glyph_column_e column)
{
    int  i;

    static const glyph_str_t  none;

    i = glyph_header_find(v->sample->header, column);

    return i >= 0 && (size_t) i < rec->nfields ? &rec->fields[i] : &none;
}


/* What it says of its currency, or the row's column does. */

static void
glyph_survey_price(glyph_survey_t *v, const glyph_record_t *rec)
{
    char            code[4];
    glyph_money_t   money;

    if (glyph_money_parse(glyph_survey_field(v, rec, GLYPH_COL_PRICE),
                          v->sample->decimal, &money)
        == GLYPH_CODE_OK
        && (money.currency[0] || money.sign != GLYPH_SIGN_NONE))
    {
        glyph_tender_beside(v->tender, money.currency, money.sign);

    } else if (glyph_currency_parse(glyph_survey_field(v, rec,
                                                       GLYPH_COL_CURRENCY),
                                    code)
               == GLYPH_CODE_OK
               && code[0] && !glyph_tender_unknown(code))
    {
        glyph_tender_beside(v->tender, code, GLYPH_SIGN_NONE);
    }
}


static void
glyph_survey_place(glyph_survey_t *v, const glyph_record_t *rec)
{
    const char  *code;

    code = glyph_place_of_region(glyph_survey_field(v, rec,
                                                    GLYPH_COL_REGION));
    if (code == NULL) {
        code = glyph_place_of_url(glyph_survey_field(v, rec,
                                                     GLYPH_COL_SOURCE_URL));
    }

    if (code) {
        v->abroad++;
        v->place = code;
    }
}


static void
glyph_survey_stock(glyph_survey_stock_t *s, const glyph_record_t *rec)
{
    int64_t               n;
    const glyph_str_t    *value;
    glyph_availability_e  availability;

    if (s->at < 0 || (size_t) s->at >= rec->nfields) {
        return;
    }

    value = &rec->fields[s->at];

    if (value->len == 0) {
        return;
    }

    s->filled++;

    if (glyph_quantity_parse(value, &n, &availability) == GLYPH_CODE_OK) {
        s->said += n != GLYPH_QUANTITY_NONE
                   || availability != GLYPH_AVAILABILITY_UNKNOWN;
        s->counted += n > 1;
    }
}


/* What is true of most; what only may be about the stock is it if its values
   are. */

static void
glyph_survey_decide(const glyph_survey_t *v, glyph_header_t *header)
{
    if (v->abroad * 2 > v->rows) {
        glyph_tender_place(v->tender, v->place);
    }

    if (glyph_survey_doubtful(&v->quantity, header)) {
        glyph_header_turn(header, GLYPH_COL_QUANTITY, GLYPH_COL_EXTRA);
    }

    if (v->availability.counted
        && glyph_header_find(header, GLYPH_COL_QUANTITY) < 0
        && glyph_header_strength(header, v->availability.at)
           < GLYPH_SYNONYM_MAPPED)
    {
        glyph_header_turn(header, GLYPH_COL_AVAILABILITY, GLYPH_COL_QUANTITY);
    }
}


static int
glyph_survey_doubtful(const glyph_survey_stock_t *s,
    const glyph_header_t *header)
{
    return s->filled && s->said * 2 < s->filled
           && glyph_header_strength(header, s->at) <= GLYPH_SYNONYM_WEAK;
}
