/*
 * Content codings: the same bytes however the input is split, and each thing
 * that can be wrong is said.
 */

#define _GNU_SOURCE

#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>

#include "body/glyph_decoder.h"
#include "tap.h"


static void test_whole(glyph_encoding_e encoding, const char *name);
static void test_several(glyph_encoding_e encoding, const char *name);
static void test_cut_off(glyph_encoding_e encoding, const char *name);
static void test_damaged(glyph_encoding_e encoding, const char *name);
static void test_bomb(glyph_encoding_e encoding, const char *name);
static void test_padding(void);
static void test_window(void);
static void test_no_memory(glyph_encoding_e encoding, const char *name);

static void test_text(glyph_buf_t *b, size_t len);
static void test_encode(glyph_buf_t *out, glyph_encoding_e encoding,
    const void *data, size_t len);
static int test_decode(glyph_encoding_e encoding, const glyph_buf_t *in,
    size_t step, glyph_buf_t *out, glyph_code_e *code, glyph_buf_t *detail);
static void test_refused(glyph_encoding_e encoding, const glyph_buf_t *in,
    glyph_code_e want, const char *say, const char *name);


static void test_room(void);


int
main(void)
{
    size_t  i;

    static const struct {
        glyph_encoding_e  encoding;
        const char       *name;
    } all[] = {
        { GLYPH_ENCODING_GZIP, "gzip" },
        { GLYPH_ENCODING_ZSTD, "zstd" }
    };

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        test_whole(all[i].encoding, all[i].name);
        test_several(all[i].encoding, all[i].name);
        test_cut_off(all[i].encoding, all[i].name);
        test_damaged(all[i].encoding, all[i].name);
        test_bomb(all[i].encoding, all[i].name);
        test_no_memory(all[i].encoding, all[i].name);
    }

    test_padding();
    test_window();

    test_room();

    return tap_done();
}


static void
test_whole(glyph_encoding_e encoding, const char *name)
{
    size_t        i, k;
    glyph_buf_t   text, in, out, detail;
    glyph_code_e  code;

    static const size_t  sizes[] = { 0, 1, 1000, 65536, 300000 };
    static const size_t  steps[] = { 0, 1, 2, 3, 7, 64, 4096 };

    memset(&text, 0, sizeof(glyph_buf_t));
    memset(&in, 0, sizeof(glyph_buf_t));
    memset(&out, 0, sizeof(glyph_buf_t));
    memset(&detail, 0, sizeof(glyph_buf_t));

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        glyph_buf_reset(&text);
        glyph_buf_reset(&in);
        test_text(&text, sizes[i]);
        test_encode(&in, encoding, text.data, text.len);

        for (k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
            is_int(test_decode(encoding, &in, steps[k], &out, &code, &detail),
                   GLYPH_OK, "%s, %zu bytes, %zu at a time", name, sizes[i],
                   steps[k]);
            ok(out.len == text.len
               && (out.len == 0
                   || memcmp(out.data, text.data, out.len) == 0),
               "what was encoded");
        }
    }

    glyph_buf_free(&text);
    glyph_buf_free(&in);
    glyph_buf_free(&out);
    glyph_buf_free(&detail);
}


static void
test_several(glyph_encoding_e encoding, const char *name)
{
    glyph_buf_t   in, out, detail;
    glyph_code_e  code;

    memset(&in, 0, sizeof(glyph_buf_t));
    memset(&out, 0, sizeof(glyph_buf_t));
    memset(&detail, 0, sizeof(glyph_buf_t));

    test_encode(&in, encoding, "one\n", 4);
    test_encode(&in, encoding, "", 0);
    test_encode(&in, encoding, "two\n", 4);

    is_int(test_decode(encoding, &in, 0, &out, &code, &detail), GLYPH_OK,
           "%s, several in a row", name);
    is_mem(out.data, out.len, "one\ntwo\n", 8, "are one");
    is_int(test_decode(encoding, &in, 1, &out, &code, &detail), GLYPH_OK,
           "byte by byte");
    is_mem(out.data, out.len, "one\ntwo\n", 8, "likewise");

    glyph_buf_puts(&in, "title,price\n");
    test_refused(encoding, &in, GLYPH_ENCODING_MALFORMED,
                 " body cannot be decoded", "something else behind");

    glyph_buf_free(&in);
    glyph_buf_free(&out);
    glyph_buf_free(&detail);
}


static void
test_cut_off(glyph_encoding_e encoding, const char *name)
{
    size_t       i, len;
    glyph_buf_t  text, in;

    memset(&text, 0, sizeof(glyph_buf_t));
    memset(&in, 0, sizeof(glyph_buf_t));

    test_text(&text, 500);
    test_encode(&in, encoding, text.data, text.len);
    len = in.len;

    for (i = 1; i < len; i++) {
        in.len = i;
        test_refused(encoding, &in, GLYPH_ENCODING_TRUNCATED,
                     " bytes in the middle of the data", name);
    }

    in.len = 0;
    test_refused(encoding, &in, GLYPH_ENCODING_TRUNCATED,
                 " body ends after 0 bytes and has not begun", name);

    glyph_buf_free(&text);
    glyph_buf_free(&in);
}


static void
test_damaged(glyph_encoding_e encoding, const char *name)
{
    glyph_buf_t  text, in;

    memset(&text, 0, sizeof(glyph_buf_t));
    memset(&in, 0, sizeof(glyph_buf_t));

    glyph_buf_puts(&in, "title,price\nRTX 3090,1\n");
    test_refused(encoding, &in, GLYPH_ENCODING_MALFORMED,
                 " body cannot be decoded", "a bare file");

    glyph_buf_reset(&in);
    test_text(&text, 200000);
    test_encode(&in, encoding, text.data, text.len);

    in.data[in.len - 3] ^= 0x10;
    test_refused(encoding, &in, GLYPH_ENCODING_MALFORMED, "decoded", name);

    glyph_buf_free(&text);
    glyph_buf_free(&in);
}


static void
test_bomb(glyph_encoding_e encoding, const char *name)
{
    size_t        len;
    glyph_buf_t   in, out, detail;
    glyph_code_e  code;
    char         *zeros;

    len = 64 * 1024 * 1024;

    memset(&in, 0, sizeof(glyph_buf_t));
    memset(&out, 0, sizeof(glyph_buf_t));
    memset(&detail, 0, sizeof(glyph_buf_t));

    zeros = calloc(1, len);
    if (zeros == NULL) {
        abort();
    }

    test_encode(&in, encoding, zeros, 1024 * 1024 - 1);
    is_int(test_decode(encoding, &in, 0, &out, &code, &detail), GLYPH_OK,
           "%s, less than 1 MB may have any ratio", name);

    glyph_buf_reset(&in);
    test_encode(&in, encoding, zeros, len);
    test_refused(encoding, &in, GLYPH_ENCODING_RATIO,
                 " more than 100 times as large in its first ", name);
    (void) test_decode(encoding, &in, 0, &out, &code, &detail);
    ok(out.len <= 128 * in.len + 1024 * 1024, "and soon: after %zu bytes",
       out.len);

    free(zeros);
    glyph_buf_free(&in);
    glyph_buf_free(&out);
    glyph_buf_free(&detail);
}


/* As gzip(1) takes it: tapes and block devices. */

static void
test_padding(void)
{
    glyph_buf_t   in, out, detail;
    glyph_code_e  code;

    memset(&in, 0, sizeof(glyph_buf_t));
    memset(&out, 0, sizeof(glyph_buf_t));
    memset(&detail, 0, sizeof(glyph_buf_t));

    test_encode(&in, GLYPH_ENCODING_GZIP, "x\n", 2);
    glyph_buf_append(&in, "\0\0\0\0\0", 5);

    is_int(test_decode(GLYPH_ENCODING_GZIP, &in, 0, &out, &code, &detail),
           GLYPH_OK, "zero bytes behind the last member");
    is_mem(out.data, out.len, "x\n", 2, "are nothing");
    is_int(test_decode(GLYPH_ENCODING_GZIP, &in, 1, &out, &code, &detail),
           GLYPH_OK, "byte by byte, too");

    glyph_buf_free(&in);
    glyph_buf_free(&out);
    glyph_buf_free(&detail);
}


static void
test_window(void)
{
    size_t           n;
    ZSTD_CCtx       *c;
    glyph_buf_t      text, in;
    ZSTD_inBuffer    src;
    ZSTD_outBuffer   dst;
    unsigned char   *buf;

    memset(&text, 0, sizeof(glyph_buf_t));
    memset(&in, 0, sizeof(glyph_buf_t));

    n = 1024 * 1024;
    test_text(&text, 100000);

    c = ZSTD_createCCtx();
    buf = malloc(n);

    if (c == NULL || buf == NULL) {
        abort();
    }

    (void) ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 24);

    src.src = text.data;
    src.size = text.len;
    src.pos = 0;
    dst.dst = buf;
    dst.size = n;
    dst.pos = 0;

    (void) ZSTD_compressStream2(c, &dst, &src, ZSTD_e_continue);
    (void) ZSTD_compressStream2(c, &dst, &src, ZSTD_e_end);
    glyph_buf_append(&in, buf, dst.pos);

    test_refused(GLYPH_ENCODING_ZSTD, &in, GLYPH_ENCODING_MALFORMED,
                 "a window of more than 8 MB", "a window of 16 MB");

    free(buf);
    ZSTD_freeCCtx(c);
    glyph_buf_free(&text);
    glyph_buf_free(&in);
}


static void
test_no_memory(glyph_encoding_e encoding, const char *name)
{
    int                   rc;
    long                  n;
    glyph_str_t           piece;
    glyph_buf_t           text, in;
    glyph_decoder_t      *d;
    const unsigned char  *pos;

    memset(&text, 0, sizeof(glyph_buf_t));
    memset(&in, 0, sizeof(glyph_buf_t));

    test_text(&text, 200000);
    test_encode(&in, encoding, text.data, text.len);

    for (n = 0; n < 100; n++) {
        tap_malloc_fail_after(n);
        rc = GLYPH_ERROR;
        pos = in.data;

        d = glyph_decoder_create(encoding, NULL);

        if (d) {
            do {
                rc = glyph_decoder_read(d, &pos, in.data + in.len, &piece);
            } while (rc == GLYPH_OK);
        }

        glyph_decoder_destroy(d);
        tap_malloc_fail_after(-1);

        if (rc == GLYPH_AGAIN) {
            break;
        }

        if (rc != GLYPH_ERROR) {
            ok(0, "%s, allocation %ld fails: %d", name, n, rc);
        }
    }

    ok(n >= 2 && n < 100, "%s, each of %ld allocations can fail", name, n);

    glyph_buf_free(&text);
    glyph_buf_free(&in);
}


/* Bytes that neither repeat nor are quite random. */

static void
test_text(glyph_buf_t *b, size_t len)
{
    size_t    i;
    uint32_t  state;

    state = 1;

    for (i = 0; i < len; i++) {
        state = state * 1664525 + 1013904223;
        glyph_buf_putc(b, 'a' + (state >> 24) % 26);
    }
}


/* One member or frame more. */

static void
test_encode(glyph_buf_t *out, glyph_encoding_e encoding, const void *data,
    size_t len)
{
    size_t          n;
    z_stream        z;
    ZSTD_CCtx      *c;
    unsigned char  *buf;

    n = len + 65536;
    buf = malloc(n);

    if (buf == NULL) {
        abort();
    }

    if (encoding == GLYPH_ENCODING_GZIP) {
        memset(&z, 0, sizeof(z_stream));

        if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, 0) != Z_OK) {
            abort();
        }

        z.next_in = (unsigned char *) data;
        z.avail_in = len;
        z.next_out = buf;
        z.avail_out = n;

        if (deflate(&z, Z_FINISH) != Z_STREAM_END) {
            abort();
        }

        n -= z.avail_out;
        (void) deflateEnd(&z);

    } else {
        c = ZSTD_createCCtx();
        if (c == NULL) {
            abort();
        }

        (void) ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
        n = ZSTD_compress2(c, buf, n, data, len);
        ZSTD_freeCCtx(c);

        if (ZSTD_isError(n)) {
            abort();
        }
    }

    glyph_buf_append(out, buf, n);
    free(buf);
}


/* In pieces of "step" bytes (0: in one), each in memory of its own. */

static int
test_decode(glyph_encoding_e encoding, const glyph_buf_t *in, size_t step,
    glyph_buf_t *out, glyph_code_e *code, glyph_buf_t *detail)
{
    int                   rc;
    size_t                i, n;
    glyph_str_t           piece;
    unsigned char        *copy;
    glyph_decoder_t      *d;
    const unsigned char  *pos;

    glyph_buf_reset(out);
    glyph_buf_reset(detail);

    d = glyph_decoder_create(encoding, NULL);
    if (d == NULL) {
        return GLYPH_ERROR;
    }

    rc = GLYPH_AGAIN;

    for (i = 0; i < in->len && rc == GLYPH_AGAIN; i += n) {
        n = (step && step < in->len - i) ? step : in->len - i;

        copy = malloc(n);
        if (copy == NULL) {
            abort();
        }

        memcpy(copy, in->data + i, n);
        pos = copy;

        do {
            rc = glyph_decoder_read(d, &pos, copy + n, &piece);
            glyph_buf_append(out, piece.data, piece.len);
        } while (rc == GLYPH_OK);

        free(copy);
    }

    if (rc == GLYPH_AGAIN) {
        rc = glyph_decoder_end(d);
    }

    *code = glyph_decoder_code(d);

    if (rc == GLYPH_BAD) {
        glyph_decoder_detail(d, detail);
    }

    glyph_decoder_destroy(d);

    return rc;
}


static void
test_refused(glyph_encoding_e encoding, const glyph_buf_t *in,
    glyph_code_e want, const char *say, const char *name)
{
    int           rc;
    size_t        i;
    glyph_buf_t   out, detail, first;
    glyph_code_e  code;

    static const size_t  steps[] = { 0, 1, 1000 };

    memset(&out, 0, sizeof(glyph_buf_t));
    memset(&detail, 0, sizeof(glyph_buf_t));
    memset(&first, 0, sizeof(glyph_buf_t));

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        rc = test_decode(encoding, in, steps[i], &out, &code, &detail);

        ok(rc == GLYPH_BAD && code == want
           && memmem(detail.data, detail.len, say, strlen(say)),
           "%s, %zu bytes, %zu at a time: %s: %.*s", name, in->len, steps[i],
           glyph_code_name(code), (int) detail.len, (char *) detail.data);

        if (i == 0) {
            glyph_buf_append(&first, detail.data, detail.len);
        }

        ok(first.len == detail.len
           && memcmp(first.data, detail.data, first.len) == 0,
           "whatever the split");
    }

    glyph_buf_free(&out);
    glyph_buf_free(&detail);
    glyph_buf_free(&first);
}


/*
 * What windows hold is counted as it is written, up to their size, and given
 * back when the stream ends, whether it is read to its end or not.
 */

static void
test_room(void)
{
    int                   i, rc, refused;
    size_t                least, most;
    glyph_buf_t           text, in;
    glyph_str_t           piece;
    glyph_room_t          room;
    glyph_decoder_t      *d[4];
    const unsigned char  *pos;

    memset(&text, 0, sizeof(glyph_buf_t));
    memset(&in, 0, sizeof(glyph_buf_t));

    test_text(&text, 3000000);
    test_encode(&in, GLYPH_ENCODING_ZSTD, text.data, text.len);

    room.limit = 3 * 1024 * 1024;
    room.used = 0;
    refused = 0;
    least = SIZE_MAX;
    most = 0;

    for (i = 0; i < 4; i++) {
        d[i] = glyph_decoder_create(GLYPH_ENCODING_ZSTD, &room);
        pos = in.data;

        do {
            rc = glyph_decoder_read(d[i], &pos, in.data + in.len - 4, &piece);
        } while (rc == GLYPH_OK);

        refused += (rc == GLYPH_BAD
                    && glyph_decoder_code(d[i]) == GLYPH_ENCODING_BUSY);
        least = room.used < least ? room.used : least;
        most = room.used > most ? room.used : most;
    }

    ok(refused > 0 && refused < 4, "of four streams %d find no room", refused);
    ok(least >= GLYPH_DECODER_SMALL && most <= room.limit,
       "it holds %zu to %zu bytes", least, most);

    for (i = 0; i < 4; i++) {
        glyph_decoder_destroy(d[i]);
    }

    is_int(room.used, 0, "and nothing afterwards");

    d[0] = glyph_decoder_create(GLYPH_ENCODING_ZSTD, &room);
    pos = in.data;

    do {
        rc = glyph_decoder_read(d[0], &pos, in.data + in.len, &piece);
    } while (rc == GLYPH_OK);

    is_int(glyph_decoder_end(d[0]), GLYPH_OK, "then one is read to its end");
    is_int(room.used, 0, "which is when it gives its window back");

    glyph_decoder_destroy(d[0]);
    glyph_buf_free(&text);
    glyph_buf_free(&in);
}
