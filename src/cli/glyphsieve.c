
/*
 * glyphsieve: the pipeline on the command line, stdin to stdout.
 *
 * final_score and the duplicates' first rows are known only at the end, so
 * the rows wait in a temporary file; memory does not grow with the input.
 */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "text/glyph_hash.h"
#include "text/glyph_json.h"
#include "out/glyph_output.h"
#include "pipeline/glyph_pipeline.h"
#include "out/glyph_resend.h"
#include "out/glyph_stream.h"


#define SIEVE_VERSION     "0.1.0"

/* of the checkout, of the module, of the program's package */
#define SIEVE_MODELS      "conf/gpu_models.csv"
#define SIEVE_MODULE      "/etc/nginx/glyph/gpu_models.csv"
#define SIEVE_SHARED      "/usr/share/glyph/gpu_models.csv"
#define SIEVE_NUMBERS     "part_numbers.csv"    /* beside the models */

#define SIEVE_NUMBERS_MAX 16

#define SIEVE_CHUNK       65536
#define SIEVE_FLUSH       (256 * 1024)

#define SIEVE_REFUSED     1
#define SIEVE_USAGE       2


/* A row as it waits: this, then its two parts. */

typedef struct {
    int64_t           index;
    double            score;
    int64_t           duplicate_of;
    size_t            head;
    size_t            tail;
} sieve_row_t;


/* glyph_registry_add() or glyph_registry_part_numbers() */

typedef int (*sieve_table_pt)(glyph_registry_t *reg,
    const unsigned char *data, size_t len, size_t *line, glyph_buf_t *error);


typedef struct {
    glyph_registry_t       *registry;
    glyph_rates_t           rates;
    glyph_pipeline_conf_t   conf;
    glyph_pipeline_opts_t   opts;
    glyph_output_e          format;
    const char             *errors_name;
    const char             *numbers[SIEVE_NUMBERS_MAX];
    size_t                  nnumbers;
    char                    beside[64];     /* the default models */
    unsigned                input_given;    /* opts.format */

    size_t                  n;          /* bytes in chunk */
    unsigned char           chunk[SIEVE_CHUNK];
    glyph_pipeline_t       *pipeline;
    FILE                   *spool;
    FILE                   *errors;
    glyph_resend_t          resend;     /* of CSV */
    glyph_stream_t          stream;     /* of JSON */
    unsigned                errors_begun;
    glyph_buf_t             head;
    glyph_buf_t             tail;
    unsigned char          *firsts;     /* a bit a row: it has duplicates */
    size_t                  nfirsts;    /* bytes */
    int                     failed;     /* errno */
} sieve_t;


static int sieve_secret(void);
static void sieve_usage(FILE *out);
static int sieve_args(sieve_t *s, int argc, char **argv);
static int sieve_option(sieve_t *s, int c, char *arg);
static int sieve_file_option(sieve_t *s, int c, const glyph_str_t *value);
static int sieve_currency(sieve_t *s, int c, const glyph_str_t *str,
    const char **error);
static int sieve_input(sieve_t *s, const char *name);
static int sieve_default_models(sieve_t *s);
static int sieve_table(sieve_t *s, const char *name, sieve_table_pt add);
static int sieve_read(sieve_t *s);
static void sieve_listing(void *data, const glyph_listing_t *l);
static void sieve_first(sieve_t *s, int64_t index);
static void sieve_rejected(void *data, const glyph_rejected_t *r);
static void sieve_rejected_csv(sieve_t *s, const glyph_rejected_t *r);
static int sieve_full(void *data);
static int sieve_write(sieve_t *s);
static const char *sieve_status(sieve_t *s, const sieve_row_t *row);
static void sieve_summary(sieve_t *s);


static const struct option  sieve_options[] = {
    { "models", required_argument, NULL, 'm' },
    { "part-numbers", required_argument, NULL, 'n' },
    { "score", required_argument, NULL, 's' },
    { "currency", required_argument, NULL, 'c' },
    { "default-currency", required_argument, NULL, 'u' },
    { "errors", required_argument, NULL, 'e' },
    { "format", required_argument, NULL, 'f' },
    { "input-format", required_argument, NULL, 'i' },
    { "delimiter", required_argument, NULL, 'd' },
    { "decimal", required_argument, NULL, 'p' },
    { "date-order", required_argument, NULL, 'o' },
    { "charset", required_argument, NULL, 'a' },
    { "header", required_argument, NULL, 'H' },
    { "header-line", required_argument, NULL, 'l' },
    { "map", required_argument, NULL, 'r' },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'v' },
    { NULL, 0, NULL, 0 }
};


int
main(int argc, char **argv)
{
    int           rc;
    glyph_code_e  code;
    static sieve_t  s;

    glyph_score_defaults(&s.conf.score);
    s.conf.max_row_size = 65536;
    s.conf.max_columns = 256;
    s.conf.max_rows = INT32_MAX;
    s.conf.max_errors = UINT64_MAX;
    s.conf.dedup_size = 16 * 1024 * 1024;
    s.conf.extra = 1;
    s.conf.rates = &s.rates;

    if (sieve_secret() != GLYPH_OK) {
        return SIEVE_REFUSED;
    }

    s.registry = glyph_registry_create();
    if (s.registry == NULL) {
        return SIEVE_REFUSED;
    }

    rc = sieve_args(&s, argc, argv);

    if (rc != -1) {
        glyph_registry_destroy(s.registry);
        return rc;
    }

    s.conf.registry = s.registry;

    s.opts.undigested = 1;
    s.opts.now = (uint64_t) time(NULL) * 1000;

    s.n = fread(s.chunk, 1, SIEVE_CHUNK, stdin);

    if (!s.input_given) {
        s.opts.format = GLYPH_FORMAT_ANY;
    }

    rc = glyph_pipeline_create(&s.pipeline, &s.conf, &s.opts, &code);

    if (rc != GLYPH_OK) {
        fprintf(stderr, "glyphsieve: %s\n",
                rc == GLYPH_BAD ? glyph_code_name(code) : "out of memory");
        glyph_registry_destroy(s.registry);
        return rc == GLYPH_BAD ? SIEVE_USAGE : SIEVE_REFUSED;
    }

    rc = sieve_read(&s);

    if (rc == 0) {
        rc = sieve_write(&s);
    }

    if (s.failed) {
        fprintf(stderr, "glyphsieve: %s\n", strerror(s.failed));
        rc = SIEVE_REFUSED;
    }

    if (s.spool) {
        fclose(s.spool);
    }

    free(s.firsts);
    glyph_buf_free(&s.head);
    glyph_buf_free(&s.tail);
    glyph_pipeline_destroy(s.pipeline);
    glyph_registry_destroy(s.registry);

    return rc;
}


static int
sieve_secret(void)
{
    unsigned char  secret[GLYPH_HASH_SECRET];

    if (getrandom(secret, sizeof(secret), 0) != sizeof(secret)) {
        perror("glyphsieve: getrandom() failed");
        return GLYPH_ERROR;
    }

    glyph_hash_secret_set(secret);

    return GLYPH_OK;
}


static void
sieve_usage(FILE *out)
{
    fputs("usage: glyphsieve [options] < in > out\n"
          "\n"
          "  --models FILE       registry of models, again for one that adds\n"
          "                      and overrides; without it the first there is\n"
          "                      of " SIEVE_MODELS ",\n"
          "                      " SIEVE_MODULE ",\n"
          "                      " SIEVE_SHARED "\n"
          "  --part-numbers FILE makers' numbers of models; without --models\n"
          "                      " SIEVE_NUMBERS " beside them\n"
          "  --score KEY=VALUE   a weight or maximum, such as vram_max=96\n"
          "  --currency EUR=1.08 a rate to USD\n"
          "  --currency EUR      of prices that do not say theirs\n"
          "  --default-currency EUR\n"
          "                      to be assumed for them (default: USD)\n"
          "  --errors FILE       rejected rows: of CSV as CSV, else as NDJSON\n"
          "  --input-format F    csv, json or ndjson (default: found)\n"
          "  --format FORMAT     of the output: csv (default) or ndjson\n"
          "  --delimiter C       one of , ; | tab (default: found)\n"
          "  --decimal MARK      point or comma (default: found)\n"
          "  --date-order ORDER  dmy, mdy or ymd (default: found)\n"
          "  --charset NAME      of the input (default: by byte order mark,\n"
          "                      else utf-8)\n"
          "  --header none       there is none: --map has places\n"
          "  --header-line N     the header's, if it is not the first\n"
          "  --map FROM:TO,...   names of columns, such as Preis:price\n"
          "  --help, --version\n"
          "\n"
          "Exits with 0; 1 when the file is refused; 2 for wrong options.\n",
          out);
}


/* -1: go on; else the exit code. */

static int
sieve_args(sieve_t *s, int argc, char **argv)
{
    int          c, rc, models;
    size_t       i;
    glyph_buf_t  error;

    models = 0;

    while ((c = getopt_long(argc, argv, "", sieve_options, NULL)) != -1) {

        models |= (c == 'm');
        rc = sieve_option(s, c, optarg);

        if (rc != -1) {
            return rc;
        }
    }

    if (optind < argc) {
        fprintf(stderr, "glyphsieve: unexpected argument \"%s\"\n",
                argv[optind]);
        sieve_usage(stderr);
        return SIEVE_USAGE;
    }

    if (!models && sieve_default_models(s) != GLYPH_OK) {
        return SIEVE_USAGE;
    }

    for (i = 0; i < s->nnumbers; i++) {
        if (sieve_table(s, s->numbers[i], glyph_registry_part_numbers)
            != GLYPH_OK)
        {
            return SIEVE_USAGE;
        }
    }

    memset(&error, 0, sizeof(error));

    if (glyph_registry_compile(s->registry, &error) != GLYPH_OK) {
        fprintf(stderr, "glyphsieve: %.*s\n", (int) error.len,
                (char *) error.data);
        glyph_buf_free(&error);
        return SIEVE_USAGE;
    }

    glyph_buf_free(&error);

    return -1;
}


static int
sieve_option(sieve_t *s, int c, char *arg)
{
    const char   *error;
    glyph_str_t   str;

    str.data = (unsigned char *) arg;
    str.len = arg ? strlen(arg) : 0;
    error = "invalid value";

    switch (c) {

    case 'm':
        return sieve_table(s, arg, glyph_registry_add) == GLYPH_OK
               ? -1 : SIEVE_USAGE;

    case 'n':
        if (s->nnumbers == SIEVE_NUMBERS_MAX) {
            fprintf(stderr, "glyphsieve: too many files of part numbers\n");
            return SIEVE_USAGE;
        }

        s->numbers[s->nnumbers++] = arg;
        return -1;

    case 's':
        if (glyph_score_set(&s->conf.score, &str, &error) == GLYPH_OK) {
            return -1;
        }
        break;

    case 'c':
    case 'u':
        if (sieve_currency(s, c, &str, &error) == GLYPH_OK) {
            return -1;
        }
        break;

    case 'e':
        s->errors_name = arg;
        return -1;

    case 'f':
        if (strcmp(arg, "csv") == 0) {
            return -1;
        }

        if (strcmp(arg, "ndjson") == 0) {
            s->format = GLYPH_OUTPUT_NDJSON;
            return -1;
        }
        break;

    case 'i':
    case 'd':
    case 'p':
    case 'o':
    case 'a':
    case 'H':
    case 'l':
    case 'r':
        if (sieve_file_option(s, c, &str) == GLYPH_OK) {
            return -1;
        }
        break;

    case 'h':
        sieve_usage(stdout);
        return 0;

    case 'v':
        puts("glyphsieve " SIEVE_VERSION);
        return 0;

    default:
        sieve_usage(stderr);
        return SIEVE_USAGE;
    }

    fprintf(stderr, "glyphsieve: \"%s\": %s\n", arg, error);

    return SIEVE_USAGE;
}


/* What says how the file is to be read.  GLYPH_BAD: no such value. */

static int
sieve_file_option(sieve_t *s, int c, const glyph_str_t *value)
{
    const char  *arg;

    arg = (const char *) value->data;

    switch (c) {

    case 'i':
        return sieve_input(s, arg);

    case 'd':
        if (strcmp(arg, "tab") == 0) {
            arg = "\t";
        }

        if (strlen(arg) != 1 || strchr(",;|\t", *arg) == NULL) {
            return GLYPH_BAD;
        }

        s->opts.delimiter = (unsigned char) *arg;
        return GLYPH_OK;

    case 'p':
        if (strcmp(arg, "point") != 0 && strcmp(arg, "comma") != 0) {
            return GLYPH_BAD;
        }

        s->opts.decimal = (*arg == 'p') ? GLYPH_DECIMAL_POINT
                                        : GLYPH_DECIMAL_COMMA;
        return GLYPH_OK;

    case 'o':
        s->opts.date_order = glyph_date_order(value);

        return s->opts.date_order == GLYPH_DATE_UNKNOWN ? GLYPH_BAD : GLYPH_OK;

    case 'a':
        s->opts.charset = *value;
        return GLYPH_OK;

    case 'H':
        s->opts.headless = (strcmp(arg, "none") == 0);

        return s->opts.headless ? GLYPH_OK : GLYPH_BAD;

    case 'l':
        if (atoi(arg) < 1 || atoi(arg) > GLYPH_HEADER_LINE_MAX) {
            return GLYPH_BAD;
        }

        s->opts.header_line = (unsigned char) atoi(arg);
        return GLYPH_OK;

    default:
        s->opts.map = *value;
        return GLYPH_OK;
    }
}


/* A code, or a rate, which only "--currency" may have. */

static int
sieve_currency(sieve_t *s, int c, const glyph_str_t *str, const char **error)
{
    if (str->len == 3) {
        return glyph_currency_parse(str, c == 'c' ? s->opts.currency
                                                  : s->conf.currency)
               == GLYPH_CODE_OK
               ? GLYPH_OK : GLYPH_BAD;
    }

    return c == 'c' ? glyph_rates_set(&s->rates, str, error) : GLYPH_BAD;
}


static int
sieve_input(sieve_t *s, const char *name)
{
    size_t  i;

    static const char *const  names[] = { "csv", "json", "ndjson" };

    for (i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            s->opts.format = (glyph_format_e) i;
            s->input_given = 1;
            return GLYPH_OK;
        }
    }

    return GLYPH_BAD;
}


static int
sieve_default_models(sieve_t *s)
{
    size_t       i;
    const char  *name;

    static const char *const  names[] = {
        SIEVE_MODELS, SIEVE_MODULE, SIEVE_SHARED
    };

    for (i = 0; i < 2 && access(names[i], R_OK) != 0; i++) { /* void */ }

    name = names[i];

    if (s->nnumbers == 0) {
        (void) snprintf(s->beside, sizeof(s->beside), "%.*s" SIEVE_NUMBERS,
                        (int) (strrchr(name, '/') + 1 - name), name);

        if (access(s->beside, R_OK) == 0) {
            s->numbers[s->nnumbers++] = s->beside;
        }
    }

    return sieve_table(s, name, glyph_registry_add);
}


static int
sieve_table(sieve_t *s, const char *name, sieve_table_pt add)
{
    int           rc;
    FILE         *f;
    size_t        n, line;
    glyph_buf_t   data, error;

    f = fopen(name, "rb");

    if (f == NULL) {
        fprintf(stderr, "glyphsieve: %s: %s\n", name, strerror(errno));
        return GLYPH_ERROR;
    }

    memset(&data, 0, sizeof(data));
    memset(&error, 0, sizeof(error));

    while (glyph_buf_reserve(&data, SIEVE_CHUNK) == GLYPH_OK) {
        n = fread(data.data + data.len, 1, SIEVE_CHUNK, f);

        if (n == 0) {
            break;
        }

        data.len += n;
    }

    fclose(f);

    line = 0;
    rc = data.failed ? GLYPH_ERROR
                     : add(s->registry, data.data, data.len, &line, &error);

    if (rc != GLYPH_OK) {
        fprintf(stderr, "glyphsieve: %s:%zu: %.*s\n", name, line,
                rc == GLYPH_BAD ? (int) error.len : 13,
                rc == GLYPH_BAD ? (char *) error.data : "out of memory");
    }

    glyph_buf_free(&data);
    glyph_buf_free(&error);

    return rc;
}


static int
sieve_read(sieve_t *s)
{
    int                    rc;
    size_t                 n;
    glyph_sink_t           sink;
    const unsigned char   *pos;

    sink.data = s;
    sink.listing = sieve_listing;
    sink.rejected = sieve_rejected;
    sink.warning = NULL;
    sink.full = sieve_full;

    s->spool = tmpfile();

    if (s->errors_name) {
        s->errors = fopen(s->errors_name, "wb");
    }

    if (s->spool == NULL || (s->errors_name && s->errors == NULL)) {
        s->failed = errno;
        return SIEVE_REFUSED;
    }

    glyph_stream_init(&s->stream, GLYPH_OUTPUT_NDJSON);
    s->stream.errors = 1;

    do {
        n = s->n;
        pos = s->chunk;

        rc = glyph_pipeline_run(s->pipeline, &pos, pos + n, n == 0, &sink);

        s->n = fread(s->chunk, 1, SIEVE_CHUNK, stdin);

    } while (rc == GLYPH_OK && n && !s->failed);

    if (ferror(stdin) || s->head.failed || s->tail.failed) {
        s->failed = errno ? errno : ENOMEM;
    }

    if (s->errors && fclose(s->errors) != 0) {
        s->failed = errno;
    }

    if (rc == GLYPH_BAD) {
        fprintf(stderr, "glyphsieve: %s: %.*s\n",
                glyph_code_name(glyph_pipeline_code(s->pipeline)),
                (int) glyph_pipeline_detail(s->pipeline)->len,
                glyph_pipeline_detail(s->pipeline)->data);
    }

    sieve_summary(s);

    return rc == GLYPH_OK ? 0 : SIEVE_REFUSED;
}


static void
sieve_listing(void *data, const glyph_listing_t *l)
{
    sieve_t      *s = data;
    sieve_row_t   row;

    glyph_buf_reset(&s->head);
    glyph_buf_reset(&s->tail);

    glyph_output_head(&s->head, s->format, l);
    glyph_output_tail(&s->tail, s->format, l);

    row.index = l->import_index;
    row.score = l->score.score;
    row.duplicate_of = l->duplicate_of;
    row.head = s->head.len;
    row.tail = s->tail.len;

    if (l->duplicate_of >= 0) {
        sieve_first(s, l->duplicate_of);
    }

    if (fwrite(&row, sizeof(row), 1, s->spool) != 1
        || fwrite(s->head.data, 1, s->head.len, s->spool) != s->head.len
        || fwrite(s->tail.data, 1, s->tail.len, s->spool) != s->tail.len)
    {
        s->failed = errno;
    }
}


static void
sieve_first(sieve_t *s, int64_t index)
{
    size_t          size;
    unsigned char  *bits;

    if ((size_t) index / 8 >= s->nfirsts) {
        size = (size_t) index / 4 + 1024;

        bits = realloc(s->firsts, size);
        if (bits == NULL) {
            s->failed = ENOMEM;
            return;
        }

        memset(bits + s->nfirsts, 0, size - s->nfirsts);

        s->firsts = bits;
        s->nfirsts = size;
    }

    s->firsts[index / 8] |= (unsigned char) (1 << index % 8);
}


static void
sieve_rejected(void *data, const glyph_rejected_t *r)
{
    sieve_t      *s = data;
    glyph_buf_t  *b;

    if (s->errors == NULL) {
        return;
    }

    b = &s->head;
    glyph_buf_reset(b);

    if (glyph_pipeline_format(s->pipeline) == GLYPH_FORMAT_CSV) {
        sieve_rejected_csv(s, r);

    } else {
        glyph_stream_rejected(&s->stream, b, r);
    }

    if (fwrite(b->data, 1, b->len, s->errors) != b->len) {
        s->failed = errno;
    }
}


/* The original bytes, so that the file can be mended and read again. */

static void
sieve_rejected_csv(sieve_t *s, const glyph_rejected_t *r)
{
    size_t        i;
    glyph_str_t   codes, messages;
    glyph_buf_t  *b, *text;

    b = &s->head;
    text = &s->tail;
    glyph_buf_reset(text);

    for (i = 0; i < r->n; i++) {
        glyph_buf_puts(text, i ? " " : "");
        glyph_buf_puts(text, glyph_code_name(r->errors[i].code));
    }

    codes.len = text->len;

    for (i = 0; i < r->n; i++) {
        glyph_buf_puts(text, i ? "; " : "");

        if (r->errors[i].column < GLYPH_COL_N) {
            glyph_buf_puts(text, glyph_column_name(r->errors[i].column));
            glyph_buf_puts(text, ": ");
        }

        glyph_buf_puts(text, glyph_code_text(r->errors[i].code));
    }

    codes.data = text->data;
    messages.data = text->data + codes.len;
    messages.len = text->len - codes.len;

    if (!s->errors_begun) {
        s->errors_begun = 1;

        glyph_resend_init(&s->resend, glyph_pipeline_head(s->pipeline),
                          glyph_pipeline_delimiter(s->pipeline), 0);
        glyph_resend_header(&s->resend, b);
    }

    glyph_resend_record(&s->resend, b, &r->raw, r->line, &codes, &messages);
}


static int
sieve_full(void *data)
{
    return 0;
}


static int
sieve_write(sieve_t *s)
{
    double                 range, final;
    glyph_buf_t           *b;
    sieve_row_t            row;
    const glyph_totals_t  *t;

    b = &s->head;
    t = glyph_pipeline_totals(s->pipeline);
    range = t->score_max - t->score_min;

    glyph_buf_reset(b);
    glyph_output_header(b, s->format);

    rewind(s->spool);

    while (fread(&row, sizeof(row), 1, s->spool) == 1) {

        final = range > 0 ? 100 * (row.score - t->score_min) / range : 50;

        if (glyph_buf_reserve(b, row.head + row.tail + 1024) != GLYPH_OK
            || fread(b->data + b->len, 1, row.head, s->spool) != row.head)
        {
            s->failed = ENOMEM;
            return SIEVE_REFUSED;
        }

        b->len += row.head;
        glyph_output_final(b, s->format, final, sieve_status(s, &row));

        if (glyph_buf_reserve(b, row.tail) != GLYPH_OK
            || fread(b->data + b->len, 1, row.tail, s->spool) != row.tail)
        {
            s->failed = ENOMEM;
            return SIEVE_REFUSED;
        }

        b->len += row.tail;

        if (b->len >= SIEVE_FLUSH) {

            if (fwrite(b->data, 1, b->len, stdout) != b->len) {
                s->failed = errno;
                return SIEVE_REFUSED;
            }

            glyph_buf_reset(b);
        }
    }

    if (fwrite(b->data, 1, b->len, stdout) != b->len || fflush(stdout) != 0) {
        s->failed = errno;
        return SIEVE_REFUSED;
    }

    return 0;
}


static const char *
sieve_status(sieve_t *s, const sieve_row_t *row)
{
    if (row->duplicate_of >= 0) {
        return "DUPLICATE_SECONDARY";
    }

    if ((size_t) row->index / 8 < s->nfirsts
        && s->firsts[row->index / 8] & 1 << row->index % 8)
    {
        return "DUPLICATE_PRIMARY";
    }

    return "UNIQUE";
}


static void
sieve_summary(sieve_t *s)
{
    const glyph_totals_t  *t;

    t = glyph_pipeline_totals(s->pipeline);

    glyph_buf_reset(&s->head);
    glyph_pipeline_notes(s->pipeline, &s->head);

    if (s->head.len) {
        fwrite(s->head.data, 1, s->head.len, stderr);
    }

    fprintf(stderr, "glyphsieve: %llu rows: %llu listings, %llu rejected, "
            "%llu warnings", (unsigned long long) t->rows,
            (unsigned long long) t->valid, (unsigned long long) t->invalid,
            (unsigned long long) t->warnings);

    if (t->skipped) {
        fprintf(stderr, "; %llu records skipped",
                (unsigned long long) t->skipped);
    }

    fputc('\n', stderr);
}
