
#include "text/glyph_near.h"


#define GLYPH_NEAR_MAX   32
#define GLYPH_NEAR_SIZE  64


static char glyph_near_fold(unsigned char c);


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
    char    name[GLYPH_NEAR_MAX];
    size_t  i, d;

    if (n->name->len < 3 || n->name->len > GLYPH_NEAR_MAX) {
        return;
    }

    for (i = 0; i < n->name->len; i++) {
        name[i] = glyph_near_fold(n->name->data[i]);
    }

    d = glyph_near_distance(name, i, known, strlen(known), n->best);

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


size_t
glyph_near_distance(const char *a, size_t alen, const char *b, size_t blen,
    size_t max)
{
    size_t  i, j, d, least, *prev, *cur, *old, *spare;
    size_t  rows[3][GLYPH_NEAR_SIZE];

    if (alen > blen + max || blen > alen + max || alen >= GLYPH_NEAR_SIZE
        || blen >= GLYPH_NEAR_SIZE)
    {
        return max + 1;
    }

    while (alen && blen && a[alen - 1] == b[blen - 1]) {
        alen--;
        blen--;
    }

    while (alen && blen && *a == *b) {
        a++;
        b++;
        alen--;
        blen--;
    }

    old = rows[0];
    prev = rows[1];
    cur = rows[2];

    for (j = 0; j <= blen; j++) {
        prev[j] = j;
        old[j] = j;
    }

    for (i = 1; i <= alen; i++) {
        cur[0] = i;
        least = i;

        /* farther from the diagonal there are more than max */

        for (j = 1; j <= blen; j++) {

            if (j + max < i || i + max < j) {
                cur[j] = max + 1;
                continue;
            }

            d = prev[j - 1] + (a[i - 1] != b[j - 1]);

            if (prev[j] + 1 < d) {
                d = prev[j] + 1;
            }

            if (cur[j - 1] + 1 < d) {
                d = cur[j - 1] + 1;
            }

            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
                && old[j - 2] + 1 < d)
            {
                d = old[j - 2] + 1;
            }

            cur[j] = d;
            least = d < least ? d : least;
        }

        /* a swap looks back by two rows, but it costs one */

        if (least > max) {
            return max + 1;
        }

        spare = old;
        old = prev;
        prev = cur;
        cur = spare;
    }

    return prev[blen] > max ? max + 1 : prev[blen];
}


/* Names are of small letters, and words are joined by "_". */

static char
glyph_near_fold(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (char) (c - 'A' + 'a');
    }

    return (c == '-') ? '_' : (char) c;
}
