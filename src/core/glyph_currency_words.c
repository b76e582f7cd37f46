/*
 * Made by util/words.pl of src/core/words: change these.
 */

#include "value/glyph_currency_words.h"


const glyph_currency_word_t  glyph_currency_countries[] = {

    /* mul */
    { "us", "USD", GLYPH_SIGN_DOLLAR },
    { "usa", "USD", GLYPH_SIGN_DOLLAR },
    { "american", "USD", GLYPH_SIGN_DOLLAR },
    { "c", "CAD", GLYPH_SIGN_DOLLAR },
    { "ca", "CAD", GLYPH_SIGN_DOLLAR },
    { "can", "CAD", GLYPH_SIGN_DOLLAR },
    { "cdn", "CAD", GLYPH_SIGN_DOLLAR },
    { "canadian", "CAD", GLYPH_SIGN_DOLLAR },
    { "a", "AUD", GLYPH_SIGN_DOLLAR },
    { "au", "AUD", GLYPH_SIGN_DOLLAR },
    { "aus", "AUD", GLYPH_SIGN_DOLLAR },
    { "australian", "AUD", GLYPH_SIGN_DOLLAR },
    { "nz", "NZD", GLYPH_SIGN_DOLLAR },
    { "hk", "HKD", GLYPH_SIGN_DOLLAR },
    { "s", "SGD", GLYPH_SIGN_DOLLAR },
    { "sg", "SGD", GLYPH_SIGN_DOLLAR },
    { "singapore", "SGD", GLYPH_SIGN_DOLLAR },
    { "nt", "TWD", GLYPH_SIGN_DOLLAR },
    { "tw", "TWD", GLYPH_SIGN_DOLLAR },
    { "r", "BRL", GLYPH_SIGN_DOLLAR },
    { "mx", "MXN", GLYPH_SIGN_DOLLAR },
    { "mex", "MXN", GLYPH_SIGN_DOLLAR },
    { "ar", "ARS", GLYPH_SIGN_DOLLAR },
    { "cl", "CLP", GLYPH_SIGN_DOLLAR },
    { "co", "COP", GLYPH_SIGN_DOLLAR },
    { "col", "COP", GLYPH_SIGN_DOLLAR },
    { "rd", "DOP", GLYPH_SIGN_DOLLAR },
    { "tt", "TTD", GLYPH_SIGN_DOLLAR },
    { "cn", "CNY", GLYPH_SIGN_YEN },
    { "jp", "JPY", GLYPH_SIGN_YEN },
    { "gb", "GBP", GLYPH_SIGN_POUND },
    { "uk", "GBP", GLYPH_SIGN_POUND },
    { "british", "GBP", GLYPH_SIGN_POUND },
};

const size_t  glyph_currency_countries_n = sizeof(glyph_currency_countries)
    / sizeof(glyph_currency_countries[0]);


const glyph_currency_word_t  glyph_currency_words[] = {

    /* en */
    { "dollar", "USD", GLYPH_SIGN_DOLLAR },
    { "dollars", "USD", GLYPH_SIGN_DOLLAR },
    { "bucks", "USD", GLYPH_SIGN_DOLLAR },
    { "euro", "EUR", GLYPH_SIGN_NONE },
    { "euros", "EUR", GLYPH_SIGN_NONE },
    { "pound", "GBP", GLYPH_SIGN_POUND },
    { "pounds", "GBP", GLYPH_SIGN_POUND },
    { "sterling", "GBP", GLYPH_SIGN_NONE },
    { "quid", "GBP", GLYPH_SIGN_NONE },
    { "yen", "JPY", GLYPH_SIGN_NONE },
    { "rs", "INR", GLYPH_SIGN_RUPEE },
    { "rupee", "INR", GLYPH_SIGN_RUPEE },
    { "rupees", "INR", GLYPH_SIGN_RUPEE },
    { "ruble", "RUB", GLYPH_SIGN_RUBLE },
    { "rubles", "RUB", GLYPH_SIGN_RUBLE },
    { "hryvnia", "UAH", GLYPH_SIGN_NONE },
    { "rand", "ZAR", GLYPH_SIGN_NONE },
    { "rp", "IDR", GLYPH_SIGN_NONE },
    { "rupiah", "IDR", GLYPH_SIGN_NONE },
    { "rm", "MYR", GLYPH_SIGN_NONE },
    { "ringgit", "MYR", GLYPH_SIGN_NONE },
    { "baht", "THB", GLYPH_SIGN_NONE },
    { "dong", "VND", GLYPH_SIGN_NONE },
    { "nis", "ILS", GLYPH_SIGN_NONE },
    { "shekel", "ILS", GLYPH_SIGN_NONE },
    { "shekels", "ILS", GLYPH_SIGN_NONE },
    { "dh", "AED", GLYPH_SIGN_NONE },
    { "dhs", "AED", GLYPH_SIGN_NONE },
    { "dirham", "AED", GLYPH_SIGN_NONE },
    { "dirhams", "AED", GLYPH_SIGN_NONE },
    { "riyal", "SAR", GLYPH_SIGN_NONE },
    { "ksh", "KES", GLYPH_SIGN_NONE },
    { "ntd", "TWD", GLYPH_SIGN_NONE },

    /* bg */
    { "лв", "BGN", GLYPH_SIGN_NONE },
    { "lv", "BGN", GLYPH_SIGN_NONE },

    /* cs */
    { "kc", "CZK", GLYPH_SIGN_NONE },
    { "koruna", "CZK", GLYPH_SIGN_NONE },
    { "korun", "CZK", GLYPH_SIGN_NONE },

    /* da */
    { "krone", "", GLYPH_SIGN_CROWN },
    { "kroner", "", GLYPH_SIGN_CROWN },

    /* de */
    { "sfr", "CHF", GLYPH_SIGN_NONE },
    { "fr", "CHF", GLYPH_SIGN_NONE },
    { "franken", "CHF", GLYPH_SIGN_NONE },

    /* es */
    { "dolar", "USD", GLYPH_SIGN_DOLLAR },
    { "dolares", "USD", GLYPH_SIGN_DOLLAR },
    { "peso", "", GLYPH_SIGN_PESO },
    { "pesos", "", GLYPH_SIGN_PESO },

    /* hu */
    { "ft", "HUF", GLYPH_SIGN_NONE },
    { "forint", "HUF", GLYPH_SIGN_NONE },

    /* ja */
    { "円", "JPY", GLYPH_SIGN_NONE },

    /* ko */
    { "원", "KRW", GLYPH_SIGN_NONE },
    { "won", "KRW", GLYPH_SIGN_NONE },

    /* mk */
    { "ден", "MKD", GLYPH_SIGN_NONE },

    /* mul */
    { "$", "USD", GLYPH_SIGN_DOLLAR },
    { "€", "EUR", GLYPH_SIGN_NONE },
    { "£", "GBP", GLYPH_SIGN_POUND },
    { "￡", "GBP", GLYPH_SIGN_POUND },
    { "¥", "JPY", GLYPH_SIGN_YEN },
    { "￥", "JPY", GLYPH_SIGN_YEN },
    { "₹", "INR", GLYPH_SIGN_NONE },
    { "₨", "INR", GLYPH_SIGN_RUPEE },
    { "₩", "KRW", GLYPH_SIGN_NONE },
    { "￦", "KRW", GLYPH_SIGN_NONE },
    { "₽", "RUB", GLYPH_SIGN_NONE },
    { "₴", "UAH", GLYPH_SIGN_NONE },
    { "₺", "TRY", GLYPH_SIGN_NONE },
    { "₪", "ILS", GLYPH_SIGN_NONE },
    { "₫", "VND", GLYPH_SIGN_NONE },
    { "฿", "THB", GLYPH_SIGN_NONE },
    { "₱", "PHP", GLYPH_SIGN_NONE },
    { "₦", "NGN", GLYPH_SIGN_NONE },
    { "₡", "CRC", GLYPH_SIGN_NONE },
    { "₸", "KZT", GLYPH_SIGN_NONE },
    { "₾", "GEL", GLYPH_SIGN_NONE },
    { "₵", "GHS", GLYPH_SIGN_NONE },
    { "r", "ZAR", GLYPH_SIGN_NONE },

    /* pl */
    { "zl", "PLN", GLYPH_SIGN_NONE },
    { "zloty", "PLN", GLYPH_SIGN_NONE },
    { "zlote", "PLN", GLYPH_SIGN_NONE },
    { "zlotych", "PLN", GLYPH_SIGN_NONE },

    /* pt */
    { "reais", "BRL", GLYPH_SIGN_NONE },
    { "real", "BRL", GLYPH_SIGN_NONE },

    /* ro */
    { "lei", "RON", GLYPH_SIGN_LEU },
    { "leu", "RON", GLYPH_SIGN_LEU },

    /* ru */
    { "р", "RUB", GLYPH_SIGN_RUBLE },
    { "руб", "RUB", GLYPH_SIGN_RUBLE },
    { "рубль", "RUB", GLYPH_SIGN_RUBLE },
    { "рубля", "RUB", GLYPH_SIGN_RUBLE },
    { "рублей", "RUB", GLYPH_SIGN_RUBLE },
    { "rur", "RUB", GLYPH_SIGN_NONE },

    /* sr */
    { "дин", "RSD", GLYPH_SIGN_NONE },
    { "din", "RSD", GLYPH_SIGN_NONE },

    /* sv */
    { "kr", "", GLYPH_SIGN_CROWN },
    { "krona", "", GLYPH_SIGN_CROWN },
    { "kronor", "", GLYPH_SIGN_CROWN },

    /* th */
    { "บาท", "THB", GLYPH_SIGN_NONE },

    /* tr */
    { "tl", "TRY", GLYPH_SIGN_NONE },
    { "lira", "TRY", GLYPH_SIGN_NONE },

    /* uk */
    { "грн", "UAH", GLYPH_SIGN_NONE },
    { "гривень", "UAH", GLYPH_SIGN_NONE },

    /* zh */
    { "元", "CNY", GLYPH_SIGN_NONE },
    { "人民币", "CNY", GLYPH_SIGN_NONE },
    { "yuan", "CNY", GLYPH_SIGN_NONE },
    { "rmb", "CNY", GLYPH_SIGN_NONE },
    { "renminbi", "CNY", GLYPH_SIGN_NONE },
};

const size_t  glyph_currency_words_n = sizeof(glyph_currency_words)
    / sizeof(glyph_currency_words[0]);
