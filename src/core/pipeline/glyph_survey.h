/*
 * What a sample's values say of a file, which its names do not.
 */

#ifndef GLYPH_SURVEY_H_INCLUDED
#define GLYPH_SURVEY_H_INCLUDED

#include "csv/glyph_sample.h"
#include "value/glyph_tender.h"


/*
 * The sample is decided, the tender knows its header and its decimal mark.
 * GLYPH_OK or GLYPH_ERROR.
 */
int glyph_survey(const glyph_sample_t *s, glyph_tender_t *tender);

#endif /* GLYPH_SURVEY_H_INCLUDED */
