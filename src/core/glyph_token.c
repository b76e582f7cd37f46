#include "glyph_token.h"
#include "glyph_utf8.h"


#define GLYPH_HASH_SEED   0xcbf29ce484222325u
#define GLYPH_HASH_PRIME  0x9e3779b97f4a7c15u

#define GLYPH_ENTITY_MAX  10        /* "&thetasym;" and shorter */


typedef enum {
    GLYPH_CHAR_SYMBOL = 0,          /* all that is nothing below */
    GLYPH_CHAR_LETTER,
    GLYPH_CHAR_DIGIT,
    GLYPH_CHAR_DASH,
    GLYPH_CHAR_DOT,
    GLYPH_CHAR_SLASH,
    GLYPH_CHAR_COMMA,
    GLYPH_CHAR_PLUS,
    GLYPH_CHAR_AMP,
    GLYPH_CHAR_BREAK,
    GLYPH_CHAR_APOSTROPHE,
    GLYPH_CHAR_HIGH
} glyph_char_e;


static size_t glyph_tokens_ascii(unsigned char *dst,
    const unsigned char *src, size_t len);
static size_t glyph_token_entity(const unsigned char *p,
    const unsigned char *last);
static int glyph_token_high(const unsigned char *p,
    const unsigned char *last, size_t *len);
static size_t glyph_token_word(const glyph_tokens_t *ts, size_t pos,
    int *single);


static const uint8_t  glyph_char_class[256] = {
    ['a' ... 'z'] = GLYPH_CHAR_LETTER,
    ['A' ... 'Z'] = GLYPH_CHAR_LETTER,
    ['0' ... '9'] = GLYPH_CHAR_DIGIT,
    ['-'] = GLYPH_CHAR_DASH,
    ['_'] = GLYPH_CHAR_DASH,
    ['.'] = GLYPH_CHAR_DOT,
    ['/'] = GLYPH_CHAR_SLASH,
    ['\\'] = GLYPH_CHAR_SLASH,
    [','] = GLYPH_CHAR_COMMA,
    ['+'] = GLYPH_CHAR_PLUS,
    ['&'] = GLYPH_CHAR_AMP,
    ['|'] = GLYPH_CHAR_BREAK,
    [';'] = GLYPH_CHAR_BREAK,
    [':'] = GLYPH_CHAR_BREAK,
    ['('] = GLYPH_CHAR_BREAK,
    [')'] = GLYPH_CHAR_BREAK,
    ['['] = GLYPH_CHAR_BREAK,
    [']'] = GLYPH_CHAR_BREAK,
    ['!'] = GLYPH_CHAR_BREAK,
    ['\''] = GLYPH_CHAR_APOSTROPHE,
    [0x80 ... 0xff] = GLYPH_CHAR_HIGH
};


void
glyph_tokens_read(glyph_tokens_t *ts, const glyph_str_t *text)
{
    size_t       n;
    glyph_str_t  s;

    n = text->len < GLYPH_TITLE_MAX ? text->len : GLYPH_TITLE_MAX;

    ts->len = glyph_tokens_ascii(ts->text, text->data, n);

    if (ts->len < n) {
        s.data = text->data;
        s.len = n;

        ts->len = glyph_utf8_fold(&s, ts->text, GLYPH_TITLE_MAX);
    }

    glyph_tokens_cut(ts);
}


/* Copies ASCII in lower case; stops at the first byte that is none. */

static size_t
glyph_tokens_ascii(unsigned char *dst, const unsigned char *src, size_t len)
{
    size_t         i;
    unsigned char  c;

    for (i = 0; i < len; i++) {
        c = src[i];

        if (c >= 0x80) {
            break;
        }

        dst[i] = (c >= 'A' && c <= 'Z') ? c | 0x20 : c;
    }

    return i;
}


void
glyph_tokens_cut(glyph_tokens_t *ts)
{
    int                   single;
    size_t                pos, n;
    uint8_t               sep;
    glyph_token_t        *t;
    const unsigned char  *p, *last;

    ts->n = 0;
    sep = GLYPH_SEP_FIRST;
    p = ts->text;
    last = p + ts->len;

    while (p < last && ts->n < GLYPH_TOKENS_MAX) {

        switch (glyph_char_class[*p]) {

        case GLYPH_CHAR_LETTER:
        case GLYPH_CHAR_DIGIT:
            break;

        case GLYPH_CHAR_HIGH:
            if (glyph_token_high(p, last, &n)) {
                break;
            }

            sep |= GLYPH_SEP_SPACE;
            p += n;
            continue;

        case GLYPH_CHAR_AMP:
            n = glyph_token_entity(p, last);
            sep |= n ? GLYPH_SEP_SPACE : GLYPH_SEP_PLUS;
            p += n ? n : 1;
            continue;

        case GLYPH_CHAR_DASH:
            sep |= (sep & GLYPH_SEP_SPACE) && p + 1 < last && p[1] == ' '
                   ? GLYPH_SEP_BREAK : GLYPH_SEP_DASH;
            p++;
            continue;

        case GLYPH_CHAR_DOT:
            sep |= GLYPH_SEP_DOT;
            p++;
            continue;

        case GLYPH_CHAR_SLASH:
            sep |= GLYPH_SEP_SLASH;
            p++;
            continue;

        case GLYPH_CHAR_COMMA:
            sep |= GLYPH_SEP_COMMA;
            p++;
            continue;

        case GLYPH_CHAR_PLUS:
            sep |= GLYPH_SEP_PLUS;
            p++;
            continue;

        case GLYPH_CHAR_BREAK:
            sep |= GLYPH_SEP_BREAK;
            p++;
            continue;

        default:    /* GLYPH_CHAR_SYMBOL, GLYPH_CHAR_APOSTROPHE */
            sep |= GLYPH_SEP_SPACE;
            p++;
            continue;
        }

        pos = p - ts->text;
        single = 0;
        n = glyph_token_word(ts, pos, &single);

        t = &ts->token[ts->n++];
        t->pos = pos;
        t->len = n;
        t->sep = sep;
        t->digits = (*p >= '0' && *p <= '9');
        t->hash = glyph_token_hash(p, n);
        t->id = 0;

        p += n;
        sep = single ? GLYPH_SEP_SPACE : 0;
    }
}


/* The length of "&trade;" or "&#174;", 0 if it is none. */

static size_t
glyph_token_entity(const unsigned char *p, const unsigned char *last)
{
    size_t  i, n;

    n = last - p;

    for (i = 1; i < n && i <= GLYPH_ENTITY_MAX; i++) {
        if (p[i] == ';') {
            return i > 2 ? i + 1 : 0;
        }

        if (glyph_char_class[p[i]] != GLYPH_CHAR_LETTER
            && glyph_char_class[p[i]] != GLYPH_CHAR_DIGIT
            && !(p[i] == '#' && i == 1))
        {
            return 0;
        }
    }

    return 0;
}


/*
 * Whether a letter begins at p, outside ASCII; *len is the character's
 * length.  Signs (U+0080 .. U+00BF, U+2000 .. U+2FFF, U+3000 .. U+303F),
 * presentation forms and all beyond the basic plane, so emoji too, are none;
 * nor is a byte that begins no character.
 */

static int
glyph_token_high(const unsigned char *p, const unsigned char *last,
    size_t *len)
{
    size_t  i, n;

    n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc3 ? 2 : 1;

    if (*p == 0xc2) {
        n = 2;
    }

    if (n > (size_t) (last - p)) {
        n = last - p;
    }

    for (i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            *len = i;
            return 0;
        }
    }

    *len = n;

    if (*p < 0xc3 || *p == 0xe2 || *p >= 0xee) {
        return 0;
    }

    return !(*p == 0xe3 && n > 1 && p[1] == 0x80);
}


/*
 * The length of the token at pos.  Han and Kana are written without spaces,
 * so each of their characters is a token ("single").
 */

static size_t
glyph_token_word(const glyph_tokens_t *ts, size_t pos, int *single)
{
    size_t                n;
    const unsigned char  *p, *last;

    p = ts->text + pos;
    last = ts->text + ts->len;

    if (*p >= '0' && *p <= '9') {
        while (p < last && *p >= '0' && *p <= '9') {
            p++;
        }

        return p - ts->text - pos;
    }

    while (p < last) {

        if (glyph_char_class[*p] == GLYPH_CHAR_LETTER) {
            p++;
            continue;
        }

        if (*p < 0x80 || !glyph_token_high(p, last, &n)) {
            break;
        }

        if (*p >= 0xe3 && *p <= 0xe9) {

            if (p == ts->text + pos) {
                *single = 1;
                return n;
            }

            break;
        }

        p += n;
    }

    return p - ts->text - pos;
}


void
glyph_tokens_split(glyph_tokens_t *ts, size_t i, size_t len)
{
    glyph_token_t  *t;

    if (ts->n >= GLYPH_TOKENS_MAX || len >= ts->token[i].len) {
        return;
    }

    t = &ts->token[i];

    memmove(t + 1, t, (ts->n - i) * sizeof(glyph_token_t));
    ts->n++;

    t[1].pos += len;
    t[1].len -= len;
    t[1].sep = 0;
    t[1].hash = glyph_token_hash(ts->text + t[1].pos, t[1].len);
    t[1].id = 0;

    t[0].len = len;
    t[0].hash = glyph_token_hash(ts->text + t[0].pos, len);
    t[0].id = 0;
}


uint64_t
glyph_token_hash(const unsigned char *data, size_t len)
{
    size_t    i;
    uint64_t  h;

    h = GLYPH_HASH_SEED;

    for (i = 0; i < len; i++) {
        h = (h ^ data[i]) * GLYPH_HASH_PRIME;
        h ^= h >> 32;
    }

    return h;
}


uint32_t
glyph_token_value(const glyph_tokens_t *ts, size_t i)
{
    size_t                k;
    uint32_t              v;
    const unsigned char  *p;

    if (ts->token[i].len > 9) {
        return UINT32_MAX;
    }

    p = glyph_token_text(ts, i);
    v = 0;

    for (k = 0; k < ts->token[i].len; k++) {
        v = v * 10 + (p[k] - '0');
    }

    return v;
}


int
glyph_token_is(const glyph_tokens_t *ts, size_t i, const char *s)
{
    size_t  n;

    n = strlen(s);

    return ts->token[i].len == n && memcmp(glyph_token_text(ts, i), s, n) == 0;
}
