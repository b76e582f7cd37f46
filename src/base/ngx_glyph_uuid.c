
#include "ngx_glyph.h"
#include "ngx_glyph_uuid.h"
#include "core/text/glyph_hash.h"

#include <sys/random.h>


ngx_int_t
ngx_glyph_uuid_create(ngx_glyph_uuid_t *uuid)
{
    u_char      *p;
    uint64_t     msec;
    ngx_uint_t   i;
    ngx_time_t  *tp;

    p = uuid->bytes;

    if (getrandom(p, sizeof(uuid->bytes), GRND_NONBLOCK)
        != sizeof(uuid->bytes))
    {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "getrandom() failed");
        return NGX_ERROR;
    }

    tp = ngx_timeofday();
    msec = (uint64_t) tp->sec * 1000 + tp->msec;

    for (i = 0; i < 6; i++) {
        p[i] = (u_char) (msec >> (40 - 8 * i));
    }

    p[6] = 0x70 | (p[6] & 0x0f);
    p[8] = 0x80 | (p[8] & 0x3f);

    return NGX_OK;
}


u_char *
ngx_glyph_uuid_text(u_char *p, ngx_glyph_uuid_t *uuid)
{
    ngx_uint_t  i;

    for (i = 0; i < sizeof(uuid->bytes); i++) {

        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *p++ = '-';
        }

        p = ngx_hex_dump(p, &uuid->bytes[i], 1);
    }

    return p;
}


ngx_int_t
ngx_glyph_uuid_parse(ngx_glyph_uuid_t *uuid, u_char *p, size_t len)
{
    ngx_int_t   n;
    ngx_uint_t  i;

    if (len != NGX_GLYPH_UUID_TEXT_LEN) {
        return NGX_DECLINED;
    }

    for (i = 0; i < sizeof(uuid->bytes); i++) {

        if ((i == 4 || i == 6 || i == 8 || i == 10) && *p++ != '-') {
            return NGX_DECLINED;
        }

        n = ngx_hextoi(p, 2);

        if (n == NGX_ERROR) {
            return NGX_DECLINED;
        }

        uuid->bytes[i] = (u_char) n;
        p += 2;
    }

    return NGX_OK;
}


ngx_uint_t
ngx_glyph_uuid_hash(ngx_glyph_uuid_t *uuid)
{
    return (ngx_uint_t) glyph_hash(uuid->bytes, sizeof(uuid->bytes));
}
