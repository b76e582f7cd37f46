#include <stdio.h>

#include "text/glyph_buf.h"
#include "body/glyph_charset.h"
#include "tap.h"


static void test_names(void);
static void test_utf8(void);
static void test_utf16(void);
static void test_single_byte(void);
static void test_multibyte(void);
static void test_errors(void);
static void test_large(void);
static void test_no_memory(void);

static void test_reads(const char *charset, const char *in, size_t in_len,
    const char *want, size_t want_len, const char *used, const char *name);
static int test_read(const char *charset, const unsigned char *data,
    size_t len, const size_t *cut, size_t ncuts, glyph_buf_t *out,
    char *used);
static int test_piece(glyph_charset_t *cs, const unsigned char *data,
    size_t len, int end, glyph_buf_t *out);
static int test_create(const char *charset);

#define reads(charset, in, want, used, name)                                 \
    test_reads(charset, in, sizeof(in) - 1, want, sizeof(want) - 1, used,    \
               name)


int
main(void)
{
    test_names();
    test_utf8();
    test_utf16();
    test_single_byte();
    test_multibyte();
    test_errors();
    test_large();
    test_no_memory();

    return tap_done();
}


static void
test_names(void)
{
    size_t              i;
    static const char  *good[] = {
        "", "utf-8", "UTF8", "us-ascii", "Windows-1252", "\"windows-1252\"",
        "latin1", "ISO-8859-1", "iso8859-15", "cp1250", "KOI8-R",
        "Shift_JIS", "gb18030", "utf-16", "UTF-16LE", "utf-16be"
    };
    static const char  *bad[] = {
        "klingon", "utf-8//TRANSLIT", "latin1//IGNORE", "utf-8,x", "a b",
        "\"", "utf-7", "utf-32", "wchar_t", "../../tmp/x", "\xc3\xa9",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    };

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        is_int(test_create(good[i]), GLYPH_OK, "\"%s\" is known", good[i]);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        is_int(test_create(bad[i]), GLYPH_BAD, "\"%s\" is refused", bad[i]);
    }

    is_int(test_create(NULL), GLYPH_OK, "no name at all");
}


static void
test_utf8(void)
{
    glyph_str_t           out;
    glyph_charset_t      *cs;
    const unsigned char  *p;
    static const char     text[] = "title,price\n";

    reads("", "", "", "utf-8", "an empty file");
    reads("", "a", "a", "utf-8", "a file of one byte");
    reads("", "ab\xc3\xa9" "c", "ab\xc3\xa9" "c", "utf-8", "UTF-8");
    reads("utf-8", "\xef\xbb\xbf" "abc", "abc", "utf-8",
          "the byte order mark of UTF-8 is removed");
    reads("", "\xef\xbb\xbf", "", "utf-8", "a mark and nothing else");
    reads("", "\xef\xbb\xbf\xef\xbb\xbf" "a", "\xef\xbb\xbf" "a", "utf-8",
          "only one mark is removed");
    reads("", "\xef\xbb", "\xef\xbb", "utf-8", "a part of a mark");
    reads("", "\xef\xbb" "a", "\xef\xbb" "a", "utf-8", "… and more");
    reads("", "a\xff\xfe\0b", "a\xff\xfe\0b", "utf-8",
          "UTF-8 is not checked");
    reads("utf-8-sig", "\xef\xbb\xbf" "abc", "abc", "utf-8", "utf-8-sig");
    reads("us-ascii", "a\xc3\xa9", "a\xc3\xa9", "utf-8",
          "what is said to be ASCII is taken for UTF-8");

    is_int(glyph_charset_create(&cs, NULL), GLYPH_OK, "a reader");
    p = (const unsigned char *) text;
    glyph_charset_read(cs, &p, p + sizeof(text) - 1, 0, &out);
    ok(out.data == (const unsigned char *) text
       && out.len == sizeof(text) - 1, "UTF-8 is passed on without a copy");
    glyph_charset_destroy(cs);
}


static void
test_utf16(void)
{
    reads("", "\xff\xfe" "a\0\xe9\0\x3d\xd8\x00\xde" "\n\0",
          "a\xc3\xa9\xf0\x9f\x98\x80\n", "utf-16le", "UTF-16LE by its mark");
    reads("", "\xfe\xff\0a\0\xe9\xd8\x3d\xde\x00",
          "a\xc3\xa9\xf0\x9f\x98\x80", "utf-16be", "UTF-16BE by its mark");
    reads("windows-1252", "\xff\xfe" "a\0", "a", "utf-16le",
          "a mark is stronger than the client's word");
    reads("utf-16be", "\xff\xfe" "a\0", "a", "utf-16le",
          "… also about the byte order");
    reads("utf-16", "\xff\xfe" "a\0", "a", "utf-16le", "utf-16, with a mark");
    reads("utf-16", "a\0b\0", "ab", "utf-16le",
          "utf-16 without a mark, little endian as can be seen");
    reads("utf-16", "\0a\0b", "ab", "utf-16be",
          "utf-16 without a mark, big endian");
    reads("UTF-16LE", "a\0b\0", "ab", "utf-16le", "utf-16le without a mark");
    reads("", "\0a\0b\0\xe9", "ab\xc3\xa9", "utf-16be",
          "UTF-16BE that nobody told of");
    reads("utf-8", "a\0b\0\xe9\0", "ab\xc3\xa9", "utf-16le",
          "UTF-16LE that nobody told of");
    reads("", "a\0bc", "a\0bc", "utf-8", "one NUL is none of it");
    reads("", "\xff\xfe", "", "utf-16le", "a mark and nothing else");
    reads("", "\xff", "\xff", "utf-8", "half a mark");
}


static void
test_single_byte(void)
{
    reads("windows-1252", "\x80 1.299 \xa0\xfc", "\xe2\x82\xac 1.299 "
          "\xc2\xa0\xc3\xbc", "windows-1252", "windows-1252");
    reads("\"Latin1\"", "\xa3" "5", "\xc2\xa3" "5", "windows-1252",
          "latin1, as browsers take it");
    reads("ISO-8859-1", "\x80" "5", "\xe2\x82\xac" "5", "windows-1252",
          "… and so is its other name");
    reads("iso-8859-15", "\xa4" "5", "\xe2\x82\xac" "5", "iso-8859-15",
          "iso-8859-15");
    reads("cp1250", "z\xb3", "z\xc5\x82", "cp1250", "cp1250");
    reads("windows-1252", "\xff", "\xc3\xbf", "windows-1252",
          "a byte that may begin a mark, and the end");
    reads("windows-1252", "\xef\xbb", "\xc3\xaf\xc2\xbb", "windows-1252",
          "two bytes that may begin a mark, and the end");
    reads("windows-1252", "\xef\xbb\xbf" "a", "a", "utf-8",
          "the mark of UTF-8 is stronger than the client's word");
}


static void
test_multibyte(void)
{
    reads("shift_jis", "\x83\x4f\x83\x89" "A\xb1", "\xe3\x82\xb0\xe3\x83\xa9"
          "A\xef\xbd\xb1", "shift_jis", "Shift_JIS");
    reads("gb18030", "\xcf\xd4\xbf\xa8\x94\x39\xfc\x36", "\xe6\x98\xbe"
          "\xe5\x8d\xa1\xf0\x9f\x98\x80", "gb18030", "GB18030");
    reads("iso-2022-jp", "\x1b$B%0%i\x1b(BA", "\xe3\x82\xb0\xe3\x83\xa9" "A",
          "iso-2022-jp", "ISO-2022-JP, which has states");
    reads("euc-jisx0213", "\xa4\xab", "\xe3\x81\x8b", "euc-jisx0213",
          "a character that could have been combined, at the end");
}


static void
test_errors(void)
{
    reads("", "\xff\xfe" "a\0\x3d\xd8" "b\0", "a\xff" "b", "utf-16le",
          "half a surrogate pair is one 0xff");
    reads("", "\xff\xfe\x00\xde" "b\0", "\xff" "b", "utf-16le",
          "… and so is the other half");
    reads("", "\xff\xfe" "a\0b", "a\xff", "utf-16le",
          "an odd byte at the end");
    reads("", "\xff\xfe" "a\0\x3d\xd8", "a\xff", "utf-16le",
          "half a surrogate pair at the end");
    reads("", "\xff\xfe" "a\0\x3d\xd8\x00", "a\xff", "utf-16le",
          "three quarters of a pair at the end");
    reads("shift_jis", "a\x83", "a\xff", "shift_jis",
          "half a character at the end");
    reads("shift_jis", "a\x83\x01" "b\x83\x4f", "a\xff\x01" "b\xe3\x82\xb0",
          "shift_jis", "a character with a wrong second byte");
    reads("gb18030", "\x94\x39\xfc" "a\xff\xff" "b", "\xff" "9\xe9\xbb\x99"
          "\xff\xff" "b", "gb18030", "wrong bytes among longer characters");
    reads("windows-1252", "a\x81" "b", "a\xff" "b", "windows-1252",
          "a byte that stands for nothing");
}


static void
test_large(void)
{
    int          same;
    char         used[64];
    size_t       i, cut[3];
    glyph_buf_t  in, want, out;

    memset(&in, 0, sizeof(in));
    memset(&want, 0, sizeof(want));
    memset(&out, 0, sizeof(out));

    for (i = 0; i < 200001; i++) {
        if (i % 1000 == 999) {
            glyph_buf_append(&in, "\x81", 1);
            glyph_buf_append(&want, "\xff", 1);

        } else {
            glyph_buf_append(&in, "\x80", 1);
            glyph_buf_append(&want, "\xe2\x82\xac", 3);
        }
    }

    cut[0] = 1;
    cut[1] = 100000;
    cut[2] = 200000;

    test_read("cp1252", in.data, in.len, cut, 3, &out, used);
    same = out.len == want.len && memcmp(out.data, want.data, out.len) == 0;
    ok(same, "200 KB become 600 KB, through a buffer that is smaller");

    for (i = 0; i < 64; i++) {
        glyph_buf_reset(&in);
        glyph_buf_reset(&want);

        while (in.len < 65500 + i) {
            glyph_buf_append(&in, "\xff", 1);
            glyph_buf_append(&want, "\xff", 1);
        }

        test_read("shift_jis", in.data, in.len, NULL, 0, &out, used);
        same &= out.len == want.len
                && memcmp(out.data, want.data, out.len) == 0;
    }

    ok(same, "errors that just fill the buffer");

    glyph_buf_free(&in);
    glyph_buf_free(&want);
    glyph_buf_free(&out);
}


static void
test_no_memory(void)
{
    int          rc;
    long         n;
    char         used[64];
    glyph_buf_t  out;

    memset(&out, 0, sizeof(out));
    glyph_buf_reserve(&out, 4096);

    for (n = 0; n < 100; n++) {
        tap_malloc_fail_after(n);
        rc = test_read("cp1252", (const unsigned char *) "abc\x80", 4, NULL,
                       0, &out, used);
        tap_malloc_fail_after(-1);

        if (rc == GLYPH_OK) {
            break;
        }

        is_int(rc, GLYPH_ERROR, "allocation %ld fails", n);
    }

    is_mem(out.data, out.len, "abc\xe2\x82\xac", 6,
           "after %ld allocations it works", n);

    glyph_buf_free(&out);
}


/* Converts the text whole, byte by byte, and with every pair of splits. */

static void
test_reads(const char *charset, const char *in, size_t in_len,
    const char *want, size_t want_len, const char *used, const char *name)
{
    int                   differ;
    char                  got_used[64];
    size_t                i, j, cut[2], all[64];
    glyph_buf_t           out;
    const unsigned char  *data;

    memset(&out, 0, sizeof(out));
    data = (const unsigned char *) in;

    test_read(charset, data, in_len, NULL, 0, &out, got_used);
    is_mem(out.data, out.len, want, want_len, "%s", name);
    is_mem(got_used, strlen(got_used), used, strlen(used),
           "%s: the charset", name);

    for (i = 0; i < in_len; i++) {
        all[i] = i;
    }

    test_read(charset, data, in_len, all, in_len, &out, got_used);
    is_mem(out.data, out.len, want, want_len, "%s: byte by byte", name);

    differ = 0;

    for (i = 0; i <= in_len; i++) {
        for (j = i; j <= in_len; j++) {
            cut[0] = i;
            cut[1] = j;
            test_read(charset, data, in_len, cut, 2, &out, got_used);

            differ += out.len != want_len
                      || (want_len && memcmp(out.data, want, want_len) != 0)
                      || strcmp(used, got_used) != 0;
        }
    }

    is_int(differ, 0, "%s: split anywhere", name);

    glyph_buf_free(&out);
}


static int
test_read(const char *charset, const unsigned char *data, size_t len,
    const size_t *cut, size_t ncuts, glyph_buf_t *out, char *used)
{
    int               rc;
    size_t            i, from, to;
    glyph_str_t       name;
    glyph_charset_t  *cs;

    glyph_buf_reset(out);
    used[0] = '\0';

    name.data = (unsigned char *) charset;
    name.len = strlen(charset);

    rc = glyph_charset_create(&cs, &name);
    if (rc != GLYPH_OK) {
        return rc;
    }

    from = 0;

    for (i = 0; i <= ncuts && rc == GLYPH_OK; i++) {
        to = i < ncuts ? cut[i] : len;
        rc = test_piece(cs, data + from, to - from, i == ncuts, out);
        from = to;
    }

    snprintf(used, 64, "%s", glyph_charset_name(cs));
    glyph_charset_destroy(cs);

    return rc;
}


/* The piece is a copy of its own, so that a read too far is seen. */

static int
test_piece(glyph_charset_t *cs, const unsigned char *data, size_t len,
    int end, glyph_buf_t *out)
{
    int                   rc;
    glyph_str_t           s;
    unsigned char        *piece;
    const unsigned char  *p;

    piece = malloc(len + !len);
    if (piece == NULL) {
        return GLYPH_ERROR;
    }

    memcpy(piece, data, len);
    p = piece;

    for ( ;; ) {
        rc = glyph_charset_read(cs, &p, piece + len, end, &s);

        if (rc != GLYPH_OK) {
            break;
        }

        if (s.len == 0) {
            rc = GLYPH_BAD;
            break;
        }

        glyph_buf_append(out, s.data, s.len);
    }

    if (rc == GLYPH_AGAIN && p == piece + len) {
        rc = GLYPH_OK;
    }

    free(piece);

    return rc;
}


static int
test_create(const char *charset)
{
    int               rc;
    glyph_str_t       name;
    glyph_charset_t  *cs;

    name.data = (unsigned char *) charset;
    name.len = charset ? strlen(charset) : 0;

    rc = glyph_charset_create(&cs, charset ? &name : NULL);
    glyph_charset_destroy(cs);

    return rc;
}
