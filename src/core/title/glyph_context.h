/*
 * Whether a title offers a card, and which of the models it names is the one.
 */

#ifndef GLYPH_CONTEXT_H_INCLUDED
#define GLYPH_CONTEXT_H_INCLUDED

#include "title/glyph_scan.h"
#include "title/glyph_variant.h"


typedef struct {
    const char           *reason;       /* no card: why; else NULL */
    const glyph_event_t  *why;          /* the event that says so, or NULL */
    const glyph_event_t  *serves;       /* the mention that the thing, not a
                                           card, is for */
    const glyph_event_t  *subject;      /* the mention, NULL if none */
    glyph_variant_t       variant;      /* of the subject */
    unsigned              card:1;       /* known to be a card */
    unsigned              borrowed:1;   /* the subject was said to be what
                                           the thing is for */
    unsigned              several:1;    /* more than one model is offered */
    unsigned              refused:1;    /* a known name, no such model */
} glyph_context_t;


/* Sets the roles in scan->event. */
void glyph_context(const glyph_index_t *index, glyph_scan_t *scan,
    glyph_context_t *ctx);

#endif /* GLYPH_CONTEXT_H_INCLUDED */
