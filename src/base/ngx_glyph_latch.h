
/*
 * Something that is not known when a worker starts and will be soon: whether
 * a store can be reached.  Requests that depend on it wait for the first
 * attempt's outcome, but not for long, instead of guessing.
 */


#ifndef _NGX_GLYPH_LATCH_H_INCLUDED_
#define _NGX_GLYPH_LATCH_H_INCLUDED_


#include "ngx_glyph.h"


typedef struct {
    ngx_queue_t                waiters;
    ngx_event_t                event;       /* the time limit, then posted to
                                               call those who wait */
    unsigned                   open:1;
} ngx_glyph_latch_t;


/* Memory of whoever waits; zero at first. */

typedef struct {
    ngx_queue_t                queue;
    void                     (*opened)(void *data);
    void                      *data;
    unsigned                   waiting:1;
} ngx_glyph_latch_waiter_t;


/* It opens by itself after "limit" ms. */
void ngx_glyph_latch_init(ngx_glyph_latch_t *latch, ngx_log_t *log,
    ngx_msec_t limit);

/* Idempotent; those who wait are called later, from the event loop. */
void ngx_glyph_latch_open(ngx_glyph_latch_t *latch);

/*
 * NGX_OK: it is open, or was never closed.  NGX_AGAIN: "opened" will be
 * called, once, unless the waiter leaves.
 */
ngx_int_t ngx_glyph_latch_wait(ngx_glyph_latch_t *latch,
    ngx_glyph_latch_waiter_t *waiter);

/* Idempotent. */
void ngx_glyph_latch_leave(ngx_glyph_latch_waiter_t *waiter);


#endif /* _NGX_GLYPH_LATCH_H_INCLUDED_ */
