/*
 * One listing, as every encoder (COPY, CSV, JSON) takes it.  All texts are
 * valid UTF-8 without NUL and within the limits of their columns; they point
 * into the record and live as long as it does.
 */

#ifndef GLYPH_LISTING_H_INCLUDED
#define GLYPH_LISTING_H_INCLUDED

#include "text/glyph.h"
#include "column/glyph_column.h"
#include "value/glyph_date.h"
#include "value/glyph_identity.h"
#include "title/glyph_match.h"
#include "value/glyph_money.h"
#include "listing/glyph_score.h"
#include "value/glyph_values.h"


typedef struct {
    int64_t                import_index;

    glyph_str_t            title;       /* or the model column, if empty */
    glyph_match_t          match;
    glyph_money_t          price;       /* currency is never "" here */
    double                 price_usd;   /* 0: no rate */
    glyph_score_t          score;

    int64_t                duplicate_of;    /* -1: the first */
    glyph_digest_t         url_digest;  /* by glyph_identity.h */
    unsigned               has_url:1;   /* and there is one */
    unsigned               has_seen_at:1;

    int64_t                quantity;    /* or GLYPH_QUANTITY_NONE */
    glyph_availability_e   availability;
    int64_t                seen_at;     /* usec since 2000-01-01 UTC */

    glyph_str_t            text[GLYPH_COL_N];   /* the columns as texts,
                                                   trimmed; condition is
                                                   normalized */
    glyph_str_t            extra;       /* a JSON object, or empty */
} glyph_listing_t;


/* An error of a row, or a warning. */

typedef struct {
    glyph_code_e    code;
    glyph_column_e  column;         /* GLYPH_COL_N: the whole row */
    glyph_str_t     value;          /* cut to 200 bytes, valid UTF-8 */
} glyph_row_error_t;

/* What a rejected row says of itself; up to 8 errors a row are kept. */

#define GLYPH_ROW_ERRORS  8

typedef struct {
    int64_t             import_index;
    uint64_t            line;
    uint64_t            offset;
    glyph_str_t         raw;        /* any bytes */
    size_t              nfields;    /* in it; 0: they cannot be told */
    size_t              n;
    glyph_row_error_t   errors[GLYPH_ROW_ERRORS];
} glyph_rejected_t;

/* What is said of a row that may be a listing all the same. */

typedef struct {
    uint64_t            number;     /* of all warnings of the file, from 0 */
    int64_t             import_index;   /* -1: of the file, and no row */
    uint64_t            line;           /* 0: likewise */
    glyph_row_error_t   what;
} glyph_warning_t;

#endif /* GLYPH_LISTING_H_INCLUDED */
