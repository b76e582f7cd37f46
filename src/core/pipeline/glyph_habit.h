/*
 * What a sample of its rows says of a file, beside what glyph_sample.h has: the
 * order of its dates, and whether its URLs tell listings apart.
 */

#ifndef GLYPH_HABIT_H_INCLUDED
#define GLYPH_HABIT_H_INCLUDED

#include "csv/glyph_sample.h"
#include "pipeline/glyph_row.h"


/*
 * By the sample's records and a row of its header, which may be asked.  URLs
 * are shared where most rows that have one have the page, model, memory and
 * condition of rows with (at least) two other titles.  GLYPH_OK or
 * GLYPH_ERROR.
 */
int glyph_habit_find(glyph_habit_t *habit, const glyph_pipeline_opts_t *opts,
    const glyph_sample_t *sample, glyph_row_t *row);

#endif /* GLYPH_HABIT_H_INCLUDED */
