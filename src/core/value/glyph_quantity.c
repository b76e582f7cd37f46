#include "value/glyph_values.h"
#include "value/glyph_quantity_words.h"
#include "text/glyph_utf8.h"


#define GLYPH_QUANTITY_MAX       1000000000
#define GLYPH_QUANTITY_TEXT_MAX  96

/* so many digits are less than GLYPH_QUANTITY_MAX */
#define GLYPH_QUANTITY_PLAIN_MAX  9


/* The numbers of a text, and what stands around them. */

typedef struct {
    int64_t    first;
    size_t     numbers;
    unsigned   negative:1;
    unsigned   broken:1;        /* no whole number, or a range */
    unsigned   words:1;
    unsigned   strange:1;       /* words that are not about a quantity */
} glyph_quantity_t;


static int glyph_quantity_plain(const glyph_str_t *text, int64_t *quantity,
    glyph_availability_e *availability);
static int glyph_quantity_answer(const unsigned char *text, size_t len,
    glyph_availability_e *availability);
static int glyph_quantity_has_digit(const unsigned char *text, size_t len);
static void glyph_quantity_sold(unsigned char *text, size_t len);
static void glyph_quantity_numbers(glyph_quantity_t *q,
    const unsigned char *text, size_t len);
static const unsigned char *glyph_quantity_digits(const unsigned char *p,
    const unsigned char *last, int64_t *quantity);
static const unsigned char *glyph_quantity_word(const unsigned char *p,
    const unsigned char *last);
static glyph_availability_e glyph_quantity_availability(
    const unsigned char *text, size_t len);
static int glyph_quantity_denied(const glyph_tokens_t *ts, size_t i);
static unsigned glyph_quantity_class(const unsigned char *word, size_t len);


static glyph_phrases_t  *glyph_availability_phrases;


int
glyph_quantity_init(void)
{
    if (glyph_availability_phrases == NULL) {
        glyph_availability_phrases = glyph_phrases_create(
                                                 glyph_availability_words,
                                                 glyph_availability_words_n);
    }

    return glyph_availability_phrases ? GLYPH_OK : GLYPH_ERROR;
}


glyph_code_e
glyph_quantity_parse(const glyph_str_t *text, int64_t *quantity,
    glyph_availability_e *availability)
{
    size_t             i, len;
    glyph_str_t        t;
    unsigned char      buf[GLYPH_QUANTITY_TEXT_MAX];
    glyph_quantity_t   q;

    *quantity = GLYPH_QUANTITY_NONE;
    *availability = GLYPH_AVAILABILITY_UNKNOWN;

    if (glyph_quantity_plain(text, quantity, availability)) {
        return GLYPH_CODE_OK;
    }

    t = *text;
    glyph_utf8_trim(&t);

    if (t.len == 0) {
        return GLYPH_CODE_OK;
    }

    len = glyph_utf8_fold(&t, buf, sizeof(buf));

    if (glyph_quantity_answer(buf, len, availability)) {
        return GLYPH_CODE_OK;
    }

    memset(&q, 0, sizeof(q));

    if (glyph_quantity_has_digit(buf, len)) {
        glyph_quantity_sold(buf, len);
        glyph_quantity_numbers(&q, buf, len);
    }

    if (q.negative
        || (!q.words
            && (q.broken || q.numbers > 1 || q.first > GLYPH_QUANTITY_MAX)))
    {
        return GLYPH_WARN_QUANTITY_INVALID;
    }

    for (i = 0; i < len; i++) {

        if (buf[i] == '-' || buf[i] == '_') {
            buf[i] = ' ';
        }
    }

    *availability = glyph_quantity_availability(buf, len);

    if (q.numbers != 1 || q.broken || q.strange
        || q.first > GLYPH_QUANTITY_MAX)
    {
        return GLYPH_CODE_OK;
    }

    if (q.first == 0) {
        *availability = GLYPH_UNAVAILABLE;

    } else if (*availability == GLYPH_UNAVAILABLE) {
        return GLYPH_CODE_OK;           /* "out of stock (5)": of what? */

    } else {
        *availability = GLYPH_AVAILABLE;
    }

    *quantity = q.first;

    return GLYPH_CODE_OK;
}


glyph_code_e
glyph_quantity_flag(const glyph_str_t *text, int64_t *quantity,
    glyph_availability_e *availability)
{
    int64_t               n;
    glyph_code_e          code;
    glyph_availability_e  a;

    code = glyph_quantity_parse(text, &n, &a);

    if (a != GLYPH_AVAILABILITY_UNKNOWN) {
        *availability = a;
    }

    if (*quantity == GLYPH_QUANTITY_NONE
        && !(text->len && (text->data[0] == '0' || text->data[0] == '1')
             && (text->len == 1
                 || (text->len == 3 && memcmp(text->data + 1, ".0", 2) == 0))))
    {
        *quantity = n;
    }

    return code;
}


/* Most files write nothing but "12". */

static int
glyph_quantity_plain(const glyph_str_t *text, int64_t *quantity,
    glyph_availability_e *availability)
{
    size_t   i;
    int64_t  n;

    if (text->len == 0 || text->len > GLYPH_QUANTITY_PLAIN_MAX) {
        return 0;
    }

    n = 0;

    for (i = 0; i < text->len; i++) {

        if (text->data[i] < '0' || text->data[i] > '9') {
            return 0;
        }

        n = n * 10 + (text->data[i] - '0');
    }

    *quantity = n;
    *availability = n ? GLYPH_AVAILABLE : GLYPH_UNAVAILABLE;

    return 1;
}


/* Most others have words only. */

static int
glyph_quantity_has_digit(const unsigned char *text, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {

        if (text[i] >= '0' && text[i] <= '9') {
            return 1;
        }
    }

    return 0;
}


/* "Yes", "false": what a column named "in stock" has. */

static int
glyph_quantity_answer(const unsigned char *text, size_t len,
    glyph_availability_e *availability)
{
    unsigned  class;

    class = glyph_quantity_class(text, len);

    if (class & GLYPH_QUANTITY_YES) {
        *availability = GLYPH_AVAILABLE;
        return 1;
    }

    if (class & GLYPH_QUANTITY_NO) {
        *availability = GLYPH_UNAVAILABLE;
        return 1;
    }

    return 0;
}


/* Blanks "50 sold" and "sold: 50", which is not what is left. */

static void
glyph_quantity_sold(unsigned char *text, size_t len)
{
    unsigned char        *p, *from, *to;
    const unsigned char  *word, *last;

    last = text + len;

    for (p = text; p < last; p = (unsigned char *) word + 1) {
        word = glyph_quantity_word(p, last);

        if (word == p) {
            continue;
        }

        from = p;
        to = (unsigned char *) word;

        if (!(glyph_quantity_class(p, word - p) & GLYPH_QUANTITY_GONE)) {
            continue;
        }

        while (from > text && from[-1] == ' ') {
            from--;
        }

        if (from > text && (from[-1] == '+'
                            || (from[-1] >= '0' && from[-1] <= '9')))
        {
            while (from > text
                   && (from[-1] == '+' || from[-1] == ',' || from[-1] == '.'
                       || (from[-1] >= '0' && from[-1] <= '9')))
            {
                from--;
            }

        } else {
            from = p;

            while (to < last && (*to == ' ' || *to == ':')) {
                to++;
            }

            if (to == last || *to < '0' || *to > '9') {
                continue;
            }

            while (to < last && *to >= '0' && *to <= '9') {
                to++;
            }
        }

        memset(from, ' ', to - from);
    }
}


static void
glyph_quantity_numbers(glyph_quantity_t *q, const unsigned char *text,
    size_t len)
{
    int                   doubt;
    int64_t               n;
    const unsigned char  *p, *last, *end;

    doubt = 0;

    p = text;
    last = p + len;

    if (*p == '-') {

        for (end = p + 1; end < last && *end == ' '; end++) {
            /* void */
        }

        q->negative = end < last && *end >= '0' && *end <= '9';
    }

    while (p < last) {

        if (*p >= '0' && *p <= '9') {
            end = glyph_quantity_digits(p, last, &n);

            if (end == NULL) {
                q->broken = 1;

                for (end = p; end < last && *end >= '0' && *end <= '9';
                     end++)
                {
                    /* void */
                }

            } else if (q->numbers++ == 0) {
                q->first = n;
            }

            p = end;
            continue;
        }

        end = glyph_quantity_word(p, last);

        if (end > p) {

            if (!(end - p == 1 && *p == 'x')) {
                q->words = 1;
            }

            if (!(glyph_quantity_class(p, end - p) & GLYPH_QUANTITY_UNIT)) {
                q->strange = 1;
            }

            p = end;
            continue;
        }

        /* "<5", "~5", "5?", "5%", "$5" */

        doubt |= memchr("<~?%$", *p, 5) != NULL;

        (void) glyph_utf8_decode(&p, last);
    }

    if (doubt && q->numbers) {
        q->broken = 1;
    }
}


/* The end of the word at p, p if there is none. */

static const unsigned char *
glyph_quantity_word(const unsigned char *p, const unsigned char *last)
{
    uint32_t              cp;
    const unsigned char  *q;

    while (p < last) {
        q = p;
        cp = glyph_utf8_decode(&q, last);

        if ((cp < 'a' || cp > 'z') && (cp < 0x80 || cp == 0x2265)) {
            break;              /* "≥" is no letter */
        }

        p = q;
    }

    return p;
}


/*
 * A whole number, with thousands in groups of three ("1,000") or without, and
 * with zeros for a fraction, as spreadsheets write ("4.0").  NULL if it is
 * none.
 */

static const unsigned char *
glyph_quantity_digits(const unsigned char *p, const unsigned char *last,
    int64_t *quantity)
{
    size_t                n, zeros;
    int64_t               q;
    unsigned char         mark;
    const unsigned char  *d;

    q = 0;
    mark = 0;

    for ( ;; ) {

        while (p < last && *p >= '0' && *p <= '9') {
            q = q > GLYPH_QUANTITY_MAX ? q : q * 10 + (*p - '0');
            p++;
        }

        if (p == last || (*p != ',' && *p != '.' && *p != '\'' && *p != ' ')) {
            break;
        }

        zeros = 0;

        for (d = p + 1; d < last && *d >= '0' && *d <= '9'; d++) {
            zeros += *d == '0';
        }

        n = d - p - 1;

        if (n == 0) {
            break;
        }

        if (n == 3 && (mark == 0 || mark == *p)) {
            mark = *p++;
            continue;
        }

        if (*p == ' ') {
            break;          /* another number */
        }

        if (n != zeros || *p == '\'') {
            return NULL;
        }

        p = d;
        break;
    }

    *quantity = q;

    return p;
}


/* The first class that is said, where it is said first, decides. */

static glyph_availability_e
glyph_quantity_availability(const unsigned char *text, size_t len)
{
    size_t          i, where;
    uint32_t        said, here;
    glyph_tokens_t  ts;

    memcpy(ts.text, text, len);
    ts.len = len;

    glyph_tokens_cut(&ts);
    glyph_phrases_lookup(glyph_availability_phrases, &ts);

    said = 0;
    where = 0;

    for (i = 0; i < ts.n; i++) {
        here = glyph_phrases_at(glyph_availability_phrases, &ts, i);
        here &= -here;

        if (here && (said == 0 || here < said)) {
            said = here;
            where = i;
        }
    }

    switch (said) {

    case glyph_phrase_bit(GLYPH_SAYS_UNAVAILABLE):
        return GLYPH_UNAVAILABLE;

    case glyph_phrase_bit(GLYPH_SAYS_IN_STOCK):
    case glyph_phrase_bit(GLYPH_SAYS_AVAILABLE):
        return glyph_quantity_denied(&ts, where) ? GLYPH_UNAVAILABLE
                                                 : GLYPH_AVAILABLE;

    default:
        return GLYPH_AVAILABILITY_UNKNOWN;
    }
}


/* Whether one of the two words before token i denies what follows. */

static int
glyph_quantity_denied(const glyph_tokens_t *ts, size_t i)
{
    int  n;

    for (n = 0; n < 2 && i > 0; n++) {

        if (ts->token[i].sep & ~(GLYPH_SEP_SPACE | GLYPH_SEP_DASH)) {
            return 0;
        }

        if (ts->token[--i].digits) {
            return 0;
        }

        if (glyph_quantity_class(glyph_token_text(ts, i), ts->token[i].len)
            & GLYPH_QUANTITY_DENIAL)
        {
            return 1;
        }
    }

    return 0;
}


static unsigned
glyph_quantity_class(const unsigned char *word, size_t len)
{
    return glyph_phrase_class(glyph_quantity_words, glyph_quantity_words_n,
                              word, len);
}


const char *
glyph_availability_name(glyph_availability_e availability)
{
    switch (availability) {

    case GLYPH_AVAILABLE:
        return "available";

    case GLYPH_UNAVAILABLE:
        return "unavailable";

    default:
        return NULL;
    }
}
