/*
 * Text that is no UTF-8, and that nobody has told the charset of: its first
 * bytes above 0x7F decide, with as many behind them as the sample has.
 *
 *   late      is                                      until
 *   NONE      it is decided, or told
 *   ASCII     not one has come                        there is one in the text
 *   BEFORE    the text is read up to there            that is done
 *   GATHER    what follows becomes a sample again     it is full: NONE
 *
 * What comes before is ASCII, the same in both charsets.
 */

#include "body/glyph_western.h"
#include "csv/glyph_foreign.h"
#include "pipeline/glyph_pipeline_parts.h"
#include "text/glyph_utf8.h"


static void glyph_pipeline_passed(glyph_pipeline_t *p,
    const unsigned char *start, const unsigned char *last);


int
glyph_pipeline_charset(glyph_pipeline_t *p)
{
    glyph_western_e  western;

    if (strcmp(glyph_body_charset(p->body), "utf-8") != 0) {
        return GLYPH_OK;
    }

    western = glyph_western_judge(p->sample.data, p->sample.len,
                                  glyph_body_ended(p->body));

    if (western != GLYPH_WESTERN_NONE
        && !glyph_foreign_is_text(p->sample.data, p->sample.len, &p->detail))
    {
        p->code = GLYPH_FILE_NOT_TEXT;
        return GLYPH_BAD;
    }

    switch (western) {

    case GLYPH_WESTERN_LIKELY:
        glyph_notes_charset(&p->notes);

        return glyph_body_western(p->body, &p->sample, &p->text);

    case GLYPH_WESTERN_OTHER:
        glyph_buf_puts(&p->detail, "most lines of the file are not valid "
                       "UTF-8, and do not look like windows-1252; name the "
                       "charset, such as charset=windows-1251 or gb18030");

        p->code = GLYPH_FILE_CHARSET_UNKNOWN;
        return GLYPH_BAD;

    default:
        break;
    }

    if (glyph_utf8_ascii(p->sample.data, p->sample.len) == p->sample.len) {
        p->late = GLYPH_LATE_ASCII;

        glyph_pipeline_passed(p, p->sample.data,
                              p->sample.data + p->sample.len);
    }

    return GLYPH_OK;
}


void
glyph_pipeline_look(glyph_pipeline_t *p)
{
    size_t  n;

    if (p->looked || p->text.pos == p->text.last) {
        return;
    }

    n = glyph_utf8_ascii(p->text.pos, p->text.last - p->text.pos);

    p->looked = 1;
    p->high = p->text.pos + n;

    if (p->high < p->text.last) {
        p->late = GLYPH_LATE_BEFORE;
    }

    glyph_pipeline_passed(p, p->text.pos, p->high);
}


/* What a letter stands beside is part of the evidence. */

static void
glyph_pipeline_passed(glyph_pipeline_t *p, const unsigned char *start,
    const unsigned char *last)
{
    if (last - start > 2) {
        start = last - 2;
    }

    for ( /* void */ ; start < last; start++) {
        p->before[0] = p->before[1];
        p->before[1] = *start;
    }
}


/* A few odd lines are those rows' errors: the file is not refused any more. */

int
glyph_pipeline_gather(glyph_pipeline_t *p)
{
    size_t  n, room;

    n = p->text.last - p->text.pos;
    room = GLYPH_SAMPLE_SIZE - p->sample.len;

    if (n > room) {
        n = room;
    }

    glyph_buf_append(&p->sample, p->text.pos, n);
    p->text.pos += n;

    if (p->sample.failed) {
        return GLYPH_ERROR;
    }

    if (p->sample.len < GLYPH_SAMPLE_SIZE && !glyph_body_ended(p->body)) {
        return GLYPH_AGAIN;
    }

    p->late = GLYPH_LATE_NONE;
    p->sample_pos = sizeof(p->before);

    if (glyph_western_judge(p->sample.data, p->sample.len,
                            glyph_body_ended(p->body))
        != GLYPH_WESTERN_LIKELY)
    {
        return GLYPH_OK;
    }

    glyph_notes_charset(&p->notes);

    return glyph_body_western(p->body, &p->sample, &p->text);
}
