
/*
 * The worker's subscriptions, on a connection of their own: any number of
 * channels, one listener each, kept through reconnects.
 */


#ifndef _NGX_GLYPH_REDIS_SUB_H_INCLUDED_
#define _NGX_GLYPH_REDIS_SUB_H_INCLUDED_


#include "ngx_glyph.h"


#define NGX_GLYPH_REDIS_CHANNEL_LEN  63


extern const ngx_glyph_part_t  ngx_glyph_redis_sub_part;


typedef struct ngx_glyph_redis_channel_s  ngx_glyph_redis_channel_t;

/*
 * A message.  NULL: from here on no message is missed; called for every time
 * that the subscription has been made, so after a reconnect, too.
 */
typedef void (*ngx_glyph_redis_message_pt)(void *data, ngx_str_t *message);


/*
 * Subscribes, now or as soon as there is a connection.  The name is copied;
 * the listener that it has is replaced.  NULL: out of memory, the name is too
 * long, or there is no glyph_redis.
 */
ngx_glyph_redis_channel_t *ngx_glyph_redis_subscribe(ngx_str_t *name,
    ngx_glyph_redis_message_pt handler, void *data);

/* The handler will not be called any more. */
void ngx_glyph_redis_unsubscribe(ngx_glyph_redis_channel_t *ch);

/*
 * The commands' connection is connected to that address: with Sentinels, the
 * subscriptions must be there, too.
 */
void ngx_glyph_redis_sub_follow(const char *address);


#endif /* _NGX_GLYPH_REDIS_SUB_H_INCLUDED_ */
