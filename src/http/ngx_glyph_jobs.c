
/*
 * A job seen from outside: the paths of glyph_jobs and glyph_imports.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_cross_site.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_jobs_ask.h"
#include "ngx_glyph_query.h"
#include "ngx_glyph_sse.h"
#include "ngx_glyph_tenant.h"
#include "ngx_glyph_uuid.h"


static ngx_int_t ngx_glyph_jobs_route(ngx_http_request_t *r,
    ngx_str_t *id, ngx_glyph_jobs_what_e *what);
static ngx_int_t ngx_glyph_jobs_list(ngx_http_request_t *r,
    ngx_str_t *tenant);
static void ngx_glyph_jobs_path(ngx_http_request_t *r, ngx_str_t *id,
    ngx_str_t *rest);
static ngx_int_t ngx_glyph_jobs_no_args(ngx_http_request_t *r);


ngx_int_t
ngx_glyph_jobs_handler(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    ngx_str_t              text, tenant;
    ngx_glyph_uuid_t       id;
    ngx_glyph_jobs_what_e  what;

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_glyph_jobs_route(r, &text, &what);

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_tenant(r, &tenant);
    }

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (text.len == 0) {
        return ngx_glyph_jobs_list(r, &tenant);
    }

    if (ngx_glyph_uuid_parse(&id, text.data, text.len) != NGX_OK) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_JOB_NOT_FOUND,
                                  "\"%V\" is not the id of a job", &text);
    }

    if (what != NGX_GLYPH_JOBS_ERRORS) {
        rc = ngx_glyph_jobs_no_args(r);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    return (what == NGX_GLYPH_JOBS_EVENTS)
           ? ngx_glyph_sse_start(r, &id, &tenant)
           : ngx_glyph_jobs_ask(r, &id, &tenant, what);
}


/*
 * {location}[/{id}] of glyph_imports: completed imports, the result of one,
 * and its end.
 */

ngx_int_t
ngx_glyph_imports_handler(ngx_http_request_t *r)
{
    ngx_int_t         rc;
    ngx_str_t         text, rest, tenant, name = ngx_string("imports");
    ngx_uint_t        undo;
    ngx_glyph_uuid_t  id;

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_glyph_jobs_path(r, &text, &rest);

    undo = (r->method == NGX_HTTP_DELETE && text.len);

    if (!undo && !(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_glyph_not_allowed(r, text.len ? "GET, HEAD, DELETE"
                                                 : "GET, HEAD");
    }

    rc = undo ? ngx_glyph_cross_site(r) : NGX_DECLINED;

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_tenant(r, &tenant);
    }

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (text.len == 0 && rest.len == 0) {
        return ngx_glyph_query_run(r, &name, NULL, &tenant);
    }

    if (rest.len || ngx_glyph_uuid_parse(&id, text.data, text.len) != NGX_OK) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_IMPORT_NOT_FOUND,
                                  "\"%V%V\" is not the id of an import", &text,
                                  &rest);
    }

    rc = ngx_glyph_jobs_no_args(r);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    return ngx_glyph_jobs_ask(r, &id, &tenant, undo ? NGX_GLYPH_JOBS_UNDO
                                                    : NGX_GLYPH_JOBS_IMPORT);
}


/* What follows the location: an id, and the rest. */

static void
ngx_glyph_jobs_path(ngx_http_request_t *r, ngx_str_t *id, ngx_str_t *rest)
{
    u_char                    *p, *last;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    p = r->uri.data + ngx_min(clcf->name.len, r->uri.len);
    last = r->uri.data + r->uri.len;

    if (p < last && *p == '/') {
        p++;

    } else if (p < last && p[-1] != '/') {

        /* the location's name goes on: it is another path */

        last = p;
    }

    id->data = p;

    while (p < last && *p != '/') {
        p++;
    }

    id->len = p - id->data;

    last = r->uri.data + r->uri.len;

    rest->data = p;
    rest->len = last - p;
}


/* {location}[/{id}[/status|/result|/errors|/events]]; NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_jobs_route(ngx_http_request_t *r, ngx_str_t *id,
    ngx_glyph_jobs_what_e *what)
{
    ngx_str_t    rest;
    ngx_uint_t   allowed;
    const char  *allow;

    ngx_glyph_jobs_path(r, id, &rest);

    *what = NGX_GLYPH_JOBS_STATUS;
    allowed = NGX_HTTP_GET|NGX_HTTP_HEAD;
    allow = "GET, HEAD";

    if (rest.len == 7 && ngx_strncmp(rest.data, "/status", 7) == 0) {
        /* void */

    } else if (rest.len == 7 && ngx_strncmp(rest.data, "/result", 7) == 0) {
        *what = NGX_GLYPH_JOBS_RESULT;

    } else if (rest.len == 7 && ngx_strncmp(rest.data, "/errors", 7) == 0) {
        *what = NGX_GLYPH_JOBS_ERRORS;

    } else if (rest.len == 7 && ngx_strncmp(rest.data, "/events", 7) == 0) {
        *what = NGX_GLYPH_JOBS_EVENTS;

    } else if (rest.len) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_NOT_FOUND,
                                  "a job has status, result, errors and "
                                  "events");

    } else if (id->len) {
        allowed |= NGX_HTTP_DELETE;
        allow = "GET, HEAD, DELETE";

        if (r->method == NGX_HTTP_DELETE) {
            *what = NGX_GLYPH_JOBS_CANCEL;
            return ngx_glyph_cross_site(r);
        }
    }

    return (r->method & allowed) ? NGX_DECLINED
                                 : ngx_glyph_not_allowed(r, allow);
}


static ngx_int_t
ngx_glyph_jobs_list(ngx_http_request_t *r, ngx_str_t *tenant)
{
    ngx_str_t  name = ngx_string("jobs");

    return ngx_glyph_query_run(r, &name, NULL, tenant);
}


/* NGX_DECLINED, or the refusal of a parameter. */

static ngx_int_t
ngx_glyph_jobs_no_args(ngx_http_request_t *r)
{
    ngx_int_t  rc;
    ngx_str_t  args, name, value;

    args = r->args;
    rc = ngx_glyph_arg_next(r, &args, &name, &value);

    if (rc == NGX_DONE) {
        return NGX_DECLINED;
    }

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_UNKNOWN,
                              "there is no parameter \"%*s\"; none is known "
                              "here", ngx_min(name.len, 64), name.data);
}
