
#include "ngx_glyph.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_pg_attempt.h"
#include "ngx_glyph_schema.h"

#include <poll.h>


/* how often a thread that waits looks whether it still should, in msec */
#define NGX_GLYPH_PG_SLICE  100


static ngx_int_t ngx_glyph_pg_try(ngx_glyph_pg_attempt_t *at,
    PQconninfoOption *options, ngx_uint_t i);
static const char *ngx_glyph_pg_value(PQconninfoOption *options,
    const char *keyword);
static ngx_uint_t ngx_glyph_pg_count(PQconninfoOption *options,
    const char *keyword);
static const char *ngx_glyph_pg_item(PQconninfoOption *options,
    const char *keyword, ngx_uint_t i, char *buf, size_t size);
static ngx_int_t ngx_glyph_pg_start(ngx_glyph_pg_attempt_t *at,
    PQconninfoOption *options, ngx_uint_t i);
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
static void ngx_glyph_pg_notice(void *data, const char *message);


/*
 * In the thread.  Of several hosts each has its share of the time: libpq
 * itself goes on to the next one when a host refuses, but waits for ever for
 * one that does not answer, which is what a machine that died does.
 */

void
ngx_glyph_pg_attempt_run(ngx_glyph_task_t *task, ngx_log_t *log)
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

        if (ngx_glyph_pg_try(at, options, i) == NGX_OK) {
            break;
        }

        PQfinish(at->pg);
        at->pg = NULL;

        if (error[0]) {
            ngx_glyph_log_line(error + ngx_strlen(error),
                              sizeof(error) - ngx_strlen(error), "; ");
        }

        ngx_glyph_log_line(error + ngx_strlen(error),
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
    ngx_uint_t i)
{
    PGresult  *res;

    if (ngx_glyph_pg_start(at, options, i) != NGX_OK
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

    ngx_glyph_log_line(at->error, sizeof(at->error), PQerrorMessage(at->pg));

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
    ngx_uint_t i)
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
        ngx_glyph_log_line(at->error, sizeof(at->error), "out of memory");
        return NGX_ERROR;
    }

    PQsetNoticeProcessor(at->pg, ngx_glyph_pg_notice, ngx_cycle->log);

    if (PQstatus(at->pg) == CONNECTION_BAD) {
        ngx_glyph_log_line(at->error, sizeof(at->error),
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
            ngx_glyph_log_line(at->error, sizeof(at->error),
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

    ngx_glyph_log_line(at->error, sizeof(at->error),
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

    ngx_glyph_log_line(at->error, sizeof(at->error), PQerrorMessage(at->pg));

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
            ngx_glyph_log_line(at->error, sizeof(at->error), "cancelled");
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
            ngx_glyph_log_line(at->error, sizeof(at->error),
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


static void
ngx_glyph_pg_notice(void *data, const char *message)
{
    ngx_log_t *log = data;

    char  line[512];

    ngx_glyph_log_line(line, sizeof(line), message);

    ngx_log_error(NGX_LOG_INFO, log, 0, "postgres says: %s", line);
}
