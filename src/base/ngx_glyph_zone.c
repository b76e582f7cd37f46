
#include "ngx_glyph.h"
#include "ngx_glyph_zone.h"


/* of the structures below; goes up with every change of them */
#define NGX_GLYPH_ZONE_VERSION  3


typedef struct {
    ngx_atomic_t               pid;         /* 0: nobody's */
    ngx_atomic_t               gauges[NGX_GLYPH_GAUGES];
} ngx_glyph_zone_worker_t;


typedef struct {
    ngx_atomic_t               buckets[NGX_GLYPH_BOUNDS + 1];
    ngx_atomic_t               sum;
} ngx_glyph_zone_histogram_t;


typedef struct {
    ngx_uint_t                 version;
    ngx_atomic_t               counters[NGX_GLYPH_COUNTERS];
    ngx_glyph_zone_histogram_t histograms[NGX_GLYPH_HISTOGRAMS];
    ngx_glyph_zone_worker_t    workers[NGX_MAX_PROCESSES];
} ngx_glyph_zone_t;


static ngx_int_t ngx_glyph_zone_enter(ngx_cycle_t *cycle);
static void ngx_glyph_zone_leave(void);
static size_t ngx_glyph_zone_size(void);
static ngx_int_t ngx_glyph_zone_init(ngx_shm_zone_t *shm_zone, void *data);
static void ngx_glyph_zone_gauges(ngx_glyph_zone_sums_t *sums);


const ngx_glyph_part_t  ngx_glyph_zone_part = {
    ngx_glyph_zone_enter,
    ngx_glyph_zone_leave,
    NULL,
    0
};


/* microseconds */

static const uint64_t  ngx_glyph_zone_limits[NGX_GLYPH_HISTOGRAMS]
                                            [NGX_GLYPH_BOUNDS] = {

    { 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,
      500000, 1000000, 2500000 },

    { 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000,
      1000000, 2500000, 5000000, 10000000 },

    { 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000,
      2500000, 10000000, 60000000, 600000000, 3600000000 }
};


static ngx_glyph_zone_t         *ngx_glyph_zone;
static ngx_glyph_zone_worker_t  *ngx_glyph_zone_self;


/* glyph_zone name size */

char *
ngx_glyph_zone_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_main_conf_t *gmcf = conf;

    ssize_t     size;
    ngx_str_t  *value;

    if (gmcf->zone) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid zone name \"%V\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    size = ngx_parse_size(&value[2]);

    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid zone size \"%V\"",
                           &value[2]);
        return NGX_CONF_ERROR;
    }

    if (size < (ssize_t) ngx_glyph_zone_size()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" is too small, must be at least %uzk",
                           &value[1], ngx_glyph_zone_size() / 1024);
        return NGX_CONF_ERROR;
    }

    return (ngx_glyph_zone_create(cf, &value[1], size) == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


ngx_int_t
ngx_glyph_zone_create(ngx_conf_t *cf, ngx_str_t *name, size_t size)
{
    ngx_shm_zone_t         *shm_zone;
    ngx_glyph_main_conf_t  *gmcf;

    gmcf = ngx_http_conf_get_module_main_conf(cf, ngx_glyph_module);

    shm_zone = ngx_shared_memory_add(cf, name,
                                     size ? size : ngx_glyph_zone_size(),
                                     &ngx_glyph_module);
    if (shm_zone == NULL) {
        return NGX_ERROR;
    }

    shm_zone->init = ngx_glyph_zone_init;

    gmcf->zone = shm_zone;

    return NGX_OK;
}


/* The slab pool has pages of its own, which is what it is more. */

static size_t
ngx_glyph_zone_size(void)
{
    return ngx_align(sizeof(ngx_glyph_zone_t) + 8 * ngx_pagesize,
                     (size_t) 64 * 1024);
}


static ngx_int_t
ngx_glyph_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_slab_pool_t   *shpool;
    ngx_glyph_zone_t  *zone;

    zone = data;

    if (zone && zone->version == NGX_GLYPH_ZONE_VERSION) {
        shm_zone->data = zone;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    zone = ngx_slab_calloc(shpool, sizeof(ngx_glyph_zone_t));
    if (zone == NULL) {
        return NGX_ERROR;
    }

    zone->version = NGX_GLYPH_ZONE_VERSION;

    shm_zone->data = zone;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_zone_enter(ngx_cycle_t *cycle)
{
    ngx_uint_t  i;

    ngx_glyph_zone = ngx_glyph_main_conf->zone->data;
    ngx_glyph_zone_self = &ngx_glyph_zone->workers[ngx_process_slot];

    for (i = 0; i < NGX_GLYPH_GAUGES; i++) {
        ngx_glyph_zone_self->gauges[i] = 0;
    }

    ngx_memory_barrier();

    ngx_glyph_zone_self->pid = ngx_pid;

    return NGX_OK;
}


static void
ngx_glyph_zone_leave(void)
{
    if (ngx_glyph_zone_self) {
        ngx_glyph_zone_self->pid = 0;
        ngx_glyph_zone_self = NULL;
    }
}


void
ngx_glyph_zone_add(ngx_uint_t counter, uint64_t n)
{
    if (ngx_glyph_zone && n) {
        (void) ngx_atomic_fetch_add(&ngx_glyph_zone->counters[counter], n);
    }
}


void
ngx_glyph_zone_observe(ngx_glyph_histogram_e i, uint64_t usec)
{
    ngx_uint_t                   n;
    ngx_glyph_zone_histogram_t  *h;

    if (ngx_glyph_zone == NULL) {
        return;
    }

    for (n = 0; n < NGX_GLYPH_BOUNDS; n++) {
        if (usec <= ngx_glyph_zone_limits[i][n]) {
            break;
        }
    }

    h = &ngx_glyph_zone->histograms[i];

    (void) ngx_atomic_fetch_add(&h->buckets[n], 1);
    (void) ngx_atomic_fetch_add(&h->sum, usec);
}


void
ngx_glyph_zone_set(ngx_uint_t gauge, ngx_uint_t n)
{
    if (ngx_glyph_zone_self) {
        ngx_glyph_zone_self->gauges[gauge] = n;
    }
}


void
ngx_glyph_zone_read(ngx_glyph_zone_sums_t *sums)
{
    ngx_uint_t                   i, n;
    ngx_glyph_histogram_t       *h;
    ngx_glyph_zone_histogram_t  *from;

    ngx_glyph_zone_gauges(sums);

    for (i = 0; i < NGX_GLYPH_COUNTERS; i++) {
        sums->counters[i] = ngx_glyph_zone->counters[i];
    }

    for (i = 0; i < NGX_GLYPH_HISTOGRAMS; i++) {
        h = &sums->histograms[i];
        from = &ngx_glyph_zone->histograms[i];

        h->bounds = ngx_glyph_zone_limits[i];
        h->sum = from->sum;

        for (n = 0; n <= NGX_GLYPH_BOUNDS; n++) {
            h->buckets[n] = from->buckets[n];
        }
    }
}


/*
 * A worker that was killed while nginx was about to end it anyway has no
 * successor: it is found out here.
 */

static void
ngx_glyph_zone_gauges(ngx_glyph_zone_sums_t *sums)
{
    ngx_pid_t                 pid;
    ngx_uint_t                i, n;
    ngx_glyph_zone_worker_t  *w;

    sums->workers = 0;

    ngx_memzero(sums->gauges, sizeof(sums->gauges));

    for (i = 0; i < NGX_MAX_PROCESSES; i++) {
        w = &ngx_glyph_zone->workers[i];
        pid = (ngx_pid_t) w->pid;

        if (pid == 0) {
            continue;
        }

        if (pid != ngx_pid && kill(pid, 0) == -1 && ngx_errno == NGX_ESRCH) {
            (void) ngx_atomic_cmp_set(&w->pid, (ngx_atomic_uint_t) pid, 0);
            continue;
        }

        sums->workers++;

        for (n = 0; n < NGX_GLYPH_GAUGES; n++) {
            sums->gauges[n] += w->gauges[n];
        }
    }
}
