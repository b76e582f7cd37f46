/* What is written where there is nothing to write. */

#include "value/glyph_placeholder.h"
#include "text/glyph_utf8.h"
#include "tap.h"


#define SELLER  (GLYPH_PLACEHOLDER_ANY|GLYPH_PLACEHOLDER_BUT_REGION)
#define REGION  (GLYPH_PLACEHOLDER_ANY|GLYPH_PLACEHOLDER_BUT_SELLER)
#define OTHER   (SELLER|REGION)
#define URL     (OTHER|GLYPH_PLACEHOLDER_URL)


typedef struct {
    const char  *text;
    unsigned     other:1;
    unsigned     seller:1;
    unsigned     region:1;
    unsigned     url:1;
} case_t;


static const case_t  cases[] = {
    { "N/A", 1, 1, 1, 1 },
    { "n/a", 1, 1, 1, 1 },
    { "NA", 1, 1, 0, 1 },
    { "na", 1, 1, 0, 1 },
    { "nan", 1, 1, 1, 1 },
    { "NaN", 1, 1, 1, 1 },
    { "NaT", 1, 1, 1, 1 },
    { "null", 1, 0, 1, 1 },
    { "NULL", 1, 0, 1, 1 },
    { "None", 1, 0, 1, 1 },
    { "-", 1, 1, 1, 1 },
    { "--", 1, 1, 1, 1 },
    { "\xe2\x80\x94", 1, 1, 1, 1 },     /* an em dash */
    { "\xe2\x80\x93", 1, 1, 1, 1 },
    { "\xef\xbc\x8d", 1, 1, 1, 1 },     /* as wide as a Chinese character */
    { ".", 1, 1, 1, 1 },
    { "?", 1, 1, 1, 1 },
    { "#N/A", 1, 1, 1, 1 },
    { "#VALUE!", 1, 1, 1, 1 },
    { "#REF!", 1, 1, 1, 1 },
    { "TBD", 1, 1, 1, 1 },
    { "unknown", 1, 1, 1, 1 },
    { "Unknown", 1, 1, 1, 1 },
    { "(empty)", 1, 1, 1, 1 },
    { "0000-00-00", 1, 1, 1, 1 },
    { "0000-00-00 00:00:00", 1, 1, 1, 1 },
    { "0", 0, 0, 0, 1 },
    { "#", 0, 0, 0, 1 },
    { "link", 0, 0, 0, 1 },
    { "View listing", 0, 0, 0, 1 },
    { "http://", 0, 0, 0, 1 },
    { "https://", 0, 0, 0, 1 },
    { "about:blank", 0, 0, 0, 1 },
    { "javascript:void(0)", 0, 0, 0, 1 },
    { "javascript:void(0);", 0, 0, 0, 1 },
    { "Nan Ya", 0, 0, 0, 0 },
    { "New", 0, 0, 0, 0 },
    { "Newegg", 0, 0, 0, 0 },
    { "Namibia", 0, 0, 0, 0 },
    { "North America", 0, 0, 0, 0 },
    { "Unknown Worlds", 0, 0, 0, 0 },
    { "nu", 0, 0, 0, 0 },
    { "nulls", 0, 0, 0, 0 },
    { "-1", 0, 0, 0, 0 },
    { "0.5", 0, 0, 0, 0 },
    { "00", 0, 0, 0, 0 },
    { "?!", 0, 0, 0, 0 },
    { "T", 0, 0, 0, 0 },
    { "https://a.example/x", 0, 0, 0, 0 },
    { "http://a", 0, 0, 0, 0 },
    { "a text of a length that no placeholder has", 0, 0, 0, 0 }
};


static void
test_case(const case_t *c, unsigned kinds, int want, const char *where)
{
    glyph_str_t     s;
    unsigned char  *copy;

    /* of its own, so that a sanitizer sees whoever reads behind it */

    s.len = strlen(c->text);
    copy = malloc(s.len);
    memcpy(copy, c->text, s.len);
    s.data = copy;

    is_int(glyph_placeholder(&s, kinds), want, "\"%s\" is %sone %s", c->text,
           want ? "" : "n", where);

    free(copy);
}


int
main(void)
{
    size_t         i, wrong;
    glyph_str_t    word;
    unsigned char  folded[64];

    glyph_placeholder_init();
    glyph_placeholder_init();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        test_case(&cases[i], OTHER, cases[i].other, "of a column");
        test_case(&cases[i], SELLER, cases[i].seller, "of a seller");
        test_case(&cases[i], REGION, cases[i].region, "of a region");
        test_case(&cases[i], URL, cases[i].url, "of a URL");
        test_case(&cases[i], 0, 0, "of a title");
    }

    wrong = 0;

    for (i = 0; i < glyph_placeholder_words_n; i++) {
        word.data = (unsigned char *) glyph_placeholder_words[i].text;
        word.len = strlen(glyph_placeholder_words[i].text);
        wrong += !glyph_placeholder(&word, URL)
                 || glyph_utf8_fold(&word, folded, sizeof(folded)) != word.len
                 || memcmp(folded, word.data, word.len) != 0;
    }

    is_int(wrong, 0, "each word is found");

    return tap_done();
}
