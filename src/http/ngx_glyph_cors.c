
/*
 * Headers are added to every answer of a location with glyph_cors, nginx's own
 * errors included: a page is to see what was wrong.
 *
 * A preflight carries no credentials, so it is answered before auth_basic and
 * the like would refuse it; the request that it asks for meets them.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_conf.h"
#include "ngx_glyph_cors.h"
#include "ngx_glyph_http.h"


/* what a page may read beside the headers that each may */
#define NGX_GLYPH_CORS_EXPOSE                                                 \
    "Allow, Accept-Post, Content-Disposition, ETag, Glyph-Count, "            \
    "Glyph-Job-Id, Glyph-Rows, Idempotency-Replayed, Link, Location, "        \
    "Preference-Applied, Retry-After, Server-Timing, WWW-Authenticate"

#define NGX_GLYPH_CORS_METHODS  "GET, HEAD, POST, PUT, PATCH, DELETE"

/* how long a browser may keep the answer to a preflight, seconds */
#define NGX_GLYPH_CORS_AGE      "7200"

/* of names of headers that a page wants to send; no browser asks for more */
#define NGX_GLYPH_CORS_NAMES    2048


struct ngx_glyph_cors_s {
    ngx_array_t                origins;     /* of ngx_str_t, lower case; with
                                               "*." before the host: each below
                                               it */
    unsigned                   any:1;       /* "*" */
    unsigned                   credentials:1;
};


static ngx_str_t *ngx_glyph_cors_origin(ngx_http_request_t *r);
static char *ngx_glyph_cors_add(ngx_conf_t *cf, ngx_glyph_cors_t *cors,
    ngx_str_t *value);
static ngx_uint_t ngx_glyph_cors_match(ngx_str_t *allowed, ngx_str_t *origin);
static ngx_int_t ngx_glyph_cors_preflight(ngx_http_request_t *r);
static ngx_int_t ngx_glyph_cors_filter(ngx_http_request_t *r);
static ngx_int_t ngx_glyph_cors_allow(ngx_http_request_t *r,
    ngx_glyph_cors_t *cors, ngx_str_t *origin);
static ngx_int_t ngx_glyph_cors_header(ngx_http_request_t *r,
    const char *name, const char *value);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


/* glyph_cors origin ... [credentials] | off */

char *
ngx_glyph_cors_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_loc_conf_t *glcf = conf;

    char              *rv;
    ngx_str_t         *value;
    ngx_uint_t         i;
    ngx_glyph_cors_t  *cors;

    if (glcf->cors != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        glcf->cors = NULL;
        return NGX_CONF_OK;
    }

    cors = ngx_pcalloc(cf->pool, sizeof(ngx_glyph_cors_t));
    if (cors == NULL
        || ngx_array_init(&cors->origins, cf->pool, 4, sizeof(ngx_str_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strcmp(value[i].data, "credentials") == 0) {
            cors->credentials = 1;
            continue;
        }

        rv = ngx_glyph_cors_add(cf, cors, &value[i]);
        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    if (!cors->any && cors->origins.nelts == 0) {
        return "has no origin";
    }

    if (cors->any && cors->credentials) {
        return "does not allow \"*\" with \"credentials\": name the origins";
    }

    glcf->cors = cors;

    return NGX_CONF_OK;
}


static char *
ngx_glyph_cors_add(ngx_conf_t *cf, ngx_glyph_cors_t *cors, ngx_str_t *value)
{
    u_char     *p, *last;
    ngx_str_t  *origin;

    if (value->len == 1 && value->data[0] == '*') {
        cors->any = 1;
        return NGX_CONF_OK;
    }

    last = value->data + value->len;

    ngx_strlow(value->data, value->data, value->len);

    p = (u_char *) ngx_strstr(value->data, "://");

    if (p == NULL || p == value->data || p + 3 == last
        || ngx_strlchr(p + 3, last, '/'))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid origin \"%V\": it must be \"*\", or scheme "
                           "and host, such as https://app.example", value);
        return NGX_CONF_ERROR;
    }

    origin = ngx_array_push(&cors->origins);
    if (origin == NULL) {
        return NGX_CONF_ERROR;
    }

    *origin = *value;

    return NGX_CONF_OK;
}


ngx_uint_t
ngx_glyph_cors_named(ngx_http_request_t *r)
{
    ngx_glyph_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_glyph_module);

    return glcf->cors && !glcf->cors->any && ngx_glyph_cors_origin(r) != NULL;
}


/* The Origin, if the location allows it, else NULL. */

static ngx_str_t *
ngx_glyph_cors_origin(ngx_http_request_t *r)
{
    ngx_str_t             *origin, *allowed;
    ngx_uint_t             i;
    ngx_glyph_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_glyph_module);

    if (glcf->cors == NULL) {
        return NULL;
    }

    origin = ngx_glyph_header_in(r, "Origin");

    if (origin == NULL || ngx_glyph_header_line(r, "Origin", 1)) {
        return NULL;
    }

    if (glcf->cors->any) {
        return origin;
    }

    allowed = glcf->cors->origins.elts;

    for (i = 0; i < glcf->cors->origins.nelts; i++) {
        if (ngx_glyph_cors_match(&allowed[i], origin)) {
            return origin;
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_glyph_cors_match(ngx_str_t *allowed, ngx_str_t *origin)
{
    u_char  *star;
    size_t   before, after;

    star = ngx_strlchr(allowed->data, allowed->data + allowed->len, '*');

    if (star == NULL) {
        return allowed->len == origin->len
               && ngx_strncasecmp(allowed->data, origin->data, origin->len)
                  == 0;
    }

    before = star - allowed->data;
    after = allowed->len - before - 1;

    return origin->len > before + after
           && ngx_strncasecmp(allowed->data, origin->data, before) == 0
           && ngx_strncasecmp(star + 1, origin->data + origin->len - after,
                              after)
              == 0;
}


/* What only asks whether it may ask. */

static ngx_int_t
ngx_glyph_cors_preflight(ngx_http_request_t *r)
{
    ngx_str_t   *origin, *names;
    ngx_int_t    rc;

    if (r->method != NGX_HTTP_OPTIONS
        || ngx_glyph_header_in(r, "Access-Control-Request-Method") == NULL)
    {
        return NGX_DECLINED;
    }

    origin = ngx_glyph_cors_origin(r);

    if (origin == NULL) {
        return NGX_DECLINED;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    names = ngx_glyph_header_in(r, "Access-Control-Request-Headers");

    if ((names && names->len <= NGX_GLYPH_CORS_NAMES
         && ngx_glyph_add_header(r, "Access-Control-Allow-Headers",
                                 names->data, names->len)
            != NGX_OK)
        || ngx_glyph_cors_header(r, "Access-Control-Allow-Methods",
                                 NGX_GLYPH_CORS_METHODS)
           != NGX_OK
        || ngx_glyph_cors_header(r, "Access-Control-Max-Age",
                                 NGX_GLYPH_CORS_AGE)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    ngx_http_finalize_request(r, ngx_http_send_header(r));

    return NGX_DONE;
}


static ngx_int_t
ngx_glyph_cors_filter(ngx_http_request_t *r)
{
    ngx_str_t             *origin;
    ngx_glyph_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_glyph_module);

    if (r != r->main || glcf->cors == NULL) {
        return ngx_http_next_header_filter(r);
    }

    /* a cache is not to give one page's answer to another one */

    if (!glcf->cors->any
        && ngx_glyph_cors_header(r, "Vary", "Origin") != NGX_OK)
    {
        return NGX_ERROR;
    }

    origin = ngx_glyph_cors_origin(r);

    if (origin && ngx_glyph_cors_allow(r, glcf->cors, origin) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_glyph_cors_allow(ngx_http_request_t *r, ngx_glyph_cors_t *cors,
    ngx_str_t *origin)
{
    static ngx_str_t  any = ngx_string("*");

    if (cors->any) {
        origin = &any;
    }

    if (ngx_glyph_add_header(r, "Access-Control-Allow-Origin", origin->data,
                             origin->len)
        != NGX_OK
        || ngx_glyph_cors_header(r, "Access-Control-Expose-Headers",
                                 NGX_GLYPH_CORS_EXPOSE)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return cors->credentials
           ? ngx_glyph_cors_header(r, "Access-Control-Allow-Credentials",
                                   "true")
           : NGX_OK;
}


static ngx_int_t
ngx_glyph_cors_header(ngx_http_request_t *r, const char *name,
    const char *value)
{
    return ngx_glyph_add_header(r, name, (u_char *) value, ngx_strlen(value));
}


ngx_int_t
ngx_glyph_cors_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_glyph_cors_filter;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_glyph_cors_preflight;

    return NGX_OK;
}
