#include "body/glyph_charset.h"
#include "body/glyph_form.h"
#include "body/glyph_form_opts.h"
#include "text/glyph_json.h"
#include "text/glyph_utf8.h"


/* bytes of a text, as of most columns */
#define GLYPH_FORM_TEXT_MAX  1024


static void glyph_form_recode(glyph_multipart_t *mp);
static void glyph_form_recode_one(glyph_multipart_t *mp, size_t i,
    const glyph_str_t *charset);
static glyph_code_e glyph_form_field(const glyph_multipart_t *mp, size_t i,
    size_t before);
static int glyph_form_is_among(const glyph_str_t *name,
    const glyph_str_t *names, size_t n);
static int glyph_form_is_known(const glyph_str_t *name);
static int glyph_form_is_text(const glyph_str_t *value);
static void glyph_form_no_file(const glyph_multipart_t *mp,
    glyph_buf_t *detail);
static void glyph_form_too_large(const glyph_multipart_t *mp,
    glyph_buf_t *detail);


static const glyph_str_t  glyph_form_metadata = glyph_string("metadata");

static const glyph_str_t  glyph_form_texts[] = {
    glyph_string("source_label"),
    glyph_string("campaign_id")
};


/* RFC 7578, 4.6: what the texts are written in, of those that do not tell. */

static const glyph_str_t  glyph_form_charset = glyph_string("_charset_");

/* What frameworks and browsers put into forms; it is nothing to us. */

static const glyph_str_t  glyph_form_noise[] = {
    glyph_string("_charset_"),
    glyph_string("utf8"),
    glyph_string("_method"),
    glyph_string("_token"),
    glyph_string("_csrf"),
    glyph_string("_csrf_token"),
    glyph_string("csrf_token"),
    glyph_string("csrf-token"),
    glyph_string("csrfmiddlewaretoken"),
    glyph_string("authenticity_token"),
    glyph_string("__RequestVerificationToken"),
    glyph_string("MAX_FILE_SIZE"),
    glyph_string("submit"),
    glyph_string("commit"),
    glyph_string("upload")
};


glyph_code_e
glyph_form_options(glyph_multipart_t *mp, glyph_pipeline_opts_t *opts,
    glyph_buf_t *detail)
{
    size_t              i;
    const glyph_str_t  *name;

    glyph_form_recode(mp);

    for (i = 0; (name = glyph_multipart_field_name(mp, i)) != NULL; i++) {

        if (glyph_form_opts_set(opts, name,
                                glyph_multipart_field_value(mp, i), detail)
            != GLYPH_OK)
        {
            return GLYPH_MULTIPART_FIELD_INVALID;
        }
    }

    return GLYPH_CODE_OK;
}


/* Fields only: a file has bytes of its own, whatever page it is sent from. */

static void
glyph_form_recode(glyph_multipart_t *mp)
{
    size_t              i;
    const glyph_str_t  *name, *value, *charset;

    charset = NULL;

    for (i = 0; (name = glyph_multipart_field_name(mp, i)) != NULL; i++) {

        if (glyph_str_eq(name, &glyph_form_charset)) {
            charset = glyph_multipart_field_value(mp, i);
        }
    }

    for (i = 0; charset && glyph_multipart_field_name(mp, i); i++) {
        value = glyph_multipart_field_value(mp, i);

        if (glyph_utf8_valid(value->data, value->len) != value->len) {
            glyph_form_recode_one(mp, i, charset);
        }
    }
}


/* It stays as it is if that cannot be, and is refused then. */

static void
glyph_form_recode_one(glyph_multipart_t *mp, size_t i,
    const glyph_str_t *charset)
{
    glyph_buf_t           text;
    glyph_str_t           out;
    glyph_charset_t      *cs;
    const glyph_str_t    *value;
    const unsigned char  *p, *last;

    if (glyph_charset_create(&cs, charset) != GLYPH_OK) {
        return;
    }

    memset(&text, 0, sizeof(glyph_buf_t));

    value = glyph_multipart_field_value(mp, i);
    p = value->data;
    last = p + value->len;

    while (glyph_charset_read(cs, &p, last, 1, &out) == GLYPH_OK) {
        glyph_buf_append(&text, out.data, out.len);
    }

    if (!text.failed) {
        (void) glyph_multipart_field_put(mp, i, &text);
    }

    glyph_buf_free(&text);
    glyph_charset_destroy(cs);
}


glyph_code_e
glyph_form_check(glyph_multipart_t *mp, size_t before,
    glyph_buf_t *detail)
{
    size_t              i;
    glyph_code_e        code;
    const glyph_str_t  *name;

    glyph_form_recode(mp);

    code = glyph_multipart_code(mp);

    switch (code) {

    case GLYPH_CODE_OK:
        break;

    case GLYPH_MULTIPART_NO_FILE:
        glyph_form_no_file(mp, detail);
        return code;

    case GLYPH_MULTIPART_FIELD_TOO_LARGE:
        glyph_form_too_large(mp, detail);
        return code;

    default:
        return code;
    }

    for (i = 0; (name = glyph_multipart_field_name(mp, i)) != NULL; i++) {
        code = glyph_form_field(mp, i, before);

        if (code == GLYPH_MULTIPART_FIELD_LATE) {
            glyph_buf_puts(detail, "form field ");
            glyph_json_string(detail, name->data, name->len);
            glyph_buf_puts(detail, " stands behind the file, which was read "
                           "without it: put it before the file, or into the "
                           "query");
            return code;
        }

        if (code != GLYPH_CODE_OK) {
            glyph_buf_puts(detail, "form field ");
            glyph_json_string(detail, name->data, name->len);
            glyph_buf_puts(detail, code == GLYPH_MULTIPART_FIELD_UNKNOWN
                           ? " is none of source_label, campaign_id, metadata, "
                             "nor an option"
                           : code == GLYPH_MULTIPART_FIELD_REPEATED
                           ? " is given twice"
                           : " has a value that cannot be used");
            return code;
        }
    }

    return GLYPH_CODE_OK;
}


static glyph_code_e
glyph_form_field(const glyph_multipart_t *mp, size_t i, size_t before)
{
    int                 good, option;
    size_t              k;
    const glyph_str_t  *name, *value;

    name = glyph_multipart_field_name(mp, i);
    value = glyph_multipart_field_value(mp, i);

    if (glyph_form_is_among(name, glyph_form_noise,
                            sizeof(glyph_form_noise)
                            / sizeof(glyph_form_noise[0])))
    {
        return GLYPH_CODE_OK;
    }

    option = glyph_form_opts_known(name);

    if (!option && !glyph_form_is_known(name)) {
        return GLYPH_MULTIPART_FIELD_UNKNOWN;
    }

    if (option && i >= before) {
        return GLYPH_MULTIPART_FIELD_LATE;
    }

    for (k = 0; k < i; k++) {

        if (glyph_str_eq(name, glyph_multipart_field_name(mp, k))) {
            return GLYPH_MULTIPART_FIELD_REPEATED;
        }
    }

    good = glyph_str_eq(name, &glyph_form_metadata)
           ? value->len == 0 || glyph_json_is_object(value)
           : glyph_form_is_text(value);

    return good ? GLYPH_CODE_OK : GLYPH_MULTIPART_FIELD_INVALID;
}


static int
glyph_form_is_known(const glyph_str_t *name)
{
    return glyph_form_is_among(name, glyph_form_texts,
                               sizeof(glyph_form_texts)
                               / sizeof(glyph_form_texts[0]))
           || glyph_str_eq(name, &glyph_form_metadata);
}


static int
glyph_form_is_among(const glyph_str_t *name, const glyph_str_t *names,
    size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {

        if (glyph_str_eq(name, &names[i])) {
            return 1;
        }
    }

    return 0;
}


static int
glyph_form_is_text(const glyph_str_t *value)
{
    return value->len <= GLYPH_FORM_TEXT_MAX
           && glyph_utf8_valid(value->data, value->len) == value->len
           && (value->len == 0
               || memchr(value->data, '\0', value->len) == NULL);
}


/* Often the file was sent as if it were a field. */

static void
glyph_form_no_file(const glyph_multipart_t *mp, glyph_buf_t *detail)
{
    size_t              i;
    const glyph_str_t  *name;

    for (i = 0; (name = glyph_multipart_field_name(mp, i)) != NULL; i++) {

        if (!glyph_form_is_known(name) && !glyph_form_opts_known(name)) {
            glyph_buf_puts(detail, "the multipart body has no file: part ");
            glyph_json_string(detail, name->data, name->len);
            glyph_buf_puts(detail, " has no filename, so it is a field; if "
                           "it is the file, add one: filename=\"list.csv\"");
            return;
        }
    }
}


static void
glyph_form_too_large(const glyph_multipart_t *mp, glyph_buf_t *detail)
{
    glyph_str_t  name;

    glyph_multipart_part_name(mp, &name);

    glyph_buf_puts(detail, "form field ");
    glyph_json_string(detail, name.data, name.len);
    glyph_buf_puts(detail, " is longer than ");
    glyph_json_int(detail, GLYPH_MULTIPART_FIELD_MAX);
    glyph_buf_puts(detail, " bytes");

    if (!glyph_form_is_known(&name)) {
        glyph_buf_puts(detail, "; if it is the file, add a file name: "
                       "filename=\"list.csv\"");
    }
}
