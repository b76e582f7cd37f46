/*
 * Points in time, in the ways that files have them.
 */

#ifndef GLYPH_DATE_H_INCLUDED
#define GLYPH_DATE_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_code.h"


/* Of day, month and year, where all are numbers and the year is not first. */

typedef enum {
    GLYPH_DATE_UNKNOWN = 0,
    GLYPH_DATE_DMY,
    GLYPH_DATE_MDY,
    GLYPH_DATE_YMD              /* "25/07/14": of four digits it is plain */
} glyph_date_order_e;


/* What holds for all dates of a file. */

typedef struct {
    glyph_date_order_e   order;
    unsigned             serial:1;  /* numbers are days of a spreadsheet */
    int64_t              now;       /* relative ones count from here, in usec
                                       since 2000; 0: they are not read */
} glyph_date_habit_t;


/* What a sample of dates shows of them; zeroed at first. */

typedef struct {
    unsigned             orders;    /* left out so far: a bit for each */
    size_t               serials;
    size_t               others;
} glyph_date_sample_t;


/*
 * A point in time: RFC 3339 and ISO 8601, "2025-07-01 14:00", "07/25/2025",
 * "25.07.25", "Jul 25, 2025", "25-Jul-25", what JavaScript, C and Java write,
 * Unix seconds or milliseconds ("1.75343E+12" too), days of a spreadsheet if
 * the habit says so; "2 days ago", "vor 3 Stunden", "yesterday, 14:00".
 * Without a zone it is UTC; the name of a zone counts if it means one.  *usec
 * is microseconds since 2000-01-01 00:00 UTC (the unit of a Postgres
 * timestamptz), of the years 1990 to 2100.
 *
 * GLYPH_WARN_DATE_AMBIGUOUS: it can be read two ways ("03/04/2025") and the
 * habit does not say which, or is another.  GLYPH_WARN_DATE_INVALID: it is no
 * date.  Empty text is not a date; callers do not ask.
 */
glyph_code_e glyph_date_parse(const glyph_str_t *text,
    const glyph_date_habit_t *habit, int64_t *usec);

/*
 * Looks at a date of the sample, and says what all of them show: the order
 * that each of them can be read in, if that is one, and whether they are all
 * numbers of a spreadsheet.  habit->now is the caller's to set before.
 */
void glyph_date_look(glyph_date_sample_t *sample,
    const glyph_date_habit_t *habit, const glyph_str_t *text);
void glyph_date_decide(const glyph_date_sample_t *sample,
    glyph_date_habit_t *habit);

/* A habit's "now" of ms since 1970. */
int64_t glyph_date_of_unix(uint64_t msec);

/* "dmy", "mdy", "ymd" or "unknown". */
const char *glyph_date_order_name(glyph_date_order_e order);

/* Such a name's order; GLYPH_DATE_UNKNOWN if it is none. */
glyph_date_order_e glyph_date_order(const glyph_str_t *name);

#endif /* GLYPH_DATE_H_INCLUDED */
