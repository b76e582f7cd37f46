#include "glyph_values.h"
#include "glyph_utf8.h"


#define GLYPH_QUANTITY_MAX       1000000000
#define GLYPH_QUANTITY_TEXT_MAX  96


typedef struct {
    const char            *word;
    glyph_availability_e   availability;
} glyph_availability_word_t;


static void glyph_quantity_words(const unsigned char *text, size_t len,
    glyph_availability_e *availability);
static int glyph_quantity_number(const unsigned char *text, size_t len,
    int64_t *quantity);
static const unsigned char *glyph_quantity_digits(const unsigned char *p,
    const unsigned char *last, int64_t *quantity);


/*
 * Looked for anywhere between word borders, the first that is found decides:
 * so what denies comes before what it denies.
 */

static const glyph_availability_word_t  glyph_availability_words[] = {
    { "unavailable", GLYPH_UNAVAILABLE },
    { "not available", GLYPH_UNAVAILABLE },
    { "no longer available", GLYPH_UNAVAILABLE },
    { "not in stock", GLYPH_UNAVAILABLE },
    { "out of stock", GLYPH_UNAVAILABLE },
    { "no stock", GLYPH_UNAVAILABLE },
    { "outofstock", GLYPH_UNAVAILABLE },
    { "sold out", GLYPH_UNAVAILABLE },
    { "soldout", GLYPH_UNAVAILABLE },
    { "sold", GLYPH_UNAVAILABLE },
    { "discontinued", GLYPH_UNAVAILABLE },
    { "backorder", GLYPH_UNAVAILABLE },
    { "back order", GLYPH_UNAVAILABLE },
    { "preorder", GLYPH_UNAVAILABLE },
    { "pre order", GLYPH_UNAVAILABLE },
    { "nicht verfugbar", GLYPH_UNAVAILABLE },
    { "nicht lieferbar", GLYPH_UNAVAILABLE },
    { "nicht auf lager", GLYPH_UNAVAILABLE },
    { "ausverkauft", GLYPH_UNAVAILABLE },
    { "verkauft", GLYPH_UNAVAILABLE },
    { "indisponible", GLYPH_UNAVAILABLE },
    { "epuise", GLYPH_UNAVAILABLE },
    { "rupture de stock", GLYPH_UNAVAILABLE },
    { "en rupture", GLYPH_UNAVAILABLE },
    { "agotado", GLYPH_UNAVAILABLE },
    { "no disponible", GLYPH_UNAVAILABLE },
    { "sin stock", GLYPH_UNAVAILABLE },
    { "esaurito", GLYPH_UNAVAILABLE },
    { "non disponibile", GLYPH_UNAVAILABLE },
    { "niedostepny", GLYPH_UNAVAILABLE },
    { "brak", GLYPH_UNAVAILABLE },
    { "uitverkocht", GLYPH_UNAVAILABLE },
    { "niet op voorraad", GLYPH_UNAVAILABLE },
    { "esgotado", GLYPH_UNAVAILABLE },
    { "indisponivel", GLYPH_UNAVAILABLE },
    { "available", GLYPH_AVAILABLE },
    { "in stock", GLYPH_AVAILABLE },
    { "instock", GLYPH_AVAILABLE },
    { "on hand", GLYPH_AVAILABLE },
    { "verfugbar", GLYPH_AVAILABLE },
    { "lieferbar", GLYPH_AVAILABLE },
    { "auf lager", GLYPH_AVAILABLE },
    { "vorratig", GLYPH_AVAILABLE },
    { "disponible", GLYPH_AVAILABLE },
    { "en stock", GLYPH_AVAILABLE },
    { "disponibile", GLYPH_AVAILABLE },
    { "dostepny", GLYPH_AVAILABLE },
    { "op voorraad", GLYPH_AVAILABLE },
    { "disponivel", GLYPH_AVAILABLE },
    { "em estoque", GLYPH_AVAILABLE },
};


glyph_code_e
glyph_quantity_parse(const glyph_str_t *text, int64_t *quantity,
    glyph_availability_e *availability)
{
    size_t         i, len;
    glyph_str_t    t;
    unsigned char  buf[GLYPH_QUANTITY_TEXT_MAX];

    *quantity = GLYPH_QUANTITY_NONE;
    *availability = GLYPH_AVAILABILITY_UNKNOWN;

    t = *text;
    glyph_utf8_trim(&t);

    if (t.len == 0) {
        return GLYPH_CODE_OK;
    }

    len = glyph_utf8_fold(&t, buf, sizeof(buf));

    if (!glyph_quantity_number(buf, len, quantity)) {
        return GLYPH_ROW_QUANTITY_INVALID;
    }

    for (i = 0; i < len; i++) {

        if (buf[i] == '-' || buf[i] == '_') {
            buf[i] = ' ';
        }
    }

    glyph_quantity_words(buf, len, availability);

    if (*quantity == 0) {
        *availability = GLYPH_UNAVAILABLE;

    } else if (*quantity > 0
               && *availability == GLYPH_AVAILABILITY_UNKNOWN)
    {
        *availability = GLYPH_AVAILABLE;
    }

    return GLYPH_CODE_OK;
}


/*
 * The number of a text with exactly one: "10+", "x4", "in stock (3)", "5 pcs".
 * Returns 0 if the text is a number that is no quantity; words with several
 * numbers, or with one glued to letters, say nothing.
 */

static int
glyph_quantity_number(const unsigned char *text, size_t len,
    int64_t *quantity)
{
    int                   words, negative;
    int64_t               n;
    const unsigned char  *p, *last, *start;

    p = text;
    last = text + len;
    words = 0;
    negative = 0;
    start = NULL;
    n = 0;

    while (p < last) {

        if (*p >= '0' && *p <= '9') {

            if (start != NULL) {
                *quantity = GLYPH_QUANTITY_NONE;
                return words;
            }

            start = p;
            negative = p == text + 1 && *text == '-';
            p = glyph_quantity_digits(p, last, &n);

            if (p == NULL) {
                return words;
            }

            continue;
        }

        if ((*p >= 'a' && *p <= 'z') || *p >= 0x80) {
            words |= !(*p == 'x' && (p == text || start != NULL));
        }

        p++;
    }

    if (start == NULL) {
        return 1;
    }

    if (negative || n > GLYPH_QUANTITY_MAX) {
        return words && !negative;
    }

    *quantity = n;

    return 1;
}


/*
 * A whole number, with thousands in groups of three ("1,000") or without, and
 * with zeros for a fraction, as spreadsheets write ("4.0").  NULL if it is
 * none.
 */

static const unsigned char *
glyph_quantity_digits(const unsigned char *p, const unsigned char *last,
    int64_t *quantity)
{
    size_t                n, zeros;
    int64_t               q;
    unsigned char         mark;
    const unsigned char  *d;

    q = 0;
    mark = 0;

    for ( ;; ) {

        while (p < last && *p >= '0' && *p <= '9') {
            q = q > GLYPH_QUANTITY_MAX ? q : q * 10 + (*p - '0');
            p++;
        }

        if (p == last || (*p != ',' && *p != '.' && *p != '\'' && *p != ' ')) {
            break;
        }

        zeros = 0;

        for (d = p + 1; d < last && *d >= '0' && *d <= '9'; d++) {
            zeros += *d == '0';
        }

        n = d - p - 1;

        if (n == 0) {
            break;
        }

        if (n == 3 && (mark == 0 || mark == *p)) {
            mark = *p++;
            continue;
        }

        if (*p == ' ') {
            break;          /* another number */
        }

        if (n != zeros || *p == '\'') {
            return NULL;
        }

        p = d;
        break;
    }

    *quantity = q;

    return p;
}


static void
glyph_quantity_words(const unsigned char *text, size_t len,
    glyph_availability_e *availability)
{
    size_t                            i, j, n, word;
    const glyph_availability_word_t  *w;

    n = sizeof(glyph_availability_words)
        / sizeof(glyph_availability_words[0]);

    for (i = 0; i < n; i++) {
        w = &glyph_availability_words[i];
        word = strlen(w->word);

        for (j = 0; j + word <= len; j++) {

            if (memcmp(text + j, w->word, word) == 0
                && (j == 0 || text[j - 1] < 'a' || text[j - 1] > 'z')
                && (j + word == len || text[j + word] < 'a'
                    || text[j + word] > 'z'))
            {
                *availability = w->availability;
                return;
            }
        }
    }
}


const char *
glyph_availability_name(glyph_availability_e availability)
{
    switch (availability) {

    case GLYPH_AVAILABLE:
        return "available";

    case GLYPH_UNAVAILABLE:
        return "unavailable";

    default:
        return NULL;
    }
}
