#include "title/glyph_note.h"


static void glyph_note_size(glyph_match_t *result, double gb);


/* Whole pieces only, so that what is written stays valid UTF-8. */

static void
glyph_note_data(glyph_match_t *result, const void *data, size_t len)
{
    if (len > GLYPH_MATCH_NOTES - result->notes_len) {
        return;
    }

    memcpy(result->notes + result->notes_len, data, len);
    result->notes_len += len;
}


void
glyph_note(glyph_match_t *result, const char *text)
{
    glyph_note_data(result, text, strlen(text));
}


void
glyph_note_card(glyph_match_t *result, const glyph_index_t *index,
    const glyph_scan_t *scan, const glyph_context_t *ctx)
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


void
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
