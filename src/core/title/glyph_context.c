#include "title/glyph_context.h"
#include "title/glyph_thing.h"


/*
 * A title is read as a seller means it: what it offers comes first, what
 * comes with it after "with", what it serves after "for", what it is held
 * against after "vs".  A part ("backplate", "power cable") that is offered
 * makes it no card; one that comes with it does not.
 */


#define GLYPH_GAP_FOR    1      /* unknown words between "for" and a name */
#define GLYPH_GAP_OTHER  2      /* and between names of one list */


static void glyph_context_roles(glyph_scan_t *scan);
static uint8_t glyph_context_between(const glyph_scan_t *scan, size_t from,
    size_t to);
static void glyph_context_adjectives(glyph_scan_t *scan);
static void glyph_context_subject(const glyph_index_t *index,
    glyph_scan_t *scan, glyph_context_t *ctx);
static void glyph_context_offer(const glyph_index_t *index,
    const glyph_scan_t *scan, glyph_context_t *ctx, const glyph_event_t *e,
    const glyph_variant_t *v);
static int glyph_context_shortens(const glyph_index_t *index,
    const glyph_context_t *ctx, const glyph_variant_t *v);
static int glyph_context_next_to(const glyph_index_t *index,
    const glyph_scan_t *scan, const glyph_event_t *e);
static void glyph_context_number(const glyph_index_t *index,
    glyph_context_t *ctx, const glyph_context_t *part);
static int glyph_context_listed(const glyph_index_t *index,
    const glyph_context_t *ctx, const glyph_event_t *e);
static int glyph_context_said(const glyph_scan_t *scan);


void
glyph_context(const glyph_index_t *index, glyph_scan_t *scan,
    glyph_context_t *ctx)
{
    memset(ctx, 0, sizeof(glyph_context_t));

    glyph_context_roles(scan);

    if (scan->words & GLYPH_SYSTEMS) {
        glyph_context_adjectives(scan);
    }

    glyph_context_subject(index, scan, ctx);

    glyph_thing(scan, ctx);

    if (ctx->reason == NULL && ctx->subject) {
        ctx->card = 1;
    }
}


static void
glyph_context_roles(glyph_scan_t *scan)
{
    int             with, named, offered, denied, from;
    size_t          end, gap;
    uint8_t         role, sep;
    glyph_event_t  *e, *last;

    with = 0;
    named = 0;
    offered = 0;
    denied = 0;
    from = 0;
    end = 0;
    role = GLYPH_IS_SUBJECT;
    last = scan->event + scan->nevents;

    for (e = scan->event; e < last; e++) {
        gap = e->start - end;

        sep = e != scan->event ? glyph_context_between(scan, end, e->start)
                               : 0;

        if (sep & GLYPH_SEP_BREAK) {
            with = 0;
            role = GLYPH_IS_SUBJECT;
        }

        if (sep & GLYPH_SEP_PLUS) {
            with = offered;
        }

        if (role != GLYPH_IS_SUBJECT
            && gap > (named ? GLYPH_GAP_OTHER : GLYPH_GAP_FOR))
        {
            role = GLYPH_IS_SUBJECT;
        }

        end = e->end;
        e->with = with;

        /* nothing comes with what has not been named yet */

        offered |= e->class <= GLYPH_W_ARC || e->class == GLYPH_W_CARD;

        switch (e->class) {

        case GLYPH_W_NONE:
            e->role = denied && gap <= GLYPH_GAP_FOR ? GLYPH_IS_OTHER : role;
            named = 1;
            break;

        case GLYPH_W_NO:
            denied = 2;
            with = offered;
            break;

        case GLYPH_W_WITH:
        case GLYPH_W_AND:
            with = offered;
            break;

        case GLYPH_W_FROM:
            from = 2;
            break;

        case GLYPH_W_FOR:
            with = 0;
            named = 0;
            role = GLYPH_IS_FOR;
            break;

        case GLYPH_W_VERSUS:
            named = 0;
            role = GLYPH_IS_OTHER;
            break;

        default:
            if (!glyph_event_in(e, GLYPH_SYSTEMS)) {
                break;
            }

            /* for a server, and what else it may be for does not follow */

            if (role == GLYPH_IS_FOR || from) {
                e->with = 1;
            }
        }

        denied -= denied > 0;
        from -= from > 0;
    }
}


/* All separators from one token to another. */

static uint8_t
glyph_context_between(const glyph_scan_t *scan, size_t from, size_t to)
{
    uint8_t  sep;

    for (sep = 0; from <= to; from++) {
        sep |= scan->ts.token[from].sep;
    }

    return sep;
}


/*
 * "Desktop computer gaming graphics card": a computer that stands right
 * before the word for a card is but an adjective.
 */

static void
glyph_context_adjectives(glyph_scan_t *scan)
{
    glyph_event_t  *e;

    for (e = scan->event + scan->nevents - 1; e > scan->event; e--) {

        if (glyph_event_in(e - 1, GLYPH_SYSTEMS)
            && e[-1].class != GLYPH_W_RIG && e[-1].end == e->start
            && !(scan->ts.token[e->start].sep & GLYPH_SEP_BREAK)
            && (e->class == GLYPH_W_CARD
                || (e->with && glyph_event_in(e, GLYPH_SYSTEMS))))
        {
            e[-1].with = 1;
        }
    }
}


/*
 * The first mention that is offered, has what it needs around it, and means
 * a model; a part number that holds a name is asked when none is said in the
 * open.  One that the thing is "for" is the next best: sellers write
 * "Graphics Card for NVIDIA GTX 1050 Ti 4GB".
 */

static void
glyph_context_subject(const glyph_index_t *index, glyph_scan_t *scan,
    glyph_context_t *ctx)
{
    glyph_event_t        *e, *last;
    glyph_variant_t       v;
    glyph_context_t       part;
    const glyph_event_t  *served;

    served = NULL;
    memset(&part, 0, sizeof(glyph_context_t));
    last = scan->event + scan->nevents;

    for (e = scan->event; scan->mentions && e < last; e++) {

        if (e->class != GLYPH_W_NONE) {
            continue;
        }

        if (e->role == GLYPH_IS_FOR && served == NULL) {
            served = e;
        }

        if (e->role != GLYPH_IS_SUBJECT) {
            continue;
        }

        glyph_variant(index, scan, e, &v);

        if (v.candidate == NULL) {
            e->role = GLYPH_IS_NOTHING;
            ctx->refused |= v.refused;
            ctx->several |= ctx->subject && e->listed
                            && scan->ts.token[e->start].digits
                            && glyph_context_listed(index, ctx, e);
            continue;
        }

        glyph_context_offer(index, scan, e->part ? &part : ctx, e, &v);
    }

    if (part.subject) {
        glyph_context_number(index, ctx, &part);
    }

    if (ctx->subject || served == NULL || ctx->refused) {
        return;
    }

    glyph_variant(index, scan, served, &v);

    if (v.candidate
        && (glyph_context_said(scan)
            || glyph_scan_has_memory(scan,
                   index->models[v.candidate->row].vram_gb)))
    {
        ctx->subject = served;
        ctx->variant = v;
        ctx->borrowed = 1;

    } else if (v.candidate) {
        ctx->serves = served;
    }
}


/*
 * A part number is the subject if there is no other; if there is, it may tell
 * which of the models that have the name is meant.
 */

static void
glyph_context_number(const glyph_index_t *index, glyph_context_t *ctx,
    const glyph_context_t *part)
{
    size_t                    i;
    const glyph_candidate_t  *c;

    const unsigned  open =
        GLYPH_ASSUMED_MEMORY | GLYPH_ASSUMED_FORM | GLYPH_ASSUMED_FAMILY;

    if (ctx->subject == NULL) {
        ctx->subject = part->subject;
        ctx->variant = part->variant;
        return;
    }

    if (!(ctx->variant.doubts & open)
        || part->variant.candidate->alias != GLYPH_WRITING_NUMBER)
    {
        return;
    }

    for (i = index->first[ctx->subject->node];
         i < index->first[ctx->subject->node + 1];
         i++)
    {
        c = &index->candidates[i];

        if (c->row == part->variant.candidate->row) {
            ctx->variant.candidate = c;
            ctx->variant.doubts &= ~open;
        }
    }
}


/* Takes the mention as the subject, or as one more that is offered. */

static void
glyph_context_offer(const glyph_index_t *index, const glyph_scan_t *scan,
    glyph_context_t *ctx, const glyph_event_t *e, const glyph_variant_t *v)
{
    const glyph_row_t  *a, *b;

    /* what may be a name gives way to what is one */

    if (ctx->subject == NULL
        || (v->candidate->need == GLYPH_NEED_NOTHING
            && (ctx->variant.candidate->need == GLYPH_NEED_BESIDE
                || (ctx->variant.doubts & GLYPH_WEAK_EVIDENCE))))
    {
        ctx->subject = e;
        ctx->variant = *v;
        return;
    }

    a = &index->rows[ctx->variant.candidate->row];
    b = &index->rows[v->candidate->row];

    if (a->family == b->family || (v->doubts & GLYPH_ASSUMED_FAMILY)
        || (!e->listed && glyph_context_shortens(index, ctx, v)))
    {
        return;
    }

    /* "RTX A4000 A5000", "RX 570/580" */

    if (v->candidate->need == GLYPH_NEED_NOTHING || e->listed
        || (v->candidate->need == GLYPH_NEED_VENDOR
            && glyph_context_next_to(index, scan, e)))
    {
        ctx->several = 1;
    }
}


/* "RTX 5070 Ti … RTX 5070": the name again, as far as there was room. */

static int
glyph_context_shortens(const glyph_index_t *index, const glyph_context_t *ctx,
    const glyph_variant_t *v)
{
    const glyph_str_t  *a, *b;

    a = &index->models[ctx->variant.candidate->row].family;
    b = &index->models[v->candidate->row].family;

    return a->len > b->len && a->data[b->len] == '_'
           && memcmp(a->data, b->data, b->len) == 0;
}


/* "P4 P40", "P4 8GB P40 24GB" */

static int
glyph_context_next_to(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_event_t *e)
{
    size_t  i;

    if (e == scan->event || e[-1].class != GLYPH_W_NONE) {
        return 0;
    }

    i = e[-1].end;

    return i == e->start
           || (i + 2 == e->start && scan->ts.token[i].digits
               && glyph_index_class(index, &scan->ts, i + 1)
                  == GLYPH_W_UNIT_G);
}


/* Whether a number in a list is that of a card by the same maker. */

static int
glyph_context_listed(const glyph_index_t *index, const glyph_context_t *ctx,
    const glyph_event_t *e)
{
    size_t              i, row;
    const glyph_row_t  *subject;

    subject = &index->rows[ctx->variant.candidate->row];

    for (i = index->first[e->node]; i < index->first[e->node + 1]; i++) {
        row = index->candidates[i].row;

        if (index->rows[row].vendor == subject->vendor
            && index->rows[row].family != subject->family
            && !index->rows[row].mobile)
        {
            return 1;
        }
    }

    return 0;
}


/* Whether the title says that it is about a card, before any "for". */

static int
glyph_context_said(const glyph_scan_t *scan)
{
    size_t                i;
    const glyph_event_t  *e;

    for (i = 0; i < scan->nevents; i++) {
        e = &scan->event[i];

        if (e->class == GLYPH_W_FOR) {
            return 0;
        }

        if (e->class == GLYPH_W_CARD) {
            return 1;
        }
    }

    return 0;
}
