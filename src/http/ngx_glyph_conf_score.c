
/*
 * The directives that say what a listing is worth: weights and currencies.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_conf.h"
#include "core/value/glyph_currency.h"


char *
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


char *
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


char *
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
