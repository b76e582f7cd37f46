/*
 * Content codings (RFC 9110, 8.4): gzip (RFC 1952) by zlib, zstd (RFC 8878) by
 * libzstd, from a stream that may be split anywhere.
 *
 * Members of gzip and frames of zstd that follow each other are one stream,
 * as for gzip(1) and zstd(1); so are zero bytes behind a member.  What a
 * stream costs does not depend on what is in it: 64 KB for the output, and
 * 48 KB (gzip) or a window of at most 8 MB (zstd, RFC 9659), of which it takes
 * as much as has been decoded.  What is in windows counts against a room, if
 * one is given; the memory goes when the stream ends.
 */

#ifndef GLYPH_DECODER_H_INCLUDED
#define GLYPH_DECODER_H_INCLUDED

#include "text/glyph_buf.h"
#include "text/glyph_code.h"


typedef enum {
    GLYPH_ENCODING_IDENTITY = 0,
    GLYPH_ENCODING_GZIP,
    GLYPH_ENCODING_ZSTD
} glyph_encoding_e;

/* What many decoders, in any threads, have together. */

typedef struct {
    size_t  limit;
    size_t  used;
} glyph_room_t;

typedef struct glyph_decoder_s  glyph_decoder_t;


/* More output than this for each byte of input is refused … */
#define GLYPH_DECODER_RATIO        100

/* … once there are so many bytes of it. */
#define GLYPH_DECODER_RATIO_BYTES  (1024 * 1024)


/* A window's beginning, which takes nothing of a room. */
#define GLYPH_DECODER_SMALL        (256 * 1024)


/*
 * Of an encoding other than identity; NULL when out of memory.  The room may
 * be NULL: it is then not counted.
 */
glyph_decoder_t *glyph_decoder_create(glyph_encoding_e encoding,
    glyph_room_t *room);
void glyph_decoder_destroy(glyph_decoder_t *d);

/*
 * Reads on from *pos (up to last), which is moved behind what was consumed,
 * and gives the next decoded bytes in *out, which are valid until the next
 * call.
 *
 *   GLYPH_OK     *out has 1 byte or more; call again
 *   GLYPH_AGAIN  all input is consumed, *out is empty
 *   GLYPH_BAD    glyph_decoder_code(), glyph_decoder_detail()
 *   GLYPH_ERROR  out of memory
 */
int glyph_decoder_read(glyph_decoder_t *d, const unsigned char **pos,
    const unsigned char *last, glyph_str_t *out);

/*
 * When all has been read, and no more will be: GLYPH_OK, or GLYPH_BAD for a
 * stream cut off.
 */
int glyph_decoder_end(glyph_decoder_t *d);

glyph_code_e glyph_decoder_code(const glyph_decoder_t *d);

/* Appends what is wrong, as a sentence; the same for any split. */
void glyph_decoder_detail(const glyph_decoder_t *d, glyph_buf_t *b);

#endif /* GLYPH_DECODER_H_INCLUDED */
