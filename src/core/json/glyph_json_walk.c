#include "json/glyph_json_walk.h"


static const unsigned char *glyph_json_walk_string(const unsigned char *p,
    const unsigned char *last);


void
glyph_json_walk_init(glyph_json_walk_t *w, const unsigned char *pos,
    const unsigned char *last)
{
    w->pos = pos;
    w->last = last;
    w->value = NULL;
}


int
glyph_json_walk_next(glyph_json_walk_t *w)
{
    int                   first;
    const unsigned char  *p;

    first = (w->value == NULL);

    p = first ? w->pos + 1 : glyph_json_walk_skip(w->value, w->last);

    if (p == NULL || w->pos == w->last || (first && *w->pos != '{')) {
        return GLYPH_BAD;
    }

    p = glyph_json_walk_space(p, w->last);

    if (p < w->last && *p == '}') {
        w->pos = p + 1;
        return GLYPH_AGAIN;
    }

    if (!first) {

        if (p == w->last || *p != ',') {
            return GLYPH_BAD;
        }

        p = glyph_json_walk_space(p + 1, w->last);
    }

    if (p == w->last || *p != '"') {
        return GLYPH_BAD;
    }

    w->key.data = (unsigned char *) p + 1;
    p = glyph_json_walk_string(p, w->last);

    if (p == NULL) {
        return GLYPH_BAD;
    }

    w->key.len = p - 1 - w->key.data;
    p = glyph_json_walk_space(p, w->last);

    if (p == w->last || *p != ':') {
        return GLYPH_BAD;
    }

    p = glyph_json_walk_space(p + 1, w->last);

    if (p == w->last) {
        return GLYPH_BAD;
    }

    w->value = p;

    return GLYPH_OK;
}


const unsigned char *
glyph_json_walk_skip(const unsigned char *p, const unsigned char *last)
{
    size_t  depth;

    depth = 0;

    while (p < last) {

        switch (*p) {

        case '"':
            p = glyph_json_walk_string(p, last);

            if (p == NULL || depth == 0) {
                return p;
            }

            continue;

        case '{':
        case '[':
            depth++;
            break;

        case '}':
        case ']':

            if (depth == 0) {
                return p;
            }

            if (--depth == 0) {
                return p + 1;
            }

            break;

        case ',':
        case ' ':
        case '\t':
        case '\r':
        case '\n':

            if (depth == 0) {
                return p;
            }

            break;

        default:
            break;
        }

        p++;
    }

    return NULL;
}


static const unsigned char *
glyph_json_walk_string(const unsigned char *p, const unsigned char *last)
{
    for (p++; p < last; p++) {

        if (*p == '"') {
            return p + 1;
        }

        if (*p == '\\') {
            p++;
        }
    }

    return NULL;
}


const unsigned char *
glyph_json_walk_space(const unsigned char *p, const unsigned char *last)
{
    while (p < last && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')) {
        p++;
    }

    return p;
}


int
glyph_json_walk_find(const glyph_str_t *object, const unsigned char *path,
    size_t len, glyph_str_t *value, glyph_field_e *kind)
{
    size_t                n;
    glyph_json_walk_t     w;
    const unsigned char  *end;

    glyph_json_walk_init(&w, object->data, object->data + object->len);

    while (glyph_json_walk_next(&w) == GLYPH_OK) {

        n = w.key.len;

        if (n > len || memcmp(w.key.data, path, n) != 0
            || (n < len && path[n] != '.'))
        {
            continue;
        }

        value->data = (unsigned char *) w.value;
        end = glyph_json_walk_skip(w.value, w.last);

        if (end == NULL) {
            return 0;
        }

        value->len = end - w.value;

        if (n < len) {

            if (*w.value == '{'
                && glyph_json_walk_find(value, path + n + 1, len - n - 1,
                                        value, kind))
            {
                return 1;
            }

            continue;
        }

        if (*w.value == '"') {
            *kind = GLYPH_FIELD_TEXT;
            value->data++;
            value->len -= 2;

        } else if (*w.value == '{' || *w.value == '[') {
            *kind = GLYPH_FIELD_NESTED;

        } else if (*w.value == 't' || *w.value == 'f') {
            *kind = GLYPH_FIELD_BOOLEAN;

        } else {
            *kind = GLYPH_FIELD_NUMBER;
        }

        return *w.value != 'n';
    }

    return 0;
}


void
glyph_json_walk_text(glyph_str_t *text, glyph_buf_t *b)
{
    size_t                start;
    unsigned              c;
    const char           *escape;
    const unsigned char  *p, *last;

    static const char  escapes[] = "b\bf\fn\nr\rt\t";

    if (text->len == 0 || memchr(text->data, '\\', text->len) == NULL) {
        return;
    }

    start = b->len;
    p = text->data;
    last = p + text->len;

    while (p < last) {

        if (*p != '\\') {
            glyph_buf_putc(b, *p++);
            continue;
        }

        if (p[1] == 'u' && last - p >= 6) {

            /* only what has two digits is written so */

            c = (p[4] & 0xf) + (p[4] > '9' ? 9 : 0);
            c = c * 16 + (p[5] & 0xf) + (p[5] > '9' ? 9 : 0);
            glyph_buf_putc(b, c);
            p += 6;
            continue;
        }

        escape = memchr(escapes, p[1], sizeof(escapes) - 1);

        glyph_buf_putc(b, escape ? escape[1] : p[1]);
        p += 2;
    }

    text->data = b->data + start;
    text->len = b->len - start;
}
