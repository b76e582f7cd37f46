#include "title/glyph_context.h"


/*
 * A title is read as a seller means it: what it offers comes first, what
 * comes with it after "with", what it serves after "for", what it is held
 * against after "vs".  A part ("backplate", "power cable") that is offered
 * makes it no card; one that comes with it does not.
 */


#define glyph_wset2(a, b)        (glyph_w(a) | glyph_w(b))
#define glyph_wset3(a, b, c)     (glyph_wset2(a, b) | glyph_w(c))
#define glyph_wset4(a, b, c, d)  (glyph_wset3(a, b, c) | glyph_w(d))

#define GLYPH_GAP_FOR    1      /* unknown words between "for" and a name */
#define GLYPH_GAP_OTHER  2      /* and between names of one list */


static void glyph_context_roles(glyph_scan_t *scan);
static uint8_t glyph_context_between(const glyph_scan_t *scan, size_t from,
    size_t to);
static void glyph_context_adjectives(glyph_scan_t *scan);
static void glyph_context_subject(const glyph_index_t *index,
    glyph_scan_t *scan, glyph_context_t *ctx);
static void glyph_context_part(const glyph_scan_t *scan,
    glyph_context_t *ctx);
static int glyph_context_is_part(const glyph_scan_t *scan,
    const glyph_context_t *ctx, const glyph_event_t *e);
static void glyph_context_system(const glyph_scan_t *scan,
    glyph_context_t *ctx);
static int glyph_context_comes_with(const glyph_event_t *system,
    const glyph_event_t *subject);
static int glyph_context_holds(const glyph_scan_t *scan,
    const glyph_event_t *server, const glyph_event_t *subject);
static int glyph_context_module(const glyph_scan_t *scan,
    const glyph_context_t *ctx);
static void glyph_context_no_model(const glyph_scan_t *scan,
    glyph_context_t *ctx);
static int glyph_context_is_card(const glyph_scan_t *scan,
    const glyph_context_t *ctx);
static const glyph_event_t *glyph_context_find(const glyph_scan_t *scan,
    uint64_t words);
static int glyph_context_said(const glyph_scan_t *scan);


static const uint64_t  glyph_context_chips =
    glyph_wset4(GLYPH_W_NVIDIA, GLYPH_W_GEFORCE, GLYPH_W_QUADRO,
                GLYPH_W_TESLA)
    | glyph_wset4(GLYPH_W_RTX, GLYPH_W_GTX, GLYPH_W_PART_N, GLYPH_W_AMD)
    | glyph_wset4(GLYPH_W_ATI, GLYPH_W_RADEON, GLYPH_W_FIREPRO,
                  GLYPH_W_INSTINCT)
    | glyph_wset3(GLYPH_W_RX, GLYPH_W_PART_R, GLYPH_W_INTEL);

static const uint64_t  glyph_context_systems =
    glyph_wset3(GLYPH_W_LAPTOP, GLYPH_W_PC, GLYPH_W_PC_SOFT)
    | glyph_wset2(GLYPH_W_SERVER, GLYPH_W_SERVER_SOFT);

static const uint64_t  glyph_context_parts =
    glyph_wset4(GLYPH_W_HARD, GLYPH_W_SOFT, GLYPH_W_COOLER, GLYPH_W_CABLE)
    | glyph_w(GLYPH_W_ADAPTER);


static inline int
glyph_event_in(const glyph_event_t *e, uint64_t words)
{
    return e->class && e->class < GLYPH_W_QUALIFIER
           && (words & glyph_w(e->class));
}


void
glyph_context(const glyph_index_t *index, glyph_scan_t *scan,
    glyph_context_t *ctx)
{
    memset(ctx, 0, sizeof(glyph_context_t));

    glyph_context_roles(scan);

    if (scan->words & glyph_context_systems) {
        glyph_context_adjectives(scan);
    }

    glyph_context_subject(index, scan, ctx);

    if (scan->words & (glyph_context_parts | glyph_wset2(GLYPH_W_EMPTY,
                                                         GLYPH_W_LINK)))
    {
        glyph_context_part(scan, ctx);
    }

    if (ctx->reason == NULL) {
        glyph_context_system(scan, ctx);
    }

    if (ctx->reason == NULL && ctx->subject == NULL) {
        glyph_context_no_model(scan, ctx);
    }

    if (ctx->reason == NULL && ctx->subject) {
        ctx->card = 1;
    }
}


static void
glyph_context_roles(glyph_scan_t *scan)
{
    int             with, named, offered;
    size_t          end, gap;
    uint8_t         role, sep;
    glyph_event_t  *e, *last;

    with = 0;
    named = 0;
    offered = 0;
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
            e->role = role;
            named = 1;
            break;

        case GLYPH_W_WITH:
            with = offered;
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
            if (!glyph_event_in(e, glyph_context_systems)) {
                break;
            }

            /* for a server, and what else it may be for does not follow */

            if (role == GLYPH_IS_FOR) {
                e->with = 1;
            }
        }
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

        if (glyph_event_in(e - 1, glyph_context_systems)
            && e[-1].end == e->start
            && !(scan->ts.token[e->start].sep & GLYPH_SEP_BREAK)
            && (e->class == GLYPH_W_CARD
                || (e->with && glyph_event_in(e, glyph_context_systems))))
        {
            e[-1].with = 1;
        }
    }
}


/*
 * The first mention that is offered, has what it needs around it, and means
 * a model.  One that the thing is "for" is the next best: sellers write
 * "Graphics Card for NVIDIA GTX 1050 Ti 4GB".
 */

static void
glyph_context_subject(const glyph_index_t *index, glyph_scan_t *scan,
    glyph_context_t *ctx)
{
    glyph_event_t         *e, *last;
    glyph_variant_t        v;
    const glyph_event_t   *served;
    const glyph_row_t     *a, *b;

    served = NULL;
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
            continue;
        }

        /* what may be a name gives way to what is one */

        if (ctx->subject == NULL
            || (v.candidate->need == GLYPH_NEED_NOTHING
                && (ctx->variant.candidate->need == GLYPH_NEED_BESIDE
                    || (ctx->variant.doubts & GLYPH_WEAK_EVIDENCE))))
        {
            ctx->subject = e;
            ctx->variant = v;
            continue;
        }

        a = &index->rows[ctx->variant.candidate->row];
        b = &index->rows[v.candidate->row];

        if (a->family != b->family && v.candidate->need == 0
            && !(v.doubts & GLYPH_ASSUMED_FAMILY))
        {
            ctx->several = 1;
        }
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


static void
glyph_context_part(const glyph_scan_t *scan, glyph_context_t *ctx)
{
    size_t                i;
    const glyph_event_t  *e;

    e = glyph_context_find(scan, glyph_w(GLYPH_W_EMPTY));

    if (e) {
        ctx->reason = "empty_box";
        ctx->why = e;
        return;
    }

    for (i = 0; i < scan->nevents && ctx->reason == NULL; i++) {
        e = &scan->event[i];

        if (e->class == GLYPH_W_LINK) {

            if (ctx->subject == NULL || ctx->borrowed) {
                ctx->reason = "accessory";
            }

        } else if (glyph_event_in(e, glyph_context_parts)
                   && glyph_context_is_part(scan, ctx, e))
        {
            ctx->reason = e->class == GLYPH_W_COOLER ? "cooler"
                          : e->class == GLYPH_W_CABLE
                            || e->class == GLYPH_W_ADAPTER
                          ? "cable_or_adapter" : "accessory";
        }

        if (ctx->reason) {
            ctx->why = e;
        }
    }
}


static int
glyph_context_is_part(const glyph_scan_t *scan, const glyph_context_t *ctx,
    const glyph_event_t *e)
{
    int                   hard;
    const glyph_event_t  *before, *after, *last;

    if (e->with) {
        return 0;
    }

    hard = e->class == GLYPH_W_HARD || e->class == GLYPH_W_CABLE;

    if (ctx->subject == NULL || ctx->borrowed) {

        /* a card without a model may have a fan; a box may be anything */

        return hard || e->class == GLYPH_W_COOLER
               || ((scan->mentions
                    || (scan->words & (glyph_context_chips
                                       | glyph_w(GLYPH_W_CARD))))
                   && !(scan->qualifiers & GLYPH_Q_GRAPHIC));
    }

    if (hard) {
        return 1;
    }

    last = scan->event + scan->nevents;
    before = e > scan->event ? e - 1 : NULL;
    after = e + 1 < last ? e + 1 : NULL;

    /* "GPU cooler", "fan for …" */

    if (before && before->end == e->start && before->class == GLYPH_W_CARD) {
        return 1;
    }

    if (after && after->class == GLYPH_W_FOR && after->start <= e->end + 1) {
        return 1;
    }

    if (e->start < ctx->subject->start && e->class != GLYPH_W_SOFT) {
        return scan->nmemories == 0;
    }

    /* who states the memory sells the card with its fan or backplate */

    return scan->nmemories == 0 && !(scan->qualifiers & GLYPH_Q_GRAPHIC);
}


/*
 * A computer with a card inside.  One word that means nothing else is
 * enough; others count once a kind, so that "HP Z440 Workstation" in a card's
 * title does no harm, but a processor or a disk beside it does, or "with"
 * between it and the card.
 */

static void
glyph_context_system(const glyph_scan_t *scan, glyph_context_t *ctx)
{
    size_t                i;
    uint64_t              seen, kinds;
    const glyph_event_t  *e, *first;

    const uint64_t  hints =
        glyph_context_systems
        | glyph_wset4(GLYPH_W_CPU, GLYPH_W_RAM, GLYPH_W_DISK, GLYPH_W_OS)
        | glyph_wset2(GLYPH_W_MAINBOARD, GLYPH_W_LICENCE)
        | glyph_w(GLYPH_W_VGPU);

    if (!(scan->words & hints)) {
        return;
    }

    seen = 0;
    first = NULL;

    for (i = 0; i < scan->nevents; i++) {
        e = &scan->event[i];

        if (!glyph_event_in(e, hints)
            || (e->with && (glyph_event_in(e, glyph_context_systems)
                            || e->class == GLYPH_W_MAINBOARD
                            || (e->class == GLYPH_W_CPU && ctx->subject
                                && e > ctx->subject))))
        {
            continue;
        }

        if (first == NULL) {
            first = e;
        }

        seen |= glyph_w(e->class);
    }

    if (first == NULL) {
        return;
    }

    kinds = seen & glyph_wset4(GLYPH_W_CPU, GLYPH_W_RAM, GLYPH_W_DISK,
                               GLYPH_W_OS);
    ctx->why = first;

    if (seen & glyph_w(GLYPH_W_LICENCE)) {
        ctx->reason = "licence";

    } else if ((seen & glyph_w(GLYPH_W_VGPU)) && ctx->subject == NULL) {
        ctx->reason = "licence";

    } else if ((seen & glyph_w(GLYPH_W_LAPTOP))
               && (kinds || !glyph_context_module(scan, ctx)))
    {
        ctx->reason = "laptop";

    } else if ((seen & glyph_w(GLYPH_W_MAINBOARD))
               && (ctx->subject == NULL || first < ctx->subject))
    {
        ctx->reason = "motherboard";

    } else if (seen & glyph_w(GLYPH_W_SERVER)) {
        ctx->reason = "server";

    } else if (seen & glyph_w(GLYPH_W_PC)) {
        ctx->reason = "desktop_pc";

    } else if ((seen & glyph_w(GLYPH_W_SERVER_SOFT))
               && glyph_context_holds(scan, first, ctx->subject))
    {
        ctx->reason = "server";

    } else if ((seen & glyph_wset2(GLYPH_W_PC_SOFT, GLYPH_W_SERVER_SOFT))
               && glyph_context_comes_with(first, ctx->subject))
    {
        ctx->reason = (seen & glyph_w(GLYPH_W_SERVER_SOFT)) ? "server"
                                                            : "desktop_pc";

    } else if ((kinds & (kinds - 1))
               || (kinds && (seen & glyph_wset2(GLYPH_W_PC_SOFT,
                                                GLYPH_W_SERVER_SOFT)))
               || ((kinds & glyph_w(GLYPH_W_CPU)) && ctx->subject
                   && first < ctx->subject))
    {
        ctx->reason = (seen & glyph_w(GLYPH_W_SERVER_SOFT)) ? "server"
                                                            : "desktop_pc";

    } else {
        ctx->why = NULL;
    }
}


/* "Precision 7920 Tower with Quadro RTX 5000" */

static int
glyph_context_comes_with(const glyph_event_t *system,
    const glyph_event_t *subject)
{
    const glyph_event_t  *e;

    for (e = system; subject && e < subject; e++) {
        if (e->class == GLYPH_W_WITH) {
            return 1;
        }
    }

    return 0;
}


/* "PowerEdge C4140 4x V100": a server, and how many cards are in it. */

static int
glyph_context_holds(const glyph_scan_t *scan, const glyph_event_t *server,
    const glyph_event_t *subject)
{
    size_t  i;

    if (subject == NULL || server->class != GLYPH_W_SERVER_SOFT) {
        return 0;
    }

    for (i = server->end; i + 1 < subject->start; i++) {
        if (scan->ts.token[i].digits && glyph_token_is(&scan->ts, i + 1, "x")
            && glyph_token_glued(&scan->ts.token[i + 1]))
        {
            return 1;
        }
    }

    return 0;
}


/* A laptop's graphics card, sold by itself, names the laptops it fits. */

static int
glyph_context_module(const glyph_scan_t *scan, const glyph_context_t *ctx)
{
    return ctx->subject
           && (scan->qualifiers & glyph_q(GLYPH_Q_MOBILE))
           && (scan->words & glyph_w(GLYPH_W_CARD));
}


/* No model is named: is it a card at all, and if not, what is it? */

static void
glyph_context_no_model(const glyph_scan_t *scan, glyph_context_t *ctx)
{
    size_t                i;
    const glyph_event_t  *e;

    static const struct {
        uint64_t     words;
        const char  *reason;
    } others[] = {
        { glyph_w(GLYPH_W_CAPTURE), "capture_card" },
        { glyph_w(GLYPH_W_AV), "cable_or_adapter" },
        { glyph_w(GLYPH_W_NETWORK), "network_card" },
        { glyph_w(GLYPH_W_MONITOR), "monitor" },
        { glyph_w(GLYPH_W_PSU), "power_supply" },
        { glyph_w(GLYPH_W_MAINBOARD), "motherboard" },
        { glyph_w(GLYPH_W_CPU), "processor" }
    };

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        e = glyph_context_find(scan, others[i].words);

        if (e && !e->with
            && !(e->class == GLYPH_W_CPU
                 && (scan->words & glyph_w(GLYPH_W_CARD))))
        {
            ctx->reason = others[i].reason;
            ctx->why = e;
            return;
        }
    }

    if (ctx->serves == NULL && glyph_context_is_card(scan, ctx)) {
        ctx->card = 1;
        return;
    }

    /* whatever it is, it is for a card */

    ctx->why = ctx->serves;
    ctx->reason = ctx->serves ? "accessory" : "not_recognised";
}


/* Whether words say that it is a card, though not which. */

static int
glyph_context_is_card(const glyph_scan_t *scan, const glyph_context_t *ctx)
{
    uint64_t  words;

    const uint64_t  series =
        glyph_wset4(GLYPH_W_GEFORCE, GLYPH_W_QUADRO, GLYPH_W_RTX,
                    GLYPH_W_GTX)
        | glyph_wset4(GLYPH_W_RADEON, GLYPH_W_FIREPRO, GLYPH_W_PART_N,
                      GLYPH_W_PART_R);

    const uint64_t  companies =
        glyph_wset4(GLYPH_W_NVIDIA, GLYPH_W_AMD, GLYPH_W_ATI, GLYPH_W_TESLA)
        | glyph_w(GLYPH_W_INSTINCT);

    words = scan->words;

    return (words & (glyph_w(GLYPH_W_CARD) | series))
           || (ctx->refused && ((words & companies) || scan->nmemories
                                || (scan->qualifiers & GLYPH_Q_MOBILES)))
           || (scan->qualifiers & GLYPH_Q_GRAPHIC)
           || ((words & glyph_w(GLYPH_W_BOARD)) && (words & companies))
           || ((words & glyph_wset2(GLYPH_W_NVIDIA, GLYPH_W_TESLA))
               && scan->nmemories)
           || ((words & glyph_w(GLYPH_W_ARC))
               && (words & glyph_w(GLYPH_W_INTEL)));
}


static const glyph_event_t *
glyph_context_find(const glyph_scan_t *scan, uint64_t words)
{
    size_t  i;

    if (!(scan->words & words)) {
        return NULL;
    }

    for (i = 0; i < scan->nevents; i++) {
        if (glyph_event_in(&scan->event[i], words)) {
            return &scan->event[i];
        }
    }

    return NULL;
}
