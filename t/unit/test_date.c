/* Points in time. */

#include "value/glyph_date.h"
#include "value/glyph_date_words.h"
#include "text/glyph_utf8.h"
#include "tap.h"


#define EPOCH  946684800000000LL

/* 2025-11-30T12:00:00Z, a Sunday */
#define NOW    (1764504000000000LL - EPOCH)


static glyph_str_t
str(const char *value)
{
    glyph_str_t  s;

    s.data = (unsigned char *) value;
    s.len = strlen(value);

    return s;
}


static glyph_date_habit_t
habit(glyph_date_order_e order)
{
    glyph_date_habit_t  h;

    memset(&h, 0, sizeof(h));
    h.order = order;
    h.now = NOW;

    return h;
}


/* What is wanted is Unix time, as "date -d … +%s" tells it. */

static void
test_as(glyph_date_habit_t h, const char *value, int64_t unix_usec)
{
    int64_t       usec;
    glyph_str_t   text;
    glyph_code_e  code;

    usec = 0;
    text = str(value);
    code = glyph_date_parse(&text, &h, &usec);
    usec += EPOCH;

    ok(code == GLYPH_CODE_OK && usec == unix_usec,
       "date \"%s\" (%s): %s %lld, want %lld", value,
       glyph_date_order_name(h.order), glyph_code_name(code),
       (long long) usec, (long long) unix_usec);
}


static void
test_date(const char *value, int64_t unix_usec)
{
    test_as(habit(GLYPH_DATE_UNKNOWN), value, unix_usec);
}


static void
test_not(glyph_date_habit_t h, const char *value, glyph_code_e want)
{
    int64_t       usec;
    glyph_str_t   text;
    glyph_code_e  code;

    text = str(value);
    code = glyph_date_parse(&text, &h, &usec);

    ok(code == want, "date \"%s\" (%s): %s, want %s", value,
       glyph_date_order_name(h.order), glyph_code_name(code),
       glyph_code_name(want));
}


static void
test_no_date(const char *value)
{
    test_not(habit(GLYPH_DATE_UNKNOWN), value, GLYPH_WARN_DATE_INVALID);
}


static void
test_two(const char *value)
{
    test_not(habit(GLYPH_DATE_UNKNOWN), value, GLYPH_WARN_DATE_AMBIGUOUS);
}


static void
test_forms(void)
{
    test_date("2025-07-01", 1751328000000000LL);
    test_date("2025-07-01T14:00:00Z", 1751378400000000LL);
    test_date("2025-07-01 14:00", 1751378400000000LL);
    test_date("2025-07-01T14:00:00.123456Z", 1751378400123456LL);
    test_date("2025-07-01T14:00:00+02:00", 1751371200000000LL);
    test_date("2025-07-01T14:00:00-0530", 1751398200000000LL);
    test_date("20250701", 1751328000000000LL);
    test_date("20250701T140000Z", 1751378400000000LL);
    test_date("2025/7/1", 1751328000000000LL);
    test_date("07/25/2025", 1753401600000000LL);
    test_date("25/07/2025", 1753401600000000LL);
    test_date("25.07.2025", 1753401600000000LL);
    test_date("1. 7. 2025", 1751328000000000LL);
    test_date("01.07.2025", 1751328000000000LL);
    test_date("05/05/2025", 1746403200000000LL);
    test_date("Jul 25, 2025", 1753401600000000LL);
    test_date("July 25th, 2025 2:30 PM", 1753453800000000LL);
    test_date("25 July 2025", 1753401600000000LL);
    test_date("25. Juli 2025", 1753401600000000LL);
    test_date("25 de julio de 2025", 1753401600000000LL);
    test_date("25 juil. 2025", 1753401600000000LL);
    test_date("25-Jul-2025", 1753401600000000LL);
    test_date("1 März 2025", 1740787200000000LL);
    test_date("Fri, 25 Jul 2025 14:00:00 GMT", 1753452000000000LL);
    test_date("1753452000", 1753452000000000LL);
    test_date("1753452000123", 1753452000123000LL);
    test_date("1753452000.5", 1753452000500000LL);
    test_date("2024-02-29", 1709164800000000LL);
    test_date("1990-01-01", 631152000000000LL);
    test_date("2000-01-01", 946684800000000LL);
    test_date("Tue, 1 Jul 2025 14:00:00 +0200", 1751371200000000LL);
    test_date("2025-07-01 14:00:00 +0000 UTC", 1751378400000000LL);
    test_date("2025-07-01 14:00:00 GMT+0200", 1751371200000000LL);
    test_date("01.07.2025, 14:00 Uhr", 1751378400000000LL);
    test_date("Jul-25-2025", 1753401600000000LL);
    test_date("1er juillet 2025", 1751328000000000LL);
    test_date("vendredi 25 juillet 2025", 1753401600000000LL);
    test_date("viernes, 25 de julio de 2025", 1753401600000000LL);
    test_date("venerdì 25 luglio 2025", 1753401600000000LL);
    test_date("piątek, 25 lipca 2025", 1753401600000000LL);
    test_date("maandag 3 maart 2025", 1740960000000000LL);
    test_date("terça-feira, 1 de julho de 2025", 1751328000000000LL);
    test_date("1 października 2025", 1759276800000000LL);
    test_date("1. Jänner 2025", 1735689600000000LL);
    test_date("２０２５－０７－０１", 1751328000000000LL);

    /* of two digits */

    test_date("25-Jul-25", 1753401600000000LL);
    test_date("25 Jul 25", 1753401600000000LL);
    test_date("1 Mar 25", 1740787200000000LL);
    test_date("7/25/25", 1753401600000000LL);
    test_date("25.07.25", 1753401600000000LL);
    test_date("31/12/99", 946598400000000LL);
    test_date("2/29/24", 1709164800000000LL);

    /* what programs write */

    test_date("04_25_2018", 1524614400000000LL);
    test_date("2025-10-02 11:03:35 PDT", 1759428215000000LL);
    test_date("2025-10-02 11:03:35 CEST", 1759395815000000LL);
    test_date("2025-10-02 11:03:35 JST", 1759370615000000LL);
    test_date("Thu Oct 02 2025 11:03:35 GMT+0200 (Central European Summer "
              "Time)", 1759395815000000LL);
    test_date("Thu Oct  2 11:03:35 2025", 1759403015000000LL);
    test_date("Thu Oct 02 11:03:35 PDT 2025", 1759428215000000LL);
    test_date("Thu Oct 02 11:03:35 UTC 2025", 1759403015000000LL);
    test_date("Oct/2/13:46:53/2024", 1727876813000000LL);
    test_date("10/22/2025, 11:03:35 AM", 1761131015000000LL);
    test_date("2025-Jul-25", 1753401600000000LL);
    test_date("2025 Jul 25", 1753401600000000LL);
    test_date("25.07.2025 14h30", 1753453800000000LL);
    test_date("25.07.2025 kl. 14:30", 1753453800000000LL);
    test_date("1.75343E+12", 1753430000000000LL);
    test_date("1.75343e+09", 1753430000000000LL);
    test_date("1,75343E+12", 1753430000000000LL);
    test_date("1.753430E12", 1753430000000000LL);
}


static void
test_relative(void)
{
    glyph_date_habit_t  timeless;

    test_date("now", 1764504000000000LL);
    test_date("just now", 1764504000000000LL);
    test_date("2 days ago", 1764331200000000LL);
    test_date("2d ago", 1764331200000000LL);
    test_date("an hour ago", 1764500400000000LL);
    test_date("1 day 2 hours ago", 1764410400000000LL);
    test_date("5 min. ago", 1764503700000000LL);
    test_date("3 weeks ago", 1762689600000000LL);
    test_date("1 month ago", 1761825600000000LL);
    test_date("9 months ago", 1740744000000000LL);
    test_date("2 years ago", 1701345600000000LL);
    test_date("today", 1764460800000000LL);
    test_date("Yesterday", 1764374400000000LL);
    test_date("Yesterday, 14:30", 1764426600000000LL);
    test_date("Heute, 09:15 Uhr", 1764494100000000LL);
    test_date("Vor 3 Stunden", 1764493200000000LL);
    test_date("vor einem Tag", 1764417600000000LL);
    test_date("vor 3 Tagen", 1764244800000000LL);
    test_date("gestern", 1764374400000000LL);
    test_date("i går", 1764374400000000LL);
    test_date("igår 14:30", 1764426600000000LL);
    test_date("för 2 dagar sedan", 1764331200000000LL);
    test_date("for 2 timer siden", 1764496800000000LL);
    test_date("il y a 3 jours", 1764244800000000LL);
    test_date("il y a un an", 1732968000000000LL);
    test_date("hier", 1764374400000000LL);
    test_date("hace 2 días", 1764331200000000LL);
    test_date("un'ora fa", 1764500400000000LL);
    test_date("2 dagen geleden", 1764331200000000LL);
    test_date("há 2 horas", 1764496800000000LL);
    test_date("2 dni temu", 1764331200000000LL);
    test_date("2 дня назад", 1764331200000000LL);
    test_date("вчера", 1764374400000000LL);
    test_date("3日前", 1764244800000000LL);
    test_date("3小时前", 1764493200000000LL);
    test_date("昨天", 1764374400000000LL);
    test_date("3시간 전", 1764493200000000LL);

    test_no_date("2 days");
    test_no_date("ago");
    test_no_date("days ago");
    test_no_date("2 ago");
    test_no_date("2 2 days ago");
    test_no_date("in 2 days");
    test_no_date("over 2 days ago");
    test_no_date("30+ days ago");
    test_no_date("2.5 days ago");
    test_no_date("2 days ago, maybe");
    test_no_date("12345 days ago");
    test_no_date("99 years ago");
    test_no_date("yesterday 25:00");
    test_no_date("2 days yesterday");
    test_no_date("tomorrow");

    timeless = habit(GLYPH_DATE_UNKNOWN);
    timeless.now = 0;
    test_not(timeless, "2 days ago", GLYPH_WARN_DATE_INVALID);
    test_not(timeless, "yesterday", GLYPH_WARN_DATE_INVALID);
    test_as(timeless, "2025-07-01", 1751328000000000LL);
}


/* Folded as texts are, or they would not be found; in the order of bytes. */

static void
test_words(void)
{
    size_t         i, wrong;
    glyph_str_t    word;
    unsigned char  folded[64];

    wrong = 0;

    for (i = 0; i < glyph_date_words_n; i++) {
        word = str(glyph_date_words[i].text);
        wrong += glyph_utf8_fold(&word, folded, sizeof(folded)) != word.len
                 || memcmp(folded, word.data, word.len) != 0;
        wrong += i && strcmp(glyph_date_words[i - 1].text,
                             glyph_date_words[i].text) >= 0;
    }

    is_int(wrong, 0, "words are written as they are looked for");
}


static void
test_no_dates(void)
{
    test_no_date("marchand 1, 2025");
    test_no_date("1 octopus 2025");
    test_no_date("maandag 3, 2025");
    test_no_date("mar. 5 mars 2025");
    test_no_date("March 2025");
    test_no_date("2025");
    test_no_date("45352");
    test_no_date("2025-07-01 14:00 CST");
    test_no_date("0000-00-00");
    test_no_date("2025-02-29");
    test_no_date("2025-13-01");
    test_no_date("2025-00-10");
    test_no_date("31.04.2025");
    test_no_date("1989-12-31");
    test_no_date("2101-01-01");
    test_no_date("2025-07-01 25:00");
    test_no_date("2025-07-01 14:60");
    test_no_date("2025-07-01 13:00 pm");
    test_no_date("2025-07-01x");
    test_no_date("2025-07");
    test_no_date("Current");
    test_no_date("12");
    test_no_date("-1");

    test_no_date("25-Jul-2");
    test_no_date("March 20th");
    test_no_date("2025-10-02 11:03:35 IST");
    test_no_date("2025-10-02 11:03:35 PST");
    test_no_date("2025-10-02 11:03:35 (");
    test_no_date("Oct/2/2024/13:46:53");
    test_no_date("2025/Jul-25");
    test_no_date("1.75343E+8");
    test_no_date("1.75343E+15");
    test_no_date("1.75343E-12");
    test_no_date("1.75343E+999");
    test_no_date("E+12");
    test_no_date("13_13_2025");
    test_no_date("1/2/3/2025");
    test_no_date("1/2/345");
    test_no_date("45863");
    test_no_date("2025-07-01T14:00:00ZZ");
    test_no_date("2O25-07-01");
}


static void
test_orders(void)
{
    test_two("03/04/2025");
    test_two("1/3/2025");
    test_two("3-4-2025");
    test_two("03_04_2025");
    test_two("05/06/07");
    test_two("25/07/14");       /* of 2014, or of 2025 */
    test_two("25.07.14");

    test_date("03.04.2025", 1743638400000000LL);
    test_date("26/06/2025", 1750896000000000LL);
    test_date("06/26/2025", 1750896000000000LL);
    test_date("27/11/25", 1764201600000000LL);  /* 2027 is to come */

    test_as(habit(GLYPH_DATE_DMY), "03/04/2025", 1743638400000000LL);
    test_as(habit(GLYPH_DATE_MDY), "03/04/2025", 1741046400000000LL);
    test_as(habit(GLYPH_DATE_MDY), "03.04.2025", 1741046400000000LL);
    test_as(habit(GLYPH_DATE_DMY), "25/07/14", 1406246400000000LL);
    test_as(habit(GLYPH_DATE_YMD), "25/07/14", 1752451200000000LL);
    test_as(habit(GLYPH_DATE_MDY), "5/5/2025", 1746403200000000LL);
    test_as(habit(GLYPH_DATE_MDY), "2025-07-01", 1751328000000000LL);
    test_as(habit(GLYPH_DATE_DMY), "2025/07/01", 1751328000000000LL);
    test_as(habit(GLYPH_DATE_MDY), "25 Jul 2025", 1753401600000000LL);

    /* not as the others are */

    test_not(habit(GLYPH_DATE_DMY), "06/26/2025", GLYPH_WARN_DATE_AMBIGUOUS);
    test_not(habit(GLYPH_DATE_MDY), "26/06/2025", GLYPH_WARN_DATE_AMBIGUOUS);
    test_not(habit(GLYPH_DATE_MDY), "26.06.2025", GLYPH_WARN_DATE_AMBIGUOUS);
    test_not(habit(GLYPH_DATE_YMD), "03/04/2025", GLYPH_WARN_DATE_AMBIGUOUS);
    test_not(habit(GLYPH_DATE_DMY), "31/31/2025", GLYPH_WARN_DATE_INVALID);
}


/* What a sample of up to four dates shows, "serial" or an order's name. */

static void
test_sample(const char *want, const char *a, const char *b, const char *c,
    const char *d)
{
    size_t               i;
    const char          *texts[4], *got;
    glyph_str_t          text;
    glyph_date_habit_t   h;
    glyph_date_sample_t  sample;

    memset(&sample, 0, sizeof(sample));
    h = habit(GLYPH_DATE_UNKNOWN);

    texts[0] = a;
    texts[1] = b;
    texts[2] = c;
    texts[3] = d;

    for (i = 0; i < 4 && texts[i]; i++) {
        text = str(texts[i]);
        glyph_date_look(&sample, &h, &text);
    }

    glyph_date_decide(&sample, &h);

    got = h.serial ? "serial" : glyph_date_order_name(h.order);
    ok(strcmp(got, want) == 0, "sample of %s: %s, want %s", a, got, want);
}


static void
test_samples(void)
{
    glyph_str_t         text;
    glyph_date_habit_t  h;

    test_sample("unknown", "2025-07-01", "Jul 25, 2025", "x", NULL);
    test_sample("unknown", "03/04/2025", "05/06/2025", NULL, NULL);
    test_sample("dmy", "03/04/2025", "26/06/2025", "05/06/2025", NULL);
    test_sample("mdy", "03/04/2025", "06/26/2025", NULL, NULL);
    test_sample("unknown", "26/06/2025", "06/26/2025", "03/04/2025", NULL);
    test_sample("dmy", "03/04/2025", "26/06/2025 14:00", "yesterday", NULL);
    test_sample("dmy", "03/04/2025", "26/06/2025", "31/31/2025", NULL);
    test_sample("mdy", "7/25/25", "7/8/25", NULL, NULL);
    test_sample("ymd", "25/07/14", "25/07/31", NULL, NULL);
    test_sample("dmy", "25/07/14", "14/07/25", "31/07/25", NULL);
    test_sample("unknown", "25/07/14", "24/07/14", NULL, NULL);
    test_sample("mdy", "07.25.2025", "07.04.2025", NULL, NULL);
    test_sample("dmy", "25.07.2025", "07.04.2025", NULL, NULL);
    test_sample("unknown", "5/5/2025", NULL, NULL, NULL);
    test_sample("serial", "45863", "45864.5", NULL, NULL);
    test_sample("unknown", "45863", "2025-07-01", NULL, NULL);
    test_sample("unknown", "12345", NULL, NULL, NULL);

    h = habit(GLYPH_DATE_UNKNOWN);
    h.serial = 1;

    test_as(h, "45863", 1753401600000000LL);
    test_as(h, "45863.5", 1753444800000000LL);
    test_as(h, "45863.583333333", 1753452000000000LL);
    test_as(h, "32874", 631152000000000LL);
    test_not(h, "32873", GLYPH_WARN_DATE_INVALID);
    test_as(h, "73415", 4133894400000000LL);
    test_not(h, "73416", GLYPH_WARN_DATE_INVALID);
    test_not(h, "458635", GLYPH_WARN_DATE_INVALID);
    test_not(h, "4.5863E+4", GLYPH_WARN_DATE_INVALID);

    text = str("dmy");
    is_int(glyph_date_order(&text), GLYPH_DATE_DMY, "dmy");
    text = str("ymd");
    is_int(glyph_date_order(&text), GLYPH_DATE_YMD, "ymd");
    text = str("DMY");
    is_int(glyph_date_order(&text), GLYPH_DATE_UNKNOWN, "not DMY");
    text = str("unknown");
    is_int(glyph_date_order(&text), GLYPH_DATE_UNKNOWN, "nor unknown");
}


/* No text, cut anywhere, may be read beyond its end. */

static void
test_cuts(void)
{
    size_t                 i, n;
    int64_t                q;
    glyph_str_t            text;
    unsigned char         *copy;
    glyph_date_habit_t     h;
    glyph_date_sample_t    sample;

    static const char *const  texts[] = {
        "Fri, 25 Jul 2025 14:00:05.123 +02:00", "2025-07-01T14:00:00.5Z",
        "25. 12. 2025 4:05 p.m.", "1753452000.123", "1.75343E+12",
        "Thu Oct 02 11:03:35 PDT 2025", "Oct/2/13:46:53/2024", "25/07/14",
        "il y a un an", "3 дня назад, 14:00", "Yesterday, 14:00 CEST (x)"
    };

    h = habit(GLYPH_DATE_UNKNOWN);
    h.serial = 1;
    memset(&sample, 0, sizeof(sample));

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {

        for (n = 0; n <= strlen(texts[i]); n++) {
            copy = malloc(n ? n : 1);
            memcpy(copy, texts[i], n);
            text.data = copy;
            text.len = n;
            (void) glyph_date_parse(&text, &h, &q);
            glyph_date_look(&sample, &h, &text);
            free(copy);
        }
    }

    ok(1, "cut texts are read within their ends");
}


int
main(void)
{
    test_forms();
    test_relative();
    test_words();
    test_no_dates();
    test_orders();
    test_samples();
    test_cuts();

    return tap_done();
}
