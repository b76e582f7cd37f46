#include "text/glyph_notes.h"


glyph_buf_t *
glyph_notes_add(glyph_notes_t *notes, glyph_code_e code)
{
    size_t  i;

    for (i = 0; i < notes->n && notes->note[i].code != code; i++) {
        /* void */
    }

    /* there are fewer codes of files than there is room for */

    if (i == GLYPH_NOTES_MAX) {
        i--;
    }

    if (i == notes->n) {
        notes->n++;
    }

    notes->note[i].code = code;
    glyph_buf_reset(&notes->note[i].text);

    return &notes->note[i].text;
}


int
glyph_notes_good(const glyph_notes_t *notes)
{
    size_t  i;

    for (i = 0; i < notes->n; i++) {
        if (notes->note[i].text.failed) {
            return GLYPH_ERROR;
        }
    }

    return GLYPH_OK;
}


void
glyph_notes_free(glyph_notes_t *notes)
{
    size_t  i;

    for (i = 0; i < notes->n; i++) {
        glyph_buf_free(&notes->note[i].text);
    }
}
