/*
 * The matcher with the project's registry: any bytes for a title get a model
 * of the registry or a reason, always the same one, in capitals too.
 *
 * A first byte of "=" says that the line it begins is the model column.
 */

#include "fuzz.h"
#include "title/glyph_match.h"


static void check(const glyph_match_t *m);
static void check_same(const glyph_match_t *a, const glyph_match_t *b,
    const char *what);
static void swap_case(unsigned char *p, size_t len);


static glyph_registry_t  *registry;
static glyph_matcher_t   *matcher;


int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;

    registry = fuzz_registry();
    matcher = glyph_matcher_create(registry);

    fuzz_check(matcher != NULL, "no memory");

    return 0;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                n;
    glyph_str_t           title, model;
    glyph_match_t         first, again;
    glyph_matcher_t      *fresh;
    const unsigned char  *lf;

    model.data = NULL;
    model.len = 0;

    if (size && data[0] == '=') {
        lf = memchr(data, '\n', size);
        n = (lf ? lf : data + size) - data;

        model.data = fuzz_copy(data + 1, n - 1);
        model.len = n - 1;

        n += lf != NULL;
        data += n;
        size -= n;
    }

    title.data = fuzz_copy(data, size);
    title.len = size;

    memset(&first, 0xa5, sizeof(glyph_match_t));
    glyph_match(matcher, &title, model.data ? &model : NULL, &first);

    check(&first);

    /* by a matcher that has seen nothing, what is beyond the text cut off */

    fresh = glyph_matcher_create(registry);
    fuzz_check(fresh != NULL, "no memory");

    memset(&again, 0x5a, sizeof(glyph_match_t));
    glyph_match(fresh, &title, model.data ? &model : NULL, &again);

    check_same(&first, &again, "by another matcher");

    swap_case(title.data, title.len);
    swap_case(model.data, model.len);

    glyph_match(fresh, &title, model.data ? &model : NULL, &again);

    check_same(&first, &again, "with the case of all letters swapped");

    glyph_matcher_destroy(fresh);
    free(title.data);
    free(model.data);

    return 0;
}


static void
check(const glyph_match_t *m)
{
    const char  *p;

    fuzz_check(m->score >= 0 && m->score <= 1, "score %g", m->score);
    fuzz_check(m->type <= GLYPH_MATCH_FUZZY, "type %d", m->type);
    fuzz_check((m->model != NULL) == (m->type != GLYPH_MATCH_NONE),
               "type %d with%s a model", m->type, m->model ? "" : "out");
    fuzz_check((m->model != NULL) == (m->score > 0), "score %g with%s a "
               "model", m->score, m->model ? "" : "out");
    fuzz_check((m->model == NULL) == (m->reason != NULL), "reason \"%s\"",
               m->reason ? m->reason : "");
    fuzz_check(m->model == NULL || m->is_gpu, "a model on what is no card");
    fuzz_check(m->model == NULL
               || glyph_registry_find(registry, &m->model->model) == m->model,
               "a model that is not the registry's");

    for (p = m->reason; p && *p; p++) {
        fuzz_check((*p >= 'a' && *p <= 'z') || *p == '_', "reason \"%s\"",
                   m->reason);
    }

    fuzz_check(m->notes_len <= GLYPH_MATCH_NOTES, "%zu bytes of notes",
               m->notes_len);
    fuzz_check(memchr(m->notes, '\0', m->notes_len) == NULL, "a NUL noted");
    fuzz_check(fuzz_is_utf8((const unsigned char *) m->notes, m->notes_len),
               "notes \"%.*s\"", (int) m->notes_len, m->notes);
}


static void
check_same(const glyph_match_t *a, const glyph_match_t *b, const char *what)
{
    fuzz_check(a->model == b->model && a->type == b->type
               && a->score == b->score && a->is_gpu == b->is_gpu
               && a->reason == b->reason && a->notes_len == b->notes_len
               && memcmp(a->notes, b->notes, a->notes_len) == 0,
               "%s: %.*s %g \"%.*s\", not %.*s %g \"%.*s\"", what,
               b->model ? (int) b->model->model.len : 0,
               b->model ? (char *) b->model->model.data : "", b->score,
               (int) b->notes_len, b->notes,
               a->model ? (int) a->model->model.len : 0,
               a->model ? (char *) a->model->model.data : "", a->score,
               (int) a->notes_len, a->notes);
}


static void
swap_case(unsigned char *p, size_t len)
{
    for ( /* void */ ; len; p++, len--) {

        if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')) {
            *p ^= 0x20;
        }
    }
}
