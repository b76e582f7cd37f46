
#include "ngx_glyph.h"
#include "ngx_glyph_slice.h"

#include <sys/syscall.h>


/* what the kernel lets a thread have at least, in nanoseconds */

#define NGX_GLYPH_SLICE  100000


#ifdef SYS_sched_setattr

/* Of sched_setattr(2) in its first version; glibc has none before 2.41. */

typedef struct {
    uint32_t                   size;
    uint32_t                   policy;
    uint64_t                   flags;
    int32_t                    nice;
    uint32_t                   priority;
    uint64_t                   runtime;
    uint64_t                   deadline;
    uint64_t                   period;
} ngx_glyph_sched_attr_t;

#endif


static ngx_int_t ngx_glyph_slice_init(ngx_cycle_t *cycle);


const ngx_glyph_part_t  ngx_glyph_slice_part = {
    ngx_glyph_slice_init,
    NULL,
    NULL,
    0
};


static ngx_int_t
ngx_glyph_slice_init(ngx_cycle_t *cycle)
{
#ifdef SYS_sched_setattr

    ngx_glyph_sched_attr_t  attr;

    ngx_memzero(&attr, sizeof(ngx_glyph_sched_attr_t));

    if (syscall(SYS_sched_getattr, 0, &attr, sizeof(ngx_glyph_sched_attr_t), 0)
        == -1)
    {
        ngx_log_error(NGX_LOG_INFO, cycle->log, ngx_errno,
                      "sched_getattr() failed");
        return NGX_OK;
    }

    if (attr.policy != SCHED_OTHER) {
        return NGX_OK;
    }

    attr.size = sizeof(ngx_glyph_sched_attr_t);
    attr.runtime = NGX_GLYPH_SLICE;

    if (syscall(SYS_sched_setattr, 0, &attr, 0) == -1) {
        ngx_log_error(NGX_LOG_INFO, cycle->log, ngx_errno,
                      "sched_setattr() failed");
    }

#endif

    return NGX_OK;
}
