
/*
 * The worker's connections to Redis: one for commands, one for
 * subscriptions.  Both connect when the worker starts, and again with a
 * growing delay (100 ms .. 5 s) after a loss.  Redis is a cache: no caller
 * may depend on a command's having been done.
 */


#ifndef _NGX_GLYPH_REDIS_H_INCLUDED_
#define _NGX_GLYPH_REDIS_H_INCLUDED_


#include "ngx_glyph.h"

#include <hiredis/hiredis.h>


/*
 * Called exactly once for a command: with its reply (valid during the call,
 * possibly an error reply), or NULL when the connection was lost or the
 * command took longer than the timeout.
 */
typedef void (*ngx_glyph_redis_reply_pt)(void *data, redisReply *reply);

/* A message of a subscribed channel. */
typedef void (*ngx_glyph_redis_message_pt)(ngx_str_t *channel,
    ngx_str_t *message);


/* At worker start and exit. */
ngx_int_t ngx_glyph_redis_init(ngx_cycle_t *cycle,
    ngx_glyph_redis_conf_t *conf);
void ngx_glyph_redis_exit(void);

/* Whether commands can be sent now. */
ngx_uint_t ngx_glyph_redis_ready(void);

/* "connected", "connecting", "down", "off" and the last error, for health. */
const char *ngx_glyph_redis_state(void);
const char *ngx_glyph_redis_error(void);

/*
 * Sends one command of n arguments; the arguments are copied.  handler may be
 * NULL.  NGX_DECLINED: not connected, the handler will not be called.
 */
ngx_int_t ngx_glyph_redis_command(ngx_uint_t n, ngx_str_t *args,
    ngx_glyph_redis_reply_pt handler, void *data);

/*
 * Subscribes the worker to a channel, now and after every reconnect.
 * Only for channels of the worker's whole life ("glyph:control").
 */
ngx_int_t ngx_glyph_redis_subscribe(ngx_str_t *channel,
    ngx_glyph_redis_message_pt handler);


#endif /* _NGX_GLYPH_REDIS_H_INCLUDED_ */
