/*
 * Content codings: any bytes give the same, however they are split; what was
 * encoded comes back; and what zlib decodes in one go is what comes out.
 *
 *   byte 0  the encoding, and whether the input is to be encoded first
 *   byte 1  seed of the splits
 */

#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>

#include "fuzz.h"
#include "body/glyph_decoder.h"


#define ENCODE  2               /* bits of byte 0 */
#define TWICE   4


typedef struct {
    int           rc;
    glyph_code_e  code;
    glyph_buf_t   out;
    glyph_buf_t   detail;
} run_t;


static void run(run_t *r, glyph_encoding_e encoding, const glyph_buf_t *in,
    fuzz_split_t *split);
static void run_free(run_t *r);
static void encode(glyph_buf_t *to, glyph_encoding_e encoding,
    const fuzz_in_t *in);
static void one_go(const run_t *r, const glyph_buf_t *in);


int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;

    return 0;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned          how, seed;
    run_t             whole, cut;
    fuzz_in_t         in;
    glyph_buf_t       body;
    fuzz_split_t      split;
    glyph_encoding_e  encoding;

    in.data = data;
    in.len = size;

    how = fuzz_byte(&in);
    seed = fuzz_byte(&in);

    encoding = how & 1 ? GLYPH_ENCODING_ZSTD : GLYPH_ENCODING_GZIP;

    memset(&body, 0, sizeof(glyph_buf_t));

    if (how & ENCODE) {
        encode(&body, encoding, &in);

        if (how & TWICE) {
            encode(&body, encoding, &in);
        }

    } else {
        glyph_buf_append(&body, in.data, in.len);
    }

    memset(&split, 0, sizeof(fuzz_split_t));

    split.step = body.len + 1;
    run(&whole, encoding, &body, &split);

    split.step = seed & 1 ? 1 : 0;
    split.state = seed;
    run(&cut, encoding, &body, &split);

    fuzz_check(whole.rc == cut.rc && whole.code == cut.code,
               "whole: %d %s, split: %d %s", whole.rc,
               glyph_code_name(whole.code), cut.rc,
               glyph_code_name(cut.code));
    fuzz_check(fuzz_same(&whole.detail, &cut.detail), "what is said");

    if (whole.rc == GLYPH_OK) {
        fuzz_check(fuzz_same(&whole.out, &cut.out), "the bytes");
    }

    if (how & ENCODE && whole.code != GLYPH_ENCODING_RATIO) {
        fuzz_check(whole.rc == GLYPH_OK, "what was encoded is decoded");
        fuzz_check(whole.out.len == in.len * (how & TWICE ? 2 : 1), "length");
        fuzz_check(in.len == 0
                   || memcmp(whole.out.data, in.data, in.len) == 0, "bytes");
    }

    if (encoding == GLYPH_ENCODING_GZIP
        && whole.code != GLYPH_ENCODING_RATIO)
    {
        one_go(&whole, &body);
    }

    run_free(&whole);
    run_free(&cut);
    glyph_buf_free(&body);

    return 0;
}


static void
run(run_t *r, glyph_encoding_e encoding, const glyph_buf_t *in,
    fuzz_split_t *split)
{
    size_t                i, n;
    glyph_str_t           piece;
    unsigned char        *copy;
    glyph_decoder_t      *d;
    const unsigned char  *pos;

    memset(r, 0, sizeof(run_t));

    d = glyph_decoder_create(encoding, NULL);
    fuzz_check(d != NULL, "memory");

    r->rc = GLYPH_AGAIN;

    for (i = 0; i < in->len && r->rc == GLYPH_AGAIN; i += n) {
        n = fuzz_piece(split, in->len - i);
        copy = fuzz_copy(in->data + i, n);
        pos = copy;

        while ((r->rc = glyph_decoder_read(d, &pos, copy + n, &piece))
               == GLYPH_OK)
        {
            fuzz_check(piece.len > 0, "an empty piece");
            glyph_buf_append(&r->out, piece.data, piece.len);
        }

        fuzz_check(r->rc != GLYPH_AGAIN || pos == copy + n, "all consumed");
        free(copy);
    }

    if (r->rc == GLYPH_AGAIN) {
        r->rc = glyph_decoder_end(d);
    }

    r->code = glyph_decoder_code(d);

    fuzz_check((r->rc == GLYPH_BAD) == (r->code != GLYPH_CODE_OK), "a code");

    if (r->rc == GLYPH_BAD) {
        glyph_decoder_detail(d, &r->detail);
    }

    glyph_decoder_destroy(d);
}


static void
run_free(run_t *r)
{
    glyph_buf_free(&r->out);
    glyph_buf_free(&r->detail);
}


static void
encode(glyph_buf_t *to, glyph_encoding_e encoding, const fuzz_in_t *in)
{
    size_t          n;
    z_stream        z;
    unsigned char  *buf;

    n = in->len + 1024;
    buf = malloc(n);
    fuzz_check(buf != NULL, "memory");

    if (encoding == GLYPH_ENCODING_GZIP) {
        memset(&z, 0, sizeof(z_stream));
        fuzz_check(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, 0) == Z_OK,
                   "deflateInit2");

        z.next_in = (unsigned char *) in->data;
        z.avail_in = in->len;
        z.next_out = buf;
        z.avail_out = n;

        fuzz_check(deflate(&z, Z_FINISH) == Z_STREAM_END, "deflate");
        n -= z.avail_out;
        (void) deflateEnd(&z);

    } else {
        n = ZSTD_compress(buf, n, in->data, in->len, 3);
        fuzz_check(!ZSTD_isError(n), "ZSTD_compress");
    }

    glyph_buf_append(to, buf, n);
    free(buf);
}


/* Member by member, each into as much room as all came to. */

static void
one_go(const run_t *r, const glyph_buf_t *in)
{
    int             rc;
    size_t          pos, n;
    z_stream        z;
    glyph_buf_t     out;
    unsigned char  *buf;

    if (in->len == 0) {
        fuzz_check(r->code == GLYPH_ENCODING_TRUNCATED, "nothing");
        return;
    }

    memset(&out, 0, sizeof(glyph_buf_t));

    buf = malloc(r->out.len + 1);
    fuzz_check(buf != NULL, "memory");

    pos = 0;
    rc = Z_STREAM_END;

    while (pos < in->len && rc == Z_STREAM_END) {
        memset(&z, 0, sizeof(z_stream));
        fuzz_check(inflateInit2(&z, 15 + 16) == Z_OK, "inflateInit2");

        z.next_in = in->data + pos;
        z.avail_in = in->len - pos;
        z.next_out = buf;
        z.avail_out = n = r->out.len + 1;

        rc = inflate(&z, Z_FINISH);

        n -= z.avail_out;
        pos = in->len - z.avail_in;
        glyph_buf_append(&out, buf, n);
        (void) inflateEnd(&z);

        while (rc == Z_STREAM_END && pos < in->len && in->data[pos] == 0) {
            pos++;
        }
    }

    fuzz_check((rc == Z_STREAM_END) == (r->rc == GLYPH_OK), "zlib says %d",
               rc);

    if (r->rc == GLYPH_OK) {
        fuzz_check(fuzz_same(&out, &r->out), "zlib's bytes");
    }

    free(buf);
    glyph_buf_free(&out);
}
