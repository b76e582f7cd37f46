
/*
 * Between the choice of files and the jobs of runners, and nobody else's; what
 * others may call is in ngx_glyph_background.h.
 */


#ifndef _NGX_GLYPH_RUNNER_H_INCLUDED_
#define _NGX_GLYPH_RUNNER_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


/*
 * Imports the file, which is adopted, for a client that waits for that, or
 * NULL; "over" is called when it has let go of the file.  NGX_DECLINED: its
 * options are not understood; NGX_ERROR: there is no memory; the file is the
 * caller's then.
 */
ngx_int_t ngx_glyph_runner_run(ngx_glyph_spool_t *spool,
    ngx_glyph_client_t *client, void (*over)(void));


#endif /* _NGX_GLYPH_RUNNER_H_INCLUDED_ */
