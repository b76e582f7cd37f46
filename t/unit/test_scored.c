/*
 * Files that are scored already: what the output of a run says is taken as
 * the run had it, and what cannot be is told.
 */

#define _GNU_SOURCE

#include <stdio.h>

#include "out/glyph_copy.h"
#include "out/glyph_output.h"
#include "pipeline/glyph_pipeline.h"
#include "tap.h"


typedef struct {
    glyph_output_e  format;
    glyph_buf_t     copy;       /* the listings, as they are stored */
    glyph_buf_t     text;       /* … and as they are sent */
    glyph_buf_t     said;       /* codes of the rejected rows */
    glyph_buf_t     detail;
    int             rc;
} out_t;

typedef struct {
    const char  *name;
    const char  *in;
    const char  *want;
} test_case_t;


static glyph_registry_t       *registry;
static glyph_rates_t           rates;
static glyph_pipeline_conf_t   conf;

static const unsigned char     id[16] = { 1 };


static void
on_listing(void *data, const glyph_listing_t *l)
{
    out_t  *o = data;

    glyph_copy_listing(&o->copy, id, l);

    glyph_output_head(&o->text, o->format, l);
    glyph_output_final(&o->text, o->format, 50, "UNIQUE");
    glyph_output_tail(&o->text, o->format, l);

    glyph_buf_puts(&o->said, "ok ");
}


static void
on_rejected(void *data, const glyph_rejected_t *r)
{
    size_t   i;
    out_t   *o = data;

    for (i = 0; i < r->n; i++) {
        glyph_buf_puts(&o->said, glyph_code_name(r->errors[i].code));
        glyph_buf_putc(&o->said, ' ');
    }
}


static int
on_full(void *data)
{
    (void) data;

    return 0;
}


static void
run(out_t *o, const glyph_pipeline_opts_t *opts, const void *in, size_t len,
    glyph_output_e format)
{
    glyph_code_e          code;
    glyph_sink_t          sink;
    glyph_pipeline_t     *p;
    const glyph_str_t    *detail;
    const unsigned char  *pos;

    memset(o, 0, sizeof(out_t));
    o->format = format;

    glyph_output_header(&o->text, format);

    sink.data = o;
    sink.listing = on_listing;
    sink.rejected = on_rejected;
    sink.warning = NULL;
    sink.full = on_full;

    o->rc = glyph_pipeline_create(&p, &conf, opts, &code);

    if (o->rc != GLYPH_OK) {
        return;
    }

    pos = in;
    o->rc = glyph_pipeline_run(p, &pos, pos + len, 1, &sink);

    if (o->rc == GLYPH_BAD) {
        detail = glyph_pipeline_detail(p);
        glyph_buf_append(&o->detail, detail->data, detail->len);
    }

    glyph_pipeline_destroy(p);
}


static int
has(const glyph_buf_t *b, const char *text)
{
    return b->len && memmem(b->data, b->len, text, strlen(text)) != NULL;
}


static void
out_free(out_t *o)
{
    glyph_buf_free(&o->copy);
    glyph_buf_free(&o->text);
    glyph_buf_free(&o->said);
    glyph_buf_free(&o->detail);
}


static const char  raw[] =
    "Titel;Preis;W\xc3\xa4hrung;Modell;Zustand;Anzahl;H\xc3\xa4ndler;URL;"
    "Farbe;Notiz\n"
    "NVIDIA H100 PCIe 80GB;34995,00;USD;;neu;3;ann;http://a.example/1;rot;"
    "\"a \"\"b\"\"\"\n"
    "RTX 3080 Ti 12GB;1.299,00;EUR;;gebraucht;ausverkauft;;"
    "http://a.example/1;;\n"
    "GTX 1O60 6gb;90,5;;;;;bob;;;\n"
    "NVLink bridge for RTX 3090;60;;;;;;;;\n"
    "Frobnicator 9000 GPU;50;;;defekt;;;;blau;x\n"
    ";12;;RTX 3090;;;;;;\n"
    "Tesla V100 16GB;400;;;;verf\xc3\xbcgbar;;;;\n"
    "Laptop with RTX 4090;2000;;;;;;;;\n";


static void
test_again(void)
{
    size_t                 i;
    out_t                  first, again;
    glyph_pipeline_opts_t  opts, scored;

    static const glyph_output_e  formats[] = {
        GLYPH_OUTPUT_CSV, GLYPH_OUTPUT_NDJSON
    };

    memset(&opts, 0, sizeof(opts));

    for (i = 0; i < 2; i++) {
        memset(&scored, 0, sizeof(scored));
        scored.scored = 1;
        scored.strict = 1;
        scored.format = formats[i] == GLYPH_OUTPUT_CSV
                        ? GLYPH_FORMAT_CSV : GLYPH_FORMAT_NDJSON;

        run(&first, &opts, raw, sizeof(raw) - 1, formats[i]);
        is_int(first.rc, GLYPH_OK, "a file is scored");

        run(&again, &scored, first.text.data, first.text.len, formats[i]);
        is_int(again.rc, GLYPH_OK, "and read as scored, %s",
               i ? "NDJSON" : "CSV");
        is_mem(again.said.data, again.said.len, first.said.data,
               first.said.len, "with its %zu rows", first.said.len / 3);
        is_mem(again.copy.data, again.copy.len, first.copy.data,
               first.copy.len, "which are stored as those of the first run");
        is_mem(again.text.data, again.text.len, first.text.data,
               first.text.len, "and sent as those");

        out_free(&first);
        out_free(&again);
    }
}


#define HEAD  "title,price,canonical_model,score"
#define H100  "NVIDIA H100 PCIe 80GB,34995,H100_PCIE_80GB,"

static const test_case_t  rows[] = {

    { "a score, and others that are near it, or not",
      HEAD "\n" H100 "57\n" H100 "57.0004\n" H100 "56.999\n" H100 "57.0011\n"
      H100 "57.1\n" H100 "5.7e1\n" H100 "\n" H100 "nan\n" H100 "0x39\n"
      H100 "-57\n",
      "ok ok ok score_mismatch score_mismatch ok score_mismatch "
      "score_mismatch score_mismatch score_mismatch " },

    { "an id that the registry has not",
      HEAD "\nx,1,H100,57\nx,1,,57\nx,1,h100_pcie_80gb,57\n" H100 "57\n",
      "model_id_unknown model_id_unknown model_id_unknown ok " },

    { "the model decides, not the title",
      HEAD "\nRTX 3090,34995,H100_PCIE_80GB,57\n", "ok " },

    { "matches that cannot be",
      HEAD ",match_type,match_score,is_valid_gpu,unknown_reason\n"
      H100 "57,exact,1,true,\n"
      H100 "57,none,0,true,\n"
      H100 "57,Exact,1,true,\n"
      H100 "57,exact,1.5,true,\n"
      H100 "57,exact,0,true,\n"
      H100 "57,exact,1,false,\n"
      H100 "57,exact,1,yes,\n"
      H100 "57,exact,1,true,laptop\n",
      "ok match_invalid match_invalid match_invalid match_invalid "
      "match_invalid match_invalid match_invalid " },

    { "no model, and why",
      HEAD ",is_valid_gpu,unknown_reason\n"
      "x,0.01,UNKNOWN,15,false,laptop\n"
      "x,0.01,UNKNOWN,15,true,model_not_stated\n"
      "x,0.01,UNKNOWN,15,,\n"
      "x,0.01,UNKNOWN,15,false,\n"
      "x,0.01,UNKNOWN,15,true,laptop\n"
      "x,0.01,UNKNOWN,15,false,model_not_stated\n"
      "x,0.01,UNKNOWN,15,false,aliens\n",
      "ok ok ok ok match_invalid match_invalid match_invalid " },

    { "the rest of a row is read as ever",
      HEAD "\nx,free,H100_PCIE_80GB,57\n,1,H100_PCIE_80GB,57\n" H100 "57\n",
      "price_invalid title_missing ok " },

    { NULL, NULL, NULL }
};


static void
test_rows(void)
{
    out_t                  o;
    const test_case_t     *t;
    glyph_pipeline_opts_t  opts;

    memset(&opts, 0, sizeof(opts));
    opts.scored = 1;

    for (t = rows; t->name; t++) {
        run(&o, &opts, t->in, strlen(t->in), GLYPH_OUTPUT_CSV);
        is_mem(o.said.data, o.said.len, t->want, strlen(t->want), "%s",
               t->name);
        out_free(&o);
    }

    /* the same rows without the option are matched by their titles */

    memset(&opts, 0, sizeof(opts));

    run(&o, &opts, HEAD "\nRTX 3090,1,H100_PCIE_80GB,1\n",
        strlen(HEAD "\nRTX 3090,1,H100_PCIE_80GB,1\n"), GLYPH_OUTPUT_CSV);
    ok(has(&o.text, "RTX 3090,RTX_3090,exact")
       && has(&o.text,
                 "{\"\"canonical_model\"\":\"\"H100_PCIE_80GB\"\""),
       "not if nobody says so");
    out_free(&o);

    memset(&opts, 0, sizeof(opts));
    opts.scored = 1;

    run(&o, &opts, "title,price,score\nx,1,1\n", 24, GLYPH_OUTPUT_CSV);
    is_int(o.rc, GLYPH_BAD, "a file without canonical_model");
    ok(has(&o.detail, "it has no canonical_model"),
       "is refused by name");
    out_free(&o);

    opts.reject_unknown = 1;
    opts.reject_not_gpu = 1;

    run(&o, &opts, rows[4].in, strlen(rows[4].in), GLYPH_OUTPUT_CSV);
    is_mem(o.said.data, o.said.len,
           "not_gpu model_unknown model_unknown not_gpu match_invalid "
           "match_invalid match_invalid ", 86, "reject is as ever");
    out_free(&o);
}


int
main(void)
{
    FILE         *f;
    size_t        n, line;
    glyph_str_t   eur = glyph_string("EUR=1.08");
    glyph_buf_t   text, error;
    const char   *why;

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
       && glyph_registry_compile(registry, &error) == GLYPH_OK
       && glyph_rates_set(&rates, &eur, &why) == GLYPH_OK,
       "the registry");

    if (f) {
        fclose(f);
    }

    conf.registry = registry;
    conf.rates = &rates;
    glyph_score_defaults(&conf.score);
    conf.max_row_size = 4096;
    conf.max_columns = 64;
    conf.max_errors = 1000;
    conf.dedup_size = 1000;
    conf.extra = 1;

    test_again();
    test_rows();

    glyph_registry_destroy(registry);
    glyph_buf_free(&text);
    glyph_buf_free(&error);

    return tap_done();
}
