
#include "ngx_glyph.h"
#include "ngx_glyph_str.h"


ngx_uint_t
ngx_glyph_tenant_equal(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || ngx_memcmp(a->data, b->data, a->len) == 0);
}
