#include "csv/glyph_lines.h"


int
glyph_lines_end(glyph_lines_t *lines, uint64_t offset,
    const glyph_window_t *w, glyph_line_t *line)
{
    size_t  lf, cr;

    lf = glyph_lines_seek(&lines->lf, '\n', offset, w->data, line->start,
                          w->len);
    cr = glyph_lines_seek(&lines->cr, '\r', offset, w->data, line->start, lf);

    line->end = cr;
    line->next = cr;
    line->last = (cr == w->len);

    if (cr == w->len) {
        return w->end && line->start < cr ? GLYPH_OK : GLYPH_AGAIN;
    }

    line->next++;

    if (cr == lf) {
        return GLYPH_OK;
    }

    /* whether an LF belongs to the CR is known by the next byte */

    if (line->next == w->len) {
        return w->end ? GLYPH_OK : GLYPH_AGAIN;
    }

    if (w->data[line->next] == '\n') {
        line->next++;
    }

    return GLYPH_OK;
}


size_t
glyph_lines_tail(const glyph_plain_t *pl, const unsigned char *data,
    size_t len)
{
    size_t  n;

    for (n = len; n && (data[n - 1] == '\0' || data[n - 1] == 0x1a); n--) {
        /* void */
    }

    return glyph_plain_is_blank(pl, data, n) ? 0 : len - n;
}


size_t
glyph_lines_seek(glyph_seek_t *s, unsigned char c, uint64_t offset,
    const unsigned char *data, size_t from, size_t to)
{
    const unsigned char  *p;

    if (offset + from < s->lo || offset + from > s->hi) {
        s->lo = offset + from;
        s->hi = s->lo;
    }

    if (s->hi >= offset + to) {
        return to;
    }

    from = s->hi - offset;
    p = memchr(data + from, c, to - from);

    if (p != NULL) {
        to = p - data;
    }

    s->hi = offset + to;

    return to;
}
