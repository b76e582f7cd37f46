#include "csv/glyph_foreign.h"

#include <strings.h>


/* of so many first bytes, one in so many may be a control character */
#define GLYPH_FOREIGN_TEXT      4096
#define GLYPH_FOREIGN_CONTROLS  20


typedef struct {
    const char  *bytes;
    size_t       len;
    const char  *what;
} glyph_magic_t;


static const glyph_magic_t  glyph_magics[] = {
    { "PK\003\004", 4, "an Excel workbook or another zip archive: save it "
                       "as CSV" },
    { "\xd0\xcf\x11\xe0", 4, "an old Excel workbook: save it as CSV" },
    { "%PDF", 4, "a PDF document" },
    { "\x1f\x8b", 2, "gzip data: unpack it, or send it "
      "alone with Content-Encoding: gzip" },
    { "\x28\xb5\x2f\xfd", 4, "zstd data: unpack it, or send "
      "it alone with Content-Encoding: zstd" },
    { "\x89PNG", 4, "a PNG picture" },
    { "\xff\xd8\xff", 3, "a JPEG picture" },
    { "SQLite format 3", 15, "an SQLite database" },
    { NULL, 0, NULL }
};


/* One NUL in a row is that row's error; many are not a file of text. */

int
glyph_foreign_is_text(const unsigned char *data, size_t len,
    glyph_buf_t *detail)
{
    size_t                i, n, controls, nuls[2];
    const glyph_magic_t  *m;

    for (m = glyph_magics; m->bytes; m++) {
        if (len >= m->len && memcmp(data, m->bytes, m->len) == 0) {
            glyph_buf_puts(detail, "this is not CSV but ");
            glyph_buf_puts(detail, m->what);
            return 0;
        }
    }

    n = len < GLYPH_FOREIGN_TEXT ? len : GLYPH_FOREIGN_TEXT;

    /* what fills the file up is not of it */

    while (n && (data[n - 1] == '\0' || data[n - 1] == 0x1a)) {
        n--;
    }

    controls = 0;
    nuls[0] = 0;
    nuls[1] = 0;

    for (i = 0; i < n; i++) {
        controls += data[i] < 0x20 && data[i] != '\t' && data[i] != '\n'
                    && data[i] != '\r';
        nuls[i % 2] += data[i] == '\0';
    }

    if (controls <= 4 || controls * GLYPH_FOREIGN_CONTROLS <= n) {
        return 1;
    }

    if ((nuls[0] + nuls[1]) * 3 > n) {
        glyph_buf_puts(detail, "the file has as many NUL bytes as UTF-16; if "
                       "it is that, name it: \"text/csv; charset=utf-16");
        glyph_buf_puts(detail, nuls[0] > nuls[1] ? "be\"" : "le\"");
    }

    return 0;
}


const char *
glyph_foreign_text(const unsigned char *data, size_t len)
{
    unsigned char         c;
    const unsigned char  *p, *last;

    p = data;
    last = p + len;

    while (p < last && strchr(" \t\r\n", *p)) {
        p++;
    }

    if (last - p < 5) {
        return NULL;
    }

    c = *p;

    if (c == '<') {
        return memcmp(p, "<?xml", 5) == 0 ? "XML"
               : (p[1] == '!' || strncasecmp((char *) p, "<html", 5) == 0)
               ? "HTML" : NULL;
    }

    for (p++; p < last && strchr(" \t\r\n", *p); p++) {
        /* void */
    }

    if (p < last && ((c == '{' && *p == '"')
                     || (c == '[' && (*p == '{' || *p == '['))))
    {
        return "JSON: send it as application/json, or as "
               "application/x-ndjson if each line is an object";
    }

    return NULL;
}
