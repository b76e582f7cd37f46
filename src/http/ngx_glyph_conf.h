
/*
 * What nginx is told of the module, besides its life in a process.
 */


#ifndef _NGX_GLYPH_CONF_H_INCLUDED_
#define _NGX_GLYPH_CONF_H_INCLUDED_


#include "ngx_glyph.h"


extern ngx_command_t  ngx_glyph_commands[];         /* _directives.c */
extern ngx_http_module_t  ngx_glyph_module_ctx;     /* _conf.c */


#endif /* _NGX_GLYPH_CONF_H_INCLUDED_ */
