
#include <math.h>
#include <stdio.h>

#include "text/glyph_json.h"
#include "text/glyph_simd.h"
#include "text/glyph_utf8.h"


#define GLYPH_JSON_DEPTH      32

/* a number longer than this is none that anybody needs */
#define GLYPH_JSON_NUMBER_MAX  32

/* what an integer, and a decimal of at most 8 digits, takes at most */
#define GLYPH_JSON_INT_LEN     21
#define GLYPH_JSON_DECIMAL_LEN 24


typedef struct {
    const unsigned char  *pos;
    const unsigned char  *last;
} glyph_json_in_t;


static size_t glyph_json_escape(unsigned char c, char out[8]);
static int glyph_json_decimal(glyph_buf_t *b, double n, int digits);
static int glyph_json_value(glyph_json_in_t *in, int depth);
static int glyph_json_object(glyph_json_in_t *in, int depth);
static int glyph_json_array(glyph_json_in_t *in, int depth);
static int glyph_json_text(glyph_json_in_t *in);
static int glyph_json_unicode(glyph_json_in_t *in);
static int glyph_json_hex4(glyph_json_in_t *in, unsigned *value);
static int glyph_json_number(glyph_json_in_t *in);
static size_t glyph_json_digits(glyph_json_in_t *in);
static int glyph_json_word(glyph_json_in_t *in, const char *word);
static void glyph_json_space(glyph_json_in_t *in);


/* Whether none of eight bytes wants escaping. */

static inline int
glyph_json_plain(const unsigned char *p)
{
    uint64_t  w;

    w = glyph_word_load(p);

    return (glyph_word_within(w, 0x20, '!') | glyph_word_within(w, '#', '[')
            | glyph_word_within(w, ']', '~'))
           == GLYPH_HIGH_BITS;
}


void
glyph_json_string(glyph_buf_t *b, const unsigned char *data, size_t len)
{
    size_t                n;
    char                  escape[8];
    const unsigned char  *p, *run, *last;

    last = data + len;

    glyph_buf_putc(b, '"');

    for (p = data, run = data; p < last; /* void */) {

        while (last - p >= 8 && glyph_json_plain(p)) {
            p += 8;
        }

        if (p == last) {
            break;
        }

        if (*p >= 0x20 && *p < 0x7f && *p != '"' && *p != '\\') {
            p++;
            continue;
        }

        if (*p >= 0x80) {

            /* one character and no more: what follows may want escaping */

            n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;

            if (n <= (size_t) (last - p) && glyph_utf8_valid(p, n) == n) {
                p += n;
                continue;
            }

            glyph_buf_append(b, run, p - run);
            glyph_buf_append(b, "\xef\xbf\xbd", 3);

        } else {
            glyph_buf_append(b, run, p - run);
            n = glyph_json_escape(*p, escape);
            glyph_buf_append(b, escape, n);
        }

        run = ++p;
    }

    glyph_buf_append(b, run, p - run);
    glyph_buf_putc(b, '"');
}


static size_t
glyph_json_escape(unsigned char c, char out[8])
{
    static const char  hex[] = "0123456789abcdef";

    switch (c) {

    case '\0':

        /* Postgres takes no \u0000 */

        memcpy(out, "\xef\xbf\xbd", 3);
        return 3;

    case '"':
    case '\\':
        out[0] = '\\';
        out[1] = (char) c;
        return 2;

    case '\n':
        memcpy(out, "\\n", 2);
        return 2;

    case '\r':
        memcpy(out, "\\r", 2);
        return 2;

    case '\t':
        memcpy(out, "\\t", 2);
        return 2;

    default:
        memcpy(out, "\\u00", 4);
        out[4] = hex[c >> 4];
        out[5] = hex[c & 0xf];
        return 6;
    }
}


void
glyph_json_cstring(glyph_buf_t *b, const char *s)
{
    glyph_json_string(b, (const unsigned char *) s, strlen(s));
}


void
glyph_json_key(glyph_buf_t *b, const char *key)
{
    glyph_json_comma(b);
    glyph_json_cstring(b, key);
    glyph_buf_putc(b, ':');
}


void
glyph_json_comma(glyph_buf_t *b)
{
    unsigned char  c;

    c = b->len ? b->data[b->len - 1] : '{';

    if (c != '{' && c != '[' && c != ':' && c != ',') {
        glyph_buf_putc(b, ',');
    }
}


/*
 * Its digits, most of them few; straight to where they belong, as a copy of
 * what was written a byte at a time would wait for it.
 */

static inline unsigned char *
glyph_json_uint(unsigned char *p, uint64_t u)
{
    size_t    i, n;
    uint64_t  power;

    n = 1;

    for (power = 10; u >= power && n < 19; power *= 10) {
        n++;
    }

    n += u >= power;

    for (i = n; i; i--) {
        p[i - 1] = (unsigned char) ('0' + u % 10);
        u /= 10;
    }

    return p + n;
}


void
glyph_json_int(glyph_buf_t *b, int64_t n)
{
    unsigned char  *p;

    if (glyph_buf_reserve(b, GLYPH_JSON_INT_LEN) != GLYPH_OK) {
        return;
    }

    p = b->data + b->len;

    if (n < 0) {
        *p++ = '-';
    }

    p = glyph_json_uint(p, n < 0 ? 0 - (uint64_t) n : (uint64_t) n);

    b->len = p - b->data;
}


void
glyph_json_double(glyph_buf_t *b, double n, int digits)
{
    if (!isfinite(n)) {
        glyph_buf_puts(b, "null");
        return;
    }

    if (!glyph_json_decimal(b, n, digits)) {
        glyph_buf_printf(b, "%.*g", digits, n);
    }
}


/*
 * What "%.*g" writes, for the numbers that rows are full of, and much faster:
 * those of 0.0001 and more without an exponent.  0: not one of them, or so
 * near the middle of two that only exact arithmetic can round it.
 */

static int
glyph_json_decimal(glyph_buf_t *b, double n, int digits)
{
    int             i, decimals;
    double          scaled, left;
    uint64_t        u, whole;
    unsigned char  *p;

    static const double  pow10[] = {
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12
    };

    if (n == 0 && !signbit(n)) {
        glyph_buf_putc(b, '0');
        return 1;
    }

    if (digits < 1 || digits > 8 || n < 1e-4 || n >= pow10[digits]) {
        return 0;
    }

    decimals = digits - 1;

    for (i = 1; n >= pow10[i]; i++) {
        decimals--;
    }

    for (i = 0; n * pow10[i] < 1; i++) {
        decimals++;
    }

    scaled = n * pow10[decimals];
    u = (uint64_t) scaled;
    left = scaled - (double) u;

    if (left > 0.499 && left < 0.501) {
        return 0;
    }

    u += left > 0.5;

    if ((double) u >= pow10[digits] && decimals == 0) {
        return 0;
    }

    whole = u / (uint64_t) pow10[decimals];
    u -= whole * (uint64_t) pow10[decimals];

    if (glyph_buf_reserve(b, GLYPH_JSON_DECIMAL_LEN) != GLYPH_OK) {
        return 1;
    }

    p = glyph_json_uint(b->data + b->len, whole);

    while (u && u % 10 == 0) {
        u /= 10;
        decimals--;
    }

    if (u) {
        *p = '.';

        for (i = decimals; i; i--) {
            p[i] = (unsigned char) ('0' + u % 10);
            u /= 10;
        }

        p += decimals + 1;
    }

    b->len = p - b->data;

    return 1;
}


/*
 * Not by yajl, which reads the records of JSON: it takes \u0000, half a
 * surrogate, overlong bytes, a form feed for space and numbers of any size,
 * all of which Postgres refuses; and it allocates for each text, of which a
 * row may have one.
 */

int
glyph_json_is_object(const glyph_str_t *text)
{
    glyph_json_in_t  in;

    if (glyph_utf8_valid(text->data, text->len) != text->len) {
        return 0;
    }

    in.pos = text->data;
    in.last = text->data + text->len;

    glyph_json_space(&in);

    if (in.pos == in.last || *in.pos != '{' || !glyph_json_value(&in, 0)) {
        return 0;
    }

    glyph_json_space(&in);

    return in.pos == in.last;
}


static int
glyph_json_value(glyph_json_in_t *in, int depth)
{
    glyph_json_space(in);

    if (in->pos == in->last
        || ((*in->pos == '{' || *in->pos == '[')
            && depth == GLYPH_JSON_DEPTH))
    {
        return 0;
    }

    switch (*in->pos) {

    case '{':
        return glyph_json_object(in, depth);

    case '[':
        return glyph_json_array(in, depth);

    case '"':
        return glyph_json_text(in);

    case 't':
        return glyph_json_word(in, "true");

    case 'f':
        return glyph_json_word(in, "false");

    case 'n':
        return glyph_json_word(in, "null");

    default:
        return glyph_json_number(in);
    }
}


static int
glyph_json_object(glyph_json_in_t *in, int depth)
{
    in->pos++;
    glyph_json_space(in);

    if (in->pos < in->last && *in->pos == '}') {
        in->pos++;
        return 1;
    }

    for ( ;; ) {
        glyph_json_space(in);

        if (in->pos == in->last || *in->pos != '"' || !glyph_json_text(in)) {
            return 0;
        }

        glyph_json_space(in);

        if (in->pos == in->last || *in->pos++ != ':'
            || !glyph_json_value(in, depth + 1))
        {
            return 0;
        }

        glyph_json_space(in);

        if (in->pos == in->last) {
            return 0;
        }

        switch (*in->pos++) {

        case ',':
            break;

        case '}':
            return 1;

        default:
            return 0;
        }
    }
}


static int
glyph_json_array(glyph_json_in_t *in, int depth)
{
    in->pos++;
    glyph_json_space(in);

    if (in->pos < in->last && *in->pos == ']') {
        in->pos++;
        return 1;
    }

    for ( ;; ) {

        if (!glyph_json_value(in, depth + 1)) {
            return 0;
        }

        glyph_json_space(in);

        if (in->pos == in->last) {
            return 0;
        }

        switch (*in->pos++) {

        case ',':
            break;

        case ']':
            return 1;

        default:
            return 0;
        }
    }
}


static int
glyph_json_text(glyph_json_in_t *in)
{
    for (in->pos++; in->pos < in->last; in->pos++) {

        if (*in->pos == '"') {
            in->pos++;
            return 1;
        }

        if (*in->pos < 0x20) {
            return 0;
        }

        if (*in->pos != '\\') {
            continue;
        }

        if (++in->pos == in->last) {
            return 0;
        }

        if (*in->pos == 'u') {

            if (!glyph_json_unicode(in)) {
                return 0;
            }

        } else if (strchr("\"\\/bfnrt", *in->pos) == NULL
                   || *in->pos == '\0')
        {
            return 0;
        }
    }

    return 0;
}


/* At the "u"; stays at the last digit.  What jsonb refuses is refused. */

static int
glyph_json_unicode(glyph_json_in_t *in)
{
    unsigned  high, low;

    if (!glyph_json_hex4(in, &high) || high == 0) {
        return 0;
    }

    if (high < 0xd800 || high > 0xdfff) {
        return 1;
    }

    if (high > 0xdbff || in->last - in->pos < 3
        || in->pos[1] != '\\' || in->pos[2] != 'u')
    {
        return 0;
    }

    in->pos += 2;

    return glyph_json_hex4(in, &low) && low >= 0xdc00 && low <= 0xdfff;
}


static int
glyph_json_hex4(glyph_json_in_t *in, unsigned *value)
{
    int            i;
    unsigned       v;
    unsigned char  c;

    v = 0;

    if (in->last - in->pos < 5) {
        return 0;
    }

    for (i = 0; i < 4; i++) {
        c = *++in->pos;

        if (c >= '0' && c <= '9') {
            v = v * 16 + (c - '0');

        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            v = v * 16 + ((c | 0x20) - 'a' + 10);

        } else {
            return 0;
        }
    }

    *value = v;

    return 1;
}


static int
glyph_json_number(glyph_json_in_t *in)
{
    const unsigned char  *start;

    start = in->pos;

    if (*in->pos == '-') {
        in->pos++;
    }

    if (in->pos < in->last && *in->pos == '0') {
        in->pos++;

    } else if (glyph_json_digits(in) == 0) {
        return 0;
    }

    if (in->pos < in->last && *in->pos == '.') {
        in->pos++;

        if (glyph_json_digits(in) == 0) {
            return 0;
        }
    }

    if (in->pos < in->last && (*in->pos | 0x20) == 'e') {
        in->pos++;

        if (in->pos < in->last && (*in->pos == '+' || *in->pos == '-')) {
            in->pos++;
        }

        /* numeric takes exponents of four digits, and not all of them */

        start = (in->pos - start > GLYPH_JSON_NUMBER_MAX) ? NULL : in->pos;

        if (start == NULL || glyph_json_digits(in) == 0
            || in->pos - start > 3)
        {
            return 0;
        }

        return 1;
    }

    return in->pos - start <= GLYPH_JSON_NUMBER_MAX;
}


static size_t
glyph_json_digits(glyph_json_in_t *in)
{
    const unsigned char  *start;

    for (start = in->pos; in->pos < in->last; in->pos++) {
        if (*in->pos < '0' || *in->pos > '9') {
            break;
        }
    }

    return in->pos - start;
}


static int
glyph_json_word(glyph_json_in_t *in, const char *word)
{
    size_t  len;

    len = strlen(word);

    if ((size_t) (in->last - in->pos) < len
        || memcmp(in->pos, word, len) != 0)
    {
        return 0;
    }

    in->pos += len;

    return 1;
}


static void
glyph_json_space(glyph_json_in_t *in)
{
    while (in->pos < in->last
           && (*in->pos == ' ' || *in->pos == '\t'
               || *in->pos == '\n' || *in->pos == '\r'))
    {
        in->pos++;
    }
}
