
#include "ngx_glyph.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_redis_link.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_zone.h"


#define NGX_GLYPH_REDIS_RETRY_MIN  100
#define NGX_GLYPH_REDIS_RETRY_MAX  5000
#define NGX_GLYPH_REDIS_COMMANDS   10000    /* in flight */


typedef struct {
    ngx_queue_t                queue;
    ngx_glyph_redis_link_t    *link;
    ngx_msec_t                 sent;
    ngx_glyph_redis_reply_pt   handler;
    void                      *data;
    const char                *name;        /* if it is a job's, or NULL */
    u_char                     job[NGX_GLYPH_UUID_TEXT_LEN];
} ngx_glyph_redis_command_t;


static void ngx_glyph_redis_link_to(ngx_glyph_redis_link_t *link,
    ngx_str_t *host, in_port_t port);
static void ngx_glyph_redis_link_resolved(ngx_glyph_resolve_t *res);
static void ngx_glyph_redis_link_open(ngx_glyph_redis_link_t *link,
    const char *host);
static void ngx_glyph_redis_link_connected(const redisAsyncContext *ac,
    int status);
static void ngx_glyph_redis_link_auth(ngx_glyph_redis_link_t *link);
static redisAsyncContext *ngx_glyph_redis_link_leave(
    ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_link_down(ngx_glyph_redis_link_t *link,
    const char *error);
static void ngx_glyph_redis_link_retry_handler(ngx_event_t *ev);
static void ngx_glyph_redis_link_timer_handler(ngx_event_t *ev);
static void ngx_glyph_redis_link_reply(redisAsyncContext *ac, void *reply,
    void *data);
static void ngx_glyph_redis_link_readable(ngx_glyph_event_t *ev);
static void ngx_glyph_redis_link_writable(ngx_glyph_event_t *ev);
static void ngx_glyph_redis_link_closing(ngx_glyph_event_t *ev);
static void ngx_glyph_redis_link_add_read(void *data);
static void ngx_glyph_redis_link_del_read(void *data);
static void ngx_glyph_redis_link_add_write(void *data);
static void ngx_glyph_redis_link_del_write(void *data);
static void ngx_glyph_redis_link_cleanup(void *data);


void
ngx_glyph_redis_link_init(ngx_glyph_redis_link_t *link, ngx_log_t *log)
{
    link->delay = NGX_GLYPH_REDIS_RETRY_MIN;

    ngx_queue_init(&link->commands);

    link->event.log = log;
    link->event.data = link;
    link->event.readable = ngx_glyph_redis_link_readable;
    link->event.writable = ngx_glyph_redis_link_writable;
    link->event.closing = ngx_glyph_redis_link_closing;

    link->timer.handler = ngx_glyph_redis_link_timer_handler;
    link->timer.data = link;
    link->timer.log = log;

    link->retry.handler = ngx_glyph_redis_link_retry_handler;
    link->retry.data = link;
    link->retry.log = log;
    link->retry.cancelable = 1;

    link->resolve.done = ngx_glyph_redis_link_resolved;
    link->resolve.data = link;
}


void
ngx_glyph_redis_link_connect(ngx_glyph_redis_link_t *link)
{
    ngx_glyph_redis_addr_t  *addr;

    link->asking = (link->way != NULL);

    addr = link->way ? link->way->next(link) : link->conf->addrs.elts;

    ngx_glyph_redis_link_to(link, &addr->host, addr->port);
}


static void
ngx_glyph_redis_link_to(ngx_glyph_redis_link_t *link, ngx_str_t *host,
    in_port_t port)
{
    u_char  *p, *last;

    p = (u_char *) link->address;
    last = p + sizeof(link->address) - 1;

    p = port ? ngx_slprintf(p, last, "%V:%d", host, (int) port)
             : ngx_slprintf(p, last, "%V", host);
    *p = '\0';

    link->port = port;

    if (port == 0) {
        ngx_glyph_redis_link_open(link, (char *) host->data);
        return;
    }

    switch (ngx_glyph_resolve(&link->resolve, host)) {

    case NGX_OK:
        ngx_glyph_redis_link_open(link, link->resolve.addrs[0]);
        return;

    case NGX_AGAIN:
        link->state = NGX_GLYPH_REDIS_RESOLVING;
        return;

    default:
        ngx_glyph_redis_link_down(link, link->resolve.error);
        return;
    }
}


/* Each attempt tries the next address. */

static void
ngx_glyph_redis_link_resolved(ngx_glyph_resolve_t *res)
{
    ngx_glyph_redis_link_t *link = res->data;

    if (res->n == 0) {
        ngx_glyph_redis_link_down(link, res->error);
        return;
    }

    ngx_glyph_redis_link_open(link, res->addrs[link->attempts++ % res->n]);
}


static void
ngx_glyph_redis_link_open(ngx_glyph_redis_link_t *link, const char *host)
{
    redisAsyncContext  *ac;

    ac = link->port ? redisAsyncConnect(host, link->port)
                    : redisAsyncConnectUnix(host);
    if (ac == NULL) {
        ngx_glyph_redis_link_down(link, "out of memory");
        return;
    }

    if (ac->err) {
        ngx_glyph_redis_link_down(link, ac->errstr);
        redisAsyncFree(ac);
        return;
    }

    if (ngx_glyph_event_attach(&link->event, ac->c.fd) != NGX_OK) {
        ngx_glyph_redis_link_down(link, "no free connection of the worker");
        redisAsyncFree(ac);
        return;
    }

    if (link->port) {
        (void) redisEnableKeepAlive(&ac->c);
    }

    link->ac = ac;
    link->state = NGX_GLYPH_REDIS_CONNECTING;

    ngx_glyph_redis_reply_init(link, ac->c.reader);

    ac->data = link;
    ac->ev.data = link;
    ac->ev.addRead = ngx_glyph_redis_link_add_read;
    ac->ev.delRead = ngx_glyph_redis_link_del_read;
    ac->ev.addWrite = ngx_glyph_redis_link_add_write;
    ac->ev.delWrite = ngx_glyph_redis_link_del_write;
    ac->ev.cleanup = ngx_glyph_redis_link_cleanup;

    /* a worker that is to exit does not wait for a connect */

    link->timer.cancelable = 1;
    ngx_add_timer(&link->timer, link->conf->timeout);

    redisAsyncSetConnectCallback(ac, ngx_glyph_redis_link_connected);
}


/* A failure is left to the clean-up hook; redisAsyncFree() would be fatal. */

static void
ngx_glyph_redis_link_connected(const redisAsyncContext *ac, int status)
{
    ngx_glyph_redis_link_t  *link;

    link = ac->data;

    if (status != REDIS_OK || link->ac != ac) {
        return;
    }

    if (link->asking) {
        link->way->ask(link);
        return;
    }

    ngx_glyph_redis_link_auth(link);

    if (link->way) {
        link->way->verify(link);
    }

    link->handshake(link);
}


static void
ngx_glyph_redis_link_auth(ngx_glyph_redis_link_t *link)
{
    ngx_str_t                args[3];
    ngx_uint_t               n;
    ngx_glyph_redis_conf_t  *conf;

    conf = link->conf;

    if (conf->password.len == 0) {
        return;
    }

    n = 0;
    ngx_str_set(&args[n], "AUTH"); n++;

    if (conf->user.len) {
        args[n++] = conf->user;
    }

    args[n++] = conf->password;

    (void) ngx_glyph_redis_link_send(link, NULL, n, args,
                                     ngx_glyph_redis_link_reply_ok, link);
}


void
ngx_glyph_redis_link_reply_ok(void *data, redisReply *reply)
{
    ngx_glyph_redis_link_t *link = data;

    if (reply && reply->type == REDIS_REPLY_ERROR) {
        ngx_glyph_redis_link_lost(link, reply->str);
    }
}


void
ngx_glyph_redis_link_set_ready(ngx_glyph_redis_link_t *link)
{
    if (link->state != NGX_GLYPH_REDIS_CONNECTING) {
        return;
    }

    ngx_log_error((ngx_uint_t) (link->logged ? NGX_LOG_NOTICE : NGX_LOG_INFO),
                  link->event.log, 0, "%s is connected to \"%s\"",
                  link->name, link->address);

    ngx_glyph_zone_add(NGX_GLYPH_REDIS_CONNECTS, 1);
    ngx_glyph_zone_add(NGX_GLYPH_REDIS_RECONNECTS, link->known);

    link->up = 1;
    link->known = 1;
    link->state = NGX_GLYPH_REDIS_READY;
    link->delay = NGX_GLYPH_REDIS_RETRY_MIN;
    link->failed = 0;
    link->logged = 0;
    link->error[0] = '\0';

    ngx_del_timer(&link->timer);

    /* from here on the timer is there for commands only */

    link->timer.cancelable = 0;

    if (link->n) {
        ngx_add_timer(&link->timer, link->conf->timeout);
    }

    link->ready(link);
}


/* Within a callback, hiredis puts the release off until it has returned. */

void
ngx_glyph_redis_link_lost(ngx_glyph_redis_link_t *link, const char *error)
{
    redisAsyncContext  *ac;

    ac = ngx_glyph_redis_link_leave(link);

    if (ac) {
        ngx_glyph_redis_link_down(link, error);
        redisAsyncFree(ac);
    }
}


void
ngx_glyph_redis_link_redirect(ngx_glyph_redis_link_t *link, ngx_str_t *host,
    in_port_t port)
{
    redisAsyncContext  *ac;

    ac = ngx_glyph_redis_link_leave(link);

    if (ac) {
        redisAsyncFree(ac);
    }

    link->state = NGX_GLYPH_REDIS_DOWN;
    link->asking = 0;

    ngx_glyph_redis_link_to(link, host, port);
}


/*
 * Takes the connection from the link: what hiredis still does with it has
 * nothing to do with the link's next one.
 */

static redisAsyncContext *
ngx_glyph_redis_link_leave(ngx_glyph_redis_link_t *link)
{
    redisAsyncContext  *ac;

    ac = link->ac;

    if (ac == NULL) {
        return NULL;
    }

    ngx_memzero(&ac->ev, sizeof(ac->ev));

    /* the descriptor is still open: hiredis closes it after this */

    ngx_glyph_event_detach(&link->event, 0);

    if (link->timer.timer_set) {
        ngx_del_timer(&link->timer);
    }

    link->ac = NULL;

    return ac;
}


static void
ngx_glyph_redis_link_down(ngx_glyph_redis_link_t *link, const char *error)
{
    char        text[sizeof(link->error)];
    ngx_uint_t  other;

    ngx_glyph_zone_add(NGX_GLYPH_REDIS_FAILURES, !link->up);

    error = ngx_glyph_log_string(text, sizeof(text), error, "");

    link->up = 0;
    link->state = NGX_GLYPH_REDIS_DOWN;

    other = ngx_strcmp(link->error, error) != 0;

    ngx_cpystrn((u_char *) link->error, (u_char *) error,
                sizeof(link->error));

    if (!ngx_terminate && !ngx_exiting) {

        if (link->way && link->way->failed(link)) {

            ngx_log_error(NGX_LOG_INFO, link->event.log, 0,
                          "sentinel \"%s\" of %s is of no use: %s",
                          link->address, link->name, link->error);

            ngx_add_timer(&link->retry, 1);
            return;
        }

        if (!link->logged || other) {
            link->logged = 1;
            ngx_log_error(NGX_LOG_ERR, link->event.log, 0,
                          "%s at \"%s\" is down: %s", link->name,
                          link->address, link->error);
        }

        ngx_add_timer(&link->retry, link->delay);

        link->delay = ngx_min(link->delay * 2, NGX_GLYPH_REDIS_RETRY_MAX);
    }

    link->down(link);
}

static void
ngx_glyph_redis_link_retry_handler(ngx_event_t *ev)
{
    ngx_glyph_redis_link_connect(ev->data);
}


static void
ngx_glyph_redis_link_timer_handler(ngx_event_t *ev)
{
    ngx_msec_t                  passed, timeout;
    ngx_queue_t                *q;
    ngx_glyph_redis_link_t     *link;
    ngx_glyph_redis_command_t  *cmd;

    link = ev->data;
    timeout = link->conf->timeout;

    if (link->state != NGX_GLYPH_REDIS_READY) {
        ngx_glyph_redis_link_lost(link, "no connection within the timeout");
        return;
    }

    if (ngx_queue_empty(&link->commands)) {
        return;
    }

    q = ngx_queue_head(&link->commands);
    cmd = ngx_queue_data(q, ngx_glyph_redis_command_t, queue);

    passed = ngx_current_msec - cmd->sent;

    if (passed < timeout) {
        ngx_add_timer(ev, timeout - passed);
        return;
    }

    ngx_glyph_redis_link_lost(link, "no answer within the timeout");
}


ngx_int_t
ngx_glyph_redis_link_send(ngx_glyph_redis_link_t *link, u_char *job,
    ngx_uint_t n, ngx_str_t *args, ngx_glyph_redis_reply_pt handler,
    void *data)
{
    size_t                     *lens;
    ngx_uint_t                  i;
    const char                **argv;
    ngx_glyph_redis_command_t  *cmd;

    if (link->ac == NULL || link->n == NGX_GLYPH_REDIS_COMMANDS) {
        return NGX_DECLINED;
    }

    cmd = ngx_alloc(sizeof(ngx_glyph_redis_command_t)
                    + n * (sizeof(char *) + sizeof(size_t)),
                    link->event.log);
    if (cmd == NULL) {
        return NGX_DECLINED;
    }

    argv = (const char **) (cmd + 1);
    lens = (size_t *) (argv + n);

    for (i = 0; i < n; i++) {
        argv[i] = args[i].len ? (const char *) args[i].data : "";
        lens[i] = args[i].len;
    }

    cmd->link = link;
    cmd->sent = ngx_current_msec;
    cmd->handler = handler;
    cmd->data = data;
    cmd->name = NULL;

    if (job) {
        cmd->name = (const char *) args[0].data;
        ngx_memcpy(cmd->job, job, NGX_GLYPH_UUID_TEXT_LEN);
    }

    /* it may be refused: a teardown gives NULL replies before it tells us */

    if (redisAsyncCommandArgv(link->ac, ngx_glyph_redis_link_reply, cmd, n,
                              argv, lens)
        != REDIS_OK)
    {
        ngx_free(cmd);
        return NGX_DECLINED;
    }

    ngx_queue_insert_tail(&link->commands, &cmd->queue);
    link->n++;

    if (!link->timer.timer_set) {
        ngx_add_timer(&link->timer, link->conf->timeout);
    }

    return NGX_OK;
}


static void
ngx_glyph_redis_link_reply(redisAsyncContext *ac, void *data, void *privdata)
{
    void                       *handler_data;
    redisReply                 *reply;
    ngx_glyph_redis_link_t     *link;
    ngx_glyph_redis_reply_pt    handler;
    ngx_glyph_redis_command_t  *cmd;

    reply = data;
    cmd = privdata;
    link = cmd->link;
    handler = cmd->handler;
    handler_data = cmd->data;

    ngx_queue_remove(&cmd->queue);
    link->n--;

    if (reply && cmd->name) {
        link->answered(link, cmd->name, cmd->job, reply);
    }

    ngx_free(cmd);

    if (link->n == 0 && link->state == NGX_GLYPH_REDIS_READY
        && link->timer.timer_set)
    {
        ngx_del_timer(&link->timer);
    }

    if (handler) {
        handler(handler_data, reply);
    }

    /* it was a master: whoever it follows now is to be found */

    if (reply && reply->type == REDIS_REPLY_ERROR && link->ac == ac
        && ngx_strncmp(reply->str, "READONLY", 8) == 0)
    {
        ngx_glyph_redis_link_lost(link, reply->str);
    }
}


static void
ngx_glyph_redis_link_readable(ngx_glyph_event_t *ev)
{
    ngx_glyph_redis_link_t *link = ev->data;

    const char  *error;

    redisAsyncHandleRead(link->ac);

    error = link->ac ? ngx_glyph_redis_reply_error(link) : NULL;

    if (error) {
        ngx_glyph_redis_link_lost(link, error);
    }
}


static void
ngx_glyph_redis_link_writable(ngx_glyph_event_t *ev)
{
    ngx_glyph_redis_link_t *link = ev->data;

    redisAsyncHandleWrite(link->ac);
}


/*
 * Only after worker_shutdown_timeout: the links are never idle, as jobs that
 * a leaving worker still finishes have a state to publish.
 */

static void
ngx_glyph_redis_link_closing(ngx_glyph_event_t *ev)
{
    ngx_glyph_redis_link_lost(ev->data, "worker exit");
}


static void
ngx_glyph_redis_link_add_read(void *data)
{
    ngx_glyph_redis_link_t *link = data;

    (void) ngx_glyph_event_want_read(&link->event, 1);
}


static void
ngx_glyph_redis_link_del_read(void *data)
{
    ngx_glyph_redis_link_t *link = data;

    (void) ngx_glyph_event_want_read(&link->event, 0);
}


static void
ngx_glyph_redis_link_add_write(void *data)
{
    ngx_glyph_redis_link_t *link = data;

    (void) ngx_glyph_event_want_write(&link->event, 1);
}


static void
ngx_glyph_redis_link_del_write(void *data)
{
    ngx_glyph_redis_link_t *link = data;

    (void) ngx_glyph_event_want_write(&link->event, 0);
}


/* The connection ends by itself; when we end it, there is no such hook. */

static void
ngx_glyph_redis_link_cleanup(void *data)
{
    const char              *error;
    redisAsyncContext       *ac;
    ngx_glyph_redis_link_t  *link;

    link = data;
    error = ngx_glyph_redis_reply_error(link);
    ac = ngx_glyph_redis_link_leave(link);

    if (ac == NULL) {
        return;
    }

    if (error == NULL) {
        error = ac->err ? ac->errstr : "connection closed";
    }

    ngx_glyph_redis_link_down(link, error);
}
