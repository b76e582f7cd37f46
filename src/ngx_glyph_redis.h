
/*
 * Redis, as the rest of the module sees it: a connection for commands here,
 * one for subscriptions in ngx_glyph_redis_sub.h.  Both connect when the
 * worker starts, and again after a loss.  Redis is a cache: no caller may
 * depend on a command's having been done.
 */


#ifndef _NGX_GLYPH_REDIS_H_INCLUDED_
#define _NGX_GLYPH_REDIS_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_latch.h"

#include <hiredis/hiredis.h>


/*
 * Called exactly once for a command: with its reply (valid during the call,
 * possibly an error reply), or NULL when the connection was lost or the
 * command took longer than the timeout.
 */
typedef void (*ngx_glyph_redis_reply_pt)(void *data, redisReply *reply);


/* At worker start and exit. */
ngx_int_t ngx_glyph_redis_init(ngx_cycle_t *cycle,
    ngx_glyph_redis_conf_t *conf);
void ngx_glyph_redis_exit(void);

/* Whether commands can be sent now. */
ngx_uint_t ngx_glyph_redis_ready(void);

/* Closed until the worker's first attempt to connect has ended. */
ngx_glyph_latch_t *ngx_glyph_redis_latch(void);

/* "connected", "connecting", "down", "off" and the last error, for health. */
const char *ngx_glyph_redis_state(void);
const char *ngx_glyph_redis_error(void);

/*
 * Sends one command of n arguments, for a job (the text of its id): HSET,
 * HMGET, EXPIRE or PUBLISH.  The arguments are copied, but for the first one,
 * a constant.  handler may be NULL: an error reply is logged here.
 * NGX_DECLINED: not connected, the handler will not be called.
 */
ngx_int_t ngx_glyph_redis_command(u_char *job, ngx_uint_t n, ngx_str_t *args,
    ngx_glyph_redis_reply_pt handler, void *data);

/* What Redis refuses although it is connected, with why; "": nothing. */
const char *ngx_glyph_redis_refusal(void);


#endif /* _NGX_GLYPH_REDIS_H_INCLUDED_ */
