#include "column/glyph_column.h"
#include "out/glyph_rejected.h"
#include "text/glyph_json.h"


void
glyph_rejected_json(glyph_buf_t *b, const glyph_rejected_t *r)
{
    size_t                    i;
    const glyph_row_error_t  *e;

    glyph_buf_putc(b, '[');

    for (i = 0; i < r->n; i++) {
        e = &r->errors[i];

        glyph_json_comma(b);
        glyph_buf_putc(b, '{');
        glyph_json_key(b, "code");
        glyph_json_cstring(b, glyph_code_name(e->code));

        if (e->column < GLYPH_COL_N) {
            glyph_json_key(b, "column");
            glyph_json_cstring(b, glyph_column_name(e->column));
            glyph_json_key(b, "value");
            glyph_json_string(b, e->value.data, e->value.len);
        }

        glyph_json_key(b, "message");
        glyph_json_cstring(b, glyph_code_text(e->code));
        glyph_buf_putc(b, '}');
    }

    glyph_buf_putc(b, ']');
}
