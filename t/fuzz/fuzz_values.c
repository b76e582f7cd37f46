/*
 * URLs, what web pages leave in texts, placeholders and dates: a page is a page
 * of itself; what is decoded is no longer than before, and valid UTF-8 if that
 * was; a date that is read is one of the years 1990 to 2100, the same with
 * blanks around it, and under an order of day and month the same or none.
 *
 *   byte 0     the kind of value
 *   byte 1     the order of dates, and what else a file's habit says
 */

#include "fuzz.h"
#include "value/glyph_date.h"
#include "value/glyph_entity.h"
#include "value/glyph_identity.h"
#include "value/glyph_placeholder.h"
#include "value/glyph_url.h"


#define TEXT_MAX  9000

#define NOW       817819200000000LL     /* 2025-12-01, since 2000 */
#define USEC_MIN  -315619200000000LL    /* 1990-01-01, and a day less */
#define USEC_MAX  3187382400000000LL    /* 2101-01-01, and a day more */


static void url(const glyph_str_t *text);
static void markup(const glyph_str_t *text, int amount);
static void placeholder(const glyph_str_t *text);
static void date(const glyph_str_t *text, unsigned how);
static glyph_code_e parse(const glyph_str_t *text,
    const glyph_date_habit_t *habit, int64_t *usec);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned     kind, how;
    fuzz_in_t    in;
    glyph_str_t  text;

    glyph_placeholder_init();

    in.data = data;
    in.len = size;

    kind = fuzz_byte(&in);
    how = fuzz_byte(&in);

    text.len = in.len < TEXT_MAX ? in.len : TEXT_MAX;
    text.data = fuzz_copy(in.data, text.len);

    switch (kind & 3) {

    case 0:
        url(&text);
        break;

    case 1:
        markup(&text, how & 1);
        break;

    case 2:
        placeholder(&text);
        break;

    default:
        date(&text, how);
    }

    free(text.data);

    return 0;
}


static void
url(const glyph_str_t *text)
{
    glyph_str_t     page, again;
    glyph_digest_t  a, b;
    unsigned char   room[GLYPH_URL_MAX], other[GLYPH_URL_MAX];

    if (text->len == 0 || !glyph_url_page(text, room, &page)) {
        return;
    }

    fuzz_check(page.len <= text->len, "%zu bytes of %zu", page.len, text->len);

    fuzz_check(glyph_url_page(&page, other, &again), "a page is none");
    fuzz_check(again.len == page.len
               && memcmp(again.data, page.data, page.len) == 0,
               "\"%.*s\" is \"%.*s\"", (int) page.len, (char *) page.data,
               (int) again.len, (char *) again.data);

    fuzz_check(glyph_identity_page(text, &a)
               && glyph_identity_page(&page, &b)
               && memcmp(&a, &b, sizeof(a)) == 0, "digests");
}


static void
markup(const glyph_str_t *text, int amount)
{
    int             changed;
    glyph_str_t     decoded;
    unsigned char  *out;

    out = malloc(text->len ? text->len : 1);

    changed = glyph_entity_decode(text, amount, out, &decoded);

    if (changed) {
        fuzz_check(glyph_entity_any(text->data, text->len), "not looked at");
        fuzz_check(decoded.len <= text->len, "%zu of %zu", decoded.len,
                   text->len);
        fuzz_check(!fuzz_is_utf8(text->data, text->len)
                   || fuzz_is_utf8(decoded.data, decoded.len), "UTF-8");
        fuzz_check(decoded.len == 0
                   || memchr(decoded.data, 0, decoded.len) == NULL
                   || memchr(text->data, 0, text->len) != NULL, "NUL");
    }

    free(out);
}


static void
placeholder(const glyph_str_t *text)
{
    if (text->len == 0) {
        return;
    }

    fuzz_check(!glyph_placeholder(text, 0), "one of no kind");
    fuzz_check(!glyph_placeholder(text, GLYPH_PLACEHOLDER_ANY)
               || glyph_placeholder(text, GLYPH_PLACEHOLDER_ANY
                                          |GLYPH_PLACEHOLDER_URL),
               "not one of a URL");
}


static void
date(const glyph_str_t *text, unsigned how)
{
    int64_t              usec, other;
    glyph_str_t          wide;
    glyph_code_e         code, again;
    unsigned char       *copy;
    glyph_date_habit_t   habit;
    glyph_date_sample_t  sample;

    memset(&habit, 0, sizeof(habit));
    memset(&sample, 0, sizeof(sample));

    habit.now = how & 4 ? NOW : 0;
    habit.serial = how >> 3 & 1;

    glyph_date_look(&sample, &habit, text);
    code = parse(text, &habit, &usec);

    wide.len = text->len + 2;
    copy = malloc(wide.len);
    copy[0] = ' ';
    memcpy(copy + 1, text->data, text->len);
    copy[wide.len - 1] = '\t';
    wide.data = copy;

    again = parse(&wide, &habit, &other);
    fuzz_check(code == again && (code != GLYPH_CODE_OK || usec == other),
               "%d, with blanks %d", code, again);
    free(copy);

    habit.order = 1 + how % 3;
    again = parse(text, &habit, &other);

    fuzz_check((code == GLYPH_WARN_DATE_INVALID)
               == (again == GLYPH_WARN_DATE_INVALID),
               "%d, in an order %d", code, again);
    fuzz_check(code != GLYPH_CODE_OK || again != code || usec == other
               || memchr(text->data, '.', text->len)
               || !fuzz_is_utf8(text->data, text->len),
               "another time in an order");
}


static glyph_code_e
parse(const glyph_str_t *text, const glyph_date_habit_t *habit, int64_t *usec)
{
    glyph_code_e  code;

    *usec = 0;
    code = glyph_date_parse(text, habit, usec);

    fuzz_check(code == GLYPH_CODE_OK || code == GLYPH_WARN_DATE_INVALID
               || code == GLYPH_WARN_DATE_AMBIGUOUS, "code %d", code);
    fuzz_check(code != GLYPH_CODE_OK
               || (*usec >= USEC_MIN && *usec <= USEC_MAX), "%lld usec",
               (long long) *usec);

    return code;
}
