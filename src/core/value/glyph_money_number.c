
#include "value/glyph_money.h"


/* so many digits behind the cents, the first ones all 0 or all 9 */
#define GLYPH_MONEY_REST_DIGITS  8
#define GLYPH_MONEY_REST_SAME    6


typedef struct {
    int64_t  cents;
    long     point;             /* so many digits more are whole cents */
    unsigned any:1;             /* not all digits are 0 */
    unsigned too_large:1;
    glyph_money_rest_t  rest;
} glyph_money_digits_t;


static const unsigned char *glyph_money_digits(glyph_money_digits_t *d,
    const unsigned char *p, const unsigned char *last);
static void glyph_money_digit(glyph_money_digits_t *d, unsigned digit);
static long glyph_money_exponent(const unsigned char *p,
    const unsigned char *last, long *whole);


glyph_code_e
glyph_money_number(const glyph_str_t *text, glyph_money_t *money)
{
    long                   whole, exponent;
    unsigned               negative;
    glyph_money_digits_t   d;
    const unsigned char   *p, *last;

    p = text->data;
    last = p + text->len;

    negative = p < last && *p == '-';
    p += negative;

    exponent = glyph_money_exponent(p, last, &whole);

    memset(&d, 0, sizeof(d));
    d.point = whole + exponent + 2;

    p = glyph_money_digits(&d, p, last);

    if (p < last && *p == '.') {
        (void) glyph_money_digits(&d, p + 1, last);
    }

    while (d.point > 0 && d.any && !d.too_large) {
        glyph_money_digit(&d, 0);
    }

    if (d.any && negative) {
        return GLYPH_ROW_PRICE_NEGATIVE;
    }

    if (!d.too_large && !glyph_money_rest(&d.rest, &d.cents)) {
        return GLYPH_ROW_PRICE_PRECISION;
    }

    if (d.too_large || d.cents > GLYPH_MONEY_MAX_CENTS) {
        return GLYPH_ROW_PRICE_TOO_LARGE;
    }

    if (d.cents == 0) {
        return GLYPH_ROW_PRICE_ZERO;
    }

    memset(money, 0, sizeof(*money));
    money->cents = d.cents;

    return GLYPH_CODE_OK;
}


static const unsigned char *
glyph_money_digits(glyph_money_digits_t *d, const unsigned char *p,
    const unsigned char *last)
{
    for ( /* void */ ; p < last && *p >= '0' && *p <= '9'; p++) {
        glyph_money_digit(d, *p - '0');
    }

    return p;
}


static void
glyph_money_digit(glyph_money_digits_t *d, unsigned digit)
{
    d->any |= digit != 0;

    if (d->point-- > 0) {
        d->cents = d->cents * 10 + digit;

        if (d->cents > GLYPH_MONEY_MAX_CENTS) {
            d->cents = 0;
            d->too_large = 1;
        }

        return;
    }

    glyph_money_rest_digit(&d->rest, digit);
}


void
glyph_money_rest_digit(glyph_money_rest_t *rest, unsigned digit)
{
    rest->zeros += rest->zeros == rest->n && digit == 0;
    rest->nines += rest->nines == rest->n && digit == 9;
    rest->n++;
}


int
glyph_money_rest(const glyph_money_rest_t *rest, int64_t *cents)
{
    if (rest->zeros == rest->n) {
        return 1;
    }

    /* 19.990000000000002 and 19.989999999999998 are what a sum has left */

    if (rest->n < GLYPH_MONEY_REST_DIGITS) {
        return 0;
    }

    *cents += rest->nines >= GLYPH_MONEY_REST_SAME;

    return rest->zeros >= GLYPH_MONEY_REST_SAME
           || rest->nines >= GLYPH_MONEY_REST_SAME;
}


/* And how many digits are before the point. */

static long
glyph_money_exponent(const unsigned char *p, const unsigned char *last,
    long *whole)
{
    long                  n;
    int                   negative;
    const unsigned char  *start;

    for (start = p; p < last && *p >= '0' && *p <= '9'; p++) { /* void */ }

    *whole = p - start;

    while (p < last && *p != 'e' && *p != 'E') {
        p++;
    }

    if (p == last) {
        return 0;
    }

    p++;
    negative = p < last && *p == '-';

    if (p < last && (*p == '-' || *p == '+')) {
        p++;
    }

    for (n = 0; p < last && n < 1000; p++) {
        n = n * 10 + (*p - '0');
    }

    return negative ? -n : n;
}
