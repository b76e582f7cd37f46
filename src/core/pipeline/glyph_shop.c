
#include "pipeline/glyph_shop.h"
#include "text/glyph_utf8.h"
#include "value/glyph_date.h"
#include "value/glyph_entity.h"
#include "value/glyph_placeholder.h"
#include "value/glyph_values.h"

#include <strings.h>


#define GLYPH_SHOP_DAY      (86400LL * 1000000)

/* bytes of a product's handle, and of its title: longer ones are refused */
#define GLYPH_SHOP_KEPT     4096

#define GLYPH_SHOP_NOTHING  (GLYPH_PLACEHOLDER_ANY                            \
                             |GLYPH_PLACEHOLDER_BUT_REGION                    \
                             |GLYPH_PLACEHOLDER_BUT_SELLER)


struct glyph_shop_s {
    const glyph_header_shop_t  *at;
    int                         title;
    int                         price;
    glyph_decimal_e             habit;
    int64_t                     now;        /* usec since 2000; or 0 */
    glyph_money_t               other;      /* the row's price that is not
                                               taken; currency "": none */
    size_t                      handle_len;
    size_t                      title_len;
    unsigned char               handle[GLYPH_SHOP_KEPT];
    unsigned char               product[GLYPH_SHOP_KEPT];   /* its title */
};


static glyph_str_t glyph_shop_field(const glyph_record_t *rec, int i);
static int glyph_shop_same(const glyph_shop_t *s, const glyph_str_t *handle);
static void glyph_shop_title(glyph_shop_t *s, const glyph_record_t *rec,
    glyph_str_t *text, glyph_buf_t *title);
static void glyph_shop_append(glyph_buf_t *title, const glyph_str_t *text);
static void glyph_shop_keep(unsigned char *to, size_t *len,
    const glyph_str_t *from);
static void glyph_shop_sale(glyph_shop_t *s, const glyph_record_t *rec,
    glyph_str_t *price, unsigned *number);
static int glyph_shop_agree(const glyph_money_t *a, const glyph_money_t *b);
static int glyph_shop_amount(const glyph_shop_t *s, const glyph_str_t *text,
    unsigned number, glyph_money_t *money);
static int glyph_shop_is_on(const glyph_shop_t *s,
    const glyph_record_t *rec);
static int glyph_shop_time(const glyph_shop_t *s, const glyph_str_t *text,
    int end);
static int glyph_shop_reached(const glyph_shop_t *s, int64_t at, int end);
static int glyph_shop_is_auction(const glyph_str_t *format);


int
glyph_shop_create(glyph_shop_t **shop, const glyph_header_t *header,
    glyph_decimal_e habit, uint64_t now)
{
    glyph_shop_t               *s;
    const glyph_header_shop_t  *at;

    *shop = NULL;
    at = glyph_header_shop(header);

    if (at->sale < 0 && at->format < 0 && at->handle < 0 && at->type < 0) {
        return GLYPH_OK;
    }

    s = malloc(sizeof(glyph_shop_t));
    if (s == NULL) {
        return GLYPH_ERROR;
    }

    s->at = at;
    s->title = glyph_header_find(header, GLYPH_COL_TITLE);
    s->price = glyph_header_find(header, GLYPH_COL_PRICE);
    s->habit = habit;
    s->now = now ? glyph_date_of_unix(now) : 0;
    s->other.currency[0] = '\0';
    s->handle_len = 0;
    s->title_len = 0;

    *shop = s;

    return GLYPH_OK;
}


void
glyph_shop_destroy(glyph_shop_t *shop)
{
    free(shop);
}


int
glyph_shop_skips(const glyph_shop_t *s, const glyph_record_t *rec)
{
    glyph_str_t  handle, type;

    if (rec->code != GLYPH_CODE_OK
        || glyph_shop_field(rec, s->price).len
        || glyph_shop_field(rec, s->at->sale).len)
    {
        return 0;
    }

    if (s->at->handle >= 0) {
        handle = glyph_shop_field(rec, s->at->handle);

        return glyph_shop_field(rec, s->title).len == 0
               && glyph_shop_same(s, &handle);
    }

    type = glyph_shop_field(rec, s->at->type);

    return (type.len == 8 && strncasecmp((char *) type.data, "variable", 8)
                             == 0)
           || (type.len == 7 && strncasecmp((char *) type.data, "grouped", 7)
                                == 0);
}


/* What stands for nothing is nothing, also where no column of ours has it. */

static glyph_str_t
glyph_shop_field(const glyph_record_t *rec, int i)
{
    glyph_str_t  text;

    if (i < 0 || (size_t) i >= rec->nfields) {
        text.data = NULL;
        text.len = 0;
        return text;
    }

    text = rec->fields[i];
    glyph_utf8_trim(&text);

    if (text.len && glyph_placeholder(&text, GLYPH_SHOP_NOTHING)) {
        text.len = 0;
    }

    return text;
}


static int
glyph_shop_same(const glyph_shop_t *s, const glyph_str_t *handle)
{
    return handle->len && handle->len == s->handle_len
           && memcmp(handle->data, s->handle, handle->len) == 0;
}


glyph_code_e
glyph_shop_row(glyph_shop_t *s, const glyph_record_t *rec, glyph_str_t *text,
    glyph_buf_t *title, unsigned *number)
{
    glyph_str_t  format, now;

    if (s->at->handle >= 0) {
        glyph_shop_title(s, rec, text, title);
    }

    if (s->at->sale >= 0) {
        glyph_shop_sale(s, rec, &text[GLYPH_COL_PRICE], number);
    }

    if (s->at->format >= 0) {
        format = glyph_shop_field(rec, s->at->format);

        if (glyph_shop_is_auction(&format)) {
            now = glyph_shop_field(rec, s->at->buy_now);

            if (now.len == 0) {
                return GLYPH_ROW_PRICE_LIMIT;
            }

            text[GLYPH_COL_PRICE] = now;
            *number = rec->kinds
                      && rec->kinds[s->at->buy_now] == GLYPH_FIELD_NUMBER;
        }
    }

    return GLYPH_CODE_OK;
}


/* A product's first row has its title; each one has its own options. */

static void
glyph_shop_title(glyph_shop_t *s, const glyph_record_t *rec,
    glyph_str_t *text, glyph_buf_t *title)
{
    int           i;
    glyph_str_t   handle, option, *t;

    static const char  only[] = "Default Title";

    t = &text[GLYPH_COL_TITLE];
    handle = glyph_shop_field(rec, s->at->handle);

    if (t->len && !(glyph_shop_same(s, &handle)
                    && glyph_placeholder(t, GLYPH_SHOP_NOTHING)))
    {
        glyph_shop_keep(s->handle, &s->handle_len, &handle);
        glyph_shop_keep(s->product, &s->title_len, t);

    } else if (s->title_len && glyph_shop_same(s, &handle)) {
        t->data = s->product;
        t->len = s->title_len;

    } else {
        return;
    }

    glyph_buf_reset(title);
    glyph_buf_append(title, t->data, t->len);

    for (i = 0; i < GLYPH_SHOP_OPTIONS; i++) {
        option = glyph_shop_field(rec, s->at->option[i]);

        if (option.len
            && !(option.len == sizeof(only) - 1
                 && memcmp(option.data, only, option.len) == 0))
        {
            glyph_buf_putc(title, ' ');
            glyph_shop_append(title, &option);
        }
    }

    t->data = title->data;
    t->len = title->len;
}


/* An option is as it is written: the title, which has a column, is not. */

static void
glyph_shop_append(glyph_buf_t *title, const glyph_str_t *text)
{
    glyph_str_t  decoded;

    if (glyph_buf_reserve(title, text->len) == GLYPH_OK
        && glyph_entity_any(text->data, text->len)
        && glyph_entity_decode(text, 0, title->data + title->len, &decoded))
    {
        title->len += decoded.len;
        return;
    }

    glyph_buf_append(title, text->data, text->len);
}


/* What is too long is none. */

static void
glyph_shop_keep(unsigned char *to, size_t *len, const glyph_str_t *from)
{
    *len = from->len <= GLYPH_SHOP_KEPT ? from->len : 0;

    if (*len) {
        memcpy(to, from->data, *len);
    }
}


/*
 * It counts if it is below the regular price, and on, or if that is none.  One
 * of the two may say the currency of both.
 */

static void
glyph_shop_sale(glyph_shop_t *s, const glyph_record_t *rec,
    glyph_str_t *price, unsigned *number)
{
    int            known;
    unsigned       kind;
    glyph_str_t    text, amount;
    glyph_money_t  sale, regular;
    unsigned char  decoded[GLYPH_SHOP_KEPT];

    s->other.currency[0] = '\0';

    text = glyph_shop_field(rec, s->at->sale);
    kind = rec->kinds && text.len
           && rec->kinds[s->at->sale] == GLYPH_FIELD_NUMBER;

    amount = text;

    if (text.len && text.len <= sizeof(decoded)
        && glyph_entity_any(text.data, text.len)
        && glyph_entity_decode(&text, 1, decoded, &amount))
    {
        glyph_utf8_trim(&amount);
    }

    if (amount.len == 0 || !glyph_shop_amount(s, &amount, kind, &sale)) {
        return;
    }

    known = price->len && glyph_shop_amount(s, price, *number, &regular);

    if (known && !glyph_shop_agree(&sale, &regular)) {
        return;
    }

    s->other = sale;

    if (!glyph_shop_is_on(s, rec)
        || (price->len && (!known || sale.cents >= regular.cents)))
    {
        return;
    }

    s->other.currency[0] = '\0';

    if (known) {
        s->other = regular;
    }

    *price = text;
    *number = kind;
}


/* Whether they may be of one currency. */

static int
glyph_shop_agree(const glyph_money_t *a, const glyph_money_t *b)
{
    return a->currency[0] == '\0' || b->currency[0] == '\0'
           || memcmp(a->currency, b->currency, sizeof(a->currency)) == 0
           || glyph_currency_shares(a->sign, b->currency)
           || glyph_currency_shares(b->sign, a->currency);
}


void
glyph_shop_currency(const glyph_shop_t *s, glyph_money_t *price)
{
    if (s->other.currency[0] == '\0') {
        return;
    }

    if ((price->currency[0] == '\0' && price->sign == GLYPH_SIGN_NONE)
        || (s->other.sign == GLYPH_SIGN_NONE
            && glyph_currency_shares(price->sign, s->other.currency)))
    {
        memcpy(price->currency, s->other.currency, sizeof(price->currency));
        price->sign = s->other.sign;
    }
}


static int
glyph_shop_amount(const glyph_shop_t *s, const glyph_str_t *text,
    unsigned number, glyph_money_t *money)
{
    return (number ? glyph_money_number(text, money)
                   : glyph_money_parse(text, s->habit, money))
           == GLYPH_CODE_OK;
}


static int
glyph_shop_is_on(const glyph_shop_t *s, const glyph_record_t *rec)
{
    glyph_str_t           from, to;
    const unsigned char  *slash;

    from = glyph_shop_field(rec, s->at->sale_dates);

    if (from.len) {
        slash = memchr(from.data, '/', from.len);

        if (slash == NULL) {
            return 0;
        }

        to.data = (unsigned char *) slash + 1;
        to.len = from.data + from.len - to.data;
        from.len = slash - from.data;

    } else {
        from = glyph_shop_field(rec, s->at->sale_from);
        to = glyph_shop_field(rec, s->at->sale_to);
    }

    return glyph_shop_time(s, &from, 0) && glyph_shop_time(s, &to, 1);
}


/*
 * Whether the time is not before the beginning, not after the end.  Where a
 * date can be read in several ways ("3/4/25"), all must say so.
 */

static int
glyph_shop_time(const glyph_shop_t *s, const glyph_str_t *text, int end)
{
    int                 known;
    int64_t             at;
    glyph_date_habit_t  habit;

    if (text->len == 0) {
        return 1;
    }

    if (s->now == 0) {
        return 0;
    }

    /* they are of the shop's own making, not of the file's */

    memset(&habit, 0, sizeof(glyph_date_habit_t));
    known = 0;

    for (habit.order = GLYPH_DATE_UNKNOWN; habit.order <= GLYPH_DATE_YMD;
         habit.order++)
    {
        if (glyph_date_parse(text, &habit, &at) != GLYPH_CODE_OK) {
            continue;
        }

        if (!glyph_shop_reached(s, at, end)) {
            return 0;
        }

        known = 1;
    }

    return known;
}


/* A day ends with its last second. */

static int
glyph_shop_reached(const glyph_shop_t *s, int64_t at, int end)
{
    if (!end) {
        return s->now >= at;
    }

    return s->now < at + (at % GLYPH_SHOP_DAY == 0 ? GLYPH_SHOP_DAY : 0);
}


static int
glyph_shop_is_auction(const glyph_str_t *format)
{
    size_t  i, n;

    static const char *const  fixed[] = {
        "FixedPrice", "Fixed price", "FIXED_PRICE", "StoresFixedPrice",
        "Buy It Now"
    };

    n = sizeof(fixed) / sizeof(fixed[0]);

    for (i = 0; i < n; i++) {
        if (format->len == strlen(fixed[i])
            && strncasecmp((char *) format->data, fixed[i], format->len) == 0)
        {
            return 0;
        }
    }

    return 1;
}
