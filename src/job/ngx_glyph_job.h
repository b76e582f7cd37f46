
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
#include "ngx_glyph_sink.h"
#include "ngx_glyph_uuid.h"


extern const ngx_glyph_part_t  ngx_glyph_job_part;

/* A job with one reference, the caller's; NULL when out of memory. */
ngx_glyph_job_t *ngx_glyph_job_create(ngx_glyph_loc_conf_t *conf,
    ngx_log_t *log);
void ngx_glyph_job_ref(ngx_glyph_job_t *job);
void ngx_glyph_job_unref(ngx_glyph_job_t *job);

/*
 * What it goes on with, of which others have their part; it lives as long as
 * the job.
 */

ngx_glyph_asked_t *ngx_glyph_job_asked(ngx_glyph_job_t *job);
ngx_glyph_import_t *ngx_glyph_job_import(ngx_glyph_job_t *job);
ngx_glyph_job_t *ngx_glyph_job_of(ngx_glyph_import_t *import);

/* Of what kind it is, and where its rows go; each with what is its own. */
void ngx_glyph_job_become(ngx_glyph_job_t *job, const ngx_glyph_kind_t *kind,
    void *data);
void ngx_glyph_job_into(ngx_glyph_job_t *job, const ngx_glyph_sink_t *sink,
    void *data);
void *ngx_glyph_job_kind_data(ngx_glyph_job_t *job);
void *ngx_glyph_job_sink_data(ngx_glyph_job_t *job);

/* Who waits for it, or NULL. */
ngx_glyph_client_t *ngx_glyph_job_client(ngx_glyph_job_t *job);

/* Bytes of its body; -1: not known. */
void ngx_glyph_job_expect(ngx_glyph_job_t *job, off_t bytes);

/*
 * What the body must be, GLYPH_SHA256_SIZE bytes; before it is started.
 * NGX_ERROR: out of memory.
 */
ngx_int_t ngx_glyph_job_digest(ngx_glyph_job_t *job, u_char *wanted);


/* What may be seen of it. */

/* An import, and not what is for its client alone. */
ngx_uint_t ngx_glyph_job_stored(ngx_glyph_job_t *job);

ngx_glyph_job_state_e ngx_glyph_job_state(ngx_glyph_job_t *job);

/* Since it was made, ms. */
ngx_msec_t ngx_glyph_job_age(ngx_glyph_job_t *job);

/* It has an outcome, of the file or of an early end, and takes no input. */
ngx_uint_t ngx_glyph_job_ending(ngx_glyph_job_t *job);

/* Nothing changes the outcome any more, be it told or not. */
ngx_uint_t ngx_glyph_job_decided(ngx_glyph_job_t *job);

typedef struct {
    ngx_glyph_job_state_e      state;       /* that it will have, as soon as
                                               that is settled */
    const char                *code;        /* why it failed; or NULL */
    ngx_str_t                  detail;

    off_t                      bytes;       /* that have come */
    off_t                      bytes_total; /* -1: not known */
    uint64_t                   rows;        /* of these, so far */
    uint64_t                   valid;
    uint64_t                   invalid;
} ngx_glyph_job_view_t;

void ngx_glyph_job_view(ngx_glyph_job_t *job, ngx_glyph_job_view_t *view);

/* NULL: its body is only kept.  What a task changes is the task's. */
const glyph_pipeline_t *ngx_glyph_job_pipeline(ngx_glyph_job_t *job);

/* The ImportResult, for its answer; empty: there is none. */
glyph_buf_t *ngx_glyph_job_result(ngx_glyph_job_t *job);


/* Its life. */

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
 * The job has ended early, and Postgres need not know of it; or …
 */
void ngx_glyph_job_unstored(ngx_glyph_job_t *job);

/* … as the import with that id, whose result this is; its name is that. */
void ngx_glyph_job_repeat(ngx_glyph_job_t *job, ngx_glyph_uuid_t *id,
    const char *result, size_t len);

/* A job of this worker that has not ended, by id; NULL if there is none. */
ngx_glyph_job_t *ngx_glyph_job_find(ngx_glyph_uuid_t *id);

/*
 * How many there are of this one's kind, imports or what is not stored; "end",
 * if it is not NULL, is in how many seconds the first of those may end.
 */
ngx_uint_t ngx_glyph_job_count_like(ngx_glyph_job_t *job, time_t *end);

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

/* From the client: it is gone, the job goes on without it, or not at all. */
void ngx_glyph_job_detach(ngx_glyph_job_t *job);

/*
 * Whether the job has ended early and nothing of it was ever committed: what
 * is not there needs no record in Postgres, where it would stay for ever.
 */
ngx_uint_t ngx_glyph_job_unrecorded(ngx_glyph_job_t *job);

/*
 * From the sink: the block was committed, or sent; progress, and maybe the
 * end.
 */
void ngx_glyph_job_committed(ngx_glyph_job_t *job, ngx_glyph_block_t *block);

/* From the writer: what is in the job's last block was, and its end was not. */
void ngx_glyph_job_written(ngx_glyph_job_t *job, ngx_glyph_block_t *block);

/* The block is not needed any more; the job's own last one stays. */
void ngx_glyph_job_block_put(ngx_glyph_job_t *job, ngx_glyph_block_t *block);

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
 * Who has the job for a step of its own, a question to Postgres or the like,
 * takes a reference; nothing else is begun with it until it is back.  The
 * reference is the caller's then.
 */
void ngx_glyph_job_away(ngx_glyph_job_t *job);
void ngx_glyph_job_back(ngx_glyph_job_t *job);


/*
 * The Job document (docs/api.md) of a job of this worker, appended to b.
 */
void ngx_glyph_job_json(ngx_glyph_job_t *job, glyph_buf_t *b);

/* Those that the request said: a form's are read with the rows. */
void ngx_glyph_job_labels(ngx_glyph_job_t *job,
    ngx_glyph_job_labels_t *labels);

/* The same of a file of so many bytes that waits for a runner. */
void ngx_glyph_job_json_queued(ngx_glyph_uuid_t *id, uint64_t created,
    uint64_t bytes, ngx_glyph_job_labels_t *labels, glyph_buf_t *b);

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
