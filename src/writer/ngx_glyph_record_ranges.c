
#include "ngx_glyph.h"
#include "ngx_glyph_record.h"


static void ngx_glyph_record_range(ngx_glyph_import_t *import,
    ngx_glyph_block_t *block, ngx_glyph_range_t *rows,
    ngx_glyph_range_t *warnings, ngx_uint_t first, glyph_buf_t *b);


ngx_uint_t
ngx_glyph_record_ranges(ngx_glyph_import_t *import, ngx_glyph_block_t *block,
    glyph_buf_t *b)
{
    ngx_int_t          more_rows, more_warnings;
    ngx_uint_t         n;
    ngx_glyph_range_t  rows, warnings, row, warning;

    rows.lo = block->rows_lo;
    rows.hi = block->totals.rows;
    warnings.lo = block->warnings_lo;
    warnings.hi = block->totals.warnings;

    for (n = 0; /* void */; n++) {

        more_rows = ngx_glyph_ranges_missing(&import->have_rows, &rows, &row);
        more_warnings = ngx_glyph_ranges_missing(&import->have_warnings,
                                                 &warnings, &warning);

        if (more_rows == NGX_DONE && more_warnings == NGX_DONE) {
            return n;
        }

        if (more_rows == NGX_DONE) {
            row.lo = block->totals.rows;
            row.hi = row.lo;
        }

        if (more_warnings == NGX_DONE) {
            warning.lo = block->totals.warnings;
            warning.hi = warning.lo;
        }

        ngx_glyph_record_range(import, block, &row, &warning, n == 0, b);
    }
}


/* The block's sums are those of the first of its ranges. */

static void
ngx_glyph_record_range(ngx_glyph_import_t *import, ngx_glyph_block_t *block,
    ngx_glyph_range_t *rows, ngx_glyph_range_t *warnings, ngx_uint_t first,
    glyph_buf_t *b)
{
    glyph_json_comma(b);
    glyph_buf_putc(b, '[');
    glyph_json_string(b, import->text, NGX_GLYPH_UUID_TEXT_LEN);
    glyph_json_comma(b);
    glyph_json_int(b, rows->lo);
    glyph_json_comma(b);
    glyph_json_int(b, rows->hi);
    glyph_json_comma(b);
    glyph_json_int(b, warnings->lo);
    glyph_json_comma(b);
    glyph_json_int(b, warnings->hi);
    glyph_json_comma(b);
    glyph_json_int(b, first ? block->valid : 0);
    glyph_json_comma(b);
    glyph_json_int(b, first ? block->invalid : 0);
    glyph_json_comma(b);
    glyph_json_int(b, block->totals.bytes);

    if (first && block->valid) {
        glyph_json_comma(b);
        glyph_json_double(b, block->score_min, 17);
        glyph_json_comma(b);
        glyph_json_double(b, block->score_max, 17);
    }

    glyph_buf_putc(b, ']');
}
