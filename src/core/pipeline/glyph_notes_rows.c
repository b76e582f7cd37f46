/*
 * What is true of many rows, said once when all have been read.
 */

#include "pipeline/glyph_notes.h"
#include "text/glyph_json.h"
#include "text/glyph_utf8.h"


#define GLYPH_NOTES_VALUE  64       /* bytes of the first value, as reported */


static void glyph_notes_assumed(glyph_notes_t *notes,
    const glyph_tender_t *tender, glyph_buf_t *text);
static void glyph_notes_currency(glyph_notes_t *notes,
    const glyph_tender_t *tender, glyph_buf_t *text);
static void glyph_notes_dates(glyph_notes_t *notes, glyph_once_e once,
    glyph_code_e code, const char *what, glyph_buf_t *text);
static void glyph_notes_urls(glyph_notes_t *notes, glyph_buf_t *text);
static void glyph_notes_dedup(glyph_notes_t *notes, glyph_buf_t *text);
static void glyph_notes_unknown(glyph_notes_t *notes,
    const glyph_totals_t *totals, const glyph_buf_t *advice,
    glyph_buf_t *text);
static void glyph_notes_count(glyph_buf_t *text, uint64_t n, const char *one,
    const char *many);


void
glyph_notes_row(glyph_notes_t *notes, const glyph_row_result_t *result)
{
    unsigned            once;
    glyph_note_rows_t  *rows;
    const glyph_str_t  *value;

    for (once = result->once; once; once &= once - 1) {
        rows = &notes->once[__builtin_ctz(once)];

        if (rows->rows++) {
            continue;
        }

        value = (result->changed & 1u << GLYPH_COL_SEEN_AT)
                ? &result->given[GLYPH_COL_SEEN_AT]
                : &result->listing.text[GLYPH_COL_SEEN_AT];

        rows->line = result->rejected.line;
        rows->start = notes->text.len;
        rows->len = glyph_utf8_cut(value->data, value->len,
                                   GLYPH_NOTES_VALUE);

        glyph_buf_append(&notes->text, value->data, rows->len);
    }
}


void
glyph_notes_rows(glyph_notes_t *notes, const glyph_totals_t *totals,
    const glyph_tender_t *tender, const glyph_buf_t *advice)
{
    glyph_buf_t  text;

    memset(&text, 0, sizeof(glyph_buf_t));

    glyph_notes_assumed(notes, tender, &text);
    glyph_notes_currency(notes, tender, &text);

    glyph_notes_dates(notes, GLYPH_ONCE_DATE_INVALID, GLYPH_WARN_DATE_INVALID,
                      " cannot be read", &text);
    glyph_notes_dates(notes, GLYPH_ONCE_DATE_AMBIGUOUS,
                      GLYPH_WARN_DATE_AMBIGUOUS,
                      " can be read two ways, or not as the others are: say "
                      "?date_order=dmy or ?date_order=mdy", &text);

    glyph_notes_urls(notes, &text);
    glyph_notes_dedup(notes, &text);
    glyph_notes_unknown(notes, totals, advice, &text);

    glyph_buf_free(&text);
}


static void
glyph_notes_assumed(glyph_notes_t *notes, const glyph_tender_t *tender,
    glyph_buf_t *text)
{
    if (notes->once[GLYPH_ONCE_ASSUMED].rows == 0) {
        return;
    }

    glyph_buf_reset(text);
    glyph_notes_count(text, notes->once[GLYPH_ONCE_ASSUMED].rows,
                      "row has a price", "rows have prices");
    glyph_buf_puts(text, " without a currency, taken for ");
    glyph_buf_puts(text, tender->assumed);
    glyph_buf_puts(text, ", which is assumed here; if it is another, say "
                   "?currency=EUR, or name the column \"price (EUR)\"");

    glyph_notes_add(notes, GLYPH_WARN_CURRENCY_ASSUMED, text);
}


static void
glyph_notes_currency(glyph_notes_t *notes, const glyph_tender_t *tender,
    glyph_buf_t *text)
{
    if (notes->once[GLYPH_ONCE_UNKNOWN].rows == 0) {
        return;
    }

    glyph_buf_reset(text);
    glyph_notes_count(text, notes->once[GLYPH_ONCE_UNKNOWN].rows,
                      "row has a price", "rows have prices");
    glyph_buf_puts(text, " without a currency that can be known");

    if (glyph_tender_against(tender)
        && !glyph_tender_unknown(tender->assumed))
    {
        glyph_buf_puts(text, " (the column's name, the decimal mark or other "
                       "prices speak against ");
        glyph_buf_puts(text, tender->assumed);
        glyph_buf_putc(text, ')');

    } else if (tender->doubted) {
        glyph_buf_puts(text, " (what else the file has is of another "
                       "country with the same sign)");
    }

    glyph_buf_puts(text, ": kept as XXX, without a price in USD and its "
                   "part of the score; say ?currency=EUR, or name the "
                   "column \"price (EUR)\"");

    glyph_notes_add(notes, GLYPH_WARN_CURRENCY_UNKNOWN, text);
}


static void
glyph_notes_dates(glyph_notes_t *notes, glyph_once_e once, glyph_code_e code,
    const char *what, glyph_buf_t *text)
{
    const glyph_note_rows_t  *rows;

    rows = &notes->once[once];

    if (rows->rows == 0) {
        return;
    }

    glyph_buf_reset(text);
    glyph_notes_count(text, rows->rows, "date", "dates");
    glyph_buf_puts(text, rows->rows == 1 ? " is left out, in line "
                                         : " are left out, the first in line ");
    glyph_json_int(text, (int64_t) rows->line);
    glyph_buf_puts(text, ": \"");
    glyph_buf_append(text, notes->text.data + rows->start, rows->len);
    glyph_buf_putc(text, '"');
    glyph_buf_puts(text, what);

    glyph_notes_add(notes, code, text);
}


static void
glyph_notes_urls(glyph_notes_t *notes, glyph_buf_t *text)
{
    uint64_t  n;

    n = notes->once[GLYPH_ONCE_URL_SHARED].rows;

    if (n == 0) {
        return;
    }

    glyph_buf_reset(text);
    glyph_notes_count(text, n, "listing has a URL", "listings have URLs");
    glyph_buf_puts(text, "; most of the file stand beside several titles, so "
                   "that they do not tell listings apart: title, price and "
                   "seller do");

    glyph_notes_add(notes, GLYPH_WARN_URL_SHARED, text);
}


static void
glyph_notes_dedup(glyph_notes_t *notes, glyph_buf_t *text)
{
    const glyph_note_rows_t  *rows;

    rows = &notes->once[GLYPH_ONCE_DEDUP_FULL];

    if (rows->rows == 0) {
        return;
    }

    glyph_buf_reset(text);
    glyph_notes_count(text, rows->rows, "listing, ", "listings, the first ");
    glyph_buf_puts(text, "in line ");
    glyph_json_int(text, (int64_t) rows->line);
    glyph_buf_puts(text, ", cannot be found again: no more keys are kept to "
                   "find duplicates by; glyph_dedup_size says how many are");

    glyph_notes_add(notes, GLYPH_WARN_DEDUP_FULL, text);
}


static void
glyph_notes_unknown(glyph_notes_t *notes, const glyph_totals_t *totals,
    const glyph_buf_t *advice, glyph_buf_t *text)
{
    uint64_t  unknown;

    unknown = totals->matches[GLYPH_MATCH_NONE];

    if (unknown * 2 <= totals->valid) {
        return;
    }

    glyph_buf_reset(text);
    glyph_json_int(text, (int64_t) unknown);
    glyph_buf_puts(text, " of ");
    glyph_json_int(text, (int64_t) totals->valid);
    glyph_buf_puts(text, " listings name no model that is known");
    glyph_buf_append(text, advice->data, advice->len);

    glyph_notes_add(notes, GLYPH_WARN_MOSTLY_UNKNOWN, text);
}


static void
glyph_notes_count(glyph_buf_t *text, uint64_t n, const char *one,
    const char *many)
{
    glyph_json_int(text, (int64_t) n);
    glyph_buf_putc(text, ' ');
    glyph_buf_puts(text, n == 1 ? one : many);
}
