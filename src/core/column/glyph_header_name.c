#include <pthread.h>

#include "column/glyph_header_name.h"
#include "column/glyph_header_words.h"
#include "value/glyph_currency.h"
#include "text/glyph_json.h"
#include "text/glyph_near.h"
#include "text/glyph_utf8.h"


/* of synonyms; more than twice as many as there are */
#define GLYPH_HEADER_SLOTS    2048


/*
 * Of synonyms: their numbers + 1 by their letters, and by their columns the
 * first one's; what letters each has, and the number + 1 of the column's next.
 */

static uint16_t        glyph_header_slots[GLYPH_HEADER_SLOTS];
static uint16_t        glyph_header_first[GLYPH_COL_N];
static uint16_t        glyph_header_next[GLYPH_HEADER_SLOTS / 2];
static unsigned        glyph_header_masks[GLYPH_HEADER_SLOTS / 2];
static pthread_once_t  glyph_header_once = PTHREAD_ONCE_INIT;


static void glyph_header_index(void);
static size_t glyph_header_slot(const char *name);
static unsigned glyph_header_letters(const char *name);
static int glyph_header_differ(unsigned letters, size_t max);
static const glyph_synonym_t *glyph_header_find_name(
    const glyph_str_t *field);
static unsigned glyph_header_has(const glyph_str_t *fields, size_t n,
    size_t *known);
static const char *glyph_header_nearest(const glyph_str_t *given,
    glyph_column_e column, size_t *distance);
static int glyph_header_is_other(const char *name);
static int glyph_header_says(const char *word, size_t len, unsigned class);
static const glyph_synonym_t *glyph_header_part(const char *name, size_t len);
static const char *glyph_header_glued(const char *name,
    glyph_column_e column);
static int glyph_header_suggest_one(const glyph_str_t *field,
    glyph_column_e column, size_t start, glyph_buf_t *json,
    glyph_buf_t *all);


size_t
glyph_header_fold(const glyph_str_t *name, char *out, size_t size)
{
    int                   gap;
    size_t                n, len;
    uint32_t              cp;
    glyph_str_t           t;
    unsigned char         buf[3 * GLYPH_HEADER_NAME_MAX];
    const unsigned char  *p, *start, *last;

    t = *name;
    glyph_utf8_trim(&t);

    p = buf;
    last = buf + glyph_utf8_fold(&t, buf, sizeof(buf));
    gap = 0;
    len = 0;

    while (p < last) {
        start = p;
        cp = (*p < 0x80) ? *p++ : glyph_utf8_decode(&p, last);

        if (!((cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9'))
            && (cp < 0xc0 || (cp >= 0x2000 && cp <= 0x2bff)
                || (cp >= 0x3000 && cp <= 0x303f)
                || (cp >= 0xfe30 && cp <= 0xff0f) || cp >= 0xffe0))
        {
            gap = 1;
            continue;
        }

        n = p - start;

        if (len + n + 1 >= size) {
            break;
        }

        if (gap && len) {
            out[len++] = '_';
        }

        gap = 0;

        while (start < p) {
            out[len++] = (char) *start++;
        }
    }

    out[len] = '\0';

    return len;
}


/*
 * A file may have hundreds of names, and each line of its beginning may be
 * tried as a header.  Nobody can add to this table, so it needs no secret.
 */

const glyph_synonym_t *
glyph_header_synonym(const char *name)
{
    size_t                  i;
    const glyph_synonym_t  *s;

    (void) pthread_once(&glyph_header_once, glyph_header_index);

    i = glyph_header_slot(name);

    while (glyph_header_slots[i]) {
        s = &glyph_synonyms[glyph_header_slots[i] - 1];

        if (glyph_header_same(s->name, name)) {
            return s;
        }

        i = (i + 1) % GLYPH_HEADER_SLOTS;
    }

    return NULL;
}


static void
glyph_header_index(void)
{
    size_t     i, n;
    uint16_t  *next[GLYPH_COL_N];

    for (i = 0; i < GLYPH_COL_N; i++) {
        next[i] = &glyph_header_first[i];
    }

    for (n = 0; n < glyph_synonyms_n; n++) {
        i = glyph_header_slot(glyph_synonyms[n].name);

        while (glyph_header_slots[i]) {
            i = (i + 1) % GLYPH_HEADER_SLOTS;
        }

        glyph_header_slots[i] = (uint16_t) (n + 1);
        glyph_header_masks[n] = glyph_header_letters(glyph_synonyms[n].name);

        *next[glyph_synonyms[n].column] = (uint16_t) (n + 1);
        next[glyph_synonyms[n].column] = &glyph_header_next[n];
    }
}


static size_t
glyph_header_slot(const char *name)
{
    uint32_t  h;

    for (h = 0; *name; name++) {

        if (*name != '_') {
            h = (h ^ (unsigned char) *name) * 0x9e3779b1u;
            h ^= h >> 15;
        }
    }

    return h % GLYPH_HEADER_SLOTS;
}


int
glyph_header_same(const char *a, const char *b)
{
    for ( ;; ) {

        while (*a == '_') {
            a++;
        }

        while (*b == '_') {
            b++;
        }

        if (*a != *b) {
            return 0;
        }

        if (*a == '\0') {
            return 1;
        }

        a++;
        b++;
    }
}


size_t
glyph_header_strip(const glyph_str_t *given, char *name, size_t size,
    glyph_header_currency_t *currency)
{
    char                    code[4], word[3 * GLYPH_HEADER_NAME_MAX];
    size_t                  n, len;
    glyph_str_t             rest;
    glyph_sign_e            sign;
    unsigned char           buf[3 * GLYPH_HEADER_NAME_MAX];
    unsigned char           out[3 * GLYPH_HEADER_NAME_MAX];
    const unsigned char    *p, *start, *last;
    const glyph_synonym_t  *s;
    glyph_currency_told_t   told;

    p = buf;
    last = buf + glyph_utf8_fold(given, buf, sizeof(buf));
    len = 0;
    currency->code[0] = '\0';
    currency->sign = GLYPH_SIGN_NONE;

    while (p < last) {
        start = p;

        if (*p >= 'a' && *p <= 'z') {

            while (p < last && *p >= 'a' && *p <= 'z') {
                p++;
            }

        } else {
            (void) glyph_utf8_decode(&p, last);
        }

        n = p - start;

        if (n == 2 && memcmp(start, "in", 2) == 0) {
            continue;
        }

        /* "Preço (R$)": not the dollar of the United States */

        if (p < last && *p == '$' && *start >= 'a' && *start <= 'z') {
            memset(&told, 0, sizeof(told));

            if (glyph_currency_take(&told, buf, start, last) == n
                && glyph_currency_take(&told, buf, p, last) == 1
                && glyph_currency_settle(&told, currency->code, &sign))
            {
                p++;
                continue;
            }
        }

        /* "priceUSD" */

        if (n > 5 && glyph_currency_find(p - 3, 3, code, &sign)) {
            memcpy(word, start, n - 3);
            word[n - 3] = '\0';
            s = glyph_header_synonym(word);

            if (s && s->column == GLYPH_COL_PRICE
                && currency->code[0] == '\0')
            {
                memcpy(currency->code, code, sizeof(code));
                n -= 3;
            }
        }

        if ((n > 1 || *start == '$')
            && glyph_currency_find(start, n, code, &sign) && code[0]
            && (*start < 'a' || n == 3
                || (n == 4 && memcmp(start, "euro", 4) == 0)
                || (n == 2 && (memcmp(start, "zl", 2) == 0
                               || memcmp(start, "rs", 2) == 0))))
        {
            if (currency->code[0] && memcmp(currency->code, code, 4) != 0
                && sign == GLYPH_SIGN_NONE
                && !glyph_currency_shares(currency->sign, code))
            {
                currency->code[0] = '\0';   /* "Price EUR/USD": neither */
                break;
            }

            if (currency->code[0] == '\0' || sign == GLYPH_SIGN_NONE) {
                memcpy(currency->code, code, 4);
                currency->sign = sign;
            }

            continue;
        }

        memcpy(out + len, start, n);
        len += n;
    }

    rest.data = out;
    rest.len = len;

    return glyph_header_fold(&rest, name, size);
}


const char *
glyph_header_near(const glyph_str_t *given, glyph_column_e column)
{
    size_t  distance;

    return glyph_header_nearest(given, column, &distance);
}


static const char *
glyph_header_nearest(const glyph_str_t *given, glyph_column_e column,
    size_t *distance)
{
    char                    name[GLYPH_HEADER_NAME_MAX];
    size_t                  i, len, max, d;
    unsigned                letters;
    const glyph_synonym_t  *near, *s;

    if (given->len >= 32) {
        return NULL;
    }

    len = glyph_header_fold(given, name, sizeof(name));

    if (len < 3
        || (column == GLYPH_COL_PRICE && glyph_header_is_other(name)))
    {
        return NULL;
    }

    max = len < 6 ? 1 : 2;
    *distance = max + 1;
    near = NULL;
    letters = glyph_header_letters(name);

    (void) pthread_once(&glyph_header_once, glyph_header_index);

    for (i = glyph_header_first[column]; i; i = glyph_header_next[i - 1]) {

        /* a step changes at most two of the letters that there are */

        if (glyph_header_differ(letters ^ glyph_header_masks[i - 1], 2 * max))
        {
            continue;
        }

        s = &glyph_synonyms[i - 1];
        d = glyph_near_distance(name, len, s->name, strlen(s->name), max);

        if (d < *distance
            || (d == *distance && near && s->strength > near->strength))
        {
            *distance = d;
            near = s;
        }
    }

    return near ? near->name : NULL;
}


/* "prix_ht", "ekpreis": a price, but not the one that is asked. */

static int
glyph_header_is_other(const char *name)
{
    size_t                  i, len, start;
    const glyph_synonym_t  *s;

    len = strlen(name);
    start = 0;

    for (i = 0; i <= len; i++) {

        if (name[i] != '_' && name[i] != '\0') {
            continue;
        }

        if (glyph_header_says(name + start, i - start, GLYPH_HEADER_OTHER)) {
            return 1;
        }

        start = i + 1;
    }

    for (i = 2; i + 2 <= len; i++) {

        s = glyph_header_says(name, i, GLYPH_HEADER_OTHER)
            ? glyph_header_part(name + i, len - i)
            : glyph_header_says(name + i, len - i, GLYPH_HEADER_OTHER)
            ? glyph_header_part(name, i) : NULL;

        if (s && s->column == GLYPH_COL_PRICE) {
            return 1;
        }
    }

    return 0;
}


static int
glyph_header_says(const char *word, size_t len, unsigned class)
{
    return (glyph_phrase_class(glyph_header_words, glyph_header_words_n,
                               (const unsigned char *) word, len)
            & class) != 0;
}


static const glyph_synonym_t *
glyph_header_part(const char *name, size_t len)
{
    char  part[GLYPH_HEADER_NAME_MAX];

    memcpy(part, name, len);
    part[len] = '\0';

    return glyph_header_synonym(part);
}


const char *
glyph_header_guess(const glyph_str_t *given, glyph_column_e column,
    unsigned *percent)
{
    char         name[GLYPH_HEADER_NAME_MAX];
    size_t       distance;
    const char  *guess;

    guess = glyph_header_nearest(given, column, &distance);

    if (guess) {
        *percent = distance == 1 ? 90 : 70;
        return guess;
    }

    if (given->len >= 48) {
        return NULL;
    }

    glyph_header_fold(given, name, sizeof(name));

    if (column == GLYPH_COL_PRICE && glyph_header_is_other(name)) {
        return NULL;
    }

    *percent = 50;

    return glyph_header_glued(name, column);
}


/* Of "modal_price" and "strongprice" the end, of "precio_x" the beginning. */

static const char *
glyph_header_glued(const char *name, glyph_column_e column)
{
    size_t                  i, len;
    const glyph_synonym_t  *s;

    len = strlen(name);

    for (i = 2; i + 4 <= len; i++) {
        s = glyph_header_part(name + i, len - i);

        if (s && s->column == column && s->strength > GLYPH_SYNONYM_VAGUE
            && glyph_header_part(name, i) == NULL
            && !glyph_header_says(name, name[i - 1] == '_' ? i - 1 : i,
                                  GLYPH_HEADER_OWNER))
        {
            return s->name;
        }
    }

    for (i = len; i-- > 5; /* void */ ) {
        s = name[i] == '_' ? glyph_header_part(name, i) : NULL;

        if (s && s->column == column && s->strength > GLYPH_SYNONYM_WEAK
            && glyph_header_part(name + i, len - i) == NULL)
        {
            return s->name;
        }
    }

    return NULL;
}


/* Which there are, a bit for each; those beyond ASCII share some. */

static unsigned
glyph_header_letters(const char *name)
{
    unsigned  letters;

    for (letters = 0; *name; name++) {
        letters |= 1u << (*name & 31);
    }

    return letters;
}


/* Whether more than max are set. */

static int
glyph_header_differ(unsigned letters, size_t max)
{
    for ( /* void */ ; letters && max; max--) {
        letters &= letters - 1;
    }

    return letters != 0;
}


size_t
glyph_header_known(const glyph_str_t *fields, size_t n, int *usable)
{
    size_t    known;
    unsigned  has;

    has = glyph_header_has(fields, n, &known);

    *usable = (has & 1u << GLYPH_COL_PRICE)
              && (has & (1u << GLYPH_COL_TITLE | 1u << GLYPH_COL_MODEL));

    return known;
}


void
glyph_header_suggest(const glyph_str_t *fields, size_t n, glyph_buf_t *json)
{
    size_t       i, known, tried, start;
    unsigned     has;
    glyph_buf_t  all;

    memset(&all, 0, sizeof(glyph_buf_t));

    has = glyph_header_has(fields, n, &known);
    start = json->len;
    tried = 0;

    for (i = 0; i < n && tried < GLYPH_HEADER_TRIED; i++) {

        if (glyph_header_find_name(&fields[i])) {
            continue;
        }

        tried++;

        if (!(has & 1u << GLYPH_COL_PRICE)
            && glyph_header_suggest_one(&fields[i], GLYPH_COL_PRICE, start,
                                        json, &all))
        {
            continue;
        }

        if (!(has & (1u << GLYPH_COL_TITLE | 1u << GLYPH_COL_MODEL))
            && !glyph_header_suggest_one(&fields[i], GLYPH_COL_TITLE, start,
                                         json, &all))
        {
            (void) glyph_header_suggest_one(&fields[i], GLYPH_COL_MODEL,
                                            start, json, &all);
        }
    }

    if (json->len > start) {
        glyph_buf_putc(json, '}');
    }

    if (all.len) {
        glyph_buf_puts(json, json->len > start ? "," : "");
        glyph_buf_puts(json, "\"suggestions\":[");
        glyph_buf_append(json, all.data, all.len);
        glyph_buf_putc(json, ']');
    }

    json->failed |= all.failed;
    glyph_buf_free(&all);
}


static int
glyph_header_suggest_one(const glyph_str_t *field, glyph_column_e column,
    size_t start, glyph_buf_t *json, glyph_buf_t *all)
{
    unsigned     percent;
    const char  *name;

    name = glyph_header_guess(field, column, &percent);

    if (name == NULL) {
        return 0;
    }

    if (percent > 50) {
        glyph_buf_puts(json, json->len == start ? "\"did_you_mean\":{" : ",");
        glyph_json_string(json, field->data, field->len);
        glyph_buf_putc(json, ':');
        glyph_json_cstring(json, name);
    }

    glyph_buf_puts(all, all->len ? ",{" : "{");
    glyph_json_key(all, "column");
    glyph_json_string(all, field->data, field->len);
    glyph_json_key(all, "as");
    glyph_json_cstring(all, glyph_column_name(column));
    glyph_buf_printf(all, ",\"confidence\":0.%u}", percent / 10);

    return 1;
}


/* A bit for each known column that the fields name. */

static unsigned
glyph_header_has(const glyph_str_t *fields, size_t n, size_t *known)
{
    size_t                  i;
    unsigned                has;
    const glyph_synonym_t  *s;

    has = 0;
    *known = 0;

    for (i = 0; i < n; i++) {
        s = glyph_header_find_name(&fields[i]);

        if (s) {
            (*known)++;
            has |= 1u << s->column;
        }
    }

    return has;
}


/* With or without a currency in a price's name. */

static const glyph_synonym_t *
glyph_header_find_name(const glyph_str_t *field)
{
    char                     name[GLYPH_HEADER_NAME_MAX];
    const glyph_synonym_t   *s;
    glyph_header_currency_t  currency;

    if (field->len >= sizeof(name)) {
        return NULL;
    }

    glyph_header_fold(field, name, sizeof(name));
    s = glyph_header_synonym(name);

    if (s == NULL) {
        glyph_header_strip(field, name, sizeof(name), &currency);
        s = glyph_header_synonym(name);

        if (s && (currency.code[0] == '\0' || s->column != GLYPH_COL_PRICE)) {
            s = NULL;
        }
    }

    return s;
}
