#include <strings.h>

#include "body/glyph_part.h"
#include "text/glyph_utf8.h"


#define GLYPH_PARAM_NAME          1
#define GLYPH_PARAM_FILENAME      2
#define GLYPH_PARAM_FILENAME_EXT  4


static int glyph_part_parse_headers(glyph_part_t *part,
    unsigned char *headers, size_t len);
static int glyph_part_parse_header(glyph_part_t *part,
    const glyph_str_t *name, const glyph_str_t *value, int *disposition);
static int glyph_part_parse_disposition(glyph_part_t *part,
    const glyph_str_t *value);
static const unsigned char *glyph_part_parameter(const unsigned char *p,
    const unsigned char *last, glyph_str_t *attr, glyph_str_t *value);
static int glyph_part_set(glyph_part_t *part, const glyph_str_t *attr,
    const glyph_str_t *value, unsigned *seen);
static void glyph_part_decode(glyph_buf_t *b, const glyph_str_t *value);
static void glyph_part_decode_ext(glyph_part_t *part,
    const glyph_str_t *value);
static int glyph_part_hex(const unsigned char *p, const unsigned char *last);
static void glyph_part_trim(glyph_str_t *s);
static int glyph_part_is(const glyph_str_t *s, const char *text);


int
glyph_part_parse(glyph_part_t *part, unsigned char *headers, size_t len)
{
    int  rc;

    glyph_buf_reset(&part->name);
    glyph_buf_reset(&part->filename);
    glyph_buf_reset(&part->type);

    part->file = 0;
    part->extended = 0;

    rc = glyph_part_parse_headers(part, headers, len);

    if (part->name.failed || part->filename.failed || part->type.failed) {
        return GLYPH_ERROR;
    }

    return rc;
}


void
glyph_part_free(glyph_part_t *part)
{
    glyph_buf_free(&part->name);
    glyph_buf_free(&part->filename);
    glyph_buf_free(&part->type);
}


static int
glyph_part_parse_headers(glyph_part_t *part, unsigned char *headers,
    size_t len)
{
    int             disposition;
    glyph_str_t     name, value;
    unsigned char  *p, *last, *lf, *colon;

    disposition = 0;
    p = headers;
    last = p + len;

    while (p < last) {
        lf = memchr(p, '\n', last - p);

        /* a line that begins with white space goes on in the header */

        while (lf + 1 < last && (lf[1] == ' ' || lf[1] == '\t')) {
            if (lf > p && lf[-1] == '\r') {
                lf[-1] = ' ';
            }

            *lf = ' ';
            lf = memchr(lf, '\n', last - lf);
        }

        colon = memchr(p, ':', lf - p);

        if (colon == NULL || colon == p) {
            return GLYPH_BAD;
        }

        name.data = p;
        name.len = colon - p;
        value.data = colon + 1;
        value.len = lf - value.data;

        glyph_part_trim(&value);

        if (glyph_part_parse_header(part, &name, &value, &disposition)
            != GLYPH_OK)
        {
            return GLYPH_BAD;
        }

        p = lf + 1;
    }

    return disposition ? GLYPH_OK : GLYPH_BAD;
}


static int
glyph_part_parse_header(glyph_part_t *part, const glyph_str_t *name,
    const glyph_str_t *value, int *disposition)
{
    if (glyph_part_is(name, "content-disposition")) {

        if (*disposition) {
            return GLYPH_BAD;
        }

        *disposition = 1;

        return glyph_part_parse_disposition(part, value);
    }

    if (glyph_part_is(name, "content-type")) {
        glyph_buf_reset(&part->type);
        glyph_buf_append(&part->type, value->data, value->len);
        return GLYPH_OK;
    }

    if (glyph_part_is(name, "content-transfer-encoding")
        && !glyph_part_is(value, "7bit")
        && !glyph_part_is(value, "8bit")
        && !glyph_part_is(value, "binary"))
    {
        return GLYPH_BAD;
    }

    return GLYPH_OK;
}


static int
glyph_part_parse_disposition(glyph_part_t *part,
    const glyph_str_t *value)
{
    unsigned              seen;
    glyph_str_t           type, attr, param;
    const unsigned char  *p, *last;

    p = value->data;
    last = p + value->len;

    type.data = value->data;
    while (p < last && *p != ';') {
        p++;
    }

    type.len = p - type.data;
    glyph_part_trim(&type);

    if (!glyph_part_is(&type, "form-data")) {
        return GLYPH_BAD;
    }

    seen = 0;

    while (p < last) {
        p = glyph_part_parameter(p, last, &attr, &param);

        if (p == NULL
            || glyph_part_set(part, &attr, &param, &seen) != GLYPH_OK)
        {
            return GLYPH_BAD;
        }
    }

    if (seen & (GLYPH_PARAM_FILENAME|GLYPH_PARAM_FILENAME_EXT)) {
        part->file = 1;
        return GLYPH_OK;
    }

    return (seen & GLYPH_PARAM_NAME) ? GLYPH_OK : GLYPH_BAD;
}


/*
 * Reads "; attr=value" at p; the value keeps its quotes.  Returns the place
 * behind it, NULL when it is none.  A last ";" alone has no attr.
 */

static const unsigned char *
glyph_part_parameter(const unsigned char *p, const unsigned char *last,
    glyph_str_t *attr, glyph_str_t *value)
{
    p++;
    attr->data = (unsigned char *) p;

    while (p < last && *p != '=' && *p != ';') {
        p++;
    }

    attr->len = p - attr->data;
    glyph_part_trim(attr);

    value->data = attr->data;
    value->len = 0;

    if (p == last || *p == ';') {
        return attr->len ? NULL : p;
    }

    do {
        p++;
    } while (p < last && (*p == ' ' || *p == '\t'));

    value->data = (unsigned char *) p;

    if (p < last && *p == '"') {

        for (p++; p < last && *p != '"'; p++) {
            if (*p == '\\' && p + 1 < last && p[1] == '"') {
                p++;
            }
        }

        if (p == last) {
            return NULL;
        }

        p++;
        value->len = p - value->data;

        while (p < last && (*p == ' ' || *p == '\t')) {
            p++;
        }

        return p == last || *p == ';' ? p : NULL;
    }

    while (p < last && *p != ';') {
        p++;
    }

    value->len = p - value->data;
    glyph_part_trim(value);

    return p;
}


static int
glyph_part_set(glyph_part_t *part, const glyph_str_t *attr,
    const glyph_str_t *value, unsigned *seen)
{
    unsigned  param;

    param = 0;

    if (glyph_part_is(attr, "name")) {
        param = GLYPH_PARAM_NAME;
        glyph_part_decode(&part->name, value);

    } else if (glyph_part_is(attr, "filename")) {
        param = GLYPH_PARAM_FILENAME;

        if (!part->extended) {
            glyph_part_decode(&part->filename, value);
        }

    } else if (glyph_part_is(attr, "filename*")) {
        param = GLYPH_PARAM_FILENAME_EXT;
        glyph_part_decode_ext(part, value);
    }

    if (*seen & param) {
        return GLYPH_BAD;
    }

    *seen |= param;

    return GLYPH_OK;
}


/*
 * Browsers write a quote sign as %22, others as \"; a backslash before
 * anything else is one of a path.
 */

static void
glyph_part_decode(glyph_buf_t *b, const glyph_str_t *value)
{
    int                   c;
    const unsigned char  *p, *last;

    p = value->data;
    last = p + value->len;

    if (p == last || *p != '"') {
        glyph_buf_append(b, p, value->len);
        return;
    }

    last--;

    for (p++; p < last; p++) {

        if (*p == '\\' && p + 1 < last && (p[1] == '"' || p[1] == '\\')) {
            glyph_buf_putc(b, *++p);
            continue;
        }

        c = *p == '%' ? glyph_part_hex(p + 1, last) : -1;

        if (c == '"' || c == '\r' || c == '\n') {
            glyph_buf_putc(b, c);
            p += 2;
            continue;
        }

        glyph_buf_putc(b, *p);
    }
}


/*
 * RFC 8187: charset'language'value.  One that cannot be read is as good as
 * none, so that a plain "filename" counts.
 */

static void
glyph_part_decode_ext(glyph_part_t *part, const glyph_str_t *value)
{
    int                   c, latin1;
    size_t                n;
    glyph_str_t           charset;
    unsigned char         utf8[4];
    const unsigned char  *p, *last;

    last = value->data + value->len;
    p = value->len ? memchr(value->data, '\'', value->len) : NULL;

    if (p == NULL) {
        return;
    }

    charset.data = value->data;
    charset.len = p - value->data;
    latin1 = glyph_part_is(&charset, "iso-8859-1");

    if (!latin1 && !glyph_part_is(&charset, "utf-8")) {
        return;
    }

    p = memchr(p + 1, '\'', last - p - 1);

    if (p == NULL) {
        return;
    }

    glyph_buf_reset(&part->filename);
    part->extended = 1;

    for (p++; p < last; p++) {
        c = *p == '%' ? glyph_part_hex(p + 1, last) : -1;

        if (c == -1) {
            c = *p;

        } else {
            p += 2;
        }

        if (latin1) {
            n = glyph_utf8_encode(c, utf8);
            glyph_buf_append(&part->filename, utf8, n);

        } else {
            glyph_buf_putc(&part->filename, c);
        }
    }
}


/* The byte that two hex digits at p stand for, or -1. */

static int
glyph_part_hex(const unsigned char *p, const unsigned char *last)
{
    int            i, n;
    unsigned char  c;

    if (last - p < 2) {
        return -1;
    }

    n = 0;

    for (i = 0; i < 2; i++) {
        c = p[i];

        if (c >= '0' && c <= '9') {
            n = n * 16 + c - '0';
            continue;
        }

        c |= 0x20;

        if (c < 'a' || c > 'f') {
            return -1;
        }

        n = n * 16 + c - 'a' + 10;
    }

    return n;
}


int
glyph_part_text(glyph_str_t *dst, const glyph_buf_t *src, int base)
{
    uint32_t              c;
    unsigned char        *q;
    const unsigned char  *p, *last;

    p = src->data;
    last = p + src->len;

    dst->len = 0;
    dst->data = malloc(3 * src->len + 1);   /* a bad byte becomes U+FFFD */

    if (dst->data == NULL) {
        return GLYPH_ERROR;
    }

    q = dst->data;

    while (p < last) {
        c = glyph_utf8_decode(&p, last);

        if (base && (c == '/' || c == '\\')) {
            q = dst->data;
            continue;
        }

        if (c >= 0x20 && (c < 0x7f || c > 0x9f)) {
            q += glyph_utf8_encode(c, q);
        }
    }

    dst->len = q - dst->data;

    if (base && dst->len <= 2 && memcmp(dst->data, "..", dst->len) == 0) {
        dst->len = 0;
    }

    return GLYPH_OK;
}


static void
glyph_part_trim(glyph_str_t *s)
{
    unsigned char  c;

    while (s->len) {
        c = s->data[s->len - 1];

        if (c != ' ' && c != '\t' && c != '\r') {
            break;
        }

        s->len--;
    }

    while (s->len && (*s->data == ' ' || *s->data == '\t')) {
        s->data++;
        s->len--;
    }
}


/* "text" is in lower case. */

static int
glyph_part_is(const glyph_str_t *s, const char *text)
{
    return s->len == strlen(text)
           && strncasecmp((const char *) s->data, text, s->len) == 0;
}
