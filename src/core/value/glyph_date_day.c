
#include "value/glyph_date_parts.h"


static int glyph_date_compact(glyph_date_t *d);
static int glyph_date_numbers(glyph_date_t *d);
static int glyph_date_ordered(glyph_date_t *d, const int n[3],
    const size_t len[3], int points);
static int glyph_date_take(glyph_date_t *d, const int n[3],
    const size_t len[3], glyph_date_order_e order);
static int glyph_date_year(int n, size_t len);
static int glyph_date_words(glyph_date_t *d);
static int glyph_date_weekday(glyph_date_t *d);
static int glyph_date_year_first(glyph_date_t *d);
static int glyph_date_ordinal(glyph_date_t *d);
static int glyph_date_named_year(glyph_date_t *d);
static int glyph_date_month(glyph_date_t *d);


/*
 * Folded: English, German, French, Spanish, Italian, Polish, Dutch, …  By the
 * first letter; the capital behind each says which month, "A" the first.
 */

static const char *const  glyph_date_months[26] = {
    ['a' - 'a'] =
        "aprD aprilD avrD avrilD abrD abrilD aprileD augH augustH "
        "aoutH agoH agostoH augustusH",
    ['c' - 'a'] = "czeF czerwcaF czerwiecF",
    ['d' - 'a'] =
        "decL decemberL dezL dezemberL decembreL dicL diciembreL "
        "dicembreL dezembroL",
    ['e' - 'a'] = "eneA eneroA",
    ['f' - 'a'] =
        "febB februaryB februarB feberB fevB fevrB fevrierB febrB "
        "febreroB febbraioB februariB fevereiroB",
    ['g' - 'a'] = "genA gennaioA giuF giugnoF gruL grudniaL grudzienL",
    ['j' - 'a'] =
        "janA januaryA januarA jannerA jaennerA janvA janvierA "
        "januariA janeiroA junF juneF juniF juinF junioF junhoF "
        "julG julyG juliG juilG juilletG julioG julhoG",
    ['k' - 'a'] = "kwiD kwietniaD kwiecienD",
    ['l' - 'a'] =
        "lutB lutegoB lutyB lugG luglioG lipG lipcaG lipiecG lisK "
        "listopadaK listopadK",
    ['m' - 'a'] =
        "marC marchC marzC maerzC mrzC marsC marzoC marcaC marzecC "
        "maaC maartC mrtC marcoC mayE maiE mayoE magE maggioE majE "
        "majaE meiE maioE",
    ['n' - 'a'] = "novK novemberK novembreK noviembreK novembroK",
    ['o' - 'a'] =
        "octJ octoberJ oktoberJ oktJ octobreJ octubreJ ottJ "
        "ottobreJ outJ outubroJ",
    ['p' - 'a'] = "pazJ pazdziernikaJ pazdziernikJ",
    ['s' - 'a'] =
        "styA styczniaA styczenA sieH sierpniaH sierpienH sepI "
        "septI septemberI septembreI septiembreI setiembreI setI "
        "settembreI setembroI",
    ['w' - 'a'] = "wrzI wrzesniaI wrzesienI"
};


int
glyph_date_day(glyph_date_t *d)
{
    return glyph_date_compact(d) || glyph_date_numbers(d)
           || glyph_date_words(d);
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
 * "2025-07-01", "2025/7/1", "25.07.2025", "07/25/2025", "7_25_25", and
 * "25. 7. 2025".
 */

static int
glyph_date_numbers(glyph_date_t *d)
{
    int            i, n[3];
    size_t         len[3];
    glyph_date_t   saved;
    unsigned char  mark;

    saved = *d;
    mark = 0;

    for (i = 0; i < 3; i++) {
        len[i] = d->last - d->p;

        if (!glyph_date_int(d, 1, 4, &n[i])) {
            goto none;
        }

        len[i] -= d->last - d->p;

        if (i == 2) {
            break;
        }

        if (d->p == d->last || memchr("-/._", *d->p, 4) == NULL
            || (mark && *d->p != mark))
        {
            goto none;
        }

        mark = *d->p++;

        if (mark == '.') {
            glyph_date_blanks(d);
        }
    }

    if (!glyph_date_is_digit(d)
        && glyph_date_ordered(d, n, len, mark == '.'))
    {
        return 1;
    }

none:

    *d = saved;

    return 0;
}


/*
 * A year of four digits in front is before month and day.  Else it is what the
 * numbers allow; of several ways the habit's, or with points (it is so wherever
 * they are usual) the day first.
 */

static int
glyph_date_ordered(glyph_date_t *d, const int n[3], const size_t len[3],
    int points)
{
    int           same;
    int64_t       day, other;
    unsigned      can, order, first;
    glyph_date_t  read;

    if (len[0] == 4) {
        return glyph_date_take(d, n, len, GLYPH_DATE_YMD);
    }

    can = 0;
    same = 1;
    day = 0;
    first = GLYPH_DATE_UNKNOWN;

    for (order = GLYPH_DATE_DMY; order <= GLYPH_DATE_YMD; order++) {
        read = *d;

        if (!glyph_date_take(&read, n, len, order)) {
            d->unlike |= glyph_date_bit(order);
            continue;
        }

        other = glyph_date_days(read.year, read.month, read.day);

        if (first == GLYPH_DATE_UNKNOWN) {
            first = order;
            day = other;
        }

        same &= other == day;
        can |= glyph_date_bit(order);
    }

    if (can == 0) {
        return 0;
    }

    if (same && (can & (can - 1))) {
        d->unlike = 0;
        return glyph_date_take(d, n, len, first);
    }

    order = d->habit->order;

    if (can & glyph_date_bit(order)) {
        return glyph_date_take(d, n, len, order);
    }

    d->undecided = order != GLYPH_DATE_UNKNOWN
                   || ((can & (can - 1))
                       && (!points || (can & glyph_date_bit(GLYPH_DATE_YMD))));

    return glyph_date_take(d, n, len, first);
}


/* 0: they are no day in that order, of those years, and of the past. */

static int
glyph_date_take(glyph_date_t *d, const int n[3], const size_t len[3],
    glyph_date_order_e order)
{
    int      y, m, t;
    int64_t  now;

    static const unsigned char  places[][3] = {
        [GLYPH_DATE_DMY] = { 2, 1, 0 },
        [GLYPH_DATE_MDY] = { 2, 0, 1 },
        [GLYPH_DATE_YMD] = { 0, 1, 2 }
    };

    y = places[order][0];
    m = places[order][1];
    t = places[order][2];

    d->year = glyph_date_year(n[y], len[y]);
    d->month = n[m];
    d->day = n[t];

    if (len[m] > 2 || len[t] > 2
        || !glyph_date_valid(d->year, d->month, d->day))
    {
        return 0;
    }

    /* of two digits any number is a year: nobody has seen those to come */

    now = d->habit->now;

    return len[y] == 4 || now == 0
           || (glyph_date_days(d->year, d->month, d->day) * 86400
               - GLYPH_DATE_EPOCH) * GLYPH_DATE_SECOND
              <= now + 2 * GLYPH_DATE_DAY;
}


/* A year of one digit, or three, is none. */

static int
glyph_date_year(int n, size_t len)
{
    return len == 4 ? n : len != 2 ? 0 : n < 70 ? 2000 + n : 1900 + n;
}


/*
 * "Jul 25, 2025", "25 July 2025", "25. Juli 2025", "Fri, 25 Jul 2025",
 * "25-Jul-25", "2025-Jul-25", "Thu Oct 02 11:03:35 PDT 2025",
 * "Oct/2/13:46:53/2024".
 */

static int
glyph_date_words(glyph_date_t *d)
{
    const unsigned char  *p;

    if (!glyph_date_weekday(d)) {
        return 0;
    }

    glyph_date_blanks(d);

    if (d->month) {
        (void) (glyph_date_is(d, "-") || glyph_date_is(d, "/"));

        return glyph_date_ordinal(d) && glyph_date_named_year(d);
    }

    p = d->p;

    if (glyph_date_int(d, 4, 4, &d->year)) {
        return glyph_date_year_first(d);
    }

    d->p = p;

    if (!glyph_date_ordinal(d)
        || d->p == d->last || (*d->p != ' ' && *d->p != '-'
                               && *d->p != '/' && d->p[-1] != '.'))
    {
        return 0;
    }

    (void) (glyph_date_is(d, "-") || glyph_date_is(d, "/"));

    glyph_date_blanks(d);
    (void) (glyph_date_is(d, "de ") || glyph_date_is(d, "of "));

    return glyph_date_month(d) && glyph_date_named_year(d);
}


/* A day of the week tells nothing new; what looks like one may be a month. */

static int
glyph_date_weekday(glyph_date_t *d)
{
    if (d->p == d->last || *d->p < 'a' || *d->p > 'z'
        || glyph_date_month(d))
    {
        return 1;
    }

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

    return 1;
}


/* "-Jul-25" */

static int
glyph_date_year_first(glyph_date_t *d)
{
    unsigned char  mark;

    if (d->p == d->last || memchr("-/ ", *d->p, 3) == NULL) {
        return 0;
    }

    mark = *d->p++;

    if (!glyph_date_month(d) || d->p == d->last || *d->p != mark) {
        return 0;
    }

    d->p++;

    return glyph_date_int(d, 1, 2, &d->day) && !glyph_date_is_digit(d);
}


/* "25", "25th", "25.", "1er" */

static int
glyph_date_ordinal(glyph_date_t *d)
{
    glyph_date_blanks(d);

    if (!glyph_date_int(d, 1, 2, &d->day)) {
        return 0;
    }

    if (!glyph_date_is(d, "st") && !glyph_date_is(d, "nd")
        && !glyph_date_is(d, "rd") && !glyph_date_is(d, "th")
        && !glyph_date_is(d, "er"))
    {
        (void) glyph_date_is(d, ".");
    }

    return 1;
}


/* The year behind a month's name and a day, maybe with a time before it. */

static int
glyph_date_named_year(glyph_date_t *d)
{
    int                   n;
    const unsigned char  *p;

    (void) glyph_date_is(d, ",");
    glyph_date_blanks(d);
    (void) (glyph_date_is(d, "-") || glyph_date_is(d, "/")
            || glyph_date_is(d, "de "));

    p = d->p;

    /* "March 2025" has no day */

    if (p[-1] >= '0' && p[-1] <= '9') {
        return 0;
    }

    if (glyph_date_int(d, 2, 4, &n) && (d->p == d->last || *d->p != ':')) {
        d->year = glyph_date_year(n, d->p - p);
        return d->year != 0;
    }

    /* what C and Java write has the year at its end */

    d->p = p;

    if (!glyph_date_clock(d)) {
        return 0;
    }

    if (!glyph_date_is(d, "/")) {
        glyph_date_blanks(d);

        if (d->p < d->last && *d->p >= 'a' && *d->p <= 'z'
            && (!glyph_date_zone(d) || !glyph_date_is(d, " ")))
        {
            return 0;
        }
    }

    return glyph_date_int(d, 4, 4, &d->year) && !glyph_date_is_digit(d);
}


static int
glyph_date_month(glyph_date_t *d)
{
    size_t       len;
    const char  *p;

    for (len = 0; d->p + len < d->last && d->p[len] >= 'a'
                  && d->p[len] <= 'z'; len++)
    {
        /* void */
    }

    if (len < 3) {
        return 0;
    }

    for (p = glyph_date_months[*d->p - 'a']; p; p = strchr(p, ' ')) {

        p += *p == ' ';

        if (strncmp(p, (const char *) d->p, len) == 0
            && p[len] >= 'A' && p[len] <= 'L')
        {
            d->month = p[len] - 'A' + 1;
            d->p += len;
            (void) glyph_date_is(d, ".");
            return 1;
        }
    }

    return 0;
}


int
glyph_date_valid(int year, int month, int day)
{
    int  days;

    static const int  month_days[12] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    if (year < GLYPH_DATE_YEAR_MIN || year > GLYPH_DATE_YEAR_MAX
        || month < 1 || month > 12 || day < 1)
    {
        return 0;
    }

    days = month_days[month - 1];

    if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) {
        days = 29;
    }

    return day <= days;
}


int64_t
glyph_date_days(int year, int month, int day)
{
    int64_t  y, m;

    /* a year begins in March here, so that its last day is the leap day */

    y = month > 2 ? year : year - 1;
    m = month > 2 ? month - 3 : month + 9;

    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5
           + day - 719469;
}


void
glyph_date_civil(int64_t days, int *year, int *month, int *day)
{
    /* never too late */

    *year = 1970 + (int) (days / 366);

    while (glyph_date_days(*year + 1, 1, 1) <= days) {
        (*year)++;
    }

    *month = 12;

    while (glyph_date_days(*year, *month, 1) > days) {
        (*month)--;
    }

    *day = (int) (days - glyph_date_days(*year, *month, 1)) + 1;
}
