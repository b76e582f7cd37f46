#include "glyph_currency.h"
#include "glyph_utf8.h"


#define GLYPH_CURRENCY_NAME_MAX  64


typedef struct {
    const char     *word;
    char            code[4];
    unsigned char   sign;
} glyph_currency_word_t;


typedef struct {
    const char     *word;
    char            code[4];
} glyph_currency_dollar_t;


static int glyph_currency_in(const char *list, const char *code);
static int glyph_currency_find_code(const unsigned char *word, char code[4]);
static int glyph_currency_is(const char *name, const unsigned char *word,
    size_t len);


/* ISO 4217, by the mark that is usual before the fraction. */

static const char  glyph_currency_point[] =
    "USDGBPCADAUDCHFJPYCNYINRMXNHKDSGDTWDNZDKRWTHBMYRPHPILSAEDSAREGPPKRLKR"
    "BDTNPRNGNKESGHSTZSUGXZMWBWPMURJMDTTDBBDBSDBZDDOPGTQHNLNIOPABSVCPENLIF"
    "MOPMMKMNTKHRLAKBHDKWDOMRJODQARIQDLBPYERSYPFJDPGKBMDKYDXCDETBLRDSLENAD"
    "SZLLSLMWKGMDSOSGYDSRDBNDMVRBTNAFNCUPAWGSBDVUVWSTKPWSDGSSPSHPGIPFKP"
    "ERNRWFBIFDJFGNFKMFMGASCRSTNHTGMRU";

static const char  glyph_currency_comma[] =
    "EURPLNCZKSEKNOKDKKHUFRONBGNTRYRUBUAHBRLARSCLPCOPIDRVNDZARISKRSDBAMMKD"
    "ALLMDLBYNKZTUZSGELAMDAZNKGSTJSTMTUYUPYGBOBVESCRCXOFXAFXPFMADDZDTNDLYD"
    "AOAMZNCVEANGCDFIRR";

static const char  glyph_currency_whole[] =
    "JPYKRWCLPVNDISKPYGXOFXAFXPFUGXRWFBIFDJFGNFKMFVUV";

static const char  glyph_currency_thousandth[] = "KWDBHDOMRJODTNDIQDLYD";


static const char *glyph_currency_shared[] = {
    [GLYPH_SIGN_NONE] = "",
    [GLYPH_SIGN_DOLLAR] = "USDCADAUDNZDHKDSGDTWDMXNARSCLPCOPUYUDOPBRLJMDBBD"
                          "BSDBZDTTDXCDFJDNADLRDBNDSRDGYDKYDBMDSBDCUPMOPNIO",
    [GLYPH_SIGN_YEN] = "JPYCNY",
    [GLYPH_SIGN_RUPEE] = "INRPKRLKRNPRMURSCR",
    [GLYPH_SIGN_CROWN] = "SEKNOKDKKISK",
    [GLYPH_SIGN_PESO] = "MXNARSCLPCOPPHPUYUDOPCUP"
};


static const glyph_currency_word_t  glyph_currency_words[] = {
    { "$", "USD", GLYPH_SIGN_DOLLAR },
    { "€", "EUR", 0 },
    { "£", "GBP", 0 },
    { "￡", "GBP", 0 },
    { "¥", "JPY", GLYPH_SIGN_YEN },
    { "￥", "JPY", GLYPH_SIGN_YEN },
    { "円", "JPY", 0 },
    { "元", "CNY", 0 },
    { "₹", "INR", 0 },
    { "₩", "KRW", 0 },
    { "￦", "KRW", 0 },
    { "원", "KRW", 0 },
    { "₽", "RUB", 0 },
    { "₴", "UAH", 0 },
    { "₺", "TRY", 0 },
    { "₪", "ILS", 0 },
    { "₫", "VND", 0 },
    { "฿", "THB", 0 },
    { "₱", "PHP", 0 },
    { "₦", "NGN", 0 },
    { "₡", "CRC", 0 },
    { "₸", "KZT", 0 },
    { "₾", "GEL", 0 },
    { "лв", "BGN", 0 },
    { "руб", "RUB", 0 },
    { "грн", "UAH", 0 },
    { "dollar", "USD", GLYPH_SIGN_DOLLAR },
    { "dollars", "USD", GLYPH_SIGN_DOLLAR },
    { "dolar", "USD", GLYPH_SIGN_DOLLAR },
    { "dolares", "USD", GLYPH_SIGN_DOLLAR },
    { "bucks", "USD", GLYPH_SIGN_DOLLAR },
    { "euro", "EUR", 0 },
    { "euros", "EUR", 0 },
    { "pound", "GBP", 0 },
    { "pounds", "GBP", 0 },
    { "sterling", "GBP", 0 },
    { "yen", "JPY", 0 },
    { "yuan", "CNY", 0 },
    { "rmb", "CNY", 0 },
    { "renminbi", "CNY", 0 },
    { "rs", "INR", GLYPH_SIGN_RUPEE },
    { "rupee", "INR", GLYPH_SIGN_RUPEE },
    { "rupees", "INR", GLYPH_SIGN_RUPEE },
    { "won", "KRW", 0 },
    { "kr", "", GLYPH_SIGN_CROWN },
    { "krona", "", GLYPH_SIGN_CROWN },
    { "kronor", "", GLYPH_SIGN_CROWN },
    { "krone", "", GLYPH_SIGN_CROWN },
    { "kroner", "", GLYPH_SIGN_CROWN },
    { "peso", "", GLYPH_SIGN_PESO },
    { "pesos", "", GLYPH_SIGN_PESO },
    { "sfr", "CHF", 0 },
    { "fr", "CHF", 0 },
    { "franken", "CHF", 0 },
    { "zl", "PLN", 0 },
    { "zloty", "PLN", 0 },
    { "zlotych", "PLN", 0 },
    { "kc", "CZK", 0 },
    { "koruna", "CZK", 0 },
    { "korun", "CZK", 0 },
    { "ft", "HUF", 0 },
    { "forint", "HUF", 0 },
    { "lei", "RON", 0 },
    { "leu", "RON", 0 },
    { "lv", "BGN", 0 },
    { "tl", "TRY", 0 },
    { "lira", "TRY", 0 },
    { "ruble", "RUB", 0 },
    { "rubles", "RUB", 0 },
    { "hryvnia", "UAH", 0 },
    { "reais", "BRL", 0 },
    { "real", "BRL", 0 },
    { "r", "ZAR", 0 },
    { "rand", "ZAR", 0 },
    { "rp", "IDR", 0 },
    { "rupiah", "IDR", 0 },
    { "rm", "MYR", 0 },
    { "ringgit", "MYR", 0 },
    { "baht", "THB", 0 },
    { "dong", "VND", 0 },
    { "nis", "ILS", 0 },
    { "shekel", "ILS", 0 },
    { "shekels", "ILS", 0 },
    { "dh", "AED", 0 },
    { "dhs", "AED", 0 },
    { "dirham", "AED", 0 },
    { "dirhams", "AED", 0 },
    { "riyal", "SAR", 0 },
    { "ntd", "TWD", 0 },
};


static const glyph_currency_dollar_t  glyph_currency_dollars[] = {
    { "us", "USD" }, { "usa", "USD" },
    { "c", "CAD" }, { "ca", "CAD" }, { "can", "CAD" }, { "cdn", "CAD" },
    { "a", "AUD" }, { "au", "AUD" }, { "aus", "AUD" },
    { "nz", "NZD" },
    { "hk", "HKD" },
    { "s", "SGD" }, { "sg", "SGD" },
    { "nt", "TWD" }, { "tw", "TWD" },
    { "r", "BRL" },
    { "mx", "MXN" }, { "mex", "MXN" },
    { "ar", "ARS" },
    { "cl", "CLP" },
    { "co", "COP" }, { "col", "COP" },
};


int
glyph_currency_find(const unsigned char *word, size_t len, char code[4],
    glyph_sign_e *sign)
{
    size_t                        i, n;
    const glyph_currency_word_t  *w;

    *sign = GLYPH_SIGN_NONE;

    if (len == 3 && glyph_currency_find_code(word, code)) {
        return 1;
    }

    n = sizeof(glyph_currency_words) / sizeof(glyph_currency_words[0]);

    for (i = 0; i < n; i++) {
        w = &glyph_currency_words[i];

        if (glyph_currency_is(w->word, word, len)) {
            memcpy(code, w->code, sizeof(w->code));
            *sign = w->sign;
            return 1;
        }
    }

    return 0;
}


static int
glyph_currency_find_code(const unsigned char *word, char code[4])
{
    int   i;
    char  upper[4];

    for (i = 0; i < 3; i++) {

        if (word[i] < 'a' || word[i] > 'z') {
            return 0;
        }

        upper[i] = (char) (word[i] - ('a' - 'A'));
    }

    upper[3] = '\0';

    if (!glyph_currency_in(glyph_currency_point, upper)
        && !glyph_currency_in(glyph_currency_comma, upper))
    {
        return 0;
    }

    memcpy(code, upper, sizeof(upper));

    return 1;
}


static int
glyph_currency_in(const char *list, const char *code)
{
    for ( /* void */ ; *list; list += 3) {

        if (memcmp(list, code, 3) == 0) {
            return 1;
        }
    }

    return 0;
}


static int
glyph_currency_is(const char *name, const unsigned char *word, size_t len)
{
    return strlen(name) == len && memcmp(name, word, len) == 0;
}


int
glyph_currency_dollar(const unsigned char *word, size_t len, char code[4])
{
    size_t                          i, n;
    const glyph_currency_dollar_t  *d;

    n = sizeof(glyph_currency_dollars) / sizeof(glyph_currency_dollars[0]);

    for (i = 0; i < n; i++) {
        d = &glyph_currency_dollars[i];

        if (glyph_currency_is(d->word, word, len)) {
            memcpy(code, d->code, sizeof(d->code));
            return 1;
        }
    }

    return 0;
}


int
glyph_currency_shares(glyph_sign_e sign, const char *code)
{
    return code[0] != '\0'
           && glyph_currency_in(glyph_currency_shared[sign], code);
}


glyph_decimal_e
glyph_currency_habit(const char *code)
{
    if (code[0] == '\0') {
        return GLYPH_DECIMAL_UNKNOWN;
    }

    if (glyph_currency_in(glyph_currency_comma, code)) {
        return GLYPH_DECIMAL_COMMA;
    }

    return GLYPH_DECIMAL_POINT;
}


int
glyph_currency_digits(const char *code)
{
    if (code[0] == '\0') {
        return 2;
    }

    if (glyph_currency_in(glyph_currency_whole, code)) {
        return 0;
    }

    return glyph_currency_in(glyph_currency_thousandth, code) ? 3 : 2;
}


glyph_code_e
glyph_currency_parse(const glyph_str_t *text, char out[4])
{
    size_t          len, n;
    glyph_str_t     name;
    glyph_sign_e    sign;
    unsigned char   buf[GLYPH_CURRENCY_NAME_MAX];
    unsigned char  *p;

    name = *text;
    glyph_utf8_trim(&name);

    out[0] = '\0';

    if (name.len == 0) {
        return GLYPH_CODE_OK;
    }

    if (name.len > sizeof(buf)) {
        return GLYPH_ROW_CURRENCY_INVALID;
    }

    len = glyph_utf8_fold(&name, buf, sizeof(buf));

    if (len > 1 && buf[len - 1] == '.') {
        len--;                          /* "Fr.", "Rs." */
    }

    if (glyph_currency_find(buf, len, out, &sign)) {
        return out[0] ? GLYPH_CODE_OK : GLYPH_ROW_CURRENCY_INVALID;
    }

    /* a country's dollar: "US$", "C $", "us dollar", "HKD $" */

    for (p = buf; p < buf + len && *p >= 'a' && *p <= 'z'; p++) {
        /* void */
    }

    n = p - buf;

    while (p < buf + len && *p == ' ') {
        p++;
    }

    if (glyph_currency_find(p, buf + len - p, out, &sign)
        && sign == GLYPH_SIGN_DOLLAR
        && (glyph_currency_dollar(buf, n, out)
            || (n == 3 && glyph_currency_find_code(buf, out))))
    {
        return GLYPH_CODE_OK;
    }

    out[0] = '\0';

    return GLYPH_ROW_CURRENCY_INVALID;
}
