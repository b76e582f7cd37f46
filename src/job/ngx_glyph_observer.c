
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
ngx_glyph_observers_changed(ngx_glyph_job_t *job)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_OBSERVERS && ngx_glyph_observers[i]; i++) {
        if (ngx_glyph_observers[i]->changed) {
            ngx_glyph_observers[i]->changed(job);
        }
    }
}


void
ngx_glyph_observers_alive(ngx_glyph_job_t *job)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_OBSERVERS && ngx_glyph_observers[i]; i++) {
        if (ngx_glyph_observers[i]->alive) {
            ngx_glyph_observers[i]->alive(job);
        }
    }
}


void
ngx_glyph_observers_ended(ngx_glyph_job_t *job)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_OBSERVERS && ngx_glyph_observers[i]; i++) {
        if (ngx_glyph_observers[i]->ended) {
            ngx_glyph_observers[i]->ended(job);
        }
    }
}


void
ngx_glyph_observers_left(ngx_glyph_job_t *job)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_OBSERVERS && ngx_glyph_observers[i]; i++) {
        if (ngx_glyph_observers[i]->left) {
            ngx_glyph_observers[i]->left(job);
        }
    }
}
