
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "glyph_json_frame.h"
#include "glyph_json_reader.h"
#include "glyph_json_record.h"


#define GLYPH_JSON_READER_KEYS  32      /* room for so many at first */


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
    size_t                 nkeys;
    size_t                 size;        /* room for so many */

    /* by their hash: their places + 1, or 0 */
    uint32_t              *slots;
    size_t                 nslots;      /* a power of two, > 2 * size */

    uint64_t               number;      /* of the record */
    size_t                 field;       /* of the key */
    size_t                 next;        /* where the next one is likely */

    glyph_buf_t            detail;      /* why the file is refused */
    unsigned               no_memory:1;
};


static int glyph_json_reader_parse(glyph_json_reader_t *rd,
    glyph_record_t *rec);
static int glyph_json_reader_forget(glyph_json_reader_t *rd, size_t nkeys);
static glyph_code_e glyph_json_reader_key(void *data,
    const glyph_str_t *key);
static void glyph_json_reader_value(void *data, const glyph_str_t *text,
    glyph_field_e kind);
static int glyph_json_reader_find(glyph_json_reader_t *rd,
    const glyph_str_t *key, size_t *slot);
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
    glyph_buf_free(&rd->detail);
    free(rd->keys);
    free(rd->seen);
    free(rd->fields);
    free(rd->kinds);
    free(rd->slots);
    free(rd);
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
    int          rc;
    size_t       at, i, nkeys;
    uint64_t     line;
    const char  *message;

    nkeys = rd->nkeys;
    rd->number++;
    rd->next = 0;

    memset(rd->fields, 0, nkeys * sizeof(glyph_str_t));
    memset(rd->kinds, GLYPH_FIELD_TEXT, nkeys);

    rc = glyph_json_record_parse(rd->record, &rec->raw, &rd->events,
                                 &rec->code, &at, &message);

    if (rc == GLYPH_ERROR || rd->no_memory) {
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


/* The newest first, so that no place in the table is missed. */

static int
glyph_json_reader_forget(glyph_json_reader_t *rd, size_t nkeys)
{
    size_t  slot;

    while (rd->nkeys > nkeys) {

        if (glyph_json_reader_find(rd, &rd->keys[rd->nkeys - 1], &slot)) {
            rd->slots[slot] = 0;
        }

        free(rd->keys[--rd->nkeys].data);
    }

    return GLYPH_OK;
}


static glyph_code_e
glyph_json_reader_key(void *data, const glyph_str_t *key)
{
    glyph_json_reader_t *rd = data;

    size_t        slot;
    glyph_code_e  code;

    /* most records have the keys that the last one had, in its order */

    if (rd->next < rd->nkeys && glyph_str_eq(key, &rd->keys[rd->next])) {
        rd->field = rd->next;

    } else if (glyph_json_reader_find(rd, key, &slot)) {
        rd->field = rd->slots[slot] - 1;

    } else {
        code = glyph_json_reader_new(rd, key, slot);

        if (code != GLYPH_CODE_OK) {
            return code;
        }
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
}


/* Whether the key is known; *slot is its place in the table, or a free one. */

static int
glyph_json_reader_find(glyph_json_reader_t *rd, const glyph_str_t *key,
    size_t *slot)
{
    size_t    i;
    uint32_t  n;

    i = XXH3_64bits(key->data, key->len) & (rd->nslots - 1);

    for ( ;; ) {
        n = rd->slots[i];
        *slot = i;

        if (n == 0) {
            return 0;
        }

        if (glyph_str_eq(key, &rd->keys[n - 1])) {
            return 1;
        }

        i = (i + 1) & (rd->nslots - 1);
    }
}


static glyph_code_e
glyph_json_reader_new(glyph_json_reader_t *rd, const glyph_str_t *key,
    size_t slot)
{
    glyph_str_t  *copy;

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

        (void) glyph_json_reader_find(rd, key, &slot);
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
    memset(&rd->fields[rd->nkeys], 0, sizeof(glyph_str_t));

    rd->field = rd->nkeys++;
    rd->slots[slot] = (uint32_t) rd->nkeys;

    return GLYPH_CODE_OK;
}


static int
glyph_json_reader_grow(glyph_json_reader_t *rd)
{
    void      *p;
    size_t     i, n, slot;
    uint32_t  *slots;

    n = rd->size ? 2 * rd->size : GLYPH_JSON_READER_KEYS;

    p = glyph_json_reader_more(rd, rd->keys, n * sizeof(glyph_str_t));
    rd->keys = p ? p : rd->keys;

    p = glyph_json_reader_more(rd, rd->seen, n * sizeof(uint64_t));
    rd->seen = p ? p : rd->seen;

    p = glyph_json_reader_more(rd, rd->fields, n * sizeof(glyph_str_t));
    rd->fields = p ? p : rd->fields;

    p = glyph_json_reader_more(rd, rd->kinds, n);
    rd->kinds = p ? p : rd->kinds;

    slots = calloc(4 * n, sizeof(uint32_t));

    if (slots == NULL || rd->no_memory) {
        free(slots);
        return GLYPH_ERROR;
    }

    free(rd->slots);

    rd->slots = slots;
    rd->nslots = 4 * n;
    rd->size = n;

    for (i = 0; i < rd->nkeys; i++) {
        (void) glyph_json_reader_find(rd, &rd->keys[i], &slot);
        rd->slots[slot] = (uint32_t) i + 1;
    }

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
