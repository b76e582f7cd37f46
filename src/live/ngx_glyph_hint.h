
/*
 * What Redis says of a job that runs elsewhere: a hint, and never more.  It is
 * taken for one only if it is
 *
 *   small      a document has at most 16 KB, and one answer of Redis 256 KB
 *              (ngx_glyph_redis_reply.c)
 *   ours       a document as ngx_glyph_job_json() writes it, of this id, this
 *              tenant and this state, without a control character
 *   of now     at most 2 s old, and from no future but one that clocks which
 *              differ explain, 1 s
 *   agreed to  Postgres has said within 2 s that the job goes on, or that it
 *              does not know it yet; or it could not be asked: that is looked
 *              at where jobs are found (ngx_glyph_locate.c)
 *
 * Whatever else is in Redis is as if it were not there.
 */


#ifndef _NGX_GLYPH_HINT_H_INCLUDED_
#define _NGX_GLYPH_HINT_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_redis.h"


/* what is said of a job is believed for so long, ms */
#define NGX_GLYPH_HINT_FRESH  2000


typedef struct {
    ngx_str_t                  doc;         /* the reply's */
    ngx_glyph_job_state_e      state;
} ngx_glyph_hint_t;


/*
 * Asks Redis of the job with this id, a text; as ngx_glyph_redis_command(),
 * with a reply that is for _read() alone.
 */
ngx_int_t ngx_glyph_hint_ask(u_char *id, ngx_glyph_redis_reply_pt handler,
    void *data);

/*
 * NGX_OK: the job runs.  NGX_DONE: it has ended, which only Postgres can tell;
 * a hint for where that cannot be asked.  NGX_DECLINED: there is nothing, or
 * nothing to be believed.  NGX_ERROR: Redis has not answered.
 */
ngx_int_t ngx_glyph_hint_read(ngx_glyph_hint_t *hint, redisReply *reply,
    u_char *id, ngx_str_t *tenant);


#endif /* _NGX_GLYPH_HINT_H_INCLUDED_ */
