/*
 * One name of a header: which known column it may mean, which currency it
 * tells, and which name it nearly is.
 */

#ifndef GLYPH_HEADER_NAME_H_INCLUDED
#define GLYPH_HEADER_NAME_H_INCLUDED

#include "text/glyph_buf.h"
#include "column/glyph_synonyms.h"


#define GLYPH_HEADER_NAME_MAX  128      /* of what is looked up */


/* So many names that are not known are compared with those that are. */
#define GLYPH_HEADER_TRIED     8


/* Whether two folded names are one: "product_name" is also "productname". */
int glyph_header_same(const char *a, const char *b);

/* The synonym that a folded name is, or NULL. */
const glyph_synonym_t *glyph_header_synonym(const char *name);

/* What the name of a price says of its currency. */

typedef struct {
    char          code[4];      /* "": nothing */
    glyph_sign_e  sign;         /* it is but what this one usually means */
} glyph_header_currency_t;


/*
 * A header name without the currency in it: "Price (USD)", "Preis in EUR",
 * "price_usd", "Prezzo €", "price in Rs.".  Letters that are only sometimes a
 * currency ("r") and words that are also others ("real") are none here.  Folds
 * the rest into name, as glyph_header_fold() does.
 */
size_t glyph_header_strip(const glyph_str_t *given, char *name, size_t size,
    glyph_header_currency_t *currency);

/*
 * The nearest name of a column, NULL if none is near.  What is called a net,
 * an old or a purchase price is not near to any other price.
 */
const char *glyph_header_near(const glyph_str_t *given,
    glyph_column_e column);

/*
 * That, or the name of the column that is part of this one: "price" of
 * "strongprice"; and in percent how likely it is meant.
 */
const char *glyph_header_guess(const glyph_str_t *given,
    glyph_column_e column, unsigned *percent);

/*
 * How many of n fields are names of known columns; *usable tells whether a
 * title, or a model, and a price are among them.
 */
size_t glyph_header_known(const glyph_str_t *fields, size_t n, int *usable);

/*
 * Appends members of a JSON object that tell which fields may be what is
 * missing: "did_you_mean" those that are nearly names of it, and these names,
 * {"Pries":"preis"}; "suggestions" all, with the known column, and how likely
 * that is.  Nothing if there are none.
 */
void glyph_header_suggest(const glyph_str_t *fields, size_t n,
    glyph_buf_t *json);

#endif /* GLYPH_HEADER_NAME_H_INCLUDED */
