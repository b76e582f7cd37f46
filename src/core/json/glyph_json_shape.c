#include "column/glyph_header_name.h"
#include "json/glyph_json_shape.h"
#include "json/glyph_json_walk.h"


#define GLYPH_SHAPE_KEYS   64       /* of an object that are looked at */
#define GLYPH_SHAPE_DEPTH  4        /* objects around an array */


/* An array of objects. */

typedef struct {
    const unsigned char  *at;       /* NULL: none yet */
    int                   usable;   /* its first object has all columns */
} glyph_shape_array_t;


static int glyph_shape_usable(const unsigned char *p,
    const unsigned char *last, int *columnar);
static int glyph_shape_is_split(const unsigned char *p,
    const unsigned char *last);
static void glyph_shape_find(const unsigned char *p,
    const unsigned char *last, unsigned depth, glyph_shape_array_t *found,
    glyph_buf_t *path);
static int glyph_shape_begins(const unsigned char *p,
    const unsigned char *last, unsigned char c);


void
glyph_json_shape(glyph_json_shape_t *shape, glyph_format_e format,
    const unsigned char *data, size_t len, int whole, int mapped,
    glyph_buf_t *path)
{
    int                   usable, columnar;
    glyph_shape_array_t   found;
    const unsigned char  *p, *last, *end, *next;

    memset(shape, 0, sizeof(glyph_json_shape_t));
    shape->format = format;
    shape->line = 1;

    last = data + len;
    p = glyph_json_walk_space(data, last);

    if (p == last) {
        return;
    }

    if (*p == '[') {

        next = glyph_json_walk_space(p + 1, last);

        if (next < last && *next == '['
            && !glyph_shape_begins(next + 1, last, '['))
        {
            shape->advice = "the records are arrays: send an array of "
                            "objects (of pandas: orient=\"records\")";

        } else if (glyph_shape_begins(p + 1, last, '{')
                   || glyph_shape_begins(p + 1, last, ']'))
        {
            shape->format = GLYPH_FORMAT_JSON;
        }

        return;
    }

    if (*p != '{') {
        return;
    }

    usable = glyph_shape_usable(p, last, &columnar);
    end = glyph_json_walk_skip(p, last);
    next = end ? glyph_json_walk_space(end, last) : NULL;

    if (!usable && glyph_shape_is_split(p, last)) {
        shape->advice = "this is an object of \"columns\" and \"data\": send "
                        "an array of objects, one a row (of pandas: "
                        "orient=\"records\")";
        return;
    }

    if (usable && columnar) {
        shape->advice = "this is an object of columns: send an array of "
                        "objects, one a row (of pandas: orient=\"records\")";
        return;
    }

    if (next && next < last && *next == '{') {
        shape->format = GLYPH_FORMAT_NDJSON;
        return;
    }

    if (!usable && !(mapped && format == GLYPH_FORMAT_NDJSON)) {
        memset(&found, 0, sizeof(glyph_shape_array_t));

        glyph_shape_find(p, last, 1, &found, path);

        if (found.at) {
            shape->format = GLYPH_FORMAT_JSON;
            shape->nested = 1;
            shape->start = found.at - data;

            for (p = data; p < found.at; p++) {
                shape->line += *p == '\n';
            }

            return;
        }
    }

    if (next == last && whole
        && (format == GLYPH_FORMAT_JSON || memchr(p, '\n', end - p)))
    {
        shape->format = GLYPH_FORMAT_JSON;
        shape->bare = 1;
    }
}


/*
 * Whether the keys of an object have what a record must; "columnar", that all
 * its values are objects or arrays.
 */

static int
glyph_shape_usable(const unsigned char *p, const unsigned char *last,
    int *columnar)
{
    int                usable;
    size_t             n, nested;
    glyph_str_t        keys[GLYPH_SHAPE_KEYS];
    glyph_json_walk_t  w;

    n = 0;
    nested = 0;

    glyph_json_walk_init(&w, p, last);

    while (n < GLYPH_SHAPE_KEYS && glyph_json_walk_next(&w) == GLYPH_OK) {
        nested += *w.value == '{' || *w.value == '[';
        keys[n++] = w.key;
    }

    *columnar = n > 1 && nested == n;

    (void) glyph_header_known(keys, n, &usable);

    return usable;
}


/* Arrays of names, and of rows that are arrays. */

static int
glyph_shape_is_split(const unsigned char *p, const unsigned char *last)
{
    int                columns, data;
    glyph_json_walk_t  w;

    columns = 0;
    data = 0;

    glyph_json_walk_init(&w, p, last);

    while (glyph_json_walk_next(&w) == GLYPH_OK && !data) {
        columns |= w.key.len == 7 && memcmp(w.key.data, "columns", 7) == 0
                   && glyph_shape_begins(w.value + 1, last, '"');
        data = w.key.len == 4 && memcmp(w.key.data, "data", 4) == 0
               && *w.value == '['
               && glyph_shape_begins(w.value + 1, last, '[');
    }

    return columns && data;
}


/* The first array of usable objects, or else the first one. */

static void
glyph_shape_find(const unsigned char *p, const unsigned char *last,
    unsigned depth, glyph_shape_array_t *found, glyph_buf_t *path)
{
    int                   usable, columnar;
    glyph_buf_t           here;
    glyph_json_walk_t     w;
    const unsigned char  *first;

    glyph_json_walk_init(&w, p, last);

    while (!found->usable && glyph_json_walk_next(&w) == GLYPH_OK) {

        memset(&here, 0, sizeof(glyph_buf_t));

        if (*w.value == '{' && depth < GLYPH_SHAPE_DEPTH) {
            glyph_shape_find(w.value, last, depth + 1, found, &here);

        } else if (*w.value == '['
                   && (glyph_shape_begins(w.value + 1, last, '{')
                       || glyph_shape_begins(w.value + 1, last, ']')))
        {
            first = glyph_json_walk_space(w.value + 1, last);
            usable = glyph_shape_usable(first, last, &columnar);

            if (usable || found->at == NULL) {
                found->at = w.value;
                found->usable = usable;

                glyph_buf_reset(path);
                glyph_buf_append(path, w.key.data, w.key.len);
            }
        }

        if (here.len) {
            glyph_buf_reset(path);
            glyph_buf_append(path, w.key.data, w.key.len);
            glyph_buf_putc(path, '.');
            glyph_buf_append(path, here.data, here.len);
        }

        path->failed |= here.failed;
        glyph_buf_free(&here);
    }
}


static int
glyph_shape_begins(const unsigned char *p, const unsigned char *last,
    unsigned char c)
{
    p = glyph_json_walk_space(p, last);

    return p < last && *p == c;
}


glyph_format_e
glyph_json_shape_format(const unsigned char *data, size_t len)
{
    const unsigned char  *p, *last;

    last = data + len;
    p = glyph_json_walk_space(data, last);

    if (p == last) {
        return GLYPH_FORMAT_CSV;
    }

    if (*p == '{' && (glyph_shape_begins(p + 1, last, '"')
                      || glyph_shape_begins(p + 1, last, '}')))
    {
        return GLYPH_FORMAT_NDJSON;
    }

    if (*p == '[' && (glyph_shape_begins(p + 1, last, '{')
                      || glyph_shape_begins(p + 1, last, '[')
                      || glyph_shape_begins(p + 1, last, ']')))
    {
        return GLYPH_FORMAT_JSON;
    }

    return GLYPH_FORMAT_CSV;
}
