/*
 * CSV records out of a stream of UTF-8, by libcsv.
 *
 * The reader works on whole physical lines (ended by LF, CRLF or CR; the last
 * one by the end of the file) and gives them to libcsv one at a time, so it
 * can stop after any record, and the result never depends on how the input
 * was split.  But first it tries the record as a plain one (glyph_plain.h),
 * with the same result: nearly all are.  A line or record that is not complete
 * yet is kept, at most max_row_size bytes of it.
 *
 * Quoting follows RFC 4180, strictly, but for two habits: spaces and tabs
 * around a field are no part of it (those in quotes are), and a quote sign
 * inside a field ("24" monitor", 24" monitor) is taken literally when the
 * record then ends with its line and has just as many fields as the header;
 * the record is then marked stray_quote.
 *
 * A record that cannot be read, or grows over max_row_size, or is still open
 * at the end, is reported as its first physical line (malformed, unless that
 * line alone is too large), and reading resumes at the second.  Up to the line
 * on which this became certain, a line end is the end of a record even inside
 * quotes, so that an open quote costs one row, not the file, and each byte is
 * read at most twice (once more where a quote sign is taken literally).
 *
 * Blank lines are no records.  NULs and 0x1A at the end of the file are no
 * part of its last record, unless that is nothing else.
 */

#ifndef GLYPH_READER_H_INCLUDED
#define GLYPH_READER_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_code.h"
#include "column/glyph_column.h"
#include "text/glyph_format.h"
#include "text/glyph_record.h"


typedef struct glyph_reader_s  glyph_reader_t;


/* Returns NULL when out of memory. */
glyph_reader_t *glyph_reader_create(unsigned char delimiter,
    size_t max_row_size, size_t max_columns);
void glyph_reader_destroy(glyph_reader_t *rd);

/*
 * A reader of JSON instead; see glyph_json_reader.h.  Fields are in the order
 * of the header's columns, and empty where a record has no such key.
 */
glyph_reader_t *glyph_reader_create_json(glyph_format_e format,
    size_t max_row_size, size_t max_columns);
struct glyph_json_reader_s *glyph_reader_json(glyph_reader_t *rd);

/* How many fields a mended record must have; 0 (at first): mend nothing. */
void glyph_reader_expect(glyph_reader_t *rd, size_t nfields);

/* Where the first record is in the file; line 1, offset 0, if not told. */
void glyph_reader_begin(glyph_reader_t *rd, uint64_t line, uint64_t offset);

/* A quote sign is one as any other character, in all of the file. */
void glyph_reader_unquoted(glyph_reader_t *rd);

/*
 * Of a record that is one field with quotes around it, and empty ones behind
 * it, that field is read as the record.  GLYPH_OK or GLYPH_ERROR.
 */
int glyph_reader_unwrap(glyph_reader_t *rd);

/*
 * Reads the next record from *pos up to last; "end" says that nothing
 * follows.
 *
 *   GLYPH_OK     *rec has a record, valid until the next call (it may point
 *                into the input); call again
 *   GLYPH_AGAIN  all input is consumed
 *   GLYPH_BAD    the file is no JSON: glyph_reader_refused()
 *   GLYPH_ERROR  out of memory
 *
 * *pos is moved behind what was consumed.  With "end", GLYPH_AGAIN means that
 * the last record has been given.
 */
int glyph_reader_next(glyph_reader_t *rd, const unsigned char **pos,
    const unsigned char *last, int end, glyph_record_t *rec);

/* After GLYPH_BAD: the code, and a sentence for *detail. */
glyph_code_e glyph_reader_refused(const glyph_reader_t *rd,
    glyph_buf_t *detail);


/*
 * The delimiter of a file, found from its first line that is not blank (in a
 * sample of its first bytes): the one of ", ; tab |" that occurs most often
 * outside quotes, "," when none does.
 */
unsigned char glyph_reader_sniff(const unsigned char *data, size_t len);

#endif /* GLYPH_READER_H_INCLUDED */
