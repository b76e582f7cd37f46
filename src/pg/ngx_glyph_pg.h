
/*
 * Queries that are not the writer's, on up to three connections a worker:
 * reads (with a statement_timeout, read only), control (take, cancel, reap,
 * heartbeat: they may wait for a row lock, and must not hold up reads) and
 * work (what may take minutes; a worker that exits does not wait for it).
 * Connections are opened when needed and closed after 60 s idle.  A queue's
 * queries run one after another, in order.
 */


#ifndef _NGX_GLYPH_PG_H_INCLUDED_
#define _NGX_GLYPH_PG_H_INCLUDED_


#include "ngx_glyph.h"

#include <libpq-fe.h>


extern const ngx_glyph_part_t  ngx_glyph_pg_part;

/* It finds out when there can be reads again (ngx_glyph_pg_probe.c). */
extern const ngx_glyph_part_t  ngx_glyph_pg_probe_part;


typedef enum {
    NGX_GLYPH_PG_READ = 0,
    NGX_GLYPH_PG_CONTROL,
    NGX_GLYPH_PG_WORK,

    NGX_GLYPH_PG_QUEUES
} ngx_glyph_pg_queue_e;


typedef struct ngx_glyph_pg_query_s  ngx_glyph_pg_query_t;

/*
 * Called exactly once, unless the query was abandoned.  "res" is the
 * statement's result, to be PQclear()ed by the handler; it may be an error
 * result (PQresultErrorField() tells the SQLSTATE).  NULL: the connection
 * could not be made, was lost, or did not answer in time; *error is one line
 * that says why (never NULL then).
 */
typedef void (*ngx_glyph_pg_result_pt)(void *data, PGresult *res,
    const char *error);


/*
 * Queues one statement with n text parameters (all copied; a NULL parameter
 * is SQL NULL).  Returns the query, or NULL: out of memory, or the queue is
 * full (1,000 waiting).
 */
ngx_glyph_pg_query_t *ngx_glyph_pg_query(ngx_glyph_pg_queue_e queue,
    const char *sql, ngx_uint_t n, const char *const *params,
    ngx_glyph_pg_result_pt handler, void *data);

/*
 * Before anything else is done: what schemas older than that number are asked
 * in its place, with as many parameters; a constant.
 */
void ngx_glyph_pg_older(ngx_glyph_pg_query_t *query, ngx_uint_t schema,
    const char *sql);

/* The next query has another connection, unless one is under way. */
void ngx_glyph_pg_renew(ngx_glyph_pg_queue_e queue);

/* The handler will not be called; the statement may still be done. */
void ngx_glyph_pg_abandon(ngx_glyph_pg_query_t *query);


#endif /* _NGX_GLYPH_PG_H_INCLUDED_ */
