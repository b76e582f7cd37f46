
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "sieve_args.h"


#define SIEVE_VERSION     "0.1.0"

/* of the checkout, of the module, of the program's package */
#define SIEVE_MODELS      "conf/gpu_models.csv"
#define SIEVE_MODULE      "/etc/nginx/glyph/gpu_models.csv"
#define SIEVE_SHARED      "/usr/share/glyph/gpu_models.csv"
#define SIEVE_NUMBERS     "part_numbers.csv"    /* beside the models */

#define SIEVE_TABLE_CHUNK 65536


/* glyph_registry_add() or glyph_registry_part_numbers() */

typedef int (*sieve_table_pt)(glyph_registry_t *reg,
    const unsigned char *data, size_t len, size_t *line, glyph_buf_t *error);


static void sieve_usage(FILE *out);
static int sieve_option(sieve_asked_t *a, int c, char *arg);
static int sieve_file_option(sieve_asked_t *a, int c,
    const glyph_str_t *value);
static int sieve_currency(sieve_asked_t *a, int c, const glyph_str_t *str,
    const char **error);
static int sieve_input(sieve_asked_t *a, const char *name);
static int sieve_default_models(sieve_asked_t *a);
static int sieve_table(sieve_asked_t *a, const char *name,
    sieve_table_pt add);


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


int
sieve_args(sieve_asked_t *a, int argc, char **argv)
{
    int          c, rc, models;
    size_t       i;
    glyph_buf_t  error;

    models = 0;

    while ((c = getopt_long(argc, argv, "", sieve_options, NULL)) != -1) {

        models |= (c == 'm');
        rc = sieve_option(a, c, optarg);

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

    if (!models && sieve_default_models(a) != GLYPH_OK) {
        return SIEVE_USAGE;
    }

    for (i = 0; i < a->nnumbers; i++) {
        if (sieve_table(a, a->numbers[i], glyph_registry_part_numbers)
            != GLYPH_OK)
        {
            return SIEVE_USAGE;
        }
    }

    memset(&error, 0, sizeof(error));

    if (glyph_registry_compile(a->registry, &error) != GLYPH_OK) {
        fprintf(stderr, "glyphsieve: %.*s\n", (int) error.len,
                (char *) error.data);
        glyph_buf_free(&error);
        return SIEVE_USAGE;
    }

    glyph_buf_free(&error);

    return -1;
}


static int
sieve_option(sieve_asked_t *a, int c, char *arg)
{
    const char   *error;
    glyph_str_t   str;

    str.data = (unsigned char *) arg;
    str.len = arg ? strlen(arg) : 0;
    error = "invalid value";

    switch (c) {

    case 'm':
        return sieve_table(a, arg, glyph_registry_add) == GLYPH_OK
               ? -1 : SIEVE_USAGE;

    case 'n':
        if (a->nnumbers == SIEVE_NUMBERS_MAX) {
            fprintf(stderr, "glyphsieve: too many files of part numbers\n");
            return SIEVE_USAGE;
        }

        a->numbers[a->nnumbers++] = arg;
        return -1;

    case 's':
        if (glyph_score_set(&a->conf.score, &str, &error) == GLYPH_OK) {
            return -1;
        }
        break;

    case 'c':
    case 'u':
        if (sieve_currency(a, c, &str, &error) == GLYPH_OK) {
            return -1;
        }
        break;

    case 'e':
        a->errors_name = arg;
        return -1;

    case 'f':
        if (strcmp(arg, "csv") == 0) {
            return -1;
        }

        if (strcmp(arg, "ndjson") == 0) {
            a->format = GLYPH_OUTPUT_NDJSON;
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
        if (sieve_file_option(a, c, &str) == GLYPH_OK) {
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
sieve_file_option(sieve_asked_t *a, int c, const glyph_str_t *value)
{
    const char  *arg;

    arg = (const char *) value->data;

    switch (c) {

    case 'i':
        return sieve_input(a, arg);

    case 'd':
        if (strcmp(arg, "tab") == 0) {
            arg = "\t";
        }

        if (strlen(arg) != 1 || strchr(",;|\t", *arg) == NULL) {
            return GLYPH_BAD;
        }

        a->opts.delimiter = (unsigned char) *arg;
        return GLYPH_OK;

    case 'p':
        if (strcmp(arg, "point") != 0 && strcmp(arg, "comma") != 0) {
            return GLYPH_BAD;
        }

        a->opts.decimal = (*arg == 'p') ? GLYPH_DECIMAL_POINT
                                        : GLYPH_DECIMAL_COMMA;
        return GLYPH_OK;

    case 'o':
        a->opts.date_order = glyph_date_order(value);

        return a->opts.date_order == GLYPH_DATE_UNKNOWN ? GLYPH_BAD : GLYPH_OK;

    case 'a':
        a->opts.charset = *value;
        return GLYPH_OK;

    case 'H':
        a->opts.headless = (strcmp(arg, "none") == 0);

        return a->opts.headless ? GLYPH_OK : GLYPH_BAD;

    case 'l':
        if (atoi(arg) < 1 || atoi(arg) > GLYPH_HEADER_LINE_MAX) {
            return GLYPH_BAD;
        }

        a->opts.header_line = (unsigned char) atoi(arg);
        return GLYPH_OK;

    default:
        a->opts.map = *value;
        return GLYPH_OK;
    }
}


/* A code, or a rate, which only "--currency" may have. */

static int
sieve_currency(sieve_asked_t *a, int c, const glyph_str_t *str,
    const char **error)
{
    if (str->len == 3) {
        return glyph_currency_parse(str, c == 'c' ? a->opts.currency
                                                  : a->conf.currency)
               == GLYPH_CODE_OK
               ? GLYPH_OK : GLYPH_BAD;
    }

    return c == 'c' ? glyph_rates_set(&a->rates, str, error) : GLYPH_BAD;
}


static int
sieve_input(sieve_asked_t *a, const char *name)
{
    size_t  i;

    static const char *const  names[] = { "csv", "json", "ndjson" };

    for (i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            a->opts.format = (glyph_format_e) i;
            a->input_given = 1;
            return GLYPH_OK;
        }
    }

    return GLYPH_BAD;
}


static int
sieve_default_models(sieve_asked_t *a)
{
    size_t       i;
    const char  *name;

    static const char *const  names[] = {
        SIEVE_MODELS, SIEVE_MODULE, SIEVE_SHARED
    };

    for (i = 0; i < 2 && access(names[i], R_OK) != 0; i++) { /* void */ }

    name = names[i];

    if (a->nnumbers == 0) {
        (void) snprintf(a->beside, sizeof(a->beside), "%.*s" SIEVE_NUMBERS,
                        (int) (strrchr(name, '/') + 1 - name), name);

        if (access(a->beside, R_OK) == 0) {
            a->numbers[a->nnumbers++] = a->beside;
        }
    }

    return sieve_table(a, name, glyph_registry_add);
}


static int
sieve_table(sieve_asked_t *a, const char *name, sieve_table_pt add)
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

    while (glyph_buf_reserve(&data, SIEVE_TABLE_CHUNK) == GLYPH_OK) {
        n = fread(data.data + data.len, 1, SIEVE_TABLE_CHUNK, f);

        if (n == 0) {
            break;
        }

        data.len += n;
    }

    fclose(f);

    line = 0;
    rc = data.failed ? GLYPH_ERROR
                     : add(a->registry, data.data, data.len, &line, &error);

    if (rc != GLYPH_OK) {
        fprintf(stderr, "glyphsieve: %s:%zu: %.*s\n", name, line,
                rc == GLYPH_BAD ? (int) error.len : 13,
                rc == GLYPH_BAD ? (char *) error.data : "out of memory");
    }

    glyph_buf_free(&data);
    glyph_buf_free(&error);

    return rc;
}
