/* Rows as a stream writes them: choice of columns, formats, rejected rows. */

#include <stdio.h>

#include "out/glyph_stream.h"
#include "tap.h"


static void
set(glyph_str_t *s, const char *text)
{
    s->data = (unsigned char *) text;
    s->len = strlen(text);
}


static void
is_text(const char *got, const char *want, const char *what)
{
    is_mem(got, strlen(got), want, strlen(want), "%s", what);
}


static void
listing(glyph_listing_t *l)
{
    memset(l, 0, sizeof(*l));

    l->import_index = 7;
    set(&l->title, "a, b");
    l->match.is_gpu = 1;
    l->price.cents = 70050;
    memcpy(l->price.currency, "USD", 4);
    l->duplicate_of = 3;
    l->quantity = GLYPH_QUANTITY_NONE;
}


static void
rejected(glyph_rejected_t *r)
{
    memset(r, 0, sizeof(*r));

    r->import_index = 8;
    r->line = 10;
    r->offset = 99;
    set(&r->raw, "x\xff,\"");
    r->n = 2;
    r->errors[0].code = GLYPH_ROW_ENCODING;
    r->errors[0].column = GLYPH_COL_N;
    r->errors[1].code = GLYPH_ROW_PRICE_ZERO;
    r->errors[1].column = GLYPH_COL_PRICE;
    set(&r->errors[1].value, "0");
}


static void
test_columns(void)
{
    size_t          i;
    const char     *why, *near;
    glyph_str_t     list, name;
    glyph_stream_t  s;

    static const struct {
        const char  *list;
        const char  *name;
        const char  *near;
    } bad[] = {
        { "", "", NULL },
        { "title,", "", NULL },
        { ",title", "", NULL },
        { "title,titel", "titel", "title" },
        { "tilte", "tilte", "title" },
        { "scor", "scor", "score" },
        { "canonical_mdel,x", "canonical_mdel", "canonical_model" },
        { "quantization", "quantization", "quantization_score" },
        { "Title", "Title", "title" },
        { "xy", "xy", NULL },
        { "colour", "colour", NULL },
        { "title,price,title", "title", NULL },
        { "final_score", "final_score", NULL },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL }
    };

    glyph_stream_init(&s, GLYPH_OUTPUT_CSV);

    set(&list, "price, title ,extra");
    is_int(glyph_stream_columns(&s, &list, &name, &why, &near), GLYPH_OK,
           "three columns");
    is_int(s.n, 3, "are three");
    is_text(glyph_output_name(s.columns[1]), "title", "in their order");

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        set(&list, bad[i].list);
        is_int(glyph_stream_columns(&s, &list, &name, &why, &near), GLYPH_BAD,
               "\"%s\" is refused", bad[i].list);
        is_mem(name.data, name.len, bad[i].name, strlen(bad[i].name),
               "it says what");
        is_text(near ? near : "-", bad[i].near ? bad[i].near : "-",
               "and what was meant");
    }
}


static void
test_formats(void)
{
    int               format, errors;
    char              want[2048];
    const char       *why, *near;
    glyph_buf_t       b;
    glyph_str_t       list, name;
    glyph_stream_t    s;
    glyph_listing_t   l;
    glyph_rejected_t  r;

    static const char  error[] =
        "{\"row_index\":8,\"line\":10,\"byte_offset\":99,\"errors\":["
        "{\"code\":\"row_encoding\",\"message\":\"the record is not valid in "
        "the file's character set\"},{\"code\":\"price_zero\",\"column\":"
        "\"price\",\"value\":\"0\",\"message\":\"the price is zero\"}],"
        "\"row_data\":\"x\xef\xbf\xbd,\\\"\"}";

    static const char  row[] =
        "{\"title\":\"a, b\",\"price\":700.50,\"dedup_status\":"
        "\"DUPLICATE_SECONDARY\",\"duplicate_of\":3,\"nvlink\":null,"
        "\"import_index\":7}";

    static const char  csv_row[] =
        "\"a, b\",700.50,DUPLICATE_SECONDARY,3,,7";

    static const char  csv_header[] =
        "title,price,dedup_status,duplicate_of,nvlink,import_index";

    memset(&b, 0, sizeof(b));

    set(&list, "title,price,dedup_status,duplicate_of,nvlink,import_index");
    listing(&l);
    rejected(&r);

    for (format = 0; format < 3; format++) {

        for (errors = 0; errors < 2; errors++) {
            glyph_stream_init(&s, format);
            (void) glyph_stream_columns(&s, &list, &name, &why, &near);
            s.errors = errors;

            glyph_buf_reset(&b);
            glyph_stream_rejected(&s, &b, &r);
            glyph_stream_listing(&s, &b, &l);
            glyph_stream_listing(&s, &b, &l);
            glyph_stream_end(&s, &b);

            if (format == GLYPH_OUTPUT_CSV) {
                (void) snprintf(want, sizeof(want),
                    "%s%s\r\n%s%s%s\r\n%s%s\r\n", csv_header,
                    errors ? ",_line,_codes,_messages" : "",
                    errors ? ",,,,,8,10,row_encoding price_zero,\"the record "
                             "is not valid in the file's character set; the "
                             "price is zero\"\r\n" : "",
                    csv_row, errors ? ",,," : "", csv_row,
                    errors ? ",,," : "");

            } else if (format == GLYPH_OUTPUT_NDJSON) {
                (void) snprintf(want, sizeof(want), "%s%s%s\n%s\n",
                    errors ? error : "", errors ? "\n" : "", row, row);

            } else {
                (void) snprintf(want, sizeof(want), "[%s%s%s,\n%s]\n",
                    errors ? error : "", errors ? ",\n" : "", row, row);
            }

            is_mem(b.data, b.len, want, strlen(want),
                   "format %d, rejected rows: %d", format, errors);
        }
    }

    glyph_stream_init(&s, GLYPH_OUTPUT_JSON);
    glyph_buf_reset(&b);
    glyph_stream_rejected(&s, &b, &r);
    glyph_stream_end(&s, &b);
    is_mem(b.data, b.len, "[]\n", 3, "no row at all");

    glyph_buf_free(&b);
}


/* What is written of a model is copied from where it is, not where it was. */

static void
test_recent(void)
{
    int               format;
    size_t            i, k, from, wrong;
    glyph_buf_t       b[2], want;
    glyph_model_t     models[3];
    glyph_stream_t    s, fresh;
    glyph_listing_t   l;
    glyph_rejected_t  r;

    memset(b, 0, sizeof(b));
    memset(&want, 0, sizeof(want));
    memset(models, 0, sizeof(models));
    listing(&l);
    rejected(&r);

    for (i = 0; i < 3; i++) {
        models[i].vram_gb = 8 << i;
        models[i].tdp_watts = 100 + (int32_t) i;
    }

    for (format = 0; format < 3; format++) {
        glyph_stream_init(&s, format);
        s.errors = 1;

        for (i = 0, wrong = 0; i < 400; i++) {
            k = i / 7 % 2;

            if (i % 7 == 0) {

                /* as one that is sent: refused rows may fill it again */

                glyph_buf_reset(&b[i / 50 % 2]);

                while (b[k].len < i * 10) {
                    glyph_stream_rejected(&s, &b[k], &r);
                }
            }

            l.match.model = i % 4 == 3 ? NULL : &models[i * 5 % 3];
            from = b[k].len;
            glyph_stream_listing(&s, &b[k], &l);

            glyph_stream_init(&fresh, format);
            fresh.errors = 1;
            fresh.begun = 1;
            glyph_buf_reset(&want);
            glyph_stream_listing(&fresh, &want, &l);

            wrong += i && (b[k].len - from != want.len
                           || memcmp(b[k].data + from, want.data, want.len)
                              != 0);
        }

        is_int(wrong, 0, "rows of models that come again, format %d", format);
    }

    glyph_buf_free(&b[0]);
    glyph_buf_free(&b[1]);
    glyph_buf_free(&want);
}


static void
test_memory(void)
{
    int               format;
    long              n;
    glyph_buf_t       b;
    glyph_stream_t    s;
    glyph_listing_t   l;
    glyph_rejected_t  r;

    memset(&b, 0, sizeof(b));
    listing(&l);
    rejected(&r);

    for (format = 0; format < 3; format++) {

        for (n = 0; n < 100; n++) {
            glyph_buf_free(&b);
            tap_malloc_fail_after(n);

            glyph_stream_init(&s, format);
            s.errors = 1;
            glyph_stream_listing(&s, &b, &l);
            glyph_stream_rejected(&s, &b, &r);
            glyph_stream_end(&s, &b);

            tap_malloc_fail_after(-1);

            if (!b.failed) {
                break;
            }
        }

        ok(n > 1 && n < 100, "each of %ld allocations may fail", n);
    }

    glyph_buf_free(&b);
}


int
main(void)
{
    test_columns();
    test_formats();
    test_recent();
    test_memory();

    return tap_done();
}
