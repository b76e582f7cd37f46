#include "body/glyph_form_opts.h"
#include "text/glyph_json.h"


typedef int (*glyph_form_opts_pt)(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);

typedef struct {
    glyph_str_t         name;
    glyph_form_opts_pt  set;        /* NULL: it says how the body is read */
    const char         *expects;
} glyph_form_opt_t;


static const glyph_form_opt_t *glyph_form_opts_find(const glyph_str_t *name);
static int glyph_form_opts_delimiter(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);
static int glyph_form_opts_decimal(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);
static int glyph_form_opts_charset(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);
static int glyph_form_opts_date_order(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);
static int glyph_form_opts_currency(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);
static int glyph_form_opts_header(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);
static int glyph_form_opts_header_line(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);
static int glyph_form_opts_map(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);
static int glyph_form_opts_reject(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);
static int glyph_form_opts_max_errors(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);
static int glyph_form_opts_ratio(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);
static int glyph_form_opts_stage(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value);
static int glyph_form_opts_is(const glyph_str_t *value, const char *text);
static int glyph_form_opts_number(const glyph_str_t *value, uint64_t *n);


static const glyph_form_opt_t  glyph_form_opts[] = {
    { glyph_string("delimiter"), glyph_form_opts_delimiter,
      "one of \",\", \";\", \"|\", \"tab\"" },
    { glyph_string("decimal"), glyph_form_opts_decimal,
      "\"point\" or \"comma\"" },
    { glyph_string("date_order"), glyph_form_opts_date_order,
      "\"dmy\", \"mdy\" or \"ymd\"" },
    { glyph_string("charset"), glyph_form_opts_charset,
      "the name of a charset" },
    { glyph_string("currency"), glyph_form_opts_currency,
      "a currency, such as \"EUR\"" },
    { glyph_string("header"), glyph_form_opts_header,
      "\"none\" or \"first\"" },
    { glyph_string("header_line"), glyph_form_opts_header_line,
      "the number of a line, from 1 to 200" },
    { glyph_string("map"), glyph_form_opts_map,
      "pairs such as \"Preis:price,Titel:title\"" },
    { glyph_string("reject"), glyph_form_opts_reject,
      "\"unknown\", \"not_gpu\" or \"unknown,not_gpu\"" },
    { glyph_string("max_errors"), glyph_form_opts_max_errors,
      "a number of rows" },
    { glyph_string("max_error_ratio"), glyph_form_opts_ratio,
      "a number from 0 to 1" },
    { glyph_string("stage"), glyph_form_opts_stage,
      "\"raw\" or \"scored\"" },
    { glyph_string("background"), NULL, NULL },
    { glyph_string("dry_run"), NULL, NULL },
    { glyph_string("filename"), NULL, NULL },
    { glyph_string("columns"), NULL, NULL },
    { glyph_string("errors"), NULL, NULL },
    { glyph_string("stream"), NULL, NULL },
    { glyph_string(""), NULL, NULL }
};


int
glyph_form_opts_known(const glyph_str_t *name)
{
    return glyph_form_opts_find(name)->name.len != 0;
}


int
glyph_form_opts_early(const glyph_str_t *name)
{
    const glyph_form_opt_t  *o;

    o = glyph_form_opts_find(name);

    return o->name.len && o->set == NULL;
}


/* The last one, without a name: it is none. */

static const glyph_form_opt_t *
glyph_form_opts_find(const glyph_str_t *name)
{
    const glyph_form_opt_t  *o;

    for (o = glyph_form_opts; o->name.len; o++) {
        if (glyph_str_eq(name, &o->name)) {
            break;
        }
    }

    return o;
}


int
glyph_form_opts_set(glyph_pipeline_opts_t *opts, const glyph_str_t *name,
    const glyph_str_t *value, glyph_buf_t *detail)
{
    const glyph_form_opt_t  *o;

    o = glyph_form_opts_find(name);

    if (o->name.len == 0
        || (o->set ? o->set(opts, value) == GLYPH_OK : opts->early))
    {
        return GLYPH_OK;
    }

    glyph_buf_puts(detail, "form field ");
    glyph_json_string(detail, name->data, name->len);

    if (o->set == NULL) {
        glyph_buf_puts(detail, " says how the form is read, which has begun: "
                       "put it at the form's beginning, which may not be "
                       "encoded, or say it in the query, ?");
        glyph_buf_append(detail, name->data, name->len);
        glyph_buf_puts(detail, "=…");

    } else {
        glyph_buf_puts(detail, " must be ");
        glyph_buf_puts(detail, o->expects);
    }

    return GLYPH_BAD;
}


static int
glyph_form_opts_delimiter(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value)
{
    if (glyph_form_opts_is(value, "tab")) {
        opts->delimiter = '\t';
        return GLYPH_OK;
    }

    if (value->len == 1 && memchr(",;|\t", *value->data, 4)) {
        opts->delimiter = *value->data;
        return GLYPH_OK;
    }

    return GLYPH_BAD;
}


static int
glyph_form_opts_decimal(glyph_pipeline_opts_t *opts, const glyph_str_t *value)
{
    if (glyph_form_opts_is(value, "point")) {
        opts->decimal = GLYPH_DECIMAL_POINT;
        return GLYPH_OK;
    }

    if (glyph_form_opts_is(value, "comma")) {
        opts->decimal = GLYPH_DECIMAL_COMMA;
        return GLYPH_OK;
    }

    return GLYPH_BAD;
}


static int
glyph_form_opts_charset(glyph_pipeline_opts_t *opts, const glyph_str_t *value)
{
    opts->charset = *value;

    return value->len ? GLYPH_OK : GLYPH_BAD;
}


static int
glyph_form_opts_date_order(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value)
{
    opts->date_order = glyph_date_order(value);

    return opts->date_order == GLYPH_DATE_UNKNOWN ? GLYPH_BAD : GLYPH_OK;
}


static int
glyph_form_opts_currency(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value)
{
    return value->len && glyph_currency_parse(value, opts->currency)
                         == GLYPH_CODE_OK
           ? GLYPH_OK : GLYPH_BAD;
}


static int
glyph_form_opts_header(glyph_pipeline_opts_t *opts, const glyph_str_t *value)
{
    opts->headless = glyph_form_opts_is(value, "none") != 0;

    return opts->headless || glyph_form_opts_is(value, "first")
           ? GLYPH_OK : GLYPH_BAD;
}


static int
glyph_form_opts_header_line(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value)
{
    uint64_t  n;

    if (glyph_form_opts_number(value, &n) != GLYPH_OK
        || n < 1 || n > GLYPH_HEADER_LINE_MAX)
    {
        return GLYPH_BAD;
    }

    opts->header_line = (unsigned char) n;

    return GLYPH_OK;
}


static int
glyph_form_opts_map(glyph_pipeline_opts_t *opts, const glyph_str_t *value)
{
    opts->map = *value;

    return GLYPH_OK;
}


static int
glyph_form_opts_reject(glyph_pipeline_opts_t *opts, const glyph_str_t *value)
{
    int  both;

    both = glyph_form_opts_is(value, "unknown,not_gpu")
           || glyph_form_opts_is(value, "not_gpu,unknown");

    opts->reject_unknown |= both || glyph_form_opts_is(value, "unknown");
    opts->reject_not_gpu |= both || glyph_form_opts_is(value, "not_gpu");

    return opts->reject_unknown || opts->reject_not_gpu || value->len == 0
           ? GLYPH_OK : GLYPH_BAD;
}


/* The location's limit stays one: see the pipeline. */

static int
glyph_form_opts_max_errors(glyph_pipeline_opts_t *opts,
    const glyph_str_t *value)
{
    uint64_t  n;

    if (glyph_form_opts_number(value, &n) != GLYPH_OK) {
        return GLYPH_BAD;
    }

    opts->strict |= (n == 0);

    if (n && n < opts->max_errors) {
        opts->max_errors = n;
    }

    return GLYPH_OK;
}


/* "0", "1", or one with so many digits behind a point. */

static int
glyph_form_opts_ratio(glyph_pipeline_opts_t *opts, const glyph_str_t *value)
{
    double       ratio, unit;
    uint64_t     n;
    glyph_str_t  digits;

    digits.data = value->data + 1;
    digits.len = value->len ? value->len - 1 : 0;

    if (value->len == 0 || (*value->data != '0' && *value->data != '1')) {
        return GLYPH_BAD;
    }

    n = 0;

    if (digits.len) {

        if (*digits.data++ != '.') {
            return GLYPH_BAD;
        }

        digits.len--;

        if (glyph_form_opts_number(&digits, &n) != GLYPH_OK) {
            return GLYPH_BAD;
        }
    }

    for (unit = 1; digits.len; digits.len--) {
        unit *= 10;
    }

    ratio = (*value->data - '0') + (double) n / unit;

    opts->strict |= (ratio == 0);
    opts->max_error_ratio = ratio;

    return ratio <= 1 ? GLYPH_OK : GLYPH_BAD;
}


static int
glyph_form_opts_stage(glyph_pipeline_opts_t *opts, const glyph_str_t *value)
{
    opts->scored = glyph_form_opts_is(value, "scored") != 0;

    return opts->scored || glyph_form_opts_is(value, "raw")
           ? GLYPH_OK : GLYPH_BAD;
}


static int
glyph_form_opts_is(const glyph_str_t *value, const char *text)
{
    return value->len == strlen(text)
           && memcmp(value->data, text, value->len) == 0;
}


static int
glyph_form_opts_number(const glyph_str_t *value, uint64_t *n)
{
    size_t  i;

    *n = 0;

    if (value->len == 0 || value->len > 9) {
        return GLYPH_BAD;
    }

    for (i = 0; i < value->len; i++) {

        if (value->data[i] < '0' || value->data[i] > '9') {
            return GLYPH_BAD;
        }

        *n = *n * 10 + value->data[i] - '0';
    }

    return GLYPH_OK;
}
