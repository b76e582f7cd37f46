
/*
 * What nginx is told of the module, besides its life in a process.
 */


#ifndef _NGX_GLYPH_CONF_H_INCLUDED_
#define _NGX_GLYPH_CONF_H_INCLUDED_


#include "ngx_glyph.h"


extern ngx_command_t  ngx_glyph_commands[];         /* _directives.c */
extern ngx_http_module_t  ngx_glyph_module_ctx;     /* _conf.c */


/* Setters: ngx_glyph_conf_score.c */
char *ngx_glyph_score(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_glyph_currency(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_glyph_default_currency(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* ngx_glyph_conf_paths.c */
char *ngx_glyph_spool_directory(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_glyph_import_root(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* _NGX_GLYPH_CONF_H_INCLUDED_ */
