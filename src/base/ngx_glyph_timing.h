
/*
 * How long the parts of an import take: microseconds of the monotonic clock,
 * as nginx's own is as old as the turn of the event loop.
 */


#ifndef _NGX_GLYPH_TIMING_H_INCLUDED_
#define _NGX_GLYPH_TIMING_H_INCLUDED_


#include "ngx_glyph.h"


typedef struct {
    uint64_t                   began;       /* when, of ngx_glyph_usec() */
    uint64_t                   receive;     /* until the body had come;
                                               0: it has not */
    uint64_t                   parse;       /* in threads, waits not counted */
    uint64_t                   commit;      /* of the transactions that its
                                               blocks were part of */
} ngx_glyph_timing_t;


/* May be called in threads. */
uint64_t ngx_glyph_usec(void);

/*
 * For so long a handler goes on with what there is any number of; then it
 * sets its timer to 0, which also keeps a worker that is to exit, and the
 * others have their turn.
 */
#define NGX_GLYPH_TURN_USEC  250


#endif /* _NGX_GLYPH_TIMING_H_INCLUDED_ */
