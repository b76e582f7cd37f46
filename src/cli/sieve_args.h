/*
 * What the command line asks for.
 */

#ifndef SIEVE_ARGS_H_INCLUDED
#define SIEVE_ARGS_H_INCLUDED

#include "out/glyph_output.h"
#include "pipeline/glyph_pipeline.h"


#define SIEVE_REFUSED     1
#define SIEVE_USAGE       2


#define SIEVE_NUMBERS_MAX 16


typedef struct {
    glyph_registry_t       *registry;
    glyph_rates_t           rates;
    glyph_pipeline_conf_t   conf;
    glyph_pipeline_opts_t   opts;
    glyph_output_e          format;
    const char             *errors_name;
    const char             *numbers[SIEVE_NUMBERS_MAX];
    size_t                  nnumbers;
    char                    beside[64];     /* the default models */
    unsigned                input_given;    /* opts.format */
} sieve_asked_t;


/* Adds to what is there.  -1: go on; else the exit code. */
int sieve_args(sieve_asked_t *a, int argc, char **argv);

#endif /* SIEVE_ARGS_H_INCLUDED */
