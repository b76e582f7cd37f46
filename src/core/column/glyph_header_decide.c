
#include "column/glyph_header.h"


static int glyph_header_has_model(const glyph_header_t *h);
static void glyph_header_price(glyph_header_t *h, const glyph_str_t *given);
static void glyph_header_demote(glyph_header_t *h, size_t i);


glyph_code_e
glyph_header_decide(glyph_header_t *h, glyph_buf_t *detail)
{
    int     best, second;
    size_t  i, column;

    for (column = 0; column < GLYPH_COL_N; column++) {
        best = -1;
        second = -1;

        for (i = 0; i < h->n; i++) {

            if (h->columns[i].used != column) {
                continue;
            }

            if (best < 0 || h->strength[i] > h->strength[best]) {
                best = (int) i;
                second = -1;

            } else if (h->strength[i] == h->strength[best] && second < 0
                       && !(column == GLYPH_COL_TITLE && h->ntitles))
            {
                second = (int) i;
            }
        }

        /* a model says more than what may be a title, or a description */

        if (best < 0
            || (column == GLYPH_COL_TITLE
                && h->strength[best] == GLYPH_SYNONYM_VAGUE
                && glyph_header_has_model(h)))
        {
            continue;
        }

        h->second[column] = h->strength[best] > GLYPH_SYNONYM_WEAK
                            || column <= GLYPH_COL_CURRENCY ? second : -1;

        /* another one costs no file, but where the score depends on it */

        if (second >= 0 && column <= GLYPH_COL_CURRENCY) {
            glyph_buf_puts(detail, "both ");
            glyph_header_quote(detail, &h->columns[best].given);
            glyph_buf_puts(detail, " and ");
            glyph_header_quote(detail, &h->columns[second].given);
            glyph_buf_puts(detail, " mean ");
            glyph_buf_puts(detail, glyph_column_name(column));
            glyph_buf_puts(detail, "; choose one with ?map=, or rename one");
            return GLYPH_FILE_COLUMN_DUPLICATE;
        }

        h->find[column] = best;

        for (i = 0; i < h->n; i++) {

            if (h->columns[i].used == column && (int) i != best
                && !(column == GLYPH_COL_TITLE
                     && h->strength[i] == GLYPH_SYNONYM_MAPPED)
                && !glyph_header_of_price(&h->columns[i]))
            {
                glyph_header_demote(h, i);
            }
        }
    }

    for (i = 0; i < h->n && h->find[GLYPH_COL_TITLE] < 0; i++) {
        if (h->columns[i].used == GLYPH_COL_TITLE) {
            h->columns[i].used = GLYPH_COL_EXTRA;
        }
    }

    if (h->find[GLYPH_COL_PRICE] >= 0) {
        glyph_header_price(h, &h->columns[h->find[GLYPH_COL_PRICE]].given);
    }

    glyph_header_shop_currency(h);

    return GLYPH_CODE_OK;
}


int
glyph_header_of_price(const glyph_column_t *column)
{
    static const char  name[] = "price.currency";

    return column->used == GLYPH_COL_CURRENCY
           && column->given.len == sizeof(name) - 1
           && memcmp(column->given.data, name, sizeof(name) - 1) == 0;
}


static int
glyph_header_has_model(const glyph_header_t *h)
{
    size_t  i;

    for (i = 0; i < h->n; i++) {
        if (h->columns[i].used == GLYPH_COL_MODEL) {
            return 1;
        }
    }

    return 0;
}


/* What the name of the price's column says of its currency. */

static void
glyph_header_price(glyph_header_t *h, const glyph_str_t *given)
{
    char                   *word, *next;
    char                    name[GLYPH_HEADER_NAME_MAX];
    const glyph_synonym_t  *s;

    glyph_header_strip(given, name, sizeof(name), &h->currency);

    s = glyph_header_synonym(name);

    /* "Prix HT", which only a map takes, is as French as "Prix" */

    for (word = name; s == NULL && word; word = next) {
        next = strchr(word, '_');

        if (next) {
            *next++ = '\0';
        }

        s = glyph_header_synonym(word);

        if (s && s->column != GLYPH_COL_PRICE) {
            s = NULL;
        }
    }

    if (s) {
        memcpy(h->language, s->language, sizeof(h->language));
    }
}


/* Beside a title, "GPU" is the model, unless something else is. */

static void
glyph_header_demote(glyph_header_t *h, size_t i)
{
    size_t  k;

    if (h->strength[i] == GLYPH_SYNONYM_TITLE_OR_MODEL
        && h->columns[i].used == GLYPH_COL_TITLE)
    {
        for (k = 0; k < h->n; k++) {

            if (h->columns[k].used == GLYPH_COL_MODEL) {
                break;
            }
        }

        if (k == h->n) {
            h->columns[i].used = GLYPH_COL_MODEL;
            return;
        }
    }

    h->columns[i].used = GLYPH_COL_EXTRA;
}
