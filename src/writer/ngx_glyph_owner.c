
#include "ngx_glyph.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_node.h"
#include "ngx_glyph_owner.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_uuid.h"

#include <sys/file.h>


#define NGX_GLYPH_OWNER_TICK       1000
#define NGX_GLYPH_OWNER_HEARTBEAT  10000
#define NGX_GLYPH_OWNER_PURGE      5000
#define NGX_GLYPH_OWNER_COMPLAIN   60       /* seconds between two errors */

/* dead workers found in one scan */
#define NGX_GLYPH_OWNER_DEAD       16


typedef struct {
    ngx_fd_t                   fd;          /* its lock is ours */
    char                       id[NGX_GLYPH_UUID_TEXT_LEN + 1];
} ngx_glyph_dead_t;


/*
 * The reaper.  While a scan runs, it has the struct's "dead"; then each of
 * them is asked for in Postgres, one after the other, its lock being held.
 */

typedef struct {
    ngx_glyph_task_t           task;        /* must be first */
    char                       workers[NGX_MAX_PATH];   /* the directory */
    char                       reaper[NGX_MAX_PATH];    /* the lock */
    ngx_fd_t                   self;        /* our own file */
    ngx_fd_t                   lock;        /* the node's reaper is us */
    ngx_uint_t                 ndead;
    ngx_glyph_dead_t           dead[NGX_GLYPH_OWNER_DEAD];
    ngx_event_t                tick;
    ngx_event_t                heartbeat;
    ngx_event_t                purge;
    time_t                     complained;
    unsigned                   busy:1;
} ngx_glyph_owner_t;


static ngx_int_t ngx_glyph_owner_init(ngx_cycle_t *cycle);
static void ngx_glyph_owner_exit(void);
static ngx_int_t ngx_glyph_owner_dir(ngx_cycle_t *cycle, const char *name);
static ngx_int_t ngx_glyph_owner_node(ngx_cycle_t *cycle, ngx_str_t *spool);
static ngx_int_t ngx_glyph_owner_worker(ngx_cycle_t *cycle);
static void ngx_glyph_owner_timer(ngx_event_t *ev,
    ngx_event_handler_pt handler, ngx_msec_t after);
static void ngx_glyph_owner_tick_handler(ngx_event_t *ev);
static void ngx_glyph_owner_scan(ngx_glyph_task_t *task, ngx_log_t *log);
static void ngx_glyph_owner_look(ngx_glyph_owner_t *o, const char *name);
static void ngx_glyph_owner_scanned(ngx_glyph_task_t *task);
static void ngx_glyph_owner_reap(void);
static void ngx_glyph_owner_reaped(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_owner_complain(const char *what, PGresult *res,
    const char *error);
static void ngx_glyph_owner_forget(ngx_glyph_dead_t *dead);
static void ngx_glyph_owner_heartbeat_handler(ngx_event_t *ev);
static void ngx_glyph_owner_ignore(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_owner_silent(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_owner_purge_handler(ngx_event_t *ev);
static void ngx_glyph_owner_purged(void *data, PGresult *res,
    const char *error);


const ngx_glyph_part_t  ngx_glyph_owner_part = {
    ngx_glyph_owner_init,
    ngx_glyph_owner_exit,
    NULL,
    1
};


static ngx_glyph_owner_t  ngx_glyph_owner;


static ngx_int_t
ngx_glyph_owner_init(ngx_cycle_t *cycle)
{
    u_char             *p;
    ngx_path_t         *spool;
    ngx_glyph_owner_t  *o;

    o = &ngx_glyph_owner;
    spool = ngx_glyph_main_conf->spool_path;

    o->lock = NGX_INVALID_FILE;

    if (spool->name.len + NGX_GLYPH_UUID_TEXT_LEN + sizeof("/workers/")
        > NGX_MAX_PATH)
    {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "\"glyph_spool_path\" is too long: \"%V\"",
                      &spool->name);
        return NGX_ERROR;
    }

    p = ngx_sprintf((u_char *) o->workers, "%V/workers", &spool->name);
    *p = '\0';

    p = ngx_sprintf((u_char *) o->reaper, "%V/reaper.lock", &spool->name);
    *p = '\0';

    if (ngx_glyph_owner_dir(cycle, o->workers) != NGX_OK
        || ngx_glyph_owner_node(cycle, &spool->name) != NGX_OK
        || ngx_glyph_owner_worker(cycle) != NGX_OK)
    {
        return NGX_ERROR;
    }

    o->task.run = ngx_glyph_owner_scan;
    o->task.done = ngx_glyph_owner_scanned;

    ngx_glyph_owner_timer(&o->tick, ngx_glyph_owner_tick_handler,
                          NGX_GLYPH_OWNER_TICK);
    ngx_glyph_owner_timer(&o->heartbeat, ngx_glyph_owner_heartbeat_handler,
                          NGX_GLYPH_OWNER_TICK);
    ngx_glyph_owner_timer(&o->purge, ngx_glyph_owner_purge_handler,
                          NGX_GLYPH_OWNER_PURGE);

    return NGX_OK;
}


/* The worker's own file stays: whoever reaps it takes it away. */

static void
ngx_glyph_owner_exit(void)
{
    ngx_uint_t          i;
    ngx_glyph_owner_t  *o;

    o = &ngx_glyph_owner;

    if (o->tick.handler == NULL) {
        return;
    }

    for (i = 0; i < o->ndead; i++) {
        (void) ngx_close_file(o->dead[i].fd);
    }

    if (o->lock != NGX_INVALID_FILE) {
        (void) ngx_close_file(o->lock);
    }

    (void) ngx_close_file(o->self);
}


static ngx_int_t
ngx_glyph_owner_dir(ngx_cycle_t *cycle, const char *name)
{
    if (ngx_create_dir(name, 0700) == NGX_FILE_ERROR
        && ngx_errno != NGX_EEXIST)
    {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                      ngx_create_dir_n " \"%s\" failed", name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * The node's identity: made by whoever comes first, complete before it has
 * its name, and never overwritten.
 */

static ngx_int_t
ngx_glyph_owner_node(ngx_cycle_t *cycle, ngx_str_t *spool)
{
    u_char            *p;
    ssize_t            n;
    ngx_fd_t           fd;
    ngx_uint_t         tries;
    ngx_glyph_uuid_t   id;
    char               name[NGX_MAX_PATH], temp[NGX_MAX_PATH];
    u_char             text[NGX_GLYPH_UUID_TEXT_LEN];

    p = ngx_sprintf((u_char *) name, "%V/node", spool);
    *p = '\0';

    p = ngx_sprintf((u_char *) temp, "%V/node.%P", spool, ngx_pid);
    *p = '\0';

    for (tries = 0; tries < 2; tries++) {

        fd = ngx_open_file(name, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

        if (fd != NGX_INVALID_FILE) {
            n = ngx_read_fd(fd, ngx_glyph_node_id, NGX_GLYPH_UUID_TEXT_LEN);
            (void) ngx_close_file(fd);

            if (n == NGX_GLYPH_UUID_TEXT_LEN
                && ngx_glyph_uuid_parse(&id, (u_char *) ngx_glyph_node_id, n)
                   == NGX_OK)
            {
                return NGX_OK;
            }

            ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                          "\"%s\" is not the identity of a node", name);
            return NGX_ERROR;
        }

        if (ngx_glyph_uuid_create(&id) != NGX_OK) {
            return NGX_ERROR;
        }

        (void) ngx_glyph_uuid_text(text, &id);

        fd = ngx_open_file(temp, NGX_FILE_WRONLY, NGX_FILE_TRUNCATE, 0600);

        if (fd == NGX_INVALID_FILE) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                          ngx_open_file_n " \"%s\" failed", temp);
            return NGX_ERROR;
        }

        n = ngx_write_fd(fd, text, sizeof(text));

        if (n != sizeof(text) || fsync(fd) == -1) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                          ngx_write_fd_n " \"%s\" failed", temp);
            (void) ngx_close_file(fd);
            return NGX_ERROR;
        }

        (void) ngx_close_file(fd);

        if (link(temp, name) == -1 && ngx_errno != NGX_EEXIST) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                          "link(\"%s\", \"%s\") failed", temp, name);
            return NGX_ERROR;
        }

        (void) ngx_delete_file(temp);
    }

    return NGX_ERROR;
}


/*
 * A reaper may find the file before it is locked, take it for a dead
 * worker's, and remove it: then there is another try, with another name.
 */

static ngx_int_t
ngx_glyph_owner_worker(ngx_cycle_t *cycle)
{
    u_char            *p;
    ngx_fd_t           fd;
    ngx_uint_t         tries;
    struct stat        st;
    ngx_glyph_uuid_t   id;
    char               name[NGX_MAX_PATH];

    for (tries = 0; tries < 10; tries++) {

        if (ngx_glyph_uuid_create(&id) != NGX_OK) {
            return NGX_ERROR;
        }

        p = ngx_glyph_uuid_text((u_char *) ngx_glyph_worker_id, &id);
        *p = '\0';

        p = ngx_sprintf((u_char *) name, "%s/%s", ngx_glyph_owner.workers,
                        ngx_glyph_worker_id);
        *p = '\0';

        fd = open(name, O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0600);

        if (fd == NGX_INVALID_FILE) {
            break;
        }

        if (flock(fd, LOCK_EX|LOCK_NB) == 0
            && fstat(fd, &st) == 0 && st.st_nlink == 1)
        {
            ngx_glyph_owner.self = fd;
            return NGX_OK;
        }

        (void) ngx_close_file(fd);
    }

    ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                  "could not make and lock \"%s\"", name);

    return NGX_ERROR;
}


static void
ngx_glyph_owner_timer(ngx_event_t *ev, ngx_event_handler_pt handler,
    ngx_msec_t after)
{
    static ngx_connection_t  dummy;

    dummy.fd = (ngx_socket_t) -1;

    ev->handler = handler;
    ev->data = &dummy;
    ev->log = ngx_cycle->log;
    ev->cancelable = 1;

    ngx_add_timer(ev, after);
}


static void
ngx_glyph_owner_tick_handler(ngx_event_t *ev)
{
    ngx_glyph_owner_t *o = &ngx_glyph_owner;

    if (o->busy) {
        ngx_add_timer(ev, NGX_GLYPH_OWNER_TICK);
        return;
    }

    if (ngx_exiting) {

        /* the draining may take long: let a new worker be the reaper */

        if (o->lock != NGX_INVALID_FILE) {
            (void) ngx_close_file(o->lock);
            o->lock = NGX_INVALID_FILE;
        }

        return;
    }

    ngx_add_timer(ev, NGX_GLYPH_OWNER_TICK);

    if (ngx_glyph_task_post(ngx_glyph_main_conf->io, &o->task) == NGX_OK) {
        o->busy = 1;
    }
}


/* In the thread: whose lock can be had is dead. */

static void
ngx_glyph_owner_scan(ngx_glyph_task_t *task, ngx_log_t *log)
{
    DIR                *dir;
    ngx_fd_t            fd;
    struct dirent      *de;
    ngx_glyph_owner_t  *o;

    o = (ngx_glyph_owner_t *) task;

    if (o->lock == NGX_INVALID_FILE) {

        fd = open(o->reaper, O_RDWR|O_CREAT|O_CLOEXEC, 0600);

        if (fd == NGX_INVALID_FILE || flock(fd, LOCK_EX|LOCK_NB) == -1) {

            if (fd != NGX_INVALID_FILE) {
                (void) ngx_close_file(fd);
            }

            return;
        }

        o->lock = fd;
    }

    dir = opendir(o->workers);

    if (dir == NULL) {
        ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                      ngx_open_dir_n " \"%s\" failed", o->workers);
        return;
    }

    while (o->ndead < NGX_GLYPH_OWNER_DEAD && (de = readdir(dir)) != NULL) {

        if (ngx_strlen(de->d_name) == NGX_GLYPH_UUID_TEXT_LEN
            && ngx_strcmp(de->d_name, ngx_glyph_worker_id) != 0)
        {
            ngx_glyph_owner_look(o, de->d_name);
        }
    }

    (void) closedir(dir);
}


static void
ngx_glyph_owner_look(ngx_glyph_owner_t *o, const char *name)
{
    u_char            *p;
    ngx_fd_t           fd;
    struct stat        st;
    ngx_glyph_dead_t  *dead;
    char               path[NGX_MAX_PATH];

    p = ngx_sprintf((u_char *) path, "%s/%s", o->workers, name);
    *p = '\0';

    fd = open(path, O_RDWR|O_CLOEXEC);

    if (fd == NGX_INVALID_FILE) {
        return;
    }

    /* a lock on a file that has no name any more says nothing */

    if (flock(fd, LOCK_EX|LOCK_NB) == -1
        || fstat(fd, &st) == -1 || st.st_nlink == 0)
    {
        (void) ngx_close_file(fd);
        return;
    }

    dead = &o->dead[o->ndead++];

    dead->fd = fd;
    ngx_memcpy(dead->id, name, sizeof(dead->id));
}


static void
ngx_glyph_owner_scanned(ngx_glyph_task_t *task)
{
    ngx_glyph_owner_reap();
}


static void
ngx_glyph_owner_reap(void)
{
    const char         *params[1];
    ngx_glyph_owner_t  *o;

    o = &ngx_glyph_owner;

    if (o->ndead == 0) {
        o->busy = 0;
        return;
    }

    params[0] = o->dead[o->ndead - 1].id;

    if (ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL,
                           "SELECT failed, remaining "
                           "FROM glyph.reap($1::uuid, 100)", 1, params,
                           ngx_glyph_owner_reaped, NULL)
        == NULL)
    {
        ngx_glyph_owner_reaped(NULL, NULL, "too many queries");
    }
}


static void
ngx_glyph_owner_reaped(void *data, PGresult *res, const char *error)
{
    ngx_int_t           failed, remaining;
    ngx_glyph_dead_t   *dead;
    ngx_glyph_owner_t  *o;

    o = &ngx_glyph_owner;
    dead = &o->dead[--o->ndead];

    if (res && PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) == 1) {
        failed = atoi(PQgetvalue(res, 0, 0));
        remaining = atoi(PQgetvalue(res, 0, 1));

        if (failed) {
            ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                          "worker %s is gone: %i of its imports failed",
                          dead->id, failed);
        }

        if (remaining == 0) {
            ngx_glyph_owner_forget(dead);
        }

    } else {
        ngx_glyph_owner_complain("reap", res, error);
    }

    PQclear(res);

    (void) ngx_close_file(dead->fd);

    ngx_glyph_owner_reap();
}


static void
ngx_glyph_owner_complain(const char *what, PGresult *res, const char *error)
{
    ngx_glyph_owner_t *o = &ngx_glyph_owner;

    char  text[NGX_GLYPH_LOG_TEXT];

    if (ngx_time() - o->complained < NGX_GLYPH_OWNER_COMPLAIN) {
        return;
    }

    o->complained = ngx_time();

    error = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : error;

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "could not %s: %s", what,
                  ngx_glyph_log_string(text, sizeof(text), error,
                                       "no answer"));
}


static void
ngx_glyph_owner_forget(ngx_glyph_dead_t *dead)
{
    u_char  *p;
    char     path[NGX_MAX_PATH];

    p = ngx_sprintf((u_char *) path, "%s/%s", ngx_glyph_owner.workers,
                    dead->id);
    *p = '\0';

    if (ngx_delete_file(path) == NGX_FILE_ERROR && ngx_errno != NGX_ENOENT) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, ngx_errno,
                      ngx_delete_file_n " \"%s\" failed", path);
    }
}


static void
ngx_glyph_owner_heartbeat_handler(ngx_event_t *ev)
{
    char         pid[NGX_INT64_LEN + 1];
    const char  *params[4];

    if (ngx_exiting) {
        return;
    }

    ngx_add_timer(ev, NGX_GLYPH_OWNER_HEARTBEAT);

    *ngx_sprintf((u_char *) pid, "%P", ngx_pid) = '\0';

    params[0] = ngx_glyph_worker_id;
    params[1] = ngx_glyph_node_id;
    params[2] = pid;
    params[3] = NGX_GLYPH_VERSION;

    (void) ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL,
                              "SELECT glyph.heartbeat($1::uuid, $2::uuid, "
                              "$3::int, $4)", 4, params,
                              ngx_glyph_owner_ignore, NULL);

    if (ngx_glyph_owner.lock != NGX_INVALID_FILE) {
        params[0] = ngx_glyph_node_id;

        (void) ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL,
                                  "SELECT glyph.reap_silent($1::uuid)",
                                  1, params, ngx_glyph_owner_silent, NULL);
    }
}


static void
ngx_glyph_owner_silent(void *data, PGresult *res, const char *error)
{
    if (res && PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) == 1) {

        if (ngx_strcmp(PQgetvalue(res, 0, 0), "0") != 0) {
            ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                          "workers of other nodes are silent: %s of their "
                          "imports failed", PQgetvalue(res, 0, 0));
        }

    } else {
        ngx_glyph_owner_complain("look for silent nodes", res, error);
    }

    PQclear(res);
}


static void
ngx_glyph_owner_ignore(void *data, PGresult *res, const char *error)
{
    PQclear(res);
}


/* The reaper alone takes away the rows of imports that never completed. */

static void
ngx_glyph_owner_purge_handler(ngx_event_t *ev)
{
    if (ngx_exiting) {
        return;
    }

    if (ngx_glyph_owner.lock == NGX_INVALID_FILE
        || ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL, "SELECT glyph.purge()",
                              0, NULL, ngx_glyph_owner_purged, NULL)
           == NULL)
    {
        ngx_add_timer(ev, NGX_GLYPH_OWNER_PURGE);
    }
}


static void
ngx_glyph_owner_purged(void *data, PGresult *res, const char *error)
{
    ngx_msec_t  after;

    after = NGX_GLYPH_OWNER_PURGE;

    if (res && PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) == 1) {

        if (ngx_strcmp(PQgetvalue(res, 0, 0), "0") != 0) {
            after = 200;
        }

    } else {
        ngx_glyph_owner_complain("purge", res, error);
    }

    PQclear(res);

    if (!ngx_exiting) {
        ngx_add_timer(&ngx_glyph_owner.purge, after);
    }
}
