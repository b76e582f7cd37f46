
#include "csv/glyph_json_sample.h"
#include "csv/glyph_sample.h"
#include "json/glyph_json_shape.h"
#include "pipeline/glyph_habit.h"
#include "pipeline/glyph_pipeline_parts.h"
#include "pipeline/glyph_scored.h"
#include "pipeline/glyph_survey.h"
#include "pipeline/glyph_title_choice.h"


static int glyph_pipeline_decide(glyph_pipeline_t *p);
static int glyph_pipeline_begin(glyph_pipeline_t *p, glyph_sample_t *s);


int
glyph_pipeline_sample(glyph_pipeline_t *p)
{
    int     rc;
    size_t  n, room;

    do {
        n = p->text.last - p->text.pos;
        room = p->sample_size - p->sample.len;

        if (n > room) {
            n = room;
        }

        glyph_buf_append(&p->sample, p->text.pos, n);
        p->text.pos += n;

        if (p->sample.failed) {
            return GLYPH_ERROR;
        }

        if (p->sample.len < p->sample_size && !glyph_body_ended(p->body)) {
            return GLYPH_AGAIN;
        }

        rc = glyph_pipeline_charset(p);

        if (rc == GLYPH_OK) {
            rc = glyph_pipeline_decide(p);
        }

    } while (rc == GLYPH_AGAIN && p->reader == NULL);

    return rc;
}


/*
 * Dialect, header and habits: from here on they stand.  GLYPH_AGAIN without a
 * reader: the header is longer than the sample, which may have more.
 */

static int
glyph_pipeline_decide(glyph_pipeline_t *p)
{
    int             rc;
    glyph_code_e    code;
    glyph_sample_t  s;

    memset(&s, 0, sizeof(glyph_sample_t));

    s.data = p->sample.data;
    s.len = p->sample.len;
    s.whole = glyph_body_ended(p->body);
    s.format = glyph_body_format(p->body);

    if (s.format == GLYPH_FORMAT_ANY) {
        s.format = glyph_json_shape_format(s.data, s.len);
    }

    s.delimiter = p->opts.delimiter;
    s.decimal = p->opts.decimal;
    s.map = &p->opts.map;
    s.header_line = p->opts.header_line;
    s.headless = p->opts.headless;
    s.max_row_size = p->conf->max_row_size;
    s.max_columns = p->conf->max_columns;
    s.did_you_mean = &p->did_you_mean;
    s.head = &p->head;

    code = GLYPH_CODE_OK;

    rc = (s.format == GLYPH_FORMAT_CSV)
         ? glyph_sample_decide(&s, &code, &p->detail)
         : glyph_json_sample_decide(&s, &code, &p->detail);

    if (rc == GLYPH_BAD && code == GLYPH_FILE_HEADER_TOO_LARGE
        && !glyph_body_ended(p->body) && p->sample_size < GLYPH_SAMPLE_MAX)
    {
        glyph_reader_destroy(s.reader);
        glyph_buf_free(&s.path);
        glyph_buf_reset(&p->detail);
        p->sample_size = GLYPH_SAMPLE_MAX;
        return GLYPH_AGAIN;
    }

    p->reader = s.reader;
    p->header = s.header;

    glyph_body_set_format(p->body, s.format);
    glyph_notes_sample(&p->notes, &s);
    glyph_buf_free(&s.path);

    if (rc != GLYPH_OK) {
        p->code = code;
        return rc;
    }

    if (!p->conf->extra) {
        glyph_header_ignore_extra(p->header);
    }

    p->head_str.data = p->head.data;
    p->head_str.len = p->head.len;

    if (p->opts.scored) {
        code = glyph_scored_columns(p->header, &p->detail);

        if (code != GLYPH_CODE_OK) {
            p->code = code;
            return GLYPH_BAD;
        }
    }

    return glyph_pipeline_begin(p, &s);
}


/* The header is known: what its rows, as far as there are some, say of all. */

static int
glyph_pipeline_begin(glyph_pipeline_t *p, glyph_sample_t *s)
{
    glyph_habit_t  habit;

    p->delimiter = s->delimiter;
    p->habit = s->decimal;
    p->sample_pos = s->pos - s->data;

    glyph_tender_init(&p->tender, glyph_header_currency(p->header),
                      p->opts.currency, p->conf->currency);
    glyph_tender_sign(&p->tender, glyph_header_sign(p->header));
    glyph_tender_doubt(&p->tender, glyph_header_language(p->header),
                       p->habit);

    if (s->format == GLYPH_FORMAT_CSV) {
        glyph_skip_init(&p->skip, p->header, !s->headless);
        s->skip = &p->skip;
    }

    if (glyph_survey(s, &p->tender) != GLYPH_OK
        || (!p->opts.scored
            && glyph_title_choose(s, p->conf->registry, &p->notes,
                                  &p->advice)
               != GLYPH_OK))
    {
        return GLYPH_ERROR;
    }

    if (s->format == GLYPH_FORMAT_CSV) {
        p->one_line = glyph_sample_one_line(s);

        /* the title may be another column now */

        glyph_skip_init(&p->skip, p->header, !s->headless);
    }

    glyph_notes_header(&p->notes, p->header);

    if (p->notes.text.failed) {
        return GLYPH_ERROR;
    }

    p->row = glyph_row_create(p->conf, &p->opts, p->header, &p->tender,
                              p->habit);

    if (p->row == NULL
        || glyph_habit_find(&habit, &p->opts, s, p->row) != GLYPH_OK)
    {
        return GLYPH_ERROR;
    }

    glyph_row_use_habit(p->row, &habit);
    p->date_order = habit.dates.order;

    return GLYPH_AGAIN;
}
