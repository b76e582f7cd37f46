
#include "pipeline/glyph_notes.h"
#include "text/glyph_json.h"


void
glyph_notes_add(glyph_notes_t *notes, glyph_code_e code,
    const glyph_buf_t *text)
{
    if (notes->n == GLYPH_NOTES_MAX) {
        return;
    }

    notes->note[notes->n].code = code;
    notes->note[notes->n].start = notes->text.len;
    notes->note[notes->n].len = text->len;
    notes->n++;

    glyph_buf_append(&notes->text, text->data, text->len);

    notes->text.failed |= text->failed;
}


void
glyph_notes_give(glyph_notes_t *notes, glyph_totals_t *totals,
    const glyph_sink_t *sink)
{
    glyph_code_e     code;
    glyph_warning_t  w;

    memset(&w, 0, sizeof(glyph_warning_t));

    for ( /* void */ ; notes->given < notes->n; notes->given++) {
        code = notes->note[notes->given].code;

        totals->codes[code]++;

        w.number = totals->warnings++;
        w.import_index = -1;
        w.what.code = code;
        w.what.column = GLYPH_COL_N;
        w.message.data = notes->text.data + notes->note[notes->given].start;
        w.message.len = notes->note[notes->given].len;

        if (sink->warning) {
            sink->warning(sink->data, &w);
        }
    }
}


void
glyph_notes_json(const glyph_notes_t *notes, glyph_buf_t *b)
{
    size_t  i;

    for (i = 0; i < notes->n; i++) {
        glyph_json_comma(b);
        glyph_buf_puts(b, "{\"row_index\":null,\"line\":null");
        glyph_json_key(b, "code");
        glyph_json_cstring(b, glyph_code_name(notes->note[i].code));
        glyph_json_key(b, "message");
        glyph_json_string(b, notes->text.data + notes->note[i].start,
                          notes->note[i].len);
        glyph_buf_putc(b, '}');
    }
}


void
glyph_notes_lines(const glyph_notes_t *notes, glyph_buf_t *b)
{
    size_t  i;

    for (i = 0; i < notes->n; i++) {
        glyph_buf_puts(b, glyph_code_name(notes->note[i].code));
        glyph_buf_puts(b, ": ");
        glyph_buf_append(b, notes->text.data + notes->note[i].start,
                         notes->note[i].len);
        glyph_buf_putc(b, '\n');
    }
}


void
glyph_notes_charset(glyph_notes_t *notes)
{
    glyph_buf_t  text;

    memset(&text, 0, sizeof(glyph_buf_t));

    glyph_buf_puts(&text, "the file is not UTF-8 and was read as "
                   "windows-1252; if it is something else, name it, such as "
                   "charset=windows-1250");

    glyph_notes_add(notes, GLYPH_WARN_CHARSET_GUESSED, &text);
    glyph_buf_free(&text);
}


void
glyph_notes_sample(glyph_notes_t *notes, const glyph_sample_t *s)
{
    glyph_buf_t  text;

    memset(&text, 0, sizeof(glyph_buf_t));

    if (s->found_line) {
        glyph_buf_printf(&text, "the header was found in line %u, what is "
                         "above it was not read; ?header_line=%u says so",
                         s->found_line, s->found_line);
        glyph_notes_add(notes, GLYPH_WARN_HEADER_FOUND, &text);
    }

    if (s->wrapped) {
        glyph_buf_reset(&text);
        glyph_buf_puts(&text, "each line is in quotes as a whole; they were "
                       "taken off");
        glyph_notes_add(notes, GLYPH_WARN_LINES_QUOTED, &text);
    }

    if (s->path.len) {
        glyph_buf_reset(&text);
        glyph_buf_puts(&text, "the records were taken from ");
        glyph_json_string(&text, s->path.data, s->path.len);
        glyph_buf_puts(&text, "; what else is in the file was not read");
        glyph_notes_add(notes, GLYPH_WARN_RECORDS_NESTED, &text);
    }

    notes->text.failed |= text.failed | s->path.failed;
    glyph_buf_free(&text);
}


void
glyph_notes_header(glyph_notes_t *notes, const glyph_header_t *header)
{
    int                    column, second;
    size_t                 n;
    glyph_buf_t            text;
    const glyph_column_t  *columns;

    memset(&text, 0, sizeof(glyph_buf_t));

    columns = glyph_header_columns(header, &n);

    for (column = 0; column < GLYPH_COL_N; column++) {
        second = glyph_header_second(header, column);

        if (second < 0) {
            continue;
        }

        glyph_buf_reset(&text);
        glyph_buf_puts(&text, "both ");
        glyph_header_quote(&text,
                      &columns[glyph_header_find(header, column)].given);
        glyph_buf_puts(&text, " and ");
        glyph_header_quote(&text, &columns[second].given);
        glyph_buf_puts(&text, " mean ");
        glyph_buf_puts(&text, glyph_column_name(column));
        glyph_buf_puts(&text, "; the first is taken, ?map= chooses another");
        glyph_notes_add(notes, GLYPH_WARN_COLUMN_REPEATED, &text);
    }

    glyph_buf_free(&text);
}


void
glyph_notes_free(glyph_notes_t *notes)
{
    glyph_buf_free(&notes->text);
}
