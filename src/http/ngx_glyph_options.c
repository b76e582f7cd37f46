
#include "ngx_glyph.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_options.h"
#include "ngx_glyph_tenant.h"
#include "ngx_glyph_source.h"
#include "ngx_glyph_trace.h"
#include "core/body/glyph_media.h"


#define NGX_GLYPH_BOUNDARY_MAX  70          /* RFC 2046, 5.1.1 */
#define NGX_GLYPH_WAIT_MAX      60          /* Prefer: wait=, s */
#define NGX_GLYPH_KEY_MAX       255

#define NGX_GLYPH_PREFERENCE_MAX  32


static ngx_int_t ngx_glyph_options_type(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_options_encoding(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_options_source(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_options_format(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_options_type_refused(ngx_http_request_t *r,
    const char *why);
static ngx_int_t ngx_glyph_options_param(ngx_http_request_t *r,
    ngx_str_t *type, const char *name, ngx_str_t *value);
static ngx_int_t ngx_glyph_options_key(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static ngx_int_t ngx_glyph_options_digest(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static void ngx_glyph_options_prefer(ngx_http_request_t *r,
    ngx_glyph_order_t *order);
static size_t ngx_glyph_options_plain(ngx_str_t *token, u_char *buf);
static void ngx_glyph_options_preference(ngx_glyph_order_t *order,
    ngx_str_t *token);


ngx_int_t
ngx_glyph_options(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    ngx_int_t            rc;
    ngx_str_t            tenant;
    ngx_glyph_asked_t   *asked;
    ngx_glyph_import_t  *import;

    asked = order->asked;
    import = ngx_glyph_job_import(order->job);

    rc = ngx_glyph_tenant(r, &tenant);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    /* the job outlives the request */

    import->tenant.len = tenant.len;
    import->tenant.data = ngx_pstrdup(asked->pool, &tenant);

    if (import->tenant.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_glyph_trace(r, asked->pool, &asked->traceparent) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* without a body there is nothing that a type could be of */

    rc = asked->conf->import_root.len ? NGX_DECLINED
                                      : ngx_glyph_options_type(r, order);

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_params(r, order);
    }

    if (rc == NGX_DECLINED && asked->conf->import_root.len) {
        rc = ngx_glyph_options_source(r, order);
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_options_format(r, order);
    }

    ngx_glyph_options_prefer(r, order);

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_options_key(r, order);
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_options_digest(r, order);
    }

    return rc;
}


static ngx_int_t
ngx_glyph_options_type(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    size_t       len;
    ngx_int_t    rc;
    ngx_str_t   *type, boundary, charset;
    glyph_str_t  name;

    rc = ngx_glyph_options_encoding(r, order);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (r->headers_in.content_type == NULL
        || r->headers_in.content_type->value.len == 0)
    {
        order->asked->opts.format = GLYPH_FORMAT_ANY;
        return NGX_DECLINED;
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
            return ngx_glyph_problem(r, NGX_GLYPH_CODE_MULTIPART_MALFORMED);
        }

        order->asked->opts.boundary.data = boundary.data;
        order->asked->opts.boundary.len = boundary.len;

        return NGX_DECLINED;
    }

    name.data = type->data;
    name.len = type->len;

    if (glyph_media_known(&name, &order->asked->opts.format)) {

        /* JSON is UTF-8, whatever is said of it (RFC 8259, 11) */

        rc = (order->asked->opts.format == GLYPH_FORMAT_JSON
              || order->asked->opts.format == GLYPH_FORMAT_NDJSON)
             ? NGX_DECLINED
             : ngx_glyph_options_param(r, type, "charset", &charset);

        if (rc == NGX_OK) {
            order->asked->opts.charset.data = charset.data;
            order->asked->opts.charset.len = charset.len;
        }

        return (rc == NGX_ERROR) ? NGX_HTTP_INTERNAL_SERVER_ERROR
                                 : NGX_DECLINED;
    }

    if (ngx_strncasecmp(type->data,
                        (u_char *) "application/x-www-form-urlencoded", len)
        == 0 && len == sizeof("application/x-www-form-urlencoded") - 1)
    {
        return ngx_glyph_options_type_refused(r,
                       "a form of this type has no file (curl says it of all "
                       "that -d and --data-binary send, unless -H "
                       "\"Content-Type: text/csv\" says something else; -d "
                       "takes line ends out, --data-binary does not)");
    }

    return ngx_glyph_options_type_refused(r,
                       "the Content-Type is not one that can be imported");
}


/* One coding of the whole body, as RFC 9110, 8.4 has it, or none. */

static ngx_int_t
ngx_glyph_options_encoding(ngx_http_request_t *r, ngx_glyph_order_t *order)
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
            order->asked->opts.encoding = codings[i].encoding;
            return NGX_DECLINED;
        }
    }

    if (ngx_glyph_add_header(r, "Accept-Encoding", known.data, known.len)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_problem(r, NGX_GLYPH_CODE_UNSUPPORTED_ENCODING);
}


/* A file of this node in the body's place.  NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_options_source(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    u_char                    *p;
    glyph_str_t                name;
    ngx_http_core_loc_conf_t  *clcf;

    static const glyph_str_t  no_type;

    if (r->headers_in.content_length_n > 0 || r->headers_in.chunked) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_INVALID,
                                  "a file is imported by its name, \"path\"; "
                                  "the request may not have a body");
    }

    if (order->source.len == 0) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_INVALID,
                                  "there is no parameter \"path\", which "
                                  "names the file");
    }

    if (order->output) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_INVALID,
                                  "parameter \"dry_run\" is for files that "
                                  "are sent");
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    order->source_max = clcf->client_max_body_size;
    order->background = 1;

    p = order->source.data + order->source.len;

    while (p > order->source.data && p[-1] != '/') {
        p--;
    }

    name.data = p;
    name.len = order->source.data + order->source.len - p;

    order->asked->opts.format = glyph_media_format(&no_type, &name);

    if (order->asked->opts.filename.len == 0) {
        order->asked->opts.filename = name;
    }

    return NGX_DECLINED;
}


/* Options that are of one format only; NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_options_format(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    if ((order->asked->opts.format == GLYPH_FORMAT_JSON
         || order->asked->opts.format == GLYPH_FORMAT_NDJSON)
        && order->asked->opts.delimiter)
    {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_INVALID,
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

    return ngx_glyph_problemf(r, NGX_GLYPH_CODE_UNSUPPORTED_MEDIA_TYPE,
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


/* Idempotency-Key: a string in quotes, as its draft says, or bare. */

static ngx_int_t
ngx_glyph_options_key(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    size_t      i;
    ngx_int_t   rc;
    ngx_str_t  *given, key;

    rc = ngx_glyph_header_once(r, "Idempotency-Key", &given);

    if (rc != NGX_DECLINED || given == NULL) {
        return rc;
    }

    key = *given;

    if (key.len >= 2 && key.data[0] == '"' && key.data[key.len - 1] == '"') {
        key.data++;
        key.len -= 2;
    }

    for (i = 0; i < key.len; i++) {
        if (key.data[i] < ' ' || key.data[i] > '~') {
            break;
        }
    }

    if (key.len == 0 || key.len > NGX_GLYPH_KEY_MAX || i < key.len) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_INVALID,
                                  "Idempotency-Key must be 1 to 255 "
                                  "characters of ASCII");
    }

    order->idempotency_key.len = key.len;
    order->idempotency_key.data = ngx_pstrdup(order->asked->pool, &key);

    return order->idempotency_key.data ? NGX_DECLINED
                                       : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


/*
 * RFC 9530: sha-256=:base64:, among digests by algorithms that we lack, in any
 * of the header's lines.
 */

static ngx_int_t
ngx_glyph_options_digest(ngx_http_request_t *r, ngx_glyph_order_t *order)
{
    u_char      *p, *last, *end;
    ngx_str_t   *given, text, digest;
    ngx_uint_t   i;
    u_char       buf[GLYPH_SHA256_SIZE + 16];

    static ngx_str_t  name = ngx_string("sha-256=");

    i = 0;

    do {
        given = ngx_glyph_header_line(r, "Content-Digest", i++);

        if (given == NULL) {
            return NGX_DECLINED;
        }

        last = given->data + given->len;
        p = ngx_strlcasestrn(given->data, last, name.data, name.len - 1);

    } while (p == NULL);

    p += name.len;
    end = (p < last && *p == ':') ? ngx_strlchr(++p, last, ':') : NULL;

    text.data = p;
    text.len = end ? (size_t) (end - p) : 0;

    digest.data = buf;
    digest.len = 0;

    if (text.len == 0
        || ngx_base64_decoded_length(text.len) > sizeof(buf)
        || ngx_decode_base64(&digest, &text) != NGX_OK
        || digest.len != GLYPH_SHA256_SIZE)
    {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_INVALID,
                                  "Content-Digest is not a sha-256 of RFC "
                                  "9530: \"%V\"", given);
    }

    return (ngx_glyph_job_digest(order->job, buf) == NGX_OK)
           ? NGX_DECLINED : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


/* RFC 7240; what is not understood is ignored, as it says. */

static void
ngx_glyph_options_prefer(ngx_http_request_t *r, ngx_glyph_order_t *order)
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

            ngx_glyph_options_preference(order, &token);
        }
    }
}


/*
 * A preference without its parameters, and without the blanks around "=" and
 * the quotes that it may have: 'handling = "strict"'.  What is longer than any
 * that is known is none.
 */

static size_t
ngx_glyph_options_plain(ngx_str_t *token, u_char *buf)
{
    size_t   len;
    u_char  *p, *last;

    len = 0;
    last = token->data + token->len;

    for (p = token->data; p < last && *p != ';'; p++) {

        if (*p == ' ' || *p == '\t' || *p == '"') {
            continue;
        }

        if (len == NGX_GLYPH_PREFERENCE_MAX) {
            return 0;
        }

        buf[len++] = *p;
    }

    return len;
}


static void
ngx_glyph_options_preference(ngx_glyph_order_t *order, ngx_str_t *token)
{
    ngx_int_t  n;
    ngx_str_t  text;
    u_char     buf[NGX_GLYPH_PREFERENCE_MAX];

    static ngx_str_t  async = ngx_string("respond-async");
    static ngx_str_t  strict = ngx_string("handling=strict");
    static ngx_str_t  wait = ngx_string("wait=");
    static ngx_str_t  represent = ngx_string("return=representation");

    text.data = buf;
    text.len = ngx_glyph_options_plain(token, buf);

    if (text.len == async.len
        && ngx_strncasecmp(text.data, async.data, async.len) == 0)
    {
        order->background = 1;

    } else if (text.len == strict.len
               && ngx_strncasecmp(text.data, strict.data, strict.len) == 0)
    {
        order->asked->opts.strict = 1;

    } else if (text.len == represent.len
               && ngx_strncasecmp(text.data, represent.data, represent.len)
                  == 0)
    {
        order->represent = 1;

    } else if (text.len > wait.len
               && ngx_strncasecmp(text.data, wait.data, wait.len) == 0)
    {
        n = ngx_atoi(text.data + wait.len, text.len - wait.len);

        if (n != NGX_ERROR) {
            order->background = 1;
            order->wait = 1000 * ngx_min(n, NGX_GLYPH_WAIT_MAX);
        }
    }
}
