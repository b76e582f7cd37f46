
/*
 * What the parts of a job share, and nobody outside this folder: its steps
 * (ngx_glyph_job_run.c), its blocks (_job_output.c), how it ends (_job_life.c),
 * what comes in (_job_input.c), what is kept until all is here (_collect.c),
 * its file (_job_file.c), the worker's list (ngx_glyph_job.c).
 */


#ifndef _NGX_GLYPH_JOB_PARTS_H_INCLUDED_
#define _NGX_GLYPH_JOB_PARTS_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_timing.h"
#include "ngx_glyph_turn.h"


/*
 * A job's life, which only ngx_glyph_job_live() changes.
 *
 *   life      is                                       next
 *   OPEN      input is taken, and goes on              any of the others
 *   LEAVING   the worker ends: what it is in the       LEFT, or its own end if
 *             middle of is its last step               that is faster
 *   ENDING    its outcome is settled, the input        LAST, or DECIDED where
 *             thrown away; what runs is awaited        none need be written
 *   LAST      its last block is the sink's             DECIDED; ENDING again,
 *                                                      if the store is lost or
 *                                                      refuses that end
 *   DECIDED   nothing changes its end any more         ENDED, in its turn
 *   ENDED     that was told                            LEFT
 *   LEFT      it is on the list no more; who has a reference may read it
 */

typedef enum {
    NGX_GLYPH_LIFE_OPEN = 0,
    NGX_GLYPH_LIFE_LEAVING,
    NGX_GLYPH_LIFE_ENDING,
    NGX_GLYPH_LIFE_LAST,
    NGX_GLYPH_LIFE_DECIDED,
    NGX_GLYPH_LIFE_ENDED,
    NGX_GLYPH_LIFE_LEFT
} ngx_glyph_life_e;


/* Whether the body is kept until all of it is here; ngx_glyph_collect.c. */

typedef enum {
    NGX_GLYPH_COLLECT_NONE = 0,
    NGX_GLYPH_COLLECT_STREAM,               /* asked not to: ?stream=on */
    NGX_GLYPH_COLLECT_HEAD,
    NGX_GLYPH_COLLECT_GATHER,
    NGX_GLYPH_COLLECT_WRITE,
    NGX_GLYPH_COLLECT_MEMORY,
    NGX_GLYPH_COLLECT_READ
} ngx_glyph_collect_e;


/* What the body must be (Content-Digest). */

typedef struct {
    glyph_sha256_t            *sha256;      /* of it as sent, so far */
    u_char                     wanted[GLYPH_SHA256_SIZE];
} ngx_glyph_digest_t;


/* That of ngx_glyph_job_run.c. */
typedef struct ngx_glyph_compute_s  ngx_glyph_compute_t;


struct ngx_glyph_job_s {
    ngx_queue_t                queue;       /* of the worker's jobs */
    ngx_uint_t                 refs;

    ngx_glyph_asked_t          asked;
    ngx_glyph_import_t         import;

    const ngx_glyph_kind_t    *kind;
    void                      *kind_data;   /* the kind's own */
    const ngx_glyph_sink_t    *sink;
    void                      *sink_data;   /* the sink's own */
    ngx_glyph_client_t        *client;      /* who waits for it, or NULL */
    ngx_glyph_spool_t         *spool;       /* its file, or NULL */

    ngx_glyph_life_e           life;
    ngx_glyph_job_state_e      state;       /* as it is shown */
    ngx_event_t                timeout;     /* glyph_job_timeout */

    /* how it ends, once that is settled */
    ngx_glyph_turn_t           end;
    ngx_uint_t                 http_status; /* of the answer */
    const char                *code;        /* why it failed; or NULL */
    ngx_str_t                  detail;      /* from the pool */

    /* input */
    ngx_glyph_chunk_t         *filling;
    ngx_queue_t                chunks;
    ngx_uint_t                 nchunks;     /* also the filling one */
    ngx_glyph_waiter_t         chunk_waiter;
    ngx_event_t                flush;       /* dispatches a half-full chunk */
    ngx_glyph_collect_e        collect;
    off_t                      received;    /* bytes of the body */
    off_t                      expected;    /* Content-Length, or -1 */
    ngx_glyph_digest_t        *digest;      /* NULL: any will do */
    unsigned                   body_end:1;  /* all of the body has come */

    /* a task */
    unsigned                   running:1;   /* it is out */
    ngx_uint_t                 nrunning;    /* chunks, the first in the queue,
                                               that it has */
    ngx_glyph_compute_t       *compute;     /* the pipeline; NULL: none yet,
                                               or the body is kept */
    ngx_glyph_block_t         *block;       /* being filled */
    ngx_glyph_waiter_t         block_waiter;

    /* output; what is ready for the sink is the import's */
    ngx_event_t                deliver;
    ngx_uint_t                 nblocks;     /* lent to this job */
    glyph_totals_t             seen;        /* as the pipeline has it */

    /*
     * not from the budget: what Postgres gets of a job that ends early.  Of any
     * other, too, its state is the outcome, once that is settled, its result
     * what the answer tells
     */
    ngx_glyph_block_t          last_block;
};


/* blocks that one job may hold, and one more for each lane but the first */
#define NGX_GLYPH_JOB_BLOCKS    2

/* The sink takes blocks at the pace of a client. */
#define ngx_glyph_job_streams(job)  ((job)->sink->streams)

/* Nothing can be computed before somebody has taken a block. */
#define ngx_glyph_job_stalled(job)                                            \
    ((job)->block == NULL && (job)->nblocks >= ngx_glyph_job_blocks(job))

/* No task has begun with it. */
#define ngx_glyph_chunk_untouched(chunk)  ((chunk)->pos == (chunk)->start)


/* How many blocks it may hold; and that it has another one now. */
ngx_uint_t ngx_glyph_job_blocks(ngx_glyph_job_t *job);
void ngx_glyph_job_block_begin(ngx_glyph_job_t *job);

void ngx_glyph_job_live(ngx_glyph_job_t *job, ngx_glyph_life_e life);

/* Why it fails; detail is a constant, or NULL for the code's own. */
void ngx_glyph_job_blame(ngx_glyph_job_t *job, ngx_glyph_code_e code,
    const char *detail);

void ngx_glyph_job_decide(ngx_glyph_job_t *job, ngx_glyph_job_state_e state);

/* Blocks that nobody has taken are worth nothing any more. */
void ngx_glyph_job_drop_output(ngx_glyph_job_t *job);

void ngx_glyph_job_stop_timers(ngx_glyph_job_t *job);

/* The worker ends: what can be left finishes its step, and is. */
void ngx_glyph_job_let_go(ngx_glyph_job_t *job);


/*
 * A chunk for bytes that do not come from a request; NULL: not now (the job
 * is told when there is one) or not at all (then it ends).
 */
ngx_glyph_chunk_t *ngx_glyph_job_chunk_take(ngx_glyph_job_t *job);
void ngx_glyph_job_chunk_return(ngx_glyph_job_t *job,
    ngx_glyph_chunk_t *chunk);

/* Bytes of the whole body, as far as that is known: for its turn. */
off_t ngx_glyph_job_size(ngx_glyph_job_t *job);

/* Of these, what it is done with. */
off_t ngx_glyph_job_bytes(ngx_glyph_job_t *job);

/*
 * There may be room: for whoever brings the bytes.  NGX_DECLINED: nobody waits
 * for it.
 */
ngx_int_t ngx_glyph_job_resume(ngx_glyph_job_t *job);

/* Throws the input away, but for what a task has. */
void ngx_glyph_job_drop_input(ngx_glyph_job_t *job);

/* A stalled stream lets go of the chunks that others may want. */
void ngx_glyph_job_yield(ngx_glyph_job_t *job);


/* The job's pipeline (ngx_glyph_job_run.c); as glyph_pipeline_create(). */
int ngx_glyph_compute_create(ngx_glyph_job_t *job, glyph_code_e *code);

/* Destroys it, if there is one; in a thread, if there is much of it. */
void ngx_glyph_compute_destroy(ngx_glyph_job_t *job);


/* In HEAD: a task is back, and has found the file's header. */
void ngx_glyph_collect_begun(ngx_glyph_job_t *job);

/* In GATHER: whether what has come is to go to a file. */
ngx_uint_t ngx_glyph_collect_full(ngx_glyph_job_t *job);

/* In READ: gives back what was read ahead. */
void ngx_glyph_collect_rewind(ngx_glyph_job_t *job);

/* The file, if there is one, is not needed any more. */
void ngx_glyph_collect_drop(ngx_glyph_job_t *job);


void ngx_glyph_job_list_remove(ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_JOB_PARTS_H_INCLUDED_ */
