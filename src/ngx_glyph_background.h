
/*
 * Background imports: a body goes to the spool first, is acknowledged when
 * it is on the disk, and imported from there by a runner, of this worker or
 * another, now or after a restart.
 */


#ifndef _NGX_GLYPH_BACKGROUND_H_INCLUDED_
#define _NGX_GLYPH_BACKGROUND_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_spool.h"


extern const ngx_glyph_part_t  ngx_glyph_runner_part;


/*
 * Receiving (ngx_glyph_background.c).
 *
 * A job that goes to the spool instead of the pipeline; the rest is as with
 * ngx_glyph_job_start(), and so are the return codes.
 */
ngx_int_t ngx_glyph_background_start(ngx_glyph_job_t *job);

/*
 * What tells the job's file from others with the same id, also before there
 * is a file: written as a fingerprint that no file has.  NGX_ERROR: there are
 * no random bytes.
 */
ngx_int_t ngx_glyph_background_claim(ngx_glyph_job_t *job, char *fingerprint);

/* From the job: the next step, if none is under way. */
void ngx_glyph_background_run(ngx_glyph_job_t *job);


/* Running (ngx_glyph_runner.c). */

/*
 * A file that was sealed just now: it is run here if there is a free runner
 * and nothing older, or else let go of for others.  ctx is the request that
 * waits for the import, or NULL; its file waits here.
 */
void ngx_glyph_runner_offer(ngx_glyph_spool_t *spool, ngx_glyph_ctx_t *ctx);

/* The request does not wait any more. */
void ngx_glyph_runner_forget(ngx_glyph_ctx_t *ctx);

/*
 * From the job: there may be room for more of the file; whether the job may
 * write to Postgres yet; and that it is over.
 */
void ngx_glyph_runner_feed(ngx_glyph_job_t *job);
ngx_uint_t ngx_glyph_runner_started(ngx_glyph_job_t *job);
void ngx_glyph_runner_over(ngx_glyph_job_t *job, ngx_uint_t final);

/* The worker ends: NGX_OK if the job was let go of, so that it is no more. */
ngx_int_t ngx_glyph_runner_leave(ngx_glyph_job_t *job);

/* That its run makes no progress is the store's fault, and not the file's. */
void ngx_glyph_runner_blameless(ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_BACKGROUND_H_INCLUDED_ */
