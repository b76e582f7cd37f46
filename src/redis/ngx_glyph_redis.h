
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


extern const ngx_glyph_part_t  ngx_glyph_redis_part;


/*
 * Called exactly once for a command: with its reply (valid during the call,
 * possibly an error reply), or NULL when the connection was lost or the
 * command took longer than the timeout.
 */
typedef void (*ngx_glyph_redis_reply_pt)(void *data, redisReply *reply);


/*
 * Sends one command of n arguments, for a job (the text of its id): HSET,
 * HMGET, EXPIRE or PUBLISH.  The arguments are copied, but for the first one,
 * a constant.  handler may be NULL: an error reply is logged here.
 * NGX_DECLINED: not connected, the handler will not be called.
 */
ngx_int_t ngx_glyph_redis_command(u_char *job, ngx_uint_t n, ngx_str_t *args,
    ngx_glyph_redis_reply_pt handler, void *data);


/* Whether commands can be sent now. */
ngx_uint_t ngx_glyph_redis_ready(void);

/* Whether all is well, as where there is no glyph_redis. */
ngx_uint_t ngx_glyph_redis_is_well(void);

/*
 * "connected", "connecting", "down", "off"; and, unless NULL, what was refused
 * last, or why it is down; "": nothing.
 */
const char *ngx_glyph_redis_state(const char **error);

/* Closed until the worker's first attempt to connect has ended. */
ngx_glyph_latch_t *ngx_glyph_redis_latch(void);

/* At worker start: to be called when Redis is there, and there again. */
void ngx_glyph_redis_observe(void (*connected)(void));


#endif /* _NGX_GLYPH_REDIS_H_INCLUDED_ */
