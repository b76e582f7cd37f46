
/*
 * A stream of server-sent events (WHATWG HTML, section 9.2).
 *
 *   the stream is                 leaves it by
 *   waiting: the job is not       the job: sending; glyph_events_wait: 404;
 *   known (yet)                   the worker's exit: an empty stream, so that
 *                                 the client comes back
 *   sending: nothing is on its    a new state, or a heartbeat: draining; the
 *   way to the client             final state or the worker's exit: the end
 *   draining: the client has not  drained: sending; send_timeout: closed
 *   taken all
 *
 * There is one buffer a stream, and nothing is written into it before it is
 * drained: a slow reader misses states, never the newest one.
 *
 * All steps are taken in events of the stream's own, never within the call
 * that brought the news: a step may end the request, and over HTTP/2 others
 * along with it.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_pump.h"
#include "ngx_glyph_sse.h"
#include "ngx_glyph_watch.h"


/* how soon a client is to come back after a stream's end, ms */
#define NGX_GLYPH_SSE_RETRY        2000
#define NGX_GLYPH_SSE_RETRY_FINAL  3600000

/* how soon a worker that is to exit ends its streams, ms */
#define NGX_GLYPH_SSE_TICK         500


typedef struct {
    ngx_queue_t                queue;       /* of the worker's streams */
    ngx_http_request_t        *request;
    ngx_glyph_loc_conf_t      *conf;
    ngx_glyph_watcher_t        watcher;
    u_char                     text[NGX_GLYPH_UUID_TEXT_LEN + 1];

    ngx_uint_t                 sequence;    /* of the last event */
    ngx_uint_t                 version;     /* of the state that was sent */

    glyph_buf_t                out;         /* what the pump has */
    ngx_glyph_pump_t          *pump;

    ngx_event_t                changed;     /* posted: take a step */
    ngx_event_t                timer;       /* the wait, then heartbeats */

    unsigned                   expired:1;   /* the wait */
    unsigned                   started:1;   /* the header was sent */
    unsigned                   heartbeat:1; /* one is due */
    unsigned                   final:1;
    unsigned                   detached:1;
} ngx_glyph_sse_t;


static ngx_glyph_sse_t *ngx_glyph_sse_create(ngx_http_request_t *r,
    ngx_glyph_uuid_t *id, ngx_str_t *tenant);
static ngx_int_t ngx_glyph_sse_watch_client(ngx_http_request_t *r);
static void ngx_glyph_sse_event(ngx_event_t *ev, ngx_glyph_sse_t *st,
    ngx_event_handler_pt handler);
static void ngx_glyph_sse_changed_handler(ngx_event_t *ev);
static void ngx_glyph_sse_timer_handler(ngx_event_t *ev);
static void ngx_glyph_sse_tick_handler(ngx_event_t *ev);
static void ngx_glyph_sse_drained(ngx_glyph_pump_t *pump);
static void ngx_glyph_sse_step(ngx_glyph_sse_t *st);
static ngx_int_t ngx_glyph_sse_begin(ngx_glyph_sse_t *st,
    ngx_glyph_watch_state_t *state);
static ngx_int_t ngx_glyph_sse_missing(ngx_glyph_sse_t *st,
    ngx_glyph_watch_state_t *state);
static ngx_int_t ngx_glyph_sse_header(ngx_glyph_sse_t *st);
static void ngx_glyph_sse_write(ngx_glyph_sse_t *st,
    ngx_glyph_watch_state_t *state);
static void ngx_glyph_sse_data(glyph_buf_t *b, u_char *p, u_char *last);
static void ngx_glyph_sse_end(ngx_glyph_sse_t *st, ngx_int_t rc);
static void ngx_glyph_sse_detach(void *data);
static void ngx_glyph_sse_free(void *data);


static ngx_queue_t  ngx_glyph_sse_streams;
static ngx_event_t  ngx_glyph_sse_tick;


ngx_int_t
ngx_glyph_sse_start(ngx_http_request_t *r, ngx_glyph_uuid_t *id,
    ngx_str_t *tenant)
{
    ngx_glyph_sse_t  *st;

    st = ngx_glyph_sse_create(r, id, tenant);

    if (st == NULL || ngx_glyph_sse_watch_client(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_add_timer(&st->timer, st->conf->events_wait);
    ngx_post_event(&st->changed, &ngx_posted_events);

    r->main->count++;

    return NGX_DONE;
}


static ngx_glyph_sse_t *
ngx_glyph_sse_create(ngx_http_request_t *r, ngx_glyph_uuid_t *id,
    ngx_str_t *tenant)
{
    ngx_int_t            n;
    ngx_str_t           *last;
    ngx_glyph_sse_t     *st;
    ngx_pool_cleanup_t  *pcln;
    ngx_http_cleanup_t  *cln;

    st = ngx_pcalloc(r->pool, sizeof(ngx_glyph_sse_t));
    pcln = ngx_pool_cleanup_add(r->pool, 0);
    cln = ngx_http_cleanup_add(r, 0);

    if (st == NULL || pcln == NULL || cln == NULL) {
        return NULL;
    }

    st->request = r;
    st->conf = ngx_http_get_module_loc_conf(r, ngx_glyph_module);

    ngx_glyph_uuid_text(st->text, id);

    /* a client that comes back finds the numbers going on */

    last = ngx_glyph_header_in(r, "Last-Event-ID");
    n = last ? ngx_atoi(last->data, last->len) : NGX_ERROR;

    st->sequence = (n == NGX_ERROR) ? 0 : n;

    st->pump = ngx_glyph_pump_create(r, ngx_glyph_sse_drained, st);
    if (st->pump == NULL) {
        return NULL;
    }

    ngx_glyph_sse_event(&st->changed, st, ngx_glyph_sse_changed_handler);
    ngx_glyph_sse_event(&st->timer, st, ngx_glyph_sse_timer_handler);

    st->timer.cancelable = 1;
    st->watcher.changed = &st->changed;

    if (ngx_glyph_watch_add(&st->watcher, id, tenant) != NGX_OK) {
        return NULL;
    }

    if (ngx_glyph_sse_tick.handler == NULL) {
        ngx_queue_init(&ngx_glyph_sse_streams);
        ngx_glyph_sse_event(&ngx_glyph_sse_tick, NULL,
                            ngx_glyph_sse_tick_handler);
    }

    ngx_queue_insert_tail(&ngx_glyph_sse_streams, &st->queue);

    if (!ngx_glyph_sse_tick.timer_set) {
        ngx_add_timer(&ngx_glyph_sse_tick, NGX_GLYPH_SSE_TICK);
    }

    pcln->handler = ngx_glyph_sse_free;
    pcln->data = st;
    cln->handler = ngx_glyph_sse_detach;
    cln->data = st;

    return st;
}


/* A body that is still being thrown away has a read handler already. */

static ngx_int_t
ngx_glyph_sse_watch_client(ngx_http_request_t *r)
{
    ngx_event_t  *rev;

    if (r->discard_body) {
        return NGX_OK;
    }

    rev = r->connection->read;

    r->read_event_handler = ngx_http_test_reading;

    if (rev->ready) {
        ngx_post_event(rev, &ngx_posted_events);
        return NGX_OK;
    }

    return ngx_handle_read_event(rev, 0);
}


static void
ngx_glyph_sse_event(ngx_event_t *ev, ngx_glyph_sse_t *st,
    ngx_event_handler_pt handler)
{
    static ngx_connection_t  dummy;

    dummy.fd = (ngx_socket_t) -1;

    ev->handler = handler;
    ev->data = st ? (void *) st : (void *) &dummy;
    ev->log = ngx_cycle->log;
}


static void
ngx_glyph_sse_changed_handler(ngx_event_t *ev)
{
    ngx_glyph_sse_step(ev->data);
}


static void
ngx_glyph_sse_timer_handler(ngx_event_t *ev)
{
    ngx_glyph_sse_t *st = ev->data;

    if (st->started) {
        st->heartbeat = 1;
        ngx_add_timer(ev, st->conf->events_heartbeat);

    } else {
        st->expired = 1;
    }

    ngx_glyph_sse_step(st);
}


/*
 * Not cancelable, or a worker that is to exit would not wait for it: the
 * streams are ended here.
 */

static void
ngx_glyph_sse_tick_handler(ngx_event_t *ev)
{
    ngx_queue_t      *q;
    ngx_glyph_sse_t  *st;

    for (q = ngx_queue_head(&ngx_glyph_sse_streams);
         ngx_exiting && q != ngx_queue_sentinel(&ngx_glyph_sse_streams);
         q = ngx_queue_next(q))
    {
        st = ngx_queue_data(q, ngx_glyph_sse_t, queue);

        ngx_post_event(&st->changed, &ngx_posted_events);
    }

    if (!ngx_queue_empty(&ngx_glyph_sse_streams)) {
        ngx_add_timer(ev, NGX_GLYPH_SSE_TICK);
    }
}


static void
ngx_glyph_sse_drained(ngx_glyph_pump_t *pump)
{
    ngx_glyph_sse_step(pump->data);
}


static void
ngx_glyph_sse_step(ngx_glyph_sse_t *st)
{
    ngx_int_t                 rc;
    ngx_http_request_t       *r;
    ngx_glyph_watch_state_t   state;

    r = st->request;

    ngx_http_set_log_request(r->connection->log, r);

    if (ngx_glyph_pump_busy(st->pump)) {
        return;
    }

    ngx_glyph_watch_state(&st->watcher, &state);

    if (!st->started) {
        rc = ngx_glyph_sse_begin(st, &state);

        if (rc == NGX_AGAIN) {
            return;
        }

        if (rc != NGX_DECLINED) {
            ngx_glyph_sse_end(st, rc);
            return;
        }
    }

    ngx_glyph_sse_write(st, &state);

    if (st->out.failed) {
        ngx_glyph_sse_end(st, NGX_ERROR);
        return;
    }

    if (st->final || ngx_exiting) {
        ngx_glyph_sse_end(st, ngx_glyph_pump_end(st->pump, st->out.data,
                                                 st->out.len));
        return;
    }

    if (ngx_glyph_pump_put(st->pump, st->out.data, st->out.len)
        == NGX_ERROR)
    {
        ngx_glyph_sse_end(st, NGX_ERROR);
    }
}


/* NGX_AGAIN: not yet; NGX_DECLINED: go on; else that is the end. */

static ngx_int_t
ngx_glyph_sse_begin(ngx_glyph_sse_t *st, ngx_glyph_watch_state_t *state)
{
    ngx_int_t  rc;

    if (state->doc.len == 0 && !ngx_exiting) {
        return (st->expired && !state->pending)
               ? ngx_glyph_sse_missing(st, state) : NGX_AGAIN;
    }

    rc = ngx_glyph_sse_header(st);

    if (rc == NGX_DECLINED) {
        st->started = 1;
        ngx_add_timer(&st->timer, st->conf->events_heartbeat);
    }

    return rc;
}


static ngx_int_t
ngx_glyph_sse_missing(ngx_glyph_sse_t *st, ngx_glyph_watch_state_t *state)
{
    ngx_http_request_t  *r;

    r = st->request;

    if (state->why == NULL) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_JOB_NOT_FOUND,
                                  "there is no job %s", st->text);
    }

    if (state->why->code != NGX_GLYPH_CODE_STORE_UNAVAILABLE) {
        return ngx_glyph_problem_store(r, state->why);
    }

    if (ngx_glyph_retry_after(r, 2) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_problemf(r, NGX_GLYPH_CODE_STATE_UNAVAILABLE,
                              "Postgres, which could know the job, is out of "
                              "reach");
}


static ngx_int_t
ngx_glyph_sse_header(ngx_glyph_sse_t *st)
{
    ngx_http_request_t  *r;

    static ngx_str_t  type = ngx_string("text/event-stream");

    r = st->request;

    if (ngx_glyph_add_header(r, "Cache-Control", (u_char *) "no-store", 8)
        != NGX_OK
        || ngx_glyph_add_header(r, "X-Accel-Buffering", (u_char *) "no", 2)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

#if (NGX_HTTP_GZIP)

    /* it would hold 256k a stream to save a few bytes */

    r->gzip_tested = 1;
    r->gzip_ok = 0;

#endif

    return ngx_glyph_pump_begin(st->pump, &type);
}


/* What there is to be sent now, into the buffer; maybe nothing. */

static void
ngx_glyph_sse_write(ngx_glyph_sse_t *st, ngx_glyph_watch_state_t *state)
{
    const char   *event;
    ngx_uint_t    retry;
    glyph_buf_t   doc, *b;

    b = &st->out;

    glyph_buf_reset(b);

    retry = (st->version == 0) ? NGX_GLYPH_SSE_RETRY : 0;
    event = "progress";

    if (state->doc.len && state->state != NGX_ERROR
        && ngx_glyph_job_is_final((ngx_glyph_job_state_e) state->state))
    {
        event = ngx_glyph_job_state_name((ngx_glyph_job_state_e)
                                         state->state);
        st->final = 1;

        /* for those who do not close what is over */

        retry = NGX_GLYPH_SSE_RETRY_FINAL;
    }

    if (state->doc.len == 0 || state->version == st->version) {

        if (ngx_exiting) {
            if (retry) {
                glyph_buf_printf(b, "retry: %u\n\n", (unsigned) retry);
            }

        } else if (st->heartbeat) {
            glyph_buf_puts(b, ": heartbeat\n\n");
        }

        st->heartbeat = 0;
        return;
    }

    st->version = state->version;
    st->heartbeat = 0;
    st->sequence++;

    if (retry) {
        glyph_buf_printf(b, "retry: %u\n", (unsigned) retry);
    }

    glyph_buf_printf(b, "id: %lu\nevent: %s\ndata: ",
                     (unsigned long) st->sequence, event);

    ngx_memzero(&doc, sizeof(glyph_buf_t));
    ngx_glyph_job_linked(&doc, state->doc.data, state->doc.len, st->text);

    ngx_glyph_sse_data(b, doc.data, doc.data + doc.len);
    glyph_buf_puts(b, "\n\n");

    b->failed |= doc.failed;
    glyph_buf_free(&doc);
}


/* A document of several lines is as many "data:" fields. */

static void
ngx_glyph_sse_data(glyph_buf_t *b, u_char *p, u_char *last)
{
    u_char  *end;

    for ( ;; ) {
        end = ngx_strlchr(p, last, '\n');

        if (end == NULL) {
            glyph_buf_append(b, p, last - p);
            return;
        }

        glyph_buf_append(b, p, end - p);
        glyph_buf_puts(b, "\ndata: ");

        p = end + 1;
    }
}


static void
ngx_glyph_sse_end(ngx_glyph_sse_t *st, ngx_int_t rc)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = st->request;
    c = r->connection;

    ngx_glyph_sse_detach(st);

    ngx_http_finalize_request(r, rc);

    ngx_http_run_posted_requests(c);
}


static void
ngx_glyph_sse_detach(void *data)
{
    ngx_glyph_sse_t *st = data;

    if (st->detached) {
        return;
    }

    st->detached = 1;

    ngx_glyph_pump_leave(st->pump);
    ngx_glyph_watch_remove(&st->watcher);
    ngx_queue_remove(&st->queue);

    if (st->changed.posted) {
        ngx_delete_posted_event(&st->changed);
    }

    if (st->timer.timer_set) {
        ngx_del_timer(&st->timer);
    }
}


/* Not earlier: nginx may still be sending from it. */

static void
ngx_glyph_sse_free(void *data)
{
    ngx_glyph_sse_t *st = data;

    glyph_buf_free(&st->out);
}
