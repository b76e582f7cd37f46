
/*
 * A job: one upload, from its first byte to its final state in Postgres.  It
 * lives in memory of its own; a request is attached to it or not.
 *
 *   input          filter ─> filling ─> chunks            owner: the job
 *   compute        one task at a time over the chunks that are there into
 *                  "block"; while it runs, pipeline, those chunks and that
 *                  block are the task's, and nothing else may touch them
 *   output         blocks ─> the sink                     owner: the job until
 *                  the sink (the writer, a client) takes one, then that, which
 *                  gives it back to the budget
 *
 * The end of a job is the block whose "final" is set.  Nothing follows it,
 * and the state is final only when Postgres says so.  Whatever ends a job
 * early (a client that leaves, a timeout, a refusal) sets the outcome, throws
 * the input away and lets the running task and the open batch finish; then a
 * last, empty block carries the outcome to Postgres.
 *
 * References: the worker's list (until the end is told), the request, the
 * task, the batch.
 *
 * Who may end what.  All that is called here, also _abort(), _cancelled(),
 * _over(), _unstored(), _refused(), _store_lost(), _committed() and _detach(),
 * only decides how the job ends: the job stays on the list, and nobody has been
 * told when the call returns.  The event loop then gives the job its turn
 * (ngx_glyph_turn.h), in which its state becomes final, its observers and its
 * client are told, its kind lets go of what it has, and the list of the job.
 */


#ifndef _NGX_GLYPH_JOB_H_INCLUDED_
#define _NGX_GLYPH_JOB_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_asked.h"
#include "ngx_glyph_budget.h"
#include "ngx_glyph_client.h"
#include "ngx_glyph_codes.h"
#include "ngx_glyph_import.h"
#include "ngx_glyph_job_state.h"
#include "ngx_glyph_kind.h"
#include "ngx_glyph_preview.h"
#include "ngx_glyph_sink.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_timing.h"
#include "ngx_glyph_uuid.h"


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


struct ngx_glyph_job_s {
    ngx_queue_t                queue;       /* of the worker's jobs */
    ngx_uint_t                 refs;
    ngx_pool_t                *pool;
    ngx_log_t                 *log;
    ngx_log_t                  own_log;     /* says "job: <id>" */

    ngx_glyph_loc_conf_t      *conf;
    ngx_glyph_asked_t          asked;
    ngx_glyph_import_t         import;

    const ngx_glyph_kind_t    *kind;
    void                      *kind_data;   /* the kind's own */
    const ngx_glyph_sink_t    *sink;
    void                      *sink_data;   /* the sink's own */
    ngx_glyph_client_t        *client;      /* who waits for it, or NULL */

    ngx_glyph_spool_t         *spool;       /* its file, or NULL */
    glyph_buf_t                meta;        /* memory of what the file said */

    /* Content-Digest */
    glyph_sha256_t            *body_digest; /* of the body as sent, or NULL */
    u_char                     body_wanted[GLYPH_SHA256_SIZE];
    u_char                     nonce[8];    /* of its file; hex, or unset */

    ngx_glyph_life_e           life;
    ngx_glyph_job_state_e      state;       /* as it is shown */

    /* how it ends, once that is settled */
    ngx_glyph_turn_t           end;
    ngx_glyph_job_state_e      outcome;
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

    /* compute */
    glyph_pipeline_t          *pipeline;
    ngx_glyph_task_t           task;
    ngx_glyph_block_t         *block;       /* being filled */
    ngx_glyph_waiter_t         block_waiter;
    int                        rc;          /* of the last run */
    ngx_uint_t                 nrunning;    /* chunks, the first in the queue,
                                               that a task has */
    ngx_uint_t                 nconsumed;   /* of these, when it has ended */
    unsigned                   running_end:1;

    ngx_event_t                deliver;
    ngx_glyph_preview_t       *preview;     /* listings in the answer */

    /* output */
    ngx_queue_t                blocks;
    ngx_uint_t                 nblocks;     /* lent to this job */
    ngx_glyph_block_t          last_block;  /* of a job that ends early; not
                                               from the budget */
    glyph_totals_t             seen;        /* as the pipeline has it */
    glyph_buf_t                result;      /* kept for the answer */

    ngx_glyph_timing_t         timing;
    ngx_msec_t                 started;     /* ngx_current_msec */
    uint64_t                   start_time;  /* wall clock, ms since 1970 */
    ngx_event_t                timeout;     /* glyph_job_timeout */

    void                      *shown;       /* what ngx_glyph_state.c knows
                                               of it */

    unsigned                   body_end:1;  /* all of the body has come */
    unsigned                   running:1;   /* a task is out */
};


/* It has an outcome, of the file or of an early end, and takes no input. */
#define ngx_glyph_job_ending(job)  ((job)->life >= NGX_GLYPH_LIFE_ENDING)

/* Nothing changes the outcome any more, be it told or not. */
#define ngx_glyph_job_decided(job)  ((job)->life >= NGX_GLYPH_LIFE_DECIDED)


extern const ngx_glyph_part_t  ngx_glyph_job_part;

/* A job with one reference, the caller's; NULL when out of memory. */
ngx_glyph_job_t *ngx_glyph_job_create(ngx_glyph_loc_conf_t *conf,
    ngx_log_t *log);
void ngx_glyph_job_ref(ngx_glyph_job_t *job);
void ngx_glyph_job_unref(ngx_glyph_job_t *job);

/* What others may read of it. */

ngx_glyph_import_t *ngx_glyph_job_import(ngx_glyph_job_t *job);
ngx_glyph_timing_t *ngx_glyph_job_timing(ngx_glyph_job_t *job);

/* An import, and not what is for its client alone. */
ngx_uint_t ngx_glyph_job_stored(ngx_glyph_job_t *job);

ngx_glyph_job_state_e ngx_glyph_job_state(ngx_glyph_job_t *job);

typedef struct {
    ngx_glyph_job_state_e      state;       /* that it will have, as soon as
                                               that is settled */
    off_t                      bytes;       /* that have come */
    uint64_t                   rows;        /* of these, so far */
    uint64_t                   valid;
    uint64_t                   invalid;
} ngx_glyph_job_view_t;

void ngx_glyph_job_view(ngx_glyph_job_t *job, ngx_glyph_job_view_t *view);

/* Puts the job on the worker's list and starts its clock. */
ngx_int_t ngx_glyph_job_start(ngx_glyph_job_t *job);

/* As ngx_glyph_job_run(), but a little later: a queue is full. */
void ngx_glyph_job_run_later(ngx_glyph_job_t *job);

/*
 * Takes the job off the list, without an answer or a word to anybody; the
 * caller has a reference.
 */
void ngx_glyph_job_leave(ngx_glyph_job_t *job);

/*
 * The job has ended early, and Postgres need not know of it; or in another
 * way, of which Postgres knows as another import.
 */
void ngx_glyph_job_unstored(ngx_glyph_job_t *job);
void ngx_glyph_job_unstored_as(ngx_glyph_job_t *job,
    ngx_glyph_job_state_e state);

/*
 * A chunk for bytes that do not come from a request; NULL: not now (the job
 * is told when there is one) or not at all (then it ends).
 */
ngx_glyph_chunk_t *ngx_glyph_job_chunk_take(ngx_glyph_job_t *job);
void ngx_glyph_job_chunk_return(ngx_glyph_job_t *job,
    ngx_glyph_chunk_t *chunk);

/* A job of this worker that has not ended, by id; NULL if there is none. */
ngx_glyph_job_t *ngx_glyph_job_find(ngx_glyph_uuid_t *id);

/*
 * How many there are of this one's kind, imports or what is not stored, and in
 * how many seconds the first of those may end.
 */
ngx_uint_t ngx_glyph_job_count_like(ngx_glyph_job_t *job);
time_t ngx_glyph_job_next_end(ngx_glyph_job_t *job);

/* How many there are. */
ngx_uint_t ngx_glyph_job_count(void);

void ngx_glyph_job_each(void (*f)(ngx_glyph_job_t *job));

/*
 * Takes body bytes, as many as there is room for; returns how many.  Less
 * than len: the client is told when there is room.
 */
size_t ngx_glyph_job_receive(ngx_glyph_job_t *job, u_char *data, size_t len);
void ngx_glyph_job_body_end(ngx_glyph_job_t *job);

/* From the client: all that it has sent until now was taken. */
void ngx_glyph_job_input_idle(ngx_glyph_job_t *job);

/* Starts the next task if there is anything to do and nothing in the way. */
void ngx_glyph_job_run(ngx_glyph_job_t *job);

/*
 * Ends the job early: the first call decides.  What is said, and with which
 * status if a request is attached, is the code's; detail, a constant, is for
 * what it does not say, or NULL.
 */
void ngx_glyph_job_abort(ngx_glyph_job_t *job, ngx_glyph_code_e code,
    const char *detail);

/* Postgres says that the job is cancelled, and need not be told how it ends. */
void ngx_glyph_job_cancelled(ngx_glyph_job_t *job);

/*
 * From the compute task: job->rc, job->nconsumed and the block tell what it
 * did.
 */
void ngx_glyph_job_computed(ngx_glyph_job_t *job);

/* Gives back the first chunk in the queue. */
void ngx_glyph_job_chunk_done(ngx_glyph_job_t *job);

/* From the client: it is gone, the job goes on without it, or not at all. */
void ngx_glyph_job_detach(ngx_glyph_job_t *job);

/*
 * Whether the job has ended early and nothing of it was ever committed: what
 * is not there needs no record in Postgres, where it would stay for ever.
 */
ngx_uint_t ngx_glyph_job_unrecorded(ngx_glyph_job_t *job);

/* From the writer: the block was committed; progress, and maybe the end. */
void ngx_glyph_job_committed(ngx_glyph_job_t *job, ngx_glyph_block_t *block);

/*
 * From the writer: Postgres says that the job is over, whatever we think
 * (cancelled or failed by somebody else, or completed by a commit whose
 * answer was lost).
 */
void ngx_glyph_job_over(ngx_glyph_job_t *job, ngx_glyph_job_state_e state,
    const char *code);

/* From the writer: Postgres takes the job's transactions for wrong. */
void ngx_glyph_job_refused(ngx_glyph_job_t *job);

/*
 * From the writer: Postgres takes no writes for longer than its timeout.
 * "unknown": the job's end was in a batch whose outcome is not known.
 */
void ngx_glyph_job_store_lost(ngx_glyph_job_t *job, ngx_uint_t unknown);

/*
 * The Job document (docs/api.md) of a job of this worker, appended to b.
 */
void ngx_glyph_job_json(ngx_glyph_job_t *job, glyph_buf_t *b);

/* The same of a file of so many bytes that waits for a runner. */

typedef struct {
    ngx_str_t                  filename;    /* empty: not known */
    ngx_str_t                  source_label;
    ngx_str_t                  campaign_id;
} ngx_glyph_job_labels_t;

/* Those that the request said: a form's are read with the rows. */
void ngx_glyph_job_labels(ngx_glyph_job_t *job,
    ngx_glyph_job_labels_t *labels);

void ngx_glyph_job_json_queued(ngx_glyph_uuid_t *id, uint64_t created,
    uint64_t bytes, ngx_glyph_job_labels_t *labels, glyph_buf_t *b);

/*
 * Of what a file says (ngx_glyph_spool_meta.c) only the tenant, who may know of
 * the job, and what its document says.
 */
ngx_int_t ngx_glyph_spool_meta_labels(glyph_buf_t *b, ngx_str_t *tenant,
    ngx_glyph_job_labels_t *labels);

/*
 * Whether text from elsewhere is a document that _json() could have written of
 * the job with that id, a text, in that state.
 */
ngx_uint_t ngx_glyph_job_json_is(ngx_str_t *doc, u_char *id,
    ngx_glyph_job_state_e state);

/*
 * Appends the Job document "doc", from wherever it is, with the links that
 * only the web server knows.
 */
void ngx_glyph_job_linked(glyph_buf_t *b, u_char *doc, size_t len,
    u_char *id);


#endif /* _NGX_GLYPH_JOB_H_INCLUDED_ */
