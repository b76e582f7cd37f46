
/*
 * One attempt to connect, in the io pool: the hosts of the connection string
 * one after the other, and what a server must be asked before it is of use.
 */


#ifndef _NGX_GLYPH_PG_ATTEMPT_H_INCLUDED_
#define _NGX_GLYPH_PG_ATTEMPT_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_pg_conn.h"


/*
 * It is the task's alone until its completion, but for "cancelled"; "owner" is
 * for the event loop.
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


/* The task. */
void ngx_glyph_pg_attempt_run(ngx_glyph_task_t *task, ngx_log_t *log);


#endif /* _NGX_GLYPH_PG_ATTEMPT_H_INCLUDED_ */
