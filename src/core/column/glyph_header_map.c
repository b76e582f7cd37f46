
#include "column/glyph_header_map.h"
#include "column/glyph_header_name.h"
#include "text/glyph_keys.h"
#include "text/glyph_utf8.h"

#include <ctype.h>


/* A column's name, folded; empty if it is too long for one that is known. */

typedef struct {
    glyph_str_t           name;
    char                  text[GLYPH_HEADER_NAME_MAX];
} glyph_header_fold_t;


struct glyph_header_map_s {
    glyph_keys_t          given;
    glyph_keys_t          folded;
    glyph_texts_t         columns;
    glyph_texts_t         folds;
    size_t                n;
    glyph_header_fold_t   fold[];       /* of each column */
};


static void glyph_header_map_byte(glyph_buf_t *text, unsigned char c);
static int glyph_header_map_quoted(glyph_str_t *rest, glyph_buf_t *text);
static int64_t glyph_header_map_place(const glyph_header_map_t *map,
    const glyph_str_t *name);
static void glyph_header_map_put(glyph_keys_t *keys,
    const glyph_texts_t *texts, const glyph_str_t *name, size_t i);
static void glyph_header_map_fold(glyph_header_fold_t *fold,
    const glyph_str_t *name);


int
glyph_header_map_next(glyph_str_t *rest, glyph_str_t *name,
    glyph_str_t *target, glyph_buf_t *text)
{
    int             rc, quoted;
    unsigned char  *p, *end, *last;

    glyph_utf8_trim(rest);

    if (rest->len == 0) {
        return GLYPH_AGAIN;
    }

    quoted = *rest->data == '"';

    if (quoted) {
        rc = glyph_header_map_quoted(rest, text);

        if (rc != GLYPH_OK) {
            return rc;
        }
    }

    p = rest->data;
    last = p + rest->len;
    end = rest->len ? memchr(p, ',', rest->len) : NULL;

    if (end == NULL) {
        end = last;
    }

    for (p = end; p > rest->data && p[-1] != ':'; p--) { /* void */ }

    if (p == rest->data) {
        return GLYPH_BAD;
    }

    target->data = p;
    target->len = end - p;
    name->data = rest->data;
    name->len = p - 1 - rest->data;

    glyph_utf8_trim(target);
    glyph_utf8_trim(name);

    if (quoted) {

        if (name->len) {
            return GLYPH_BAD;
        }

        name->data = text->data;
        name->len = text->len;
    }

    rest->data = (end < last) ? end + 1 : end;
    rest->len = last - rest->data;

    return GLYPH_OK;
}


/* The name in quotes, to which *rest is moved behind. */

static int
glyph_header_map_quoted(glyph_str_t *rest, glyph_buf_t *text)
{
    unsigned char  *p, *last;

    last = rest->data + rest->len;

    glyph_buf_reset(text);

    for (p = rest->data + 1; p < last; p++) {

        if (*p == '"') {
            p++;

            if (p == last || *p != '"') {
                rest->data = p;
                rest->len = last - p;
                return text->failed ? GLYPH_ERROR : GLYPH_OK;
            }
        }

        glyph_buf_putc(text, *p);
    }

    return GLYPH_BAD;
}


void
glyph_header_map_name(glyph_buf_t *text, const glyph_str_t *name)
{
    int     quoted;
    size_t  i;

    quoted = memchr(name->data, ',', name->len) != NULL
             || memchr(name->data, '"', name->len) != NULL;

    if (quoted) {
        glyph_header_map_byte(text, '"');
    }

    for (i = 0; i < name->len; i++) {

        if (name->data[i] == '"') {
            glyph_header_map_byte(text, '"');
        }

        glyph_header_map_byte(text, name->data[i]);
    }

    if (quoted) {
        glyph_header_map_byte(text, '"');
    }
}


/* What RFC 3986, 2.3 does not let stand for itself is escaped. */

static void
glyph_header_map_byte(glyph_buf_t *text, unsigned char c)
{
    if (c < 0x80 && (isalnum(c) || memchr("-._~", c, 4))) {
        glyph_buf_putc(text, c);

    } else {
        glyph_buf_printf(text, "%%%02X", c);
    }
}


glyph_header_map_t *
glyph_header_map_create(const glyph_column_t *columns, size_t n)
{
    size_t               i;
    glyph_header_map_t  *map;

    map = malloc(sizeof(glyph_header_map_t) + n * sizeof(glyph_header_fold_t));
    if (map == NULL) {
        return NULL;
    }

    glyph_keys_init(&map->given);
    glyph_keys_init(&map->folded);

    map->n = n;
    map->columns.first = columns;
    map->columns.stride = sizeof(glyph_column_t);
    map->folds.first = map->fold;
    map->folds.stride = sizeof(glyph_header_fold_t);

    if (glyph_keys_room(&map->given, &map->columns, n + 1) != GLYPH_OK
        || glyph_keys_room(&map->folded, &map->folds, n + 1) != GLYPH_OK)
    {
        glyph_header_map_destroy(map);
        return NULL;
    }

    for (i = 0; i < n; i++) {
        glyph_header_map_fold(&map->fold[i], &columns[i].given);

        glyph_header_map_put(&map->given, &map->columns, &columns[i].given, i);
        glyph_header_map_put(&map->folded, &map->folds, &map->fold[i].name, i);
    }

    return map;
}


void
glyph_header_map_destroy(glyph_header_map_t *map)
{
    if (map) {
        glyph_keys_free(&map->given);
        glyph_keys_free(&map->folded);
        free(map);
    }
}


/* Of columns of one name the first one stays. */

static void
glyph_header_map_put(glyph_keys_t *keys, const glyph_texts_t *texts,
    const glyph_str_t *name, size_t i)
{
    size_t  slot;

    if (name->len && glyph_keys_find(keys, texts, name, &slot) < 0) {
        glyph_keys_put(keys, slot, i);
    }
}


static void
glyph_header_map_fold(glyph_header_fold_t *fold, const glyph_str_t *name)
{
    fold->name.data = (unsigned char *) fold->text;
    fold->name.len = 0;

    if (name->len < sizeof(fold->text)) {
        fold->name.len = glyph_header_fold(name, fold->text,
                                           sizeof(fold->text));
    }
}


int
glyph_header_map_find(glyph_header_map_t *map, const glyph_str_t *name)
{
    size_t               slot;
    int64_t              i;
    glyph_header_fold_t  fold;

    if (name->len == 0) {
        return -1;
    }

    i = glyph_keys_find(&map->given, &map->columns, name, &slot);

    if (i < 0) {
        glyph_header_map_fold(&fold, name);

        if (fold.name.len) {
            i = glyph_keys_find(&map->folded, &map->folds, &fold.name, &slot);
        }
    }

    if (i < 0) {
        i = glyph_header_map_place(map, name);
    }

    return (int) i;
}


static int64_t
glyph_header_map_place(const glyph_header_map_t *map, const glyph_str_t *name)
{
    size_t                 i, k;
    const glyph_column_t  *columns;

    columns = map->columns.first;
    k = 0;

    for (i = 0; i < name->len && k <= map->n; i++) {

        if (name->data[i] < '0' || name->data[i] > '9') {
            return -1;
        }

        k = k * 10 + name->data[i] - '0';
    }

    return k > 0 && k <= map->n && columns[k - 1].unnamed ? (int64_t) k - 1
                                                          : -1;
}
