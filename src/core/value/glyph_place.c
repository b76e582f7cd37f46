
#define _GNU_SOURCE     /* memmem(), memrchr() */

#include "text/glyph_utf8.h"
#include "value/glyph_place.h"
#include "value/glyph_place_words.h"


#define GLYPH_PLACE_MAX  64         /* bytes of a name, folded */


static const char *glyph_place_find(const glyph_currency_word_t *list,
    size_t n, const unsigned char *name, size_t len);


const char *
glyph_place_of_region(const glyph_str_t *region)
{
    size_t                len;
    glyph_str_t           name;
    unsigned char         buf[3 * GLYPH_PLACE_MAX];
    const unsigned char  *comma;

    if (region->len == 0) {
        return NULL;
    }

    name = *region;
    comma = memrchr(name.data, ',', name.len);

    if (comma) {
        name.len -= comma + 1 - name.data;
        name.data = (unsigned char *) comma + 1;
    }

    glyph_utf8_trim(&name);

    if (name.len == 0 || name.len > GLYPH_PLACE_MAX) {
        return NULL;
    }

    len = glyph_utf8_fold(&name, buf, sizeof(buf));

    return glyph_place_find(glyph_place_words, glyph_place_words_n, buf, len);
}


const char *
glyph_place_of_url(const glyph_str_t *url)
{
    size_t                i, len;
    const char           *code;
    const unsigned char  *host, *p, *last;
    unsigned char         name[GLYPH_PLACE_MAX];

    host = url->len ? memmem(url->data, url->len, "://", 3) : NULL;

    if (host == NULL) {
        return NULL;
    }

    host += 3;
    last = url->data + url->len;

    for (p = host; p < last && memchr("/?#:", *p, 4) == NULL; p++) {
        /* void */
    }

    /* the last label, or the last two: ".com.co" */

    for (i = 0, last = p; i < 2 && p > host; p--) {

        if (p[-1] != '.' || last - p > GLYPH_PLACE_MAX) {
            continue;
        }

        for (len = 0; p + len < last; len++) {
            name[len] = p[len] >= 'A' && p[len] <= 'Z' ? p[len] | 0x20
                                                       : p[len];
        }

        code = glyph_place_find(glyph_place_domains, glyph_place_domains_n,
                                name, len);

        if (code) {
            return code;
        }

        i++;
    }

    return NULL;
}


static const char *
glyph_place_find(const glyph_currency_word_t *list, size_t n,
    const unsigned char *name, size_t len)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (strlen(list[i].word) == len && memcmp(list[i].word, name, len) == 0)
        {
            return list[i].code;
        }
    }

    return NULL;
}
