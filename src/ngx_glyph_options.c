
#include "ngx_glyph.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_output.h"
#include "ngx_glyph_tenant.h"
#include "ngx_glyph_source.h"
#include "ngx_glyph_trace.h"
#include "ngx_glyph_upload.h"
#include "glyph_json_sample.h"
#include "glyph_near.h"


#define NGX_GLYPH_BOUNDARY_MAX  70          /* RFC 2046, 5.1.1 */
#define NGX_GLYPH_LABEL_MAX     1024
#define NGX_GLYPH_METADATA_MAX  16384
#define NGX_GLYPH_WAIT_MAX      60          /* Prefer: wait=, s */


typedef ngx_int_t (*ngx_glyph_option_pt)(ngx_glyph_job_t *job,
    ngx_str_t *value);

typedef struct {
    ngx_str_t                  name;
    ngx_glyph_option_pt        handler;
    const char                *expects;
} ngx_glyph_option_t;


static ngx_int_t ngx_glyph_options_type(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_options_encoding(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_options_source(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_options_format(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_int_t ngx_glyph_options_type_refused(ngx_http_request_t *r,
    const char *why);
static ngx_int_t ngx_glyph_options_param(ngx_http_request_t *r,
    ngx_str_t *type, const char *name, ngx_str_t *value);
static ngx_int_t ngx_glyph_options_args(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static ngx_uint_t ngx_glyph_options_has(ngx_glyph_job_t *job,
    ngx_glyph_option_t *o);
static ngx_int_t ngx_glyph_options_unknown(ngx_http_request_t *r,
    ngx_glyph_job_t *job, ngx_glyph_option_t *options, ngx_str_t *name);
static void ngx_glyph_options_prefer(ngx_http_request_t *r,
    ngx_glyph_job_t *job);
static void ngx_glyph_options_preference(ngx_glyph_job_t *job,
    ngx_str_t *token);

static ngx_int_t ngx_glyph_option_delimiter(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_decimal(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_charset(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_map(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_reject(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_stage(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_max_errors(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_max_error_ratio(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_background(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_filename(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_source_label(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_campaign_id(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_metadata(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_dry_run(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_path(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_columns(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_errors(ngx_glyph_job_t *job,
    ngx_str_t *value);
static ngx_int_t ngx_glyph_option_text(ngx_glyph_job_t *job, ngx_str_t *to,
    ngx_str_t *value, size_t max);


static ngx_glyph_option_t  ngx_glyph_import_options[] = {

    { ngx_string("delimiter"), ngx_glyph_option_delimiter,
      "one of \",\", \";\", \"|\", \"tab\"" },

    { ngx_string("decimal"), ngx_glyph_option_decimal,
      "\"point\" or \"comma\"" },

    { ngx_string("charset"), ngx_glyph_option_charset,
      "the name of a charset" },

    { ngx_string("map"), ngx_glyph_option_map,
      "pairs such as \"Preis:price,Titel:title\"" },

    { ngx_string("reject"), ngx_glyph_option_reject,
      "\"unknown\", \"not_gpu\" or \"unknown,not_gpu\"" },

    { ngx_string("stage"), ngx_glyph_option_stage,
      "\"raw\" or \"scored\"" },

    { ngx_string("max_errors"), ngx_glyph_option_max_errors,
      "a number of rows" },

    { ngx_string("max_error_ratio"), ngx_glyph_option_max_error_ratio,
      "a number from 0 to 1" },

    { ngx_string("background"), ngx_glyph_option_background,
      "\"true\" or \"false\"" },

    { ngx_string("filename"), ngx_glyph_option_filename,
      "UTF-8 text of at most 1024 bytes" },

    { ngx_string("source_label"), ngx_glyph_option_source_label,
      "UTF-8 text of at most 1024 bytes" },

    { ngx_string("campaign_id"), ngx_glyph_option_campaign_id,
      "UTF-8 text of at most 1024 bytes" },

    { ngx_string("metadata"), ngx_glyph_option_metadata,
      "a JSON object of at most 16384 bytes and 32 levels" },

    { ngx_string("dry_run"), ngx_glyph_option_dry_run,
      "\"true\" or \"false\"" },

    { ngx_string("path"), ngx_glyph_option_path,
      "the name of a file below the place for them, without \"..\"" },

    { ngx_null_string, NULL, NULL }
};


static ngx_glyph_option_t  ngx_glyph_transform_options[] = {

    { ngx_string("delimiter"), ngx_glyph_option_delimiter,
      "one of \",\", \";\", \"|\", \"tab\"" },

    { ngx_string("decimal"), ngx_glyph_option_decimal,
      "\"point\" or \"comma\"" },

    { ngx_string("charset"), ngx_glyph_option_charset,
      "the name of a charset" },

    { ngx_string("map"), ngx_glyph_option_map,
      "pairs such as \"Preis:price,Titel:title\"" },

    { ngx_string("reject"), ngx_glyph_option_reject,
      "\"unknown\", \"not_gpu\" or \"unknown,not_gpu\"" },

    { ngx_string("stage"), ngx_glyph_option_stage,
      "\"raw\" or \"scored\"" },

    { ngx_string("max_errors"), ngx_glyph_option_max_errors,
      "a number of rows" },

    { ngx_string("max_error_ratio"), ngx_glyph_option_max_error_ratio,
      "a number from 0 to 1" },

    { ngx_string("columns"), ngx_glyph_option_columns,
      "names of columns" },

    { ngx_string("errors"), ngx_glyph_option_errors,
      "\"omit\" or \"include\"" },

    { ngx_null_string, NULL, NULL }
};


ngx_int_t
ngx_glyph_options(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_int_t  rc;
    ngx_str_t  tenant;

    rc = ngx_glyph_tenant(r, &tenant);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    /* the job outlives the request */

    job->tenant.len = tenant.len;
    job->tenant.data = ngx_pstrdup(job->pool, &tenant);

    if (job->tenant.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_glyph_trace(r, job->pool, &job->traceparent) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* without a body there is nothing that a type could be of */

    rc = job->conf->import_root.len ? NGX_DECLINED
                                    : ngx_glyph_options_type(r, job);

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_options_args(r, job);
    }

    if (rc == NGX_DECLINED && job->conf->import_root.len) {
        rc = ngx_glyph_options_source(r, job);
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_options_format(r, job);
    }

    ngx_glyph_options_prefer(r, job);

    return rc;
}


static ngx_int_t
ngx_glyph_options_type(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    size_t       len;
    ngx_int_t    rc;
    ngx_str_t   *type, boundary, charset;
    ngx_uint_t   i;
    glyph_str_t  name;

    static const glyph_str_t  no_name;

    static ngx_str_t  csv[] = {
        ngx_string("text/csv"),
        ngx_string("application/csv"),
        ngx_string("text/tab-separated-values"),
        ngx_string("text/plain"),
        ngx_null_string
    };

    rc = ngx_glyph_options_encoding(r, job);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (r->headers_in.content_type == NULL) {
        return ngx_glyph_options_type_refused(r, "there is no Content-Type");
    }

    type = &r->headers_in.content_type->value;

    for (len = 0; len < type->len; len++) {
        if (type->data[len] == ';' || type->data[len] == ' ') {
            break;
        }
    }

    if (len == sizeof("multipart/form-data") - 1
        && ngx_strncasecmp(type->data, (u_char *) "multipart/form-data", len)
           == 0)
    {
        rc = ngx_glyph_options_param(r, type, "boundary", &boundary);

        if (rc == NGX_ERROR) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        if (rc == NGX_DECLINED
            || boundary.len == 0 || boundary.len > NGX_GLYPH_BOUNDARY_MAX)
        {
            return ngx_glyph_problemf(r, NGX_HTTP_BAD_REQUEST,
                                      "multipart_malformed",
                                      "multipart/form-data needs a boundary "
                                      "of 1 to 70 characters");
        }

        job->opts.boundary.data = boundary.data;
        job->opts.boundary.len = boundary.len;

        return NGX_DECLINED;
    }

    for (i = 0; csv[i].len; i++) {

        if (len == csv[i].len
            && ngx_strncasecmp(type->data, csv[i].data, len) == 0)
        {
            rc = ngx_glyph_options_param(r, type, "charset", &charset);

            if (rc == NGX_OK) {
                job->opts.charset.data = charset.data;
                job->opts.charset.len = charset.len;
            }

            return (rc == NGX_ERROR) ? NGX_HTTP_INTERNAL_SERVER_ERROR
                                     : NGX_DECLINED;
        }
    }

    /* JSON is UTF-8; a charset that is said is of no meaning (RFC 8259, 11) */

    name.data = type->data;
    name.len = type->len;

    job->opts.format = glyph_json_sample_format(&name, &no_name);

    if (job->opts.format != GLYPH_FORMAT_CSV) {
        return NGX_DECLINED;
    }

    return ngx_glyph_options_type_refused(r,
                       "the Content-Type is not one that can be imported");
}


/* One coding of the whole body, as RFC 9110, 8.4 has it, or none. */

static ngx_int_t
ngx_glyph_options_encoding(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    ngx_str_t   *value;
    ngx_uint_t   i, n;

    static ngx_str_t  known = ngx_string("gzip, zstd");

    static struct {
        ngx_str_t         name;
        glyph_encoding_e  encoding;
    } codings[] = {
        { ngx_string("identity"), GLYPH_ENCODING_IDENTITY },
        { ngx_string("gzip"),     GLYPH_ENCODING_GZIP },
        { ngx_string("x-gzip"),   GLYPH_ENCODING_GZIP },
        { ngx_string("zstd"),     GLYPH_ENCODING_ZSTD }
    };

    value = ngx_glyph_header_in(r, "Content-Encoding");

    if (value == NULL) {
        return NGX_DECLINED;
    }

    n = ngx_glyph_header_line(r, "Content-Encoding", 1)
        ? 0 : sizeof(codings) / sizeof(codings[0]);

    for (i = 0; i < n; i++) {

        if (value->len == codings[i].name.len
            && ngx_strncasecmp(value->data, codings[i].name.data, value->len)
               == 0)
        {
            job->opts.encoding = codings[i].encoding;
            return NGX_DECLINED;
        }
    }

    if (ngx_glyph_add_header(r, "Accept-Encoding", known.data, known.len)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_problemf(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                              "unsupported_encoding",
                              "the Content-Encoding is none of gzip, zstd; "
                              "one of them or none can be used");
}


/* A file of this node in the body's place.  NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_options_source(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    u_char                    *p;
    glyph_str_t                name;
    ngx_http_core_loc_conf_t  *clcf;

    static const glyph_str_t  no_type;

    if (r->headers_in.content_length_n > 0 || r->headers_in.chunked) {
        return ngx_glyph_problemf(r, NGX_HTTP_BAD_REQUEST, "option_invalid",
                                  "a file is imported by its name, \"path\"; "
                                  "the request may not have a body");
    }

    if (job->source.len == 0) {
        return ngx_glyph_problemf(r, NGX_HTTP_BAD_REQUEST, "option_invalid",
                                  "there is no parameter \"path\", which "
                                  "names the file");
    }

    if (job->output) {
        return ngx_glyph_problemf(r, NGX_HTTP_BAD_REQUEST, "option_invalid",
                                  "parameter \"dry_run\" is for files that "
                                  "are sent");
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    job->source_max = clcf->client_max_body_size;
    job->spooling = 1;

    p = job->source.data + job->source.len;

    while (p > job->source.data && p[-1] != '/') {
        p--;
    }

    name.data = p;
    name.len = job->source.data + job->source.len - p;

    job->opts.format = glyph_json_sample_format(&no_type, &name);

    if (job->opts.filename.len == 0) {
        job->opts.filename = name;
    }

    return NGX_DECLINED;
}


/* Options that are of one format only; NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_options_format(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    if (job->opts.format != GLYPH_FORMAT_CSV && job->opts.delimiter) {
        return ngx_glyph_problemf(r, NGX_HTTP_BAD_REQUEST, "option_invalid",
                                  "parameter \"delimiter\" is for CSV; the "
                                  "body is JSON");
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_options_type_refused(ngx_http_request_t *r, const char *why)
{
    if (ngx_glyph_accept_post(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_problemf(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                              "unsupported_media_type",
                              "%s; use \"Content-Type: text/csv\" for a bare "
                              "file, or multipart/form-data, or "
                              "application/json, or application/x-ndjson",
                              why);
}


/* A parameter of a media type (RFC 9110, 8.3.1), without its quotes. */

static ngx_int_t
ngx_glyph_options_param(ngx_http_request_t *r, ngx_str_t *type,
    const char *name, ngx_str_t *value)
{
    size_t   len;
    u_char  *p, *last, *dst;

    len = ngx_strlen(name);
    p = type->data;
    last = p + type->len;

    for ( ;; ) {
        p = ngx_strlchr(p, last, ';');

        if (p == NULL) {
            return NGX_DECLINED;
        }

        do { p++; } while (p < last && (*p == ' ' || *p == '\t'));

        if ((size_t) (last - p) > len && p[len] == '='
            && ngx_strncasecmp(p, (u_char *) name, len) == 0)
        {
            break;
        }
    }

    p += len + 1;

    value->data = ngx_pnalloc(r->pool, last - p + 1);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    dst = value->data;

    if (p < last && *p == '"') {

        for (p++; p < last && *p != '"'; p++) {

            if (*p == '\\' && p + 1 < last) {
                p++;
            }

            *dst++ = *p;
        }

    } else {

        while (p < last && *p != ';' && *p != ' ' && *p != '\t') {
            *dst++ = *p++;
        }
    }

    value->len = dst - value->data;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_options_args(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    uint32_t             seen;
    ngx_int_t            rc;
    ngx_str_t            args, name, value;
    ngx_uint_t           i;
    ngx_glyph_option_t  *o, *options;

    options = (job->output == &ngx_glyph_transform_output)
              ? ngx_glyph_transform_options : ngx_glyph_import_options;

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

        for (i = 0, o = options; o->name.len; i++, o++) {
            if (o->name.len == name.len
                && ngx_strncmp(o->name.data, name.data, name.len) == 0)
            {
                break;
            }
        }

        if (o->name.len == 0 || !ngx_glyph_options_has(job, o)) {
            return ngx_glyph_options_unknown(r, job, options, &name);
        }

        if (seen & (1 << i)) {
            return ngx_glyph_problemf(r, NGX_HTTP_BAD_REQUEST,
                                      "option_repeated",
                                      "parameter \"%V\" is there twice",
                                      &name);
        }

        seen |= 1 << i;

        rc = o->handler(job, &value);

        if (rc == NGX_ERROR) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        if (rc == NGX_DECLINED) {
            return ngx_glyph_problemf(r, NGX_HTTP_BAD_REQUEST,
                                      "option_invalid",
                                      "parameter \"%V\" is \"%V\", must be "
                                      "%s", &name, &value, o->expects);
        }
    }
}


/* A path is of one place only. */

static ngx_uint_t
ngx_glyph_options_has(ngx_glyph_job_t *job, ngx_glyph_option_t *o)
{
    return o->handler != ngx_glyph_option_path || job->conf->import_root.len;
}


static ngx_int_t
ngx_glyph_options_unknown(ngx_http_request_t *r, ngx_glyph_job_t *job,
    ngx_glyph_option_t *options, ngx_str_t *name)
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

    for (o = options; o->name.len; o++) {

        if (ngx_glyph_options_has(job, o)) {
            p = ngx_slprintf(p, last, "%s %V", o == options ? ":" : ",",
                             &o->name);

            glyph_near_try(&near, (char *) o->name.data);
        }
    }

    detail.data = buf;
    detail.len = p - buf;

    return ngx_glyph_problem_near(r, NGX_HTTP_BAD_REQUEST, "option_unknown",
                                  &detail, glyph_near_found(&near));
}


/* RFC 7240; what is not understood is ignored, as it says. */

static void
ngx_glyph_options_prefer(ngx_http_request_t *r, ngx_glyph_job_t *job)
{
    u_char      *p, *last, *next;
    ngx_str_t   *prefer, token;
    ngx_uint_t   i;

    for (i = 0; /* void */ ; i++) {

        prefer = ngx_glyph_header_line(r, "Prefer", i);

        if (prefer == NULL) {
            return;
        }

        last = prefer->data + prefer->len;

        for (p = prefer->data; p < last; p = next + 1) {

            next = ngx_strlchr(p, last, ',');
            if (next == NULL) {
                next = last;
            }

            token.data = p;
            token.len = next - p;

            ngx_glyph_options_preference(job, &token);
        }
    }
}


static void
ngx_glyph_options_preference(ngx_glyph_job_t *job, ngx_str_t *token)
{
    u_char     *p, *last;
    ngx_int_t   n;
    ngx_str_t   text;

    static ngx_str_t  async = ngx_string("respond-async");
    static ngx_str_t  strict = ngx_string("handling=strict");
    static ngx_str_t  wait = ngx_string("wait=");
    static ngx_str_t  represent = ngx_string("return=representation");

    p = token->data;
    last = p + token->len;

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    text.data = p;

    while (p < last && *p != ' ' && *p != '\t' && *p != ';') {
        p++;
    }

    text.len = p - text.data;

    if (text.len == async.len
        && ngx_strncasecmp(text.data, async.data, async.len) == 0)
    {
        job->spooling = 1;

    } else if (text.len == strict.len
               && ngx_strncasecmp(text.data, strict.data, strict.len) == 0)
    {
        job->opts.strict = 1;

    } else if (text.len == represent.len
               && ngx_strncasecmp(text.data, represent.data, represent.len)
                  == 0)
    {
        job->represent = 1;

    } else if (text.len > wait.len
               && ngx_strncasecmp(text.data, wait.data, wait.len) == 0)
    {
        n = ngx_atoi(text.data + wait.len, text.len - wait.len);

        if (n != NGX_ERROR) {
            job->spooling = 1;
            job->ctx->wait_for = 1000 * ngx_min(n, NGX_GLYPH_WAIT_MAX);
        }
    }
}


static ngx_int_t
ngx_glyph_option_delimiter(ngx_glyph_job_t *job, ngx_str_t *value)
{
    if (value->len == 1 && ngx_strchr(",;|\t", value->data[0])) {
        job->opts.delimiter = value->data[0];
        return NGX_OK;
    }

    if (value->len == 3 && ngx_strncmp(value->data, "tab", 3) == 0) {
        job->opts.delimiter = '\t';
        return NGX_OK;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_decimal(ngx_glyph_job_t *job, ngx_str_t *value)
{
    if (value->len == 5 && ngx_strncmp(value->data, "point", 5) == 0) {
        job->opts.decimal = GLYPH_DECIMAL_POINT;
        return NGX_OK;
    }

    if (value->len == 5 && ngx_strncmp(value->data, "comma", 5) == 0) {
        job->opts.decimal = GLYPH_DECIMAL_COMMA;
        return NGX_OK;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_charset(ngx_glyph_job_t *job, ngx_str_t *value)
{
    if (value->len == 0) {
        return NGX_DECLINED;
    }

    job->opts.charset.data = value->data;
    job->opts.charset.len = value->len;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_map(ngx_glyph_job_t *job, ngx_str_t *value)
{
    job->opts.map.data = value->data;
    job->opts.map.len = value->len;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_reject(ngx_glyph_job_t *job, ngx_str_t *value)
{
    u_char  *p, *last, *next;

    last = value->data + value->len;

    for (p = value->data; p < last; p = next + 1) {

        next = ngx_strlchr(p, last, ',');
        if (next == NULL) {
            next = last;
        }

        if (next - p == 7 && ngx_strncmp(p, "unknown", 7) == 0) {
            job->opts.reject_unknown = 1;

        } else if (next - p == 7 && ngx_strncmp(p, "not_gpu", 7) == 0) {
            job->opts.reject_not_gpu = 1;

        } else {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_stage(ngx_glyph_job_t *job, ngx_str_t *value)
{
    if (value->len == 6 && ngx_strncmp(value->data, "scored", 6) == 0) {
        job->opts.scored = 1;
        return NGX_OK;
    }

    return (value->len == 3 && ngx_strncmp(value->data, "raw", 3) == 0)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_max_errors(ngx_glyph_job_t *job, ngx_str_t *value)
{
    ngx_int_t  n;

    n = ngx_atoi(value->data, value->len);

    if (n == NGX_ERROR) {
        return NGX_DECLINED;
    }

    /* none at all is what "strict" means */

    if (n == 0) {
        job->opts.strict = 1;
    }

    job->opts.max_errors = ngx_min((ngx_uint_t) n, job->conf->max_errors);

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_max_error_ratio(ngx_glyph_job_t *job, ngx_str_t *value)
{
    ngx_int_t  n;

    /* six digits after the point are plenty */

    n = ngx_atofp(value->data, value->len, 6);

    if (n == NGX_ERROR || n > 1000000) {
        return NGX_DECLINED;
    }

    if (n == 0) {
        job->opts.strict = 1;
    }

    job->opts.max_error_ratio = (double) n / 1000000;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_background(ngx_glyph_job_t *job, ngx_str_t *value)
{
    if (value->len == 4 && ngx_strncmp(value->data, "true", 4) == 0) {
        job->spooling = 1;
        return NGX_OK;
    }

    return (value->len == 5 && ngx_strncmp(value->data, "false", 5) == 0)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_filename(ngx_glyph_job_t *job, ngx_str_t *value)
{
    ngx_int_t  rc;
    ngx_str_t  name;

    rc = ngx_glyph_option_text(job, &name, value, NGX_GLYPH_LABEL_MAX);

    if (rc == NGX_OK) {
        job->opts.filename.data = name.data;
        job->opts.filename.len = name.len;
    }

    return rc;
}


static ngx_int_t
ngx_glyph_option_source_label(ngx_glyph_job_t *job, ngx_str_t *value)
{
    return ngx_glyph_option_text(job, &job->source_label, value,
                                 NGX_GLYPH_LABEL_MAX);
}


static ngx_int_t
ngx_glyph_option_campaign_id(ngx_glyph_job_t *job, ngx_str_t *value)
{
    return ngx_glyph_option_text(job, &job->campaign_id, value,
                                 NGX_GLYPH_LABEL_MAX);
}


static ngx_int_t
ngx_glyph_option_metadata(ngx_glyph_job_t *job, ngx_str_t *value)
{
    glyph_str_t  json;

    json.data = value->data;
    json.len = value->len;

    if (!glyph_json_is_object(&json)) {
        return NGX_DECLINED;
    }

    return ngx_glyph_option_text(job, &job->metadata, value,
                                 NGX_GLYPH_METADATA_MAX);
}


static ngx_int_t
ngx_glyph_option_dry_run(ngx_glyph_job_t *job, ngx_str_t *value)
{
    if (value->len == 4 && ngx_strncmp(value->data, "true", 4) == 0) {
        job->output = &ngx_glyph_dry_run;
        return NGX_OK;
    }

    return (value->len == 5 && ngx_strncmp(value->data, "false", 5) == 0)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_option_path(ngx_glyph_job_t *job, ngx_str_t *value)
{
    if (value->len > NGX_GLYPH_LABEL_MAX
        || glyph_utf8_valid(value->data, value->len) != value->len
        || !ngx_glyph_source_valid(value))
    {
        return NGX_DECLINED;
    }

    /* for open() */

    job->source.data = ngx_pnalloc(job->pool, value->len + 1);
    if (job->source.data == NULL) {
        return NGX_ERROR;
    }

    *ngx_cpymem(job->source.data, value->data, value->len) = '\0';

    job->source.len = value->len;

    return NGX_OK;
}


/* See ngx_glyph_transform.c, which can say more of what is wrong. */

static ngx_int_t
ngx_glyph_option_columns(ngx_glyph_job_t *job, ngx_str_t *value)
{
    job->columns = *value;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_option_errors(ngx_glyph_job_t *job, ngx_str_t *value)
{
    if (value->len == 7 && ngx_strncmp(value->data, "include", 7) == 0) {
        job->show_errors = 1;
        return NGX_OK;
    }

    return (value->len == 4 && ngx_strncmp(value->data, "omit", 4) == 0)
           ? NGX_OK : NGX_DECLINED;
}


/* The job outlives the request, and so must its texts. */

static ngx_int_t
ngx_glyph_option_text(ngx_glyph_job_t *job, ngx_str_t *to, ngx_str_t *value,
    size_t max)
{
    if (value->len > max
        || glyph_utf8_valid(value->data, value->len) != value->len
        || ngx_strlchr(value->data, value->data + value->len, '\0'))
    {
        return NGX_DECLINED;
    }

    to->len = value->len;
    to->data = ngx_pstrdup(job->pool, value);

    return to->data ? NGX_OK : NGX_ERROR;
}
