#include <math.h>

#include "fuzz_copy.h"
#include "text/glyph_json.h"


/*
 * The columns in the order of glyph_copy_listings and glyph_copy_errors; a
 * capital is NOT NULL.
 *
 *   u uuid   i int4   h int2   l int8   t text   b bool   a bytea
 *   f float4, 0 or more   s float4 0 .. 1   g float8 0 .. 100
 *   p price numeric(12,2)   d numeric(14,2)   j jsonb   z timestamptz
 */

static const char  listing_columns[] =
    "UITTTSTBtPTdfihbtifhtIIIGGGitittttztutttj";

static const char  error_columns[] = "UILLJA";


typedef struct {
    const unsigned char  *pos;
    const unsigned char  *last;
    const char           *column;       /* of the columns above */
    const char           *columns;
} tuple_t;


static int64_t tuple(tuple_t *t, fuzz_copy_t *c);
static void value(const tuple_t *t, const unsigned char *p, size_t len);
static int64_t numeric(const tuple_t *t, const unsigned char *p, size_t len);
static void json(const tuple_t *t, const unsigned char *p, size_t len);
static void real(const tuple_t *t, double n, double max);
static void size(const tuple_t *t, size_t len, size_t want);
static size_t at(const tuple_t *t);
static uint64_t integer(tuple_t *t, size_t len);
static uint64_t big_endian(const unsigned char *p, size_t len);


void
fuzz_copy_listings(fuzz_copy_t *c, const glyph_buf_t *block)
{
    int64_t  index;
    tuple_t  t;

    t.pos = block->data;
    t.last = t.pos + block->len;
    t.columns = listing_columns;

    while (t.pos < t.last) {
        index = tuple(&t, c);

        fuzz_check(index > c->listing, "listing %lld after %lld",
                   (long long) index, (long long) c->listing);

        c->listing = index;
        c->listings++;
    }
}


void
fuzz_copy_errors(fuzz_copy_t *c, const glyph_buf_t *block)
{
    int64_t  index;
    tuple_t  t;

    t.pos = block->data;
    t.last = t.pos + block->len;
    t.columns = error_columns;

    while (t.pos < t.last) {
        index = tuple(&t, c);

        fuzz_check(index > c->error, "error row %lld after %lld",
                   (long long) index, (long long) c->error);

        c->error = index;
        c->errors++;
    }
}


/* Returns the second column, import_index. */

static int64_t
tuple(tuple_t *t, fuzz_copy_t *c)
{
    int32_t               len;
    int64_t               index;
    const unsigned char  *p;

    index = -1;

    fuzz_check(integer(t, 2) == strlen(t->columns), "not %zu columns",
               strlen(t->columns));

    for (t->column = t->columns; *t->column; t->column++) {
        len = (int32_t) integer(t, 4);

        if (len == -1) {
            fuzz_check(*t->column >= 'a', "column %zu is NULL", at(t));
            continue;
        }

        fuzz_check(len >= 0 && len <= t->last - t->pos,
                   "column %zu of %d bytes, where %zd are left", at(t), len,
                   t->last - t->pos);

        p = t->pos;
        t->pos += len;

        value(t, p, len);

        if (at(t) == 0) {
            fuzz_check(memcmp(p, c->import_id, 16) == 0, "another import's");
        }

        if (at(t) == 1) {
            index = (int32_t) big_endian(p, 4);
        }
    }

    return index;
}


static void
value(const tuple_t *t, const unsigned char *p, size_t len)
{
    float     f;
    double    d;
    uint32_t  single;
    uint64_t  bits;

    switch (*t->column | 0x20) {

    case 'u':
        size(t, len, 16);
        break;

    case 'h':
        size(t, len, 2);
        fuzz_check(p[0] < 0x80, "column %zu is negative", at(t));
        break;

    case 'i':
        size(t, len, 4);
        fuzz_check(p[0] < 0x80, "column %zu is negative", at(t));
        break;

    case 'l':
        size(t, len, 8);
        fuzz_check(p[0] < 0x80, "column %zu is negative", at(t));
        break;

    case 'z':
        /* of the years 1990 .. 2100, in microseconds from 2000 on */
        size(t, len, 8);
        d = (double) (int64_t) big_endian(p, 8) / 1e6 / 86400;
        fuzz_check(d >= -3653 && d < 36890, "day %g", d);
        break;

    case 'b':
        size(t, len, 1);
        fuzz_check(p[0] <= 1, "column %zu is %u", at(t), p[0]);
        break;

    case 'f':
    case 's':
        size(t, len, 4);
        single = (uint32_t) big_endian(p, 4);
        memcpy(&f, &single, 4);
        real(t, f, (*t->column | 0x20) == 's' ? 1 : 1e6);
        break;

    case 'g':
        size(t, len, 8);
        bits = big_endian(p, 8);
        memcpy(&d, &bits, 8);
        real(t, d, 100);
        break;

    case 'p':
        fuzz_check(numeric(t, p, len) > 0, "a price of 0");
        fuzz_check(numeric(t, p, len) < 1000000000000, "numeric(12,2)");
        break;

    case 'd':
        fuzz_check(numeric(t, p, len) < 100000000000000, "numeric(14,2)");
        break;

    case 't':
        fuzz_check(fuzz_is_utf8(p, len) && memchr(p, '\0', len) == NULL,
                   "column %zu is \"%.*s\"", at(t), (int) len, p);
        break;

    case 'j':
        json(t, p, len);
        break;

    default: /* bytea */
        break;
    }
}


/* Cents, out of digits of base 10000. */

static int64_t
numeric(const tuple_t *t, const unsigned char *p, size_t len)
{
    int      i, n, weight;
    int64_t  cents, digit;

    fuzz_check(len >= 8 && len % 2 == 0, "column %zu: %zu bytes", at(t), len);

    n = (int) big_endian(p, 2);
    weight = (int16_t) big_endian(p + 2, 2);

    size(t, len, 8 + 2 * n);

    fuzz_check(big_endian(p + 4, 2) == 0, "column %zu: a sign", at(t));
    fuzz_check(big_endian(p + 6, 2) == 2, "column %zu: not 2 digits", at(t));
    fuzz_check(weight >= -1 && weight <= 3, "column %zu: weight %d", at(t),
               weight);

    cents = 0;

    for (i = 0; i <= weight || i < n; i++) {
        digit = i < n ? (int64_t) big_endian(p + 8 + 2 * i, 2) : 0;

        fuzz_check(digit < 10000, "column %zu: a digit of %d", at(t),
                   (int) digit);

        if (i <= weight) {
            cents = cents * 10000 + digit;

        } else {
            fuzz_check(i == weight + 1 && digit % 100 == 0,
                       "column %zu: more than cents", at(t));
            return cents * 100 + digit / 100;
        }
    }

    return cents * 100;
}


/* jsonb is a version and a text; this one is an object or a list of such. */

static void
json(const tuple_t *t, const unsigned char *p, size_t len)
{
    glyph_buf_t  object;
    glyph_str_t  text;

    memset(&object, 0, sizeof(glyph_buf_t));

    fuzz_check(len > 2 && p[0] == 1, "column %zu: no jsonb", at(t));

    glyph_buf_puts(&object, "{\"a\":");
    glyph_buf_append(&object, p + 1, len - 1);
    glyph_buf_puts(&object, "}");

    text.data = object.data;
    text.len = object.len;

    fuzz_check(!object.failed, "no memory");
    fuzz_check(glyph_json_is_object(&text) && fuzz_is_utf8(p, len),
               "column %zu: %.*s", at(t), (int) text.len, text.data);

    glyph_buf_free(&object);
}


static void
real(const tuple_t *t, double n, double max)
{
    fuzz_check(isfinite(n) && n >= 0 && n <= max, "column %zu is %g", at(t),
               n);
}


static void
size(const tuple_t *t, size_t len, size_t want)
{
    fuzz_check(len == want, "column %zu: %zu bytes, not %zu", at(t), len,
               want);
}


static size_t
at(const tuple_t *t)
{
    return t->column - t->columns;
}


static uint64_t
integer(tuple_t *t, size_t len)
{
    fuzz_check((size_t) (t->last - t->pos) >= len, "a tuple that breaks off");

    t->pos += len;

    return big_endian(t->pos - len, len);
}


static uint64_t
big_endian(const unsigned char *p, size_t len)
{
    uint64_t  n;

    for (n = 0; len; len--) {
        n = n << 8 | *p++;
    }

    return n;
}
