
#include "ngx_glyph.h"
#include "ngx_glyph_node.h"


char  ngx_glyph_worker_id[NGX_GLYPH_UUID_TEXT_LEN + 1];
char  ngx_glyph_node_id[NGX_GLYPH_UUID_TEXT_LEN + 1];
