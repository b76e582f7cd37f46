
#include "ngx_glyph.h"
#include "ngx_glyph_latch.h"


static ngx_uint_t ngx_glyph_latch_is_open(ngx_glyph_latch_t *latch);
static void ngx_glyph_latch_handler(ngx_event_t *ev);


void
ngx_glyph_latch_init(ngx_glyph_latch_t *latch, ngx_log_t *log,
    ngx_msec_t limit)
{
    ngx_queue_init(&latch->waiters);

    latch->event.handler = ngx_glyph_latch_handler;
    latch->event.data = latch;
    latch->event.log = log;

    ngx_add_timer(&latch->event, limit);
}


void
ngx_glyph_latch_open(ngx_glyph_latch_t *latch)
{
    if (ngx_glyph_latch_is_open(latch)) {
        return;
    }

    latch->open = 1;

    if (latch->event.timer_set) {
        ngx_del_timer(&latch->event);
    }

    ngx_post_event(&latch->event, &ngx_posted_events);
}


ngx_int_t
ngx_glyph_latch_wait(ngx_glyph_latch_t *latch,
    ngx_glyph_latch_waiter_t *waiter)
{
    if (ngx_glyph_latch_is_open(latch)) {
        return NGX_OK;
    }

    waiter->waiting = 1;
    ngx_queue_insert_tail(&latch->waiters, &waiter->queue);

    return NGX_AGAIN;
}


void
ngx_glyph_latch_leave(ngx_glyph_latch_waiter_t *waiter)
{
    if (waiter->waiting) {
        waiter->waiting = 0;
        ngx_queue_remove(&waiter->queue);
    }
}


/* Also if it was never closed. */

static ngx_uint_t
ngx_glyph_latch_is_open(ngx_glyph_latch_t *latch)
{
    return latch->open || latch->event.handler == NULL;
}


/* A waiter's call may make others leave. */

static void
ngx_glyph_latch_handler(ngx_event_t *ev)
{
    ngx_queue_t               *q;
    ngx_glyph_latch_t         *latch;
    ngx_glyph_latch_waiter_t  *waiter;

    latch = ev->data;
    latch->open = 1;

    while (!ngx_queue_empty(&latch->waiters)) {
        q = ngx_queue_head(&latch->waiters);
        waiter = ngx_queue_data(q, ngx_glyph_latch_waiter_t, queue);

        ngx_glyph_latch_leave(waiter);

        waiter->opened(waiter->data);
    }
}
