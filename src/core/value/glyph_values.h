/*
 * The smaller values of a listing: quantity, condition, date.
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
 * A point in time: RFC 3339 and ISO 8601 dates and times, "2025-07-01",
 * "2025-07-01 14:00", "07/25/2025", "25.07.2025", "Jul 25, 2025",
 * Unix seconds or milliseconds.  Without a zone it is UTC.  *usec is
 * microseconds since 2000-01-01 00:00 UTC (the unit of a Postgres
 * timestamptz).  What can be read two ways ("03/04/2025") or is no date of the
 * years 1990 .. 2100 is GLYPH_ROW_DATE_INVALID.  Empty text is not a date;
 * callers do not ask.
 */
glyph_code_e glyph_date_parse(const glyph_str_t *text, int64_t *usec);

/* Whether a text says that there is no date: "N/A", "-", "null". */
int glyph_date_is_absent(const glyph_str_t *text);

#endif /* GLYPH_VALUES_H_INCLUDED */
