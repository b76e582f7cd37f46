#include "title/glyph_index.h"
#include <stdio.h>


#define GLYPH_CANDIDATES_MIN  1024


static int glyph_index_build(glyph_index_t *index, const glyph_str_t *aliases,
    const glyph_str_t *numbers, glyph_buf_t *error);
static int glyph_index_names(glyph_index_t *index, size_t row);
static int glyph_index_aliases(glyph_index_t *index, size_t row,
    const glyph_str_t *aliases, uint8_t kind);
static glyph_need_e glyph_index_alias_need(const glyph_str_t *alias);
static int glyph_index_candidate(glyph_index_t *index, const char *text,
    size_t len, const glyph_candidate_t *proto);
static int glyph_index_sort(glyph_index_t *index, glyph_buf_t *error);
static int glyph_candidate_cmp(const void *one, const void *two);
static int glyph_index_conflict(const glyph_index_t *index,
    const glyph_candidate_t *a, const glyph_candidate_t *b,
    glyph_buf_t *error);
static void glyph_index_claim(const glyph_index_t *index,
    const glyph_candidate_t *a, const glyph_candidate_t *b, const char *claim,
    const char *what, glyph_buf_t *error);
static int glyph_index_starts(glyph_index_t *index);
static void glyph_index_families(glyph_index_t *index);
static unsigned glyph_index_form(const glyph_index_t *index, size_t i);
static int glyph_index_before(const glyph_index_t *index, size_t a, size_t b);
static uint64_t glyph_index_qualifiers(const glyph_index_t *index,
    const glyph_str_t *text);


int
glyph_index_create(glyph_index_t **result, const glyph_model_t *models,
    const glyph_str_t *aliases, const glyph_str_t *numbers, size_t n,
    glyph_buf_t *error)
{
    int             rc;
    glyph_index_t  *index;

    *result = NULL;

    index = calloc(1, sizeof(glyph_index_t));
    if (index == NULL) {
        return GLYPH_ERROR;
    }

    index->models = models;
    index->nmodels = n;

    rc = glyph_index_build(index, aliases, numbers, error);

    if (rc != GLYPH_OK) {
        glyph_index_destroy(index);
        return rc;
    }

    *result = index;

    return GLYPH_OK;
}


void
glyph_index_destroy(glyph_index_t *index)
{
    if (index == NULL) {
        return;
    }

    glyph_automaton_destroy(index->automaton);
    free(index->first);
    free(index->class);
    free(index->candidates);
    free(index->rows);
    free(index);
}


static int
glyph_index_build(glyph_index_t *index, const glyph_str_t *aliases,
    const glyph_str_t *numbers, glyph_buf_t *error)
{
    size_t  i;

    index->automaton = glyph_automaton_create();
    index->rows = calloc(index->nmodels + 1, sizeof(glyph_row_t));

    if (index->automaton == NULL || index->rows == NULL
        || glyph_index_lexicon(index) != GLYPH_OK)
    {
        return GLYPH_ERROR;
    }

    for (i = 0; i < index->nmodels; i++) {
        if (glyph_index_names(index, i) != GLYPH_OK
            || glyph_index_aliases(index, i, &aliases[i],
                                   GLYPH_WRITING_ALIAS) != GLYPH_OK
            || glyph_index_aliases(index, i, &numbers[i],
                                   GLYPH_WRITING_NUMBER) != GLYPH_OK)
        {
            return GLYPH_ERROR;
        }
    }

    glyph_index_families(index);

    return glyph_index_sort(index, error);
}


static int
glyph_index_names(glyph_index_t *index, size_t i)
{
    size_t                k, n;
    glyph_row_t          *row;
    glyph_writing_t       w[GLYPH_WRITINGS_MAX];
    glyph_candidate_t     c;
    const glyph_model_t  *model;

    model = &index->models[i];
    row = &index->rows[i];

    n = glyph_name_writings(index, model, row, w);

    row->mobile = (row->own & glyph_q(GLYPH_Q_MOBILE))
                  || (model->class.len == 6
                      && memcmp(model->class.data, "mobile", 6) == 0);
    row->bare = glyph_str_eq(&model->model, &model->family);
    row->known = row->own
                 | glyph_index_qualifiers(index, &model->form_factor)
                 | glyph_index_qualifiers(index, &model->generation);

    memset(&c, 0, sizeof(c));
    c.row = i;

    for (k = 0; k < n; k++) {
        c.need = w[k].need;
        c.rank = w[k].rank;
        c.beside = w[k].beside;
        c.alias = k ? GLYPH_WRITING_IMPLIED : GLYPH_WRITING_OWN;

        if (glyph_index_candidate(index, w[k].text, strlen(w[k].text), &c)
            != GLYPH_OK)
        {
            return GLYPH_ERROR;
        }
    }

    return GLYPH_OK;
}


static int
glyph_index_aliases(glyph_index_t *index, size_t i,
    const glyph_str_t *aliases, uint8_t kind)
{
    glyph_str_t           s;
    glyph_candidate_t     c;
    const unsigned char  *last;

    memset(&c, 0, sizeof(c));
    c.row = i;
    c.alias = kind;

    s.data = aliases->data;
    last = aliases->data + aliases->len;

    while (s.data < last) {
        s.len = 0;

        while (s.data + s.len < last && s.data[s.len] != '|') {
            s.len++;
        }

        c.need = kind == GLYPH_WRITING_ALIAS ? glyph_index_alias_need(&s)
                                             : GLYPH_NEED_NOTHING;
        c.beside = index->rows[i].vendor;

        if (glyph_index_candidate(index, (char *) s.data, s.len, &c)
            != GLYPH_OK)
        {
            return GLYPH_ERROR;
        }

        s.data += s.len + 1;
    }

    return GLYPH_OK;
}


/* An alias that is but a number, or "P40", is as weak as such a name. */

static glyph_need_e
glyph_index_alias_need(const glyph_str_t *alias)
{
    glyph_tokens_t  ts;

    glyph_tokens_read(&ts, alias);

    if (ts.n == 1) {
        return ts.token[0].digits ? GLYPH_NEED_BESIDE : GLYPH_NEED_VENDOR;
    }

    if (ts.n == 2 && ts.token[0].len <= 2) {
        return GLYPH_NEED_VENDOR;
    }

    return GLYPH_NEED_NOTHING;
}


static int
glyph_index_candidate(glyph_index_t *index, const char *text, size_t len,
    const glyph_candidate_t *proto)
{
    size_t              size;
    uint32_t            node;
    glyph_str_t         s;
    glyph_tokens_t      ts;
    glyph_candidate_t  *c;

    s.data = (unsigned char *) text;
    s.len = len;
    glyph_tokens_read(&ts, &s);

    if (ts.n == 0) {
        return GLYPH_OK;
    }

    node = glyph_automaton_add(index->automaton, text, len);
    if (node == GLYPH_NODE_NONE) {
        return GLYPH_ERROR;
    }

    if (index->ncandidates == index->size) {
        size = index->size ? index->size * 2 : GLYPH_CANDIDATES_MIN;

        c = realloc(index->candidates, size * sizeof(glyph_candidate_t));
        if (c == NULL) {
            return GLYPH_ERROR;
        }

        index->candidates = c;
        index->size = size;
    }

    c = &index->candidates[index->ncandidates++];
    *c = *proto;
    c->node = node;

    return glyph_index_room(index, glyph_automaton_count(index->automaton));
}


static int
glyph_index_sort(glyph_index_t *index, glyph_buf_t *error)
{
    size_t              i, k, n;
    glyph_candidate_t  *c;

    if (index->ncandidates) {
        qsort(index->candidates, index->ncandidates,
              sizeof(glyph_candidate_t), glyph_candidate_cmp);
    }

    c = index->candidates;

    for (i = 0, n = 0; i < index->ncandidates; i++) {

        for (k = n; k > 0 && c[k - 1].node == c[i].node; k--) {
            if (glyph_index_conflict(index, &c[k - 1], &c[i], error)) {
                return GLYPH_BAD;
            }
        }

        /* of a row's several claims on a writing the best one stays */

        if (n && c[n - 1].node == c[i].node && c[n - 1].row == c[i].row) {
            continue;
        }

        c[n++] = c[i];
    }

    index->ncandidates = n;

    return glyph_index_starts(index);
}


static int
glyph_candidate_cmp(const void *one, const void *two)
{
    const glyph_candidate_t  *a, *b;

    a = one;
    b = two;

    if (a->node != b->node) {
        return a->node < b->node ? -1 : 1;
    }

    if (a->row != b->row) {
        return a->row < b->row ? -1 : 1;
    }

    if (a->rank != b->rank) {
        return a->rank < b->rank ? -1 : 1;
    }

    if (a->need != b->need) {
        return a->need < b->need ? -1 : 1;
    }

    return (a->alias == GLYPH_WRITING_ALIAS)
           - (b->alias == GLYPH_WRITING_ALIAS);
}


static int
glyph_index_conflict(const glyph_index_t *index, const glyph_candidate_t *a,
    const glyph_candidate_t *b, glyph_buf_t *error)
{
    const char               *what;
    const glyph_model_t      *m, *o;
    const glyph_candidate_t  *swap;

    if (a->row == b->row) {
        return 0;
    }

    if (a->alias == GLYPH_WRITING_NUMBER && b->alias == GLYPH_WRITING_NUMBER)
    {
        glyph_index_claim(index, a, b, "a part number", "and", error);
        return 1;
    }

    if (a->alias != GLYPH_WRITING_ALIAS) {
        swap = a;
        a = b;
        b = swap;
    }

    if (a->alias != GLYPH_WRITING_ALIAS) {
        return 0;
    }

    m = &index->models[a->row];
    o = &index->models[b->row];

    if (b->alias == GLYPH_WRITING_ALIAS) {
        what = "and";

    } else if (b->alias == GLYPH_WRITING_OWN && index->rows[b->row].bare
               && !glyph_str_eq(&m->family, &o->family))
    {
        what = "but is the name of";

    } else {
        return 0;
    }

    glyph_index_claim(index, a, b, "an alias", what, error);

    return 1;
}


static void
glyph_index_claim(const glyph_index_t *index, const glyph_candidate_t *a,
    const glyph_candidate_t *b, const char *claim, const char *what,
    glyph_buf_t *error)
{
    const glyph_str_t  *m, *o;

    m = &index->models[a->row].model;
    o = &index->models[b->row].model;

    glyph_buf_puts(error, claim);
    glyph_buf_puts(error, " is claimed by \"");
    glyph_buf_append(error, m->data, m->len);
    glyph_buf_puts(error, "\" ");
    glyph_buf_puts(error, what);
    glyph_buf_puts(error, " \"");
    glyph_buf_append(error, o->data, o->len);
    glyph_buf_puts(error, "\"");
}


static int
glyph_index_starts(glyph_index_t *index)
{
    size_t  i, n;

    n = glyph_automaton_count(index->automaton);

    index->first = calloc(n + 1, sizeof(uint32_t));
    if (index->first == NULL) {
        return GLYPH_ERROR;
    }

    for (i = 0; i < index->ncandidates; i++) {
        index->first[index->candidates[i].node + 1]++;
    }

    for (i = 1; i <= n; i++) {
        index->first[i] += index->first[i - 1];
    }

    return GLYPH_OK;
}


/*
 * Numbers the families, and orders the rows of each for titles that do not
 * tell them apart.
 */

static void
glyph_index_families(glyph_index_t *index)
{
    size_t        i, k;
    glyph_row_t  *row;

    for (i = 0; i < index->nmodels; i++) {
        row = &index->rows[i];

        for (k = 0; k < i; k++) {
            if (glyph_str_eq(&index->models[k].family,
                             &index->models[i].family))
            {
                break;
            }
        }

        row->family = k;

        for (k = 0; k < index->nmodels; k++) {

            if (k == i || !glyph_str_eq(&index->models[k].family,
                                        &index->models[i].family))
            {
                continue;
            }

            if (row->order < UINT8_MAX && glyph_index_before(index, k, i)) {
                row->order++;
            }
        }
    }
}


static unsigned
glyph_index_form(const glyph_index_t *index, size_t i)
{
    uint64_t  q;

    q = index->rows[i].own;

    if (index->rows[i].mobile) {
        return 9;
    }

    if (index->rows[i].bare) {
        return 0;
    }

    if (q & glyph_q(GLYPH_Q_PCIE)) {
        return 1;
    }

    if (!(q & GLYPH_Q_FORMS)) {
        return 2;
    }

    return (q & glyph_q(GLYPH_Q_NVL)) ? 3 : 4;
}


/*
 * Whether row a is meant rather than b by a title that fits both: the
 * family's own row, then cards that are sold singly (PCIe before NVL before
 * SXM and OAM, a mobile part last), then the one that came first, then the
 * one with more memory.
 */

static int
glyph_index_before(const glyph_index_t *index, size_t a, size_t b)
{
    int                   rc;
    size_t                n;
    unsigned              fa, fb;
    const glyph_model_t  *ma, *mb;

    fa = glyph_index_form(index, a);
    fb = glyph_index_form(index, b);

    if (fa != fb) {
        return fa < fb;
    }

    ma = &index->models[a];
    mb = &index->models[b];

    n = ma->released.len < mb->released.len ? ma->released.len
                                            : mb->released.len;

    rc = n ? memcmp(ma->released.data, mb->released.data, n) : 0;

    if (rc) {
        return rc < 0;
    }

    if (ma->vram_gb != mb->vram_gb) {
        return ma->vram_gb > mb->vram_gb;
    }

    return a < b;
}


/* That a text has. */

static uint64_t
glyph_index_qualifiers(const glyph_index_t *index, const glyph_str_t *text)
{
    size_t          i, k;
    uint8_t         class;
    uint32_t        node;
    uint64_t        q;
    glyph_tokens_t  ts;

    glyph_tokens_read(&ts, text);
    glyph_automaton_lookup(index->automaton, &ts, 0, ts.n);

    q = 0;

    for (i = 0; i < ts.n; i++) {
        node = GLYPH_NODE_ROOT;
        class = GLYPH_W_NONE;

        for (k = i; k < ts.n && ts.token[k].id; k++) {
            node = glyph_automaton_next(index->automaton, node,
                                        ts.token[k].id);
            if (node == GLYPH_NODE_NONE) {
                break;
            }

            if (index->class[node] >= GLYPH_W_QUALIFIER) {
                class = index->class[node];
            }
        }

        if (class) {
            q |= glyph_q(class - GLYPH_W_QUALIFIER);
        }
    }

    return q;
}
