/*
 * A price is read in three steps: the folded text is split into amounts,
 * currencies, words and signs (glyph_money_scan); what they amount to together
 * is judged, so that nothing is taken for a price that is not just one
 * (glyph_money_judge); the digit groups of the one amount are read
 * (glyph_amount_cents).
 *
 * Words must be known: "450 per month" and "RTX 3080 500" hold a number, yet
 * no price.
 */

#include "value/glyph_amount.h"
#include "value/glyph_money_words.h"
#include "text/glyph_utf8.h"


#define GLYPH_MONEY_TEXT_MAX  256
#define GLYPH_MONEY_WORD_MAX  24

/* the digits of so many bytes are an int64_t */
#define GLYPH_MONEY_PLAIN_MAX  16


typedef struct {
    const unsigned char    *p;
    const unsigned char    *start;
    const unsigned char    *last;
    glyph_amount_t          amount;
    size_t                  amounts;
    glyph_currency_told_t   currency;
    size_t                  depth;      /* of parentheses */
    unsigned                bad:1;
    unsigned                limit:1;    /* "from", "was", "~" */
    unsigned                to:1;       /* "450 to": so far */
    unsigned                range:1;    /* … and another amount */
    unsigned                negative:1;
    unsigned                words:1;
    unsigned                per:1;      /* "/", "per": so far */
    unsigned                count:1;    /* a unit without it */
} glyph_money_scan_t;


static glyph_code_e glyph_money_plain(const glyph_str_t *text,
    glyph_money_t *money);
static size_t glyph_money_prefix(const glyph_str_t *text, char currency[4],
    glyph_sign_e *sign);
static int glyph_money_begin(glyph_money_scan_t *s, unsigned char *buf,
    const glyph_str_t *text);
static void glyph_money_unquote(glyph_str_t *text);
static void glyph_money_scan(glyph_money_scan_t *s);
static void glyph_money_scan_char(glyph_money_scan_t *s);
static void glyph_money_scan_minus(glyph_money_scan_t *s);
static void glyph_money_scan_wide(glyph_money_scan_t *s);
static void glyph_money_scan_word(glyph_money_scan_t *s);
static size_t glyph_money_word(glyph_money_scan_t *s,
    unsigned char *word);
static unsigned glyph_money_class(const unsigned char *word, size_t len);
static int glyph_money_starts_amount(const glyph_money_scan_t *s);
static void glyph_money_scan_amount(glyph_money_scan_t *s);
static int glyph_money_scan_tax(glyph_money_scan_t *s);
static glyph_code_e glyph_money_judge(glyph_money_scan_t *s,
    glyph_money_t *money);


glyph_code_e
glyph_money_parse(const glyph_str_t *text, glyph_decimal_e habit,
    glyph_money_t *money)
{
    glyph_code_e        code;
    glyph_money_t       m;
    unsigned char       buf[GLYPH_MONEY_TEXT_MAX];
    glyph_money_scan_t  s;

    if (glyph_money_plain(text, money) == GLYPH_CODE_OK) {
        return GLYPH_CODE_OK;
    }

    if (!glyph_money_begin(&s, buf, text)) {
        return GLYPH_ROW_PRICE_INVALID;
    }

    if (s.p == s.last) {
        return GLYPH_ROW_PRICE_MISSING;
    }

    memset(&m, 0, sizeof(m));

    glyph_money_scan(&s);

    code = glyph_money_judge(&s, &m);

    if (code == GLYPH_ROW_PRICE_INVALID) {
        return code;
    }

    if (s.amounts > 1) {
        return code;
    }

    switch (glyph_amount_cents(&s.amount, habit, &m)) {

    case GLYPH_ROW_PRICE_INVALID:
        return GLYPH_ROW_PRICE_INVALID;

    case GLYPH_ROW_PRICE_ZERO:
        return GLYPH_ROW_PRICE_ZERO;

    case GLYPH_ROW_PRICE_TOO_LARGE:
        return code == GLYPH_CODE_OK ? GLYPH_ROW_PRICE_TOO_LARGE : code;

    default:
        break;
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


static void
glyph_money_scan(glyph_money_scan_t *s)
{
    size_t  n;

    while (s->p < s->last && !s->bad) {

        if (glyph_money_starts_amount(s)) {

            if (!glyph_money_scan_tax(s)) {
                glyph_money_scan_amount(s);
            }

            continue;
        }

        n = glyph_currency_take(&s->currency, s->start, s->p, s->last);

        if (n) {
            s->p += n;

        } else if (*s->p >= 'a' && *s->p <= 'z') {
            glyph_money_scan_word(s);

        } else if (*s->p >= 0x80) {
            glyph_money_scan_wide(s);

        } else if (*s->p == '-') {
            glyph_money_scan_minus(s);

        } else {
            glyph_money_scan_char(s);
        }
    }

    if (s->depth) {
        s->bad = 1;
    }
}


static void
glyph_money_scan_char(glyph_money_scan_t *s)
{
    unsigned char  c, next;

    c = *s->p++;
    next = s->p < s->last ? *s->p : '\0';

    switch (c) {

    case '(':
    case '[':
        s->depth++;
        break;

    case ')':
    case ']':

        if (s->depth == 0) {
            s->bad = 1;
            break;
        }

        s->depth--;
        break;

    case '~':
    case '<':
    case '>':
        s->limit = 1;
        break;

    case '+':
        /* "450+" is a limit, "450 + shipping" is not */

        if (s->amounts && next != ' ' && (next < 'a' || next > 'z')) {
            s->limit = 1;
        }

        if (s->amounts && s->last - s->p < 2) {
            s->limit = 1;
        }

        break;

    case '/':
        s->per = 1;

        /* fall through */

    case ':':
        /* "1,299/-", "1299/=", "1299:-": no fraction */

        if (s->amounts && (next == '-' || (next == '=' && c == '/'))) {
            s->p++;
        }

        break;

    case ' ':
    case '*':
    case '!':
    case ';':
    case '|':
    case '.':
    case ',':
    case '=':
        break;

    default:
        s->bad = 1;
    }
}


/* Before the amount a minus, or the dash of "Price - 450", "US-Dollar". */

static void
glyph_money_scan_minus(glyph_money_scan_t *s)
{
    int            spaced;
    unsigned char  next, before;

    before = s->p > s->start ? s->p[-1] : ' ';
    spaced = s->p > s->start && before == ' ';

    s->p++;
    next = s->p < s->last ? *s->p : '\0';

    if (before >= 'a' && before <= 'z'
        && ((next >= 'a' && next <= 'z') || next == '$' || next >= 0x80))
    {
        return;
    }

    if (s->amounts == 0) {

        if (!(spaced && s->words && next == ' ')) {
            s->negative = 1;
        }

        return;
    }

    /* a second amount makes it a range; "450 - OBO" is harmless */

    s->to = 1;

    while (s->p < s->last && *s->p == ' ') {
        s->p++;
    }

    if (s->p == s->last) {
        s->bad = 1;
    }
}


static void
glyph_money_scan_wide(glyph_money_scan_t *s)
{
    uint32_t              cp;
    const unsigned char  *p, *word;

    word = s->p;
    p = word;
    cp = glyph_utf8_decode(&p, s->last);

    switch (cp) {

    case 0xb1:          /* ± */
    case 0x2243:        /* ≃ */
    case 0x2245:        /* ≅ */
    case 0x2248:        /* ≈ */
    case 0x2264:        /* ≤ */
    case 0x2265:        /* ≥ */
        s->limit = 1;
        s->p = p;
        return;

    case 0xb9:          /* a footnote, unless it may be a digit */
    case 0xb2:
    case 0xb3:

        if (s->amounts && (word[-1] < '0' || word[-1] > '9')) {
            s->p = p;
            return;
        }

        break;

    case 0x2020:        /* † */
    case 0x2021:        /* ‡ */
        s->p = p;
        return;

    default:
        break;
    }

    for (p = word; p < s->last && *p >= 0x80; p++) {
        /* void */
    }

    if (!(glyph_money_class(word, p - word) & GLYPH_MONEY_HARMLESS)) {
        s->bad = 1;
        return;
    }

    s->words = 1;
    s->p = p;
}


static void
glyph_money_scan_word(glyph_money_scan_t *s)
{
    size_t         len;
    unsigned       class;
    unsigned char  word[GLYPH_MONEY_WORD_MAX];

    len = glyph_money_word(s, word);
    s->words = 1;

    class = glyph_money_class(word, len);

    if (class & GLYPH_MONEY_UNIT) {
        s->count |= !s->per;
        s->to = 0;
        return;
    }

    s->per = (class & GLYPH_MONEY_PER) != 0;

    if (class & GLYPH_MONEY_RANGE) {
        s->to = 1;
        s->limit = 1;
        return;
    }

    s->to = 0;

    if (class & GLYPH_MONEY_LIMIT) {
        s->limit = 1;

    } else if (!(class & GLYPH_MONEY_HARMLESS)) {
        s->bad = 1;
    }
}


/*
 * Takes a word, as much of it as there is room for; of single letters with
 * marks between them ("o.b.o.", "s&h", "c/u") the letters.
 */

static size_t
glyph_money_word(glyph_money_scan_t *s, unsigned char *word)
{
    size_t                len;
    const unsigned char  *p, *last;

    len = 0;
    p = s->p;
    last = s->last;

    do {
        word[len++] = *p++;

        if (len == 1 && last - p > 1 && (*p == '.' || *p == '&' || *p == '/')
            && p[1] >= 'a' && p[1] <= 'z')
        {
            goto initials;
        }

    } while (p < last && *p >= 'a' && *p <= 'z'
             && len < GLYPH_MONEY_WORD_MAX);

    s->p = p;

    return len;

initials:

    do {
        word[len++] = p[1];
        p += 2;
    } while (last - p > 1 && (*p == '.' || *p == '&' || *p == '/')
             && p[1] >= 'a' && p[1] <= 'z' && len < GLYPH_MONEY_WORD_MAX);

    s->p = p;

    return len;
}


static unsigned
glyph_money_class(const unsigned char *word, size_t len)
{
    return glyph_phrase_class(glyph_money_words, glyph_money_words_n, word,
                              len);
}


/* A digit; or a mark and a digit, unless the mark ends a word ("Rs.45"). */

static int
glyph_money_starts_amount(const glyph_money_scan_t *s)
{
    unsigned char         c;
    const unsigned char  *p;

    p = s->p;

    if (*p == '.' || *p == ',') {
        c = p > s->start ? p[-1] : ' ';

        if (c >= 'a' && c <= 'z') {
            return 0;
        }

        p++;
    }

    return p < s->last && glyph_amount_digit(&p, s->last) >= 0;
}


static void
glyph_money_scan_amount(glyph_money_scan_t *s)
{
    glyph_amount_t  *a, rest;

    /* only the first is read: a second one makes the price no price */

    a = s->amounts++ ? &rest : &s->amount;

    if (s->to && s->amounts > 1) {
        s->range = 1;
    }

    s->to = 0;

    if (s->depth) {
        s->negative = 1;
    }

    glyph_amount_read(a, &s->p, s->last);
}


/* Passes "19% MwSt"; a rate of anything else is not passed. */

static int
glyph_money_scan_tax(glyph_money_scan_t *s)
{
    const unsigned char  *p, *word;

    for (p = s->p; p < s->last; p++) {

        if ((*p < '0' || *p > '9') && *p != '.' && *p != ',') {
            break;
        }
    }

    while (p < s->last && *p == ' ') {
        p++;
    }

    if (p == s->last || *p != '%') {
        return 0;
    }

    for (p++; p < s->last && *p == ' '; p++) {
        /* void */
    }

    for (word = p; p < s->last && *p >= 'a' && *p <= 'z'; p++) {
        /* void */
    }

    if (!(glyph_money_class(word, p - word) & GLYPH_MONEY_TAX)) {
        return 0;
    }

    s->p = p;
    s->words = 1;

    return 1;
}


static glyph_code_e
glyph_money_judge(glyph_money_scan_t *s, glyph_money_t *money)
{
    glyph_sign_e  sign;

    if (s->bad || s->amounts == 0) {
        return GLYPH_ROW_PRICE_INVALID;
    }

    if (s->amounts > 1) {
        return s->range ? GLYPH_ROW_PRICE_RANGE : GLYPH_ROW_PRICE_SEVERAL;
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

    return s->negative ? GLYPH_ROW_PRICE_NEGATIVE : GLYPH_CODE_OK;
}


glyph_decimal_e
glyph_money_habit(const glyph_str_t *text)
{
    size_t               last;
    unsigned char        mark, buf[GLYPH_MONEY_TEXT_MAX];
    glyph_money_t        money;
    glyph_amount_t      *a;
    glyph_money_scan_t   s;

    if (!glyph_money_begin(&s, buf, text) || s.p == s.last) {
        return GLYPH_DECIMAL_UNKNOWN;
    }

    memset(&money, 0, sizeof(money));

    glyph_money_scan(&s);

    if (glyph_money_judge(&s, &money) != GLYPH_CODE_OK) {
        return GLYPH_DECIMAL_UNKNOWN;
    }

    money.currency[0] = '\0';
    a = &s.amount;

    if (glyph_amount_cents(a, GLYPH_DECIMAL_UNKNOWN, &money)
        != GLYPH_CODE_OK || a->ngroups < 2 || money.ambiguous)
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
