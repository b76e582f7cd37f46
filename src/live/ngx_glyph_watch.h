
/*
 * The newest state of a job that somebody in this worker follows, wherever
 * the job runs.  The job is found by ngx_glyph_locate.h, once at first, then
 * again in Redis when glyph:events:{id} says that there is something new, and
 * in Postgres for every final state and every 2 s: one query at a time for all
 * of the worker's watches.
 *
 * A watch is one tenant's: another tenant's job of that id does not exist for
 * it, whoever tells of it, and so all is as if nobody knew the id.
 *
 * Only the newest state is kept, so the memory of a watch does not depend on
 * how fast its watchers are.
 */


#ifndef _NGX_GLYPH_WATCH_H_INCLUDED_
#define _NGX_GLYPH_WATCH_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_store.h"


extern const ngx_glyph_part_t  ngx_glyph_watch_part;


typedef struct ngx_glyph_watch_s  ngx_glyph_watch_t;


/* One who follows a job; in memory of its own, zero at first. */

typedef struct {
    ngx_queue_t                queue;
    ngx_glyph_watch_t         *watch;       /* NULL: follows none */
    ngx_event_t               *changed;     /* posted for every change */
} ngx_glyph_watcher_t;


/* Valid until the next event. */

typedef struct {
    ngx_str_t                  doc;         /* the Job; empty: not known */
    ngx_int_t                  state;       /* ngx_glyph_job_state_e; or
                                               NGX_ERROR: "stalled" */
    ngx_uint_t                 version;     /* of the document */
    ngx_glyph_store_answer_t  *why;         /* of Postgres, if it could not be
                                               asked; or NULL */
    unsigned                   pending:1;   /* not yet asked everywhere */
} ngx_glyph_watch_state_t;


/* NGX_ERROR when out of memory. */
ngx_int_t ngx_glyph_watch_add(ngx_glyph_watcher_t *watcher,
    ngx_glyph_uuid_t *id, ngx_str_t *tenant);

/* Idempotent. */
void ngx_glyph_watch_remove(ngx_glyph_watcher_t *watcher);

void ngx_glyph_watch_state(ngx_glyph_watcher_t *watcher,
    ngx_glyph_watch_state_t *state);


/* From ngx_glyph_state.c: whether a job is watched, and its new state. */
ngx_uint_t ngx_glyph_watch_wanted(ngx_glyph_job_t *job);
void ngx_glyph_watch_job(ngx_glyph_job_t *job, ngx_str_t *doc);


#endif /* _NGX_GLYPH_WATCH_H_INCLUDED_ */
