#include "title/glyph_scan.h"
#include "title/glyph_split.h"


static size_t glyph_scan_event(const glyph_index_t *index,
    glyph_scan_t *scan, size_t i);
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
static size_t glyph_scan_memory(const glyph_index_t *index,
    glyph_scan_t *scan, size_t i);
static void glyph_scan_size(glyph_scan_t *scan, size_t i, double gb);


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
    size_t                k, name_end, class_end;
    uint8_t               class, condition;
    uint32_t              node, name;
    const glyph_tokens_t  *ts;

    ts = &scan->ts;

    if (ts->token[i].id == 0) {
        return ts->token[i].digits ? glyph_scan_memory(index, scan, i) : 1;
    }

    name = 0;
    name_end = 0;
    class = GLYPH_W_NONE;
    class_end = 0;
    condition = 0;

    node = ts->token[i].node;

    for (k = i; node; /* void */ ) {
        k++;

        if (index->first[node] != index->first[node + 1]) {
            name = node;
            name_end = k;
        }

        if (index->class[node]) {
            class = index->class[node];
            class_end = k;
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

    if (name_end && name_end >= class_end
        && glyph_scan_mention(index, scan, i, name_end, name))
    {
        return name_end - i;
    }

    if (class >= GLYPH_W_CONDITION) {
        condition = class - GLYPH_W_CONDITION + 1;
        class = GLYPH_W_NOISE;
    }

    if (ts->token[i].digits && (class_end <= i + 1 || class == GLYPH_W_NOISE))
    {
        k = glyph_scan_memory(index, scan, i);

        if (k > 1) {
            return k;
        }
    }

    if (class_end == 0) {
        return 1;
    }

    /* the end of a part number: "VCG…-LC-CPU" */

    if (class >= GLYPH_W_EMPTY && class < GLYPH_W_QUALIFIER && i
        && class_end == i + 1 && ts->token[i].sep == GLYPH_SEP_DASH
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

    if (class == GLYPH_W_WITH && ts->token[i].len == 1
        && (glyph_token_glued(&ts->token[i]) || i + 1 == ts->n
            || !(ts->token[i + 1].sep & GLYPH_SEP_SLASH)))
    {
        return 1;
    }

    glyph_scan_put(scan, i, class_end, class, 0);

    if (condition) {
        scan->event[scan->nevents - 1].condition = condition;
        scan->conditions = 1;
    }

    return class_end - i;
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


/*
 * A number and its unit: a memory size, or a disk's.  Returns how many
 * tokens they are, 1 for a number that is neither.
 */

static size_t
glyph_scan_memory(const glyph_index_t *index, glyph_scan_t *scan, size_t i)
{
    double                 v;
    size_t                 n, k;
    uint8_t                unit, next;
    const glyph_tokens_t  *ts;

    ts = &scan->ts;
    n = i + 1;
    v = glyph_token_value(ts, i);

    if (n + 1 < ts->n && ts->token[n].sep == GLYPH_SEP_DOT
        && ts->token[n].digits && ts->token[n].len <= 3)
    {
        v += (double) glyph_token_value(ts, n)
             / (ts->token[n].len == 1 ? 10 : ts->token[n].len == 2 ? 100
                                                                   : 1000);
        n++;

        /* "1.536 MB" are thousands */

        if (ts->token[n - 1].len == 3
            && glyph_index_class(index, ts, n) == GLYPH_W_UNIT_M)
        {
            v *= 1000;
        }
    }

    unit = glyph_index_class(index, ts, n);

    if (unit != GLYPH_W_UNIT_G && unit != GLYPH_W_UNIT_M
        && unit != GLYPH_W_UNIT_T)
    {
        return 1;
    }

    k = ts->token[n].len;

    if (!glyph_token_glued(&ts->token[n])
        && (k < 2 || (ts->token[n].sep & ~(GLYPH_SEP_SPACE | GLYPH_SEP_DASH))
            || glyph_token_is(ts, n, "to") || glyph_token_is(ts, n, "md")))
    {
        return 1;
    }

    n++;

    /* "2G133" is a part number; "GD" is followed by the memory's type */

    if (n < ts->n && ts->token[n].digits && glyph_token_glued(&ts->token[n])
        && k == 1)
    {
        return 1;
    }

    if (n < ts->n && (ts->token[n].sep & GLYPH_SEP_SLASH)
        && glyph_token_is(ts, n, "s"))
    {
        return 1;
    }

    /* "512GB" beside a processor is a disk; no card has just as much */

    if (unit == GLYPH_W_UNIT_T
        || (unit == GLYPH_W_UNIT_G
            && (v == 240 || v == 250 || v == 256 || v == 480 || v == 500
                || v == 512 || v == 960 || v >= 1000)))
    {
        glyph_scan_put(scan, i, n, GLYPH_W_DISK, 0);
        return n - i;
    }

    next = glyph_index_class(index, ts, n);

    if (next == GLYPH_W_RAM || next == GLYPH_W_DISK || next == GLYPH_W_AV) {
        scan->known += n - i;
        return n - i;
    }

    glyph_scan_size(scan, n - i, unit == GLYPH_W_UNIT_M ? v / 1024 : v);

    return n - i;
}


static void
glyph_scan_size(glyph_scan_t *scan, size_t tokens, double gb)
{
    scan->known += tokens;

    if (gb < 0.06 || gb > 2048 || scan->nmemories == GLYPH_MEMORIES_MAX) {
        return;
    }

    scan->memory[scan->nmemories++] = gb;
}


int
glyph_scan_has_memory(const glyph_scan_t *scan, double gb)
{
    size_t  i;
    double  d;

    if (gb <= 0) {
        return 0;
    }

    for (i = 0; i < scan->nmemories; i++) {
        d = scan->memory[i] - gb;

        /* below 1 GB the facts round: 640 MB is 0.64 or 0.625 */

        if (d < 0) {
            d = -d;
        }

        if (d < (gb < 1 ? gb * 0.06 : 0.01)) {
            return 1;
        }
    }

    return 0;
}
