
#include "pipeline/glyph_notes.h"
#include "text/glyph_json.h"


static void glyph_notes_rows(glyph_buf_t *text, uint64_t n,
    const char *what);


void
glyph_notes_add(glyph_notes_t *notes, glyph_code_e code,
    const glyph_buf_t *text)
{
    glyph_buf_t  *b;

    b = &notes->json;

    if (notes->n++) {
        glyph_buf_putc(b, ',');
    }

    glyph_buf_puts(b, "{\"row_index\":null,\"line\":null");
    glyph_json_key(b, "code");
    glyph_json_cstring(b, glyph_code_name(code));
    glyph_json_key(b, "message");
    glyph_json_string(b, text->data, text->len);
    glyph_buf_putc(b, '}');

    glyph_buf_puts(&notes->lines, glyph_code_name(code));
    glyph_buf_puts(&notes->lines, ": ");
    glyph_buf_append(&notes->lines, text->data, text->len);
    glyph_buf_putc(&notes->lines, '\n');

    b->failed |= text->failed | notes->lines.failed;
}


void
glyph_notes_currency(glyph_notes_t *notes, const glyph_totals_t *totals,
    const glyph_tender_t *tender)
{
    uint64_t     assumed, unknown;
    glyph_buf_t  text;

    memset(&text, 0, sizeof(glyph_buf_t));

    assumed = totals->codes[GLYPH_WARN_CURRENCY_ASSUMED];
    unknown = totals->codes[GLYPH_WARN_CURRENCY_UNKNOWN];

    if (assumed) {
        glyph_notes_rows(&text, assumed, " without a currency, taken for ");
        glyph_buf_puts(&text, tender->assumed);
        glyph_buf_puts(&text, ", which is assumed here; if it is another, say "
                       "?currency=EUR, or name the column \"price (EUR)\"");
        glyph_notes_add(notes, GLYPH_WARN_CURRENCY_ASSUMED, &text);
        glyph_buf_reset(&text);
    }

    if (unknown) {
        glyph_notes_rows(&text, unknown, " without a currency that can be "
                         "known");

        if (tender->against && !glyph_tender_unknown(tender->assumed)) {
            glyph_buf_puts(&text, " (the column's name or the decimal mark "
                           "speaks against ");
            glyph_buf_puts(&text, tender->assumed);
            glyph_buf_putc(&text, ')');
        }

        glyph_buf_puts(&text, ": kept as XXX, without a price in USD and its "
                       "part of the score; say ?currency=EUR, or name the "
                       "column \"price (EUR)\"");
        glyph_notes_add(notes, GLYPH_WARN_CURRENCY_UNKNOWN, &text);
    }

    glyph_buf_free(&text);
}


static void
glyph_notes_rows(glyph_buf_t *text, uint64_t n, const char *what)
{
    glyph_json_int(text, (int64_t) n);
    glyph_buf_puts(text, n == 1 ? " row has a price" : " rows have prices");
    glyph_buf_puts(text, what);
}


void
glyph_notes_free(glyph_notes_t *notes)
{
    glyph_buf_free(&notes->json);
    glyph_buf_free(&notes->lines);
}
