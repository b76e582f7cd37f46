/* JSON strings: what is written is always one string, whatever is in it. */

#include <math.h>
#include <stdio.h>

#include "text/glyph_json.h"
#include "tap.h"


typedef struct {
    const char  *name;
    const char  *in;
    size_t       len;
    const char  *out;
} json_t;

#define text(s)  s, sizeof(s) - 1


static const json_t  strings[] = {
    { "plain", text("RTX 3090"), "\"RTX 3090\"" },
    { "a quote and a backslash", text("a\"b\\c"), "\"a\\\"b\\\\c\"" },
    { "controls", text("\n\r\t\x01\x7f"), "\"\\n\\r\\t\\u0001\\u007f\"" },
    { "NUL is replaced", text("a\0b"), "\"a\xef\xbf\xbd" "b\"" },
    { "a bad byte is replaced", text("a\xff" "b"),
      "\"a\xef\xbf\xbd" "b\"" },
    { "a quote behind two bytes", text("\xc3\xa9\""), "\"\xc3\xa9\\\"\"" },
    { "a quote behind three", text("\xe2\x82\xac\"x"),
      "\"\xe2\x82\xac\\\"x\"" },
    { "a quote behind four", text("\xf0\x9f\x98\x80\"x"),
      "\"\xf0\x9f\x98\x80\\\"x\"" },
    { "a backslash behind two", text("\xc3\xa9\\n"),
      "\"\xc3\xa9\\\\n\"" },
    { "a line end behind two", text("\xc3\xa9\n\""),
      "\"\xc3\xa9\\n\\\"\"" },
    { "NUL behind two", text("\xc3\xa9\0z"),
      "\"\xc3\xa9\xef\xbf\xbdz\"" },
    { "half a character at the end", text("a\xe2\x82"),
      "\"a\xef\xbf\xbd\xef\xbf\xbd\"" },
    { "half a character and a quote", text("\xe2\x82\""),
      "\"\xef\xbf\xbd\xef\xbf\xbd\\\"\"" },
    { "a surrogate", text("\xed\xa0\x80"),
      "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
    { NULL, NULL, 0, NULL }
};


/* n objects, or an object and arrays, around one number. */

static int
nested(int n, const char *open, const char *close)
{
    int          i, rc;
    glyph_buf_t  b;
    glyph_str_t  s;

    memset(&b, 0, sizeof(b));
    glyph_buf_puts(&b, "{\"a\":");

    for (i = 1; i < n; i++) {
        glyph_buf_puts(&b, open);
    }

    glyph_buf_putc(&b, '1');

    for (i = 1; i < n; i++) {
        glyph_buf_puts(&b, close);
    }

    glyph_buf_putc(&b, '}');

    s.data = b.data;
    s.len = b.len;
    rc = glyph_json_is_object(&s);
    glyph_buf_free(&b);

    return rc;
}


static int
as_printf(glyph_buf_t *b, double n, int digits)
{
    int   len;
    char  want[64];

    glyph_buf_reset(b);
    glyph_json_double(b, n, digits);

    len = snprintf(want, sizeof(want), "%.*g", digits, n);

    if (b->len == (size_t) len && memcmp(b->data, want, b->len) == 0) {
        return 1;
    }

    tap_diag("%.*s, printf: %s", (int) b->len, (char *) b->data, want);

    return 0;
}


/* Numbers of rows: scores, gigabytes, factors; and all that lies near them. */

static void
test_numbers(glyph_buf_t *b)
{
    int       i, digits, bad;
    double    n;
    uint64_t  x;

    static const int64_t  ints[] = {
        0, 1, -1, 9, 10, 99, 100, -100, INT64_MAX, INT64_MIN
    };

    for (i = 0; i < (int) (sizeof(ints) / sizeof(ints[0])); i++) {
        char  want[32];

        glyph_buf_reset(b);
        glyph_json_int(b, ints[i]);
        (void) snprintf(want, sizeof(want), "%lld", (long long) ints[i]);
        is_mem(b->data, b->len, want, strlen(want), "the integer %s", want);
    }

    bad = 0;

    for (x = 1, i = 0; i < 19; x *= 10, i++) {
        int   k;
        char  want[32];

        for (k = -1; k <= 1; k++) {
            glyph_buf_reset(b);
            glyph_json_int(b, (int64_t) x + k);
            (void) snprintf(want, sizeof(want), "%lld", (long long) x + k);
            bad += b->len != strlen(want)
                   || memcmp(b->data, want, b->len) != 0;
        }
    }

    is_int(bad, 0, "integers of every length");

    x = 42;
    bad = 0;

    for (i = 0; i < 300000 && bad < 10; i++) {
        x = x * 6364136223846793005ULL + 1442695040888963407ULL;

        n = (double) (x >> 11) / 9007199254740992.0;
        digits = (int) (x >> 5 & 7) + 1;

        switch (i % 6) {
        case 0: n *= 100; break;
        case 1: n *= pow(10, (double) (x >> 20 & 15) - 6); break;
        case 2: n = floor(n * 2000) / 2; break;             /* ties */
        case 3: n = floor(n * 1e7 + 0.5) / 1e7 + 5e-8; break;
        case 4: n = pow(10, (double) (x >> 20 & 15) - 6) * (1 - 1e-7 * n);
                break;
        default: break;
        }

        bad += !as_printf(b, n, digits);
        bad += !as_printf(b, -n, digits);
    }

    is_int(bad, 0, "600,000 numbers are as printf writes them");

    ok(as_printf(b, 0, 6) && as_printf(b, -0.0, 6) && as_printf(b, 1e300, 6)
       && as_printf(b, 1e-300, 6) && as_printf(b, 999999.5, 6)
       && as_printf(b, 999999.4, 6) && as_printf(b, 0.0001, 6)
       && as_printf(b, 0.00009999996, 6) && as_printf(b, 2.5, 3)
       && as_printf(b, 26.9564, 6) && as_printf(b, 57, 6),
       "so are some of their own kind");

    glyph_buf_reset(b);
    glyph_json_double(b, NAN, 6);
    is_mem(b->data, b->len, "null", 4, "what is no number is null");
}


/* Of what JSON is, and what is none for a byte of it. */

static void
test_texts(void)
{
    int            c, bad;
    glyph_str_t    s;
    unsigned char  json[] = "{\"a\":\"x\"}";

    s.data = json;
    s.len = sizeof(json) - 1;

    bad = 0;

    for (c = 0; c < 0x20; c++) {
        json[6] = (unsigned char) c;
        bad += glyph_json_is_object(&s);
    }

    is_int(bad, 0, "no text has a control character");

    json[6] = ' ';
    ok(glyph_json_is_object(&s), "one may have a space");

    json[6] = 0x7f;
    ok(glyph_json_is_object(&s), "and what JSON has no rule for");
}


int
main(void)
{
    glyph_buf_t    b;
    const json_t  *s;

    is_int(nested(1, "", ""), 1, "an object");
    is_int(nested(32, "{\"a\":", "}"), 1, "32 objects within one another");
    is_int(nested(33, "{\"a\":", "}"), 0, "33 are too many");
    is_int(nested(32, "[", "]"), 1, "an object and 31 arrays");
    is_int(nested(33, "[", "]"), 0, "… and 32");
    is_int(nested(100000, "[", "]"), 0, "100,000 do not take the stack");

    memset(&b, 0, sizeof(b));

    for (s = strings; s->name; s++) {
        glyph_buf_reset(&b);
        glyph_json_string(&b, (const unsigned char *) s->in, s->len);
        is_mem(b.data, b.len, s->out, strlen(s->out), "%s", s->name);
    }

    test_numbers(&b);
    test_texts();

    glyph_buf_free(&b);

    return tap_done();
}
