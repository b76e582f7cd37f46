
#include "ngx_glyph.h"
#include "ngx_glyph_log.h"
#include "core/text/glyph_utf8.h"


#define NGX_GLYPH_LOG_MORE  "..."


static size_t ngx_glyph_log_plain(const u_char *p, const u_char *last);


char *
ngx_glyph_log_text(char *dst, size_t size, const void *data, size_t len)
{
    char          *d, *end, *cut;
    size_t         n, room;
    const u_char  *p, *last;

    p = data;
    last = p + len;

    d = dst;
    end = dst + size - 1;
    cut = dst;          /* where there is still room for the dots */

    while (p < last) {
        n = ngx_glyph_log_plain(p, last);
        room = n ? n : sizeof("\\xHH") - 1;

        if ((size_t) (end - d) < room) {
            d = (char *) ngx_cpymem(cut, NGX_GLYPH_LOG_MORE,
                                    sizeof(NGX_GLYPH_LOG_MORE) - 1);
            break;
        }

        if (n) {
            d = (char *) ngx_cpymem(d, p, n);
            p += n;

        } else {
            d = (char *) ngx_sprintf((u_char *) d, "\\x%02XD",
                                     (uint32_t) *p++);
        }

        if ((size_t) (end - d) >= sizeof(NGX_GLYPH_LOG_MORE) - 1) {
            cut = d;
        }
    }

    *d = '\0';

    return dst;
}


char *
ngx_glyph_log_string(char *dst, size_t size, const char *text,
    const char *none)
{
    if (text == NULL) {
        text = none;
    }

    return ngx_glyph_log_text(dst, size, text, ngx_strlen(text));
}


/* How many bytes the character at p has that can stay; 0: it cannot. */

static size_t
ngx_glyph_log_plain(const u_char *p, const u_char *last)
{
    size_t  n;

    if (*p < 0x80) {
        return *p >= ' ' && *p != 0x7f && *p != '\\';
    }

    n = (*p < 0xe0) ? 2 : (*p < 0xf0) ? 3 : 4;

    /* U+0080 to U+009F are control characters, too */

    if ((size_t) (last - p) < n
        || glyph_utf8_valid(p, n) != n
        || (p[0] == 0xc2 && p[1] < 0xa0))
    {
        return 0;
    }

    return n;
}


void
ngx_glyph_log_line(char *dst, size_t size, const char *src)
{
    char  *p, *last;

    p = dst;
    last = dst + size - 1;

    while (*src && p < last) {

        if ((u_char) *src > ' ' && *src != 0x7f) {
            *p++ = *src++;
            continue;
        }

        if (p != dst && p[-1] != ' ') {
            *p++ = ' ';
        }

        src++;
    }

    /* not a part of a character */

    if (*src) {
        while (p > dst && ((u_char) *src & 0xc0) == 0x80) {
            src--;
            p--;
        }
    }

    while (p > dst && p[-1] == ' ') {
        p--;
    }

    *p = '\0';
}
