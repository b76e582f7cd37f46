
/*
 * The command table, the configuration and the life of the module.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_budget.h"
#include "ngx_glyph_compat.h"
#include "ngx_glyph_control.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_memory.h"
#include "ngx_glyph_metrics.h"
#include "ngx_glyph_models.h"
#include "ngx_glyph_owner.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_secret.h"
#include "ngx_glyph_slice.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_state.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_tenant.h"
#include "ngx_glyph_turn.h"
#include "ngx_glyph_variables.h"
#include "ngx_glyph_watch.h"
#include "ngx_glyph_writer.h"
#include "ngx_glyph_zone.h"


static void *ngx_glyph_create_main_conf(ngx_conf_t *cf);
static char *ngx_glyph_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_glyph_create_loc_conf(ngx_conf_t *cf);
static char *ngx_glyph_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_glyph_postconfiguration(ngx_conf_t *cf);

static char *ngx_glyph_score(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_glyph_currency(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_glyph_default_currency(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_glyph_thread_pool(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_glyph_buffers(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_glyph_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_glyph_import_root(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_glyph_import(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_glyph_transform(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_glyph_jobs(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_glyph_imports(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_glyph_query(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_glyph_health(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_glyph_metrics(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_glyph_handler(ngx_conf_t *cf, ngx_http_handler_pt handler);
static char *ngx_glyph_row_size(ngx_conf_t *cf, void *post, void *data);
static char *ngx_glyph_dedup_size(ngx_conf_t *cf, void *post, void *data);
static char *ngx_glyph_timeout(ngx_conf_t *cf, void *post, void *data);

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
    &ngx_glyph_pg_part,
    &ngx_glyph_models_part,
    &ngx_glyph_job_part,
    &ngx_glyph_runner_part,
    &ngx_glyph_writer_part,
    &ngx_glyph_watch_part,
    &ngx_glyph_state_part,
    &ngx_glyph_control_part,
    NULL
};


static ngx_path_init_t  ngx_glyph_spool_path = {
    ngx_string("glyph_spool"), { 0, 0, 0 }
};


static ngx_conf_num_bounds_t  ngx_glyph_columns_bounds = {
    ngx_conf_check_num_bounds, 1, 4096
};

static ngx_conf_num_bounds_t  ngx_glyph_runners_bounds = {
    ngx_conf_check_num_bounds, 1, 64
};

static ngx_conf_num_bounds_t  ngx_glyph_rows_bounds = {
    ngx_conf_check_num_bounds, 1, 2147483647
};


static ngx_conf_num_bounds_t  ngx_glyph_warnings_bounds = {
    ngx_conf_check_num_bounds, 0, 2147483647
};


static ngx_conf_post_t  ngx_glyph_row_size_post = { ngx_glyph_row_size };
static ngx_conf_post_t  ngx_glyph_dedup_size_post = { ngx_glyph_dedup_size };
static ngx_conf_post_t  ngx_glyph_timeout_post = { ngx_glyph_timeout };


static ngx_command_t  ngx_glyph_commands[] = {

    { ngx_string("glyph_models"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_glyph_models,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_redis"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_glyph_redis,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_postgres"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1234,
      ngx_glyph_postgres,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_thread_pool"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
      ngx_glyph_thread_pool,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_spool_path"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1234,
      ngx_conf_set_path_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_glyph_main_conf_t, spool_path),
      NULL },

    { ngx_string("glyph_spool_max_size"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_glyph_main_conf_t, spool_max_size),
      NULL },

    { ngx_string("glyph_runners"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_glyph_main_conf_t, runners),
      &ngx_glyph_runners_bounds },

    { ngx_string("glyph_zstd_windows"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_glyph_main_conf_t, windows),
      NULL },

    { ngx_string("glyph_max_jobs"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_glyph_main_conf_t, max_jobs),
      &ngx_glyph_rows_bounds },

    { ngx_string("glyph_background"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, background),
      NULL },

    { ngx_string("glyph_background_size"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_off_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, background_size),
      NULL },

    { ngx_string("glyph_buffers"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE23,
      ngx_glyph_buffers,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE2,
      ngx_glyph_zone,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_score"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_glyph_score,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_currency"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_glyph_currency,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_max_row_size"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, max_row_size),
      &ngx_glyph_row_size_post },

    { ngx_string("glyph_max_columns"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, max_columns),
      &ngx_glyph_columns_bounds },

    { ngx_string("glyph_max_rows"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, max_rows),
      &ngx_glyph_rows_bounds },

    { ngx_string("glyph_max_errors"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, max_errors),
      &ngx_glyph_rows_bounds },

    { ngx_string("glyph_max_warnings"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, max_warnings),
      &ngx_glyph_warnings_bounds },

    { ngx_string("glyph_dedup"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, dedup),
      NULL },

    { ngx_string("glyph_dedup_size"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, dedup_size),
      &ngx_glyph_dedup_size_post },

    { ngx_string("glyph_extra"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, extra),
      NULL },

    { ngx_string("glyph_default_currency"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_glyph_default_currency,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_job_ttl"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, job_ttl),
      NULL },

    { ngx_string("glyph_job_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, job_timeout),
      &ngx_glyph_timeout_post },

    { ngx_string("glyph_upload_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, upload_timeout),
      NULL },

    { ngx_string("glyph_tenant"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_glyph_tenant_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_cross_site"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, cross_site),
      NULL },

    { ngx_string("glyph_problems"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, problems),
      NULL },

    { ngx_string("glyph_events_wait"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, events_wait),
      NULL },

    { ngx_string("glyph_events_heartbeat"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_glyph_loc_conf_t, events_heartbeat),
      &ngx_glyph_timeout_post },

    { ngx_string("glyph_import"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_glyph_import,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_import_root"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_glyph_import_root,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_transform"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_glyph_transform,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_jobs"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_glyph_jobs,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_imports"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_glyph_imports,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_query"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_glyph_query,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_health"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_glyph_health,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_metrics"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_glyph_metrics,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_glyph_module_ctx = {
    ngx_glyph_variables_add,               /* preconfiguration */
    ngx_glyph_postconfiguration,           /* postconfiguration */

    ngx_glyph_create_main_conf,            /* create main configuration */
    ngx_glyph_init_main_conf,              /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_glyph_create_loc_conf,             /* create location configuration */
    ngx_glyph_merge_loc_conf               /* merge location configuration */
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


static void *
ngx_glyph_create_main_conf(ngx_conf_t *cf)
{
    ngx_glyph_main_conf_t  *gmcf;

    gmcf = ngx_pcalloc(cf->pool, sizeof(ngx_glyph_main_conf_t));
    if (gmcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     gmcf->models = NULL;
     *     gmcf->registry = NULL;
     *     gmcf->redis = NULL;
     *     gmcf->pg = NULL;
     *     gmcf->compute = NULL;
     *     gmcf->io = NULL;
     *     gmcf->spool_path = NULL;
     *     gmcf->buffers = { 0, 0 };
     *     gmcf->blocks = 0;
     *     gmcf->zone = NULL;
     *     gmcf->enabled = 0;
     */

    gmcf->spool_max_size = NGX_CONF_UNSET;
    gmcf->runners = NGX_CONF_UNSET_UINT;
    gmcf->max_jobs = NGX_CONF_UNSET_UINT;
    gmcf->windows = NGX_CONF_UNSET_SIZE;

    if (ngx_array_init(&gmcf->imports, cf->pool, 4,
                       sizeof(ngx_glyph_loc_conf_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return gmcf;
}


static char *
ngx_glyph_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_glyph_main_conf_t *gmcf = conf;

    if (gmcf->buffers.num == 0) {
        gmcf->buffers.num = 128;
        gmcf->buffers.size = 65536;
    }

    if (gmcf->blocks == 0) {
        gmcf->blocks = 32;
    }

    ngx_conf_init_value(gmcf->spool_max_size, 0);
    ngx_conf_init_uint_value(gmcf->runners, 2);
    ngx_conf_init_uint_value(gmcf->max_jobs, 1024);
    ngx_conf_init_size_value(gmcf->windows, 128 * 1024 * 1024);

    return ngx_glyph_registry_init(cf, gmcf);
}


static void *
ngx_glyph_create_loc_conf(ngx_conf_t *cf)
{
    ngx_glyph_loc_conf_t  *glcf;

    glcf = ngx_pcalloc(cf->pool, sizeof(ngx_glyph_loc_conf_t));
    if (glcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     glcf->query = { 0, NULL };
     *     glcf->handler = NULL;
     *     glcf->pipeline.currency = "";
     */

    glcf->score = NGX_CONF_UNSET_PTR;
    glcf->currency = NGX_CONF_UNSET_PTR;
    glcf->tenant = NGX_CONF_UNSET_PTR;
    glcf->max_row_size = NGX_CONF_UNSET_SIZE;
    glcf->max_columns = NGX_CONF_UNSET_UINT;
    glcf->max_rows = NGX_CONF_UNSET_UINT;
    glcf->max_errors = NGX_CONF_UNSET_UINT;
    glcf->max_warnings = NGX_CONF_UNSET_UINT;
    glcf->cross_site = NGX_CONF_UNSET;
    glcf->background = NGX_CONF_UNSET;
    glcf->background_size = NGX_CONF_UNSET;
    glcf->dedup = NGX_CONF_UNSET;
    glcf->dedup_size = NGX_CONF_UNSET_SIZE;
    glcf->extra = NGX_CONF_UNSET;
    glcf->job_timeout = NGX_CONF_UNSET_MSEC;
    glcf->upload_timeout = NGX_CONF_UNSET_MSEC;
    glcf->job_ttl = NGX_CONF_UNSET;
    glcf->problems = NGX_CONF_UNSET;
    glcf->events_wait = NGX_CONF_UNSET_MSEC;
    glcf->events_heartbeat = NGX_CONF_UNSET_MSEC;

    return glcf;
}


static char *
ngx_glyph_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_glyph_loc_conf_t  *prev = parent;
    ngx_glyph_loc_conf_t  *conf = child;

    ngx_glyph_main_conf_t     *gmcf;
    ngx_http_core_loc_conf_t  *clcf;

    /* "if" and "limit_except" are places of the location they are in */

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->noname && conf->handler == NULL) {
        conf->handler = prev->handler;
        conf->query = prev->query;
        conf->import_root = prev->import_root;
    }

    if (clcf->lmt_excpt && clcf->handler == NULL) {
        clcf->handler = conf->handler;
    }

    if (conf->problems == NGX_CONF_UNSET) {
        conf->problems = prev->problems;
    }

    if (conf->score == NGX_CONF_UNSET_PTR) {
        conf->score = prev->score;
        conf->pipeline.score = prev->pipeline.score;
    }

    if (conf->score == NGX_CONF_UNSET_PTR) {
        glyph_score_defaults(&conf->pipeline.score);
    }

    if (conf->currency == NGX_CONF_UNSET_PTR) {
        conf->currency = prev->currency;
        conf->rates = prev->rates;
    }

    ngx_conf_merge_ptr_value(conf->tenant, prev->tenant, NULL);
    ngx_conf_merge_size_value(conf->max_row_size, prev->max_row_size, 65536);
    ngx_conf_merge_uint_value(conf->max_columns, prev->max_columns, 256);
    ngx_conf_merge_uint_value(conf->max_rows, prev->max_rows, 2147483647);
    ngx_conf_merge_uint_value(conf->max_errors, prev->max_errors, 100000);
    ngx_conf_merge_uint_value(conf->max_warnings, prev->max_warnings, 100000);
    ngx_conf_merge_value(conf->cross_site, prev->cross_site, 0);
    ngx_conf_merge_value(conf->background, prev->background, 1);

    if (conf->import_root.len && conf->handler != ngx_glyph_import_handler) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"glyph_import_root\" without \"glyph_import\"");
        return NGX_CONF_ERROR;
    }

    if (conf->import_root.len && !conf->background) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"glyph_import_root\" wants "
                           "\"glyph_background on\"");
        return NGX_CONF_ERROR;
    }

    ngx_conf_merge_off_value(conf->background_size, prev->background_size, 0);
    ngx_conf_merge_value(conf->dedup, prev->dedup, 1);
    ngx_conf_merge_size_value(conf->dedup_size, prev->dedup_size,
                              1024 * 1024);
    ngx_conf_merge_value(conf->extra, prev->extra, 1);
    ngx_conf_merge_msec_value(conf->job_timeout, prev->job_timeout, 3600000);
    ngx_conf_merge_msec_value(conf->upload_timeout, prev->upload_timeout,
                              3600000);
    ngx_conf_merge_sec_value(conf->job_ttl, prev->job_ttl, 86400);
    ngx_conf_merge_msec_value(conf->events_wait, prev->events_wait, 10000);
    ngx_conf_merge_msec_value(conf->events_heartbeat, prev->events_heartbeat,
                              15000);

    gmcf = ngx_http_conf_get_module_main_conf(cf, ngx_glyph_module);

    if (conf->pipeline.currency[0] == '\0') {
        ngx_memcpy(conf->pipeline.currency, prev->pipeline.currency[0]
                                            ? prev->pipeline.currency : "USD",
                   sizeof(conf->pipeline.currency));
    }

    conf->pipeline.registry = gmcf->registry;
    conf->pipeline.rates = &conf->rates;
    conf->pipeline.max_row_size = conf->max_row_size;
    conf->pipeline.max_columns = conf->max_columns;
    conf->pipeline.max_rows = conf->max_rows;
    conf->pipeline.max_errors = conf->max_errors;
    conf->pipeline.dedup_size = conf->dedup ? conf->dedup_size : 0;
    conf->pipeline.extra = conf->extra;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_glyph_postconfiguration(ngx_conf_t *cf)
{
    ngx_glyph_main_conf_t  *gmcf;

    static ngx_str_t  zone = ngx_string(NGX_GLYPH_ZONE_NAME);

    gmcf = ngx_http_conf_get_module_main_conf(cf, ngx_glyph_module);

    if (!gmcf->enabled) {
        return NGX_OK;
    }

    if (gmcf->registry == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"glyph_models\" is required");
        return NGX_ERROR;
    }

    if (gmcf->pg == NULL && gmcf->stores) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"glyph_postgres\" is required");
        return NGX_ERROR;
    }

    if (gmcf->compute == NULL) {
        gmcf->compute = ngx_thread_pool_add(cf, NULL);
        gmcf->io = gmcf->compute;
    }

    if (gmcf->compute == NULL) {
        return NGX_ERROR;
    }

    if (ngx_conf_merge_path_value(cf, &gmcf->spool_path, NULL,
                                  &ngx_glyph_spool_path)
        != NGX_CONF_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_glyph_spool_zone(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (gmcf->zone == NULL
        && ngx_glyph_zone_create(cf, &zone, ngx_glyph_zone_size()) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_glyph_problem_filter_init(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_glyph_body_filter_init(cf);
}


static char *
ngx_glyph_score(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_loc_conf_t *glcf = conf;

    ngx_str_t    *value;
    ngx_uint_t    i;
    const char   *error;
    glyph_str_t   arg;

    if (glcf->score == NGX_CONF_UNSET_PTR) {
        glcf->score = cf->args;
        glyph_score_defaults(&glcf->pipeline.score);
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        arg.len = value[i].len;
        arg.data = value[i].data;

        if (glyph_score_set(&glcf->pipeline.score, &arg, &error)
            != GLYPH_OK)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\": %s",
                               &value[i], error);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_glyph_currency(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_loc_conf_t *glcf = conf;

    ngx_str_t    *value;
    ngx_uint_t    i;
    const char   *error;
    glyph_str_t   arg;

    glcf->currency = cf->args;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        arg.len = value[i].len;
        arg.data = value[i].data;

        if (glyph_rates_set(&glcf->rates, &arg, &error) != GLYPH_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\": %s",
                               &value[i], error);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_glyph_default_currency(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_loc_conf_t *glcf = conf;

    ngx_str_t    *value;
    glyph_str_t   name;

    if (glcf->pipeline.currency[0]) {
        return "is duplicate";
    }

    value = cf->args->elts;

    name.data = value[1].data;
    name.len = value[1].len;

    if (name.len != 3
        || glyph_currency_parse(&name, glcf->pipeline.currency)
           != GLYPH_CODE_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is no code of a currency, such as EUR",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* glyph_thread_pool compute [io=name] */

static char *
ngx_glyph_thread_pool(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_main_conf_t *gmcf = conf;

    ngx_str_t  *value, name;

    if (gmcf->compute) {
        return "is duplicate";
    }

    value = cf->args->elts;

    gmcf->compute = ngx_thread_pool_add(cf, &value[1]);
    gmcf->io = gmcf->compute;

    if (gmcf->compute == NULL) {
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (value[2].len <= 3 || ngx_strncmp(value[2].data, "io=", 3) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\"",
                           &value[2]);
        return NGX_CONF_ERROR;
    }

    name.data = value[2].data + 3;
    name.len = value[2].len - 3;

    gmcf->io = ngx_thread_pool_add(cf, &name);

    return gmcf->io ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* glyph_buffers number size [blocks=number] */

static char *
ngx_glyph_buffers(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_main_conf_t *gmcf = conf;

    ssize_t      size;
    ngx_int_t    n;
    ngx_str_t   *value;

    if (gmcf->buffers.num) {
        return "is duplicate";
    }

    value = cf->args->elts;

    n = ngx_atoi(value[1].data, value[1].len);
    if (n == NGX_ERROR || n < 2) {
        return "must have at least 2 buffers";
    }

    size = ngx_parse_size(&value[2]);
    if (size == NGX_ERROR || size < 4096 || size > 16 * 1024 * 1024) {
        return "size must be between 4k and 16m";
    }

    gmcf->buffers.num = n;
    gmcf->buffers.size = size;

    if (cf->args->nelts == 3) {
        return NGX_CONF_OK;
    }

    if (ngx_strncmp(value[3].data, "blocks=", 7) == 0) {
        n = ngx_atoi(value[3].data + 7, value[3].len - 7);

        if (n != NGX_ERROR && n >= 2) {
            gmcf->blocks = n;
            return NGX_CONF_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\"",
                       &value[3]);
    return NGX_CONF_ERROR;
}


/* glyph_zone name size */

static char *
ngx_glyph_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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


static char *
ngx_glyph_import(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_loc_conf_t *glcf = conf;

    u_char                     *p;
    ngx_str_t                  *value;
    ngx_glyph_loc_conf_t      **import;
    ngx_glyph_main_conf_t      *gmcf;
    ngx_http_core_loc_conf_t   *clcf;

    value = cf->args->elts;

    if (cf->args->nelts == 2) {

        if (ngx_strcmp(value[1].data, "background") != 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\"", &value[1]);
            return NGX_CONF_ERROR;
        }

        glcf->always = 1;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    gmcf = ngx_http_conf_get_module_main_conf(cf, ngx_glyph_module);

    import = ngx_array_push(&gmcf->imports);
    if (import == NULL) {
        return NGX_CONF_ERROR;
    }

    *import = glcf;

    /* two locations of different servers may have one name */

    glcf->key.data = ngx_pnalloc(cf->pool, clcf->name.len + 1
                                           + NGX_INT_T_LEN);
    if (glcf->key.data == NULL) {
        return NGX_CONF_ERROR;
    }

    p = ngx_sprintf(glcf->key.data, "%V %ui", &clcf->name,
                    gmcf->imports.nelts);
    glcf->key.len = p - glcf->key.data;

    return ngx_glyph_handler(cf, ngx_glyph_import_handler);
}


static char *
ngx_glyph_import_root(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_loc_conf_t *glcf = conf;

    ngx_str_t  *value;

    if (glcf->import_root.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "wants the name of a directory";
    }

    glcf->import_root = value[1];

    return (ngx_conf_full_name(cf->cycle, &glcf->import_root, 0) == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_glyph_transform(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_glyph_handler(cf, ngx_glyph_transform_handler);
}


static char *
ngx_glyph_jobs(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_main_conf_t     *gmcf;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    gmcf = ngx_http_conf_get_module_main_conf(cf, ngx_glyph_module);

    /* answers to uploads link to it */

    if (gmcf->jobs_uri.len == 0) {
        gmcf->jobs_uri = clcf->name;

        if (clcf->name.len && clcf->name.data[clcf->name.len - 1] == '/') {
            gmcf->jobs_uri.len--;
        }
    }

    return ngx_glyph_handler(cf, ngx_glyph_jobs_handler);
}


static char *
ngx_glyph_imports(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_glyph_handler(cf, ngx_glyph_imports_handler);
}


static char *
ngx_glyph_query(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_loc_conf_t *glcf = conf;

    u_char      *p;
    ngx_str_t   *value;
    ngx_uint_t   i;

    if (glcf->query.len) {
        return "is duplicate";
    }

    value = cf->args->elts;
    p = value[1].data;

    /* it becomes the name of a function: glyph.api_NAME */

    for (i = 0; i < value[1].len; i++) {
        if ((p[i] < 'a' || p[i] > 'z') && (p[i] < '0' || p[i] > '9')
            && p[i] != '_')
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid query name \"%V\"", &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    glcf->query = value[1];

    return ngx_glyph_handler(cf, ngx_glyph_query_handler);
}


static char *
ngx_glyph_health(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t  *value;

    if (cf->args->nelts == 1) {
        return ngx_glyph_handler(cf, ngx_glyph_health_handler);
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "full") != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    return ngx_glyph_handler(cf, ngx_glyph_health_full_handler);
}


static char *
ngx_glyph_metrics(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_glyph_handler(cf, ngx_glyph_metrics_handler);
}


static char *
ngx_glyph_handler(ngx_conf_t *cf, ngx_http_handler_pt handler)
{
    ngx_glyph_loc_conf_t      *glcf;
    ngx_glyph_main_conf_t     *gmcf;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    glcf = ngx_http_conf_get_module_loc_conf(cf, ngx_glyph_module);
    gmcf = ngx_http_conf_get_module_main_conf(cf, ngx_glyph_module);

    if (clcf->handler) {
        return "conflicts with another handler of this location";
    }

    clcf->handler = handler;
    glcf->handler = handler;
    gmcf->enabled = 1;

    if (handler != ngx_glyph_transform_handler) {
        gmcf->stores = 1;
    }

    if (NGX_GLYPH_HTTP_AFTER_POOLS && gmcf->compute == NULL
        && ngx_thread_pool_add(cf, NULL) == NULL)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_glyph_row_size(ngx_conf_t *cf, void *post, void *data)
{
    size_t  *size = data;

    if (*size < 256 || *size > 16 * 1024 * 1024) {
        return "must be between 256 and 16m";
    }

    return NGX_CONF_OK;
}


static char *
ngx_glyph_dedup_size(ngx_conf_t *cf, void *post, void *data)
{
    size_t  *size = data;

    if (*size == 0) {
        return "must be greater than 0, use \"glyph_dedup off\" instead";
    }

    return NGX_CONF_OK;
}


static char *
ngx_glyph_timeout(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t  *timeout = data;

    if (*timeout == 0) {
        return "must be greater than 0";
    }

    return NGX_CONF_OK;
}


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
