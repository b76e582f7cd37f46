
/*
 * The module, and its life in a worker.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_ask.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_budget.h"
#include "ngx_glyph_conf.h"
#include "ngx_glyph_control.h"
#include "ngx_glyph_derive.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_memory.h"
#include "ngx_glyph_metrics.h"
#include "ngx_glyph_models.h"
#include "ngx_glyph_owner.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_redis_sub.h"
#include "ngx_glyph_secret.h"
#include "ngx_glyph_slice.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_state.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_turn.h"
#include "ngx_glyph_watch.h"
#include "ngx_glyph_writer.h"
#include "ngx_glyph_zone.h"


static ngx_int_t ngx_glyph_init_process(ngx_cycle_t *cycle);
static void ngx_glyph_exit_process(ngx_cycle_t *cycle);


ngx_glyph_main_conf_t  *ngx_glyph_main_conf;


const ngx_glyph_part_t  *const ngx_glyph_parts[] = {
    &ngx_glyph_slice_part,
    &ngx_glyph_turn_part,
    &ngx_glyph_secret_part,
    &ngx_glyph_zone_part,
    &ngx_glyph_memory_part,
    &ngx_glyph_budget_part,
    &ngx_glyph_task_part,
    &ngx_glyph_metrics_part,
    &ngx_glyph_spool_part,
    &ngx_glyph_owner_part,
    &ngx_glyph_redis_part,
    &ngx_glyph_redis_sub_part,
    &ngx_glyph_pg_part,
    &ngx_glyph_pg_probe_part,
    &ngx_glyph_models_part,
    &ngx_glyph_job_part,
    &ngx_glyph_runner_part,
    &ngx_glyph_writer_part,
    &ngx_glyph_derive_part,
    &ngx_glyph_ask_part,
    &ngx_glyph_watch_part,
    &ngx_glyph_state_part,
    &ngx_glyph_control_part,
    NULL
};


ngx_module_t  ngx_glyph_module = {
    NGX_MODULE_V1,
    &ngx_glyph_module_ctx,                 /* module context */
    ngx_glyph_commands,                    /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_glyph_init_process,                /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_glyph_exit_process,                /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_glyph_init_process(ngx_cycle_t *cycle)
{
    ngx_glyph_main_conf_t          *gmcf;
    const ngx_glyph_part_t *const  *part;

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    gmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_glyph_module);

    if (gmcf == NULL || !gmcf->enabled) {
        return NGX_OK;
    }

    ngx_glyph_main_conf = gmcf;

    for (part = ngx_glyph_parts; *part; part++) {

        /* where there are nothing but transforms, rows are not stored */

        if ((*part)->init && (gmcf->stores || !(*part)->stores)
            && (*part)->init(cycle) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* The pools' threads have ended already: ngx_thread_pool_module was first. */

static void
ngx_glyph_exit_process(ngx_cycle_t *cycle)
{
    ngx_uint_t  n;

    if (ngx_glyph_main_conf == NULL) {
        return;
    }

    n = sizeof(ngx_glyph_parts) / sizeof(ngx_glyph_parts[0]) - 1;

    while (n--) {
        if (ngx_glyph_parts[n]->exit) {
            ngx_glyph_parts[n]->exit();
        }
    }
}
