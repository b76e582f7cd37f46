/* Words of a table, and phrases anywhere in a text. */

#include "text/glyph_phrase.h"
#include "tap.h"


static const glyph_phrase_t  words[] = {
    { "and", 1 }, { "no", 2 | 4 }, { "nor", 1 }, { "price", 8 }
};

static const glyph_phrase_t  phrases[] = {
    { "like new", 0 }, { "new", 1 }, { "for parts", 2 },
    { "for parts only", 3 }, { "2nd hand", 4 }
};


static unsigned
class_of(const char *word, size_t len)
{
    return glyph_phrase_class(words, sizeof(words) / sizeof(words[0]),
                              (const unsigned char *) word, len);
}


static uint32_t
said(const glyph_phrases_t *ph, const char *text)
{
    size_t                 i;
    uint32_t               all;
    glyph_str_t            s;
    static glyph_tokens_t  ts;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    glyph_tokens_read(&ts, &s);
    glyph_phrases_lookup(ph, &ts);

    all = 0;

    for (i = 0; i < ts.n; i++) {
        all |= glyph_phrases_at(ph, &ts, i);
    }

    return all;
}


static void
test_words(void)
{
    is_int(class_of("and", 3), 1, "the first word");
    is_int(class_of("no", 2), 6, "a word of two classes");
    is_int(class_of("price", 5), 8, "the last word");
    is_int(class_of("prices", 6), 0, "a longer one");
    is_int(class_of("pric", 4), 0, "a shorter one");
    is_int(class_of("no\0", 3), 0, "one with a NUL behind it");
    is_int(class_of("", 0), 0, "none");
}


static void
test_phrases(void)
{
    long              n;
    glyph_phrases_t  *ph;

    n = sizeof(phrases) / sizeof(phrases[0]);
    ph = glyph_phrases_create(phrases, n);

    is_int(said(ph, "as good as LIKE-NEW!"), 3, "each that is in it");
    is_int(said(ph, "for parts or new"), 6, "more than one");
    is_int(said(ph, "for parts only"), 12, "one that begins another");
    is_int(said(ph, "2nd  hand"), 16, "of letters and digits");
    is_int(said(ph, "for part"), 0, "not a part of one");
    is_int(said(ph, "newer"), 0, "not a part of a word");
    is_int(said(ph, ""), 0, "no text");

    glyph_phrases_destroy(ph);

    for (n = 0; n < 100; n++) {
        tap_malloc_fail_after(n);
        ph = glyph_phrases_create(phrases, sizeof(phrases)
                                           / sizeof(phrases[0]));
        tap_malloc_fail_after(-1);

        if (ph) {
            break;
        }
    }

    ok(n > 5 && ph, "every allocation has failed once: %ld", n);

    glyph_phrases_destroy(ph);
}


int
main(void)
{
    test_words();
    test_phrases();

    return tap_done();
}
