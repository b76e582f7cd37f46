/* JSON strings: what is written is always one string, whatever is in it. */

#include "glyph_json.h"
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

    glyph_buf_free(&b);

    return tap_done();
}
