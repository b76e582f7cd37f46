#include <csv.h>

#include "title/glyph_registry_csv.h"
#include "text/glyph_utf8.h"


#define GLYPH_FIELD_MAX   1024      /* bytes of a field, aliases too */
#define GLYPH_ID_MAX      64


typedef enum {
    GLYPH_F_MODEL = 0,
    GLYPH_F_FAMILY,
    GLYPH_F_VENDOR,
    GLYPH_F_CLASS,
    GLYPH_F_VRAM,
    GLYPH_F_TDP,
    GLYPH_F_MIG,
    GLYPH_F_NVLINK,
    GLYPH_F_GENERATION,
    GLYPH_F_CORES,
    GLYPH_F_SLOTS,
    GLYPH_F_PCIE,
    GLYPH_F_FORM,
    GLYPH_F_RELEASED,
    GLYPH_F_ALIASES,
    GLYPH_F_N
} glyph_field_e;


typedef struct {
    int              rc;
    unsigned         header:1;      /* has been read */
    size_t           n;             /* fields of this record */
    size_t           column[GLYPH_F_N];     /* of the n-th field: which */
    glyph_str_t      field[GLYPH_F_N];      /* by glyph_field_e */
    size_t           used;
    unsigned char    text[GLYPH_F_N * (GLYPH_FIELD_MAX + 1)];
    glyph_buf_t     *error;
    glyph_entry_pt   handler;
    void            *ctx;
} glyph_file_t;


static int glyph_file_read(glyph_file_t *f, struct csv_parser *p,
    const unsigned char *data, size_t len, size_t *line);
static int glyph_file_skips(const unsigned char *p, size_t len);
static void glyph_file_field(void *text, size_t len, void *ctx);
static void glyph_file_column(glyph_file_t *f, const char *text, size_t len);
static void glyph_file_record(int c, void *ctx);
static void glyph_file_header(glyph_file_t *f);
static void glyph_file_entry(glyph_file_t *f);
static int glyph_file_facts(glyph_file_t *f, glyph_model_t *m);
static int glyph_file_ids(glyph_file_t *f);
static int glyph_file_id(const glyph_str_t *id);
static int glyph_file_number(glyph_file_t *f, glyph_field_e field,
    double max, int decimals, double *value);
static int glyph_file_flag(glyph_file_t *f, unsigned *value);
static int glyph_file_date(glyph_file_t *f);
static void glyph_file_texts(glyph_file_t *f, glyph_entry_t *e);
static void glyph_file_bad(glyph_file_t *f, const char *what,
    const glyph_str_t *value);


static const char *const  glyph_file_names[] = {
    "model", "family", "vendor", "class", "vram_gb", "tdp_watts",
    "mig_support", "nvlink", "generation", "cuda_cores", "slot_width",
    "pcie_generation", "form_factor", "released", "aliases"
};


int
glyph_registry_csv(const unsigned char *data, size_t len, size_t *line,
    glyph_buf_t *error, glyph_entry_pt handler, void *ctx)
{
    int                rc;
    glyph_file_t      *f;
    struct csv_parser  p;

    *line = 1;

    f = calloc(1, sizeof(glyph_file_t));
    if (f == NULL) {
        return GLYPH_ERROR;
    }

    f->error = error;
    f->handler = handler;
    f->ctx = ctx;

    csv_init(&p, CSV_STRICT | CSV_STRICT_FINI);

    rc = glyph_file_read(f, &p, data, len, line);

    csv_free(&p);
    free(f);

    return error->failed ? GLYPH_ERROR : rc;
}


/*
 * Gives libcsv one physical line at a time, so that a record's errors can
 * name the line it begins on.
 */

static int
glyph_file_read(glyph_file_t *f, struct csv_parser *p,
    const unsigned char *data, size_t len, size_t *line)
{
    size_t                physical, n;
    const unsigned char  *pos, *last, *end;

    pos = data;
    last = data + len;
    physical = 0;

    if (len >= 3 && memcmp(pos, "\xef\xbb\xbf", 3) == 0) {
        pos += 3;
    }

    while (pos < last) {
        end = memchr(pos, '\n', last - pos);
        end = end ? end + 1 : last;
        n = end - pos;

        physical++;

        if (p->pstate == 0) {
            *line = physical;

            if (glyph_file_skips(pos, n)) {
                pos = end;
                continue;
            }
        }

        if (csv_parse(p, pos, n, glyph_file_field, glyph_file_record, f)
            != n)
        {
            if (csv_error(p) == CSV_ENOMEM) {
                return GLYPH_ERROR;
            }

            glyph_file_bad(f, "a quote is out of place", NULL);
        }

        if (f->rc != GLYPH_OK) {
            return f->rc;
        }

        pos = end;
    }

    if (csv_fini(p, glyph_file_field, glyph_file_record, f) != 0) {

        if (csv_error(p) == CSV_ENOMEM) {
            return GLYPH_ERROR;
        }

        glyph_file_bad(f, "a quote is not closed", NULL);
    }

    if (f->rc == GLYPH_OK && !f->header) {
        glyph_file_bad(f, "the header is missing", NULL);
    }

    return f->rc;
}


/* Whether a line is blank or a comment. */

static int
glyph_file_skips(const unsigned char *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (p[i] == '#') {
            return 1;
        }

        if (p[i] != ' ' && p[i] != '\t' && p[i] != '\r' && p[i] != '\n') {
            return 0;
        }
    }

    return 1;
}


static void
glyph_file_field(void *text, size_t len, void *ctx)
{
    size_t          column;
    glyph_file_t   *f;
    unsigned char  *p;

    f = ctx;

    if (f->rc != GLYPH_OK) {
        return;
    }

    if (f->n >= GLYPH_F_N) {
        f->n++;
        return;
    }

    if (len > GLYPH_FIELD_MAX) {
        glyph_file_bad(f, "a field is longer than 1024 bytes", NULL);
        return;
    }

    if (!f->header) {
        glyph_file_column(f, text, len);
        return;
    }

    column = f->column[f->n++];

    p = f->text + f->used;
    memcpy(p, text, len);
    p[len] = '\0';

    f->field[column].data = p;
    f->field[column].len = len;
    f->used += len + 1;

    if (memchr(p, '\0', len) || glyph_utf8_valid(p, len) != len) {
        glyph_file_bad(f, "is not valid UTF-8, in the column",
                       &(glyph_str_t) { strlen(glyph_file_names[column]),
                           (unsigned char *) glyph_file_names[column] });
    }
}


static void
glyph_file_column(glyph_file_t *f, const char *text, size_t len)
{
    size_t       i, k;
    glyph_str_t  name;

    name.data = (unsigned char *) text;
    name.len = len;

    for (i = 0; i < GLYPH_F_N; i++) {
        if (strlen(glyph_file_names[i]) == len
            && memcmp(glyph_file_names[i], text, len) == 0)
        {
            break;
        }
    }

    if (i == GLYPH_F_N) {
        glyph_file_bad(f, "the header has an unknown column", &name);
        return;
    }

    for (k = 0; k < f->n; k++) {
        if (f->column[k] == i) {
            glyph_file_bad(f, "the header has twice the column", &name);
            return;
        }
    }

    f->column[f->n++] = i;
}


static void
glyph_file_record(int c, void *ctx)
{
    glyph_file_t  *f;

    (void) c;

    f = ctx;

    if (f->rc == GLYPH_OK) {
        if (f->header) {
            glyph_file_entry(f);

        } else {
            glyph_file_header(f);
        }
    }

    f->n = 0;
    f->used = 0;
}


static void
glyph_file_header(glyph_file_t *f)
{
    size_t       i, k;
    glyph_str_t  name;

    if (f->n > GLYPH_F_N) {
        glyph_file_bad(f, "the header has too many columns", NULL);
        return;
    }

    for (i = 0; i < GLYPH_F_N; i++) {

        for (k = 0; k < f->n && f->column[k] != i; k++) { /* void */ }

        if (k == f->n) {
            name.data = (unsigned char *) glyph_file_names[i];
            name.len = strlen(glyph_file_names[i]);
            glyph_file_bad(f, "the header lacks the column", &name);
            return;
        }
    }

    f->header = 1;
}


static void
glyph_file_entry(glyph_file_t *f)
{
    int             rc;
    const char     *error;
    glyph_entry_t  *e;

    if (f->n != GLYPH_F_N) {
        f->rc = GLYPH_BAD;
        glyph_buf_printf(f->error, "the line has %zu fields, "
                         "the header has %d", f->n, GLYPH_F_N);
        return;
    }

    if (!glyph_file_ids(f)) {
        return;
    }

    e = calloc(1, sizeof(glyph_entry_t));
    if (e == NULL) {
        f->rc = GLYPH_ERROR;
        return;
    }

    if (!glyph_file_facts(f, &e->model)) {
        free(e);
        return;
    }

    e->text = malloc(f->used);
    if (e->text == NULL) {
        free(e);
        f->rc = GLYPH_ERROR;
        return;
    }

    glyph_file_texts(f, e);

    error = NULL;
    rc = f->handler(f->ctx, e, &error);

    if (rc == GLYPH_BAD) {
        glyph_file_bad(f, error, &f->field[GLYPH_F_MODEL]);

    } else {
        f->rc = rc;
    }
}


static int
glyph_file_facts(glyph_file_t *f, glyph_model_t *m)
{
    double    v[GLYPH_F_N];
    unsigned  nvlink;

    if (!glyph_file_number(f, GLYPH_F_VRAM, 4096, 1, &v[GLYPH_F_VRAM])
        || !glyph_file_number(f, GLYPH_F_TDP, 10000, 0, &v[GLYPH_F_TDP])
        || !glyph_file_number(f, GLYPH_F_MIG, 7, 0, &v[GLYPH_F_MIG])
        || !glyph_file_number(f, GLYPH_F_CORES, 1000000, 0,
                              &v[GLYPH_F_CORES])
        || !glyph_file_number(f, GLYPH_F_SLOTS, 10, 1, &v[GLYPH_F_SLOTS])
        || !glyph_file_number(f, GLYPH_F_PCIE, 9, 0, &v[GLYPH_F_PCIE])
        || !glyph_file_flag(f, &nvlink)
        || !glyph_file_date(f))
    {
        return 0;
    }

    if (v[GLYPH_F_MIG] != 0 && v[GLYPH_F_MIG] != 2 && v[GLYPH_F_MIG] != 4
        && v[GLYPH_F_MIG] != 7)
    {
        glyph_file_bad(f, "mig_support is not 0, 2, 4 or 7 but",
                       &f->field[GLYPH_F_MIG]);
        return 0;
    }

    m->vram_gb = v[GLYPH_F_VRAM];
    m->tdp_watts = v[GLYPH_F_TDP];
    m->mig_support = v[GLYPH_F_MIG];
    m->cuda_cores = v[GLYPH_F_CORES];
    m->slot_width = v[GLYPH_F_SLOTS];
    m->pcie_generation = v[GLYPH_F_PCIE];
    m->nvlink = nvlink;

    return 1;
}


static int
glyph_file_ids(glyph_file_t *f)
{
    glyph_str_t  *id, *family;

    id = &f->field[GLYPH_F_MODEL];
    family = &f->field[GLYPH_F_FAMILY];

    if (!glyph_file_id(id)) {
        glyph_file_bad(f, "the model is no id (A-Z, 0-9 and _, at most "
                       "64 bytes)", id);
        return 0;
    }

    if (!glyph_file_id(family)) {
        glyph_file_bad(f, "the family is no id (A-Z, 0-9 and _, at most "
                       "64 bytes)", family);
        return 0;
    }

    if (id->len < family->len
        || memcmp(id->data, family->data, family->len) != 0
        || (id->len > family->len && id->data[family->len] != '_'))
    {
        glyph_file_bad(f, "the model does not begin with its family", id);
        return 0;
    }

    if (f->field[GLYPH_F_VENDOR].len == 0) {
        glyph_file_bad(f, "the vendor is missing of", id);
        return 0;
    }

    return 1;
}


static int
glyph_file_id(const glyph_str_t *id)
{
    size_t         i;
    unsigned char  c;

    if (id->len == 0 || id->len > GLYPH_ID_MAX || id->data[0] == '_'
        || id->data[id->len - 1] == '_')
    {
        return 0;
    }

    for (i = 0; i < id->len; i++) {
        c = id->data[i];

        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')
            && !(c == '_' && id->data[i - 1] != '_'))
        {
            return 0;
        }
    }

    return 1;
}


/* Digits, and a fraction if "decimals"; empty is 0, not known. */

static int
glyph_file_number(glyph_file_t *f, glyph_field_e field, double max,
    int decimals, double *value)
{
    size_t              i;
    double              v, unit;
    const glyph_str_t  *s;

    s = &f->field[field];
    v = 0;
    unit = 0;

    for (i = 0; i < s->len && i < 16; i++) {

        if (s->data[i] == '.' && decimals && unit == 0 && i
            && i + 1 < s->len)
        {
            unit = 1;
            continue;
        }

        if (s->data[i] < '0' || s->data[i] > '9') {
            break;
        }

        if (unit == 0) {
            v = v * 10 + (s->data[i] - '0');

        } else {
            unit /= 10;
            v += (s->data[i] - '0') * unit;
        }
    }

    if (i < s->len) {
        glyph_buf_printf(f->error, "%s is not a %snumber",
                         glyph_file_names[field], decimals ? "" : "whole ");
        glyph_file_bad(f, "", s);
        return 0;
    }

    if (v > max) {
        glyph_buf_printf(f->error, "%s is out of range 0..%.0f",
                         glyph_file_names[field], max);
        glyph_file_bad(f, "", s);
        return 0;
    }

    *value = v;

    return 1;
}


static int
glyph_file_flag(glyph_file_t *f, unsigned *value)
{
    size_t        i;
    glyph_str_t  *s;

    static const char *const  words[] = {
        "", "0", "false", "no", "1", "true", "yes"
    };

    s = &f->field[GLYPH_F_NVLINK];

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i]) == s->len
            && memcmp(words[i], s->data, s->len) == 0)
        {
            *value = i > 3;
            return 1;
        }
    }

    glyph_file_bad(f, "nvlink is neither 0 nor 1 but", s);

    return 0;
}


/* 2022, 2022-10 or 2022-10-12 */

static int
glyph_file_date(glyph_file_t *f)
{
    size_t        i;
    glyph_str_t  *s;

    s = &f->field[GLYPH_F_RELEASED];

    for (i = 0; i < s->len; i++) {
        if ((i == 4 || i == 7) ? s->data[i] != '-'
                               : (s->data[i] < '0' || s->data[i] > '9'))
        {
            break;
        }
    }

    if (i == s->len
        && (i == 0 || i == 4 || i == 7 || i == 10)
        && (i < 7 || memcmp(s->data + 5, "12", 2) <= 0)
        && (i < 10 || memcmp(s->data + 8, "31", 2) <= 0))
    {
        return 1;
    }

    glyph_file_bad(f, "released is no date like 2022-10-12", s);

    return 0;
}


static void
glyph_file_texts(glyph_file_t *f, glyph_entry_t *e)
{
    size_t          i;
    glyph_str_t    *to;

    const struct {
        glyph_field_e   field;
        glyph_str_t    *to;
    } texts[] = {
        { GLYPH_F_MODEL, &e->model.model },
        { GLYPH_F_FAMILY, &e->model.family },
        { GLYPH_F_VENDOR, &e->model.vendor },
        { GLYPH_F_CLASS, &e->model.class },
        { GLYPH_F_GENERATION, &e->model.generation },
        { GLYPH_F_FORM, &e->model.form_factor },
        { GLYPH_F_RELEASED, &e->model.released },
        { GLYPH_F_ALIASES, &e->aliases }
    };

    memcpy(e->text, f->text, f->used);

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        to = texts[i].to;
        to->len = f->field[texts[i].field].len;
        to->data = (unsigned char *) e->text
                   + (f->field[texts[i].field].data - f->text);
    }
}


/* Adds to what the error says already, and the value in quotes. */

static void
glyph_file_bad(glyph_file_t *f, const char *what, const glyph_str_t *value)
{
    if (f->rc != GLYPH_OK) {
        return;
    }

    f->rc = GLYPH_BAD;

    glyph_buf_puts(f->error, what);

    if (value) {
        glyph_buf_puts(f->error, f->error->len && *what == '\0' ? ": \""
                                                                : " \"");
        glyph_buf_append(f->error, value->data,
                         glyph_utf8_cut(value->data, value->len, 64));
        glyph_buf_puts(f->error, "\"");
    }
}
