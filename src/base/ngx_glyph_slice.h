
/*
 * How soon the event loop has a processor when others compute on all of them:
 * our pool's threads and, on the same machine, Postgres.
 */


#ifndef _NGX_GLYPH_SLICE_H_INCLUDED_
#define _NGX_GLYPH_SLICE_H_INCLUDED_


#include "ngx_glyph.h"


/*
 * Asks the kernel for a short time slice for the calling thread, which by
 * EEVDF (Linux 6.12 and later, Documentation/scheduler/sched-eevdf.rst) goes
 * before those with longer ones as long as it takes no more than its share;
 * its share and its nice value stay as they are.  Earlier kernels ignore it,
 * as that of Debian 12 (6.1) does, and a real-time class is left alone.  That
 * it is refused is logged, no more.
 */
extern const ngx_glyph_part_t  ngx_glyph_slice_part;


#endif /* _NGX_GLYPH_SLICE_H_INCLUDED_ */
