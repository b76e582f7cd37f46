
#include "ngx_glyph.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_state.h"


/* at most this often for one job, ms; the first time after as long */
#define NGX_GLYPH_STATE_INTERVAL  100


static void ngx_glyph_state_control(ngx_str_t *channel, ngx_str_t *message);


static ngx_str_t  ngx_glyph_control = ngx_string("glyph:control");


ngx_int_t
ngx_glyph_state_init(ngx_cycle_t *cycle)
{
    return ngx_glyph_redis_subscribe(&ngx_glyph_control,
                                     ngx_glyph_state_control);
}


void
ngx_glyph_state_publish(ngx_glyph_job_t *job)
{
    u_char       *p;
    ngx_str_t     args[16], doc;
    ngx_time_t   *tp;
    ngx_uint_t    n;
    glyph_buf_t   b;
    u_char        key[sizeof("glyph:events:") + NGX_GLYPH_UUID_TEXT_LEN];
    u_char        seq[NGX_INT_T_LEN], now[NGX_INT64_LEN], ttl[NGX_TIME_T_LEN];

    if (!ngx_glyph_redis_ready() || job->output) {
        return;
    }

    if (!ngx_glyph_job_is_final(job->state)
        && ngx_current_msec - (job->published ? job->published
                                              : job->started)
           < NGX_GLYPH_STATE_INTERVAL)
    {
        return;
    }

    job->published = ngx_current_msec;
    job->sequence++;

    ngx_memzero(&b, sizeof(glyph_buf_t));
    ngx_glyph_job_json(job, &b);

    if (b.failed) {
        glyph_buf_free(&b);
        return;
    }

    doc.data = b.data;
    doc.len = b.len;

    tp = ngx_timeofday();
    n = 0;

    ngx_str_set(&args[n], "HSET"); n++;
    args[n].data = key;
    args[n].len = ngx_sprintf(key, "glyph:job:%s", job->text) - key; n++;

    ngx_str_set(&args[n], "job_id"); n++;
    args[n].data = job->text;
    args[n].len = NGX_GLYPH_UUID_TEXT_LEN; n++;

    ngx_str_set(&args[n], "tenant"); n++;
    args[n] = job->tenant; n++;

    ngx_str_set(&args[n], "state"); n++;
    args[n].data = (u_char *) ngx_glyph_job_state_name(job->state);
    args[n].len = ngx_strlen(args[n].data); n++;

    ngx_str_set(&args[n], "seq"); n++;
    args[n].data = seq;
    args[n].len = ngx_sprintf(seq, "%ui", job->sequence) - seq; n++;

    ngx_str_set(&args[n], "updated"); n++;
    args[n].data = now;
    args[n].len = ngx_sprintf(now, "%uL", (uint64_t) tp->sec * 1000
                                          + tp->msec)
                  - now; n++;

    ngx_str_set(&args[n], "job"); n++;
    args[n] = doc; n++;

    (void) ngx_glyph_redis_command(n, args, NULL, NULL);

    ngx_str_set(&args[0], "EXPIRE");
    args[2].data = ttl;
    args[2].len = ngx_sprintf(ttl, "%T", job->conf->job_ttl) - ttl;

    (void) ngx_glyph_redis_command(3, args, NULL, NULL);

    p = ngx_sprintf(key, "glyph:events:%s", job->text);

    ngx_str_set(&args[0], "PUBLISH");
    args[1].len = p - key;
    args[2] = doc;

    (void) ngx_glyph_redis_command(3, args, NULL, NULL);

    glyph_buf_free(&b);
}


void
ngx_glyph_state_cancel(ngx_str_t *id)
{
    ngx_str_t  args[3];

    ngx_str_set(&args[0], "PUBLISH");
    args[1] = ngx_glyph_control;
    args[2] = *id;

    (void) ngx_glyph_redis_command(3, args, NULL, NULL);
}


/*
 * A hint that Postgres has cancelled a job.  If it is ours, and not in the
 * middle of its end, it need not wait for its next batch to find out.  What
 * it really is, the fence tells when its end is written.
 */

static void
ngx_glyph_state_control(ngx_str_t *channel, ngx_str_t *message)
{
    ngx_glyph_job_t   *job;
    ngx_glyph_uuid_t   id;

    if (ngx_glyph_uuid_parse(&id, message->data, message->len) != NGX_OK) {
        return;
    }

    job = ngx_glyph_job_find(&id);

    if (job) {
        ngx_glyph_job_abort(job, NGX_GLYPH_JOB_FAILED, NGX_HTTP_CONFLICT,
                            "cancelled", "the import was cancelled");
    }
}
