
/*
 * hiredis in nginx's event loop.
 *
 *   state       what is under way            leaves it by
 *   DOWN        nothing, or the retry timer  connect()
 *   RESOLVING   a look-up in the io pool     its completion
 *   CONNECTING  connect(), AUTH and the      ready(), or lost()
 *               like
 *   READY       commands                     lost()
 *
 * However a connection ends, ngx_glyph_redis_down() is called once: before
 * redisAsyncFree() when we end it, by the clean-up hook when hiredis does.
 * hiredis gives each command in flight its NULL reply before or after that,
 * so a reply's handler finds the link in either state.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_event.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_zone.h"

#include <netdb.h>

#include <hiredis/async.h>


#define NGX_GLYPH_REDIS_RETRY_MIN  100
#define NGX_GLYPH_REDIS_RETRY_MAX  5000
#define NGX_GLYPH_REDIS_COMMANDS   10000    /* in flight */
#define NGX_GLYPH_REDIS_CHANNELS   4
#define NGX_GLYPH_REDIS_ADDRS      8


typedef enum {
    NGX_GLYPH_REDIS_DOWN = 0,
    NGX_GLYPH_REDIS_RESOLVING,
    NGX_GLYPH_REDIS_CONNECTING,
    NGX_GLYPH_REDIS_READY
} ngx_glyph_redis_state_e;


typedef struct {
    ngx_glyph_task_t           task;        /* must be first */
    char                       host[NGX_MAXHOSTNAMELEN];
    char                       addrs[NGX_GLYPH_REDIS_ADDRS]
                                    [NGX_INET6_ADDRSTRLEN + 1];
    ngx_uint_t                 naddrs;
    int                        rc;          /* of getaddrinfo() */
} ngx_glyph_redis_lookup_t;


typedef struct {
    const char                *name;
    ngx_glyph_redis_state_e    state;
    redisAsyncContext         *ac;
    ngx_glyph_event_t          event;

    ngx_queue_t                commands;    /* in flight, oldest first */
    ngx_uint_t                 n;

    ngx_event_t                timer;       /* of the connect, or of the
                                               oldest command */
    ngx_event_t                retry;
    ngx_msec_t                 delay;
    ngx_uint_t                 attempts;
    char                       error[160];

    ngx_glyph_redis_lookup_t   lookup;

    unsigned                   subscriber:1;
    unsigned                   logged:1;    /* that it is down */
    unsigned                   known:1;     /* has been ready before */
} ngx_glyph_redis_link_t;


typedef struct {
    ngx_queue_t                queue;
    ngx_glyph_redis_link_t    *link;
    ngx_msec_t                 sent;
    ngx_glyph_redis_reply_pt   handler;
    void                      *data;
} ngx_glyph_redis_command_t;


typedef struct {
    ngx_str_t                  channel;
    ngx_glyph_redis_message_pt handler;
} ngx_glyph_redis_channel_t;


static void ngx_glyph_redis_link_init(ngx_glyph_redis_link_t *link,
    const char *name, ngx_log_t *log);
static void ngx_glyph_redis_connect(ngx_glyph_redis_link_t *link);
static ngx_int_t ngx_glyph_redis_numeric(char *host, size_t len);
static void ngx_glyph_redis_lookup(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_lookup_run(ngx_glyph_task_t *task,
    ngx_log_t *log);
static void ngx_glyph_redis_lookup_done(ngx_glyph_task_t *task);
static void ngx_glyph_redis_open(ngx_glyph_redis_link_t *link,
    const char *host);
static void ngx_glyph_redis_connected(const redisAsyncContext *ac,
    int status);
static void ngx_glyph_redis_handshake(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_handshake_reply(void *data, redisReply *reply);
static void ngx_glyph_redis_ping_reply(void *data, redisReply *reply);
static void ngx_glyph_redis_policy_reply(void *data, redisReply *reply);
static void ngx_glyph_redis_set_ready(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_lost(ngx_glyph_redis_link_t *link,
    const char *error);
static void ngx_glyph_redis_down(ngx_glyph_redis_link_t *link,
    const char *error);
static void ngx_glyph_redis_retry_handler(ngx_event_t *ev);
static void ngx_glyph_redis_timer_handler(ngx_event_t *ev);
static ngx_int_t ngx_glyph_redis_send(ngx_glyph_redis_link_t *link,
    ngx_uint_t n, ngx_str_t *args, ngx_glyph_redis_reply_pt handler,
    void *data);
static void ngx_glyph_redis_reply(redisAsyncContext *ac, void *reply,
    void *data);
static void ngx_glyph_redis_send_subscribe(ngx_glyph_redis_link_t *link,
    ngx_glyph_redis_channel_t *channel);
static void ngx_glyph_redis_message(redisAsyncContext *ac, void *reply,
    void *data);
static void ngx_glyph_redis_readable(ngx_glyph_event_t *ev);
static void ngx_glyph_redis_writable(ngx_glyph_event_t *ev);
static void ngx_glyph_redis_closing(ngx_glyph_event_t *ev);
static void ngx_glyph_redis_add_read(void *data);
static void ngx_glyph_redis_del_read(void *data);
static void ngx_glyph_redis_add_write(void *data);
static void ngx_glyph_redis_del_write(void *data);
static void ngx_glyph_redis_cleanup(void *data);


static ngx_glyph_redis_conf_t    *ngx_glyph_redis_conf;
static ngx_glyph_redis_link_t     ngx_glyph_redis_commands;
static ngx_glyph_redis_link_t     ngx_glyph_redis_subscriber;
static ngx_glyph_redis_channel_t  ngx_glyph_redis_channels
                                      [NGX_GLYPH_REDIS_CHANNELS];
static ngx_uint_t                 ngx_glyph_redis_nchannels;


ngx_int_t
ngx_glyph_redis_init(ngx_cycle_t *cycle, ngx_glyph_redis_conf_t *conf)
{
    ngx_glyph_redis_conf = conf;

    ngx_glyph_redis_link_init(&ngx_glyph_redis_commands, "redis",
                              cycle->log);
    ngx_glyph_redis_link_init(&ngx_glyph_redis_subscriber,
                              "redis (subscriptions)", cycle->log);

    ngx_glyph_redis_subscriber.subscriber = 1;

    ngx_glyph_redis_connect(&ngx_glyph_redis_commands);

    return NGX_OK;
}


static void
ngx_glyph_redis_link_init(ngx_glyph_redis_link_t *link, const char *name,
    ngx_log_t *log)
{
    link->name = name;
    link->delay = NGX_GLYPH_REDIS_RETRY_MIN;

    ngx_queue_init(&link->commands);

    link->event.log = log;
    link->event.data = link;
    link->event.readable = ngx_glyph_redis_readable;
    link->event.writable = ngx_glyph_redis_writable;
    link->event.closing = ngx_glyph_redis_closing;

    link->timer.handler = ngx_glyph_redis_timer_handler;
    link->timer.data = link;
    link->timer.log = log;

    link->retry.handler = ngx_glyph_redis_retry_handler;
    link->retry.data = link;
    link->retry.log = log;
    link->retry.cancelable = 1;
}


void
ngx_glyph_redis_exit(void)
{
    if (ngx_glyph_redis_conf == NULL) {
        return;
    }

    ngx_glyph_redis_lost(&ngx_glyph_redis_commands, "worker exit");
    ngx_glyph_redis_lost(&ngx_glyph_redis_subscriber, "worker exit");
}


ngx_uint_t
ngx_glyph_redis_ready(void)
{
    return ngx_glyph_redis_commands.state == NGX_GLYPH_REDIS_READY;
}


const char *
ngx_glyph_redis_state(void)
{
    if (ngx_glyph_redis_conf == NULL) {
        return "off";
    }

    if (ngx_glyph_redis_ready()) {
        return "connected";
    }

    return ngx_glyph_redis_commands.error[0] ? "down" : "connecting";
}


const char *
ngx_glyph_redis_error(void)
{
    return ngx_glyph_redis_commands.error;
}


ngx_int_t
ngx_glyph_redis_command(ngx_uint_t n, ngx_str_t *args,
    ngx_glyph_redis_reply_pt handler, void *data)
{
    if (!ngx_glyph_redis_ready()) {
        return NGX_DECLINED;
    }

    return ngx_glyph_redis_send(&ngx_glyph_redis_commands, n, args, handler,
                                data);
}


ngx_int_t
ngx_glyph_redis_subscribe(ngx_str_t *channel,
    ngx_glyph_redis_message_pt handler)
{
    ngx_glyph_redis_link_t     *link;
    ngx_glyph_redis_channel_t  *ch;

    if (ngx_glyph_redis_conf == NULL
        || ngx_glyph_redis_nchannels == NGX_GLYPH_REDIS_CHANNELS)
    {
        return NGX_ERROR;
    }

    link = &ngx_glyph_redis_subscriber;
    ch = &ngx_glyph_redis_channels[ngx_glyph_redis_nchannels++];

    ch->channel = *channel;
    ch->handler = handler;

    if (link->state == NGX_GLYPH_REDIS_READY) {
        ngx_glyph_redis_send_subscribe(link, ch);

    } else if (link->state == NGX_GLYPH_REDIS_DOWN
               && !link->retry.timer_set)
    {
        ngx_glyph_redis_connect(link);
    }

    return NGX_OK;
}


/* Only names are looked up; neither a path nor an address ever blocks. */

static void
ngx_glyph_redis_connect(ngx_glyph_redis_link_t *link)
{
    size_t                     len;
    u_char                    *p;
    ngx_glyph_redis_conf_t    *conf;
    ngx_glyph_redis_lookup_t  *lookup;

    conf = ngx_glyph_redis_conf;
    lookup = &link->lookup;

    if (conf->port == 0) {
        ngx_glyph_redis_open(link, (char *) conf->host.data);
        return;
    }

    p = conf->host.data;
    len = conf->host.len;

    if (len > 2 && p[0] == '[' && p[len - 1] == ']') {
        p++;
        len -= 2;
    }

    if (len >= sizeof(lookup->host)) {
        ngx_glyph_redis_down(link, "host name too long");
        return;
    }

    ngx_memcpy(lookup->host, p, len);
    lookup->host[len] = '\0';

    if (ngx_glyph_redis_numeric(lookup->host, len) == NGX_OK) {
        ngx_glyph_redis_open(link, lookup->host);
        return;
    }

    ngx_glyph_redis_lookup(link);
}


static ngx_int_t
ngx_glyph_redis_numeric(char *host, size_t len)
{
    u_char  addr[16];

    if (ngx_inet_addr((u_char *) host, len) != INADDR_NONE) {
        return NGX_OK;
    }

    return inet_pton(AF_INET6, host, addr) == 1 ? NGX_OK : NGX_DECLINED;
}


static void
ngx_glyph_redis_lookup(ngx_glyph_redis_link_t *link)
{
    ngx_glyph_redis_lookup_t  *lookup;

    lookup = &link->lookup;

    lookup->task.run = ngx_glyph_redis_lookup_run;
    lookup->task.done = ngx_glyph_redis_lookup_done;
    lookup->task.data = link;

    if (ngx_glyph_task_post(ngx_glyph_main_conf->io, &lookup->task)
        != NGX_OK)
    {
        ngx_glyph_redis_down(link, "the io thread pool's queue is full");
        return;
    }

    link->state = NGX_GLYPH_REDIS_RESOLVING;
}


static void
ngx_glyph_redis_lookup_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    struct addrinfo           *res, *ai, hints;
    ngx_glyph_redis_lookup_t  *lookup;

    lookup = (ngx_glyph_redis_lookup_t *) task;
    lookup->naddrs = 0;

    ngx_memzero(&hints, sizeof(struct addrinfo));
    hints.ai_socktype = SOCK_STREAM;

    lookup->rc = getaddrinfo(lookup->host, NULL, &hints, &res);
    if (lookup->rc != 0) {
        return;
    }

    for (ai = res; ai; ai = ai->ai_next) {

        if (lookup->naddrs == NGX_GLYPH_REDIS_ADDRS) {
            break;
        }

        lookup->rc = getnameinfo(ai->ai_addr, ai->ai_addrlen,
                                 lookup->addrs[lookup->naddrs],
                                 NGX_INET6_ADDRSTRLEN + 1, NULL, 0,
                                 NI_NUMERICHOST);
        if (lookup->rc == 0) {
            lookup->naddrs++;
        }
    }

    freeaddrinfo(res);
}


/* Each attempt tries the next address. */

static void
ngx_glyph_redis_lookup_done(ngx_glyph_task_t *task)
{
    char                       error[160];
    ngx_glyph_redis_link_t    *link;
    ngx_glyph_redis_lookup_t  *lookup;

    link = task->data;
    lookup = &link->lookup;

    if (link->state != NGX_GLYPH_REDIS_RESOLVING) {
        return;
    }

    if (lookup->naddrs == 0) {
        ngx_snprintf((u_char *) error, sizeof(error), "%s: %s%Z",
                     lookup->host, gai_strerror(lookup->rc));
        error[sizeof(error) - 1] = '\0';

        ngx_glyph_redis_down(link, error);
        return;
    }

    ngx_glyph_redis_open(link,
                      lookup->addrs[link->attempts++ % lookup->naddrs]);
}


static void
ngx_glyph_redis_open(ngx_glyph_redis_link_t *link, const char *host)
{
    redisAsyncContext       *ac;
    ngx_glyph_redis_conf_t  *conf;

    conf = ngx_glyph_redis_conf;

    ac = conf->port ? redisAsyncConnect(host, conf->port)
                    : redisAsyncConnectUnix(host);
    if (ac == NULL) {
        ngx_glyph_redis_down(link, "out of memory");
        return;
    }

    if (ac->err) {
        ngx_glyph_redis_down(link, ac->errstr);
        redisAsyncFree(ac);
        return;
    }

    if (ngx_glyph_event_attach(&link->event, ac->c.fd) != NGX_OK) {
        ngx_glyph_redis_down(link, "no free connection of the worker");
        redisAsyncFree(ac);
        return;
    }

    if (conf->port) {
        (void) redisEnableKeepAlive(&ac->c);
    }

    link->ac = ac;
    link->state = NGX_GLYPH_REDIS_CONNECTING;

    ac->data = link;
    ac->ev.data = link;
    ac->ev.addRead = ngx_glyph_redis_add_read;
    ac->ev.delRead = ngx_glyph_redis_del_read;
    ac->ev.addWrite = ngx_glyph_redis_add_write;
    ac->ev.delWrite = ngx_glyph_redis_del_write;
    ac->ev.cleanup = ngx_glyph_redis_cleanup;

    /* a worker that is to exit does not wait for a connect */

    link->timer.cancelable = 1;
    ngx_add_timer(&link->timer, conf->timeout);

    redisAsyncSetConnectCallback(ac, ngx_glyph_redis_connected);
}


/* A failure is left to the clean-up hook; redisAsyncFree() would be fatal. */

static void
ngx_glyph_redis_connected(const redisAsyncContext *ac, int status)
{
    ngx_glyph_redis_link_t  *link;

    link = ac->data;

    if (status == REDIS_OK && link->ac == ac) {
        ngx_glyph_redis_handshake(link);
    }
}


static void
ngx_glyph_redis_handshake(ngx_glyph_redis_link_t *link)
{
    u_char                   db[NGX_INT_T_LEN];
    ngx_str_t                args[3];
    ngx_uint_t               i, n;
    ngx_glyph_redis_conf_t  *conf;

    conf = ngx_glyph_redis_conf;

    if (conf->password.len) {
        n = 0;
        ngx_str_set(&args[n++], "AUTH");

        if (conf->user.len) {
            args[n++] = conf->user;
        }

        args[n++] = conf->password;

        (void) ngx_glyph_redis_send(link, n, args,
                                    ngx_glyph_redis_handshake_reply, link);
    }

    if (link->subscriber) {
        for (i = 0; i < ngx_glyph_redis_nchannels; i++) {
            ngx_glyph_redis_send_subscribe(link,
                                           &ngx_glyph_redis_channels[i]);
        }

        return;
    }

    if (conf->db) {
        ngx_str_set(&args[0], "SELECT");
        args[1].data = db;
        args[1].len = ngx_sprintf(db, "%i", conf->db) - db;

        (void) ngx_glyph_redis_send(link, 2, args,
                                    ngx_glyph_redis_handshake_reply, link);
    }

    ngx_str_set(&args[0], "PING");

    (void) ngx_glyph_redis_send(link, 1, args, ngx_glyph_redis_ping_reply,
                                link);
}


static void
ngx_glyph_redis_handshake_reply(void *data, redisReply *reply)
{
    ngx_glyph_redis_link_t *link = data;

    if (reply && reply->type == REDIS_REPLY_ERROR) {
        ngx_glyph_redis_lost(link, reply->str);
    }
}


/* It tells a server that is loading, or wants a password, from a usable one. */

static void
ngx_glyph_redis_ping_reply(void *data, redisReply *reply)
{
    ngx_glyph_redis_link_t *link = data;

    static ngx_str_t  args[] = {
        ngx_string("CONFIG"), ngx_string("GET"),
        ngx_string("maxmemory-policy")
    };

    if (reply == NULL || link->state != NGX_GLYPH_REDIS_CONNECTING) {
        return;
    }

    /* a user who may not PING may still do what is needed */

    if (reply->type == REDIS_REPLY_ERROR
        && ngx_strncmp(reply->str, "NOPERM", 6) != 0)
    {
        ngx_glyph_redis_lost(link, reply->str);
        return;
    }

    ngx_glyph_redis_set_ready(link);

    (void) ngx_glyph_redis_send(link, 3, args, ngx_glyph_redis_policy_reply,
                                link);
}


static void
ngx_glyph_redis_policy_reply(void *data, redisReply *reply)
{
    ngx_glyph_redis_link_t *link = data;

    static ngx_uint_t  warned;

    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY
        || reply->elements < 2 || reply->element[1]->str == NULL
        || warned
        || ngx_strcmp(reply->element[1]->str, "noeviction") == 0)
    {
        return;
    }

    warned = 1;

    ngx_log_error(NGX_LOG_WARN, link->event.log, 0,
                  "redis has maxmemory-policy \"%s\", so it may forget jobs "
                  "that run; \"noeviction\" is recommended",
                  reply->element[1]->str);
}


static void
ngx_glyph_redis_set_ready(ngx_glyph_redis_link_t *link)
{
    if (link->state == NGX_GLYPH_REDIS_READY) {
        return;
    }

    ngx_log_error((ngx_uint_t) (link->logged ? NGX_LOG_NOTICE : NGX_LOG_INFO),
                  link->event.log, 0, "%s is connected", link->name);

    ngx_glyph_zone_add(NGX_GLYPH_REDIS_CONNECTS, 1);
    ngx_glyph_zone_add(NGX_GLYPH_REDIS_RECONNECTS, link->known);

    link->known = 1;
    link->state = NGX_GLYPH_REDIS_READY;
    link->delay = NGX_GLYPH_REDIS_RETRY_MIN;
    link->logged = 0;
    link->error[0] = '\0';

    ngx_del_timer(&link->timer);

    /* from here on the timer is there for commands only */

    link->timer.cancelable = 0;

    if (link->n) {
        ngx_add_timer(&link->timer, ngx_glyph_redis_conf->timeout);
    }
}


/* Within a callback, hiredis puts the release off until it has returned. */

static void
ngx_glyph_redis_lost(ngx_glyph_redis_link_t *link, const char *error)
{
    redisAsyncContext  *ac;

    ac = link->ac;

    if (ac == NULL) {
        return;
    }

    ngx_glyph_redis_down(link, error);

    redisAsyncFree(ac);
}


static void
ngx_glyph_redis_down(ngx_glyph_redis_link_t *link, const char *error)
{
    if (link->state != NGX_GLYPH_REDIS_READY) {
        ngx_glyph_zone_add(NGX_GLYPH_REDIS_FAILURES, 1);
    }

    link->ac = NULL;
    link->state = NGX_GLYPH_REDIS_DOWN;

    ngx_cpystrn((u_char *) link->error, (u_char *) error,
                sizeof(link->error));

    /* the descriptor is still open: hiredis closes it after this */

    ngx_glyph_event_detach(&link->event, 0);

    if (link->timer.timer_set) {
        ngx_del_timer(&link->timer);
    }

    if (ngx_terminate || ngx_exiting) {
        return;
    }

    if (!link->logged) {
        link->logged = 1;
        ngx_log_error(NGX_LOG_ERR, link->event.log, 0,
                      "%s at \"%V\" is down: %s", link->name,
                      &ngx_glyph_redis_conf->host, link->error);
    }

    ngx_add_timer(&link->retry, link->delay);

    link->delay = ngx_min(link->delay * 2, NGX_GLYPH_REDIS_RETRY_MAX);
}


static void
ngx_glyph_redis_retry_handler(ngx_event_t *ev)
{
    ngx_glyph_redis_connect(ev->data);
}


static void
ngx_glyph_redis_timer_handler(ngx_event_t *ev)
{
    ngx_msec_t                  passed, timeout;
    ngx_queue_t                *q;
    ngx_glyph_redis_link_t     *link;
    ngx_glyph_redis_command_t  *cmd;

    link = ev->data;
    timeout = ngx_glyph_redis_conf->timeout;

    if (link->state != NGX_GLYPH_REDIS_READY) {
        ngx_glyph_redis_lost(link, "no connection within the timeout");
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

    ngx_glyph_redis_lost(link, "no answer within the timeout");
}


static ngx_int_t
ngx_glyph_redis_send(ngx_glyph_redis_link_t *link, ngx_uint_t n,
    ngx_str_t *args, ngx_glyph_redis_reply_pt handler, void *data)
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

    /* it may be refused: a teardown gives NULL replies before it tells us */

    if (redisAsyncCommandArgv(link->ac, ngx_glyph_redis_reply, cmd, n, argv,
                              lens)
        != REDIS_OK)
    {
        ngx_free(cmd);
        return NGX_DECLINED;
    }

    ngx_queue_insert_tail(&link->commands, &cmd->queue);
    link->n++;

    if (!link->timer.timer_set) {
        ngx_add_timer(&link->timer, ngx_glyph_redis_conf->timeout);
    }

    return NGX_OK;
}


static void
ngx_glyph_redis_reply(redisAsyncContext *ac, void *reply, void *data)
{
    void                       *handler_data;
    ngx_glyph_redis_link_t     *link;
    ngx_glyph_redis_reply_pt    handler;
    ngx_glyph_redis_command_t  *cmd;

    cmd = data;
    link = cmd->link;
    handler = cmd->handler;
    handler_data = cmd->data;

    ngx_queue_remove(&cmd->queue);
    link->n--;
    ngx_free(cmd);

    if (link->n == 0 && link->state == NGX_GLYPH_REDIS_READY
        && link->timer.timer_set)
    {
        ngx_del_timer(&link->timer);
    }

    if (handler) {
        handler(handler_data, reply);
    }
}


static void
ngx_glyph_redis_send_subscribe(ngx_glyph_redis_link_t *link,
    ngx_glyph_redis_channel_t *channel)
{
    size_t       lens[2];
    const char  *argv[2];

    argv[0] = "SUBSCRIBE";
    lens[0] = sizeof("SUBSCRIBE") - 1;

    argv[1] = (char *) channel->channel.data;
    lens[1] = channel->channel.len;

    (void) redisAsyncCommandArgv(link->ac, ngx_glyph_redis_message, channel,
                                 2, argv, lens);
}


/* Also called for the answer to SUBSCRIBE, and with NULL at the end. */

static void
ngx_glyph_redis_message(redisAsyncContext *ac, void *reply, void *data)
{
    ngx_glyph_redis_channel_t *channel = data;

    ngx_str_t    message;
    redisReply  *r;

    r = reply;

    if (r == NULL || r->type != REDIS_REPLY_ARRAY || r->elements < 3) {
        return;
    }

    if (ngx_strcmp(r->element[0]->str, "subscribe") == 0) {
        ngx_glyph_redis_set_ready(ac->data);
        return;
    }

    if (ngx_strcmp(r->element[0]->str, "message") == 0) {
        message.data = (u_char *) r->element[2]->str;
        message.len = r->element[2]->len;

        channel->handler(&channel->channel, &message);
    }
}


static void
ngx_glyph_redis_readable(ngx_glyph_event_t *ev)
{
    ngx_glyph_redis_link_t *link = ev->data;

    redisAsyncHandleRead(link->ac);
}


static void
ngx_glyph_redis_writable(ngx_glyph_event_t *ev)
{
    ngx_glyph_redis_link_t *link = ev->data;

    redisAsyncHandleWrite(link->ac);
}


/*
 * Only after worker_shutdown_timeout: the links are never idle, as jobs that
 * a leaving worker still finishes have a state to publish.
 */

static void
ngx_glyph_redis_closing(ngx_glyph_event_t *ev)
{
    ngx_glyph_redis_lost(ev->data, "worker exit");
}


static void
ngx_glyph_redis_add_read(void *data)
{
    ngx_glyph_redis_link_t *link = data;

    (void) ngx_glyph_event_want_read(&link->event, 1);
}


static void
ngx_glyph_redis_del_read(void *data)
{
    ngx_glyph_redis_link_t *link = data;

    (void) ngx_glyph_event_want_read(&link->event, 0);
}


static void
ngx_glyph_redis_add_write(void *data)
{
    ngx_glyph_redis_link_t *link = data;

    (void) ngx_glyph_event_want_write(&link->event, 1);
}


static void
ngx_glyph_redis_del_write(void *data)
{
    ngx_glyph_redis_link_t *link = data;

    (void) ngx_glyph_event_want_write(&link->event, 0);
}


/*
 * When we have ended the connection there is nothing left to do, and the
 * link may not be this connection's any more.
 */

static void
ngx_glyph_redis_cleanup(void *data)
{
    ngx_glyph_redis_link_t *link = data;

    if (link->ac == NULL) {
        return;
    }

    ngx_glyph_redis_down(link, link->ac->err ? link->ac->errstr
                                             : "connection closed");
}
