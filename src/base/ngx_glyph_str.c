
#include "ngx_glyph.h"
#include "ngx_glyph_str.h"


ngx_uint_t
ngx_glyph_tenant_equal(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || ngx_memcmp(a->data, b->data, a->len) == 0);
}


ngx_int_t
ngx_glyph_unhex(glyph_buf_t *b, const char *hex, size_t len)
{
    size_t     i;
    ngx_int_t  n;

    glyph_buf_reset(b);

    if (glyph_buf_reserve(b, len / 2) != GLYPH_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i + 1 < len; i += 2) {
        n = ngx_hextoi((u_char *) hex + i, 2);

        if (n == NGX_ERROR) {
            return NGX_ERROR;
        }

        b->data[b->len++] = (u_char) n;
    }

    return NGX_OK;
}
