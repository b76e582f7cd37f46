
/*
 * What a request said about its job; of a job that runs from a file of the
 * spool, what is kept of that there (ngx_glyph_spool_meta.c).
 */


#ifndef _NGX_GLYPH_ASKED_H_INCLUDED_
#define _NGX_GLYPH_ASKED_H_INCLUDED_


#include "ngx_glyph.h"


typedef struct {
    glyph_pipeline_opts_t      opts;
    ngx_str_t                  location;    /* conf->key when it came */
    ngx_str_t                  source_label;
    ngx_str_t                  campaign_id;
    ngx_str_t                  metadata;
    ngx_str_t                  traceparent;
    ngx_str_t                  idempotency_key;
    ngx_str_t                  source;      /* ?path=, below import_root */
    off_t                      source_max;  /* 0: any size */
    ngx_str_t                  columns;     /* ?columns= of a transform */
    ngx_glyph_output_t        *output;      /* NULL: an import */
    ngx_msec_t                 wait;        /* Prefer: wait=N; 0: not at all */

    unsigned                   given_id:1;  /* the client chose it */
    unsigned                   background:1;    /* asked for, or decided */
    unsigned                   represent:1;     /* return=representation */
    unsigned                   show_errors:1;   /* ?errors= of a transform */
} ngx_glyph_asked_t;


#endif /* _NGX_GLYPH_ASKED_H_INCLUDED_ */
