
#include "ngx_glyph.h"


static ngx_uint_t ngx_glyph_redis_is_address(ngx_str_t *value);
static char *ngx_glyph_redis_param(ngx_conf_t *cf, ngx_uint_t i,
    ngx_glyph_redis_conf_t *redis);
static char *ngx_glyph_redis_address(ngx_conf_t *cf, ngx_uint_t i,
    ngx_glyph_redis_conf_t *redis, in_port_t default_port);
static ngx_int_t ngx_glyph_redis_text(ngx_str_t *value, const char *name,
    ngx_str_t *text);


/*
 * glyph_redis address … [user=] [password=] [db=] [timeout=]
 *             [sentinel=] [sentinel_user=] [sentinel_password=]
 *
 * What is not understood may be a password that was meant for elsewhere:
 * errors quote only what has the name of something else.
 */

char *
ngx_glyph_redis(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_main_conf_t *gmcf = conf;

    char                    *rv;
    ngx_str_t               *value;
    ngx_uint_t               i;
    ngx_glyph_redis_conf_t  *redis;

    if (gmcf->redis) {
        return "is duplicate";
    }

    redis = ngx_pcalloc(cf->pool, sizeof(ngx_glyph_redis_conf_t));
    if (redis == NULL
        || ngx_array_init(&redis->addrs, cf->pool, 3,
                          sizeof(ngx_glyph_redis_addr_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    gmcf->redis = redis;
    redis->timeout = 2000;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_glyph_redis_is_address(&value[i])) {
            continue;
        }

        rv = ngx_glyph_redis_param(cf, i, redis);
        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    /* which port is meant depends on a parameter that may come later */

    for (i = 1; i < cf->args->nelts; i++) {

        if (!ngx_glyph_redis_is_address(&value[i])) {
            continue;
        }

        rv = ngx_glyph_redis_address(cf, i, redis,
                                     redis->master.len ? 26379 : 6379);
        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    if (redis->addrs.nelts == 0) {
        return "has no address";
    }

    if (redis->addrs.nelts > 1 && redis->master.len == 0) {
        return "has more than one address: only Sentinels (\"sentinel=\") "
               "may be many";
    }

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_glyph_redis_is_address(ngx_str_t *value)
{
    return ngx_strncmp(value->data, "unix:", 5) == 0
           || ngx_strlchr(value->data, value->data + value->len, '=') == NULL;
}


static char *
ngx_glyph_redis_param(ngx_conf_t *cf, ngx_uint_t i,
    ngx_glyph_redis_conf_t *redis)
{
    ngx_int_t    n;
    ngx_str_t   *value, s;
    const char  *wants;

    value = cf->args->elts;
    value += i;

    if (ngx_glyph_redis_text(value, "user=", &redis->user) == NGX_OK
        || ngx_glyph_redis_text(value, "password=", &redis->password)
           == NGX_OK
        || ngx_glyph_redis_text(value, "sentinel_user=",
                                &redis->sentinel_user)
           == NGX_OK
        || ngx_glyph_redis_text(value, "sentinel_password=",
                                &redis->sentinel_password)
           == NGX_OK)
    {
        return NGX_CONF_OK;
    }

    if (ngx_glyph_redis_text(value, "sentinel=", &redis->master) == NGX_OK) {
        n = redis->master.len ? NGX_OK : NGX_ERROR;
        wants = "the name of a master";

    } else if (ngx_glyph_redis_text(value, "db=", &s) == NGX_OK) {
        n = ngx_atoi(s.data, s.len);
        redis->db = n;
        wants = "a number of at least 0";

    } else if (ngx_glyph_redis_text(value, "timeout=", &s) == NGX_OK) {
        n = ngx_parse_time(&s, 0);
        redis->timeout = n;
        wants = "a time greater than 0, such as 2s";

        if (n == 0) {
            n = NGX_ERROR;
        }

    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "parameter %ui is neither an address nor one of "
                           "\"user=\", \"password=\", \"db=\", \"timeout=\", "
                           "\"sentinel=\", \"sentinel_user=\" and "
                           "\"sentinel_password=\"", i);
        return NGX_CONF_ERROR;
    }

    if (n == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\": it wants %s", value,
                           wants);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_glyph_redis_text(ngx_str_t *value, const char *name, ngx_str_t *text)
{
    size_t  len;

    len = ngx_strlen(name);

    if (value->len < len || ngx_strncmp(value->data, name, len) != 0) {
        return NGX_DECLINED;
    }

    text->data = value->data + len;
    text->len = value->len - len;

    return NGX_OK;
}


static char *
ngx_glyph_redis_address(ngx_conf_t *cf, ngx_uint_t i,
    ngx_glyph_redis_conf_t *redis, in_port_t default_port)
{
    ngx_str_t               *value;
    ngx_url_t                u;
    ngx_glyph_redis_addr_t  *addr;

    value = cf->args->elts;
    value += i;

    addr = ngx_array_push(&redis->addrs);
    if (addr == NULL) {
        return NGX_CONF_ERROR;
    }

    if (value->len > 5 && ngx_strncmp(value->data, "unix:", 5) == 0) {
        addr->host.data = value->data + 5;
        addr->host.len = value->len - 5;
        addr->port = 0;

        return NGX_CONF_OK;
    }

    ngx_memzero(&u, sizeof(ngx_url_t));

    u.url = *value;
    u.default_port = default_port;
    u.no_resolve = 1;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK || u.host.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%s in the redis address, parameter %ui",
                           u.err ? u.err : "no host", i);
        return NGX_CONF_ERROR;
    }

    if (ngx_strlchr(u.host.data, u.host.data + u.host.len, '@')) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "an \"@\" in the redis address, parameter %ui; "
                           "user and password are parameters of their own",
                           i);
        return NGX_CONF_ERROR;
    }

    addr->host = u.host;
    addr->port = u.port;

    return NGX_CONF_OK;
}
