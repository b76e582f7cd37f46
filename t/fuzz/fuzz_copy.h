/*
 * Tuples of binary COPY, read by the manual of Postgres and by the types that
 * conf/schema gives the columns, as the server would.
 */

#ifndef FUZZ_COPY_H_INCLUDED
#define FUZZ_COPY_H_INCLUDED

#include "fuzz.h"


/*
 * What is checked across blocks.  Rows of one table come in order, those of
 * both together are numbered without a gap.
 */

typedef struct {
    const unsigned char  *import_id;    /* 16 bytes */
    int64_t               listing;      /* the last import_index, at first */
    int64_t               error;        /* … -1 */
    uint64_t              listings;     /* how many */
    uint64_t              errors;
} fuzz_copy_t;


/* Blocks without header and trailer; only whole tuples are in one. */
void fuzz_copy_listings(fuzz_copy_t *c, const glyph_buf_t *block);
void fuzz_copy_errors(fuzz_copy_t *c, const glyph_buf_t *block);

#endif /* FUZZ_COPY_H_INCLUDED */
