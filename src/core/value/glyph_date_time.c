
#include "value/glyph_date_parts.h"


typedef struct {
    char     name[6];
    int16_t  minutes;           /* ahead of UTC */
} glyph_date_zone_t;


static int glyph_date_offset(glyph_date_t *d);
static int glyph_date_zone_name(glyph_date_t *d);


/*
 * Only those that mean one zone, whoever writes them: "CST" is America's,
 * China's and Cuba's, "IST" India's, Israel's and Ireland's, "EST" has been
 * Australia's, "PST" is the Philippines' too.
 */

static const glyph_date_zone_t  glyph_date_zones[] = {
    { "acdt", 630 }, { "acst", 570 }, { "aedt", 660 }, { "aest", 600 },
    { "akdt", -480 }, { "akst", -540 }, { "awst", 480 }, { "cest", 120 },
    { "cet", 60 }, { "edt", -240 }, { "eest", 180 }, { "eet", 120 },
    { "hkt", 480 }, { "hst", -600 }, { "jst", 540 }, { "kst", 540 },
    { "mdt", -360 }, { "mesz", 120 }, { "mez", 60 }, { "msk", 180 },
    { "nzdt", 780 }, { "nzst", 720 }, { "pdt", -420 }, { "sast", 120 },
    { "sgt", 480 }, { "west", 60 }, { "wet", 0 }
};


int
glyph_date_rest(glyph_date_t *d)
{
    if (d->p == d->last) {
        return 1;
    }

    (void) glyph_date_is(d, ",");

    if (!glyph_date_is(d, "t") && !glyph_date_is(d, " ")) {
        return glyph_date_zone(d) && d->p == d->last;
    }

    glyph_date_blanks(d);
    (void) (glyph_date_is(d, "at ") || glyph_date_is(d, "um ")
            || glyph_date_is(d, "kl. ") || glyph_date_is(d, "kl ")
            || glyph_date_is(d, "a "));

    /* a time may have come before the year */

    if (glyph_date_is_digit(d) && (d->usec || !glyph_date_clock(d))) {
        return 0;
    }

    if (!glyph_date_zone(d)) {
        return 0;
    }

    /* "GMT+0200 (Central European Summer Time)" */

    if (glyph_date_is(d, " (") && d->last[-1] == ')') {
        d->p = d->last;
    }

    return d->p == d->last;
}


int
glyph_date_clock(glyph_date_t *d)
{
    int      hour, minute, second, compact;
    int64_t  unit;

    minute = 0;
    second = 0;

    if (!glyph_date_int(d, 1, 2, &hour)) {
        return 0;
    }

    compact = glyph_date_is_digit(d);

    if (compact || glyph_date_is(d, ":") || glyph_date_is(d, "h")) {

        if (!glyph_date_int(d, 2, 2, &minute)) {
            return 0;
        }

        if ((compact && glyph_date_is_digit(d))
            || (!compact && glyph_date_is(d, ":")))
        {
            if (!glyph_date_int(d, 2, 2, &second)) {
                return 0;
            }

            if (glyph_date_is(d, ".") || glyph_date_is(d, ",")) {

                for (unit = 100000; glyph_date_is_digit(d); unit /= 10) {
                    d->usec += (*d->p++ - '0') * unit;
                }
            }
        }

    } else if (d->p == d->last) {
        return 0;           /* "2025-07-01 14" */
    }

    if (d->last - d->p > 2 && d->p[0] == ' '
        && (d->p[1] == 'a' || d->p[1] == 'p' || d->p[1] == 'u'))
    {
        d->p++;
    }

    if (glyph_date_is(d, "uhr")) {
        /* it is one of 24 */

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

    d->usec += (hour * 3600LL + minute * 60 + second) * GLYPH_DATE_SECOND;

    return 1;
}


/* "Z", "UTC", "+02:00", "-0500", "+02", "GMT+0200", "+0000 UTC", "PDT". */

int
glyph_date_zone(glyph_date_t *d)
{
    int  named;

    glyph_date_blanks(d);

    if (d->p == d->last || glyph_date_is(d, "z")
        || glyph_date_zone_name(d))
    {
        return 1;
    }

    named = glyph_date_is(d, "utc") || glyph_date_is(d, "gmt");

    if (d->p < d->last && (*d->p == '+' || *d->p == '-')) {
        return glyph_date_offset(d);
    }

    return named;
}


static int
glyph_date_offset(glyph_date_t *d)
{
    int  hour, minute, sign;

    sign = *d->p++ == '-' ? -1 : 1;
    minute = 0;

    if (!glyph_date_int(d, 2, 2, &hour)) {
        return 0;
    }

    if ((glyph_date_is(d, ":") || glyph_date_is_digit(d))
        && !glyph_date_int(d, 2, 2, &minute))
    {
        return 0;
    }

    if (hour > 15 || minute > 59 || glyph_date_is_digit(d)) {
        return 0;
    }

    d->usec -= sign * (hour * 60LL + minute) * 60 * GLYPH_DATE_SECOND;

    if (hour == 0 && minute == 0) {
        (void) glyph_date_is(d, " utc");
    }

    return 1;
}


static int
glyph_date_zone_name(glyph_date_t *d)
{
    size_t  i, n, len;

    for (len = 0; d->p + len < d->last && d->p[len] >= 'a'
                  && d->p[len] <= 'z'; len++)
    {
        /* void */
    }

    n = sizeof(glyph_date_zones) / sizeof(glyph_date_zones[0]);

    for (i = 0; i < n; i++) {

        if (strlen(glyph_date_zones[i].name) == len
            && memcmp(glyph_date_zones[i].name, d->p, len) == 0)
        {
            d->usec -= glyph_date_zones[i].minutes * 60 * GLYPH_DATE_SECOND;
            d->p += len;
            return 1;
        }
    }

    return 0;
}
