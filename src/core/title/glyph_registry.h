/*
 * The registry of models: facts on each card, read from CSV files
 * (conf/gpu_models.csv and the operator's own), compiled once into the
 * matcher's automaton, and then read-only, so that any number of threads may
 * use it.
 */

#ifndef GLYPH_REGISTRY_H_INCLUDED
#define GLYPH_REGISTRY_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_buf.h"


typedef struct glyph_registry_s  glyph_registry_t;


/* All strings are valid UTF-8, owned by the registry; empty = not known. */

typedef struct {
    glyph_str_t  model;             /* the id: RTX_3060_8GB */
    glyph_str_t  family;            /* RTX_3060 */
    glyph_str_t  vendor;            /* nvidia, amd, intel, … */
    glyph_str_t  class;             /* desktop, workstation, server, … */
    glyph_str_t  generation;        /* Ampere */
    glyph_str_t  form_factor;       /* PCIe, SXM4, OAM, MXM, … */
    glyph_str_t  released;          /* 2022-10-12, or "" */
    double       vram_gb;           /* 0 = not known */
    double       slot_width;        /* 0 = not known; 2.5 occurs */
    int32_t      tdp_watts;         /* 0 = not known */
    int32_t      cuda_cores;        /* shaders, whoever made them */
    int16_t      mig_support;       /* 0, 2, 4 or 7 partitions */
    int16_t      pcie_generation;   /* 0 = not known */
    unsigned     nvlink:1;
} glyph_model_t;


/* Returns NULL when out of memory. */
glyph_registry_t *glyph_registry_create(void);
void glyph_registry_destroy(glyph_registry_t *reg);

/*
 * Adds the models of one registry file; a model that is there already is
 * replaced.  On GLYPH_BAD *line is the physical line and "error" (an empty
 * buffer of the caller) says what is wrong with it; the registry is then only
 * good for glyph_registry_destroy().
 */
int glyph_registry_add(glyph_registry_t *reg, const unsigned char *data,
    size_t len, size_t *line, glyph_buf_t *error);

/*
 * Adds the part numbers of one file, CSV with the header maker,number,model
 * and no quotes; the models must have been added.  A number may be the start
 * of those that are meant, up to a dash.  As glyph_registry_add() otherwise.
 */
int glyph_registry_part_numbers(glyph_registry_t *reg,
    const unsigned char *data, size_t len, size_t *line, glyph_buf_t *error);

/*
 * Compiles the automaton; after it nothing may be added.  GLYPH_BAD when two
 * models claim the same alias; "error" names both.  An empty registry is
 * fine: then everything is unknown.
 */
int glyph_registry_compile(glyph_registry_t *reg, glyph_buf_t *error);

size_t glyph_registry_size(const glyph_registry_t *reg);

/* The i-th model, 0 .. size - 1, in order of id. */
const glyph_model_t *glyph_registry_model(const glyph_registry_t *reg,
    size_t i);

/* By id, exactly as written; NULL if there is none. */
const glyph_model_t *glyph_registry_find(const glyph_registry_t *reg,
    const glyph_str_t *model);

/* The model's number for glyph_registry_model(). */
size_t glyph_registry_index(const glyph_registry_t *reg,
    const glyph_model_t *model);

/*
 * A fingerprint of everything read, 16 bytes; the same files in the same
 * order give the same one on every machine.
 */
void glyph_registry_digest(const glyph_registry_t *reg,
    unsigned char digest[16]);

/*
 * All models as a JSON array of objects whose keys are the columns of the
 * registry file less "aliases"; unknown values are null.
 */
void glyph_registry_json(const glyph_registry_t *reg, glyph_buf_t *b);

#endif /* GLYPH_REGISTRY_H_INCLUDED */
