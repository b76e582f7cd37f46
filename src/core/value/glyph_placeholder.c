
#include "value/glyph_placeholder.h"
#include "text/glyph_utf8.h"


#define GLYPH_PLACEHOLDER_MAX  32       /* bytes, as it is written */


static int glyph_placeholder_compare(const void *key, const void *word);


/* The kinds of those that begin with a byte: most texts are none by that. */

static unsigned char  glyph_placeholder_first[256];


void
glyph_placeholder_init(void)
{
    size_t         i;
    unsigned char  c, kind;

    for (i = 0; i < glyph_placeholder_words_n; i++) {
        c = (unsigned char) glyph_placeholder_words[i].text[0];
        kind = glyph_placeholder_words[i].class;

        glyph_placeholder_first[c] |= kind;

        if (c >= 'a' && c <= 'z') {
            glyph_placeholder_first[c - 'a' + 'A'] |= kind;
        }
    }

    /* dashes, and what is as wide as a Chinese character */

    glyph_placeholder_first[0xe2] = 0xff;
    glyph_placeholder_first[0xef] = 0xff;
}


int
glyph_placeholder(const glyph_str_t *text, unsigned kinds)
{
    unsigned char          folded[GLYPH_PLACEHOLDER_MAX];
    glyph_str_t            key;
    const glyph_phrase_t  *word;

    if (text->len > GLYPH_PLACEHOLDER_MAX
        || !(glyph_placeholder_first[text->data[0]] & kinds))
    {
        return 0;
    }

    key.data = folded;
    key.len = glyph_utf8_fold(text, folded, sizeof(folded));

    word = bsearch(&key, glyph_placeholder_words, glyph_placeholder_words_n,
                   sizeof(glyph_phrase_t), glyph_placeholder_compare);

    return word && (word->class & kinds);
}


static int
glyph_placeholder_compare(const void *key, const void *word)
{
    int                 rc;
    size_t              len;
    const char         *text;
    const glyph_str_t  *k;

    k = key;
    text = ((const glyph_phrase_t *) word)->text;
    len = strlen(text);

    rc = memcmp(k->data, text, k->len < len ? k->len : len);

    return rc ? rc : (k->len > len) - (k->len < len);
}
