#include "text/glyph_simd.h"
#include "text/glyph_token.h"
#include "text/glyph_utf8.h"


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


/* Which bytes of an ASCII text are letters, and which are digits. */

typedef struct {
    uint64_t  letters[GLYPH_TITLE_MAX / GLYPH_BLOCK + 1];
    uint64_t  digits[GLYPH_TITLE_MAX / GLYPH_BLOCK + 1];
} glyph_runs_t;


static int glyph_tokens_runs(const glyph_tokens_t *ts, glyph_runs_t *runs);
static void glyph_tokens_cut_ascii(glyph_tokens_t *ts,
    const glyph_runs_t *runs);
static void glyph_tokens_cut_wide(glyph_tokens_t *ts);
static inline void glyph_tokens_add(glyph_tokens_t *ts, size_t pos,
    size_t len, uint8_t sep, uint8_t digits);
static const unsigned char *glyph_token_between(const unsigned char *p,
    const unsigned char *last, uint8_t *sep);
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


/* One to one, so that the hash of one word of 8 bytes tells which it is. */

static inline uint64_t
glyph_token_mix(uint64_t h, uint64_t w)
{
    h = (h ^ w) * GLYPH_HASH_PRIME;

    return h ^ h >> 32;
}


void
glyph_tokens_read(glyph_tokens_t *ts, const glyph_str_t *text)
{
    glyph_str_t  s;

    s.data = text->data;
    s.len = text->len < GLYPH_TITLE_MAX ? text->len : GLYPH_TITLE_MAX;

    ts->len = glyph_utf8_fold(&s, ts->text, GLYPH_TITLE_MAX);

    glyph_tokens_cut(ts);
}


void
glyph_tokens_cut(glyph_tokens_t *ts)
{
    glyph_runs_t  runs;

    if (glyph_tokens_runs(ts, &runs)) {
        glyph_tokens_cut_ascii(ts, &runs);

    } else {
        glyph_tokens_cut_wide(ts);
    }
}


/* Returns 0 if the text is not ASCII. */

static int
glyph_tokens_runs(const glyph_tokens_t *ts, glyph_runs_t *runs)
{
    size_t         i, rest;
    uint64_t       mask;
    glyph_block_t  block;

    for (i = 0; i * GLYPH_BLOCK < ts->len; i++) {
        rest = ts->len - i * GLYPH_BLOCK;
        mask = rest < GLYPH_BLOCK ? ((uint64_t) 1 << rest) - 1 : UINT64_MAX;

        glyph_block_load(&block, ts->text + i * GLYPH_BLOCK);

        if (glyph_block_high(&block) & mask) {
            return 0;
        }

        runs->digits[i] = glyph_block_within(&block, '0', '9') & mask;
        runs->letters[i] = (glyph_block_within(&block, 'a', 'z')
                            | glyph_block_within(&block, 'A', 'Z')) & mask;
    }

    /* so that every run has an end */

    runs->digits[i] = 0;
    runs->letters[i] = 0;

    return 1;
}


/* Where the run that begins at pos ends. */

static inline size_t
glyph_run_end(const uint64_t *run, size_t pos)
{
    size_t    i;
    uint64_t  rest;

    i = pos / GLYPH_BLOCK;
    rest = ~run[i] >> (pos % GLYPH_BLOCK);

    if (rest) {
        return pos + __builtin_ctzll(rest);
    }

    do {
        i++;
    } while (run[i] == UINT64_MAX);

    return i * GLYPH_BLOCK + __builtin_ctzll(~run[i]);
}


static void
glyph_tokens_cut_ascii(glyph_tokens_t *ts, const glyph_runs_t *runs)
{
    int                   digits;
    size_t                pos, end;
    uint8_t               sep;
    const unsigned char  *p, *last;

    ts->n = 0;
    sep = GLYPH_SEP_FIRST;
    pos = 0;
    last = ts->text + ts->len;

    while (pos < ts->len && ts->n < GLYPH_TOKENS_MAX) {
        p = ts->text + pos;
        digits = (*p >= '0' && *p <= '9');

        if (!digits && glyph_char_class[*p] != GLYPH_CHAR_LETTER) {

            if (*p == ' ') {
                sep |= GLYPH_SEP_SPACE;
                pos++;

            } else {
                pos = glyph_token_between(p, last, &sep) - ts->text;
            }

            continue;
        }

        end = glyph_run_end(digits ? runs->digits : runs->letters, pos);

        glyph_tokens_add(ts, pos, end - pos, sep, digits);

        pos = end;
        sep = 0;
    }
}


static void
glyph_tokens_cut_wide(glyph_tokens_t *ts)
{
    int                   single;
    size_t                n;
    uint8_t               sep;
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

        default:
            p = glyph_token_between(p, last, &sep);
            continue;
        }

        single = 0;
        n = glyph_token_word(ts, p - ts->text, &single);

        glyph_tokens_add(ts, p - ts->text, n, sep, *p >= '0' && *p <= '9');

        p += n;
        sep = single ? GLYPH_SEP_SPACE : 0;
    }
}


static inline void
glyph_tokens_add(glyph_tokens_t *ts, size_t pos, size_t len, uint8_t sep,
    uint8_t digits)
{
    uint64_t        w;
    glyph_token_t  *t;

    t = &ts->token[ts->n++];
    t->pos = pos;
    t->len = len;
    t->sep = sep;
    t->digits = digits;
    t->id = 0;
    t->node = 0;

    if (len > 8) {
        t->hash = glyph_token_hash(ts->text + pos, len);
        return;
    }

    /* there are 8 bytes to read behind any place of the text */

    w = glyph_word_load(ts->text + pos);

    t->hash = glyph_token_mix(GLYPH_HASH_SEED,
                              w & (UINT64_MAX >> (64 - 8 * len)));
}


/* Notes what ASCII between two tokens says, and passes it. */

static const unsigned char *
glyph_token_between(const unsigned char *p, const unsigned char *last,
    uint8_t *sep)
{
    size_t  n;

    switch (glyph_char_class[*p]) {

    case GLYPH_CHAR_AMP:
        n = glyph_token_entity(p, last);
        *sep |= n ? GLYPH_SEP_SPACE : GLYPH_SEP_PLUS;
        return p + (n ? n : 1);

    case GLYPH_CHAR_DASH:
        *sep |= (*sep & GLYPH_SEP_SPACE) && p + 1 < last && p[1] == ' '
                ? GLYPH_SEP_BREAK : GLYPH_SEP_DASH;
        break;

    case GLYPH_CHAR_DOT:
        *sep |= GLYPH_SEP_DOT;
        break;

    case GLYPH_CHAR_SLASH:
        *sep |= GLYPH_SEP_SLASH;
        break;

    case GLYPH_CHAR_COMMA:
        *sep |= GLYPH_SEP_COMMA;
        break;

    case GLYPH_CHAR_PLUS:
        *sep |= GLYPH_SEP_PLUS;
        break;

    case GLYPH_CHAR_BREAK:
        *sep |= GLYPH_SEP_BREAK;
        break;

    default:    /* GLYPH_CHAR_SYMBOL, GLYPH_CHAR_APOSTROPHE */
        *sep |= GLYPH_SEP_SPACE;
        break;
    }

    return p + 1;
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
    t[1].node = 0;

    t[0].len = len;
    t[0].hash = glyph_token_hash(ts->text + t[0].pos, len);
    t[0].id = 0;
    t[0].node = 0;
}


uint64_t
glyph_token_hash(const unsigned char *data, size_t len)
{
    size_t    i;
    uint64_t  h, w;

    h = GLYPH_HASH_SEED;

    while (len > 8) {
        h = glyph_token_mix(h, glyph_word_load(data));
        data += 8;
        len -= 8;
    }

    w = 0;

    for (i = 0; i < len; i++) {
        w |= (uint64_t) data[i] << (8 * i);
    }

    return glyph_token_mix(h, w);
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
