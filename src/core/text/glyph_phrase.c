#include "text/glyph_phrase.h"
#include "text/glyph_automaton.h"


struct glyph_phrases_s {
    glyph_automaton_t  *automaton;
    uint32_t           *classes;        /* by node */
};


unsigned
glyph_phrase_class(const glyph_phrase_t *list, size_t n,
    const unsigned char *word, size_t len)
{
    glyph_str_t            key;
    const glyph_phrase_t  *phrase;

    key.data = (unsigned char *) word;
    key.len = len;

    phrase = bsearch(&key, list, n, sizeof(glyph_phrase_t),
                     glyph_phrase_compare);

    return phrase ? phrase->class : 0;
}


int
glyph_phrase_compare(const void *key, const void *entry)
{
    int                 rc;
    size_t              len;
    const char         *text;
    const glyph_str_t  *k;

    k = key;
    text = *(const char *const *) entry;
    len = strlen(text);

    rc = memcmp(k->data, text, k->len < len ? k->len : len);

    return rc ? rc : (k->len > len) - (k->len < len);
}


glyph_phrases_t *
glyph_phrases_create(const glyph_phrase_t *list, size_t n)
{
    size_t            i;
    uint32_t         *nodes;
    glyph_phrases_t  *ph;

    ph = calloc(1, sizeof(glyph_phrases_t));
    if (ph == NULL) {
        return NULL;
    }

    ph->automaton = glyph_automaton_create();
    nodes = malloc((n + 1) * sizeof(uint32_t));

    if (ph->automaton == NULL || nodes == NULL) {
        goto failed;
    }

    for (i = 0; i < n; i++) {
        nodes[i] = glyph_automaton_add(ph->automaton, list[i].text,
                                       strlen(list[i].text));

        if (nodes[i] == GLYPH_NODE_NONE) {
            goto failed;
        }
    }

    ph->classes = calloc(glyph_automaton_count(ph->automaton),
                         sizeof(uint32_t));
    if (ph->classes == NULL) {
        goto failed;
    }

    for (i = 0; i < n; i++) {
        ph->classes[nodes[i]] |= glyph_phrase_bit(list[i].class);
    }

    free(nodes);

    return ph;

failed:

    free(nodes);
    glyph_phrases_destroy(ph);

    return NULL;
}


void
glyph_phrases_destroy(glyph_phrases_t *ph)
{
    if (ph) {
        glyph_automaton_destroy(ph->automaton);
        free(ph->classes);
        free(ph);
    }
}


void
glyph_phrases_lookup(const glyph_phrases_t *ph, glyph_tokens_t *ts)
{
    glyph_automaton_lookup(ph->automaton, ts, 0, ts->n);
}


uint32_t
glyph_phrases_at(const glyph_phrases_t *ph, const glyph_tokens_t *ts,
    size_t i)
{
    uint32_t  node, classes;

    node = ts->token[i].node;
    classes = 0;

    while (node != GLYPH_NODE_NONE) {
        classes |= ph->classes[node];

        if (++i == ts->n || ts->token[i].id == 0) {
            break;
        }

        node = glyph_automaton_next(ph->automaton, node, ts->token[i].id);
    }

    return classes;
}
