#include "body/glyph_decoder.h"
#include "text/glyph_json.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>


#define GLYPH_DECODER_OUT     65536

/* RFC 9659: what a decoder of Content-Encoding must have, and no more */
#define GLYPH_DECODER_WINDOW_LOG  23

/* the longest header of a zstd frame */
#define GLYPH_DECODER_HEADER  18

/* zlib: the largest window, and gzip's header only */
#define GLYPH_DECODER_GZIP    (15 + 16)


/*
 * Where the stream is:
 *
 *   START    nothing was read: an end is a stream cut off
 *   INSIDE   a member or frame: likewise
 *   BETWEEN  one has ended: the next one or the end comes
 */

typedef enum {
    GLYPH_DECODER_START = 0,
    GLYPH_DECODER_INSIDE,
    GLYPH_DECODER_BETWEEN
} glyph_decoder_state_e;


struct glyph_decoder_s {
    glyph_encoding_e        encoding;
    glyph_decoder_state_e   state;
    z_stream                gzip;
    ZSTD_DCtx              *zstd;
    unsigned char           header[GLYPH_DECODER_HEADER];
    size_t                  nheader;    /* bytes of the zstd frame's header */
    unsigned char          *buf;        /* allocated at the first byte */

    glyph_room_t           *room;       /* NULL: not counted */
    size_t                  held;       /* of it */

    uint64_t                in;         /* bytes consumed */
    uint64_t                out;        /* bytes given */

    glyph_code_e            code;
    const char             *why;        /* … malformed, or NULL */
};


static void glyph_decoder_drop(glyph_decoder_t *d);
static int glyph_decoder_hold(glyph_decoder_t *d);
static int glyph_decoder_step(glyph_decoder_t *d, const unsigned char **pos,
    const unsigned char *last, size_t room, size_t *n);
static int glyph_decoder_gzip(glyph_decoder_t *d, const unsigned char **pos,
    const unsigned char *last, size_t room, size_t *n);
static int glyph_decoder_zstd(glyph_decoder_t *d, const unsigned char **pos,
    const unsigned char *last, size_t room, size_t *n);
static int glyph_decoder_frame(glyph_decoder_t *d,
    const unsigned char **pos, const unsigned char *last);
static size_t glyph_decoder_header(const glyph_decoder_t *d);
static int glyph_decoder_feed(glyph_decoder_t *d, ZSTD_inBuffer *in,
    size_t room, size_t *n);
static int glyph_decoder_bad(glyph_decoder_t *d, glyph_code_e code,
    const char *why);


glyph_decoder_t *
glyph_decoder_create(glyph_encoding_e encoding, glyph_room_t *room)
{
    int               ok;
    glyph_decoder_t  *d;

    d = calloc(1, sizeof(glyph_decoder_t));
    if (d == NULL) {
        return NULL;
    }

    d->encoding = encoding;
    d->room = room;

    if (encoding == GLYPH_ENCODING_GZIP) {
        ok = inflateInit2(&d->gzip, GLYPH_DECODER_GZIP) == Z_OK;

    } else {
        d->zstd = ZSTD_createDCtx();
        ok = d->zstd != NULL
             && !ZSTD_isError(ZSTD_DCtx_setParameter(d->zstd,
                                                     ZSTD_d_windowLogMax,
                                                  GLYPH_DECODER_WINDOW_LOG));
    }

    if (!ok) {
        glyph_decoder_destroy(d);
        return NULL;
    }

    return d;
}


void
glyph_decoder_destroy(glyph_decoder_t *d)
{
    if (d == NULL) {
        return;
    }

    glyph_decoder_drop(d);
    free(d->buf);
    free(d);
}


/* What the library has, which may be far more than all else of a job. */

static void
glyph_decoder_drop(glyph_decoder_t *d)
{
    if (d->encoding == GLYPH_ENCODING_GZIP) {
        (void) inflateEnd(&d->gzip);
    }

    ZSTD_freeDCtx(d->zstd);
    d->zstd = NULL;

    if (d->held) {
        (void) __atomic_sub_fetch(&d->room->used, d->held, __ATOMIC_RELAXED);
        d->held = 0;
    }
}


int
glyph_decoder_read(glyph_decoder_t *d, const unsigned char **pos,
    const unsigned char *last, glyph_str_t *out)
{
    int                   rc;
    size_t                n, room;
    const unsigned char  *start;

    out->data = NULL;
    out->len = 0;

    if (d->code != GLYPH_CODE_OK) {
        return GLYPH_BAD;
    }

    if (d->buf == NULL && *pos != last) {
        d->buf = malloc(GLYPH_DECODER_OUT);
        if (d->buf == NULL) {
            return GLYPH_ERROR;
        }
    }

    if (d->buf == NULL) {
        return GLYPH_AGAIN;
    }

    /*
     * Output ends at multiples of the buffer's size, and the ratio is tested
     * only there: what it is does not depend on how the input is split.
     */

    room = GLYPH_DECODER_OUT - d->out % GLYPH_DECODER_OUT;

    do {
        start = *pos;
        n = 0;

        rc = glyph_decoder_step(d, pos, last, room, &n);

        d->in += *pos - start;
        d->out += n;

        if (rc == GLYPH_OK) {
            rc = glyph_decoder_hold(d);
        }

        if (rc != GLYPH_OK) {
            return rc;
        }

    } while (n == 0 && *pos != last);

    if (n == 0) {
        return GLYPH_AGAIN;
    }

    if (d->out % GLYPH_DECODER_OUT == 0
        && d->out >= GLYPH_DECODER_RATIO_BYTES
        && d->out / GLYPH_DECODER_RATIO > d->in)
    {
        return glyph_decoder_bad(d, GLYPH_ENCODING_RATIO, NULL);
    }

    out->data = d->buf;
    out->len = n;

    return GLYPH_OK;
}


/*
 * The library allocates a window as a whole, but memory that was not written
 * to is none.
 */

static int
glyph_decoder_hold(glyph_decoder_t *d)
{
    size_t  size, used;

    if (d->room == NULL || d->zstd == NULL || d->out < GLYPH_DECODER_SMALL) {
        return GLYPH_OK;
    }

    size = ZSTD_sizeof_DCtx(d->zstd);

    if (d->out < size) {
        size = d->out;
    }

    if (size <= d->held) {
        return GLYPH_OK;
    }

    used = __atomic_add_fetch(&d->room->used, size - d->held,
                              __ATOMIC_RELAXED);
    d->held = size;

    return used > d->room->limit
           ? glyph_decoder_bad(d, GLYPH_ENCODING_BUSY, NULL) : GLYPH_OK;
}


/* Also without input: the library may have output left. */

static int
glyph_decoder_step(glyph_decoder_t *d, const unsigned char **pos,
    const unsigned char *last, size_t room, size_t *n)
{
    if (d->encoding == GLYPH_ENCODING_GZIP) {
        return glyph_decoder_gzip(d, pos, last, room, n);
    }

    return glyph_decoder_zstd(d, pos, last, room, n);
}


static int
glyph_decoder_gzip(glyph_decoder_t *d, const unsigned char **pos,
    const unsigned char *last, size_t room, size_t *n)
{
    int  rc;

    if (d->state == GLYPH_DECODER_BETWEEN) {

        while (*pos != last && **pos == '\0') {
            (*pos)++;
        }

        if (*pos == last) {
            return GLYPH_OK;
        }

        (void) inflateReset(&d->gzip);
    }

    if (*pos != last) {
        d->state = GLYPH_DECODER_INSIDE;
    }

    d->gzip.next_in = (unsigned char *) *pos;
    d->gzip.avail_in = (uInt) (last - *pos);
    d->gzip.next_out = d->buf;
    d->gzip.avail_out = (uInt) room;

    rc = inflate(&d->gzip, Z_NO_FLUSH);

    *pos = d->gzip.next_in;
    *n = room - d->gzip.avail_out;

    switch (rc) {

    case Z_STREAM_END:
        d->state = GLYPH_DECODER_BETWEEN;
        return GLYPH_OK;

    case Z_OK:
    case Z_BUF_ERROR:       /* nothing to do without input or room */
        return GLYPH_OK;

    case Z_MEM_ERROR:
        return GLYPH_ERROR;

    default:
        return glyph_decoder_bad(d, GLYPH_ENCODING_MALFORMED, d->gzip.msg);
    }
}


static int
glyph_decoder_zstd(glyph_decoder_t *d, const unsigned char **pos,
    const unsigned char *last, size_t room, size_t *n)
{
    int            rc;
    ZSTD_inBuffer  in;

    if (d->state != GLYPH_DECODER_INSIDE || d->nheader) {
        return glyph_decoder_frame(d, pos, last);
    }

    in.src = *pos;
    in.size = last - *pos;
    in.pos = 0;

    rc = glyph_decoder_feed(d, &in, room, n);

    *pos += in.pos;

    return rc;
}


/*
 * A frame's header is gathered here, and given to the library alone.  A frame
 * that is there as a whole it would decode in another way, which accepts more;
 * frames of before the standard it would accept if their magic number is there
 * as a whole; and of a header in pieces it may take the second piece for one.
 */

static int
glyph_decoder_frame(glyph_decoder_t *d, const unsigned char **pos,
    const unsigned char *last)
{
    int            rc;
    size_t         n, none;
    ZSTD_inBuffer  in;

    for ( ;; ) {
        n = glyph_decoder_header(d);

        if (n == 0) {
            return glyph_decoder_bad(d, GLYPH_ENCODING_MALFORMED, NULL);
        }

        if (d->nheader == n) {
            break;
        }

        if (*pos == last) {
            return GLYPH_OK;
        }

        d->header[d->nheader++] = *(*pos)++;
        d->state = GLYPH_DECODER_INSIDE;
    }

    in.src = d->header;
    in.size = d->nheader;
    in.pos = 0;

    rc = glyph_decoder_feed(d, &in, GLYPH_DECODER_OUT, &none);

    d->nheader = 0;

    return rc;
}


/* How long the header is, as far as it has come; 0: it is none (RFC 8878). */

static size_t
glyph_decoder_header(const glyph_decoder_t *d)
{
    int                   single;
    size_t                n;
    uint32_t              magic;
    const unsigned char  *p;

    static const unsigned char  dictionary[] = { 0, 1, 2, 4 };
    static const unsigned char  content[] = { 0, 2, 4, 8 };

    p = d->header;

    if (d->nheader < 4) {
        return 4;
    }

    magic = p[0] | p[1] << 8 | p[2] << 16 | (uint32_t) p[3] << 24;

    if ((magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START) {
        return 8;
    }

    if (magic != ZSTD_MAGICNUMBER) {
        return 0;
    }

    if (d->nheader < 5) {
        return 5;
    }

    single = p[4] >> 5 & 1;
    n = content[p[4] >> 6];

    return 5 + !single + dictionary[p[4] & 3] + ((single && n == 0) ? 1 : n);
}


static int
glyph_decoder_feed(glyph_decoder_t *d, ZSTD_inBuffer *in, size_t room,
    size_t *n)
{
    size_t          rc;
    ZSTD_outBuffer  out;

    out.dst = d->buf;
    out.size = room;
    out.pos = 0;

    rc = ZSTD_decompressStream(d->zstd, &out, in);

    *n = out.pos;

    if (!ZSTD_isError(rc)) {
        d->state = rc ? GLYPH_DECODER_INSIDE : GLYPH_DECODER_BETWEEN;
        return GLYPH_OK;
    }

    switch (ZSTD_getErrorCode(rc)) {

    case ZSTD_error_memory_allocation:
        return GLYPH_ERROR;

    case ZSTD_error_frameParameter_windowTooLarge:
        return glyph_decoder_bad(d, GLYPH_ENCODING_MALFORMED,
                                 "it needs a window of more than 8 MB");

    /* which of the others it is depends on the split */

    default:
        return glyph_decoder_bad(d, GLYPH_ENCODING_MALFORMED, NULL);
    }
}


static int
glyph_decoder_bad(glyph_decoder_t *d, glyph_code_e code, const char *why)
{
    d->code = code;
    d->why = why;

    glyph_decoder_drop(d);

    return GLYPH_BAD;
}


int
glyph_decoder_end(glyph_decoder_t *d)
{
    if (d->code != GLYPH_CODE_OK) {
        return GLYPH_BAD;
    }

    if (d->state != GLYPH_DECODER_BETWEEN) {
        return glyph_decoder_bad(d, GLYPH_ENCODING_TRUNCATED, NULL);
    }

    glyph_decoder_drop(d);

    return GLYPH_OK;
}


glyph_code_e
glyph_decoder_code(const glyph_decoder_t *d)
{
    return d->code;
}


void
glyph_decoder_detail(const glyph_decoder_t *d, glyph_buf_t *b)
{
    if (d->code == GLYPH_ENCODING_BUSY) {
        glyph_buf_puts(b, glyph_code_text(d->code));
        return;
    }

    glyph_buf_puts(b, "the ");
    glyph_buf_puts(b, d->encoding == GLYPH_ENCODING_GZIP ? "gzip" : "zstd");

    switch (d->code) {

    case GLYPH_ENCODING_RATIO:
        glyph_buf_puts(b, " body becomes more than ");
        glyph_json_int(b, GLYPH_DECODER_RATIO);
        glyph_buf_puts(b, " times as large in its first ");
        glyph_json_int(b, (int64_t) d->out);
        glyph_buf_puts(b, " decoded bytes");
        return;

    case GLYPH_ENCODING_TRUNCATED:
        glyph_buf_puts(b, " body ends after ");
        glyph_json_int(b, (int64_t) d->in);
        glyph_buf_puts(b, d->state == GLYPH_DECODER_START
                          ? " bytes and has not begun"
                          : " bytes in the middle of the data");
        return;

    default:
        /* the place depends on how the input was split, and tells nobody
           anything */

        glyph_buf_puts(b, " body cannot be decoded");

        if (d->why) {
            glyph_buf_puts(b, ": ");
            glyph_buf_puts(b, d->why);
        }
    }
}
