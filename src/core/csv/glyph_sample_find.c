/*
 * Where a file's header is, and what separates its fields.
 */

#include "column/glyph_header_name.h"
#include "csv/glyph_sample_find.h"
#include "text/glyph_utf8.h"

#include <strings.h>


/* so many first records may have the header that the first one is not */
#define GLYPH_FIND_RECORDS  20

/* records above the header of Amazon's files */
#define GLYPH_FIND_AMAZON   2


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


static int glyph_find_is_amazon(const glyph_sample_t *s);
static int glyph_find_within(const glyph_sample_t *s, unsigned char delimiter,
    const glyph_record_t *rec, glyph_found_t *inner);
static size_t glyph_find_count(const glyph_str_t *text, unsigned char c);
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
    int                   rc, usable, amazon;
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
    amazon = glyph_find_is_amazon(s);

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

        if (amazon ? n == GLYPH_FIND_AMAZON : usable) {
            names->line = rec.line;
            names->fields = rec.nfields;
            names->names = known;

            for (i = 0; i < n && !amazon; i++) {
                names->alike |= filled[i] == filled[n];
            }
        }
    }

    glyph_reader_destroy(rd);

    return rc == GLYPH_ERROR ? GLYPH_ERROR : GLYPH_OK;
}


/* A flat file: what it is, what the columns are called, and their names. */

static int
glyph_find_is_amazon(const glyph_sample_t *s)
{
    const unsigned char  *p;

    static const char  first[] = "TemplateType=";

    p = s->from + (*s->from == '"');

    return (size_t) (s->data + s->len - p) > sizeof(first) - 1
           && memcmp(p, first, sizeof(first) - 1) == 0;
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
 * a program has quoted each line as a whole, also those above it.
 */

int
glyph_find_wrapped(const glyph_sample_t *s, unsigned char delimiter,
    glyph_found_t *found)
{
    int                   rc;
    size_t                n, most;
    glyph_found_t         inner;
    glyph_reader_t       *rd;
    glyph_record_t        rec;
    const unsigned char  *pos;

    memset(found, 0, sizeof(glyph_found_t));

    rd = glyph_reader_create(',', s->max_row_size, s->max_columns);
    if (rd == NULL) {
        return GLYPH_ERROR;
    }

    glyph_reader_begin(rd, s->line, s->from - s->data);

    pos = s->from;
    most = 0;

    for (n = 0; n < GLYPH_FIND_RECORDS && found->line == 0; n++) {
        rc = glyph_reader_next(rd, &pos, s->data + s->len, s->whole, &rec);

        if (rc == GLYPH_OK) {
            rc = glyph_find_within(s, delimiter, &rec, &inner);
        }

        if (rc != GLYPH_OK) {
            break;
        }

        if (inner.line == 1) {
            *found = inner;
            found->line = (unsigned) rec.line;
            found->clear = glyph_find_count(&rec.raw, inner.delimiter) > most;

        } else if (glyph_find_count(&rec.raw, ',') > most) {
            most = glyph_find_count(&rec.raw, ',');
        }
    }

    glyph_reader_destroy(rd);

    return rc == GLYPH_ERROR ? GLYPH_ERROR : GLYPH_OK;
}


/* As glyph_find_header(), in a record that is nothing but a text in quotes. */

static int
glyph_find_within(const glyph_sample_t *s, unsigned char delimiter,
    const glyph_record_t *rec, glyph_found_t *inner)
{
    size_t          i;
    glyph_sample_t  line;

    memset(inner, 0, sizeof(glyph_found_t));

    if (rec->code != GLYPH_CODE_OK || rec->nfields == 0
        || rec->raw.data[0] != '"' || rec->fields[0].len == 0)
    {
        return GLYPH_OK;
    }

    for (i = 1; i < rec->nfields; i++) {
        if (rec->fields[i].len) {
            return GLYPH_OK;
        }
    }

    line = *s;
    line.data = rec->fields[0].data;
    line.len = rec->fields[0].len;
    line.from = line.data;
    line.line = 1;
    line.whole = 1;

    return glyph_find_header(&line, delimiter, inner);
}


static size_t
glyph_find_count(const glyph_str_t *text, unsigned char c)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < text->len; i++) {
        n += text->data[i] == c;
    }

    return n;
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
