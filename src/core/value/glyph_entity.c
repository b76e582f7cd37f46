
#include <strings.h>

#include "value/glyph_entity.h"
#include "value/glyph_entity_names.h"
#include "text/glyph_phrase.h"
#include "text/glyph_utf8.h"


#define GLYPH_ENTITY_TAG_MAX  8         /* letters of a tag's name */


/* One pass over a text. */

typedef struct {
    const unsigned char  *p;
    const unsigned char  *last;
    unsigned char        *out;
    unsigned              blank:1;      /* the tag read last leaves one */
    unsigned              tagless:1;    /* no tag ends any more */
} glyph_entity_t;


static int glyph_entity_read(glyph_entity_t *e);
static int glyph_entity_number(const unsigned char *p,
    const unsigned char *last, uint32_t *cp);
static int glyph_entity_name(const unsigned char *name, size_t len,
    uint32_t *cp);
static int glyph_entity_tag(glyph_entity_t *e);
static int glyph_entity_is_tag(const unsigned char *name, size_t len,
    const char *const *tags);


/* By their first letters, with a blank at each end. */

static const char *const  glyph_entity_inline[26] = {
    ['a' - 'a'] = " a abbr ",
    ['b' - 'a'] = " b bdi bdo big ",
    ['c' - 'a'] = " cite code ",
    ['d' - 'a'] = " data del dfn ",
    ['e' - 'a'] = " em ",
    ['f' - 'a'] = " font ",
    ['i' - 'a'] = " i ins ",
    ['k' - 'a'] = " kbd ",
    ['l' - 'a'] = " label ",
    ['m' - 'a'] = " mark ",
    ['n' - 'a'] = " nobr ",
    ['q' - 'a'] = " q ",
    ['s' - 'a'] = " s samp small span strike strong ",
    ['t' - 'a'] = " time tt ",
    ['u' - 'a'] = " u ",
    ['v' - 'a'] = " var ",
    ['w' - 'a'] = " wbr "
};

static const char *const  glyph_entity_breaks[26] = {
    ['b' - 'a'] = " br ",
    ['c' - 'a'] = " center ",
    ['d' - 'a'] = " div dd dl dt ",
    ['h' - 'a'] = " h1 h2 h3 h4 h5 h6 hr ",
    ['l' - 'a'] = " li ",
    ['o' - 'a'] = " ol ",
    ['p' - 'a'] = " p pre ",
    ['s' - 'a'] = " sub sup ",
    ['t' - 'a'] = " table tbody td th tr ",
    ['u' - 'a'] = " ul "
};


/* Of 0x80 to 0x9f, which are said for what windows-1252 has there. */

static const uint16_t  glyph_entity_windows[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
    0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178
};


int
glyph_entity_any(const unsigned char *data, size_t len)
{
    const unsigned char  *p, *last;

    if (len == 0) {
        return 0;
    }

    last = data + len;
    p = memchr(data, '&', len);

    if (p && memchr(p, ';', last - p)) {
        return 1;
    }

    p = memchr(data, '<', len);

    return p && memchr(p, '>', last - p);
}


int
glyph_entity_decode(const glyph_str_t *text, int amount, unsigned char *out,
    glyph_str_t *decoded)
{
    int             changed, digit, tag;
    glyph_entity_t  e;

    memset(&e, 0, sizeof(e));

    e.p = text->data;
    e.last = text->data + text->len;
    e.out = out;

    changed = 0;
    digit = 0;
    tag = 0;

    while (e.p < e.last) {

        if (*e.p == '&' && glyph_entity_read(&e)) {
            changed = 1;

        } else if (*e.p == '<' && glyph_entity_tag(&e)) {
            changed = 1;
            tag = 1;

            if (e.blank) {
                *e.out++ = ' ';
            }

            continue;

        } else {
            *e.out++ = *e.p++;
        }

        /* what may be a separator, or a sign of money */

        if (e.out[-1] == ' ' || e.out[-1] >= 0x80) {
            continue;
        }

        if (e.out[-1] >= '0' && e.out[-1] <= '9') {

            if (digit && tag && amount) {
                return 0;
            }

            digit = 1;

        } else {
            digit = 0;
        }

        tag = 0;
    }

    decoded->data = out;
    decoded->len = e.out - out;

    return changed;
}


/* An entity at "&"; 0: it is none, nothing was read. */

static int
glyph_entity_read(glyph_entity_t *e)
{
    size_t                n, max;
    uint32_t              cp;
    const unsigned char  *name, *end;

    name = e->p + 1;
    max = e->last - name;

    if (max > GLYPH_ENTITY_NAME_MAX + 1) {
        max = GLYPH_ENTITY_NAME_MAX + 1;
    }

    end = max ? memchr(name, ';', max) : NULL;

    if (end == NULL || end == name) {
        return 0;
    }

    n = end - name;

    if (*name == '#' ? !glyph_entity_number(name + 1, end, &cp)
                     : !glyph_entity_name(name, n, &cp))
    {
        return 0;
    }

    e->out += glyph_utf8_encode(cp, e->out);
    e->p = end + 1;

    return 1;
}


/* "8364", "x20AC", "X20ac" */

static int
glyph_entity_number(const unsigned char *p, const unsigned char *last,
    uint32_t *cp)
{
    uint32_t       n, base;
    unsigned char  c;

    base = 10;

    if (p < last && (*p == 'x' || *p == 'X')) {
        base = 16;
        p++;
    }

    if (p == last) {
        return 0;
    }

    for (n = 0; p < last; p++) {
        c = *p | 0x20;

        if (*p >= '0' && *p <= '9') {
            n = n * base + (*p - '0');

        } else if (base == 16 && c >= 'a' && c <= 'f') {
            n = n * base + (c - 'a' + 10);

        } else {
            return 0;
        }

        if (n > 0x10ffff) {
            n = 0x110000;
        }
    }

    if (n >= 0x80 && n < 0xa0) {
        n = glyph_entity_windows[n - 0x80];
    }

    if (n == 0 || n > 0x10ffff || (n >= 0xd800 && n < 0xe000)) {
        n = 0xfffd;
    }

    *cp = n;

    return 1;
}


static int
glyph_entity_name(const unsigned char *name, size_t len, uint32_t *cp)
{
    glyph_str_t                 key;
    const glyph_entity_name_t  *entry;

    key.data = (unsigned char *) name;
    key.len = len;

    entry = bsearch(&key, glyph_entity_names, glyph_entity_names_n,
                    sizeof(glyph_entity_name_t), glyph_phrase_compare);

    if (entry == NULL) {
        return 0;
    }

    *cp = entry->cp;

    return 1;
}


/*
 * A known tag at "<"; 0: it is none, nothing was read.  It ends at the first
 * ">", for which no byte is looked at twice.
 */

static int
glyph_entity_tag(glyph_entity_t *e)
{
    size_t                n;
    const unsigned char  *p, *end;

    p = e->p + 1;

    if (p < e->last && *p == '/') {
        p++;
    }

    for (n = 0; p + n < e->last && n <= GLYPH_ENTITY_TAG_MAX
                && ((p[n] >= '0' && p[n] <= '9')
                    || ((p[n] | 0x20) >= 'a' && (p[n] | 0x20) <= 'z')); n++)
    {
        /* void */
    }

    if (n == 0 || n > GLYPH_ENTITY_TAG_MAX || p + n == e->last
        || memchr("> /\t\r\n", p[n], 6) == NULL || e->tagless)
    {
        return 0;
    }

    e->blank = glyph_entity_is_tag(p, n, glyph_entity_breaks);

    if (!e->blank && !glyph_entity_is_tag(p, n, glyph_entity_inline)) {
        return 0;
    }

    end = memchr(p + n, '>', e->last - p - n);

    if (end == NULL) {
        e->tagless = 1;
        return 0;
    }

    e->p = end + 1;

    return 1;
}


static int
glyph_entity_is_tag(const unsigned char *name, size_t len,
    const char *const *tags)
{
    size_t       i;
    const char  *p;

    i = (name[0] | 0x20) - 'a';

    if (i >= 26 || tags[i] == NULL) {
        return 0;
    }

    for (p = tags[i]; p[1]; p = strchr(p + 1, ' ')) {

        if (strncasecmp(p + 1, (const char *) name, len) == 0
            && p[1 + len] == ' ')
        {
            return 1;
        }
    }

    return 0;
}
