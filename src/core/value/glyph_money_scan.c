
#include "value/glyph_money_scan.h"
#include "value/glyph_money_words.h"
#include "text/glyph_utf8.h"


#define GLYPH_MONEY_WORD_MAX  24


static void glyph_money_scan_sign(glyph_money_scan_t *s, size_t n);
static void glyph_money_scan_char(glyph_money_scan_t *s);
static void glyph_money_scan_minus(glyph_money_scan_t *s);
static void glyph_money_scan_wide(glyph_money_scan_t *s);
static void glyph_money_scan_word(glyph_money_scan_t *s);
static void glyph_money_scan_class(glyph_money_scan_t *s, unsigned class);
static void glyph_money_scan_shipping(glyph_money_scan_t *s);
static size_t glyph_money_word(glyph_money_scan_t *s,
    unsigned char *word);
static unsigned glyph_money_class(const unsigned char *word, size_t len);
static int glyph_money_starts_amount(const glyph_money_scan_t *s);
static void glyph_money_scan_amount(glyph_money_scan_t *s);
static int glyph_money_scan_tax(glyph_money_scan_t *s);


void
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
            glyph_money_scan_sign(s, n);
            continue;
        }

        if (*s->p != ' ') {
            s->sign = 0;
        }

        if (*s->p >= 'a' && *s->p <= 'z') {
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

    /* "450 instead", "MSRP": of what, is not said */

    if (s->role == GLYPH_AMOUNT_OLD || s->role == GLYPH_AMOUNT_SAVED) {
        s->limit = 1;
    }
}


/* The sign of "3080 $450" is the second number's. */

static void
glyph_money_scan_sign(glyph_money_scan_t *s, size_t n)
{
    int  spaced;

    spaced = s->p > s->start && s->p[-1] == ' ';
    s->p += n;
    s->sign = 1;

    if (s->open && s->amounts <= GLYPH_MONEY_AMOUNTS
        && !(spaced && s->p < s->last && glyph_money_starts_amount(s)))
    {
        s->amount[s->amounts - 1].priced = 1;
    }
}


static void
glyph_money_scan_char(glyph_money_scan_t *s)
{
    unsigned char  c, next;

    c = *s->p++;
    next = s->p < s->last ? *s->p : '\0';

    if (c != ' ') {
        s->open = 0;
    }

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
        s->plus |= s->amounts == 0;

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
    s->open = 0;
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

    /* "450-" is a debt in some books, the dash of "$450 –" parts nothing */

    if (s->p == s->last && !spaced && before != ')') {
        s->bad = 1;
    }
}


static void
glyph_money_scan_wide(glyph_money_scan_t *s)
{
    uint32_t              cp;
    unsigned              class;
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

    class = glyph_money_class(word, p - word);

    if (!(class & (GLYPH_MONEY_HARMLESS | GLYPH_MONEY_OLD
                   | GLYPH_MONEY_SAVED | GLYPH_MONEY_SHIPPING)))
    {
        s->bad = 1;
        return;
    }

    s->p = p;
    glyph_money_scan_class(s, class);
}


static void
glyph_money_scan_word(glyph_money_scan_t *s)
{
    size_t         len;
    unsigned char  word[GLYPH_MONEY_WORD_MAX];

    len = glyph_money_word(s, word);

    glyph_money_scan_class(s, glyph_money_class(word, len));
}


static void
glyph_money_scan_class(glyph_money_scan_t *s, unsigned class)
{
    unsigned  open, talk;

    open = s->open && s->amounts <= GLYPH_MONEY_AMOUNTS;
    talk = s->talk;
    s->words = 1;
    s->open = 0;
    s->talk = 0;

    if (class & GLYPH_MONEY_UNIT) {
        s->count |= !s->per;
        s->to = 0;
        return;
    }

    s->per = (class & GLYPH_MONEY_PER) != 0;

    if (class & GLYPH_MONEY_RANGE) {
        s->to = 1;
        s->talk = !s->limit;
        s->limit = 1;
        return;
    }

    s->to = 0;

    if (class & GLYPH_MONEY_TALK) {
        s->limit &= !talk;

    } else if (class & GLYPH_MONEY_NAME) {
        s->named = 1;

    } else if (class & GLYPH_MONEY_OLD) {
        s->role = GLYPH_AMOUNT_OLD;

    } else if (class & GLYPH_MONEY_SAVED) {
        s->role = GLYPH_AMOUNT_SAVED;

    } else if (class & GLYPH_MONEY_SHIPPING) {
        s->open = open;
        glyph_money_scan_shipping(s);

    } else if ((class & GLYPH_MONEY_COUNT) && open) {
        s->amount[s->amounts - 1].role = GLYPH_AMOUNT_NOTHING;

    } else if ((class & GLYPH_MONEY_OFF) && open && s->amounts > 1) {
        s->amount[s->amounts - 1].role = GLYPH_AMOUNT_SAVED;

    } else if (class & (GLYPH_MONEY_LIMIT | GLYPH_MONEY_OFF)) {
        s->limit = 1;

    } else if (!(class & GLYPH_MONEY_HARMLESS)) {
        s->bad = 1;
    }
}


/*
 * "450 + 5.99 shipping", "+$12.50 shipping": the amount before is no price.
 * "450 shipping 5.99": the next one is none; and there may be none.
 */

static void
glyph_money_scan_shipping(glyph_money_scan_t *s)
{
    glyph_money_amount_t  *a;

    if (s->open && (s->amounts > 1 || s->plus)) {
        a = &s->amount[s->amounts - 1];

        if (a->role == GLYPH_AMOUNT_ASKED) {
            a->role = GLYPH_AMOUNT_SHIPPING;
        }

    } else if (s->role == GLYPH_AMOUNT_ASKED) {
        s->role = GLYPH_AMOUNT_SHIPPING;
    }

    s->open = 0;
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
    size_t                 i;
    glyph_money_amount_t  *a;

    i = s->amounts++;

    if (i >= GLYPH_MONEY_AMOUNTS) {
        i = GLYPH_MONEY_AMOUNTS - 1;
    }

    a = &s->amount[i];
    a->role = s->role;
    a->priced = s->sign;
    a->named = s->named;
    a->inside = s->depth > 0;

    if (s->to && s->amounts > 1) {

        if (i && a[-1].role == GLYPH_AMOUNT_OLD) {
            a->role = a[-1].role;   /* "was $500-600" */

        } else {
            s->range = 1;
        }
    }

    s->role = GLYPH_AMOUNT_ASKED;
    s->to = 0;
    s->talk = 0;
    s->sign = 0;
    s->open = 1;

    glyph_amount_read(&a->amount, &s->p, s->last);
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
