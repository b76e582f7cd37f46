
#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_observer.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_state.h"
#include "ngx_glyph_tick.h"
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


/* What is known of a job, in its pool. */

typedef struct {
    ngx_queue_t                queue;       /* of those that move */
    ngx_glyph_job_t           *job;
    ngx_glyph_import_t        *import;      /* the job's */
    ngx_msec_t                 changed_at;
    ngx_msec_t                 published;   /* 0: not yet */
    ngx_uint_t                 sequence;
    unsigned                   changed:1;   /* since it was published */
    unsigned                   moving:1;
} ngx_glyph_state_t;


static ngx_int_t ngx_glyph_state_init(ngx_cycle_t *cycle);
static void ngx_glyph_state_changed(ngx_glyph_job_t *job);
static void ngx_glyph_state_alive(ngx_glyph_job_t *job);
static void ngx_glyph_state_ended(ngx_glyph_job_t *job);
static void ngx_glyph_state_left(ngx_glyph_job_t *job);
static void ngx_glyph_state_restore(void);
static ngx_glyph_state_t *ngx_glyph_state_of(ngx_glyph_job_t *job);
static ngx_msec_t ngx_glyph_state_passed(ngx_glyph_state_t *st);
static void ngx_glyph_state_move(ngx_glyph_state_t *st);
static void ngx_glyph_state_forget(ngx_glyph_state_t *st);
static void ngx_glyph_state_tick_handler(ngx_event_t *ev);
static void ngx_glyph_state_look(ngx_glyph_state_t *st);
static void ngx_glyph_state_write(ngx_glyph_state_t *st);
static void ngx_glyph_state_send(ngx_glyph_state_t *st, ngx_str_t *doc);
static ngx_uint_t ngx_glyph_state_unheard(ngx_glyph_state_t *st);


static const ngx_glyph_observer_t  ngx_glyph_state_observer = {
    NULL,                                  /* computed */
    ngx_glyph_state_changed,
    ngx_glyph_state_alive,
    ngx_glyph_state_ended,
    ngx_glyph_state_left
};


const ngx_glyph_part_t  ngx_glyph_state_part = {
    ngx_glyph_state_init,
    NULL,
    NULL,
    1
};


static ngx_queue_t  ngx_glyph_state_moving;
static ngx_uint_t   ngx_glyph_state_nmoving;
static ngx_uint_t   ngx_glyph_state_nleft;      /* of this tick */
static ngx_event_t  ngx_glyph_state_tick;


static ngx_int_t
ngx_glyph_state_init(ngx_cycle_t *cycle)
{
    ngx_queue_init(&ngx_glyph_state_moving);

    ngx_glyph_tick_init(&ngx_glyph_state_tick, ngx_glyph_state_tick_handler);

    ngx_glyph_observe(&ngx_glyph_state_observer);
    ngx_glyph_redis_observe(ngx_glyph_state_restore);

    return NGX_OK;
}


/*
 * Something of the job has changed.  It is written to Redis, and told to the
 * worker's own streams, at most every 100 ms (the first time 100 ms after the
 * job's start), and while the job moves at least every 200 ms.
 */

static void
ngx_glyph_state_changed(ngx_glyph_job_t *job)
{
    ngx_glyph_state_t  *st;

    st = ngx_glyph_state_of(job);

    if (st == NULL) {
        return;
    }

    st->changed_at = ngx_current_msec;
    st->changed = 1;

    if (ngx_glyph_job_state(job) == NGX_GLYPH_JOB_QUEUED) {

        /* acknowledged: as soon as if it was the first that is said of it */

        st->published = 0;
    }

    ngx_glyph_state_move(st);

    if (ngx_glyph_state_passed(st) >= NGX_GLYPH_STATE_INTERVAL) {
        ngx_glyph_state_write(st);
    }
}


/* At once, and the last that is said of it. */

static void
ngx_glyph_state_ended(ngx_glyph_job_t *job)
{
    ngx_glyph_state_t  *st;

    st = ngx_glyph_state_of(job);

    if (st) {
        ngx_glyph_state_forget(st);
        ngx_glyph_state_write(st);
    }
}


static void
ngx_glyph_state_left(ngx_glyph_job_t *job)
{
    ngx_glyph_state_t  *st;

    st = ngx_glyph_job_import(job)->shown;

    if (st) {
        ngx_glyph_state_forget(st);
    }
}


static void
ngx_glyph_state_alive(ngx_glyph_job_t *job)
{
    ngx_glyph_state_t  *st;

    st = ngx_glyph_state_of(job);

    if (st && ngx_glyph_state_passed(st) >= NGX_GLYPH_STATE_INTERVAL) {
        ngx_glyph_state_write(st);
    }
}


/* Redis is there (again), and may have lost what it knew. */

static void
ngx_glyph_state_restore(void)
{
    ngx_glyph_job_each(ngx_glyph_state_alive);
}


/* NULL: of what is not stored there is none, nor without memory. */

static ngx_glyph_state_t *
ngx_glyph_state_of(ngx_glyph_job_t *job)
{
    ngx_glyph_state_t   *st;
    ngx_glyph_import_t  *import;

    import = ngx_glyph_job_import(job);

    if (import->shown || !ngx_glyph_job_stored(job)) {
        return import->shown;
    }

    st = ngx_pcalloc(ngx_glyph_job_asked(job)->pool,
                     sizeof(ngx_glyph_state_t));

    if (st) {
        st->job = job;
        st->import = import;
        import->shown = st;
    }

    return st;
}


static ngx_msec_t
ngx_glyph_state_passed(ngx_glyph_state_t *st)
{
    return st->published ? ngx_current_msec - st->published
                         : ngx_glyph_job_age(st->job);
}


static void
ngx_glyph_state_move(ngx_glyph_state_t *st)
{
    if (st->moving) {
        return;
    }

    st->moving = 1;
    ngx_queue_insert_tail(&ngx_glyph_state_moving, &st->queue);
    ngx_glyph_state_nmoving++;

    if (!ngx_glyph_state_tick.timer_set) {
        ngx_add_timer(&ngx_glyph_state_tick, NGX_GLYPH_STATE_TICK);
    }
}


static void
ngx_glyph_state_forget(ngx_glyph_state_t *st)
{
    if (st->moving) {
        st->moving = 0;
        ngx_queue_remove(&st->queue);
        ngx_glyph_state_nmoving--;
    }
}


/* All that move, each once, in as many turns as it takes. */

static void
ngx_glyph_state_tick_handler(ngx_event_t *ev)
{
    uint64_t            end;
    ngx_queue_t        *q;
    ngx_glyph_state_t  *st;

    end = ngx_glyph_usec() + NGX_GLYPH_TURN_USEC;

    if (ngx_glyph_state_nleft == 0) {
        ngx_glyph_state_nleft = ngx_glyph_state_nmoving;
    }

    while (ngx_glyph_state_nleft && ngx_glyph_state_nmoving) {

        if (ngx_glyph_usec() >= end) {
            ngx_add_timer(ev, 0);
            return;
        }

        ngx_glyph_state_nleft--;

        q = ngx_queue_head(&ngx_glyph_state_moving);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&ngx_glyph_state_moving, q);

        st = ngx_queue_data(q, ngx_glyph_state_t, queue);

        ngx_glyph_state_look(st);
    }

    ngx_glyph_state_nleft = 0;

    if (ngx_glyph_state_nmoving) {
        ngx_add_timer(ev, NGX_GLYPH_STATE_TICK);
    }
}


static void
ngx_glyph_state_look(ngx_glyph_state_t *st)
{
    ngx_msec_t  passed;

    if (ngx_glyph_job_find(&st->import->id) != st->job) {

        /* somebody else's by now */

        ngx_glyph_state_forget(st);
        return;
    }

    passed = ngx_glyph_state_passed(st);

    if (passed >= NGX_GLYPH_STATE_REFRESH
        || (st->changed && passed >= NGX_GLYPH_STATE_INTERVAL))
    {
        ngx_glyph_state_write(st);
    }

    if (ngx_current_msec - st->changed_at > NGX_GLYPH_STATE_MOVING) {
        ngx_glyph_state_forget(st);
    }
}


static void
ngx_glyph_state_write(ngx_glyph_state_t *st)
{
    ngx_str_t         doc;
    glyph_buf_t       b;
    ngx_glyph_job_t  *job;

    job = st->job;

    st->published = ngx_current_msec;
    st->changed = 0;
    st->sequence++;

    if (!ngx_glyph_redis_ready() && !ngx_glyph_watch_wanted(job)) {
        return;
    }

    ngx_memzero(&b, sizeof(glyph_buf_t));
    ngx_glyph_job_json(job, &b);

    if (!b.failed) {
        doc.data = b.data;
        doc.len = b.len;

        ngx_glyph_state_send(st, &doc);
        ngx_glyph_watch_job(job, &doc);
    }

    glyph_buf_free(&b);
}


static void
ngx_glyph_state_send(ngx_glyph_state_t *st, ngx_str_t *doc)
{
    u_char              *p;
    ngx_str_t            args[16];
    ngx_time_t          *tp;
    ngx_uint_t           n;
    ngx_glyph_import_t  *import;
    u_char               key[sizeof("glyph:events:")
                             + NGX_GLYPH_UUID_TEXT_LEN];
    u_char               seq[NGX_INT_T_LEN], now[NGX_INT64_LEN];
    u_char               ttl[NGX_TIME_T_LEN];

    if (!ngx_glyph_redis_ready()) {
        return;
    }

    import = st->import;
    tp = ngx_timeofday();
    n = 0;

    ngx_str_set(&args[n], "HSET"); n++;
    args[n].data = key;
    args[n].len = ngx_sprintf(key, "glyph:job:%s", import->text) - key; n++;

    ngx_str_set(&args[n], "job_id"); n++;
    args[n].data = import->text;
    args[n].len = NGX_GLYPH_UUID_TEXT_LEN; n++;

    ngx_str_set(&args[n], "tenant"); n++;
    args[n] = import->tenant; n++;

    ngx_str_set(&args[n], "state"); n++;
    args[n].data = (u_char *) ngx_glyph_job_state_name(
                                 ngx_glyph_job_state(st->job));
    args[n].len = ngx_strlen(args[n].data); n++;

    ngx_str_set(&args[n], "seq"); n++;
    args[n].data = seq;
    args[n].len = ngx_sprintf(seq, "%ui", st->sequence) - seq; n++;

    ngx_str_set(&args[n], "updated"); n++;
    args[n].data = now;
    args[n].len = ngx_sprintf(now, "%uL", (uint64_t) tp->sec * 1000
                                          + tp->msec)
                  - now; n++;

    ngx_str_set(&args[n], "job"); n++;
    args[n] = *doc; n++;

    (void) ngx_glyph_redis_command(import->text, n, args, NULL, NULL);

    ngx_str_set(&args[0], "EXPIRE");
    args[2].data = ttl;
    args[2].len = ngx_sprintf(ttl, "%T", ngx_glyph_job_asked(st->job)
                                             ->conf->job_ttl)
                  - ttl;

    (void) ngx_glyph_redis_command(import->text, 3, args, NULL, NULL);

    if (ngx_glyph_state_unheard(st)) {
        return;
    }

    p = ngx_sprintf(key, "glyph:events:%s", import->text);

    ngx_str_set(&args[0], "PUBLISH");
    args[1].len = p - key;
    args[2] = *doc;

    (void) ngx_glyph_redis_command(import->text, 3, args, NULL, NULL);
}


/*
 * Nobody waits for the events of a job of which nobody could know: it ends with
 * the first that is said of it, and its answer is the first to name its id.
 */

static ngx_uint_t
ngx_glyph_state_unheard(ngx_glyph_state_t *st)
{
    return st->sequence == 1
           && ngx_glyph_job_is_final(ngx_glyph_job_state(st->job))
           && !ngx_glyph_job_asked(st->job)->named
           && !ngx_glyph_import_durable(st->import);
}
