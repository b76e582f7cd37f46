
#include "ngx_glyph.h"
#include "ngx_glyph_observer.h"


#define NGX_GLYPH_OBSERVERS  4


static const ngx_glyph_observer_t  *ngx_glyph_observers[NGX_GLYPH_OBSERVERS];


void
ngx_glyph_observe(const ngx_glyph_observer_t *observer)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_OBSERVERS; i++) {

        if (ngx_glyph_observers[i] == observer) {
            return;
        }

        if (ngx_glyph_observers[i] == NULL) {
            ngx_glyph_observers[i] = observer;
            return;
        }
    }

    ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                  "too many look at jobs");
}


void
ngx_glyph_observers_computed(ngx_glyph_job_t *job,
    const glyph_totals_t *before, const glyph_totals_t *after)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_OBSERVERS && ngx_glyph_observers[i]; i++) {
        if (ngx_glyph_observers[i]->computed) {
            ngx_glyph_observers[i]->computed(job, before, after);
        }
    }
}


void
ngx_glyph_observers_tell(ngx_glyph_job_t *job, ngx_glyph_observed_e what)
{
    ngx_uint_t                    i;
    const ngx_glyph_observer_t   *o;
    ngx_glyph_observer_told_pt    told;

    for (i = 0; i < NGX_GLYPH_OBSERVERS && ngx_glyph_observers[i]; i++) {
        o = ngx_glyph_observers[i];

        told = (what == NGX_GLYPH_OBSERVED_CHANGED) ? o->changed
               : (what == NGX_GLYPH_OBSERVED_ALIVE) ? o->alive
               : (what == NGX_GLYPH_OBSERVED_ENDED) ? o->ended
               : o->left;

        if (told) {
            told(job);
        }
    }
}
