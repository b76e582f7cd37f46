#include <stdio.h>

#include "title/glyph_part_number.h"


/*
 * Each maker abbreviates in his own way.  The number of the chip is there, but
 * the last nought is left out before "t" and "s" (for Ti and SUPER), or it is
 * glued to what the maker counts by: "N308T3" is a 3080 Ti of Inno3D's, with
 * three fans.  Numbers that say nothing are in conf/part_numbers.csv.
 */


static int glyph_part_gigabyte(const unsigned char *run, size_t len,
    char *words);
static int glyph_part_msi(const unsigned char *run, size_t len, char *words);
static int glyph_part_zotac(const unsigned char *run, size_t len,
    char *words);
static int glyph_part_xfx(const unsigned char *run, size_t len, char *words);
static int glyph_part_pny(const glyph_index_t *index,
    const unsigned char *run, size_t len, char *words);
static int glyph_part_asus(const unsigned char *run, size_t len, char *words);
static int glyph_part_palit(const glyph_index_t *index,
    const unsigned char *run, size_t len, char *words);
static int glyph_part_inno3d(const glyph_index_t *index,
    const unsigned char *run, size_t len, char *words);
static int glyph_part_short(const unsigned char *run, size_t len,
    char *words);
static int glyph_part_words(char *words, const char *series,
    const unsigned char *number, size_t digits, const char *rest);


static inline int
glyph_part_is(const unsigned char *run, size_t len, const char *s)
{
    return len == strlen(s) && memcmp(run, s, len) == 0;
}


static inline int
glyph_part_begins(const unsigned char *run, size_t len, const char *s)
{
    return len > strlen(s) && memcmp(run, s, strlen(s)) == 0;
}


static inline size_t
glyph_part_digits(const unsigned char *p, size_t len)
{
    size_t  n;

    for (n = 0; n < len && p[n] >= '0' && p[n] <= '9'; n++) { /* void */ }

    return n;
}


int
glyph_part_number(const glyph_index_t *index, const unsigned char *run,
    size_t len, const unsigned char *before, size_t nbefore,
    char words[GLYPH_PART_NUMBER_MAX])
{
    if (before && glyph_part_is(before, nbefore, "gv")) {
        return glyph_part_gigabyte(run, len, words);
    }

    if (before && glyph_part_is(before, nbefore, "msi")) {
        return glyph_part_msi(run, len, words);
    }

    if (before && glyph_part_is(before, nbefore, "zt")) {
        return glyph_part_zotac(run, len, words);
    }

    if (before && (glyph_part_is(before, nbefore, "rx")
                   || glyph_part_is(before, nbefore, "hd")))
    {
        return glyph_part_xfx(run, len, words);
    }

    switch (run[0]) {

    case 'v':
    case 't':
        return glyph_part_pny(index, run, len, words);

    case 'a':
    case 'e':
        return glyph_part_asus(run, len, words);

    case 'n':
        return glyph_part_pny(index, run, len, words)
               || glyph_part_palit(index, run, len, words)
               || glyph_part_inno3d(index, run, len, words);

    default:
        return 0;
    }
}


/* "N407TS…", "N75T…", "R67XT…", "R928X…" (R9 280X), "R545…" (HD 5450) */

static int
glyph_part_gigabyte(const unsigned char *run, size_t len, char *words)
{
    char    series[16];
    size_t  n;

    n = glyph_part_digits(run + 1, len - 1);

    if (run[0] == 'n') {
        return (n == 3 || (n == 2 && len > 3 && run[3] == 't'))
               && glyph_part_short(run + 1, len - 1, words);
    }

    if (run[0] != 'r') {
        return 0;
    }

    if (n == 2 && len > 4 && memcmp(run + 3, "xt", 2) == 0) {
        return glyph_part_words(words, "rx ", run + 1, 2,
                                len > 5 && run[5] == 'x' ? "00 xtx "
                                                         : "00 xt ");
    }

    if (n != 3) {
        return 0;
    }

    if ((run[1] == '7' || run[1] == '9') && (run[2] == '2' || run[2] == '3'))
    {
        (void) snprintf(series, sizeof(series), "radeon r%c ", run[1]);

        return glyph_part_words(words, series, run + 2, 2,
                                len > 4 && run[4] == 'x' ? "0 x " : "0 ");
    }

    return glyph_part_words(words, "radeon hd ", run + 1, 3, "0 ");
}


/* "MSI N730K-2GD3H", "MSI R5450-MD1GD3H" */

static int
glyph_part_msi(const unsigned char *run, size_t len, char *words)
{
    size_t  n;

    n = glyph_part_digits(run + 1, len - 1);

    if (run[0] == 'n' && n == 3) {
        return glyph_part_words(words, "geforce gt ", run + 1, 3, " ");
    }

    if (run[0] == 'r' && n == 4) {
        return glyph_part_words(words, "radeon hd ", run + 1, 4, " ");
    }

    return 0;
}


/* "A30710H" is a 3070 Ti: the fourth digit stands for the suffix. */

static int
glyph_part_zotac(const unsigned char *run, size_t len, char *words)
{
    static const char *const  suffixes[] = {
        "0 ", "0 ti ", "0 super ", "0 ti super "
    };

    if (len < 7 || glyph_part_digits(run, 1)
        || glyph_part_digits(run + 1, len - 1) != 5 || run[4] > '3')
    {
        return 0;
    }

    return glyph_part_words(words, "geforce ", run + 1, 3,
                            suffixes[run[4] - '0']);
}


/* "RX-67XTYPBDP", "HD-545X-YNH2" */

static int
glyph_part_xfx(const unsigned char *run, size_t len, char *words)
{
    size_t  n;

    n = glyph_part_digits(run, len);

    if (n == 2 && len > 3 && memcmp(run + 2, "xt", 2) == 0) {
        return glyph_part_words(words, "rx ", run, 2,
                                len > 4 && run[4] == 'x' ? "00 xtx "
                                                         : "00 xt ");
    }

    if (n == 3 && len == 4) {
        return glyph_part_words(words, "radeon hd ", run, 3, "0 ");
    }

    return 0;
}


/* Those that have the model in full ("VCNRTX4000…") need no reading. */

static int
glyph_part_pny(const glyph_index_t *index, const unsigned char *run,
    size_t len, char *words)
{
    size_t  i, n;

    static const struct {
        const char  *prefix;
        const char  *means;
    } prefixes[] = {
        { "vcq", "quadro " },
        { "vcn", "nvidia " },
        { "tcs", "tesla " },
        { "nv", "nvidia " }
    };

    if (glyph_part_begins(run, len, "vcg") && len > 7
        && glyph_part_digits(run + 3, 4) == 4)
    {
        return glyph_part_words(words, "geforce ", run + 3, 4,
                   run[7] == 's' ? " super "
                   : run[7] != 't' ? " "
                   : len > 8 && run[8] == 's' ? " ti super " : " ti ");
    }

    if (glyph_part_begins(run, len, "vcq") && len >= 9
        && glyph_part_digits(run + 3, 3) == 3
        && memcmp(run + 6, "nvs", 3) == 0)
    {
        return glyph_part_words(words, "nvs ", run + 3, 3, " ");
    }

    for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        n = strlen(prefixes[i].prefix);

        if (glyph_part_begins(run, len, prefixes[i].prefix) && len > n + 1
            && len - n < GLYPH_PART_NUMBER_MAX / 2
            && !glyph_part_digits(run + n, 1)
            && glyph_part_digits(run + n + 1, 1)
            && glyph_automaton_word(index->automaton, run + n, 1))
        {
            return glyph_part_words(words, prefixes[i].means, run + n,
                                    len - n, " ");
        }
    }

    return 0;
}


/* "EAH5450", "EN9600GT", "ENGTX460"; "AX5450" is PowerColor's */

static int
glyph_part_asus(const unsigned char *run, size_t len, char *words)
{
    size_t  n;

    n = glyph_part_begins(run, len, "eah") ? 3
        : glyph_part_begins(run, len, "ah") ? 2
        : glyph_part_begins(run, len, "ax") ? 2 : 0;

    if (n) {
        return glyph_part_digits(run + n, len - n) == 4
               && glyph_part_words(words, "radeon hd ", run + n, 4, " ");
    }

    if (glyph_part_begins(run, len, "en") && len > 5 && len < 16
        && (glyph_part_digits(run + 2, 4) == 4
            || memcmp(run + 2, "gt", 2) == 0))
    {
        return glyph_part_words(words, "geforce ", run + 2, len - 2, " ");
    }

    return 0;
}


/* "NE63080S19IA", "NE6307TS19P2": a digit, the chip, the maker's count */

static int
glyph_part_palit(const glyph_index_t *index, const unsigned char *run,
    size_t len, char *words)
{
    if (len < 9 || run[1] != 'e' || !glyph_part_digits(run + 2, 1)) {
        return 0;
    }

    if (glyph_part_digits(run + 3, 4) == 4) {
        return glyph_automaton_word(index->automaton, run + 3, 4)
               && glyph_part_words(words, "geforce ", run + 3, 4, " ");
    }

    return glyph_part_digits(run + 3, 3) == 3
           && (run[6] == 't' || run[6] == 's')
           && glyph_part_words(words, "geforce ", run + 3, 3,
                               run[6] == 's' ? "0 super "
                               : run[7] == 's' && run[8] == 's'
                               ? "0 ti super " : "0 ti ");
}


/* "N30602-12D6", "N308T3-126X", "N407TS3": the last digit counts the fans */

static int
glyph_part_inno3d(const glyph_index_t *index, const unsigned char *run,
    size_t len, char *words)
{
    size_t  n;

    n = glyph_part_digits(run + 1, len - 1);

    if (n == 5 && len == 6) {
        return glyph_automaton_word(index->automaton, run + 1, 4)
               && glyph_part_words(words, "geforce ", run + 1, 4, " ");
    }

    if (n != 3 || len < 6 || len > 7
        || glyph_part_digits(run + len - 1, 1) != 1)
    {
        return 0;
    }

    if (len == 6 && run[4] != 't' && run[4] != 's') {
        return 0;
    }

    return glyph_part_short(run + 1, len - 1, words);
}


/* "407ts…" is a 4070 Ti SUPER, "75t…" a 750 Ti. */

static int
glyph_part_short(const unsigned char *run, size_t len, char *words)
{
    size_t                n;
    const unsigned char  *p;

    n = glyph_part_digits(run, len);
    p = run + n;
    len -= n;

    return len
           && glyph_part_words(words, "geforce ", run, n,
                  len > 1 && p[0] == 't' && p[1] == 's' ? "0 ti super "
                  : p[0] == 't' ? "0 ti "
                  : p[0] == 's' ? "0 super " : "0 ");
}


/* The series' words, a number's digits, and what follows them. */

static int
glyph_part_words(char *words, const char *series, const unsigned char *number,
    size_t digits, const char *rest)
{
    (void) snprintf(words, GLYPH_PART_NUMBER_MAX, "%s%.*s%s", series,
                    (int) digits, (const char *) number, rest);

    return 1;
}
