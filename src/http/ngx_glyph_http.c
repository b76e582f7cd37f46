
#include "ngx_glyph.h"
#include "ngx_glyph_compat.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_zone.h"

#include <ngx_md5.h>


static void ngx_glyph_http_free(void *data);
static ngx_int_t ngx_glyph_problem_code(ngx_http_request_t *r,
    ngx_glyph_code_e code, ngx_str_t *detail, const char *name,
    const char *value);
static void ngx_glyph_http_settle(ngx_http_request_t *r);
static void ngx_glyph_http_linger(ngx_http_request_t *r);
#if (NGX_HTTP_V2)
static void ngx_glyph_http_linger_handler(ngx_event_t *ev);
static void ngx_glyph_http_linger_cleanup(void *data);
#endif


ngx_int_t
ngx_glyph_add_header(ngx_http_request_t *r, const char *name, u_char *value,
    size_t len)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    ngx_glyph_header_single(h);
    h->key.len = ngx_strlen(name);
    h->key.data = (u_char *) name;
    h->value.len = len;
    h->value.data = ngx_pnalloc(r->pool, len);

    if (h->value.data == NULL) {
        h->hash = 0;
        return NGX_ERROR;
    }

    ngx_memcpy(h->value.data, value, len);

    return NGX_OK;
}


ngx_int_t
ngx_glyph_retry_after(ngx_http_request_t *r, time_t sec)
{
    u_char  buf[NGX_TIME_T_LEN];

    return ngx_glyph_add_header(r, "Retry-After", buf,
                                ngx_sprintf(buf, "%T", sec) - buf);
}


ngx_int_t
ngx_glyph_send(ngx_http_request_t *r, ngx_uint_t status, ngx_str_t *type,
    ngx_str_t *body)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    r->headers_out.status = status;
    r->headers_out.content_type = *type;
    r->headers_out.content_type_len = type->len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.content_length_n = body->len;

    ngx_http_clear_last_modified(r);

    ngx_glyph_http_settle(r);

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = body->data;
    b->last = body->data + body->len;
    b->memory = body->len ? 1 : 0;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


/*
 * What nobody has read of the body must not be taken for the next request,
 * and a client that waits to be asked for it may never send it.
 */

static void
ngx_glyph_http_settle(ngx_http_request_t *r)
{
    if (r != r->main) {
        return;
    }

    if (r->headers_in.expect && !r->expect_tested) {
        r->expect_tested = 1;
        r->keepalive = 0;
    }

    if (ngx_http_discard_request_body(r) != NGX_OK) {
        r->keepalive = 0;
    }

    /* an answer in the midst of the body: nginx closes, so it says so, too */

    if (r->reading_body) {
        r->keepalive = 0;
    }

    ngx_glyph_http_linger(r);

    /* the conditions of a request that does something come too late here */

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        r->disable_not_modified = 1;
    }
}


/*
 * HTTP/2: a stream that the client has not ended is reset right behind the
 * answer.  Some clients (curl 7.88) then forget the answer, which they have
 * got but not read; so the stream is held for as long as a connection of
 * HTTP/1.1 would be.  Nothing more is read from it than its window.
 */

static void
ngx_glyph_http_linger(ngx_http_request_t *r)
{
#if (NGX_HTTP_V2)
    ngx_event_t               *ev;
    ngx_http_cleanup_t        *cln;
    ngx_http_core_loc_conf_t  *clcf;

    if (r->stream == NULL || r->stream->in_closed) {
        return;
    }

    cln = ngx_http_cleanup_add(r, sizeof(ngx_event_t));
    if (cln == NULL) {
        return;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    ev = cln->data;
    ngx_memzero(ev, sizeof(ngx_event_t));

    ev->handler = ngx_glyph_http_linger_handler;
    ev->data = r;
    ev->log = r->connection->log;

    cln->handler = ngx_glyph_http_linger_cleanup;

    r->main->count++;

    ngx_add_timer(ev, clcf->lingering_timeout);
#endif
}


#if (NGX_HTTP_V2)

static void
ngx_glyph_http_linger_handler(ngx_event_t *ev)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ev->data;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, c->log, 0, "glyph linger handler");

    ngx_http_finalize_request(r, NGX_DONE);

    ngx_http_run_posted_requests(c);
}


static void
ngx_glyph_http_linger_cleanup(void *data)
{
    ngx_event_t *ev = data;

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }
}

#endif


ngx_int_t
ngx_glyph_send_json(ngx_http_request_t *r, ngx_uint_t status, ngx_str_t *body)
{
    static ngx_str_t  type = ngx_string("application/json");

    return ngx_glyph_send(r, status, &type, body);
}


ngx_int_t
ngx_glyph_http_own(ngx_http_request_t *r, glyph_buf_t *b, ngx_str_t *body)
{
    ngx_pool_cleanup_t  *cln;

    cln = b->failed ? NULL : ngx_pool_cleanup_add(r->pool, 0);

    if (cln == NULL) {
        glyph_buf_free(b);
        return NGX_ERROR;
    }

    cln->handler = ngx_glyph_http_free;
    cln->data = b->data;

    body->data = b->data;
    body->len = b->len;

    ngx_memzero(b, sizeof(glyph_buf_t));

    return NGX_OK;
}


static void
ngx_glyph_http_free(void *data)
{
    free(data);
}


ngx_int_t
ngx_glyph_problem(ngx_http_request_t *r, ngx_glyph_code_e code)
{
    return ngx_glyph_problem_code(r, code, NULL, NULL, NULL);
}


ngx_int_t
ngx_glyph_problem_near(ngx_http_request_t *r, ngx_glyph_code_e code,
    ngx_str_t *detail, const char *near)
{
    return ngx_glyph_problem_code(r, code, detail, "did_you_mean", near);
}


ngx_int_t
ngx_glyph_problem_store(ngx_http_request_t *r,
    ngx_glyph_store_answer_t *answer)
{
    char  *class;

    if (ngx_glyph_codes[answer->code].status == NGX_HTTP_SERVICE_UNAVAILABLE
        && ngx_glyph_retry_after(r, 2) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    class = answer->sqlstate_class;

    return ngx_glyph_problem_code(r, answer->code, NULL, "sqlstate_class",
                                  class[0] ? class : NULL);
}


/* Detail NULL: the code's own. */

static ngx_int_t
ngx_glyph_problem_code(ngx_http_request_t *r, ngx_glyph_code_e code,
    ngx_str_t *detail, const char *name, const char *value)
{
    ngx_str_t                text;
    const ngx_glyph_code_t  *c;

    c = &ngx_glyph_codes[code];

    if (detail == NULL) {
        text.data = (u_char *) c->detail;
        text.len = ngx_strlen(c->detail);
        detail = &text;
    }

    return ngx_glyph_problem_with(r, c->status, c->name, detail, name, value);
}


ngx_int_t
ngx_glyph_problem_with(ngx_http_request_t *r, ngx_uint_t status,
    const char *code, ngx_str_t *detail, const char *name, const char *value)
{
    ngx_str_t    body;
    glyph_buf_t  b;

    static ngx_str_t  type = ngx_string("application/problem+json");

    ngx_memzero(&b, sizeof(glyph_buf_t));

    glyph_buf_putc(&b, '{');
    ngx_glyph_problem_members(&b, status, code, detail);

    if (value) {
        glyph_json_key(&b, name);
        glyph_json_cstring(&b, value);
    }

    glyph_buf_puts(&b, "}\n");

    if (ngx_glyph_http_own(r, &b, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_send(r, status, &type, &body);
}


ngx_int_t
ngx_glyph_problemf(ngx_http_request_t *r, ngx_glyph_code_e code,
    const char *fmt, ...)
{
    va_list    args;
    ngx_str_t  detail;
    u_char     buf[1024];

    va_start(args, fmt);
    detail.len = ngx_vslprintf(buf, buf + sizeof(buf), fmt, args) - buf;
    va_end(args);

    detail.data = buf;

    return ngx_glyph_problem_near(r, code, &detail, NULL);
}


void
ngx_glyph_problem_members(glyph_buf_t *b, ngx_uint_t status,
    const char *code, ngx_str_t *detail)
{
    glyph_json_key(b, "type");
    glyph_buf_puts(b, "\"urn:glyph:problem:");
    glyph_buf_puts(b, code);
    glyph_buf_putc(b, '"');
    glyph_json_key(b, "title");
    glyph_json_cstring(b, ngx_glyph_status(status)->title);
    glyph_json_key(b, "status");
    glyph_json_int(b, status);
    glyph_json_key(b, "code");
    glyph_json_cstring(b, code);

    if (detail && detail->len) {
        glyph_json_key(b, "detail");
        glyph_json_string(b, detail->data, detail->len);
    }
}


ngx_int_t
ngx_glyph_not_allowed(ngx_http_request_t *r, const char *allow)
{
    u_char  buf[128], *p;

    p = ngx_snprintf(buf, sizeof(buf), "%s, OPTIONS", allow);

    if (ngx_glyph_add_header(r, "Allow", buf, p - buf) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->method != NGX_HTTP_OPTIONS) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_METHOD_NOT_ALLOWED,
                                  "use %s here", allow);
    }

    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    ngx_glyph_http_settle(r);

    return ngx_http_send_header(r);
}


ngx_int_t
ngx_glyph_accept_post(ngx_http_request_t *r)
{
    static ngx_str_t  types = ngx_string("text/csv, multipart/form-data, "
                                         "application/json, "
                                         "application/x-ndjson");

    return ngx_glyph_add_header(r, "Accept-Post", types.data, types.len);
}


ngx_int_t
ngx_glyph_etag(ngx_http_request_t *r, ngx_str_t *body)
{
    u_char            *p;
    ngx_md5_t          md5;
    ngx_table_elt_t   *h;
    u_char             digest[16];

    ngx_md5_init(&md5);
    ngx_md5_update(&md5, body->data, body->len);
    ngx_md5_final(digest, &md5);

    p = ngx_pnalloc(r->pool, 2 * sizeof(digest) + 2);
    h = p ? ngx_list_push(&r->headers_out.headers) : NULL;

    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    ngx_glyph_header_single(h);
    ngx_str_set(&h->key, "ETag");

    h->value.data = p;
    h->value.len = 2 * sizeof(digest) + 2;

    *p++ = '"';
    p = ngx_hex_dump(p, digest, sizeof(digest));
    *p = '"';

    r->headers_out.etag = h;

    return NGX_OK;
}


/* Whose job it is, and where to ask for it. */

ngx_int_t
ngx_glyph_upload_id_headers(ngx_http_request_t *r, u_char *text)
{
    u_char     *p;
    ngx_str_t  *uri;

    if (ngx_glyph_add_header(r, "Glyph-Job-Id", text, NGX_GLYPH_UUID_TEXT_LEN)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    uri = &ngx_glyph_main_conf->jobs_uri;

    if (uri->len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, uri->len + NGX_GLYPH_UUID_TEXT_LEN
                             + sizeof("//status") - 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    return ngx_glyph_add_header(r, "Location", p,
                                ngx_sprintf(p, "%V/%*s/status", uri,
                                            (size_t) NGX_GLYPH_UUID_TEXT_LEN,
                                            text)
                                - p);
}


ngx_int_t
ngx_glyph_jobs_document(ngx_http_request_t *r, u_char *id, ngx_uint_t status,
    u_char *doc, size_t len, ngx_uint_t running)
{
    ngx_str_t    body;
    glyph_buf_t  b;

    if (running && ngx_glyph_retry_after(r, 1) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(&b, sizeof(glyph_buf_t));

    ngx_glyph_job_linked(&b, doc, len, id);
    glyph_buf_putc(&b, '\n');

    if (ngx_glyph_http_own(r, &b, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (status == NGX_HTTP_OK && ngx_glyph_etag(r, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_send_json(r, status, &body);
}
