#include "body/glyph_western.h"
#include "text/glyph_utf8.h"


/* one in so many may be unlikely, or UTF-8 */
#define GLYPH_WESTERN_FEW  10


/* What a byte above 0x7F is in windows-1252. */

typedef enum {
    GLYPH_WESTERN_VOID = 0,     /* nothing */
    GLYPH_WESTERN_LETTER,
    GLYPH_WESTERN_SIGN,         /* the same in all code pages of Windows */
    GLYPH_WESTERN_MARK          /* a sign, but a letter in others */
} glyph_western_kind_e;


typedef struct {
    size_t  good;
    size_t  bad;
    size_t  utf8;               /* characters of UTF-8 above 0x7F */
    size_t  lines;              /* with bytes that are no UTF-8 */
    size_t  all;                /* lines */
    size_t  of[256];            /* how often which byte was */
} glyph_western_t;


static void glyph_western_count(glyph_western_t *w,
    const unsigned char *data, size_t len, size_t end);
static int glyph_western_is_good(const unsigned char *data, size_t len,
    size_t i);
static glyph_western_kind_e glyph_western_kind(unsigned char c);
static int glyph_western_is_letter(const unsigned char *data, size_t len,
    size_t i);
static int glyph_western_is_eastern(const glyph_western_t *w);


glyph_western_e
glyph_western_judge(const unsigned char *data, size_t len, int whole)
{
    size_t           end;
    glyph_western_t  w;

    end = glyph_utf8_valid(data, len);

    /* a character may be cut */

    if (end == len || (!whole && len - end < 4 && data[end] >= 0xc2)) {
        return GLYPH_WESTERN_NONE;
    }

    memset(&w, 0, sizeof(glyph_western_t));

    glyph_western_count(&w, data, len, end);

    /* what is UTF-8 but for some is read as that: the rest is reported */

    if (w.utf8 >= w.good + w.bad) {
        return GLYPH_WESTERN_NONE;
    }

    if (w.utf8 + w.bad <= w.good / GLYPH_WESTERN_FEW
        && !glyph_western_is_eastern(&w))
    {
        return GLYPH_WESTERN_LIKELY;
    }

    return w.lines * 2 >= w.all ? GLYPH_WESTERN_OTHER : GLYPH_WESTERN_NONE;
}


/* The bytes before "end" are UTF-8. */

static void
glyph_western_count(glyph_western_t *w, const unsigned char *data,
    size_t len, size_t end)
{
    int     hit;
    size_t  i, n;

    hit = 0;
    w->all = 1;

    for (i = 0; i < len; i++) {

        if (data[i] == '\n') {
            w->lines += hit;
            w->all += i + 1 < len;
            hit = 0;
        }

        if (data[i] < 0x80) {
            continue;
        }

        if (i >= end) {
            n = len - i < 4 ? len - i : 4;
            end = i + glyph_utf8_valid(data + i, n);
        }

        if (i < end) {
            w->utf8 += data[i] >= 0xc0;
            continue;
        }

        hit = 1;
        w->of[data[i]]++;

        if (glyph_western_is_good(data, len, i)) {
            w->good++;

        } else {
            w->bad++;
        }
    }

    w->lines += hit;
}


static int
glyph_western_is_good(const unsigned char *data, size_t len, size_t i)
{
    int                   behind;
    glyph_western_kind_e  kind;

    kind = glyph_western_kind(data[i]);

    if (kind == GLYPH_WESTERN_SIGN) {
        return 1;
    }

    /* no more than two in a row: "créée" */

    if (i && glyph_western_kind(data[i - 1]) != GLYPH_WESTERN_SIGN
        && data[i - 1] >= 0x80
        && ((i > 1 && data[i - 2] >= 0x80)
            || (i + 1 < len && data[i + 1] >= 0x80)))
    {
        return 0;
    }

    behind = glyph_western_is_letter(data, len, i + 1);

    switch (kind) {

    case GLYPH_WESTERN_LETTER:
        return behind
               || glyph_western_is_letter(data, len, i - 1)
               || (i + 2 < len && data[i + 1] >= 0x80
                   && glyph_western_is_letter(data, len, i + 2))
               || (i > 1 && data[i - 1] >= 0x80
                   && glyph_western_is_letter(data, len, i - 2))
               || data[i] == 0xe0;      /* "à" */

    case GLYPH_WESTERN_MARK:
        return !behind;

    default:
        return 0;
    }
}


static glyph_western_kind_e
glyph_western_kind(unsigned char c)
{
    static const unsigned char  letters[] = "\x83\x8a\x8c\x8e\x9a\x9c\x9e\x9f";
    static const unsigned char  signs[] =
        "\x80\x82\x84\x85\x86\x87\x89\x8b\x91\x92\x93\x94\x95\x96\x97\x99\x9b"
        "\xa0\xa4\xa6\xa7\xa9\xab\xac\xad\xae\xb0\xb1\xb5\xb6\xb7\xbb";

    if (c >= 0xc0) {
        return c == 0xd7 || c == 0xf7 ? GLYPH_WESTERN_MARK
                                      : GLYPH_WESTERN_LETTER;
    }

    if (strchr((const char *) letters, c)) {
        return GLYPH_WESTERN_LETTER;
    }

    if (strchr((const char *) signs, c)) {
        return GLYPH_WESTERN_SIGN;
    }

    return c == 0x81 || c == 0x8d || c == 0x8f || c == 0x90 || c == 0x9d
           ? GLYPH_WESTERN_VOID : GLYPH_WESTERN_MARK;
}


/* An ASCII letter. */

static int
glyph_western_is_letter(const unsigned char *data, size_t len, size_t i)
{
    unsigned char  c;

    if (i >= len) {
        return 0;
    }

    c = data[i] | 0x20;

    return c >= 'a' && c <= 'z';
}


/*
 * In windows-1250 these are r, e, c, u, o, t, each with a sign of Czech,
 * Hungarian or Romanian; of Western languages only Danish has 0xF8, with 0xE5
 * or 0xE6, Portuguese 0xF5, before "e", and Icelandic 0xFE, with 0xF0.
 */

static int
glyph_western_is_eastern(const glyph_western_t *w)
{
    return (w->of[0xf8] && !w->of[0xe5] && !w->of[0xe6]
            && (w->of[0xec] || w->of[0xe8] || w->of[0xf9]))
           || (w->of[0xe6] && w->of[0xe8] && !w->of[0xf8] && !w->of[0xe5])
           || (w->of[0xfe] && !w->of[0xf0])
           || (w->of[0xf5] && w->of[0xfb]);
}
