
/*
 * A list of errors or warnings goes out in pages, each of which is read when
 * the one before has been sent: a slow client holds neither a connection to
 * Postgres nor more than a page.  Those of a job that has ended do not change,
 * so the pages make one list.
 *
 *   waiting for    owner of the page      if the client leaves
 *   the query      nobody yet             the query is abandoned
 *   the task       the task               it is freed at the task's end
 *   the client     the request's pool     nginx frees it
 */

#include "ngx_glyph.h"
#include "ngx_glyph_accept.h"
#include "ngx_glyph_errors.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_pump.h"
#include "ngx_glyph_query.h"
#include "ngx_glyph_str.h"
#include "ngx_glyph_rows.h"
#include "ngx_glyph_task.h"
#include "core/out/glyph_resend.h"


/* pages after the first, rows; glyph.error_page() also looks at bytes */
#define NGX_GLYPH_ERRORS_PAGE     "1000"

#define NGX_GLYPH_ERRORS_CURSOR   64


typedef struct {
    ngx_glyph_task_t           task;
    ngx_http_request_t        *request;     /* NULL: it is gone */
    ngx_http_cleanup_t        *cleanup;
    ngx_glyph_pg_query_t      *query;       /* NULL: it is answered */
    PGresult                  *res;
    u_char                     id[NGX_GLYPH_UUID_TEXT_LEN];
    ngx_str_t                  tenant;
    u_char                     tenant_text[NGX_GLYPH_TENANT_MAX];
    ngx_glyph_rows_e           format;      /* NDJSON or CSV */
    const char                *severity;    /* "warning", "all"; NULL: errors */
    glyph_buf_t                header;      /* the file's */
    glyph_resend_t             resend;
    glyph_buf_t                raw;         /* of one record */
    glyph_buf_t                page;
    ngx_glyph_pump_t          *pump;        /* valid with a request */
    glyph_buf_t               *sent;        /* what the pump has; the request
                                               frees it */
    u_char                     cursor[NGX_GLYPH_ERRORS_CURSOR];
    unsigned                   running:1;   /* the task */
    unsigned                   begun:1;     /* a page was encoded */
    unsigned                   one:1;       /* "limit": one page */
    unsigned                   safe:1;
} ngx_glyph_errors_t;


static ngx_int_t ngx_glyph_errors_severity(ngx_http_request_t *r,
    const char **severity);
static ngx_int_t ngx_glyph_errors_arg(ngx_http_request_t *r, void *data,
    ngx_str_t *name, ngx_str_t *value);
static ngx_int_t ngx_glyph_errors_check(ngx_glyph_errors_t *e,
    PGresult *res);
static ngx_int_t ngx_glyph_errors_query(ngx_glyph_errors_t *e,
    const char *args);
static void ngx_glyph_errors_result(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_errors_encode(ngx_glyph_task_t *task, ngx_log_t *log);
static void ngx_glyph_errors_csv(ngx_glyph_errors_t *e);
static void ngx_glyph_errors_encoded(ngx_glyph_task_t *task);
static ngx_int_t ngx_glyph_errors_page(ngx_glyph_errors_t *e);
static ngx_int_t ngx_glyph_errors_header(ngx_glyph_errors_t *e);
static ngx_int_t ngx_glyph_errors_etag(ngx_glyph_errors_t *e);
static void ngx_glyph_errors_drained(ngx_glyph_pump_t *pump);
static ngx_int_t ngx_glyph_errors_go_on(ngx_glyph_errors_t *e);
static ngx_int_t ngx_glyph_errors_next(ngx_glyph_errors_t *e);
static void ngx_glyph_errors_done(ngx_glyph_errors_t *e, ngx_int_t rc);
static void ngx_glyph_errors_cleanup(void *data);
static void ngx_glyph_errors_sent_cleanup(void *data);
static void ngx_glyph_errors_free(ngx_glyph_errors_t *e);


/* as ngx_glyph_rows_e */

static const ngx_str_t  ngx_glyph_errors_types[] = {
    ngx_string("application/json"),
    ngx_string("application/x-ndjson"),
    ngx_string("text/csv")
};


ngx_int_t
ngx_glyph_errors_run(ngx_http_request_t *r, ngx_str_t *id, ngx_str_t *tenant,
    PGresult *res)
{
    ngx_int_t            n, rc;
    ngx_str_t           *name;
    const char          *severity;
    glyph_buf_t          args;
    ngx_pool_cleanup_t  *cln;
    ngx_glyph_errors_t  *e;

    static ngx_str_t  errors = ngx_string("errors");
    static ngx_str_t  warnings = ngx_string("warnings");

    if (ngx_glyph_errors_severity(r, &severity) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    name = severity ? &warnings : &errors;

    n = ngx_glyph_accept(r, ngx_glyph_errors_types, 3);

    if (n == NGX_GLYPH_ROWS_JSON) {
        return ngx_glyph_query_run(r, name, id, tenant);
    }

    if (n == NGX_DECLINED) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_NOT_ACCEPTABLE,
                                  "errors are there as application/json, "
                                  "application/x-ndjson and text/csv");
    }

    e = ngx_calloc(sizeof(ngx_glyph_errors_t), r->connection->log);
    if (e == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    e->format = (ngx_glyph_rows_e) n;
    e->severity = severity;
    ngx_memcpy(e->id, id->data, NGX_GLYPH_UUID_TEXT_LEN);
    ngx_memcpy(e->tenant_text, tenant->data, tenant->len);
    e->tenant.data = e->tenant_text;
    e->tenant.len = tenant->len;
    ngx_memzero(&args, sizeof(glyph_buf_t));

    e->request = r;

    rc = ngx_glyph_query_args(r, id, tenant, ngx_glyph_errors_arg, e, &args);

    if (rc == NGX_DECLINED) {
        rc = ngx_glyph_errors_check(e, res);
    }

    if (rc == NGX_DECLINED && e->one && e->format == NGX_GLYPH_ROWS_NDJSON) {
        rc = ngx_glyph_query_run(r, name, id, tenant);
    }

    if (rc != NGX_DECLINED) {
        goto failed;
    }

    rc = NGX_HTTP_INTERNAL_SERVER_ERROR;

    e->pump = ngx_glyph_pump_create(r, ngx_glyph_errors_drained, e);
    cln = ngx_pool_cleanup_add(r->pool, sizeof(glyph_buf_t));

    if (e->pump == NULL || cln == NULL) {
        goto failed;
    }

    e->sent = cln->data;
    ngx_memzero(e->sent, sizeof(glyph_buf_t));

    cln->handler = ngx_glyph_errors_sent_cleanup;

    e->cleanup = ngx_http_cleanup_add(r, 0);
    if (e->cleanup == NULL) {
        goto failed;
    }

    if (ngx_glyph_errors_query(e, (char *) args.data) != NGX_OK) {
        rc = ngx_glyph_query_failed(r, NULL, "too many queries");
        goto failed;
    }

    glyph_buf_free(&args);

    e->cleanup->handler = ngx_glyph_errors_cleanup;
    e->cleanup->data = e;

    r->main->count++;

    return NGX_DONE;

failed:

    glyph_buf_free(&args);
    ngx_glyph_errors_free(e);

    return rc;
}


/* One that is not known is for the function of errors to refuse. */

static ngx_int_t
ngx_glyph_errors_severity(ngx_http_request_t *r, const char **severity)
{
    ngx_int_t  rc;
    ngx_str_t  value;

    rc = ngx_glyph_arg(r, "severity", &value);

    *severity = (rc != NGX_OK) ? NULL
                : (value.len == 7 && ngx_memcmp(value.data, "warning", 7) == 0)
                ? "warning"
                : (value.len == 3 && ngx_memcmp(value.data, "all", 3) == 0)
                ? "all" : NULL;

    return (rc == NGX_ERROR) ? rc : NGX_OK;
}


static ngx_int_t
ngx_glyph_errors_arg(ngx_http_request_t *r, void *data, ngx_str_t *name,
    ngx_str_t *value)
{
    ngx_glyph_errors_t *e = data;

    if (name->len == 5 && ngx_memcmp(name->data, "limit", 5) == 0) {
        e->one = 1;
        return NGX_DECLINED;
    }

    if (e->format != NGX_GLYPH_ROWS_CSV
        || name->len != 4
        || ngx_memcmp(name->data, "safe", 4) != 0)
    {
        return NGX_DECLINED;
    }

    if (value->len != 1 || (value->data[0] != '0' && value->data[0] != '1')) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_OPTION_INVALID,
                                  "parameter \"safe\" must be 1 or 0");
    }

    e->safe = (value->data[0] == '1');

    return NGX_DONE;
}


/* Whether there can be such a list.  NGX_DECLINED: go on. */

static ngx_int_t
ngx_glyph_errors_check(ngx_glyph_errors_t *e, PGresult *res)
{
    char                *state;
    u_char               delimiter;
    ngx_int_t            rc;
    ngx_uint_t           final, known, mend;
    glyph_str_t          header;
    ngx_http_request_t  *r;

    r = e->request;

    state = PQntuples(res) ? PQgetvalue(res, 0, 0) : (char *) "receiving";
    rc = ngx_glyph_job_state_parse(state);

    final = rc != NGX_ERROR
            && ngx_glyph_job_is_final((ngx_glyph_job_state_e) rc);
    known = PQntuples(res) && !PQgetisnull(res, 0, 1)
            && !PQgetisnull(res, 0, 2);
    mend = (e->format == NGX_GLYPH_ROWS_CSV && e->severity == NULL);

    if (!final && (!e->one || (mend && !known))) {

        if (ngx_glyph_retry_after(r, 1) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_JOB_RUNNING,
                                  "the job is %s; all of its errors are there "
                                  "when it has ended, pages of them, with "
                                  "\"limit\", before", state);
    }

    if (!mend) {
        return NGX_DECLINED;
    }

    if (!known) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_NO_HEADER,
                                  "the job is %s, and has no rows: its file "
                                  "has no header that could be read; the "
                                  "job's status tells why", state);
    }

    delimiter = (u_char) ngx_atoi((u_char *) PQgetvalue(res, 0, 2),
                                  PQgetlength(res, 0, 2));

    /* records of JSON are no fields of CSV */

    if (delimiter == 0) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_NOT_ACCEPTABLE,
                                  "the file was JSON, so its errors are there "
                                  "as application/json and "
                                  "application/x-ndjson");
    }

    if (ngx_glyph_rows_bytes(res, 0, 1, &e->header) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    header.data = e->header.data;
    header.len = e->header.len;

    glyph_resend_init(&e->resend, &header, delimiter, e->safe);

    return NGX_DECLINED;
}


static ngx_int_t
ngx_glyph_errors_query(ngx_glyph_errors_t *e, const char *args)
{
    const char  *sql, *params[1];

    sql = e->severity ? "SELECT * FROM glyph.api_warnings($1::jsonb)"
          : (e->format == NGX_GLYPH_ROWS_CSV)
          ? "SELECT * FROM glyph.error_records($1::jsonb)"
          : "SELECT * FROM glyph.api_errors($1::jsonb)";

    params[0] = args;

    e->query = ngx_glyph_pg_query(NGX_GLYPH_PG_READ, sql, 1, params,
                                  ngx_glyph_errors_result, e);

    return e->query ? NGX_OK : NGX_ERROR;
}


static void
ngx_glyph_errors_result(void *data, PGresult *res, const char *error)
{
    ngx_glyph_errors_t *e = data;

    ngx_int_t            rc;
    ngx_glyph_code_e     code;
    ngx_http_request_t  *r;

    r = e->request;
    e->query = NULL;
    e->res = res;

    ngx_http_set_log_request(r->connection->log, r);

    if (res == NULL || PQresultStatus(res) != PGRES_TUPLES_OK) {
        code = NGX_GLYPH_CODE_STORE_UNAVAILABLE;

        rc = e->begun ? ngx_glyph_pump_cut(r, ngx_glyph_codes[code].name)
                      : ngx_glyph_query_failed(r, res, error);

        ngx_glyph_errors_done(e, rc);
        return;
    }

    e->task.run = ngx_glyph_errors_encode;
    e->task.done = ngx_glyph_errors_encoded;
    e->task.data = e;

    if (ngx_glyph_task_post(ngx_glyph_main_conf->compute, &e->task)
        == NGX_OK)
    {
        e->running = 1;
        return;
    }

    rc = e->begun ? ngx_glyph_pump_cut(r, "too many tasks")
                  : ngx_glyph_query_failed(r, NULL, "too many tasks");

    ngx_glyph_errors_done(e, rc);
}


/* In the thread: res, resend, raw and page are the task's. */

static void
ngx_glyph_errors_encode(ngx_glyph_task_t *task, ngx_log_t *log)
{
    ngx_glyph_errors_t  *e;

    e = task->data;

    if (e->format == NGX_GLYPH_ROWS_CSV && e->severity) {
        ngx_glyph_rows_csv(e->res, !e->begun, e->safe, &e->page);

    } else if (e->format == NGX_GLYPH_ROWS_CSV) {
        ngx_glyph_errors_csv(e);

    } else {
        ngx_glyph_rows_encode(e->res, e->format, &e->page);
    }
}


/* The columns are those of glyph.error_records(). */

static void
ngx_glyph_errors_csv(ngx_glyph_errors_t *e)
{
    int          row;
    uint64_t     line;
    glyph_str_t  codes, messages, raw;

    if (!e->begun) {
        glyph_resend_header(&e->resend, &e->page);
    }

    for (row = 0; row < PQntuples(e->res); row++) {

        if (ngx_glyph_rows_bytes(e->res, row, 3, &e->raw) != NGX_OK) {
            e->page.failed = 1;
            return;
        }

        line = strtoull(PQgetvalue(e->res, row, 0), NULL, 10);
        codes.data = (u_char *) PQgetvalue(e->res, row, 1);
        codes.len = PQgetlength(e->res, row, 1);
        messages.data = (u_char *) PQgetvalue(e->res, row, 2);
        messages.len = PQgetlength(e->res, row, 2);
        raw.data = e->raw.data;
        raw.len = e->raw.len;

        glyph_resend_record(&e->resend, &e->page, &raw, line, &codes,
                            &messages);
    }
}


static void
ngx_glyph_errors_encoded(ngx_glyph_task_t *task)
{
    ngx_int_t            rc;
    ngx_glyph_errors_t  *e;

    e = task->data;
    e->running = 0;

    if (e->request == NULL) {
        ngx_glyph_errors_free(e);
        return;
    }

    ngx_http_set_log_request(e->request->connection->log, e->request);

    rc = ngx_glyph_errors_page(e);

    if (rc != NGX_AGAIN) {
        ngx_glyph_errors_done(e, rc);
    }
}


/* NGX_AGAIN: it goes on; else what to finalize the request with. */

static ngx_int_t
ngx_glyph_errors_page(ngx_glyph_errors_t *e)
{
    char                *cursor;
    ngx_int_t            rc;
    ngx_glyph_code_e     code;
    ngx_http_request_t  *r;

    r = e->request;

    if (e->page.failed) {
        code = NGX_GLYPH_CODE_OUT_OF_MEMORY;

        return e->begun ? ngx_glyph_pump_cut(r, ngx_glyph_codes[code].name)
                        : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cursor = ngx_glyph_rows_get(e->res, "_cursor", 1);

    ngx_cpystrn(e->cursor, (u_char *) (cursor ? cursor : ""),
                NGX_GLYPH_ERRORS_CURSOR);

    PQclear(e->res);
    e->res = NULL;

    /* the page before has been sent */

    glyph_buf_free(e->sent);
    *e->sent = e->page;
    ngx_memzero(&e->page, sizeof(glyph_buf_t));

    if (!e->begun) {
        e->begun = 1;

        rc = ngx_glyph_errors_header(e);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    rc = ngx_glyph_pump_put(e->pump, e->sent->data, e->sent->len);

    return (rc == NGX_OK) ? ngx_glyph_errors_go_on(e) : rc;
}


/* NGX_DECLINED: go on; else as ngx_glyph_errors_page(). */

static ngx_int_t
ngx_glyph_errors_header(ngx_glyph_errors_t *e)
{
    ngx_http_request_t  *r;

    static u_char  vary[] = "Accept";

    r = e->request;

    if (e->format == NGX_GLYPH_ROWS_CSV) {
        ngx_str_set(&r->headers_out.charset, "utf-8");
    }

    if (ngx_glyph_add_header(r, "Vary", vary, sizeof(vary) - 1) != NGX_OK
        || ngx_glyph_errors_etag(e) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (e->one && e->cursor[0]
        && ngx_glyph_query_link(r, (char *) e->cursor) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_glyph_pump_begin(e->pump, &ngx_glyph_errors_types[e->format]);
}


/*
 * Of all errors: what was asked for, as they stay as they are; how they are
 * written may differ from version to version.  Of a page: what is on it.
 */

static ngx_int_t
ngx_glyph_errors_etag(ngx_glyph_errors_t *e)
{
    u_char              *p;
    ngx_str_t            text;
    ngx_http_request_t  *r;

    r = e->request;

    if (e->one) {
        text.data = e->sent->data;
        text.len = e->sent->len;
        return ngx_glyph_etag(r, &text);
    }

    text.data = ngx_pnalloc(r->pool, sizeof(NGX_GLYPH_VERSION)
                                     + NGX_GLYPH_UUID_TEXT_LEN
                                     + NGX_INT_T_LEN + r->args.len + 3);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(text.data, "%s %*s %ui %V", NGX_GLYPH_VERSION,
                    (size_t) NGX_GLYPH_UUID_TEXT_LEN, e->id,
                    (ngx_uint_t) e->format, &r->args);

    text.len = p - text.data;

    return ngx_glyph_etag(r, &text);
}


static void
ngx_glyph_errors_drained(ngx_glyph_pump_t *pump)
{
    ngx_int_t            rc;
    ngx_glyph_errors_t  *e;

    e = pump->data;

    /* the next page is on its way */

    if (e->query || e->running) {
        return;
    }

    rc = ngx_glyph_errors_go_on(e);

    if (rc != NGX_AGAIN) {
        ngx_glyph_errors_done(e, rc);
    }
}


/* The page has been sent.  As ngx_glyph_errors_page(). */

static ngx_int_t
ngx_glyph_errors_go_on(ngx_glyph_errors_t *e)
{
    return (e->cursor[0] && !e->one) ? ngx_glyph_errors_next(e)
                                     : ngx_glyph_pump_end(e->pump, NULL, 0);
}


static ngx_int_t
ngx_glyph_errors_next(ngx_glyph_errors_t *e)
{
    ngx_int_t    rc;
    glyph_buf_t  args;

    ngx_memzero(&args, sizeof(glyph_buf_t));

    glyph_buf_puts(&args, "{\"args\":{\"id\":");
    glyph_json_string(&args, e->id, NGX_GLYPH_UUID_TEXT_LEN);
    glyph_buf_puts(&args, ",\"limit\":\"" NGX_GLYPH_ERRORS_PAGE "\"");

    if (e->severity) {
        glyph_buf_puts(&args, ",\"severity\":");
        glyph_json_cstring(&args, e->severity);
    }

    glyph_buf_puts(&args, ",\"after\":");
    glyph_json_cstring(&args, (char *) e->cursor);
    glyph_buf_puts(&args, "},\"tenant\":");
    glyph_json_string(&args, e->tenant.data, e->tenant.len);
    glyph_buf_puts(&args, "}");
    glyph_buf_putc(&args, '\0');

    rc = NGX_AGAIN;

    if (args.failed
        || ngx_glyph_errors_query(e, (char *) args.data) != NGX_OK)
    {
        rc = ngx_glyph_pump_cut(e->request, "too many queries");
    }

    glyph_buf_free(&args);

    return rc;
}


static void
ngx_glyph_errors_done(ngx_glyph_errors_t *e, ngx_int_t rc)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = e->request;
    c = r->connection;

    e->cleanup->handler = NULL;
    ngx_glyph_pump_leave(e->pump);
    ngx_glyph_errors_free(e);

    ngx_http_finalize_request(r, rc);

    ngx_http_run_posted_requests(c);
}


static void
ngx_glyph_errors_cleanup(void *data)
{
    ngx_glyph_errors_t *e = data;

    e->request = NULL;

    if (e->query) {
        ngx_glyph_pg_abandon(e->query);
    }

    if (!e->running) {
        ngx_glyph_errors_free(e);
    }
}


static void
ngx_glyph_errors_sent_cleanup(void *data)
{
    glyph_buf_free(data);
}


static void
ngx_glyph_errors_free(ngx_glyph_errors_t *e)
{
    if (e->res) {
        PQclear(e->res);
    }

    glyph_buf_free(&e->header);
    glyph_buf_free(&e->raw);
    glyph_buf_free(&e->page);

    ngx_free(e);
}
