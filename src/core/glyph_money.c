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

#include "glyph_amount.h"
#include "glyph_utf8.h"


#define GLYPH_MONEY_TEXT_MAX    256


typedef struct {
    const unsigned char  *p;
    const unsigned char  *start;
    const unsigned char  *last;
    glyph_amount_t        amount;
    size_t                amounts;
    char                  code[4];      /* a currency that is told for sure */
    char                  dollar[4];    /* "us", "c": valid with a "$" */
    char                  usual[4];     /* of a shared sign */
    glyph_sign_e          sign;
    size_t                depth;        /* of parentheses */
    unsigned              bad:1;
    unsigned              range:1;
    unsigned              negative:1;
    unsigned              words:1;
} glyph_money_scan_t;


static glyph_code_e glyph_money_plain(const glyph_str_t *text,
    glyph_money_t *money);
static void glyph_money_scan(glyph_money_scan_t *s);
static void glyph_money_scan_wide(glyph_money_scan_t *s);
static void glyph_money_scan_word(glyph_money_scan_t *s);
static void glyph_money_scan_minus(glyph_money_scan_t *s);
static void glyph_money_currency(glyph_money_scan_t *s, const char *code,
    glyph_sign_e sign);
static void glyph_money_scan_amount(glyph_money_scan_t *s);
static int glyph_money_starts_amount(const glyph_money_scan_t *s);
static glyph_code_e glyph_money_judge(glyph_money_scan_t *s,
    glyph_money_t *money);
static int glyph_money_begin(glyph_money_scan_t *s, unsigned char *buf,
    const glyph_str_t *text);
static int glyph_money_among(const char *const *list,
    const unsigned char *word, size_t len);


/* Around a price these change nothing. */

static const char *const  glyph_money_harmless[] = {
    "now", "only", "just", "price", "sale", "obo", "ono", "each", "ea",
    "shipped", "shipping", "or", "best", "offer", "firm", "free", "incl",
    "including", "included", "inc", "plus", "excl", "excluding", "vat", "tax",
    "gst", "net", "gross", "per", "pc", "pcs", "piece", "unit", "item", "buy",
    "it", "bin", "for", "at", "is", "our", "your", "asking", "special",
    "deal", "today", "final", "total", "clearance", "reduced", "discounted",
    "nearest", "neg", "negotiable", "delivered", "delivery", "ship", "local",
    "pickup", "cash", "paypal", "current", "currently", "used", "new",
    "amount", "cost",

    "preis", "nur", "jetzt", "je", "pro", "stuck", "stk", "st", "vb", "vhb",
    "vhs", "fp", "festpreis", "verhandlungsbasis", "inkl", "inklusive",
    "exkl", "zzgl", "mwst", "ust", "versand", "versandkosten", "porto",
    "netto", "brutto", "mit", "bei", "abholung", "angebot", "sonderpreis",

    "prix", "seulement", "ttc", "ht", "tva", "frais", "livraison", "port",
    "compris", "precio", "solo", "iva", "envio", "incluido", "oferta",
    "ahora", "unidad", "ud", "uds", "prezzo", "spedizione", "compresa",
    "inclusa", "offerta", "adesso", "pz", "cena", "tylko", "szt", "sztuka",
    "wysylka", "prijs", "btw", "verzending", "verzendkosten", "nu",
    "preco", "apenas", "agora", "frete", "gratis", "moms", "dph", "a",
    "de",

    NULL
};


/* These tell that the amount is a limit, or not what is asked now. */

static const char *const  glyph_money_limits[] = {
    "from", "to", "starting", "starts", "start", "up", "upto", "under",
    "over", "above", "below", "between", "about", "around", "approx",
    "approximately", "circa", "ca", "minimum", "min", "maximum", "max",
    "less", "more", "than", "was", "were", "msrp", "rrp", "srp", "list",
    "reg", "regular", "regularly", "original", "originally", "before",
    "instead", "bid", "bids", "bidding", "till", "until", "through", "thru",
    "and", "least", "save", "off",

    "ab", "bis", "von", "zwischen", "statt", "uvp", "etwa", "ungefahr",
    "startpreis", "startgebot", "mindestens", "hochstens", "vorher",
    "des", "partir", "entre", "environ", "jusqu", "lieu", "avant",
    "desde", "hasta", "antes", "fino", "partire", "od", "okolo", "vanaf",
    "tot", "ate",

    NULL
};


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

    if (code == GLYPH_ROW_PRICE_RANGE && s.amounts > 1) {
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


/* Most files write nothing but "595.99". */

static glyph_code_e
glyph_money_plain(const glyph_str_t *text, glyph_money_t *money)
{
    size_t                fraction;
    int64_t               n;
    const unsigned char  *p, *last;

    p = text->data;
    last = p + text->len;
    n = 0;

    if (text->len == 0 || text->len > 12) {
        return GLYPH_ROW_PRICE_INVALID;
    }

    while (p < last && *p >= '0' && *p <= '9') {
        n = n * 10 + (*p++ - '0');
    }

    fraction = 0;

    if (p > text->data && last - p >= 2 && last - p <= 3 && *p == '.') {
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

    return GLYPH_CODE_OK;
}


/* Returns 0 if the text is too long to be a price. */

static int
glyph_money_begin(glyph_money_scan_t *s, unsigned char *buf,
    const glyph_str_t *text)
{
    glyph_str_t  t;

    t = *text;
    glyph_utf8_trim(&t);

    memset(s, 0, sizeof(*s));

    if (t.len > GLYPH_MONEY_TEXT_MAX / 3) {
        return 0;       /* folding may take 3 bytes for one that is invalid */
    }

    s->p = buf;
    s->start = buf;
    s->last = buf + glyph_utf8_fold(&t, buf, GLYPH_MONEY_TEXT_MAX);

    return 1;
}


static void
glyph_money_scan(glyph_money_scan_t *s)
{
    unsigned char  c;

    while (s->p < s->last && !s->bad) {
        c = *s->p;

        if (glyph_money_starts_amount(s)) {
            glyph_money_scan_amount(s);
            continue;
        }

        if (c >= 'a' && c <= 'z') {
            glyph_money_scan_word(s);
            continue;
        }

        if (c >= 0x80) {
            glyph_money_scan_wide(s);
            continue;
        }

        switch (c) {

        case '$':
            glyph_money_currency(s, "USD", GLYPH_SIGN_DOLLAR);
            break;

        case '-':
            glyph_money_scan_minus(s);
            continue;

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
            s->range = 1;
            break;

        case '+':
            /* "450+" is a limit, "450 + shipping" is not */
            c = (s->last - s->p > 2) ? s->p[1] : 0;

            if (s->amounts && c != ' ' && (c < 'a' || c > 'z')) {
                s->range = 1;
            }

            break;

        case ' ':
        case '*':
        case '!':
        case ':':
        case ';':
        case '/':
        case '|':
        case '.':
        case ',':
        case '=':
            break;

        default:
            s->bad = 1;
        }

        s->p++;
    }

    if (s->depth) {
        s->bad = 1;
    }
}


/* A sign, or a word that is not of Latin letters. */

static void
glyph_money_scan_wide(glyph_money_scan_t *s)
{
    char                  code[4];
    glyph_sign_e          sign;
    const unsigned char  *p;

    /* the longest first: "руб", then "€" */

    p = s->p;

    while (p < s->last && *p >= 0x80 && p - s->p < 12) {
        p++;
    }

    while (p > s->p) {

        if (glyph_currency_find(s->p, p - s->p, code, &sign)) {
            glyph_money_currency(s, code, sign);
            s->p = p;
            return;
        }

        do {
            p--;
        } while (p > s->p && (*p & 0xc0) == 0x80);
    }

    s->bad = 1;
}


static void
glyph_money_scan_word(glyph_money_scan_t *s)
{
    char                  code[4];
    size_t                len;
    glyph_sign_e          sign;
    const unsigned char  *word, *p;

    word = s->p;

    for (p = word; p < s->last && *p >= 'a' && *p <= 'z'; p++) {
        /* void */
    }

    len = p - word;
    s->p = p;

    while (p < s->last && *p == ' ') {
        p++;
    }

    /* "us $", and "us" behind an amount in dollars */

    if (((p < s->last && *p == '$')
         || (s->sign == GLYPH_SIGN_DOLLAR && len > 1))
        && glyph_currency_dollar(word, len, code))
    {
        if (s->dollar[0] && memcmp(s->dollar, code, 4) != 0) {
            s->bad = 1;
        }

        memcpy(s->dollar, code, sizeof(code));
        return;
    }

    if (glyph_currency_find(word, len, code, &sign)) {
        glyph_money_currency(s, code, sign);
        return;
    }

    if (len == 2 && word[0] == 'u' && word[1] == 's') {
        memcpy(s->dollar, "USD", sizeof("USD"));    /* "us dollars" */
        return;
    }

    s->words = 1;

    if (glyph_money_among(glyph_money_limits, word, len)) {
        s->range = 1;
        return;
    }

    if (!glyph_money_among(glyph_money_harmless, word, len)) {
        s->bad = 1;
    }
}


static int
glyph_money_among(const char *const *list, const unsigned char *word,
    size_t len)
{
    for ( /* void */ ; *list; list++) {

        if (strlen(*list) == len && memcmp(*list, word, len) == 0) {
            return 1;
        }
    }

    return 0;
}


/* Before the amount a minus, or the dash of "Price - 450". */

static void
glyph_money_scan_minus(glyph_money_scan_t *s)
{
    int  spaced;

    spaced = s->p > s->start && s->p[-1] == ' ';

    s->p++;

    if (s->amounts == 0) {

        if (!(spaced && s->words && s->p < s->last && *s->p == ' ')) {
            s->negative = 1;
        }

        return;
    }

    /* a second amount makes it a range; "450 - OBO" is harmless */

    while (s->p < s->last && *s->p == ' ') {
        s->p++;
    }

    if (s->p == s->last) {
        s->bad = 1;
    }
}


static void
glyph_money_currency(glyph_money_scan_t *s, const char *code,
    glyph_sign_e sign)
{
    if (sign != GLYPH_SIGN_NONE) {

        if (s->sign != GLYPH_SIGN_NONE && s->sign != sign) {
            s->bad = 1;
        }

        s->sign = sign;
        memcpy(s->usual, code, sizeof(s->usual));
        return;
    }

    if (s->code[0] && memcmp(s->code, code, sizeof(s->code)) != 0) {
        s->bad = 1;
    }

    memcpy(s->code, code, sizeof(s->code));
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

    /* only the first is read: a second one makes it a range */

    a = s->amounts++ ? &rest : &s->amount;

    if (s->depth) {
        s->negative = 1;
    }

    glyph_amount_read(a, &s->p, s->last);
}


static glyph_code_e
glyph_money_judge(glyph_money_scan_t *s, glyph_money_t *money)
{
    if (s->bad || s->amounts == 0) {
        return GLYPH_ROW_PRICE_INVALID;
    }

    /* "US $", "$ CAD": the sign takes what the letters say */

    if (s->dollar[0]) {

        if (s->sign != GLYPH_SIGN_DOLLAR) {
            return GLYPH_ROW_PRICE_INVALID;
        }

        glyph_money_currency(s, s->dollar, GLYPH_SIGN_NONE);
    }

    if (s->sign != GLYPH_SIGN_NONE && s->code[0] == '\0') {
        memcpy(money->currency, s->usual, sizeof(s->usual));
        money->sign = s->sign;

    } else {

        if (s->bad || (s->sign != GLYPH_SIGN_NONE
                       && !glyph_currency_shares(s->sign, s->code)))
        {
            return GLYPH_ROW_PRICE_INVALID;
        }

        memcpy(money->currency, s->code, sizeof(s->code));
    }

    if (s->amounts > 1 || s->range) {
        return GLYPH_ROW_PRICE_RANGE;
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

    if (code[0] == '\0') {

        if (money->currency[0] == '\0'
            && money->sign != GLYPH_SIGN_NONE)
        {
            return GLYPH_ROW_CURRENCY_INVALID;
        }

        return GLYPH_CODE_OK;
    }

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
        && usual != (money->comma ? GLYPH_DECIMAL_COMMA
                                  : GLYPH_DECIMAL_POINT))
    {
        money->ambiguous = 0;
    }

    return GLYPH_CODE_OK;
}
