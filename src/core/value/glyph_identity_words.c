/*
 * Made by util/words.pl of src/core/words: change these.
 */

#include "value/glyph_identity_words.h"


const glyph_phrase_t  glyph_sku_words[] = {

    /* en */
    { "sku", GLYPH_SKU_NAME },
    { "sku_id", GLYPH_SKU_NAME },
    { "sku_number", GLYPH_SKU_NAME },
    { "seller_sku", GLYPH_SKU_NAME },
    { "item_sku", GLYPH_SKU_NAME },
    { "variant_sku", GLYPH_SKU_NAME },
    { "product_sku", GLYPH_SKU_NAME },
    { "merchant_sku", GLYPH_SKU_NAME },
    { "vendor_sku", GLYPH_SKU_NAME },
    { "stock_keeping_unit", GLYPH_SKU_NAME },
    { "custom_label", GLYPH_SKU_NAME },

    /* de */
    { "artikelnummer", GLYPH_SKU_NAME },
    { "artikel_nr", GLYPH_SKU_NAME },
    { "art_nr", GLYPH_SKU_NAME },
    { "bestellnummer", GLYPH_SKU_NAME },
    { "artnr", GLYPH_SKU_NAME },

    /* fr */
    { "reference_article", GLYPH_SKU_NAME },

    /* nl */
    { "artikelcode", GLYPH_SKU_NAME },

    /* sv */
    { "artikelnr", GLYPH_SKU_NAME },
};

const size_t  glyph_sku_words_n = sizeof(glyph_sku_words)
    / sizeof(glyph_sku_words[0]);
