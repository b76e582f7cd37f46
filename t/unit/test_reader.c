#include <csv.h>
#include <malloc.h>
#include <stdio.h>
#include <time.h>

#include "text/glyph_buf.h"
#include "csv/glyph_reader.h"
#include "tap.h"


#define TEST_ROW_SIZE  65536
#define TEST_COLUMNS   256


typedef struct {
    unsigned char  delimiter;
    size_t         max_row_size;
    size_t         max_columns;
    size_t         expect;
} test_conf_t;


static void test_examples(void);
static void test_delimiters(void);
static void test_quotes(void);
static void test_mending(void);
static void test_resync(void);
static void test_unclosed_quote(void);
static void test_limits(void);
static void test_positions(void);
static void test_zero_copy(void);
static void test_splits(void);
static void test_random(void);
static void test_libcsv(void);
static void test_linear(void);
static void test_memory(void);
static void test_no_memory(void);
static void test_sniff(void);

static void test_reads(const test_conf_t *conf, const char *text,
    const char *want, const char *name);
static int test_dump(const test_conf_t *conf, const unsigned char *data,
    size_t len, const size_t *cut, size_t ncuts, glyph_buf_t *out);
static int test_drain(glyph_reader_t *rd, const unsigned char *data,
    size_t len, int end, glyph_buf_t *out);
static void test_record(const glyph_record_t *rec, glyph_buf_t *out);
static void test_text(const glyph_str_t *s, glyph_buf_t *out);
static int test_same(const test_conf_t *conf, const unsigned char *data,
    size_t len, int pairs);
static uint32_t test_rand(uint32_t n);


static const test_conf_t  test_plain = {
    ',', TEST_ROW_SIZE, TEST_COLUMNS, 0
};

static uint64_t  test_seed = 88172645463325252ull;


int
main(void)
{
    test_examples();
    test_delimiters();
    test_quotes();
    test_mending();
    test_resync();
    test_unclosed_quote();
    test_limits();
    test_positions();
    test_zero_copy();
    test_splits();
    test_random();
    test_libcsv();
    test_linear();
    test_memory();
    test_no_memory();
    test_sniff();

    return tap_done();
}


static void
test_examples(void)
{
    test_reads(&test_plain, "", "", "an empty file has no records");
    test_reads(&test_plain, "a,b\nc,d\n", "[a|b][c|d]", "two records");
    test_reads(&test_plain, "a,b\nc,d", "[a|b][c|d]", "no last line end");
    test_reads(&test_plain, "a\r\nb\rc\nd\r", "[a][b][c][d]",
               "CRLF, CR and LF each end a record");
    test_reads(&test_plain, "\n\r\na\n  \n\t\nb\r\r\n\n", "[a][b]",
               "blank lines are no records");
    test_reads(&test_plain, ",\n,,\n", "[|][||]", "empty fields count");
    test_reads(&test_plain, "a,\n", "[a|]", "an empty last field counts");
    test_reads(&test_plain, " a b , c\td \n", "[a b|c\td]",
               "spaces around an unquoted field go, those inside stay");
    test_reads(&test_plain, "\"\"\n", "[]", "an empty quoted field");
}


static void
test_delimiters(void)
{
    test_conf_t  conf;

    conf = test_plain;

    conf.delimiter = ';';
    test_reads(&conf, "a;b,c\n\"x;y\";z\n", "[a|b,c][x;y|z]", "semicolon");

    conf.delimiter = '|';
    test_reads(&conf, "a|b\n", "[a|b]", "vertical bar");

    conf.delimiter = '\t';
    test_reads(&conf, "a\t\tb\n\t\n\t\"x\ty\"\t\n", "[a||b][|][|x\ty|]",
               "a tab that delimits is no space to cut");
    test_reads(&conf, " \"a\" \t b \n", "[a|b]",
               "with tabs, spaces are still cut");
}


static void
test_quotes(void)
{
    test_reads(&test_plain, "\"a,b\",c\n", "[a,b|c]",
               "a delimiter in quotes");
    test_reads(&test_plain, "\"a\"\"b\",\"\"\"\"\n", "[a\"b|\"]",
               "a doubled quote sign is one");
    test_reads(&test_plain, "\"a\nb\",c\nd\n", "[a\nb|c][d]",
               "a line end in quotes");
    test_reads(&test_plain, "\"a\r\n\r\n\rb\",c\r\nd\n",
               "[a\r\n\r\n\rb|c][d]", "line ends in quotes are kept as is");
    test_reads(&test_plain, "\" a \" , \"b\"\t,c\n", "[ a |b|c]",
               "spaces in quotes stay, those outside go");
    test_reads(&test_plain, "a,\"b\"", "[a|b]", "a quoted last field");
    test_reads(&test_plain, "a,\"\nb\"", "[a|\nb]",
               "a quoted last field of two lines");
    test_reads(&test_plain, "a,b\"c\nd,e\n", "<malformed:a,b\"c>[d|e]",
               "a quote sign in an unquoted field is an error");
    test_reads(&test_plain, "\"a\"b,c\nd,e\n", "<malformed:\"a\"b,c>[d|e]",
               "a byte behind the closing quote is an error");
    test_reads(&test_plain, "a,\"b\nc,d\n", "<malformed:a,\"b>[c|d]",
               "a quote still open at the end costs its line only");
    test_reads(&test_plain, "a\n\"", "[a]<malformed:\">",
               "a lone quote sign at the end");
}


static void
test_mending(void)
{
    test_conf_t  conf;

    conf = test_plain;
    conf.expect = 2;

    test_reads(&conf, "24\" monitor,5\n", "~[24\" monitor|5]",
               "a stray quote sign is literal when the fields fit");
    test_reads(&conf, "\"24\" monitor\",5\n\"a\",b\n",
               "~[24\" monitor|5][a|b]",
               "a stray quote sign inside quotes is literal, too");
    test_reads(&conf, "24\" a,b,5\n", "<malformed:24\" a,b,5>",
               "… but not when the fields do not fit");
    test_reads(&conf, "\"24\" a,5\nb,c\n", "<malformed:\"24\" a,5>[b|c]",
               "… nor when the record would not end with its line");
    test_reads(&conf, "5,24\"", "~[5|24\"]",
               "a stray quote sign ends the file");
    test_reads(&conf, "\"a\"b\",c\nx\n", "~[a\"b|c][x]",
               "the line after a mended one is read strictly");

    conf.expect = 0;
    test_reads(&conf, "24\" monitor,5\n", "<malformed:24\" monitor,5>",
               "nothing is mended before the header is known");
}


static void
test_resync(void)
{
    test_reads(&test_plain, "1,\"a\n2,b\n3,\"c\",d\n4,e\n",
               "<malformed:1,\"a>[2|b][3|c|d][4|e]",
               "the next quote ends the search for the open one");
    test_reads(&test_plain, "1,\"a\n2,b\n3,\"c\nd\",e\n4,f\n",
               "<malformed:1,\"a>[2|b][3|c\nd|e][4|f]",
               "the record where the search ends may have quoted lines");
    test_reads(&test_plain, "1,\"a\n2,\"b\n3,\"c\n4,d\n",
               "<malformed:1,\"a><malformed:2,\"b><malformed:3,\"c>[4|d]",
               "an open quote in each line costs each line");
    test_reads(&test_plain, "1,\"a\n\n2,b\"\"\n3\n",
               "<malformed:1,\"a><malformed:2,b\"\">[3]",
               "what has been read once is not joined again");
}


static void
test_unclosed_quote(void)
{
    int                   i, rows, bad, code_line;
    glyph_buf_t           b;
    glyph_reader_t       *rd;
    glyph_record_t        rec;
    const unsigned char  *p;

    memset(&b, 0, sizeof(b));

    for (i = 1; i <= 10000; i++) {
        char  line[64];

        snprintf(line, sizeof(line), "%d,%sRTX 3080 card,%d\n", i,
                 i == 5 ? "\"" : "", i % 900 + 1);
        glyph_buf_append(&b, line, strlen(line));
    }

    rd = glyph_reader_create(',', TEST_ROW_SIZE, TEST_COLUMNS);
    p = b.data;
    rows = 0;
    bad = 0;
    code_line = 0;

    while (glyph_reader_next(rd, &p, b.data + b.len, 1, &rec) == GLYPH_OK) {
        if (rec.code == GLYPH_CODE_OK) {
            rows++;

        } else {
            bad++;
            code_line = rec.line;
        }
    }

    is_int(rows, 9999, "an unclosed quote in row 5: the others arrive");
    is_int(bad, 1, "… and it is the only error");
    is_int(code_line, 5, "… in line 5");

    glyph_reader_destroy(rd);
    glyph_buf_free(&b);
}


static void
test_limits(void)
{
    test_conf_t  conf;

    conf = test_plain;
    conf.max_row_size = 8;
    conf.max_columns = 3;

    test_reads(&conf, "12345678\n123456789\nab\n",
               "[12345678]<too large:12345678>[ab]",
               "a row of the limit's size, and one of a byte more");
    test_reads(&conf, "12345678\r\n123456789\r\nab\r\n",
               "[12345678]<too large:12345678>[ab]", "the same with CRLF");
    test_reads(&conf, "123456789012345678901234567890",
               "<too large:12345678>", "a large row without a line end");
    test_reads(&conf, "123456789\r\n\r\n1234567890\rb",
               "<too large:12345678><too large:12345678>[b]",
               "large rows, CRLF and CR");
    test_reads(&conf, "\"12\n4\",b\nc\n", "[12\n4|b][c]",
               "a record of two lines of the limit's size");
    test_reads(&conf, "\"12\n456\",b\nc\n",
               "<malformed:\"12><malformed:456\",b>[c]",
               "a record of two lines that is too large");
    test_reads(&conf, "\"1\n\n\n\n\n\n\n\n\n\n\n\n\n2\n",
               "<malformed:\"1>[2]", "an open quote and many line ends");
    test_reads(&conf, "\"1\n3456789012345\",b\nc\n",
               "<malformed:\"1><too large:34567890>[c]",
               "the line that makes a record too large is read by itself");

    test_reads(&conf, "a,b,c\na,b,c,d\n,,,,\na\n",
               "[a|b|c]<too many:a,b,c,d><too many:,,,,>[a]",
               "more fields than max_columns");
    test_reads(&conf, "\"\n\",,,\na\n", "<too many:\"\n\",,,>[a]",
               "more fields than max_columns, by libcsv");

    conf.max_row_size = 20;
    conf.expect = 3;
    test_reads(&conf, "a\",b,c,d\n", "<malformed:a\",b,c,d>",
               "a record with too many fields is not mended");
}


static void
test_positions(void)
{
    glyph_reader_t       *rd;
    glyph_record_t        rec;
    const unsigned char  *p, *last;
    static const char     text[] = "a\r\n\n\"b\r\nc\",1\nd,\"x\ne\n";

    rd = glyph_reader_create(',', 100, 10);
    p = (const unsigned char *) text;
    last = p + sizeof(text) - 1;

    glyph_reader_next(rd, &p, last, 1, &rec);
    is_int(rec.line, 1, "line of the first record");
    is_int(rec.offset, 0, "offset of the first record");

    glyph_reader_next(rd, &p, last, 1, &rec);
    is_int(rec.line, 3, "blank lines are counted");
    is_int(rec.offset, 4, "offset behind a CRLF and a blank line");
    is_mem(rec.raw.data, rec.raw.len, "\"b\r\nc\",1", 8,
           "raw has both lines, but not the last line end");

    glyph_reader_next(rd, &p, last, 1, &rec);
    is_int(rec.code, GLYPH_ROW_MALFORMED, "an open quote");
    is_int(rec.line, 5, "lines in quotes are counted");

    glyph_reader_next(rd, &p, last, 1, &rec);
    is_int(rec.line, 6, "reading resumes at the second line");
    is_int(rec.offset, 18, "… at its offset");

    is_int(glyph_reader_next(rd, &p, last, 1, &rec), GLYPH_AGAIN,
           "then all is read");

    glyph_reader_destroy(rd);
}


static void
test_zero_copy(void)
{
    int                   inside;
    size_t                i;
    glyph_reader_t       *rd;
    glyph_record_t        rec;
    const unsigned char  *p, *first, *last;
    static const char     text[] = "a , \"b,b\",,\"\",c\n";

    rd = glyph_reader_create(',', 100, 10);
    first = (const unsigned char *) text;
    last = first + sizeof(text) - 1;
    p = first;

    glyph_reader_next(rd, &p, last, 0, &rec);

    inside = rec.raw.data == first;

    for (i = 0; i < rec.nfields; i++) {
        inside &= rec.fields[i].data >= first && rec.fields[i].data < last;
    }

    is_int(rec.nfields, 5, "a line that needs no unquoting");
    ok(inside, "its raw bytes and fields are the input's own");

    glyph_reader_destroy(rd);
}


static void
test_splits(void)
{
    size_t              i;
    test_conf_t         conf;
    static const char  *texts[] = {
        "a,b\r\n\"c\r\nd\",\"e\"\"f\"\r\n\r\ng,h",
        "1,\"a\n2,b\n3,\"c\nd\",e\n\"4\" x\",f\n5,\"",
        "a\r\r\n\"b\r\"\rc\r\nddddddddddddddddddd\r\n\"e\"\r",
        "\"1\n34567890123\n",
        "x\r\n\"1\n345\n\n\n\n\n\n\n678901\r23\r\n\"a\nb\",\",\"\n",
        "\xef\xbb\xbf\"a\",\"b\"\n\"c\",\"d\" \n,,,,\n\"\n\",,,,\n",
    };

    conf = test_plain;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        conf.max_row_size = 100;
        conf.max_columns = 100;
        conf.expect = 2;

        ok(test_same(&conf, (const unsigned char *) texts[i],
                     strlen(texts[i]), 1),
           "text %zu: every pair of split points gives the same", i);

        conf.max_row_size = 12;
        conf.max_columns = 3;
        conf.expect = 0;

        ok(test_same(&conf, (const unsigned char *) texts[i],
                     strlen(texts[i]), 1),
           "text %zu: and so with narrow limits", i);
    }
}


static void
test_random(void)
{
    int                n, bad;
    size_t             i, len;
    test_conf_t        conf;
    unsigned char      text[64];
    static const char  alphabet[] = "aab,, \"\"\"\n\n\r;\t";

    bad = 0;

    for (n = 0; n < 6000 && bad == 0; n++) {
        len = test_rand(sizeof(text));

        for (i = 0; i < len; i++) {
            text[i] = alphabet[test_rand(sizeof(alphabet) - 1)];
        }

        conf.delimiter = n % 7 ? ',' : '\t';
        conf.max_row_size = n % 2 ? 100 : 3 + test_rand(12);
        conf.max_columns = n % 3 ? 100 : 4;
        conf.expect = n % 5;

        if (!test_same(&conf, text, len, 0)) {
            bad++;
        }
    }

    is_int(bad, 0, "random text: every split point gives the same");
}


static void
test_libcsv_field(void *field, size_t len, void *data)
{
    glyph_str_t   s;
    glyph_buf_t  *b = data;

    s.data = field;
    s.len = len;

    if (b->len == 0 || b->data[b->len - 1] == ']') {
        glyph_buf_putc(b, '[');

    } else {
        glyph_buf_putc(b, '|');
    }

    test_text(&s, b);
}


static void
test_libcsv_row(int c, void *data)
{
    (void) c;

    glyph_buf_putc(data, ']');
}


static void
test_libcsv(void)
{
    int                n, differ, valid;
    size_t             i, len;
    glyph_buf_t        want, got;
    unsigned char      text[64];
    struct csv_parser  csv;
    static const char  alphabet[] = "aab,,, \t\"\"\"\"\n\n\r";

    memset(&want, 0, sizeof(want));
    memset(&got, 0, sizeof(got));
    differ = 0;
    valid = 0;

    for (n = 0; n < 60000 && differ == 0; n++) {
        len = test_rand(32);

        for (i = 0; i < len; i++) {
            text[i] = alphabet[test_rand(sizeof(alphabet) - 1)];
        }

        glyph_buf_reset(&want);
        csv_init(&csv, CSV_STRICT | CSV_STRICT_FINI);

        if (csv_parse(&csv, text, len, test_libcsv_field, test_libcsv_row,
                      &want) == len
            && csv_fini(&csv, test_libcsv_field, test_libcsv_row, &want)
               == 0)
        {
            valid++;
            test_dump(&test_plain, text, len, NULL, 0, &got);

            if (got.len != want.len
                || (got.len && memcmp(got.data, want.data, got.len) != 0))
            {
                differ++;
                tap_diag("text \"%.*s\"", (int) len, text);
                is_mem(got.data, got.len, want.data, want.len, "as libcsv");
            }
        }

        csv_free(&csv);
    }

    is_int(differ, 0, "valid random text is read just as by libcsv");
    ok(valid > 5000, "… %d texts of it", valid);

    glyph_buf_free(&want);
    glyph_buf_free(&got);
}


/* Bad text of 4 MB must not take longer by an order than good text. */

static void
test_linear(void)
{
    clock_t             t;
    double              good, bad;
    size_t              i, k;
    glyph_buf_t         b, out;
    test_conf_t         conf;
    static const char  *lines[] = {
        "abcde,fgh,ijk\n",          /* the measure */
        "abcde,fgh,ijk\r", "a,\"b\n", "a,\"b\r", "\"", "\" ", "\"\n", "\"\r",
        "\"\"\"\n", "\"\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r\n", "\"\"", "a\"b,c\n",
        "\"\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", "a\r\"", "\"a\r\",\"b\n"
    };

    memset(&b, 0, sizeof(b));
    memset(&out, 0, sizeof(out));
    conf = test_plain;
    conf.expect = 3;
    good = 0;

    for (k = 0; k < sizeof(lines) / sizeof(lines[0]); k++) {
        glyph_buf_reset(&b);

        for (i = 0; i < 4000000 / strlen(lines[k]); i++) {
            glyph_buf_append(&b, lines[k], strlen(lines[k]));
        }

        t = clock();
        test_dump(&conf, b.data, b.len, NULL, 0, &out);
        bad = (double) (clock() - t) / CLOCKS_PER_SEC;

        if (k == 0) {
            good = bad < 0.02 ? 0.02 : bad;
        }

        ok(bad < 100 * good, "4 MB of line %zu: %.0f ms", k, bad * 1000);
    }

    glyph_buf_free(&b);
    glyph_buf_free(&out);
}


static void
test_memory(void)
{
    long                  n;
    size_t                i, used, most;
    glyph_reader_t       *rd;
    glyph_record_t        rec;
    const unsigned char  *p;
    static unsigned char  chunk[4096];
    static const char     row[] = "\"a \"\"b\"\"\nc\",RTX 3080,1299\r\n";

    rd = glyph_reader_create(',', TEST_ROW_SIZE, TEST_COLUMNS);
    n = 0;

    for (i = 0; i < 20000; i++) {
        if (i == 100) {
            n = tap_malloc_count();
        }

        p = (const unsigned char *) row;
        while (glyph_reader_next(rd, &p, p + 11, 0, &rec) == GLYPH_OK) {
            /* void */
        }

        p = (const unsigned char *) row + 11;
        while (glyph_reader_next(rd, &p,
                                 (const unsigned char *) row
                                 + sizeof(row) - 1, 0, &rec)
               == GLYPH_OK)
        {
            /* void */
        }
    }

    is_int(tap_malloc_count() - n, 0, "no allocation per record");
    is_int(rec.line, 2 * (20000 - 1) + 1, "… of 20,000");
    glyph_reader_destroy(rd);

    memset(chunk, 'x', sizeof(chunk));
    used = mallinfo2().uordblks;
    most = 0;
    n = 0;

    rd = glyph_reader_create(',', TEST_ROW_SIZE, TEST_COLUMNS);

    for (i = 0; i < 2560; i++) {
        p = chunk;

        while (glyph_reader_next(rd, &p, chunk + sizeof(chunk), i == 2559,
                                 &rec)
               == GLYPH_OK)
        {
            n++;
            is_int(rec.code, GLYPH_ROW_TOO_LARGE, "a line of 10 MB");
            is_int(rec.raw.len, TEST_ROW_SIZE, "… gives its first bytes");
        }

        if (mallinfo2().uordblks - used > most) {
            most = mallinfo2().uordblks - used;
        }
    }

    is_int(n, 1, "… and is one record");
#if !defined(__SANITIZE_ADDRESS__)
    ok(most < 4 * TEST_ROW_SIZE, "… that takes %zu bytes of memory", most);
#endif

    glyph_reader_destroy(rd);
}


static void
test_no_memory(void)
{
    int          rc;
    long         n;
    size_t       cut[2];
    glyph_buf_t  b, out;

    memset(&b, 0, sizeof(b));
    memset(&out, 0, sizeof(out));

    for (n = 0; n < 6000; n++) {
        glyph_buf_append(&b, n % 100 ? "\"\"\"\n" : "a,\"b\"\"\n\"\n",
                         n % 100 ? 4 : 9);
    }

    glyph_buf_append(&b, "\"\n", 2);
    for (n = 0; n < 200; n++) {
        glyph_buf_append(&b, ",x", 2);
    }

    cut[0] = 5;
    cut[1] = b.len / 2;
    glyph_buf_reserve(&out, 1 << 20);

    for (n = 0; n < 1000; n++) {
        tap_malloc_fail_after(n);
        rc = test_dump(&test_plain, b.data, b.len, cut, 2, &out);
        tap_malloc_fail_after(-1);

        if (rc == GLYPH_OK) {
            break;
        }

        if (rc != GLYPH_ERROR) {
            ok(0, "allocation %ld fails: %d", n, rc);
        }
    }

    ok(n > 5 && n < 1000, "each of %ld allocations may fail", n);

    glyph_buf_free(&b);
    glyph_buf_free(&out);
}


static void
test_sniff(void)
{
    size_t  i;

    static const struct {
        const char     *text;
        unsigned char   want;
    } samples[] = {
        { "", ',' },
        { "title\nRTX 3080; used\n", ',' },
        { "title,price\n", ',' },
        { "Titel;Preis\n\"a, b, c\";1,5\n", ';' },
        { "\r\n  \nTitel;Preis\r\n", ';' },
        { "title\tprice\tnote, or so\n", '\t' },
        { "title|price|x\n", '|' },
        { "\"a, b, c, d\";\"e\"\n", ';' },
        { "\"a\n,,,,\n\";b;c\n", ';' },
        { "\"a \"\",,,\"\" b\";c\n", ';' },
        { "\"a;b\nx,y,z,u,v\n", ';' },
        { "size 24\",price,x;y\"\n1;2;3;4\n", ',' },
        { "a;b", ';' },
    };

    for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        is_int(glyph_reader_sniff((const unsigned char *) samples[i].text,
                                  strlen(samples[i].text)),
               samples[i].want, "the delimiter of sample %zu", i);
    }
}


static void
test_reads(const test_conf_t *conf, const char *text, const char *want,
    const char *name)
{
    glyph_buf_t  out;

    memset(&out, 0, sizeof(out));

    test_dump(conf, (const unsigned char *) text, strlen(text), NULL, 0,
              &out);
    is_mem(out.data, out.len, want, strlen(want), "%s", name);
    ok(test_same(conf, (const unsigned char *) text, strlen(text), 0),
       "%s: split anywhere", name);

    glyph_buf_free(&out);
}


/* Reads the text, given in pieces, and writes what came of it. */

static int
test_dump(const test_conf_t *conf, const unsigned char *data, size_t len,
    const size_t *cut, size_t ncuts, glyph_buf_t *out)
{
    int              rc;
    size_t           i, from, to;
    glyph_reader_t  *rd;

    glyph_buf_reset(out);

    rd = glyph_reader_create(conf->delimiter, conf->max_row_size,
                             conf->max_columns);
    if (rd == NULL) {
        return GLYPH_ERROR;
    }

    glyph_reader_expect(rd, conf->expect);

    rc = GLYPH_OK;
    from = 0;

    for (i = 0; i <= ncuts && rc == GLYPH_OK; i++) {
        to = i < ncuts ? cut[i] : len;
        rc = test_drain(rd, data + from, to - from, i == ncuts, out);
        from = to;
    }

    glyph_reader_destroy(rd);

    return rc;
}


/* The piece is a copy of its own, so that a read too far is seen. */

static int
test_drain(glyph_reader_t *rd, const unsigned char *data, size_t len,
    int end, glyph_buf_t *out)
{
    int                   rc;
    unsigned char        *piece;
    glyph_record_t        rec;
    const unsigned char  *p;

    piece = malloc(len + !len);
    if (piece == NULL) {
        return GLYPH_ERROR;
    }

    memcpy(piece, data, len);
    p = piece;

    for ( ;; ) {
        rc = glyph_reader_next(rd, &p, piece + len, end, &rec);

        if (rc != GLYPH_OK) {
            break;
        }

        test_record(&rec, out);
    }

    if (rc == GLYPH_AGAIN && p == piece + len) {
        rc = GLYPH_OK;
    }

    free(piece);

    return rc;
}


static void
test_record(const glyph_record_t *rec, glyph_buf_t *out)
{
    size_t       i;
    const char  *what;

    what = NULL;

    switch (rec->code) {

    case GLYPH_CODE_OK:
        break;

    case GLYPH_ROW_MALFORMED:
        what = "<malformed:";
        break;

    case GLYPH_ROW_TOO_LARGE:
        what = "<too large:";
        break;

    default:
        what = "<too many:";
    }

    if (what != NULL) {
        glyph_buf_append(out, what, strlen(what));
        test_text(&rec->raw, out);
        glyph_buf_putc(out, '>');
        return;
    }

    if (rec->stray_quote) {
        glyph_buf_putc(out, '~');
    }

    for (i = 0; i < rec->nfields; i++) {
        glyph_buf_putc(out, i ? '|' : '[');
        test_text(&rec->fields[i], out);
    }

    glyph_buf_putc(out, ']');
}


static void
test_text(const glyph_str_t *s, glyph_buf_t *out)
{
    glyph_buf_append(out, s->data, s->len);
}


/*
 * Whether the text gives the same whatever the splits: one at any place, a
 * pair anywhere ("pairs"), byte by byte.
 */

static int
test_same(const test_conf_t *conf, const unsigned char *data, size_t len,
    int pairs)
{
    int           same;
    size_t        i, j, n, cut[2], *all;
    glyph_buf_t   want, got;

    memset(&want, 0, sizeof(want));
    memset(&got, 0, sizeof(got));
    same = test_dump(conf, data, len, NULL, 0, &want) == GLYPH_OK;

    all = malloc((len + 1) * sizeof(size_t));

    for (n = 0; n < len; n++) {
        all[n] = n;
    }

    test_dump(conf, data, len, all, len, &got);
    same &= got.len == want.len
            && (got.len == 0 || memcmp(got.data, want.data, got.len) == 0);

    for (i = 0; i <= len && same; i++) {
        for (j = i; j <= (pairs ? len : i) && same; j++) {
            cut[0] = i;
            cut[1] = j;

            same = test_dump(conf, data, len, cut, 2, &got) == GLYPH_OK
                   && got.len == want.len
                   && (got.len == 0
                       || memcmp(got.data, want.data, got.len) == 0);

            if (!same) {
                tap_diag("cut at %zu and %zu: \"%.*s\"", i, j, (int) len,
                         data);
                is_mem(got.data, got.len, want.data, want.len, "as whole");
            }
        }
    }

    free(all);
    glyph_buf_free(&want);
    glyph_buf_free(&got);

    return same;
}


static uint32_t
test_rand(uint32_t n)
{
    test_seed ^= test_seed << 13;
    test_seed ^= test_seed >> 7;
    test_seed ^= test_seed << 17;

    return (uint32_t) (test_seed >> 32) % n;
}
