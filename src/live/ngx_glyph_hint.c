
#include "ngx_glyph.h"
#include "ngx_glyph_hint.h"
#include "ngx_glyph_str.h"


/* how much later than ours the clock of another node may be, ms */
#define NGX_GLYPH_HINT_SKEW      1000

#define NGX_GLYPH_HINT_MAX       16384      /* bytes of a document */

#define NGX_GLYPH_HINT_COMPLAIN  60         /* seconds between two lines */


static const char *ngx_glyph_hint_check(ngx_glyph_hint_t *hint,
    redisReply **e, u_char *id);
static ngx_int_t ngx_glyph_hint_state(redisReply *e);
static int64_t ngx_glyph_hint_age(redisReply *e);
static void ngx_glyph_hint_complain(u_char *id, const char *what);


ngx_int_t
ngx_glyph_hint_ask(u_char *id, ngx_glyph_redis_reply_pt handler, void *data)
{
    ngx_str_t  args[6];
    u_char     key[sizeof("glyph:job:") + NGX_GLYPH_UUID_TEXT_LEN];

    ngx_str_set(&args[0], "HMGET");
    args[1].data = key;
    args[1].len = ngx_sprintf(key, "glyph:job:%s", id) - key;
    ngx_str_set(&args[2], "tenant");
    ngx_str_set(&args[3], "state");
    ngx_str_set(&args[4], "updated");
    ngx_str_set(&args[5], "job");

    return ngx_glyph_redis_command(id, 6, args, handler, data);
}


ngx_int_t
ngx_glyph_hint_read(ngx_glyph_hint_t *hint, redisReply *reply, u_char *id,
    ngx_str_t *tenant)
{
    ngx_str_t     other;
    ngx_uint_t    i;
    const char   *wrong;
    redisReply  **e;

    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY
        || reply->elements != 4)
    {
        return NGX_ERROR;
    }

    e = reply->element;

    for (i = 0; i < 4; i++) {
        if (e[i]->type != REDIS_REPLY_STRING) {
            return NGX_DECLINED;
        }
    }

    other.data = (u_char *) e[0]->str;
    other.len = e[0]->len;

    if (!ngx_glyph_tenant_equal(&other, tenant)) {
        return NGX_DECLINED;
    }

    wrong = ngx_glyph_hint_check(hint, e, id);

    if (wrong) {
        ngx_glyph_hint_complain(id, wrong);
        return NGX_DECLINED;
    }

    if (ngx_glyph_job_is_final(hint->state)) {
        return NGX_DONE;
    }

    return (ngx_glyph_hint_age(e[2]) <= NGX_GLYPH_HINT_FRESH)
           ? NGX_OK : NGX_DECLINED;
}


/* What is wrong with it, or NULL. */

static const char *
ngx_glyph_hint_check(ngx_glyph_hint_t *hint, redisReply **e, u_char *id)
{
    ngx_int_t  state;

    state = ngx_glyph_hint_state(e[1]);

    if (state == NGX_ERROR) {
        return "the state is none";
    }

    if (ngx_glyph_hint_age(e[2]) < -NGX_GLYPH_HINT_SKEW) {
        return "it is of the future";
    }

    hint->state = (ngx_glyph_job_state_e) state;
    hint->doc.data = (u_char *) e[3]->str;
    hint->doc.len = e[3]->len;

    if (hint->doc.len > NGX_GLYPH_HINT_MAX) {
        return "the document is too long";
    }

    if (!ngx_glyph_job_json_is(&hint->doc, id, hint->state)) {
        return "the document is not this job's";
    }

    return NULL;
}


static ngx_int_t
ngx_glyph_hint_state(redisReply *e)
{
    ngx_int_t  state;

    state = ngx_glyph_job_state_parse(e->str);

    return (state != NGX_ERROR
            && (size_t) e->len == ngx_strlen(ngx_glyph_job_state_name(
                                      (ngx_glyph_job_state_e) state)))
           ? state : NGX_ERROR;
}


/* In ms; negative: it is still to come, as what is no time at all is. */

static int64_t
ngx_glyph_hint_age(redisReply *e)
{
    off_t        updated;
    ngx_time_t  *tp;

    updated = ngx_atoof((u_char *) e->str, e->len);

    if (updated == (off_t) NGX_ERROR) {
        return -NGX_MAX_INT_T_VALUE;
    }

    tp = ngx_timeofday();

    return (int64_t) tp->sec * 1000 + (int64_t) tp->msec - (int64_t) updated;
}


static void
ngx_glyph_hint_complain(u_char *id, const char *what)
{
    static time_t  complained;

    if (complained && ngx_time() - complained < NGX_GLYPH_HINT_COMPLAIN) {
        return;
    }

    complained = ngx_time();

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "redis has at \"glyph:job:%s\" what is not believed: %s",
                  id, what);
}
