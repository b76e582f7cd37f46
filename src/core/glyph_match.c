
#include <stdio.h>

#include "glyph_context.h"
#include "glyph_match.h"


struct glyph_matcher_s {
    const glyph_index_t  *index;
    glyph_scan_t          title;
    glyph_scan_t          column;
};


static void glyph_match_read(glyph_matcher_t *m, glyph_scan_t *scan,
    const glyph_str_t *text, glyph_context_t *ctx);
static void glyph_match_found(const glyph_matcher_t *m,
    const glyph_scan_t *scan, const glyph_context_t *ctx,
    glyph_match_t *result);
static double glyph_match_score(const glyph_variant_t *v);
static void glyph_match_notes(const glyph_scan_t *scan,
    const glyph_event_t *e, const char *what, glyph_match_t *result);


glyph_matcher_t *
glyph_matcher_create(const glyph_registry_t *reg)
{
    glyph_matcher_t  *m;

    m = malloc(sizeof(glyph_matcher_t));

    if (m) {
        m->index = glyph_registry_compiled(reg);
    }

    return m;
}


void
glyph_matcher_destroy(glyph_matcher_t *m)
{
    free(m);
}


void
glyph_match(glyph_matcher_t *m, const glyph_str_t *title,
    const glyph_str_t *model, glyph_match_t *result)
{
    int              card;
    glyph_context_t  ctx, column;

    result->model = NULL;
    result->type = GLYPH_MATCH_NONE;
    result->score = 0;
    result->is_gpu = 0;
    result->reason = NULL;
    result->notes_len = 0;

    if (title->len == 0 && model) {
        title = model;
        model = NULL;
    }

    glyph_match_read(m, &m->title, title, &ctx);

    if (ctx.reason == NULL && ctx.subject) {
        glyph_match_found(m, &m->title, &ctx, result);
        return;
    }

    card = ctx.card && ctx.reason == NULL;

    /* the model column fills the gap of a title that names no card */

    if (model && (ctx.reason == NULL
                  || strcmp(ctx.reason, "not_recognised") == 0))
    {
        glyph_match_read(m, &m->column, model, &column);

        if (column.reason == NULL && column.subject) {
            glyph_match_found(m, &m->column, &column, result);
            result->score *= 0.9;
            return;
        }
    }

    result->is_gpu = card;
    result->reason = card ? (ctx.refused ? "model_not_in_registry"
                                         : "model_not_stated")
                          : ctx.reason ? ctx.reason : "not_recognised";

    if (ctx.why) {
        glyph_match_notes(&m->title, ctx.why, NULL, result);
    }
}


static void
glyph_match_read(glyph_matcher_t *m, glyph_scan_t *scan,
    const glyph_str_t *text, glyph_context_t *ctx)
{
    glyph_tokens_read(&scan->ts, text);
    glyph_scan(m->index, scan);
    glyph_context(m->index, scan, ctx);
}


static void
glyph_match_found(const glyph_matcher_t *m, const glyph_scan_t *scan,
    const glyph_context_t *ctx, glyph_match_t *result)
{
    const glyph_candidate_t  *c;

    c = ctx->variant.candidate;

    result->is_gpu = 1;

    if (c == NULL) {
        result->reason = "model_not_in_registry";
        glyph_match_notes(scan, ctx->subject, NULL, result);
        return;
    }

    result->model = &m->index->models[c->row];
    result->type = c->alias ? GLYPH_MATCH_ALIAS : GLYPH_MATCH_EXACT;
    result->score = glyph_match_score(&ctx->variant);

    glyph_match_notes(scan, ctx->subject,
                      ctx->variant.doubts & GLYPH_AGAINST_MEMORY
                      ? "memory differs"
                      : ctx->variant.doubts & (GLYPH_ASSUMED_MEMORY
                                               | GLYPH_ASSUMED_FORM)
                      ? "variant assumed" : NULL, result);
}


static double
glyph_match_score(const glyph_variant_t *v)
{
    double  score;

    score = v->candidate->alias ? 0.95 : 1;

    if (v->doubts & (GLYPH_ASSUMED_MEMORY | GLYPH_ASSUMED_FORM)) {
        score -= 0.15;
    }

    if (v->doubts & (GLYPH_ASSUMED_FAMILY | GLYPH_ASSUMED_SERIES
                     | GLYPH_WEAK_EVIDENCE))
    {
        score -= 0.2;
    }

    if (v->doubts & GLYPH_AGAINST_MEMORY) {
        score -= 0.3;
    }

    return score;
}


/* The words that decided, as the title folds to them. */

static void
glyph_match_notes(const glyph_scan_t *scan, const glyph_event_t *e,
    const char *what, glyph_match_t *result)
{
    int                  n;
    size_t               len;
    const glyph_token_t  *first, *last;

    if (e->start >= e->end) {
        return;
    }

    first = &scan->ts.token[e->start];
    last = &scan->ts.token[e->end - 1];
    len = last->pos + last->len - first->pos;

    if (len > 80) {
        len = 80;
    }

    n = snprintf(result->notes, sizeof(result->notes), "\"%.*s\"%s%s",
                 (int) len, (const char *) scan->ts.text + first->pos,
                 what ? ", " : "", what ? what : "");

    result->notes_len = n > 0 ? (size_t) n : 0;
}


const char *
glyph_match_name(glyph_match_e type)
{
    static const char  *names[] = { "none", "exact", "alias", "fuzzy" };

    return names[type];
}
