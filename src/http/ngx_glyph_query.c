
/*
 * A page's way: the request waits for the query, then for a task that writes
 * the rows as text (the event loop does not loop over rows), then it is
 * answered.
 *
 *   waiting for    owner of the result    if the client leaves
 *   the query      nobody yet             the query is abandoned
 *   the task       the page               the page is freed at the task's end
 *   the client     nobody any more        nginx frees the body
 */

#include "ngx_glyph.h"
#include "ngx_glyph_accept.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_query.h"
#include "ngx_glyph_rows.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_tenant.h"
#include "core/text/glyph_utf8.h"

#define XXH_INLINE_ALL
#include <xxhash.h>


/* a digest of 16 bytes in hex, in quotes */
#define NGX_GLYPH_ETAG_LEN        34


typedef struct {
    ngx_glyph_task_t           task;
    ngx_http_request_t        *request;     /* NULL: it is gone */
    ngx_http_cleanup_t        *cleanup;
    ngx_glyph_pg_query_t      *query;       /* NULL: it is answered */
    PGresult                  *res;
    ngx_glyph_rows_e           format;
    glyph_buf_t                body;
    u_char                     etag[NGX_GLYPH_ETAG_LEN];
} ngx_glyph_page_t;


static ngx_int_t ngx_glyph_query_format(ngx_http_request_t *r,
    ngx_uint_t markdown, ngx_glyph_rows_e *format);
static void ngx_glyph_query_result(void *data, PGresult *res,
    const char *error);
static ngx_int_t ngx_glyph_query_refused(ngx_http_request_t *r,
    ngx_glyph_code_e code, PGresult *res);
static void ngx_glyph_query_encode(ngx_glyph_task_t *task, ngx_log_t *log);
static void ngx_glyph_query_encoded(ngx_glyph_task_t *task);
static ngx_int_t ngx_glyph_query_send(ngx_http_request_t *r,
    ngx_glyph_page_t *page);
static ngx_int_t ngx_glyph_query_headers(ngx_http_request_t *r,
    ngx_glyph_page_t *page);
static void ngx_glyph_query_finalize(ngx_http_request_t *r, ngx_int_t rc);
static void ngx_glyph_query_cleanup(void *data);
static void ngx_glyph_query_free(ngx_glyph_page_t *page);


static ngx_str_t  ngx_glyph_query_types[] = {
    ngx_string("application/json"),
    ngx_string("application/x-ndjson"),
    ngx_string("text/csv"),
    ngx_string("text/markdown")
};


ngx_int_t
ngx_glyph_query_handler(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    ngx_str_t              tenant;
    ngx_glyph_loc_conf_t  *glcf;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_glyph_not_allowed(r, "GET, HEAD");
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_glyph_tenant(r, &tenant);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    glcf = ngx_http_get_module_loc_conf(r, ngx_glyph_module);

    return ngx_glyph_query_run(r, &glcf->query, NULL, &tenant);
}


ngx_int_t
ngx_glyph_query_run(ngx_http_request_t *r, ngx_str_t *name, ngx_str_t *id,
    ngx_str_t *tenant)
{
    ngx_int_t            rc;
    glyph_buf_t          args;
    const char          *params[1];
    ngx_glyph_rows_e     format;
    ngx_glyph_page_t    *page;
    ngx_http_cleanup_t  *cln;
    u_char               sql[128];

    ngx_memzero(&args, sizeof(glyph_buf_t));

    /* an Accept that no answer can meet needs no query */

    rc = ngx_glyph_query_format(r, 1, &format);

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_query_args(r, id, tenant, NULL, NULL, &args);
    }

    if (rc != NGX_DECLINED) {
        glyph_buf_free(&args);
        return rc;
    }

    cln = ngx_http_cleanup_add(r, 0);
    page = cln ? ngx_calloc(sizeof(ngx_glyph_page_t), r->connection->log)
               : NULL;

    if (page == NULL) {
        glyph_buf_free(&args);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    page->request = r;

    *ngx_snprintf(sql, sizeof(sql) - 1,
                  "SELECT * FROM glyph.api_%V($1::jsonb)", name) = '\0';

    params[0] = (const char *) args.data;

    page->query = ngx_glyph_pg_query(NGX_GLYPH_PG_READ, (char *) sql, 1,
                                     params, ngx_glyph_query_result, page);
    glyph_buf_free(&args);

    if (page->query == NULL) {
        ngx_free(page);
        return ngx_glyph_query_failed(r, NULL, "too many queries");
    }

    cln->handler = ngx_glyph_query_cleanup;
    cln->data = page;

    page->cleanup = cln;

    r->main->count++;

    return NGX_DONE;
}


/* What the client accepts.  NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_query_format(ngx_http_request_t *r, ngx_uint_t markdown,
    ngx_glyph_rows_e *format)
{
    ngx_int_t  n;

    n = ngx_glyph_accept(r, ngx_glyph_query_types,
                         markdown ? NGX_GLYPH_ROWS_MARKDOWN + 1
                                  : NGX_GLYPH_ROWS_MARKDOWN);

    if (n == NGX_DECLINED) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_NOT_ACCEPTABLE,
                                  "this is there as application/json, "
                                  "application/x-ndjson and text/csv%s",
                                  markdown ? ", or as text/markdown" : "");
    }

    *format = (ngx_glyph_rows_e) n;

    return NGX_DECLINED;
}


ngx_int_t
ngx_glyph_query_args(ngx_http_request_t *r, ngx_str_t *id, ngx_str_t *tenant,
    ngx_glyph_query_arg_pt take, void *data, glyph_buf_t *b)
{
    ngx_int_t    rc;
    ngx_str_t    args, name, value;
    ngx_uint_t   i;
    ngx_array_t  seen;
    ngx_str_t   *s;

    if (ngx_array_init(&seen, r->pool, 8, sizeof(ngx_str_t)) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    args = r->args;

    glyph_buf_puts(b, "{\"args\":{");

    if (id) {
        glyph_buf_puts(b, "\"id\":");
        glyph_json_string(b, id->data, id->len);
    }

    for ( ;; ) {
        rc = ngx_glyph_arg_next(r, &args, &name, &value);

        if (rc == NGX_DONE) {
            break;
        }

        if (rc == NGX_ERROR) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        s = seen.elts;

        for (i = 0; i < seen.nelts; i++) {
            if (s[i].len == name.len
                && ngx_memcmp(s[i].data, name.data, name.len) == 0)
            {
                return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_REPEATED,
                                          "parameter \"%V\" is there twice",
                                          &name);
            }
        }

        if (id && name.len == 2 && ngx_memcmp(name.data, "id", 2) == 0) {
            return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_UNKNOWN,
                                      "there is no parameter \"id\"");
        }

        s = ngx_array_push(&seen);
        if (s == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        *s = name;

        if (take) {
            rc = take(r, data, &name, &value);

            if (rc == NGX_DONE) {
                continue;
            }

            if (rc != NGX_DECLINED) {
                return rc;
            }
        }

        /* jsonb has no NUL, and what is not UTF-8 would become U+FFFD */

        if (ngx_strlchr(value.data, value.data + value.len, '\0')
            || glyph_utf8_valid(value.data, value.len) != value.len)
        {
            return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_INVALID,
                                      "parameter \"%V\" must be UTF-8", &name);
        }

        glyph_json_comma(b);
        glyph_json_string(b, name.data, name.len);
        glyph_buf_putc(b, ':');
        glyph_json_string(b, value.data, value.len);
    }

    glyph_buf_puts(b, "},\"tenant\":");
    glyph_json_string(b, tenant->data, tenant->len);
    glyph_buf_putc(b, '}');
    glyph_buf_putc(b, '\0');

    return b->failed ? NGX_HTTP_INTERNAL_SERVER_ERROR : NGX_DECLINED;
}


static void
ngx_glyph_query_result(void *data, PGresult *res, const char *error)
{
    ngx_glyph_page_t *page = data;

    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = page->request;
    page->query = NULL;
    page->res = res;

    ngx_http_set_log_request(r->connection->log, r);

    if (res && PQresultStatus(res) == PGRES_TUPLES_OK) {

        rc = ngx_glyph_query_format(r, PQfnumber(res, "_markdown") >= 0,
                                    &page->format);

        if (rc != NGX_DECLINED) {
            goto done;
        }

        page->task.run = ngx_glyph_query_encode;
        page->task.done = ngx_glyph_query_encoded;
        page->task.data = page;

        if (ngx_glyph_task_post(ngx_glyph_main_conf->compute, &page->task)
            == NGX_OK)
        {
            return;
        }

        rc = ngx_glyph_query_failed(r, NULL, "too many tasks");

    } else {
        rc = ngx_glyph_query_failed(r, res, error);
    }

done:

    ngx_glyph_query_free(page);
    ngx_glyph_query_finalize(r, rc);
}


ngx_int_t
ngx_glyph_query_failed(ngx_http_request_t *r, PGresult *res,
    const char *error)
{
    char                      *state, *message, text[NGX_GLYPH_LOG_TEXT];
    ngx_glyph_store_answer_t   answer;

    state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
    message = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;

    if (message == NULL) {
        message = (char *) (error ? error : "no answer");
    }

    if (state && ngx_strcmp(state, "GL400") == 0) {
        return ngx_glyph_query_refused(r, NGX_GLYPH_CODE_OPTION_INVALID, res);
    }

    if (state && ngx_strcmp(state, "GL401") == 0) {
        return ngx_glyph_query_refused(r, NGX_GLYPH_CODE_OPTION_UNKNOWN, res);
    }

    if (state && ngx_strcmp(state, "GL404") == 0) {
        return ngx_glyph_query_refused(r, NGX_GLYPH_CODE_IMPORT_NOT_FOUND,
                                       res);
    }

    /* what is refused all the time was told at the first time */

    ngx_log_error((ngx_uint_t) (ngx_glyph_store_usable(NGX_GLYPH_STORE_READS)
                                ? NGX_LOG_ERR : NGX_LOG_INFO),
                  r->connection->log, 0, "postgres query failed: %s%s%s",
                  ngx_glyph_log_string(text, sizeof(text), message, ""),
                  state ? ", SQLSTATE " : "", state ? state : "");

    ngx_glyph_store_answer(res, &answer);

    return ngx_glyph_problem_store(r, &answer);
}


/* Refused by the function: its message, and what may have been meant. */

static ngx_int_t
ngx_glyph_query_refused(ngx_http_request_t *r, ngx_glyph_code_e code,
    PGresult *res)
{
    char       *hint;
    ngx_str_t   detail;

    detail.data = (u_char *) PQresultErrorField(res,
                                                PG_DIAG_MESSAGE_PRIMARY);
    detail.len = detail.data ? ngx_strlen(detail.data) : 0;

    hint = PQresultErrorField(res, PG_DIAG_MESSAGE_HINT);

    return ngx_glyph_problem_near(r, code, &detail,
                                  hint && *hint ? hint : NULL);
}


/* In the thread: res, body and etag are the task's. */

static void
ngx_glyph_query_encode(ngx_glyph_task_t *task, ngx_log_t *log)
{
    ngx_glyph_page_t    *page;
    XXH128_canonical_t   digest;

    page = task->data;

    ngx_glyph_rows_encode(page->res, page->format, &page->body);

    XXH128_canonicalFromHash(&digest, XXH3_128bits(page->body.data,
                                                   page->body.len));

    page->etag[0] = '"';
    ngx_hex_dump(&page->etag[1], digest.digest, sizeof(digest.digest));
    page->etag[NGX_GLYPH_ETAG_LEN - 1] = '"';
}


static void
ngx_glyph_query_encoded(ngx_glyph_task_t *task)
{
    ngx_int_t            rc;
    ngx_glyph_page_t    *page;
    ngx_http_request_t  *r;

    page = task->data;
    r = page->request;

    if (r == NULL) {
        ngx_glyph_query_free(page);
        return;
    }

    ngx_http_set_log_request(r->connection->log, r);

    rc = ngx_glyph_query_send(r, page);

    ngx_glyph_query_free(page);
    ngx_glyph_query_finalize(r, rc);
}


static ngx_int_t
ngx_glyph_query_send(ngx_http_request_t *r, ngx_glyph_page_t *page)
{
    ngx_str_t  body;

    if (ngx_glyph_query_headers(r, page) != NGX_OK
        || ngx_glyph_http_own(r, &page->body, &body) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (page->format >= NGX_GLYPH_ROWS_CSV) {
        ngx_str_set(&r->headers_out.charset, "utf-8");
    }

    return ngx_glyph_send(r, NGX_HTTP_OK,
                          &ngx_glyph_query_types[page->format], &body);
}


static ngx_int_t
ngx_glyph_query_headers(ngx_http_request_t *r, ngx_glyph_page_t *page)
{
    char             *value;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    value = ngx_glyph_rows_get(page->res, "_cursor", 1);

    if (value && ngx_glyph_query_link(r, value) != NGX_OK) {
        return NGX_ERROR;
    }

    value = ngx_glyph_rows_get(page->res, "_count", 0);

    if (value
        && ngx_glyph_add_header(r, "Glyph-Count", (u_char *) value,
                                ngx_strlen(value))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_glyph_add_header(r, "Vary", (u_char *) "Accept",
                             sizeof("Accept") - 1)
        != NGX_OK
        || ngx_glyph_add_header(r, "ETag", page->etag, NGX_GLYPH_ETAG_LEN)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* nginx compares it with If-None-Match, and answers 304 */

    part = r->headers_out.headers.last;
    header = part->elts;
    r->headers_out.etag = &header[part->nelts - 1];

    return NGX_OK;
}


ngx_int_t
ngx_glyph_query_link(ngx_http_request_t *r, char *cursor)
{
    u_char     *p, *buf;
    ngx_int_t   rc;
    ngx_str_t   args, name, value;

    /* an escaped byte has three, and a parameter may lack its "=" */

    buf = ngx_pnalloc(r->pool, r->uri.len * 3 + r->args.len * 4
                               + ngx_strlen(cursor)
                               + sizeof("<?=&after=>; rel=\"next\""));
    if (buf == NULL) {
        return NGX_ERROR;
    }

    p = buf;
    *p++ = '<';
    p = (u_char *) ngx_escape_uri(p, r->uri.data, r->uri.len, NGX_ESCAPE_URI);
    *p++ = '?';

    args = r->args;

    for ( ;; ) {
        rc = ngx_glyph_arg_next(r, &args, &name, &value);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc == NGX_DONE) {
            break;
        }

        if (name.len == 5 && ngx_memcmp(name.data, "after", 5) == 0) {
            continue;
        }

        p = (u_char *) ngx_escape_uri(p, name.data, name.len,
                                      NGX_ESCAPE_URI_COMPONENT);
        *p++ = '=';
        p = (u_char *) ngx_escape_uri(p, value.data, value.len,
                                      NGX_ESCAPE_URI_COMPONENT);
        *p++ = '&';
    }

    p = ngx_sprintf(p, "after=%s>; rel=\"next\"", cursor);

    return ngx_glyph_add_header(r, "Link", buf, p - buf);
}


static void
ngx_glyph_query_finalize(ngx_http_request_t *r, ngx_int_t rc)
{
    ngx_connection_t  *c;

    c = r->connection;

    ngx_http_finalize_request(r, rc);

    ngx_http_run_posted_requests(c);
}


/* The request is gone; a running task still has the page. */

static void
ngx_glyph_query_cleanup(void *data)
{
    ngx_glyph_page_t *page = data;

    page->request = NULL;

    if (page->query) {
        ngx_glyph_pg_abandon(page->query);
        ngx_glyph_query_free(page);
    }
}


static void
ngx_glyph_query_free(ngx_glyph_page_t *page)
{
    if (page->request) {
        page->cleanup->handler = NULL;
    }

    if (page->res) {
        PQclear(page->res);
    }

    glyph_buf_free(&page->body);

    ngx_free(page);
}
