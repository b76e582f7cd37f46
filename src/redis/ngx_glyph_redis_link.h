
/*
 * One connection to Redis: hiredis in nginx's event loop, with the way there
 * (a Sentinel's answer, a look-up), AUTH, a time limit for every command, and
 * a new attempt after a loss, 100 ms to 5 s later.
 *
 *   state       what is under way            leaves it by
 *   DOWN        nothing, or the retry timer  _connect()
 *   RESOLVING   a look-up in the io pool     its completion
 *   CONNECTING  connect(), the handshake     _set_ready(), or _lost()
 *   READY       commands                     _lost()
 *
 * With Sentinels, RESOLVING and CONNECTING are passed twice: first "asking",
 * to a Sentinel, which says where the master is.
 *
 * However a connection ends, "down" is called once, before its commands have
 * their NULL replies or after them: hiredis does it in either order.
 */


#ifndef _NGX_GLYPH_REDIS_LINK_H_INCLUDED_
#define _NGX_GLYPH_REDIS_LINK_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_event.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_resolve.h"

#include <hiredis/async.h>


typedef enum {
    NGX_GLYPH_REDIS_DOWN = 0,
    NGX_GLYPH_REDIS_RESOLVING,
    NGX_GLYPH_REDIS_CONNECTING,
    NGX_GLYPH_REDIS_READY
} ngx_glyph_redis_state_e;


typedef struct ngx_glyph_redis_link_s  ngx_glyph_redis_link_t;


/* How the master is found, where it is not the address that was given. */

typedef struct {
    /* whom to ask now */
    ngx_glyph_redis_addr_t  *(*next)(ngx_glyph_redis_link_t *link);

    /* connected to that: ends in _link_redirect() or _link_lost() */
    void                     (*ask)(ngx_glyph_redis_link_t *link);

    /* connected to what it has named: is it a master? */
    void                     (*verify)(ngx_glyph_redis_link_t *link);

    /* the connection failed; whether another is to be asked at once */
    ngx_uint_t               (*failed)(ngx_glyph_redis_link_t *link);
} ngx_glyph_redis_way_t;


struct ngx_glyph_redis_link_s {
    /* set by the owner, all else zero */
    const char                *name;        /* for the log */
    ngx_glyph_redis_conf_t    *conf;
    const ngx_glyph_redis_way_t  *way;      /* NULL: the first address */
    void                     (*handshake)(ngx_glyph_redis_link_t *link);
                                            /* AUTH was sent: send what tells
                                               whether Redis can be used */
    void                     (*ready)(ngx_glyph_redis_link_t *link);
    void                     (*down)(ngx_glyph_redis_link_t *link);
    void                     (*answered)(ngx_glyph_redis_link_t *link,
                                         const char *command, u_char *job,
                                         redisReply *reply);
                                            /* a job's command, maybe by an
                                               error; NULL: it sends none */

    /* read by the owner */
    ngx_glyph_redis_state_e    state;
    redisAsyncContext         *ac;          /* CONNECTING, READY */
    char                       error[160];
    char                       address[NGX_MAXHOSTNAMELEN + 8];

    /* private */
    ngx_glyph_event_t          event;
    ngx_queue_t                commands;    /* in flight, oldest first */
    ngx_uint_t                 n;
    ngx_event_t                timer;       /* of the connect, or of the
                                               oldest command */
    ngx_event_t                retry;
    ngx_msec_t                 delay;
    ngx_uint_t                 attempts;
    ngx_glyph_resolve_t        resolve;
    size_t                     reply_size;  /* of the newest answer so far */
    const char                *reply_error; /* NULL: it may go on */
    in_port_t                  port;

    /* with Sentinels: which one is next, how many have failed in a row */
    ngx_uint_t                 sentinel;
    ngx_uint_t                 failed;
    u_char                     master[NGX_MAXHOSTNAMELEN];

    unsigned                   asking:1;
    unsigned                   logged:1;    /* that it is down */
    unsigned                   up:1;        /* the last attempt worked */
    unsigned                   known:1;     /* some attempt has */
};


void ngx_glyph_redis_link_init(ngx_glyph_redis_link_t *link, ngx_log_t *log);

/* The first attempt; later ones are made by themselves. */
void ngx_glyph_redis_link_connect(ngx_glyph_redis_link_t *link);

/*
 * One command in the state CONNECTING or READY; see
 * ngx_glyph_redis_command().  With "job" NULL it is the connection's own, and
 * its handler sees to an error.
 */
ngx_int_t ngx_glyph_redis_link_send(ngx_glyph_redis_link_t *link,
    u_char *job, ngx_uint_t n, ngx_str_t *args,
    ngx_glyph_redis_reply_pt handler, void *data);

/* The handshake has shown that Redis can be used.  Idempotent. */
void ngx_glyph_redis_link_set_ready(ngx_glyph_redis_link_t *link);

/* Ends the connection, if there is one; a new one is tried. */
void ngx_glyph_redis_link_lost(ngx_glyph_redis_link_t *link,
    const char *error);

/* Ends it without a new attempt being due: from here on, host and port. */
void ngx_glyph_redis_link_redirect(ngx_glyph_redis_link_t *link,
    ngx_str_t *host, in_port_t port);

/* A handler for commands of which only an error reply matters: the loss. */
void ngx_glyph_redis_link_reply_ok(void *data, redisReply *reply);


/* ngx_glyph_redis_reply.c */

/* Bounds the answers of a new connection, and refuses those to nothing. */
void ngx_glyph_redis_reply_init(ngx_glyph_redis_link_t *link,
    redisReader *reader);

/* What is wrong with the newest answer as far as it has come, or NULL. */
const char *ngx_glyph_redis_reply_error(ngx_glyph_redis_link_t *link);


/* ngx_glyph_redis_sentinel.c */

extern const ngx_glyph_redis_way_t  ngx_glyph_redis_sentinels;


#endif /* _NGX_GLYPH_REDIS_LINK_H_INCLUDED_ */
