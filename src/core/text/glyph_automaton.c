#include "text/glyph_automaton.h"


#define GLYPH_AUTOMATON_SLOTS  1024     /* at first; doubled at half full */

#define GLYPH_WORD_TOLD        8        /* glyph_token_hash() */


/* Small, as the table is larger than the nearest cache. */

typedef struct {
    uint64_t   hash;
    uint32_t   id;              /* 0: free */
    uint32_t   node:31;         /* after the root, or GLYPH_NODE_NONE */
    uint32_t   longer:1;        /* than what its hash tells all of */
} glyph_word_t;


/* By id, of words of more than GLYPH_WORD_TOLD bytes. */

typedef struct {
    size_t     len;
    char      *text;            /* NULL for shorter ones */
} glyph_spelling_t;


typedef struct {
    uint32_t   from;            /* GLYPH_NODE_NONE: free */
    uint32_t   word;
    uint32_t   to;
} glyph_edge_t;


struct glyph_automaton_s {
    glyph_word_t    *words;     /* open addressing, as are the edges */
    size_t           word_slots;
    size_t           nwords;

    glyph_spelling_t  *spellings;       /* of half as many as slots, and 0 */

    glyph_edge_t    *edges;
    size_t           edge_slots;
    size_t           nedges;

    uint32_t         nnodes;

    /*
     * By node, bits of the words that lead on from it: where hardly anything
     * does, the table of edges need not be asked, which is too large for the
     * nearest cache.
     */
    uint16_t        *onward;
    size_t           onward_size;

    glyph_tokens_t   ts;        /* for glyph_automaton_add() */
};


static uint32_t glyph_automaton_intern(glyph_automaton_t *a,
    const unsigned char *data, size_t len, uint64_t hash);
static int glyph_automaton_grow_words(glyph_automaton_t *a);
static uint32_t glyph_automaton_link(glyph_automaton_t *a, uint32_t from,
    uint32_t word);
static int glyph_automaton_grow_edges(glyph_automaton_t *a);
static int glyph_automaton_grow_onward(glyph_automaton_t *a);


static inline size_t
glyph_edge_slot(uint32_t from, uint32_t word, size_t slots)
{
    uint64_t  h;

    h = ((uint64_t) from << 32 | word) * 0x9e3779b97f4a7c15u;

    return (h >> 32) & (slots - 1);
}


static inline uint16_t
glyph_onward_bit(uint32_t word)
{
    return 1u << (word & 15);
}


static inline int
glyph_word_is(const glyph_automaton_t *a, const glyph_word_t *w,
    const unsigned char *data, size_t len)
{
    const glyph_spelling_t  *s;

    if (len <= GLYPH_WORD_TOLD || !w->longer) {
        return len <= GLYPH_WORD_TOLD && !w->longer;
    }

    s = &a->spellings[w->id];

    return s->len == len && memcmp(s->text, data, len) == 0;
}


static inline glyph_word_t *
glyph_word_find(const glyph_automaton_t *a, const unsigned char *data,
    size_t len, uint64_t hash)
{
    size_t         i;
    glyph_word_t  *w;

    for (i = hash & (a->word_slots - 1);
         a->words[i].id;
         i = (i + 1) & (a->word_slots - 1))
    {
        w = &a->words[i];

        if (w->hash == hash && glyph_word_is(a, w, data, len)) {
            return w;
        }
    }

    return NULL;
}


glyph_automaton_t *
glyph_automaton_create(void)
{
    glyph_automaton_t  *a;

    a = calloc(1, sizeof(glyph_automaton_t));
    if (a == NULL) {
        return NULL;
    }

    a->nnodes = GLYPH_NODE_ROOT + 1;
    a->word_slots = GLYPH_AUTOMATON_SLOTS;
    a->edge_slots = GLYPH_AUTOMATON_SLOTS;

    a->words = calloc(a->word_slots, sizeof(glyph_word_t));
    a->spellings = calloc(a->word_slots / 2 + 1, sizeof(glyph_spelling_t));
    a->edges = calloc(a->edge_slots, sizeof(glyph_edge_t));

    a->onward_size = GLYPH_AUTOMATON_SLOTS;
    a->onward = calloc(a->onward_size, sizeof(uint16_t));

    if (a->words == NULL || a->spellings == NULL || a->edges == NULL
        || a->onward == NULL)
    {
        glyph_automaton_destroy(a);
        return NULL;
    }

    return a;
}


void
glyph_automaton_destroy(glyph_automaton_t *a)
{
    size_t  i;

    if (a == NULL) {
        return;
    }

    for (i = 1; i <= a->nwords; i++) {
        free(a->spellings[i].text);
    }

    free(a->words);
    free(a->spellings);
    free(a->edges);
    free(a->onward);
    free(a);
}


uint32_t
glyph_automaton_add(glyph_automaton_t *a, const char *text, size_t len)
{
    size_t          i;
    uint32_t        node, word;
    glyph_str_t     s;
    glyph_word_t   *first;
    glyph_token_t  *t;

    s.data = (unsigned char *) text;
    s.len = len;

    glyph_tokens_read(&a->ts, &s);

    if (a->ts.n == 0) {
        return GLYPH_NODE_NONE;
    }

    node = GLYPH_NODE_ROOT;

    for (i = 0; i < a->ts.n; i++) {
        t = &a->ts.token[i];

        word = glyph_automaton_intern(a, a->ts.text + t->pos, t->len,
                                      t->hash);
        if (word == 0) {
            return GLYPH_NODE_NONE;
        }

        node = glyph_automaton_link(a, node, word);
        if (node == GLYPH_NODE_NONE) {
            return GLYPH_NODE_NONE;
        }

        if (i == 0) {
            first = glyph_word_find(a, a->ts.text + t->pos, t->len, t->hash);
            first->node = node;
        }
    }

    return node;
}


static uint32_t
glyph_automaton_intern(glyph_automaton_t *a, const unsigned char *data,
    size_t len, uint64_t hash)
{
    size_t             i;
    glyph_word_t      *w;
    glyph_spelling_t  *s;

    w = glyph_word_find(a, data, len, hash);
    if (w) {
        return w->id;
    }

    if (a->nwords * 2 >= a->word_slots
        && glyph_automaton_grow_words(a) != GLYPH_OK)
    {
        return 0;
    }

    if (len > GLYPH_WORD_TOLD) {
        s = &a->spellings[a->nwords + 1];

        s->text = malloc(len);
        if (s->text == NULL) {
            return 0;
        }

        memcpy(s->text, data, len);
        s->len = len;
    }

    i = hash & (a->word_slots - 1);

    while (a->words[i].id) {
        i = (i + 1) & (a->word_slots - 1);
    }

    a->words[i].hash = hash;
    a->words[i].id = ++a->nwords;
    a->words[i].longer = len > GLYPH_WORD_TOLD;

    return a->words[i].id;
}


static int
glyph_automaton_grow_words(glyph_automaton_t *a)
{
    size_t             i, k, slots;
    glyph_word_t      *words;
    glyph_spelling_t  *spellings;

    slots = a->word_slots * 2;

    spellings = realloc(a->spellings,
                        (slots / 2 + 1) * sizeof(glyph_spelling_t));
    if (spellings == NULL) {
        return GLYPH_ERROR;
    }

    memset(spellings + a->word_slots / 2 + 1, 0,
           a->word_slots / 2 * sizeof(glyph_spelling_t));

    a->spellings = spellings;

    words = calloc(slots, sizeof(glyph_word_t));
    if (words == NULL) {
        return GLYPH_ERROR;
    }

    for (i = 0; i < a->word_slots; i++) {
        if (a->words[i].id == 0) {
            continue;
        }

        k = a->words[i].hash & (slots - 1);

        while (words[k].id) {
            k = (k + 1) & (slots - 1);
        }

        words[k] = a->words[i];
    }

    free(a->words);

    a->words = words;
    a->word_slots = slots;

    return GLYPH_OK;
}


static uint32_t
glyph_automaton_link(glyph_automaton_t *a, uint32_t from, uint32_t word)
{
    size_t    i;
    uint32_t  node;

    node = glyph_automaton_next(a, from, word);
    if (node) {
        return node;
    }

    if (a->nedges * 2 >= a->edge_slots
        && glyph_automaton_grow_edges(a) != GLYPH_OK)
    {
        return GLYPH_NODE_NONE;
    }

    if (a->nnodes == a->onward_size
        && glyph_automaton_grow_onward(a) != GLYPH_OK)
    {
        return GLYPH_NODE_NONE;
    }

    a->onward[from] |= glyph_onward_bit(word);

    i = glyph_edge_slot(from, word, a->edge_slots);

    while (a->edges[i].from) {
        i = (i + 1) & (a->edge_slots - 1);
    }

    a->edges[i].from = from;
    a->edges[i].word = word;
    a->edges[i].to = a->nnodes++;
    a->nedges++;

    return a->edges[i].to;
}


static int
glyph_automaton_grow_edges(glyph_automaton_t *a)
{
    size_t         i, k, slots;
    glyph_edge_t  *edges;

    slots = a->edge_slots * 2;

    edges = calloc(slots, sizeof(glyph_edge_t));
    if (edges == NULL) {
        return GLYPH_ERROR;
    }

    for (i = 0; i < a->edge_slots; i++) {
        if (a->edges[i].from == 0) {
            continue;
        }

        k = glyph_edge_slot(a->edges[i].from, a->edges[i].word, slots);

        while (edges[k].from) {
            k = (k + 1) & (slots - 1);
        }

        edges[k] = a->edges[i];
    }

    free(a->edges);

    a->edges = edges;
    a->edge_slots = slots;

    return GLYPH_OK;
}


static int
glyph_automaton_grow_onward(glyph_automaton_t *a)
{
    uint16_t  *onward;

    onward = realloc(a->onward, 2 * a->onward_size * sizeof(uint16_t));
    if (onward == NULL) {
        return GLYPH_ERROR;
    }

    memset(onward + a->onward_size, 0, a->onward_size * sizeof(uint16_t));

    a->onward = onward;
    a->onward_size *= 2;

    return GLYPH_OK;
}


size_t
glyph_automaton_count(const glyph_automaton_t *a)
{
    return a->nnodes;
}


void
glyph_automaton_lookup(const glyph_automaton_t *a, glyph_tokens_t *ts,
    size_t from, size_t to)
{
    size_t               i;
    glyph_token_t       *t;
    const glyph_word_t  *w;

    for (i = from; i < to; i++) {
        __builtin_prefetch(&a->words[ts->token[i].hash
                                     & (a->word_slots - 1)]);
    }

    for (i = from; i < to; i++) {
        t = &ts->token[i];
        w = glyph_word_find(a, ts->text + t->pos, t->len, t->hash);

        t->id = w ? w->id : 0;
        t->node = w ? w->node : GLYPH_NODE_NONE;
    }
}


uint32_t
glyph_automaton_word(const glyph_automaton_t *a, const unsigned char *data,
    size_t len)
{
    const glyph_word_t  *w;

    w = glyph_word_find(a, data, len, glyph_token_hash(data, len));

    return w ? w->id : 0;
}


uint32_t
glyph_automaton_next(const glyph_automaton_t *a, uint32_t node,
    uint32_t word)
{
    size_t               i;
    const glyph_edge_t  *e;

    if (!(a->onward[node] & glyph_onward_bit(word))) {
        return GLYPH_NODE_NONE;
    }

    for (i = glyph_edge_slot(node, word, a->edge_slots);
         a->edges[i].from;
         i = (i + 1) & (a->edge_slots - 1))
    {
        e = &a->edges[i];

        if (e->from == node && e->word == word) {
            return e->to;
        }
    }

    return GLYPH_NODE_NONE;
}
