/*
 * Shared types of the pipeline core.  Plain C11: nothing here, nor in any
 * other file of src/core, knows nginx, Redis or Postgres.  The core never
 * reads the clock, logs or blocks, and allocates nothing per row once its
 * buffers have grown to their working size.
 */

#ifndef GLYPH_H_INCLUDED
#define GLYPH_H_INCLUDED

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>


/* Results of core functions; row and file errors are glyph_code_e. */

#define GLYPH_OK      0
#define GLYPH_ERROR  -1     /* out of memory, nothing else */
#define GLYPH_AGAIN  -2     /* more input is needed */
#define GLYPH_FULL   -3     /* the output block is full: call again */
#define GLYPH_BAD    -4     /* the input is wrong; a code tells why */


/* Not terminated; laid out as ngx_str_t, so that one may be cast. */

typedef struct {
    size_t          len;
    unsigned char  *data;
} glyph_str_t;

#define glyph_string(s)  { sizeof(s) - 1, (unsigned char *) (s) }

#define glyph_str_set(str, text)                                             \
    do {                                                                     \
        (str)->len = sizeof(text) - 1;                                       \
        (str)->data = (unsigned char *) (text);                              \
    } while (0)


static inline int
glyph_str_eq(const glyph_str_t *a, const glyph_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

#endif /* GLYPH_H_INCLUDED */
