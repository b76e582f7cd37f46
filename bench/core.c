/*
 * What src/core costs alone, on one core:
 *
 *   core match FILE         the matcher, over the titles of a CSV file
 *   core copy FILE          the pipeline, from the file's bytes to COPY blocks
 *   core allocations FILE   how often it asks for memory from the file's
 *                           middle to its end, for each 1,000 rows
 *
 * A second file is the registry; else it is conf/gpu_models.csv.  The first
 * two print the seconds of processor time (so that other processes count
 * little), and how many titles or rows they were for.  The file and, for
 * "match", its titles are in memory before; the registry is compiled before.
 */

#include <stdio.h>
#include <time.h>

#include "column/glyph_column.h"
#include "out/glyph_copy.h"
#include "title/glyph_match.h"
#include "pipeline/glyph_pipeline.h"
#include "csv/glyph_reader.h"


#define BENCH_MODELS  "conf/gpu_models.csv"
#define BENCH_CHUNK   65536             /* of the body, as nginx gives it */
#define BENCH_BLOCK   (1024 * 1024)
#define BENCH_TITLES  1000000           /* at least so many are matched */


typedef struct {
    glyph_buf_t   text;                 /* all of them, one after another */
    size_t       *end;                  /* where each one ends */
    size_t        n;
} bench_titles_t;


typedef struct {
    glyph_buf_t   listings;
    glyph_buf_t   errors;
} bench_block_t;


static void bench_fail(const char *what);
static void bench_slurp(const char *name, glyph_buf_t *b);
static glyph_registry_t *bench_registry(const char *name);
static double bench_seconds(void);
static void bench_match(const glyph_registry_t *reg, const glyph_buf_t *file);
static void bench_titles(const glyph_buf_t *file, bench_titles_t *titles);
static void bench_title(bench_titles_t *titles, const glyph_str_t *title);
static void bench_copy(const glyph_registry_t *reg, const glyph_buf_t *file,
    int count);
static void bench_listing(void *data, const glyph_listing_t *l);
static void bench_rejected(void *data, const glyph_rejected_t *r);
static int bench_full(void *data);
static void bench_flush(bench_block_t *block);


static const unsigned char  bench_id[16] = { 1 };
static unsigned long long   bench_allocations;


/* linked with --wrap: every request of the core for memory comes by here */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);


void *
__wrap_malloc(size_t size)
{
    bench_allocations++;

    return __real_malloc(size);
}


void *
__wrap_calloc(size_t n, size_t size)
{
    bench_allocations++;

    return __real_calloc(n, size);
}


void *
__wrap_realloc(void *p, size_t size)
{
    bench_allocations++;

    return __real_realloc(p, size);
}


int
main(int argc, char **argv)
{
    glyph_buf_t        file;
    glyph_registry_t  *reg;

    if (argc < 3 || argc > 4
        || (strcmp(argv[1], "match") != 0 && strcmp(argv[1], "copy") != 0
            && strcmp(argv[1], "allocations") != 0))
    {
        fprintf(stderr, "usage: core match|copy|allocations FILE [MODELS]\n");
        return 2;
    }

    memset(&file, 0, sizeof(glyph_buf_t));
    bench_slurp(argv[2], &file);

    reg = bench_registry(argc == 4 ? argv[3] : BENCH_MODELS);

    if (strcmp(argv[1], "match") == 0) {
        bench_match(reg, &file);

    } else {
        bench_copy(reg, &file, argv[1][0] == 'a');
    }

    glyph_registry_destroy(reg);
    glyph_buf_free(&file);

    return 0;
}


static void
bench_fail(const char *what)
{
    fprintf(stderr, "core: %s\n", what);
    exit(1);
}


static void
bench_slurp(const char *name, glyph_buf_t *b)
{
    FILE    *f;
    size_t   n;

    f = fopen(name, "rb");
    if (f == NULL) {
        perror(name);
        exit(1);
    }

    do {
        if (glyph_buf_reserve(b, BENCH_CHUNK) != GLYPH_OK) {
            bench_fail("out of memory");
        }

        n = fread(b->data + b->len, 1, BENCH_CHUNK, f);
        b->len += n;

    } while (n);

    fclose(f);
}


static glyph_registry_t *
bench_registry(const char *name)
{
    size_t             line;
    glyph_buf_t        text, error;
    glyph_registry_t  *reg;

    memset(&text, 0, sizeof(glyph_buf_t));
    memset(&error, 0, sizeof(glyph_buf_t));

    bench_slurp(name, &text);

    reg = glyph_registry_create();

    if (reg == NULL
        || glyph_registry_add(reg, text.data, text.len, &line, &error)
           != GLYPH_OK
        || glyph_registry_compile(reg, &error) != GLYPH_OK)
    {
        bench_fail("the registry cannot be read");
    }

    glyph_buf_free(&text);
    glyph_buf_free(&error);

    return reg;
}


static double
bench_seconds(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}


static void
bench_match(const glyph_registry_t *reg, const glyph_buf_t *file)
{
    size_t            i, start, matched;
    double            seconds;
    glyph_str_t       title;
    glyph_match_t     match;
    bench_titles_t    titles;
    glyph_matcher_t  *m;

    memset(&titles, 0, sizeof(bench_titles_t));
    bench_titles(file, &titles);

    m = glyph_matcher_create(reg);
    if (m == NULL) {
        bench_fail("out of memory");
    }

    matched = 0;
    seconds = bench_seconds();

    do {
        start = 0;

        for (i = 0; i < titles.n; i++) {
            title.data = titles.text.data + start;
            title.len = titles.end[i] - start;
            start = titles.end[i];

            glyph_match(m, &title, NULL, &match);
        }

        matched += titles.n;

    } while (matched < BENCH_TITLES);

    seconds = bench_seconds() - seconds;

    printf("%.6f %zu\n", seconds, matched);

    glyph_matcher_destroy(m);
    glyph_buf_free(&titles.text);
    free(titles.end);
}


static void
bench_titles(const glyph_buf_t *file, bench_titles_t *titles)
{
    int                   rc, column;
    glyph_buf_t           detail;
    glyph_code_e          code;
    glyph_header_t       *header;
    glyph_reader_t       *rd;
    glyph_record_t        rec;
    const unsigned char  *pos, *last;

    memset(&detail, 0, sizeof(glyph_buf_t));
    header = NULL;
    column = -1;

    pos = file->data;
    last = pos + file->len;

    rd = glyph_reader_create(glyph_reader_sniff(pos, file->len), 65536, 256);
    if (rd == NULL) {
        bench_fail("out of memory");
    }

    while ((rc = glyph_reader_next(rd, &pos, last, 1, &rec)) == GLYPH_OK) {

        if (header == NULL) {

            if (rec.code != GLYPH_CODE_OK
                || glyph_header_create(&header, rec.fields, rec.nfields, NULL,
                                       &code, &detail)
                   != GLYPH_OK)
            {
                bench_fail("the file has no header");
            }

            column = glyph_header_find(header, GLYPH_COL_TITLE);

        } else if (column >= 0 && (size_t) column < rec.nfields) {
            bench_title(titles, &rec.fields[column]);
        }
    }

    if (rc == GLYPH_ERROR || titles->n == 0) {
        bench_fail("the file has no titles");
    }

    glyph_reader_destroy(rd);
    glyph_header_destroy(header);
    glyph_buf_free(&detail);
}


static void
bench_title(bench_titles_t *titles, const glyph_str_t *title)
{
    size_t  *end;

    /* room is doubled whenever n is a power of two */

    if ((titles->n & (titles->n - 1)) == 0) {
        end = realloc(titles->end,
                      (titles->n ? 2 * titles->n : 1) * sizeof(size_t));
        if (end == NULL) {
            bench_fail("out of memory");
        }

        titles->end = end;
    }

    glyph_buf_append(&titles->text, title->data, title->len);

    if (titles->text.failed) {
        bench_fail("out of memory");
    }

    titles->end[titles->n++] = titles->text.len;
}


static void
bench_copy(const glyph_registry_t *reg, const glyph_buf_t *file, int count)
{
    int                     rc, end;
    double                  seconds, rows;
    unsigned long long      half;
    glyph_code_e            code;
    glyph_sink_t            sink;
    glyph_rates_t           rates;
    bench_block_t           block;
    glyph_pipeline_t       *p;
    const unsigned char    *pos, *last, *chunk;
    glyph_pipeline_conf_t   conf;
    glyph_pipeline_opts_t   opts;

    memset(&rates, 0, sizeof(glyph_rates_t));
    memset(&block, 0, sizeof(bench_block_t));
    memset(&conf, 0, sizeof(glyph_pipeline_conf_t));
    memset(&opts, 0, sizeof(glyph_pipeline_opts_t));

    /* the module's defaults */

    conf.registry = reg;
    conf.rates = &rates;
    glyph_score_defaults(&conf.score);
    conf.max_row_size = 65536;
    conf.max_columns = 256;
    conf.max_errors = 100000;
    conf.dedup_size = 1024 * 1024;
    conf.extra = 1;

    sink.data = &block;
    sink.listing = bench_listing;
    sink.rejected = bench_rejected;
    sink.warning = NULL;
    sink.full = bench_full;

    seconds = bench_seconds();

    if (glyph_pipeline_create(&p, &conf, &opts, &code) != GLYPH_OK) {
        bench_fail("out of memory");
    }

    pos = file->data;
    last = pos + file->len;
    half = 0;

    do {
        if (half == 0 && pos - file->data > last - pos) {
            half = glyph_pipeline_totals(p)->rows;
            bench_allocations = 0;
        }

        chunk = last - pos > BENCH_CHUNK ? pos + BENCH_CHUNK : last;
        end = chunk == last;

        while ((rc = glyph_pipeline_run(p, &pos, chunk, end, &sink))
               == GLYPH_FULL)
        {
            bench_flush(&block);
        }

    } while (rc == GLYPH_OK && !end);

    bench_flush(&block);

    if (rc != GLYPH_OK) {
        bench_fail("the file is refused");
    }

    seconds = bench_seconds() - seconds;

    rows = (double) glyph_pipeline_totals(p)->rows;

    if (count) {
        rows -= (double) half;
        printf("%.3f\n", (double) bench_allocations * 1000 / rows);

    } else {
        printf("%.6f %.0f\n", seconds, rows);
    }

    glyph_pipeline_destroy(p);
    glyph_buf_free(&block.listings);
    glyph_buf_free(&block.errors);
}


static void
bench_listing(void *data, const glyph_listing_t *l)
{
    bench_block_t  *block = data;

    glyph_copy_listing(&block->listings, bench_id, l);
}


static void
bench_rejected(void *data, const glyph_rejected_t *r)
{
    bench_block_t  *block = data;

    glyph_copy_rejected(&block->errors, bench_id, r);
}


static int
bench_full(void *data)
{
    bench_block_t  *block = data;

    return block->listings.len + block->errors.len >= BENCH_BLOCK;
}


/* Where the module would hand it to its writer. */

static void
bench_flush(bench_block_t *block)
{
    if (block->listings.failed || block->errors.failed) {
        bench_fail("out of memory");
    }

    glyph_buf_reset(&block->listings);
    glyph_buf_reset(&block->errors);
}
