
/*
 * One connection to Postgres, for whoever owns it (the writer, a query
 * queue).  Connecting blocks (name look-ups, TLS), so PQconnectdb and the
 * check of the schema's version run in the io pool; afterwards the socket is
 * in the event loop and nothing blocks.
 *
 *   state        owns the PGconn        leaves it by
 *   CLOSED       nobody                 ngx_glyph_pg_connect()
 *   CONNECTING   the io task            its completion: OPEN, or CLOSED and
 *                                       then "failed"
 *   OPEN         the connection         ngx_glyph_pg_close(), also when the
 *                                       owner sees an error
 *
 * A close while CONNECTING is remembered: the completion drops the PGconn.
 */


#ifndef _NGX_GLYPH_PG_CONN_H_INCLUDED_
#define _NGX_GLYPH_PG_CONN_H_INCLUDED_


#include "ngx_glyph.h"

#include <libpq-fe.h>
#include "ngx_glyph_event.h"
#include "ngx_glyph_task.h"


/*
 * Setup of a connection that writes: what was committed was flushed, whatever
 * the role or the database has for a default; also a batch that ends no job,
 * for what the server forgot in a crash nobody could send again.  remote_apply
 * is more, and kept.
 */
#define NGX_GLYPH_PG_DURABLE                                                  \
    "SELECT set_config('synchronous_commit', 'on', false)"                    \
    " WHERE current_setting('synchronous_commit')"                            \
    " IN ('off', 'local', 'remote_write')"


typedef enum {
    NGX_GLYPH_PG_CLOSED = 0,
    NGX_GLYPH_PG_CONNECTING,
    NGX_GLYPH_PG_OPEN
} ngx_glyph_pg_state_e;


typedef struct ngx_glyph_pg_conn_s  ngx_glyph_pg_conn_t;

struct ngx_glyph_pg_conn_s {
    /* set by the owner before the first connect, all else zero */
    ngx_glyph_pg_conf_t       *conf;
    const char                *role;        /* "glyph", "glyph-read",
                                               "glyph-control": the prefix of
                                               application_name, followed by
                                               ":" and the worker's uuid */
    const char                *setup;       /* SQL run after connecting, in
                                               the io task; or NULL */
    void                      *data;
    void                     (*opened)(ngx_glyph_pg_conn_t *c);
    void                     (*failed)(ngx_glyph_pg_conn_t *c);
                                            /* why: error */
    void                     (*ready)(ngx_glyph_pg_conn_t *c);
                                            /* the socket is readable or
                                               writable: call
                                               ngx_glyph_pg_poll() */

    /* read by the owner */
    ngx_glyph_pg_state_e       state;
    PGconn                    *pg;          /* when OPEN; non-blocking */
    char                       error[256];  /* one line, no newline */
    ngx_uint_t                 schema;      /* its number, when OPEN */
    char                       sqlstate[6]; /* of the server's refusal after
                                               it let us in; or "" */
    ngx_uint_t                 schema_bad;  /* the schema is missing or of
                                               another version */

    /* private */
    ngx_glyph_event_t          event;
    ngx_glyph_task_t          *task;
};


/*
 * Begins to connect; "opened" or "failed" is called later, never before this
 * returns.  NGX_ERROR: the io pool is full, try again later.
 */
ngx_int_t ngx_glyph_pg_connect(ngx_glyph_pg_conn_t *c);

/* CLOSED afterwards; calls nothing.  May be called in any state. */
void ngx_glyph_pg_close(ngx_glyph_pg_conn_t *c);

/*
 * To be called first by "ready": consumes input and flushes output, sets
 * what is to be waited for.  NGX_OK, or NGX_ERROR when the connection is
 * lost (error says why; the caller closes).
 */
ngx_int_t ngx_glyph_pg_poll(ngx_glyph_pg_conn_t *c);

/*
 * Flushes what was queued by PQsendQuery…, PQputCopy…: NGX_OK when all is
 * out, NGX_AGAIN when "ready" will come, NGX_ERROR when the connection is
 * lost.
 */
ngx_int_t ngx_glyph_pg_flush(ngx_glyph_pg_conn_t *c);

/* Copies libpq's or the server's message as one line into c->error. */
void ngx_glyph_pg_set_error(ngx_glyph_pg_conn_t *c, const char *message);


#endif /* _NGX_GLYPH_PG_CONN_H_INCLUDED_ */
