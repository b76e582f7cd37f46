
/*
 * How a job ends: who decides it, and in what turn it is told.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job_parts.h"
#include "ngx_glyph_observer.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_turn.h"


static void ngx_glyph_job_end(void *data);
static void ngx_glyph_job_forget(ngx_glyph_job_t *job);
static void ngx_glyph_job_settle(ngx_glyph_job_t *job,
    ngx_glyph_job_state_e state, ngx_glyph_code_e code, const char *detail);
static ngx_uint_t ngx_glyph_job_status(ngx_glyph_job_state_e state,
    const char *code);
static const char *ngx_glyph_job_keep(ngx_glyph_job_t *job,
    const char *text);


static const char  *ngx_glyph_job_lives[] = {
    "open", "leaving", "ending", "last", "decided", "ended", "left"
};


/* What may follow, a bit each. */

#define ngx_glyph_life(life)  (1 << NGX_GLYPH_LIFE_##life)

static const ngx_uint_t  ngx_glyph_job_next_life[] = {

    /* OPEN */
    ngx_glyph_life(LEAVING)|ngx_glyph_life(ENDING)|ngx_glyph_life(LAST)
    |ngx_glyph_life(DECIDED)|ngx_glyph_life(LEFT),

    /* LEAVING */
    ngx_glyph_life(ENDING)|ngx_glyph_life(LAST)|ngx_glyph_life(DECIDED)
    |ngx_glyph_life(LEFT),

    /* ENDING: in another way; its file goes to others */
    ngx_glyph_life(ENDING)|ngx_glyph_life(LAST)|ngx_glyph_life(DECIDED)
    |ngx_glyph_life(LEFT),

    /* LAST */
    ngx_glyph_life(ENDING)|ngx_glyph_life(DECIDED),

    /* DECIDED */
    ngx_glyph_life(ENDED),

    /* ENDED */
    ngx_glyph_life(LEFT),

    /* LEFT */
    0
};


/* Whatever is not in the table is a mistake of ours, and does not happen. */

void
ngx_glyph_job_live(ngx_glyph_job_t *job, ngx_glyph_life_e life)
{
    if (!(ngx_glyph_job_next_life[job->life] & (1 << life))) {
        ngx_log_error(NGX_LOG_ALERT, &job->import.log, 0,
                      "job is %s, and cannot be %s",
                      ngx_glyph_job_lives[job->life],
                      ngx_glyph_job_lives[life]);
        return;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, &job->import.log, 0,
                   "glyph job: %s to %s",
                   ngx_glyph_job_lives[job->life], ngx_glyph_job_lives[life]);

    job->life = life;
}


void
ngx_glyph_job_abort(ngx_glyph_job_t *job, ngx_glyph_code_e code,
    const char *detail)
{
    if (!ngx_glyph_job_ending(job)) {
        ngx_glyph_job_settle(job, NGX_GLYPH_JOB_FAILED, code, detail);
    }
}


/* An end that is on its way to Postgres meets the fence there. */

void
ngx_glyph_job_cancelled(ngx_glyph_job_t *job)
{
    if (!ngx_glyph_job_ending(job)) {
        ngx_glyph_job_settle(job, NGX_GLYPH_JOB_CANCELLED,
                             NGX_GLYPH_CODE_CANCELLED, NULL);

        /* as Postgres has it */

        ngx_str_null(&job->detail);
    }
}


static void
ngx_glyph_job_settle(ngx_glyph_job_t *job, ngx_glyph_job_state_e state,
    ngx_glyph_code_e code, const char *detail)
{
    ngx_glyph_job_live(job, NGX_GLYPH_LIFE_ENDING);

    job->last_block.final = state;
    ngx_glyph_job_blame(job, code, detail);

    ngx_log_error(NGX_LOG_INFO, &job->import.log, 0, "%s ends early: %s",
                  job->kind->name, job->code);

    ngx_glyph_job_stop_timers(job);
    ngx_glyph_job_drop_input(job);

    ngx_glyph_job_run(job);
}


void
ngx_glyph_job_blame(ngx_glyph_job_t *job, ngx_glyph_code_e code,
    const char *detail)
{
    const ngx_glyph_code_t  *c;

    c = &ngx_glyph_codes[code];

    job->http_status = c->status;
    job->code = c->name;

    if (detail == NULL) {
        detail = c->detail;
    }

    if (detail) {
        job->detail.data = (u_char *) detail;
        job->detail.len = ngx_strlen(detail);
    }
}


void
ngx_glyph_job_detach(ngx_glyph_job_t *job)
{
    job->client = NULL;

    if (ngx_glyph_import_durable(&job->import)) {
        return;
    }

    ngx_glyph_job_abort(job, NGX_GLYPH_CODE_CLIENT_GONE, NULL);
}


void
ngx_glyph_job_over(ngx_glyph_job_t *job, ngx_glyph_job_state_e state,
    const char *code)
{
    ngx_queue_t        *q;
    ngx_glyph_block_t  *block;

    if (ngx_glyph_job_decided(job)) {
        return;
    }

    ngx_glyph_job_decide(job, state);

    if (state == NGX_GLYPH_JOB_COMPLETED) {

        /* the last block was committed: its result is the answer */

        if (!ngx_queue_empty(&job->import.blocks)) {
            q = ngx_queue_last(&job->import.blocks);
            block = ngx_queue_data(q, ngx_glyph_block_t, queue);

            job->import.committed = block->totals;
            job->last_block.result = block->result;
            ngx_memzero(&block->result, sizeof(glyph_buf_t));
        }

        job->http_status = NGX_HTTP_OK;
        job->code = NULL;

    } else if (job->code == NULL || code == NULL
               || ngx_strcmp(job->code, code) != 0)
    {
        /* the writer's code may be the memory of a result */

        job->http_status = ngx_glyph_job_status(state, code);
        job->code = ngx_glyph_job_keep(job, code);
        ngx_str_null(&job->detail);
    }

    ngx_glyph_job_stop_timers(job);
    ngx_glyph_job_drop_input(job);
    ngx_glyph_job_drop_output(job);
}


/* Of an end that others have told: what the table of codes has for it. */

static ngx_uint_t
ngx_glyph_job_status(ngx_glyph_job_state_e state, const char *code)
{
    ngx_uint_t  i;

    if (state == NGX_GLYPH_JOB_CANCELLED) {
        return NGX_HTTP_CONFLICT;
    }

    for (i = NGX_GLYPH_CODE_NONE + 1; i < NGX_GLYPH_CODE_N; i++) {
        if (ngx_glyph_codes[i].status
            && ngx_glyph_code_is(code, (ngx_glyph_code_e) i))
        {
            return ngx_glyph_codes[i].status;
        }
    }

    return NGX_HTTP_SERVICE_UNAVAILABLE;
}


static const char *
ngx_glyph_job_keep(ngx_glyph_job_t *job, const char *text)
{
    size_t   len;
    u_char  *p;

    len = text ? ngx_strlen(text) : 0;
    p = len ? ngx_pnalloc(job->asked.pool, len + 1) : NULL;

    if (p == NULL) {
        return ngx_glyph_codes[NGX_GLYPH_CODE_FAILED].name;
    }

    ngx_memcpy(p, text, len + 1);

    return (char *) p;
}


/*
 * An id in use is another import's; what was acknowledged has its end told
 * there in any case.
 */

ngx_uint_t
ngx_glyph_job_unrecorded(ngx_glyph_job_t *job)
{
    return job->life >= NGX_GLYPH_LIFE_LAST
           && job->last_block.final == NGX_GLYPH_JOB_FAILED
           && !job->import.registered
           && !ngx_glyph_import_durable(&job->import)
           && job->import.open == 0
           && !ngx_glyph_code_is(job->code, NGX_GLYPH_CODE_JOB_ID_USED);
}


void
ngx_glyph_job_unstored(ngx_glyph_job_t *job)
{
    if (ngx_glyph_job_decided(job)) {
        return;
    }

    ngx_glyph_job_decide(job, job->last_block.final);
    ngx_glyph_job_forget(job);
}


void
ngx_glyph_job_repeat(ngx_glyph_job_t *job, ngx_glyph_uuid_t *id,
    const char *result, size_t len)
{
    glyph_buf_reset(&job->last_block.result);
    glyph_buf_append(&job->last_block.result, result, len);

    job->import.id = *id;
    ngx_glyph_uuid_text(job->import.text, id);

    job->http_status = NGX_HTTP_OK;

    if (!ngx_glyph_job_decided(job)) {
        job->last_block.final = NGX_GLYPH_JOB_COMPLETED;
        ngx_glyph_job_unstored(job);
    }
}


void
ngx_glyph_job_store_lost(ngx_glyph_job_t *job, ngx_uint_t unknown)
{
    ngx_uint_t                known, status;
    ngx_glyph_store_answer_t  why;

    if (ngx_glyph_job_decided(job)) {
        return;
    }

    if (ngx_glyph_import_durable(&job->import)) {

        /* nobody waits but the file; the clock does not run meanwhile */

        if (job->timeout.timer_set) {
            ngx_del_timer(&job->timeout);
        }

        if (job->kind->blameless) {
            job->kind->blameless(job);
        }

        return;
    }

    if (unknown) {

        /* the job stays: its end is found out when Postgres is back */

        ngx_glyph_client_unknown(job->client,
                                 "Postgres was lost while it committed; the "
                                 "job's status tells the outcome when it is "
                                 "back");
        return;
    }

    /* an end that was good and is not written is none */

    ngx_glyph_store_why(NGX_GLYPH_STORE_WRITES, &why);

    if (!ngx_glyph_job_ending(job) || job->code == NULL) {
        ngx_glyph_job_settle(job, NGX_GLYPH_JOB_FAILED, why.code, NULL);
    }

    /* it may have been about to end for another reason */

    known = (job->last_block.final == NGX_GLYPH_JOB_CANCELLED
             || job->code == ngx_glyph_codes[why.code].name);
    status = known ? job->http_status : NGX_HTTP_SERVICE_UNAVAILABLE;

    ngx_glyph_client_answer(job->client, status, job->code, &job->detail);
}


void
ngx_glyph_job_refused(ngx_glyph_job_t *job)
{
    if (ngx_glyph_job_decided(job)) {
        return;
    }

    if (ngx_glyph_code_is(job->code, NGX_GLYPH_CODE_STORE_REFUSED)) {

        /* not even its failure can be written */

        ngx_glyph_job_over(job, NGX_GLYPH_JOB_FAILED, job->code);
        return;
    }

    ngx_glyph_job_settle(job, NGX_GLYPH_JOB_FAILED,
                         NGX_GLYPH_CODE_STORE_REFUSED, NULL);
}


/*
 * The worker ends, and the file is there for the next one: what is in the
 * middle of a step finishes it, and nothing new is begun.
 */

void
ngx_glyph_job_let_go(ngx_glyph_job_t *job)
{
    if (job->life >= NGX_GLYPH_LIFE_LAST) {
        return;
    }

    if (job->life == NGX_GLYPH_LIFE_OPEN) {
        ngx_glyph_job_live(job, NGX_GLYPH_LIFE_LEAVING);
    }

    ngx_glyph_job_stop_timers(job);

    if (job->running || job->import.open) {
        return;
    }

    ngx_glyph_job_ref(job);

    if (job->kind->leave(job) == NGX_OK) {
        ngx_glyph_job_forget(job);
        ngx_glyph_job_leave(job);
    }

    ngx_glyph_job_unref(job);
}


/* Nobody is told yet: whoever has called goes on with the job. */

void
ngx_glyph_job_decide(ngx_glyph_job_t *job, ngx_glyph_job_state_e state)
{
    ngx_glyph_job_live(job, NGX_GLYPH_LIFE_DECIDED);

    job->last_block.final = state;

    job->end.take = ngx_glyph_job_end;
    job->end.data = job;

    ngx_glyph_turn_wait(&job->end);
}


/* From the event loop. */

static void
ngx_glyph_job_end(void *data)
{
    ngx_glyph_job_t *job = data;

    ngx_glyph_job_live(job, NGX_GLYPH_LIFE_ENDED);

    job->state = job->last_block.final;

    ngx_log_error(NGX_LOG_INFO, &job->import.log, 0,
                  "%s %s%s%s: %uL rows, %uL invalid, %O bytes, %M ms",
                  job->kind->name,
                  ngx_glyph_job_state_name(job->state),
                  job->code ? " " : "", job->code ? job->code : "",
                  job->import.committed.rows, job->import.committed.invalid,
                  job->received, ngx_glyph_job_age(job));

    ngx_glyph_observers_tell(job, NGX_GLYPH_OBSERVED_ENDED);

    ngx_glyph_client_answer(job->client, job->http_status, job->code,
                            &job->detail);

    if (job->kind->ended) {
        job->kind->ended(job);
    }

    ngx_glyph_job_leave(job);
}


void
ngx_glyph_job_leave(ngx_glyph_job_t *job)
{
    ngx_glyph_job_stop_timers(job);
    ngx_glyph_observers_tell(job, NGX_GLYPH_OBSERVED_LEFT);

    ngx_glyph_job_live(job, NGX_GLYPH_LIFE_LEFT);
    ngx_glyph_job_list_remove(job);
    ngx_glyph_job_unref(job);
}


/* Nothing of it is for the sink any more. */

static void
ngx_glyph_job_forget(ngx_glyph_job_t *job)
{
    if (job->sink->forget) {
        job->sink->forget(job);
    }

    ngx_glyph_job_drop_input(job);
    ngx_glyph_job_drop_output(job);
}


void
ngx_glyph_job_stop_timers(ngx_glyph_job_t *job)
{
    if (job->flush.timer_set) {
        ngx_del_timer(&job->flush);
    }

    if (job->timeout.timer_set) {
        ngx_del_timer(&job->timeout);
    }
}
