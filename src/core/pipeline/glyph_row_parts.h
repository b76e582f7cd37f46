/*
 * What the files that read a row share.
 */

#ifndef GLYPH_ROW_PARTS_H_INCLUDED
#define GLYPH_ROW_PARTS_H_INCLUDED

#include "pipeline/glyph_row.h"
#include "pipeline/glyph_scored.h"
#include "pipeline/glyph_shop.h"
#include "text/glyph_memo.h"


struct glyph_row_s {
    const glyph_pipeline_conf_t  *conf;
    glyph_header_t               *header;
    const glyph_column_t         *columns;
    size_t                        ncolumns;
    const int                    *titles;       /* columns to be joined */
    size_t                        ntitles;      /* 0: the title is one */
    glyph_shop_t                 *shop;         /* NULL: no such file */
    const glyph_tender_t         *tender;
    glyph_decimal_e               habit;
    glyph_matcher_t              *matcher;      /* NULL: it rests */
    glyph_memo_t                 *conditions;   /* NULL before the first */
    glyph_dedup_t                *dedup;        /* NULL: off */
    glyph_scored_t                scored;       /* if is_scored */
    glyph_date_habit_t            dates;
    int                           sku;          /* its column; -1: none */
    glyph_str_t                   sku_text;     /* of the row */
    size_t                        longest;      /* of a known column's text */
    const unsigned char          *last;         /* of the input, */
    const unsigned char          *semicolon;    /* and the next there; NULL: */
    const unsigned char          *bracket;      /* not looked for */
    unsigned                      reject_unknown:1;
    unsigned                      reject_not_gpu:1;
    unsigned                      shared_urls:1;    /* they are no identity */
    unsigned                      price_number:1;   /* of JSON */
    unsigned                      is_scored:1;
};


/* The texts of a record by column; what is unknown, or wrong, as well. */
void glyph_row_fields(glyph_row_t *row, const glyph_record_t *rec,
    glyph_row_result_t *result);
void glyph_row_lengths(const glyph_row_t *row, glyph_row_result_t *result);

/* The column of the seller's own number, or -1. */
int glyph_row_find_sku(const glyph_row_t *row);

/* The digests by which the listing is known, and its key among the rows. */
void glyph_row_identify(glyph_row_t *row, glyph_row_result_t *result);

void glyph_row_error(glyph_row_result_t *result, glyph_code_e code,
    glyph_column_e column);
void glyph_row_warning(glyph_row_result_t *result, glyph_code_e code,
    glyph_column_e column);

#endif /* GLYPH_ROW_PARTS_H_INCLUDED */
