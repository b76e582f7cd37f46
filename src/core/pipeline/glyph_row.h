/*
 * One row: a record of the file becomes a listing, or is rejected with
 * everything that is wrong with it.
 */

#ifndef GLYPH_ROW_H_INCLUDED
#define GLYPH_ROW_H_INCLUDED

#include "column/glyph_column.h"
#include "listing/glyph_listing.h"
#include "pipeline/glyph_pipeline.h"
#include "csv/glyph_reader.h"
#include "value/glyph_tender.h"


/* limits of the columns, in bytes */

#define GLYPH_ROW_TITLE_MAX   4096
#define GLYPH_ROW_URL_MAX     8192
#define GLYPH_ROW_NOTES_MAX   32768     /* bulk_notes; and all of extra */
#define GLYPH_ROW_TEXT_MAX    1024      /* any other */

#define GLYPH_ROW_WARNINGS    8


typedef struct glyph_row_s  glyph_row_t;

/* What is true of a row, and told once of all such rows: glyph_notes.h. */

typedef enum {
    GLYPH_ONCE_ASSUMED = 0,     /* its currency is */
    GLYPH_ONCE_UNKNOWN,         /* … cannot be known */
    GLYPH_ONCE_DATE_INVALID,
    GLYPH_ONCE_DATE_AMBIGUOUS,
    GLYPH_ONCE_URL_SHARED,      /* it does not count */
    GLYPH_ONCE_DEDUP_FULL,      /* its key is not kept */
    GLYPH_ONCE_N
} glyph_once_e;

/* What a sample of its rows says of a file. */

typedef struct {
    glyph_date_habit_t  dates;
    unsigned            shared_urls:1;  /* most have others' pages */
} glyph_habit_t;

/* Zeroed at first. */

typedef struct {
    glyph_listing_t    listing;
    glyph_rejected_t   rejected;    /* n = 0: the row is a listing */
    size_t             nwarnings;
    glyph_row_error_t  warnings[GLYPH_ROW_WARNINGS];
    unsigned           once;        /* a bit for each glyph_once_e */

    glyph_digest_t     key;         /* by which duplicates are found */
    unsigned           changed;     /* texts that are not as they are in the
                                       record: a bit for each column */
    glyph_str_t        given[GLYPH_COL_N];  /* those, as they are there */
    glyph_buf_t        decoded;     /* memory of the listing's texts, */
    glyph_buf_t        extra;       /* and of its extra */
    glyph_buf_t        title;       /* of its title, if it is joined */
} glyph_row_result_t;


void glyph_row_result_free(glyph_row_result_t *result);


/*
 * The header and the tender stay the caller's and must live as long.  NULL
 * when out of memory.
 */
glyph_row_t *glyph_row_create(const glyph_pipeline_conf_t *conf,
    const glyph_pipeline_opts_t *opts, glyph_header_t *header,
    const glyph_tender_t *tender, glyph_decimal_e habit);
void glyph_row_destroy(glyph_row_t *row);

/* What holds for the file's rows, before the first one is read in earnest. */
void glyph_row_use_habit(glyph_row_t *row, const glyph_habit_t *habit);
/* Whether the next record is no row of its own, see glyph_shop.h. */
int glyph_row_skips(const glyph_row_t *row, const glyph_record_t *rec);

/* Gives back what is needed only while rows are read. */
void glyph_row_rest(glyph_row_t *row);

/* No row follows: gives back what was kept of all, which may be much. */
void glyph_row_end(glyph_row_t *row);

/* Records that are in the input come from there, up to "last". */
void glyph_row_input(glyph_row_t *row, const unsigned char *last);

/*
 * Reads a record, all but whether it is a duplicate; the result is valid as
 * long as the record, and until the next call with it.  GLYPH_OK, or
 * GLYPH_ERROR when out of memory.
 */
int glyph_row_read(glyph_row_t *row, const glyph_record_t *rec,
    int64_t index, glyph_row_result_t *result);

/*
 * The rest, of each row and in their order.  It looks into memory that
 * glyph_row_read() has begun to load: best some time later.
 */
void glyph_row_dedup(glyph_row_t *row, glyph_row_result_t *result);

#endif /* GLYPH_ROW_H_INCLUDED */
