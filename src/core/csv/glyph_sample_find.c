/*
 * Where a file's header is, and what separates its fields.
 */

#include "column/glyph_header_name.h"
#include "csv/glyph_sample_find.h"
#include "text/glyph_utf8.h"

#include <strings.h>


/* so many first records may have the header that the first one is not */
#define GLYPH_FIND_RECORDS  20


typedef struct {
    size_t                known;    /* fields of the first record that are
                                       names of columns */
    const unsigned char  *end;      /* of it */
    uint64_t              line;     /* of the first record that has all that
                                       a header must, or 0 */
    size_t                fields;   /* of that one */
    size_t                names;    /* … that are known */
    unsigned              alike:1;  /* one before it has as many filled */
} glyph_names_t;


static size_t glyph_find_filled(const glyph_record_t *rec);
static int glyph_find_names(const glyph_sample_t *s, unsigned char delimiter,
    size_t records, glyph_names_t *names);


static const char  glyph_find_delimiters[] = { ',', ';', '\t', '|' };


/*
 * Excel's first line, "sep=;": others put it in quotes, fill the line up, or
 * have blanks in it, also in the delimiter's place.
 */

int
glyph_find_sep(glyph_sample_t *s, unsigned char *sep)
{
    const unsigned char  *p, *last;

    *sep = '\0';

    p = s->data;
    last = p + s->len;

    if (*p == '"') {
        p++;
    }

    if (last - p < 5 || strncasecmp((char *) p, "sep", 3) != 0) {
        return 0;
    }

    for (p += 3; p < last && *p == ' '; p++) { /* void */ }

    if (p == last || *p++ != '=') {
        return 0;
    }

    for ( /* void */ ; p < last && *p == ' '; p++) { /* void */ }

    if (p < last && memchr(glyph_find_delimiters, *p,
                           sizeof(glyph_find_delimiters)))
    {
        *sep = *p++;
    }

    for ( /* void */ ; p < last && *p != '\r' && *p != '\n'; p++) {

        if (*p != '"' && *p != ' ' && (*sep == '\0' || *p != *sep)) {
            return 0;
        }
    }

    return p < last && glyph_find_line(s, 2) == GLYPH_OK;
}


int
glyph_find_line(glyph_sample_t *s, unsigned line)
{
    const unsigned char  *p, *last;

    p = s->from;
    last = s->data + s->len;

    while (s->line < line && p < last) {

        while (p < last && *p != '\r' && *p != '\n') {
            p++;
        }

        if (p < last) {
            p += (*p == '\r' && p + 1 < last && p[1] == '\n') ? 2 : 1;
            s->line++;
        }
    }

    s->from = p;

    return s->line >= line && p < last ? GLYPH_OK : GLYPH_BAD;
}


int
glyph_find_delimiter(glyph_sample_t *s)
{
    size_t         i, best, len;
    unsigned char  delimiter, sniffed;
    glyph_names_t  names;

    sniffed = glyph_reader_sniff(s->from, s->data + s->len - s->from);

    if (glyph_find_names(s, sniffed, 1, &names) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    s->delimiter = sniffed;
    best = names.known;
    len = names.end - s->from;

    for (i = 0; i < sizeof(glyph_find_delimiters); i++) {
        delimiter = glyph_find_delimiters[i];

        /* one that is not there makes a single field of all */

        if (delimiter == sniffed
            || (best && memchr(s->from, delimiter, len) == NULL))
        {
            continue;
        }

        if (glyph_find_names(s, delimiter, 1, &names) != GLYPH_OK) {
            return GLYPH_ERROR;
        }

        if (names.known > best) {
            s->delimiter = delimiter;
            best = names.known;
        }
    }

    return GLYPH_OK;
}


int
glyph_find_header(const glyph_sample_t *s, unsigned char delimiter,
    glyph_found_t *found)
{
    size_t         i;
    glyph_names_t  names;

    memset(found, 0, sizeof(glyph_found_t));

    for (i = 0; i < sizeof(glyph_find_delimiters); i++) {

        if (delimiter && delimiter != (unsigned char) glyph_find_delimiters[i])
        {
            continue;
        }

        if (glyph_find_names(s, glyph_find_delimiters[i], GLYPH_FIND_RECORDS,
                             &names)
            != GLYPH_OK)
        {
            return GLYPH_ERROR;
        }

        if (names.line == 0 || names.fields < 2
            || (found->line
                && (names.line > found->line
                    || (names.line == found->line
                        && names.names <= found->names))))
        {
            continue;
        }

        found->line = (unsigned) names.line;
        found->names = names.names;
        found->clear = !names.alike;
        found->delimiter = glyph_find_delimiters[i];
    }

    return GLYPH_OK;
}


/* What the first records have, as that delimiter separates their fields. */

static int
glyph_find_names(const glyph_sample_t *s, unsigned char delimiter,
    size_t records, glyph_names_t *names)
{
    int                   rc, usable;
    size_t                i, n, known, filled[GLYPH_FIND_RECORDS];
    glyph_reader_t       *rd;
    glyph_record_t        rec;
    const unsigned char  *pos;

    memset(names, 0, sizeof(glyph_names_t));

    rd = glyph_reader_create(delimiter, s->max_row_size, s->max_columns);
    if (rd == NULL) {
        return GLYPH_ERROR;
    }

    glyph_reader_begin(rd, s->line, s->from - s->data);

    pos = s->from;
    names->end = pos;
    rc = GLYPH_OK;

    for (n = 0; n < records && names->line == 0; n++) {
        rc = glyph_reader_next(rd, &pos, s->data + s->len, s->whole, &rec);

        if (n == 0) {
            names->end = pos;
        }

        if (rc != GLYPH_OK) {
            break;
        }

        filled[n] = 0;

        if (rec.code != GLYPH_CODE_OK) {
            continue;
        }

        for (i = 0; i < rec.nfields; i++) {
            glyph_utf8_trim(&rec.fields[i]);
        }

        filled[n] = glyph_find_filled(&rec);

        known = glyph_header_known(rec.fields, rec.nfields, &usable);

        if (n == 0) {
            names->known = known;
        }

        if (usable) {
            names->line = rec.line;
            names->fields = rec.nfields;
            names->names = known;

            for (i = 0; i < n; i++) {
                names->alike |= filled[i] == filled[n];
            }
        }
    }

    glyph_reader_destroy(rd);

    return rc == GLYPH_ERROR ? GLYPH_ERROR : GLYPH_OK;
}


static size_t
glyph_find_filled(const glyph_record_t *rec)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < rec->nfields; i++) {
        n += rec->fields[i].len != 0;
    }

    return n;
}


/*
 * A header that is one field with quotes around it, in which there are names:
 * a program has quoted each line as a whole.
 */

int
glyph_find_wrapped(const glyph_sample_t *s, unsigned char delimiter,
    unsigned char *found)
{
    int                   rc;
    glyph_found_t         inner;
    glyph_reader_t       *rd;
    glyph_record_t        rec;
    glyph_sample_t        line;
    const unsigned char  *pos;

    *found = '\0';

    rd = glyph_reader_create(',', s->max_row_size, s->max_columns);
    if (rd == NULL) {
        return GLYPH_ERROR;
    }

    pos = s->from;
    rc = glyph_reader_next(rd, &pos, s->data + s->len, s->whole, &rec);

    if (rc == GLYPH_OK && rec.code == GLYPH_CODE_OK && rec.nfields
        && rec.raw.data[0] == '"' && rec.fields[0].len)
    {
        line = *s;
        line.data = rec.fields[0].data;
        line.len = rec.fields[0].len;
        line.from = line.data;
        line.line = 1;
        line.whole = 1;

        rc = glyph_find_header(&line, delimiter, &inner);

        if (rc == GLYPH_OK && inner.line == 1) {
            *found = inner.delimiter;
        }
    }

    glyph_reader_destroy(rd);

    return rc == GLYPH_ERROR ? GLYPH_ERROR : GLYPH_OK;
}


int
glyph_find_unquoted(const glyph_sample_t *s)
{
    int                   bare;
    size_t                tabs, all;
    const unsigned char  *p, *last, *field;

    bare = 0;
    all = 0;
    last = s->data + s->len;

    for (p = s->from; p < last; p++) {
        tabs = 0;
        field = p;

        for ( /* void */ ; p < last; p++) {

            if (*p != '\t' && *p != '\n' && *p != '\r') {
                continue;
            }

            if (p > field && *field == '"') {

                if (p - field > 1 && p[-1] == '"') {
                    return 0;
                }

                bare = 1;
            }

            if (*p != '\t') {
                break;
            }

            tabs++;
            field = p + 1;
        }

        if (p == last && !s->whole) {
            break;
        }

        /* a blank line has none */

        if (tabs && all && tabs != all) {
            return 0;
        }

        if (tabs == 0 && p > field) {
            return 0;
        }

        all = tabs ? tabs : all;
    }

    return bare;
}
