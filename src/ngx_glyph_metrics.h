
/*
 * What the rest of the module tells the metrics; see ngx_glyph_zone.h for the
 * places that count by themselves.
 */


#ifndef _NGX_GLYPH_METRICS_H_INCLUDED_
#define _NGX_GLYPH_METRICS_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


extern const ngx_glyph_part_t  ngx_glyph_metrics_part;

/* A job's totals have grown, by a task. */
void ngx_glyph_metrics_totals(const glyph_totals_t *before,
    const glyph_totals_t *after);

/* A job has its final state. */
void ngx_glyph_metrics_job(ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_METRICS_H_INCLUDED_ */
