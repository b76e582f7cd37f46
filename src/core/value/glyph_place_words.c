/*
 * Made by util/words.pl of src/core/words: change these.
 */

#include "value/glyph_place_words.h"


const glyph_currency_word_t  glyph_place_domains[] = {

    /* mul */
    { "ca", "CAD", GLYPH_SIGN_NONE },
    { "au", "AUD", GLYPH_SIGN_NONE },
    { "nz", "NZD", GLYPH_SIGN_NONE },
    { "sg", "SGD", GLYPH_SIGN_NONE },
    { "hk", "HKD", GLYPH_SIGN_NONE },
    { "tw", "TWD", GLYPH_SIGN_NONE },
    { "mx", "MXN", GLYPH_SIGN_NONE },
    { "cl", "CLP", GLYPH_SIGN_NONE },
    { "ar", "ARS", GLYPH_SIGN_NONE },
    { "com.co", "COP", GLYPH_SIGN_NONE },
};

const size_t  glyph_place_domains_n = sizeof(glyph_place_domains)
    / sizeof(glyph_place_domains[0]);


const glyph_currency_word_t  glyph_place_words[] = {

    /* en */
    { "canada", "CAD", GLYPH_SIGN_NONE },
    { "australia", "AUD", GLYPH_SIGN_NONE },
    { "new zealand", "NZD", GLYPH_SIGN_NONE },
    { "singapore", "SGD", GLYPH_SIGN_NONE },
    { "hong kong", "HKD", GLYPH_SIGN_NONE },
    { "hongkong", "HKD", GLYPH_SIGN_NONE },
    { "taiwan", "TWD", GLYPH_SIGN_NONE },
    { "mexico", "MXN", GLYPH_SIGN_NONE },
    { "chile", "CLP", GLYPH_SIGN_NONE },
    { "colombia", "COP", GLYPH_SIGN_NONE },
    { "argentina", "ARS", GLYPH_SIGN_NONE },

    /* de */
    { "kanada", "CAD", GLYPH_SIGN_NONE },
    { "australien", "AUD", GLYPH_SIGN_NONE },
    { "neuseeland", "NZD", GLYPH_SIGN_NONE },
    { "singapur", "SGD", GLYPH_SIGN_NONE },
    { "mexiko", "MXN", GLYPH_SIGN_NONE },
    { "argentinien", "ARS", GLYPH_SIGN_NONE },
    { "kolumbien", "COP", GLYPH_SIGN_NONE },

    /* es */
    { "nueva zelanda", "NZD", GLYPH_SIGN_NONE },

    /* fr */
    { "australie", "AUD", GLYPH_SIGN_NONE },
    { "nouvelle zelande", "NZD", GLYPH_SIGN_NONE },
    { "singapour", "SGD", GLYPH_SIGN_NONE },
    { "mexique", "MXN", GLYPH_SIGN_NONE },
    { "chili", "CLP", GLYPH_SIGN_NONE },
    { "colombie", "COP", GLYPH_SIGN_NONE },
    { "argentine", "ARS", GLYPH_SIGN_NONE },

    /* ja */
    { "カナダ", "CAD", GLYPH_SIGN_NONE },
    { "オーストラリア", "AUD", GLYPH_SIGN_NONE },
    { "台湾", "TWD", GLYPH_SIGN_NONE },

    /* mul */
    { "au", "AUD", GLYPH_SIGN_NONE },
    { "nz", "NZD", GLYPH_SIGN_NONE },
    { "sg", "SGD", GLYPH_SIGN_NONE },
    { "hk", "HKD", GLYPH_SIGN_NONE },
    { "tw", "TWD", GLYPH_SIGN_NONE },
    { "mx", "MXN", GLYPH_SIGN_NONE },
    { "can", "CAD", GLYPH_SIGN_NONE },
    { "aus", "AUD", GLYPH_SIGN_NONE },
    { "nzl", "NZD", GLYPH_SIGN_NONE },
    { "sgp", "SGD", GLYPH_SIGN_NONE },
    { "hkg", "HKD", GLYPH_SIGN_NONE },
    { "twn", "TWD", GLYPH_SIGN_NONE },
    { "mex", "MXN", GLYPH_SIGN_NONE },

    /* zh */
    { "加拿大", "CAD", GLYPH_SIGN_NONE },
    { "澳大利亚", "AUD", GLYPH_SIGN_NONE },
    { "新西兰", "NZD", GLYPH_SIGN_NONE },
    { "新加坡", "SGD", GLYPH_SIGN_NONE },
    { "香港", "HKD", GLYPH_SIGN_NONE },
    { "台灣", "TWD", GLYPH_SIGN_NONE },
};

const size_t  glyph_place_words_n = sizeof(glyph_place_words)
    / sizeof(glyph_place_words[0]);
