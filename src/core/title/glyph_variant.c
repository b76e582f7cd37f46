#include "title/glyph_variant.h"


/*
 * Points for and against a model.  What the title says outright (the memory
 * size, "SXM4", "Ada") outweighs what it leaves out; a mobile part is never
 * a desktop card.
 */

#define GLYPH_POINTS_MEMORY     8
#define GLYPH_POINTS_SAID       4
#define GLYPH_POINTS_UNSAID     3
#define GLYPH_POINTS_CONTRARY   6
#define GLYPH_POINTS_MOBILE     40
#define GLYPH_POINTS_RANK       2

#define GLYPH_POINTS_REFUSED  (-30)

/* What has numbers like those of cards, or is built of things that have. */

#define GLYPH_VARIANT_THINGS                                                 \
    (glyph_w(GLYPH_W_LAPTOP) | glyph_w(GLYPH_W_PC)                           \
     | glyph_w(GLYPH_W_PC_SOFT) | glyph_w(GLYPH_W_RIG)                       \
     | glyph_w(GLYPH_W_SERVER) | glyph_w(GLYPH_W_SERVER_SOFT)                \
     | glyph_w(GLYPH_W_CPU) | glyph_w(GLYPH_W_RAM) | glyph_w(GLYPH_W_DISK)   \
     | glyph_w(GLYPH_W_OS) | glyph_w(GLYPH_W_MAINBOARD)                      \
     | glyph_w(GLYPH_W_PSU) | glyph_w(GLYPH_W_MONITOR)                       \
     | glyph_w(GLYPH_W_NETWORK))

/* A memory size that is so many times too large or too small, and more. */

#define GLYPH_MEMORY_FAR    3.99
#define GLYPH_MEMORY_FAR_MB 4.1         /* of cards with less than 1 GB */


typedef struct {
    int                       points;
    const glyph_candidate_t  *c;
    unsigned                  doubts;
    unsigned                  refused:1;    /* some other candidate was */
} glyph_choice_t;


static void glyph_variant_choose(const glyph_index_t *index,
    const glyph_scan_t *scan, const glyph_event_t *e, int mobile,
    glyph_choice_t *best);
static int glyph_variant_admitted(const glyph_index_t *index,
    const glyph_scan_t *scan, const glyph_event_t *e,
    const glyph_candidate_t *c, unsigned *doubts);
static int glyph_variant_vendor(const glyph_index_t *index,
    const glyph_scan_t *scan, const glyph_event_t *e,
    const glyph_candidate_t *c, unsigned *doubts);
static int glyph_variant_bare(const glyph_index_t *index,
    const glyph_scan_t *scan, const glyph_event_t *e,
    const glyph_candidate_t *c);
static int glyph_variant_line(const glyph_scan_t *scan,
    const glyph_event_t *e, uint64_t vendor);
static int glyph_variant_whole(const glyph_scan_t *scan,
    const glyph_event_t *e);
static int glyph_variant_suffix(const glyph_index_t *index,
    const glyph_scan_t *scan, const glyph_event_t *e);
static int glyph_variant_foreign(const glyph_scan_t *scan, uint64_t vendor);
static int glyph_variant_far(const glyph_scan_t *scan, double gb);
static int glyph_variant_beside(const glyph_scan_t *scan,
    const glyph_event_t *e, uint64_t beside);
static int glyph_variant_points(const glyph_index_t *index,
    const glyph_scan_t *scan, const glyph_event_t *e,
    const glyph_candidate_t *c);
static int glyph_variant_mobile(const glyph_row_t *row, uint64_t said);
static int glyph_variant_own(const glyph_scan_t *scan, uint64_t own);
static void glyph_variant_doubt(const glyph_index_t *index,
    const glyph_scan_t *scan, const glyph_choice_t *best,
    const glyph_choice_t *other, unsigned *doubts);


static const uint64_t  glyph_variant_makers[] = {
    glyph_w(GLYPH_W_NVIDIA) | glyph_w(GLYPH_W_GEFORCE)
    | glyph_w(GLYPH_W_QUADRO) | glyph_w(GLYPH_W_RTX) | glyph_w(GLYPH_W_GTX),
    glyph_w(GLYPH_W_AMD) | glyph_w(GLYPH_W_ATI) | glyph_w(GLYPH_W_RADEON)
    | glyph_w(GLYPH_W_FIREPRO) | glyph_w(GLYPH_W_INSTINCT)
};


void
glyph_variant(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_event_t *e, glyph_variant_t *v)
{
    glyph_choice_t        best;
    const glyph_model_t  *m;

    memset(v, 0, sizeof(glyph_variant_t));

    glyph_variant_choose(index, scan, e, 0, &best);
    v->refused = best.refused;

    /* a name that no desktop card has, in a title that shows it is a chip's */

    if (best.c == NULL && best.refused
        && !(scan->qualifiers & GLYPH_Q_MOBILES)
        && ((scan->words & (glyph_variant_makers[0] | glyph_variant_makers[1]
                            | glyph_w(GLYPH_W_CARD)))
            || scan->nmemories))
    {
        glyph_variant_choose(index, scan, e, 1, &best);
        best.doubts |= GLYPH_ASSUMED_MOBILE;
    }

    if (best.c == NULL
        || (best.doubts & (GLYPH_BARE_NUMBER | GLYPH_ASSUMED_FAMILY))
           == (GLYPH_BARE_NUMBER | GLYPH_ASSUMED_FAMILY))
    {
        return;
    }

    v->candidate = best.c;
    v->doubts = best.doubts;

    m = &index->models[best.c->row];

    if (scan->nmemories && m->vram_gb > 0
        && !glyph_scan_has_memory(scan, m->vram_gb))
    {
        v->doubts |= GLYPH_AGAINST_MEMORY;

        if (glyph_variant_far(scan, m->vram_gb)) {
            v->doubts |= GLYPH_FAR_MEMORY;
        }
    }

    if (e->tail) {
        v->doubts |= GLYPH_UNKNOWN_TAIL;
    }

    if (best.c->rank >= 3) {
        v->doubts |= GLYPH_ASSUMED_SERIES;
    }
}


/* The candidate with the most points; "mobile": without "mobile" too. */

static void
glyph_variant_choose(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_event_t *e, int mobile, glyph_choice_t *best)
{
    size_t                    i;
    glyph_choice_t            now;
    const glyph_candidate_t  *c;

    memset(best, 0, sizeof(glyph_choice_t));
    memset(&now, 0, sizeof(glyph_choice_t));

    for (i = index->first[e->node]; i < index->first[e->node + 1]; i++) {
        c = &index->candidates[i];

        now.doubts = 0;

        if (!glyph_variant_admitted(index, scan, e, c, &now.doubts)) {
            continue;
        }

        now.c = c;
        now.points = glyph_variant_points(index, scan, e, c);

        if (mobile && index->rows[c->row].mobile
            && c->need == GLYPH_NEED_NOTHING)
        {
            now.points += GLYPH_POINTS_MOBILE;
            now.points -= (index->rows[c->row].own & glyph_q(GLYPH_Q_MAX_Q))
                          ? 1 : 0;
        }

        if (now.points <= GLYPH_POINTS_REFUSED) {
            best->refused = 1;
            continue;
        }

        now.refused = best->refused;

        if (best->c == NULL || now.points > best->points
            || (now.points == best->points
                && index->rows[c->row].order
                   < index->rows[best->c->row].order))
        {
            if (best->c) {
                glyph_variant_doubt(index, scan, &now, best, &now.doubts);
            }

            *best = now;

        } else {
            glyph_variant_doubt(index, scan, best, &now, &best->doubts);
        }
    }
}


static int
glyph_variant_admitted(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_event_t *e, const glyph_candidate_t *c, unsigned *doubts)
{
    const glyph_model_t  *m;

    if (c->need == GLYPH_NEED_NOTHING) {
        return 1;
    }

    if (c->need == GLYPH_NEED_VENDOR) {
        return glyph_variant_vendor(index, scan, e, c, doubts);
    }

    if (glyph_variant_beside(scan, e, c->beside)) {
        return 1;
    }

    /* "Gigabyte 4090 Gaming OC 24G": the memory is the model's */

    m = &index->models[c->row];

    if (scan->ts.token[e->start].len >= 4
        && glyph_scan_has_memory(scan, m->vram_gb)
        && ((scan->words & (glyph_w(GLYPH_W_CARD) | glyph_w(GLYPH_W_MAKER)
                            | glyph_w(GLYPH_W_LINE)
                            | index->rows[c->row].vendor))
            || (scan->qualifiers & GLYPH_Q_GRAPHIC)))
    {
        *doubts |= GLYPH_WEAK_EVIDENCE;
        return 1;
    }

    if (glyph_variant_bare(index, scan, e, c)) {
        *doubts |= GLYPH_BARE_NUMBER;
        return 1;
    }

    return 0;
}


/*
 * "ROG Strix 2070", "2080 graphics card", "MSI 9500 GT": a number that only
 * cards have, in a title that has no other thing such as a computer.
 */

static int
glyph_variant_bare(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_event_t *e, const glyph_candidate_t *c)
{
    uint64_t              vendor;
    const unsigned char  *p;
    const glyph_token_t  *t;

    t = &scan->ts.token[e->start];
    vendor = index->rows[c->row].vendor;

    if (!t->digits || (scan->words & GLYPH_VARIANT_THINGS)
        || glyph_variant_foreign(scan, vendor))
    {
        return 0;
    }

    /* "Asus 210 1G": boards and disks have such numbers, but not the size */

    if (t->len != 4
        && !(t->len == 3
             && glyph_scan_has_memory(scan, index->models[c->row].vram_gb)))
    {
        return 0;
    }

    if (e->end == e->start + 1) {
        p = glyph_token_text(&scan->ts, e->start);

        if (memcmp(p + t->len - 2, "00", 2) == 0
            || (t->node && index->class[t->node] == GLYPH_W_TAKEN))
        {
            return 0;
        }
    }

    return (scan->words & glyph_w(GLYPH_W_CARD))
           || glyph_variant_line(scan, e, vendor)
           || (glyph_variant_whole(scan, e)
               && glyph_scan_has_memory(scan, index->models[c->row].vram_gb));
}


/* Whether a maker of cards, or a name of his for some, is beside it. */

static int
glyph_variant_line(const glyph_scan_t *scan, const glyph_event_t *e,
    uint64_t vendor)
{
    uint64_t              line;
    const glyph_event_t  *p;

    line = glyph_w(GLYPH_W_MAKER_N) | glyph_w(GLYPH_W_MAKER_A);

    /* "9500 GT" is NVIDIA's whoever made the card */

    if (e->end == e->start + 1) {
        line &= vendor;
    }

    line |= glyph_w(GLYPH_W_LINE);

    p = e - 1;

    if (e > scan->event && p->class < GLYPH_W_QUALIFIER
        && e->start <= p->end + 1 && (line & glyph_w(p->class)))
    {
        return 1;
    }

    p = e + 1;

    return p < scan->event + scan->nevents && p->class < GLYPH_W_QUALIFIER
           && p->start == e->end && (line & glyph_w(p->class));
}


/* Whether the title names the other maker of chips, and not this one. */

static int
glyph_variant_foreign(const glyph_scan_t *scan, uint64_t vendor)
{
    size_t    i;
    uint64_t  words;

    for (i = 0; i < 2; i++) {
        words = glyph_variant_makers[i];

        if ((scan->words & words) && !(vendor & words)
            && !(scan->words & vendor & glyph_variant_makers[!i]))
        {
            return 1;
        }
    }

    return 0;
}


/*
 * Whether every size said is four times the card's or a quarter of it, and
 * not what so many cards have together.
 */

static int
glyph_variant_far(const glyph_scan_t *scan, double gb)
{
    size_t    i, k;
    double    far, times;

    far = gb < 1 ? GLYPH_MEMORY_FAR_MB : GLYPH_MEMORY_FAR;

    for (i = 0; i < scan->nmemories; i++) {
        times = scan->memory[i] / gb;

        if (times < far && times > 1 / far) {
            return 0;
        }

        for (k = 0; times > 1 && k < scan->ts.n; k++) {
            if (scan->ts.token[k].digits
                && glyph_token_value(&scan->ts, k) == times)
            {
                return 0;
            }
        }
    }

    return 1;
}


/* Whether anything in the title speaks for the vendor, and nothing against. */

static int
glyph_variant_vendor(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_event_t *e, const glyph_candidate_t *c, unsigned *doubts)
{
    size_t                i;
    uint64_t              vendor;
    const glyph_row_t    *row;
    const glyph_model_t  *m;

    row = &index->rows[c->row];
    m = &index->models[c->row];
    vendor = row->vendor;

    if (glyph_variant_foreign(scan, vendor)) {
        return 0;
    }

    if (scan->words & vendor) {
        return 1;
    }

    *doubts |= GLYPH_WEAK_EVIDENCE;

    if ((scan->words & glyph_w(GLYPH_W_CARD))
        || (scan->qualifiers & GLYPH_Q_GRAPHIC)
        || (scan->qualifiers & row->own & ~GLYPH_Q_MEMORIES)
        || (scan->ts.token[e->start].digits
            && glyph_variant_line(scan, e, vendor)))
    {
        return 1;
    }

    if (glyph_variant_whole(scan, e) || glyph_variant_suffix(index, scan, e))
    {
        return 1;
    }

    /* a number of three digits and the memory that goes with it */

    for (i = e->start; i < e->end; i++) {
        if (scan->ts.token[i].digits && scan->ts.token[i].len >= 3) {
            return glyph_scan_has_memory(scan, m->vram_gb);
        }
    }

    return 0;
}


/* Whether all of the title is understood, and is nothing but this name. */

static int
glyph_variant_whole(const glyph_scan_t *scan, const glyph_event_t *e)
{
    return scan->known == scan->ts.n && scan->mentions == 1
           && scan->ts.n <= e->end - e->start + 6u;
}


/*
 * "3080 ti", "6500XT": nothing else is called so, but for processors that
 * have an XT ("5600XT").
 */

static int
glyph_variant_suffix(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_event_t *e)
{
    const glyph_token_t  *t;

    t = &scan->ts.token[e->start];

    if (!t->digits || t->len != 4 || e->end == e->start + 1
        || (scan->words & GLYPH_VARIANT_THINGS))
    {
        return 0;
    }

    return glyph_token_is(&scan->ts, e->start + 1, "ti")
           || glyph_token_is(&scan->ts, e->start + 1, "super")
           || glyph_token_is(&scan->ts, e->start + 1, "xtx")
           || (glyph_token_is(&scan->ts, e->start + 1, "xt")
               && !(t->node && index->class[t->node] == GLYPH_W_TAKEN));
}


/*
 * Whether a word of the set stands right before the mention, but for board
 * makers and the like, or right after it.
 */

static int
glyph_variant_beside(const glyph_scan_t *scan, const glyph_event_t *e,
    uint64_t beside)
{
    size_t                start;
    const glyph_event_t  *p;

    const uint64_t  skipped =
        glyph_w(GLYPH_W_MAKER) | glyph_w(GLYPH_W_MAKER_N)
        | glyph_w(GLYPH_W_MAKER_A) | glyph_w(GLYPH_W_LINE)
        | glyph_w(GLYPH_W_CARD) | glyph_w(GLYPH_W_BOARD)
        | glyph_w(GLYPH_W_NOISE) | glyph_w(GLYPH_W_NVIDIA)
        | glyph_w(GLYPH_W_AMD);

    start = e->start;

    for (p = e; p > scan->event; /* void */ ) {
        p--;

        if (start - p->end > 1 || e->start - p->end > 4) {
            break;
        }

        if (p->class == GLYPH_W_NONE || p->class >= GLYPH_W_QUALIFIER) {
            break;
        }

        if (beside & glyph_w(p->class)) {
            return 1;
        }

        if (!(skipped & glyph_w(p->class))) {
            break;
        }

        start = p->start;
    }

    /* "4090 NVIDIA", but not "MERC 310 AMD Radeon RX 7900 XTX" */

    p = e + 1;

    if (p + 2 < scan->event + scan->nevents
        && (p[1].class == GLYPH_W_NONE || p[2].class == GLYPH_W_NONE))
    {
        return 0;
    }

    return p < scan->event + scan->nevents && p->start == e->end
           && p->class && p->class < GLYPH_W_QUALIFIER
           && (beside & glyph_w(p->class));
}


static int
glyph_variant_points(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_event_t *e, const glyph_candidate_t *c)
{
    int                   points;
    uint64_t              said, known;
    const glyph_row_t    *row;
    const glyph_model_t  *m;

    row = &index->rows[c->row];
    m = &index->models[c->row];
    said = scan->qualifiers;

    if (e->mobile) {
        said |= glyph_q(GLYPH_Q_MOBILE);
    }

    points = -(int) (c->rank * GLYPH_POINTS_RANK);
    points += c->alias == 1;

    if (scan->nmemories && m->vram_gb > 0) {
        points += glyph_scan_has_memory(scan, m->vram_gb)
                  ? GLYPH_POINTS_MEMORY : -GLYPH_POINTS_MEMORY;
    }

    points += glyph_variant_own(scan, row->own);

    points += glyph_variant_mobile(row, said);

    known = row->known & GLYPH_Q_GENERATIONS;

    if ((said & GLYPH_Q_GENERATIONS) && known && !(said & known)) {
        points -= GLYPH_POINTS_CONTRARY;
    }

    known = row->known & GLYPH_Q_FORMS;

    if (known & GLYPH_Q_ALL_SXM) {
        known |= glyph_q(GLYPH_Q_SXM);
    }

    if ((said & GLYPH_Q_FORMS & ~glyph_q(GLYPH_Q_PCIE)) && known
        && !(said & known & ~glyph_q(GLYPH_Q_PCIE)))
    {
        points -= GLYPH_POINTS_CONTRARY;

    } else if ((said & glyph_q(GLYPH_Q_PCIE)) && known && !(said & known)) {
        points -= GLYPH_POINTS_SAID;
    }

    return points;
}


/*
 * "Max-Q" is a laptop's part, or an edition of a workstation card.  A name
 * with the mobile letter in it ("gtx 860 m") needs no other word.
 */

static int
glyph_variant_mobile(const glyph_row_t *row, uint64_t said)
{
    uint64_t  own;

    own = row->own & GLYPH_Q_MOBILES;

    if (own == 0) {
        return (said & GLYPH_Q_MOBILES) && !row->mobile
               ? -GLYPH_POINTS_MOBILE : 0;
    }

    if (said & own) {
        return GLYPH_POINTS_SAID;
    }

    if (!row->mobile) {
        return -GLYPH_POINTS_UNSAID;
    }

    return (said & GLYPH_Q_MOBILES) ? -1 : -GLYPH_POINTS_MOBILE;
}


/* What the id adds to the family's name, and whether the title says it. */

static int
glyph_variant_own(const glyph_scan_t *scan, uint64_t own)
{
    int       points;
    uint64_t  q, said;

    points = 0;
    said = scan->qualifiers;
    own &= ~GLYPH_Q_MOBILES;

    for (/* void */ ; own; own &= own - 1) {
        q = own & -own;

        if (said & q) {
            points += q == glyph_q(GLYPH_Q_QUADRO) ? GLYPH_POINTS_SAID - 1
                                                   : GLYPH_POINTS_SAID;
            continue;
        }

        if ((q & GLYPH_Q_ALL_SXM) && (said & glyph_q(GLYPH_Q_SXM))) {
            points += GLYPH_POINTS_SAID - 1;
            continue;
        }

        if (q == glyph_q(GLYPH_Q_SFF) && (said & glyph_q(GLYPH_Q_LOW))) {
            points += GLYPH_POINTS_SAID / 2;
            continue;
        }

        if (q == glyph_q(GLYPH_Q_PCIE) || q == glyph_q(GLYPH_Q_QUADRO)) {
            points -= 1;
            continue;
        }

        points -= GLYPH_POINTS_UNSAID;
    }

    return points;
}


/* What choosing best rather than other assumes. */

static void
glyph_variant_doubt(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_choice_t *best, const glyph_choice_t *other,
    unsigned *doubts)
{
    int                   lead;
    uint64_t              unsaid;
    const glyph_row_t    *a, *b;
    const glyph_model_t  *ma, *mb;

    a = &index->rows[best->c->row];
    b = &index->rows[other->c->row];
    ma = &index->models[best->c->row];
    mb = &index->models[other->c->row];
    lead = best->points - other->points;

    if (a->family != b->family) {

        /* "RTX 4000 Ada" is not the SFF, as it would say so */

        unsaid = ~scan->qualifiers & ~glyph_q(GLYPH_Q_PCIE);

        if (lead < GLYPH_POINTS_SAID
            && __builtin_popcountll(b->own & unsaid)
               <= __builtin_popcountll(a->own & unsaid))
        {
            *doubts |= GLYPH_ASSUMED_FAMILY;
        }

        return;
    }

    if (lead >= GLYPH_POINTS_SAID) {
        return;
    }

    if ((a->own & GLYPH_Q_FORMS) != (b->own & GLYPH_Q_FORMS)) {
        *doubts |= GLYPH_ASSUMED_FORM;
    }

    if (ma->vram_gb != mb->vram_gb) {
        *doubts |= GLYPH_ASSUMED_MEMORY;
    }
}
