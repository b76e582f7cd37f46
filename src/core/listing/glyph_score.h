/*
 * The score of a listing (DESIGN: the formulas are part of the contract).
 */

#ifndef GLYPH_SCORE_H_INCLUDED
#define GLYPH_SCORE_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_buf.h"
#include "title/glyph_registry.h"


typedef struct {
    double  vram_weight;        /* vram_weight=0.25 */
    double  mig_weight;         /* mig_weight=0.15 */
    double  nvlink_weight;      /* nvlink_weight=0.10 */
    double  tdp_weight;         /* tdp_weight=0.15 */
    double  price_weight;       /* price_weight=0.15 */
    double  quant_weight;       /* quant_weight=0.20 */
    double  vram_max;           /* vram_max=80, GB */
    double  mig_max;            /* mig_max=7 */
    double  tdp_max;            /* tdp_max=700, watts */
    double  price_max;          /* price_max=10000, USD */
} glyph_score_conf_t;


typedef struct {
    int32_t  q7b;
    int32_t  q13b;
    int32_t  q70b;
    double   raw;               /* 0 .. 1 */
    double   quantization;      /* 0 .. quant_weight */
    double   score;             /* 0 .. 100 */
} glyph_score_t;


void glyph_score_defaults(glyph_score_conf_t *conf);

/*
 * Sets one parameter from "key=value".  Weights are 0 .. 1, maxima greater
 * than 0.  GLYPH_OK, or GLYPH_BAD and a reason in *error, a constant.
 */
int glyph_score_set(glyph_score_conf_t *conf, const glyph_str_t *arg,
    const char **error);

/* Price 0: not known or without a rate.  Model NULL: nothing is known. */
void glyph_score(const glyph_score_conf_t *conf, const glyph_model_t *model,
    double price_usd, glyph_score_t *score);


/* Rates to USD; USD itself is always 1. */

#define GLYPH_RATES_MAX  64

typedef struct {
    size_t  n;
    struct {
        char    currency[4];
        double  usd;
    }       rate[GLYPH_RATES_MAX];
} glyph_rates_t;

/* Sets one rate from "EUR=1.08"; GLYPH_OK, or GLYPH_BAD and *error. */
int glyph_rates_set(glyph_rates_t *rates, const glyph_str_t *arg,
    const char **error);

/* The rate, 0 if there is none. */
double glyph_rates_find(const glyph_rates_t *rates, const char *currency);

#endif /* GLYPH_SCORE_H_INCLUDED */
