
/*
 * Whose request it is: the value of glyph_tenant.  What one tenant has stored
 * does not exist for another one.
 */


#ifndef _NGX_GLYPH_TENANT_H_INCLUDED_
#define _NGX_GLYPH_TENANT_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_str.h"


/*
 * The request's tenant, "" where there is no glyph_tenant: at most
 * NGX_GLYPH_TENANT_MAX bytes of UTF-8 without control characters, in memory
 * that lives as long as the request.  NGX_DECLINED: go on; anything else is
 * the answer.  To be called once a request: a variable may change its mind.
 */
ngx_int_t ngx_glyph_tenant(ngx_http_request_t *r, ngx_str_t *tenant);

/* The directive glyph_tenant. */
char *ngx_glyph_tenant_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#endif /* _NGX_GLYPH_TENANT_H_INCLUDED_ */
