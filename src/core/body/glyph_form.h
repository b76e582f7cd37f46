/*
 * What a form may say beside its file, and what is said of one that cannot be
 * used.
 */

#ifndef GLYPH_FORM_H_INCLUDED
#define GLYPH_FORM_H_INCLUDED

#include "text/glyph_buf.h"
#include "body/glyph_multipart.h"


/*
 * Judges a form that has ended or failed.  Returns GLYPH_CODE_OK or why it is
 * refused, with a sentence in *detail (an empty buffer, which stays empty if
 * the code says all).
 */
glyph_code_e glyph_form_check(const glyph_multipart_t *mp,
    glyph_buf_t *detail);

#endif /* GLYPH_FORM_H_INCLUDED */
