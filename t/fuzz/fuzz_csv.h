/*
 * What glyph_reader.h promises, written down once more in the simplest way:
 * for an input that is all there, a byte at a time, without libcsv.
 */

#ifndef FUZZ_CSV_H_INCLUDED
#define FUZZ_CSV_H_INCLUDED

#include "fuzz.h"
#include "csv/glyph_reader.h"


typedef struct {
    unsigned char  delimiter;
    size_t         expect;
    size_t         max_row_size;
    size_t         max_columns;
} fuzz_dialect_t;


/* Appends what is to be compared of a record. */
void fuzz_csv_record(glyph_buf_t *out, const glyph_record_t *rec);

/* Appends all records of the input. */
void fuzz_csv_read(const fuzz_dialect_t *d, const unsigned char *data,
    size_t len, glyph_buf_t *out);

/* White space that is no part of an unquoted field. */
int fuzz_csv_space(const fuzz_dialect_t *d, unsigned char c);

#endif /* FUZZ_CSV_H_INCLUDED */
