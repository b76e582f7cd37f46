/*
 * JSON as a file of records: the same however it is cut, every kind of value,
 * and everything that can be wrong.
 */

#define _GNU_SOURCE

#include <malloc.h>
#include <stdio.h>

#include "out/glyph_copy.h"
#include "json/glyph_json_reader.h"
#include "json/glyph_json_record.h"
#include "pipeline/glyph_pipeline.h"
#include "tap.h"


#define TEST_ROW_SIZE  2000
#define TEST_COLUMNS   8


typedef struct {
    const char  *name;
    const char  *in;
    const char  *want;
} test_case_t;

typedef struct {
    glyph_buf_t  listings;
    glyph_buf_t  errors;
    glyph_buf_t  result;
    glyph_buf_t  detail;
    glyph_buf_t  said;
    int          rc;
} out_t;


static glyph_registry_t       *registry;
static glyph_rates_t           rates;
static glyph_pipeline_conf_t   conf;

static const unsigned char     id[16] = { 1 };


/* "[a=1 b=x]" of each record, its place, or what is wrong with it. */

static void
dump_record(glyph_json_reader_t *rd, const glyph_record_t *rec,
    glyph_buf_t *out)
{
    size_t              i, n;
    const glyph_str_t  *keys;

    static const char  marks[] = "'#?&";

    glyph_buf_printf(out, "%d@%d", (int) rec->line, (int) rec->offset);

    if (rec->code != GLYPH_CODE_OK) {
        glyph_buf_printf(out, "!%s(%d) ", glyph_code_name(rec->code),
                         (int) rec->raw.len);
        return;
    }

    keys = glyph_json_reader_keys(rd, &n);
    glyph_buf_puts(out, "[");

    for (i = 0; i < rec->nfields && i < n; i++) {

        if (rec->fields[i].len == 0 && rec->fields[i].data == NULL) {
            continue;
        }

        glyph_buf_append(out, keys[i].data, keys[i].len);
        glyph_buf_putc(out, marks[rec->kinds[i]]);
        glyph_buf_append(out, rec->fields[i].data, rec->fields[i].len);
        glyph_buf_putc(out, ' ');
    }

    glyph_buf_puts(out, "] ");
}


static void
dump(glyph_format_e format, const char *in, size_t len, size_t step,
    size_t first, glyph_buf_t *out)
{
    int                   rc, end;
    size_t                i, n;
    unsigned char        *copy;
    glyph_record_t        rec;
    glyph_json_reader_t  *rd;
    const unsigned char  *pos;

    glyph_buf_reset(out);

    rd = glyph_json_reader_create(format, TEST_ROW_SIZE, TEST_COLUMNS);
    i = 0;

    do {
        n = first ? first : step;
        first = 0;
        n = n > len - i ? len - i : n;
        end = n == 0;

        copy = malloc(n + 1);
        memcpy(copy, in + i, n);
        pos = copy;
        i += n;

        while ((rc = glyph_json_reader_next(rd, &pos, copy + n, end, &rec))
               == GLYPH_OK)
        {
            dump_record(rd, &rec, out);
        }

        free(copy);

    } while (rc == GLYPH_AGAIN && !end);

    if (rc == GLYPH_BAD) {
        (void) glyph_json_reader_refused(rd, out);
    }

    glyph_json_reader_destroy(rd);
}


static int
has(const glyph_buf_t *b, const char *text)
{
    return b->len && memmem(b->data, b->len, text, strlen(text)) != NULL;
}


static int
same(const glyph_buf_t *a, const glyph_buf_t *b)
{
    return a->len == b->len
           && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}


/* Whole, at every split, and byte by byte. */

static void
reads(glyph_format_e format, const test_case_t *t)
{
    size_t       i, len, bad;
    glyph_buf_t  whole, part;

    memset(&whole, 0, sizeof(whole));
    memset(&part, 0, sizeof(part));

    len = strlen(t->in);

    dump(format, t->in, len, len + 1, 0, &whole);
    is_mem(whole.data, whole.len, t->want, strlen(t->want), "%s", t->name);

    for (i = 1, bad = 0; i < len; i++) {
        dump(format, t->in, len, len, i, &part);
        bad += !same(&part, &whole);
    }

    dump(format, t->in, len, 1, 0, &part);
    bad += !same(&part, &whole);

    is_int(bad, 0, "%s: the same at every split", t->name);

    glyph_buf_free(&whole);
    glyph_buf_free(&part);
}


static const test_case_t  arrays[] = {

    { "an empty array", " [ ] \n", "" },

    { "records, with what is between them",
      "\n[{\"a\":\"x\",\"b\":1}\n ,\r\n{ \"b\" : 2 , \"a\" : \"y\" } ]",
      "2@2[a'x b#1 ] 4@22[a'y b#2 ] " },

    { "brackets, commas and quotes in texts",
      "[{\"a\":\"]}\\\",{[\"},{\"a\":\"\\\\\"}]",
      "1@1[a']}\",{[ ] 1@17[a'\\ ] " },

    { "every kind of value",
      "[{\"t\":\"s\",\"n\":-1.50e+3,\"y\":true,\"f\":false,\"z\":null,"
      "\"o\": { \"k\" : [ 1 , \"q\\n\" , null , { } ] },\"l\":[ ]}]",
      "1@1[t's n#-1.50e+3 y?true f?false "
      "o&{\"k\":[1,\"q\\n\",null,{}]} l&[] ] " },

    { "escapes", "[{\"a\":\"\\u00e9\\ud83d\\ude00\\/\\b\\t\"}]",
      "1@1[a'\xc3\xa9\xf0\x9f\x98\x80/\b\t ] " },

    { "an escaped key is the key",
      "[{\"a\":1},{\"\\u0061\":2}]", "1@1[a#1 ] 1@9[a#2 ] " },

    { "keys come and go", "[{\"a\":1},{\"b\":2},{\"c\":3,\"a\":4}]",
      "1@1[a#1 ] 1@9[b#2 ] 1@17[a#4 c#3 ] " },

    { "a key that is there twice",
      "[{\"a\":1,\"a\":2},{\"a\":3}]",
      "1@1!key_repeated(13) 1@15[a#3 ] " },

    { "what is no object",
      "[1,\"x\",null,[{\"a\":1}],{\"a\":2}]",
      "1@1!row_not_object(1) 1@3!row_not_object(3) 1@7!row_not_object(4) "
      "1@12!row_not_object(9) 1@22[a#2 ] " },

    { "half a surrogate",
      "[{\"a\":\"\\ud83d\"},{\"a\":\"\\ude00\"},{\"a\":\"\\ud83dx\"},"
      "{\"a\":\"\\ud83d\\u0041\"},{\"a\":\"\\\\ud83d\"}]",
      "1@1!row_surrogate(14) 1@16!row_surrogate(14) 1@31!row_surrogate(15) "
      "1@47!row_surrogate(20) 1@68[a'\\ud83d ] " },

    { "NUL, as an escape", "[{\"a\":\"\\u0000\"}]", "1@1!row_nul(14) " },

    { "bytes that are no UTF-8",
      "[{\"a\":\"\xff\"},{\"a\":\"\xc0\xaf\"},{\"a\":\"\xed\xa0\x80\"},"
      "{\"a\":1}]",
      "1@1!row_encoding(9) 1@11!row_encoding(10) 1@22!row_encoding(11) "
      "1@34[a#1 ] " },

    { "numbers that are too long",
      "[{\"a\":1e99},{\"a\":1e100},{\"a\":[1e-100]},{\"a\":"
      "1234567890123456789012345678901234567890123456789012345678901234},"
      "{\"a\":"
      "12345678901234567890123456789012345678901234567890123456789012345}]",
      "1@1[a#1e99 ] 1@12!number_too_long(11) 1@24!number_too_long(14) 1@39[a#"
      "1234567890123456789012345678901234567890123456789012345678901234 ] "
      "1@110!number_too_long(71) " },

    { "more keys than the limit, and then others",
      "[{\"a\":1,\"b\":2},{\"1\":1,\"2\":1,\"3\":1,\"4\":1,\"5\":1,\"6\":1,"
      "\"7\":1},{\"c\":3}]",
      "1@1[a#1 b#2 ] 1@15!row_too_many_columns(43) 1@59[c#3 ] " },

    { "no array", "{\"listings\":[]}",
      "line 1, byte 0: an array of objects is expected, not an object; where "
      "each line has one, send it as application/x-ndjson" },

    { "CSV", "\ntitle,price\n", "line 2, byte 1: an array of objects is "
      "expected" },

    { "nothing but space", " \n", "line 2, byte 2: there is no array" },

    { "no comma", "[{\"a\":1}\n{\"a\":2}]",
      "1@1[a#1 ] line 2, byte 9: a comma or the end of the array is "
      "expected" },

    { "a comma too many at the end", "[{\"a\":1},]",
      "1@1[a#1 ] line 1, byte 9: an object is expected" },

    { "a comma too many", "[,{\"a\":1}]",
      "line 1, byte 1: an object is expected" },

    { "cut off between records", "[{\"a\":1},",
      "1@1[a#1 ] line 1, byte 9: the file ends within the array" },

    { "cut off within a record", "[{\"a\":1},\n{\"a\":\"x",
      "1@1[a#1 ] line 2, byte 17: the file ends within the array" },

    { "cut off before the end", "[{\"a\":1}",
      "1@1[a#1 ] line 1, byte 8: the file ends within the array" },

    { "something behind it", "[{\"a\":1}] x",
      "1@1[a#1 ] line 1, byte 10: there is something behind the array" },

    { "a second array", "[{\"a\":1}][]",
      "1@1[a#1 ] line 1, byte 9: there is something behind the array" },

    { "a bare word", "[{\"a\":1},foo]",
      "1@1[a#1 ] line 1, byte 10: invalid string in json text." },

    { "a key without quotes", "[{\"a\":1},\n{\n a:2}]",
      "1@1[a#1 ] line 3, byte 14: invalid char in json text." },

    { "a value that is missing", "[{\"a\":}]",
      "line 1, byte 7: unallowed token at this point in JSON text" },

    { "brackets that do not match", "[{\"a\":[1}]]",
      "line 1, byte 9: after array element, I expect ',' or ']'" },

    { "a bad escape", "[{\"a\":\"\\x\"}]",
      "line 1, byte 8: inside a string, '\\' occurs before a character which "
      "it may not." },

    { "a bad \\u", "[{\"a\":\"\\u12g4\"}]",
      "line 1, byte 11: invalid (non-hex) character occurs after '\\u' "
      "inside string." },

    { "a line end in a text", "[{\"a\":\"x\ny\"}]",
      "line 1, byte 8: invalid character inside string." },

    { "a form feed, which is no space", "[{\"a\":\f1}]",
      "line 1, byte 6: invalid char in json text." },

    { "a number that is none", "[{\"a\":01}]",
      "line 1, byte 7: after key and value, inside map, I expect ',' or '}'" },

    { NULL, NULL, NULL }
};


static const test_case_t  lines[] = {

    { "lines, with blank ones",
      "{\"a\":1}\n\n  \r\n {\"a\":2} \r\n{\"a\":3}",
      "1@0[a#1 ] 4@14[a#2 ] 5@24[a#3 ] " },

    { "a bad line harms only itself",
      "{\"a\":1\n{\"a\":2}\n{\"a\":\"x\n\"}\n}\n{\"a\":3}\n",
      "1@0!row_not_json(6) 2@7[a#2 ] 3@15!row_not_json(7) "
      "4@23!row_not_json(2) 5@26!row_not_json(1) 6@28[a#3 ] " },

    { "two values on a line", "{\"a\":1}{\"a\":2}\n{\"a\":3},\n{\"a\":4} x\n"
      "{\"a\":5}\n",
      "1@0!row_not_json(14) 2@15!row_not_json(8) 3@24!row_not_json(9) "
      "4@34[a#5 ] " },

    { "a text behind the value that does not end",
      "{\"a\":1}\"\n{\"a\":1} \"x\n{\"a\":2}\n",
      "1@0!row_not_json(8) 2@9!row_not_json(10) 3@20[a#2 ] " },

    { "a number, and a text that does not end", "0\",[]\n{}\n",
      "1@0!row_not_object(5) 2@6[] " },

    { "what is no object", "1\n[{\"a\":1}]\nfoo\n\"x\"\n",
      "1@0!row_not_object(1) 2@2!row_not_object(9) 3@12!row_not_json(3) "
      "4@16!row_not_object(3) " },

    { "half a surrogate, no UTF-8", "{\"a\":\"\\udc00\"}\n{\"a\":\"\x80\"}\n"
      "{\"a\":1}\n",
      "1@0!row_surrogate(14) 2@15!row_encoding(9) 3@25[a#1 ] " },

    { "nothing", "\n \n", "" },

    { NULL, NULL, NULL }
};


static void
test_large(void)
{
    size_t       i;
    glyph_buf_t  in, out;

    memset(&in, 0, sizeof(in));
    memset(&out, 0, sizeof(out));

    /* brackets in it count, those in quotes do not */

    glyph_buf_puts(&in, "[{\"a\":1},{\"a\":[\"");

    for (i = 0; i < 3000; i++) {
        glyph_buf_puts(&in, "}\\\"");
    }

    glyph_buf_puts(&in, "\"]},\n{\"a\":2}]");

    for (i = 1; i < 10000; i *= 7) {
        dump(GLYPH_FORMAT_JSON, (char *) in.data, in.len, i, 0, &out);
        is_mem(out.data, out.len, "1@1[a#1 ] 1@9!row_too_large(2000) "
               "2@9021[a#2 ] ", 47, "a record that is too large, %zu bytes "
               "at a time", i);
    }

    glyph_buf_reset(&in);
    glyph_buf_puts(&in, "{\"a\":1}\n{\"a\":\"");

    for (i = 0; i < 9000; i++) {
        glyph_buf_putc(&in, 'x');
    }

    glyph_buf_puts(&in, "\"}\n{\"a\":2}\n");

    for (i = 1; i < 10000; i *= 7) {
        dump(GLYPH_FORMAT_NDJSON, (char *) in.data, in.len, i, 0, &out);
        is_mem(out.data, out.len, "1@0[a#1 ] 2@8!row_too_large(2000) "
               "3@9017[a#2 ] ", 47, "a line that is too large, %zu bytes at "
               "a time", i);
    }

    glyph_buf_free(&in);
    glyph_buf_free(&out);
}


/* Ten thousand brackets: of one value, and of the file. */

static void
test_deep(void)
{
    size_t       i, n;
    glyph_buf_t  in, out;

    memset(&in, 0, sizeof(in));
    memset(&out, 0, sizeof(out));

    for (n = 30; n <= 32; n++) {
        glyph_buf_reset(&in);
        glyph_buf_puts(&in, "{\"a\":");

        for (i = 0; i < n; i++) {
            glyph_buf_putc(&in, '[');
        }

        for (i = 0; i < n; i++) {
            glyph_buf_putc(&in, ']');
        }

        glyph_buf_puts(&in, "}\n{\"a\":1}");

        dump(GLYPH_FORMAT_NDJSON, (char *) in.data, in.len, in.len, 0, &out);

        ok((has(&out, "row_too_deep"))
           == (n == 32),
           "%zu arrays in the object", n);
        ok(has(&out, "2@"), "and the next line");
    }

    glyph_buf_reset(&in);

    for (i = 0; i < 10000; i++) {
        glyph_buf_puts(&in, i % 2 ? "[" : "{\"a\":");
    }

    dump(GLYPH_FORMAT_NDJSON, (char *) in.data, in.len, 100, 0, &out);
    is_mem(out.data, out.len, "1@0!row_too_large(2000) ", 24,
           "10,000 levels are too large a line");

    glyph_buf_reset(&in);

    for (i = 0; i < 10000; i++) {
        glyph_buf_putc(&in, '[');
    }

    dump(GLYPH_FORMAT_JSON, (char *) in.data, in.len, 100, 0, &out);
    ok(has(&out, "byte 10000: the file ends "
                              "within the array"),
       "10,000 levels of a file");

    for (i = 0; i < 10000; i++) {
        glyph_buf_putc(&in, ']');
    }

    dump(GLYPH_FORMAT_JSON, (char *) in.data, in.len, 100, 0, &out);
    is_mem(out.data, out.len, "1@1!row_too_large(2000) ", 24,
           "and ended, too");

    glyph_buf_free(&in);
    glyph_buf_free(&out);
}


static void
on_listing(void *data, const glyph_listing_t *l)
{
    out_t  *o = data;

    glyph_copy_listing(&o->listings, id, l);

    glyph_buf_printf(&o->said, "%lld:%lld%s ", (long long) l->import_index,
                     (long long) l->price.cents, l->price.currency);
    glyph_buf_append(&o->said, l->extra.data, l->extra.len);
    glyph_buf_putc(&o->said, '\n');
}


static void
on_rejected(void *data, const glyph_rejected_t *r)
{
    size_t   i;
    out_t   *o = data;

    glyph_copy_rejected(&o->errors, id, r);
    glyph_buf_printf(&o->said, "%lld!", (long long) r->import_index);

    for (i = 0; i < r->n; i++) {
        glyph_buf_puts(&o->said, glyph_code_name(r->errors[i].code));
        glyph_buf_printf(&o->said, "(%s)", r->errors[i].column < GLYPH_COL_N
                         ? glyph_column_name(r->errors[i].column) : "row");
    }

    glyph_buf_putc(&o->said, '\n');
}


static int
on_full(void *data)
{
    (void) data;

    return 0;
}


static void
run(out_t *o, const glyph_pipeline_opts_t *opts, const char *in, size_t len,
    size_t step)
{
    size_t                i, n;
    glyph_code_e          code;
    glyph_sink_t          sink;
    glyph_pipeline_t     *p;
    const glyph_str_t    *detail;
    const unsigned char  *pos, *last;

    glyph_buf_reset(&o->listings);
    glyph_buf_reset(&o->errors);
    glyph_buf_reset(&o->result);
    glyph_buf_reset(&o->detail);
    glyph_buf_reset(&o->said);

    sink.data = o;
    sink.listing = on_listing;
    sink.rejected = on_rejected;
    sink.warning = NULL;
    sink.full = on_full;

    o->rc = glyph_pipeline_create(&p, &conf, opts, &code);

    if (o->rc != GLYPH_OK) {
        return;
    }

    for (i = 0, n = 0; i <= len && o->rc == GLYPH_OK; i += n ? n : 1) {
        n = step < len - i ? step : len - i;
        pos = (const unsigned char *) in + i;
        last = pos + n;
        o->rc = glyph_pipeline_run(p, &pos, last, n == 0, &sink);
    }

    if (o->rc == GLYPH_BAD) {
        detail = glyph_pipeline_detail(p);
        glyph_buf_puts(&o->detail, glyph_code_name(glyph_pipeline_code(p)));
        glyph_buf_puts(&o->detail, ": ");
        glyph_buf_append(&o->detail, detail->data, detail->len);
    }

    if (o->rc != GLYPH_ERROR) {
        glyph_pipeline_result(p, &o->result, 0);
    }

    glyph_pipeline_destroy(p);
}


static void
out_free(out_t *o)
{
    glyph_buf_free(&o->listings);
    glyph_buf_free(&o->errors);
    glyph_buf_free(&o->result);
    glyph_buf_free(&o->detail);
    glyph_buf_free(&o->said);
}


static const char  listings[] =
    "\xef\xbb\xbf[\n"
    "{\"title\":\"RTX 3090\",\"price\":699.99,\"Farbe\":\"rot\","
    "\"n\":[1,{\"a\":null}],\"ok\":true,\"k\":1.50,\"none\":null},\n"
    "{\"price\":\"1.299,00 \xe2\x82\xac\",\"title\":\"RTX 3080 Ti\"},\n"
    "{\"title\":\"RTX 3080\",\"price\":1.299},\n"
    "{\"title\":\"RTX 3080\",\"price\":1e3,\"quantity\":4,"
    "\"seen_at\":1721900000},\n"
    "{\"title\":\"RTX 3080\",\"price\":{\"amount\":1}},\n"
    "{\"title\":[\"RTX 3080\"],\"price\":5},\n"
    "{\"title\":4090,\"price\":-5,\"quantity\":1.5},\n"
    "{\"title\":\"RTX 3080\"},\n"
    "7\n"
    "]\n";

static const char  listings_said[] =
    "0:69999XXX {\"Farbe\":\"rot\",\"n\":[1,{\"a\":null}],\"ok\":true,"
    "\"k\":1.50}\n"
    "1:129900EUR \n"
    "2!price_precision(price)\n"
    "3:100000XXX \n"
    "4!value_nested(price)\n"
    "5!value_nested(title)\n"
    "6!price_negative(price)\n"
    "7!price_missing(price)\n"
    "8!row_not_object(row)\n";


static void
test_pipeline(void)
{
    size_t                 i, bad;
    out_t                  whole, part;
    glyph_pipeline_opts_t  opts;

    memset(&opts, 0, sizeof(opts));
    memset(&whole, 0, sizeof(whole));
    memset(&part, 0, sizeof(part));

    opts.format = GLYPH_FORMAT_JSON;

    run(&whole, &opts, listings, sizeof(listings) - 1, sizeof(listings));

    is_int(whole.rc, GLYPH_OK, "an array of listings");
    is_mem(whole.said.data, whole.said.len, listings_said,
           sizeof(listings_said) - 1, "becomes these");
    ok(has(&whole.result,
              "\"dialect\":{\"delimiter\":null,\"charset\":\"utf-8\","
              "\"decimal\":\"comma\",\"format\":\"json\","
              "\"date_order\":\"unknown\"}"),
       "the result tells the format");
    ok(has(&whole.result,
              "{\"row_index\":4,\"line\":6,\"byte_offset\":255,\"row_data\":"
              "{\"title\":\"RTX 3080\",\"price\":\"{\\\"amount\\\":1}\""),
       "and where a bad row is");

    for (i = 1, bad = 0; i < 50; i++) {
        run(&part, &opts, listings, sizeof(listings) - 1, i);
        bad += !same(&whole.said, &part.said)
               || !same(&whole.listings, &part.listings)
               || !same(&whole.errors, &part.errors)
               || !same(&whole.result, &part.result);
    }

    is_int(bad, 0, "the same in pieces of any size");

    out_free(&whole);
    out_free(&part);
}


/* Keys that no record of the sample has. */

static void
test_late(void)
{
    int                    i;
    out_t                  o;
    glyph_buf_t            in;
    glyph_pipeline_opts_t  opts;

    memset(&opts, 0, sizeof(opts));
    memset(&o, 0, sizeof(o));
    memset(&in, 0, sizeof(in));

    opts.format = GLYPH_FORMAT_NDJSON;

    for (i = 0; in.len < 70000; i++) {
        glyph_buf_printf(&in, "{\"name\":\"RTX 3090\",\"price\":%d,"
                         "\"x\":\"y\"}\n", i + 1);
    }

    glyph_buf_puts(&in, "{\"name\":\"RTX 3090\",\"price\":1,\"late\":\"a\","
                   "\"qty\":3,\"title\":\"no\",\" x\":1}\n"
                   "{\"name\":\"RTX 3090\",\"price\":2,\"qty\":\"-1\"}\n");

    run(&o, &opts, (char *) in.data, in.len, 1000);

    is_int(o.rc, GLYPH_OK, "keys that come late");
    ok(has(&o.said,
              "{\"late\":\"a\",\"title\":\"no\",\"x_2\":1}"),
       "are kept, but for a title where another key has been it");
    ok(has(&o.result, "\"code\":\"quantity_invalid\""),
       "or are the column that they name");
    ok(has(&o.result,
              "\"columns\":{\"name\":\"title\",\"price\":\"price\","
              "\"x\":\"extra\",\"late\":\"extra\",\"qty\":\"quantity\","
              "\"title\":\"extra\",\"x_2\":\"extra\"}"),
       "and the result has them");

    glyph_buf_free(&in);
    out_free(&o);
}


static const test_case_t  refused[] = {

    { "an empty file", "", "file_empty: the file is empty" },
    { "no records", "[]", "no_rows: the file has no records" },

    { "no price", "[{\"title\":\"x\",\"prise\":\"1\"}]",
      "columns_missing: no price column; columns seen: \"title\", \"prise\"; "
      "did you mean \"price\" for \"prise\"?" },

    { "other objects", "[{\"http://x.example/\":1}]",
      "columns_missing: the records have neither a title nor a price" },

    { "two keys for a title", "[{\"title\":\"x\",\"Title\":\"y\","
      "\"price\":1}]", "column_duplicate: both \"title\" and \"Title\" mean "
      "title" },

    { "an object", "{}", "columns_missing: no title and no price column" },

    { "numbers", "[1]", "json_malformed: none of the first records is an "
      "object with columns; the first one: the record is not a JSON object" },

    { "cut off", "[{\"title\":\"RTX 3090\",\"price\":1},{\"title\":",
      "json_malformed: line 1, byte 41: the file ends within the array" },

    { "a mistake far behind", "[{\"title\":\"RTX 3090\",\"price\":1},\n"
      "{\"title\":\"RTX 3090\" \"price\":1}]",
      "json_malformed: line 2, byte 55: after key and value, inside map, I "
      "expect ',' or '}'" },

    { NULL, NULL, NULL }
};


static void
test_refused(void)
{
    out_t                  o;
    const test_case_t     *t;
    glyph_pipeline_opts_t  opts;

    memset(&opts, 0, sizeof(opts));
    memset(&o, 0, sizeof(o));

    opts.format = GLYPH_FORMAT_JSON;

    for (t = refused; t->name; t++) {
        run(&o, &opts, t->in, strlen(t->in), 10);
        is_int(o.rc, GLYPH_BAD, "refused: %s", t->name);
        is_mem(o.detail.data, o.detail.len < strlen(t->want) ? o.detail.len
                                                    : strlen(t->want),
               t->want, strlen(t->want), "%s", t->name);
    }

    out_free(&o);
}


typedef struct {
    const char    *text;
    glyph_code_e   code;
    int64_t        cents;
} number_t;


static const number_t  numbers[] = {
    { "1", GLYPH_CODE_OK, 100 },
    { "0.01", GLYPH_CODE_OK, 1 },
    { "1299.99", GLYPH_CODE_OK, 129999 },
    { "1.290", GLYPH_CODE_OK, 129 },
    { "1.299", GLYPH_ROW_PRICE_PRECISION, 0 },
    { "1.00499999999999999999999999", GLYPH_ROW_PRICE_PRECISION, 0 },
    { "1.00000000000000000000000000", GLYPH_CODE_OK, 100 },
    { "19.990000000000002", GLYPH_CODE_OK, 1999 },
    { "19.989999999999998", GLYPH_CODE_OK, 1999 },
    { "1999.9900000000001e-2", GLYPH_ROW_PRICE_PRECISION, 0 },
    { "19.9900001", GLYPH_ROW_PRICE_PRECISION, 0 },
    { "9999999999.99999999999", GLYPH_ROW_PRICE_TOO_LARGE, 0 },
    { "0.005", GLYPH_ROW_PRICE_PRECISION, 0 },
    { "0.00499", GLYPH_ROW_PRICE_PRECISION, 0 },
    { "1e3", GLYPH_CODE_OK, 100000 },
    { "1.5E+2", GLYPH_CODE_OK, 15000 },
    { "129999e-2", GLYPH_CODE_OK, 129999 },
    { "5e-3", GLYPH_ROW_PRICE_PRECISION, 0 },
    { "5e-4", GLYPH_ROW_PRICE_PRECISION, 0 },
    { "9999999999.99", GLYPH_CODE_OK, 999999999999 },
    { "9999999999.994", GLYPH_ROW_PRICE_PRECISION, 0 },
    { "9999999999.995", GLYPH_ROW_PRICE_PRECISION, 0 },
    { "1e10", GLYPH_ROW_PRICE_TOO_LARGE, 0 },
    { "123456789012345678901234567890", GLYPH_ROW_PRICE_TOO_LARGE, 0 },
    { "9e99", GLYPH_ROW_PRICE_TOO_LARGE, 0 },
    { "0e99", GLYPH_ROW_PRICE_ZERO, 0 },
    { "0", GLYPH_ROW_PRICE_ZERO, 0 },
    { "-0", GLYPH_ROW_PRICE_ZERO, 0 },
    { "-0.0", GLYPH_ROW_PRICE_ZERO, 0 },
    { "-1.5", GLYPH_ROW_PRICE_NEGATIVE, 0 },
    { NULL, GLYPH_CODE_OK, 0 }
};


static void
test_numbers(void)
{
    glyph_str_t      text;
    glyph_money_t    money;
    const number_t  *n;

    for (n = numbers; n->text; n++) {
        text.data = (unsigned char *) n->text;
        text.len = strlen(n->text);

        memset(&money, 0, sizeof(money));

        is_int(glyph_money_number(&text, &money), n->code, "price %s",
               n->text);
        is_int(money.cents, n->cents, "price %s in cents", n->text);
    }
}


/* Rows that went before cost nothing: neither do bad ones. */

static void
test_memory(void)
{
    long                   before;
    size_t                 i;
    glyph_record_t         rec;
    glyph_json_reader_t   *rd;
    const unsigned char   *pos;

    static const char  text[] =
        "{\"a\":\"x\\n\",\"b\":[1,2]}\n{\"a\":\"x\n{\"new\":[\n[[[\n"
        "{\"a\":\"\\u00e9\",\"a\":1}\n{\"c\":1.5}\n";

    rd = glyph_json_reader_create(GLYPH_FORMAT_NDJSON, 65536, 256);
    before = 0;

    for (i = 0; i < 1000; i++) {
        pos = (const unsigned char *) text;

        while (glyph_json_reader_next(rd, &pos, (const unsigned char *) text
                                      + sizeof(text) - 1, 0, &rec)
               == GLYPH_OK)
        { /* void */ }

        if (i == 10) {
            before = tap_malloc_count();
        }
    }

    /* a key that is forgotten with its record is kept for it, once each */

    ok(tap_malloc_count() - before <= 989,
       "%ld allocations for 6,000 records", tap_malloc_count() - before);

    glyph_json_reader_destroy(rd);
}


static void
test_no_memory(void)
{
    long                   n, failed;
    out_t                  o;
    glyph_pipeline_opts_t  opts;

    memset(&opts, 0, sizeof(opts));
    memset(&o, 0, sizeof(o));

    opts.format = GLYPH_FORMAT_JSON;
    failed = 0;

    for (n = 0; n < 10000; n++) {
        tap_malloc_fail_after(n);
        run(&o, &opts, listings, sizeof(listings) - 1, 100);
        tap_malloc_fail_after(-1);

        failed += o.rc == GLYPH_ERROR;

        /* the blocks of this test want memory, too */

        if (o.rc == GLYPH_OK && !o.result.failed && !o.listings.failed
            && !o.errors.failed && !o.said.failed)
        {
            break;
        }

        out_free(&o);
    }

    ok(n > 20 && n < 10000 && failed > 20,
       "%ld allocations, each of which may fail", n);

    out_free(&o);
}


int
main(void)
{
    FILE               *f;
    size_t              n, line;
    glyph_buf_t         text, error;
    const test_case_t  *t;

    memset(&text, 0, sizeof(text));
    memset(&error, 0, sizeof(error));

    f = fopen("conf/gpu_models.csv", "rb");

    do {
        glyph_buf_reserve(&text, 65536);
        n = f ? fread(text.data + text.len, 1, 65536, f) : 0;
        text.len += n;
    } while (n);

    registry = glyph_registry_create();

    ok(f && glyph_registry_add(registry, text.data, text.len, &line, &error)
            == GLYPH_OK
       && glyph_registry_compile(registry, &error) == GLYPH_OK,
       "the registry");

    if (f) {
        fclose(f);
    }

    conf.registry = registry;
    conf.rates = &rates;
    glyph_score_defaults(&conf.score);
    conf.max_row_size = 4096;
    conf.max_columns = 16;
    conf.max_errors = 1000;
    conf.dedup_size = 1000;
    conf.extra = 1;

    for (t = arrays; t->name; t++) {
        reads(GLYPH_FORMAT_JSON, t);
    }

    for (t = lines; t->name; t++) {
        reads(GLYPH_FORMAT_NDJSON, t);
    }

    test_large();
    test_deep();
    test_pipeline();
    test_late();
    test_refused();
    test_numbers();
    test_memory();
    test_no_memory();

    glyph_registry_destroy(registry);
    glyph_buf_free(&text);
    glyph_buf_free(&error);

    return tap_done();
}
