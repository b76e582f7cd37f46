#include <pthread.h>

#include "value/glyph_currency.h"
#include "value/glyph_currency_words.h"
#include "text/glyph_utf8.h"


#define GLYPH_CURRENCY_NAME_MAX  64


static int glyph_currency_in(const char *list, const char *code);
static void glyph_currency_measure(void);
static void glyph_currency_measure_codes(const char *list);
static int glyph_currency_find_code(const unsigned char *word, char code[4]);
static int glyph_currency_is(const char *name, const unsigned char *word,
    size_t len);
static size_t glyph_currency_take_word(glyph_currency_told_t *told,
    const unsigned char *start, const unsigned char *p,
    const unsigned char *last);
static size_t glyph_currency_take_wide(glyph_currency_told_t *told,
    const unsigned char *p, const unsigned char *last);
static size_t glyph_currency_take_odd(glyph_currency_told_t *told,
    const unsigned char *p, const unsigned char *last);
static const glyph_currency_word_t *glyph_currency_country(
    const unsigned char *word, size_t len, glyph_sign_e sign);
static glyph_sign_e glyph_currency_sign_at(const unsigned char *p,
    const unsigned char *last);
static void glyph_currency_tell(glyph_currency_told_t *told,
    const char *code, glyph_sign_e sign);


/*
 * Most words are no currency.  By a word's first byte, how long those are that
 * begin with it; by a code's first letter, the second ones: a bit each.
 */

static uint32_t        glyph_currency_lengths[256];
static uint32_t        glyph_currency_seconds[26];
static pthread_once_t  glyph_currency_once = PTHREAD_ONCE_INIT;


/*
 * ISO 4217, and two that it has not, by the mark that is usual before the
 * fraction.
 */

static const char  glyph_currency_point[] =
    "USDGBPCADAUDCHFJPYCNYINRMXNHKDSGDTWDNZDKRWTHBMYRPHPILSAEDSAREGPPKRLKR"
    "BDTNPRNGNKESGHSTZSUGXZMWBWPMURJMDTTDBBDBSDBZDDOPGTQHNLNIOPABSVCPENLIF"
    "MOPMMKMNTKHRLAKBHDKWDOMRJODQARIQDLBPYERSYPFJDPGKBMDKYDXCDETBLRDSLENAD"
    "SZLLSLMWKGMDSOSGYDSRDBNDMVRBTNAFNCUPAWGSBDVUVWSTKPWSDGSSPSHPGIPFKP"
    "ERNRWFBIFDJFGNFKMFMGASCRSTNHTGMRUBTCETH";

static const char  glyph_currency_comma[] =
    "EURPLNCZKSEKNOKDKKHUFRONBGNTRYRUBUAHBRLARSCLPCOPIDRVNDZARISKRSDBAMMKD"
    "ALLMDLBYNKZTUZSGELAMDAZNKGSTJSTMTUYUPYGBOBVESCRCXOFXAFXPFMADDZDTNDLYD"
    "AOAMZNCVEANGCDFIRR";

static const char  glyph_currency_whole[] =
    "JPYKRWCLPVNDISKPYGXOFXAFXPFUGXRWFBIFDJFGNFKMFVUV";

static const char  glyph_currency_thousandth[] = "KWDBHDOMRJODTNDIQDLYD";


static const char *glyph_currency_shared[] = {
    [GLYPH_SIGN_NONE] = "",
    [GLYPH_SIGN_DOLLAR] = "USDCADAUDNZDHKDSGDTWDMXNARSCLPCOPUYUDOPBRLJMDBBD"
                          "BSDBZDTTDXCDFJDNADLRDBNDSRDGYDKYDBMDSBDCUPMOPNIO",
    [GLYPH_SIGN_YEN] = "JPYCNY",
    [GLYPH_SIGN_RUPEE] = "INRPKRLKRNPRMURSCR",
    [GLYPH_SIGN_CROWN] = "SEKNOKDKKISK",
    [GLYPH_SIGN_PESO] = "MXNARSCLPCOPPHPUYUDOPCUP",
    [GLYPH_SIGN_POUND] = "GBPEGPFKPGIPSHPLBP",
    [GLYPH_SIGN_RUBLE] = "RUBBYN",
    [GLYPH_SIGN_LEU] = "RONMDL"
};


int
glyph_currency_find(const unsigned char *word, size_t len, char code[4],
    glyph_sign_e *sign)
{
    size_t                        i;
    const glyph_currency_word_t  *w;

    *sign = GLYPH_SIGN_NONE;

    (void) pthread_once(&glyph_currency_once, glyph_currency_measure);

    if (len == 3 && glyph_currency_find_code(word, code)) {
        return 1;
    }

    if (len == 0 || len > 31
        || !(glyph_currency_lengths[*word] & 1u << len))
    {
        return 0;
    }

    for (i = 0; i < glyph_currency_words_n; i++) {
        w = &glyph_currency_words[i];

        if (glyph_currency_is(w->word, word, len)) {
            memcpy(code, w->code, sizeof(w->code));
            *sign = w->sign;
            return 1;
        }
    }

    return 0;
}


static void
glyph_currency_measure(void)
{
    size_t                        i;
    const glyph_currency_word_t  *w;

    for (i = 0; i < glyph_currency_words_n; i++) {
        w = &glyph_currency_words[i];

        glyph_currency_lengths[(unsigned char) *w->word]
            |= 1u << strlen(w->word);
    }

    glyph_currency_measure_codes(glyph_currency_point);
    glyph_currency_measure_codes(glyph_currency_comma);
}


static void
glyph_currency_measure_codes(const char *list)
{
    for ( /* void */ ; *list; list += 3) {
        glyph_currency_seconds[list[0] - 'A'] |= 1u << (list[1] - 'A');
    }
}


static int
glyph_currency_find_code(const unsigned char *word, char code[4])
{
    int   i;
    char  upper[4];

    for (i = 0; i < 3; i++) {

        if (word[i] < 'a' || word[i] > 'z') {
            return 0;
        }

        upper[i] = (char) (word[i] - ('a' - 'A'));
    }

    upper[3] = '\0';

    if (!(glyph_currency_seconds[upper[0] - 'A'] & 1u << (upper[1] - 'A'))) {
        return 0;
    }

    if (!glyph_currency_in(glyph_currency_point, upper)
        && !glyph_currency_in(glyph_currency_comma, upper))
    {
        return 0;
    }

    memcpy(code, upper, sizeof(upper));

    return 1;
}


static int
glyph_currency_in(const char *list, const char *code)
{
    for ( /* void */ ; *list; list += 3) {

        if (memcmp(list, code, 3) == 0) {
            return 1;
        }
    }

    return 0;
}


static int
glyph_currency_is(const char *name, const unsigned char *word, size_t len)
{
    /* of all the names hardly one begins like the word */

    return len && *name == (char) *word && strlen(name) == len
           && memcmp(name, word, len) == 0;
}


size_t
glyph_currency_take(glyph_currency_told_t *told, const unsigned char *start,
    const unsigned char *p, const unsigned char *last)
{
    size_t  n;

    if (*p == '$') {
        glyph_currency_tell(told, "USD", GLYPH_SIGN_DOLLAR);
        return 1;
    }

    if (*p >= 0x80) {
        return glyph_currency_take_wide(told, p, last);
    }

    if (*p < 'a' || *p > 'z') {
        return 0;
    }

    n = glyph_currency_take_odd(told, p, last);

    return n ? n : glyph_currency_take_word(told, start, p, last);
}


/* A sign, or a word that is not of Latin letters; the longest first. */

static size_t
glyph_currency_take_wide(glyph_currency_told_t *told, const unsigned char *p,
    const unsigned char *last)
{
    char                  code[4];
    glyph_sign_e          sign;
    const unsigned char  *end;

    for (end = p; end < last && *end >= 0x80 && end - p < 16; end++) {
        /* void */
    }

    while (end > p) {

        if (glyph_currency_find(p, end - p, code, &sign)) {
            glyph_currency_tell(told, code, sign);
            return end - p;
        }

        do {
            end--;
        } while (end > p && (*end & 0xc0) == 0x80);
    }

    return 0;
}


/* What is written with more than letters: "U$S", "U.S.", "S/ 450". */

static size_t
glyph_currency_take_odd(glyph_currency_told_t *told, const unsigned char *p,
    const unsigned char *last)
{
    size_t                len;
    const unsigned char  *q;

    len = last - p;

    if (len > 1 && p[0] == 'u' && p[1] == '$') {
        glyph_currency_tell(told, "USD", GLYPH_SIGN_NONE);

        return (len > 2 && (p[2] == 's' || p[2] == 'd')
                && (len == 3 || p[3] < 'a' || p[3] > 'z')) ? 3 : 2;
    }

    if (len > 2 && memcmp(p, "u.s", 3) == 0
        && (len == 3 || p[3] < 'a' || p[3] > 'z'))
    {
        memcpy(told->country, "USD", sizeof("USD"));
        told->country_sign = GLYPH_SIGN_DOLLAR;

        return (len > 3 && p[3] == '.') ? 4 : 3;
    }

    if (len > 2 && p[0] == 's' && p[1] == '/') {
        q = p + 2 + (p[2] == '.');

        while (q < last && *q == ' ') {
            q++;
        }

        if (q < last && *q >= '0' && *q <= '9') {
            glyph_currency_tell(told, "PEN", GLYPH_SIGN_NONE);
            return q - p;
        }
    }

    return 0;
}


static size_t
glyph_currency_take_word(glyph_currency_told_t *told,
    const unsigned char *start, const unsigned char *p,
    const unsigned char *last)
{
    char                             code[4];
    size_t                           len;
    glyph_sign_e                     sign;
    const unsigned char             *q;
    const glyph_currency_word_t  *country;

    for (q = p; q < last && *q >= 'a' && *q <= 'z'; q++) {
        /* void */
    }

    len = q - p;

    while (q < last && *q == ' ') {
        q++;
    }

    /* "us $", "us-$"; "us" behind an amount in dollars, "$a"; "canadian" */

    if (last - q > 1 && q[0] == '-' && q[1] == '$') {
        q++;
    }

    sign = glyph_currency_sign_at(q, last);
    country = sign ? glyph_currency_country(p, len, sign) : NULL;

    if (country == NULL && told->sign
        && (len > 1 || (p > start && p[-1] == '$')))
    {
        country = glyph_currency_country(p, len, told->sign);
    }

    if (country == NULL
        && (len > 5 || (len == 2 && p[0] == 'u' && p[1] == 's')))
    {
        country = glyph_currency_country(p, len, GLYPH_SIGN_NONE);
    }

    if (country) {

        if (told->country[0]
            && memcmp(told->country, country->code, sizeof(code)) != 0)
        {
            told->conflict = 1;
        }

        memcpy(told->country, country->code, sizeof(told->country));
        told->country_sign = country->sign;
        return len;
    }

    if (glyph_currency_find(p, len, code, &sign)) {
        glyph_currency_tell(told, code, sign);
        return len;
    }

    return 0;
}


/* With GLYPH_SIGN_NONE one of any sign. */

static const glyph_currency_word_t *
glyph_currency_country(const unsigned char *word, size_t len,
    glyph_sign_e sign)
{
    size_t                           i;
    const glyph_currency_word_t  *c;

    for (i = 0; i < glyph_currency_countries_n; i++) {
        c = &glyph_currency_countries[i];

        if ((sign == GLYPH_SIGN_NONE || sign == c->sign)
            && glyph_currency_is(c->word, word, len))
        {
            return c;
        }
    }

    return NULL;
}


static glyph_sign_e
glyph_currency_sign_at(const unsigned char *p, const unsigned char *last)
{
    if (p == last) {
        return GLYPH_SIGN_NONE;
    }

    switch (glyph_utf8_decode(&p, last)) {

    case '$':
        return GLYPH_SIGN_DOLLAR;

    case 0xa5:          /* ¥ */
    case 0xffe5:
        return GLYPH_SIGN_YEN;

    case 0xa3:          /* £ */
    case 0xffe1:
        return GLYPH_SIGN_POUND;

    default:
        return GLYPH_SIGN_NONE;
    }
}


static void
glyph_currency_tell(glyph_currency_told_t *told, const char *code,
    glyph_sign_e sign)
{
    if (sign != GLYPH_SIGN_NONE) {

        if (told->sign != GLYPH_SIGN_NONE && told->sign != sign) {
            told->conflict = 1;
        }

        told->sign = sign;
        memcpy(told->usual, code, sizeof(told->usual));
        return;
    }

    if (told->code[0] && memcmp(told->code, code, sizeof(told->code)) != 0) {
        told->conflict = 1;
    }

    memcpy(told->code, code, sizeof(told->code));
}


int
glyph_currency_settle(const glyph_currency_told_t *told, char code[4],
    glyph_sign_e *sign)
{
    *sign = GLYPH_SIGN_NONE;
    memcpy(code, told->code, sizeof(told->code));

    if (told->conflict) {
        return 0;
    }

    /* "US $", "$ CAD": the sign takes what the letters say */

    if (told->country[0]) {

        if (told->sign != told->country_sign
            || (code[0] && memcmp(code, told->country, 4) != 0))
        {
            return 0;
        }

        memcpy(code, told->country, sizeof(told->country));
    }

    if (told->sign == GLYPH_SIGN_NONE) {
        return 1;
    }

    if (code[0] == '\0') {
        memcpy(code, told->usual, sizeof(told->usual));
        *sign = told->sign;
        return 1;
    }

    return glyph_currency_shares(told->sign, code);
}


int
glyph_currency_shares(glyph_sign_e sign, const char *code)
{
    return code[0] != '\0'
           && glyph_currency_in(glyph_currency_shared[sign], code);
}


glyph_decimal_e
glyph_currency_habit(const char *code)
{
    if (code[0] == '\0') {
        return GLYPH_DECIMAL_UNKNOWN;
    }

    if (glyph_currency_in(glyph_currency_comma, code)) {
        return GLYPH_DECIMAL_COMMA;
    }

    return GLYPH_DECIMAL_POINT;
}


int
glyph_currency_digits(const char *code)
{
    if (code[0] == '\0') {
        return 2;
    }

    if (glyph_currency_in(glyph_currency_whole, code)) {
        return 0;
    }

    return glyph_currency_in(glyph_currency_thousandth, code) ? 3 : 2;
}


glyph_code_e
glyph_currency_parse(const glyph_str_t *text, char out[4])
{
    size_t                  n;
    glyph_str_t             name;
    glyph_sign_e            sign;
    unsigned char           buf[GLYPH_CURRENCY_NAME_MAX];
    const unsigned char    *p, *last;
    glyph_currency_told_t   told;

    name = *text;
    glyph_utf8_trim(&name);

    out[0] = '\0';

    if (name.len == 0) {
        return GLYPH_CODE_OK;
    }

    if (name.len > sizeof(buf)) {
        return GLYPH_WARN_CURRENCY_INVALID;
    }

    memset(&told, 0, sizeof(told));

    last = buf + glyph_utf8_fold(&name, buf, sizeof(buf));

    if (last - buf == 3 && memcmp(buf, "xxx", 3) == 0) {
        memcpy(out, "XXX", sizeof("XXX"));
        return GLYPH_CODE_OK;
    }

    for (p = buf; p < last; p += n) {

        if (memchr(" .-/()[]", *p, 8)) {
            n = 1;
            continue;
        }

        n = glyph_currency_take(&told, buf, p, last);

        if (n == 0) {
            return GLYPH_WARN_CURRENCY_INVALID;
        }
    }

    if (!glyph_currency_settle(&told, out, &sign) || out[0] == '\0') {
        out[0] = '\0';
        return GLYPH_WARN_CURRENCY_INVALID;
    }

    return GLYPH_CODE_OK;
}
