/* The file of rejected records, to be mended and sent again. */

#include "out/glyph_resend.h"
#include "tap.h"


#define C  ",12,\"codes\",\"a; \"\"b\"\"\"\r\n"


static void
set(glyph_str_t *s, const char *text)
{
    s->data = (unsigned char *) text;
    s->len = strlen(text);
}


static void
is_buf(glyph_buf_t *b, const char *want, const char *what)
{
    is_mem(b->data, b->len, want, strlen(want), "%s", what);
    glyph_buf_free(b);
}


static void
test_header(void)
{
    size_t          i;
    glyph_buf_t     b;
    glyph_str_t     header;
    glyph_resend_t  s;

    static const struct {
        const char  *header;
        char         delimiter;
        const char  *want;
    } rows[] = {
        { "title,price", ',', "title,price,_line,_codes,_messages\r\n" },
        { " Titel ;\"Preis; EUR\" ", ';',
          " Titel ;\"Preis; EUR\" ;_line;_codes;_messages\r\n" },
        { "title\tprice\t", '\t',
          "title\tprice\t\t_line\t_codes\t_messages\r\n" },
        { "\"a\nb\"|price", '|', "\"a\nb\"|price|_line|_codes|_messages\r\n" },
        { "title,price,_line,_codes,_messages", ',',
          "title,price,_line,_codes,_messages\r\n" },
        { "title;price; \"_line\" ;_codes;\"_messages\"", ';',
          "title;price;_line;_codes;_messages\r\n" },
        { "title,_line,_codes,_messages,price", ',',
          "title,_line,_codes,_messages,price,_line,_codes,_messages\r\n" },
        { "_line,_codes,_messages", ',',
          "_line,_codes,_messages,_line,_codes,_messages\r\n" }
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        memset(&b, 0, sizeof(b));
        set(&header, rows[i].header);
        glyph_resend_init(&s, &header, rows[i].delimiter, 0);
        glyph_resend_header(&s, &b);
        is_buf(&b, rows[i].want, rows[i].header);
    }
}


static void
record(glyph_buf_t *b, const char *text, unsigned char delimiter, int safe,
    const char *raw)
{
    glyph_str_t     header, record, codes, messages;
    glyph_resend_t  s;

    memset(b, 0, sizeof(*b));

    set(&header, text);
    set(&record, raw);
    set(&codes, "codes");
    set(&messages, "a; \"b\"");

    glyph_resend_init(&s, &header, delimiter, safe);
    glyph_resend_record(&s, b, &record, 12, &codes, &messages);
}


static void
test_record(void)
{
    size_t       i;
    glyph_buf_t  b;

    static const struct {
        const char  *raw;
        const char  *want;
    } rows[] = {
        { "RTX 3090,x,1", "RTX 3090,x,1" C },
        { " \"a,\"\"b\" , 1\t,\"c\nd\" ", " \"a,\"\"b\" , 1\t,\"c\nd\" " C },
        { ",,", ",," C },
        { "", ",," C },
        { "RTX 3090", "RTX 3090,," C },
        { "RTX 3090,", "RTX 3090,," C },
        { "RTX 3090,x,1,,\"\", ,", "RTX 3090,x,1" C },
        { "RTX 3090,x,1,2", "RTX 3090,x,1,2" C },
        { "RTX 3090,x,1,,2,", "RTX 3090,x,1,,2," C },
        { "24\" TV,x,1", "24\" TV,x,1" C },
        { "\"24\" TV\",x", "\"24\" TV\",x," C },
        { "\"RTX,x", "\"RTX,x" C },
        { "\xff,x", "\xff,x," C }
    };

    static const struct {
        const char  *raw;
        const char  *want;
    } own[] = {
        { "a,b,9,old,\"old; two\"", "a,b" C },
        { "a,b,c,9,old,\"old\"", "a,b,c" C },
        { "a,b,,9,old,\"old\"", "a,b" C },
        { "a,b", "a,b" C },
        { "a", "a," C },
        { "a,b,9", "a,b" C },
        { "a,\"b,9,old,\"", "a,\"b,9,old,\"" C },
        { "\"a,b,9,old,old", "\"a,b,9,old,old" C }
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        record(&b, "title,price,n", ',', 0, rows[i].raw);
        is_buf(&b, rows[i].want, rows[i].raw);
    }

    for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        record(&b, "title,price,_line,_codes,_messages", ',', 0, own[i].raw);
        is_buf(&b, own[i].want, own[i].raw);
    }

    record(&b, "title;price", ';', 0, "a,b;x");
    is_buf(&b, "a,b;x;12;\"codes\";\"a; \"\"b\"\"\"\r\n", "semicolons");

    record(&b, "title\tprice", '\t', 0, "a\t");
    is_buf(&b, "a\t\t12\t\"codes\"\t\"a; \"\"b\"\"\"\r\n", "tabs");
}


static void
test_safe(void)
{
    size_t          i;
    glyph_buf_t     b;
    glyph_str_t     header;
    glyph_resend_t  s;

    static const struct {
        const char  *raw;
        const char  *want;
    } rows[] = {
        { "RTX 3090,x", "\"RTX 3090\",\"x\"" },
        { "=1+2,+3", "\"'=1+2\",\"'+3\"" },
        { "-5,@A1", "\"'-5\",\"'@A1\"" },
        { "\"=cmd|'/C calc'!A0\",\"\tx\"",
          "\"'=cmd|'/C calc'!A0\",\"'\tx\"" },
        { "\"\rx\",\"\nx\"", "\"'\rx\",\"'\nx\"" },
        { " =1,\" =2\"", "\"'=1\",\" '=2\"" },
        { "\"a;=1\",\"b,-2\"", "\"a;'=1\",\"b,'-2\"" },
        { "\"a\n=1\",\"b; \"\"=2\"", "\"a\n'=1\",\"b; \"\"'=2\"" },
        { "\"a \"\"b\"\"\",1-2", "\"a \"\"b\"\"\",\"1-2\"" },
        { "24\" TV,2=2", "\"24\"\" TV\",\"2=2\"" },
        { "\xef\xbc\x9d" "1,\xef\xbc\xa1",
          "\"'\xef\xbc\x9d" "1\",\"\xef\xbc\xa1\"" },
        { "\"open,=1", "\"\"\"open,'=1\"," },
        { "a", "\"a\"," },
        { "a,b,=c", "\"a\",\"b\",\"'=c\"" }
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        record(&b, "title,price", ',', 1, rows[i].raw);
        glyph_buf_putc(&b, '\0');

        ok(strncmp((char *) b.data, rows[i].want, strlen(rows[i].want)) == 0
           && strcmp((char *) b.data + strlen(rows[i].want), C) == 0,
           "safe: %s", rows[i].raw);

        glyph_buf_free(&b);
    }

    memset(&b, 0, sizeof(b));
    set(&header, "=title; price ;_line;_codes;_messages");
    glyph_resend_init(&s, &header, ';', 1);
    glyph_resend_header(&s, &b);
    is_buf(&b, "\"'=title\";\"price\";_line;_codes;_messages\r\n",
           "names may be formulas, too");
}


int
main(void)
{
    test_header();
    test_record();
    test_safe();

    return tap_done();
}
