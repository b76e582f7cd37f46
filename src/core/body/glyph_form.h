/*
 * What a form may say beside its file, and what is said of one that cannot be
 * used.
 */

#ifndef GLYPH_FORM_H_INCLUDED
#define GLYPH_FORM_H_INCLUDED

#include "text/glyph_buf.h"
#include "body/glyph_multipart.h"
#include "body/glyph_opts.h"


/*
 * The file begins: the fields that came before it may be options of it.  Texts
 * are in the charset of the field "_charset_", if there is one.
 * Returns GLYPH_CODE_OK or why the form is refused, with a sentence.
 */
glyph_code_e glyph_form_options(glyph_multipart_t *mp,
    glyph_pipeline_opts_t *opts, glyph_buf_t *detail);

/*
 * Judges a form that has ended or failed.  Returns GLYPH_CODE_OK or why it is
 * refused, with a sentence in *detail (an empty buffer, which stays empty if
 * the code says all).  "before" fields came before the file.
 */
glyph_code_e glyph_form_check(glyph_multipart_t *mp, size_t before,
    glyph_buf_t *detail);

#endif /* GLYPH_FORM_H_INCLUDED */
