
#include "ngx_glyph.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_timing.h"


static u_char *ngx_glyph_timing_metric(u_char *p, const char *name,
    uint64_t usec);


uint64_t
ngx_glyph_usec(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


ngx_int_t
ngx_glyph_timing_header(ngx_http_request_t *r, ngx_glyph_timing_t *t)
{
    u_char  *p;
    u_char   buf[4 * (sizeof("receive;dur=.000, ") + NGX_INT64_LEN)];

    p = buf;

    if (t->receive) {
        p = ngx_glyph_timing_metric(p, "receive", t->receive);
    }

    p = ngx_glyph_timing_metric(p, "parse", t->parse);
    p = ngx_glyph_timing_metric(p, "commit", t->commit);
    p = ngx_glyph_timing_metric(p, "total", ngx_glyph_usec() - t->began);

    return ngx_glyph_add_header(r, "Server-Timing", buf,
                                p - (sizeof(", ") - 1) - buf);
}


static u_char *
ngx_glyph_timing_metric(u_char *p, const char *name, uint64_t usec)
{
    return ngx_sprintf(p, "%s;dur=%uL.%03uL, ", name, usec / 1000,
                       usec % 1000);
}
