
#include "json/glyph_json_frame.h"


typedef enum {
    GLYPH_FRAME_START = 0,      /* before the array */
    GLYPH_FRAME_FIRST,          /* behind "[" */
    GLYPH_FRAME_ELEMENT,
    GLYPH_FRAME_AFTER,          /* behind an element */
    GLYPH_FRAME_NEXT,           /* behind a comma */
    GLYPH_FRAME_DONE            /* behind "]" */
} glyph_frame_e;


static int glyph_json_frames_array(glyph_json_frames_t *f,
    const unsigned char **pos, const unsigned char *last, int end,
    glyph_record_t *rec);
static int glyph_json_frames_between(glyph_json_frames_t *f,
    const unsigned char **pos, const unsigned char *last);
static const unsigned char *glyph_json_frames_behind(
    const glyph_json_frames_t *f, const unsigned char *p,
    const unsigned char *last);
static int glyph_json_frames_end(glyph_json_frames_t *f);
static const char *glyph_json_frames_other(unsigned char c);
static int glyph_json_frames_element(glyph_json_frames_t *f,
    const unsigned char **pos, const unsigned char *last);
static int glyph_json_frames_ndjson(glyph_json_frames_t *f,
    const unsigned char **pos, const unsigned char *last, int end,
    glyph_record_t *rec);
static int glyph_json_frames_keep(glyph_json_frames_t *f,
    const unsigned char *data, size_t len);
static int glyph_json_frames_give(glyph_json_frames_t *f,
    const unsigned char *data, size_t len, glyph_record_t *rec);
static void glyph_json_frames_pass(glyph_json_frames_t *f,
    const unsigned char *p, const unsigned char *last);
static int glyph_json_frames_bad(glyph_json_frames_t *f,
    const char *message);
static int glyph_json_frames_space(unsigned char c);


void
glyph_json_frames_init(glyph_json_frames_t *f, glyph_format_e format,
    size_t max_row_size)
{
    memset(f, 0, sizeof(glyph_json_frames_t));

    f->format = format;
    f->max_row_size = max_row_size;
    f->line = 1;
}


void
glyph_json_frames_free(glyph_json_frames_t *f)
{
    glyph_buf_free(&f->hold);
}


void
glyph_json_frames_rewind(glyph_json_frames_t *f)
{
    glyph_json_frames_t  old;

    old = *f;
    glyph_buf_reset(&old.hold);

    glyph_json_frames_init(f, old.format, old.max_row_size);

    f->hold = old.hold;

    glyph_json_frames_begin(f, old.from, old.from_line, old.nested, old.bare);
}


void
glyph_json_frames_begin(glyph_json_frames_t *f, uint64_t from, uint64_t line,
    int nested, int bare)
{
    f->from = from;
    f->from_line = line;
    f->nested = (nested != 0);
    f->bare = (bare != 0);
}


int
glyph_json_frames_next(glyph_json_frames_t *f, const unsigned char **pos,
    const unsigned char *last, int end, glyph_record_t *rec)
{
    return f->format == GLYPH_FORMAT_JSON
           ? glyph_json_frames_array(f, pos, last, end, rec)
           : glyph_json_frames_ndjson(f, pos, last, end, rec);
}


static int
glyph_json_frames_array(glyph_json_frames_t *f, const unsigned char **pos,
    const unsigned char *last, int end, glyph_record_t *rec)
{
    int                   rc, whole;
    size_t                n;
    const unsigned char  *start;

    if (f->offset < f->from) {
        n = last - *pos;

        if (n > f->from - f->offset) {
            n = f->from - f->offset;
        }

        f->offset += n;
        f->line = f->from_line;
        *pos += n;
    }

    if (f->state != GLYPH_FRAME_ELEMENT) {
        rc = glyph_json_frames_between(f, pos, last);

        if (rc != GLYPH_OK) {
            return (rc == GLYPH_AGAIN && end) ? glyph_json_frames_end(f) : rc;
        }
    }

    start = *pos;
    whole = glyph_json_frames_element(f, pos, last);

    glyph_json_frames_pass(f, start, *pos);

    if (whole) {
        f->state = f->bare ? GLYPH_FRAME_DONE : GLYPH_FRAME_AFTER;
        return glyph_json_frames_give(f, start, *pos - start, rec);
    }

    if (end) {
        return glyph_json_frames_end(f);
    }

    return glyph_json_frames_keep(f, start, *pos - start) == GLYPH_OK
           ? GLYPH_AGAIN : GLYPH_ERROR;
}


/* To the first byte of the next element. */

static int
glyph_json_frames_between(glyph_json_frames_t *f, const unsigned char **pos,
    const unsigned char *last)
{
    unsigned char         c;
    const unsigned char  *p;

    for ( ;; ) {

        for (p = *pos; p < last && glyph_json_frames_space(*p); p++) {
            /* void */
        }

        if (f->state == GLYPH_FRAME_DONE) {
            p = glyph_json_frames_behind(f, p, last);
        }

        glyph_json_frames_pass(f, *pos, p);
        *pos = p;

        if (p == last) {
            return GLYPH_AGAIN;
        }

        c = *p;

        switch (f->state) {

        case GLYPH_FRAME_START:

            if (f->bare) {
                goto element;
            }

            if (c != '[') {
                return glyph_json_frames_bad(f, glyph_json_frames_other(c));
            }

            f->state = GLYPH_FRAME_FIRST;
            break;

        case GLYPH_FRAME_AFTER:

            if (c != ',' && c != ']') {
                return glyph_json_frames_bad(f, "a comma or the end of the "
                                             "array is expected");
            }

            f->state = c == ',' ? GLYPH_FRAME_NEXT : GLYPH_FRAME_DONE;
            break;

        case GLYPH_FRAME_DONE:
            return glyph_json_frames_bad(f, "there is something behind the "
                                         "array");

        default: /* GLYPH_FRAME_FIRST, GLYPH_FRAME_NEXT */

            if (c == ']' && f->state == GLYPH_FRAME_FIRST) {
                f->state = GLYPH_FRAME_DONE;
                break;
            }

            if (c == ',' || c == ':' || c == ']' || c == '}') {
                return glyph_json_frames_bad(f, "an object is expected");
            }

        element:

            f->state = GLYPH_FRAME_ELEMENT;
            f->start = f->offset;
            f->start_line = f->line;
            f->depth = 0;
            f->string = 0;
            f->escape = 0;
            f->large = 0;
            glyph_buf_reset(&f->hold);

            return GLYPH_OK;
        }

        f->offset++;
        (*pos)++;
    }
}


/* Of an object around the array no more is read; NULs may fill a file up. */

static const unsigned char *
glyph_json_frames_behind(const glyph_json_frames_t *f,
    const unsigned char *p, const unsigned char *last)
{
    if (f->nested) {
        return last;
    }

    while (p < last && (*p == '\0' || *p == 0x1a
                        || glyph_json_frames_space(*p)))
    {
        p++;
    }

    return p;
}


static int
glyph_json_frames_end(glyph_json_frames_t *f)
{
    switch (f->state) {

    case GLYPH_FRAME_DONE:
        return GLYPH_AGAIN;

    case GLYPH_FRAME_START:
        return glyph_json_frames_bad(f, "there is no array");

    default:
        return glyph_json_frames_bad(f, "the file ends within the array");
    }
}


static const char *
glyph_json_frames_other(unsigned char c)
{
    return c == '{' ? "an array of objects is expected, not an object; where "
                      "each line has one, send it as application/x-ndjson"
                    : "an array of objects is expected";
}


/* Whether the element ends before "last"; *pos is moved behind its bytes. */

static int
glyph_json_frames_element(glyph_json_frames_t *f, const unsigned char **pos,
    const unsigned char *last)
{
    const unsigned char  *p;

    for (p = *pos; p < last; p++) {

        if (f->string) {

            if (f->escape) {
                f->escape = 0;

            } else if (*p == '\\') {
                f->escape = 1;

            } else if (*p == '"') {
                f->string = 0;

                if (f->depth == 0) {
                    *pos = p + 1;
                    return 1;
                }
            }

            continue;
        }

        switch (*p) {

        case '"':
            f->string = 1;
            break;

        case '{':
        case '[':
            f->depth++;
            break;

        case '}':
        case ']':

            if (f->depth == 0) {
                *pos = p;
                return 1;
            }

            if (--f->depth == 0) {
                *pos = p + 1;
                return 1;
            }

            break;

        case ',':
        case ' ':
        case '\t':
        case '\r':
        case '\n':

            if (f->depth == 0) {
                *pos = p;
                return 1;
            }

            break;

        default:
            break;
        }
    }

    *pos = p;

    return 0;
}


static int
glyph_json_frames_ndjson(glyph_json_frames_t *f, const unsigned char **pos,
    const unsigned char *last, int end, glyph_record_t *rec)
{
    int                   rc;
    const unsigned char  *p, *lf;

    if (f->state != GLYPH_FRAME_ELEMENT) {

        p = glyph_json_frames_behind(f, *pos, last);

        glyph_json_frames_pass(f, *pos, p);
        *pos = p;

        if (p == last) {
            return GLYPH_AGAIN;
        }

        f->state = GLYPH_FRAME_ELEMENT;
        f->start = f->offset;
        f->start_line = f->line;
        f->large = 0;
        glyph_buf_reset(&f->hold);
    }

    p = *pos;
    lf = p < last ? memchr(p, '\n', last - p) : NULL;

    *pos = lf ? lf : last;
    glyph_json_frames_pass(f, p, *pos);

    if (lf == NULL && !end) {
        return glyph_json_frames_keep(f, p, last - p) == GLYPH_OK
               ? GLYPH_AGAIN : GLYPH_ERROR;
    }

    f->state = GLYPH_FRAME_START;

    rc = glyph_json_frames_give(f, p, *pos - p, rec);

    while (rc == GLYPH_OK && rec->raw.len
           && glyph_json_frames_space(rec->raw.data[rec->raw.len - 1]))
    {
        rec->raw.len--;
    }

    return rc;
}


/* Nothing of what is kept is known to be the end of the record. */

static int
glyph_json_frames_keep(glyph_json_frames_t *f, const unsigned char *data,
    size_t len)
{
    size_t  room;

    room = f->max_row_size - f->hold.len;

    if (len > room) {
        len = room;
        f->large = 1;
    }

    glyph_buf_append(&f->hold, data, len);

    return f->hold.failed ? GLYPH_ERROR : GLYPH_OK;
}


static int
glyph_json_frames_give(glyph_json_frames_t *f, const unsigned char *data,
    size_t len, glyph_record_t *rec)
{
    memset(rec, 0, sizeof(glyph_record_t));

    rec->line = f->start_line;
    rec->offset = f->start;

    if (f->hold.len) {

        if (glyph_json_frames_keep(f, data, len) != GLYPH_OK) {
            return GLYPH_ERROR;
        }

        data = f->hold.data;
        len = f->hold.len;

    } else if (len > f->max_row_size) {
        len = f->max_row_size;
        f->large = 1;
    }

    rec->code = f->large ? GLYPH_ROW_TOO_LARGE : GLYPH_CODE_OK;
    rec->raw.data = (unsigned char *) data;
    rec->raw.len = len;

    return GLYPH_OK;
}


static void
glyph_json_frames_pass(glyph_json_frames_t *f, const unsigned char *p,
    const unsigned char *last)
{
    f->offset += last - p;

    while (p < last && (p = memchr(p, '\n', last - p)) != NULL) {
        f->line++;
        p++;
    }
}


static int
glyph_json_frames_bad(glyph_json_frames_t *f, const char *message)
{
    f->message = message;

    return GLYPH_BAD;
}


/* RFC 8259, 2. */

static int
glyph_json_frames_space(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
