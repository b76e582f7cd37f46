
#include <math.h>

#include "pipeline/glyph_scored.h"
#include "text/glyph_utf8.h"


/* scores are written with six digits, those of other programs with fewer */
#define GLYPH_SCORED_EPSILON  0.001


static int glyph_scored_name(const glyph_str_t *name,
    const char *const *names, size_t n);
static glyph_str_t glyph_scored_text(const glyph_scored_t *s,
    const glyph_record_t *rec, glyph_scored_e column);
static int glyph_scored_number(const glyph_str_t *text, double *n);
static int glyph_scored_is(const glyph_str_t *text, const char *word);
static int glyph_scored_type(glyph_match_t *m, const glyph_str_t *text);
static int glyph_scored_certainty(glyph_match_t *m, const glyph_str_t *text);
static int glyph_scored_gpu(glyph_match_t *m, const glyph_str_t *text);
static int glyph_scored_reason(glyph_match_t *m, const glyph_str_t *text);


static const char *const  glyph_scored_names[GLYPH_SCORED_N] = {
    "canonical_model", "score", "match_type", "match_score", "match_notes",
    "is_valid_gpu", "unknown_reason", "extra"
};


/* What follows from the model, the price, or the other rows of the file. */

static const char *const  glyph_scored_derived[] = {
    "import_index", "vram_gb", "tdp_watts", "mig_support", "nvlink",
    "generation", "cuda_cores", "slot_width", "pcie_generation",
    "form_factor", "q7b", "q13b", "q70b", "raw_score", "quantization_score",
    "final_score", "dedup_status", "duplicate_of"
};


/* The first two are of cards, the others of what is none. */

static const char *const  glyph_scored_reasons[] = {
    "model_not_stated", "model_not_in_registry", "not_recognised",
    "accessory", "cooler", "cable_or_adapter", "empty_box", "laptop",
    "desktop_pc", "server", "motherboard", "capture_card", "network_card",
    "monitor", "power_supply", "processor", "licence"
};

#define GLYPH_SCORED_OF_CARDS  2


glyph_code_e
glyph_scored_columns(glyph_header_t *header, glyph_buf_t *detail)
{
    int                    k;
    size_t                 i, n;
    glyph_scored_t         s;
    const glyph_column_t  *columns;

    glyph_scored_find(&s, header);

    for (k = 0; k < GLYPH_SCORED_REQUIRED; k++) {

        if (s.at[k] < 0) {
            glyph_buf_puts(detail, "a scored file must have the columns "
                           "canonical_model and score; it has no ");
            glyph_buf_puts(detail, glyph_scored_names[k]);
            return GLYPH_FILE_COLUMNS_MISSING;
        }
    }

    for (k = 0; k < GLYPH_SCORED_EXTRA; k++) {

        if (s.at[k] >= 0) {
            glyph_header_use(header, s.at[k], GLYPH_COL_SCORED);
        }
    }

    columns = glyph_header_columns(header, &n);

    for (i = 0; i < n; i++) {

        if (columns[i].used == GLYPH_COL_EXTRA
            && glyph_scored_name(&columns[i].given, glyph_scored_derived,
                                 sizeof(glyph_scored_derived)
                                 / sizeof(glyph_scored_derived[0]))
               >= 0)
        {
            glyph_header_use(header, i, GLYPH_COL_IGNORED);
        }
    }

    return GLYPH_CODE_OK;
}


/* A column that the file has under such a name, and uses for nothing else. */

void
glyph_scored_find(glyph_scored_t *s, const glyph_header_t *header)
{
    int                    k;
    size_t                 i, n;
    const glyph_column_t  *columns;

    for (k = 0; k < GLYPH_SCORED_N; k++) {
        s->at[k] = -1;
    }

    columns = glyph_header_columns(header, &n);

    for (i = 0; i < n; i++) {

        if (columns[i].used < GLYPH_COL_N) {
            continue;
        }

        k = glyph_scored_name(&columns[i].given, glyph_scored_names,
                              GLYPH_SCORED_N);

        if (k >= 0 && s->at[k] < 0) {
            s->at[k] = (int) i;
        }
    }
}


static int
glyph_scored_name(const glyph_str_t *name, const char *const *names, size_t n)
{
    char    folded[64];
    size_t  i;

    if (name->len >= sizeof(folded)) {
        return -1;
    }

    glyph_header_fold(name, folded, sizeof(folded));

    for (i = 0; i < n; i++) {
        if (strcmp(folded, names[i]) == 0) {
            return (int) i;
        }
    }

    return -1;
}


glyph_code_e
glyph_scored_match(const glyph_scored_t *s, const glyph_record_t *rec,
    const glyph_registry_t *reg, glyph_match_t *m)
{
    glyph_str_t  model, type, certainty, gpu, reason, notes;

    memset(m, 0, sizeof(*m));

    model = glyph_scored_text(s, rec, GLYPH_SCORED_MODEL);

    if (!glyph_scored_is(&model, "UNKNOWN")) {
        m->model = glyph_registry_find(reg, &model);

        if (m->model == NULL) {
            return GLYPH_ROW_MODEL_ID_UNKNOWN;
        }
    }

    type = glyph_scored_text(s, rec, GLYPH_SCORED_TYPE);
    certainty = glyph_scored_text(s, rec, GLYPH_SCORED_MATCH);
    gpu = glyph_scored_text(s, rec, GLYPH_SCORED_IS_GPU);
    reason = glyph_scored_text(s, rec, GLYPH_SCORED_REASON);

    if (!glyph_scored_type(m, &type)
        || !glyph_scored_certainty(m, &certainty)
        || !glyph_scored_gpu(m, &gpu)
        || !glyph_scored_reason(m, &reason))
    {
        return GLYPH_ROW_MATCH_INVALID;
    }

    notes = glyph_scored_text(s, rec, GLYPH_SCORED_NOTES);

    m->notes_len = glyph_utf8_cut(notes.data, notes.len, GLYPH_MATCH_NOTES);

    if (m->notes_len) {
        memcpy(m->notes, notes.data, m->notes_len);
    }

    return GLYPH_CODE_OK;
}


static glyph_str_t
glyph_scored_text(const glyph_scored_t *s, const glyph_record_t *rec,
    glyph_scored_e column)
{
    glyph_str_t  text;

    memset(&text, 0, sizeof(text));

    if (s->at[column] >= 0 && (size_t) s->at[column] < rec->nfields) {
        text = rec->fields[s->at[column]];
        glyph_utf8_trim(&text);
    }

    return text;
}


/* A model is matched in one of three ways, no model in none. */

static int
glyph_scored_type(glyph_match_t *m, const glyph_str_t *text)
{
    glyph_match_e  type;

    m->type = m->model ? GLYPH_MATCH_EXACT : GLYPH_MATCH_NONE;

    if (text->len == 0) {
        return 1;
    }

    for (type = GLYPH_MATCH_NONE; type <= GLYPH_MATCH_FUZZY; type++) {

        if (glyph_scored_is(text, glyph_match_name(type))) {
            m->type = type;
            return (m->model == NULL) == (type == GLYPH_MATCH_NONE);
        }
    }

    return 0;
}


static int
glyph_scored_certainty(glyph_match_t *m, const glyph_str_t *text)
{
    m->score = m->model ? 1 : 0;

    if (text->len == 0) {
        return 1;
    }

    return glyph_scored_number(text, &m->score)
           && m->score <= 1 && (m->score > 0) == (m->model != NULL);
}


static int
glyph_scored_gpu(glyph_match_t *m, const glyph_str_t *text)
{
    m->is_gpu = 1;

    if (text->len == 0 || glyph_scored_is(text, "true")) {
        return 1;
    }

    m->is_gpu = 0;

    return m->model == NULL && glyph_scored_is(text, "false");
}


static int
glyph_scored_reason(glyph_match_t *m, const glyph_str_t *text)
{
    size_t  i, n;

    if (m->model) {
        return text->len == 0;
    }

    if (text->len == 0) {
        m->reason = glyph_scored_reasons[m->is_gpu ? 0
                                                   : GLYPH_SCORED_OF_CARDS];
        return 1;
    }

    n = sizeof(glyph_scored_reasons) / sizeof(glyph_scored_reasons[0]);

    for (i = 0; i < n; i++) {

        if (glyph_scored_is(text, glyph_scored_reasons[i])) {
            m->reason = glyph_scored_reasons[i];
            return m->is_gpu == (i < GLYPH_SCORED_OF_CARDS);
        }
    }

    return 0;
}


glyph_code_e
glyph_scored_check(const glyph_scored_t *s, const glyph_record_t *rec,
    const glyph_score_t *score)
{
    double       n;
    glyph_str_t  text;

    text = glyph_scored_text(s, rec, GLYPH_SCORED_SCORE);

    return glyph_scored_number(&text, &n)
           && fabs(n - score->score) <= GLYPH_SCORED_EPSILON
           ? GLYPH_CODE_OK : GLYPH_ROW_SCORE_MISMATCH;
}


/* Digits, a point, an exponent; not what else strtod() reads. */

static int
glyph_scored_number(const glyph_str_t *text, double *n)
{
    char    buf[32], *end;
    size_t  i;

    if (text->len == 0 || text->len >= sizeof(buf)) {
        return 0;
    }

    for (i = 0; i < text->len; i++) {

        if (memchr("0123456789.eE+-", text->data[i], 15) == NULL) {
            return 0;
        }
    }

    memcpy(buf, text->data, text->len);
    buf[text->len] = '\0';

    *n = strtod(buf, &end);

    return *end == '\0' && *n >= 0 && isfinite(*n);
}


static int
glyph_scored_is(const glyph_str_t *text, const char *word)
{
    return text->len == strlen(word)
           && memcmp(text->data, word, text->len) == 0;
}
