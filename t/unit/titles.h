/*
 * Tables of titles, each with the family of its card, UNKNOWN for a card that
 * the title leaves open, or NONE for what is no card.
 */

#ifndef GLYPH_TEST_TITLES_H_INCLUDED
#define GLYPH_TEST_TITLES_H_INCLUDED

#include <stdio.h>
#include <string.h>

#include "title/glyph_match.h"
#include "tap.h"


#define TITLES_MODELS  "conf/gpu_models.csv"
#define TITLES_PARTS   "conf/part_numbers.csv"


typedef struct {
    const char  *title;
    const char  *want;
} title_t;


static inline glyph_buf_t
titles_slurp(const char *name)
{
    FILE         *f;
    size_t        n;
    glyph_buf_t   b;

    memset(&b, 0, sizeof(glyph_buf_t));

    f = fopen(name, "rb");
    if (f == NULL) {
        return b;
    }

    do {
        if (glyph_buf_reserve(&b, 65536) != GLYPH_OK) {
            break;
        }

        n = fread(b.data + b.len, 1, 65536, f);
        b.len += n;

    } while (n);

    fclose(f);

    return b;
}


/* The shipped registry; NULL, with a test that says so, if it is not here. */

static inline glyph_registry_t *
titles_registry(void)
{
    size_t             line;
    glyph_buf_t        models, parts, error;
    glyph_registry_t  *reg;

    memset(&error, 0, sizeof(glyph_buf_t));
    models = titles_slurp(TITLES_MODELS);
    parts = titles_slurp(TITLES_PARTS);
    reg = glyph_registry_create();

    if (models.len == 0
        || glyph_registry_add(reg, models.data, models.len, &line, &error)
           != GLYPH_OK
        || glyph_registry_part_numbers(reg, parts.data, parts.len, &line,
                                       &error)
           != GLYPH_OK
        || glyph_registry_compile(reg, &error) != GLYPH_OK)
    {
        ok(models.len == 0, "the registry # SKIP no %s", TITLES_MODELS);
        glyph_registry_destroy(reg);
        reg = NULL;
    }

    glyph_buf_free(&models);
    glyph_buf_free(&parts);
    glyph_buf_free(&error);

    return reg;
}


static inline void
titles_test(glyph_matcher_t *m, const char *name, const title_t *t, size_t n)
{
    size_t         i;
    glyph_str_t    title, got;
    glyph_match_t  r;

    tap_diag("%s", name);

    for (i = 0; i < n; i++) {
        title.data = (unsigned char *) t[i].title;
        title.len = strlen(t[i].title);
        glyph_match(m, &title, NULL, &r);

        if (r.model) {
            got = r.model->family;

        } else if (r.is_gpu) {
            glyph_str_set(&got, "UNKNOWN");

        } else {
            glyph_str_set(&got, "NONE");
        }

        if (!is_mem(got.data, got.len, t[i].want, strlen(t[i].want), "%s",
                    t[i].title))
        {
            tap_diag("%s, %.*s", r.reason ? r.reason : "no reason",
                     (int) r.notes_len, r.notes);
        }
    }
}

#define titles_table(m, t)                                                   \
    titles_test(m, #t, t, sizeof(t) / sizeof(t[0]))

#endif /* GLYPH_TEST_TITLES_H_INCLUDED */
