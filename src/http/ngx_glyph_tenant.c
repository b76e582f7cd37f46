
#include "ngx_glyph.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_tenant.h"


static ngx_uint_t ngx_glyph_tenant_valid(ngx_str_t *tenant);


ngx_int_t
ngx_glyph_tenant(ngx_http_request_t *r, ngx_str_t *tenant)
{
    ngx_glyph_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_glyph_module);

    if (glcf->tenant == NULL) {
        ngx_str_set(tenant, "");
        return NGX_DECLINED;
    }

    if (ngx_http_complex_value(r, glcf->tenant, tenant) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* what was stored without a tenant is not for those who give none */

    if (tenant->len == 0) {
        return ngx_glyph_problem(r, NGX_GLYPH_CODE_TENANT_REQUIRED);
    }

    if (!ngx_glyph_tenant_valid(tenant)) {
        return ngx_glyph_problemf(r, NGX_GLYPH_CODE_TENANT_INVALID,
                                  "a tenant has at most %d bytes of UTF-8 "
                                  "without control characters",
                                  NGX_GLYPH_TENANT_MAX);
    }

    return NGX_DECLINED;
}


static ngx_uint_t
ngx_glyph_tenant_valid(ngx_str_t *tenant)
{
    size_t  i;

    if (tenant->len == 0 || tenant->len > NGX_GLYPH_TENANT_MAX
        || glyph_utf8_valid(tenant->data, tenant->len) != tenant->len)
    {
        return 0;
    }

    for (i = 0; i < tenant->len; i++) {

        if (tenant->data[i] < ' ' || tenant->data[i] == 0x7f) {
            return 0;
        }

        /* U+0080 to U+009F; in valid UTF-8 there is a byte behind this one */

        if (tenant->data[i] == 0xc2 && tenant->data[i + 1] < 0xa0) {
            return 0;
        }
    }

    return 1;
}


/* glyph_tenant value | off */

char *
ngx_glyph_tenant_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_loc_conf_t *glcf = conf;

    ngx_str_t                         *value;
    ngx_http_compile_complex_value_t   ccv;

    if (glcf->tenant != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        glcf->tenant = NULL;
        return NGX_CONF_OK;
    }

    if (value[1].len == 0) {
        return "is empty; use \"off\" for no tenant";
    }

    glcf->tenant = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (glcf->tenant == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &value[1];
    ccv.complex_value = glcf->tenant;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (glcf->tenant->lengths == NULL
        && !ngx_glyph_tenant_valid(&glcf->tenant->value))
    {
        return "must have at most 128 bytes of UTF-8 without control "
               "characters";
    }

    return NGX_CONF_OK;
}
