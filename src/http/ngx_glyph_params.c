
/*
 * The parameters of an upload, which are those of its query string.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_options.h"
#include "ngx_glyph_source.h"
#include "core/text/glyph_near.h"


#define NGX_GLYPH_LABEL_MAX     1024
#define NGX_GLYPH_METADATA_MAX  16384


typedef ngx_int_t (*ngx_glyph_option_pt)(ngx_glyph_order_t *order,
    ngx_str_t *value);

typedef struct {
    ngx_str_t                  name;
    ngx_glyph_option_pt        handler;
    const char                *expects;
    ngx_uint_t                 where;
} ngx_glyph_option_t;


static ngx_uint_t ngx_glyph_params_where(ngx_glyph_order_t *order);
static ngx_glyph_option_t *ngx_glyph_params_find(ngx_glyph_order_t *order,
    ngx_str_t *name);
static ngx_int_t ngx_glyph_params_unknown(ngx_http_request_t *r,
    ngx_uint_t where, ngx_str_t *name);

static ngx_int_t ngx_glyph_option_delimiter(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_decimal(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_date_order(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_currency(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_charset(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_header(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_header_line(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_map(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_reject(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_stage(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_max_errors(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_max_error_ratio(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_background(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_filename(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_source_label(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_campaign_id(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_metadata(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_dry_run(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_path(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_columns(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_errors(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_stream(ngx_glyph_order_t *order,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_text(ngx_glyph_order_t *order, ngx_str_t *to,
    ngx_str_t *value, size_t max);


static ngx_glyph_option_t  ngx_glyph_known_options[] = {

    { ngx_string("delimiter"), ngx_glyph_option_delimiter,
      "one of \",\", \";\", \"|\", \"tab\"", NGX_GLYPH_PARAM_ALL },

    { ngx_string("decimal"), ngx_glyph_option_decimal,
      "\"point\" or \"comma\"", NGX_GLYPH_PARAM_ALL },

    { ngx_string("date_order"), ngx_glyph_option_date_order,
      "\"dmy\", \"mdy\" or \"ymd\"", NGX_GLYPH_PARAM_ALL },

    { ngx_string("currency"), ngx_glyph_option_currency,
      "a code such as \"EUR\"", NGX_GLYPH_PARAM_ALL },

    { ngx_string("charset"), ngx_glyph_option_charset,
      "the name of a charset", NGX_GLYPH_PARAM_ALL },

    { ngx_string("header"), ngx_glyph_option_header,
      "\"none\", or \"first\" as without it", NGX_GLYPH_PARAM_ALL },

    { ngx_string("header_line"), ngx_glyph_option_header_line,
      "the number of a line, from 1 to 200", NGX_GLYPH_PARAM_ALL },

    { ngx_string("map"), ngx_glyph_option_map,
      "pairs such as \"Preis:price,Titel:title\"", NGX_GLYPH_PARAM_ALL },

    { ngx_string("reject"), ngx_glyph_option_reject,
      "\"unknown\", \"not_gpu\" or \"unknown,not_gpu\"", NGX_GLYPH_PARAM_ALL },

    { ngx_string("stage"), ngx_glyph_option_stage,
      "\"raw\" or \"scored\"", NGX_GLYPH_PARAM_ALL },

    { ngx_string("max_errors"), ngx_glyph_option_max_errors,
      "a number of rows", NGX_GLYPH_PARAM_ALL },

    { ngx_string("max_error_ratio"), ngx_glyph_option_max_error_ratio,
      "a number from 0 to 1", NGX_GLYPH_PARAM_ALL },

    { ngx_string("background"), ngx_glyph_option_background,
      "\"true\" or \"false\"", NGX_GLYPH_PARAM_IMPORTS },

    { ngx_string("filename"), ngx_glyph_option_filename,
      "UTF-8 text of at most 1024 bytes", NGX_GLYPH_PARAM_IMPORTS },

    { ngx_string("source_label"), ngx_glyph_option_source_label,
      "UTF-8 text of at most 1024 bytes", NGX_GLYPH_PARAM_IMPORTS },

    { ngx_string("campaign_id"), ngx_glyph_option_campaign_id,
      "UTF-8 text of at most 1024 bytes", NGX_GLYPH_PARAM_IMPORTS },

    { ngx_string("metadata"), ngx_glyph_option_metadata,
      "a JSON object of at most 16384 bytes and 32 levels",
      NGX_GLYPH_PARAM_IMPORTS },

    { ngx_string("dry_run"), ngx_glyph_option_dry_run,
      "\"true\" or \"false\"", NGX_GLYPH_PARAM_IMPORTS },

    { ngx_string("path"), ngx_glyph_option_path,
      "the name of a file below the place for them, without \"..\"",
      NGX_GLYPH_PARAM_SOURCE },

    { ngx_string("columns"), ngx_glyph_option_columns,
      "names of columns", NGX_GLYPH_PARAM_TRANSFORM },

    { ngx_string("errors"), ngx_glyph_option_errors,
      "\"omit\" or \"include\"", NGX_GLYPH_PARAM_TRANSFORM },

    { ngx_string("stream"), ngx_glyph_option_stream,
      "\"on\" or \"off\"", NGX_GLYPH_PARAM_TRANSFORM },

    { ngx_null_string, NULL, NULL, 0 }
};


ngx_int_t
ngx_glyph_params(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    uint32_t             seen;
    ngx_int_t            rc;
    ngx_str_t            args, name, value;
    ngx_uint_t           i;
    ngx_glyph_option_t  *o;

    order->params = ngx_glyph_params_where(order);

    args = r->args;
    seen = 0;

    for ( ;; ) {
        rc = ngx_glyph_arg_next(r, &args, &name, &value);

        if (rc == NGX_DONE) {
            return NGX_DECLINED;
        }

        if (rc == NGX_ERROR) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        o = ngx_glyph_params_find(order, &name);

        if (o == NULL) {
            return ngx_glyph_params_unknown(r, order->params, &name);
        }

        i = o - ngx_glyph_known_options;

        if (seen & (1 << i)) {
            return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_REPEATED,
                                      "parameter \"%V\" is there twice",
                                      &name);
        }

        seen |= 1 << i;

        rc = o->handler(order, &value);

        if (rc == NGX_ERROR) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        if (rc == NGX_DECLINED) {
            return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_INVALID,
                                      "parameter \"%V\" is \"%V\", must be %s",
                                      &name, &value, o->expects);
        }
    }
}


static ngx_uint_t
ngx_glyph_params_where(ngx_glyph_order_t *order)
{
    if (order->output) {
        return order->output->params;
    }

    return order->asked->conf->import_root.len ? NGX_GLYPH_PARAM_SOURCE
                                               : NGX_GLYPH_PARAM_IMPORT;
}


ngx_int_t
ngx_glyph_params_field(ngx_http_request_t *r, ngx_glyph_order_t *order,
    ngx_str_t *name, ngx_str_t *value)
{
    ngx_int_t            rc;
    ngx_str_t            detail;
    glyph_code_e         code;
    ngx_glyph_option_t  *o;
    u_char               buf[512];

    o = ngx_glyph_params_find(order, name);

    if (o == NULL) {
        code = GLYPH_MULTIPART_FIELD_UNKNOWN;
        detail.len = ngx_snprintf(buf, sizeof(buf),
                                  "form field \"%V\" is no option of this "
                                  "place", name)
                     - buf;

    } else {
        rc = o->handler(order, value);

        if (rc != NGX_DECLINED) {
            return rc == NGX_OK ? NGX_DECLINED
                                : NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        code = GLYPH_MULTIPART_FIELD_INVALID;
        detail.len = ngx_snprintf(buf, sizeof(buf),
                                  "form field \"%V\" must be %s", name,
                                  o->expects)
                     - buf;
    }

    detail.data = buf;

    return ngx_glyph_problem_with(r, NGX_HTTP_BAD_REQUEST,
                                  glyph_code_name(code), &detail, NULL, NULL);
}


/* NULL: this place has none of that name. */

static ngx_glyph_option_t *
ngx_glyph_params_find(ngx_glyph_order_t *order, ngx_str_t *name)
{
    ngx_glyph_option_t  *o;

    for (o = ngx_glyph_known_options; o->name.len; o++) {

        if ((o->where & order->params)
            && o->name.len == name->len
            && ngx_strncmp(o->name.data, name->data, name->len) == 0)
        {
            return o;
        }
    }

    return NULL;
}


static ngx_int_t
ngx_glyph_params_unknown(ngx_http_request_t *r, ngx_uint_t where,
    ngx_str_t *name)
{
    u_char              *p, *last;
    ngx_str_t            detail;
    glyph_str_t          given;
    glyph_near_t         near;
    ngx_glyph_option_t  *o;
    u_char               buf[512];

    given.data = name->data;
    given.len = name->len;

    glyph_near_init(&near, &given);

    last = buf + sizeof(buf);
    p = ngx_slprintf(buf, last, "there is no parameter \"%*s\"; known are",
                     ngx_min(name->len, 64), name->data);

    for (o = ngx_glyph_known_options; o->name.len; o++) {

        if (o->where & where) {
            p = ngx_slprintf(p, last, "%s %V",
                             o == ngx_glyph_known_options ? ":" : ",",
                             &o->name);

            glyph_near_try(&near, (char *) o->name.data);
        }
    }

    detail.data = buf;
    detail.len = p - buf;

    return ngx_glyph_problem_near(r, NGX_GLYPH_CODE_OPTION_UNKNOWN, &detail,
                                  glyph_near_found(&near));
}


static ngx_int_t
ngx_glyph_option_delimiter(ngx_glyph_order_t *order, ngx_str_t *value)
{
    if (value->len == 1 && ngx_strchr(",;|\t", value->data[0])) {
        order->asked->opts.delimiter = value->data[0];
        return NGX_OK;
    }

    if (value->len == 3 && ngx_strncmp(value->data, "tab", 3) == 0) {
        order->asked->opts.delimiter = '\t';
        return NGX_OK;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_decimal(ngx_glyph_order_t *order, ngx_str_t *value)
{
    if (value->len == 5 && ngx_strncmp(value->data, "point", 5) == 0) {
        order->asked->opts.decimal = GLYPH_DECIMAL_POINT;
        return NGX_OK;
    }

    if (value->len == 5 && ngx_strncmp(value->data, "comma", 5) == 0) {
        order->asked->opts.decimal = GLYPH_DECIMAL_COMMA;
        return NGX_OK;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_date_order(ngx_glyph_order_t *order, ngx_str_t *value)
{
    glyph_str_t             name;
    glyph_pipeline_opts_t  *opts;

    opts = &order->asked->opts;

    name.data = value->data;
    name.len = value->len;

    opts->date_order = glyph_date_order(&name);

    return opts->date_order == GLYPH_DATE_UNKNOWN ? NGX_DECLINED : NGX_OK;
}


static ngx_int_t
ngx_glyph_option_currency(ngx_glyph_order_t *order, ngx_str_t *value)
{
    glyph_str_t  name;

    name.data = value->data;
    name.len = value->len;

    return (value->len == 3
            && glyph_currency_parse(&name, order->asked->opts.currency)
               == GLYPH_CODE_OK)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_charset(ngx_glyph_order_t *order, ngx_str_t *value)
{
    if (value->len == 0) {
        return NGX_DECLINED;
    }

    order->asked->opts.charset.data = value->data;
    order->asked->opts.charset.len = value->len;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_header(ngx_glyph_order_t *order, ngx_str_t *value)
{
    if (value->len == 4 && ngx_strncmp(value->data, "none", 4) == 0) {
        order->asked->opts.headless = 1;
        return NGX_OK;
    }

    return (value->len == 5 && ngx_strncmp(value->data, "first", 5) == 0)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_header_line(ngx_glyph_order_t *order, ngx_str_t *value)
{
    ngx_int_t  n;

    n = ngx_atoi(value->data, value->len);

    if (n < 1 || n > GLYPH_HEADER_LINE_MAX) {
        return NGX_DECLINED;
    }

    order->asked->opts.header_line = (unsigned char) n;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_map(ngx_glyph_order_t *order, ngx_str_t *value)
{
    order->asked->opts.map.data = value->data;
    order->asked->opts.map.len = value->len;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_reject(ngx_glyph_order_t *order, ngx_str_t *value)
{
    u_char  *p, *last, *next;

    last = value->data + value->len;

    for (p = value->data; p < last; p = next + 1) {

        next = ngx_strlchr(p, last, ',');
        if (next == NULL) {
            next = last;
        }

        if (next - p == 7 && ngx_strncmp(p, "unknown", 7) == 0) {
            order->asked->opts.reject_unknown = 1;

        } else if (next - p == 7 && ngx_strncmp(p, "not_gpu", 7) == 0) {
            order->asked->opts.reject_not_gpu = 1;

        } else {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_stage(ngx_glyph_order_t *order, ngx_str_t *value)
{
    if (value->len == 6 && ngx_strncmp(value->data, "scored", 6) == 0) {
        order->asked->opts.scored = 1;
        return NGX_OK;
    }

    return (value->len == 3 && ngx_strncmp(value->data, "raw", 3) == 0)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_max_errors(ngx_glyph_order_t *order, ngx_str_t *value)
{
    ngx_int_t  n;

    n = ngx_atoi(value->data, value->len);

    if (n == NGX_ERROR) {
        return NGX_DECLINED;
    }

    /* none at all is what "strict" means */

    if (n == 0) {
        order->asked->opts.strict = 1;
    }

    order->asked->opts.max_errors = ngx_min((ngx_uint_t) n,
                                            order->asked->conf->max_errors);

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_max_error_ratio(ngx_glyph_order_t *order, ngx_str_t *value)
{
    ngx_int_t  n;

    /* six digits after the point are plenty */

    n = ngx_atofp(value->data, value->len, 6);

    if (n == NGX_ERROR || n > 1000000) {
        return NGX_DECLINED;
    }

    if (n == 0) {
        order->asked->opts.strict = 1;
    }

    order->asked->opts.max_error_ratio = (double) n / 1000000;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_background(ngx_glyph_order_t *order, ngx_str_t *value)
{
    if (value->len == 4 && ngx_strncmp(value->data, "true", 4) == 0) {
        order->background = 1;
        return NGX_OK;
    }

    return (value->len == 5 && ngx_strncmp(value->data, "false", 5) == 0)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_filename(ngx_glyph_order_t *order, ngx_str_t *value)
{
    ngx_int_t  rc;
    ngx_str_t  name;

    rc = ngx_glyph_option_text(order, &name, value, NGX_GLYPH_LABEL_MAX);

    if (rc == NGX_OK) {
        order->asked->opts.filename.data = name.data;
        order->asked->opts.filename.len = name.len;
    }

    return rc;
}


static ngx_int_t
ngx_glyph_option_source_label(ngx_glyph_order_t *order, ngx_str_t *value)
{
    return ngx_glyph_option_text(order, &order->asked->source_label, value,
                                 NGX_GLYPH_LABEL_MAX);
}


static ngx_int_t
ngx_glyph_option_campaign_id(ngx_glyph_order_t *order, ngx_str_t *value)
{
    return ngx_glyph_option_text(order, &order->asked->campaign_id, value,
                                 NGX_GLYPH_LABEL_MAX);
}


static ngx_int_t
ngx_glyph_option_metadata(ngx_glyph_order_t *order, ngx_str_t *value)
{
    glyph_str_t  json;

    json.data = value->data;
    json.len = value->len;

    if (!glyph_json_is_object(&json)) {
        return NGX_DECLINED;
    }

    return ngx_glyph_option_text(order, &order->asked->metadata, value,
                                 NGX_GLYPH_METADATA_MAX);
}


static ngx_int_t
ngx_glyph_option_dry_run(ngx_glyph_order_t *order, ngx_str_t *value)
{
    if (value->len == 4 && ngx_strncmp(value->data, "true", 4) == 0) {
        order->output = &ngx_glyph_dry_run;
        return NGX_OK;
    }

    return (value->len == 5 && ngx_strncmp(value->data, "false", 5) == 0)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_path(ngx_glyph_order_t *order, ngx_str_t *value)
{
    if (value->len > NGX_GLYPH_LABEL_MAX
        || glyph_utf8_valid(value->data, value->len) != value->len
        || !ngx_glyph_source_valid(value))
    {
        return NGX_DECLINED;
    }

    /* for open() */

    order->source.data = ngx_pnalloc(order->asked->pool, value->len + 1);
    if (order->source.data == NULL) {
        return NGX_ERROR;
    }

    *ngx_cpymem(order->source.data, value->data, value->len) = '\0';

    order->source.len = value->len;

    return NGX_OK;
}


/* See ngx_glyph_transform.c, which can say more of what is wrong. */

static ngx_int_t
ngx_glyph_option_columns(ngx_glyph_order_t *order, ngx_str_t *value)
{
    order->columns = *value;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_errors(ngx_glyph_order_t *order, ngx_str_t *value)
{
    if (value->len == 7 && ngx_strncmp(value->data, "include", 7) == 0) {
        order->show_errors = 1;
        return NGX_OK;
    }

    return (value->len == 4 && ngx_strncmp(value->data, "omit", 4) == 0)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_stream(ngx_glyph_order_t *order, ngx_str_t *value)
{
    if (value->len == 2 && ngx_strncmp(value->data, "on", 2) == 0) {
        order->stream = 1;
        return NGX_OK;
    }

    return (value->len == 3 && ngx_strncmp(value->data, "off", 3) == 0)
           ? NGX_OK : NGX_DECLINED;
}


/* The job outlives the request, and so must its texts. */

static ngx_int_t
ngx_glyph_option_text(ngx_glyph_order_t *order, ngx_str_t *to, ngx_str_t *value,
    size_t max)
{
    if (value->len > max
        || glyph_utf8_valid(value->data, value->len) != value->len
        || ngx_strlchr(value->data, value->data + value->len, '\0'))
    {
        return NGX_DECLINED;
    }

    to->len = value->len;
    to->data = ngx_pstrdup(order->asked->pool, value);

    return to->data ? NGX_OK : NGX_ERROR;
}
