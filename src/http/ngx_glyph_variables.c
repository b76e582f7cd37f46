
#include "ngx_glyph.h"
#include "ngx_glyph_ctx.h"
#include "ngx_glyph_variables.h"


typedef enum {
    NGX_GLYPH_VARIABLE_JOB_ID = 0,
    NGX_GLYPH_VARIABLE_STATE,
    NGX_GLYPH_VARIABLE_ROWS,
    NGX_GLYPH_VARIABLE_ROWS_INVALID,
    NGX_GLYPH_VARIABLE_BYTES
} ngx_glyph_variable_e;


static ngx_int_t ngx_glyph_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


static ngx_http_variable_t  ngx_glyph_variables[] = {

    { ngx_string("glyph_job_id"), NULL, ngx_glyph_variable,
      NGX_GLYPH_VARIABLE_JOB_ID, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("glyph_state"), NULL, ngx_glyph_variable,
      NGX_GLYPH_VARIABLE_STATE, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("glyph_rows"), NULL, ngx_glyph_variable,
      NGX_GLYPH_VARIABLE_ROWS, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("glyph_rows_invalid"), NULL, ngx_glyph_variable,
      NGX_GLYPH_VARIABLE_ROWS_INVALID, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("glyph_bytes"), NULL, ngx_glyph_variable,
      NGX_GLYPH_VARIABLE_BYTES, NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_glyph_variables_add(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_glyph_variables; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    u_char           *p;
    ngx_glyph_ctx_t  *ctx;

    ctx = ngx_glyph_ctx_find(r);

    if (ctx && ctx->client.job) {
        ngx_glyph_ctx_keep(ctx, ctx->client.job);
    }

    if (ctx == NULL || ctx->kept.state == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, NGX_GLYPH_UUID_TEXT_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    v->data = p;

    switch (data) {

    case NGX_GLYPH_VARIABLE_JOB_ID:
        p = ngx_cpymem(p, ctx->kept.id, NGX_GLYPH_UUID_TEXT_LEN);
        break;

    case NGX_GLYPH_VARIABLE_STATE:
        p = ngx_sprintf(p, "%s", ctx->kept.state);
        break;

    case NGX_GLYPH_VARIABLE_ROWS:
        p = ngx_sprintf(p, "%uL", ctx->kept.rows);
        break;

    case NGX_GLYPH_VARIABLE_ROWS_INVALID:
        p = ngx_sprintf(p, "%uL", ctx->kept.invalid);
        break;

    default: /* NGX_GLYPH_VARIABLE_BYTES */
        p = ngx_sprintf(p, "%O", ctx->kept.bytes);
        break;
    }

    v->len = p - v->data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}
