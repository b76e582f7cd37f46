/*
 * Most files are done with the first look, at the columns that are taken; what
 * it recognises is remembered, and costs nothing when the rows are read.  The
 * second one is at all other columns that hold texts, and at those beside one
 * another joined ("NVIDIA", "GeForce RTX", "3090").
 */

#include "column/glyph_header_map.h"
#include "column/glyph_header_name.h"
#include "csv/glyph_sample_rows.h"
#include "pipeline/glyph_title_choice.h"
#include "title/glyph_match.h"


#define GLYPH_CHOICE_ROWS     64        /* looked at, each time */
#define GLYPH_CHOICE_COLUMNS  24        /* compared */
#define GLYPH_CHOICE_JOINED   4         /* at most together */
#define GLYPH_CHOICE_PART     64        /* bytes of one that may be joined */
#define GLYPH_CHOICE_SHORT    200       /* characters of a title */


typedef struct {
    size_t               at;
    size_t               rows;          /* that have a value */
    size_t               shorts;
    size_t               known;
    size_t               joined[GLYPH_CHOICE_JOINED + 1];   /* known with
                                           those behind it, by how many */
} glyph_choice_column_t;

typedef struct {
    glyph_matcher_t        *matcher;
    int                     title;      /* columns that are taken, or -1 */
    int                     model;
    size_t                  rows;
    size_t                  known;
    size_t                  n;
    glyph_choice_column_t   column[GLYPH_CHOICE_COLUMNS];
} glyph_choice_t;


static int glyph_choice_first(void *data, const glyph_record_t *rec);
static int glyph_choice_second(void *data, const glyph_record_t *rec);
static int glyph_choice_is_short(const glyph_str_t *value);
static void glyph_choice_join(glyph_choice_t *c, size_t i,
    const glyph_record_t *rec);
static int glyph_choice_knows(glyph_choice_t *c, const glyph_str_t *title,
    const glyph_str_t *model);
static const glyph_str_t *glyph_choice_field(const glyph_record_t *rec,
    int i);
static void glyph_choice_columns(glyph_choice_t *c,
    const glyph_header_t *header);
static void glyph_choice_decide(glyph_choice_t *c, glyph_header_t *header,
    glyph_notes_t *notes, glyph_buf_t *advice);
static int glyph_choice_told(const glyph_header_t *header);
static int glyph_choice_is_title(const glyph_column_t *column);
static int glyph_choice_has(const glyph_column_t *column,
    const char *const *words);
static void glyph_choice_take(const glyph_choice_t *c,
    const glyph_choice_column_t *best, glyph_header_t *header,
    glyph_notes_t *notes);
static void glyph_choice_advise(const glyph_choice_t *c,
    const glyph_header_t *header, glyph_buf_t *advice);


int
glyph_title_choose(const glyph_sample_t *s, const glyph_registry_t *reg,
    glyph_notes_t *notes, glyph_buf_t *advice)
{
    int             rc;
    glyph_choice_t  c;

    memset(&c, 0, sizeof(glyph_choice_t));

    c.title = glyph_header_find(s->header, GLYPH_COL_TITLE);
    c.model = glyph_header_find(s->header, GLYPH_COL_MODEL);

    c.matcher = glyph_matcher_take(reg);
    if (c.matcher == NULL) {
        return GLYPH_ERROR;
    }

    rc = glyph_sample_each(s, glyph_choice_first, &c);

    if (rc == GLYPH_OK && c.known * 2 < c.rows) {
        glyph_choice_columns(&c, s->header);

        c.rows = 0;
        rc = glyph_sample_each(s, glyph_choice_second, &c);

        if (rc == GLYPH_OK) {
            glyph_choice_decide(&c, s->header, notes, advice);
        }
    }

    glyph_matcher_give(reg, c.matcher);

    return (advice->failed || notes->text.failed) ? GLYPH_ERROR : rc;
}


static int
glyph_choice_first(void *data, const glyph_record_t *rec)
{
    glyph_choice_t *c = data;

    const glyph_str_t  *title, *model;

    title = glyph_choice_field(rec, c->title);
    model = glyph_choice_field(rec, c->model);

    if (title->len || model->len) {
        c->rows++;
        c->known += glyph_choice_knows(c, title->len ? title : model,
                                       model->len ? model : NULL);
    }

    return c->rows == GLYPH_CHOICE_ROWS;
}


static int
glyph_choice_second(void *data, const glyph_record_t *rec)
{
    glyph_choice_t *c = data;

    size_t                  i;
    const glyph_str_t      *value;
    glyph_choice_column_t  *column;

    for (i = 0; i < c->n; i++) {
        column = &c->column[i];
        value = glyph_choice_field(rec, (int) column->at);

        if (value->len == 0) {
            continue;
        }

        column->rows++;
        column->shorts += glyph_choice_is_short(value);
        column->known += glyph_choice_knows(c, value, NULL);

        glyph_choice_join(c, i, rec);
    }

    return ++c->rows == GLYPH_CHOICE_ROWS;
}


static int
glyph_choice_is_short(const glyph_str_t *value)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < value->len && n < GLYPH_CHOICE_SHORT; i++) {
        n += (value->data[i] & 0xc0) != 0x80;
    }

    return n < GLYPH_CHOICE_SHORT;
}


/* Those from i on, two, three and four of them. */

static void
glyph_choice_join(glyph_choice_t *c, size_t i, const glyph_record_t *rec)
{
    size_t              k, len;
    glyph_str_t         joined;
    unsigned char       buf[GLYPH_CHOICE_JOINED * (GLYPH_CHOICE_PART + 1)];
    const glyph_str_t  *value;

    len = 0;

    for (k = 0; k < GLYPH_CHOICE_JOINED && i + k < c->n; k++) {

        if (k && c->column[i + k].at != c->column[i + k - 1].at + 1) {
            return;
        }

        value = glyph_choice_field(rec, (int) c->column[i + k].at);

        if (value->len > GLYPH_CHOICE_PART) {
            return;
        }

        if (value->len) {
            memcpy(buf + len, value->data, value->len);
            len += value->len;
            buf[len++] = ' ';
        }

        if (k && len) {
            joined.data = buf;
            joined.len = len - 1;
            c->column[i].joined[k + 1] += glyph_choice_knows(c, &joined, NULL);
        }
    }
}


static int
glyph_choice_knows(glyph_choice_t *c, const glyph_str_t *title,
    const glyph_str_t *model)
{
    glyph_match_t  match;

    glyph_match(c->matcher, title, model, &match);

    return match.model != NULL;
}


static const glyph_str_t *
glyph_choice_field(const glyph_record_t *rec, int i)
{
    static const glyph_str_t  none;

    return i >= 0 && (size_t) i < rec->nfields ? &rec->fields[i] : &none;
}


/* Those that may hold texts of which nothing better is known. */

static void
glyph_choice_columns(glyph_choice_t *c, const glyph_header_t *header)
{
    size_t                 i, n;
    const glyph_column_t  *columns;

    columns = glyph_header_columns(header, &n);

    for (i = 0; i < n && c->n < GLYPH_CHOICE_COLUMNS; i++) {

        switch (columns[i].used) {

        case GLYPH_COL_TITLE:
        case GLYPH_COL_MODEL:
        case GLYPH_COL_SELLER:
        case GLYPH_COL_BULK_NOTES:
        case GLYPH_COL_EXTRA:

            if (columns[i].given.len) {
                c->column[c->n++].at = i;
            }

            break;

        default:
            break;
        }
    }
}


static void
glyph_choice_decide(glyph_choice_t *c, glyph_header_t *header,
    glyph_notes_t *notes, glyph_buf_t *advice)
{
    size_t                        i, n;
    const glyph_column_t         *columns;
    const glyph_choice_column_t  *best, *column;

    columns = glyph_header_columns(header, &n);
    best = NULL;

    for (i = 0; i < c->n && !glyph_choice_told(header); i++) {
        column = &c->column[i];

        if (columns[column->at].used == GLYPH_COL_EXTRA
            && column->known * 5 > c->rows * 4
            && column->shorts * 2 > column->rows
            && glyph_choice_is_title(&columns[column->at])
            && (best == NULL || column->known > best->known))
        {
            best = column;
        }
    }

    if (best) {
        glyph_choice_take(c, best, header, notes);

    } else {
        glyph_choice_advise(c, header, advice);
    }
}


/* The client says what the title is, or the model that is taken for one. */

static int
glyph_choice_told(const glyph_header_t *header)
{
    int  i;

    i = glyph_header_find(header, GLYPH_COL_TITLE);

    if (i < 0) {
        i = glyph_header_find(header, GLYPH_COL_MODEL);
    }

    return glyph_header_strength(header, i) == GLYPH_SYNONYM_MAPPED;
}


static int
glyph_choice_is_title(const glyph_column_t *column)
{
    char                    name[GLYPH_HEADER_NAME_MAX];
    const glyph_synonym_t  *s;

    static const char *const  titles[] = {
        "title", "titel", "titre", "titulo", "titolo", "tytul", "name",
        "naam", "namn", "nombre", "nome", "nazwa", "model", NULL
    };

    static const char *const  descriptions[] = { "desc", "beschr", NULL };

    if (column->given.len >= sizeof(name)) {
        return 0;
    }

    glyph_header_fold(&column->given, name, sizeof(name));

    s = glyph_header_synonym(name);

    if (s && s->strength > GLYPH_SYNONYM_VAGUE) {
        return s->column <= GLYPH_COL_MODEL;
    }

    return glyph_choice_has(column, titles)
           && !glyph_choice_has(column, descriptions);
}


/* Whether one of the words is in the column's name. */

static int
glyph_choice_has(const glyph_column_t *column, const char *const *words)
{
    char  name[GLYPH_HEADER_NAME_MAX];

    glyph_header_fold(&column->given, name, sizeof(name));

    for ( /* void */ ; *words; words++) {
        if (strstr(name, *words)) {
            return 1;
        }
    }

    return 0;
}


static void
glyph_choice_take(const glyph_choice_t *c, const glyph_choice_column_t *best,
    glyph_header_t *header, glyph_notes_t *notes)
{
    size_t                 n;
    glyph_buf_t            text;
    const glyph_column_t  *columns;

    memset(&text, 0, sizeof(glyph_buf_t));

    columns = glyph_header_columns(header, &n);

    glyph_header_quote(&text, &columns[best->at].given);
    glyph_buf_printf(&text, " is taken for the title: it names a known model "
                     "in %zu of the first %zu rows, ", best->known, c->rows);
    glyph_header_quote(&text, &columns[c->title >= 0 ? c->title
                                                    : c->model].given);
    glyph_buf_puts(&text, " in less than half; with ?map=");
    glyph_header_map_name(&text, &columns[c->title >= 0 ? c->title
                                                        : c->model].given);
    glyph_buf_puts(&text, ":title that is it");

    glyph_notes_add(notes, GLYPH_WARN_TITLE_COLUMN, &text);
    glyph_buf_free(&text);

    if (c->title >= 0) {
        glyph_header_turn(header, GLYPH_COL_TITLE, GLYPH_COL_EXTRA);
    }

    glyph_header_give(header, best->at, GLYPH_COL_TITLE);
}


/* The fewest columns of those that do best, if they do better. */

static void
glyph_choice_advise(const glyph_choice_t *c, const glyph_header_t *header,
    glyph_buf_t *advice)
{
    size_t                 i, k, n, known, most, first, count;
    const glyph_column_t  *columns;

    static const char *const  brands[] = {
        "brand", "make", "manufacturer", "vendor", "hersteller", "marke",
        "marque", "marca", "merk", "producent", NULL
    };

    columns = glyph_header_columns(header, &n);
    most = c->rows / 2;
    first = 0;
    count = 0;

    for (k = 1; k <= GLYPH_CHOICE_JOINED; k++) {

        for (i = 0; i < c->n; i++) {
            known = k == 1 ? c->column[i].known : c->column[i].joined[k];

            if (known > most) {
                most = known;
                first = i;
                count = k;
            }
        }
    }

    if (count == 0) {
        return;
    }

    /* "GeForce RTX" and "3090" will do, but whose they are is part of it */

    if (count > 1 && count < GLYPH_CHOICE_JOINED && first > 0
        && c->column[first - 1].joined[count + 1] == most
        && glyph_choice_has(&columns[c->column[first - 1].at], brands))
    {
        first--;
        count++;
    }

    glyph_buf_puts(advice, "; ");

    for (k = 0; k < count; k++) {
        glyph_buf_puts(advice, k == 0 ? "" : k + 1 == count ? " and " : ", ");
        glyph_header_quote(advice, &columns[c->column[first + k].at].given);
    }

    glyph_buf_printf(advice, "%s in %zu of the first %zu: ?map=",
                     count == 1 ? " does" : " together do", most, c->rows);

    for (k = 0; k < count; k++) {
        glyph_buf_puts(advice, k ? "," : "");
        glyph_header_map_name(advice, &columns[c->column[first + k].at].given);
        glyph_buf_puts(advice, ":title");
    }
}
