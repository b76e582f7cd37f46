/* The score's formulas, and the parameters that change them. */

#include <stdio.h>

#include "listing/glyph_score.h"
#include "tap.h"


static int
set(glyph_score_conf_t *conf, const char *arg)
{
    const char   *error;
    glyph_str_t   str;

    str.data = (unsigned char *) arg;
    str.len = strlen(arg);

    return glyph_score_set(conf, &str, &error);
}


static int
rate(glyph_rates_t *rates, const char *arg)
{
    const char   *error;
    glyph_str_t   str;

    str.data = (unsigned char *) arg;
    str.len = strlen(arg);

    return glyph_rates_set(rates, &str, &error);
}


static void
test_capacity(void)
{
    size_t              i;
    glyph_model_t       m;
    glyph_score_t       s;
    glyph_score_conf_t  conf;

    static const struct {
        double  vram;
        int     q7b, q13b, q70b;
    } cards[] = {
        { 0, 0, 0, 0 }, { 0.5, 0, 0, 0 }, { 2, 0, 0, 0 }, { 5.4, 0, 0, 0 },
        { 5.5, 1, 0, 0 }, { 8.4, 1, 0, 0 }, { 8.5, 1, 1, 0 },
        { 24, 6, 3, 0 }, { 36, 9, 5, 0 }, { 37, 10, 5, 1 },
        { 288, 81, 44, 8 }
    };

    memset(&m, 0, sizeof(m));
    glyph_score_defaults(&conf);

    for (i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
        m.vram_gb = cards[i].vram;
        glyph_score(&conf, &m, 0, &s);

        is_int(s.q7b, cards[i].q7b, "%g GB: 7b", cards[i].vram);
        is_int(s.q13b, cards[i].q13b, "%g GB: 13b", cards[i].vram);
        is_int(s.q70b, cards[i].q70b, "%g GB: 70b", cards[i].vram);
    }
}


static void
test_limits(void)
{
    glyph_model_t       m;
    glyph_score_t       s;
    glyph_score_conf_t  conf;

    memset(&m, 0, sizeof(m));
    glyph_score_defaults(&conf);

    m.vram_gb = 288;
    m.mig_support = 7;
    m.nvlink = 1;
    m.tdp_watts = 1;

    glyph_score(&conf, &m, 0.01, &s);
    is_double(s.raw, 0.8, 1e-3, "the best card there can be");
    is_double(s.quantization, 0.2, 1e-9, "holds all that counts");

    glyph_score(&conf, &m, 10000, &s);
    is_double(s.raw, 0.65, 1e-3, "price_max gives nothing");
    glyph_score(&conf, &m, 1e12, &s);
    is_double(s.raw, 0.65, 1e-3, "nor does any higher price");

    is_int(set(&conf, "vram_weight=1"), GLYPH_OK, "a weight of 1");
    glyph_score(&conf, &m, 0.01, &s);
    is_double(s.raw, 1, 0, "raw is not over 1");
    is_double(s.score, 100, 0, "the score not over 100");
}


static void
test_many_rates(void)
{
    int            i, wrong;
    char           text[16];
    glyph_rates_t  rates;

    /* as many as there is room for */
    static const char  codes[] =
        "AEDAFNALLAMDANGAOAARSAUDAWGAZNBAMBBDBDTBGNBHDBIF"
        "BMDBNDBOBBRLBSDBTNBWPBYNBZDCADCDFCHFCLPCNYCOPCRC"
        "CUPCVECZKDJFDKKDOPDZDEGPERNETBFJDFKPGBPGELGHSGIP"
        "GMDGNFGTQGYDHKDHNLHTGHUFIDRILSINRIQDIRRISKJMDJOD";

    memset(&rates, 0, sizeof(rates));

    for (i = 0, wrong = 0; i < GLYPH_RATES_MAX; i++) {
        snprintf(text, sizeof(text), "%.3s=%d", codes + 3 * i, i + 1);
        wrong += rate(&rates, text) != GLYPH_OK;
    }

    is_int(wrong, 0, "%d rates", GLYPH_RATES_MAX);
    is_int(rate(&rates, "EUR=1"), GLYPH_BAD, "are enough");
    is_double(glyph_rates_find(&rates, "AED"), 1, 0, "the first");
    is_double(glyph_rates_find(&rates, "JOD"), 64, 0, "and the last");
}


int
main(void)
{
    glyph_model_t       m;
    glyph_rates_t       rates;
    glyph_score_t       s;
    glyph_score_conf_t  conf;

    memset(&m, 0, sizeof(m));
    memset(&rates, 0, sizeof(rates));
    glyph_score_defaults(&conf);

    m.vram_gb = 80;
    m.mig_support = 7;
    m.tdp_watts = 350;

    glyph_score(&conf, &m, 34995, &s);
    is_double(s.raw, 0.475, 1e-9, "an H100 PCIe at 34,995 USD: raw");
    is_double(s.quantization, 0.20, 1e-9, "its quantization part");
    is_double(s.score, 57.0, 1e-9, "its score");
    is_int(s.q7b, 22, "models of 7b");
    is_int(s.q13b, 12, "models of 13b");
    is_int(s.q70b, 2, "models of 70b");

    glyph_score(&conf, &m, 5000, &s);
    is_double(s.raw, 0.55, 1e-9, "half of price_max gives half its weight");

    m.nvlink = 1;
    glyph_score(&conf, &m, 0, &s);
    is_double(s.raw, 0.575, 1e-9, "NVLink; a price that is not known is 0");

    m.tdp_watts = 0;
    glyph_score(&conf, &m, 0, &s);
    is_double(s.raw, 0.5, 1e-9, "watts that are not known are 0");

    m.tdp_watts = 1400;
    glyph_score(&conf, &m, 0, &s);
    is_double(s.raw, 0.5, 1e-9, "and more than tdp_max are, too");

    glyph_score(&conf, NULL, 0, &s);
    is_double(s.score, 0, 0, "nothing is known");

    glyph_score(&conf, NULL, 1000, &s);
    is_double(s.score, 13.5, 1e-9, "but the price");

    m.vram_gb = 2;
    glyph_score(&conf, &m, 0, &s);
    is_int(s.q7b, 0, "2 GB hold no model");

    is_int(set(&conf, "vram_max=96"), GLYPH_OK, "vram_max=96");
    is_double(conf.vram_max, 96, 0, "is set");
    is_int(set(&conf, "mig_weight=0.2"), GLYPH_OK, "mig_weight=0.2");
    is_int(set(&conf, "mig_weight=0"), GLYPH_OK, "a weight of 0");
    is_int(set(&conf, "mig_weight=1.01"), GLYPH_BAD, "over 1");
    is_int(set(&conf, "tdp_max=0"), GLYPH_BAD, "a maximum of 0");
    is_int(set(&conf, "tdp_max=-1"), GLYPH_BAD, "below 0");
    is_int(set(&conf, "tdp_max=1e3"), GLYPH_BAD, "an exponent");
    is_int(set(&conf, "tdp_max="), GLYPH_BAD, "nothing");
    is_int(set(&conf, "tdp_max"), GLYPH_BAD, "no value");
    is_int(set(&conf, "tdp_max=0.0"), GLYPH_BAD, "0.0");
    is_int(set(&conf, "tdp_max=."), GLYPH_BAD, "a point");
    is_int(set(&conf, "tdp_max=1.2.3"), GLYPH_BAD, "two points");
    is_int(set(&conf, "tdp_max=nan"), GLYPH_BAD, "nan");
    is_int(set(&conf, "tdp_max=inf"), GLYPH_BAD, "inf");
    is_int(set(&conf, "tdp_max= 1"), GLYPH_BAD, "a space");
    is_int(set(&conf, "tdp_max=111111111111111111111"), GLYPH_BAD,
           "21 digits");
    is_double(conf.tdp_max, 700, 0, "none of which changes it");
    is_int(set(&conf, ""), GLYPH_BAD, "an empty one");
    is_int(set(&conf, "=1"), GLYPH_BAD, "no key");
    is_int(set(&conf, "vram=1"), GLYPH_BAD, "half a key");
    is_int(set(&conf, "ram_max=1"), GLYPH_BAD, "an unknown key");

    is_int(rate(&rates, "EUR=1.08"), GLYPH_OK, "EUR=1.08");
    is_double(glyph_rates_find(&rates, "EUR"), 1.08, 1e-12, "is found");
    is_double(glyph_rates_find(&rates, "USD"), 1, 0, "USD is 1");
    is_double(glyph_rates_find(&rates, "PLN"), 0, 0, "PLN is not known");
    is_int(rate(&rates, "EUR=1.1"), GLYPH_BAD, "a second one");
    is_int(rate(&rates, "USD=1"), GLYPH_BAD, "USD");
    is_int(rate(&rates, "eur=1"), GLYPH_BAD, "small letters");
    is_int(rate(&rates, "GBP=0"), GLYPH_BAD, "a rate of 0");
    is_int(rate(&rates, "GBP"), GLYPH_BAD, "no rate");
    is_int(rate(&rates, "GBP="), GLYPH_BAD, "an empty one");
    is_int(rate(&rates, "GBP=-1"), GLYPH_BAD, "a negative one");
    is_int(rate(&rates, "EURO=1"), GLYPH_BAD, "four letters");
    is_int(rate(&rates, "=1"), GLYPH_BAD, "no currency");
    is_double(glyph_rates_find(&rates, "EUR"), 1.08, 1e-12,
              "the first rate stands");

    test_capacity();
    test_limits();
    test_many_rates();

    return tap_done();
}
