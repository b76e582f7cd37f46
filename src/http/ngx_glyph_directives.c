
/*
 * The directives of the module.  Those of a store, of the registry and of what
 * workers share have a setter in a file of their own.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_budget.h"
#include "ngx_glyph_compat.h"
#include "ngx_glyph_conf.h"
#include "ngx_glyph_cors.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_tenant.h"
#include "ngx_glyph_zone.h"


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
static char *ngx_glyph_handler(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_handler_pt handler);
static ngx_uint_t ngx_glyph_pattern(ngx_http_core_loc_conf_t *clcf);
static char *ngx_glyph_row_size(ngx_conf_t *cf, void *post, void *data);
static char *ngx_glyph_dedup_size(ngx_conf_t *cf, void *post, void *data);
static char *ngx_glyph_timeout(ngx_conf_t *cf, void *post, void *data);
static char *ngx_glyph_ttl(ngx_conf_t *cf, void *post, void *data);
static char *ngx_glyph_number(ngx_conf_t *cf, void *post, void *data);


static ngx_conf_num_bounds_t  ngx_glyph_columns_bounds = {
    ngx_glyph_number, 1, 4096
};

static ngx_conf_num_bounds_t  ngx_glyph_runners_bounds = {
    ngx_glyph_number, 1, 64
};

static ngx_conf_num_bounds_t  ngx_glyph_rows_bounds = {
    ngx_glyph_number, 1, 2147483647
};

static ngx_conf_num_bounds_t  ngx_glyph_warnings_bounds = {
    ngx_glyph_number, 0, 2147483647
};


static ngx_conf_post_t  ngx_glyph_row_size_post = { ngx_glyph_row_size };
static ngx_conf_post_t  ngx_glyph_dedup_size_post = { ngx_glyph_dedup_size };
static ngx_conf_post_t  ngx_glyph_timeout_post = { ngx_glyph_timeout };
static ngx_conf_post_t  ngx_glyph_ttl_post = { ngx_glyph_ttl };


ngx_command_t  ngx_glyph_commands[] = {

    { ngx_string("glyph_models"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_glyph_models,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_glyph_main_conf_t, models),
      NULL },

    { ngx_string("glyph_part_numbers"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_glyph_models,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_glyph_main_conf_t, part_numbers),
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
      ngx_glyph_task_directive,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_spool_path"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1234,
      ngx_glyph_spool_directory,
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
      ngx_glyph_budget_directive,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("glyph_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE2,
      ngx_glyph_zone_directive,
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
      &ngx_glyph_ttl_post },

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

    { ngx_string("glyph_cors"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_glyph_cors_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
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
                               "invalid parameter \"%V\": the only one is "
                               "\"background\"", &value[1]);
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

    return ngx_glyph_handler(cf, cmd, ngx_glyph_import_handler);
}


static char *
ngx_glyph_transform(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_glyph_handler(cf, cmd, ngx_glyph_transform_handler);
}


static char *
ngx_glyph_jobs(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_main_conf_t     *gmcf;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    gmcf = ngx_http_conf_get_module_main_conf(cf, ngx_glyph_module);

    /* answers to uploads link to it, and a job's id is what follows it */

    if (ngx_glyph_pattern(clcf)) {
        return "wants a location with a path of its own, not a regular "
               "expression or a name";
    }

    if (gmcf->jobs_uri.len == 0) {
        gmcf->jobs_uri = clcf->name;

        if (clcf->name.len && clcf->name.data[clcf->name.len - 1] == '/') {
            gmcf->jobs_uri.len--;
        }
    }

    return ngx_glyph_handler(cf, cmd, ngx_glyph_jobs_handler);
}


static char *
ngx_glyph_imports(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_glyph_handler(cf, cmd, ngx_glyph_imports_handler);
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
                               "invalid query name \"%V\": a name is of "
                               "small letters, digits and \"_\"", &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    glcf->query = value[1];

    return ngx_glyph_handler(cf, cmd, ngx_glyph_query_handler);
}


static char *
ngx_glyph_health(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t  *value;

    if (cf->args->nelts == 1) {
        return ngx_glyph_handler(cf, cmd, ngx_glyph_health_handler);
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "full") != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\": the only one is "
                           "\"full\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    return ngx_glyph_handler(cf, cmd, ngx_glyph_health_full_handler);
}


static char *
ngx_glyph_metrics(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_glyph_handler(cf, cmd, ngx_glyph_metrics_handler);
}


static char *
ngx_glyph_handler(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_handler_pt handler)
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
    gmcf->enabled = 1;

    glcf->handler = handler;
    glcf->place.directive = cmd->name;
    glcf->place.file = cf->conf_file->file.name;
    glcf->place.line = cf->conf_file->line;

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


static ngx_uint_t
ngx_glyph_pattern(ngx_http_core_loc_conf_t *clcf)
{
#if (NGX_PCRE)
    if (clcf->regex) {
        return 1;
    }
#endif

    return clcf->named;
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


static char *
ngx_glyph_ttl(ngx_conf_t *cf, void *post, void *data)
{
    time_t  *ttl = data;

    if (*ttl == 0) {
        return "must be greater than 0";
    }

    return NGX_CONF_OK;
}


/* As ngx_conf_check_num_bounds(), which does not say which directive. */

static char *
ngx_glyph_number(ngx_conf_t *cf, void *post, void *data)
{
    ngx_int_t              *n = data;
    ngx_conf_num_bounds_t  *bounds = post;

    ngx_str_t  *value;

    if (*n >= bounds->low && *n <= bounds->high) {
        return NGX_CONF_OK;
    }

    value = cf->args->elts;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"%V\" must be between %i and %i", &value[0],
                       bounds->low, bounds->high);

    return NGX_CONF_ERROR;
}
