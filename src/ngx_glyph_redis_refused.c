
/*
 * What Redis refuses, though it is connected: commands that the user may not
 * use, or for which there is no memory.  A job does not depend on any, so one
 * that is refused is only told of: in the log when that begins, when the
 * reason becomes another one and then once a minute, with how many there
 * were; in health as long as it lasts; and each is counted.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_redis_link.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_zone.h"


#define NGX_GLYPH_REDIS_COMPLAIN  60        /* seconds between two lines */


typedef struct {
    const char                *command;
    ngx_uint_t                 n;           /* in a row; 0: it is accepted */
    time_t                     complained;
    char                       error[160];
} ngx_glyph_redis_refused_t;


static void ngx_glyph_redis_refused_error(ngx_glyph_redis_link_t *link,
    ngx_glyph_redis_refused_t *r, u_char *job, const char *error);


static ngx_glyph_redis_refused_t  ngx_glyph_redis_refusals[] = {
    { "HSET", 0, 0, "" },
    { "EXPIRE", 0, 0, "" },
    { "PUBLISH", 0, 0, "" },
    { "HMGET", 0, 0, "" },
    { NULL, 0, 0, "" }
};


void
ngx_glyph_redis_refused(ngx_glyph_redis_link_t *link, const char *command,
    u_char *job, redisReply *reply)
{
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
        ngx_glyph_redis_refused_error(link, r, job, reply->str);
        return;
    }

    if (r->n) {
        ngx_log_error(NGX_LOG_NOTICE, link->event.log, 0,
                      "redis at \"%s\" accepts %s again, refused were %ui",
                      link->address, command, r->n);
        r->n = 0;
    }
}


static void
ngx_glyph_redis_refused_error(ngx_glyph_redis_link_t *link,
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


void
ngx_glyph_redis_refused_none(void)
{
    ngx_glyph_redis_refused_t  *r;

    for (r = ngx_glyph_redis_refusals; r->command; r++) {
        r->n = 0;
    }
}


const char *
ngx_glyph_redis_refusal(void)
{
    ngx_glyph_redis_refused_t  *r;

    for (r = ngx_glyph_redis_refusals; r->command; r++) {
        if (r->n) {
            return r->error;
        }
    }

    return "";
}
