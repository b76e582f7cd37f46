
/*
 * The connection for commands, and whether Redis can be used: one state, and
 * one function for all that changes it.
 *
 *   UNKNOWN   the first attempt to connect has not ended
 *   UP        it is connected, and takes what it is sent
 *   UNWELL    it is connected, and refuses: commands that the user may not
 *             use, or for which there is no memory
 *   LOST      it could not be connected, or the connection was lost
 *
 * A job does not depend on any command, so one that is refused is only told
 * of: in the log when that begins, when the reason becomes another one and
 * then once a minute, with how many there were; in health as long as it
 * lasts; and each is counted.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_redis_link.h"
#include "ngx_glyph_redis_sub.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_zone.h"


#define NGX_GLYPH_REDIS_COMPLAIN  60        /* seconds between two lines */

/* for this long a request waits for the first attempt to connect, ms */
#define NGX_GLYPH_REDIS_SETTLE    1000


typedef enum {
    NGX_GLYPH_REDIS_UNKNOWN = 0,
    NGX_GLYPH_REDIS_UP,
    NGX_GLYPH_REDIS_UNWELL,
    NGX_GLYPH_REDIS_LOST
} ngx_glyph_redis_store_e;


typedef struct {
    ngx_glyph_redis_store_e    state;
    const char                *error;       /* why it is UNWELL or LOST */
    ngx_glyph_latch_t          settled;
    void                     (*connected)(void);
    unsigned                   used:1;      /* there is a glyph_redis */
} ngx_glyph_redis_store_t;


typedef struct {
    const char                *command;
    ngx_uint_t                 n;           /* in a row; 0: it is accepted */
    time_t                     complained;
    char                       error[160];
} ngx_glyph_redis_refused_t;


static ngx_int_t ngx_glyph_redis_init(ngx_cycle_t *cycle);
static void ngx_glyph_redis_exit(void);
static void ngx_glyph_redis_handshake(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_ping_reply(void *data, redisReply *reply);
static void ngx_glyph_redis_on_ready(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_on_down(ngx_glyph_redis_link_t *link);
static void ngx_glyph_redis_policy_reply(void *data, redisReply *reply);
static void ngx_glyph_redis_on_answer(ngx_glyph_redis_link_t *link,
    const char *command, u_char *job, redisReply *reply);
static void ngx_glyph_redis_set(ngx_glyph_redis_store_e state,
    const char *error);
static void ngx_glyph_redis_refused(ngx_glyph_redis_link_t *link,
    ngx_glyph_redis_refused_t *r, u_char *job, const char *error);
static const char *ngx_glyph_redis_refusal(void);


const ngx_glyph_part_t  ngx_glyph_redis_part = {
    ngx_glyph_redis_init,
    ngx_glyph_redis_exit,
    NULL,
    1
};


static ngx_glyph_redis_link_t   ngx_glyph_redis_link;
static ngx_glyph_redis_store_t  ngx_glyph_redis_store;

static ngx_glyph_redis_refused_t  ngx_glyph_redis_refusals[] = {
    { "HSET", 0, 0, "" },
    { "EXPIRE", 0, 0, "" },
    { "PUBLISH", 0, 0, "" },
    { "HMGET", 0, 0, "" },
    { NULL, 0, 0, "" }
};

static const char *const  ngx_glyph_redis_states[] = {
    "connecting", "connected", "connected", "down"
};


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

    ngx_glyph_redis_store.used = 1;
    ngx_glyph_redis_store.error = "";

    ngx_glyph_latch_init(&ngx_glyph_redis_store.settled, cycle->log,
                         NGX_GLYPH_REDIS_SETTLE);

    link->name = "redis";
    link->conf = conf;
    link->way = conf->master.len ? &ngx_glyph_redis_sentinels : NULL;
    link->handshake = ngx_glyph_redis_handshake;
    link->ready = ngx_glyph_redis_on_ready;
    link->down = ngx_glyph_redis_on_down;
    link->answered = ngx_glyph_redis_on_answer;

    ngx_glyph_redis_link_init(link, cycle->log);
    ngx_glyph_redis_link_connect(link);

    return NGX_OK;
}


static void
ngx_glyph_redis_exit(void)
{
    if (ngx_glyph_redis_link.conf) {
        ngx_glyph_redis_link_lost(&ngx_glyph_redis_link, "worker exit");
    }
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
    ngx_glyph_redis_refused_t  *r;

    static ngx_str_t  args[] = {
        ngx_string("CONFIG"), ngx_string("GET"),
        ngx_string("maxmemory-policy")
    };

    (void) ngx_glyph_redis_link_send(link, NULL, 3, args,
                                     ngx_glyph_redis_policy_reply, link);

    if (link->way) {
        ngx_glyph_redis_sub_follow(link->address);
    }

    /* nothing was refused on a new connection yet */

    for (r = ngx_glyph_redis_refusals; r->command; r++) {
        r->n = 0;
    }

    ngx_glyph_redis_set(NGX_GLYPH_REDIS_UP, "");
}


static void
ngx_glyph_redis_on_down(ngx_glyph_redis_link_t *link)
{
    ngx_glyph_redis_set(NGX_GLYPH_REDIS_LOST, link->error);
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


void
ngx_glyph_redis_observe(void (*connected)(void))
{
    ngx_glyph_redis_store.connected = connected;
}


static void
ngx_glyph_redis_on_answer(ngx_glyph_redis_link_t *link, const char *command,
    u_char *job, redisReply *reply)
{
    const char                 *error;
    ngx_glyph_redis_refused_t  *r;

    for (r = ngx_glyph_redis_refusals; r->command; r++) {
        if (ngx_strcmp(r->command, command) == 0) {
            break;
        }
    }

    if (r->command == NULL) {
        return;
    }

    if (reply->type == REDIS_REPLY_ERROR) {
        ngx_glyph_zone_add(NGX_GLYPH_REDIS_ERRORS, 1);
        ngx_glyph_redis_refused(link, r, job, reply->str);

    } else if (r->n) {
        ngx_log_error(NGX_LOG_NOTICE, link->event.log, 0,
                      "redis at \"%s\" accepts %s again, refused were %ui",
                      link->address, command, r->n);
        r->n = 0;

    }

    /* a late word of a connection that was lost says nothing */

    if (!ngx_glyph_redis_ready()) {
        return;
    }

    error = ngx_glyph_redis_refusal();

    ngx_glyph_redis_set(error ? NGX_GLYPH_REDIS_UNWELL : NGX_GLYPH_REDIS_UP,
                        error ? error : "");
}


static void
ngx_glyph_redis_refused(ngx_glyph_redis_link_t *link,
    ngx_glyph_redis_refused_t *r, u_char *job, const char *error)
{
    char    text[sizeof(r->error)];
    size_t  code;

    error = ngx_glyph_log_string(text, sizeof(text), error, "");

    r->n++;

    /* "NOPERM …", "OOM …": what follows may differ each time */

    code = strcspn(error, " ");

    if (r->n > 1
        && ngx_strncmp(r->error, error, code) == 0
        && ngx_time() - r->complained < NGX_GLYPH_REDIS_COMPLAIN)
    {
        return;
    }

    r->complained = ngx_time();
    (void) ngx_glyph_log_string(r->error, sizeof(r->error), error, "");

    ngx_log_error(NGX_LOG_ERR, link->event.log, 0,
                  "redis at \"%s\" refuses %s, %ui so far: %s, job: %*s",
                  link->address, r->command, r->n, r->error,
                  (size_t) NGX_GLYPH_UUID_TEXT_LEN, job);
}


/* What is refused, with why; NULL: nothing. */

static const char *
ngx_glyph_redis_refusal(void)
{
    ngx_glyph_redis_refused_t  *r;

    for (r = ngx_glyph_redis_refusals; r->command; r++) {
        if (r->n) {
            return r->error;
        }
    }

    return NULL;
}


/*
 * All transitions.  The text of an error is its owner's: the connection's, or
 * a refusal's.
 */

static void
ngx_glyph_redis_set(ngx_glyph_redis_store_e state, const char *error)
{
    ngx_uint_t                before;
    ngx_glyph_redis_store_t  *st;

    st = &ngx_glyph_redis_store;

    st->error = error;

    if (state == st->state) {
        return;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                   "glyph redis state: %ui to %ui",
                   (ngx_uint_t) st->state, (ngx_uint_t) state);

    before = ngx_glyph_redis_ready();
    st->state = state;

    ngx_glyph_latch_open(&st->settled);

    if (!before && state == NGX_GLYPH_REDIS_UP && st->connected) {

        /* it may have lost what it knew */

        st->connected();
    }
}


ngx_uint_t
ngx_glyph_redis_ready(void)
{
    return ngx_glyph_redis_store.state == NGX_GLYPH_REDIS_UP
           || ngx_glyph_redis_store.state == NGX_GLYPH_REDIS_UNWELL;
}


ngx_uint_t
ngx_glyph_redis_is_well(void)
{
    return !ngx_glyph_redis_store.used
           || ngx_glyph_redis_store.state == NGX_GLYPH_REDIS_UP;
}


ngx_glyph_latch_t *
ngx_glyph_redis_latch(void)
{
    return &ngx_glyph_redis_store.settled;
}


const char *
ngx_glyph_redis_state(const char **error)
{
    ngx_glyph_redis_store_t  *st;

    st = &ngx_glyph_redis_store;

    if (error) {
        *error = st->error;
    }

    return st->used ? ngx_glyph_redis_states[st->state] : "off";
}
