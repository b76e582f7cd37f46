
#include "ngx_glyph.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_redis_link.h"
#include "ngx_glyph_redis_sub.h"


static ngx_int_t ngx_glyph_redis_init(ngx_cycle_t *cycle);
static void ngx_glyph_redis_exit(void);
static void ngx_glyph_redis_handshake(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_ping_reply(void *data, redisReply *reply);
static void ngx_glyph_redis_on_ready(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_on_down(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_policy_reply(void *data, redisReply *reply);


const ngx_glyph_part_t  ngx_glyph_redis_part = {
    ngx_glyph_redis_init,
    ngx_glyph_redis_exit,
    NULL,
    1
};


static ngx_glyph_redis_link_t  ngx_glyph_redis_link;


static ngx_int_t
ngx_glyph_redis_init(ngx_cycle_t *cycle)
{
    ngx_glyph_redis_conf_t  *conf;
    ngx_glyph_redis_link_t  *link;

    conf = ngx_glyph_main_conf->redis;

    if (conf == NULL) {
        return NGX_OK;
    }

    link = &ngx_glyph_redis_link;

    ngx_glyph_redis_state_init(cycle->log);

    link->name = "redis";
    link->conf = conf;
    link->way = conf->master.len ? &ngx_glyph_redis_sentinels : NULL;
    link->handshake = ngx_glyph_redis_handshake;
    link->ready = ngx_glyph_redis_on_ready;
    link->down = ngx_glyph_redis_on_down;

    ngx_glyph_redis_link_init(link, cycle->log);
    ngx_glyph_redis_link_connect(link);

    ngx_glyph_redis_sub_init(cycle, conf);

    return NGX_OK;
}


static void
ngx_glyph_redis_exit(void)
{
    if (ngx_glyph_redis_link.conf == NULL) {
        return;
    }

    ngx_glyph_redis_link_lost(&ngx_glyph_redis_link, "worker exit");
    ngx_glyph_redis_sub_exit();
}


ngx_int_t
ngx_glyph_redis_command(u_char *job, ngx_uint_t n, ngx_str_t *args,
    ngx_glyph_redis_reply_pt handler, void *data)
{
    if (!ngx_glyph_redis_ready()) {
        return NGX_DECLINED;
    }

    return ngx_glyph_redis_link_send(&ngx_glyph_redis_link, job, n, args,
                                     handler, data);
}


static void
ngx_glyph_redis_handshake(ngx_glyph_redis_link_t *link)
{
    u_char     db[NGX_INT_T_LEN];
    ngx_str_t  args[2];

    if (link->conf->db) {
        ngx_str_set(&args[0], "SELECT");
        args[1].data = db;
        args[1].len = ngx_sprintf(db, "%i", link->conf->db) - db;

        (void) ngx_glyph_redis_link_send(link, NULL, 2, args,
                                         ngx_glyph_redis_link_reply_ok, link);
    }

    ngx_str_set(&args[0], "PING");

    (void) ngx_glyph_redis_link_send(link, NULL, 1, args,
                                     ngx_glyph_redis_ping_reply, link);
}


/* It tells a server that is loading, or wants a password, from a usable one. */

static void
ngx_glyph_redis_ping_reply(void *data, redisReply *reply)
{
    ngx_glyph_redis_link_t *link = data;

    if (reply == NULL || link->state != NGX_GLYPH_REDIS_CONNECTING) {
        return;
    }

    /* a user who may not PING may still do what is needed */

    if (reply->type == REDIS_REPLY_ERROR
        && ngx_strncmp(reply->str, "NOPERM", 6) != 0)
    {
        ngx_glyph_redis_link_lost(link, reply->str);
        return;
    }

    ngx_glyph_redis_link_set_ready(link);
}


static void
ngx_glyph_redis_on_ready(ngx_glyph_redis_link_t *link)
{
    static ngx_str_t  args[] = {
        ngx_string("CONFIG"), ngx_string("GET"),
        ngx_string("maxmemory-policy")
    };

    (void) ngx_glyph_redis_link_send(link, NULL, 3, args,
                                     ngx_glyph_redis_policy_reply, link);

    if (link->way) {
        ngx_glyph_redis_sub_follow(link->address);
    }

    ngx_glyph_redis_served();
}


static void
ngx_glyph_redis_on_down(ngx_glyph_redis_link_t *link)
{
    ngx_glyph_redis_lost(link->error);
}


static void
ngx_glyph_redis_policy_reply(void *data, redisReply *reply)
{
    ngx_glyph_redis_link_t *link = data;

    char  text[64];

    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY
        || reply->elements < 2
        || reply->element[1]->type != REDIS_REPLY_STRING
        || ngx_strcmp(reply->element[1]->str, "noeviction") == 0)
    {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, link->event.log, 0,
                  "redis at \"%s\" has maxmemory-policy \"%s\", so it may "
                  "forget jobs that run; \"noeviction\" is recommended",
                  link->address,
                  ngx_glyph_log_string(text, sizeof(text),
                                       reply->element[1]->str, ""));
}
