#include "title/glyph_registry_csv.h"


/* Fewer letters and digits than this are in too many titles. */

#define GLYPH_PART_NUMBER_MIN  6


static const char *glyph_part_line(const unsigned char *p,
    const unsigned char *last, glyph_str_t field[3]);
static size_t glyph_part_significant(const glyph_str_t *number);


int
glyph_part_table(const unsigned char *data, size_t len, size_t *line,
    glyph_buf_t *error, glyph_number_pt handler, void *ctx)
{
    int                   rc;
    const char           *what;
    glyph_str_t           field[3];
    const unsigned char  *p, *end, *last;

    static const char  header[] = "maker,number,model";

    last = data + len;
    *line = 0;

    for (p = data; p < last; p = end + 1) {
        end = memchr(p, '\n', last - p);
        end = end ? end : last;
        (*line)++;

        field[2].data = (unsigned char *) p;
        field[2].len = end - p - (end > p && end[-1] == '\r');

        if (*line == 1) {
            what = field[2].len == sizeof(header) - 1
                   && memcmp(p, header, field[2].len) == 0
                   ? NULL : "the header is not maker,number,model";

        } else if (field[2].len == 0) {
            continue;

        } else {
            what = glyph_part_line(p, p + field[2].len, field);

            if (what == NULL) {
                rc = handler(ctx, &field[1], &field[2], &what);

                if (rc == GLYPH_ERROR) {
                    return GLYPH_ERROR;
                }
            }
        }

        if (what) {
            glyph_buf_puts(error, what);
            return error->failed ? GLYPH_ERROR : GLYPH_BAD;
        }
    }

    return GLYPH_OK;
}


/* What is wrong with it, or NULL. */

static const char *
glyph_part_line(const unsigned char *p, const unsigned char *last,
    glyph_str_t field[3])
{
    size_t                i;
    const unsigned char  *comma;

    if (memchr(p, '"', last - p) || memchr(p, '|', last - p)) {
        return "no quotes and bars may be in a part number";
    }

    for (i = 0; i < 3; i++) {
        comma = memchr(p, ',', last - p);

        if ((comma != NULL) != (i < 2)) {
            return "a line has not three fields";
        }

        comma = comma ? comma : last;

        field[i].data = (unsigned char *) p;
        field[i].len = comma - p;
        p = comma + 1;
    }

    return glyph_part_significant(&field[1]) < GLYPH_PART_NUMBER_MIN
           ? "a part number is too short to be told from other words"
           : NULL;
}


static size_t
glyph_part_significant(const glyph_str_t *number)
{
    size_t         i, n;
    unsigned char  c;

    n = 0;

    for (i = 0; i < number->len; i++) {
        c = number->data[i] | 0x20;
        n += (c >= 'a' && c <= 'z')
             || (number->data[i] >= '0' && number->data[i] <= '9');
    }

    return n;
}
