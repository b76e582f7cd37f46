#define XXH_INLINE_ALL
#include <xxhash.h>

#include "title/glyph_index.h"
#include "text/glyph_json.h"
#include "title/glyph_registry.h"
#include "title/glyph_registry_csv.h"


#define GLYPH_ENTRIES_MIN  256
#define GLYPH_ENTRIES_MAX  60000        /* the index counts rows in 16 bits */


struct glyph_registry_s {
    glyph_entry_t   **entries;          /* sorted by id */
    size_t            n;
    size_t            size;
    size_t            files;

    /* set by glyph_registry_compile() */

    glyph_model_t    *models;
    glyph_index_t    *index;
    glyph_idle_t     *idle;             /* matchers */

    unsigned char     digest[16];
};


static void glyph_registry_chain(glyph_registry_t *reg,
    const unsigned char *data, size_t len);
static int glyph_registry_number(void *data, const glyph_str_t *number,
    const glyph_str_t *model, const char **error);
static int glyph_registry_entry(void *data, glyph_entry_t *entry,
    const char **error);
static size_t glyph_registry_place(const glyph_registry_t *reg,
    const glyph_str_t *model, int *found);
static int glyph_registry_grow(glyph_registry_t *reg);
static void glyph_entry_free(glyph_entry_t *entry);
static void glyph_registry_json_model(const glyph_model_t *m, glyph_buf_t *b);
static void glyph_registry_json_text(glyph_buf_t *b, const char *key,
    const glyph_str_t *s);
static void glyph_registry_json_number(glyph_buf_t *b, const char *key,
    double n, int known);


glyph_registry_t *
glyph_registry_create(void)
{
    return calloc(1, sizeof(glyph_registry_t));
}


void
glyph_registry_destroy(glyph_registry_t *reg)
{
    size_t  i;

    if (reg == NULL) {
        return;
    }

    for (i = 0; i < reg->n; i++) {
        glyph_entry_free(reg->entries[i]);
    }

    glyph_idle_destroy(reg->idle);
    glyph_index_destroy(reg->index);
    free(reg->models);
    free(reg->entries);
    free(reg);
}


static void
glyph_entry_free(glyph_entry_t *entry)
{
    glyph_buf_free(&entry->numbers);
    free(entry->text);
    free(entry);
}


int
glyph_registry_add(glyph_registry_t *reg, const unsigned char *data,
    size_t len, size_t *line, glyph_buf_t *error)
{
    glyph_registry_chain(reg, data, len);

    reg->files++;

    return glyph_registry_csv(data, len, line, error, glyph_registry_entry,
                              reg);
}


/* Each file's hash is chained to that of the files before it. */

static void
glyph_registry_chain(glyph_registry_t *reg, const unsigned char *data,
    size_t len)
{
    XXH128_canonical_t  chain[2];

    memcpy(&chain[0], reg->digest, sizeof(reg->digest));
    XXH128_canonicalFromHash(&chain[1], XXH3_128bits(data, len));
    XXH128_canonicalFromHash(&chain[0], XXH3_128bits(chain, sizeof(chain)));
    memcpy(reg->digest, &chain[0], sizeof(reg->digest));
}


int
glyph_registry_part_numbers(glyph_registry_t *reg, const unsigned char *data,
    size_t len, size_t *line, glyph_buf_t *error)
{
    glyph_registry_chain(reg, data, len);

    return glyph_part_table(data, len, line, error, glyph_registry_number,
                            reg);
}


static int
glyph_registry_number(void *data, const glyph_str_t *number,
    const glyph_str_t *model, const char **error)
{
    int                found;
    size_t             i;
    glyph_buf_t       *b;
    glyph_registry_t  *reg;

    reg = data;
    i = glyph_registry_place(reg, model, &found);

    if (!found) {
        *error = "the registry has no such model";
        return GLYPH_BAD;
    }

    b = &reg->entries[i]->numbers;

    glyph_buf_append(b, number->data, number->len);
    glyph_buf_putc(b, '|');

    return b->failed ? GLYPH_ERROR : GLYPH_OK;
}


static int
glyph_registry_entry(void *data, glyph_entry_t *entry, const char **error)
{
    int                found;
    size_t             i;
    glyph_registry_t  *reg;

    reg = data;
    entry->file = reg->files;

    i = glyph_registry_place(reg, &entry->model.model, &found);

    if (found) {
        if (reg->entries[i]->file == reg->files) {
            glyph_entry_free(entry);
            *error = "the file has twice the model";
            return GLYPH_BAD;
        }

        glyph_entry_free(reg->entries[i]);
        reg->entries[i] = entry;

        return GLYPH_OK;
    }

    if (reg->n == GLYPH_ENTRIES_MAX) {
        glyph_entry_free(entry);
        *error = "there are more than 60000 models at";
        return GLYPH_BAD;
    }

    if (glyph_registry_grow(reg) != GLYPH_OK) {
        glyph_entry_free(entry);
        return GLYPH_ERROR;
    }

    memmove(reg->entries + i + 1, reg->entries + i,
            (reg->n - i) * sizeof(glyph_entry_t *));
    reg->entries[i] = entry;
    reg->n++;

    return GLYPH_OK;
}


/* Where the id is, or else where it belongs. */

static size_t
glyph_registry_place(const glyph_registry_t *reg, const glyph_str_t *model,
    int *found)
{
    int                 rc;
    size_t              lo, hi, mid, n;
    const glyph_str_t  *id;

    lo = 0;
    hi = reg->n;
    *found = 0;

    while (lo < hi) {
        mid = (lo + hi) / 2;
        id = &reg->entries[mid]->model.model;

        n = id->len < model->len ? id->len : model->len;
        rc = memcmp(id->data, model->data, n);

        if (rc == 0) {
            rc = (id->len > model->len) - (id->len < model->len);
        }

        if (rc == 0) {
            *found = 1;
            return mid;
        }

        if (rc < 0) {
            lo = mid + 1;

        } else {
            hi = mid;
        }
    }

    return lo;
}


static int
glyph_registry_grow(glyph_registry_t *reg)
{
    size_t           size;
    glyph_entry_t  **entries;

    if (reg->n < reg->size) {
        return GLYPH_OK;
    }

    size = reg->size ? reg->size * 2 : GLYPH_ENTRIES_MIN;

    entries = realloc(reg->entries, size * sizeof(glyph_entry_t *));
    if (entries == NULL) {
        return GLYPH_ERROR;
    }

    reg->entries = entries;
    reg->size = size;

    return GLYPH_OK;
}


int
glyph_registry_compile(glyph_registry_t *reg, glyph_buf_t *error)
{
    int           rc;
    size_t        i;
    glyph_str_t  *aliases, *numbers;

    reg->models = calloc(reg->n + 1, sizeof(glyph_model_t));
    reg->idle = glyph_idle_create();
    aliases = calloc(2 * (reg->n + 1), sizeof(glyph_str_t));
    numbers = aliases + reg->n + 1;

    if (reg->models == NULL || reg->idle == NULL || aliases == NULL) {
        free(aliases);
        return GLYPH_ERROR;
    }

    for (i = 0; i < reg->n; i++) {
        reg->models[i] = reg->entries[i]->model;
        aliases[i] = reg->entries[i]->aliases;
        numbers[i].data = reg->entries[i]->numbers.data;
        numbers[i].len = reg->entries[i]->numbers.len;
    }

    rc = glyph_index_create(&reg->index, reg->models, aliases, numbers,
                            reg->n, error);

    free(aliases);

    return error->failed ? GLYPH_ERROR : rc;
}


size_t
glyph_registry_size(const glyph_registry_t *reg)
{
    return reg->n;
}


const glyph_model_t *
glyph_registry_model(const glyph_registry_t *reg, size_t i)
{
    return &reg->models[i];
}


const glyph_model_t *
glyph_registry_find(const glyph_registry_t *reg, const glyph_str_t *model)
{
    int     found;
    size_t  i;

    if (model->len == 0) {
        return NULL;
    }

    i = glyph_registry_place(reg, model, &found);

    return found ? &reg->models[i] : NULL;
}


size_t
glyph_registry_index(const glyph_registry_t *reg, const glyph_model_t *model)
{
    return model - reg->models;
}


void
glyph_registry_digest(const glyph_registry_t *reg, unsigned char digest[16])
{
    memcpy(digest, reg->digest, sizeof(reg->digest));
}


const glyph_index_t *
glyph_registry_compiled(const glyph_registry_t *reg)
{
    return reg->index;
}


glyph_idle_t *
glyph_registry_idle(const glyph_registry_t *reg)
{
    return reg->idle;
}


void
glyph_registry_json(const glyph_registry_t *reg, glyph_buf_t *b)
{
    size_t  i;

    glyph_buf_putc(b, '[');

    for (i = 0; i < reg->n; i++) {
        glyph_json_comma(b);
        glyph_registry_json_model(&reg->entries[i]->model, b);
    }

    glyph_buf_putc(b, ']');
}


static void
glyph_registry_json_model(const glyph_model_t *m, glyph_buf_t *b)
{
    glyph_buf_putc(b, '{');

    glyph_registry_json_text(b, "model", &m->model);
    glyph_registry_json_text(b, "family", &m->family);
    glyph_registry_json_text(b, "vendor", &m->vendor);
    glyph_registry_json_text(b, "class", &m->class);

    glyph_registry_json_number(b, "vram_gb", m->vram_gb, m->vram_gb > 0);
    glyph_registry_json_number(b, "tdp_watts", m->tdp_watts,
                               m->tdp_watts > 0);
    glyph_registry_json_number(b, "mig_support", m->mig_support, 1);

    glyph_json_key(b, "nvlink");
    glyph_buf_puts(b, m->nvlink ? "true" : "false");

    glyph_registry_json_text(b, "generation", &m->generation);

    glyph_registry_json_number(b, "cuda_cores", m->cuda_cores,
                               m->cuda_cores > 0);
    glyph_registry_json_number(b, "slot_width", m->slot_width,
                               m->slot_width > 0);
    glyph_registry_json_number(b, "pcie_generation", m->pcie_generation,
                               m->pcie_generation > 0);

    glyph_registry_json_text(b, "form_factor", &m->form_factor);
    glyph_registry_json_text(b, "released", &m->released);

    glyph_buf_putc(b, '}');
}


static void
glyph_registry_json_text(glyph_buf_t *b, const char *key,
    const glyph_str_t *s)
{
    glyph_json_key(b, key);

    if (s->len) {
        glyph_json_string(b, s->data, s->len);

    } else {
        glyph_buf_puts(b, "null");
    }
}


static void
glyph_registry_json_number(glyph_buf_t *b, const char *key, double n,
    int known)
{
    glyph_json_key(b, key);

    if (known) {
        glyph_json_double(b, n, 10);

    } else {
        glyph_buf_puts(b, "null");
    }
}
