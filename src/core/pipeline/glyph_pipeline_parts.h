/*
 * What the files of the pipeline share.
 */

#ifndef GLYPH_PIPELINE_PARTS_H_INCLUDED
#define GLYPH_PIPELINE_PARTS_H_INCLUDED

#include "body/glyph_body.h"
#include "csv/glyph_reader.h"
#include "csv/glyph_skip.h"
#include "pipeline/glyph_notes.h"
#include "pipeline/glyph_pipeline.h"
#include "pipeline/glyph_row.h"
#include "pipeline/glyph_stats.h"
#include "value/glyph_tender.h"


/* Whether it is known that the file is UTF-8: glyph_pipeline_charset.c. */

typedef enum {
    GLYPH_LATE_NONE = 0,
    GLYPH_LATE_ASCII,
    GLYPH_LATE_BEFORE,
    GLYPH_LATE_GATHER
} glyph_late_e;


/*
 *   slice     bytes of                 owner                valid until
 *   text      the file in UTF-8        body                 its next read
 *   sample    the file's beginning,    the pipeline         it has been read
 *             or what begins with its
 *             first byte above 0x7F
 */

struct glyph_pipeline_s {
    const glyph_pipeline_conf_t  *conf;
    glyph_pipeline_opts_t         opts;
    glyph_buf_t                   strings;      /* that opts point to */

    glyph_body_t                 *body;
    glyph_slice_t                 text;

    glyph_buf_t                   sample;
    size_t                        sample_size;  /* that it is to have */
    size_t                        sample_pos;   /* read so far */

    glyph_late_e                  late;
    const unsigned char          *high;         /* the first such byte */
    unsigned char                 before[2];    /* and those before it */
    unsigned                      looked:1;     /* for it, in the text */

    glyph_header_t               *header;
    glyph_buf_t                   head;         /* its bytes */
    glyph_str_t                   head_str;
    glyph_reader_t               *reader;       /* NULL: still sampling */
    glyph_skip_t                  skip;         /* of CSV */
    glyph_row_t                  *row;
    glyph_row_result_t            results[2];   /* used in turn */
    glyph_row_result_t           *pending;      /* a listing that is read, but
                                                   not given; or NULL */
    glyph_stats_t                *stats;
    glyph_decimal_e               habit;
    glyph_date_order_e            date_order;
    glyph_tender_t                tender;
    glyph_notes_t                 notes;
    glyph_buf_t                   advice;       /* where titles may be */
    unsigned char                 delimiter;
    uint64_t                      ratio_rows;   /* the next test */
    unsigned                      ended:1;
    unsigned                      one_line:1;   /* CSV, all of it */

    glyph_code_e                  code;
    glyph_buf_t                   detail;
    glyph_buf_t                   did_you_mean;
    glyph_str_t                   detail_str;
};


/*
 * Gathers the sample and decides by it how the file is read.  GLYPH_AGAIN:
 * more text is needed, or (with a reader now) the rows can be read; GLYPH_BAD:
 * it is refused, for "code".
 */
int glyph_pipeline_sample(glyph_pipeline_t *p);

/* The sample is there: what it says of the charset.  GLYPH_OK, or GLYPH_BAD
   with p->code. */
int glyph_pipeline_charset(glyph_pipeline_t *p);

/* In ASCII: looks at a text that is new. */
void glyph_pipeline_look(glyph_pipeline_t *p);

/*
 * In GATHER: GLYPH_OK, there is a sample again, and it is decided; or
 * GLYPH_AGAIN, more text is needed; or GLYPH_ERROR.
 */
int glyph_pipeline_gather(glyph_pipeline_t *p);

#endif /* GLYPH_PIPELINE_PARTS_H_INCLUDED */
