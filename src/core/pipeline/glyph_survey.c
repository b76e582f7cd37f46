
#include "csv/glyph_sample_rows.h"
#include "pipeline/glyph_survey.h"


typedef struct {
    const glyph_sample_t  *sample;
    glyph_tender_t        *tender;
    size_t                 price;       /* its column */
} glyph_survey_t;


static int glyph_survey_row(void *data, const glyph_record_t *rec);


int
glyph_survey(const glyph_sample_t *s, glyph_tender_t *tender)
{
    glyph_survey_t  v;

    v.sample = s;
    v.tender = tender;
    v.price = (size_t) glyph_header_find(s->header, GLYPH_COL_PRICE);

    return glyph_sample_each(s, glyph_survey_row, &v);
}


static int
glyph_survey_row(void *data, const glyph_record_t *rec)
{
    glyph_survey_t *v = data;

    glyph_money_t  money;

    if (v->price < rec->nfields
        && glyph_money_parse(&rec->fields[v->price], v->sample->decimal,
                             &money) == GLYPH_CODE_OK
        && money.currency[0] && money.sign == GLYPH_SIGN_NONE)
    {
        glyph_tender_beside(v->tender, money.currency);
    }

    return 0;
}
