/*
 * What is said of a file as a whole: the totals, and the ImportResult.  The
 * first 100 rejected rows and warnings are kept, as JSON; all else is counted.
 */

#ifndef GLYPH_STATS_H_INCLUDED
#define GLYPH_STATS_H_INCLUDED

#include "column/glyph_column.h"
#include "pipeline/glyph_pipeline.h"
#include "csv/glyph_reader.h"
#include "pipeline/glyph_row.h"


#define GLYPH_STATS_ROWS  100       /* rejected rows, and warnings, shown */
#define GLYPH_STATS_TOP   10        /* models by count */


typedef struct glyph_stats_s  glyph_stats_t;

typedef struct {
    const glyph_header_t  *header;      /* NULL: not read */
    const glyph_str_t     *filename;
    glyph_format_e         format;
    unsigned char          delimiter;   /* of CSV */
    const char            *charset;
    glyph_decimal_e        decimal;
    glyph_date_order_e     date_order;
    glyph_code_e           code;        /* why the file was refused */
    const glyph_str_t     *detail;
    const glyph_buf_t     *did_you_mean;    /* JSON, or empty */
} glyph_stats_file_t;


glyph_stats_t *glyph_stats_create(const glyph_registry_t *reg);
void glyph_stats_destroy(glyph_stats_t *s);

/*
 * Counts a row; the record is that of a rejected one, or may be NULL.
 * GLYPH_OK or GLYPH_ERROR.
 */
int glyph_stats_row(glyph_stats_t *s, const glyph_header_t *header,
    const glyph_record_t *rec, const glyph_row_result_t *row);

glyph_totals_t *glyph_stats_totals(glyph_stats_t *s);

/* See glyph_pipeline_result(). */
void glyph_stats_result(const glyph_stats_t *s,
    const glyph_stats_file_t *file, uint64_t processing_time_ms,
    glyph_buf_t *b);

/*
 * Corrects an ImportResult that is written already: so many rows that it has
 * as valid were refused by the database since.
 */
void glyph_stats_refused(glyph_buf_t *result, int64_t n);

#endif /* GLYPH_STATS_H_INCLUDED */
