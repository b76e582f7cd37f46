#include "title/glyph_split.h"


/*
 * Long names of series ("geforce") are cut off whatever is left; short ones
 * only if what is left is a word that we know ("rxvega", "arca" of "ArcA750"),
 * as "rx" and "pro" are in many words.
 */


static int glyph_split_may(const unsigned char *p, size_t len);
static size_t glyph_split_cut(const glyph_index_t *index,
    const glyph_tokens_t *ts, size_t i);
static size_t glyph_split_prefix(const glyph_index_t *index,
    const glyph_tokens_t *ts, size_t i);
static int glyph_split_follows_number(const glyph_tokens_t *ts, size_t i);
static int glyph_split_number(const glyph_index_t *index,
    glyph_tokens_t *ts, size_t i);
static int glyph_split_radeon(const glyph_index_t *index,
    glyph_tokens_t *ts, size_t i);


typedef struct {
    const char  *text;
    size_t       len;
} glyph_piece_t;


/* Whether a longer word begins with the piece. */

static inline int
glyph_split_is(const unsigned char *p, size_t len, const glyph_piece_t *piece)
{
    return p[0] == (unsigned char) piece->text[0] && len > piece->len
           && memcmp(p, piece->text, piece->len) == 0;
}


void
glyph_split(const glyph_index_t *index, glyph_tokens_t *ts)
{
    size_t          i, cut;
    glyph_token_t  *t;

    for (i = 0; i < ts->n; i++) {
        t = &ts->token[i];

        if (t->digits) {

            if (t->len < 4 || t->len > 6) {
                continue;
            }

            if (!(t->len == 4 && glyph_split_radeon(index, ts, i))
                && t->id == 0)
            {
                (void) glyph_split_number(index, ts, i);
            }

            continue;
        }

        if (t->id || (t->len < 4 && !(t->len == 3 && glyph_token_glued(t))))
        {
            continue;
        }

        cut = glyph_split_cut(index, ts, i);

        if (cut) {
            glyph_tokens_split(ts, i, cut);

            if (ts->token[i].len != cut) {
                return;     /* no more room */
            }

            glyph_automaton_lookup(index->automaton, ts, i, i + 2);
            i--;
        }
    }
}


/*
 * Whether a word begins or ends like one of the pieces below; most do not.  A
 * bit for each second letter, by the first.
 */

#define glyph_letter(c)  (1u << ((c) - 'a'))

static int
glyph_split_may(const unsigned char *p, size_t len)
{
    unsigned  a, b, y, z;

    static const uint32_t  begins[26] = {
        ['a' - 'a'] = glyph_letter('d') | glyph_letter('i')
                      | glyph_letter('r'),
        ['b' - 'a'] = glyph_letter('l'),
        ['d' - 'a'] = glyph_letter('u'),
        ['f' - 'a'] = glyph_letter('i') | glyph_letter('u'),
        ['g' - 'a'] = glyph_letter('a') | glyph_letter('b')
                      | glyph_letter('d') | glyph_letter('e')
                      | glyph_letter('r') | glyph_letter('t'),
        ['n' - 'a'] = glyph_letter('v'),
        ['p' - 'a'] = glyph_letter('r'),
        ['q' - 'a'] = glyph_letter('u'),
        ['r' - 'a'] = glyph_letter('a') | glyph_letter('t')
                      | glyph_letter('x'),
        ['s' - 'a'] = glyph_letter('f') | glyph_letter('u'),
        ['t' - 'a'] = glyph_letter('e') | glyph_letter('i'),
        ['v' - 'a'] = glyph_letter('e'),
        ['x' - 'a'] = glyph_letter('t')
    };

    static const uint32_t  ends[26] = {
        ['c' - 'a'] = glyph_letter('e'),
        ['d' - 'a'] = glyph_letter('r'),
        ['g' - 'a'] = glyph_letter('l'),
        ['i' - 'a'] = glyph_letter('a'),
        ['l' - 'a'] = glyph_letter('a'),
        ['o' - 'a'] = glyph_letter('n'),
        ['r' - 'a'] = glyph_letter('o') | glyph_letter('x'),
        ['t' - 'a'] = glyph_letter('x'),
        ['x' - 'a'] = glyph_letter('a')
    };

    a = p[0] - 'a';
    b = p[1] - 'a';
    y = p[len - 2] - 'a';
    z = p[len - 1] - 'a';

    return (a < 26 && b < 26 && (begins[a] >> b & 1))
           || (y < 26 && z < 26 && (ends[y] >> z & 1));
}


/* Where to cut an unknown word, 0: not at all. */

static size_t
glyph_split_cut(const glyph_index_t *index, const glyph_tokens_t *ts,
    size_t i)
{
    size_t                len, k, n;
    const unsigned char  *p;

    static const glyph_piece_t  series[] = {
        { "geforce", 7 }, { "radeon", 6 }, { "quadro", 6 },
        { "nvidia", 6 }, { "firepro", 7 }, { "firegl", 6 }, { "tesla", 5 },
        { "gddr", 4 },
        { "rtx", 3 }, { "gtx", 3 }, { "rx", 2 }
    };

    static const glyph_piece_t  suffixes[] = {
        { "blackwell", 9 }, { "super", 5 }, { "xtx", 3 }, { "gre", 3 },
        { "ada", 3 }, { "sff", 3 },
        { "xt", 2 }, { "ti", 2 }, { "gb", 2 }
    };

    p = glyph_token_text(ts, i);
    len = ts->token[i].len;

    if (!glyph_split_may(p, len)) {
        return 0;
    }

    if (glyph_token_glued(&ts->token[i])
        && glyph_split_follows_number(ts, i))
    {
        for (k = 0; k < sizeof(suffixes) / sizeof(suffixes[0]); k++) {
            n = suffixes[k].len;

            if (glyph_split_is(p, len, &suffixes[k])) {
                return n;
            }
        }
    }

    for (k = 0; k < sizeof(series) / sizeof(series[0]); k++) {
        n = series[k].len;

        if (len <= n) {
            continue;
        }

        /* "rx" is in many words: only right before a number */

        if (glyph_split_is(p + len - n, n + 1, &series[k])
            && (n > 2 || (i + 1 < ts->n && ts->token[i + 1].len >= 3
                          && glyph_token_glued(&ts->token[i + 1]))))
        {
            return len - n;
        }

        if (n > 2 && glyph_split_is(p, len, &series[k])) {
            return n;
        }
    }

    if (len > 4 && memcmp(p + len - 4, "rtxa", 4) == 0) {
        return len - 4;
    }

    return glyph_split_prefix(index, ts, i);
}


/* "rxvega", "titanxp", "furyx", "prowx", "gamingx" */

static size_t
glyph_split_prefix(const glyph_index_t *index, const glyph_tokens_t *ts,
    size_t i)
{
    size_t                len, k, n;
    const glyph_token_t  *t;
    const unsigned char  *p;

    static const glyph_piece_t  words[] = {
        { "gaming", 6 }, { "ventus", 6 }, { "titan", 5 }, { "grid", 4 },
        { "vega", 4 }, { "fury", 4 }, { "arc", 3 }, { "pro", 3 },
        { "duo", 3 }, { "rx", 2 }, { "ai", 2 }
    };

    t = &ts->token[i];
    p = glyph_token_text(ts, i);
    len = t->len;

    for (k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
        n = words[k].len;

        if (!glyph_split_is(p, len, &words[k])) {
            continue;
        }

        /* short ones only between others, or right before a number */

        if (n <= 3 && !(i && glyph_token_glued(t))
            && !(i + 1 < ts->n && t[1].digits && glyph_token_glued(&t[1]))
            && !(n == 2 && p[0] == 'r'))
        {
            continue;
        }

        if (glyph_automaton_word(index->automaton, p + n, len - n)
            || (len > n + 3 && memcmp(p + n, "pro", 3) == 0)
            || (len > n + 4 && memcmp(p + n, "vega", 4) == 0))
        {
            return n;
        }
    }

    return 0;
}


/* Whether token i is glued to a number, or to a suffix glued to one. */

static int
glyph_split_follows_number(const glyph_tokens_t *ts, size_t i)
{
    while (i > 0 && glyph_token_glued(&ts->token[i])) {
        i--;

        if (ts->token[i].digits) {
            return 1;
        }

        if (ts->token[i].id == 0 || ts->token[i].len > 5) {
            return 0;
        }
    }

    return 0;
}


/* "30506GB" is 3050 and 6 GB: where the first part is a number we know. */

static int
glyph_split_number(const glyph_index_t *index, glyph_tokens_t *ts, size_t i)
{
    size_t          cut;
    uint32_t        v;
    glyph_token_t  *t;

    t = &ts->token[i];

    if (i == 0 || i + 1 >= ts->n || !glyph_token_glued(t + 1)
        || glyph_index_class(index, ts, i + 1) != GLYPH_W_UNIT_G)
    {
        return 0;
    }

    for (cut = 4; cut >= 3; cut--) {

        if (t->len <= cut || t->len > cut + 2
            || ts->text[t->pos + cut] == '0'
            || glyph_automaton_word(index->automaton,
                                    glyph_token_text(ts, i), cut) == 0)
        {
            continue;
        }

        v = ts->text[t->pos + cut] - '0';

        if (t->len == cut + 2) {
            v = v * 10 + (ts->text[t->pos + cut + 1] - '0');
        }

        if (v <= 12 || v == 16 || v == 20 || v == 24 || v == 32 || v == 48) {
            glyph_tokens_split(ts, i, cut);
            glyph_automaton_lookup(index->automaton, ts, i, i + 2);
            return 1;
        }
    }

    return 0;
}


/*
 * "R9280X" is R9 and 280X, as R9 280 is a card; "R5450" is none, and "HR9280"
 * no Radeon.
 */

static int
glyph_split_radeon(const glyph_index_t *index, glyph_tokens_t *ts, size_t i)
{
    uint32_t              node;
    const unsigned char  *p;

    if (i == 0 || !glyph_token_glued(&ts->token[i])
        || !glyph_token_is(ts, i - 1, "r"))
    {
        return 0;
    }

    p = glyph_token_text(ts, i);
    node = ts->token[i - 1].node;

    if (node) {
        node = glyph_automaton_next(index->automaton, node,
                   glyph_automaton_word(index->automaton, p, 1));
    }

    if (node) {
        node = glyph_automaton_next(index->automaton, node,
                   glyph_automaton_word(index->automaton, p + 1, 3));
    }

    if (node == GLYPH_NODE_NONE) {
        return 0;
    }

    glyph_tokens_split(ts, i, 1);
    glyph_automaton_lookup(index->automaton, ts, i, i + 2);

    return 1;
}
