#include "title/glyph_mend.h"
#include "title/glyph_part_number.h"


/*
 * Nothing here changes one number into another: a 4070 is never read as a
 * 4060.  What is mended are letters that stand where only digits can ("3O80",
 * "l080"), words that are one slip away from a series' name ("geFroce"), and
 * the part numbers of board makers.
 */


#define GLYPH_RUN_MAX  32           /* of letters and digits, to be mended */


typedef struct {
    size_t                len;
    unsigned char         text[GLYPH_TITLE_MAX];
} glyph_mended_t;


static int glyph_mend_run(const glyph_index_t *index,
    const unsigned char *run, size_t len, glyph_mended_t *out);
static int glyph_mend_digits(const glyph_index_t *index,
    const unsigned char *run, size_t len, glyph_mended_t *out);
static size_t glyph_mend_number(const glyph_index_t *index,
    const unsigned char *p, size_t len, unsigned char *out);
static int glyph_mend_word(const unsigned char *run, size_t len,
    glyph_mended_t *out);
static int glyph_mend_slip(const unsigned char *a, size_t alen,
    const char *b, size_t blen);
static int glyph_mend_put(glyph_mended_t *out, const void *data, size_t len);
static int glyph_mend_puts(glyph_mended_t *out, const char *s);


static inline int
glyph_is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}


static inline int
glyph_is_alnum(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || glyph_is_digit(c);
}


int
glyph_mend(const glyph_index_t *index, glyph_tokens_t *ts, int card)
{
    int                    changed;
    size_t                 n;
    char                   part[GLYPH_PART_NUMBER_MAX];
    glyph_mended_t         out;
    glyph_part_run_t       r;
    const unsigned char   *p, *last;

    memset(&r, 0, sizeof(glyph_part_run_t));

    changed = 0;
    out.len = 0;
    p = ts->text;
    last = p + ts->len;

    r.last = last;
    r.card = card != 0;

    while (p < last) {

        for (n = 0; p + n < last && glyph_is_alnum(p[n]); n++) { /* void */ }

        if (n == 0) {
            if (!glyph_mend_put(&out, p, 1)) {
                return 0;
            }

            p++;
            continue;
        }

        r.run = p;
        r.len = n;

        if (n >= 3 && n <= GLYPH_RUN_MAX
            && ((glyph_part_number(index, &r, part)
                 && glyph_mend_puts(&out, part))
                || glyph_mend_run(index, p, n, &out)))
        {
            changed = 1;

        } else if (!glyph_mend_put(&out, p, n)) {
            return 0;
        }

        r.before = p;
        r.nbefore = n;
        p += n;
    }

    if (!changed) {
        return 0;
    }

    memcpy(ts->text, out.text, out.len);
    ts->len = out.len;
    glyph_tokens_cut(ts);

    return 1;
}


/* Appends the run mended and returns 1, or appends nothing. */

static int
glyph_mend_run(const glyph_index_t *index, const unsigned char *run,
    size_t len, glyph_mended_t *out)
{
    size_t  n;

    for (n = 0; n < len && !glyph_is_digit(run[n]); n++) { /* void */ }

    if (n == len) {
        return glyph_automaton_word(index->automaton, run, n) == 0
               && glyph_mend_word(run, n, out);
    }

    if (n >= 3 && glyph_automaton_word(index->automaton, run, n) == 0
        && glyph_mend_word(run, n, out))
    {
        return glyph_mend_put(out, run + n, len - n);
    }

    return glyph_mend_digits(index, run, len, out);
}


/* "3o80", "gtxl080": makes a number that we know. */

static int
glyph_mend_digits(const glyph_index_t *index, const unsigned char *run,
    size_t len, glyph_mended_t *out)
{
    size_t         i, n;
    unsigned char  number[4];

    for (n = 4; n >= 3; n--) {
        for (i = 0; i + n <= len; i++) {

            if ((i && glyph_is_digit(run[i - 1]))
                || (i + n < len && glyph_is_digit(run[i + n]))
                || !glyph_mend_number(index, run + i, n, number))
            {
                continue;
            }

            return glyph_mend_put(out, run, i)
                   && glyph_mend_put(out, " ", 1)
                   && glyph_mend_put(out, number, n)
                   && glyph_mend_put(out, run + i + n, len - i - n);
        }
    }

    return 0;
}


static size_t
glyph_mend_number(const glyph_index_t *index, const unsigned char *p,
    size_t len, unsigned char *out)
{
    size_t  i, digits, leading;

    digits = 0;
    leading = 0;

    for (i = 0; i < len; i++) {
        out[i] = p[i];

        if (glyph_is_digit(p[i])) {
            leading += digits == i;
            digits++;

        } else if (p[i] == 'o') {
            out[i] = '0';

        } else if (p[i] == 'i' || p[i] == 'l') {
            out[i] = '1';

        } else {
            return 0;
        }
    }

    /* "580o" of "580oc" has no letter too many */

    if (digits == 0 || digits == len || digits + 2 < len || leading >= 3
        || out[0] == '0')
    {
        return 0;
    }

    return glyph_automaton_word(index->automaton, out, len) != 0;
}


static int
glyph_mend_word(const unsigned char *run, size_t len, glyph_mended_t *out)
{
    size_t  i, n;

    static const char *const  words[] = {
        "geforce", "radeon", "quadro", "nvidia", "tesla", "firepro",
        "instinct", "rtx", "gtx"
    };

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {

        /* a slip leaves the first letter where it is, or puts it second */

        if (run[0] != (unsigned char) *words[i]
            && run[1] != (unsigned char) *words[i])
        {
            continue;
        }

        n = strlen(words[i]);

        if (len + 1 >= n && len <= n + 1
            && glyph_mend_slip(run, len, words[i], n))
        {
            return glyph_mend_puts(out, words[i]);
        }
    }

    return 0;
}


/*
 * Whether one slip makes b of a: two neighbours swapped or, in words of five
 * letters and more, one letter wrong, missing or too many.
 */

static int
glyph_mend_slip(const unsigned char *a, size_t alen, const char *b,
    size_t blen)
{
    size_t  head, tail, n;

    n = alen < blen ? alen : blen;

    for (head = 0; head < n && a[head] == (unsigned char) b[head]; head++) {
        /* void */
    }

    for (tail = 0;
         tail < n - head
         && a[alen - 1 - tail] == (unsigned char) b[blen - 1 - tail];
         tail++)
    {
        /* void */
    }

    if (alen == blen) {

        if (head + tail + 2 == alen && a[head] == (unsigned char) b[head + 1]
            && a[head + 1] == (unsigned char) b[head])
        {
            return 1;
        }

        return blen >= 5 && head > 0 && head + tail + 1 == alen;
    }

    return blen >= 5 && head > 0 && head + tail == n;
}


static int
glyph_mend_put(glyph_mended_t *out, const void *data, size_t len)
{
    if (len > GLYPH_TITLE_MAX - out->len) {
        return 0;
    }

    memcpy(out->text + out->len, data, len);
    out->len += len;

    return 1;
}


static int
glyph_mend_puts(glyph_mended_t *out, const char *s)
{
    return glyph_mend_put(out, s, strlen(s));
}
