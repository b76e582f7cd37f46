
/*
 *   channel     on the server          leaves it by
 *   OFF         no                     a connection: WANTED
 *   WANTED      SUBSCRIBE was sent     its answer: ON; _unsubscribe(): LEAVING
 *   ON          yes                    _unsubscribe(): LEAVING
 *   LEAVING     UNSUBSCRIBE was sent   its answer: gone, or WANTED if there is
 *                                      a listener again
 *
 * A lost connection makes all of them OFF, and those LEAVING are gone.
 * hiredis forgets a channel's callback with the answer to UNSUBSCRIBE, so a
 * SUBSCRIBE must not overtake it.  The callback knows no channel: it finds it
 * by the name in the message.
 *
 * "glyph:control" is always subscribed to; it is asked for again every few
 * seconds, as a sign of life.  (PING's answer could not be told from a message
 * in hiredis 0.14.)
 *
 * hiredis takes an error reply for the end of the connection.  So that a user
 * of Redis who lacks a right is found at once, and not by each channel of a
 * job, the handshake tries all: "glyph:events:", which is nobody's, is
 * subscribed to and left, and the answer to that makes the connection ready.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_redis_link.h"
#include "ngx_glyph_redis_sub.h"
#include "core/text/glyph_hash.h"


#define NGX_GLYPH_REDIS_SUB_BUCKETS  256
#define NGX_GLYPH_REDIS_SUB_PROBE    10000


typedef enum {
    NGX_GLYPH_REDIS_SUB_OFF = 0,
    NGX_GLYPH_REDIS_SUB_WANTED,
    NGX_GLYPH_REDIS_SUB_ON,
    NGX_GLYPH_REDIS_SUB_LEAVING
} ngx_glyph_redis_sub_state_e;


struct ngx_glyph_redis_channel_s {
    ngx_queue_t                  queue;     /* of its bucket */
    ngx_glyph_redis_sub_state_e  state;
    ngx_glyph_redis_message_pt   handler;   /* NULL: no listener */
    void                        *data;
    size_t                       len;
    u_char                       name[NGX_GLYPH_REDIS_CHANNEL_LEN];
};


static ngx_int_t ngx_glyph_redis_sub_init(ngx_cycle_t *cycle);
static void ngx_glyph_redis_sub_exit(void);
static void ngx_glyph_redis_sub_handshake(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_sub_ask(void);
static ngx_uint_t ngx_glyph_redis_sub_is(redisReply *channel,
    ngx_str_t *name);
static void ngx_glyph_redis_sub_on_ready(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_sub_on_down(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_sub_probe_handler(ngx_event_t *ev);
static void ngx_glyph_redis_sub_send(const char *command, u_char *name,
    size_t len);
static void ngx_glyph_redis_sub_want(ngx_glyph_redis_channel_t *ch);
static void ngx_glyph_redis_sub_reply(redisAsyncContext *ac, void *data,
    void *privdata);
static void ngx_glyph_redis_sub_free(ngx_glyph_redis_channel_t *ch);
static ngx_queue_t *ngx_glyph_redis_sub_bucket(u_char *name, size_t len);
static ngx_glyph_redis_channel_t *ngx_glyph_redis_sub_find(u_char *name,
    size_t len);


const ngx_glyph_part_t  ngx_glyph_redis_sub_part = {
    ngx_glyph_redis_sub_init,
    ngx_glyph_redis_sub_exit,
    NULL,
    1
};


static ngx_glyph_redis_link_t  ngx_glyph_redis_sub_link;
static ngx_queue_t             ngx_glyph_redis_sub_channels
                                   [NGX_GLYPH_REDIS_SUB_BUCKETS];
static ngx_event_t             ngx_glyph_redis_sub_probe;
static ngx_uint_t              ngx_glyph_redis_sub_probing;

static ngx_str_t  ngx_glyph_redis_sub_control = ngx_string("glyph:control");
static ngx_str_t  ngx_glyph_redis_sub_try = ngx_string("glyph:events:");


static ngx_int_t
ngx_glyph_redis_sub_init(ngx_cycle_t *cycle)
{
    ngx_uint_t               i;
    ngx_event_t             *probe;
    ngx_glyph_redis_conf_t  *conf;
    ngx_glyph_redis_link_t  *link;

    conf = ngx_glyph_main_conf->redis;

    if (conf == NULL) {
        return NGX_OK;
    }

    for (i = 0; i < NGX_GLYPH_REDIS_SUB_BUCKETS; i++) {
        ngx_queue_init(&ngx_glyph_redis_sub_channels[i]);
    }

    probe = &ngx_glyph_redis_sub_probe;

    probe->handler = ngx_glyph_redis_sub_probe_handler;
    probe->data = &ngx_glyph_redis_sub_link;
    probe->log = cycle->log;
    probe->cancelable = 1;

    link = &ngx_glyph_redis_sub_link;

    link->name = "redis (subscriptions)";
    link->conf = conf;
    link->way = conf->master.len ? &ngx_glyph_redis_sentinels : NULL;
    link->handshake = ngx_glyph_redis_sub_handshake;
    link->ready = ngx_glyph_redis_sub_on_ready;
    link->down = ngx_glyph_redis_sub_on_down;

    ngx_glyph_redis_link_init(link, cycle->log);
    ngx_glyph_redis_link_connect(link);

    return NGX_OK;
}


static void
ngx_glyph_redis_sub_exit(void)
{
    if (ngx_glyph_redis_sub_link.conf) {
        ngx_glyph_redis_link_lost(&ngx_glyph_redis_sub_link, "worker exit");
    }
}


ngx_glyph_redis_channel_t *
ngx_glyph_redis_subscribe(ngx_str_t *name, ngx_glyph_redis_message_pt handler,
    void *data)
{
    ngx_glyph_redis_channel_t  *ch;

    if (ngx_glyph_redis_sub_link.conf == NULL
        || name->len > NGX_GLYPH_REDIS_CHANNEL_LEN)
    {
        return NULL;
    }

    ch = ngx_glyph_redis_sub_find(name->data, name->len);

    if (ch == NULL) {
        ch = ngx_calloc(sizeof(ngx_glyph_redis_channel_t), ngx_cycle->log);
        if (ch == NULL) {
            return NULL;
        }

        ch->len = name->len;
        ngx_memcpy(ch->name, name->data, name->len);

        ngx_queue_insert_tail(ngx_glyph_redis_sub_bucket(ch->name, ch->len),
                              &ch->queue);
    }

    ch->handler = handler;
    ch->data = data;

    if (ch->state == NGX_GLYPH_REDIS_SUB_OFF
        && ngx_glyph_redis_sub_link.state == NGX_GLYPH_REDIS_READY)
    {
        ngx_glyph_redis_sub_want(ch);
    }

    return ch;
}


void
ngx_glyph_redis_unsubscribe(ngx_glyph_redis_channel_t *ch)
{
    ch->handler = NULL;

    switch (ch->state) {

    case NGX_GLYPH_REDIS_SUB_OFF:
        ngx_glyph_redis_sub_free(ch);
        return;

    case NGX_GLYPH_REDIS_SUB_LEAVING:
        return;

    default:
        ch->state = NGX_GLYPH_REDIS_SUB_LEAVING;
        ngx_glyph_redis_sub_send("UNSUBSCRIBE", ch->name, ch->len);
        return;
    }
}


void
ngx_glyph_redis_sub_follow(const char *address)
{
    ngx_glyph_redis_link_t  *link;

    link = &ngx_glyph_redis_sub_link;

    if (link->state == NGX_GLYPH_REDIS_READY
        && ngx_strcmp(link->address, address) != 0)
    {
        ngx_glyph_redis_link_lost(link, "the master is another one now");
    }
}


static void
ngx_glyph_redis_sub_handshake(ngx_glyph_redis_link_t *link)
{
    ngx_glyph_redis_sub_ask();

    ngx_glyph_redis_sub_send("SUBSCRIBE", ngx_glyph_redis_sub_try.data,
                             ngx_glyph_redis_sub_try.len);
    ngx_glyph_redis_sub_send("UNSUBSCRIBE", ngx_glyph_redis_sub_try.data,
                             ngx_glyph_redis_sub_try.len);
}


static void
ngx_glyph_redis_sub_ask(void)
{
    ngx_glyph_redis_sub_send("SUBSCRIBE", ngx_glyph_redis_sub_control.data,
                             ngx_glyph_redis_sub_control.len);
}


static void
ngx_glyph_redis_sub_on_ready(ngx_glyph_redis_link_t *link)
{
    ngx_uint_t                  i;
    ngx_queue_t                *q, *bucket;
    ngx_glyph_redis_channel_t  *ch;

    for (i = 0; i < NGX_GLYPH_REDIS_SUB_BUCKETS; i++) {
        bucket = &ngx_glyph_redis_sub_channels[i];

        for (q = ngx_queue_head(bucket);
             q != ngx_queue_sentinel(bucket);
             q = ngx_queue_next(q))
        {
            ch = ngx_queue_data(q, ngx_glyph_redis_channel_t, queue);
            ngx_glyph_redis_sub_want(ch);
        }
    }

    ngx_glyph_redis_sub_probing = 0;
    ngx_add_timer(&ngx_glyph_redis_sub_probe, NGX_GLYPH_REDIS_SUB_PROBE);
}


static void
ngx_glyph_redis_sub_on_down(ngx_glyph_redis_link_t *link)
{
    ngx_uint_t                  i;
    ngx_queue_t                *q, *next, *bucket;
    ngx_glyph_redis_channel_t  *ch;

    if (ngx_glyph_redis_sub_probe.timer_set) {
        ngx_del_timer(&ngx_glyph_redis_sub_probe);
    }

    for (i = 0; i < NGX_GLYPH_REDIS_SUB_BUCKETS; i++) {
        bucket = &ngx_glyph_redis_sub_channels[i];

        for (q = ngx_queue_head(bucket);
             q != ngx_queue_sentinel(bucket);
             q = next)
        {
            next = ngx_queue_next(q);
            ch = ngx_queue_data(q, ngx_glyph_redis_channel_t, queue);

            ch->state = NGX_GLYPH_REDIS_SUB_OFF;

            if (ch->handler == NULL) {
                ngx_glyph_redis_sub_free(ch);
            }
        }
    }
}


/* A connection that says nothing may be dead: nothing else would show it. */

static void
ngx_glyph_redis_sub_probe_handler(ngx_event_t *ev)
{
    ngx_glyph_redis_link_t *link = ev->data;

    if (ngx_glyph_redis_sub_probing) {
        ngx_glyph_redis_link_lost(link, "no answer within the timeout");
        return;
    }

    ngx_glyph_redis_sub_probing = 1;
    ngx_add_timer(ev, link->conf->timeout);

    ngx_glyph_redis_sub_ask();
}


static void
ngx_glyph_redis_sub_want(ngx_glyph_redis_channel_t *ch)
{
    ch->state = NGX_GLYPH_REDIS_SUB_WANTED;

    ngx_glyph_redis_sub_send("SUBSCRIBE", ch->name, ch->len);
}


/* What cannot be sent now is sent after the loss that is the reason. */

static void
ngx_glyph_redis_sub_send(const char *command, u_char *name, size_t len)
{
    size_t       lens[2];
    const char  *argv[2];

    argv[0] = command;
    lens[0] = ngx_strlen(command);

    argv[1] = (char *) name;
    lens[1] = len;

    if (ngx_glyph_redis_sub_link.ac) {
        (void) redisAsyncCommandArgv(ngx_glyph_redis_sub_link.ac,
                                     ngx_glyph_redis_sub_reply, NULL, 2,
                                     argv, lens);
    }
}


/* {"subscribe"|"unsubscribe"|"message", channel, count|message}, or NULL. */

static void
ngx_glyph_redis_sub_reply(redisAsyncContext *ac, void *data, void *privdata)
{
    char                       *what;
    ngx_str_t                   message;
    redisReply                 *reply, **e;
    ngx_glyph_redis_link_t     *link;
    ngx_glyph_redis_channel_t  *ch;

    reply = data;
    link = &ngx_glyph_redis_sub_link;

    if (reply == NULL || link->ac != ac
        || reply->type != REDIS_REPLY_ARRAY || reply->elements < 3
        || reply->element[0]->type != REDIS_REPLY_STRING
        || reply->element[1]->type != REDIS_REPLY_STRING)
    {
        return;
    }

    e = reply->element;
    what = e[0]->str;

    if (ngx_glyph_redis_sub_probing && ngx_strcmp(what, "subscribe") == 0
        && ngx_glyph_redis_sub_is(e[1], &ngx_glyph_redis_sub_control))
    {
        ngx_glyph_redis_sub_probing = 0;
        ngx_add_timer(&ngx_glyph_redis_sub_probe, NGX_GLYPH_REDIS_SUB_PROBE);
    }

    if (ngx_strcmp(what, "unsubscribe") == 0
        && ngx_glyph_redis_sub_is(e[1], &ngx_glyph_redis_sub_try))
    {
        ngx_glyph_redis_link_set_ready(link);
        return;
    }

    ch = ngx_glyph_redis_sub_find((u_char *) e[1]->str, e[1]->len);

    if (ch == NULL) {
        return;
    }

    if (ngx_strcmp(what, "unsubscribe") == 0) {

        if (ch->handler) {
            ngx_glyph_redis_sub_want(ch);

        } else {
            ngx_glyph_redis_sub_free(ch);
        }

        return;
    }

    if (ch->handler == NULL) {
        return;
    }

    if (ngx_strcmp(what, "message") == 0) {

        if (e[2]->type != REDIS_REPLY_STRING) {
            return;
        }

        message.data = (u_char *) e[2]->str;
        message.len = e[2]->len;

        ch->handler(ch->data, &message);

    } else if (ch->state == NGX_GLYPH_REDIS_SUB_WANTED) {
        ch->state = NGX_GLYPH_REDIS_SUB_ON;
        ch->handler(ch->data, NULL);
    }
}


static ngx_uint_t
ngx_glyph_redis_sub_is(redisReply *channel, ngx_str_t *name)
{
    return (size_t) channel->len == name->len
           && ngx_memcmp(channel->str, name->data, name->len) == 0;
}


static void
ngx_glyph_redis_sub_free(ngx_glyph_redis_channel_t *ch)
{
    ngx_queue_remove(&ch->queue);
    ngx_free(ch);
}


static ngx_queue_t *
ngx_glyph_redis_sub_bucket(u_char *name, size_t len)
{
    return &ngx_glyph_redis_sub_channels[glyph_hash(name, len)
                                         % NGX_GLYPH_REDIS_SUB_BUCKETS];
}


static ngx_glyph_redis_channel_t *
ngx_glyph_redis_sub_find(u_char *name, size_t len)
{
    ngx_queue_t                *q, *bucket;
    ngx_glyph_redis_channel_t  *ch;

    bucket = ngx_glyph_redis_sub_bucket(name, len);

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = ngx_queue_next(q))
    {
        ch = ngx_queue_data(q, ngx_glyph_redis_channel_t, queue);

        if (ch->len == len && ngx_memcmp(ch->name, name, len) == 0) {
            return ch;
        }
    }

    return NULL;
}
