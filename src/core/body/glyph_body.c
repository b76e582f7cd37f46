
#include "body/glyph_body.h"
#include "body/glyph_charset.h"
#include "body/glyph_form.h"
#include "text/glyph_json.h"
#include "body/glyph_media.h"
#include "body/glyph_multipart.h"
#include "text/glyph_sha256.h"


/*
 *   slice   bytes of                 owner                valid until
 *   in      the body, decoded        the chunk, or        the next read of
 *                                    decoder              decoder
 *   file    the file, undecoded      the chunk, or        the next read of
 *                                    multipart            multipart
 *   text    the file in UTF-8        the chunk, or        the next read of
 *                                    charset              charset
 */

struct glyph_body_s {
    glyph_pipeline_opts_t        *opts;
    glyph_format_e                format;       /* opts', then the form's */
    glyph_str_t                   filename;     /* … */

    glyph_decoder_t              *decoder;      /* NULL: not encoded */
    glyph_multipart_t            *multipart;    /* NULL: a bare file */
    glyph_charset_t              *charset;      /* NULL: no byte yet */
    size_t                        before;       /* fields before the file */
    glyph_slice_t                 in;
    glyph_slice_t                 file;

    glyph_sha256_t               *digest;       /* NULL: nobody asks */
    unsigned char                 sha256[GLYPH_SHA256_SIZE];

    glyph_code_e                  code;
    glyph_buf_t                  *detail;

    unsigned                      in_end:1;     /* no more of the body */
    unsigned                      file_end:1;   /* no more undecoded bytes */
    unsigned                      text_end:1;   /* no more text */
};


static void glyph_body_finish(glyph_body_t *body);
static int glyph_body_file(glyph_body_t *body, const unsigned char **pos,
    const unsigned char *last, int end);
static void glyph_body_digest(glyph_body_t *body);
static int glyph_body_part(glyph_body_t *body);
static int glyph_body_input(glyph_body_t *body, const unsigned char **pos,
    const unsigned char *last, int end);
static int glyph_body_decode(glyph_body_t *body, const unsigned char **pos,
    const unsigned char *last, int end);
static void glyph_body_name(glyph_body_t *body);
static int glyph_body_begin(glyph_body_t *body);
static int glyph_body_refuse(glyph_body_t *body, glyph_code_e code);


int
glyph_body_create(glyph_body_t **bodyp, glyph_pipeline_opts_t *opts,
    glyph_buf_t *detail, glyph_code_e *code)
{
    int            rc;
    glyph_body_t  *body;

    *bodyp = NULL;

    body = calloc(1, sizeof(glyph_body_t));
    if (body == NULL) {
        return GLYPH_ERROR;
    }

    body->opts = opts;
    body->detail = detail;
    body->format = opts->format;
    body->filename = opts->filename;

    rc = GLYPH_OK;

    if (!opts->undigested) {
        body->digest = glyph_sha256_create();
        rc = body->digest ? GLYPH_OK : GLYPH_ERROR;
    }

    if (rc == GLYPH_OK && opts->encoding != GLYPH_ENCODING_IDENTITY) {
        body->decoder = glyph_decoder_create(opts->encoding, opts->room);
        rc = body->decoder ? GLYPH_OK : GLYPH_ERROR;
    }

    if (rc == GLYPH_OK && opts->boundary.len) {
        body->multipart = glyph_multipart_create(&opts->boundary);
        rc = body->multipart ? GLYPH_OK : GLYPH_ERROR;
    }

    /* what the client said of the charset is refused before the body */

    if (rc == GLYPH_OK && body->multipart == NULL) {
        rc = glyph_charset_create(&body->charset, &opts->charset);
        *code = GLYPH_FILE_CHARSET_UNKNOWN;
    }

    if (rc != GLYPH_OK) {
        glyph_body_destroy(body);
        return rc;
    }

    *bodyp = body;

    return GLYPH_OK;
}


void
glyph_body_destroy(glyph_body_t *body)
{
    if (body == NULL) {
        return;
    }

    glyph_decoder_destroy(body->decoder);

    if (body->multipart) {
        glyph_multipart_destroy(body->multipart);
    }

    if (body->charset) {
        glyph_charset_destroy(body->charset);
    }

    glyph_sha256_destroy(body->digest);
    free(body);
}


int
glyph_body_read(glyph_body_t *body, const unsigned char **pos,
    const unsigned char *last, int end, glyph_slice_t *text)
{
    int          rc, starved;
    glyph_str_t  out;

    for ( ;; ) {
        rc = glyph_body_file(body, pos, last, end);

        if (rc != GLYPH_OK && rc != GLYPH_AGAIN) {
            return rc;
        }

        starved = (rc == GLYPH_AGAIN);

        if (body->charset == NULL) {

            if (body->file_end) {
                glyph_body_finish(body);
            }

            return GLYPH_AGAIN;
        }

        rc = glyph_charset_read(body->charset, &body->file.pos,
                                body->file.last, body->file_end, &out);

        if (rc == GLYPH_OK) {
            text->pos = out.data;
            text->last = out.data + out.len;
            return GLYPH_OK;
        }

        if (rc != GLYPH_AGAIN) {
            return rc;
        }

        if (body->file_end) {
            glyph_body_finish(body);
            return GLYPH_AGAIN;
        }

        if (starved) {
            return GLYPH_AGAIN;
        }
    }
}


static void
glyph_body_finish(glyph_body_t *body)
{
    if (!body->text_end && body->digest) {
        glyph_sha256_final(body->digest, body->sha256);
    }

    body->text_end = 1;
}


/* Fills the slice of the file, if it is empty.  GLYPH_AGAIN: not now. */

static int
glyph_body_file(glyph_body_t *body, const unsigned char **pos,
    const unsigned char *last, int end)
{
    int  rc;

    while (body->file.pos == body->file.last && !body->file_end) {
        rc = glyph_body_input(body, pos, last, end);

        if (rc != GLYPH_OK) {
            return rc;
        }

        if (body->multipart) {
            rc = glyph_body_part(body);

            if (rc != GLYPH_OK) {
                return rc;
            }

            continue;
        }

        body->file = body->in;
        body->file_end = body->in_end;
        body->in.pos = body->in.last;

        glyph_body_digest(body);
    }

    return GLYPH_OK;
}


/* Of the slice of the file, which is new. */

static void
glyph_body_digest(glyph_body_t *body)
{
    if (body->digest) {
        glyph_sha256_update(body->digest, body->file.pos,
                            body->file.last - body->file.pos);
    }
}


/* The file's next bytes out of the form, if there are any in the slice. */

static int
glyph_body_part(glyph_body_t *body)
{
    int           rc;
    glyph_str_t   out;
    glyph_code_e  code;

    rc = glyph_multipart_read(body->multipart, &body->in.pos,
                              body->in.last, &out);

    if (rc == GLYPH_OK) {
        body->file.pos = out.data;
        body->file.last = out.data + out.len;

        glyph_body_digest(body);

        return body->charset ? GLYPH_OK : glyph_body_begin(body);
    }

    if (rc == GLYPH_AGAIN) {

        if (!body->in_end) {
            return GLYPH_OK;
        }

        glyph_body_name(body);          /* also of a file without a byte */
        rc = glyph_multipart_end(body->multipart);
        body->file_end = 1;
    }

    if (body->code != GLYPH_CODE_OK || (rc != GLYPH_BAD && !body->file_end)) {
        return rc;
    }

    /* without a byte of a file all fields are before it */

    code = glyph_form_check(body->multipart,
                            body->charset ? body->before : SIZE_MAX,
                            body->detail);

    return code == GLYPH_CODE_OK ? rc : glyph_body_refuse(body, code);
}


/* Fills the slice of the body, if it is empty.  GLYPH_AGAIN: not now. */

static int
glyph_body_input(glyph_body_t *body, const unsigned char **pos,
    const unsigned char *last, int end)
{
    if (body->in.pos != body->in.last || body->in_end) {
        return GLYPH_OK;
    }

    if (body->decoder) {
        return glyph_body_decode(body, pos, last, end);
    }

    body->in.pos = *pos;
    body->in.last = last;
    body->in_end = end;
    *pos = last;

    return (body->in.pos == last && !end) ? GLYPH_AGAIN : GLYPH_OK;
}


static int
glyph_body_decode(glyph_body_t *body, const unsigned char **pos,
    const unsigned char *last, int end)
{
    int          rc;
    glyph_str_t  out;

    rc = glyph_decoder_read(body->decoder, pos, last, &out);

    body->in.pos = out.data;
    body->in.last = out.data + out.len;

    if (rc == GLYPH_AGAIN && end) {
        rc = glyph_decoder_end(body->decoder);
        body->in_end = 1;
    }

    if (rc == GLYPH_BAD) {
        glyph_decoder_detail(body->decoder, body->detail);
        return glyph_body_refuse(body, glyph_decoder_code(body->decoder));
    }

    return rc;
}


/* Of a form: what the file's part says, else the request. */

static void
glyph_body_name(glyph_body_t *body)
{
    const glyph_str_t  *filename;

    filename = glyph_multipart_filename(body->multipart);

    if (filename->len) {
        body->filename = *filename;
    }
}


/* The first byte of a form's file: its part has told what it is. */

static int
glyph_body_begin(glyph_body_t *body)
{
    int                 rc;
    glyph_str_t         name;
    glyph_code_e        code;
    const glyph_str_t  *type;

    glyph_body_name(body);

    code = glyph_form_options(body->multipart, body->opts, body->detail);

    if (code != GLYPH_CODE_OK) {
        return glyph_body_refuse(body, code);
    }

    while (glyph_multipart_field_name(body->multipart, body->before)) {
        body->before++;
    }

    type = glyph_multipart_content_type(body->multipart);

    body->format = glyph_media_format(type, &body->filename);

    name = body->opts->charset;

    glyph_media_charset(type, &name);

    rc = glyph_charset_create(&body->charset, &name);

    if (rc == GLYPH_BAD) {
        glyph_buf_puts(body->detail, "charset ");
        glyph_json_string(body->detail, name.data, name.len);
        glyph_buf_puts(body->detail, " is not known");
        return glyph_body_refuse(body, GLYPH_FILE_CHARSET_UNKNOWN);
    }

    return rc;
}


int
glyph_body_western(glyph_body_t *body, glyph_buf_t *sample,
    glyph_slice_t *text)
{
    int                   rc;
    glyph_buf_t           in;
    glyph_str_t           out;
    glyph_charset_t      *cs;
    const unsigned char  *p;

    static const glyph_str_t  name = glyph_string("windows-1252");

    if (glyph_charset_create(&cs, &name) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    in = *sample;
    memset(sample, 0, sizeof(glyph_buf_t));
    p = in.data;

    while ((rc = glyph_charset_read(cs, &p, in.data + in.len,
                                    body->text_end, &out))
           == GLYPH_OK)
    {
        glyph_buf_append(sample, out.data, out.len);
    }

    glyph_buf_free(&in);
    glyph_charset_destroy(body->charset);

    body->charset = cs;

    /* UTF-8 is given where it is */

    body->file.pos -= text->last - text->pos;
    text->pos = text->last;

    return rc == GLYPH_AGAIN && !sample->failed ? GLYPH_OK : GLYPH_ERROR;
}


static int
glyph_body_refuse(glyph_body_t *body, glyph_code_e code)
{
    body->code = code;

    return GLYPH_BAD;
}


int
glyph_body_ended(const glyph_body_t *body)
{
    return body->text_end;
}


glyph_code_e
glyph_body_code(const glyph_body_t *body)
{
    return body->code;
}


const unsigned char *
glyph_body_sha256(const glyph_body_t *body)
{
    return body->sha256;
}


glyph_format_e
glyph_body_format(const glyph_body_t *body)
{
    return body->format;
}


void
glyph_body_set_format(glyph_body_t *body, glyph_format_e format)
{
    body->format = format;
}


const char *
glyph_body_charset(const glyph_body_t *body)
{
    return body->charset ? glyph_charset_name(body->charset) : "utf-8";
}


const glyph_str_t *
glyph_body_filename(const glyph_body_t *body)
{
    return &body->filename;
}


const glyph_str_t *
glyph_body_field(const glyph_body_t *body, const char *name)
{
    size_t              i;
    const glyph_str_t  *field;

    static const glyph_str_t  none;

    for (i = 0; body->multipart; i++) {
        field = glyph_multipart_field_name(body->multipart, i);

        if (field == NULL) {
            break;
        }

        if (field->len == strlen(name)
            && memcmp(field->data, name, field->len) == 0)
        {
            return glyph_multipart_field_value(body->multipart, i);
        }
    }

    return &none;
}
