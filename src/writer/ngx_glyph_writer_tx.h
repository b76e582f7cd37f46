
/*
 * What the writer's files share: ngx_glyph_writer.c has the connections,
 * ngx_glyph_writer_jobs.c the jobs that wait, ngx_glyph_writer_tx.c sends a
 * transaction and reads what comes back, ngx_glyph_writer_outcome.c knows what
 * becomes of its jobs.
 *
 * There are a few connections, each with a transaction of its own.  Blocks of
 * one job go to as many of them as are free, in any order; its first block and
 * its end go alone.  Which is when is told in ngx_glyph_writer_jobs.c.
 *
 *   phase     in flight on the server      who owns the batch's blocks
 *   IDLE      nothing                      jobs (no batch)
 *   BATCH     the transaction              the batch
 *   PROBE     one that is taken back       nobody: none waits, and whether
 *                                          there could be writes is not known
 *   ROLLBACK  ROLLBACK after an error      the batch
 *   ASK       which jobs are still ours    the batch
 *   FENCE     glyph.fence() of one job     the batch: its outcome is unknown
 *   TAKE      glyph.take_over() of it      the same
 *
 * When a connection is lost, a batch that was rolled back for certain is given
 * back to its jobs.  One whose transaction may have been committed is kept as
 * doubtful, and nothing more of its jobs is sent.  When what else they have
 * open is done, the first connection there is, another or a new one, takes
 * them, one after the other, and compares the ranges with the block: committed,
 * or written again.
 *
 * While Postgres is not known to take writes (ngx_glyph_store.h), there is one
 * transaction at a time, after a delay: the next batch, or a probe.
 *
 * What a job is told: committed, over (Postgres says so), or that the store
 * is lost or unwell, when that has lasted for glyph_postgres' timeout.
 */


#ifndef _NGX_GLYPH_WRITER_TX_H_INCLUDED_
#define _NGX_GLYPH_WRITER_TX_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_batch.h"
#include "ngx_glyph_pg_conn.h"


/* a block up to this is a small one */
#define NGX_GLYPH_WRITER_SMALL      (64 * 1024)


typedef enum {
    NGX_GLYPH_WRITER_IDLING = 0,
    NGX_GLYPH_WRITER_BATCH,
    NGX_GLYPH_WRITER_PROBE,
    NGX_GLYPH_WRITER_ROLLBACK,
    NGX_GLYPH_WRITER_ASK,
    NGX_GLYPH_WRITER_FENCE,
    NGX_GLYPH_WRITER_TAKE
} ngx_glyph_writer_phase_e;


typedef struct {
    ngx_glyph_pg_conn_t        conn;

    ngx_glyph_writer_phase_e   phase;
    ngx_glyph_batch_t         *batch;       /* NULL: none */

    char                       sqlstate[6]; /* of the batch's first error */
    ngx_uint_t                 row;         /* that it names; 0: none */
    ngx_uint_t                 asked;       /* imports in the ASK */

    uint64_t                   sent;        /* the batch; ngx_glyph_usec() */

    ngx_event_t                turn;        /* posted: the rest of a COPY */
    ngx_event_t                stall;       /* the server does not answer */
    ngx_event_t                idle;

    unsigned                   copying:1;   /* a COPY wants data */
    unsigned                   committed:1; /* COMMIT was answered */
    unsigned                   unknown:1;   /* the batch's outcome */
    unsigned                   taken:1;     /* an id of the batch is in use */
} ngx_glyph_writer_tx_t;


typedef struct {
    ngx_glyph_pg_conf_t       *conf;
    ngx_log_t                 *log;

    ngx_glyph_writer_tx_t     *tx;          /* conf->writers of them */

    ngx_queue_t                ready;       /* of jobs, oldest first */
    ngx_queue_t                dropped;     /* of jobs that leave no record */
    ngx_uint_t                 nready;      /* of both */
    ngx_uint_t                 turns;

    ngx_queue_t                doubtful;    /* of batches */
    ngx_queue_t                committed;   /* whose jobs are to be told */
    ngx_queue_t                free;

    ngx_uint_t                 schema;      /* the newest of a connection */
    ngx_msec_t                 refused_at;  /* one more connection; or 0 */
    ngx_msec_t                 small;       /* when an import came that is; or
                                               0: not for a while */

    ngx_event_t                go;          /* posted: the next step */
    ngx_event_t                tell;        /* posted: there are committed */
    ngx_event_t                retry;       /* connect, or try again */
    ngx_event_t                again;       /* ask once more whose jobs are */
    ngx_event_t                giveup;      /* no writes for too long */

    unsigned                   alone:1;     /* one job a batch: one of them
                                               has a row that is refused */
    unsigned                   spared:1;    /* a connection is kept for others
                                               than who has one already */
} ngx_glyph_writer_t;


extern ngx_glyph_writer_t  ngx_glyph_writer;


/* ngx_glyph_writer.c */

void ngx_glyph_writer_next(void);
void ngx_glyph_writer_lost(ngx_glyph_writer_tx_t *tx);
void ngx_glyph_writer_unwell(ngx_glyph_writer_tx_t *tx);
void ngx_glyph_writer_retry_later(void);
void ngx_glyph_writer_batch_done(ngx_glyph_writer_tx_t *tx);


/* ngx_glyph_writer_jobs.c */

void ngx_glyph_writer_queue(ngx_glyph_job_t *job, ngx_uint_t first);
void ngx_glyph_writer_unready(ngx_glyph_job_t *job);

/* Jobs whose next block has at most "max" bytes go into the batch. */
void ngx_glyph_writer_gather(ngx_glyph_batch_t *batch, ngx_uint_t jobs,
    size_t size, size_t max);

/*
 * Of the next blocks of all that may have a transaction, and how many these
 * are; counting stops when it is much.
 */
size_t ngx_glyph_writer_bytes(ngx_uint_t *jobs);

/* Whether one of so many idle connections is kept, for what follows. */
void ngx_glyph_writer_spare(ngx_uint_t idle);

/* Those of which Postgres need not know are told of it. */
void ngx_glyph_writer_drop_jobs(void);


/* ngx_glyph_writer_tx.c */

void ngx_glyph_writer_ready_handler(ngx_glyph_pg_conn_t *c);
void ngx_glyph_writer_turn_handler(ngx_event_t *ev);
void ngx_glyph_writer_send(ngx_glyph_writer_tx_t *tx,
    ngx_glyph_writer_phase_e phase, const char *sql, int n,
    const char *const *params);
void ngx_glyph_writer_start_batch(ngx_glyph_writer_tx_t *tx, size_t size);
void ngx_glyph_writer_probe(ngx_glyph_writer_tx_t *tx);


/* ngx_glyph_writer_outcome.c */

void ngx_glyph_writer_commit(ngx_glyph_writer_tx_t *tx);
void ngx_glyph_writer_tell_handler(ngx_event_t *ev);
void ngx_glyph_writer_giveup_handler(ngx_event_t *ev);
void ngx_glyph_writer_batch_lost(ngx_glyph_batch_t *batch);
void ngx_glyph_writer_give_back_all(ngx_glyph_batch_t *batch);
void ngx_glyph_writer_rolled_back(ngx_glyph_writer_tx_t *tx);
void ngx_glyph_writer_ask(ngx_glyph_writer_tx_t *tx);
void ngx_glyph_writer_answered(ngx_glyph_writer_tx_t *tx, PGresult *res);

/* Of the batch's i-th job: Postgres has ended it … */
void ngx_glyph_writer_over(ngx_glyph_batch_t *batch, ngx_uint_t i,
    const char *state, const char *code);

/* … or its row is none of the job's, or not there … */
void ngx_glyph_writer_orphan(ngx_glyph_batch_t *batch, ngx_uint_t i,
    ngx_glyph_code_e code);

/* … or its block was not written, and is its first again … */
void ngx_glyph_writer_give_back(ngx_glyph_batch_t *batch, ngx_uint_t i);

/* … or was; the item is out of the batch, and its reference is let go. */
void ngx_glyph_writer_written(ngx_glyph_item_t *item);
void ngx_glyph_writer_asked(ngx_glyph_writer_tx_t *tx);


/* ngx_glyph_writer_take.c */

/* The batch's outcome is not known. */
void ngx_glyph_writer_doubt(ngx_glyph_writer_tx_t *tx);

/* One of those of which a job can be taken now, its last; NULL: none. */
ngx_glyph_batch_t *ngx_glyph_writer_doubtful(void);

void ngx_glyph_writer_take(ngx_glyph_writer_tx_t *tx);
void ngx_glyph_writer_fenced(ngx_glyph_writer_tx_t *tx);
void ngx_glyph_writer_taken(ngx_glyph_writer_tx_t *tx, PGresult *res);
void ngx_glyph_writer_take_done(ngx_glyph_writer_tx_t *tx);


#endif /* _NGX_GLYPH_WRITER_TX_H_INCLUDED_ */
