
#include "listing/glyph_score.h"
#include "value/glyph_currency.h"


typedef struct {
    const char  *name;
    size_t       offset;
    double       initial;
    unsigned     weight;        /* 0 .. 1; else greater than 0 */
} glyph_score_param_t;


static int glyph_score_number(const unsigned char *data, size_t len,
    double *value);
static double glyph_score_part(double value, double max);
static int32_t glyph_score_capacity(double vram, double need);


static const glyph_score_param_t  glyph_score_params[] = {
    { "vram_weight", offsetof(glyph_score_conf_t, vram_weight), 0.25, 1 },
    { "mig_weight", offsetof(glyph_score_conf_t, mig_weight), 0.15, 1 },
    { "nvlink_weight", offsetof(glyph_score_conf_t, nvlink_weight), 0.10, 1 },
    { "tdp_weight", offsetof(glyph_score_conf_t, tdp_weight), 0.15, 1 },
    { "price_weight", offsetof(glyph_score_conf_t, price_weight), 0.15, 1 },
    { "quant_weight", offsetof(glyph_score_conf_t, quant_weight), 0.20, 1 },
    { "vram_max", offsetof(glyph_score_conf_t, vram_max), 80, 0 },
    { "mig_max", offsetof(glyph_score_conf_t, mig_max), 7, 0 },
    { "tdp_max", offsetof(glyph_score_conf_t, tdp_max), 700, 0 },
    { "price_max", offsetof(glyph_score_conf_t, price_max), 10000, 0 },
    { NULL, 0, 0, 0 }
};


void
glyph_score_defaults(glyph_score_conf_t *conf)
{
    const glyph_score_param_t  *p;

    for (p = glyph_score_params; p->name; p++) {
        *(double *) ((char *) conf + p->offset) = p->initial;
    }
}


int
glyph_score_set(glyph_score_conf_t *conf, const glyph_str_t *arg,
    const char **error)
{
    size_t                      len;
    double                      value;
    const unsigned char        *eq;
    const glyph_score_param_t  *p;

    eq = arg->len ? memchr(arg->data, '=', arg->len) : NULL;

    if (eq == NULL) {
        *error = "must be key=value";
        return GLYPH_BAD;
    }

    len = eq - arg->data;

    for (p = glyph_score_params; p->name; p++) {
        if (strlen(p->name) == len && memcmp(p->name, arg->data, len) == 0) {
            break;
        }
    }

    if (p->name == NULL) {
        *error = "unknown key";
        return GLYPH_BAD;
    }

    if (!glyph_score_number(eq + 1, arg->len - len - 1, &value)) {
        *error = "not a number";
        return GLYPH_BAD;
    }

    if (p->weight ? value < 0 || value > 1 : value <= 0) {
        *error = p->weight ? "a weight must be between 0 and 1"
                           : "a maximum must be greater than 0";
        return GLYPH_BAD;
    }

    *(double *) ((char *) conf + p->offset) = value;

    return GLYPH_OK;
}


/* Digits with at most one point; strtod() would depend on the locale. */

static int
glyph_score_number(const unsigned char *data, size_t len, double *value)
{
    size_t  i;
    double  v, unit;

    v = 0;
    unit = 0;

    if (len == 0 || len > 20 || (len == 1 && data[0] == '.')) {
        return 0;
    }

    for (i = 0; i < len; i++) {

        if (data[i] == '.' && unit == 0) {
            unit = 1;
            continue;
        }

        if (data[i] < '0' || data[i] > '9') {
            return 0;
        }

        v = v * 10 + (data[i] - '0');
        unit *= 10;
    }

    *value = unit > 0 ? v / unit : v;

    return 1;
}


void
glyph_score(const glyph_score_conf_t *conf, const glyph_model_t *model,
    double price_usd, glyph_score_t *score)
{
    double  vram, raw;

    static const glyph_model_t  unknown;

    if (model == NULL) {
        model = &unknown;
    }

    vram = model->vram_gb;

    raw = conf->vram_weight * glyph_score_part(vram, conf->vram_max)
          + conf->mig_weight * glyph_score_part(model->mig_support,
                                                conf->mig_max)
          + conf->nvlink_weight * model->nvlink;

    if (model->tdp_watts > 0) {
        raw += conf->tdp_weight
               * (1 - glyph_score_part(model->tdp_watts, conf->tdp_max));
    }

    if (price_usd > 0) {
        raw += conf->price_weight
               * (1 - glyph_score_part(price_usd, conf->price_max));
    }

    score->raw = raw < 0 ? 0 : raw > 1 ? 1 : raw;

    score->q7b = glyph_score_capacity(vram, 3.5);
    score->q13b = glyph_score_capacity(vram, 6.5);
    score->q70b = glyph_score_capacity(vram, 35);

    score->quantization = conf->quant_weight
                          * (.2 * glyph_score_part(score->q7b, 10)
                             + .3 * glyph_score_part(score->q13b, 5)
                             + .5 * glyph_score_part(score->q70b, 1));

    score->score = 100 * score->raw * (1 + score->quantization);

    if (score->score > 100) {
        score->score = 100;
    }
}


static double
glyph_score_part(double value, double max)
{
    return value >= max ? 1 : value / max;
}


/* How many copies of a quantized model fit, 2 GB being in use already. */

static int32_t
glyph_score_capacity(double vram, double need)
{
    return vram > 2 ? (int32_t) ((vram - 2) / need) : 0;
}


int
glyph_rates_set(glyph_rates_t *rates, const glyph_str_t *arg,
    const char **error)
{
    char         known[4];
    size_t       i;
    double       usd;
    glyph_str_t  code;

    if (arg->len < 5 || arg->data[3] != '=') {
        *error = "must be a currency code and its rate, such as EUR=1.08";
        return GLYPH_BAD;
    }

    for (i = 0; i < 3; i++) {
        if (arg->data[i] < 'A' || arg->data[i] > 'Z') {
            *error = "a currency code is three capital letters";
            return GLYPH_BAD;
        }
    }

    code.data = arg->data;
    code.len = 3;

    if (glyph_currency_parse(&code, known) != GLYPH_CODE_OK
        || memcmp(known, arg->data, 3) != 0)
    {
        *error = "there is no such currency";
        return GLYPH_BAD;
    }

    if (!glyph_score_number(arg->data + 4, arg->len - 4, &usd) || usd <= 0) {
        *error = "a rate is a number greater than 0";
        return GLYPH_BAD;
    }

    if (memcmp(arg->data, "USD", 3) == 0) {
        *error = "rates are to USD, which is always 1";
        return GLYPH_BAD;
    }

    for (i = 0; i < rates->n; i++) {
        if (memcmp(rates->rate[i].currency, arg->data, 3) == 0) {
            *error = "this currency is there twice";
            return GLYPH_BAD;
        }
    }

    if (rates->n == GLYPH_RATES_MAX) {
        *error = "too many currencies";
        return GLYPH_BAD;
    }

    memcpy(rates->rate[i].currency, arg->data, 3);
    rates->rate[i].currency[3] = '\0';
    rates->rate[i].usd = usd;
    rates->n++;

    return GLYPH_OK;
}


double
glyph_rates_find(const glyph_rates_t *rates, const char *currency)
{
    size_t  i;

    if (strcmp(currency, "USD") == 0) {
        return 1;
    }

    for (i = 0; i < rates->n; i++) {
        if (strcmp(rates->rate[i].currency, currency) == 0) {
            return rates->rate[i].usd;
        }
    }

    return 0;
}
