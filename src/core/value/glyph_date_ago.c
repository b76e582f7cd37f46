
#include "value/glyph_date_parts.h"
#include "value/glyph_date_words.h"
#include "text/glyph_phrase.h"


#define GLYPH_DATE_AGO_MAX  9999        /* of a unit */
#define GLYPH_DATE_PHRASE   3           /* words */


typedef struct {
    int64_t   usec;
    int       months;
    int       number;           /* that waits for its unit; -1: none */
    unsigned  units:1;          /* there was one */
    unsigned  ago:1;
} glyph_date_span_t;


static unsigned glyph_date_phrase(glyph_date_t *d);
static const glyph_date_word_t *glyph_date_word(const unsigned char *text,
    size_t len);
static int glyph_date_relative_day(glyph_date_t *d, unsigned says,
    int64_t *usec);
static int glyph_date_span_add(glyph_date_span_t *span, unsigned says);
static int64_t glyph_date_before(int64_t now, const glyph_date_span_t *span);


int
glyph_date_ago(glyph_date_t *d, int64_t *usec)
{
    unsigned           says;
    glyph_date_span_t  span;

    memset(&span, 0, sizeof(glyph_date_span_t));
    span.number = -1;

    for ( ;; ) {

        while (d->p < d->last && (*d->p == ' ' || *d->p == '.')) {
            d->p++;
        }

        if (d->p == d->last) {
            break;
        }

        if (glyph_date_is_digit(d)) {

            if (span.number >= 0 || !glyph_date_int(d, 1, 4, &span.number)
                || glyph_date_is_digit(d))
            {
                return 0;
            }

            continue;
        }

        says = glyph_date_phrase(d);

        if (says & (GLYPH_DATE_SAYS_TODAY|GLYPH_DATE_SAYS_YESTERDAY)) {
            return span.units == 0 && span.number < 0
                   && glyph_date_relative_day(d, says, usec);
        }

        if (says & GLYPH_DATE_SAYS_NOW) {
            *usec = d->habit->now;
            return d->p == d->last && span.units == 0 && span.number < 0;
        }

        if (!says || !glyph_date_span_add(&span, says)) {
            return 0;
        }
    }

    if (!span.ago || !span.units || span.number >= 0) {
        return 0;
    }

    *usec = glyph_date_before(d->habit->now, &span);

    return *usec >= (glyph_date_days(GLYPH_DATE_YEAR_MIN, 1, 1) * 86400
                     - GLYPH_DATE_EPOCH) * GLYPH_DATE_SECOND;
}


/* What the next words say: the longest phrase that is known; 0: none is. */

static unsigned
glyph_date_phrase(glyph_date_t *d)
{
    size_t                    i, n;
    const unsigned char      *p;
    const unsigned char      *ends[GLYPH_DATE_PHRASE];
    const glyph_date_word_t  *word;

    p = d->p;

    for (n = 0; n < GLYPH_DATE_PHRASE && p < d->last; n++) {

        while (p < d->last && *p != ' ' && *p != '.' && *p != ','
               && (*p < '0' || *p > '9'))
        {
            p++;
        }

        ends[n] = p;

        if (p == d->last || *p != ' ') {
            n++;
            break;
        }

        p++;
    }

    for (i = n; i > 0; i--) {
        word = glyph_date_word(d->p, ends[i - 1] - d->p);

        if (word) {
            d->p = ends[i - 1];
            return word->says;
        }
    }

    return 0;
}


static const glyph_date_word_t *
glyph_date_word(const unsigned char *text, size_t len)
{
    glyph_str_t  key;

    key.data = (unsigned char *) text;
    key.len = len;

    return bsearch(&key, glyph_date_words, glyph_date_words_n,
                   sizeof(glyph_date_word_t), glyph_phrase_compare);
}


/* "yesterday", "today, 14:00" */

static int
glyph_date_relative_day(glyph_date_t *d, unsigned says, int64_t *usec)
{
    int64_t  days;

    if (!glyph_date_rest(d)) {
        return 0;
    }

    days = (d->habit->now + GLYPH_DATE_EPOCH * GLYPH_DATE_SECOND)
           / GLYPH_DATE_DAY;

    days -= (says & GLYPH_DATE_SAYS_YESTERDAY) != 0;

    *usec = days * GLYPH_DATE_DAY - GLYPH_DATE_EPOCH * GLYPH_DATE_SECOND
            + d->usec;

    return 1;
}


static int
glyph_date_span_add(glyph_date_span_t *span, unsigned says)
{
    static const int64_t  usec[] = {
        GLYPH_DATE_SECOND, 60 * GLYPH_DATE_SECOND, 3600 * GLYPH_DATE_SECOND,
        GLYPH_DATE_DAY, 7 * GLYPH_DATE_DAY
    };

    if (says & GLYPH_DATE_SAYS_AGO) {
        span->ago = 1;
    }

    if (says & GLYPH_DATE_SAYS_ONE) {

        if (span->number >= 0) {
            return 0;
        }

        span->number = 1;
    }

    if (!(says & GLYPH_DATE_SAYS_UNIT)) {
        return 1;
    }

    if (span->number < 0) {
        return 0;
    }

    if (says & GLYPH_DATE_SAYS_YEAR) {
        span->months += 12 * span->number;

    } else if (says & GLYPH_DATE_SAYS_MONTH) {
        span->months += span->number;

    } else {
        span->usec += usec[__builtin_ctz(says)] * span->number;
    }

    span->number = -1;
    span->units = 1;

    return span->months <= GLYPH_DATE_AGO_MAX;
}


/* Months are those of the calendar, the day its last one if it has fewer. */

static int64_t
glyph_date_before(int64_t now, const glyph_date_span_t *span)
{
    int      year, month, day;
    int64_t  days, usec;

    usec = now + GLYPH_DATE_EPOCH * GLYPH_DATE_SECOND;
    days = usec / GLYPH_DATE_DAY;

    if (span->months) {
        glyph_date_civil(days, &year, &month, &day);

        month += 12 * year - 1 - span->months;
        year = month / 12;
        month = month % 12 + 1;

        if (year < GLYPH_DATE_YEAR_MIN) {
            return INT64_MIN;
        }

        while (!glyph_date_valid(year, month, day)) {
            day--;
        }

        usec = usec % GLYPH_DATE_DAY
               + glyph_date_days(year, month, day) * GLYPH_DATE_DAY;
    }

    return usec - GLYPH_DATE_EPOCH * GLYPH_DATE_SECOND - span->usec;
}
