
/*
 * Where the master is, by Sentinel: each is asked in turn until one knows;
 * what it names is believed only if it says itself that it is a master
 * (redis.io, "Guidelines for Redis clients with support for Redis Sentinel").
 */

#include "ngx_glyph.h"
#include "ngx_glyph_redis_link.h"


/* what an address or a name of a host may consist of */

#define NGX_GLYPH_SENTINEL_HOST                                               \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:-_%"


static ngx_glyph_redis_addr_t *ngx_glyph_redis_sentinel_next(
    ngx_glyph_redis_link_t *link);
static ngx_uint_t ngx_glyph_redis_sentinel_failed(
    ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_sentinel_ask(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_sentinel_answer(void *data, redisReply *reply);
static void ngx_glyph_redis_sentinel_verify(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_sentinel_role(void *data, redisReply *reply);


const ngx_glyph_redis_way_t  ngx_glyph_redis_sentinels = {
    ngx_glyph_redis_sentinel_next,
    ngx_glyph_redis_sentinel_ask,
    ngx_glyph_redis_sentinel_verify,
    ngx_glyph_redis_sentinel_failed
};


static ngx_glyph_redis_addr_t *
ngx_glyph_redis_sentinel_next(ngx_glyph_redis_link_t *link)
{
    ngx_glyph_redis_addr_t  *addrs;

    addrs = link->conf->addrs.elts;

    return &addrs[link->sentinel % link->conf->addrs.nelts];
}


static ngx_uint_t
ngx_glyph_redis_sentinel_failed(ngx_glyph_redis_link_t *link)
{
    link->sentinel++;

    if (!link->asking) {

        /* the Sentinel answered, only what it named is of no use (yet) */

        link->failed = 0;
        return 0;
    }

    link->failed++;

    if (link->failed < link->conf->addrs.nelts) {
        return 1;
    }

    link->failed = 0;

    return 0;
}


static void
ngx_glyph_redis_sentinel_ask(ngx_glyph_redis_link_t *link)
{
    ngx_str_t                args[3];
    ngx_uint_t               n;
    ngx_glyph_redis_conf_t  *conf;

    conf = link->conf;

    if (conf->sentinel_password.len) {
        n = 0;
        ngx_str_set(&args[n], "AUTH"); n++;

        if (conf->sentinel_user.len) {
            args[n++] = conf->sentinel_user;
        }

        args[n++] = conf->sentinel_password;

        (void) ngx_glyph_redis_link_send(link, NULL, n, args,
                                         ngx_glyph_redis_link_reply_ok, link);
    }

    ngx_str_set(&args[0], "SENTINEL");
    ngx_str_set(&args[1], "GET-MASTER-ADDR-BY-NAME");
    args[2] = conf->master;

    (void) ngx_glyph_redis_link_send(link, NULL, 3, args,
                                     ngx_glyph_redis_sentinel_answer, link);
}


static void
ngx_glyph_redis_sentinel_answer(void *data, redisReply *reply)
{
    ngx_glyph_redis_link_t *link = data;

    ngx_int_t    port;
    ngx_str_t    host;
    redisReply  *e;

    if (reply == NULL || !link->asking
        || link->state != NGX_GLYPH_REDIS_CONNECTING)
    {
        return;
    }

    if (reply->type == REDIS_REPLY_ERROR) {
        ngx_glyph_redis_link_lost(link, reply->str);
        return;
    }

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2
        || reply->element[0]->type != REDIS_REPLY_STRING
        || reply->element[1]->type != REDIS_REPLY_STRING)
    {
        ngx_glyph_redis_link_lost(link, "it knows no such master");
        return;
    }

    e = reply->element[1];
    port = ngx_atoi((u_char *) e->str, e->len);

    e = reply->element[0];

    host.data = link->master;
    host.len = e->len;

    /* it is shown in log lines, too */

    if (port < 1 || port > 65535 || host.len == 0
        || host.len >= sizeof(link->master)
        || strspn(e->str, NGX_GLYPH_SENTINEL_HOST) != host.len)
    {
        ngx_glyph_redis_link_lost(link, "it gives no usable address");
        return;
    }

    ngx_memcpy(link->master, e->str, e->len);

    ngx_glyph_redis_link_redirect(link, &host, (in_port_t) port);
}


static void
ngx_glyph_redis_sentinel_verify(ngx_glyph_redis_link_t *link)
{
    ngx_str_t  role = ngx_string("ROLE");

    (void) ngx_glyph_redis_link_send(link, NULL, 1, &role,
                                     ngx_glyph_redis_sentinel_role, link);
}


/* A user who may not ask is let through: a replica refuses writes anyway. */

static void
ngx_glyph_redis_sentinel_role(void *data, redisReply *reply)
{
    ngx_glyph_redis_link_t *link = data;

    if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements
        && reply->element[0]->type == REDIS_REPLY_STRING
        && ngx_strcmp(reply->element[0]->str, "master") != 0)
    {
        ngx_glyph_redis_link_lost(link, "it is no master (yet)");
    }
}
