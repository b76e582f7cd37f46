
/*
 * What Postgres knows an import by, and what it has of it: for the writer.
 */


#ifndef _NGX_GLYPH_IMPORT_H_INCLUDED_
#define _NGX_GLYPH_IMPORT_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_uuid.h"


/* Where the writer has it. */

typedef enum {
    NGX_GLYPH_PLACE_NONE = 0,
    NGX_GLYPH_PLACE_READY,                  /* it waits for a transaction */
    NGX_GLYPH_PLACE_BATCH                   /* it is in one */
} ngx_glyph_place_e;


typedef struct {
    ngx_glyph_uuid_t           id;
    u_char                     text[NGX_GLYPH_UUID_TEXT_LEN + 1];
    ngx_str_t                  tenant;
    ngx_int_t                  epoch;
    const char                *fingerprint; /* of its file, or NULL */
    u_char                     duplicate_of[NGX_GLYPH_UUID_TEXT_LEN + 1];

    glyph_totals_t             committed;   /* as Postgres has it */
    ngx_uint_t                 refused;     /* rows, by Postgres */
    uint64_t                   skip_rows;   /* that Postgres has already */
    uint64_t                   skipped_invalid;
    uint64_t                   skip_warnings;

    ngx_queue_t                ready;       /* in the writer's queue */
    ngx_glyph_place_e          place;

    unsigned                   registered:1;    /* has a row in imports */
    unsigned                   durable:1;   /* the body is in the file */
} ngx_glyph_import_t;


#endif /* _NGX_GLYPH_IMPORT_H_INCLUDED_ */
