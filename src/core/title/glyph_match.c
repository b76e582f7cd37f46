#include <stddef.h>

#include "title/glyph_thing.h"
#include "value/glyph_condition_words.h"
#include "value/glyph_identity.h"
#include "value/glyph_values.h"
#include "text/glyph_idle.h"
#include "title/glyph_match.h"
#include "text/glyph_memo.h"
#include "title/glyph_mend.h"


/* Scores; glyph_match.h tells what they mean. */

#define GLYPH_SCORE_ALIAS     0.95
#define GLYPH_SCORE_MEMORY    0.95
#define GLYPH_SCORE_WEAK      0.90
#define GLYPH_SCORE_SERIES    0.85
#define GLYPH_SCORE_FORM      0.80
#define GLYPH_SCORE_FUZZY     0.80
#define GLYPH_SCORE_BORROWED  0.75
#define GLYPH_SCORE_FAMILY    0.70
#define GLYPH_SCORE_COLUMN    0.70
#define GLYPH_SCORE_AGAINST   0.60


/* Titles a matcher remembers, of up to so many bytes, the column's as well. */

#define GLYPH_MATCH_MEMO      1024
#define GLYPH_MATCH_MEMO_MAX  120

/* A title of so many bytes is there as a whole when it is folded. */

#define GLYPH_MATCH_FOLDED    (GLYPH_TITLE_MAX / 4)


struct glyph_matcher_s {
    glyph_idle_item_t     idle;         /* while nobody uses it */
    const glyph_index_t  *index;
    glyph_memo_t         *memo;
    glyph_scan_t          title;
    glyph_scan_t          other;        /* the title mended, or the column */
};


static void glyph_matcher_free(glyph_idle_item_t *item);
static void glyph_match_title(glyph_matcher_t *m, const glyph_str_t *title,
    const glyph_str_t *model, glyph_match_t *result);
static uint64_t glyph_match_identity(const glyph_matcher_t *m,
    const glyph_str_t *title);
static void glyph_match_copy(glyph_match_t *to, const glyph_match_t *from);
static void glyph_match_read(const glyph_index_t *index, glyph_scan_t *scan,
    const glyph_str_t *text, glyph_context_t *ctx);
static const char *glyph_match_condition(const glyph_scan_t *scan);
static int glyph_match_of_part(const glyph_scan_t *scan,
    const glyph_event_t *e);
static int glyph_match_mended(glyph_matcher_t *m, glyph_match_t *result);
static int glyph_match_column(glyph_matcher_t *m, const glyph_str_t *model,
    glyph_match_t *result);
static void glyph_match_tie(glyph_matcher_t *m, const glyph_str_t *model,
    glyph_context_t *ctx, glyph_match_t *result);
static void glyph_match_found(const glyph_index_t *index,
    const glyph_scan_t *scan, const glyph_context_t *ctx,
    glyph_match_t *result);
static const char *glyph_match_refused(const glyph_context_t *ctx);
static double glyph_match_score(const glyph_context_t *ctx);
static void glyph_match_notes(const glyph_index_t *index,
    const glyph_scan_t *scan, const glyph_context_t *ctx,
    glyph_match_t *result);
static void glyph_match_unknown(const glyph_scan_t *scan,
    const glyph_context_t *ctx, glyph_match_t *result);
static int glyph_match_states_model(const glyph_scan_t *scan);
static void glyph_note_words(glyph_match_t *result, const glyph_scan_t *scan,
    const glyph_event_t *e);
static void glyph_note_size(glyph_match_t *result, double gb);


/* Whole pieces only, so that what is written stays valid UTF-8. */

static inline void
glyph_note_data(glyph_match_t *result, const void *data, size_t len)
{
    if (len > GLYPH_MATCH_NOTES - result->notes_len) {
        return;
    }

    memcpy(result->notes + result->notes_len, data, len);
    result->notes_len += len;
}


/* Inline, so that the length of a literal is known. */

static inline void
glyph_note(glyph_match_t *result, const char *text)
{
    glyph_note_data(result, text, strlen(text));
}


glyph_matcher_t *
glyph_matcher_create(const glyph_registry_t *reg)
{
    glyph_matcher_t  *m;

    m = malloc(sizeof(glyph_matcher_t));
    if (m == NULL) {
        return NULL;
    }

    m->idle.destroy = glyph_matcher_free;
    m->index = glyph_registry_compiled(reg);

    m->memo = glyph_memo_create(GLYPH_MATCH_MEMO, GLYPH_MATCH_MEMO_MAX,
                                sizeof(glyph_match_t));
    if (m->memo == NULL) {
        free(m);
        return NULL;
    }

    return m;
}


void
glyph_matcher_destroy(glyph_matcher_t *m)
{
    if (m == NULL) {
        return;
    }

    glyph_memo_destroy(m->memo);
    free(m);
}


static void
glyph_matcher_free(glyph_idle_item_t *item)
{
    glyph_matcher_destroy((glyph_matcher_t *) item);
}


glyph_matcher_t *
glyph_matcher_take(const glyph_registry_t *reg)
{
    glyph_idle_item_t  *item;

    item = glyph_idle_take(glyph_registry_idle(reg));

    return item ? (glyph_matcher_t *) item : glyph_matcher_create(reg);
}


void
glyph_matcher_give(const glyph_registry_t *reg, glyph_matcher_t *m)
{
    glyph_idle_give(glyph_registry_idle(reg), &m->idle);
}


void
glyph_match(glyph_matcher_t *m, const glyph_str_t *title,
    const glyph_str_t *model, glyph_match_t *result)
{
    int             known;
    glyph_match_t  *memo;

    if (model && model->len == 0) {
        model = NULL;
    }

    if (title->len == 0 && model) {
        title = model;
        model = NULL;
    }

    memo = glyph_memo_find(m->memo, title, model, &known);

    if (memo == NULL) {
        glyph_match_title(m, title, model, result);
        result->title = glyph_match_identity(m, title);
        return;
    }

    if (!known) {
        glyph_match_title(m, title, model, memo);
        memo->title = glyph_match_identity(m, title);
    }

    glyph_match_copy(result, memo);
}


/* Of the title that has been read, which it need not be folded for again. */

static uint64_t
glyph_match_identity(const glyph_matcher_t *m, const glyph_str_t *title)
{
    const glyph_tokens_t  *ts;

    ts = &m->title.ts;

    return title->len <= GLYPH_MATCH_FOLDED
           ? glyph_identity_folded(ts->text, ts->len)
           : glyph_identity_title(title);
}


/* The notes are mostly short. */

static void
glyph_match_copy(glyph_match_t *to, const glyph_match_t *from)
{
    memcpy(to, from, offsetof(glyph_match_t, notes));
    memcpy(to->notes, from->notes, from->notes_len);
}


static void
glyph_match_title(glyph_matcher_t *m, const glyph_str_t *title,
    const glyph_str_t *model, glyph_match_t *result)
{
    glyph_context_t  ctx;

    result->model = NULL;
    result->type = GLYPH_MATCH_NONE;
    result->score = 0;
    result->is_gpu = 0;
    result->reason = NULL;
    result->notes_len = 0;

    glyph_match_read(m->index, &m->title, title, &ctx);

    result->condition = m->title.conditions
                        ? glyph_match_condition(&m->title) : NULL;

    if (ctx.reason == NULL && ctx.subject) {
        glyph_match_found(m->index, &m->title, &ctx, result);

        if (result->model == NULL) {

            if (model) {
                (void) glyph_match_column(m, model, result);
            }

            return;
        }

        if (model && (ctx.variant.doubts & (GLYPH_ASSUMED_MEMORY
                                            | GLYPH_ASSUMED_FORM
                                            | GLYPH_ASSUMED_FAMILY)))
        {
            glyph_match_tie(m, model, &ctx, result);
        }

        return;
    }

    /* what is something else for certain needs no mending */

    if (ctx.card || strcmp(ctx.reason, "not_recognised") == 0) {

        if (glyph_match_mended(m, result)
            || (model && glyph_match_column(m, model, result)))
        {
            return;
        }
    }

    glyph_match_unknown(&m->title, &ctx, result);
}


static void
glyph_match_read(const glyph_index_t *index, glyph_scan_t *scan,
    const glyph_str_t *text, glyph_context_t *ctx)
{
    glyph_tokens_read(&scan->ts, text);
    glyph_scan(index, scan);
    glyph_context(index, scan, ctx);
}


/* What a title says of the condition, but for that of a part. */

static const char *
glyph_match_condition(const glyph_scan_t *scan)
{
    unsigned              said;
    const glyph_event_t  *e, *last;

    said = 0;
    last = scan->event + scan->nevents;

    for (e = scan->event; e < last; e++) {

        if (e->condition == 0
            || (e > scan->event && e[-1].class == GLYPH_W_NO
                && e[-1].end == e->start)
            || glyph_match_of_part(scan, e))
        {
            continue;
        }

        said |= glyph_phrase_bit(e->condition - 1);
    }

    return glyph_condition_name(said);
}


/* "new fans", "fan broken" */

static int
glyph_match_of_part(const glyph_scan_t *scan, const glyph_event_t *e)
{
    const uint8_t  apart = GLYPH_SEP_BREAK | GLYPH_SEP_COMMA | GLYPH_SEP_DASH;

    if (e > scan->event && glyph_event_in(e - 1, GLYPH_PARTS)
        && e[-1].end == e->start
        && !(scan->ts.token[e->start].sep & apart))
    {
        return 1;
    }

    return e + 1 < scan->event + scan->nevents
           && glyph_event_in(e + 1, GLYPH_PARTS) && e[1].start == e->end
           && !(scan->ts.token[e->end].sep & apart);
}


static int
glyph_match_mended(glyph_matcher_t *m, glyph_match_t *result)
{
    glyph_context_t  ctx;
    glyph_tokens_t  *ts;

    const uint64_t  cards =
        GLYPH_CHIPS | glyph_wset4(GLYPH_W_CARD, GLYPH_W_BOARD, GLYPH_W_LINE,
                                  GLYPH_W_MAKER_A)
        | glyph_w(GLYPH_W_MAKER_N);

    ts = &m->other.ts;

    ts->len = m->title.ts.len;
    memcpy(ts->text, m->title.ts.text, ts->len);

    if (!glyph_mend(m->index, ts, (m->title.words & cards) != 0)) {
        return 0;
    }

    glyph_scan(m->index, &m->other);
    glyph_context(m->index, &m->other, &ctx);

    if (ctx.reason || ctx.subject == NULL) {
        return 0;
    }

    glyph_match_found(m->index, &m->other, &ctx, result);

    if (result->model == NULL) {
        return 1;
    }

    result->type = GLYPH_MATCH_FUZZY;

    if (result->score > GLYPH_SCORE_FUZZY) {
        result->score = GLYPH_SCORE_FUZZY;
    }

    glyph_note(result, "; as mended");

    return 1;
}


/* The column names a card where the title does not. */

static int
glyph_match_column(glyph_matcher_t *m, const glyph_str_t *model,
    glyph_match_t *result)
{
    glyph_context_t  ctx;

    glyph_match_read(m->index, &m->other, model, &ctx);

    if (ctx.reason || ctx.subject == NULL || glyph_match_refused(&ctx)) {
        return 0;
    }

    result->reason = NULL;
    result->notes_len = 0;
    glyph_match_found(m->index, &m->other, &ctx, result);

    if (result->score > GLYPH_SCORE_COLUMN) {
        result->score = GLYPH_SCORE_COLUMN;
    }

    glyph_note(result, "; from the model column");

    return 1;
}


/*
 * The title leaves the variant open: a column that names one of the same
 * name's models, and is sure of it, decides.
 */

static void
glyph_match_tie(glyph_matcher_t *m, const glyph_str_t *model,
    glyph_context_t *ctx, glyph_match_t *result)
{
    size_t                i;
    double                score;
    glyph_context_t       column;
    const glyph_index_t  *index;

    index = m->index;

    glyph_match_read(index, &m->other, model, &column);

    if (column.reason || column.subject == NULL || column.several
        || (column.variant.doubts & (GLYPH_ASSUMED_MEMORY
                                     | GLYPH_ASSUMED_FORM
                                     | GLYPH_ASSUMED_FAMILY
                                     | GLYPH_AGAINST_MEMORY)))
    {
        return;
    }

    for (i = index->first[ctx->subject->node];
         i < index->first[ctx->subject->node + 1];
         i++)
    {
        if (index->candidates[i].row != column.variant.candidate->row) {
            continue;
        }

        score = result->score;

        result->notes_len = 0;
        glyph_match_found(index, &m->other, &column, result);
        glyph_note(result, "; the model column decided");

        if (result->score > GLYPH_SCORE_WEAK) {
            result->score = GLYPH_SCORE_WEAK;
        }

        if (result->score < score) {
            result->score = score;
        }

        return;
    }
}


static void
glyph_match_found(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_context_t *ctx, glyph_match_t *result)
{
    const glyph_candidate_t  *c;

    c = ctx->variant.candidate;

    result->is_gpu = 1;

    glyph_match_notes(index, scan, ctx, result);

    result->reason = glyph_match_refused(ctx);

    if (result->reason) {
        return;
    }

    result->model = &index->models[c->row];
    result->score = glyph_match_score(ctx);
    result->type = (ctx->variant.doubts & GLYPH_BARE_NUMBER)
                   ? GLYPH_MATCH_FUZZY
                   : c->alias == GLYPH_WRITING_ALIAS
                     || c->alias == GLYPH_WRITING_NUMBER
                   ? GLYPH_MATCH_ALIAS : GLYPH_MATCH_EXACT;
}


/* Why a card whose name was found is no known one, or NULL. */

static const char *
glyph_match_refused(const glyph_context_t *ctx)
{
    return ctx->several ? "several_models"
           : (ctx->variant.doubts & GLYPH_FAR_MEMORY) ? "memory_contradicts"
           : NULL;
}


static double
glyph_match_score(const glyph_context_t *ctx)
{
    size_t    i;
    double    score;
    unsigned  doubts;

    static const struct {
        unsigned  doubt;
        double    score;
    } limits[] = {
        { GLYPH_ASSUMED_MEMORY, GLYPH_SCORE_MEMORY },
        { GLYPH_WEAK_EVIDENCE, GLYPH_SCORE_WEAK },
        { GLYPH_ASSUMED_SERIES, GLYPH_SCORE_SERIES },
        { GLYPH_UNKNOWN_TAIL, GLYPH_SCORE_SERIES },
        { GLYPH_ASSUMED_FORM, GLYPH_SCORE_FORM },
        { GLYPH_ASSUMED_MOBILE, GLYPH_SCORE_FORM },
        { GLYPH_BARE_NUMBER, GLYPH_SCORE_FUZZY },
        { GLYPH_ASSUMED_FAMILY, GLYPH_SCORE_FAMILY },
        { GLYPH_AGAINST_MEMORY, GLYPH_SCORE_AGAINST }
    };

    doubts = ctx->variant.doubts;
    score = ctx->variant.candidate->alias == GLYPH_WRITING_ALIAS
            ? GLYPH_SCORE_ALIAS
            : ctx->variant.candidate->alias == GLYPH_WRITING_NUMBER
            ? GLYPH_SCORE_FUZZY : 1.0;

    for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        if ((doubts & limits[i].doubt) && score > limits[i].score) {
            score = limits[i].score;
        }
    }

    if (ctx->borrowed && score > GLYPH_SCORE_BORROWED) {
        score = GLYPH_SCORE_BORROWED;
    }

    return score;
}


static void
glyph_match_notes(const glyph_index_t *index, const glyph_scan_t *scan,
    const glyph_context_t *ctx, glyph_match_t *result)
{
    size_t                i;
    uint64_t              said;
    unsigned              doubts;
    const glyph_row_t    *row;
    const glyph_event_t  *e;
    const glyph_model_t  *m;

    row = &index->rows[ctx->variant.candidate->row];
    m = &index->models[ctx->variant.candidate->row];
    doubts = ctx->variant.doubts;

    glyph_note_words(result, scan, ctx->subject);

    if (glyph_scan_has_memory(scan, m->vram_gb)) {
        glyph_note(result, " + ");
        glyph_note_size(result, m->vram_gb);
    }

    said = scan->qualifiers & row->own & ~glyph_q(GLYPH_Q_QUADRO);

    for (i = 0; said && i < scan->nevents; i++) {
        e = &scan->event[i];

        if (e->class >= GLYPH_W_QUALIFIER
            && (said & glyph_q(e->class - GLYPH_W_QUALIFIER)))
        {
            said &= ~glyph_q(e->class - GLYPH_W_QUALIFIER);
            glyph_note(result, " + ");
            glyph_note_words(result, scan, e);
        }
    }

    if (doubts & GLYPH_AGAINST_MEMORY) {
        glyph_note(result, "; ");
        glyph_note_size(result, scan->memory[0]);
        glyph_note(result, " said, it has ");
        glyph_note_size(result, m->vram_gb);

    } else if (doubts & GLYPH_ASSUMED_MEMORY) {
        glyph_note(result, "; no memory size said, ");
        glyph_note_size(result, m->vram_gb);
        glyph_note(result, " assumed");
    }

    if ((doubts & GLYPH_ASSUMED_FORM) && m->form_factor.len) {
        glyph_note(result, "; no form said, ");
        glyph_note_data(result, m->form_factor.data, m->form_factor.len);
        glyph_note(result, " assumed");
    }

    if (doubts & GLYPH_ASSUMED_MOBILE) {
        glyph_note(result, "; only laptops have it");
    }

    if (doubts & GLYPH_ASSUMED_FAMILY) {
        glyph_note(result, "; another card has this name");
    }

    if (doubts & GLYPH_ASSUMED_SERIES) {
        glyph_note(result, "; the series is another");
    }

    if (doubts & GLYPH_UNKNOWN_TAIL) {
        glyph_note(result, "; what follows the name is unknown");
    }

    if (doubts & GLYPH_BARE_NUMBER) {
        glyph_note(result, "; by its number only");
    }

    if (ctx->several) {
        glyph_note(result, "; several models named");
    }

    if (ctx->borrowed) {
        glyph_note(result, "; said to be for it");
    }
}


static void
glyph_match_unknown(const glyph_scan_t *scan, const glyph_context_t *ctx,
    glyph_match_t *result)
{
    result->is_gpu = ctx->card;

    if (ctx->card) {
        result->reason = ctx->refused || glyph_match_states_model(scan)
                         ? "model_not_in_registry" : "model_not_stated";

    } else {
        result->reason = ctx->reason;
    }

    if (ctx->why) {
        glyph_note_words(result, scan, ctx->why);
    }
}


/* Whether something looks like a model's name: "M9140", "Radeon 7800". */

static int
glyph_match_states_model(const glyph_scan_t *scan)
{
    size_t                i, k;
    const glyph_token_t  *t;
    const glyph_event_t  *e;

    t = scan->ts.token;

    for (i = 1; i < scan->ts.n; i++) {
        if (t[i].digits && t[i].len >= 3 && t[i].len <= 5
            && glyph_token_glued(&t[i]) && t[i - 1].len <= 3
            && !glyph_token_glued(&t[i - 1]))
        {
            return 1;
        }
    }

    for (i = 0; i < scan->nevents; i++) {
        e = &scan->event[i];

        if (e->class < GLYPH_W_NVIDIA || e->class > GLYPH_W_ARC) {
            continue;
        }

        for (k = e->end; k < scan->ts.n && k < e->end + 2u; k++) {
            if (t[k].digits && t[k].len <= 5
                && (t[k].len >= 3 || (k > e->end
                                      && glyph_token_glued(&t[k]))))
            {
                return 1;
            }
        }
    }

    return 0;
}


/* The words of an event in quotes; they are all of the dictionary. */

static void
glyph_note_words(glyph_match_t *result, const glyph_scan_t *scan,
    const glyph_event_t *e)
{
    size_t  i;

    glyph_note(result, "\"");

    for (i = e->start; i < e->end; i++) {
        if (i > e->start) {
            glyph_note(result, " ");
        }

        glyph_note_data(result, glyph_token_text(&scan->ts, i),
                        scan->ts.token[i].len);
    }

    glyph_note(result, "\"");
}


/* "12 GB", "1.5 GB", "512 MB" */

static void
glyph_note_size(glyph_match_t *result, double gb)
{
    int       i;
    char      text[16];
    double    size;
    uint32_t  n;

    size = gb < 1 ? gb * 1024 : gb;
    n = size * 100 + 0.5;
    i = sizeof(text);

    if (n % 100) {
        if (n % 10) {
            text[--i] = '0' + n % 10;
        }

        text[--i] = '0' + n / 10 % 10;
        text[--i] = '.';
    }

    n /= 100;

    do {
        text[--i] = '0' + n % 10;
        n /= 10;
    } while (n);

    glyph_note_data(result, text + i, sizeof(text) - i);
    glyph_note(result, gb < 1 ? " MB" : " GB");
}


const char *
glyph_match_name(glyph_match_e type)
{
    static const char *const  names[] = { "none", "exact", "alias", "fuzzy" };

    return names[type];
}
