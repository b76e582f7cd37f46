#include <stdio.h>

#include "text/glyph_buf.h"
#include "body/glyph_multipart.h"
#include "tap.h"


#define CD    "Content-Disposition: form-data; "
#define FILE_PART  CD "name=\"file\"; filename=\"a.csv\"\r\n"
#define CSV   "Content-Type: text/csv\r\n"


static void test_forms(void);
static void test_boundaries(void);
static void test_names(void);
static void test_errors(void);
static void test_limits(void);
static void test_random(void);
static void test_pieces(void);
static void test_no_memory(void);

static void test_gives(const char *body, const char *want, const char *name);
static void test_name(const char *params, const char *want);
static int test_same(const unsigned char *data, size_t len, int pairs,
    glyph_buf_t *want);
static int test_read(const unsigned char *data, size_t len, const size_t *cut,
    size_t ncuts, glyph_buf_t *out);
static int test_piece(glyph_multipart_t *mp, const unsigned char *data,
    size_t len, glyph_buf_t *out);
static void test_result(glyph_multipart_t *mp, int rc, glyph_buf_t *out);
static void test_str(glyph_buf_t *out, const glyph_str_t *s);
static uint32_t test_rand(uint32_t n);


static uint64_t  test_seed = 88172645463325252ull;


int
main(void)
{
    test_forms();
    test_boundaries();
    test_names();
    test_errors();
    test_limits();
    test_random();
    test_pieces();
    test_no_memory();

    return tap_done();
}


static void
test_forms(void)
{
    test_gives("--b\r\n" FILE_PART CSV "\r\na,b\r\n1,2\r\n\r\n--b--\r\n",
               "a,b\r\n1,2\r\n(a.csv:text/csv)", "a file");
    test_gives("--b\r\n" CD "name=source_label\r\n\r\nshop 1\r\n"
               "--b\r\n" FILE_PART "\r\na\r\n"
               "--b\r\n" CD "name=\"metadata\"\r\n\r\n{\"a\":\r\n1}\r\n"
               "--b--\r\n",
               "a(a.csv:)(source_label=shop 1)(metadata={\"a\":\r\n1})",
               "fields before and behind the file");
    test_gives("--b\n" CD "name=\"x\"\n\n1\n2\n--b\n" FILE_PART "\na\n\n"
               "--b--", "a\n(a.csv:)(x=1\n2)", "lines that end with LF only");
    test_gives("--b\r\n" FILE_PART "\r\n\r\n--b--", "(a.csv:)",
               "an empty file with a name is a file");
    test_gives("--b\r\n" FILE_PART "\r\n--b--", "(a.csv:)",
               "no line end but the headers' before the boundary");
    test_gives("--b\r\n" CD "name=\"f\"; filename=\"\"\r\n"
               "Content-Type: application/octet-stream\r\n\r\n\r\n"
               "--b\r\n" FILE_PART "\r\na\r\n--b--", "a(a.csv:)",
               "a file input that was not filled is none");
    test_gives("--b\r\n" FILE_PART "\r\na\r\n--b\r\n"
               CD "name=\"f\"; filename=\"\"\r\nContent-Type: x/y\r\n\r\n"
               "\r\n--b--", "a(a.csv:)", "… also behind the file");
    test_gives("--b\r\n" CD "name=\"f\"; filename=\"\"\r\n\r\na\r\n--b--",
               "a(:)", "a file without a name, but with bytes");
    test_gives("--b\r\nContent-Type: text/csv\r\nX-Y: z\r\n"
               "content-disposition:form-data;name=f;filename=a.csv\r\n"
               "Content-Transfer-Encoding: 8BIT\r\n\r\na\r\n--b--",
               "a(a.csv:text/csv)", "headers in any order and case");
    test_gives("--b\r\nContent-Disposition: form-data;\r\n name=\"f\";\r\n"
               "\tfilename=\"a.csv\"\r\n\r\na\r\n--b--", "a(a.csv:)",
               "a header of three lines");
}


static void
test_boundaries(void)
{
    test_gives("preamble\r\n--bad\r\nx--b\r\n--b\r\n", "<multipart_malformed>",
               "a line that only begins as the boundary is malformed");
    test_gives("preamble\r\nx--b\r\n\r\n--b\r\n" FILE_PART
               "\r\na\r\n--b--\r\nepilogue\r\n--b\r\n", "a(a.csv:)",
               "preamble and epilogue are ignored");
    test_gives("\r\n--b\r\n" FILE_PART "\r\na\r\n--b--", "a(a.csv:)",
               "an empty line first");
    test_gives("--b \t \r\n" FILE_PART "\r\na\r\n--b--  \r\n", "a(a.csv:)",
               "white space behind a boundary");
    test_gives("--b\r\n" FILE_PART "\r\na\r\n--a\r\n-\r\n--\r\n\r\r\n"
               "\r\r--b--\r\r\n--b--", "a\r\n--a\r\n-\r\n--\r\n\r\r\n"
               "\r\r--b--\r(a.csv:)", "data that nearly is a boundary");
    test_gives("--b\r\n" FILE_PART "\r\n--a\r\n--b--", "--a(a.csv:)",
               "data that begins nearly as a boundary");
}


static void
test_names(void)
{
    test_name("filename=\"a b;c.csv\"", "a b;c.csv");
    test_name("filename=a.csv ; x=y", "a.csv");
    test_name("filename=\"a.csv\";", "a.csv");
    test_name("FileName = \"a.csv\"", "a.csv");
    test_name("filename=\"a\\\"b\\\\.csv\"", ".csv");
    test_name("filename=\"a\\\"b.csv\"", "a\"b.csv");
    test_name("filename=\"a%22b%0d%0A%41.csv\"", "a\"b%41.csv");
    test_name("filename=\"C:\\Users\\me\\a.csv\"", "a.csv");
    test_name("filename=\"../../etc/passwd\"", "passwd");
    test_name("filename=\"..\"", "");
    test_name("filename=\"x/.\"", "");
    test_name("filename=\"a\x01\x7f\xc2\x85" "b.csv\"", "ab.csv");
    test_name("filename=\"pr\xc3\xa9" "cio.csv\"", "pr\xc3\xa9" "cio.csv");
    test_name("filename=\"a\xff" "b.csv\"", "a\xef\xbf\xbd" "b.csv");
    test_name("filename=\"a.csv\"; filename*=UTF-8''%e2%82%ac%20b.csv",
              "\xe2\x82\xac b.csv");
    test_name("filename*=utf-8'en'b.csv; filename=\"a.csv\"", "b.csv");
    test_name("filename*=iso-8859-1''%a3.csv", "\xc2\xa3.csv");
    test_name("filename*=UTF-8''..%2fb.csv", "b.csv");
    test_name("filename*=klingon''b.csv; filename=\"a.csv\"", "a.csv");
    test_name("filename=\"a.csv\"; filename*=b.csv", "a.csv");
    test_name("filename*=UTF-8''a%zz%4", "a%zz%4");
}


static void
test_errors(void)
{
    test_gives("", "<multipart_truncated>", "an empty body");
    test_gives("a,b\r\n1,2\r\n", "<multipart_truncated>", "no boundary");
    test_gives("--b--", "<multipart_no_file>", "no part at all");
    test_gives("--b\r\n" CD "name=x\r\n\r\n1\r\n--b--",
               "<multipart_no_file>(x=1)", "a field, but no file");
    test_gives("--b\r\n" CD "name=x; filename=\"\"\r\n\r\n\r\n--b--",
               "<multipart_no_file>", "a file input that was not filled");
    test_gives("--b\r\n" FILE_PART "\r\na,b\r\n",
               "a,b<multipart_truncated>(a.csv:)", "no closing boundary");
    test_gives("--b\r\n" FILE_PART "\r\na\r\n--b\r\n",
               "a<multipart_truncated>(a.csv:)", "not the closing boundary");
    test_gives("--b\r\n" FILE_PART "\r\na\r\n--b-",
               "a<multipart_truncated>(a.csv:)", "half a closing boundary");
    test_gives("--b\r\n" FILE_PART "\r\na\r\n--b\r\n" FILE_PART
               "\r\nb\r\n--b--", "a<multipart_two_files>(a.csv:)",
               "two files");
    test_gives("--b\r\n" FILE_PART "\r\na\r\n--b\r\n" CD
               "name=x; filename=\"\"\r\n\r\nb\r\n--b--",
               "a<multipart_two_files>(a.csv:)",
               "two files, one of them without a name");
    test_gives("--b\r\n" FILE_PART "\r\na\r\n--bx\r\nb",
               "a<multipart_malformed>(a.csv:)",
               "other bytes behind a boundary");
    test_gives("--b\r\n" FILE_PART "\r\na\r\n--b-x",
               "a<multipart_malformed>(a.csv:)", "… and behind its dash");
    test_gives("--b\r\n" FILE_PART "\r\na\r\n--b \rx",
               "a<multipart_malformed>(a.csv:)", "a CR without LF");
    test_gives("--b\r\n\r\na\r\n--b--", "<multipart_malformed>",
               "a part without headers");
    test_gives("--b\r\n" CSV "\r\na\r\n--b--", "<multipart_malformed>",
               "a part without Content-Disposition");
    test_gives("--b\r\n" FILE_PART FILE_PART "\r\na\r\n--b--",
               "<multipart_malformed>", "two Content-Dispositions");
    test_gives("--b\r\nContent-Disposition: attachment; filename=\"a\"\r\n"
               "\r\na\r\n--b--", "<multipart_malformed>", "an attachment");
    test_gives("--b\r\nContent-Disposition: form-data\r\n\r\na\r\n--b--",
               "<multipart_malformed>", "a field without a name");
    test_gives("--b\r\n" CD "name=a; name=b\r\n\r\na\r\n--b--",
               "<multipart_malformed>", "two names");
    test_gives("--b\r\n" CD "name=\"a\r\n\r\na\r\n--b--",
               "<multipart_malformed>", "an open quote");
    test_gives("--b\r\n" CD "name=\"a\"b\r\n\r\na\r\n--b--",
               "<multipart_malformed>", "bytes behind a closing quote");
    test_gives("--b\r\n" CD "name\r\n\r\na\r\n--b--",
               "<multipart_malformed>", "a parameter without a value");
    test_gives("--b\r\nfoo\r\n" FILE_PART "\r\na\r\n--b--",
               "<multipart_malformed>", "a header without a colon");
    test_gives("--b\r\n" FILE_PART "Content-Transfer-Encoding: base64\r\n"
               "\r\nYQ==\r\n--b--", "<multipart_malformed>",
               "a file in base64");
}


static void
test_limits(void)
{
    int          n;
    size_t       i, len;
    glyph_buf_t  b, out;

    memset(&b, 0, sizeof(b));
    memset(&out, 0, sizeof(out));

    for (n = 0; n < 2; n++) {
        glyph_buf_reset(&b);
        glyph_buf_append(&b, "--b\r\n" CD "name=x\r\n\r\n",
                         sizeof("--b\r\n" CD "name=x\r\n\r\n") - 1);

        for (i = 0; i < GLYPH_MULTIPART_FIELD_MAX + (size_t) n; i++) {
            glyph_buf_putc(&b, "\r\n--ax"[i % 6]);
        }

        glyph_buf_append(&b, "\r\n--b--", 7);
        test_read(b.data, b.len, NULL, 0, &out);

        if (n == 0) {
            ok(out.len > GLYPH_MULTIPART_FIELD_MAX, "a field of the limit");

        } else {
            is_mem(out.data, out.len, "<field_too_large>", 17,
                   "a field of a byte more");
        }
    }

    for (n = 0; n < 2; n++) {
        glyph_buf_reset(&b);
        glyph_buf_append(&b, "--b\r\n" FILE_PART "X: ",
                         sizeof("--b\r\n" FILE_PART "X: ") - 1);
        len = sizeof(FILE_PART "X: \r\n\r\n") - 1;

        for (i = len; i < GLYPH_MULTIPART_HEADER_MAX + (size_t) n; i++) {
            glyph_buf_putc(&b, 'x');
        }

        glyph_buf_append(&b, "\r\n\r\na\r\n--b--", 12);
        test_read(b.data, b.len, NULL, 0, &out);

        if (n == 0) {
            is_mem(out.data, out.len, "a(a.csv:)", 9,
                   "headers of the limit");

        } else {
            is_mem(out.data, out.len, "<multipart_malformed>", 21,
                   "headers of a byte more");
        }
    }

    for (n = 64; n < 66; n++) {
        glyph_buf_reset(&b);
        for (i = 0; i < (size_t) n; i++) {
            glyph_buf_append(&b, "--b\r\n" CD "name=x\r\n\r\n1\r\n",
                             sizeof("--b\r\n" CD "name=x\r\n\r\n1\r\n") - 1);
        }

        glyph_buf_append(&b, "--b--", 5);
        test_read(b.data, b.len, NULL, 0, &out);
        ok(strncmp((char *) out.data, n == 64 ? "<multipart_no_file>"
                                              : "<multipart_malformed>", 19)
           == 0, "%d fields", n);
    }

    glyph_buf_free(&b);
    glyph_buf_free(&out);
}


/* Data made of the bytes of a boundary comes out as it went in. */

static void
test_random(void)
{
    int                n, bad;
    size_t             i, at, len;
    unsigned char      text[256];
    glyph_buf_t        out;
    static const char  head[] = "--b\r\n" CD "name=f;filename=a\r\n\r\n";

    memset(&out, 0, sizeof(out));
    memcpy(text, head, sizeof(head) - 1);
    at = sizeof(head) - 1;
    bad = 0;

    for (n = 0; n < 4000 && bad == 0; n++) {
        len = test_rand(40);

        for (i = 0; i < len; i++) {
            text[at + i] = "\r\r\n\n---c"[test_rand(8)];
        }

        memcpy(text + at + len, "\r\n--b--", 7);

        if (!test_same(text, at + len + 7, 0, &out)
            || out.len != len + 4
            || memcmp(out.data, text + at, len) != 0)
        {
            bad++;
            is_mem(out.data, out.len, text + at, len, "random data");
        }
    }

    is_int(bad, 0, "random data, split anywhere");
    glyph_buf_free(&out);
}


static void
test_pieces(void)
{
    int                   i;
    long                  n;
    glyph_str_t           b, out;
    glyph_multipart_t    *mp;
    const unsigned char  *p, *last;
    static const char     head[] = "--b\r\n" FILE_PART CSV "\r\n";
    static const char     data[] = "a,b\r\n1,2\r\n3,4";

    glyph_str_set(&b, "b");
    mp = glyph_multipart_create(&b);

    p = (const unsigned char *) head;
    last = p + sizeof(head) - 1;
    is_int(glyph_multipart_read(mp, &p, last - 2, &out), GLYPH_AGAIN,
           "most of the headers");
    ok(glyph_multipart_filename(mp)->data == NULL, "the file has not begun");

    is_int(glyph_multipart_read(mp, &p, last, &out), GLYPH_AGAIN,
           "the headers' end");
    ok(glyph_multipart_filename(mp)->data != NULL, "the file has begun");
    ok(glyph_multipart_field_name(mp, 0) == NULL
       && glyph_multipart_field_value(mp, 0) == NULL, "there is no field");

    p = (const unsigned char *) data;
    last = p + sizeof(data) - 1;
    is_int(glyph_multipart_read(mp, &p, last, &out), GLYPH_OK, "data");
    n = tap_malloc_count();

    while (p < last) {
        glyph_multipart_read(mp, &p, last, &out);
    }

    ok(out.data == (const unsigned char *) data
       && out.len == sizeof(data) - 1,
       "data is passed on whole and without a copy");

    for (i = 0; i < 1000; i++) {
        p = (const unsigned char *) data;
        while (glyph_multipart_read(mp, &p, last, &out) == GLYPH_OK) {
            /* void */
        }
    }

    is_int(tap_malloc_count() - n, 0, "no allocation while data comes");

    glyph_multipart_destroy(mp);
}


static void
test_no_memory(void)
{
    int                rc;
    long               n;
    glyph_buf_t        out;
    static const char  body[] = "--b\r\n" CD "name=\"x\"\r\n\r\n1\r\n--b\r\n"
                                FILE_PART CSV "\r\na\r\n--b--";

    memset(&out, 0, sizeof(out));
    glyph_buf_reserve(&out, 4096);

    for (n = 0; n < 100; n++) {
        tap_malloc_fail_after(n);
        rc = test_read((const unsigned char *) body, sizeof(body) - 1, NULL,
                       0, &out);
        tap_malloc_fail_after(-1);

        if (rc == GLYPH_OK) {
            break;
        }

        is_int(rc, GLYPH_ERROR, "allocation %ld fails", n);
    }

    is_mem(out.data, out.len, "a(a.csv:text/csv)(x=1)", 22,
           "after %ld allocations it works", n);
    glyph_buf_free(&out);
}


static void
test_gives(const char *body, const char *want, const char *name)
{
    glyph_buf_t  out;

    memset(&out, 0, sizeof(out));

    ok(test_same((const unsigned char *) body, strlen(body),
                 strlen(body) < 120, &out), "%s: split anywhere", name);

    is_mem(out.data, out.len, want, strlen(want), "%s", name);

    glyph_buf_free(&out);
}


static void
test_name(const char *params, const char *want)
{
    char  body[512], text[256];

    snprintf(body, sizeof(body), "--b\r\n" CD "name=f; %s\r\n\r\na\r\n--b--",
             params);
    snprintf(text, sizeof(text), "a(%s:)", want);

    test_gives(body, text, params);
}


/*
 * Whether the text gives the same whatever the splits: byte by byte, one or
 * ("pairs") two at any places.
 */

static int
test_same(const unsigned char *data, size_t len, int pairs,
    glyph_buf_t *want)
{
    int          same;
    size_t       i, j, cut[2], *all;
    glyph_buf_t  got;

    memset(&got, 0, sizeof(got));
    test_read(data, len, NULL, 0, want);

    all = malloc((len + 1) * sizeof(size_t));

    for (i = 0; i < len; i++) {
        all[i] = i;
    }

    test_read(data, len, all, len, &got);
    same = glyph_str_eq(&(glyph_str_t) { got.len, got.data },
                        &(glyph_str_t) { want->len, want->data });

    for (i = 0; i <= len && same; i++) {
        for (j = i; j <= (pairs ? len : i) && same; j++) {
            cut[0] = i;
            cut[1] = j;
            test_read(data, len, cut, 2, &got);

            same = glyph_str_eq(&(glyph_str_t) { got.len, got.data },
                                &(glyph_str_t) { want->len, want->data });

            if (!same) {
                tap_diag("cut at %zu and %zu", i, j);
                is_mem(got.data, got.len, want->data, want->len, "as whole");
            }
        }
    }

    free(all);
    glyph_buf_free(&got);

    return same;
}


static int
test_read(const unsigned char *data, size_t len, const size_t *cut,
    size_t ncuts, glyph_buf_t *out)
{
    int                 rc;
    size_t              i, from, to;
    glyph_str_t         b;
    glyph_multipart_t  *mp;

    glyph_buf_reset(out);

    glyph_str_set(&b, "b");
    mp = glyph_multipart_create(&b);
    if (mp == NULL) {
        return GLYPH_ERROR;
    }

    rc = GLYPH_OK;
    from = 0;

    for (i = 0; i <= ncuts && rc == GLYPH_OK; i++) {
        to = i < ncuts ? cut[i] : len;
        rc = test_piece(mp, data + from, to - from, out);
        from = to;
    }

    if (rc == GLYPH_OK) {
        rc = glyph_multipart_end(mp);
    }

    if (rc != GLYPH_ERROR) {
        test_result(mp, rc, out);
    }

    glyph_multipart_destroy(mp);

    return rc;
}


/* The piece is a copy of its own, so that a read too far is seen. */

static int
test_piece(glyph_multipart_t *mp, const unsigned char *data, size_t len,
    glyph_buf_t *out)
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
        rc = glyph_multipart_read(mp, &p, piece + len, &s);

        if (rc != GLYPH_OK) {
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


static void
test_result(glyph_multipart_t *mp, int rc, glyph_buf_t *out)
{
    size_t              i;
    const char         *code;
    const glyph_str_t  *name;

    if (rc == GLYPH_BAD) {
        code = glyph_code_name(glyph_multipart_code(mp));
        glyph_buf_putc(out, '<');
        glyph_buf_append(out, code, strlen(code));
        glyph_buf_putc(out, '>');
    }

    if (glyph_multipart_filename(mp)->data) {
        glyph_buf_putc(out, '(');
        test_str(out, glyph_multipart_filename(mp));
        glyph_buf_putc(out, ':');
        test_str(out, glyph_multipart_content_type(mp));
        glyph_buf_putc(out, ')');
    }

    for (i = 0; /* void */ ; i++) {
        name = glyph_multipart_field_name(mp, i);
        if (name == NULL) {
            break;
        }

        glyph_buf_putc(out, '(');
        test_str(out, name);
        glyph_buf_putc(out, '=');
        test_str(out, glyph_multipart_field_value(mp, i));
        glyph_buf_putc(out, ')');
    }
}


static void
test_str(glyph_buf_t *out, const glyph_str_t *s)
{
    glyph_buf_append(out, s->data, s->len);
}


static uint32_t
test_rand(uint32_t n)
{
    test_seed ^= test_seed << 13;
    test_seed ^= test_seed >> 7;
    test_seed ^= test_seed << 17;

    return (uint32_t) (test_seed >> 32) % n;
}
