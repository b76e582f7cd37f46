
#include "ngx_glyph.h"
#include "ngx_glyph_node.h"
#include "ngx_glyph_pg_conn.h"
#include "ngx_glyph_schema.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_zone.h"

#include <poll.h>


/* how often a thread that waits looks whether it still should, in msec */
#define NGX_GLYPH_PG_SLICE  100


/*
 * One attempt to connect.  It is the io task's alone until its completion,
 * but for "cancelled"; "owner" is for the event loop.
 */

typedef struct {
    ngx_glyph_task_t           task;        /* must be first */
    ngx_glyph_pg_conn_t       *owner;       /* NULL: closed meanwhile */
    ngx_glyph_pg_conf_t       *conf;
    const char                *setup;
    char                       name[NAME_MAX];
    uint64_t                   deadline;    /* msec, monotonic */
    ngx_atomic_t               cancelled;

    PGconn                    *pg;          /* NULL: failed */
    char                       error[256];
    char                       sqlstate[6];
    ngx_uint_t                 schema_bad;
    ngx_uint_t                 schema;      /* its number */
    ngx_uint_t                 hosts;       /* of the conninfo */
    ngx_uint_t                 synchronous; /* its standbys, if any */
} ngx_glyph_pg_attempt_t;


static void ngx_glyph_pg_run(ngx_glyph_task_t *task, ngx_log_t *log);
static ngx_int_t ngx_glyph_pg_try(ngx_glyph_pg_attempt_t *at,
    PQconninfoOption *options, ngx_uint_t i, ngx_log_t *log);
static const char *ngx_glyph_pg_value(PQconninfoOption *options,
    const char *keyword);
static ngx_uint_t ngx_glyph_pg_count(PQconninfoOption *options,
    const char *keyword);
static const char *ngx_glyph_pg_item(PQconninfoOption *options,
    const char *keyword, ngx_uint_t i, char *buf, size_t size);
static ngx_int_t ngx_glyph_pg_start(ngx_glyph_pg_attempt_t *at,
    PQconninfoOption *options, ngx_uint_t i, ngx_log_t *log);
static ngx_int_t ngx_glyph_pg_establish(ngx_glyph_pg_attempt_t *at);
static ngx_int_t ngx_glyph_pg_judge_schema(ngx_glyph_pg_attempt_t *at,
    int version, int serves, const char *digest);
static ngx_int_t ngx_glyph_pg_check_schema(ngx_glyph_pg_attempt_t *at);
static void ngx_glyph_pg_no_schema(ngx_glyph_pg_attempt_t *at,
    const char *fmt, ...);
static void ngx_glyph_pg_refused(ngx_glyph_pg_attempt_t *at, PGresult *res);
static ngx_int_t ngx_glyph_pg_exec(ngx_glyph_pg_attempt_t *at,
    const char *sql, PGresult **res);
static ngx_int_t ngx_glyph_pg_wait(ngx_glyph_pg_attempt_t *at, short events);
static uint64_t ngx_glyph_pg_now(void);
static void ngx_glyph_pg_done(ngx_glyph_task_t *task);
static void ngx_glyph_pg_open(ngx_glyph_pg_conn_t *c, PGconn *pg);
static void ngx_glyph_pg_event_handler(ngx_glyph_event_t *ev);
static void ngx_glyph_pg_closing(ngx_glyph_event_t *ev);
static void ngx_glyph_pg_connection_error(ngx_glyph_pg_conn_t *c);
static void ngx_glyph_pg_notice(void *data, const char *message);
static void ngx_glyph_pg_line(char *dst, size_t size, const char *src);


ngx_int_t
ngx_glyph_pg_connect(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_pg_attempt_t  *at;

    if (c->state != NGX_GLYPH_PG_CLOSED) {
        return NGX_OK;
    }

    at = ngx_calloc(sizeof(ngx_glyph_pg_attempt_t), ngx_cycle->log);
    if (at == NULL) {
        return NGX_ERROR;
    }

    at->owner = c;
    at->conf = c->conf;
    at->setup = c->setup;

    ngx_snprintf((u_char *) at->name, sizeof(at->name), "%s:%s%Z", c->role,
                 ngx_glyph_worker_id);

    at->task.run = ngx_glyph_pg_run;
    at->task.done = ngx_glyph_pg_done;

    if (ngx_glyph_task_post(ngx_glyph_main_conf->io, &at->task) != NGX_OK) {
        ngx_free(at);
        return NGX_ERROR;
    }

    c->task = &at->task;
    c->state = NGX_GLYPH_PG_CONNECTING;

    return NGX_OK;
}


void
ngx_glyph_pg_close(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_pg_attempt_t  *at;

    if (c->task) {
        at = (ngx_glyph_pg_attempt_t *) c->task;

        at->owner = NULL;
        at->cancelled = 1;

        c->task = NULL;
    }

    if (c->pg) {
        ngx_glyph_event_detach(&c->event,
                        PQsocket(c->pg) != ngx_glyph_event_fd(&c->event));
        PQfinish(c->pg);
        c->pg = NULL;
    }

    c->state = NGX_GLYPH_PG_CLOSED;
}


/*
 * In the thread.  Of several hosts each has its share of the time: libpq
 * itself goes on to the next one when a host refuses, but waits for ever for
 * one that does not answer, which is what a machine that died does.
 */

static void
ngx_glyph_pg_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    uint64_t                 now, end;
    ngx_uint_t               i, n;
    PQconninfoOption        *options;
    ngx_glyph_pg_attempt_t  *at;
    char                     error[sizeof(at->error) / 2];

    at = (ngx_glyph_pg_attempt_t *) task;
    end = ngx_glyph_pg_now() + at->conf->timeout;

    options = PQconninfoParse((char *) at->conf->conninfo.data, NULL);

    n = ngx_max(ngx_glyph_pg_count(options, "host"),
                ngx_glyph_pg_count(options, "hostaddr"));
    error[0] = '\0';

    at->hosts = n;

    for (i = 0; i < n; i++) {
        now = ngx_glyph_pg_now();
        at->deadline = now + ((end > now) ? (end - now) / (n - i) : 0);

        if (ngx_glyph_pg_try(at, options, i, log) == NGX_OK) {
            break;
        }

        PQfinish(at->pg);
        at->pg = NULL;

        if (error[0]) {
            ngx_glyph_pg_line(error + ngx_strlen(error),
                              sizeof(error) - ngx_strlen(error), "; ");
        }

        ngx_glyph_pg_line(error + ngx_strlen(error),
                          sizeof(error) - ngx_strlen(error), at->error);

        if (at->schema_bad || at->cancelled || ngx_terminate) {
            break;
        }
    }

    if (at->pg == NULL && n > 1 && !at->schema_bad) {
        ngx_memcpy(at->error, error, sizeof(error));
    }

    PQconninfoFree(options);
}


/* The i-th host, and what it must be asked. */

static ngx_int_t
ngx_glyph_pg_try(ngx_glyph_pg_attempt_t *at, PQconninfoOption *options,
    ngx_uint_t i, ngx_log_t *log)
{
    PGresult  *res;

    if (ngx_glyph_pg_start(at, options, i, log) != NGX_OK
        || ngx_glyph_pg_establish(at) != NGX_OK
        || ngx_glyph_pg_check_schema(at) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (at->setup) {

        if (ngx_glyph_pg_exec(at, at->setup, &res) != NGX_OK) {
            return NGX_ERROR;
        }

        if (PQresultStatus(res) == PGRES_FATAL_ERROR) {
            ngx_glyph_pg_refused(at, res);
            PQclear(res);
            return NGX_ERROR;
        }

        PQclear(res);
    }

    if (PQsetnonblocking(at->pg, 1) == 0) {
        return NGX_OK;
    }

    ngx_glyph_pg_line(at->error, sizeof(at->error), PQerrorMessage(at->pg));

    return NGX_ERROR;
}


/* What the connection string says; NULL: nothing. */

static const char *
ngx_glyph_pg_value(PQconninfoOption *options, const char *keyword)
{
    for ( /* void */ ; options && options->keyword; options++) {
        if (ngx_strcmp(options->keyword, keyword) == 0) {
            return options->val;
        }
    }

    return NULL;
}


/* How many are in a list; one that is absent has one: the default. */

static ngx_uint_t
ngx_glyph_pg_count(PQconninfoOption *options, const char *keyword)
{
    ngx_uint_t   n;
    const char  *p;

    n = 1;

    for (p = ngx_glyph_pg_value(options, keyword); p && *p; p++) {
        n += (*p == ',');
    }

    return n;
}


/* The i-th of a list, or the only one; NULL: leave the list as it is. */

static const char *
ngx_glyph_pg_item(PQconninfoOption *options, const char *keyword,
    ngx_uint_t i, char *buf, size_t size)
{
    size_t       len;
    const char  *p;

    if (ngx_glyph_pg_count(options, keyword) == 1) {
        return NULL;
    }

    for (p = ngx_glyph_pg_value(options, keyword); i; i--) {
        p = strchr(p, ',');

        if (p == NULL) {
            return NULL;
        }

        p++;
    }

    len = strcspn(p, ",");

    if (len >= size) {
        return NULL;
    }

    ngx_memcpy(buf, p, len);
    buf[len] = '\0';

    return buf;
}


/*
 * What stands before dbname is a default that the connection string may
 * change, what stands behind it is not.
 */

static ngx_int_t
ngx_glyph_pg_start(ngx_glyph_pg_attempt_t *at, PQconninfoOption *options,
    ngx_uint_t i, ngx_log_t *log)
{
    char         ms[NGX_INT_T_LEN + 1], sec[NGX_INT_T_LEN + 1];
    char         items[3][NAME_MAX + 1];
    ngx_uint_t   n, k;
    const char  *keys[12], *values[12];

    static const char  *lists[] = { "host", "hostaddr", "port" };

    ngx_sprintf((u_char *) ms, "%M%Z", at->conf->timeout);
    ngx_sprintf((u_char *) sec, "%M%Z",
                ngx_max((at->conf->timeout + 999) / 1000, 2));

    n = 0;

#define ngx_glyph_pg_option(k, v)  keys[n] = k; values[n++] = v

    ngx_glyph_pg_option("connect_timeout", sec);
    ngx_glyph_pg_option("keepalives_idle", "30");
    ngx_glyph_pg_option("keepalives_interval", "10");
    ngx_glyph_pg_option("keepalives_count", "3");
    ngx_glyph_pg_option("tcp_user_timeout", ms);
    ngx_glyph_pg_option("dbname", (char *) at->conf->conninfo.data);
    ngx_glyph_pg_option("application_name", at->name);
    ngx_glyph_pg_option("client_encoding", "UTF8");

    for (k = 0; k < 3; k++) {
        values[n] = ngx_glyph_pg_item(options, lists[k], i, items[k],
                                      sizeof(items[k]));
        if (values[n]) {
            keys[n++] = lists[k];
        }
    }

    ngx_glyph_pg_option(NULL, NULL);

#undef ngx_glyph_pg_option

    at->pg = PQconnectStartParams(keys, values, 1);

    if (at->pg == NULL) {
        ngx_glyph_pg_line(at->error, sizeof(at->error), "out of memory");
        return NGX_ERROR;
    }

    PQsetNoticeProcessor(at->pg, ngx_glyph_pg_notice, log);

    if (PQstatus(at->pg) == CONNECTION_BAD) {
        ngx_glyph_pg_line(at->error, sizeof(at->error),
                          PQerrorMessage(at->pg));
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_pg_establish(ngx_glyph_pg_attempt_t *at)
{
    short                      events;
    PostgresPollingStatusType  status;

    /* libpq wants the first wait to be one for writing */

    status = PGRES_POLLING_WRITING;

    for ( ;; ) {

        if (status == PGRES_POLLING_OK) {
            return NGX_OK;
        }

        if (status == PGRES_POLLING_FAILED) {
            ngx_glyph_pg_line(at->error, sizeof(at->error),
                              PQerrorMessage(at->pg));
            return NGX_ERROR;
        }

        events = (status == PGRES_POLLING_READING) ? POLLIN : POLLOUT;

        if (ngx_glyph_pg_wait(at, events) != NGX_OK) {
            return NGX_ERROR;
        }

        status = PQconnectPoll(at->pg);
    }
}


static ngx_int_t
ngx_glyph_pg_check_schema(ngx_glyph_pg_attempt_t *at)
{
    int          version;
    PGresult    *res;
    ngx_int_t    rc;
    const char  *code;

    static const char  sql[] =
        "SELECT v.version, glyph.schema_version(),"
        " current_setting('synchronous_standby_names'),"
        " CASE WHEN v.version = " ngx_value(NGX_GLYPH_SCHEMA_VERSION) " THEN"
        " (SELECT md5(string_agg(proname || E'\\n' || prosrc || E'\\n', ''"
        " ORDER BY proname COLLATE \"C\", prosrc COLLATE \"C\"))"
        " FROM pg_proc WHERE pronamespace = 'glyph'::regnamespace"
        " AND proname = ANY ('{" NGX_GLYPH_SCHEMA_FUNCTIONS "}'))"
        " END FROM (SELECT max(version) AS version"
        " FROM glyph.schema_versions) v";

    if (ngx_glyph_pg_exec(at, sql, &res) != NGX_OK) {
        return NGX_ERROR;
    }

    if (PQresultStatus(res) != PGRES_TUPLES_OK || PQntuples(res) != 1) {

        ngx_glyph_pg_refused(at, res);

        code = PQresultErrorField(res, PG_DIAG_SQLSTATE);

        /* invalid_schema_name, undefined_function, undefined_table */

        if (code && (ngx_strcmp(code, "3F000") == 0
                     || ngx_strcmp(code, "42883") == 0
                     || ngx_strcmp(code, "42P01") == 0))
        {
            ngx_glyph_pg_no_schema(at, "database \"%s\" has no schema of "
                                   "glyph: run psql -f schema.sql",
                                   PQdb(at->pg));
        }

        PQclear(res);
        return NGX_ERROR;
    }

    version = atoi(PQgetvalue(res, 0, 0));
    at->synchronous = (PQgetlength(res, 0, 2) != 0);
    at->schema = version;

    rc = ngx_glyph_pg_judge_schema(at, version, atoi(PQgetvalue(res, 0, 1)),
                                   PQgetvalue(res, 0, 3));

    PQclear(res);

    return rc;
}


/*
 * "serves" is the oldest number whose modules the schema serves; the digest is
 * of its functions, or empty where the number is not ours.
 */

static ngx_int_t
ngx_glyph_pg_judge_schema(ngx_glyph_pg_attempt_t *at, int version, int serves,
    const char *digest)
{
    if (version < NGX_GLYPH_SCHEMA_MIN) {
        ngx_glyph_pg_no_schema(at, "the schema in database \"%s\" is version "
                               "%d, older than %d: run psql -f schema.sql of "
                               "version %d", PQdb(at->pg), version,
                               NGX_GLYPH_SCHEMA_MIN, NGX_GLYPH_SCHEMA_VERSION);
        return NGX_ERROR;
    }

    if (serves > NGX_GLYPH_SCHEMA_VERSION) {
        ngx_glyph_pg_no_schema(at, "the schema in database \"%s\" is version "
                               "%d and serves modules of %d and newer: this "
                               "one is of %d", PQdb(at->pg), version, serves,
                               NGX_GLYPH_SCHEMA_VERSION);
        return NGX_ERROR;
    }

    if (version == NGX_GLYPH_SCHEMA_VERSION
        && ngx_strcmp(digest, NGX_GLYPH_SCHEMA_DIGEST) != 0)
    {
        ngx_glyph_pg_no_schema(at, "the functions of schema glyph in database "
                               "\"%s\" are not those of version %d: run "
                               "psql -f schema.sql", PQdb(at->pg), version);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_glyph_pg_no_schema(ngx_glyph_pg_attempt_t *at, const char *fmt, ...)
{
    u_char   *p;
    va_list   args;

    va_start(args, fmt);
    p = ngx_vslprintf((u_char *) at->error,
                      (u_char *) at->error + sizeof(at->error) - 1,
                      fmt, args);
    va_end(args);

    *p = '\0';

    at->schema_bad = 1;

    /*
     * A version is no error of the server's: as if it had no such schema.  A
     * table or a function that is missing in one that is there is the same.
     */

    ngx_memcpy(at->sqlstate, "3F000", sizeof("3F000"));
}


static void
ngx_glyph_pg_refused(ngx_glyph_pg_attempt_t *at, PGresult *res)
{
    const char  *code;

    code = PQresultErrorField(res, PG_DIAG_SQLSTATE);

    ngx_cpystrn((u_char *) at->sqlstate, (u_char *) (code ? code : ""),
                sizeof(at->sqlstate));

    ngx_glyph_pg_line(at->error, sizeof(at->error),
                      PQresultErrorMessage(res));
}


/*
 * One or more statements, before the deadline.  *res is the first error's
 * result, or the last one.
 */

static ngx_int_t
ngx_glyph_pg_exec(ngx_glyph_pg_attempt_t *at, const char *sql,
    PGresult **res)
{
    PGresult  *next;

    *res = NULL;

    if (PQsendQuery(at->pg, sql) != 1) {
        goto failed;
    }

    for ( ;; ) {

        while (PQisBusy(at->pg)) {

            if (ngx_glyph_pg_wait(at, POLLIN) != NGX_OK) {
                PQclear(*res);
                return NGX_ERROR;
            }

            if (PQconsumeInput(at->pg) != 1) {
                goto failed;
            }
        }

        next = PQgetResult(at->pg);

        if (next == NULL) {
            break;
        }

        if (PQresultStatus(*res) == PGRES_FATAL_ERROR && *res) {
            PQclear(next);
            continue;
        }

        PQclear(*res);
        *res = next;
    }

    if (*res) {
        return NGX_OK;
    }

failed:

    ngx_glyph_pg_line(at->error, sizeof(at->error), PQerrorMessage(at->pg));

    PQclear(*res);

    return NGX_ERROR;
}


/*
 * In slices, so that neither a connection that nobody wants any more nor a
 * fast shutdown has to wait for the deadline.
 */

static ngx_int_t
ngx_glyph_pg_wait(ngx_glyph_pg_attempt_t *at, short events)
{
    int            n;
    uint64_t       now;
    struct pollfd  pfd;

    for ( ;; ) {

        now = ngx_glyph_pg_now();

        if (now >= at->deadline) {
            ngx_snprintf((u_char *) at->error, sizeof(at->error),
                         "no connection to postgres within %Mms%Z",
                         at->conf->timeout);
            return NGX_ERROR;
        }

        if (at->cancelled || ngx_terminate) {
            ngx_glyph_pg_line(at->error, sizeof(at->error), "cancelled");
            return NGX_ERROR;
        }

        pfd.fd = PQsocket(at->pg);
        pfd.events = events;
        pfd.revents = 0;

        n = poll(&pfd, 1, (int) ngx_min(at->deadline - now,
                                        NGX_GLYPH_PG_SLICE));
        if (n > 0) {
            return NGX_OK;
        }

        if (n == -1 && ngx_errno != NGX_EINTR) {
            ngx_glyph_pg_line(at->error, sizeof(at->error),
                              "poll() failed");
            return NGX_ERROR;
        }
    }
}


/* nginx's own clock belongs to the event loop. */

static uint64_t
ngx_glyph_pg_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}


/* In the event loop again. */

static void
ngx_glyph_pg_done(ngx_glyph_task_t *task)
{
    PGconn                  *pg;
    ngx_glyph_pg_conn_t     *c;
    ngx_glyph_pg_attempt_t  *at;

    at = (ngx_glyph_pg_attempt_t *) task;
    pg = at->pg;
    c = at->owner;

    if (c == NULL) {
        PQfinish(pg);
        ngx_free(at);
        return;
    }

    c->task = NULL;
    c->schema_bad = at->schema_bad;
    c->schema = at->schema;
    ngx_memcpy(c->sqlstate, at->sqlstate, sizeof(c->sqlstate));
    ngx_memcpy(c->error, at->error, sizeof(c->error));

    if (pg) {
        ngx_glyph_store_set_failover(at->hosts < 2 ? NULL
                                     : at->synchronous ? "synchronous"
                                     : "asynchronous");
    }

    ngx_free(at);

    ngx_glyph_zone_add(pg ? NGX_GLYPH_PG_CONNECTS : NGX_GLYPH_PG_FAILURES, 1);

    if (pg) {
        ngx_glyph_pg_open(c, pg);
        return;
    }

    c->state = NGX_GLYPH_PG_CLOSED;
    c->failed(c);
}


static void
ngx_glyph_pg_open(ngx_glyph_pg_conn_t *c, PGconn *pg)
{
    PQsetNoticeProcessor(pg, ngx_glyph_pg_notice, ngx_cycle->log);

    c->event.log = ngx_cycle->log;
    c->event.data = c;
    c->event.readable = ngx_glyph_pg_event_handler;
    c->event.writable = ngx_glyph_pg_event_handler;
    c->event.closing = ngx_glyph_pg_closing;

    c->pg = pg;

    if (ngx_glyph_event_attach(&c->event, PQsocket(pg)) != NGX_OK
        || ngx_glyph_event_want_read(&c->event, 1) != NGX_OK)
    {
        ngx_glyph_pg_set_error(c, "no free connection of the worker");
        ngx_glyph_pg_close(c);
        c->failed(c);
        return;
    }

    c->state = NGX_GLYPH_PG_OPEN;
    c->opened(c);
}


ngx_int_t
ngx_glyph_pg_poll(ngx_glyph_pg_conn_t *c)
{
    ngx_uint_t  i;

    if (PQsocket(c->pg) != ngx_glyph_event_fd(&c->event)) {
        return NGX_ERROR;
    }

    /* of a TLS record, what libpq has not read wakes nobody */

    for (i = 0; i < (PQsslInUse(c->pg) ? 3 : 1); i++) {

        if (PQconsumeInput(c->pg) != 1) {
            ngx_glyph_pg_connection_error(c);
            return NGX_ERROR;
        }
    }

    return ngx_glyph_pg_flush(c) == NGX_ERROR ? NGX_ERROR : NGX_OK;
}


ngx_int_t
ngx_glyph_pg_flush(ngx_glyph_pg_conn_t *c)
{
    int  rc;

    rc = PQflush(c->pg);

    if (rc == -1 || PQsocket(c->pg) != ngx_glyph_event_fd(&c->event)) {
        ngx_glyph_pg_connection_error(c);
        return NGX_ERROR;
    }

    if (ngx_glyph_event_want_write(&c->event, rc) != NGX_OK) {
        ngx_glyph_pg_set_error(c, "cannot wait for the connection");
        return NGX_ERROR;
    }

    return rc ? NGX_AGAIN : NGX_OK;
}


void
ngx_glyph_pg_set_error(ngx_glyph_pg_conn_t *c, const char *message)
{
    ngx_glyph_pg_line(c->error, sizeof(c->error), message);
}


static void
ngx_glyph_pg_event_handler(ngx_glyph_event_t *ev)
{
    ngx_glyph_pg_conn_t  *c;

    c = ev->data;
    c->ready(c);
}


/*
 * An idle connection is simply closed.  One in use is, after
 * worker_shutdown_timeout, taken out of the event loop, so that the owner
 * finds it lost.
 */

static void
ngx_glyph_pg_closing(ngx_glyph_event_t *ev)
{
    ngx_glyph_pg_conn_t  *c;

    c = ev->data;

    if (ev->connection->idle) {
        ngx_glyph_pg_close(c);
        return;
    }

    ngx_glyph_event_detach(ev, 0);
    ngx_glyph_pg_set_error(c, "worker exit");

    c->ready(c);
}


/*
 * A server that closes a connection may have said why before; this has come
 * as a result, or is known to nobody.
 */

static void
ngx_glyph_pg_connection_error(ngx_glyph_pg_conn_t *c)
{
    PGresult  *res;

    ngx_glyph_pg_set_error(c, PQerrorMessage(c->pg));

    if (PQtransactionStatus(c->pg) == PQTRANS_IDLE || PQisBusy(c->pg)) {
        return;
    }

    res = PQgetResult(c->pg);

    if (PQresultErrorField(res, PG_DIAG_SQLSTATE)) {
        ngx_glyph_pg_set_error(c, PQresultErrorMessage(res));
    }

    PQclear(res);
}


static void
ngx_glyph_pg_notice(void *data, const char *message)
{
    ngx_log_t *log = data;

    char  line[512];

    ngx_glyph_pg_line(line, sizeof(line), message);

    ngx_log_error(NGX_LOG_INFO, log, 0, "postgres says: %s", line);
}


/* Control characters and runs of spaces become one space. */

static void
ngx_glyph_pg_line(char *dst, size_t size, const char *src)
{
    char  *p, *last;

    p = dst;
    last = dst + size - 1;

    while (*src && p < last) {

        if ((u_char) *src > ' ' && *src != 0x7f) {
            *p++ = *src++;
            continue;
        }

        if (p != dst && p[-1] != ' ') {
            *p++ = ' ';
        }

        src++;
    }

    /* not a part of a character */

    if (*src) {
        while (p > dst && ((u_char) *src & 0xc0) == 0x80) {
            src--;
            p--;
        }
    }

    while (p > dst && p[-1] == ' ') {
        p--;
    }

    *p = '\0';
}
