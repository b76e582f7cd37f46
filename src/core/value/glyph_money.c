/*
 * A price is read in three steps: the folded text is split into amounts,
 * currencies, words and signs (glyph_money_scan); what they amount to together
 * is judged, so that nothing is taken for a price that is not just one
 * (glyph_money_judge); the digit groups of the one amount are read
 * (glyph_amount_cents).
 *
 * Words must be known: "450 per month" and "RTX 3080 500" hold a number, yet
 * no price.  Two amounts are one price only where a word says which: "was $500
 * now $400", "$450 + $9.99 shipping".
 */

#include "value/glyph_money_scan.h"
#include "text/glyph_utf8.h"


#define GLYPH_MONEY_TEXT_MAX  256

#define GLYPH_MONEY_EXPONENT_MAX  2

/* the digits of so many bytes are an int64_t */
#define GLYPH_MONEY_PLAIN_MAX  16


static glyph_code_e glyph_money_plain(const glyph_str_t *text,
    glyph_money_t *money);
static size_t glyph_money_prefix(const glyph_str_t *text, char currency[4],
    glyph_sign_e *sign);
static int glyph_money_begin(glyph_money_scan_t *s, unsigned char *buf,
    const glyph_str_t *text);
static void glyph_money_unquote(glyph_str_t *text);
static glyph_code_e glyph_money_judge(glyph_money_scan_t *s,
    glyph_money_t *money, const glyph_money_amount_t **asked);
static const glyph_money_amount_t *glyph_money_asked(
    glyph_money_scan_t *s, glyph_code_e *code);
static glyph_code_e glyph_money_beside(const glyph_money_scan_t *s,
    glyph_decimal_e habit, const glyph_money_amount_t *asked,
    const glyph_money_t *money);
static int glyph_money_scientific(const glyph_str_t *text);


glyph_code_e
glyph_money_parse(const glyph_str_t *text, glyph_decimal_e habit,
    glyph_money_t *money)
{
    glyph_code_e                 code, amount;
    glyph_money_t                m;
    unsigned char                buf[GLYPH_MONEY_TEXT_MAX];
    glyph_money_scan_t           s;
    const glyph_money_amount_t  *asked;

    if (glyph_money_plain(text, money) == GLYPH_CODE_OK) {
        return GLYPH_CODE_OK;
    }

    if (glyph_money_scientific(text)) {
        code = glyph_money_number(text, money);

        if (code == GLYPH_CODE_OK) {
            money->exponent = 1;
        }

        return code;
    }

    if (!glyph_money_begin(&s, buf, text)) {
        return GLYPH_ROW_PRICE_INVALID;
    }

    if (s.p == s.last) {
        return GLYPH_ROW_PRICE_MISSING;
    }

    memset(&m, 0, sizeof(m));

    glyph_money_scan(&s);

    code = glyph_money_judge(&s, &m, &asked);

    if (code == GLYPH_ROW_PRICE_INVALID || asked == NULL) {
        return code;
    }

    amount = glyph_amount_cents(&asked->amount, habit, &m);

    if (amount == GLYPH_ROW_PRICE_INVALID || amount == GLYPH_ROW_PRICE_ZERO) {
        return amount;
    }

    if (code == GLYPH_CODE_OK) {
        code = amount;
    }

    if (code == GLYPH_CODE_OK && s.amounts > 1) {
        code = glyph_money_beside(&s, habit, asked, &m);
    }

    if (code == GLYPH_CODE_OK) {
        *money = m;
    }

    return code;
}


/* Most files write nothing but "595.99", "$595.99" or "USD 595.99". */

static glyph_code_e
glyph_money_plain(const glyph_str_t *text, glyph_money_t *money)
{
    char                  currency[4];
    size_t                fraction;
    int64_t               n;
    glyph_sign_e          sign;
    const unsigned char  *p, *last, *first;

    if (text->len == 0 || text->len > GLYPH_MONEY_PLAIN_MAX) {
        return GLYPH_ROW_PRICE_INVALID;
    }

    p = text->data + glyph_money_prefix(text, currency, &sign);
    last = text->data + text->len;
    first = p;
    n = 0;

    while (p < last && *p >= '0' && *p <= '9') {
        n = n * 10 + (*p++ - '0');
    }

    fraction = 0;

    if (p > first && last - p >= 2 && last - p <= 3 && *p == '.') {
        p++;

        while (p < last && *p >= '0' && *p <= '9') {
            n = n * 10 + (*p++ - '0');
            fraction++;
        }
    }

    if (p != last) {
        return GLYPH_ROW_PRICE_INVALID;
    }

    while (fraction++ < 2) {
        n *= 10;
    }

    if (n == 0 || n > GLYPH_MONEY_MAX_CENTS) {
        return GLYPH_ROW_PRICE_INVALID;
    }

    memset(money, 0, sizeof(*money));
    money->cents = n;
    memcpy(money->currency, currency, sizeof(money->currency));
    money->sign = sign;

    return GLYPH_CODE_OK;
}


/* The length of "$" or "USD " (any word of three letters) in front. */

static size_t
glyph_money_prefix(const glyph_str_t *text, char currency[4],
    glyph_sign_e *sign)
{
    size_t                i;
    unsigned char         word[3];
    const unsigned char  *p;

    p = text->data;

    memset(currency, 0, 4);
    *sign = GLYPH_SIGN_NONE;

    if (*p == '$') {
        memcpy(currency, "USD", sizeof("USD"));
        *sign = GLYPH_SIGN_DOLLAR;
        return 1;
    }

    if (text->len <= sizeof(word) || p[sizeof(word)] != ' ') {
        return 0;
    }

    for (i = 0; i < sizeof(word); i++) {
        word[i] = p[i] | 0x20;

        if (word[i] < 'a' || word[i] > 'z') {
            return 0;
        }
    }

    return glyph_currency_find(word, sizeof(word), currency, sign)
           ? sizeof(word) + 1 : 0;
}


/*
 * "7E+02", "1.2999E+03": what spreadsheets make of numbers in narrow columns,
 * and what may have lost digits so.
 */

static int
glyph_money_scientific(const glyph_str_t *text)
{
    const unsigned char  *p, *last, *start;

    p = text->data;
    last = p + text->len;

    for (start = p; p < last && *p >= '0' && *p <= '9'; p++) { /* void */ }

    if (p == start) {
        return 0;
    }

    if (last - p > 1 && *p == '.') {
        for (start = ++p; p < last && *p >= '0' && *p <= '9'; p++) {
            /* void */
        }

        if (p == start) {
            return 0;
        }
    }

    if (last - p < 2 || (*p != 'e' && *p != 'E')) {
        return 0;
    }

    p++;

    if (*p == '+' || *p == '-') {
        p++;
    }

    for (start = p; p < last && *p >= '0' && *p <= '9'; p++) { /* void */ }

    return p == last && p > start && p - start <= GLYPH_MONEY_EXPONENT_MAX;
}


/* Returns 0 if the text is too long to be a price. */

static int
glyph_money_begin(glyph_money_scan_t *s, unsigned char *buf,
    const glyph_str_t *text)
{
    glyph_str_t  t;

    t = *text;
    glyph_utf8_trim(&t);
    glyph_money_unquote(&t);

    memset(s, 0, sizeof(*s));

    if (t.len > GLYPH_MONEY_TEXT_MAX / 3) {
        return 0;       /* folding may take 3 bytes for one that is invalid */
    }

    s->p = buf;
    s->start = buf;
    s->last = buf + glyph_utf8_fold(&t, buf, GLYPH_MONEY_TEXT_MAX);

    return 1;
}


/* Spreadsheets keep a number as text in these ways: ="1299", '1299. */

static void
glyph_money_unquote(glyph_str_t *text)
{
    if (text->len > 1 && text->data[0] == '\'') {
        text->data++;
        text->len--;
    }

    if (text->len > 1 && text->data[0] == '=') {
        text->data++;
        text->len--;
    }

    if (text->len > 2 && text->data[0] == '"'
        && text->data[text->len - 1] == '"')
    {
        text->data++;
        text->len -= 2;
    }
}


/* *asked is the amount that is the price, NULL if there is not just one. */

static glyph_code_e
glyph_money_judge(glyph_money_scan_t *s, glyph_money_t *money,
    const glyph_money_amount_t **asked)
{
    glyph_code_e  code;
    glyph_sign_e  sign;

    *asked = NULL;

    if (s->bad || s->amounts == 0) {
        return GLYPH_ROW_PRICE_INVALID;
    }

    *asked = glyph_money_asked(s, &code);

    if (*asked == NULL) {
        return code;
    }

    if (!glyph_currency_settle(&s->currency, money->currency, &sign)
        || (s->count && money->currency[0] == '\0'
            && sign == GLYPH_SIGN_NONE))
    {
        return GLYPH_ROW_PRICE_INVALID;
    }

    money->sign = sign;

    if (s->limit) {
        return GLYPH_ROW_PRICE_LIMIT;
    }

    return s->negative || ((*asked)->inside && s->amounts == 1)
           ? GLYPH_ROW_PRICE_NEGATIVE : GLYPH_CODE_OK;
}


/* The one amount that no word makes another thing; else why there is none. */

static const glyph_money_amount_t *
glyph_money_asked(glyph_money_scan_t *s, glyph_code_e *code)
{
    size_t                       i, n;
    unsigned                     old;
    glyph_money_amount_t        *a;
    const glyph_money_amount_t  *asked;

    *code = GLYPH_CODE_OK;

    if (s->amounts > GLYPH_MONEY_AMOUNTS) {
        *code = s->range ? GLYPH_ROW_PRICE_RANGE : GLYPH_ROW_PRICE_SEVERAL;
        return NULL;
    }

    n = 0;
    old = 0;
    asked = NULL;

    for (i = 0; i < s->amounts; i++) {
        a = &s->amount[i];

        if (a->named && !a->priced) {
            a->role = GLYPH_AMOUNT_NOTHING;
        }

        old |= a->role == GLYPH_AMOUNT_OLD || a->role == GLYPH_AMOUNT_SAVED;

        if (a->role == GLYPH_AMOUNT_ASKED) {
            asked = a;
            n++;
        }
    }

    if (n == 1) {
        return asked;
    }

    *code = n ? (s->range ? GLYPH_ROW_PRICE_RANGE : GLYPH_ROW_PRICE_SEVERAL)
              : old ? GLYPH_ROW_PRICE_LIMIT : GLYPH_ROW_PRICE_INVALID;

    return NULL;
}


/*
 * What was asked before is more than what is asked now, sending costs less,
 * and what is spared is told after it: where it is not so, a word was
 * understood the wrong way.
 */

static glyph_code_e
glyph_money_beside(const glyph_money_scan_t *s, glyph_decimal_e habit,
    const glyph_money_amount_t *asked, const glyph_money_t *money)
{
    size_t                       i;
    glyph_money_t                m;
    const glyph_money_amount_t  *a;

    for (i = 0; i < s->amounts; i++) {
        a = &s->amount[i];

        if (a == asked || a->role == GLYPH_AMOUNT_NOTHING) {
            continue;
        }

        m = *money;
        m.cents = 0;

        switch (glyph_amount_cents(&a->amount, habit, &m)) {

        case GLYPH_CODE_OK:
        case GLYPH_ROW_PRICE_ZERO:
            break;

        default:
            return GLYPH_ROW_PRICE_INVALID;
        }

        if (a->role == GLYPH_AMOUNT_OLD ? m.cents <= money->cents
            : a->role == GLYPH_AMOUNT_SHIPPING ? m.cents >= money->cents
            : a < asked)
        {
            return GLYPH_ROW_PRICE_SEVERAL;
        }
    }

    return GLYPH_CODE_OK;
}


glyph_decimal_e
glyph_money_habit(const glyph_str_t *text)
{
    size_t                       last;
    unsigned char                mark, buf[GLYPH_MONEY_TEXT_MAX];
    glyph_code_e                 code;
    glyph_money_t                money;
    glyph_money_scan_t           s;
    const glyph_amount_t        *a;
    const glyph_money_amount_t  *asked;

    if (!glyph_money_begin(&s, buf, text) || s.p == s.last) {
        return GLYPH_DECIMAL_UNKNOWN;
    }

    memset(&money, 0, sizeof(money));

    glyph_money_scan(&s);

    if (glyph_money_judge(&s, &money, &asked) != GLYPH_CODE_OK) {
        return GLYPH_DECIMAL_UNKNOWN;
    }

    money.currency[0] = '\0';
    a = &asked->amount;

    code = glyph_amount_cents(a, GLYPH_DECIMAL_UNKNOWN, &money);

    if ((code != GLYPH_CODE_OK && code != GLYPH_ROW_PRICE_PRECISION)
        || a->ngroups < 2 || money.ambiguous)
    {
        return GLYPH_DECIMAL_UNKNOWN;
    }

    last = a->ngroups - 1;
    mark = a->mark[last];

    if (mark != '.' && mark != ',') {
        return GLYPH_DECIMAL_UNKNOWN;
    }

    /* "1.299.000": the mark of the thousands is not that of the fraction */

    if (last > 1 && mark == a->mark[last - 1]) {
        return mark == '.' ? GLYPH_DECIMAL_COMMA : GLYPH_DECIMAL_POINT;
    }

    return mark == '.' ? GLYPH_DECIMAL_POINT : GLYPH_DECIMAL_COMMA;
}


glyph_code_e
glyph_money_settle(glyph_money_t *money, const char *code)
{
    glyph_decimal_e  usual;

    if (money->sign != GLYPH_SIGN_NONE
        ? !glyph_currency_shares(money->sign, code)
        : (money->currency[0] != '\0'
           && memcmp(money->currency, code, 4) != 0))
    {
        return GLYPH_ROW_CURRENCY_CONFLICT;
    }

    memcpy(money->currency, code, 4);
    money->sign = GLYPH_SIGN_NONE;

    usual = glyph_currency_habit(code);

    if (money->ambiguous
        && usual != (money->mark == ',' ? GLYPH_DECIMAL_COMMA
                                        : GLYPH_DECIMAL_POINT))
    {
        money->ambiguous = 0;
    }

    return GLYPH_CODE_OK;
}
