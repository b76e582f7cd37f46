
/*
 * Who waits for a job: an upload's request, whatever that is to the job.
 *
 *   state      has                            until
 *   ALONE      nothing                        it gets a job
 *   ATTACHED   a reference to its job, which  the job lets go of it for a
 *              knows it                       file, or it is detached
 *   QUEUED     the file that waits for a      there is a runner, whose job it
 *              runner                         gets, or it is detached
 *   DECIDED    what it had, but that knows    it is detached
 *              it no more: its answer is
 *              settled
 */


#ifndef _NGX_GLYPH_CLIENT_H_INCLUDED_
#define _NGX_GLYPH_CLIENT_H_INCLUDED_


#include "ngx_glyph.h"


typedef enum {
    NGX_GLYPH_CLIENT_ALONE = 0,
    NGX_GLYPH_CLIENT_ATTACHED,
    NGX_GLYPH_CLIENT_QUEUED,
    NGX_GLYPH_CLIENT_DECIDED
} ngx_glyph_client_e;


/*
 * What a client is told.  The hooks only decide: none of them ends the client,
 * or whoever calls (ngx_glyph_turn.h).
 */

typedef struct {
    /* there is room: NGX_OK, or NGX_DECLINED if it does not wait for that */
    ngx_int_t                (*resume)(ngx_glyph_client_t *client);

    /* how its job has ended, or that this will not be known soon */
    void                     (*answer)(ngx_glyph_client_t *client,
                                       ngx_uint_t status, const char *code,
                                       ngx_str_t *detail);

    /* it is acknowledged, and waits no longer */
    void                     (*accepted)(ngx_glyph_client_t *client);

    /* its file is acknowledged: NGX_OK, it waits on, or NGX_DECLINED */
    ngx_int_t                (*queued)(ngx_glyph_client_t *client,
                                       ngx_glyph_spool_t *spool);
} ngx_glyph_client_hooks_t;


struct ngx_glyph_client_s {
    const ngx_glyph_client_hooks_t  *hooks;
    void                      *data;        /* the owner's */

    ngx_glyph_client_e         state;
    ngx_glyph_job_t           *job;         /* NULL: none, or it let go */
    ngx_glyph_spool_t         *spool;       /* in QUEUED, else NULL */
    ngx_queue_t                queue;       /* of those, the runner's */
};


/* What it is told; nothing is said to NULL, which waits for nothing. */
ngx_int_t ngx_glyph_client_resume(ngx_glyph_client_t *client);
void ngx_glyph_client_answer(ngx_glyph_client_t *client, ngx_uint_t status,
    const char *code, ngx_str_t *detail);
void ngx_glyph_client_unknown(ngx_glyph_client_t *client, const char *detail);
void ngx_glyph_client_accepted(ngx_glyph_client_t *client);
ngx_int_t ngx_glyph_client_queued(ngx_glyph_client_t *client,
    ngx_glyph_spool_t *spool);

/* Takes the reference; the client has neither job nor file. */
void ngx_glyph_client_attach(ngx_glyph_client_t *client,
    ngx_glyph_job_t *job);

/* Nobody tells it anything any more; it keeps its job. */
void ngx_glyph_client_decide(ngx_glyph_client_t *client);

/* Lets go of its job, whose reference is the caller's then. */
ngx_glyph_job_t *ngx_glyph_client_detach(ngx_glyph_client_t *client);


#endif /* _NGX_GLYPH_CLIENT_H_INCLUDED_ */
