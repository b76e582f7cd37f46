/*
 * What chosen input costs in src/core, over ordinary input of the same size:
 *
 *   hostile FILE [WHAT]     FILE: ordinary listings, 16 MB or more
 *
 * For each kind one line: the ratio of processor time, and its name.  Where
 * each row is as small as may be, ordinary input is as many such rows with
 * texts as they come.  What a header can do t/fault/hostile_cost.t measures,
 * by requests.
 */

#include <stdio.h>
#include <time.h>

#include "out/glyph_copy.h"
#include "pipeline/glyph_pipeline.h"
#include "text/glyph_hash.h"


#define HOSTILE_MODELS  "conf/gpu_models.csv"
#define HOSTILE_CHUNK   65536
#define HOSTILE_BLOCK   (1024 * 1024)
#define HOSTILE_SIZE    (4 * 1024 * 1024)
#define HOSTILE_RUNS    3


typedef struct hostile_s  hostile_t;

typedef void (*hostile_make_pt)(glyph_buf_t *b, unsigned long i);

struct hostile_s {
    const char       *name;
    const char       *head;
    hostile_make_pt   row;
    const char       *base_head;        /* NULL: of the file of listings */
    hostile_make_pt   base_row;
    glyph_format_e    format;
    const char       *charset;
    const char       *boundary;
};


typedef struct {
    glyph_buf_t   listings;
    glyph_buf_t   errors;
} hostile_block_t;


static void hostile_fail(const char *what);
static void hostile_slurp(const char *name, glyph_buf_t *b);
static glyph_registry_t *hostile_registry(void);
static double hostile_seconds(void);
static void hostile_fill(glyph_buf_t *b, const char *head, hostile_make_pt row,
    size_t size);
static double hostile_run(const hostile_t *h, const glyph_buf_t *in,
    const glyph_registry_t *reg);
static void hostile_listing(void *data, const glyph_listing_t *l);
static void hostile_rejected(void *data, const glyph_rejected_t *r);
static int hostile_full(void *data);


static const unsigned char  hostile_id[16] = { 1 };

static unsigned long long  hostile_state = 1;


static unsigned
rnd(unsigned n)
{
    hostile_state = hostile_state * 6364136223846793005u + 1442695040888963407u;

    return (unsigned) ((hostile_state >> 33) % n);
}


static void
times(glyph_buf_t *b, const char *text, size_t bytes)
{
    size_t  n;

    for (n = strlen(text); bytes >= n; bytes -= n) {
        glyph_buf_append(b, text, n);
    }
}


/* The smallest of rows, with sellers as they come. */

static void
row_short(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "A,1,%05lx\n", i);
}


/* ... such that the keys of the rows agree in four bits, without a secret. */

static void
row_chosen(glyph_buf_t *b, unsigned long i)
{
    char                      text[16];
    uint64_t                  title;
    glyph_str_t               s;
    glyph_digest_t            d;
    static unsigned long      next;
    static const glyph_str_t  none;
    glyph_identity_texts_t    texts = { &s, &none, &none, &none };

    s.data = (unsigned char *) "A";
    s.len = 1;
    title = glyph_identity_title(&s);
    s.data = (unsigned char *) text;

    do {
        s.len = (size_t) snprintf(text, sizeof(text), "%07lx", next++);
        glyph_identity_listing(title, 100, "USD", &texts, &d);
    } while (d.bytes[7] >> 4);

    (void) i;
    glyph_buf_printf(b, "A,1,%s\n", text);
}


static void
row_short7(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "A,1,%07lx\n", i * 2654435761u % 268435456);
}


static void
row_open_quote(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "\"A,1,%04lx\n", i);
}


static void
row_quotes(glyph_buf_t *b, unsigned long i)
{
    (void) i;
    glyph_buf_puts(b, "\"\"\"\",\"\n\",\"");
}


static void
row_one_open(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_puts(b, i % 8000 == 0 ? "\"" : "");
    glyph_buf_printf(b, "A,1,%05lx\n", i);
}


static void
row_stray(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_puts(b, "a");
    times(b, i % 2 ? "\"\"" : "\" \"", 3000);
    glyph_buf_puts(b, ",1,x\n");
}


static void
row_blank(glyph_buf_t *b, unsigned long i)
{
    if (i == 0) {
        glyph_buf_puts(b, "A,1,1\n");
    }

    glyph_buf_puts(b, i % 2 ? "\r\n" : " \n");
}


static void
row_commas(glyph_buf_t *b, unsigned long i)
{
    (void) i;
    glyph_buf_puts(b, "A,1,x");
    times(b, ",", 250);
    glyph_buf_puts(b, "\n");
}


static void
row_tokens(glyph_buf_t *b, unsigned long i)
{
    size_t  n;

    (void) i;

    for (n = 0; n < 500; n++) {
        glyph_buf_printf(b, "%c%u ", 'a' + rnd(26), rnd(10));
    }

    glyph_buf_puts(b, ",1,x\n");
}


static void
row_near(glyph_buf_t *b, unsigned long i)
{
    size_t                    n;
    static const char *const  words[] = {
        "geforcce", "radeom", "rtz", "gtxx", "titam", "quadroo", "3O9O",
        "3o80", "teslaa", "instimct", "nvidai", "superr", "foumders", "17O0",
        "vega6A", "RX68OO", "arcc", "A77O", "h1OO", "l4O"
    };

    (void) i;

    for (n = 0; n < 60; n++) {
        glyph_buf_puts(b, words[rnd(20)]);
        glyph_buf_putc(b, rnd(3) ? ' ' : '-');
    }

    glyph_buf_puts(b, ",1,x\n");
}


static void
row_models(glyph_buf_t *b, unsigned long i)
{
    size_t                    n;
    static const char *const  words[] = {
        "rtx 3090 ti", "for rtx", "a100 pcie 80gb", "gtx 1080", "8gb", "rx",
        "6800 xt", "box only", "with 24 gb", "h100 sxm5", "radeon pro", "4070",
        "no gpu", "nvidia tesla", "v100", "quadro rtx 8000", "laptop", "titan"
    };

    (void) i;

    for (n = 0; n < 60; n++) {
        glyph_buf_puts(b, words[rnd(18)]);
        glyph_buf_putc(b, rnd(3) ? ' ' : '/');
    }

    glyph_buf_puts(b, ",1,x\n");
}


static void
row_title_digits(glyph_buf_t *b, unsigned long i)
{
    size_t  n;

    (void) i;

    for (n = 0; n < 1000; n++) {
        glyph_buf_putc(b, '0' + rnd(10));
        glyph_buf_puts(b, rnd(8) ? "" : ".");
    }

    glyph_buf_puts(b, ",1,x\n");
}


static void
row_title_high(glyph_buf_t *b, unsigned long i)
{
    times(b, i % 2 ? "\xc3\x84" : "\xe2\x84\xa2\xef\xac\x83", 1000);
    glyph_buf_printf(b, "%lu,1,x\n", i);
}


static void
row_title_entities(glyph_buf_t *b, unsigned long i)
{
    times(b, i % 2 ? "&amp;" : "&#x26;lt<b>", 1000);
    glyph_buf_printf(b, "%lu,1,x\n", i);
}


static void
row_title_folded(glyph_buf_t *b, unsigned long i)
{
    times(b, i % 2 ? "\xce\x90" : "\xc7\x86", 1000);
    glyph_buf_printf(b, "%lu,1,x\n", i);
}


static void
row_price(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_puts(b, "A,\"");

    switch (i % 6) {

    case 0:
        times(b, "1", 1000);
        break;

    case 1:
        times(b, "1,111.", 1000);
        break;

    case 2:
        times(b, "1 ", 1000);
        break;

    case 3:
        times(b, "eur usd ", 1000);
        break;

    case 4:
        times(b, "$", 1000);
        break;

    default:
        times(b, "from 1 to ", 1000);
    }

    glyph_buf_puts(b, "\",x\n");
}


static void
row_values(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_puts(b, "A,1,");
    times(b, i % 2 ? "used good " : "like new, never ", 500);
    glyph_buf_puts(b, ",");
    times(b, i % 2 ? "10 or " : "1", 500);
    glyph_buf_puts(b, ",");
    times(b, i % 2 ? "Mon Tue " : "2024-01-01T", 500);
    glyph_buf_puts(b, ",");
    times(b, i % 2 ? "euro " : "$ EUR", 500);
    glyph_buf_puts(b, "\n");
}


static void
row_url(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "A,1,http://A.example/%lu?", i);
    times(b, i % 3 == 0 ? "&" : i % 3 == 1 ? "a&" : "utm_a&", 2000);
    glyph_buf_puts(b, "\n");
}


static void
row_url_slashes(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "A,1,%lu", i);
    times(b, "/A?", 2000);
    glyph_buf_puts(b, "\n");
}


static void
row_warnings(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "A,1.299 XAF,%lx\"\"\n", i);
}


static void
row_wrong(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, ",x,%05lx\n", i);
}


static void
row_invalid(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "\xff\xfe,1,%04lx\n", i);
}


static void
row_notes(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "A,1,%lu", i);
    times(b, i % 2 ? "\x1f\\nabcdefghijklmnopqrstuvwxyz" : "\\\t", 60);
    glyph_buf_puts(b, "\n");
}


static void
row_utf16(glyph_buf_t *b, unsigned long i)
{
    char    text[32];
    size_t  n, len;

    len = (size_t) snprintf(text, sizeof(text), "A,1,%05lx\n", i);

    for (n = 0; n < len; n++) {
        glyph_buf_putc(b, (unsigned char) text[n]);
        glyph_buf_putc(b, 0);
    }
}


static void
row_lone(glyph_buf_t *b, unsigned long i)
{
    (void) i;
    glyph_buf_append(b, "A\0,\0001\0,\0\0\xd8\0\xd8\n\0", 14);
}


static void
row_1252(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "\x80\x99\xe4\xf6,1,\xff%04lx\n", i);
}


static void
row_boundary(glyph_buf_t *b, unsigned long i)
{
    (void) i;
    glyph_buf_puts(b, "A,1,x\r\n--boundarboundar\r\n--bounda\r\n--\r\n-");
}


static void
row_boundary_long(glyph_buf_t *b, unsigned long i)
{
    (void) i;
    glyph_buf_puts(b, "\r\n--");
    times(b, "a", 62);
}


/* JSON */

static void
json_plain(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "{\"title\":\"RTX 3090 %lu\",\"price\":700,"
                     "\"seller\":\"bob\",\"condition\":\"used\","
                     "\"note\":\"ships today\"}\n", i);
}


static void
json_keys_turned(glyph_buf_t *b, unsigned long i)
{
    size_t  n;

    glyph_buf_puts(b, "{\"title\":\"A\",\"price\":1");

    for (n = 0; n < 240; n++) {
        glyph_buf_printf(b, ",\"k%zu\":1", (n * 77 + i) % 240);
    }

    glyph_buf_puts(b, "}\n");
}


static void
json_keys_new(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "{\"title\":\"A\",\"price\":1,\"k%lu\":1}\n", i);
}


static void
json_keys_wrong(glyph_buf_t *b, unsigned long i)
{
    size_t  n;

    (void) i;
    glyph_buf_puts(b, "{\"title\":\"A\"");

    for (n = 0; n < 240; n++) {
        glyph_buf_printf(b, ",\"%zx\":1", n);
    }

    glyph_buf_puts(b, ",}\n");
}


static void
json_keys_alike(glyph_buf_t *b, unsigned long i)
{
    size_t  n;

    (void) i;
    glyph_buf_puts(b, "{\"title\":\"A\",\"price\":1");

    for (n = 0; n < 120; n++) {
        glyph_buf_printf(b, ",\" a%*s\":1,\"a_%zu\":2", (int) n, "", n);
    }

    glyph_buf_puts(b, "}\n");
}


static void
json_nested(glyph_buf_t *b, unsigned long i)
{
    (void) i;
    glyph_buf_puts(b, "{\"title\":\"A\",\"price\":1,\"x\":");
    times(b, "[", 100);
    times(b, "]", 100);
    glyph_buf_puts(b, "}\n");
}


static void
json_braces(glyph_buf_t *b, unsigned long i)
{
    (void) i;
    times(b, "{\"a\":", 60000);
    glyph_buf_puts(b, "\n");
}


static void
json_escapes(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "{\"title\":\"A%lu", i);
    times(b, "\\u00e9\\\\", 500);
    glyph_buf_puts(b, "\",\"price\":1}\n");
}


static void
json_open(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "{\"title\":\"A%lu,\n", i);
}


static void
json_numbers(glyph_buf_t *b, unsigned long i)
{
    glyph_buf_printf(b, "{\"title\":\"A%lu\",\"price\":1", i);
    times(b, "0", 500);
    glyph_buf_puts(b, "e-499}\n");
}


#define HEAD   "title,price,seller\n"
#define VALUES "title,price,condition,quantity,seen_at,currency\n"
#define LONG                                                                 \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"
#define JSON   "{\"title\":\"A\",\"price\":1}\n"
#define FORM   "--boundary\r\nContent-Disposition: form-data; name=\"f\"; "   \
               "filename=\"f\"\r\n\r\n" HEAD


static hostile_t  hostiles[] = {
    { "rows whose keys agree", HEAD, row_chosen, HEAD, row_short7 },
    { "a quote left open in each row", HEAD, row_open_quote, HEAD, row_short },
    { "a quote left open in each 64 KB", HEAD, row_one_open, HEAD, row_short },
    { "nothing but quotes", HEAD, row_quotes, HEAD, row_short },
    { "quotes inside fields", HEAD, row_stray },
    { "blank lines", HEAD, row_blank, HEAD, row_short },
    { "empty fields", "title,price,seller\n", row_commas, HEAD, row_short },
    { "titles of many words", HEAD, row_tokens },
    { "titles of words almost known", HEAD, row_near },
    { "titles of many models", HEAD, row_models },
    { "titles of digits", HEAD, row_title_digits },
    { "titles of wide characters", HEAD, row_title_high },
    { "titles of entities", HEAD, row_title_entities },
    { "titles that fold", HEAD, row_title_folded },
    { "long prices", HEAD, row_price },
    { "long values", VALUES, row_values },
    { "URLs of parameters", "title,price,url\n", row_url },
    { "URLs of slashes", "title,price,url\n", row_url_slashes },
    { "a warning in each row", HEAD, row_warnings, HEAD, row_short },
    { "an error in each row", HEAD, row_wrong, HEAD, row_short },
    { "rows that are not UTF-8", HEAD, row_invalid, HEAD, row_short },
    { "notes to be escaped", "title,price,x\nA,1,1\n", row_notes },
    { "UTF-16", "", row_utf16, HEAD, row_short, .charset = "utf-16le" },
    { "UTF-16, halves of pairs", "", row_lone, HEAD, row_short,
      .charset = "utf-16le" },
    { "windows-1252", HEAD, row_1252, HEAD, row_short,
      .charset = "windows-1252" },
    { "beginnings of a boundary", FORM, row_boundary, HEAD, row_short,
      .boundary = "boundary" },
    { "a boundary of one letter", "--" LONG "\r\nContent-Disposition: "
      "form-data; name=\"f\"; filename=\"f\"\r\n\r\n" HEAD, row_boundary_long,
      HEAD, row_short,
      .boundary = LONG },
    { "JSON", "", json_plain, "", json_plain, .format = GLYPH_FORMAT_NDJSON },
    { "keys in another order", "", json_keys_turned, "", json_plain,
      .format = GLYPH_FORMAT_NDJSON },
    { "a new key in each object", "", json_keys_new, "", json_plain,
      .format = GLYPH_FORMAT_NDJSON },
    { "new keys in wrong objects", JSON, json_keys_wrong, "", json_plain,
      .format = GLYPH_FORMAT_NDJSON },
    { "keys that are alike", "", json_keys_alike, "", json_plain,
      .format = GLYPH_FORMAT_NDJSON },
    { "nested arrays", JSON, json_nested, "", json_plain,
      .format = GLYPH_FORMAT_NDJSON },
    { "objects that never end", JSON, json_braces, "", json_plain,
      .format = GLYPH_FORMAT_NDJSON },
    { "escapes", "", json_escapes, "", json_plain,
      .format = GLYPH_FORMAT_NDJSON },
    { "texts left open", JSON, json_open, "", json_plain,
      .format = GLYPH_FORMAT_NDJSON },
    { "long numbers", JSON, json_numbers, "", json_plain,
      .format = GLYPH_FORMAT_NDJSON },
    { NULL, NULL, NULL }
};


int
main(int argc, char **argv)
{
    int                i;
    double             one, base, least;
    size_t             size;
    hostile_t         *h;
    glyph_buf_t        file, in, other;
    glyph_registry_t  *reg;
    unsigned char      secret[GLYPH_HASH_SECRET];

    if (argc < 2) {
        fprintf(stderr, "usage: hostile FILE [WHAT]\n");
        return 2;
    }

    memset(&file, 0, sizeof(glyph_buf_t));
    memset(&in, 0, sizeof(glyph_buf_t));
    memset(&other, 0, sizeof(glyph_buf_t));

    for (i = 0; i < GLYPH_HASH_SECRET; i++) {
        secret[i] = (unsigned char) rnd(256);
    }

    glyph_hash_secret_set(secret);

    hostile_slurp(argv[1], &file);
    reg = hostile_registry();
    for (h = hostiles; h->name; h++) {

        if (argc > 2 && strstr(h->name, argv[2]) == NULL) {
            continue;
        }

        glyph_buf_reset(&in);
        hostile_fill(&in, h->head, h->row, HOSTILE_SIZE);
        size = in.len;

        glyph_buf_reset(&other);

        if (h->base_row) {
            hostile_fill(&other, h->base_head, h->base_row, size);

        } else {
            glyph_buf_append(&other, file.data, size);
        }

        one = 1e9;
        base = 1e9;

        for (i = 0; i < HOSTILE_RUNS; i++) {
            least = hostile_run(h, &in, reg);
            one = least < one ? least : one;

            least = hostile_run(NULL, &other, reg);
            base = least < base ? least : base;
        }

        printf("%.2f\t%s\n", one / base, h->name);
        fflush(stdout);
    }

    glyph_registry_destroy(reg);

    return 0;
}


static void
hostile_fail(const char *what)
{
    fprintf(stderr, "hostile: %s\n", what);
    exit(1);
}


static void
hostile_slurp(const char *name, glyph_buf_t *b)
{
    FILE    *f;
    size_t   n;

    f = fopen(name, "rb");
    if (f == NULL) {
        perror(name);
        exit(1);
    }

    do {
        if (glyph_buf_reserve(b, HOSTILE_CHUNK) != GLYPH_OK) {
            hostile_fail("out of memory");
        }

        n = fread(b->data + b->len, 1, HOSTILE_CHUNK, f);
        b->len += n;

    } while (n && b->len < 4 * HOSTILE_SIZE);

    fclose(f);

    if (b->len < HOSTILE_SIZE + HOSTILE_CHUNK) {
        hostile_fail("the file is too small");
    }
}


static glyph_registry_t *
hostile_registry(void)
{
    FILE              *f;
    size_t             line, n;
    glyph_buf_t        text, error;
    glyph_registry_t  *reg;

    memset(&text, 0, sizeof(glyph_buf_t));
    memset(&error, 0, sizeof(glyph_buf_t));

    f = fopen(HOSTILE_MODELS, "rb");
    if (f == NULL) {
        perror(HOSTILE_MODELS);
        exit(1);
    }

    do {
        (void) glyph_buf_reserve(&text, HOSTILE_CHUNK);
        n = fread(text.data + text.len, 1, HOSTILE_CHUNK, f);
        text.len += n;
    } while (n);

    fclose(f);

    reg = glyph_registry_create();

    if (reg == NULL
        || glyph_registry_add(reg, text.data, text.len, &line, &error)
           != GLYPH_OK
        || glyph_registry_compile(reg, &error) != GLYPH_OK)
    {
        hostile_fail("the registry cannot be read");
    }

    glyph_buf_free(&text);

    return reg;
}


static double
hostile_seconds(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}


static void
hostile_fill(glyph_buf_t *b, const char *head, hostile_make_pt row,
    size_t size)
{
    unsigned long  i;

    if (row == row_utf16 || row == row_lone) {
        glyph_buf_append(b, "t\0i\0t\0l\0e\0,\0p\0r\0i\0c\0e\0,\0x\0\n\0",
                         28);
    }

    glyph_buf_puts(b, head);

    for (i = 0; b->len < size && i < size; i++) {
        row(b, i);
    }

    if (b->failed) {
        hostile_fail("out of memory");
    }
}


/* Seconds for one reading; h is NULL for ordinary CSV or JSON. */

static double
hostile_run(const hostile_t *h, const glyph_buf_t *in,
    const glyph_registry_t *reg)
{
    int                     rc, end;
    double                  seconds;
    glyph_code_e            code;
    glyph_sink_t            sink;
    glyph_rates_t           rates;
    hostile_block_t         block;
    glyph_pipeline_t       *p;
    const unsigned char    *pos, *last, *chunk;
    glyph_pipeline_conf_t   conf;
    glyph_pipeline_opts_t   opts;

    memset(&rates, 0, sizeof(glyph_rates_t));
    memset(&block, 0, sizeof(hostile_block_t));
    memset(&conf, 0, sizeof(glyph_pipeline_conf_t));
    memset(&opts, 0, sizeof(glyph_pipeline_opts_t));

    conf.registry = reg;
    conf.rates = &rates;
    glyph_score_defaults(&conf.score);
    conf.max_row_size = 65536;
    conf.max_columns = 256;
    conf.max_errors = UINT64_MAX;
    conf.dedup_size = 1024 * 1024;
    conf.extra = 1;

    opts.undigested = 1;
    opts.format = in->data[0] == '{' ? GLYPH_FORMAT_NDJSON : GLYPH_FORMAT_CSV;

    if (h && h->charset) {
        opts.charset.data = (unsigned char *) h->charset;
        opts.charset.len = strlen(h->charset);
    }

    if (h && h->boundary) {
        opts.boundary.data = (unsigned char *) h->boundary;
        opts.boundary.len = strlen(h->boundary);
    }

    sink.data = &block;
    sink.listing = hostile_listing;
    sink.rejected = hostile_rejected;
    sink.warning = NULL;
    sink.full = hostile_full;

    seconds = hostile_seconds();

    if (glyph_pipeline_create(&p, &conf, &opts, &code) != GLYPH_OK) {
        hostile_fail("out of memory");
    }

    pos = in->data;
    last = pos + in->len;

    do {
        chunk = last - pos > HOSTILE_CHUNK ? pos + HOSTILE_CHUNK : last;
        end = chunk == last;

        while ((rc = glyph_pipeline_run(p, &pos, chunk, end, &sink))
               == GLYPH_FULL)
        {
            glyph_buf_reset(&block.listings);
            glyph_buf_reset(&block.errors);
        }

    } while (rc == GLYPH_OK && !end);

    glyph_pipeline_destroy(p);

    seconds = hostile_seconds() - seconds;

    glyph_buf_free(&block.listings);
    glyph_buf_free(&block.errors);

    return seconds;
}


static void
hostile_listing(void *data, const glyph_listing_t *l)
{
    hostile_block_t  *block = data;

    glyph_copy_listing(&block->listings, hostile_id, l);
}


static void
hostile_rejected(void *data, const glyph_rejected_t *r)
{
    hostile_block_t  *block = data;

    glyph_copy_rejected(&block->errors, hostile_id, r);
}


static int
hostile_full(void *data)
{
    hostile_block_t  *block = data;

    return block->listings.len + block->errors.len >= HOSTILE_BLOCK;
}
