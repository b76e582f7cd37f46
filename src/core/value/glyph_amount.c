#include "value/glyph_amount.h"
#include "text/glyph_utf8.h"


static unsigned char glyph_amount_mark(const unsigned char **p,
    const unsigned char *last);
static int glyph_amount_space_groups(const glyph_amount_t *a,
    const unsigned char *p, const unsigned char *last);
static int glyph_amount_is_grouped(const glyph_amount_t *a, size_t n);
static int glyph_amount_fraction(const glyph_amount_t *a,
    glyph_decimal_e habit, glyph_money_t *money);
static glyph_code_e glyph_amount_set(const glyph_amount_t *a,
    size_t fraction, glyph_money_t *money);


void
glyph_amount_read(glyph_amount_t *a, const unsigned char **pos,
    const unsigned char *last)
{
    int                   d;
    unsigned char         mark;
    const unsigned char  *p;

    memset(a, 0, sizeof(*a));

    if (**pos == '.' || **pos == ',') {
        a->ngroups = 1;
        a->mark[1] = *(*pos)++;
    }

    for ( ;; ) {

        for (p = *pos; p < last; *pos = p) {
            d = glyph_amount_digit(&p, last);

            if (d < 0) {
                break;
            }

            if (a->ndigits < GLYPH_AMOUNT_DIGITS) {
                a->digit[a->ndigits] = (unsigned char) d;
            }

            a->ndigits++;

            if (a->len[a->ngroups] < 255) {
                a->len[a->ngroups]++;
            }
        }

        a->ngroups++;
        p = *pos;
        mark = glyph_amount_mark(&p, last);

        if (mark == 0
            || (mark == ' ' && !glyph_amount_space_groups(a, p, last)))
        {
            break;
        }

        *pos = p;

        if (a->ngroups == GLYPH_AMOUNT_GROUPS) {
            a->bad = 1;
            a->ngroups--;
        }

        a->mark[a->ngroups] = mark;
    }

    /* "1299,-", "1.299,--", "1299.-": no fraction */

    p = *pos;

    if (last - p >= 2 && (*p == ',' || *p == '.') && p[1] == '-') {
        *pos = p + ((last - p >= 3 && p[2] == '-') ? 3 : 2);

        if (a->ngroups > 1 && a->mark[a->ngroups - 1] == *p) {
            a->bad = 1;
        }

        if (a->ngroups < GLYPH_AMOUNT_GROUPS) {
            a->mark[a->ngroups++] = *p;

        } else {
            a->bad = 1;
        }
    }

    p = *pos;

    if (p < last && *p == ' ') {
        p++;
    }

    if (p < last && *p == 'k'
        && (p + 1 == last || p[1] < 'a' || p[1] > 'z'))
    {
        a->thousands = 1;
        *pos = p + 1;
    }
}


int
glyph_amount_digit(const unsigned char **p, const unsigned char *last)
{
    size_t                i;
    uint32_t              cp;
    const unsigned char  *q;

    static const uint32_t  zeros[] = {
        0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6,
        0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0
    };

    if (**p < 0x80) {

        if (**p < '0' || **p > '9') {
            return -1;
        }

        return *(*p)++ - '0';
    }

    q = *p;
    cp = glyph_utf8_decode(&q, last);

    for (i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++) {

        if (cp >= zeros[i] && cp <= zeros[i] + 9) {
            *p = q;
            return (int) (cp - zeros[i]);
        }
    }

    return -1;
}


/* The mark between two digits, 0 if there is none. */

static unsigned char
glyph_amount_mark(const unsigned char **p, const unsigned char *last)
{
    unsigned char         mark;
    const unsigned char  *q, *digit;

    q = *p;

    if (q == last) {
        return 0;
    }

    switch (glyph_utf8_decode(&q, last)) {

    case '.':
    case 0x66b:         /* Arabic decimal separator */
        mark = '.';
        break;

    case ',':
    case 0x60c:         /* Arabic comma */
    case 0x66c:         /* Arabic thousands separator */
        mark = ',';
        break;

    case ' ':
        mark = ' ';
        break;

    case '\'':
    case '`':
    case 0xb4:
    case 0x2018:
    case 0x2019:
        mark = '\'';
        break;

    default:
        return 0;
    }

    digit = q;

    if (q == last || glyph_amount_digit(&digit, last) < 0) {
        return 0;
    }

    *p = q;

    return mark;
}


/* Whether a space before p goes on with a number: "1 299", not "1299 999". */

static int
glyph_amount_space_groups(const glyph_amount_t *a, const unsigned char *p,
    const unsigned char *last)
{
    size_t  i, n;

    if (a->len[0] > 3 || a->digit[0] == 0) {
        return 0;
    }

    for (i = 1; i < a->ngroups; i++) {

        if (a->mark[i] != ' ') {
            return 0;
        }
    }

    for (n = 0; p < last && glyph_amount_digit(&p, last) >= 0; n++) {
        /* void */
    }

    return n == 3;
}


glyph_code_e
glyph_amount_cents(const glyph_amount_t *a, glyph_decimal_e habit,
    glyph_money_t *money)
{
    int            fraction;
    size_t         last;
    unsigned char  mark;

    last = a->ngroups - 1;

    if (a->bad) {
        return GLYPH_ROW_PRICE_INVALID;
    }

    if (last == 0) {
        return glyph_amount_set(a, 0, money);
    }

    mark = a->mark[last];

    /* a fraction follows another mark than the thousands do */

    if (last > 1 && mark != a->mark[last - 1]) {

        if ((mark != '.' && mark != ',') || !glyph_amount_is_grouped(a, last)) {
            return GLYPH_ROW_PRICE_INVALID;
        }

        return glyph_amount_set(a, a->len[last], money);
    }

    if (last == 1 && (mark == '.' || mark == ',')) {
        fraction = glyph_amount_fraction(a, habit, money);

        if (fraction < 0) {
            return GLYPH_ROW_PRICE_INVALID;
        }

        return glyph_amount_set(a, fraction, money);
    }

    if (!glyph_amount_is_grouped(a, a->ngroups)) {
        return GLYPH_ROW_PRICE_INVALID;
    }

    /* "450 500" without a currency, or in dollars, may be two prices */

    if (last == 1 && mark == ' ' && habit != GLYPH_DECIMAL_COMMA
        && (money->sign == GLYPH_SIGN_DOLLAR
            || (money->sign == GLYPH_SIGN_NONE
                && money->currency[0] == '\0')))
    {
        money->ambiguous = 1;
        money->mark = mark;
    }

    return glyph_amount_set(a, 0, money);
}


/* Whether the first n groups are 1,234,567, or the Indian 12,34,567. */

static int
glyph_amount_is_grouped(const glyph_amount_t *a, size_t n)
{
    size_t  i, middle;

    if (a->len[0] == 0 || a->len[0] > 3 || a->digit[0] == 0
        || a->len[n - 1] != 3)
    {
        return 0;
    }

    middle = a->len[1];

    if (middle != 3
        && (middle != 2 || a->len[0] > 2 || a->mark[1] != ','))
    {
        return 0;
    }

    for (i = 2; i < n; i++) {

        if (a->mark[i] != a->mark[1]
            || (i < n - 1 && a->len[i] != middle))
        {
            return 0;
        }
    }

    return 1;
}


/*
 * The fraction digits of an amount with one mark.  "12.5" can be nothing else
 * than a fraction, nor can "0.999".  "1.299" is one where the column's habit
 * says so and the currency does not deny it; no currency alone makes it one,
 * as nobody asks 1.299 euros, unless it has three digits of its own.  -1 if
 * it is neither.
 */

static int
glyph_amount_fraction(const glyph_amount_t *a, glyph_decimal_e habit,
    glyph_money_t *money)
{
    int              digits;
    glyph_decimal_e  mark, usual;

    mark = a->mark[1] == '.' ? GLYPH_DECIMAL_POINT : GLYPH_DECIMAL_COMMA;
    usual = glyph_currency_habit(money->currency);
    digits = glyph_currency_digits(money->currency);

    if (a->len[1] < 3) {
        return a->len[1];
    }

    if (a->len[1] > 3 || a->len[0] > 3 || a->len[0] == 0
        || a->digit[0] == 0)
    {
        /* with a comma "1234,567" is as likely a slip of the finger */

        if (mark == GLYPH_DECIMAL_COMMA && habit != mark && usual != mark
            && a->len[0] != 0 && a->digit[0] != 0)
        {
            return -1;
        }

        return a->len[1];
    }

    if (a->thousands) {
        return habit == mark ? 3 : -1;
    }

    if (digits == 0) {
        return 0;
    }

    if (habit == mark && (usual == GLYPH_DECIMAL_UNKNOWN || usual == mark)) {
        return 3;
    }

    if (digits == 3 && habit == GLYPH_DECIMAL_UNKNOWN && usual == mark) {
        return 3;
    }

    if (habit != GLYPH_DECIMAL_UNKNOWN ? habit != mark
                                       : (usual != GLYPH_DECIMAL_UNKNOWN
                                          && usual != mark))
    {
        return 0;
    }

    money->ambiguous = 1;
    money->mark = a->mark[1];

    return 0;
}


/* Sets the cents; the last "fraction" digits are the fraction. */

static glyph_code_e
glyph_amount_set(const glyph_amount_t *a, size_t fraction,
    glyph_money_t *money)
{
    size_t              i, n, whole, scale;
    int64_t             cents;
    glyph_money_rest_t  rest;

    whole = a->ndigits - fraction;
    scale = a->thousands ? 5 : 2;
    n = a->ndigits < GLYPH_AMOUNT_DIGITS ? a->ndigits : GLYPH_AMOUNT_DIGITS;
    cents = 0;

    for (i = 0; i < whole + scale; i++) {
        cents *= 10;

        if (i < n) {
            cents += a->digit[i];
        }

        if (cents > GLYPH_MONEY_MAX_CENTS) {
            return GLYPH_ROW_PRICE_TOO_LARGE;
        }
    }

    memset(&rest, 0, sizeof(rest));

    /* what there is no room for is not looked at */

    for (i = whole + scale; i < n; i++) {
        glyph_money_rest_digit(&rest, a->digit[i]);
    }

    if (n < a->ndigits || !glyph_money_rest(&rest, &cents)) {
        return GLYPH_ROW_PRICE_PRECISION;
    }

    if (cents > GLYPH_MONEY_MAX_CENTS) {
        return GLYPH_ROW_PRICE_TOO_LARGE;
    }

    if (cents == 0) {
        return GLYPH_ROW_PRICE_ZERO;
    }

    money->cents = cents;

    return GLYPH_CODE_OK;
}
