
#include "column/glyph_header.h"


int
glyph_header_distinguish(glyph_header_t *h)
{
    size_t  i;

    for (i = 0; i < h->n; i++) {

        if (glyph_header_distinguish_one(h, i) != GLYPH_OK) {
            return GLYPH_ERROR;
        }
    }

    return GLYPH_OK;
}


int
glyph_header_distinguish_one(glyph_header_t *h, size_t i)
{
    char             suffix[GLYPH_HEADER_SUFFIX];
    size_t           k, n, len, slot, times;
    int64_t          j;
    glyph_texts_t    texts;
    glyph_column_t  *c;

    c = &h->columns[i];

    if (c->used != GLYPH_COL_EXTRA) {
        return GLYPH_OK;
    }

    texts.first = h->columns;
    texts.stride = sizeof(glyph_column_t);

    if (glyph_keys_room(&h->extra, &texts, i + 1) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    len = c->given.len;
    k = i;

    for ( ;; ) {
        j = glyph_keys_find(&h->extra, &texts, &c->given, &slot);

        /* what is used for something else by now has left its name */

        if (j < 0 || h->columns[j].used != GLYPH_COL_EXTRA) {
            glyph_keys_put(&h->extra, slot, i);
            return GLYPH_OK;
        }

        /* the first one with the name counts, so each is tried once */

        k = (k == i) ? (size_t) j : k;
        times = ++h->times[k];

        for (n = sizeof(suffix); times; times /= 10) {
            suffix[--n] = (char) ('0' + times % 10);
        }

        suffix[--n] = '_';

        c->given.len = len + sizeof(suffix) - n;
        memcpy(c->given.data + len, suffix + n, sizeof(suffix) - n);
    }
}
