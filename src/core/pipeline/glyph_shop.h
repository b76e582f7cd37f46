/*
 * Rows of the exports of shops: which price counts, and titles that several
 * rows have together.
 */

#ifndef GLYPH_SHOP_H_INCLUDED
#define GLYPH_SHOP_H_INCLUDED

#include "column/glyph_header_shop.h"
#include "text/glyph_buf.h"
#include "text/glyph_record.h"
#include "value/glyph_money.h"


typedef struct glyph_shop_s  glyph_shop_t;


/*
 * *shop is NULL if the header has nothing of the kind.  "now" is the time of
 * the import in ms since 1970; 0: sales with dates do not count.  GLYPH_OK or
 * GLYPH_ERROR.
 */
int glyph_shop_create(glyph_shop_t **shop, const glyph_header_t *header,
    glyph_decimal_e habit, uint64_t now);
void glyph_shop_destroy(glyph_shop_t *shop);

/* Of the next record: whether it is no row, but a picture of the one before,
   or what its variants have in common. */
int glyph_shop_skips(const glyph_shop_t *shop, const glyph_record_t *rec);

/*
 * Changes the texts of title and price, which are those of their columns, to
 * those that count; *title is memory for the first; *number says whether the
 * price is one of JSON.  GLYPH_CODE_OK, or GLYPH_ROW_PRICE_LIMIT if the price
 * is a bid.
 */
glyph_code_e glyph_shop_row(glyph_shop_t *shop, const glyph_record_t *rec,
    glyph_str_t *text, glyph_buf_t *title, unsigned *number);

/*
 * The same row's price, which was read now: what it does not say of its
 * currency, the row's other price may.
 */
void glyph_shop_currency(const glyph_shop_t *shop, glyph_money_t *price);

#endif /* GLYPH_SHOP_H_INCLUDED */
