/*
 * The smaller values of a listing: quantity, condition.
 */

#ifndef GLYPH_VALUES_H_INCLUDED
#define GLYPH_VALUES_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_code.h"


/*
 * Compile the words of conditions and of availability: once, in one thread,
 * before any of them is read; again they do nothing.  GLYPH_ERROR: out of
 * memory.
 */
int glyph_condition_init(void);
int glyph_quantity_init(void);


#define GLYPH_QUANTITY_NONE  -1

typedef enum {
    GLYPH_AVAILABILITY_UNKNOWN = 0,
    GLYPH_AVAILABLE,
    GLYPH_UNAVAILABLE
} glyph_availability_e;


/*
 * "12", "1,000", "10+", "> 5", "x4", "lot of 4", "Available", "In stock (3)",
 * "Sold out", "Yes", "N/A".  *quantity is 0 .. 1,000,000,000 or
 * GLYPH_QUANTITY_NONE.  Empty is GLYPH_CODE_OK with NONE and UNKNOWN.  Without
 * words a number that is negative, out of range, not whole, a range ("2-5") or
 * in doubt ("<5", "~5") is GLYPH_WARN_QUANTITY_INVALID; with words that are
 * not about a quantity ("ships in 3 days", "min. order 10") it is none, and
 * GLYPH_CODE_OK.  How many were sold is not how many there are.
 */
glyph_code_e glyph_quantity_parse(const glyph_str_t *text,
    int64_t *quantity, glyph_availability_e *availability);

/*
 * What a column of flags says beside that: whether there are any, and how many
 * only if *quantity is none, and it is not just "1" or "0".  The flag decides
 * of *availability.
 */
glyph_code_e glyph_quantity_flag(const glyph_str_t *text, int64_t *quantity,
    glyph_availability_e *availability);

/* "available", "unavailable" or NULL. */
const char *glyph_availability_name(glyph_availability_e availability);

/*
 * The usual name of a condition ("New", "Open box", "Refurbished", "Used",
 * "For parts") in any of the ways sellers write it, or NULL when the text is
 * none of them (it is then kept as written).
 */
const char *glyph_condition_parse(const glyph_str_t *text);

/*
 * Likewise of what has been found in a text: a set of glyph_phrase_bit() of
 * glyph_condition_words.h, 0 is NULL.
 */
const char *glyph_condition_name(unsigned said);

#endif /* GLYPH_VALUES_H_INCLUDED */
