#include "title/glyph_thing.h"


/* Between a card and what is no part of its name: a list, a new thought. */

#define GLYPH_SEPS_APART  (GLYPH_SEP_BREAK | GLYPH_SEP_COMMA | GLYPH_SEP_PLUS)


static void glyph_thing_part(const glyph_scan_t *scan,
    glyph_context_t *ctx);
static int glyph_thing_is_part(const glyph_scan_t *scan,
    const glyph_context_t *ctx, const glyph_event_t *e);
static int glyph_thing_only(const glyph_scan_t *scan,
    const glyph_event_t *e);
static void glyph_thing_system(const glyph_scan_t *scan,
    glyph_context_t *ctx);
static int glyph_thing_comes_with(const glyph_event_t *system,
    const glyph_event_t *subject);
static int glyph_thing_holds(const glyph_scan_t *scan,
    const glyph_event_t *server, const glyph_event_t *subject);
static int glyph_thing_module(const glyph_scan_t *scan,
    const glyph_context_t *ctx, const glyph_event_t *first);
static int glyph_thing_purpose(const glyph_scan_t *scan,
    const glyph_context_t *ctx, const glyph_event_t *system, uint64_t kinds);
static int glyph_thing_machine(const glyph_scan_t *scan,
    const glyph_context_t *ctx);
static void glyph_thing_no_model(const glyph_scan_t *scan,
    glyph_context_t *ctx);
static int glyph_thing_is_card(const glyph_scan_t *scan,
    const glyph_context_t *ctx);
static const glyph_event_t *glyph_thing_find(const glyph_scan_t *scan,
    uint64_t words);


void
glyph_thing(const glyph_scan_t *scan, glyph_context_t *ctx)
{
    if (scan->words & (GLYPH_PARTS | glyph_wset3(GLYPH_W_EMPTY, GLYPH_W_BARE,
                                                 GLYPH_W_LINK)))
    {
        glyph_thing_part(scan, ctx);
    }

    if (ctx->reason == NULL) {
        glyph_thing_system(scan, ctx);
    }

    if (ctx->reason == NULL && ctx->subject == NULL) {
        glyph_thing_no_model(scan, ctx);
    }
}


static void
glyph_thing_part(const glyph_scan_t *scan, glyph_context_t *ctx)
{
    size_t                i;
    const glyph_event_t  *e;

    e = glyph_thing_find(scan, glyph_wset2(GLYPH_W_EMPTY, GLYPH_W_BARE));

    if (e) {
        ctx->reason = e->class == GLYPH_W_EMPTY ? "empty_box" : "accessory";
        ctx->why = e;
        return;
    }

    for (i = 0; i < scan->nevents && ctx->reason == NULL; i++) {
        e = &scan->event[i];

        if (e->class == GLYPH_W_LINK) {

            if (ctx->subject == NULL || ctx->borrowed) {
                ctx->reason = "accessory";
            }

        } else if (glyph_event_in(e, GLYPH_PARTS)
                   && glyph_thing_is_part(scan, ctx, e))
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
glyph_thing_is_part(const glyph_scan_t *scan, const glyph_context_t *ctx,
    const glyph_event_t *e)
{
    int                   hard, size;
    const glyph_event_t  *before, *after, *last;

    if (glyph_thing_only(scan, e)) {
        return 1;
    }

    last = scan->event + scan->nevents;
    before = e > scan->event ? e - 1 : NULL;
    after = e + 1 < last ? e + 1 : NULL;

    if (e->with || (after && after->class == GLYPH_W_WITH
                    && after->start == e->end && ctx->subject
                    && glyph_token_is(&scan->ts, after->start, "included")))
    {
        return 0;
    }

    hard = e->class == GLYPH_W_HARD || e->class == GLYPH_W_CABLE;

    if (ctx->subject == NULL || ctx->borrowed) {

        /* a card without a model may have a fan; a box may be anything */

        return hard || e->class == GLYPH_W_COOLER
               || ((scan->mentions
                    || (scan->words & (GLYPH_CHIPS
                                       | glyph_w(GLYPH_W_CARD))))
                   && !(scan->qualifiers & GLYPH_Q_GRAPHIC));
    }

    /* "GPU cooler", "fan for …" */

    if (before && before->end == e->start && before->class == GLYPH_W_CARD
        && !(scan->ts.token[e->start].sep & GLYPH_SEPS_APART))
    {
        return 1;
    }

    if (after && after->class == GLYPH_W_FOR && after->start <= e->end + 1) {
        return 1;
    }

    /*
     * Who states the memory sells the card with its fan or backplate; and who
     * calls it a card as well, with whatever is named behind that.
     */

    size = scan->nmemories || (scan->qualifiers & GLYPH_Q_GRAPHIC);

    if (hard) {
        return !(size && e > ctx->subject
                 && (scan->words & glyph_w(GLYPH_W_CARD)));
    }

    if (e < ctx->subject && e->class != GLYPH_W_SOFT) {
        return scan->nmemories == 0;
    }

    return !size;
}


/* "backplate only", "only the fan" */

static int
glyph_thing_only(const glyph_scan_t *scan, const glyph_event_t *e)
{
    const glyph_event_t  *last;

    if (!(scan->words & glyph_w(GLYPH_W_ONLY))) {
        return 0;
    }

    last = scan->event + scan->nevents;

    return (e > scan->event && e[-1].class == GLYPH_W_ONLY
            && e->start <= e[-1].end + 1)
           || (e + 1 < last && e[1].class == GLYPH_W_ONLY
               && e[1].start <= e->end + 1);
}


/*
 * A computer with a card inside.  One word that means nothing else is
 * enough; others count once a kind, so that "HP Z440 Workstation" in a card's
 * title does no harm, but a processor or a disk beside it does, or "with"
 * between it and the card.
 */

static void
glyph_thing_system(const glyph_scan_t *scan, glyph_context_t *ctx)
{
    size_t                i;
    uint64_t              seen, kinds;
    const glyph_event_t  *e, *first;

    const uint64_t  hints =
        GLYPH_SYSTEMS
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
            || (e->with && (glyph_event_in(e, GLYPH_SYSTEMS)
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
               && (kinds || !glyph_thing_module(scan, ctx, first)))
    {
        ctx->reason = "laptop";

    } else if ((seen & glyph_w(GLYPH_W_MAINBOARD))
               && (ctx->subject == NULL || first < ctx->subject))
    {
        ctx->reason = "motherboard";

    } else if ((seen & glyph_w(GLYPH_W_SERVER))
               && !glyph_thing_purpose(scan, ctx, first, kinds))
    {
        ctx->reason = "server";

    } else if ((seen & glyph_wset2(GLYPH_W_PC, GLYPH_W_RIG))
               && !glyph_thing_purpose(scan, ctx, first, kinds))
    {
        ctx->reason = "desktop_pc";

    } else if ((seen & glyph_w(GLYPH_W_SERVER_SOFT))
               && glyph_thing_holds(scan, first, ctx->subject))
    {
        ctx->reason = "server";

    } else if ((seen & glyph_wset2(GLYPH_W_PC_SOFT, GLYPH_W_SERVER_SOFT))
               && glyph_thing_comes_with(first, ctx->subject))
    {
        ctx->reason = (seen & glyph_w(GLYPH_W_SERVER_SOFT)) ? "server"
                                                            : "desktop_pc";

    } else if ((kinds & (kinds - 1))
               || (kinds && (seen & glyph_wset2(GLYPH_W_PC_SOFT,
                                                GLYPH_W_SERVER_SOFT)))
               || ((kinds & glyph_w(GLYPH_W_CPU)) && ctx->subject
                   && first < ctx->subject)
               || glyph_thing_machine(scan, ctx))
    {
        ctx->reason = (seen & glyph_w(GLYPH_W_SERVER_SOFT)) ? "server"
                                                            : "desktop_pc";

    } else {
        ctx->why = NULL;
    }
}


/* "Precision 7920 Tower with Quadro RTX 5000" */

static int
glyph_thing_comes_with(const glyph_event_t *system,
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
glyph_thing_holds(const glyph_scan_t *scan, const glyph_event_t *server,
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


/*
 * A laptop's graphics card, sold by itself, names the laptops it fits:
 * "ZBook 17 Quadro P3200 6GB video card", but not "ZBook with P3200".
 */

static int
glyph_thing_module(const glyph_scan_t *scan, const glyph_context_t *ctx,
    const glyph_event_t *first)
{
    return ctx->subject && (scan->words & glyph_w(GLYPH_W_CARD))
           && ((scan->qualifiers & glyph_q(GLYPH_Q_MOBILE))
               || (scan->nmemories
                   && !glyph_thing_comes_with(first, ctx->subject)));
}


/*
 * "RTX 3060 12GB gaming computer graphics card": who has named a card, its
 * memory and no other thing says what the card is for.
 */

static int
glyph_thing_purpose(const glyph_scan_t *scan, const glyph_context_t *ctx,
    const glyph_event_t *system, uint64_t kinds)
{
    return ctx->subject && system > ctx->subject && kinds == 0
           && scan->nmemories && (scan->words & glyph_w(GLYPH_W_CARD));
}


/*
 * "Precision Tower 7910 Quadro P4000": two words for a machine come first,
 * and nothing says that it is about a card.
 */

static int
glyph_thing_machine(const glyph_scan_t *scan, const glyph_context_t *ctx)
{
    unsigned              n;
    const glyph_event_t  *e;

    if (ctx->subject == NULL || scan->nmemories
        || (scan->words & glyph_wset2(GLYPH_W_CARD, GLYPH_W_BOARD))
        || (scan->qualifiers & GLYPH_Q_GRAPHIC))
    {
        return 0;
    }

    n = 0;

    for (e = scan->event; e < ctx->subject; e++) {
        n += !e->with && (e->class == GLYPH_W_PC_SOFT
                          || e->class == GLYPH_W_SERVER_SOFT);
    }

    return n >= 2;
}


/* No model is named: is it a card at all, and if not, what is it? */

static void
glyph_thing_no_model(const glyph_scan_t *scan, glyph_context_t *ctx)
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
        e = glyph_thing_find(scan, others[i].words);

        if (e && !e->with
            && !(e->class == GLYPH_W_CPU
                 && (scan->words & glyph_w(GLYPH_W_CARD))))
        {
            ctx->reason = others[i].reason;
            ctx->why = e;
            return;
        }
    }

    /* "DDR4 memory AMD Radeon R9 Gamer": what it is comes first */

    if (scan->nevents && (scan->event->class == GLYPH_W_RAM
                          || scan->event->class == GLYPH_W_DISK)
        && !(scan->words & glyph_w(GLYPH_W_CARD)))
    {
        ctx->reason = "not_recognised";
        ctx->why = scan->event;
        return;
    }

    if (ctx->serves == NULL && glyph_thing_is_card(scan, ctx)) {
        ctx->card = 1;
        return;
    }

    /* whatever it is, it is for a card */

    ctx->why = ctx->serves;
    ctx->reason = ctx->serves ? "accessory" : "not_recognised";
}


/* Whether words say that it is a card, though not which. */

static int
glyph_thing_is_card(const glyph_scan_t *scan, const glyph_context_t *ctx)
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
glyph_thing_find(const glyph_scan_t *scan, uint64_t words)
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
