
/*
 * What a request said of its job, as far as the job needs it; of one that runs
 * from a file of the spool, what is kept of that there.
 */


#ifndef _NGX_GLYPH_ASKED_H_INCLUDED_
#define _NGX_GLYPH_ASKED_H_INCLUDED_


#include "ngx_glyph.h"


typedef struct {
    ngx_pool_t                *pool;        /* the job's: all texts are its */
    ngx_glyph_loc_conf_t      *conf;        /* where it came */

    glyph_pipeline_opts_t      opts;
    ngx_str_t                  source_label;
    ngx_str_t                  campaign_id;
    ngx_str_t                  metadata;
    ngx_str_t                  traceparent;

    unsigned                   named:1;     /* the client knows its id, or has
                                               a key for it */
} ngx_glyph_asked_t;


/* What a Job document says of it. */

typedef struct {
    ngx_str_t                  filename;    /* empty: not known */
    ngx_str_t                  source_label;
    ngx_str_t                  campaign_id;
} ngx_glyph_job_labels_t;


/* Between the job and its file (ngx_glyph_spool_meta.c). */

ngx_int_t ngx_glyph_spool_meta_write(ngx_glyph_asked_t *asked,
    ngx_str_t *tenant, glyph_buf_t *b);

/* Only what decides the rows: the same request again gives the same bytes. */
ngx_int_t ngx_glyph_spool_meta_options(ngx_glyph_asked_t *asked,
    glyph_buf_t *b);

/*
 * Its place, asked->conf, may have gone with a reload: then another one's.
 * NGX_DECLINED: the file is not understood; NGX_ERROR: out of memory.
 */
ngx_int_t ngx_glyph_spool_meta_read(ngx_glyph_asked_t *asked,
    ngx_str_t *tenant, glyph_buf_t *b, ngx_log_t *log);

/* Only the tenant, who may know of the job, and what its document says. */
ngx_int_t ngx_glyph_spool_meta_labels(glyph_buf_t *b, ngx_str_t *tenant,
    ngx_glyph_job_labels_t *labels);


#endif /* _NGX_GLYPH_ASKED_H_INCLUDED_ */
