/*
 * Options of the query string that a form has as fields before its file.
 */

#ifndef GLYPH_FORM_OPTS_H_INCLUDED
#define GLYPH_FORM_OPTS_H_INCLUDED

#include "text/glyph_buf.h"
#include "body/glyph_opts.h"


/* Whether it is an option. */
int glyph_form_opts_known(const glyph_str_t *name);

/*
 * Whether it is one that says how the body is read, or what becomes of its
 * rows: whoever reads the body must look for it first (opts->early).
 */
int glyph_form_opts_early(const glyph_str_t *name);

/*
 * Sets the option; the value must live as long.  GLYPH_OK, or GLYPH_BAD with
 * a sentence in *detail.
 */
int glyph_form_opts_set(glyph_pipeline_opts_t *opts, const glyph_str_t *name,
    const glyph_str_t *value, glyph_buf_t *detail);

#endif /* GLYPH_FORM_OPTS_H_INCLUDED */
