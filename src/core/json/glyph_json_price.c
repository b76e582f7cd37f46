#include "column/glyph_header_name.h"
#include "json/glyph_json_price.h"
#include "json/glyph_json_walk.h"


static int glyph_json_price_is_null(const glyph_str_t *object);
static int glyph_json_price_find(const glyph_str_t *object, const char *name,
    glyph_str_t *value, glyph_field_e *kind);


int
glyph_json_price_key(const glyph_str_t *key)
{
    char                    name[GLYPH_HEADER_NAME_MAX];
    const glyph_synonym_t  *s;

    if (key->len >= sizeof(name)) {
        return 0;
    }

    glyph_header_fold(key, name, sizeof(name));
    s = glyph_header_synonym(name);

    return s && s->column == GLYPH_COL_PRICE;
}


int
glyph_json_price(const glyph_str_t *object, glyph_str_t *value,
    glyph_field_e *kind, glyph_str_t *currency)
{
    size_t         i;
    glyph_str_t    amount;
    glyph_field_e  type;

    static const char *const  currencies[] = {
        "currency", "currencyCode", "currency_code"
    };

    if (glyph_json_price_is_null(object)) {
        value->data = NULL;
        value->len = 0;
        currency->data = NULL;
        currency->len = 0;
        *kind = GLYPH_FIELD_TEXT;
        return 1;
    }

    if (!glyph_json_price_find(object, "value", &amount, &type)
        && (!glyph_json_price_find(object, "amount", &amount, &type)
            || memchr(amount.data, '.', amount.len) == NULL))
    {
        return 0;
    }

    if (type == GLYPH_FIELD_BOOLEAN || type == GLYPH_FIELD_NESTED
        || amount.len == 0 || memchr(amount.data, '\\', amount.len))
    {
        return 0;
    }

    *value = amount;
    *kind = type;

    for (i = 0; i < sizeof(currencies) / sizeof(currencies[0]); i++) {

        if (glyph_json_price_find(object, currencies[i], currency, &type)
            && type == GLYPH_FIELD_TEXT)
        {
            return 1;
        }
    }

    currency->data = NULL;
    currency->len = 0;

    return 1;
}


/* It has a place for the amount, and none. */

static int
glyph_json_price_is_null(const glyph_str_t *object)
{
    int                null;
    glyph_json_walk_t  w;

    null = 0;

    glyph_json_walk_init(&w, object->data, object->data + object->len);

    while (glyph_json_walk_next(&w) == GLYPH_OK) {

        if ((w.key.len == 5 && memcmp(w.key.data, "value", 5) == 0)
            || (w.key.len == 6 && memcmp(w.key.data, "amount", 6) == 0))
        {
            if (*w.value != 'n') {
                return 0;
            }

            null = 1;
        }
    }

    return null;
}


static int
glyph_json_price_find(const glyph_str_t *object, const char *name,
    glyph_str_t *value, glyph_field_e *kind)
{
    return glyph_json_walk_find(object, (const unsigned char *) name,
                                strlen(name), value, kind);
}
