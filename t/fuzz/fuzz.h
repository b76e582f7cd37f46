/*
 * What the fuzz targets share.  A target reads bytes that libFuzzer makes up
 * and checks what must hold for any bytes; fuzz_check() that fails is a crash,
 * which libFuzzer keeps the input of.
 */

#ifndef FUZZ_H_INCLUDED
#define FUZZ_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_buf.h"
#include "title/glyph_registry.h"


#define FUZZ_MODELS  "conf/gpu_models.csv"

#define fuzz_check(cond, ...)                                                \
    do {                                                                     \
        if (!(cond)) {                                                       \
            fuzz_fail(__FILE__, __LINE__, #cond, __VA_ARGS__);               \
        }                                                                    \
    } while (0)


/* The input: its first bytes choose how the others are read. */

typedef struct {
    const unsigned char  *data;
    size_t                len;
} fuzz_in_t;


/* Where the next cut is; the same seed gives the same cuts. */

typedef struct {
    uint32_t  state;
    size_t    step;             /* not 0: all pieces are this long */
} fuzz_split_t;


/* The entry points that libFuzzer calls. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void fuzz_fail(const char *file, int line, const char *cond,
    const char *fmt, ...)
    __attribute__((noreturn, format(printf, 4, 5)));

/* The next byte of the input, 0 when there is none. */
unsigned fuzz_byte(fuzz_in_t *in);

/* How long the next piece is of what is left: 1 .. left. */
size_t fuzz_piece(fuzz_split_t *s, size_t left);

/*
 * A copy without a byte to spare on either side, so that AddressSanitizer
 * sees what is read beyond it; for free().
 */
unsigned char *fuzz_copy(const void *data, size_t len);

/* The project's registry, compiled. */
glyph_registry_t *fuzz_registry(void);

/* RFC 3629, written down once more. */
int fuzz_is_utf8(const unsigned char *p, size_t len);

/* Prints a difference, if there is one; whether both are the same. */
int fuzz_same(const glyph_buf_t *a, const glyph_buf_t *b);

#endif /* FUZZ_H_INCLUDED */
