
/*
 * Where a job is found: the one place that knows who is asked, in which order,
 * and what is believed.  Any worker finds any job.
 *
 *   asked          says                  then
 *   this worker's  the job is here       OWN; of what only Postgres has, that
 *   memory                               is asked
 *   Redis          it runs (a hint,      RUNS, where Postgres has agreed for
 *                  ngx_glyph_hint.h)     the last 2 s; else Postgres is asked,
 *                                        for "patience" at most: RUNS
 *                  it has ended          Postgres is asked
 *   Postgres       it has a row          RECORD; RUNS if the hint is newer
 *                  it has none           the node's spool is asked, but of a
 *                                        job that runs: NOWHERE
 *                  nothing               the same; if that has nothing, RUNS or
 *                                        ENDED as the hint says, or FAILED
 *   the spool      a file                QUEUED; of what only Postgres has,
 *                                        that is asked again
 *                  none                  ENDED if it has failed, as the hint
 *                                        says; or NOWHERE
 *
 * Another tenant's job does not exist, whoever tells of it.  What Postgres is
 * asked is the user's affair, who tells of the answer; all else is asked here.
 */


#ifndef _NGX_GLYPH_LOCATE_H_INCLUDED_
#define _NGX_GLYPH_LOCATE_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_latch.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_str.h"


/*
 * The state in "s", a document of glyph.job_status(), or NULL where that is no
 * Job because somebody has damaged its row.
 */
#define NGX_GLYPH_LOCATE_STATE_SQL                                            \
    "CASE WHEN json_typeof(s->'error') IN ('object', 'null')"                 \
    " THEN s->>'state' END"


typedef enum {
    NGX_GLYPH_LOCATE_PENDING = 0,           /* found() will be called */
    NGX_GLYPH_LOCATE_OWN,                   /* doc: as it is now */
    NGX_GLYPH_LOCATE_RUNS,                  /* doc: of Redis */
    NGX_GLYPH_LOCATE_RECORD,                /* in the row of Postgres */
    NGX_GLYPH_LOCATE_QUEUED,                /* doc: of the spool */
    NGX_GLYPH_LOCATE_ENDED,                 /* doc: of Redis; unconfirmed */
    NGX_GLYPH_LOCATE_FAILED,                /* Postgres could know */
    NGX_GLYPH_LOCATE_NOWHERE
} ngx_glyph_locate_e;


typedef struct ngx_glyph_locate_s  ngx_glyph_locate_t;

typedef struct {

    /*
     * Postgres is to be asked: _recorded() or _refused() is to be called some
     * time after this.  NGX_ERROR: it cannot be asked.
     */
    ngx_int_t                (*ask)(ngx_glyph_locate_t *l);

    /* from the event loop; the user may leave in it */
    void                     (*found)(ngx_glyph_locate_t *l,
                                      ngx_glyph_locate_e where);
} ngx_glyph_locate_user_t;


struct ngx_glyph_locate_s {
    const ngx_glyph_locate_user_t  *user;   /* NULL: it has left */
    void                      *data;        /* the user's */

    ngx_glyph_uuid_t           id;
    u_char                     text[NGX_GLYPH_UUID_TEXT_LEN + 1];
    ngx_str_t                  tenant;
    u_char                     tenant_text[NGX_GLYPH_TENANT_MAX + 1];

    /* 0: a hint is told at once, and Postgres asked besides; ms */
    ngx_msec_t                 patience;

    glyph_buf_t                doc;         /* the Job, as "where" says */
    ngx_glyph_job_state_e      state;       /* of doc */

    ngx_glyph_latch_waiter_t   waiter;      /* for the worker's start */
    ngx_event_t                timer;       /* patience ends */
    ngx_msec_t                 alive_at;

    unsigned                   document:1;  /* a Job is all that is wanted */
    unsigned                   known:1;     /* the user's: the spool need not
                                               be asked */
    unsigned                   live:1;      /* seen alive, somewhere */
    unsigned                   redis_lost:1;
    unsigned                   hinted:1;    /* doc is of Redis */
    unsigned                   refused:1;   /* Postgres has not answered */
    unsigned                   reading:1;   /* Redis' reply is to come */
    unsigned                   again:1;     /* … and is out of date */
    unsigned                   looking:1;   /* a thread, into the spool */
    unsigned                   looked:1;    /* … which need not look again */
};


/* NULL: out of memory. */
ngx_glyph_locate_t *ngx_glyph_locate_create(ngx_glyph_uuid_t *id,
    ngx_str_t *tenant, const ngx_glyph_locate_user_t *user, void *data);

/* The user wants nothing more; what is under way ends by itself. */
void ngx_glyph_locate_leave(ngx_glyph_locate_t *l);

/* Asks all of them; only this worker; all but Redis. */
ngx_glyph_locate_e ngx_glyph_locate_start(ngx_glyph_locate_t *l);
ngx_glyph_job_t *ngx_glyph_locate_own(ngx_glyph_locate_t *l);
ngx_glyph_locate_e ngx_glyph_locate_stored(ngx_glyph_locate_t *l);

/* What Postgres has answered: the row's state, NULL for none; or nothing. */
ngx_glyph_locate_e ngx_glyph_locate_recorded(ngx_glyph_locate_t *l,
    const char *state);
ngx_glyph_locate_e ngx_glyph_locate_refused(ngx_glyph_locate_t *l);

/* Somebody who should know has said that it runs; whether that is so. */
void ngx_glyph_locate_alive(ngx_glyph_locate_t *l);
ngx_uint_t ngx_glyph_locate_is_fresh(ngx_glyph_locate_t *l);


#endif /* _NGX_GLYPH_LOCATE_H_INCLUDED_ */
