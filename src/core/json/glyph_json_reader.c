#include "json/glyph_json_frame.h"
#include "json/glyph_json_reader.h"
#include "json/glyph_json_price.h"
#include "json/glyph_json_record.h"
#include "json/glyph_json_walk.h"
#include "text/glyph_keys.h"


#define GLYPH_JSON_READER_KEYS   32     /* room for so many at first */
#define GLYPH_JSON_READER_PATHS  16


typedef enum {
    GLYPH_JSON_PRICE_UNKNOWN = 0,
    GLYPH_JSON_PRICE_NO,
    GLYPH_JSON_PRICE_YES
} glyph_json_price_e;


struct glyph_json_reader_s {
    glyph_json_frames_t    frames;
    glyph_json_record_t   *record;
    glyph_json_events_t    events;
    glyph_header_t        *header;      /* NULL: not made yet */
    size_t                 max_columns;

    /* by the order in which they came; so are a record's fields */
    glyph_str_t           *keys;
    uint64_t              *seen;        /* in which record last */
    glyph_str_t           *fields;
    unsigned char         *kinds;
    unsigned char         *is_price;    /* a glyph_json_price_e of each */
    size_t                 nkeys;
    size_t                 size;        /* room for so many */

    glyph_keys_t           table;       /* of the keys */

    /* fields that are within others: ?map=price.value:price */
    size_t                 paths[GLYPH_JSON_READER_PATHS];
    size_t                 npaths;
    glyph_buf_t            texts;       /* of these, without escapes */

    uint64_t               number;      /* of the record */
    size_t                 field;       /* of the key */
    size_t                 next;        /* where the next one is likely */

    glyph_buf_t            text;        /* a record without NaN */
    glyph_buf_t            detail;      /* why the file is refused */
    unsigned               no_memory:1;
};


static int glyph_json_reader_parse(glyph_json_reader_t *rd,
    glyph_record_t *rec);
static int glyph_json_reader_nan(glyph_json_reader_t *rd,
    const glyph_str_t *raw);
static size_t glyph_json_reader_is_nan(const unsigned char *p,
    const unsigned char *last);
static int glyph_json_reader_forget(glyph_json_reader_t *rd, size_t nkeys);
static glyph_code_e glyph_json_reader_key(void *data,
    const glyph_str_t *key);
static void glyph_json_reader_value(void *data, const glyph_str_t *text,
    glyph_field_e kind);
static void glyph_json_reader_nested(glyph_json_reader_t *rd,
    const glyph_str_t *text, size_t field);
static int glyph_json_reader_currency(glyph_json_reader_t *rd,
    const glyph_str_t *value);
static glyph_texts_t glyph_json_reader_texts(const glyph_json_reader_t *rd);
static glyph_code_e glyph_json_reader_new(glyph_json_reader_t *rd,
    const glyph_str_t *key, size_t slot);
static int glyph_json_reader_grow(glyph_json_reader_t *rd);
static void *glyph_json_reader_more(glyph_json_reader_t *rd, void *old,
    size_t size);
static int glyph_json_reader_refuse(glyph_json_reader_t *rd,
    uint64_t line, uint64_t offset, const char *message);


glyph_json_reader_t *
glyph_json_reader_create(glyph_format_e format, size_t max_row_size,
    size_t max_columns)
{
    glyph_json_reader_t  *rd;

    rd = calloc(1, sizeof(glyph_json_reader_t));
    if (rd == NULL) {
        return NULL;
    }

    glyph_json_frames_init(&rd->frames, format, max_row_size);

    rd->max_columns = max_columns;
    rd->events.data = rd;
    rd->events.key = glyph_json_reader_key;
    rd->events.value = glyph_json_reader_value;

    glyph_keys_init(&rd->table);

    rd->record = glyph_json_record_create();

    if (rd->record == NULL || glyph_json_reader_grow(rd) != GLYPH_OK) {
        glyph_json_reader_destroy(rd);
        return NULL;
    }

    return rd;
}


void
glyph_json_reader_destroy(glyph_json_reader_t *rd)
{
    if (rd == NULL) {
        return;
    }

    (void) glyph_json_reader_forget(rd, 0);

    glyph_json_frames_free(&rd->frames);
    glyph_json_record_destroy(rd->record);
    glyph_buf_free(&rd->text);
    glyph_buf_free(&rd->texts);
    glyph_buf_free(&rd->detail);
    free(rd->keys);
    free(rd->seen);
    free(rd->fields);
    free(rd->kinds);
    free(rd->is_price);
    glyph_keys_free(&rd->table);
    free(rd);
}


void
glyph_json_reader_begin(glyph_json_reader_t *rd, uint64_t from,
    uint64_t line, int nested, int bare)
{
    glyph_json_frames_begin(&rd->frames, from, line, nested, bare);
}


void
glyph_json_reader_rewind(glyph_json_reader_t *rd)
{
    glyph_json_frames_rewind(&rd->frames);
}


const glyph_str_t *
glyph_json_reader_keys(const glyph_json_reader_t *rd, size_t *n)
{
    *n = rd->nkeys;

    return rd->keys;
}


void
glyph_json_reader_header(glyph_json_reader_t *rd, glyph_header_t *header)
{
    rd->header = header;
}


int
glyph_json_reader_next(glyph_json_reader_t *rd, const unsigned char **pos,
    const unsigned char *last, int end, glyph_record_t *rec)
{
    int  rc;

    rc = glyph_json_frames_next(&rd->frames, pos, last, end, rec);

    if (rc == GLYPH_BAD) {
        return glyph_json_reader_refuse(rd, rd->frames.line,
                                        rd->frames.offset,
                                        rd->frames.message);
    }

    if (rc != GLYPH_OK || rec->code != GLYPH_CODE_OK) {
        return rc;
    }

    return glyph_json_reader_parse(rd, rec);
}


static int
glyph_json_reader_parse(glyph_json_reader_t *rd, glyph_record_t *rec)
{
    int           rc;
    size_t        at, i, nkeys;
    uint64_t      line;
    const char   *message;
    glyph_str_t   text;

    nkeys = rd->nkeys;
    rd->number++;
    rd->next = 0;

    if (rd->npaths) {
        glyph_buf_reset(&rd->texts);

        if (glyph_buf_reserve(&rd->texts, rd->npaths * rec->raw.len)
            != GLYPH_OK)
        {
            return GLYPH_ERROR;
        }
    }

    memset(rd->fields, 0, nkeys * sizeof(glyph_str_t));
    memset(rd->kinds, GLYPH_FIELD_TEXT, nkeys);

    rc = glyph_json_record_parse(rd->record, &rec->raw, &rd->events,
                                 &rec->code, &at, &message);

    if (rc == GLYPH_BAD && glyph_json_reader_nan(rd, &rec->raw)) {
        text.data = rd->text.data;
        text.len = rd->text.len;

        (void) glyph_json_reader_forget(rd, nkeys);

        rd->number++;
        rd->next = 0;

        memset(rd->fields, 0, nkeys * sizeof(glyph_str_t));
        memset(rd->kinds, GLYPH_FIELD_TEXT, nkeys);

        rc = glyph_json_record_parse(rd->record, &text, &rd->events,
                                     &rec->code, &at, &message);
    }

    if (rc == GLYPH_ERROR || rd->no_memory || rd->text.failed) {
        return GLYPH_ERROR;
    }

    if (rc == GLYPH_BAD && rd->frames.format == GLYPH_FORMAT_JSON) {

        line = rec->line;

        for (i = 0; i < at; i++) {
            line += rec->raw.data[i] == '\n';
        }

        return glyph_json_reader_refuse(rd, line, rec->offset + at, message);
    }

    if (rc == GLYPH_BAD) {
        rec->code = GLYPH_ROW_NOT_JSON;
    }

    if (rec->code != GLYPH_CODE_OK) {
        return glyph_json_reader_forget(rd, nkeys);
    }

    for (i = nkeys; rd->header && i < rd->nkeys; i++) {

        if (glyph_header_add(rd->header, &rd->keys[i]) != GLYPH_OK) {
            return GLYPH_ERROR;
        }
    }

    rec->fields = rd->fields;
    rec->kinds = rd->kinds;
    rec->nfields = rd->nkeys;

    return GLYPH_OK;
}


/*
 * Python writes NaN and Infinity for what has no value: null.  Whether there
 * are any; in rd->text is the record without them.
 */

static int
glyph_json_reader_nan(glyph_json_reader_t *rd, const glyph_str_t *raw)
{
    size_t                n;
    const unsigned char  *p, *last, *from;

    p = raw->data;
    last = p + raw->len;
    from = p;

    glyph_buf_reset(&rd->text);

    while (p < last) {

        if (*p == '"') {

            for (p++; p < last && *p != '"'; p++) {
                p += *p == '\\';
            }

            p++;
            continue;
        }

        n = glyph_json_reader_is_nan(p, last);

        if (n == 0) {
            p++;
            continue;
        }

        glyph_buf_append(&rd->text, from, p - from);
        glyph_buf_puts(&rd->text, "null");

        p += n;
        from = p;
    }

    if (from == raw->data) {
        return 0;
    }

    glyph_buf_append(&rd->text, from, last - from);

    return !rd->text.failed;
}


static size_t
glyph_json_reader_is_nan(const unsigned char *p, const unsigned char *last)
{
    size_t  i, n;

    static const char *const  words[] = { "NaN", "Infinity", "-Infinity" };

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        n = strlen(words[i]);

        if ((size_t) (last - p) >= n && memcmp(p, words[i], n) == 0) {
            return n;
        }
    }

    return 0;
}


static glyph_texts_t
glyph_json_reader_texts(const glyph_json_reader_t *rd)
{
    glyph_texts_t  texts;

    texts.first = rd->keys;
    texts.stride = sizeof(glyph_str_t);

    return texts;
}


static int
glyph_json_reader_forget(glyph_json_reader_t *rd, size_t nkeys)
{
    glyph_texts_t  texts;

    texts = glyph_json_reader_texts(rd);

    while (rd->nkeys > nkeys) {
        glyph_keys_drop(&rd->table, &texts, --rd->nkeys);
        free(rd->keys[rd->nkeys].data);
    }

    return GLYPH_OK;
}


static glyph_code_e
glyph_json_reader_key(void *data, const glyph_str_t *key)
{
    glyph_json_reader_t *rd = data;

    size_t         slot;
    int64_t        n;
    glyph_code_e   code;
    glyph_texts_t  texts;

    /* most records have the keys that the last one had, in its order */

    if (rd->next < rd->nkeys && glyph_str_eq(key, &rd->keys[rd->next])) {
        rd->field = rd->next;

    } else {
        texts = glyph_json_reader_texts(rd);
        n = glyph_keys_find(&rd->table, &texts, key, &slot);

        code = (n < 0) ? glyph_json_reader_new(rd, key, slot) : GLYPH_CODE_OK;

        if (code != GLYPH_CODE_OK) {
            return code;
        }

        rd->field = (n < 0) ? rd->nkeys - 1 : (size_t) n;
    }

    rd->next = rd->field + 1;

    if (rd->seen[rd->field] == rd->number) {
        return GLYPH_ROW_KEY_REPEATED;
    }

    rd->seen[rd->field] = rd->number;

    return GLYPH_CODE_OK;
}


static void
glyph_json_reader_value(void *data, const glyph_str_t *text,
    glyph_field_e kind)
{
    glyph_json_reader_t *rd = data;

    rd->fields[rd->field] = *text;
    rd->kinds[rd->field] = kind;

    if (kind == GLYPH_FIELD_NESTED && *text->data == '{') {
        glyph_json_reader_nested(rd, text, rd->field);
    }
}


/*
 * Values within an object: those that a path of the map names, and a price
 * with its currency.
 */

static void
glyph_json_reader_nested(glyph_json_reader_t *rd, const glyph_str_t *text,
    size_t field)
{
    size_t              i, n;
    glyph_str_t        *path;
    glyph_str_t         value, currency;
    glyph_field_e       kind;
    const glyph_str_t  *key;

    for (i = 0; i < rd->npaths; i++) {
        path = &rd->keys[rd->paths[i]];
        key = &rd->keys[field];
        n = key->len;

        if (path->len > n + 1 && path->data[n] == '.'
            && memcmp(path->data, key->data, n) == 0
            && glyph_json_walk_find(text, path->data + n + 1,
                                    path->len - n - 1, &value, &kind))
        {
            if (kind == GLYPH_FIELD_TEXT) {
                glyph_json_walk_text(&value, &rd->texts);
            }

            rd->fields[rd->paths[i]] = value;
            rd->kinds[rd->paths[i]] = kind;
            rd->seen[rd->paths[i]] = rd->number;
        }
    }

    if (rd->is_price[field] == GLYPH_JSON_PRICE_UNKNOWN) {
        rd->is_price[field] = glyph_json_price_key(&rd->keys[field])
                              ? GLYPH_JSON_PRICE_YES : GLYPH_JSON_PRICE_NO;
    }

    if (rd->is_price[field] == GLYPH_JSON_PRICE_YES
        && glyph_json_price(text, &value, &kind, &currency)
        && glyph_json_reader_currency(rd, &currency))
    {
        rd->fields[field] = value;
        rd->kinds[field] = kind;
    }
}


/*
 * Into a column of its own; 0: another price of the record says another one,
 * or there is no room.
 */

static int
glyph_json_reader_currency(glyph_json_reader_t *rd, const glyph_str_t *value)
{
    size_t         slot;
    int64_t        n;
    glyph_texts_t  texts;

    static const glyph_str_t  key = glyph_string("price.currency");

    if (value->len == 0) {
        return 1;
    }

    texts = glyph_json_reader_texts(rd);
    n = glyph_keys_find(&rd->table, &texts, &key, &slot);

    if (n < 0) {

        if (glyph_json_reader_new(rd, &key, slot) != GLYPH_CODE_OK) {
            return 0;
        }

        n = (int64_t) rd->nkeys - 1;
    }

    if (rd->seen[n] == rd->number) {
        return glyph_str_eq(value, &rd->fields[n]);
    }

    rd->fields[n] = *value;
    rd->kinds[n] = GLYPH_FIELD_TEXT;
    rd->seen[n] = rd->number;

    return 1;
}


int
glyph_json_reader_path(glyph_json_reader_t *rd, const glyph_str_t *path)
{
    size_t         slot;
    int64_t        n;
    glyph_code_e   code;
    glyph_texts_t  texts;

    texts = glyph_json_reader_texts(rd);
    n = glyph_keys_find(&rd->table, &texts, path, &slot);

    if (n >= 0 || rd->npaths == GLYPH_JSON_READER_PATHS) {
        return GLYPH_OK;
    }

    code = glyph_json_reader_new(rd, path, slot);

    if (code != GLYPH_CODE_OK) {
        return rd->no_memory ? GLYPH_ERROR : GLYPH_OK;
    }

    rd->paths[rd->npaths++] = rd->nkeys - 1;

    return GLYPH_OK;
}


static glyph_code_e
glyph_json_reader_new(glyph_json_reader_t *rd, const glyph_str_t *key,
    size_t slot)
{
    glyph_str_t    *copy;
    glyph_texts_t   texts;

    if (rd->nkeys == rd->max_columns) {
        return GLYPH_ROW_TOO_MANY_COLUMNS;
    }

    if (key->len > GLYPH_JSON_READER_KEY_MAX) {
        return GLYPH_ROW_FIELD_TOO_LONG;
    }

    if (rd->nkeys == rd->size) {

        if (glyph_json_reader_grow(rd) != GLYPH_OK) {
            rd->no_memory = 1;
            return GLYPH_ROW_TOO_MANY_COLUMNS;
        }

        texts = glyph_json_reader_texts(rd);
        (void) glyph_keys_find(&rd->table, &texts, key, &slot);
    }

    copy = &rd->keys[rd->nkeys];

    copy->len = key->len;
    copy->data = malloc(key->len + 1);

    if (copy->data == NULL) {
        rd->no_memory = 1;
        return GLYPH_ROW_TOO_MANY_COLUMNS;
    }

    memcpy(copy->data, key->data, key->len);

    rd->seen[rd->nkeys] = 0;
    rd->kinds[rd->nkeys] = GLYPH_FIELD_TEXT;
    rd->is_price[rd->nkeys] = GLYPH_JSON_PRICE_UNKNOWN;
    memset(&rd->fields[rd->nkeys], 0, sizeof(glyph_str_t));

    glyph_keys_put(&rd->table, slot, rd->nkeys++);

    return GLYPH_CODE_OK;
}


static int
glyph_json_reader_grow(glyph_json_reader_t *rd)
{
    void           *p;
    size_t          n;
    glyph_texts_t   texts;

    n = rd->size ? 2 * rd->size : GLYPH_JSON_READER_KEYS;

    p = glyph_json_reader_more(rd, rd->keys, n * sizeof(glyph_str_t));
    rd->keys = p ? p : rd->keys;

    p = glyph_json_reader_more(rd, rd->seen, n * sizeof(uint64_t));
    rd->seen = p ? p : rd->seen;

    p = glyph_json_reader_more(rd, rd->fields, n * sizeof(glyph_str_t));
    rd->fields = p ? p : rd->fields;

    p = glyph_json_reader_more(rd, rd->kinds, n);
    rd->kinds = p ? p : rd->kinds;

    p = glyph_json_reader_more(rd, rd->is_price, n);
    rd->is_price = p ? p : rd->is_price;

    texts = glyph_json_reader_texts(rd);

    if (rd->no_memory || glyph_keys_room(&rd->table, &texts, n) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    rd->size = n;

    return GLYPH_OK;
}


static void *
glyph_json_reader_more(glyph_json_reader_t *rd, void *old, size_t size)
{
    void  *p;

    p = realloc(old, size);

    if (p == NULL) {
        rd->no_memory = 1;
    }

    return p;
}


static int
glyph_json_reader_refuse(glyph_json_reader_t *rd, uint64_t line,
    uint64_t offset, const char *message)
{
    glyph_buf_reset(&rd->detail);

    glyph_buf_printf(&rd->detail, "line %llu, byte %llu: ",
                     (unsigned long long) line, (unsigned long long) offset);
    glyph_buf_puts(&rd->detail, message);

    return rd->detail.failed ? GLYPH_ERROR : GLYPH_BAD;
}


glyph_code_e
glyph_json_reader_refused(const glyph_json_reader_t *rd, glyph_buf_t *detail)
{
    glyph_buf_append(detail, rd->detail.data, rd->detail.len);

    return GLYPH_FILE_JSON_MALFORMED;
}
