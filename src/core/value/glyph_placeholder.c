
#include "value/glyph_placeholder.h"
#include "text/glyph_utf8.h"


uint32_t  glyph_placeholder_lengths[2][256];


void
glyph_placeholder_init(void)
{
    size_t         i, url;
    uint32_t       bit;
    unsigned char  c;

    for (i = 0; i < glyph_placeholder_words_n; i++) {
        c = (unsigned char) glyph_placeholder_words[i].text[0];
        bit = (uint32_t) 1 << strlen(glyph_placeholder_words[i].text);
        url = glyph_placeholder_words[i].class == GLYPH_PLACEHOLDER_URL;

        for ( /* void */ ; url < 2; url++) {
            glyph_placeholder_lengths[url][c] |= bit;

            if (c >= 'a' && c <= 'z') {
                glyph_placeholder_lengths[url][c - 'a' + 'A'] |= bit;
            }
        }
    }

    /* dashes, and what is as wide as a Chinese character */

    for (url = 0; url < 2; url++) {
        glyph_placeholder_lengths[url][0xe2] = UINT32_MAX;
        glyph_placeholder_lengths[url][0xef] = UINT32_MAX;
    }
}


int
glyph_placeholder_find(const glyph_str_t *text, unsigned kinds)
{
    size_t         len;
    unsigned char  folded[GLYPH_PLACEHOLDER_MAX];

    len = glyph_utf8_fold(text, folded, sizeof(folded));

    return (glyph_phrase_class(glyph_placeholder_words,
                               glyph_placeholder_words_n, folded, len)
            & kinds) != 0;
}
