/*
 * A header from the inside: for the files that make one.
 */

#ifndef GLYPH_HEADER_H_INCLUDED
#define GLYPH_HEADER_H_INCLUDED

#include "column/glyph_column.h"
#include "column/glyph_header_name.h"
#include "column/glyph_header_shop.h"
#include "text/glyph_keys.h"


#define GLYPH_HEADER_SUFFIX     24      /* "_" and a number */
#define GLYPH_HEADER_UNNAMED    24      /* "column_" and one */


/* A name that was added later. */

typedef struct glyph_header_name_s  glyph_header_name_t;

struct glyph_header_name_s {
    glyph_header_name_t  *next;
    unsigned char         data[];
};


struct glyph_header_s {
    size_t              n;
    size_t              size;           /* room for so many columns */
    void               *block;          /* with the arrays, if they grew */
    glyph_header_name_t *names;
    unsigned            ignore_extra:1;
    int                 find[GLYPH_COL_N];
    int                 second[GLYPH_COL_N];
    glyph_header_shop_t shop;
    glyph_header_currency_t  currency;
    char                language[4];    /* of the price's name */
    glyph_column_t     *columns;
    unsigned char      *strength;       /* glyph_synonym_e, of each */
    size_t             *times;          /* how often a name was met again */
    unsigned char      *last;           /* free bytes for names */
    glyph_keys_t        given;          /* of all names */
    int                 titles[GLYPH_HEADER_TITLES];    /* told by the client */
    size_t              ntitles;
};


/* What columns mean together, before it is decided about each. */
void glyph_header_shops(glyph_header_t *h);

/* And afterwards, of the currency, if the price's name says none. */
void glyph_header_shop_currency(glyph_header_t *h);

/*
 * Of several columns for a known one the surest stays.  GLYPH_CODE_OK, or
 * GLYPH_FILE_COLUMN_DUPLICATE with *detail.
 */
glyph_code_e glyph_header_decide(glyph_header_t *h, glyph_buf_t *detail);

/* What a price that is an object says of its currency: it counts beside what
   the record says, which must be the same. */
int glyph_header_of_price(const glyph_column_t *column);

/* What is required is there, or *detail tells what might be meant for it. */
glyph_code_e glyph_header_require(glyph_header_t *h, glyph_buf_t *detail);

/*
 * Names become the keys of objects, and the client's for ?map=: "a", "a_2",
 * "a_3".  Of all, or of the i-th, which is the last one then.  GLYPH_OK or
 * GLYPH_ERROR.
 */
int glyph_header_distinguish(glyph_header_t *h);
int glyph_header_distinguish_one(glyph_header_t *h, size_t i);

/* For sentences: the columns that there are. */
void glyph_header_seen(const glyph_header_t *h, glyph_buf_t *detail);

#endif /* GLYPH_HEADER_H_INCLUDED */
