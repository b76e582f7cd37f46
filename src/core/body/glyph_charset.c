#include <errno.h>
#include <iconv.h>

#include "body/glyph_charset.h"


#define GLYPH_CHARSET_OUT    65536      /* the conversion buffer */
#define GLYPH_CHARSET_NAME   40         /* the longest name */
#define GLYPH_CHARSET_HEAD   4          /* bytes that decide */
#define GLYPH_CHARSET_REST   8          /* no character is longer */
#define GLYPH_CHARSET_LAST   32         /* room for what the end yields */

#define GLYPH_ICONV_NONE     ((iconv_t) -1)


typedef enum {
    GLYPH_CHARSET_DETECT = 0,
    GLYPH_CHARSET_PASS,
    GLYPH_CHARSET_CONVERT
} glyph_charset_e;


struct glyph_charset_s {
    iconv_t          cd;
    unsigned char   *out;       /* GLYPH_CHARSET_OUT bytes */
    size_t           len;

    /* The file's first bytes; then an unfinished character. */
    unsigned char    carry[2 * GLYPH_CHARSET_REST];
    size_t           ncarry;

    glyph_charset_e  state;
    size_t           unit;      /* to skip after an error */
    unsigned         flushed:1;
    char             client[GLYPH_CHARSET_NAME + 1];
    const char      *name;
};


static int glyph_charset_name_copy(char *dst, const glyph_str_t *name);
static int glyph_charset_is(const char *name, const char *const *names);
static int glyph_charset_detect(glyph_charset_t *cs,
    const unsigned char **pos, const unsigned char *last, int end);
static int glyph_charset_use(glyph_charset_t *cs, const char *name);
static int glyph_charset_pass(glyph_charset_t *cs, const unsigned char **pos,
    const unsigned char *last, glyph_str_t *out);
static int glyph_charset_convert(glyph_charset_t *cs,
    const unsigned char **pos, const unsigned char *last, int end,
    glyph_str_t *out);
static int glyph_charset_carried(glyph_charset_t *cs,
    const unsigned char **pos, const unsigned char *last);
static int glyph_charset_iconv(glyph_charset_t *cs, const unsigned char *data,
    size_t len, size_t *used);
static void glyph_charset_finish(glyph_charset_t *cs);


static const char *const  glyph_charset_utf8[] = {
    "utf-8", "utf8", "us-ascii", "ascii", "utf-8-sig", "utf8-sig",
    "utf_8_sig", "utf_8", "utf-8-bom", "x-utf-8", "cp65001", NULL
};

/* Names that are given to a charset that has more: WHATWG, Encoding. */

static const char *const  glyph_charset_latin1[] = {
    "iso-8859-1", "iso8859-1", "iso_8859-1", "iso88591", "iso-8859-1:1987",
    "iso_8859-1:1987", "iso-ir-100", "latin1", "latin-1", "l1", "cp819",
    "ibm819", "csisolatin1", NULL
};

/* Names that leave the byte order to the file. */

static const char *const  glyph_charset_utf16[] = {
    "utf-16", "utf16", "ucs-2", "ucs2", "iso-10646-ucs-2", "csunicode",
    "unicode", NULL
};

/* What iconv knows besides, but no file has, and what hides bytes. */

static const char *const  glyph_charset_refused[] = {
    "utf-7", "utf7", "utf-7-imap", "unicode-1-1-utf-7", "utf-32", "utf32",
    "utf-32le", "utf32le", "utf-32be", "utf32be", "ucs-4", "ucs4", "ucs-4le",
    "ucs-4be", "csucs4", "iso-10646", "10646-1:1993", "10646-1:1993:ucs4",
    "wchar_t", "internal", "java", "ucs-2le", "ucs-2be", "ucs2le", "ucs2be",
    "unicodelittle", "unicodebig", NULL
};


int
glyph_charset_create(glyph_charset_t **out, const glyph_str_t *name)
{
    int               rc;
    glyph_charset_t  *cs;

    *out = NULL;

    cs = calloc(1, sizeof(glyph_charset_t));
    if (cs == NULL) {
        return GLYPH_ERROR;
    }

    /*
     * set by calloc():
     *
     *     cs->out = NULL;
     *     cs->state = GLYPH_CHARSET_DETECT;
     */

    cs->cd = GLYPH_ICONV_NONE;
    cs->name = glyph_charset_utf8[0];

    rc = GLYPH_BAD;

    if (glyph_charset_name_copy(cs->client, name) == GLYPH_OK) {

        if (glyph_charset_is(cs->client, glyph_charset_latin1)) {
            strcpy(cs->client, "windows-1252");
        }

        rc = glyph_charset_is(cs->client, glyph_charset_utf16)
             ? GLYPH_OK : glyph_charset_use(cs, cs->client);
    }

    if (rc != GLYPH_OK) {
        glyph_charset_destroy(cs);
        return rc;
    }

    /* what was opened is kept: a byte order mark is the exception */

    cs->state = GLYPH_CHARSET_DETECT;
    cs->name = glyph_charset_utf8[0];

    *out = cs;

    return GLYPH_OK;
}


void
glyph_charset_destroy(glyph_charset_t *cs)
{
    if (cs == NULL) {
        return;
    }

    if (cs->cd != GLYPH_ICONV_NONE) {
        iconv_close(cs->cd);
    }

    free(cs->out);
    free(cs);
}


const char *
glyph_charset_name(const glyph_charset_t *cs)
{
    return cs->name;
}


/*
 * The name in lower case, without quotes.  No "/": iconv takes what follows
 * one as options.
 */

static int
glyph_charset_name_copy(char *dst, const glyph_str_t *name)
{
    size_t         i, len;
    unsigned char  c, *data;

    len = name ? name->len : 0;
    data = len ? name->data : NULL;

    if (len >= 2 && data[0] == '"' && data[len - 1] == '"') {
        data++;
        len -= 2;
    }

    if (len == 0) {
        strcpy(dst, glyph_charset_utf8[0]);
        return GLYPH_OK;
    }

    if (len > GLYPH_CHARSET_NAME) {
        return GLYPH_BAD;
    }

    for (i = 0; i < len; i++) {
        c = data[i];

        if (c >= 'A' && c <= 'Z') {
            c |= 0x20;
        }

        if ((c < 'a' || c > 'z') && (c < '0' || c > '9')
            && (c == '\0' || strchr("_.:-", c) == NULL))
        {
            return GLYPH_BAD;
        }

        dst[i] = c;
    }

    dst[len] = '\0';

    return GLYPH_OK;
}


static int
glyph_charset_is(const char *name, const char *const *names)
{
    for ( /* void */ ; *names; names++) {
        if (strcmp(name, *names) == 0) {
            return 1;
        }
    }

    return 0;
}


int
glyph_charset_read(glyph_charset_t *cs, const unsigned char **pos,
    const unsigned char *last, int end, glyph_str_t *out)
{
    int  rc;

    out->len = 0;
    out->data = NULL;

    if (cs->state == GLYPH_CHARSET_DETECT) {
        rc = glyph_charset_detect(cs, pos, last, end);
        if (rc != GLYPH_OK) {
            return rc;
        }
    }

    if (cs->state == GLYPH_CHARSET_PASS) {
        return glyph_charset_pass(cs, pos, last, out);
    }

    return glyph_charset_convert(cs, pos, last, end, out);
}


/*
 * Decides by the first bytes: a mark, or NULs for every other one, which is
 * UTF-16.  Those that are no mark are left in the input, or in cs->carry if
 * some of them came before.
 */

static int
glyph_charset_detect(glyph_charset_t *cs, const unsigned char **pos,
    const unsigned char *last, int end)
{
    size_t                n, mark, before;
    unsigned char        *c;
    const char           *name;
    const unsigned char  *p;

    c = cs->carry;
    n = cs->ncarry;
    before = n;

    for (p = *pos; p < last && n < GLYPH_CHARSET_HEAD; p++) {
        c[n++] = *p;
    }

    name = cs->client;
    mark = 0;

    if (n >= 2 && c[0] == 0xff && c[1] == 0xfe) {
        name = "utf-16le";
        mark = 2;

    } else if (n >= 2 && c[0] == 0xfe && c[1] == 0xff) {
        name = "utf-16be";
        mark = 2;

    } else if (n >= 3 && memcmp(c, "\xef\xbb\xbf", 3) == 0) {
        name = glyph_charset_utf8[0];
        mark = 3;

    } else if (n < GLYPH_CHARSET_HEAD && !end) {
        cs->ncarry = n;
        *pos = p;
        return GLYPH_AGAIN;

    } else if (n == 4 && glyph_charset_is(name, glyph_charset_utf8)
               && !c[0] == !c[2] && !c[1] == !c[3] && !c[0] != !c[1])
    {
        name = c[0] ? "utf-16le" : "utf-16be";

    } else if (glyph_charset_is(name, glyph_charset_utf16)) {
        name = n >= 2 && c[0] != 0 && c[1] == 0 ? "utf-16le" : "utf-16be";
    }

    if (before == 0) {
        *pos += mark;
        cs->ncarry = 0;

    } else {
        *pos = p;
        cs->ncarry = n - mark;
        memmove(c, c + mark, cs->ncarry);
    }

    /* the client's name has been tried: iconv misses a module or memory */

    return glyph_charset_use(cs, name) == GLYPH_OK ? GLYPH_OK : GLYPH_ERROR;
}


static int
glyph_charset_use(glyph_charset_t *cs, const char *name)
{
    if (glyph_charset_is(name, glyph_charset_utf8)) {
        cs->state = GLYPH_CHARSET_PASS;
        cs->name = glyph_charset_utf8[0];
        return GLYPH_OK;
    }

    if (glyph_charset_is(name, glyph_charset_refused)) {
        return GLYPH_BAD;
    }

    if (cs->cd == GLYPH_ICONV_NONE || name != cs->client) {

        if (cs->cd != GLYPH_ICONV_NONE) {
            iconv_close(cs->cd);
        }

        cs->cd = iconv_open("UTF-8", name);

        if (cs->cd == GLYPH_ICONV_NONE) {
            return errno == EINVAL ? GLYPH_BAD : GLYPH_ERROR;
        }
    }

    cs->state = GLYPH_CHARSET_CONVERT;
    cs->unit = strncmp(name, "utf-16", 6) == 0
               || strncmp(name, "utf16", 5) == 0 ? 2 : 1;
    cs->name = name;

    return GLYPH_OK;
}


static int
glyph_charset_pass(glyph_charset_t *cs, const unsigned char **pos,
    const unsigned char *last, glyph_str_t *out)
{
    if (cs->ncarry) {
        out->data = cs->carry;
        out->len = cs->ncarry;
        cs->ncarry = 0;

        return GLYPH_OK;
    }

    out->data = (unsigned char *) *pos;
    out->len = last - *pos;
    *pos = last;

    return out->len ? GLYPH_OK : GLYPH_AGAIN;
}


static int
glyph_charset_convert(glyph_charset_t *cs, const unsigned char **pos,
    const unsigned char *last, int end, glyph_str_t *out)
{
    int     rc;
    size_t  used;

    if (cs->out == NULL) {
        cs->out = malloc(GLYPH_CHARSET_OUT);
        if (cs->out == NULL) {
            return GLYPH_ERROR;
        }
    }

    cs->len = 0;
    rc = GLYPH_OK;

    while (rc == GLYPH_OK && *pos < last) {

        if (cs->ncarry) {
            rc = glyph_charset_carried(cs, pos, last);
            continue;
        }

        rc = glyph_charset_iconv(cs, *pos, last - *pos, &used);
        *pos += used;

        if (rc == GLYPH_AGAIN) {
            cs->ncarry = last - *pos;
            memcpy(cs->carry, *pos, cs->ncarry);
            *pos = last;
        }
    }

    if (rc != GLYPH_FULL && end) {
        rc = cs->ncarry ? glyph_charset_carried(cs, pos, last) : GLYPH_OK;

        if (rc != GLYPH_FULL) {
            glyph_charset_finish(cs);
        }
    }

    out->data = cs->out;
    out->len = cs->len;

    return out->len ? GLYPH_OK : GLYPH_AGAIN;
}


/*
 * Converts what was carried over, with as much behind it as makes whole the
 * character that it breaks off in.
 */

static int
glyph_charset_carried(glyph_charset_t *cs, const unsigned char **pos,
    const unsigned char *last)
{
    int     rc;
    size_t  n, used;

    n = last - *pos;

    if (n > sizeof(cs->carry) - cs->ncarry) {
        n = sizeof(cs->carry) - cs->ncarry;
    }

    if (n) {
        memcpy(cs->carry + cs->ncarry, *pos, n);
    }

    rc = glyph_charset_iconv(cs, cs->carry, cs->ncarry + n, &used);

    if (used >= cs->ncarry) {
        *pos += used - cs->ncarry;
        cs->ncarry = 0;

        return rc == GLYPH_FULL ? rc : GLYPH_OK;
    }

    if (rc == GLYPH_AGAIN) {
        *pos += n;
        cs->ncarry += n;
    }

    cs->ncarry -= used;
    memmove(cs->carry, cs->carry + used, cs->ncarry);

    return rc;
}


/*
 * GLYPH_OK when all is converted, GLYPH_AGAIN when the rest (at most
 * GLYPH_CHARSET_REST bytes) is the beginning of a character, GLYPH_FULL when
 * there is no room.
 */

static int
glyph_charset_iconv(glyph_charset_t *cs, const unsigned char *data,
    size_t len, size_t *used)
{
    int      rc;
    char    *src, *dst;
    size_t   left, room;

    src = (char *) data;
    left = len;
    rc = GLYPH_OK;

    while (left) {
        dst = (char *) cs->out + cs->len;
        room = GLYPH_CHARSET_OUT - cs->len - 1;

        if (iconv(cs->cd, &src, &left, &dst, &room) != (size_t) -1) {
            cs->len = (unsigned char *) dst - cs->out;
            continue;
        }

        cs->len = (unsigned char *) dst - cs->out;

        if (errno == E2BIG) {
            rc = GLYPH_FULL;
            break;
        }

        if (left < cs->unit
            || (errno == EINVAL && left <= GLYPH_CHARSET_REST))
        {
            rc = GLYPH_AGAIN;
            break;
        }

        cs->out[cs->len++] = 0xff;
        src += cs->unit;
        left -= cs->unit;

        if (cs->len == GLYPH_CHARSET_OUT) {
            rc = GLYPH_FULL;
            break;
        }
    }

    *used = len - left;

    return rc;
}


/* With too little room it does nothing: there will be a next call. */

static void
glyph_charset_finish(glyph_charset_t *cs)
{
    char    *dst;
    size_t   room;

    if (cs->flushed || GLYPH_CHARSET_OUT - cs->len < GLYPH_CHARSET_LAST) {
        return;
    }

    cs->flushed = 1;

    /* some charsets keep a character until they see what follows */

    dst = (char *) cs->out + cs->len;
    room = GLYPH_CHARSET_OUT - cs->len - 1;

    iconv(cs->cd, NULL, NULL, &dst, &room);
    cs->len = (unsigned char *) dst - cs->out;

    if (cs->ncarry) {
        cs->out[cs->len++] = 0xff;
        cs->ncarry = 0;
    }
}
