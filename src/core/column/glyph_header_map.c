
#include "column/glyph_header_map.h"
#include "column/glyph_header_name.h"
#include "text/glyph_keys.h"


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
    glyph_header_fold_t   fold[];       /* of each column */
};


static void glyph_header_map_put(glyph_keys_t *keys,
    const glyph_texts_t *texts, const glyph_str_t *name, size_t i);
static void glyph_header_map_fold(glyph_header_fold_t *fold,
    const glyph_str_t *name);


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

    return (int) i;
}
