/*
 * How the files that read a date share it.
 */

#ifndef GLYPH_DATE_PARTS_H_INCLUDED
#define GLYPH_DATE_PARTS_H_INCLUDED

#include "value/glyph_date.h"


#define GLYPH_DATE_YEAR_MIN    1990
#define GLYPH_DATE_YEAR_MAX    2100
#define GLYPH_DATE_EPOCH       946684800LL      /* 2000-01-01, Unix time */
#define GLYPH_DATE_SECOND      1000000LL        /* usec */
#define GLYPH_DATE_DAY         (86400 * GLYPH_DATE_SECOND)


/* A text, folded, as it is read; what is not known yet is 0. */

typedef struct {
    const unsigned char       *p;
    const unsigned char       *last;
    const glyph_date_habit_t  *habit;
    int                        year;
    int                        month;
    int                        day;
    int64_t                    usec;        /* since midnight, UTC */
    unsigned                   unlike;      /* orders that it cannot have: a
                                               bit for each */
    unsigned                   undecided:1; /* of several the habit does not
                                               say one that it can have */
} glyph_date_t;

#define glyph_date_bit(order)  (1u << (order))


/*
 * Each reads a part at d->p and moves it behind; 0: it is not there (d may have
 * moved).
 */

/* Year, month and day, and a time that is between them. */
int glyph_date_day(glyph_date_t *d);

/* The rest: nothing, or a time of the day and what it is relative to. */
int glyph_date_rest(glyph_date_t *d);

/* "13:46", "13:46:53.5", "1:46 pm" */
int glyph_date_clock(glyph_date_t *d);

/* Nothing, or a zone: "Z", "+02:00", "PDT". */
int glyph_date_zone(glyph_date_t *d);

/* A text that is relative to now; all of it. */
int glyph_date_ago(glyph_date_t *d, int64_t *usec);

/* Is there such a day, of those years? */
int glyph_date_valid(int year, int month, int day);

/* Days since 1970-01-01 in the Gregorian calendar. */
int64_t glyph_date_days(int year, int month, int day);

/* The other way; days are not negative. */
void glyph_date_civil(int64_t days, int *year, int *month, int *day);


/* Reads min to max digits. */

static inline int
glyph_date_int(glyph_date_t *d, size_t min, size_t max, int *n)
{
    size_t  i;

    *n = 0;

    for (i = 0; i < max && d->p < d->last && *d->p >= '0' && *d->p <= '9';
         i++)
    {
        *n = *n * 10 + (*d->p++ - '0');
    }

    return i >= min;
}


static inline int
glyph_date_is(glyph_date_t *d, const char *word)
{
    size_t  len;

    len = strlen(word);

    if ((size_t) (d->last - d->p) < len || memcmp(d->p, word, len) != 0) {
        return 0;
    }

    d->p += len;

    return 1;
}


static inline void
glyph_date_blanks(glyph_date_t *d)
{
    while (d->p < d->last && *d->p == ' ') {
        d->p++;
    }
}


static inline int
glyph_date_is_digit(const glyph_date_t *d)
{
    return d->p < d->last && *d->p >= '0' && *d->p <= '9';
}

#endif /* GLYPH_DATE_PARTS_H_INCLUDED */
