#define _GNU_SOURCE     /* memmem(), memrchr() */

#include "body/glyph_multipart.h"
#include "body/glyph_part.h"


#define GLYPH_MULTIPART_FIELDS  64


typedef enum {
    GLYPH_MULTIPART_PREAMBLE = 0,
    GLYPH_MULTIPART_BOUNDARY,       /* behind the boundary's last byte */
    GLYPH_MULTIPART_DASH,           /* … and a dash */
    GLYPH_MULTIPART_PADDING,        /* … and white space */
    GLYPH_MULTIPART_CR,
    GLYPH_MULTIPART_HEADERS,
    GLYPH_MULTIPART_DATA,
    GLYPH_MULTIPART_EPILOGUE,
    GLYPH_MULTIPART_FAILED
} glyph_multipart_e;


/* What the bytes of the present part are. */

typedef enum {
    GLYPH_DATA_FIELD = 0,
    GLYPH_DATA_FILE,
    GLYPH_DATA_UNNAMED          /* a file if there are any bytes */
} glyph_data_e;


typedef struct {
    glyph_str_t        name;
    glyph_str_t        value;
} glyph_field_t;


struct glyph_multipart_s {
    glyph_multipart_e  state;
    glyph_code_e       code;

    /* CR LF "--" boundary; the CR may be missing in the body */
    unsigned char     *delimiter;
    size_t             delimiter_len;

    /*
     * So much of the delimiter has been seen (from its "from" on) at the end
     * of the input: it may turn out to be data, but for the "implied" line
     * end before it, which is the body's or the headers' own.
     */
    size_t             from;
    size_t             held;
    size_t             implied;

    glyph_buf_t        headers;     /* of the present part */
    size_t             line;        /* where its last line begins */
    glyph_part_t       part;
    glyph_data_e       data;
    glyph_buf_t        value;       /* its bytes, of a field */

    glyph_str_t        file_name;   /* of the file part */
    glyph_str_t        file_type;

    glyph_field_t      fields[GLYPH_MULTIPART_FIELDS];
    size_t             nfields;

    unsigned           file_begun:1;
};


static int glyph_multipart_fail(glyph_multipart_t *mp, glyph_code_e code);
static int glyph_multipart_data(glyph_multipart_t *mp,
    const unsigned char **pos, const unsigned char *last, glyph_str_t *out);
static int glyph_multipart_held(glyph_multipart_t *mp,
    const unsigned char **pos, const unsigned char *last, glyph_str_t *out);
static void glyph_multipart_scan(glyph_multipart_t *mp,
    const unsigned char **pos, const unsigned char *last, glyph_str_t *out);
static size_t glyph_multipart_tail(const glyph_multipart_t *mp,
    const unsigned char *data, size_t len);
static int glyph_multipart_piece(glyph_multipart_t *mp, glyph_str_t *out);
static int glyph_multipart_part_end(glyph_multipart_t *mp);
static int glyph_multipart_boundary(glyph_multipart_t *mp, unsigned char c);
static int glyph_multipart_headers(glyph_multipart_t *mp,
    const unsigned char **pos, const unsigned char *last);
static int glyph_multipart_is_blob(const glyph_part_t *part);
static int glyph_multipart_part_begin(glyph_multipart_t *mp);
static int glyph_multipart_file_begin(glyph_multipart_t *mp);


glyph_multipart_t *
glyph_multipart_create(const glyph_str_t *boundary)
{
    glyph_multipart_t  *mp;

    mp = calloc(1, sizeof(glyph_multipart_t));
    if (mp == NULL) {
        return NULL;
    }

    mp->delimiter_len = 4 + boundary->len;
    mp->delimiter = malloc(mp->delimiter_len);

    if (mp->delimiter == NULL) {
        free(mp);
        return NULL;
    }

    memcpy(mp->delimiter, "\r\n--", 4);

    if (boundary->len) {
        memcpy(mp->delimiter + 4, boundary->data, boundary->len);
    }

    /* the first boundary may be the body's first line */

    mp->held = 2;
    mp->implied = 2;

    return mp;
}


void
glyph_multipart_destroy(glyph_multipart_t *mp)
{
    size_t  i;

    if (mp == NULL) {
        return;
    }

    for (i = 0; i < mp->nfields; i++) {
        free(mp->fields[i].name.data);
        free(mp->fields[i].value.data);
    }

    glyph_buf_free(&mp->headers);
    glyph_buf_free(&mp->value);
    glyph_part_free(&mp->part);

    free(mp->file_name.data);
    free(mp->file_type.data);
    free(mp->delimiter);
    free(mp);
}


int
glyph_multipart_read(glyph_multipart_t *mp, const unsigned char **pos,
    const unsigned char *last, glyph_str_t *out)
{
    int  rc;

    out->len = 0;
    out->data = NULL;

    while (*pos < last) {

        switch (mp->state) {

        case GLYPH_MULTIPART_PREAMBLE:
        case GLYPH_MULTIPART_DATA:
            rc = glyph_multipart_data(mp, pos, last, out);
            break;

        case GLYPH_MULTIPART_HEADERS:
            rc = glyph_multipart_headers(mp, pos, last);
            break;

        case GLYPH_MULTIPART_EPILOGUE:
            *pos = last;
            return GLYPH_AGAIN;

        case GLYPH_MULTIPART_FAILED:
            return GLYPH_BAD;

        default:
            rc = glyph_multipart_boundary(mp, *(*pos)++);
        }

        if (rc != GLYPH_OK || out->len) {
            return rc;
        }
    }

    return mp->state == GLYPH_MULTIPART_FAILED ? GLYPH_BAD : GLYPH_AGAIN;
}


int
glyph_multipart_end(glyph_multipart_t *mp)
{
    if (mp->state == GLYPH_MULTIPART_FAILED) {
        return GLYPH_BAD;
    }

    if (mp->state != GLYPH_MULTIPART_EPILOGUE) {
        return glyph_multipart_fail(mp, GLYPH_MULTIPART_TRUNCATED);
    }

    if (!mp->file_begun) {
        return glyph_multipart_fail(mp, GLYPH_MULTIPART_NO_FILE);
    }

    return GLYPH_OK;
}


glyph_code_e
glyph_multipart_code(const glyph_multipart_t *mp)
{
    return mp->code;
}


const glyph_str_t *
glyph_multipart_filename(const glyph_multipart_t *mp)
{
    return &mp->file_name;
}


const glyph_str_t *
glyph_multipart_content_type(const glyph_multipart_t *mp)
{
    return &mp->file_type;
}


void
glyph_multipart_part_name(const glyph_multipart_t *mp, glyph_str_t *name)
{
    name->data = mp->part.name.data;
    name->len = mp->part.name.len;
}


const glyph_str_t *
glyph_multipart_field_name(const glyph_multipart_t *mp, size_t i)
{
    return i < mp->nfields ? &mp->fields[i].name : NULL;
}


const glyph_str_t *
glyph_multipart_field_value(const glyph_multipart_t *mp, size_t i)
{
    return i < mp->nfields ? &mp->fields[i].value : NULL;
}


static int
glyph_multipart_fail(glyph_multipart_t *mp, glyph_code_e code)
{
    mp->state = GLYPH_MULTIPART_FAILED;
    mp->code = code;

    return GLYPH_BAD;
}


/* The next piece of data, or the delimiter behind it. */

static int
glyph_multipart_data(glyph_multipart_t *mp, const unsigned char **pos,
    const unsigned char *last, glyph_str_t *out)
{
    int  rc, delimited;

    delimited = 0;

    if (mp->held) {
        delimited = glyph_multipart_held(mp, pos, last, out);

    } else {
        glyph_multipart_scan(mp, pos, last, out);
    }

    rc = out->len ? glyph_multipart_piece(mp, out) : GLYPH_OK;

    if (rc == GLYPH_OK && delimited) {
        rc = glyph_multipart_part_end(mp);
    }

    return rc;
}


/*
 * Goes on in the delimiter that was held back; returns 1 at its end.  If it
 * is none, its bytes are data: no other delimiter can begin inside of them.
 */

static int
glyph_multipart_held(glyph_multipart_t *mp, const unsigned char **pos,
    const unsigned char *last, glyph_str_t *out)
{
    size_t  at;

    while (*pos < last) {
        at = mp->from + mp->held;

        if (**pos != mp->delimiter[at]) {
            out->data = mp->delimiter + mp->from + mp->implied;
            out->len = mp->held - mp->implied;
            mp->held = 0;
            mp->implied = 0;
            return 0;
        }

        (*pos)++;
        mp->held++;

        if (at + 1 == mp->delimiter_len) {
            mp->held = 0;
            mp->implied = 0;
            return 1;
        }
    }

    return 0;
}


/*
 * Gives what comes before the next delimiter and holds that back, be it whole
 * or broken off by the end of the input.
 */

static void
glyph_multipart_scan(glyph_multipart_t *mp, const unsigned char **pos,
    const unsigned char *last, glyph_str_t *out)
{
    size_t                len;
    const unsigned char  *p;

    len = last - *pos;
    p = memmem(*pos, len, mp->delimiter + 1, mp->delimiter_len - 1);

    if (p == NULL) {
        p = last - glyph_multipart_tail(mp, *pos, len);
        mp->from = (p < last && *p == '\n');
        mp->held = last - p;

        out->data = (unsigned char *) *pos;
        out->len = p - *pos;
        *pos = last;

        return;
    }

    mp->from = 1;
    mp->held = 1;

    out->data = (unsigned char *) *pos;
    out->len = p - *pos;
    *pos = p + 1;

    if (out->len && p[-1] == '\r') {
        mp->from = 0;
        mp->held = 2;
        out->len--;
    }
}


/* How many bytes at the end may be the beginning of a delimiter. */

static size_t
glyph_multipart_tail(const glyph_multipart_t *mp, const unsigned char *data,
    size_t len)
{
    size_t                n;
    const unsigned char  *p, *last;

    last = data + len;

    /* it begins with the last LF, or with a CR that is the last byte */

    if (last[-1] == '\r') {
        return 1;
    }

    n = len < mp->delimiter_len ? len : mp->delimiter_len - 1;
    p = memrchr(last - n, '\n', n);

    if (p == NULL || memcmp(p, mp->delimiter + 1, last - p) != 0) {
        return 0;
    }

    return last - p + (p > data && p[-1] == '\r');
}


/* A piece of data: only the file's is left in *out. */

static int
glyph_multipart_piece(glyph_multipart_t *mp, glyph_str_t *out)
{
    int  rc;

    if (mp->state == GLYPH_MULTIPART_PREAMBLE) {
        out->len = 0;
        return GLYPH_OK;
    }

    if (mp->data == GLYPH_DATA_FILE) {
        return GLYPH_OK;
    }

    if (mp->data == GLYPH_DATA_UNNAMED) {
        rc = glyph_multipart_file_begin(mp);
        if (rc != GLYPH_OK) {
            out->len = 0;
        }

        return rc;
    }

    if (out->len > GLYPH_MULTIPART_FIELD_MAX - mp->value.len) {
        out->len = 0;
        return glyph_multipart_fail(mp, GLYPH_MULTIPART_FIELD_TOO_LARGE);
    }

    glyph_buf_append(&mp->value, out->data, out->len);
    out->len = 0;

    return mp->value.failed ? GLYPH_ERROR : GLYPH_OK;
}


static int
glyph_multipart_part_end(glyph_multipart_t *mp)
{
    glyph_field_t  *field;

    if (mp->state == GLYPH_MULTIPART_DATA && mp->data == GLYPH_DATA_FIELD) {

        if (mp->nfields == GLYPH_MULTIPART_FIELDS) {
            return glyph_multipart_fail(mp, GLYPH_MULTIPART_MALFORMED);
        }

        field = &mp->fields[mp->nfields];

        if (glyph_part_text(&field->name, &mp->part.name, 0) != GLYPH_OK) {
            return GLYPH_ERROR;
        }

        field->value.data = malloc(mp->value.len + !mp->value.len);

        if (field->value.data == NULL) {
            free(field->name.data);
            return GLYPH_ERROR;
        }

        if (mp->value.len) {
            memcpy(field->value.data, mp->value.data, mp->value.len);
        }

        field->value.len = mp->value.len;
        mp->nfields++;
    }

    mp->state = GLYPH_MULTIPART_BOUNDARY;

    return GLYPH_OK;
}


/* One byte of the boundary's line, behind the boundary. */

static int
glyph_multipart_boundary(glyph_multipart_t *mp, unsigned char c)
{
    if (mp->state == GLYPH_MULTIPART_DASH && c == '-') {
        mp->state = GLYPH_MULTIPART_EPILOGUE;
        return GLYPH_OK;
    }

    if (c == '\n' && mp->state != GLYPH_MULTIPART_DASH) {
        glyph_buf_reset(&mp->headers);
        mp->line = 0;
        mp->state = GLYPH_MULTIPART_HEADERS;
        return GLYPH_OK;
    }

    if (mp->state == GLYPH_MULTIPART_BOUNDARY && c == '-') {
        mp->state = GLYPH_MULTIPART_DASH;
        return GLYPH_OK;
    }

    if (mp->state == GLYPH_MULTIPART_BOUNDARY
        || mp->state == GLYPH_MULTIPART_PADDING)
    {
        if (c == ' ' || c == '\t') {
            mp->state = GLYPH_MULTIPART_PADDING;
            return GLYPH_OK;
        }

        if (c == '\r') {
            mp->state = GLYPH_MULTIPART_CR;
            return GLYPH_OK;
        }
    }

    return glyph_multipart_fail(mp, GLYPH_MULTIPART_MALFORMED);
}


/* Gathers the part's headers, line by line, until an empty one. */

static int
glyph_multipart_headers(glyph_multipart_t *mp, const unsigned char **pos,
    const unsigned char *last)
{
    size_t                n, len;
    const unsigned char  *lf, *line;

    lf = memchr(*pos, '\n', last - *pos);
    n = (lf ? lf + 1 : last) - *pos;

    if (n > GLYPH_MULTIPART_HEADER_MAX - mp->headers.len) {
        return glyph_multipart_fail(mp, GLYPH_MULTIPART_MALFORMED);
    }

    glyph_buf_append(&mp->headers, *pos, n);

    if (mp->headers.failed) {
        return GLYPH_ERROR;
    }

    *pos += n;

    if (lf == NULL) {
        return GLYPH_OK;
    }

    line = mp->headers.data + mp->line;
    len = mp->headers.len - mp->line;

    if (len > 2 || (len == 2 && line[0] != '\r')) {
        mp->line = mp->headers.len;
        return GLYPH_OK;
    }

    mp->headers.len = mp->line;

    return glyph_multipart_part_begin(mp);
}


/* FormData has a Blob as a file of this name, which no file has. */

static int
glyph_multipart_is_blob(const glyph_part_t *part)
{
    return part->filename.len == 4
           && memcmp(part->filename.data, "blob", 4) == 0
           && part->name.len == 8
           && memcmp(part->name.data, "metadata", 8) == 0;
}


static int
glyph_multipart_part_begin(glyph_multipart_t *mp)
{
    int  rc;

    rc = glyph_part_parse(&mp->part, mp->headers.data, mp->headers.len);

    if (rc == GLYPH_BAD) {
        return glyph_multipart_fail(mp, GLYPH_MULTIPART_MALFORMED);
    }

    if (rc != GLYPH_OK) {
        return rc;
    }

    glyph_buf_reset(&mp->value);

    if (!mp->part.file || glyph_multipart_is_blob(&mp->part)) {
        mp->data = GLYPH_DATA_FIELD;

    } else if (mp->part.filename.len) {
        mp->data = GLYPH_DATA_FILE;

    } else {
        mp->data = GLYPH_DATA_UNNAMED;
    }

    /* a part without data may end with its headers' empty line */

    mp->state = GLYPH_MULTIPART_DATA;
    mp->from = 0;
    mp->held = 2;
    mp->implied = 2;

    return mp->data == GLYPH_DATA_FILE ? glyph_multipart_file_begin(mp)
                                       : GLYPH_OK;
}


static int
glyph_multipart_file_begin(glyph_multipart_t *mp)
{
    if (mp->file_begun) {
        return glyph_multipart_fail(mp, GLYPH_MULTIPART_TWO_FILES);
    }

    if (glyph_part_text(&mp->file_name, &mp->part.filename, 1) != GLYPH_OK
        || glyph_part_text(&mp->file_type, &mp->part.type, 0) != GLYPH_OK)
    {
        return GLYPH_ERROR;
    }

    mp->data = GLYPH_DATA_FILE;
    mp->file_begun = 1;

    return GLYPH_OK;
}


int
glyph_multipart_field_put(glyph_multipart_t *mp, size_t i,
    const glyph_buf_t *value)
{
    unsigned char  *data;

    data = malloc(value->len + 1);
    if (data == NULL) {
        return GLYPH_ERROR;
    }

    memcpy(data, value->data, value->len);
    free(mp->fields[i].value.data);

    mp->fields[i].value.data = data;
    mp->fields[i].value.len = value->len;

    return GLYPH_OK;
}
