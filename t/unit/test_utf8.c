#include "text/glyph_utf8.h"
#include "text/glyph_code.h"
#include "tap.h"


static void
test_valid(const char *bytes, size_t len, size_t want, const char *name)
{
    size_t          i, bad;
    unsigned char  *copy;

    /* behind ASCII of every length, so that each way of reading meets it */

    bad = 0;

    for (i = 0; i < 70; i++) {
        copy = malloc(i + len + 1);
        memset(copy, 'x', i);
        memcpy(copy + i, bytes, len);
        bad += glyph_utf8_valid(copy, i + len) != i + want;
        free(copy);
    }

    is_int(bad, 0, "%s", name);
}


static void
test_fold(const char *given, const char *want)
{
    size_t         len;
    glyph_str_t    text;
    unsigned char  out[128];

    text.data = (unsigned char *) given;
    text.len = strlen(given);
    len = glyph_utf8_fold(&text, out, sizeof(out));

    is_mem(out, len, want, strlen(want), "\"%s\" folds to \"%s\"", given,
           want);
}


static void
test_trim(const char *given, const char *want)
{
    glyph_str_t  text;

    text.data = (unsigned char *) given;
    text.len = strlen(given);
    glyph_utf8_trim(&text);

    is_mem(text.data, text.len, want, strlen(want), "trimmed to \"%s\"", want);
}


static void
test_round_trip(void)
{
    size_t                n;
    uint32_t              cp, bad;
    unsigned char         buf[4];
    const unsigned char  *p;

    bad = 0;

    for (cp = 0; cp <= 0x10ffff; cp++) {

        if (cp >= 0xd800 && cp <= 0xdfff) {
            continue;
        }

        n = glyph_utf8_encode(cp, buf);
        p = buf;

        if (glyph_utf8_valid(buf, n) != n
            || glyph_utf8_decode(&p, buf + n) != cp || p != buf + n
            || (n > 1 && glyph_utf8_valid(buf, n - 1) != 0))
        {
            bad++;
        }
    }

    is_int(bad, 0, "every code point survives, and none that is cut off");
}


static void
test_codes(void)
{
    int          i, j, bad;
    const char  *name;

    bad = 0;

    for (i = 0; i < GLYPH_CODE_N; i++) {
        name = glyph_code_name(i);

        if (name == NULL || glyph_code_text(i) == NULL
            || strspn(name, "abcdefghijklmnopqrstuvwxyz_") != strlen(name))
        {
            bad++;
            continue;
        }

        for (j = 0; j < i; j++) {
            bad += strcmp(name, glyph_code_name(j)) == 0;
        }
    }

    is_int(bad, 0, "every code has a name of its own and a text");
    ok(strcmp(glyph_code_name(GLYPH_ROW_PRICE_INVALID), "price_invalid") == 0
       && strcmp(glyph_code_name(GLYPH_FILE_COLUMNS_MISSING),
                 "columns_missing") == 0, "published names stay");
}


int
main(void)
{
    size_t                i;
    glyph_str_t           text;
    unsigned char         out[8];
    const unsigned char  *p;

    is_int(glyph_utf8_valid(NULL, 0), 0, "nothing is valid");
    test_valid("", 0, 0, "ASCII");
    test_valid("a\0b", 3, 3, "NUL is a character");
    test_valid("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z", 10, 10,
               "2, 3 and 4 bytes");
    test_valid("\xf4\x8f\xbf\xbf", 4, 4, "U+10FFFF");
    test_valid("ab\x80", 3, 2, "a lone continuation");
    test_valid("\xc0\xaf", 2, 0, "overlong, 2 bytes");
    test_valid("\xc1\xbf", 2, 0, "overlong, C1");
    test_valid("\xe0\x9f\xbf", 3, 0, "overlong, 3 bytes");
    test_valid("\xf0\x8f\xbf\xbf", 4, 0, "overlong, 4 bytes");
    test_valid("\xed\xa0\x80", 3, 0, "a surrogate");
    test_valid("\xf4\x90\x80\x80", 4, 0, "above U+10FFFF");
    test_valid("\xf5\x80\x80\x80", 4, 0, "F5");
    test_valid("\xff", 1, 0, "FF");
    test_valid("\xc3\xa9\xc3", 3, 2, "cut off after 1 of 2");
    test_valid("\xe2\x82", 2, 0, "cut off after 2 of 3");
    test_valid("\xf0\x9f\x98", 3, 0, "cut off after 3 of 4");
    test_valid("\xe9t\xe9", 3, 0, "Latin-1");

    test_round_trip();

    p = (const unsigned char *) "\xe2\x82";
    is_int(glyph_utf8_decode(&p, p + 2), 0xfffd,
           "what is cut off is U+FFFD");
    is_int(glyph_utf8_encode(0xd800, out), 3, "no surrogate is written");

    test_fold("GeForce RTX", "geforce rtx");
    test_fold("Größe Ärger ÉTÉ Łódź Ñ ç", "grosse arger ete lodz n c");
    test_fold("œuvre Æon Þ ĳs", "oeuvre aeon th ijs");
    test_fold("a\xcc\x88" "b", "ab");
    test_fold("ẞ ạ Ệ", "ss a e");
    test_fold("\xef\xbc\xb2\xef\xbc\xb4\xef\xbc\xb8\xe3\x80\x80\xef\xbc\x94",
              "rtx 4");
    test_fold("1\xc2\xa0" "2\xe2\x80\xaf" "3\t4", "1 2 3 4");
    test_fold("a–b—c−d\xe2\x80\x91" "e", "a-b-c-d-e");
    test_fold("R\xe2\x80\x8bTX\xc2\xad" "30", "rtx30");
    test_fold("ВИДЕОКАРТА Ё Ω", "видеокарта ё ω");
    test_fold("€ 😀 显卡 × ÷", "€ 😀 显卡 × ÷");

    glyph_str_set(&text, "ab€c");
    is_mem(out, glyph_utf8_fold(&text, out, 4), "ab", 2,
           "cut at a code point");
    is_mem(out, glyph_utf8_fold(&text, out, 5), "ab€", 5, "just enough");

    test_trim("  a b \r\n", "a b");
    test_trim("\xc2\xa0\xe3\x80\x80 é\xe2\x80\x89\xe2\x80\x8b", "é");
    test_trim("\xef\xbb\xbf" "a", "a");
    test_trim(" \xc2\xa0 ", "");
    test_trim("", "");
    test_trim("\x80 \x80", "\x80 \x80");

    is_int(glyph_utf8_cut((unsigned char *) "ab€c", 6, 10), 6,
           "nothing to cut");

    for (i = 2; i < 5; i++) {
        is_int(glyph_utf8_cut((unsigned char *) "ab€c", 6, i), 2,
               "%zu bytes end before the sign", i);
    }

    is_int(glyph_utf8_cut((unsigned char *) "ab€c", 6, 5), 5, "behind it");
    is_int(glyph_utf8_cut((unsigned char *) "€", 3, 0), 0, "to nothing");

    test_codes();

    return tap_done();
}
