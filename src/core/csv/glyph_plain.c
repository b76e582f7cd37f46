
#include "csv/glyph_plain.h"
#include "text/glyph_simd.h"


/* The field that is being read. */

typedef struct {
    const unsigned char  *start;
    const unsigned char  *open;     /* behind its opening quote, or NULL */
    const unsigned char  *close;    /* its closing quote, or NULL */
} glyph_plain_field_t;


static int glyph_plain_quote(const glyph_plain_t *pl,
    glyph_plain_field_t *field, const unsigned char *p);
static int glyph_plain_end(glyph_plain_t *pl, const unsigned char *data,
    size_t len, size_t pos, int end, glyph_fields_t *f);
static int glyph_plain_unquote(glyph_plain_t *pl, glyph_fields_t *f);


static inline int
glyph_plain_is_space(const glyph_plain_t *pl, unsigned char c)
{
    return c == ' ' || c == pl->space;
}


/* Of a field without quotes that ends at "last": its end without blanks. */

static inline const unsigned char *
glyph_plain_trim(const glyph_plain_t *pl, glyph_plain_field_t *field,
    const unsigned char *last)
{
    while (field->start < last && glyph_plain_is_space(pl, *field->start)) {
        field->start++;
    }

    while (last > field->start && glyph_plain_is_space(pl, last[-1])) {
        last--;
    }

    return last;
}


void
glyph_plain_init(glyph_plain_t *pl, unsigned char delimiter,
    size_t max_row_size)
{
    memset(pl, 0, sizeof(glyph_plain_t));

    pl->max_row_size = max_row_size;
    pl->delimiter = delimiter;
    pl->space = delimiter == '\t' ? ' ' : '\t';
    pl->quote = '"';
}


void
glyph_plain_free(glyph_plain_t *pl)
{
    glyph_buf_free(&pl->text);
}


int
glyph_plain_is_blank(const glyph_plain_t *pl, const unsigned char *data,
    size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (!glyph_plain_is_space(pl, data[i])) {
            return 0;
        }
    }

    return 1;
}


int
glyph_plain_read(glyph_plain_t *pl, const unsigned char *data, size_t len,
    int end, glyph_fields_t *f)
{
    int                   rc;
    size_t                base;
    uint64_t              marks, other, others;
    glyph_four_t          four;
    glyph_block_t         block;
    unsigned char         delimiter, quote;
    glyph_plain_field_t   field;
    const unsigned char  *p, *q;

    glyph_fields_reset(f);

    field.start = data;
    field.open = NULL;
    field.close = NULL;

    delimiter = pl->delimiter;
    quote = pl->quote;
    glyph_four_set(&four, delimiter, quote, '\n', '\r');

    pl->nlines = 1;
    pl->doubled = 0;
    others = 0;

    for (base = 0; base < len; base += GLYPH_BLOCK) {

        if (base > pl->max_row_size) {
            return GLYPH_AGAIN;
        }

        glyph_block_load_part(&block, data + base, len - base);

        marks = glyph_block_among(&block, &four);
        other = glyph_block_other(&block);

        for ( /* void */ ; marks; marks &= marks - 1) {
            p = data + base + __builtin_ctzll(marks);

            if (*p == quote) {
                rc = glyph_plain_quote(pl, &field, p);

                if (rc == GLYPH_AGAIN) {
                    return GLYPH_AGAIN;
                }

                pl->doubled |= rc;
                continue;
            }

            if (field.open == NULL) {
                q = glyph_plain_trim(pl, &field, p);

                if (field.start == p && f->n == 0 && *p != delimiter) {
                    return GLYPH_AGAIN;             /* a blank line */
                }

            } else if (field.close == NULL) {

                /* CR LF is one line end */

                pl->nlines += *p == '\r'
                              || (*p == '\n' && p[-1] != '\r');
                continue;

            } else {
                field.start = field.open;
                q = field.close;

                if (q + 1 != p) {
                    return GLYPH_AGAIN;
                }
            }

            if (glyph_fields_push(f, field.start, q - field.start)
                != GLYPH_OK)
            {
                return GLYPH_ERROR;
            }

            if (*p != delimiter) {
                others |= other & (marks ^ (marks - 1));
                pl->ascii = (others == 0);

                return glyph_plain_end(pl, data, len, p - data, end, f);
            }

            field.start = p + 1;
            field.open = NULL;
            field.close = NULL;
        }

        others |= other;
    }

    return GLYPH_AGAIN;
}


/*
 * Returns whether the quote sign is the second of two that stand for one;
 * GLYPH_AGAIN: it is where none should be.
 */

static int
glyph_plain_quote(const glyph_plain_t *pl, glyph_plain_field_t *field,
    const unsigned char *p)
{
    if (field->open == NULL) {

        if (!glyph_plain_is_blank(pl, field->start, p - field->start)) {
            return GLYPH_AGAIN;
        }

        field->open = p + 1;
        return 0;
    }

    if (field->close == NULL) {
        field->close = p;
        return 0;
    }

    if (field->close + 1 != p) {
        return GLYPH_AGAIN;
    }

    field->close = NULL;

    return 1;
}


/* All fields are there, and the record ends at "pos". */

static int
glyph_plain_end(glyph_plain_t *pl, const unsigned char *data, size_t len,
    size_t pos, int end, glyph_fields_t *f)
{
    if (pos > pl->max_row_size) {
        return GLYPH_AGAIN;
    }

    pl->end = pos;
    pl->next = pos + 1;

    if (data[pos] == '\r') {

        if (pl->next < len) {
            pl->next += data[pl->next] == '\n';

        } else if (!end) {
            return GLYPH_AGAIN;
        }
    }

    return pl->doubled ? glyph_plain_unquote(pl, f) : GLYPH_OK;
}


/* The record's length is known: the text has room for all, and stays. */

static int
glyph_plain_unquote(glyph_plain_t *pl, glyph_fields_t *f)
{
    size_t                i;
    glyph_buf_t          *b;
    const unsigned char  *p, *q, *last;

    b = &pl->text;
    glyph_buf_reset(b);

    if (glyph_buf_reserve(b, pl->end) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    for (i = 0; i < f->n; i++) {
        p = f->data[i].data;
        last = p + f->data[i].len;

        q = memchr(p, pl->quote, last - p);
        if (q == NULL) {
            continue;
        }

        f->data[i].data = b->data + b->len;

        while (q != NULL) {
            glyph_buf_append(b, p, q + 1 - p);
            p = q + 2;
            q = memchr(p, pl->quote, last - p);
        }

        glyph_buf_append(b, p, last - p);
        f->data[i].len = b->data + b->len - f->data[i].data;
    }

    return GLYPH_OK;
}
