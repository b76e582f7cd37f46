/*
 * Rows for t/fault/hostile_cost.t: N of them, of a few bytes, whose keys in
 * dedup's table agree in the four bits that come first without a secret.  That
 * is enough for each to be put behind all others.
 *
 *   chosen N [any]      any: rows of the same kind as they come
 */

#include <stdio.h>

#include "value/glyph_identity.h"


int
main(int argc, char **argv)
{
    char            text[16];
    unsigned long   n, i, next;
    uint64_t        title;
    glyph_str_t     s;
    glyph_digest_t  d;

    static const glyph_str_t  none;
    glyph_identity_texts_t    texts = { &s, &none, &none, &none };

    if (argc < 2) {
        fprintf(stderr, "usage: chosen N [any]\n");
        return 2;
    }

    s.data = (unsigned char *) "A";
    s.len = 1;
    title = glyph_identity_title(&s);
    s.data = (unsigned char *) text;

    puts("title,price,seller");

    n = strtoul(argv[1], NULL, 10);
    next = 0;

    for (i = 0; i < n; i++) {

        do {
            s.len = (size_t) snprintf(text, sizeof(text), "%06lx", next++);
            glyph_identity_listing(title, 100, "USD", &texts, &d);
        } while (argc < 3 && d.bytes[7] >> 4);

        printf("A,1,%s\n", text);
    }

    return 0;
}
