
#include "pipeline/glyph_row_parts.h"
#include "text/glyph_json.h"
#include "text/glyph_utf8.h"
#include "value/glyph_entity.h"
#include "value/glyph_placeholder.h"


static int glyph_row_markup(glyph_row_t *row, const glyph_record_t *rec,
    glyph_row_result_t *result);
static int glyph_row_has_markup(glyph_row_t *row, const glyph_record_t *rec);
static const unsigned char *glyph_row_next(const glyph_row_t *row,
    const unsigned char **mark, unsigned char c, const unsigned char *p);
static void glyph_row_decode(glyph_str_t *value, glyph_column_e column,
    glyph_row_result_t *result);
static void glyph_row_known(glyph_row_t *row, const glyph_str_t *value,
    glyph_field_e kind, glyph_column_e column, glyph_row_result_t *result);
static void glyph_row_currency(const glyph_str_t *value,
    glyph_row_result_t *result);
static void glyph_row_join_titles(glyph_row_t *row, const glyph_record_t *rec,
    int markup, glyph_row_result_t *result);
static void glyph_row_shop(glyph_row_t *row, const glyph_record_t *rec,
    int markup, glyph_row_result_t *result);
static int glyph_row_short(const glyph_row_t *row, size_t n);
static int glyph_row_extra(glyph_buf_t *extra, const glyph_column_t *column,
    const glyph_str_t *value, glyph_field_e kind);
static int glyph_row_is_extra(const glyph_row_t *row, size_t i,
    const glyph_str_t *value);
static void glyph_row_join(glyph_buf_t *extra, const glyph_str_t *object);
static size_t glyph_row_text_max(glyph_column_e column);


/* Which words stand for nothing in a column. */

#define GLYPH_ROW_NOTHING  (GLYPH_PLACEHOLDER_ANY                             \
                            |GLYPH_PLACEHOLDER_BUT_REGION                     \
                            |GLYPH_PLACEHOLDER_BUT_SELLER)

static const unsigned char  glyph_row_placeholders[GLYPH_COL_N] = {
    [GLYPH_COL_TITLE] = 0,
    [GLYPH_COL_MODEL] = GLYPH_ROW_NOTHING,
    [GLYPH_COL_PRICE] = GLYPH_ROW_NOTHING,
    [GLYPH_COL_CURRENCY] = GLYPH_ROW_NOTHING,
    [GLYPH_COL_CONDITION] = GLYPH_ROW_NOTHING,
    [GLYPH_COL_QUANTITY] = GLYPH_ROW_NOTHING,
    [GLYPH_COL_AVAILABILITY] = GLYPH_ROW_NOTHING,
    [GLYPH_COL_SELLER] = GLYPH_ROW_NOTHING & ~GLYPH_PLACEHOLDER_BUT_SELLER,
    [GLYPH_COL_REGION] = GLYPH_ROW_NOTHING & ~GLYPH_PLACEHOLDER_BUT_REGION,
    [GLYPH_COL_LISTING_AGE] = GLYPH_ROW_NOTHING,
    [GLYPH_COL_SEEN_AT] = GLYPH_ROW_NOTHING,
    [GLYPH_COL_SOURCE_URL] = GLYPH_ROW_NOTHING|GLYPH_PLACEHOLDER_URL,
    [GLYPH_COL_SOURCE_TYPE] = GLYPH_ROW_NOTHING,
    [GLYPH_COL_BULK_NOTES] = GLYPH_ROW_NOTHING
};


void
glyph_row_fields(glyph_row_t *row, const glyph_record_t *rec,
    glyph_row_result_t *result)
{
    int                    markup, cut;
    size_t                 i;
    glyph_str_t            value;
    glyph_field_e          kind;
    const glyph_column_t  *column;

    for (i = 0; i < GLYPH_COL_N; i++) {
        result->listing.text[i].len = 0;
    }

    result->changed = 0;

    glyph_buf_reset(&result->extra);
    row->price_number = 0;

    /* no text is longer than the record, but a title that others add to */

    row->longest = rec->raw.len;

    markup = glyph_row_markup(row, rec, result);
    cut = 0;

    /* the keys of JSON may have become more */

    row->columns = glyph_header_columns(row->header, &row->ncolumns);

    for (i = 0; i < rec->nfields; i++) {
        /* by parts, as it was written: the processor would wait otherwise */

        value.data = rec->fields[i].data;
        value.len = rec->fields[i].len;

        glyph_utf8_trim(&value);

        if (value.len == 0) {
            continue;
        }

        if (i >= row->ncolumns) {
            glyph_row_error(result, GLYPH_ROW_COLUMN_COUNT, GLYPH_COL_N);
            break;
        }

        column = &row->columns[i];
        kind = rec->kinds ? rec->kinds[i] : GLYPH_FIELD_TEXT;

        if (kind == GLYPH_FIELD_NESTED && column->used < GLYPH_COL_N
            && column->used != GLYPH_COL_TITLE
            && column->used != GLYPH_COL_PRICE
            && column->used != GLYPH_COL_CURRENCY)
        {
            /* what may be empty is, and what is there is kept */

            result->given[column->used] = value;
            result->changed |= 1u << column->used;

            glyph_row_warning(result, GLYPH_WARN_VALUE_NESTED, column->used);

            cut |= glyph_row_extra(&result->extra, column, &value, kind);

        } else if (column->used < GLYPH_COL_N) {

            if (markup && kind == GLYPH_FIELD_TEXT) {
                glyph_row_decode(&value, column->used, result);

                if (value.len == 0) {
                    continue;
                }
            }

            glyph_row_known(row, &value, kind, column->used, result);

        } else if (column->used == GLYPH_COL_EXTRA
                   && glyph_row_is_extra(row, i, &value))
        {
            glyph_row_join(&result->extra, &value);

        } else if (column->used == GLYPH_COL_EXTRA) {

            if (column->unnamed) {
                glyph_header_saw(row->header, i);
            }

            cut |= glyph_row_extra(&result->extra, column, &value, kind);
        }
    }

    if (cut) {
        glyph_row_warning(result, GLYPH_WARN_EXTRA_TOO_LONG, GLYPH_COL_N);
    }

    row->sku_text.len = 0;

    if (row->sku >= 0 && (size_t) row->sku < rec->nfields) {
        row->sku_text = rec->fields[row->sku];
        glyph_utf8_trim(&row->sku_text);
    }

    if (result->extra.len) {
        glyph_buf_putc(&result->extra, '}');
    }

    result->listing.extra.data = result->extra.data;
    result->listing.extra.len = result->extra.len;

    if (rec->nfields < row->ncolumns && glyph_row_short(row, rec->nfields)) {
        glyph_row_warning(result, GLYPH_WARN_ROW_SHORT, GLYPH_COL_N);
    }

    if (row->ntitles) {
        glyph_row_join_titles(row, rec, markup, result);
    }

    if (row->shop) {
        glyph_row_shop(row, rec, markup, result);
    }
}


/*
 * Whether texts of the record may have to be decoded; then there is room for
 * all of them twice, as one may be part of a title and be looked at alone.
 */

static int
glyph_row_markup(glyph_row_t *row, const glyph_record_t *rec,
    glyph_row_result_t *result)
{
    size_t  i, size;

    if (!glyph_row_has_markup(row, rec)) {
        return 0;
    }

    size = 0;

    for (i = 0; i < rec->nfields; i++) {
        size += rec->fields[i].len;
    }

    glyph_buf_reset(&result->decoded);

    return glyph_buf_reserve(&result->decoded, 2 * size) == GLYPH_OK;
}


/*
 * Most input has neither ";" nor ">", with which entities and tags end: they
 * are looked for once, not in each row.  JSON may have them written otherwise.
 */

static int
glyph_row_has_markup(glyph_row_t *row, const glyph_record_t *rec)
{
    const unsigned char  *end;

    if (rec->kinds) {
        return 1;
    }

    if (rec->in_input) {
        end = rec->raw.data + rec->raw.len;

        if (glyph_row_next(row, &row->semicolon, ';', rec->raw.data) >= end
            && glyph_row_next(row, &row->bracket, '>', rec->raw.data) >= end)
        {
            return 0;
        }
    }

    return glyph_entity_any(rec->raw.data, rec->raw.len);
}


/* The next such byte from p on, or the input's end. */

static const unsigned char *
glyph_row_next(const glyph_row_t *row, const unsigned char **mark,
    unsigned char c, const unsigned char *p)
{
    if (*mark < p) {
        *mark = memchr(p, c, row->last - p);

        if (*mark == NULL) {
            *mark = row->last;
        }
    }

    return *mark;
}


static void
glyph_row_decode(glyph_str_t *value, glyph_column_e column,
    glyph_row_result_t *result)
{
    int           amount;
    glyph_buf_t  *b;
    glyph_str_t   decoded;

    b = &result->decoded;
    amount = column == GLYPH_COL_PRICE || column == GLYPH_COL_QUANTITY;

    if (glyph_entity_any(value->data, value->len)
        && glyph_entity_decode(value, amount, b->data + b->len, &decoded))
    {
        result->given[column] = *value;
        result->changed |= 1u << column;

        b->len += decoded.len;
        *value = decoded;
        glyph_utf8_trim(value);
    }
}


static void
glyph_row_known(glyph_row_t *row, const glyph_str_t *value,
    glyph_field_e kind, glyph_column_e column, glyph_row_result_t *result)
{
    if (glyph_placeholder(value, glyph_row_placeholders[column])) {

        if (!(result->changed & 1u << column)) {
            result->given[column] = *value;
            result->changed |= 1u << column;
        }

        return;
    }

    if (column == GLYPH_COL_CURRENCY
        && result->listing.text[GLYPH_COL_CURRENCY].len)
    {
        glyph_row_currency(value, result);
        return;
    }

    result->listing.text[column] = *value;

    if (kind == GLYPH_FIELD_TEXT) {
        return;
    }

    if (kind == GLYPH_FIELD_NESTED && column != GLYPH_COL_CURRENCY) {
        glyph_row_error(result, GLYPH_ROW_VALUE_NESTED, column);
    }

    if (kind == GLYPH_FIELD_NUMBER && column == GLYPH_COL_PRICE) {
        row->price_number = 1;
    }
}


/* The price's own, and the record's. */

static void
glyph_row_currency(const glyph_str_t *value, glyph_row_result_t *result)
{
    char          one[4], other[4];
    glyph_str_t  *text;

    text = &result->listing.text[GLYPH_COL_CURRENCY];

    if (glyph_currency_parse(value, one) == GLYPH_CODE_OK
        && glyph_currency_parse(text, other) == GLYPH_CODE_OK
        && memcmp(one, other, sizeof(one)) != 0)
    {
        glyph_row_error(result, GLYPH_ROW_CURRENCY_CONFLICT,
                        GLYPH_COL_CURRENCY);
    }
}


/* "NVIDIA", "GeForce RTX", "3090". */

static void
glyph_row_join_titles(glyph_row_t *row, const glyph_record_t *rec, int markup,
    glyph_row_result_t *result)
{
    size_t        i;
    glyph_str_t   part, *title;
    glyph_buf_t  *b;

    b = &result->title;
    glyph_buf_reset(b);

    for (i = 0; i < row->ntitles; i++) {

        if ((size_t) row->titles[i] >= rec->nfields) {
            continue;
        }

        part = rec->fields[row->titles[i]];
        glyph_utf8_trim(&part);

        if (markup) {
            glyph_row_decode(&part, GLYPH_COL_TITLE, result);
        }

        /* a whole title may be "None"; a part of one is not */

        if (part.len && glyph_placeholder(&part, GLYPH_ROW_NOTHING)) {
            continue;
        }

        if (part.len && b->len) {
            glyph_buf_putc(b, ' ');
        }

        glyph_buf_append(b, part.data, part.len);
    }

    /* what was given is no text of one column */

    result->changed &= ~(1u << GLYPH_COL_TITLE);

    title = &result->listing.text[GLYPH_COL_TITLE];

    title->data = b->data;
    title->len = b->len;

    if (title->len > row->longest) {
        row->longest = title->len;
    }
}


static void
glyph_row_shop(glyph_row_t *row, const glyph_record_t *rec, int markup,
    glyph_row_result_t *result)
{
    unsigned      number;
    glyph_str_t  *title, *price, old;
    glyph_code_e  code;

    number = row->price_number;

    title = &result->listing.text[GLYPH_COL_TITLE];
    price = &result->listing.text[GLYPH_COL_PRICE];
    old = *price;

    code = glyph_shop_row(row->shop, rec, result->listing.text,
                          &result->title, &number);

    if (code != GLYPH_CODE_OK) {
        glyph_row_error(result, code, GLYPH_COL_PRICE);
    }

    row->price_number = number;

    /* another column's price, as it is written there */

    if (markup && price->data != old.data) {
        result->changed &= ~(1u << GLYPH_COL_PRICE);
        glyph_row_decode(price, GLYPH_COL_PRICE, result);
    }

    if (title->len > row->longest) {
        row->longest = title->len;
    }
}


/* A header may end with a delimiter where rows do not. */

static int
glyph_row_short(const glyph_row_t *row, size_t n)
{
    while (n < row->ncolumns && row->columns[n].unnamed) {
        n++;
    }

    return n < row->ncolumns;
}


/* 1: with this value it would be too much, and it is left out. */

static int
glyph_row_extra(glyph_buf_t *extra, const glyph_column_t *column,
    const glyph_str_t *value, glyph_field_e kind)
{
    size_t  before;

    before = extra->len;

    glyph_buf_putc(extra, extra->len ? ',' : '{');
    glyph_json_string(extra, column->given.data, column->given.len);
    glyph_buf_putc(extra, ':');

    if (kind == GLYPH_FIELD_TEXT) {
        glyph_json_string(extra, value->data, value->len);

    } else {
        glyph_buf_append(extra, value->data, value->len);
    }

    /* "}" comes behind it */

    if (extra->len < GLYPH_ROW_NOTES_MAX) {
        return 0;
    }

    extra->len = before;

    return 1;
}


/* JSON on one line, as it is written; anything else is a text like others. */

static int
glyph_row_is_extra(const glyph_row_t *row, size_t i, const glyph_str_t *value)
{
    return row->is_scored && (int) i == row->scored.at[GLYPH_SCORED_EXTRA]
           && memchr(value->data, '\n', value->len) == NULL
           && memchr(value->data, '\r', value->len) == NULL
           && glyph_json_is_object(value);
}


/* What was extra when the file was scored. */

static void
glyph_row_join(glyph_buf_t *extra, const glyph_str_t *object)
{
    glyph_str_t  members;

    members.data = object->data + 1;
    members.len = object->len - 2;

    glyph_utf8_trim(&members);

    if (members.len) {
        glyph_buf_putc(extra, extra->len ? ',' : '{');
        glyph_buf_append(extra, members.data, members.len);
    }
}


void
glyph_row_lengths(const glyph_row_t *row, glyph_row_result_t *result)
{
    int  i;

    for (i = 0; row->longest > GLYPH_ROW_TEXT_MAX && i < GLYPH_COL_N; i++) {
        if (result->listing.text[i].len > glyph_row_text_max(i)) {
            glyph_row_error(result, GLYPH_ROW_FIELD_TOO_LONG, i);
        }
    }

    if (result->extra.len > GLYPH_ROW_NOTES_MAX) {
        glyph_row_error(result, GLYPH_ROW_FIELD_TOO_LONG, GLYPH_COL_N);
    }
}


static size_t
glyph_row_text_max(glyph_column_e column)
{
    switch (column) {

    case GLYPH_COL_TITLE:
        return GLYPH_ROW_TITLE_MAX;

    case GLYPH_COL_SOURCE_URL:
        return GLYPH_ROW_URL_MAX;

    case GLYPH_COL_BULK_NOTES:
        return GLYPH_ROW_NOTES_MAX;

    default:
        return GLYPH_ROW_TEXT_MAX;
    }
}
