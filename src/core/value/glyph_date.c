
#include "value/glyph_date_parts.h"
#include "text/glyph_utf8.h"


#define GLYPH_DATE_TEXT_MAX    96
#define GLYPH_DATE_SEC_MIN     631152000LL      /* 1990-01-01 */
#define GLYPH_DATE_SEC_MAX     4133980800LL     /* 2101-01-01 */

/* of a spreadsheet: 1 is 1900-01-01, and 60 is a day that never was */
#define GLYPH_DATE_SERIAL      25569LL          /* 1970-01-01 */
#define GLYPH_DATE_SERIAL_MIN  32874LL          /* 1990-01-01 */
#define GLYPH_DATE_SERIAL_MAX  73415LL          /* 2100-12-31 */


/* A number as it is written: value / 10^scale. */

typedef struct {
    int64_t              value;
    int                  scale;
    int                  digits;    /* before the point */
    unsigned             exponent:1;
} glyph_date_number_t;


static int glyph_date_plain(const glyph_str_t *text, int64_t *usec);
static int glyph_date_two(const unsigned char *p);
static int glyph_date_fold(const glyph_str_t *text, unsigned char *buf,
    const glyph_date_habit_t *habit, glyph_date_t *d);
static int glyph_date_number(const glyph_date_t *d, glyph_date_number_t *n);
static int64_t glyph_date_scaled(const glyph_date_number_t *n, int64_t unit);
static int glyph_date_unix(const glyph_date_number_t *n, int64_t *usec);
static int glyph_date_serial(const glyph_date_number_t *n, int64_t *usec);


static const char *const  glyph_date_orders[] = {
    "unknown", "dmy", "mdy", "ymd"
};


glyph_code_e
glyph_date_parse(const glyph_str_t *text, const glyph_date_habit_t *habit,
    int64_t *usec)
{
    glyph_date_t         d;
    unsigned char        buf[GLYPH_DATE_TEXT_MAX];
    glyph_date_number_t  n;

    if (glyph_date_plain(text, usec)) {
        return GLYPH_CODE_OK;
    }

    if (!glyph_date_fold(text, buf, habit, &d)) {
        return GLYPH_WARN_DATE_INVALID;
    }

    if (glyph_date_number(&d, &n)
        && (glyph_date_unix(&n, usec)
            || (habit->serial && glyph_date_serial(&n, usec))))
    {
        return GLYPH_CODE_OK;
    }

    if (!glyph_date_day(&d) || !glyph_date_rest(&d)) {
        return (habit->now && glyph_date_fold(text, buf, habit, &d)
                && glyph_date_ago(&d, usec))
               ? GLYPH_CODE_OK : GLYPH_WARN_DATE_INVALID;
    }

    if (d.undecided) {
        return GLYPH_WARN_DATE_AMBIGUOUS;
    }

    if (!glyph_date_valid(d.year, d.month, d.day)) {
        return GLYPH_WARN_DATE_INVALID;
    }

    *usec = glyph_date_days(d.year, d.month, d.day) * GLYPH_DATE_DAY
            - GLYPH_DATE_EPOCH * GLYPH_DATE_SECOND + d.usec;

    return GLYPH_CODE_OK;
}


/* "2025-07-01", "2025-07-01T14:00:00Z", as most programs write it. */

static int
glyph_date_plain(const glyph_str_t *text, int64_t *usec)
{
    int                   year, month, day, hour, minute, second;
    const unsigned char  *p;

    p = text->data;

    if ((text->len != 10 && text->len != 19 && text->len != 20)
        || p[4] != '-' || p[7] != '-')
    {
        return 0;
    }

    year = glyph_date_two(p) * 100 + glyph_date_two(p + 2);
    month = glyph_date_two(p + 5);
    day = glyph_date_two(p + 8);
    hour = 0;
    minute = 0;
    second = 0;

    if (text->len > 10) {

        if ((p[10] != 'T' && p[10] != ' ') || p[13] != ':' || p[16] != ':'
            || (text->len == 20 && p[19] != 'Z'))
        {
            return 0;
        }

        hour = glyph_date_two(p + 11);
        minute = glyph_date_two(p + 14);
        second = glyph_date_two(p + 17);
    }

    if (!glyph_date_valid(year, month, day) || hour < 0 || hour > 23
        || minute < 0 || minute > 59 || second < 0 || second > 59)
    {
        return 0;
    }

    *usec = (glyph_date_days(year, month, day) * 86400 - GLYPH_DATE_EPOCH
             + hour * 3600 + minute * 60 + second) * GLYPH_DATE_SECOND;

    return 1;
}


/* Two digits, or a number so small that no sum of it is a date. */

static int
glyph_date_two(const unsigned char *p)
{
    unsigned  tens, ones;

    tens = p[0] - '0';
    ones = p[1] - '0';

    return tens < 10 && ones < 10 ? (int) (tens * 10 + ones) : -100000;
}


static int
glyph_date_fold(const glyph_str_t *text, unsigned char *buf,
    const glyph_date_habit_t *habit, glyph_date_t *d)
{
    glyph_str_t  t;

    t = *text;
    glyph_utf8_trim(&t);

    if (t.len == 0 || t.len > GLYPH_DATE_TEXT_MAX) {
        return 0;
    }

    memset(d, 0, sizeof(glyph_date_t));

    d->p = buf;
    d->last = buf + glyph_utf8_fold(&t, buf, GLYPH_DATE_TEXT_MAX);
    d->habit = habit;

    return d->last > d->p;
}


/* "1753452000", "1753452000.5", "45863.25", "1.75343e+12"; all of it. */

static int
glyph_date_number(const glyph_date_t *d, glyph_date_number_t *n)
{
    int                   point, exponent, digits;
    const unsigned char  *p;

    memset(n, 0, sizeof(glyph_date_number_t));

    point = 0;
    digits = 0;

    for (p = d->p; p < d->last; p++) {

        if (*p >= '0' && *p <= '9') {

            if (++digits > 18) {
                return 0;
            }

            n->value = n->value * 10 + (*p - '0');
            n->scale += point;
            n->digits += !point;

        } else if ((*p == '.' || *p == ',') && !point && p > d->p) {
            point = 1;

        } else {
            break;
        }
    }

    if (p == d->last) {
        return digits > 0;
    }

    if (*p != 'e' || digits == 0) {
        return 0;
    }

    p++;

    if (p < d->last && *p == '+') {
        p++;
    }

    if (d->last - p < 1 || d->last - p > 2) {
        return 0;
    }

    for (exponent = 0; p < d->last; p++) {

        if (*p < '0' || *p > '9') {
            return 0;
        }

        exponent = exponent * 10 + (*p - '0');
    }

    n->exponent = 1;
    n->digits += exponent;
    n->scale -= exponent;

    return n->digits <= 18;
}


/* n times the unit, which is not more than 10^11; what is smaller is cut. */

static int64_t
glyph_date_scaled(const glyph_date_number_t *n, int64_t unit)
{
    int        scale;
    __int128  value;

    value = (__int128) n->value * unit;

    for (scale = n->scale; scale > 0; scale--) {
        value /= 10;
    }

    for ( /* void */ ; scale < 0; scale++) {
        value *= 10;
    }

    return (int64_t) value;
}


/* Unix seconds (9 or 10 digits), milliseconds (12, 13); with a fraction. */

static int
glyph_date_unix(const glyph_date_number_t *n, int64_t *usec)
{
    int64_t  unit, unix_usec;

    if (n->digits == 9 || n->digits == 10) {
        unit = GLYPH_DATE_SECOND;

    } else if (n->digits == 12 || n->digits == 13) {
        unit = GLYPH_DATE_SECOND / 1000;

    } else {
        return 0;
    }

    unix_usec = glyph_date_scaled(n, unit);

    if (unix_usec < GLYPH_DATE_SEC_MIN * GLYPH_DATE_SECOND
        || unix_usec >= GLYPH_DATE_SEC_MAX * GLYPH_DATE_SECOND)
    {
        return 0;
    }

    *usec = unix_usec - GLYPH_DATE_EPOCH * GLYPH_DATE_SECOND;

    return 1;
}


/* Days, and the time as a fraction of one: to the millisecond. */

static int
glyph_date_serial(const glyph_date_number_t *n, int64_t *usec)
{
    int64_t  msec;

    if (n->digits != 5 || n->exponent) {
        return 0;
    }

    msec = glyph_date_scaled(n, GLYPH_DATE_DAY / 1000);

    if (msec < GLYPH_DATE_SERIAL_MIN * (GLYPH_DATE_DAY / 1000)
        || msec >= (GLYPH_DATE_SERIAL_MAX + 1) * (GLYPH_DATE_DAY / 1000))
    {
        return 0;
    }

    /* fractions are of binary numbers: "0.583333333" is 14:00 */

    msec = (msec + 50) / 100 * 100;

    *usec = (msec - GLYPH_DATE_SERIAL * (GLYPH_DATE_DAY / 1000)) * 1000
            - GLYPH_DATE_EPOCH * GLYPH_DATE_SECOND;

    return 1;
}


void
glyph_date_look(glyph_date_sample_t *sample, const glyph_date_habit_t *habit,
    const glyph_str_t *text)
{
    int64_t              usec;
    glyph_date_t         d;
    unsigned char        buf[GLYPH_DATE_TEXT_MAX];
    glyph_date_habit_t   none;
    glyph_date_number_t  n;

    memset(&none, 0, sizeof(glyph_date_habit_t));
    none.now = habit->now;

    if (!glyph_date_fold(text, buf, &none, &d)) {
        return;
    }

    if (glyph_date_number(&d, &n) && glyph_date_serial(&n, &usec)) {
        sample->serials++;
        return;
    }

    sample->others++;

    if (glyph_date_day(&d) && glyph_date_rest(&d)) {
        sample->orders |= d.unlike;
    }
}


void
glyph_date_decide(const glyph_date_sample_t *sample,
    glyph_date_habit_t *habit)
{
    unsigned  left;

    habit->serial = sample->serials && sample->others == 0;

    left = ~sample->orders & (glyph_date_bit(GLYPH_DATE_DMY)
                              | glyph_date_bit(GLYPH_DATE_MDY)
                              | glyph_date_bit(GLYPH_DATE_YMD));

    if (habit->order == GLYPH_DATE_UNKNOWN && sample->orders && left
        && (left & (left - 1)) == 0)
    {
        habit->order = (glyph_date_order_e) __builtin_ctz(left);
    }
}


int64_t
glyph_date_of_unix(uint64_t msec)
{
    return msec ? (int64_t) msec * 1000 - GLYPH_DATE_EPOCH * GLYPH_DATE_SECOND
                : 0;
}


const char *
glyph_date_order_name(glyph_date_order_e order)
{
    return glyph_date_orders[order];
}


glyph_date_order_e
glyph_date_order(const glyph_str_t *name)
{
    int  i;

    for (i = GLYPH_DATE_YMD; i > GLYPH_DATE_UNKNOWN; i--) {

        if (name->len == 3 && memcmp(name->data, glyph_date_orders[i], 3)
                              == 0)
        {
            break;
        }
    }

    return i;
}
