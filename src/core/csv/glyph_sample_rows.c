
#include "csv/glyph_sample_rows.h"
#include "json/glyph_json_reader.h"
#include "text/glyph_utf8.h"
#include "value/glyph_money.h"


typedef struct {
    size_t                price;        /* its column */
    unsigned              seen;         /* a bit for what each value proves */
} glyph_sample_prices_t;


static int glyph_sample_read(const glyph_sample_t *s, glyph_reader_t *rd,
    glyph_sample_pt each, void *data);
static int glyph_sample_price(void *data, const glyph_record_t *rec);


glyph_reader_t *
glyph_sample_reader(const glyph_sample_t *s)
{
    glyph_reader_t  *rd;

    rd = glyph_reader_create(s->delimiter, s->max_row_size, s->max_columns);

    if (rd && s->wrapped && glyph_reader_unwrap(rd) != GLYPH_OK) {
        glyph_reader_destroy(rd);
        return NULL;
    }

    if (rd && s->unquoted) {
        glyph_reader_unquoted(rd);
    }

    return rd;
}


int
glyph_sample_each(const glyph_sample_t *s, glyph_sample_pt each, void *data)
{
    int                   rc;
    glyph_reader_t       *rd;
    glyph_json_reader_t  *json;

    if (s->format != GLYPH_FORMAT_CSV) {
        json = glyph_reader_json(s->reader);

        glyph_json_reader_rewind(json);
        rc = glyph_sample_read(s, s->reader, each, data);
        glyph_json_reader_rewind(json);

        return rc;
    }

    rd = glyph_sample_reader(s);
    if (rd == NULL) {
        return GLYPH_ERROR;
    }

    rc = glyph_sample_read(s, rd, each, data);

    glyph_reader_destroy(rd);

    return rc;
}


static int
glyph_sample_read(const glyph_sample_t *s, glyph_reader_t *rd,
    glyph_sample_pt each, void *data)
{
    int                   rc;
    size_t                i;
    glyph_record_t        rec;
    const unsigned char  *pos;

    pos = s->pos;

    for ( ;; ) {
        rc = glyph_reader_next(rd, &pos, s->data + s->len, s->whole, &rec);

        if (rc != GLYPH_OK) {
            return rc == GLYPH_ERROR ? GLYPH_ERROR : GLYPH_OK;
        }

        if (rec.code != GLYPH_CODE_OK
            || (s->skip && glyph_skip_is(s->skip, &rec)))
        {
            continue;
        }

        for (i = 0; i < rec.nfields; i++) {
            glyph_utf8_trim(&rec.fields[i]);
        }

        if (each(data, &rec)) {
            return GLYPH_OK;
        }
    }
}


int
glyph_sample_decimal(glyph_sample_t *s)
{
    glyph_sample_prices_t  prices;

    prices.price = (size_t) glyph_header_find(s->header, GLYPH_COL_PRICE);
    prices.seen = 0;

    if (glyph_sample_each(s, glyph_sample_price, &prices) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    switch (prices.seen & (1u << GLYPH_DECIMAL_POINT
                           | 1u << GLYPH_DECIMAL_COMMA))
    {
    case 1u << GLYPH_DECIMAL_POINT:
        s->decimal = GLYPH_DECIMAL_POINT;
        break;

    case 1u << GLYPH_DECIMAL_COMMA:
        s->decimal = GLYPH_DECIMAL_COMMA;
        break;

    default:
        break;
    }

    return GLYPH_OK;
}


static int
glyph_sample_price(void *data, const glyph_record_t *rec)
{
    glyph_sample_prices_t *prices = data;

    /* a number of JSON has a point, whatever the texts have */

    if (prices->price < rec->nfields
        && (rec->kinds == NULL
            || rec->kinds[prices->price] == GLYPH_FIELD_TEXT))
    {
        prices->seen |= 1u << glyph_money_habit(&rec->fields[prices->price]);
    }

    return 0;
}
