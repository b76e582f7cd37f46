
#include <strings.h>

#include "value/glyph_url.h"
#include "text/glyph_simd.h"


/*
 * Scheme and host, up to the third slash, are case-insensitive; what follows
 * is not.
 */

typedef struct {
    const unsigned char  *host;
    const unsigned char  *path;
    const unsigned char  *query;    /* the question mark, or its end */
    const unsigned char  *end;      /* the fragment's mark, or the last */
    const unsigned char  *last;
} glyph_url_parts_t;

typedef struct {
    glyph_str_t           name;     /* what the parameter begins with */
    const char           *host;     /* only there; NULL: anywhere */
} glyph_url_tracking_t;


static int glyph_url_parts(const glyph_str_t *url, glyph_url_parts_t *parts);
static int glyph_url_is_route(const glyph_url_parts_t *parts);
static int glyph_url_has_upper(const unsigned char *p,
    const unsigned char *last);
static void glyph_url_lower(unsigned char *text, const unsigned char *last);
static size_t glyph_url_param(const glyph_url_parts_t *parts,
    const unsigned char **src, const unsigned char **param);
static int glyph_url_tracking(const glyph_url_parts_t *parts,
    const unsigned char *param, size_t len);
static int glyph_url_host_has(const glyph_url_parts_t *parts,
    const char *name);


/*
 * What says where a visitor came from, not which page it is; by first letter.
 * Elsewhere the last ones may be what tells one article from another.
 */

#define glyph_url_anywhere(name)     { glyph_string(name), NULL }
#define glyph_url_only(name, host)   { glyph_string(name), host }

static const glyph_url_tracking_t  glyph_url_trackings[] = {
    glyph_url_anywhere("_branch_match_id="), glyph_url_anywhere("_ga="),
    glyph_url_anywhere("_gl="), glyph_url_anywhere("_hsenc="),
    glyph_url_anywhere("_hsmi="), glyph_url_anywhere("_kx="),
    glyph_url_anywhere("_openstat="), glyph_url_anywhere("_trkparms="),
    glyph_url_anywhere("_trksid="), glyph_url_only("amdata=", "ebay."),
    glyph_url_only("campid=", "ebay."), glyph_url_only("customid=", "ebay."),
    glyph_url_anywhere("dclid="), glyph_url_only("epid=", "ebay."),
    glyph_url_anywhere("fbclid="), glyph_url_anywhere("gad_campaignid="),
    glyph_url_anywhere("gad_source="), glyph_url_anywhere("gbraid="),
    glyph_url_anywhere("gclid="), glyph_url_anywhere("gclsrc="),
    glyph_url_only("hash=", "ebay."), glyph_url_anywhere("igshid="),
    glyph_url_anywhere("li_fat_id="), glyph_url_anywhere("mc_cid="),
    glyph_url_anywhere("mc_eid="), glyph_url_anywhere("mkcid="),
    glyph_url_anywhere("mkevt="), glyph_url_anywhere("mkrid="),
    glyph_url_anywhere("msclkid="), glyph_url_only("pd_rd_", "amazon."),
    glyph_url_only("pf_rd_", "amazon."), glyph_url_only("ref=", "amazon."),
    glyph_url_only("ref=", "etsy."), glyph_url_anywhere("ref_="),
    glyph_url_anywhere("spm="), glyph_url_anywhere("srsltid="),
    glyph_url_only("toolid=", "ebay."), glyph_url_anywhere("ttclid="),
    glyph_url_anywhere("twclid="), glyph_url_anywhere("wbraid="),
    glyph_url_anywhere("yclid=")
};

#define GLYPH_URL_TRACKINGS                                                   \
    (sizeof(glyph_url_trackings) / sizeof(glyph_url_trackings[0]))


int
glyph_url_page(const glyph_str_t *url, unsigned char *room,
    glyph_str_t *page)
{
    size_t                len, host, n;
    unsigned char        *p, sep;
    const unsigned char  *src, *param;
    glyph_url_parts_t     parts;

    if (!glyph_url_parts(url, &parts)) {
        return 0;
    }

    len = parts.query - url->data;
    host = parts.path - url->data;

    /* "/" at the end of a path says nothing */

    while (len > host && url->data[len - 1] == '/') {
        len--;
    }

    src = parts.query;
    n = glyph_url_param(&parts, &src, &param);

    if (!glyph_url_is_route(&parts)) {
        parts.last = parts.end;
    }

    if (n == 0 && parts.last == parts.end) {

        if (len <= host) {
            return 0;
        }

        /* most are as they should be, and need no copy */

        if (!glyph_url_has_upper(url->data, parts.path)) {
            page->data = url->data;
            page->len = len;
            return 1;
        }
    }

    /* what is left out makes room for what is put in: nothing grows */

    memcpy(room, url->data, len);
    p = room + len;

    glyph_url_lower(room, host < len ? room + host : p);

    for (sep = '?'; n; sep = '&') {
        *p++ = sep;
        memcpy(p, param, n);
        p += n;

        n = glyph_url_param(&parts, &src, &param);
    }

    n = parts.last - parts.end;
    memcpy(p, parts.end, n);

    page->data = room;
    page->len = p + n - room;

    return 1;
}


/* 0: it is none of http. */

static int
glyph_url_parts(const glyph_str_t *url, glyph_url_parts_t *parts)
{
    size_t                base, len;
    uint64_t              marks;
    unsigned              slashes;
    glyph_four_t          four;
    glyph_block_t         block;
    const unsigned char  *p;

    len = url->len < GLYPH_URL_MAX ? url->len : GLYPH_URL_MAX;
    p = url->data;

    if (len < sizeof("http://x") - 1
        || (p[0] | 0x20) != 'h' || (p[1] | 0x20) != 't'
        || (p[2] | 0x20) != 't' || (p[3] | 0x20) != 'p')
    {
        return 0;
    }

    p += (p[4] | 0x20) == 's' ? 5 : 4;

    if (p[0] != ':' || p[1] != '/' || p[2] != '/') {
        return 0;
    }

    parts->host = p + 3;
    parts->path = NULL;
    parts->query = NULL;
    parts->last = url->data + len;
    parts->end = parts->last;

    slashes = 0;
    glyph_four_set(&four, '/', '?', '#', '#');

    for (base = 0; base < len; base += GLYPH_BLOCK) {
        glyph_block_load_part(&block, url->data + base, len - base);

        for (marks = glyph_block_among(&block, &four); marks;
             marks &= marks - 1)
        {
            p = url->data + base + __builtin_ctzll(marks);

            if (*p == '#') {
                parts->end = p;
                goto done;
            }

            if (*p == '?' && parts->query == NULL) {
                parts->query = p;
            }

            if (*p == '/' && parts->query == NULL && ++slashes == 3) {
                parts->path = p;
            }
        }
    }

done:

    if (parts->query == NULL) {
        parts->query = parts->end;
    }

    if (parts->path == NULL) {
        parts->path = parts->query;
    }

    return parts->path > parts->host;
}


/* A fragment by which a page is told: "#/item/1", "#!/item/1", "#!item". */

static int
glyph_url_is_route(const glyph_url_parts_t *parts)
{
    const unsigned char  *p;

    p = parts->end;

    if (parts->last - p < 3 || (p[1] != '/' && p[1] != '!')) {
        return 0;
    }

    return p[1] == '/' || p[2] != '/' || parts->last - p > 3;
}


static int
glyph_url_has_upper(const unsigned char *p, const unsigned char *last)
{
    uint64_t  w;

    for ( /* void */ ; last - p >= 8; p += 8) {
        if (glyph_word_within(glyph_word_load(p), 'A', 'Z')) {
            return 1;
        }
    }

    w = glyph_word_load_part(p, last - p);

    return glyph_word_within(w, 'A', 'Z') != 0;
}


static void
glyph_url_lower(unsigned char *text, const unsigned char *last)
{
    for ( /* void */ ; text < last; text++) {
        if (*text >= 'A' && *text <= 'Z') {
            *text |= 0x20;
        }
    }
}


/*
 * The next parameter that counts, from what is before it at *src; its length,
 * or 0 if none is left.
 */

static size_t
glyph_url_param(const glyph_url_parts_t *parts, const unsigned char **src,
    const unsigned char **param)
{
    size_t                n;
    const unsigned char  *next;

    while (*src < parts->end) {
        *param = *src + 1;

        next = memchr(*param, '&', parts->end - *param);
        *src = next ? next : parts->end;

        n = *src - *param;

        if (n && !glyph_url_tracking(parts, *param, n)) {
            return n;
        }
    }

    return 0;
}


static int
glyph_url_tracking(const glyph_url_parts_t *parts,
    const unsigned char *param, size_t len)
{
    size_t                       n;
    const glyph_url_tracking_t  *t, *last;

    /* which most of them are */

    if (len > 4 && memcmp(param, "utm_", 4) == 0) {
        return 1;
    }

    t = glyph_url_trackings;
    last = t + GLYPH_URL_TRACKINGS;

    for (n = GLYPH_URL_TRACKINGS / 2; n; n /= 2) {
        if (*t[n].name.data < *param) {
            t += n;
        }
    }

    for ( /* void */ ; t < last && *t->name.data <= *param; t++) {

        if (*t->name.data == *param && len >= t->name.len
            && memcmp(param, t->name.data, t->name.len) == 0
            && (t->host == NULL || glyph_url_host_has(parts, t->host)))
        {
            return 1;
        }
    }

    return 0;
}


/* Whether a part of the host's name is that one: "www.ebay.de". */

static int
glyph_url_host_has(const glyph_url_parts_t *parts, const char *name)
{
    size_t                len;
    const unsigned char  *p;

    len = strlen(name);
    p = parts->host;

    while ((size_t) (parts->path - p) >= len) {

        if ((*p | 0x20) == (unsigned char) *name
            && strncasecmp((const char *) p, name, len) == 0)
        {
            return 1;
        }

        p = memchr(p, '.', parts->path - p);

        if (p == NULL) {
            return 0;
        }

        p++;
    }

    return 0;
}
