
/*
 * Those who look at jobs: their state in Redis and for streams, the metrics.
 * A job tells each of them what has become of it, and knows none.
 *
 * They are asked in the order in which they have registered, and must not end
 * or change a job.
 */


#ifndef _NGX_GLYPH_OBSERVER_H_INCLUDED_
#define _NGX_GLYPH_OBSERVER_H_INCLUDED_


#include "ngx_glyph.h"


typedef enum {
    NGX_GLYPH_OBSERVED_CHANGED = 0,
    NGX_GLYPH_OBSERVED_ALIVE,
    NGX_GLYPH_OBSERVED_ENDED,
    NGX_GLYPH_OBSERVED_LEFT
} ngx_glyph_observed_e;

typedef void (*ngx_glyph_observer_told_pt)(ngx_glyph_job_t *job);


/* NULL: of no interest */

typedef struct {
    /* a task is back: its totals have grown from "before" to "after" */
    void                     (*computed)(ngx_glyph_job_t *job,
                                         const glyph_totals_t *before,
                                         const glyph_totals_t *after);

    ngx_glyph_observer_told_pt  changed;

    /* every second; nothing need have changed */
    ngx_glyph_observer_told_pt  alive;

    /* it has its final state */
    ngx_glyph_observer_told_pt  ended;

    /* it leaves the list, or is about to be freed; also again */
    ngx_glyph_observer_told_pt  left;
} ngx_glyph_observer_t;


/* At worker start; also again. */
void ngx_glyph_observe(const ngx_glyph_observer_t *observer);


/* From the job, and who takes its steps. */

void ngx_glyph_observers_computed(ngx_glyph_job_t *job,
    const glyph_totals_t *before, const glyph_totals_t *after);
void ngx_glyph_observers_tell(ngx_glyph_job_t *job,
    ngx_glyph_observed_e what);


#endif /* _NGX_GLYPH_OBSERVER_H_INCLUDED_ */
