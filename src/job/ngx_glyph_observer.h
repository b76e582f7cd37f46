
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


/* NULL: of no interest */

typedef struct {
    /* a task is back: its totals have grown from "before" to "after" */
    void                     (*computed)(ngx_glyph_job_t *job,
                                         const glyph_totals_t *before,
                                         const glyph_totals_t *after);

    void                     (*changed)(ngx_glyph_job_t *job);

    /* every second; nothing need have changed */
    void                     (*alive)(ngx_glyph_job_t *job);

    /* it has its final state */
    void                     (*ended)(ngx_glyph_job_t *job);

    /* it leaves the list, or is about to be freed; also again */
    void                     (*left)(ngx_glyph_job_t *job);
} ngx_glyph_observer_t;


/* At worker start; also again. */
void ngx_glyph_observe(const ngx_glyph_observer_t *observer);


/* From the job, and who takes its steps. */

void ngx_glyph_observers_computed(ngx_glyph_job_t *job,
    const glyph_totals_t *before, const glyph_totals_t *after);
void ngx_glyph_observers_changed(ngx_glyph_job_t *job);
void ngx_glyph_observers_alive(ngx_glyph_job_t *job);
void ngx_glyph_observers_ended(ngx_glyph_job_t *job);
void ngx_glyph_observers_left(ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_OBSERVER_H_INCLUDED_ */
