
#include "ngx_glyph.h"
#include "ngx_glyph_secret.h"
#include "core/text/glyph_hash.h"

#include <sys/random.h>


static ngx_int_t ngx_glyph_secret_init(ngx_cycle_t *cycle);


const ngx_glyph_part_t  ngx_glyph_secret_part = {
    ngx_glyph_secret_init,
    NULL,
    NULL,
    0
};


static ngx_int_t
ngx_glyph_secret_init(ngx_cycle_t *cycle)
{
    u_char             secret[GLYPH_HASH_SECRET];
    static ngx_uint_t  set;

    /* without a master a reload comes here again, and tables are in use */

    if (set) {
        return NGX_OK;
    }

    if (getrandom(secret, sizeof(secret), 0) != (ssize_t) sizeof(secret)) {
        ngx_log_error(NGX_LOG_ALERT, cycle->log, ngx_errno,
                      "getrandom() failed");
        return NGX_ERROR;
    }

    glyph_hash_secret_set(secret);
    ngx_explicit_memzero(secret, sizeof(secret));
    set = 1;

    return NGX_OK;
}
