
#include "ngx_glyph.h"
#include "ngx_glyph_time.h"


void
ngx_glyph_json_time(glyph_buf_t *b, uint64_t msec)
{
    time_t     sec;
    struct tm  tm;

    sec = (time_t) (msec / 1000);

    (void) gmtime_r(&sec, &tm);

    glyph_buf_printf(b, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
                     tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                     tm.tm_hour, tm.tm_min, tm.tm_sec, (int) (msec % 1000));
}
