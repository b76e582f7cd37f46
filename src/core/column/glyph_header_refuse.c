/*
 * What a header that lacks something is told.
 */

#include "column/glyph_header.h"
#include "text/glyph_utf8.h"
#include "value/glyph_money.h"


#define GLYPH_HEADER_SHOW_MAX   60
#define GLYPH_HEADER_SHOW_N     20


static int glyph_header_looks_like_data(const glyph_header_t *h,
    glyph_str_t *value);
static void glyph_header_advise(const glyph_header_t *h,
    glyph_column_e column, unsigned *advised, glyph_buf_t *detail);


glyph_code_e
glyph_header_require(glyph_header_t *h, glyph_buf_t *detail)
{
    int          title, price;
    size_t       i, known;
    unsigned     advised;
    glyph_str_t  value;

    title = h->find[GLYPH_COL_TITLE] >= 0 || h->find[GLYPH_COL_MODEL] >= 0;
    price = h->find[GLYPH_COL_PRICE] >= 0;

    if (title && price) {
        return GLYPH_CODE_OK;
    }

    known = 0;

    for (i = 0; i < GLYPH_COL_N; i++) {
        known += h->find[i] >= 0;
    }

    if (known == 0 && glyph_header_looks_like_data(h, &value)) {
        glyph_buf_puts(detail, "the first line must name the columns, such "
                       "as title,price, but this one has ");
        glyph_header_quote(detail, &value);
        return GLYPH_FILE_HEADER_MISSING;
    }

    glyph_buf_puts(detail, title ? "no price column"
                           : price ? "no title or model column"
                                   : "no title and no price column");
    glyph_header_seen(h, detail);

    advised = 0;

    if (!price) {
        glyph_header_advise(h, GLYPH_COL_PRICE, &advised, detail);
    }

    if (!title) {
        glyph_header_advise(h, GLYPH_COL_TITLE, &advised, detail);
        glyph_header_advise(h, GLYPH_COL_MODEL, &advised, detail);
    }

    glyph_buf_puts(detail, advised ? "? (" : " (");

    if (!price) {
        glyph_buf_puts(detail, "price may be called price, cost, amount, "
                       "preis, prix, precio");
    }

    if (!title) {
        glyph_buf_puts(detail, price ? "" : "; ");
        glyph_buf_puts(detail, "title may be called title, name, product "
                       "name, gpu model, titel, titre");
    }

    glyph_buf_puts(detail, ", …; or say it with ?map=)");

    return GLYPH_FILE_COLUMNS_MISSING;
}


/* A field that is a price or a URL, or a heading above the header. */

static int
glyph_header_looks_like_data(const glyph_header_t *h, glyph_str_t *value)
{
    size_t         i, filled;
    glyph_money_t  money;

    filled = 0;

    for (i = 0; i < h->n; i++) {
        *value = h->columns[i].given;

        if (h->columns[i].unnamed) {
            continue;
        }

        if ((value->len > 7 && memcmp(value->data, "http://", 7) == 0)
            || (value->len > 8 && memcmp(value->data, "https://", 8) == 0)
            || glyph_money_parse(value, GLYPH_DECIMAL_UNKNOWN, &money)
               == GLYPH_CODE_OK)
        {
            return 1;
        }

        filled += value->len != 0;
    }

    if (filled != 1) {
        return 0;
    }

    for (i = 0; h->columns[i].unnamed; i++) { /* void */ }

    *value = h->columns[i].given;

    return glyph_header_near(value, GLYPH_COL_PRICE) == NULL
           && glyph_header_near(value, GLYPH_COL_TITLE) == NULL
           && glyph_header_near(value, GLYPH_COL_MODEL) == NULL;
}


static void
glyph_header_advise(const glyph_header_t *h, glyph_column_e column,
    unsigned *advised, glyph_buf_t *detail)
{
    size_t       i, tried;
    unsigned     percent;
    const char  *name;

    tried = 0;

    for (i = 0;
         i < h->n && *advised < 3 && tried < GLYPH_HEADER_TRIED;
         i++)
    {

        if (h->columns[i].used != GLYPH_COL_EXTRA || h->columns[i].unnamed) {
            continue;
        }

        tried++;
        name = glyph_header_guess(&h->columns[i].given, column, &percent);

        if (name != NULL) {
            glyph_buf_puts(detail, (*advised)++ ? " or \""
                                                : "; did you mean \"");
            glyph_buf_puts(detail, name);
            glyph_buf_puts(detail, "\" for ");
            glyph_header_quote(detail, &h->columns[i].given);
        }
    }
}


void
glyph_header_seen(const glyph_header_t *h, glyph_buf_t *detail)
{
    size_t  i, shown;

    shown = 0;
    glyph_buf_puts(detail, "; columns seen: ");

    for (i = 0; i < h->n; i++) {

        if (h->columns[i].unnamed) {
            continue;
        }

        if (shown == GLYPH_HEADER_SHOW_N) {
            glyph_buf_puts(detail, ", …");
            return;
        }

        glyph_buf_puts(detail, shown++ ? ", " : "");
        glyph_header_quote(detail, &h->columns[i].given);
    }

    if (shown == 0) {
        glyph_buf_puts(detail, "none");
    }
}


void
glyph_header_quote(glyph_buf_t *text, const glyph_str_t *name)
{
    size_t  len;

    len = glyph_utf8_cut(name->data, name->len, GLYPH_HEADER_SHOW_MAX);

    glyph_buf_putc(text, '"');
    glyph_buf_append(text, name->data, len);
    glyph_buf_puts(text, len < name->len ? "…\"" : "\"");
}
