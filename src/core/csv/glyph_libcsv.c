#include "csv/glyph_libcsv.h"


#define GLYPH_LIBCSV_BLOCK  4096        /* its field grows by this */


static void glyph_libcsv_field(void *field, size_t len, void *data);
static void glyph_libcsv_row(int c, void *data);
static int glyph_libcsv_space(unsigned char c);
static int glyph_libcsv_space_no_tab(unsigned char c);


int
glyph_libcsv_init(glyph_libcsv_t *l, unsigned char delimiter,
    glyph_fields_t *fields)
{
    l->fields = fields;

    if (csv_init(&l->csv, CSV_STRICT) != 0) {
        return GLYPH_ERROR;
    }

    csv_set_delim(&l->csv, delimiter);
    csv_set_blk_size(&l->csv, GLYPH_LIBCSV_BLOCK);
    csv_set_space_func(&l->csv, delimiter == '\t'
                                ? glyph_libcsv_space_no_tab
                                : glyph_libcsv_space);

    /* the realloc() of this program, not the one that libcsv was linked to */
    csv_set_realloc_func(&l->csv, realloc);
    csv_set_free_func(&l->csv, free);

    return GLYPH_OK;
}


void
glyph_libcsv_free(glyph_libcsv_t *l)
{
    csv_free(&l->csv);
    glyph_buf_free(&l->text);
}


void
glyph_libcsv_quote(glyph_libcsv_t *l, unsigned char quote)
{
    csv_set_quote(&l->csv, quote);
}


void
glyph_libcsv_reset(glyph_libcsv_t *l, int strict)
{
    glyph_buf_reset(&l->text);
    glyph_fields_reset(l->fields);

    /* with CSV_STRICT csv_fini() may refuse to forget an open field */

    csv_set_opts(&l->csv, 0);
    csv_fini(&l->csv, NULL, NULL, NULL);
    csv_set_opts(&l->csv, strict ? CSV_STRICT : 0);
}


/* It is given the line whole, since it cannot stop inside it. */

glyph_parse_e
glyph_libcsv_parse(glyph_libcsv_t *l, const unsigned char *data, size_t len,
    int last)
{
    l->row = 0;

    if (csv_parse(&l->csv, data, len, glyph_libcsv_field, glyph_libcsv_row, l)
        == len
        && last)
    {
        csv_parse(&l->csv, "\n", 1, glyph_libcsv_field, glyph_libcsv_row, l);
    }

    if (l->failed) {
        return GLYPH_PARSE_NO_MEMORY;
    }

    switch (csv_error(&l->csv)) {

    case CSV_SUCCESS:
        return l->row ? GLYPH_PARSED : GLYPH_PARSE_OPEN;

    case CSV_EPARSE:
        return GLYPH_PARSE_BAD;

    default:
        return GLYPH_PARSE_NO_MEMORY;
    }
}


/* The buffer may still move: the fields' places are set when all is there. */

static void
glyph_libcsv_field(void *field, size_t len, void *data)
{
    glyph_libcsv_t *l = data;

    if (glyph_fields_push(l->fields, NULL, len) != GLYPH_OK) {
        l->failed = 1;
        return;
    }

    if (!l->fields->too_many && len) {
        glyph_buf_append(&l->text, field, len);
        l->failed |= l->text.failed;
    }
}


static void
glyph_libcsv_row(int c, void *data)
{
    glyph_libcsv_t *l = data;

    (void) c;

    l->row = 1;
}


void
glyph_libcsv_place(glyph_libcsv_t *l, const unsigned char *empty)
{
    size_t          i;
    unsigned char  *p;

    p = l->text.len ? l->text.data : (unsigned char *) empty;

    for (i = 0; i < l->fields->n; i++) {
        l->fields->data[i].data = p;
        p += l->fields->data[i].len;
    }
}


static int
glyph_libcsv_space(unsigned char c)
{
    return c == ' ' || c == '\t';
}


static int
glyph_libcsv_space_no_tab(unsigned char c)
{
    return c == ' ';
}
