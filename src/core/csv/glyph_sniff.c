#include "csv/glyph_reader.h"


#define GLYPH_NDELIMITERS  sizeof(glyph_delimiters)


static int glyph_sniff_line(const unsigned char *p, const unsigned char *last,
    int quoting, size_t *count);


static const char  glyph_delimiters[] = { ',', ';', '\t', '|' };


unsigned char
glyph_reader_sniff(const unsigned char *data, size_t len)
{
    size_t  i, best, count[GLYPH_NDELIMITERS];

    /* a quote that is never closed is no quote */

    if (!glyph_sniff_line(data, data + len, 1, count)) {
        glyph_sniff_line(data, data + len, 0, count);
    }

    best = 0;

    for (i = 1; i < GLYPH_NDELIMITERS; i++) {
        if (count[i] > count[best]) {
            best = i;
        }
    }

    return glyph_delimiters[best];
}


/*
 * Counts the delimiters of the first line that is not blank; 0 if it ends
 * inside of quotes.  Only a quote sign where a field may begin opens one.
 */

static int
glyph_sniff_line(const unsigned char *p, const unsigned char *last,
    int quoting, size_t *count)
{
    int          begins, quoted, blank;
    const char  *d;

    memset(count, 0, GLYPH_NDELIMITERS * sizeof(size_t));

    begins = 1;
    quoted = 0;
    blank = 1;

    for ( /* void */ ; p < last; p++) {

        if (quoted) {
            quoted = *p != '"';
            begins = 1;         /* a second quote sign goes on */
            continue;
        }

        if (*p == '\n' || *p == '\r') {

            if (!blank) {
                return 1;
            }

            memset(count, 0, GLYPH_NDELIMITERS * sizeof(size_t));
            begins = 1;
            continue;
        }

        d = memchr(glyph_delimiters, *p, GLYPH_NDELIMITERS);

        if (d != NULL) {
            count[d - glyph_delimiters]++;
            blank &= *p == '\t';
            begins = 1;
            continue;
        }

        if (*p == ' ') {
            continue;
        }

        quoted = quoting && *p == '"' && begins;
        begins = 0;
        blank = 0;
    }

    return !quoted;
}
