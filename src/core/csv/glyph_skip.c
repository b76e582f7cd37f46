#include "csv/glyph_skip.h"
#include "csv/glyph_total_words.h"
#include "text/glyph_utf8.h"


#define GLYPH_SKIP_TOTAL  64        /* bytes; none is longer */


static int glyph_skip_blank(const glyph_record_t *rec);
static int glyph_skip_header(const glyph_skip_t *skip,
    const glyph_record_t *rec);
static int glyph_skip_total(const glyph_skip_t *skip,
    const glyph_record_t *rec);
static int glyph_skip_has(const glyph_record_t *rec, int column);
static void glyph_skip_field(const glyph_record_t *rec, int column,
    glyph_str_t *value);


void
glyph_skip_init(glyph_skip_t *skip, const glyph_header_t *header, int headed)
{
    size_t                 i, n;
    const unsigned char   *word;
    const glyph_column_t  *columns;

    memset(skip, 0, sizeof(glyph_skip_t));

    for (i = 0; i < GLYPH_COL_N; i++) {
        skip->find[i] = glyph_header_find(header, i);
    }

    columns = glyph_header_columns(header, &n);

    skip->headed = headed;
    skip->title = skip->find[GLYPH_COL_TITLE];

    if (skip->title < 0) {
        skip->title = skip->find[GLYPH_COL_MODEL];
    }

    skip->title_name = columns[skip->title].given;
    skip->price_name = columns[skip->find[GLYPH_COL_PRICE]].given;

    for (i = 0; i < glyph_total_words_n; i++) {
        word = (const unsigned char *) glyph_total_words[i].text;
        skip->starts[word[0] & 31] |= (uint32_t) 1 << (word[1] & 31);
    }
}


/* For nearly all records it is enough to look at the first two bytes. */

int
glyph_skip_is(const glyph_skip_t *skip, const glyph_record_t *rec)
{
    const glyph_str_t  *first, *price;

    if (rec->nfields == 0) {
        return 0;
    }

    first = rec->fields;

    if ((first->len == 0 || first->data[0] <= ' ' || first->data[0] >= 0x80)
        && glyph_skip_blank(rec))
    {
        return 1;
    }

    if (first->len > 1 && first->len <= GLYPH_SKIP_TOTAL
        && (first->data[0] >= 0x80
            || (skip->starts[first->data[0] & 31]
                & (uint32_t) 1 << (first->data[1] & 31)))
        && glyph_skip_total(skip, rec))
    {
        return 1;
    }

    if (!skip->headed
        || (size_t) skip->find[GLYPH_COL_PRICE] >= rec->nfields)
    {
        return 0;
    }

    price = &rec->fields[skip->find[GLYPH_COL_PRICE]];

    return price->len >= skip->price_name.len
           && price->data[0] == skip->price_name.data[0]
           && glyph_skip_header(skip, rec);
}


static int
glyph_skip_blank(const glyph_record_t *rec)
{
    size_t       i, k;
    glyph_str_t  value;

    for (i = 0; i < rec->nfields; i++) {
        value = rec->fields[i];
        glyph_utf8_trim(&value);

        for (k = 0; k < value.len; k++) {

            if (value.data[k] != '\0' && value.data[k] != 0x1a
                && value.data[k] != ' ')
            {
                return 0;
            }
        }
    }

    return 1;
}


/* Files that were joined: so their columns are where they were. */

static int
glyph_skip_header(const glyph_skip_t *skip, const glyph_record_t *rec)
{
    glyph_str_t  title, price;

    glyph_skip_field(rec, skip->title, &title);
    glyph_skip_field(rec, skip->find[GLYPH_COL_PRICE], &price);

    return glyph_str_eq(&price, &skip->price_name)
           && glyph_str_eq(&title, &skip->title_name);
}


static int
glyph_skip_total(const glyph_skip_t *skip, const glyph_record_t *rec)
{
    char         *p, name[GLYPH_SKIP_TOTAL + 1];
    size_t        i, len;
    glyph_str_t   first;

    first = rec->fields[0];

    /* titles have numbers, words for totals never */

    for (i = 0; i < first.len; i++) {
        if (first.data[i] >= '0' && first.data[i] <= '9') {
            return 0;
        }
    }

    if (glyph_skip_has(rec, skip->find[GLYPH_COL_SOURCE_URL])
        || glyph_skip_has(rec, skip->find[GLYPH_COL_SELLER])
        || (skip->title != 0 && glyph_skip_has(rec, skip->title)))
    {
        return 0;
    }

    len = glyph_header_fold(&first, name, sizeof(name));

    for (p = name; p < name + len; p++) {
        if (*p == '_') {
            *p = ' ';
        }
    }

    return glyph_phrase_class(glyph_total_words, glyph_total_words_n,
                              (unsigned char *) name, len)
           == GLYPH_TOTAL_LINE;
}


static int
glyph_skip_has(const glyph_record_t *rec, int column)
{
    glyph_str_t  value;

    glyph_skip_field(rec, column, &value);

    return value.len != 0;
}


/*
 * Trimmed, and without the byte order mark of a file that was joined, before
 * which quotes are none.
 */

static void
glyph_skip_field(const glyph_record_t *rec, int column, glyph_str_t *value)
{
    value->data = NULL;
    value->len = 0;

    if (column < 0 || (size_t) column >= rec->nfields) {
        return;
    }

    *value = rec->fields[column];

    if (value->len >= 3 && memcmp(value->data, "\xef\xbb\xbf", 3) == 0) {
        value->data += 3;
        value->len -= 3;

        if (value->len >= 2 && value->data[0] == '"'
            && value->data[value->len - 1] == '"')
        {
            value->data++;
            value->len -= 2;
        }
    }

    glyph_utf8_trim(value);
}
