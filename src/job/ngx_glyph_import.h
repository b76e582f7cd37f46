
/*
 * What Postgres knows an import by, what it has of it, and what it is to have:
 * for the writer, and for who watches.
 */


#ifndef _NGX_GLYPH_IMPORT_H_INCLUDED_
#define _NGX_GLYPH_IMPORT_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_range.h"
#include "ngx_glyph_timing.h"
#include "ngx_glyph_uuid.h"


typedef struct {
    ngx_glyph_uuid_t           id;
    u_char                     text[NGX_GLYPH_UUID_TEXT_LEN + 1];
    ngx_str_t                  tenant;
    uint64_t                   created;     /* wall clock, ms since 1970 */
    ngx_log_t                  log;         /* says "job: <id>" */

    ngx_int_t                  epoch;
    const char                *fingerprint; /* of its file, or NULL */

    glyph_totals_t             committed;   /* as Postgres has it */
    ngx_uint_t                 refused;     /* rows, by Postgres */
    ngx_glyph_ranges_t         have_rows;   /* Postgres had when it began */
    ngx_glyph_ranges_t         have_warnings;
    uint64_t                   had_invalid; /* of these rows, as it counts */
    uint64_t                   skipped_invalid; /* … and as the pipeline does */

    ngx_queue_t                blocks;      /* to be written, or sent */

    /* the writer's */
    ngx_queue_t                ready;       /* in its queue */
    ngx_uint_t                 open;        /* transactions it is in */
    ngx_uint_t                 doubt;       /* of these, whose outcome is not
                                               known */
    ngx_uint_t                 ranges;      /* added since they were folded */

    ngx_glyph_timing_t         timing;
    void                      *shown;       /* what ngx_glyph_state.c knows
                                               of it */

    unsigned                   registered:1;    /* has a row in imports */
    unsigned                   waits:1;     /* it is in the writer's queue */
    unsigned                   opened:1;    /* a first block is written: others
                                               may go side by side */
    unsigned                   alone:1;     /* others would wait for the open
                                               transaction's lock */
    unsigned                   ranged:1;    /* Postgres may have ranges */
} ngx_glyph_import_t;


/* The body is in a file, and stays there until Postgres has its end. */
#define ngx_glyph_import_durable(import)  ((import)->fingerprint != NULL)


#endif /* _NGX_GLYPH_IMPORT_H_INCLUDED_ */
