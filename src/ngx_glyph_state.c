
#include "ngx_glyph.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_state.h"
#include "ngx_glyph_watch.h"


/* at most this often for one job, ms; the first time after as long */
#define NGX_GLYPH_STATE_INTERVAL  100

/*
 * A job that moves is written again after this even if nothing has changed
 * but time; the tick makes that at most 200 ms.
 */
#define NGX_GLYPH_STATE_REFRESH   140
#define NGX_GLYPH_STATE_TICK      60

/* without a change for so long, a job does not move */
#define NGX_GLYPH_STATE_MOVING    2000


static ngx_int_t ngx_glyph_state_init(ngx_cycle_t *cycle);
static void ngx_glyph_state_restore(void);
static ngx_msec_t ngx_glyph_state_passed(ngx_glyph_job_t *job);
static void ngx_glyph_state_move(ngx_glyph_job_t *job);
static void ngx_glyph_state_tick_handler(ngx_event_t *ev);
static void ngx_glyph_state_look(ngx_glyph_job_t *job);
static void ngx_glyph_state_write(ngx_glyph_job_t *job);
static void ngx_glyph_state_send(ngx_glyph_job_t *job, ngx_str_t *doc);
static ngx_uint_t ngx_glyph_state_unheard(ngx_glyph_job_t *job);


const ngx_glyph_part_t  ngx_glyph_state_part = {
    ngx_glyph_state_init,
    NULL,
    NULL,
    1
};


static ngx_queue_t  ngx_glyph_state_moving;
static ngx_uint_t   ngx_glyph_state_nmoving;
static ngx_uint_t   ngx_glyph_state_left;       /* of this tick */
static ngx_event_t  ngx_glyph_state_tick;


static ngx_int_t
ngx_glyph_state_init(ngx_cycle_t *cycle)
{
    static ngx_connection_t  dummy;

    dummy.fd = (ngx_socket_t) -1;

    ngx_queue_init(&ngx_glyph_state_moving);

    ngx_glyph_state_tick.handler = ngx_glyph_state_tick_handler;
    ngx_glyph_state_tick.data = &dummy;
    ngx_glyph_state_tick.log = cycle->log;
    ngx_glyph_state_tick.cancelable = 1;

    ngx_glyph_redis_observe(ngx_glyph_state_restore);

    return NGX_OK;
}


void
ngx_glyph_state_publish(ngx_glyph_job_t *job)
{
    if (job->output) {
        return;
    }

    job->changed_at = ngx_current_msec;
    job->changed = 1;

    if (ngx_glyph_job_is_final(job->state)) {
        ngx_glyph_state_forget(job);
        ngx_glyph_state_write(job);
        return;
    }

    ngx_glyph_state_move(job);

    if (ngx_glyph_state_passed(job) >= NGX_GLYPH_STATE_INTERVAL) {
        ngx_glyph_state_write(job);
    }
}


static ngx_msec_t
ngx_glyph_state_passed(ngx_glyph_job_t *job)
{
    return ngx_current_msec - (job->published ? job->published
                                              : job->started);
}


static void
ngx_glyph_state_move(ngx_glyph_job_t *job)
{
    if (job->moving) {
        return;
    }

    job->moving = 1;
    ngx_queue_insert_tail(&ngx_glyph_state_moving, &job->moving_queue);
    ngx_glyph_state_nmoving++;

    if (!ngx_glyph_state_tick.timer_set) {
        ngx_add_timer(&ngx_glyph_state_tick, NGX_GLYPH_STATE_TICK);
    }
}


void
ngx_glyph_state_forget(ngx_glyph_job_t *job)
{
    if (job->moving) {
        job->moving = 0;
        ngx_queue_remove(&job->moving_queue);
        ngx_glyph_state_nmoving--;
    }
}


/* All that move, each once, in as many turns as it takes. */

static void
ngx_glyph_state_tick_handler(ngx_event_t *ev)
{
    uint64_t          end;
    ngx_queue_t      *q;
    ngx_glyph_job_t  *job;

    end = ngx_glyph_usec() + NGX_GLYPH_TURN_USEC;

    if (ngx_glyph_state_left == 0) {
        ngx_glyph_state_left = ngx_glyph_state_nmoving;
    }

    while (ngx_glyph_state_left && ngx_glyph_state_nmoving) {

        if (ngx_glyph_usec() >= end) {
            ngx_add_timer(ev, 0);
            return;
        }

        ngx_glyph_state_left--;

        q = ngx_queue_head(&ngx_glyph_state_moving);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&ngx_glyph_state_moving, q);

        job = ngx_queue_data(q, ngx_glyph_job_t, moving_queue);

        ngx_glyph_state_look(job);
    }

    ngx_glyph_state_left = 0;

    if (ngx_glyph_state_nmoving) {
        ngx_add_timer(ev, NGX_GLYPH_STATE_TICK);
    }
}


static void
ngx_glyph_state_look(ngx_glyph_job_t *job)
{
    ngx_msec_t  passed;

    if (ngx_glyph_job_find(&job->id) != job) {

        /* somebody else's by now */

        ngx_glyph_state_forget(job);
        return;
    }

    passed = ngx_glyph_state_passed(job);

    if (passed >= NGX_GLYPH_STATE_REFRESH
        || (job->changed && passed >= NGX_GLYPH_STATE_INTERVAL))
    {
        ngx_glyph_state_write(job);
    }

    if (ngx_current_msec - job->changed_at > NGX_GLYPH_STATE_MOVING) {
        ngx_glyph_state_forget(job);
    }
}


void
ngx_glyph_state_alive(ngx_glyph_job_t *job)
{
    if (ngx_glyph_state_passed(job) >= NGX_GLYPH_STATE_INTERVAL) {
        ngx_glyph_state_write(job);
    }
}


/* Redis is there (again), and may have lost what it knew. */

static void
ngx_glyph_state_restore(void)
{
    ngx_glyph_job_each(ngx_glyph_state_alive);
}


static void
ngx_glyph_state_write(ngx_glyph_job_t *job)
{
    ngx_str_t    doc;
    glyph_buf_t  b;

    job->published = ngx_current_msec;
    job->changed = 0;
    job->sequence++;

    if (!ngx_glyph_redis_ready() && !ngx_glyph_watch_wanted(job)) {
        return;
    }

    ngx_memzero(&b, sizeof(glyph_buf_t));
    ngx_glyph_job_json(job, &b);

    if (!b.failed) {
        doc.data = b.data;
        doc.len = b.len;

        ngx_glyph_state_send(job, &doc);
        ngx_glyph_watch_job(job, &doc);
    }

    glyph_buf_free(&b);
}


static void
ngx_glyph_state_send(ngx_glyph_job_t *job, ngx_str_t *doc)
{
    u_char       *p;
    ngx_str_t     args[16];
    ngx_time_t   *tp;
    ngx_uint_t    n;
    u_char        key[sizeof("glyph:events:") + NGX_GLYPH_UUID_TEXT_LEN];
    u_char        seq[NGX_INT_T_LEN], now[NGX_INT64_LEN], ttl[NGX_TIME_T_LEN];

    if (!ngx_glyph_redis_ready()) {
        return;
    }

    tp = ngx_timeofday();
    n = 0;

    ngx_str_set(&args[n], "HSET"); n++;
    args[n].data = key;
    args[n].len = ngx_sprintf(key, "glyph:job:%s", job->text) - key; n++;

    ngx_str_set(&args[n], "job_id"); n++;
    args[n].data = job->text;
    args[n].len = NGX_GLYPH_UUID_TEXT_LEN; n++;

    ngx_str_set(&args[n], "tenant"); n++;
    args[n] = job->tenant; n++;

    ngx_str_set(&args[n], "state"); n++;
    args[n].data = (u_char *) ngx_glyph_job_state_name(job->state);
    args[n].len = ngx_strlen(args[n].data); n++;

    ngx_str_set(&args[n], "seq"); n++;
    args[n].data = seq;
    args[n].len = ngx_sprintf(seq, "%ui", job->sequence) - seq; n++;

    ngx_str_set(&args[n], "updated"); n++;
    args[n].data = now;
    args[n].len = ngx_sprintf(now, "%uL", (uint64_t) tp->sec * 1000
                                          + tp->msec)
                  - now; n++;

    ngx_str_set(&args[n], "job"); n++;
    args[n] = *doc; n++;

    (void) ngx_glyph_redis_command(job->text, n, args, NULL, NULL);

    ngx_str_set(&args[0], "EXPIRE");
    args[2].data = ttl;
    args[2].len = ngx_sprintf(ttl, "%T", job->conf->job_ttl) - ttl;

    (void) ngx_glyph_redis_command(job->text, 3, args, NULL, NULL);

    if (ngx_glyph_state_unheard(job)) {
        return;
    }

    p = ngx_sprintf(key, "glyph:events:%s", job->text);

    ngx_str_set(&args[0], "PUBLISH");
    args[1].len = p - key;
    args[2] = *doc;

    (void) ngx_glyph_redis_command(job->text, 3, args, NULL, NULL);
}


/*
 * Nobody waits for the events of a job of which nobody could know: it ends with
 * the first that is said of it, and its answer is the first to name its id.
 */

static ngx_uint_t
ngx_glyph_state_unheard(ngx_glyph_job_t *job)
{
    return job->sequence == 1 && ngx_glyph_job_is_final(job->state)
           && !job->given_id && job->run == NULL
           && job->idempotency_key.len == 0;
}
