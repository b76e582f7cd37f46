#include "column/glyph_header_name.h"
#include "json/glyph_json_price.h"
#include "json/glyph_json_walk.h"


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


static int
glyph_json_price_find(const glyph_str_t *object, const char *name,
    glyph_str_t *value, glyph_field_e *kind)
{
    return glyph_json_walk_find(object, (const unsigned char *) name,
                                strlen(name), value, kind);
}
