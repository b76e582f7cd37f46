
#include "value/glyph_placeholder.h"
#include "text/glyph_utf8.h"


uint32_t  glyph_placeholder_lengths[2][256];
uint32_t  glyph_placeholder_ends[2][256];


static void glyph_placeholder_put(uint32_t *lengths, unsigned char c,
    uint32_t bits);


void
glyph_placeholder_init(void)
{
    size_t       i, len, url;
    uint32_t     bit;
    const char  *text;

    for (i = 0; i < glyph_placeholder_words_n; i++) {
        text = glyph_placeholder_words[i].text;
        len = strlen(text);
        bit = (uint32_t) 1 << len;
        url = glyph_placeholder_words[i].class == GLYPH_PLACEHOLDER_URL;

        for ( /* void */ ; url < 2; url++) {
            glyph_placeholder_put(glyph_placeholder_lengths[url], text[0],
                                  bit);
            glyph_placeholder_put(glyph_placeholder_ends[url], text[len - 1],
                                  bit);
        }
    }

    /* dashes, and what is as wide as a Chinese character */

    for (url = 0; url < 2; url++) {
        glyph_placeholder_lengths[url][0xe2] = UINT32_MAX;
        glyph_placeholder_lengths[url][0xef] = UINT32_MAX;

        for (i = 0x80; i < 256; i++) {
            glyph_placeholder_ends[url][i] = UINT32_MAX;
        }
    }
}


/* A letter is also a capital one. */

static void
glyph_placeholder_put(uint32_t *lengths, unsigned char c, uint32_t bits)
{
    lengths[c] |= bits;

    if (c >= 'a' && c <= 'z') {
        lengths[c - 'a' + 'A'] |= bits;
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
