
#include "ngx_glyph.h"
#include "ngx_glyph_timing.h"


uint64_t
ngx_glyph_usec(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}
