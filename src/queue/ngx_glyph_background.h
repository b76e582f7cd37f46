
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
 * ngx_glyph_job_start(), and so are the return codes.  "source" names a file of
 * this node in the body's place, of so many bytes at most (0: any size), in
 * memory that lives as long as the job; or is empty.
 */
ngx_int_t ngx_glyph_background_start(ngx_glyph_job_t *job, ngx_str_t *source,
    off_t source_max);

/*
 * What tells the job's file from others with the same id, also before there
 * is a file: written as a fingerprint that no file has.  NGX_ERROR: there are
 * no random bytes.
 */
ngx_int_t ngx_glyph_background_claim(ngx_glyph_job_t *job, char *fingerprint);


/* Running (ngx_glyph_runner.c). */

/*
 * A file that was sealed just now: it is run here if there is a free runner
 * and nothing older, or else let go of for others.  If there is a client that
 * waits for the import, it waits here, and so does its file.
 */
void ngx_glyph_runner_offer(ngx_glyph_spool_t *spool,
    ngx_glyph_client_t *client);

/* The client does not wait any more; its file is the caller's, or NULL. */
ngx_glyph_spool_t *ngx_glyph_runner_forget(ngx_glyph_client_t *client);


#endif /* _NGX_GLYPH_BACKGROUND_H_INCLUDED_ */
