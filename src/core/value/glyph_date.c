#include "value/glyph_values.h"
#include "text/glyph_utf8.h"


#define GLYPH_DATE_TEXT_MAX    64
#define GLYPH_DATE_YEAR_MIN    1990
#define GLYPH_DATE_YEAR_MAX    2100
#define GLYPH_DATE_EPOCH       946684800LL      /* 2000-01-01, Unix time */
#define GLYPH_DATE_SEC_MIN     631152000LL      /* 1990-01-01 */
#define GLYPH_DATE_SEC_MAX     4133980800LL     /* 2101-01-01 */


typedef struct {
    const unsigned char  *p;
    const unsigned char  *last;
    int                   year;
    int                   month;
    int                   day;
    int64_t               usec;         /* since midnight, UTC */
} glyph_date_t;


static int glyph_date_unix(const glyph_date_t *d, int64_t *usec);
static int glyph_date_day(glyph_date_t *d);
static int glyph_date_numbers(glyph_date_t *d);
static int glyph_date_compact(glyph_date_t *d);
static int glyph_date_words(glyph_date_t *d);
static int glyph_date_month(glyph_date_t *d);
static int glyph_date_time(glyph_date_t *d);
static int glyph_date_zone(glyph_date_t *d);
static int glyph_date_int(glyph_date_t *d, size_t min, size_t max, int *n);
static int glyph_date_is(glyph_date_t *d, const char *word);
static void glyph_date_blanks(glyph_date_t *d);
static int64_t glyph_date_days(int year, int month, int day);


/* Folded: English, German, French, Spanish, Italian, Polish, Dutch, … */

static const char *const  glyph_date_months[12] = {
    "jan january januar janner jaenner janv janvier ene enero gen gennaio "
    "sty stycznia styczen januari janeiro",
    "feb february februar feber fev fevr fevrier febr febrero febbraio lut "
    "lutego luty februari fevereiro",
    "mar march marz maerz mrz mars marzo marca marzec maa maart mrt marco",
    "apr april avr avril abr abril aprile kwi kwietnia kwiecien",
    "may mai mayo mag maggio maj maja mei maio",
    "jun june juni juin junio giu giugno cze czerwca czerwiec junho",
    "jul july juli juil juillet julio lug luglio lip lipca lipiec julho",
    "aug august aout ago agosto sie sierpnia sierpien augustus",
    "sep sept september septembre septiembre setiembre set settembre wrz "
    "wrzesnia wrzesien setembro",
    "oct october oktober okt octobre octubre ott ottobre paz pazdziernika "
    "pazdziernik out outubro",
    "nov november novembre noviembre lis listopada listopad novembro",
    "dec december dez dezember decembre dic diciembre dicembre gru grudnia "
    "grudzien dezembro"
};


glyph_code_e
glyph_date_parse(const glyph_str_t *text, int64_t *usec)
{
    int64_t        days;
    glyph_str_t    t;
    glyph_date_t   d;
    unsigned char  buf[GLYPH_DATE_TEXT_MAX];

    t = *text;
    glyph_utf8_trim(&t);

    if (t.len == 0 || t.len > sizeof(buf)) {
        return GLYPH_ROW_DATE_INVALID;
    }

    memset(&d, 0, sizeof(d));

    d.p = buf;
    d.last = buf + glyph_utf8_fold(&t, buf, sizeof(buf));

    if (glyph_date_unix(&d, usec)) {
        return GLYPH_CODE_OK;
    }

    if (!glyph_date_day(&d) || !glyph_date_time(&d)) {
        return GLYPH_ROW_DATE_INVALID;
    }

    if (d.year < GLYPH_DATE_YEAR_MIN || d.year > GLYPH_DATE_YEAR_MAX) {
        return GLYPH_ROW_DATE_INVALID;
    }

    days = glyph_date_days(d.year, d.month, d.day);

    *usec = (days * 86400 - GLYPH_DATE_EPOCH) * 1000000 + d.usec;

    return GLYPH_CODE_OK;
}


int
glyph_date_is_absent(const glyph_str_t *text)
{
    size_t         i, n, len;
    glyph_str_t    t;
    unsigned char  buf[GLYPH_DATE_TEXT_MAX];

    static const char *const  words[] = {
        "n/a", "na", "n.a.", "#n/a", "-", "--", "?", "null", "none", "nil",
        "unknown"
    };

    t = *text;
    glyph_utf8_trim(&t);

    if (t.len == 0) {
        return 1;
    }

    if (t.len > sizeof(buf)) {
        return 0;
    }

    len = glyph_utf8_fold(&t, buf, sizeof(buf));
    n = sizeof(words) / sizeof(words[0]);

    for (i = 0; i < n; i++) {

        if (strlen(words[i]) == len && memcmp(words[i], buf, len) == 0) {
            return 1;
        }
    }

    return len == 0;
}


/* Unix seconds (9 or 10 digits), milliseconds (12, 13); with a fraction. */

static int
glyph_date_unix(const glyph_date_t *d, int64_t *usec)
{
    int                   digits;
    int64_t               n, fraction, unit;
    const unsigned char  *p;

    n = 0;

    for (p = d->p; p < d->last && *p >= '0' && *p <= '9'; p++) {

        if (p - d->p == 13) {
            return 0;
        }

        n = n * 10 + (*p - '0');
    }

    digits = (int) (p - d->p);

    if (digits != 9 && digits != 10 && digits != 12 && digits != 13) {
        return 0;
    }

    unit = digits > 10 ? 1000 : 1000000;
    fraction = 0;

    if (p < d->last && *p == '.') {

        for (p++; p < d->last && *p >= '0' && *p <= '9'; p++) {
            unit /= 10;
            fraction += (*p - '0') * unit;
        }
    }

    unit = digits > 10 ? 1000 : 1000000;

    if (p != d->last || n < GLYPH_DATE_SEC_MIN * (1000000 / unit)
        || n >= GLYPH_DATE_SEC_MAX * (1000000 / unit))
    {
        return 0;
    }

    *usec = n * unit + fraction - GLYPH_DATE_EPOCH * 1000000;

    return 1;
}


static int
glyph_date_day(glyph_date_t *d)
{
    int  days;

    static const int  month_days[12] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    if (!glyph_date_compact(d) && !glyph_date_numbers(d)
        && !glyph_date_words(d))
    {
        return 0;
    }

    if (d->month < 1 || d->month > 12 || d->day < 1) {
        return 0;
    }

    days = month_days[d->month - 1];

    if (d->month == 2 && d->year % 4 == 0
        && (d->year % 100 != 0 || d->year % 400 == 0))
    {
        days = 29;
    }

    return d->day <= days;
}


/* "20250701", also before a time: "20250701T140000Z". */

static int
glyph_date_compact(glyph_date_t *d)
{
    int           n;
    glyph_date_t  saved;

    saved = *d;

    if (glyph_date_int(d, 8, 8, &n)) {
        d->year = n / 10000;
        d->month = n / 100 % 100;
        d->day = n % 100;
        return 1;
    }

    *d = saved;

    return 0;
}


/*
 * "2025-07-01", "2025/7/1", "25.07.2025", "07/25/2025".  With points the day
 * comes first everywhere; with a slash or a dash only what cannot be the
 * other is taken.
 */

static int
glyph_date_numbers(glyph_date_t *d)
{
    int            a, b, c;
    size_t         len;
    glyph_date_t   saved;
    unsigned char  mark;

    saved = *d;

    if (!glyph_date_int(d, 1, 4, &a)) {
        goto none;
    }

    len = d->p - saved.p;

    if (d->p == d->last || (*d->p != '-' && *d->p != '/' && *d->p != '.')) {
        goto none;
    }

    mark = *d->p++;

    /* "25. 7. 2025" */

    if (mark == '.') {
        glyph_date_blanks(d);
    }

    if (!glyph_date_int(d, 1, 2, &b) || d->p == d->last || *d->p != mark) {
        goto none;
    }

    d->p++;

    if (mark == '.') {
        glyph_date_blanks(d);
    }

    if (len == 4) {

        if (!glyph_date_int(d, 1, 2, &c)) {
            goto none;
        }

        d->year = a;
        d->month = b;
        d->day = c;

        return 1;
    }

    if (len > 2 || !glyph_date_int(d, 4, 4, &c)) {
        goto none;
    }

    d->year = c;

    if (mark == '.' || a > 12) {
        d->day = a;
        d->month = b;
        return 1;
    }

    if (b > 12 || a == b) {
        d->month = a;
        d->day = b;
        return 1;
    }

none:

    *d = saved;

    return 0;
}


/* "Jul 25, 2025", "25 July 2025", "25. Juli 2025", "Fri, 25 Jul 2025". */

static int
glyph_date_words(glyph_date_t *d)
{
    const unsigned char  *p;

    /* a day of the week tells nothing new */

    p = d->p;

    if (p < d->last && *p >= 'a' && *p <= 'z' && !glyph_date_month(d)) {

        while (d->p < d->last && ((*d->p >= 'a' && *d->p <= 'z')
                                  || *d->p == '-'))
        {
            d->p++;             /* "terca-feira" */
        }

        (void) glyph_date_is(d, ".");

        if (!glyph_date_is(d, ",") && !glyph_date_is(d, " ")) {
            return 0;
        }

        glyph_date_blanks(d);
        (void) glyph_date_month(d);
    }

    glyph_date_blanks(d);

    if (d->month) {
        (void) glyph_date_is(d, "-");       /* "Jul-25-2025" */
    }

    if (!glyph_date_int(d, 1, 2, &d->day)) {
        return 0;
    }

    if (!glyph_date_is(d, "st") && !glyph_date_is(d, "nd")
        && !glyph_date_is(d, "rd") && !glyph_date_is(d, "th")
        && !glyph_date_is(d, "er"))
    {
        (void) glyph_date_is(d, ".");
    }

    if (d->month == 0) {

        if (d->p == d->last || (*d->p != ' ' && *d->p != '-'
                                && *d->p != '/' && d->p[-1] != '.'))
        {
            return 0;
        }

        if (*d->p == '-' || *d->p == '/') {
            d->p++;
        }

        glyph_date_blanks(d);
        (void) (glyph_date_is(d, "de ") || glyph_date_is(d, "of "));

        if (!glyph_date_month(d)) {
            return 0;
        }
    }

    (void) glyph_date_is(d, ",");
    glyph_date_blanks(d);
    (void) (glyph_date_is(d, "-") || glyph_date_is(d, "/")
            || glyph_date_is(d, "de "));

    return glyph_date_int(d, 4, 4, &d->year);
}


static int
glyph_date_month(glyph_date_t *d)
{
    int          i;
    size_t       len, word;
    const char  *p;

    for (len = 0; d->p + len < d->last && d->p[len] >= 'a'
                  && d->p[len] <= 'z'; len++)
    {
        /* void */
    }

    if (len < 3) {
        return 0;
    }

    for (i = 0; i < 12; i++) {

        for (p = glyph_date_months[i]; *p; p += word + (p[word] == ' ')) {
            word = strcspn(p, " ");

            if (word == len && memcmp(p, d->p, len) == 0) {
                d->month = i + 1;
                d->p += len;
                (void) glyph_date_is(d, ".");
                return 1;
            }
        }
    }

    return 0;
}


/* Nothing, or a time of the day and what it is relative to. */

static int
glyph_date_time(glyph_date_t *d)
{
    int      hour, minute, second, compact;
    int64_t  unit;

    hour = 0;
    minute = 0;
    second = 0;

    if (d->p == d->last) {
        return 1;
    }

    (void) glyph_date_is(d, ",");

    if (!glyph_date_is(d, "t") && !glyph_date_is(d, " ")) {
        return glyph_date_zone(d);
    }

    glyph_date_blanks(d);
    (void) (glyph_date_is(d, "at ") || glyph_date_is(d, "um "));

    if (!glyph_date_int(d, 1, 2, &hour)) {
        return 0;
    }

    compact = d->p < d->last && *d->p >= '0' && *d->p <= '9';

    if (compact || glyph_date_is(d, ":")) {

        if (!glyph_date_int(d, 2, 2, &minute)) {
            return 0;
        }

        if ((compact && d->p < d->last && *d->p >= '0' && *d->p <= '9')
            || (!compact && glyph_date_is(d, ":")))
        {
            if (!glyph_date_int(d, 2, 2, &second)) {
                return 0;
            }

            if (glyph_date_is(d, ".") || glyph_date_is(d, ",")) {
                unit = 100000;

                while (d->p < d->last && *d->p >= '0' && *d->p <= '9') {
                    d->usec += (*d->p++ - '0') * unit;
                    unit /= 10;
                }
            }
        }

    } else if (d->p == d->last) {
        return 0;           /* "2025-07-01 14" */
    }

    glyph_date_blanks(d);

    if (glyph_date_is(d, "uhr")) {
        glyph_date_blanks(d);

    } else if (glyph_date_is(d, "am") || glyph_date_is(d, "a.m.")) {

        if (hour < 1 || hour > 12) {
            return 0;
        }

        hour %= 12;

    } else if (glyph_date_is(d, "pm") || glyph_date_is(d, "p.m.")) {

        if (hour < 1 || hour > 12) {
            return 0;
        }

        hour = hour % 12 + 12;
    }

    if (hour > 23 || minute > 59 || second > 60) {
        return 0;
    }

    d->usec += (hour * 3600LL + minute * 60 + second) * 1000000;

    return glyph_date_zone(d);
}


/*
 * "Z", "UTC", "GMT", "+02:00", "-0500", "+02", "GMT+0200", "+0000 UTC", or
 * nothing; then the end.  Names of other zones are not known: which "CST"?
 */

static int
glyph_date_zone(glyph_date_t *d)
{
    int  hour, minute, sign;

    glyph_date_blanks(d);

    if (glyph_date_is(d, "z")) {
        return d->p == d->last;
    }

    (void) (glyph_date_is(d, "utc") || glyph_date_is(d, "gmt"));

    if (d->p == d->last) {
        return 1;
    }

    sign = *d->p == '-' ? -1 : 1;

    if (!glyph_date_is(d, "+") && !glyph_date_is(d, "-")) {
        return 0;
    }

    minute = 0;

    if (!glyph_date_int(d, 2, 2, &hour)) {
        return 0;
    }

    (void) glyph_date_is(d, ":");

    if (d->p < d->last && !glyph_date_int(d, 2, 2, &minute)) {
        return 0;
    }

    if (hour > 15 || minute > 59) {
        return 0;
    }

    d->usec -= sign * (hour * 60LL + minute) * 60 * 1000000;

    if (hour == 0 && minute == 0) {
        (void) glyph_date_is(d, " utc");
    }

    return d->p == d->last;
}


/* Reads min to max digits. */

static int
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


static int
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


static void
glyph_date_blanks(glyph_date_t *d)
{
    while (d->p < d->last && *d->p == ' ') {
        d->p++;
    }
}


/* Days since 1970-01-01 in the Gregorian calendar. */

static int64_t
glyph_date_days(int year, int month, int day)
{
    int64_t  y, m;

    /* a year begins in March here, so that its last day is the leap day */

    y = month > 2 ? year : year - 1;
    m = month > 2 ? month - 3 : month + 9;

    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5
           + day - 719469;
}
