
#include "csv/glyph_sample_rows.h"
#include "json/glyph_json_reader.h"
#include "text/glyph_utf8.h"


static int glyph_sample_read(const glyph_sample_t *s, glyph_reader_t *rd,
    glyph_sample_pt each, void *data);


int
glyph_sample_each(const glyph_sample_t *s, glyph_sample_pt each, void *data)
{
    int                   rc;
    glyph_reader_t       *rd;
    glyph_json_reader_t  *json;

    if (s->format != GLYPH_FORMAT_CSV) {
        json = glyph_reader_json(s->reader);

        glyph_json_reader_rewind(json);
        rc = glyph_sample_read(s, s->reader, each, data);
        glyph_json_reader_rewind(json);

        return rc;
    }

    rd = glyph_sample_reader(s);
    if (rd == NULL) {
        return GLYPH_ERROR;
    }

    rc = glyph_sample_read(s, rd, each, data);

    glyph_reader_destroy(rd);

    return rc;
}


static int
glyph_sample_read(const glyph_sample_t *s, glyph_reader_t *rd,
    glyph_sample_pt each, void *data)
{
    int                   rc;
    size_t                i;
    glyph_record_t        rec;
    const unsigned char  *pos;

    pos = s->pos;

    for ( ;; ) {
        rc = glyph_reader_next(rd, &pos, s->data + s->len, s->whole, &rec);

        if (rc != GLYPH_OK) {
            return rc == GLYPH_ERROR ? GLYPH_ERROR : GLYPH_OK;
        }

        if (rec.code != GLYPH_CODE_OK) {
            continue;
        }

        for (i = 0; i < rec.nfields; i++) {
            glyph_utf8_trim(&rec.fields[i]);
        }

        if (each(data, &rec)) {
            return GLYPH_OK;
        }
    }
}
