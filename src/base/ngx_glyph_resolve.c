
#include "ngx_glyph.h"
#include "ngx_glyph_resolve.h"

#include <netdb.h>


static ngx_uint_t ngx_glyph_resolve_numeric(ngx_glyph_resolve_t *res);
static void ngx_glyph_resolve_run(ngx_glyph_task_t *task, ngx_log_t *log);
static void ngx_glyph_resolve_done(ngx_glyph_task_t *task);
static void ngx_glyph_resolve_error(ngx_glyph_resolve_t *res,
    const char *error);


ngx_int_t
ngx_glyph_resolve(ngx_glyph_resolve_t *res, ngx_str_t *host)
{
    u_char  *p;
    size_t   len;

    res->n = 0;

    p = host->data;
    len = host->len;

    if (len > 2 && p[0] == '[' && p[len - 1] == ']') {
        p++;
        len -= 2;
    }

    if (len >= sizeof(res->host)) {
        ngx_glyph_resolve_error(res, "host name too long");
        return NGX_ERROR;
    }

    ngx_memcpy(res->host, p, len);
    res->host[len] = '\0';

    if (ngx_glyph_resolve_numeric(res)) {
        ngx_cpystrn((u_char *) res->addrs[0], (u_char *) res->host,
                    sizeof(res->addrs[0]));
        res->n = 1;
        return NGX_OK;
    }

    res->task.run = ngx_glyph_resolve_run;
    res->task.done = ngx_glyph_resolve_done;

    if (ngx_glyph_task_post(ngx_glyph_main_conf->io, &res->task) != NGX_OK) {
        ngx_glyph_resolve_error(res, "the io thread pool's queue is full");
        return NGX_ERROR;
    }

    return NGX_AGAIN;
}


static ngx_uint_t
ngx_glyph_resolve_numeric(ngx_glyph_resolve_t *res)
{
    u_char  addr[16];

    return inet_pton(AF_INET, res->host, addr) == 1
           || inet_pton(AF_INET6, res->host, addr) == 1;
}


static void
ngx_glyph_resolve_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    struct addrinfo      *list, *ai, hints;
    ngx_glyph_resolve_t  *res;

    res = (ngx_glyph_resolve_t *) task;

    ngx_memzero(&hints, sizeof(struct addrinfo));
    hints.ai_socktype = SOCK_STREAM;

    res->rc = getaddrinfo(res->host, NULL, &hints, &list);
    if (res->rc != 0) {
        return;
    }

    for (ai = list; ai; ai = ai->ai_next) {

        if (res->n == NGX_GLYPH_RESOLVE_ADDRS) {
            break;
        }

        res->rc = getnameinfo(ai->ai_addr, ai->ai_addrlen, res->addrs[res->n],
                              sizeof(res->addrs[0]), NULL, 0,
                              NI_NUMERICHOST);
        if (res->rc == 0) {
            res->n++;
        }
    }

    freeaddrinfo(list);
}


static void
ngx_glyph_resolve_done(ngx_glyph_task_t *task)
{
    ngx_glyph_resolve_t  *res;

    res = (ngx_glyph_resolve_t *) task;

    if (res->n == 0) {
        ngx_glyph_resolve_error(res, gai_strerror(res->rc));
    }

    res->done(res);
}


static void
ngx_glyph_resolve_error(ngx_glyph_resolve_t *res, const char *error)
{
    ngx_cpystrn((u_char *) res->error, (u_char *) error, sizeof(res->error));
}
