/*
 * The map is made in four steps: each field gets the column that its name
 * says, and how sure that is; names are made to differ, so that the client can
 * say otherwise; of several fields for one column the surest stays
 * (glyph_header_decide); what is required must be there.
 */

#include <stdio.h>

#include "column/glyph_header.h"
#include "column/glyph_header_map.h"
#include "text/glyph_utf8.h"


static glyph_header_t *glyph_header_alloc(const glyph_str_t *fields,
    size_t n);
static void glyph_header_unnamed(glyph_header_t *h, size_t i);
static void glyph_header_copy(glyph_header_t *h, glyph_str_t *given,
    const glyph_str_t *field);
static glyph_code_e glyph_header_map(glyph_header_t *h,
    const glyph_str_t *map, glyph_buf_t *detail);
static glyph_code_e glyph_header_map_each(glyph_header_t *h,
    glyph_header_map_t *names, const glyph_str_t *map, glyph_buf_t *detail);
static glyph_code_e glyph_header_map_one(glyph_header_t *h,
    glyph_header_map_t *names, glyph_str_t *name, glyph_str_t *target,
    glyph_buf_t *detail);
static int glyph_column_target(const glyph_str_t *target,
    glyph_column_e *column);
static void glyph_header_lookup(glyph_header_t *h, size_t i);
static int glyph_header_grow(glyph_header_t *h);


/* The columns that the file of rejected rows has in front. */

static const char *const  glyph_header_ignored[] = {
    "_line", "_codes", "_messages"
};


int
glyph_header_create(glyph_header_t **header, const glyph_str_t *fields,
    size_t n, const glyph_str_t *map, glyph_code_e *code,
    glyph_buf_t *detail)
{
    size_t           i;
    glyph_header_t  *h;

    *header = NULL;
    *code = GLYPH_CODE_OK;

    h = glyph_header_alloc(fields, n);

    if (h == NULL) {
        return GLYPH_ERROR;
    }

    for (i = 0; i < n; i++) {
        glyph_header_lookup(h, i);
    }

    if (glyph_header_distinguish(h) != GLYPH_OK) {
        glyph_header_destroy(h);
        return GLYPH_ERROR;
    }

    if (map != NULL && map->len) {
        *code = glyph_header_map(h, map, detail);
    }

    if (*code == GLYPH_CODE_OK) {
        glyph_header_shops(h);
        *code = glyph_header_decide(h, detail);
    }

    if (*code == GLYPH_CODE_OK) {
        *code = glyph_header_require(h, detail);
    }

    if (*code != GLYPH_CODE_OK) {
        glyph_header_destroy(h);

        if (detail->failed) {
            *code = GLYPH_CODE_OK;
            return GLYPH_ERROR;
        }

        return GLYPH_BAD;
    }

    *header = h;

    return GLYPH_OK;
}


/* One block holds everything: the struct, the arrays, the names. */

static glyph_header_t *
glyph_header_alloc(const glyph_str_t *fields, size_t n)
{
    size_t           i, bytes;
    glyph_header_t  *h;

    bytes = 0;

    for (i = 0; i < n; i++) {
        bytes += fields[i].len + GLYPH_HEADER_UNNAMED + GLYPH_HEADER_SUFFIX;
    }

    h = malloc(sizeof(glyph_header_t)
               + n * (sizeof(glyph_column_t) + sizeof(size_t) + 1) + bytes);

    if (h == NULL) {
        return NULL;
    }

    memset(h, 0, sizeof(*h));

    h->n = n;
    h->size = n;
    h->columns = (glyph_column_t *) (h + 1);
    h->times = (size_t *) (h->columns + n);
    h->strength = (unsigned char *) (h->times + n);
    h->last = h->strength + n;
    glyph_keys_init(&h->given);

    for (i = 0; i < GLYPH_COL_N; i++) {
        h->find[i] = -1;
        h->second[i] = -1;
    }

    for (i = 0; i < n; i++) {
        glyph_header_copy(h, &h->columns[i].given, &fields[i]);
        h->columns[i].used = GLYPH_COL_EXTRA;
        h->columns[i].unnamed = 0;
        h->columns[i].seen = 0;
        h->strength[i] = 0;
        h->times[i] = 1;

        if (h->columns[i].given.len == 0) {
            glyph_header_unnamed(h, i);
        }
    }

    return h;
}


/* A name is made up for it, should there be anything in it. */

static void
glyph_header_unnamed(glyph_header_t *h, size_t i)
{
    glyph_column_t  *c;

    c = &h->columns[i];

    c->unnamed = 1;
    c->given.data = h->last;
    c->given.len = (size_t) sprintf((char *) h->last, "column_%u",
                                    (unsigned) i + 1);

    h->last += c->given.len + GLYPH_HEADER_SUFFIX;
}


/* Bytes that no text may have become "?": names end up in JSON. */

static void
glyph_header_copy(glyph_header_t *h, glyph_str_t *given,
    const glyph_str_t *field)
{
    size_t       i, n;
    glyph_str_t  name;

    name = *field;
    glyph_utf8_trim(&name);

    given->data = h->last;
    given->len = name.len;

    if (name.len == 0) {
        return;
    }

    memcpy(given->data, name.data, name.len);
    h->last += name.len + GLYPH_HEADER_SUFFIX;

    for (i = 0; i < given->len; i += n) {
        n = glyph_utf8_valid(given->data + i, given->len - i);

        if (i + n < given->len) {
            given->data[i + n] = '?';
            n++;
        }
    }

    for (i = 0; i < given->len; i++) {

        if (given->data[i] == '\0') {
            given->data[i] = '?';
        }
    }
}


static void
glyph_header_lookup(glyph_header_t *h, size_t i)
{
    char                     name[GLYPH_HEADER_NAME_MAX];
    size_t                   k, n;
    glyph_column_t          *c;
    const glyph_synonym_t   *s;
    glyph_header_currency_t  currency;

    c = &h->columns[i];

    if (c->unnamed) {
        return;
    }

    n = sizeof(glyph_header_ignored) / sizeof(glyph_header_ignored[0]);

    for (k = 0; k < n; k++) {

        if (strlen(glyph_header_ignored[k]) == c->given.len
            && memcmp(glyph_header_ignored[k], c->given.data, c->given.len)
               == 0)
        {
            c->used = GLYPH_COL_IGNORED;
            return;
        }
    }

    if (c->given.len >= sizeof(name)) {
        return;
    }

    glyph_header_fold(&c->given, name, sizeof(name));

    s = glyph_header_synonym(name);

    if (s == NULL) {
        glyph_header_strip(&c->given, name, sizeof(name), &currency);
        s = glyph_header_synonym(name);

        if (currency.code[0] == '\0' || s == NULL
            || s->column != GLYPH_COL_PRICE)
        {
            return;
        }

        /* "price (usd)" is not the very name, so "price" goes before it */

        c->used = GLYPH_COL_PRICE;
        h->strength[i] = s->strength == GLYPH_SYNONYM_CANONICAL
                         ? GLYPH_SYNONYM_STRONG : s->strength;
        return;
    }

    c->used = s->column;
    h->strength[i] = s->strength;

    /* the sign of "Price ($)" does not survive folding */

    if (s->column == GLYPH_COL_PRICE
        && s->strength == GLYPH_SYNONYM_CANONICAL)
    {
        glyph_header_strip(&c->given, name, sizeof(name), &currency);

        if (currency.code[0]) {
            h->strength[i] = GLYPH_SYNONYM_STRONG;
        }
    }
}


/* "Preis:price,Titel:title"; the names may hold colons, the targets not. */

static glyph_code_e
glyph_header_map(glyph_header_t *h, const glyph_str_t *map,
    glyph_buf_t *detail)
{
    glyph_code_e         code;
    glyph_header_map_t  *names;

    names = glyph_header_map_create(h->columns, h->n);

    if (names == NULL) {
        detail->failed = 1;
        return GLYPH_OPTION_INVALID;
    }

    code = glyph_header_map_each(h, names, map, detail);

    glyph_header_map_destroy(names);

    return code;
}


static glyph_code_e
glyph_header_map_each(glyph_header_t *h, glyph_header_map_t *names,
    const glyph_str_t *map, glyph_buf_t *detail)
{
    int           rc;
    glyph_buf_t   text;
    glyph_str_t   name, target, rest;
    glyph_code_e  code;

    memset(&text, 0, sizeof(glyph_buf_t));

    rest = *map;
    code = GLYPH_CODE_OK;

    while (code == GLYPH_CODE_OK
           && (rc = glyph_header_map_next(&rest, &name, &target, &text))
              != GLYPH_AGAIN)
    {
        if (rc == GLYPH_OK) {
            code = glyph_header_map_one(h, names, &name, &target, detail);
            continue;
        }

        detail->failed |= (rc == GLYPH_ERROR);
        glyph_buf_puts(detail, "map must be like \"Preis:price,Titel:title\", "
                       "with names that have a comma or a quote sign in "
                       "quotes");
        code = GLYPH_OPTION_INVALID;
    }

    glyph_buf_free(&text);

    return code;
}


static glyph_code_e
glyph_header_map_one(glyph_header_t *h, glyph_header_map_t *names,
    glyph_str_t *name, glyph_str_t *target, glyph_buf_t *detail)
{
    int             i;
    size_t          k;
    glyph_column_e  column;

    glyph_utf8_trim(name);
    glyph_utf8_trim(target);

    i = glyph_header_map_find(names, name);

    if (i < 0) {
        glyph_buf_puts(detail, "map names a column that the file has not, ");
        glyph_header_quote(detail, name);
        glyph_header_seen(h, detail);
        return GLYPH_OPTION_INVALID;
    }

    if (!glyph_column_target(target, &column)) {
        glyph_buf_puts(detail, "map names a target that is not known, ");
        glyph_header_quote(detail, target);
        glyph_buf_puts(detail, "; known are ");

        for (k = 0; k <= GLYPH_COL_IGNORED; k++) {
            glyph_buf_puts(detail, k ? ", " : "");
            glyph_buf_puts(detail, glyph_column_name(k));
        }

        return GLYPH_OPTION_INVALID;
    }

    if (h->strength[i] == GLYPH_SYNONYM_MAPPED) {
        glyph_buf_puts(detail, "map names a column twice, ");
        glyph_header_quote(detail, name);
        return GLYPH_OPTION_INVALID;
    }

    if (column == GLYPH_COL_TITLE && h->ntitles < GLYPH_HEADER_TITLES) {
        h->titles[h->ntitles++] = i;
        h->columns[i].used = column;
        h->strength[i] = GLYPH_SYNONYM_MAPPED;
        return GLYPH_CODE_OK;
    }

    for (k = 0; k < h->n && column < GLYPH_COL_N; k++) {

        if (h->columns[k].used == column
            && h->strength[k] == GLYPH_SYNONYM_MAPPED)
        {
            glyph_buf_printf(detail, "map gives %s columns for %s",
                             column == GLYPH_COL_TITLE
                             ? "more than " GLYPH_HEADER_TITLES_TEXT : "two",
                             glyph_column_name(column));
            return GLYPH_OPTION_INVALID;
        }
    }

    h->columns[i].used = column;
    h->strength[i] = GLYPH_SYNONYM_MAPPED;

    return GLYPH_CODE_OK;
}


static int
glyph_column_target(const glyph_str_t *target, glyph_column_e *column)
{
    char    name[GLYPH_HEADER_NAME_MAX];
    size_t  i;

    if (target->len >= sizeof(name)) {
        return 0;
    }

    glyph_header_fold(target, name, sizeof(name));

    for (i = 0; i <= GLYPH_COL_IGNORED; i++) {

        if (strcmp(name, glyph_column_name(i)) == 0) {
            *column = i;
            return 1;
        }
    }

    return 0;
}


int
glyph_header_add(glyph_header_t *h, const glyph_str_t *name)
{
    size_t                i;
    glyph_column_t       *c;
    glyph_header_name_t  *copy;

    if (h->n == h->size && glyph_header_grow(h) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    copy = malloc(sizeof(glyph_header_name_t) + name->len
                  + GLYPH_HEADER_UNNAMED + GLYPH_HEADER_SUFFIX);
    if (copy == NULL) {
        return GLYPH_ERROR;
    }

    copy->next = h->names;
    h->names = copy;
    h->last = copy->data;

    i = h->n++;
    c = &h->columns[i];

    c->used = GLYPH_COL_EXTRA;
    c->unnamed = 0;
    c->seen = 0;
    h->strength[i] = 0;
    h->times[i] = 1;

    glyph_header_copy(h, &c->given, name);

    if (c->given.len == 0) {
        glyph_header_unnamed(h, i);
    }

    glyph_header_lookup(h, i);

    if (glyph_header_distinguish_one(h, i) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    if (c->used < GLYPH_COL_N) {

        if (h->find[c->used] < 0) {
            h->find[c->used] = (int) i;
            return GLYPH_OK;
        }

        if (glyph_header_of_price(c)) {
            return GLYPH_OK;
        }

        c->used = GLYPH_COL_EXTRA;
    }

    if (c->used == GLYPH_COL_EXTRA && h->ignore_extra) {
        c->used = GLYPH_COL_IGNORED;
    }

    return GLYPH_OK;
}


static int
glyph_header_grow(glyph_header_t *h)
{
    void            *block;
    size_t           size, *times;
    unsigned char   *strength;
    glyph_column_t  *columns;

    size = 2 * h->size + 16;

    block = malloc(size * (sizeof(glyph_column_t) + sizeof(size_t) + 1));
    if (block == NULL) {
        return GLYPH_ERROR;
    }

    columns = block;
    times = (size_t *) (columns + size);
    strength = (unsigned char *) (times + size);

    memcpy(columns, h->columns, h->n * sizeof(glyph_column_t));
    memcpy(times, h->times, h->n * sizeof(size_t));
    memcpy(strength, h->strength, h->n);

    free(h->block);

    h->block = block;
    h->size = size;
    h->columns = columns;
    h->times = times;
    h->strength = strength;

    return GLYPH_OK;
}


void
glyph_header_destroy(glyph_header_t *header)
{
    glyph_header_name_t  *name;

    while (header && header->names) {
        name = header->names;
        header->names = name->next;
        free(name);
    }

    if (header) {
        glyph_keys_free(&header->given);
        free(header->block);
    }

    free(header);
}


void
glyph_header_ignore_extra(glyph_header_t *header)
{
    size_t  i;

    header->ignore_extra = 1;

    for (i = 0; i < header->n; i++) {
        if (header->columns[i].used == GLYPH_COL_EXTRA) {
            header->columns[i].used = GLYPH_COL_IGNORED;
        }
    }
}


void
glyph_header_saw(glyph_header_t *header, size_t i)
{
    header->columns[i].seen = 1;
}


void
glyph_header_use(glyph_header_t *header, size_t i, glyph_column_e column)
{
    header->columns[i].used = column;
}


void
glyph_header_turn(glyph_header_t *header, glyph_column_e from,
    glyph_column_e to)
{
    int  i;

    i = header->find[from];

    header->find[from] = -1;
    header->columns[i].used = to;

    if (to < GLYPH_COL_N) {
        header->find[to] = i;
    }
}


void
glyph_header_give(glyph_header_t *header, size_t i, glyph_column_e column)
{
    header->columns[i].used = column;
    header->find[column] = (int) i;
}


int
glyph_header_strength(const glyph_header_t *header, size_t i)
{
    return header->strength[i];
}


int
glyph_header_second(const glyph_header_t *header, glyph_column_e column)
{
    return header->second[column];
}


const glyph_column_t *
glyph_header_columns(const glyph_header_t *header, size_t *n)
{
    *n = header->n;

    return header->columns;
}


int
glyph_header_find(const glyph_header_t *header, glyph_column_e column)
{
    if ((unsigned) column >= GLYPH_COL_N) {
        return -1;
    }

    return header->find[column];
}


const int *
glyph_header_titles(const glyph_header_t *header, size_t *n)
{
    *n = header->ntitles;

    return header->titles;
}


const char *
glyph_header_currency(const glyph_header_t *header)
{
    return header->currency.code;
}


glyph_sign_e
glyph_header_sign(const glyph_header_t *header)
{
    return header->currency.sign;
}


const char *
glyph_header_language(const glyph_header_t *header)
{
    return header->language;
}
