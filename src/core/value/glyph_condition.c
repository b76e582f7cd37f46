#include "value/glyph_values.h"
#include "value/glyph_condition_words.h"
#include "text/glyph_utf8.h"


#define GLYPH_CONDITION_TEXT_MAX  96


static const char *glyph_condition_number(const glyph_str_t *text);
static int glyph_condition_denied(const glyph_tokens_t *ts, size_t i);


/* What most rows say already. */

static const char *const  glyph_condition_names[] = {
    "New", "Used", "Refurbished", "Open box", "For parts"
};


/* eBay's ConditionID. */

static const struct {
    const char  *id;
    const char  *name;
} glyph_condition_ids[] = {
    { "1000", "New" },
    { "1500", "Open box" },
    { "2000", "Refurbished" },
    { "2010", "Refurbished" },
    { "2020", "Refurbished" },
    { "2030", "Refurbished" },
    { "2500", "Refurbished" },
    { "2750", "Used" },
    { "3000", "Used" },
    { "4000", "Used" },
    { "5000", "Used" },
    { "6000", "Used" },
    { "7000", "For parts" }
};


/* In the order of the classes: the first that is said decides. */

static const char *const  glyph_condition_said[] = {
    [GLYPH_SAYS_OTHER] = NULL,
    [GLYPH_SAYS_PARTS] = "For parts",
    [GLYPH_SAYS_REFURBISHED] = "Refurbished",
    [GLYPH_SAYS_OPEN_BOX] = "Open box",
    [GLYPH_SAYS_UNUSED] = "New",
    [GLYPH_SAYS_USED] = "Used",
    [GLYPH_SAYS_GOOD] = "Used",
    [GLYPH_SAYS_NEW] = "New",
    [GLYPH_SAYS_WORKING] = "Used",
    [GLYPH_SAYS_AS_IS] = "For parts"
};


static glyph_phrases_t  *glyph_condition_phrases;


int
glyph_condition_init(void)
{
    if (glyph_condition_phrases == NULL) {
        glyph_condition_phrases = glyph_phrases_create(glyph_condition_words,
                                                   glyph_condition_words_n);
    }

    return glyph_condition_phrases ? GLYPH_OK : GLYPH_ERROR;
}


const char *
glyph_condition_parse(const glyph_str_t *text)
{
    size_t          i, n;
    uint32_t        said, here;
    const char     *name;
    glyph_str_t     t;
    glyph_tokens_t  ts;

    t = *text;
    glyph_utf8_trim(&t);

    n = sizeof(glyph_condition_names) / sizeof(glyph_condition_names[0]);

    for (i = 0; i < n; i++) {

        if (strlen(glyph_condition_names[i]) == t.len
            && memcmp(glyph_condition_names[i], t.data, t.len) == 0)
        {
            return glyph_condition_names[i];
        }
    }

    if (t.len == 0 || t.len > GLYPH_CONDITION_TEXT_MAX) {
        return NULL;
    }

    name = glyph_condition_number(&t);

    if (name) {
        return name;
    }

    glyph_tokens_read(&ts, &t);
    glyph_phrases_lookup(glyph_condition_phrases, &ts);

    said = 0;

    for (i = 0; i < ts.n; i++) {
        here = glyph_phrases_at(glyph_condition_phrases, &ts, i)
               & ~glyph_phrase_bit(GLYPH_SAYS_DENIAL);

        if (here && !glyph_condition_denied(&ts, i)) {
            said |= here;
        }
    }

    return glyph_condition_name(said);
}


const char *
glyph_condition_name(unsigned said)
{
    return said ? glyph_condition_said[__builtin_ctz(said)] : NULL;
}


static const char *
glyph_condition_number(const glyph_str_t *text)
{
    size_t  i, n;

    n = sizeof(glyph_condition_ids) / sizeof(glyph_condition_ids[0]);

    for (i = 0; text->len == 4 && i < n; i++) {

        if (memcmp(text->data, glyph_condition_ids[i].id, 4) == 0) {
            return glyph_condition_ids[i].name;
        }
    }

    return NULL;
}


/* Whether the word before token i denies what begins there: "not new". */

static int
glyph_condition_denied(const glyph_tokens_t *ts, size_t i)
{
    return i > 0 && !(ts->token[i].sep & GLYPH_SEP_BREAK)
           && (glyph_phrases_at(glyph_condition_phrases, ts, i - 1)
               & glyph_phrase_bit(GLYPH_SAYS_DENIAL));
}
