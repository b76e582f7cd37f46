
#include "ngx_glyph.h"
#include "ngx_glyph_timing.h"
#include "ngx_glyph_turn.h"


/* only so that a worker that is to exit waits for those that are left */
#define NGX_GLYPH_TURN_HOLD  60000


static ngx_int_t ngx_glyph_turn_init(ngx_cycle_t *cycle);
static void ngx_glyph_turn_handler(ngx_event_t *ev);
static void ngx_glyph_turn_hold_handler(ngx_event_t *ev);


const ngx_glyph_part_t  ngx_glyph_turn_part = {
    ngx_glyph_turn_init,
    NULL,
    NULL,
    0
};


static ngx_queue_t       ngx_glyph_turns;
static ngx_event_t       ngx_glyph_turn_event;     /* posted */
static ngx_event_t       ngx_glyph_turn_hold;
static ngx_connection_t  ngx_glyph_turn_dummy;


static ngx_int_t
ngx_glyph_turn_init(ngx_cycle_t *cycle)
{
    ngx_queue_init(&ngx_glyph_turns);

    ngx_glyph_turn_dummy.fd = (ngx_socket_t) -1;

    ngx_glyph_turn_event.handler = ngx_glyph_turn_handler;
    ngx_glyph_turn_event.data = &ngx_glyph_turn_dummy;
    ngx_glyph_turn_event.log = cycle->log;

    ngx_glyph_turn_hold.handler = ngx_glyph_turn_hold_handler;
    ngx_glyph_turn_hold.data = &ngx_glyph_turn_dummy;
    ngx_glyph_turn_hold.log = cycle->log;

    return NGX_OK;
}


void
ngx_glyph_turn_wait(ngx_glyph_turn_t *turn)
{
    if (turn->waiting) {
        return;
    }

    turn->waiting = 1;
    ngx_queue_insert_tail(&ngx_glyph_turns, &turn->queue);

    ngx_post_event(&ngx_glyph_turn_event, &ngx_posted_events);
}


void
ngx_glyph_turn_leave(ngx_glyph_turn_t *turn)
{
    if (turn->waiting) {
        turn->waiting = 0;
        ngx_queue_remove(&turn->queue);
    }
}


/* A turn may make others leave, and others ask for one. */

static void
ngx_glyph_turn_handler(ngx_event_t *ev)
{
    uint64_t           end;
    ngx_queue_t       *q;
    ngx_glyph_turn_t  *turn;

    end = ngx_glyph_usec() + NGX_GLYPH_TURN_USEC;

    while (!ngx_queue_empty(&ngx_glyph_turns)) {

        if (ngx_glyph_usec() >= end) {

            /* a timer of 0 would be due again before any socket is */

            ngx_post_event(ev, &ngx_posted_next_events);

            if (!ngx_glyph_turn_hold.timer_set) {
                ngx_add_timer(&ngx_glyph_turn_hold, NGX_GLYPH_TURN_HOLD);
            }

            return;
        }

        q = ngx_queue_head(&ngx_glyph_turns);
        turn = ngx_queue_data(q, ngx_glyph_turn_t, queue);

        ngx_glyph_turn_leave(turn);

        turn->take(turn->data);
    }

    if (ngx_glyph_turn_hold.timer_set) {
        ngx_del_timer(&ngx_glyph_turn_hold);
    }
}


static void
ngx_glyph_turn_hold_handler(ngx_event_t *ev)
{
    if (!ngx_queue_empty(&ngx_glyph_turns)) {
        ngx_add_timer(ev, NGX_GLYPH_TURN_HOLD);
    }
}
