/*
 * Whether what a title offers is a card, or what else it is.
 */

#ifndef GLYPH_THING_H_INCLUDED
#define GLYPH_THING_H_INCLUDED

#include "title/glyph_context.h"


#define glyph_wset2(a, b)        (glyph_w(a) | glyph_w(b))
#define glyph_wset3(a, b, c)     (glyph_wset2(a, b) | glyph_w(c))
#define glyph_wset4(a, b, c, d)  (glyph_wset3(a, b, c) | glyph_w(d))

#define GLYPH_SYSTEMS                                                        \
    (glyph_wset3(GLYPH_W_LAPTOP, GLYPH_W_PC, GLYPH_W_PC_SOFT)                \
     | glyph_wset3(GLYPH_W_SERVER, GLYPH_W_SERVER_SOFT, GLYPH_W_RIG))

#define GLYPH_PARTS                                                          \
    (glyph_wset4(GLYPH_W_HARD, GLYPH_W_SOFT, GLYPH_W_COOLER, GLYPH_W_CABLE)  \
     | glyph_w(GLYPH_W_ADAPTER))

#define GLYPH_CHIPS                                                          \
    (glyph_wset4(GLYPH_W_NVIDIA, GLYPH_W_GEFORCE, GLYPH_W_QUADRO,            \
                 GLYPH_W_TESLA)                                              \
     | glyph_wset4(GLYPH_W_RTX, GLYPH_W_GTX, GLYPH_W_PART_N, GLYPH_W_AMD)    \
     | glyph_wset4(GLYPH_W_ATI, GLYPH_W_RADEON, GLYPH_W_FIREPRO,             \
                   GLYPH_W_INSTINCT)                                         \
     | glyph_wset3(GLYPH_W_RX, GLYPH_W_PART_R, GLYPH_W_INTEL))


static inline int
glyph_event_in(const glyph_event_t *e, uint64_t words)
{
    return e->class && e->class < GLYPH_W_QUALIFIER
           && (words & glyph_w(e->class));
}


/*
 * Sets ctx->reason and ctx->why if it is none; ctx->card if only words say
 * that it is one.  The subject must have been found.
 */
void glyph_thing(const glyph_scan_t *scan, glyph_context_t *ctx);

#endif /* GLYPH_THING_H_INCLUDED */
