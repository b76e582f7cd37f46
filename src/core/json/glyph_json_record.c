
#include <yajl/yajl_parse.h>

#include "text/glyph_json.h"
#include "json/glyph_json_record.h"
#include "text/glyph_utf8.h"


/*
 * Of yajl's memory: its own structures and messages; and two buffers that
 * grow by doubling, none of which a record can make longer than twice itself,
 * with all that they were before.
 */

#define GLYPH_JSON_RECORD_FIXED   16384
#define GLYPH_JSON_RECORD_TIMES   8
#define GLYPH_JSON_RECORD_MIN     1024


typedef struct {
    size_t                      size;       /* of the bytes that follow */
    size_t                      unused;     /* they are aligned to 16 */
} glyph_json_block_t;


struct glyph_json_record_s {
    yajl_handle                 yajl;       /* NULL: to be made */
    yajl_alloc_funcs            alloc;
    unsigned char              *memory;
    size_t                      memory_size;
    size_t                      memory_used;
    size_t                      room;       /* records that it is enough for */

    const glyph_json_events_t  *events;
    const glyph_str_t          *record;
    glyph_code_e                code;
    size_t                      depth;
    size_t                      values;     /* at depth 0 */
    glyph_buf_t                 text;       /* never moves within a record */
    size_t                      nested;     /* where the value begins */
    size_t                      end;        /* behind the record's object */
    char                        message[128];
};


static int glyph_json_record_room(glyph_json_record_t *r, size_t len);
static glyph_code_e glyph_json_record_bytes(const glyph_str_t *text);
static int glyph_json_record_feed(const glyph_str_t *text, size_t *at);
static glyph_code_e glyph_json_record_escapes(const glyph_str_t *text);
static int glyph_json_record_hex4(const unsigned char *p,
    const unsigned char *last, unsigned *value);
static void glyph_json_record_message(glyph_json_record_t *r,
    yajl_status status);
static void *glyph_json_record_malloc(void *ctx, size_t size);
static void *glyph_json_record_realloc(void *ctx, void *p, size_t size);
static void glyph_json_record_free(void *ctx, void *p);
static int glyph_json_record_stop(glyph_json_record_t *r,
    glyph_code_e code);
static int glyph_json_record_scalar(glyph_json_record_t *r,
    const unsigned char *data, size_t len, glyph_field_e kind);
static void glyph_json_record_value(glyph_json_record_t *r,
    unsigned char *data, size_t len, glyph_field_e kind);
static int glyph_json_record_open(glyph_json_record_t *r, unsigned char c);
static int glyph_json_record_close(glyph_json_record_t *r, unsigned char c);

static int glyph_json_on_null(void *ctx);
static int glyph_json_on_boolean(void *ctx, int value);
static int glyph_json_on_number(void *ctx, const char *data, size_t len);
static int glyph_json_on_string(void *ctx, const unsigned char *data,
    size_t len);
static int glyph_json_on_start_map(void *ctx);
static int glyph_json_on_key(void *ctx, const unsigned char *data,
    size_t len);
static int glyph_json_on_end_map(void *ctx);
static int glyph_json_on_start_array(void *ctx);
static int glyph_json_on_end_array(void *ctx);


static const yajl_callbacks  glyph_json_callbacks = {
    glyph_json_on_null,
    glyph_json_on_boolean,
    NULL,
    NULL,
    glyph_json_on_number,
    glyph_json_on_string,
    glyph_json_on_start_map,
    glyph_json_on_key,
    glyph_json_on_end_map,
    glyph_json_on_start_array,
    glyph_json_on_end_array
};


glyph_json_record_t *
glyph_json_record_create(void)
{
    glyph_json_record_t  *r;

    r = calloc(1, sizeof(glyph_json_record_t));
    if (r == NULL) {
        return NULL;
    }

    r->alloc.malloc = glyph_json_record_malloc;
    r->alloc.realloc = glyph_json_record_realloc;
    r->alloc.free = glyph_json_record_free;
    r->alloc.ctx = r;

    return r;
}


void
glyph_json_record_destroy(glyph_json_record_t *r)
{
    if (r == NULL) {
        return;
    }

    /* all that yajl has is in this block */

    free(r->memory);
    glyph_buf_free(&r->text);
    free(r);
}


int
glyph_json_record_parse(glyph_json_record_t *r, const glyph_str_t *text,
    const glyph_json_events_t *events, glyph_code_e *code, size_t *at,
    const char **message)
{
    yajl_status  status;

    *code = glyph_json_record_bytes(text);

    if (*code != GLYPH_CODE_OK) {
        return GLYPH_OK;
    }

    if (glyph_json_record_feed(text, at)) {
        *message = "invalid char in json text.";
        return GLYPH_BAD;
    }

    if (glyph_json_record_room(r, text->len) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    r->events = events;
    r->record = text;
    r->code = GLYPH_CODE_OK;
    r->depth = 0;
    r->values = 0;

    r->end = text->len;

    status = yajl_parse(r->yajl, text->data, text->len);
    *at = yajl_get_bytes_consumed(r->yajl);

    /* a text behind it that does not end would be waited for */

    if (status == yajl_status_ok && r->depth == 0 && r->end < text->len) {
        status = yajl_status_client_canceled;
        r->values++;
    }

    /* the end of a bare number or word is known by what follows */

    if (status == yajl_status_ok) {
        status = yajl_parse(r->yajl, (const unsigned char *) " ", 1);
    }

    if (status == yajl_status_ok && r->depth == 0 && r->values) {
        *code = r->code;

        if (*code == GLYPH_CODE_OK) {
            *code = glyph_json_record_escapes(text);

        } else {
            r->yajl = NULL;         /* it may wait for the end of a text */
        }

        return GLYPH_OK;
    }

    if (status == yajl_status_client_canceled && r->code != GLYPH_CODE_OK) {
        r->yajl = NULL;
        *code = r->code;
        return GLYPH_OK;
    }

    glyph_json_record_message(r, status);

    r->yajl = NULL;
    *message = r->message;

    return GLYPH_BAD;
}


/* Bytes that no JSON may have, as they would be reported in a CSV file. */

static glyph_code_e
glyph_json_record_bytes(const glyph_str_t *text)
{
    if (glyph_utf8_valid(text->data, text->len) != text->len) {
        return GLYPH_ROW_ENCODING;
    }

    if (text->len && memchr(text->data, '\0', text->len)) {
        return GLYPH_ROW_NUL;
    }

    return GLYPH_CODE_OK;
}


/* Where there is a vertical tab or a form feed, which are space to yajl. */

static int
glyph_json_record_feed(const glyph_str_t *text, size_t *at)
{
    const unsigned char  *p;

    p = memchr(text->data, '\v', text->len);

    if (p == NULL) {
        p = memchr(text->data, '\f', text->len);
    }

    if (p == NULL) {
        return 0;
    }

    *at = p - text->data;

    return 1;
}


/* yajl takes half a surrogate for "?", and \u0000 for a NUL. */

static glyph_code_e
glyph_json_record_escapes(const glyph_str_t *text)
{
    unsigned              high, low;
    const unsigned char  *p, *last;

    p = text->data;
    last = p + text->len;

    while (p < last && (p = memchr(p, '\\', last - p)) != NULL) {

        if (!glyph_json_record_hex4(p, last, &high)) {
            p += 2;
            continue;
        }

        if (high == 0) {
            return GLYPH_ROW_NUL;
        }

        p += 6;

        if (high < 0xd800 || high > 0xdfff) {
            continue;
        }

        if (high > 0xdbff || !glyph_json_record_hex4(p, last, &low)
            || low < 0xdc00 || low > 0xdfff)
        {
            return GLYPH_ROW_SURROGATE;
        }

        p += 6;
    }

    return GLYPH_CODE_OK;
}


/* Whether \uXXXX is at p. */

static int
glyph_json_record_hex4(const unsigned char *p, const unsigned char *last,
    unsigned *value)
{
    int            i;
    unsigned       v;
    unsigned char  c;

    if (last - p < 6 || p[0] != '\\' || p[1] != 'u') {
        return 0;
    }

    v = 0;

    for (i = 2; i < 6; i++) {
        c = p[i];

        if (c >= '0' && c <= '9') {
            v = v * 16 + (c - '0');

        } else {
            v = v * 16 + ((c | 0x20) - 'a' + 10);
        }
    }

    *value = v;

    return 1;
}


static int
glyph_json_record_room(glyph_json_record_t *r, size_t len)
{
    size_t  room;

    /* written as JSON, a byte becomes six at the most: DEL is \u007f */

    glyph_buf_reset(&r->text);

    if (glyph_buf_reserve(&r->text, 6 * len + 16) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    if (len > r->room || r->memory == NULL) {
        room = r->room ? r->room : GLYPH_JSON_RECORD_MIN;

        while (room < len) {
            room *= 2;
        }

        free(r->memory);

        r->yajl = NULL;
        r->room = 0;
        r->memory_size = GLYPH_JSON_RECORD_FIXED
                         + GLYPH_JSON_RECORD_TIMES * room;

        r->memory = malloc(r->memory_size);
        if (r->memory == NULL) {
            return GLYPH_ERROR;
        }

        r->room = room;
    }

    if (r->yajl == NULL) {
        r->memory_used = 0;
        r->yajl = yajl_alloc(&glyph_json_callbacks, &r->alloc, r);

        /* bytes are looked at before, since yajl lets overlong forms pass */

        yajl_config(r->yajl, yajl_dont_validate_strings, 1);
        yajl_config(r->yajl, yajl_allow_multiple_values, 1);
    }

    return GLYPH_OK;
}


/* "parse error: …\n" of yajl, without its first words and the line end. */

static void
glyph_json_record_message(glyph_json_record_t *r, yajl_status status)
{
    size_t          n;
    const char     *text;
    unsigned char  *error;

    error = NULL;
    text = r->values > 1 ? "there is something behind the value"
                         : "it is not complete";

    if (status == yajl_status_error) {
        error = yajl_get_error(r->yajl, 0, NULL, 0);
        text = (char *) error;

        if (strstr(text, ": ")) {
            text = strstr(text, ": ") + 2;
        }
    }

    n = strcspn(text, "\n");

    if (n >= sizeof(r->message)) {
        n = sizeof(r->message) - 1;
    }

    memcpy(r->message, text, n);
    r->message[n] = '\0';
}


/* There is always enough: see glyph_json_record_room(). */

static void *
glyph_json_record_malloc(void *ctx, size_t size)
{
    glyph_json_record_t *r = ctx;

    glyph_json_block_t  *block;

    size = (size + 15) & ~(size_t) 15;

    if (r->memory_size - r->memory_used < sizeof(*block) + size) {
        abort();
    }

    block = (glyph_json_block_t *) (r->memory + r->memory_used);
    block->size = size;

    r->memory_used += sizeof(*block) + size;

    return block + 1;
}


static void *
glyph_json_record_realloc(void *ctx, void *p, size_t size)
{
    void                *to;
    glyph_json_block_t  *block;

    if (p == NULL) {
        return glyph_json_record_malloc(ctx, size);
    }

    block = (glyph_json_block_t *) p - 1;

    if (size <= block->size) {
        return p;
    }

    to = glyph_json_record_malloc(ctx, size);
    memcpy(to, p, block->size);

    return to;
}


static void
glyph_json_record_free(void *ctx, void *p)
{
    (void) ctx;
    (void) p;
}


static int
glyph_json_record_stop(glyph_json_record_t *r, glyph_code_e code)
{
    r->code = code;

    return 0;
}


static int
glyph_json_on_null(void *ctx)
{
    glyph_json_record_t *r = ctx;

    if (r->depth == 1) {
        return 1;
    }

    return glyph_json_record_scalar(r, (const unsigned char *) "null", 4,
                                    GLYPH_FIELD_BOOLEAN);
}


static int
glyph_json_on_boolean(void *ctx, int value)
{
    return glyph_json_record_scalar(ctx, (const unsigned char *)
                                         (value ? "true" : "false"),
                                    value ? 4 : 5, GLYPH_FIELD_BOOLEAN);
}


/* Postgres would write 1e999 with a thousand digits. */

static int
glyph_json_on_number(void *ctx, const char *data, size_t len)
{
    glyph_json_record_t *r = ctx;

    const char  *e;

    for (e = data; e < data + len && *e != 'e' && *e != 'E'; e++) {
        /* void */
    }

    if (e < data + len) {
        e += (e[1] == '+' || e[1] == '-') ? 2 : 1;
    }

    if (len > GLYPH_JSON_RECORD_NUMBER
        || data + len - e > GLYPH_JSON_RECORD_EXP)
    {
        return glyph_json_record_stop(r, GLYPH_ROW_NUMBER_TOO_LONG);
    }

    return glyph_json_record_scalar(r, (const unsigned char *) data, len,
                                    GLYPH_FIELD_NUMBER);
}


static int
glyph_json_on_string(void *ctx, const unsigned char *data, size_t len)
{
    return glyph_json_record_scalar(ctx, data, len, GLYPH_FIELD_TEXT);
}


static int
glyph_json_record_scalar(glyph_json_record_t *r, const unsigned char *data,
    size_t len, glyph_field_e kind)
{
    unsigned char  *p;

    if (r->depth == 0) {

        if (r->values++) {
            return 0;
        }

        r->code = GLYPH_ROW_NOT_OBJECT;
        return 1;
    }

    if (r->depth > 1) {
        glyph_json_comma(&r->text);

        if (kind == GLYPH_FIELD_TEXT) {
            glyph_json_string(&r->text, data, len);
        } else {
            glyph_buf_append(&r->text, data, len);
        }

        return 1;
    }

    /* what had no escape is still where the record is */

    p = (unsigned char *) data;

    if (data < r->record->data
        || data >= r->record->data + r->record->len)
    {
        p = r->text.data + r->text.len;
        glyph_buf_append(&r->text, data, len);
    }

    glyph_json_record_value(r, p, len, kind);

    return 1;
}


static void
glyph_json_record_value(glyph_json_record_t *r, unsigned char *data,
    size_t len, glyph_field_e kind)
{
    glyph_str_t  text;

    text.data = data;
    text.len = len;

    r->events->value(r->events->data, &text, kind);
}


static int
glyph_json_on_start_map(void *ctx)
{
    return glyph_json_record_open(ctx, '{');
}


static int
glyph_json_on_key(void *ctx, const unsigned char *data, size_t len)
{
    glyph_json_record_t *r = ctx;

    glyph_str_t   key;
    glyph_code_e  code;

    if (r->depth > 1) {
        glyph_json_comma(&r->text);
        glyph_json_string(&r->text, data, len);
        glyph_buf_putc(&r->text, ':');
        return 1;
    }

    key.data = (unsigned char *) data;
    key.len = len;

    code = r->events->key(r->events->data, &key);

    return code == GLYPH_CODE_OK ? 1 : glyph_json_record_stop(r, code);
}


static int
glyph_json_on_end_map(void *ctx)
{
    return glyph_json_record_close(ctx, '}');
}


static int
glyph_json_on_start_array(void *ctx)
{
    return glyph_json_record_open(ctx, '[');
}


static int
glyph_json_on_end_array(void *ctx)
{
    return glyph_json_record_close(ctx, ']');
}


static int
glyph_json_record_open(glyph_json_record_t *r, unsigned char c)
{
    if (r->depth == 0) {

        if (r->values++) {
            return 0;
        }

        if (c == '[') {
            return glyph_json_record_stop(r, GLYPH_ROW_NOT_OBJECT);
        }

        r->depth++;
        return 1;
    }

    if (r->depth == GLYPH_JSON_RECORD_DEPTH) {
        return glyph_json_record_stop(r, GLYPH_ROW_TOO_DEEP);
    }

    if (r->depth == 1) {
        r->nested = r->text.len;

    } else {
        glyph_json_comma(&r->text);
    }

    glyph_buf_putc(&r->text, c);
    r->depth++;

    return 1;
}


static int
glyph_json_record_close(glyph_json_record_t *r, unsigned char c)
{
    if (--r->depth == 0) {
        r->end = yajl_get_bytes_consumed(r->yajl);
        return 1;
    }

    glyph_buf_putc(&r->text, c);

    if (r->depth == 1) {
        glyph_json_record_value(r, r->text.data + r->nested,
                                r->text.len - r->nested, GLYPH_FIELD_NESTED);
    }

    return 1;
}
