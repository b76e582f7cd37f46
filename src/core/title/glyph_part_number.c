#include <stddef.h>
#include <stdio.h>

#include "title/glyph_part_number.h"


/*
 * Each maker abbreviates in his own way.  The number of the chip is there, but
 * the last nought is left out before "t" and "s" (for Ti and SUPER), or it is
 * glued to what the maker counts by: "N308T3" is a 3080 Ti of Inno3D's, with
 * three fans.  Numbers that say nothing are in conf/part_numbers.csv.
 */


static int glyph_part_sized(const glyph_part_run_t *r);
static int glyph_part_gigabyte(const glyph_index_t *index,
    const unsigned char *run, size_t len, char *words);
static int glyph_part_whole(const glyph_index_t *index,
    const unsigned char *p);
static int glyph_part_msi(const glyph_index_t *index,
    const glyph_part_run_t *r, char *words);
static int glyph_part_suffixed(char *words, const unsigned char *p, size_t n,
    size_t rest);
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
glyph_part_follows(const glyph_part_run_t *r, const char *s)
{
    return r->before && r->nbefore == strlen(s)
           && memcmp(r->before, s, r->nbefore) == 0;
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
glyph_part_number(const glyph_index_t *index, const glyph_part_run_t *r,
    char words[GLYPH_PART_NUMBER_MAX])
{
    if (glyph_part_follows(r, "gv")) {
        return glyph_part_gigabyte(index, r->run, r->len, words);
    }

    if (glyph_part_follows(r, "zt")) {
        return glyph_part_zotac(r->run, r->len, words);
    }

    if (glyph_part_follows(r, "rx") || glyph_part_follows(r, "hd")) {
        return glyph_part_xfx(r->run, r->len, words);
    }

    if ((glyph_part_follows(r, "msi") || r->card || glyph_part_sized(r))
        && glyph_part_msi(index, r, words))
    {
        return 1;
    }

    switch (r->run[0]) {

    case 'v':
    case 't':
        return glyph_part_pny(index, r->run, r->len, words);

    case 'a':
    case 'e':
        return glyph_part_asus(r->run, r->len, words);

    case 'n':
        return glyph_part_pny(index, r->run, r->len, words)
               || glyph_part_palit(index, r->run, r->len, words)
               || glyph_part_inno3d(index, r->run, r->len, words);

    default:
        return 0;
    }
}


/* Whether the size of a memory follows, as in "N730-2GD3", "R5450-MD1GD3". */

static int
glyph_part_sized(const glyph_part_run_t *r)
{
    size_t                n;
    const unsigned char  *p;

    p = r->run + r->len;

    if (p == r->last || *p != '-') {
        return 0;
    }

    p++;

    if (r->last - p > 2 && p[0] == 'm' && p[1] == 'd') {
        p += 2;
    }

    n = glyph_part_digits(p, r->last - p);

    return n && n <= 2 && r->last - p > (ptrdiff_t) n + 1 && p[n] == 'g'
           && (p[n + 1] == 'd' || p[n + 1] == 'l' || p[n + 1] == 'i');
}


/*
 * "N407TS…", "N75T…", "N210…", "NX88T…" (8800 GT), "R67XT…", "R928X…" (R9
 * 280X), "R545…" (HD 5450)
 */

static int
glyph_part_gigabyte(const glyph_index_t *index, const unsigned char *run,
    size_t len, char *words)
{
    char    series[16];
    size_t  n;

    n = glyph_part_digits(run + 1, len - 1);

    if (run[0] == 'n' && len > 4 && run[1] == 'x') {
        return glyph_part_digits(run + 2, 2) == 2
               && glyph_part_words(words, "geforce ", run + 2, 2,
                      run[4] == 't' ? "00 gt " : run[4] == 's' ? "00 gts "
                      : run[4] == 'x' ? "00 gtx " : run[4] == 'g' ? "00 gs "
                      : run[4] == 'l' ? "00 le " : "00 ");
    }

    if (run[0] == 'n') {

        /* "N210" and up are the chip's number, "N166" is not */

        if (n == 3 && glyph_part_whole(index, run + 1)) {
            return glyph_part_words(words, "geforce ", run + 1, 3, " ");
        }

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

    /* "RX195…" is an X1950 */

    if (run[1] == 'x' && len > 5 && run[2] == '1'
        && glyph_part_digits(run + 2, 3) == 3)
    {
        return glyph_part_words(words, "radeon x", run + 2, 3,
                                len > 6 && run[5] == 'p' ? "0 pro " : "0 ");
    }

    if (n == 4) {
        return glyph_part_words(words, "radeon hd ", run + 1, 4, " ");
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


/* Whether a GeForce has this number of three digits. */

static int
glyph_part_whole(const glyph_index_t *index, const unsigned char *p)
{
    uint32_t  node, word;

    word = glyph_automaton_word(index->automaton, p, 3);

    if (word == 0 || p[2] == '1' || p[2] == '6') {
        return 0;
    }

    node = glyph_automaton_next(index->automaton, GLYPH_NODE_ROOT, word);

    return node && index->first[node] != index->first[node + 1];
}


/*
 * "MSI N730K-2GD3H", "N460GTX", "N750Ti", "NX6800GT", "R5450-MD1GD3H",
 * "R5770 Hawk": so short that something must show that they are cards.
 */

static int
glyph_part_msi(const glyph_index_t *index, const glyph_part_run_t *r,
    char *words)
{
    size_t                n, rest;
    const unsigned char  *run, *p;

    run = r->run;
    p = run + 1;

    if (run[0] == 'n' && r->len > 5 && run[1] == 'x') {
        p++;
    }

    n = glyph_part_digits(p, run + r->len - p);
    rest = run + r->len - p - n;

    if (run[0] == 'r' && p == run + 1 && n == 4 && rest == 0) {
        return glyph_automaton_word(index->automaton, p, 4)
               && glyph_part_words(words, "radeon hd ", p, 4, " ");
    }

    if (run[0] != 'n' || rest > 5) {
        return 0;
    }

    if (n == 3 && (rest == 0 || p[3] == 'k' || p[3] == 'd')) {
        return glyph_part_words(words, glyph_part_whole(index, p)
                                       ? "geforce " : "geforce gt ",
                                p, 3, " ");
    }

    if ((n == 3 || (n == 4 && glyph_automaton_word(index->automaton, p, 4)))
        && rest > 1
        && ((p[n] == 'g' && (p[n + 1] == 't' || p[n + 1] == 's'))
            || (p[n] == 't' && p[n + 1] == 'i')))
    {
        return glyph_part_suffixed(words, p, n, rest);
    }

    return n == 4 && rest == 0 && p == run + 2
           && glyph_part_words(words, "geforce ", p, 4, " ");
}


/* "460gtx" is "gtx 460", "750ti" "750 ti", "9800gtx" "9800 gtx". */

static int
glyph_part_suffixed(char *words, const unsigned char *p, size_t n,
    size_t rest)
{
    size_t  k;

    for (k = 0; k < rest && p[n + k] >= 'a' && p[n + k] <= 'z'; k++) {
        /* void */
    }

    if (n == 3 && p[n] == 'g') {
        (void) snprintf(words, GLYPH_PART_NUMBER_MAX, "geforce %.*s %.*s ",
                        (int) k, (const char *) p + n, 3, (const char *) p);
        return 1;
    }

    (void) snprintf(words, GLYPH_PART_NUMBER_MAX, "geforce %.*s %.*s ",
                    (int) n, (const char *) p, (int) k,
                    (const char *) p + n);
    return 1;
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

    /* "EAX600", "EAX1650PRO" */

    if (glyph_part_begins(run, len, "eax") && len < 16) {
        n = glyph_part_digits(run + 3, len - 3);

        return (n == 3 || n == 4)
               && glyph_part_words(words, "radeon x", run + 3, len - 3, " ");
    }

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
