#include "title/glyph_scan.h"
#include "title/glyph_split.h"


/* The longest that begins at a token: of names and of phrases. */

typedef struct {
    uint32_t  name;         /* its node */
    size_t    name_end;     /* 0: there is none */
    uint8_t   class;
    size_t    class_end;    /* the same */
} glyph_longest_t;


static size_t glyph_scan_event(const glyph_index_t *index,
    glyph_scan_t *scan, size_t i);
static void glyph_scan_longest(const glyph_index_t *index,
    const glyph_tokens_t *ts, size_t i, glyph_longest_t *l);
static int glyph_scan_letter(const glyph_tokens_t *ts, size_t i);
static int glyph_scan_ddr(const glyph_tokens_t *ts, size_t i);
static int glyph_scan_mention(const glyph_index_t *index, glyph_scan_t *scan,
    size_t start, size_t end, uint32_t node);
static int glyph_scan_is_series(const glyph_tokens_t *ts, size_t i);
static uint32_t glyph_scan_suffix(const glyph_index_t *index,
    const glyph_tokens_t *ts, size_t end, uint32_t node);
static int glyph_scan_number(const glyph_index_t *index,
    const glyph_scan_t *scan, size_t start, size_t end);
static int glyph_scan_measure(const glyph_tokens_t *ts, size_t i);
static int glyph_scan_brand(const glyph_index_t *index,
    const glyph_scan_t *scan, size_t start);
static int glyph_scan_part(const glyph_index_t *index,
    const glyph_scan_t *scan, size_t start, size_t end, int weak);
static int glyph_scan_listed(const glyph_scan_t *scan, size_t start);
static int glyph_scan_weak(const glyph_index_t *index, uint32_t node);
static void glyph_scan_put(glyph_scan_t *scan, size_t start, size_t end,
    uint8_t class, uint32_t node);
static size_t glyph_scan_amount(const glyph_index_t *index,
    glyph_scan_t *scan, size_t i);


void
glyph_scan(const glyph_index_t *index, glyph_scan_t *scan)
{
    size_t  i;

    scan->nevents = 0;
    scan->words = 0;
    scan->qualifiers = 0;
    scan->nmemories = 0;
    scan->conditions = 0;
    scan->mentions = 0;
    scan->known = 0;

    glyph_automaton_lookup(index->automaton, &scan->ts, 0, scan->ts.n);
    glyph_split(index, &scan->ts);

    i = 0;

    while (i < scan->ts.n && scan->nevents < GLYPH_EVENTS_MAX) {
        i += glyph_scan_event(index, scan, i);
    }
}


/* Reads what begins at token i and returns how many tokens it has. */

static size_t
glyph_scan_event(const glyph_index_t *index, glyph_scan_t *scan, size_t i)
{
    size_t                 k;
    uint8_t                condition;
    glyph_longest_t        l;
    const glyph_tokens_t  *ts;

    ts = &scan->ts;

    if (ts->token[i].id == 0) {
        return ts->token[i].digits ? glyph_scan_amount(index, scan, i) : 1;
    }

    glyph_scan_longest(index, ts, i, &l);

    condition = 0;

    if (l.name_end && l.name_end >= l.class_end
        && glyph_scan_mention(index, scan, i, l.name_end, l.name))
    {
        return l.name_end - i;
    }

    if (l.class >= GLYPH_W_CONDITION) {
        condition = l.class - GLYPH_W_CONDITION + 1;
        l.class = GLYPH_W_NOISE;
    }

    if (ts->token[i].digits
        && (l.class_end <= i + 1 || l.class == GLYPH_W_NOISE))
    {
        k = glyph_scan_amount(index, scan, i);

        if (k > 1) {
            return k;
        }
    }

    if (l.class_end == 0) {
        return 1;
    }

    /* the end of a part number: "VCG…-LC-CPU" */

    if (l.class >= GLYPH_W_EMPTY && l.class < GLYPH_W_QUALIFIER && i
        && l.class_end == i + 1 && ts->token[i].sep == GLYPH_SEP_DASH
        && ts->token[i - 1].id == 0)
    {
        return 1;
    }

    /* "D6" is memory only beside a card or a size */

    if (glyph_scan_ddr(ts, i) && scan->mentions == 0
        && scan->nmemories == 0)
    {
        return 1;
    }

    /* "w" is "with" only as "w/"; it may be watts */

    if (l.class == GLYPH_W_WITH && ts->token[i].len == 1
        && (glyph_token_glued(&ts->token[i]) || i + 1 == ts->n
            || !(ts->token[i + 1].sep & GLYPH_SEP_SLASH)))
    {
        return 1;
    }

    glyph_scan_put(scan, i, l.class_end, l.class, 0);

    if (condition) {
        scan->event[scan->nevents - 1].condition = condition;
        scan->conditions = 1;
    }

    return l.class_end - i;
}


static void
glyph_scan_longest(const glyph_index_t *index, const glyph_tokens_t *ts,
    size_t i, glyph_longest_t *l)
{
    size_t    k;
    uint32_t  node;

    l->name = 0;
    l->name_end = 0;
    l->class = GLYPH_W_NONE;
    l->class_end = 0;

    node = ts->token[i].node;

    for (k = i; node; /* void */ ) {
        k++;

        if (index->first[node] != index->first[node + 1]) {
            l->name = node;
            l->name_end = k;
        }

        if (index->class[node]) {
            l->class = index->class[node];
            l->class_end = k;
        }

        if (k == ts->n || ts->token[k].id == 0
            || (ts->token[k].sep & (GLYPH_SEP_BREAK | GLYPH_SEP_COMMA
                                    | GLYPH_SEP_PLUS))
            || (ts->token[k].len == 1 && glyph_scan_letter(ts, k)))
        {
            break;
        }

        node = glyph_automaton_next(index->automaton, node,
                                    ts->token[k].id);
    }
}


/* A letter behind a name that is not of it: "D6", "X-Serial". */

static int
glyph_scan_letter(const glyph_tokens_t *ts, size_t i)
{
    const glyph_token_t  *t;

    t = &ts->token[i];

    if (t->digits || i + 1 == ts->n) {
        return 0;
    }

    return glyph_scan_ddr(ts, i)
           || (!glyph_token_glued(t) && t[1].sep == GLYPH_SEP_DASH
               && !t[1].digits);
}


/* "D6" of "RTX 6000 D6", which is GDDR6 and no RTX 6000 D. */

static int
glyph_scan_ddr(const glyph_tokens_t *ts, size_t i)
{
    const glyph_token_t  *t;

    t = &ts->token[i];

    return t->len == 1 && ts->text[t->pos] == 'd' && i + 1 < ts->n
           && t[1].len == 1 && t[1].digits && glyph_token_glued(&t[1]);
}


/*
 * A name is no mention where it is but part of something: "A 16GB", "1080p",
 * "900-2G414", "RTX 4000 series".
 */

static int
glyph_scan_mention(const glyph_index_t *index, glyph_scan_t *scan,
    size_t start, size_t end, uint32_t node)
{
    int                    weak, mobile, tail, part, listed;
    glyph_event_t         *e;
    const glyph_token_t   *t, *first, *last;
    const glyph_tokens_t  *ts;

    ts = &scan->ts;
    first = &ts->token[start];
    last = &ts->token[end - 1];
    t = end < ts->n ? &ts->token[end] : NULL;
    weak = glyph_scan_weak(index, node);
    mobile = 0;
    tail = 0;

    if (t && glyph_index_class(index, ts, end) == GLYPH_W_SERIES
        && glyph_scan_is_series(ts, end - 1))
    {
        return 0;
    }

    if (t && last->digits && glyph_token_glued(t)) {

        if (glyph_token_is(ts, end, "m")) {
            mobile = 1;

        } else if (weak && last->len <= 2
                   && glyph_index_class(index, ts, end) == GLYPH_W_UNIT_G)
        {
            return 0;

        } else if (weak && end + 1 < ts->n
                   && glyph_token_glued(&ts->token[end + 1])
                   && glyph_index_class(index, ts, end) != GLYPH_W_UNIT_G
                   && (t->id == 0 || t->len == 1)
                   && !(first->digits && start))
        {
            return 0;

        } else {
            tail = !t->digits && (t->id == 0 || t->len == 1);
        }
    }

    if (weak) {

        if (first->digits) {

            if (!glyph_scan_number(index, scan, start, end)) {
                return 0;
            }

        } else {

            if ((glyph_token_glued(first)
                 && !glyph_scan_brand(index, scan, start))
                || (first->sep == GLYPH_SEP_DASH && start
                    && first[-1].digits))
            {
                return 0;
            }

            if (first->len == 1 && end - start > 1 && first[1].digits
                && first[1].sep != 0 && first[1].sep != GLYPH_SEP_DASH
                && (first[1].sep != GLYPH_SEP_SPACE || first[1].len < 3))
            {
                return 0;
            }
        }
    }

    node = glyph_scan_suffix(index, ts, end, node);
    part = tail || glyph_scan_part(index, scan, start, end, weak)
           || index->candidates[index->first[node]].alias
              == GLYPH_WRITING_NUMBER;
    listed = glyph_scan_listed(scan, start);

    glyph_scan_put(scan, start, end, GLYPH_W_NONE, node);

    e = &scan->event[scan->nevents - 1];
    e->mobile = mobile;
    e->tail = tail;
    e->part = part;
    e->listed = listed;

    scan->mentions++;

    return 1;
}


/* "RTX 4000 series" are many cards; "HD 4870 Series" is what drivers say. */

static int
glyph_scan_is_series(const glyph_tokens_t *ts, size_t i)
{
    const glyph_token_t  *t;

    t = &ts->token[i];

    return t->digits && (t->len < 3
                         || memcmp(ts->text + t->pos + t->len - 2, "00", 2)
                            == 0);
}


/* "GTX 1660 6GB Super" is a 1660 Super. */

static uint32_t
glyph_scan_suffix(const glyph_index_t *index, const glyph_tokens_t *ts,
    size_t end, uint32_t node)
{
    size_t    k;
    uint32_t  next;

    static const char *const  suffixes[] = { "super", "ti", "xt", "xtx" };

    if (end + 2 >= ts->n || !ts->token[end].digits
        || ts->token[end + 2].id == 0 || ts->token[end].len > 2
        || glyph_index_class(index, ts, end + 1) != GLYPH_W_UNIT_G)
    {
        return node;
    }

    for (k = 0; k < sizeof(suffixes) / sizeof(suffixes[0]); k++) {

        if (glyph_token_is(ts, end + 2, suffixes[k])) {
            next = glyph_automaton_next(index->automaton, node,
                                        ts->token[end + 2].id);

            return next && index->first[next] != index->first[next + 1]
                   ? next : node;
        }
    }

    return node;
}


/*
 * Whether a name that is but a number, "4500", may be one here: not as a
 * measure, not as what is left of "FX 4500", "M1060" or "MXRT-5450".
 */

static int
glyph_scan_number(const glyph_index_t *index, const glyph_scan_t *scan,
    size_t start, size_t end)
{
    const glyph_token_t   *first, *p;
    const glyph_tokens_t  *ts;

    ts = &scan->ts;

    if (end < ts->n && glyph_scan_measure(ts, end)) {
        return 0;
    }

    if (start == 0) {
        return 1;
    }

    first = &ts->token[start];
    p = first - 1;

    if (p->digits || (first->sep & ~(GLYPH_SEP_SPACE | GLYPH_SEP_DASH))) {
        return 1;
    }

    if (p->len == 1 && glyph_token_glued(first)) {
        return glyph_scan_brand(index, scan, start);
    }

    return glyph_index_class(index, ts, start - 1) != GLYPH_W_PREFIX
           && !(p->id == 0 && (first->sep & ~GLYPH_SEP_DASH) == 0)
           && !glyph_token_is(ts, start - 1, "nvs");
}


/* "1080p", "4060 lm" */

static int
glyph_scan_measure(const glyph_tokens_t *ts, size_t i)
{
    size_t  k;

    static const char *const  units[] = {
        "p", "w", "watt", "watts", "mhz", "hz", "rpm", "mm", "cm", "lm", "va",
        "ml", "sp"
    };

    for (k = 0; k < sizeof(units) / sizeof(units[0]); k++) {
        if (glyph_token_is(ts, i, units[k])) {
            return 1;
        }
    }

    return 0;
}


/* Whether what ends at token "start" names a chip's maker, series or part. */

static int
glyph_scan_brand(const glyph_index_t *index, const glyph_scan_t *scan,
    size_t start)
{
    uint8_t               class;
    const glyph_event_t  *e;

    if (glyph_token_is(&scan->ts, start - 1, "pro")) {
        return 1;
    }

    if (scan->nevents) {
        e = &scan->event[scan->nevents - 1];

        if (e->end == start) {
            return e->class >= GLYPH_W_NVIDIA && e->class <= GLYPH_W_ARC;
        }
    }

    class = glyph_index_class(index, &scan->ts, start - 1);

    return class >= GLYPH_W_NVIDIA && class <= GLYPH_W_ARC;
}


/*
 * Whether the name is inside of a part number: "P4" of "02G-P4-2678-KR".
 * What is joined to a brand, a maker or the word for cards is not.
 */

static int
glyph_scan_part(const glyph_index_t *index, const glyph_scan_t *scan,
    size_t start, size_t end, int weak)
{
    const glyph_event_t   *e;
    const glyph_token_t   *t, *first;
    const glyph_tokens_t  *ts;

    ts = &scan->ts;
    first = &ts->token[start];

    if (start && (first->sep & ~GLYPH_SEP_DASH) == 0) {
        e = scan->nevents ? &scan->event[scan->nevents - 1] : NULL;

        if (e == NULL || e->end != start || e->class == GLYPH_W_NONE
            || e->class == GLYPH_W_PART_N || e->class == GLYPH_W_PART_R
            || e->class > GLYPH_W_NOISE)
        {
            return 1;
        }
    }

    if (end >= ts->n) {
        return 0;
    }

    t = &ts->token[end];

    if (t->sep & ~GLYPH_SEP_DASH) {
        return 0;
    }

    if (!t->digits) {
        return glyph_token_glued(t)
               && ((t->id == 0 && t->len > 1) || !t[-1].digits);
    }

    return (glyph_token_glued(t) || t->len >= 3 || weak)
           && glyph_index_class(index, ts, end + 1) != GLYPH_W_UNIT_G
           && glyph_index_class(index, ts, end + 1) != GLYPH_W_UNIT_M;
}


/* "480" of "RX 470/480", "GTX 1070 and 1080" */

static int
glyph_scan_listed(const glyph_scan_t *scan, size_t start)
{
    size_t                end;
    const glyph_event_t  *e;

    if (scan->nevents == 0) {
        return 0;
    }

    e = &scan->event[scan->nevents - 1];
    end = start;

    if (e->class >= GLYPH_W_NVIDIA && e->class <= GLYPH_W_ARC
        && e->end == end && e > scan->event)
    {
        end = e->start;
        e--;
    }

    if (e->class == GLYPH_W_AND && e->end == end && e > scan->event) {
        end = e->start;
        e--;

        return e->class == GLYPH_W_NONE && e->end == end;
    }

    return e->class == GLYPH_W_NONE && e->end == end
           && (scan->ts.token[end].sep
               & (GLYPH_SEP_SLASH | GLYPH_SEP_COMMA | GLYPH_SEP_PLUS));
}


/* Whether every model that the writing may mean needs more than it. */

static int
glyph_scan_weak(const glyph_index_t *index, uint32_t node)
{
    size_t  i;

    for (i = index->first[node]; i < index->first[node + 1]; i++) {
        if (index->candidates[i].need == GLYPH_NEED_NOTHING) {
            return 0;
        }
    }

    return 1;
}


static void
glyph_scan_put(glyph_scan_t *scan, size_t start, size_t end, uint8_t class,
    uint32_t node)
{
    glyph_event_t  *e;

    e = &scan->event[scan->nevents++];

    memset(e, 0, sizeof(glyph_event_t));

    e->start = start;
    e->end = end;
    e->class = class;
    e->node = node;

    scan->known += end - start;

    if (class >= GLYPH_W_QUALIFIER) {
        scan->qualifiers |= glyph_q(class - GLYPH_W_QUALIFIER);

        /* "laptop graphics card" */

        if ((class == GLYPH_W_QUALIFIER + GLYPH_Q_MOBILE
             || class == GLYPH_W_QUALIFIER + GLYPH_Q_SERVER)
            && end - start > 1)
        {
            scan->words |= glyph_w(GLYPH_W_CARD);
        }

    } else {
        scan->words |= glyph_w(class);

        if (class == GLYPH_W_QUADRO) {
            scan->qualifiers |= glyph_q(GLYPH_Q_QUADRO);

        } else if (class == GLYPH_W_SERVER_SOFT) {
            scan->qualifiers |= glyph_q(GLYPH_Q_SERVER);
        }
    }
}


/* A memory size; a disk's is an event. */

static size_t
glyph_scan_amount(const glyph_index_t *index, glyph_scan_t *scan, size_t i)
{
    int     disk;
    size_t  n;

    n = glyph_scan_memory(index, scan, i, &disk);

    if (disk) {
        glyph_scan_put(scan, i, i + n, GLYPH_W_DISK, 0);
    }

    return n;
}
