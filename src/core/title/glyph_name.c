#include <stdio.h>

#include "title/glyph_index.h"


/*
 * A name in the ways sellers write it.  The words that tell the variants of
 * a card apart ("ada", "sff", "sxm4", the memory size) are no part of its
 * writings: they may stand anywhere in a title, and so they are kept as
 * qualifiers of the row.  What remains is the stem: "rtx 4000", "p 40".
 *
 * The less a writing says, the more it needs around it: "rtx 4070 ti" stands
 * alone, "a 4000" and "4070 ti" need something of the vendor in the title,
 * "4090" needs it right before.
 */


#define GLYPH_NAME_WORDS  16
#define GLYPH_WORD_MAX    24


typedef struct {
    size_t  n;
    char    word[GLYPH_NAME_WORDS][GLYPH_WORD_MAX];
} glyph_words_t;


typedef struct {
    glyph_writing_t  *w;
    size_t            n;
    uint64_t          beside;       /* the vendor's words */
    uint64_t          brand;        /* words that began the id */
    uint64_t          own;
    glyph_words_t     extra;
} glyph_name_ctx_t;


static void glyph_name_split(const glyph_index_t *index,
    const glyph_model_t *model, glyph_row_t *row, glyph_words_t *stem,
    glyph_words_t *extra);
static size_t glyph_name_qualifier(const glyph_index_t *index,
    const glyph_tokens_t *ts, size_t i, uint64_t *own);
static void glyph_name_brand(glyph_words_t *stem, glyph_name_ctx_t *ctx);
static void glyph_words_shift(glyph_words_t *words, size_t n);
static void glyph_name_geforce(glyph_name_ctx_t *ctx,
    const glyph_words_t *stem);
static void glyph_name_reversed(glyph_name_ctx_t *ctx,
    const glyph_words_t *stem);
static void glyph_name_pair(glyph_name_ctx_t *ctx, const glyph_words_t *stem);
static void glyph_name_pro(glyph_name_ctx_t *ctx, const glyph_words_t *stem);
static void glyph_name_radeon(glyph_name_ctx_t *ctx,
    const glyph_words_t *stem);
static void glyph_name_other(glyph_name_ctx_t *ctx,
    const glyph_words_t *stem);
static void glyph_name_old(glyph_name_ctx_t *ctx, const glyph_words_t *stem);
static void glyph_name_core(glyph_name_ctx_t *ctx, const glyph_words_t *stem,
    size_t from, unsigned rank);
static void glyph_name_put(glyph_name_ctx_t *ctx, const glyph_words_t *words,
    size_t from, glyph_need_e need, unsigned rank, uint64_t beside);
static void glyph_name_append(char *text, size_t size,
    const glyph_words_t *words, size_t from);


static const uint64_t  glyph_name_nvidia =
    glyph_w(GLYPH_W_NVIDIA) | glyph_w(GLYPH_W_GEFORCE)
    | glyph_w(GLYPH_W_RTX) | glyph_w(GLYPH_W_GTX) | glyph_w(GLYPH_W_PART_N);

static const uint64_t  glyph_name_amd =
    glyph_w(GLYPH_W_AMD) | glyph_w(GLYPH_W_ATI) | glyph_w(GLYPH_W_RADEON)
    | glyph_w(GLYPH_W_RX) | glyph_w(GLYPH_W_PART_R);


static inline int
glyph_word_is(const glyph_words_t *words, size_t i, const char *s)
{
    return i < words->n && strcmp(words->word[i], s) == 0;
}


static inline int
glyph_word_digits(const glyph_words_t *words, size_t i)
{
    return i < words->n
           && words->word[i][0] >= '0' && words->word[i][0] <= '9';
}


size_t
glyph_name_writings(const glyph_index_t *index, const glyph_model_t *model,
    glyph_row_t *row, glyph_writing_t *w)
{
    glyph_words_t     stem;
    glyph_name_ctx_t  ctx;

    memset(&ctx, 0, sizeof(ctx));
    ctx.w = w;

    glyph_name_split(index, model, row, &stem, &ctx.extra);
    glyph_name_brand(&stem, &ctx);

    if (ctx.brand & glyph_w(GLYPH_W_QUADRO)) {
        row->own |= glyph_q(GLYPH_Q_QUADRO);
    }

    ctx.own = row->own;

    if (stem.n == 0) {
        return 0;
    }

    if (model->vendor.len == 3 && memcmp(model->vendor.data, "amd", 3) == 0) {
        ctx.beside = glyph_name_amd;
        row->vendor = glyph_name_amd | glyph_w(GLYPH_W_FIREPRO)
                      | glyph_w(GLYPH_W_INSTINCT) | glyph_w(GLYPH_W_MAKER_A);

    } else if (model->vendor.len == 5
               && memcmp(model->vendor.data, "intel", 5) == 0)
    {
        ctx.beside = glyph_w(GLYPH_W_INTEL) | glyph_w(GLYPH_W_ARC);
        row->vendor = ctx.beside;

    } else if (model->vendor.len == 6
               && memcmp(model->vendor.data, "nvidia", 6) == 0)
    {
        ctx.beside = glyph_name_nvidia;
        row->vendor = glyph_name_nvidia | glyph_w(GLYPH_W_QUADRO)
                      | glyph_w(GLYPH_W_TESLA) | glyph_w(GLYPH_W_MAKER_N);
    }

    if (glyph_word_is(&stem, 0, "rtx") || glyph_word_is(&stem, 0, "gtx")
        || glyph_word_is(&stem, 0, "gt") || glyph_word_is(&stem, 0, "gts"))
    {
        glyph_name_geforce(&ctx, &stem);

    } else if (glyph_word_is(&stem, 0, "pro")
               || glyph_word_is(&stem, 0, "ai"))
    {
        glyph_name_pro(&ctx, &stem);

    } else if (glyph_word_is(&stem, 0, "rx") || glyph_word_is(&stem, 0, "hd")
               || (glyph_word_is(&stem, 0, "r") && stem.n > 1
                   && strlen(stem.word[1]) == 1))
    {
        glyph_name_radeon(&ctx, &stem);

    } else {
        glyph_name_other(&ctx, &stem);
    }

    return ctx.n;
}


/*
 * The id's words: of the family into stem, what the id adds into extra, and
 * qualifiers into row->own.  The memory size is left to the facts.
 */

static void
glyph_name_split(const glyph_index_t *index, const glyph_model_t *model,
    glyph_row_t *row, glyph_words_t *stem, glyph_words_t *extra)
{
    size_t          i, k, n, family;
    glyph_words_t  *to;
    glyph_tokens_t  ts;

    stem->n = 0;
    extra->n = 0;

    glyph_tokens_read(&ts, &model->family);
    family = ts.n;

    glyph_tokens_read(&ts, &model->model);
    glyph_automaton_lookup(index->automaton, &ts, 0, ts.n);

    for (i = 0; i < ts.n; i += n) {

        n = i ? glyph_name_qualifier(index, &ts, i, &row->own) : 0;
        if (n) {
            continue;
        }

        if (i >= family && ts.token[i].digits && i + 1 < ts.n
            && (glyph_token_is(&ts, i + 1, "gb")
                || glyph_token_is(&ts, i + 1, "mb")))
        {
            n = 2;
            continue;
        }

        n = 1;

        if (i && glyph_token_is(&ts, i, "server")) {
            row->own |= glyph_q(GLYPH_Q_SERVER);
            continue;
        }

        if (i && (glyph_token_is(&ts, i, "generation")
                  || glyph_token_is(&ts, i, "edition")))
        {
            continue;
        }

        to = i < family ? stem : extra;
        k = ts.token[i].len;

        if (to->n == GLYPH_NAME_WORDS || k >= GLYPH_WORD_MAX) {
            continue;
        }

        memcpy(to->word[to->n], glyph_token_text(&ts, i), k);
        to->word[to->n++][k] = '\0';
    }
}


/* How many tokens from i on are a qualifier, 0 for none. */

static size_t
glyph_name_qualifier(const glyph_index_t *index, const glyph_tokens_t *ts,
    size_t i, uint64_t *own)
{
    size_t    k, n;
    uint8_t   class, found;
    uint32_t  node;

    n = 0;
    found = 0;
    node = GLYPH_NODE_ROOT;

    for (k = i; k < ts->n && ts->token[k].id; k++) {
        node = glyph_automaton_next(index->automaton, node,
                                    ts->token[k].id);
        if (node == GLYPH_NODE_NONE) {
            break;
        }

        class = index->class[node];

        if (class >= GLYPH_W_QUALIFIER && class < GLYPH_W_CONDITION) {
            n = k + 1 - i;
            found = class - GLYPH_W_QUALIFIER;
        }
    }

    if (n) {
        *own |= glyph_q(found);
    }

    return n;
}


/* Takes "quadro", "radeon" … off the stem. */

static void
glyph_name_brand(glyph_words_t *stem, glyph_name_ctx_t *ctx)
{
    size_t  i;

    static const struct {
        const char  *word;
        uint8_t      class;
    } brands[] = {
        { "geforce", GLYPH_W_GEFORCE },
        { "quadro", GLYPH_W_QUADRO },
        { "tesla", GLYPH_W_TESLA },
        { "nvidia", GLYPH_W_NVIDIA },
        { "radeon", GLYPH_W_RADEON },
        { "firepro", GLYPH_W_FIREPRO },
        { "instinct", GLYPH_W_INSTINCT },
        { "amd", GLYPH_W_AMD },
        { "ati", GLYPH_W_ATI },
        { "intel", GLYPH_W_INTEL },
        { "data", GLYPH_W_INTEL },
        { "center", GLYPH_W_INTEL },
        { "gpu", GLYPH_W_INTEL }
    };

    for (i = 0; i < sizeof(brands) / sizeof(brands[0]); i++) {

        if (stem->n > 1 && glyph_word_is(stem, 0, brands[i].word)) {
            ctx->brand |= glyph_w(brands[i].class);
            glyph_words_shift(stem, 1);
        }
    }
}


static void
glyph_words_shift(glyph_words_t *words, size_t n)
{
    words->n -= n;
    memmove(words->word[0], words->word[n], words->n * GLYPH_WORD_MAX);
}


static void
glyph_name_geforce(glyph_name_ctx_t *ctx, const glyph_words_t *stem)
{
    size_t         i;
    glyph_words_t  words;

    glyph_name_put(ctx, stem, 0, GLYPH_NEED_NOTHING, 0, 0);

    if (glyph_word_is(stem, 1, "pro")) {
        glyph_name_put(ctx, stem, 1, GLYPH_NEED_VENDOR, 0, 0);

        /* "rtx 6000 pro", and "rtx 6000" beside the word blackwell */

        words = *stem;
        memmove(words.word[1], words.word[2],
                (words.n - 2) * GLYPH_WORD_MAX);
        words.n--;
        glyph_name_put(ctx, &words, 0, GLYPH_NEED_NOTHING, 2, 0);

        strcpy(words.word[words.n++], "pro");
        glyph_name_put(ctx, &words, 0, GLYPH_NEED_NOTHING, 0, 0);

        return;
    }

    if (!glyph_word_digits(stem, 1)) {
        glyph_name_core(ctx, stem, 1, 0);
        return;
    }

    glyph_name_core(ctx, stem, 1,
                    (ctx->own & glyph_q(GLYPH_Q_QUADRO)) ? 1 : 0);
    glyph_name_pair(ctx, stem);

    glyph_name_reversed(ctx, stem);

    words = *stem;

    for (i = 2; i < words.n; i++) {
        if (glyph_word_is(&words, i, "super")) {
            strcpy(words.word[i], "s");
            glyph_name_put(ctx, &words, 0, GLYPH_NEED_NOTHING, 0, 0);
            glyph_name_core(ctx, &words, 1, 0);
        }
    }

    if (glyph_word_is(&words, 2, "ti") && glyph_word_is(&words, 3, "s")) {
        strcpy(words.word[2], "tis");
        words.n = 3;
        glyph_name_put(ctx, &words, 0, GLYPH_NEED_NOTHING, 0, 0);
    }

    /* sellers mix the series up; no number is in both */

    words = *stem;

    strcpy(words.word[0], glyph_word_is(stem, 0, "gtx") ? "rtx" : "gtx");
    glyph_name_put(ctx, &words, 0, GLYPH_NEED_NOTHING, 3, 0);

    strcpy(words.word[0], "gt");
    glyph_name_put(ctx, &words, 0, GLYPH_NEED_NOTHING, 3, 0);
}


/* "730 gt" */

static void
glyph_name_reversed(glyph_name_ctx_t *ctx, const glyph_words_t *stem)
{
    glyph_words_t  words;

    words = *stem;

    glyph_words_shift(&words, 1);
    strcpy(words.word[words.n++], stem->word[0]);

    glyph_name_put(ctx, &words, 0, GLYPH_NEED_VENDOR, 2, 0);
}


/* "rtx 40 70" */

static void
glyph_name_pair(glyph_name_ctx_t *ctx, const glyph_words_t *stem)
{
    glyph_words_t  words;

    if (stem->n == GLYPH_NAME_WORDS || strlen(stem->word[1]) != 4) {
        return;
    }

    words = *stem;

    memmove(words.word[2], words.word[1], (words.n - 1) * GLYPH_WORD_MAX);
    words.n++;

    words.word[1][2] = '\0';
    memmove(words.word[2], words.word[2] + 2, 3);

    glyph_name_put(ctx, &words, 0, GLYPH_NEED_NOTHING, 0, 0);
}


/* Radeon Pro and Radeon AI Pro; "radeon" is taken off. */

static void
glyph_name_pro(glyph_name_ctx_t *ctx, const glyph_words_t *stem)
{
    size_t  i;

    for (i = 0; i < stem->n; i++) {

        if (glyph_word_is(stem, i, "ai") || glyph_word_is(stem, i, "pro")) {
            continue;
        }

        break;
    }

    if (i == stem->n) {
        glyph_name_put(ctx, stem, 0, GLYPH_NEED_BESIDE, 0, ctx->beside);
        return;
    }

    if (glyph_word_digits(stem, i) || strcmp(stem->word[i], "duo") == 0
        || strcmp(stem->word[i], "vii") == 0
        || strcmp(stem->word[i], "ssg") == 0)
    {
        glyph_name_put(ctx, stem, 0, GLYPH_NEED_BESIDE, 0, ctx->beside);
        return;
    }

    glyph_name_put(ctx, stem, 0, GLYPH_NEED_VENDOR, 0, 0);

    if (i == 2) {
        glyph_name_put(ctx, stem, 1, GLYPH_NEED_VENDOR, 0, 0);
    }

    if (strncmp(stem->word[i], "vega", 4) != 0) {
        glyph_name_put(ctx, stem, i, GLYPH_NEED_VENDOR, 0, 0);
    }
}


static void
glyph_name_radeon(glyph_name_ctx_t *ctx, const glyph_words_t *stem)
{
    size_t  i;

    glyph_name_put(ctx, stem, 0, GLYPH_NEED_NOTHING, 0, 0);

    if (glyph_word_is(stem, 0, "rx")) {

        if (glyph_word_digits(stem, 1)) {
            glyph_name_pair(ctx, stem);

            /* "Radeon 7800M" may be an HD 7800M as well */

            if (!glyph_word_is(stem, 2, "m")) {
                glyph_name_core(ctx, stem, 1, 0);
            }

        } else {
            glyph_name_put(ctx, stem, 1, GLYPH_NEED_VENDOR, 0, 0);
        }

        return;
    }

    /* "hd 7750", "r 9 290 x" without the series; "RX 350" is a car */

    i = glyph_word_is(stem, 0, "hd") ? 1 : 2;

    if (stem->n > i) {
        glyph_name_put(ctx, stem, i, GLYPH_NEED_BESIDE, 1,
                       glyph_w(GLYPH_W_AMD) | glyph_w(GLYPH_W_ATI)
                       | glyph_w(GLYPH_W_RADEON));
    }
}


static void
glyph_name_other(glyph_name_ctx_t *ctx, const glyph_words_t *stem)
{
    size_t         i;
    glyph_need_e   need;
    glyph_words_t  words;

    static const char *const  plain[] = {
        "nvs", "grid", "cmp", "arc", "firestream", "matrox", NULL
    };

    for (i = 0; plain[i]; i++) {
        if (stem->n > 1 && glyph_word_is(stem, 0, plain[i])) {
            glyph_name_put(ctx, stem, 0, GLYPH_NEED_NOTHING, 0, 0);

            /* "Radeon 9250" is no FireStream */

            if (i > 1 && !glyph_word_is(stem, 0, "firestream")) {
                glyph_name_put(ctx, stem, 1, GLYPH_NEED_VENDOR, 0, 0);
            }

            if (glyph_word_is(stem, 1, "pro") && stem->n > 3) {
                words = *stem;
                glyph_words_shift(&words, 1);
                strcpy(words.word[0], "arc");
                glyph_name_put(ctx, &words, 0, GLYPH_NEED_NOTHING, 3, 0);
            }

            return;
        }
    }

    if (glyph_word_is(stem, 0, "titan")) {
        need = stem->n == 1 ? GLYPH_NEED_BESIDE
               : strlen(stem->word[1]) == 1 && strcmp(stem->word[1], "x")
               ? GLYPH_NEED_VENDOR : GLYPH_NEED_NOTHING;
        glyph_name_put(ctx, stem, 0, need, 0, ctx->beside);
        return;
    }

    if (glyph_word_digits(stem, 0)) {
        glyph_name_old(ctx, stem);
        return;
    }

    if (stem->n == 1) {
        glyph_name_put(ctx, stem, 0, GLYPH_NEED_BESIDE, 0,
                       ctx->brand ? ctx->brand : ctx->beside);
        return;
    }

    glyph_name_put(ctx, stem, 0,
                   glyph_word_digits(stem, 2) ? GLYPH_NEED_NOTHING
                                              : GLYPH_NEED_VENDOR, 0, 0);

    /* a P106-100 is often sold as "p106" */

    if (stem->n == 3 && glyph_word_digits(stem, 1)
        && glyph_word_digits(stem, 2))
    {
        words = *stem;
        words.n = 2;
        glyph_name_put(ctx, &words, 0, GLYPH_NEED_VENDOR, 1, 0);
    }
}


/* GeForce before the GTX: "8600 gt", which is "gt 8600" as well. */

static void
glyph_name_old(glyph_name_ctx_t *ctx, const glyph_words_t *stem)
{
    size_t         i;
    uint64_t       beside;
    glyph_words_t  words;

    static const char *const  suffixes[] = { "gt", "gts", "gtx", "gs", NULL };

    for (i = 0; suffixes[i] && !glyph_word_is(stem, 1, suffixes[i]); i++) {
        /* void */
    }

    if (suffixes[i] == NULL || strlen(stem->word[0]) != 4
        || !(ctx->brand & glyph_w(GLYPH_W_GEFORCE)))
    {
        beside = ctx->brand ? ctx->brand : ctx->beside;

        if ((beside & glyph_w(GLYPH_W_GEFORCE)) && stem->n == 1
            && strlen(stem->word[0]) == 3)
        {
            beside |= glyph_w(GLYPH_W_NVIDIA);
        }

        glyph_name_put(ctx, stem, 0, GLYPH_NEED_BESIDE, 0, beside);
        return;
    }

    glyph_name_put(ctx, stem, 0, GLYPH_NEED_VENDOR, 0, 0);

    if (stem->n == 2) {
        words = *stem;
        strcpy(words.word[0], stem->word[1]);
        strcpy(words.word[1], stem->word[0]);
        glyph_name_put(ctx, &words, 0, GLYPH_NEED_VENDOR, 2, 0);
    }
}


/* The name without its series: "4070 ti", "4090", "a 4000", "titan x". */

static void
glyph_name_core(glyph_name_ctx_t *ctx, const glyph_words_t *stem, size_t from,
    unsigned rank)
{
    uint64_t      beside;
    glyph_need_e  need;

    need = GLYPH_NEED_VENDOR;
    beside = ctx->beside;

    if (glyph_word_digits(stem, from)) {
        need = stem->n > from + 1 && (strlen(stem->word[from]) >= 4
                                      || glyph_word_is(stem, from + 1, "ti"))
               ? GLYPH_NEED_VENDOR : GLYPH_NEED_BESIDE;

        if (ctx->own & (glyph_q(GLYPH_Q_QUADRO) | glyph_q(GLYPH_Q_ADA))) {
            beside |= glyph_w(GLYPH_W_QUADRO);
        }

    } else if (glyph_word_is(stem, from, "titan")) {
        need = stem->n > from + 1 ? GLYPH_NEED_NOTHING : GLYPH_NEED_BESIDE;
    }

    glyph_name_put(ctx, stem, from, need, rank, beside);
}


/*
 * Adds the writing, and for a row whose id adds words to its family also the
 * longer one; the shorter one then means the row only in the second place.
 */

static void
glyph_name_put(glyph_name_ctx_t *ctx, const glyph_words_t *words, size_t from,
    glyph_need_e need, unsigned rank, uint64_t beside)
{
    size_t            k;
    glyph_writing_t  *w;

    for (k = 0; k < 2 && ctx->n < GLYPH_WRITINGS_MAX; k++) {

        if (k == 0 && ctx->extra.n == 0) {
            continue;
        }

        w = &ctx->w[ctx->n++];

        w->text[0] = '\0';
        glyph_name_append(w->text, sizeof(w->text), words, from);

        if (k == 0) {
            glyph_name_append(w->text, sizeof(w->text), &ctx->extra, 0);
        }

        w->need = need;
        w->rank = k && ctx->extra.n ? rank + 1 : rank;
        w->beside = beside;
    }
}


static void
glyph_name_append(char *text, size_t size, const glyph_words_t *words,
    size_t from)
{
    size_t  i, n;

    for (i = from; i < words->n; i++) {
        n = strlen(text);
        snprintf(text + n, size - n, "%s%s", n ? " " : "", words->word[i]);
    }
}
