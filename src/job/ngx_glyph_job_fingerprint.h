
#ifndef _NGX_GLYPH_JOB_FINGERPRINT_H_INCLUDED_
#define _NGX_GLYPH_JOB_FINGERPRINT_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_asked.h"
#include "ngx_glyph_spool.h"


/*
 * What Postgres keeps of the rules that decide a file's rows, as a digest,
 * and of the upload, so that another with the same id is told from it; with a
 * NUL behind it.
 */

#define NGX_GLYPH_FINGERPRINT_LEN  48

void ngx_glyph_job_fingerprint(ngx_glyph_asked_t *asked,
    ngx_glyph_spool_t *spool, char *text);


#endif /* _NGX_GLYPH_JOB_FINGERPRINT_H_INCLUDED_ */
