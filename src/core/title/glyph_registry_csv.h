/*
 * One file of the registry: CSV into models.
 */

#ifndef GLYPH_REGISTRY_CSV_H_INCLUDED
#define GLYPH_REGISTRY_CSV_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_buf.h"
#include "title/glyph_registry.h"


/* One line of a file; the texts point into "text", which it owns. */

typedef struct {
    glyph_model_t   model;
    glyph_str_t     aliases;
    glyph_buf_t     numbers;        /* of parts, "|" behind each */
    size_t          file;           /* which one it came from */
    char           *text;
} glyph_entry_t;


/*
 * Takes an entry over, and with it the duty to free it and its text, also
 * when it fails.  GLYPH_OK, GLYPH_ERROR, or GLYPH_BAD with *error set.
 */
typedef int (*glyph_entry_pt)(void *data, glyph_entry_t *entry,
    const char **error);

/* As glyph_registry_add(), for each entry calling the handler. */
int glyph_registry_csv(const unsigned char *data, size_t len, size_t *line,
    glyph_buf_t *error, glyph_entry_pt handler, void *ctx);


/*
 * One line of a file of part numbers; the texts point into the file.
 * GLYPH_OK, GLYPH_ERROR, or GLYPH_BAD with *error set.
 */
typedef int (*glyph_number_pt)(void *data, const glyph_str_t *number,
    const glyph_str_t *model, const char **error);

/* As glyph_registry_part_numbers(), for each line calling the handler. */
int glyph_part_table(const unsigned char *data, size_t len, size_t *line,
    glyph_buf_t *error, glyph_number_pt handler, void *ctx);

#endif /* GLYPH_REGISTRY_CSV_H_INCLUDED */
