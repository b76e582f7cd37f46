
/*
 * The configuration: what is set where nothing is said, what is inherited, and
 * what must be there.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_conf.h"
#include "ngx_glyph_cors.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_variables.h"
#include "ngx_glyph_zone.h"


static void *ngx_glyph_create_main_conf(ngx_conf_t *cf);
static char *ngx_glyph_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_glyph_create_loc_conf(ngx_conf_t *cf);
static char *ngx_glyph_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_glyph_postconfiguration(ngx_conf_t *cf);
static char *ngx_glyph_conf_check_location(ngx_conf_t *cf,
    ngx_glyph_loc_conf_t *glcf);
static void ngx_glyph_conf_check_score(ngx_conf_t *cf,
    ngx_glyph_loc_conf_t *glcf);
static void ngx_glyph_conf_check_main(ngx_conf_t *cf,
    ngx_glyph_main_conf_t *gmcf);


static ngx_path_init_t  ngx_glyph_spool_path = {
    ngx_string("glyph_spool"), { 0, 0, 0 }
};


ngx_http_module_t  ngx_glyph_module_ctx = {
    ngx_glyph_variables_add,               /* preconfiguration */
    ngx_glyph_postconfiguration,           /* postconfiguration */

    ngx_glyph_create_main_conf,            /* create main configuration */
    ngx_glyph_init_main_conf,              /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_glyph_create_loc_conf,             /* create location configuration */
    ngx_glyph_merge_loc_conf               /* merge location configuration */
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
        gmcf->blocks = gmcf->pg ? ngx_max(32, 8 * gmcf->pg->writers) : 32;
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
    glcf->cors = NGX_CONF_UNSET_PTR;
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
    ngx_conf_merge_ptr_value(conf->cors, prev->cors, NULL);
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

    return ngx_glyph_conf_check_location(cf, conf);
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

    ngx_glyph_conf_check_main(cf, gmcf);

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
        && ngx_glyph_zone_create(cf, &zone, 0) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_glyph_problem_filter_init(cf) != NGX_OK
        || ngx_glyph_cors_init(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_glyph_body_filter_init(cf);
}


/* What a location says that cannot all be true; its merge is over. */

static char *
ngx_glyph_conf_check_location(ngx_conf_t *cf, ngx_glyph_loc_conf_t *glcf)
{
    ngx_http_core_loc_conf_t  *clcf;

    if (glcf->place.directive.len == 0) {
        return NGX_CONF_OK;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler != glcf->handler) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "a directive after \"%V\" has given the location "
                      "\"%V\" another handler: see %V:%ui",
                      &glcf->place.directive, &clcf->name,
                      &glcf->place.file, glcf->place.line);
        return NGX_CONF_ERROR;
    }

    if (glcf->handler == ngx_glyph_import_handler
        || glcf->handler == ngx_glyph_transform_handler)
    {
        ngx_glyph_conf_check_score(cf, glcf);
    }

    return NGX_CONF_OK;
}


static void
ngx_glyph_conf_check_score(ngx_conf_t *cf, ngx_glyph_loc_conf_t *glcf)
{
    double               sum;
    glyph_score_conf_t  *score;

    score = &glcf->pipeline.score;

    sum = score->vram_weight + score->mig_weight + score->nvlink_weight
          + score->tdp_weight + score->price_weight + score->quant_weight;

    if (sum < 0.9995 || sum > 1.0005) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "the weights of \"glyph_score\" add up to %.3f, not to "
                      "1, for \"%V\" in %V:%ui", sum, &glcf->place.directive,
                      &glcf->place.file, glcf->place.line);
    }
}


/* What is odd in all of it, and allowed. */

static void
ngx_glyph_conf_check_main(ngx_conf_t *cf, ngx_glyph_main_conf_t *gmcf)
{
    ngx_glyph_loc_conf_t  **imports;

    if (gmcf->imports.nelts && gmcf->jobs_uri.len == 0) {

        imports = gmcf->imports.elts;

        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "no \"glyph_jobs\" for \"glyph_import\" in %V:%ui: "
                      "clients cannot ask what becomes of their uploads",
                      &imports[0]->place.file, imports[0]->place.line);
    }
}
