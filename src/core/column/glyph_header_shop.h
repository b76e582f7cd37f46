/*
 * Columns that only mean something together, as the exports of shops have
 * them: docs/api.md has a table of those that are known.
 */

#ifndef GLYPH_HEADER_SHOP_H_INCLUDED
#define GLYPH_HEADER_SHOP_H_INCLUDED

#include "column/glyph_column.h"


#define GLYPH_SHOP_OPTIONS  3


/* Their places in the file; -1: there is none, or it does not count.  And what
   only a name says. */

typedef struct {
    int  sale;                  /* beside a regular price */
    int  sale_from;
    int  sale_to;
    int  sale_dates;            /* both, with a "/" between them */
    int  format;                /* of eBay, beside a start price */
    int  buy_now;
    int  handle;                /* of Shopify: rows of one product */
    int  option[GLYPH_SHOP_OPTIONS];
    int  type;                  /* of WooCommerce: "variable" has no price */
    char currency[4];           /* of all prices, as eBay has it; or "" */
} glyph_header_shop_t;


const glyph_header_shop_t *glyph_header_shop(const glyph_header_t *header);

#endif /* GLYPH_HEADER_SHOP_H_INCLUDED */
