/*
 * The columns that the pipeline knows, and the map from a file's header to
 * them.  Names are folded (trimmed, lower case, diacritics removed, every run
 * of spaces and punctuation one "_") and then looked up exactly among the
 * synonyms; a near miss is only ever offered as advice.
 */

#ifndef GLYPH_COLUMN_H_INCLUDED
#define GLYPH_COLUMN_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_buf.h"
#include "text/glyph_code.h"
#include "value/glyph_currency.h"


typedef enum {
    GLYPH_COL_TITLE = 0,
    GLYPH_COL_MODEL,
    GLYPH_COL_PRICE,
    GLYPH_COL_CURRENCY,
    GLYPH_COL_CONDITION,
    GLYPH_COL_QUANTITY,
    GLYPH_COL_SELLER,
    GLYPH_COL_REGION,
    GLYPH_COL_LISTING_AGE,
    GLYPH_COL_SEEN_AT,
    GLYPH_COL_SOURCE_URL,
    GLYPH_COL_SOURCE_TYPE,
    GLYPH_COL_BULK_NOTES,
    GLYPH_COL_AVAILABILITY,     /* a flag, where quantity is a count */
    GLYPH_COL_N,                /* how many are known */

    GLYPH_COL_EXTRA = GLYPH_COL_N,  /* kept in extra under its own name */
    GLYPH_COL_IGNORED,              /* _line, _codes, _messages, unnamed */
    GLYPH_COL_SCORED,               /* see glyph_scored.h */
    GLYPH_COL_SHOP                  /* see glyph_header_shop.h */
} glyph_column_e;


typedef struct {
    glyph_str_t     given;      /* as in the file, trimmed; valid UTF-8; first,
                                   as glyph_keys.h wants it */
    glyph_column_e  used;
    unsigned        unnamed:1;  /* "given" is made up: column_3 */
    unsigned        seen:1;     /* … and there was something in it */
} glyph_column_t;


#define GLYPH_HEADER_TITLES  8      /* that one title may be joined of */
#define GLYPH_HEADER_TITLES_TEXT  "8"


typedef struct glyph_header_s  glyph_header_t;


/*
 * Maps a header of n fields.  "map" is the client's ?map= ("Preis:price,
 * Titel:title"; NULL or empty for none); it goes before the synonyms, and an
 * unknown column name or target in it is GLYPH_OPTION_INVALID; it may give
 * several columns for a title.  A second column of one name is known to it,
 * and to all others, as "price_2".  A header
 * synonym may carry a currency ("Price (USD)", "Preis in EUR"): see
 * glyph_header_currency().
 *
 * Returns GLYPH_OK and *header (to be destroyed by the caller; it owns copies
 * of all names), GLYPH_ERROR, or GLYPH_BAD with *code set and, in *detail (an
 * empty buffer of the caller), one sentence that names the columns seen and
 * the nearest known ones.  On GLYPH_BAD *header is NULL.
 */
int glyph_header_create(glyph_header_t **header, const glyph_str_t *fields,
    size_t n, const glyph_str_t *map, glyph_code_e *code,
    glyph_buf_t *detail);
void glyph_header_destroy(glyph_header_t *header);

/*
 * A column that was found later, in JSON: it becomes the last one.  A known
 * column that the header has already is not given to it, and the name's
 * currency does not count.  GLYPH_OK or GLYPH_ERROR.
 */
int glyph_header_add(glyph_header_t *header, const glyph_str_t *name);

/* The i-th column, which is none of the known, is used for something else. */
void glyph_header_use(glyph_header_t *header, size_t i,
    glyph_column_e column);

/* A value was met in the i-th column, which has no name. */
void glyph_header_saw(glyph_header_t *header, size_t i);

/*
 * A known column turns out to be another one that the file has not, or, with
 * GLYPH_COL_EXTRA, none.
 */
void glyph_header_turn(glyph_header_t *header, glyph_column_e from,
    glyph_column_e to);

/* The i-th column, which is none of the known, is one that the file has not. */
void glyph_header_give(glyph_header_t *header, size_t i,
    glyph_column_e column);

/* How sure the name of the i-th column is: a glyph_synonym_e. */
int glyph_header_strength(const glyph_header_t *header, size_t i);

/*
 * A column that surely means the same known one as the first, and is kept in
 * extra; -1 if there is none.  Not of title, model, price and currency: of
 * these it is GLYPH_FILE_COLUMN_DUPLICATE.
 */
int glyph_header_second(const glyph_header_t *header, glyph_column_e column);

/* Columns that are not known are not kept, but ignored. */
void glyph_header_ignore_extra(glyph_header_t *header);

/* The columns in file order, n of them; valid as long as the header. */
const glyph_column_t *glyph_header_columns(const glyph_header_t *header,
    size_t *n);

/* The position of a known column in the file, -1 if the file has none. */
int glyph_header_find(const glyph_header_t *header, glyph_column_e column);

/*
 * The columns that the client says are a title together, in that order; none,
 * or one, if it is one column.
 */
const int *glyph_header_titles(const glyph_header_t *header, size_t *n);

/*
 * ISO 4217 code named by the price column's header, or "" (for the file, by
 * eBay's Action column); and the sign, if one that others share stands for it.
 */
const char *glyph_header_currency(const glyph_header_t *header);
glyph_sign_e glyph_header_sign(const glyph_header_t *header);

/* The language ("de") of the price column's name, "" if it is not known. */
const char *glyph_header_language(const glyph_header_t *header);

/* "title", "price", … ; for GLYPH_COL_EXTRA "extra", …IGNORED "ignored". */
const char *glyph_column_name(glyph_column_e column);

/*
 * Folds a header name into out, at most size - 1 bytes and a NUL; returns
 * the length.
 */
size_t glyph_header_fold(const glyph_str_t *name, char *out, size_t size);

/* Adds a name for a sentence: in quotes, cut if it is long. */
void glyph_header_quote(glyph_buf_t *text, const glyph_str_t *name);

#endif /* GLYPH_COLUMN_H_INCLUDED */
