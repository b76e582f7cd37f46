
#include "glyph_near.h"


#define GLYPH_NEAR_MAX  32


static size_t glyph_near_distance(const glyph_str_t *name, const char *to);
static unsigned char glyph_near_fold(unsigned char c);


void
glyph_near_init(glyph_near_t *n, const glyph_str_t *name)
{
    memset(n, 0, sizeof(glyph_near_t));

    n->name = name;
    n->best = name->len < 5 ? 2 : 3;
}


void
glyph_near_try(glyph_near_t *n, const char *known)
{
    size_t  d;

    if (n->name->len < 3 || n->name->len > GLYPH_NEAR_MAX) {
        return;
    }

    d = glyph_near_distance(n->name, known);

    if (d < n->best) {
        n->best = d;
        n->near = known;
    }

    if (n->begins == NULL && strlen(known) > n->name->len
        && memcmp(known, n->name->data, n->name->len) == 0)
    {
        n->begins = known;
    }
}


const char *
glyph_near_found(const glyph_near_t *n)
{
    if (n->near) {
        return (strlen(n->near) == n->name->len
                && memcmp(n->near, n->name->data, n->name->len) == 0)
               ? NULL : n->near;
    }

    return n->begins;
}


/* How many letters must be added, left out or changed. */

static size_t
glyph_near_distance(const glyph_str_t *name, const char *to)
{
    size_t         i, j, d, corner, len, row[GLYPH_NEAR_MAX + 1];
    unsigned char  c;

    len = strlen(to);

    if (len > GLYPH_NEAR_MAX) {
        return len;
    }

    for (j = 0; j <= len; j++) {
        row[j] = j;
    }

    for (i = 1; i <= name->len; i++) {
        c = glyph_near_fold(name->data[i - 1]);
        corner = row[0];
        row[0] = i;

        for (j = 1; j <= len; j++) {
            d = corner + (c != (unsigned char) to[j - 1]);
            corner = row[j];

            if (row[j] + 1 < d) {
                d = row[j] + 1;
            }

            if (row[j - 1] + 1 < d) {
                d = row[j - 1] + 1;
            }

            row[j] = d;
        }
    }

    return row[len];
}


/* Names are of small letters, and words are joined by "_". */

static unsigned char
glyph_near_fold(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (unsigned char) (c - 'A' + 'a');
    }

    return (c == '-') ? '_' : c;
}
