
#include "column/glyph_header.h"

#include <ctype.h>


static int glyph_shop_find(const glyph_header_t *h, const char *const *names);
static int glyph_shop_may_be(const glyph_str_t *given,
    const char *const *names);
static int glyph_shop_is(const glyph_header_t *h, int i,
    glyph_column_e column);
static void glyph_shop_sale(glyph_header_t *h);
static void glyph_shop_amazon(glyph_header_t *h);
static void glyph_shop_ebay(glyph_header_t *h);
static void glyph_shop_action(glyph_header_t *h);
static void glyph_shop_shopify(glyph_header_t *h);
static void glyph_shop_use(glyph_header_t *h, int i);


static const char *const  glyph_shop_sales[] = {
    "sale_price", "special_price", "discount_price", "discounted_price",
    "angebotspreis", "aktionspreis", NULL
};

static const char *const  glyph_shop_from[] = {
    "date_sale_price_starts", "sale_price_start_date", "sale_start_date",
    "sale_from_date", "special_price_from_date", "special_from_date", NULL
};

static const char *const  glyph_shop_to[] = {
    "date_sale_price_ends", "sale_price_end_date", "sale_end_date",
    "sale_to_date", "special_price_to_date", "special_to_date", NULL
};

static const char *const  glyph_shop_dates[] = {
    "sale_price_effective_date", NULL
};

static const char *const  glyph_shop_amazons[] = {
    "item_sku", "external_product_id", "feed_product_type",
    "product_id_type", NULL
};

static const char *const  glyph_shop_standard[] = { "standard_price", NULL };

static const char *const  glyph_shop_start[] = {
    "start_price", "starting_price", NULL
};

static const char *const  glyph_shop_now[] = {
    "buy_it_now_price", "auction_buy_it_now_price", NULL
};

static const char *const  glyph_shop_format[] = { "format", NULL };
static const char *const  glyph_shop_handle[] = { "handle", NULL };
static const char *const  glyph_shop_variant[] = { "variant_price", NULL };
static const char *const  glyph_shop_vendor[] = { "vendor", NULL };
static const char *const  glyph_shop_regular[] = { "regular_price", NULL };
static const char *const  glyph_shop_type[] = { "type", NULL };

static const char *const  glyph_shop_option[GLYPH_SHOP_OPTIONS][2] = {
    { "option1_value", NULL },
    { "option2_value", NULL },
    { "option3_value", NULL }
};


void
glyph_header_shops(glyph_header_t *h)
{
    /* each is -1 */

    memset(&h->shop, 0xff, sizeof(glyph_header_shop_t));

    glyph_shop_action(h);
    glyph_shop_amazon(h);
    glyph_shop_ebay(h);
    glyph_shop_sale(h);
    glyph_shop_shopify(h);

    if (glyph_shop_find(h, glyph_shop_regular) >= 0) {
        h->shop.type = glyph_shop_find(h, glyph_shop_type);
    }
}


/* It is one beside another price; alone it is the price. */

static void
glyph_shop_sale(glyph_header_t *h)
{
    int     sale;
    size_t  i;

    sale = glyph_shop_find(h, glyph_shop_sales);

    if (sale < 0 || h->strength[sale] == GLYPH_SYNONYM_MAPPED) {
        return;
    }

    for (i = 0; i < h->n; i++) {

        if ((int) i != sale && h->columns[i].used == GLYPH_COL_PRICE
            && h->strength[i] > GLYPH_SYNONYM_WEAK)
        {
            break;
        }
    }

    if (i == h->n) {
        return;
    }

    h->shop.sale = sale;
    h->shop.sale_from = glyph_shop_find(h, glyph_shop_from);
    h->shop.sale_to = glyph_shop_find(h, glyph_shop_to);
    h->shop.sale_dates = glyph_shop_find(h, glyph_shop_dates);

    glyph_shop_use(h, sale);
    glyph_shop_use(h, h->shop.sale_from);
    glyph_shop_use(h, h->shop.sale_to);
    glyph_shop_use(h, h->shop.sale_dates);
}


/* Of two prices one may say it for both; one in another currency is none. */

void
glyph_header_shop_currency(glyph_header_t *h)
{
    char                     name[GLYPH_HEADER_NAME_MAX];
    glyph_column_t          *sale;
    glyph_header_currency_t  currency;

    if (h->currency.code[0] == '\0') {
        memcpy(h->currency.code, h->shop.currency, sizeof(h->shop.currency));
    }

    if (h->shop.sale < 0) {
        return;
    }

    sale = &h->columns[h->shop.sale];

    glyph_header_strip(&sale->given, name, sizeof(name), &currency);

    if (h->currency.code[0] == '\0') {
        h->currency = currency;

    } else if (currency.code[0]
               && memcmp(currency.code, h->currency.code,
                         sizeof(currency.code)) != 0)
    {
        h->shop.sale = -1;
        sale->used = GLYPH_COL_EXTRA;
    }
}


/* Elsewhere a standard price is what the seller has paid. */

static void
glyph_shop_amazon(glyph_header_t *h)
{
    int  price;

    price = glyph_shop_find(h, glyph_shop_standard);

    if (glyph_shop_is(h, price, GLYPH_COL_EXTRA)
        && glyph_shop_find(h, glyph_shop_amazons) >= 0)
    {
        h->columns[price].used = GLYPH_COL_PRICE;
        h->strength[price] = GLYPH_SYNONYM_STRONG;
    }
}


/* A start price is a price where nobody bids. */

static void
glyph_shop_ebay(glyph_header_t *h)
{
    int     start, format;
    size_t  i;

    start = glyph_shop_find(h, glyph_shop_start);
    format = glyph_shop_find(h, glyph_shop_format);

    if (format < 0 || !glyph_shop_is(h, start, GLYPH_COL_EXTRA)) {
        return;
    }

    h->shop.buy_now = glyph_shop_find(h, glyph_shop_now);

    /* that of an auction's row, if it is a price of its own */

    glyph_shop_use(h, h->shop.buy_now);

    for (i = 0; i < h->n; i++) {
        if (h->columns[i].used == GLYPH_COL_PRICE) {
            return;
        }
    }

    h->shop.format = format;
    h->columns[start].used = GLYPH_COL_PRICE;
    h->strength[start] = GLYPH_SYNONYM_STRONG;
}


/* "*Action(SiteID=US|Country=US|Currency=USD|Version=1193)" */

static void
glyph_shop_action(glyph_header_t *h)
{
    size_t       i, k;
    glyph_str_t  name, code;

    static const char  action[] = "Action(";
    static const char  currency[] = "Currency=";

    h->shop.currency[0] = '\0';

    for (i = 0; i < h->n; i++) {
        name = h->columns[i].given;

        if (name.len && *name.data == '*') {
            name.data++;
            name.len--;
        }

        if (name.len < sizeof(action) - 1
            || memcmp(name.data, action, sizeof(action) - 1) != 0)
        {
            continue;
        }

        glyph_shop_use(h, (int) i);

        for (k = sizeof(action) - 1; k + sizeof(currency) + 2 <= name.len;
             k++)
        {
            if (memcmp(name.data + k, currency, sizeof(currency) - 1) == 0) {
                code.data = name.data + k + sizeof(currency) - 1;
                code.len = 3;

                (void) glyph_currency_parse(&code, h->shop.currency);
                return;
            }
        }
    }
}


static void
glyph_shop_shopify(glyph_header_t *h)
{
    int  i, vendor;

    if (glyph_shop_find(h, glyph_shop_variant) < 0) {
        return;
    }

    h->shop.handle = glyph_shop_find(h, glyph_shop_handle);

    if (h->shop.handle < 0) {
        return;
    }

    for (i = 0; i < GLYPH_SHOP_OPTIONS; i++) {
        h->shop.option[i] = glyph_shop_find(h, glyph_shop_option[i]);
    }

    /* who makes it, not who sells it */

    vendor = glyph_shop_find(h, glyph_shop_vendor);

    if (glyph_shop_is(h, vendor, GLYPH_COL_SELLER)
        && h->strength[vendor] < GLYPH_SYNONYM_MAPPED)
    {
        h->columns[vendor].used = GLYPH_COL_EXTRA;
    }
}


/* What the client says of a column stays; its values are looked at as well. */

static void
glyph_shop_use(glyph_header_t *h, int i)
{
    if (i >= 0 && h->strength[i] < GLYPH_SYNONYM_MAPPED) {
        h->columns[i].used = GLYPH_COL_SHOP;
    }
}


static int
glyph_shop_is(const glyph_header_t *h, int i, glyph_column_e column)
{
    return i >= 0 && h->columns[i].used == column;
}


/* The first column of one of the names, whatever it is used for. */

static int
glyph_shop_find(const glyph_header_t *h, const char *const *names)
{
    char                     name[GLYPH_HEADER_NAME_MAX];
    size_t                   i, k;
    glyph_header_currency_t  currency;

    for (i = 0; i < h->n; i++) {

        if (h->columns[i].given.len == 0
            || h->columns[i].given.len >= sizeof(name)
            || h->columns[i].used == GLYPH_COL_IGNORED
            || !glyph_shop_may_be(&h->columns[i].given, names))
        {
            continue;
        }

        glyph_header_strip(&h->columns[i].given, name, sizeof(name),
                           &currency);

        for (k = 0; names[k]; k++) {
            if (glyph_header_same(name, names[k])) {
                return (int) i;
            }
        }
    }

    return -1;
}


/* Whether a word of it begins as one of the names does: most do not, and to
   fold each of many again and again would take its time. */

static int
glyph_shop_may_be(const glyph_str_t *given, const char *const *names)
{
    size_t  i, k;

    for (i = 0; i < given->len; i++) {

        if (given->data[i] >= 0x80) {
            return 1;
        }

        if (i && isalnum(given->data[i - 1])) {
            continue;
        }

        for (k = 0; names[k]; k++) {
            if (tolower(given->data[i]) == names[k][0]) {
                return 1;
            }
        }
    }

    return 0;
}


const glyph_header_shop_t *
glyph_header_shop(const glyph_header_t *header)
{
    return &header->shop;
}
