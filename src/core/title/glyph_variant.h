/*
 * Which of the models that a writing may mean a title means.
 */

#ifndef GLYPH_VARIANT_H_INCLUDED
#define GLYPH_VARIANT_H_INCLUDED

#include "title/glyph_scan.h"


/* What had to be assumed. */

#define GLYPH_ASSUMED_MEMORY   0x01     /* the family comes in several */
#define GLYPH_ASSUMED_FORM     0x02     /* PCIe or SXM is not said */
#define GLYPH_ASSUMED_FAMILY   0x04     /* Quadro RTX 4000 or RTX 4000 Ada */
#define GLYPH_AGAINST_MEMORY   0x08     /* the size said is not the card's */
#define GLYPH_ASSUMED_SERIES   0x10     /* "gtx 3060" */
#define GLYPH_WEAK_EVIDENCE    0x20     /* nothing names the vendor */
#define GLYPH_UNKNOWN_TAIL     0x40     /* "A4000E" */
#define GLYPH_ASSUMED_MOBILE   0x80     /* it exists in laptops only */
#define GLYPH_BARE_NUMBER     0x100     /* only a number names it */
#define GLYPH_FAR_MEMORY      0x200     /* the size said is so far from the
                                           card's that it is another one */


typedef struct {
    const glyph_candidate_t  *candidate;    /* NULL: none fits */
    unsigned                  doubts;
    unsigned                  refused:1;    /* the writing was known, but of
                                               no model that may be meant */
} glyph_variant_t;


/* The model that mention e means, given all of the title. */
void glyph_variant(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_event_t *e, glyph_variant_t *v);

#endif /* GLYPH_VARIANT_H_INCLUDED */
