/*
 * One file's way through the stages.
 *
 *   chunk       the caller's: raw body bytes, any split
 *    │ decoder        (if the body is encoded) one buffer, 64 KB
 *    │ multipart      (if the body is a form) the file part's bytes, no copy
 *    │ charset        UTF-8: no copy; else one conversion buffer, 64 KB
 *    │ sample         the first 32 KB (or the whole file if shorter), kept
 *    │                until delimiter, header and column habits are decided
 *    │ reader         records; keeps at most one row (max_row_size)
 *    │ skip           those that are no rows are counted, and that is all
 *    │ row            checked, normalized, deduplicated, enriched, scored: in
 *    │                place, in buffers that the pipeline owns
 *   sink        the caller's encoder appends to the caller's block
 *
 * glyph_pipeline_run() goes on until the chunk is consumed or the block is
 * full; it can be called from any thread, but by one at a time.  Same input,
 * any split, same output.
 */

#ifndef GLYPH_PIPELINE_H_INCLUDED
#define GLYPH_PIPELINE_H_INCLUDED

#include "text/glyph_buf.h"
#include "text/glyph_code.h"
#include "body/glyph_decoder.h"
#include "text/glyph_format.h"
#include "listing/glyph_listing.h"
#include "body/glyph_opts.h"
#include "title/glyph_registry.h"
#include "listing/glyph_score.h"
#include "text/glyph_sha256.h"


#define GLYPH_SAMPLE_SIZE       32768
#define GLYPH_SAMPLE_MAX        65536   /* if the header is that long */
#define GLYPH_PIPELINE_VERSION  5       /* part of the spool's fingerprint */


/* Shared by all jobs of a location; must outlive them. */

typedef struct {
    const glyph_registry_t    *registry;
    const glyph_rates_t       *rates;
    glyph_score_conf_t         score;
    size_t                     max_row_size;    /* bytes */
    size_t                     max_columns;
    uint64_t                   max_rows;        /* 0: no limit */
    uint64_t                   max_errors;
    size_t                     dedup_size;      /* keys; 0: no dedup */
    char                       currency[4];     /* to be assumed where nothing
                                                   is said; XXX: none; "":
                                                   USD */
    unsigned                   extra:1;         /* keep unknown columns */
} glyph_pipeline_conf_t;


/* Where rows go.  The texts are valid only during the call. */

typedef struct {
    void   *data;
    void  (*listing)(void *data, const glyph_listing_t *l);
    void  (*rejected)(void *data, const glyph_rejected_t *r);
    void  (*warning)(void *data, const glyph_warning_t *w);     /* or NULL */
    int   (*full)(void *data);          /* asked before a record is read: there
                                           must be room for two rows then */
} glyph_sink_t;


/* Cumulative, never deltas. */

typedef struct {
    uint64_t  bytes;            /* of the body, consumed */
    uint64_t  rows;             /* = valid + invalid */
    uint64_t  valid;
    uint64_t  invalid;
    uint64_t  skipped;          /* records that are no rows: glyph_skip.h */
    uint64_t  warnings;
    uint64_t  duplicates;
    uint64_t  matches[4];       /* of valid rows, by glyph_match_e */
    uint64_t  not_gpu;
    uint64_t  codes[GLYPH_CODE_N];  /* rows with that error or warning */
    double    score_min;        /* of valid rows; both 0 if there are none */
    double    score_max;
} glyph_totals_t;


typedef struct glyph_pipeline_s  glyph_pipeline_t;


/*
 * GLYPH_OK, GLYPH_ERROR, or GLYPH_BAD (an unknown charset) with *code;
 * *p is NULL unless GLYPH_OK.
 */
int glyph_pipeline_create(glyph_pipeline_t **p,
    const glyph_pipeline_conf_t *conf, const glyph_pipeline_opts_t *opts,
    glyph_code_e *code);
void glyph_pipeline_destroy(glyph_pipeline_t *p);

/*
 * Reads from *pos up to last; "end" says that nothing follows.
 *
 *   GLYPH_OK     consumed; if "end" was set, the file is done
 *   GLYPH_FULL   the block is full; call again with the rest (*pos is moved;
 *                the bytes must stay where they are) and an empty block
 *   GLYPH_BAD    the file is refused: glyph_pipeline_code(), _detail()
 *   GLYPH_ERROR  out of memory
 *
 * After GLYPH_BAD and GLYPH_ERROR the pipeline can only be asked and
 * destroyed.
 */
int glyph_pipeline_run(glyph_pipeline_t *p, const unsigned char **pos,
    const unsigned char *last, int end, const glyph_sink_t *sink);

const glyph_totals_t *glyph_pipeline_totals(const glyph_pipeline_t *p);

/* Whether the file is done or refused: what is left of it is small then. */
int glyph_pipeline_ended(const glyph_pipeline_t *p);

/* Whether the header has been read, so that the file is not refused by it. */
int glyph_pipeline_begun(const glyph_pipeline_t *p);

/* Warnings of the whole file: lines of a code, ": ", and a sentence. */
void glyph_pipeline_notes(const glyph_pipeline_t *p, glyph_buf_t *b);

/* What the file is written in, once begun. */
glyph_format_e glyph_pipeline_format(const glyph_pipeline_t *p);

/* The file's delimiter, once begun; 0 before. */
unsigned char glyph_pipeline_delimiter(const glyph_pipeline_t *p);

/* The header record's bytes, in UTF-8, without the line end; once begun. */
const glyph_str_t *glyph_pipeline_head(const glyph_pipeline_t *p);

/*
 * The SHA-256 of the file (of a form: of the decoded file part); valid once
 * the file is done, unless the options say that nobody asks.
 */
const unsigned char *glyph_pipeline_sha256(const glyph_pipeline_t *p);

/* Why the file was refused; the detail is "" if the code says all. */
glyph_code_e glyph_pipeline_code(const glyph_pipeline_t *p);
const glyph_str_t *glyph_pipeline_detail(const glyph_pipeline_t *p);

/*
 * The file's name, and a form's fields: source_label, campaign_id, metadata
 * (checked to be a JSON object).  Complete when the file is done; empty when
 * not given.
 */
const glyph_str_t *glyph_pipeline_filename(const glyph_pipeline_t *p);
const glyph_str_t *glyph_pipeline_field(const glyph_pipeline_t *p,
    const char *name);

/*
 * The part of an ImportResult that the file decides, as members of a JSON
 * object without the braces: filename … schema_version (docs/api.md).
 */
void glyph_pipeline_result(const glyph_pipeline_t *p, glyph_buf_t *b,
    uint64_t processing_time_ms);

#endif /* GLYPH_PIPELINE_H_INCLUDED */
