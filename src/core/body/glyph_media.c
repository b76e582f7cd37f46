#include "body/glyph_media.h"

#include <strings.h>


typedef struct {
    const char      *name;
    glyph_format_e   format;
} glyph_media_name_t;


static const glyph_media_name_t  glyph_media_types[] = {
    { "application/json", GLYPH_FORMAT_JSON },
    { "application/x-ndjson", GLYPH_FORMAT_NDJSON },
    { "application/ndjson", GLYPH_FORMAT_NDJSON },
    { "application/jsonl", GLYPH_FORMAT_NDJSON },
    { "application/x-jsonl", GLYPH_FORMAT_NDJSON },
    { "application/jsonlines", GLYPH_FORMAT_NDJSON },
    { "application/x-jsonlines", GLYPH_FORMAT_NDJSON },
    { "text/json", GLYPH_FORMAT_JSON },
    { "text/x-json", GLYPH_FORMAT_JSON },
    { "text/csv", GLYPH_FORMAT_CSV },
    { "application/csv", GLYPH_FORMAT_CSV },
    { "text/tab-separated-values", GLYPH_FORMAT_CSV },

    /* what is said of a file that nobody has looked at, or of any text */

    { "application/octet-stream", GLYPH_FORMAT_ANY },
    { "binary/octet-stream", GLYPH_FORMAT_ANY },
    { "text/plain", GLYPH_FORMAT_ANY },
    { "application/vnd.ms-excel", GLYPH_FORMAT_ANY },
    { "text/x-csv", GLYPH_FORMAT_ANY },
    { "application/x-csv", GLYPH_FORMAT_ANY },
    { "text/comma-separated-values", GLYPH_FORMAT_ANY },
    { "text/x-comma-separated-values", GLYPH_FORMAT_ANY },
    { "text/tsv", GLYPH_FORMAT_ANY },
    { NULL, GLYPH_FORMAT_CSV }
};


static const glyph_media_name_t  glyph_media_suffixes[] = {
    { ".json", GLYPH_FORMAT_JSON },
    { ".ndjson", GLYPH_FORMAT_NDJSON },
    { ".jsonl", GLYPH_FORMAT_NDJSON },
    { NULL, GLYPH_FORMAT_CSV }
};


int
glyph_media_known(const glyph_str_t *type, glyph_format_e *format)
{
    size_t                     n;
    const glyph_media_name_t  *name;

    for (name = glyph_media_types; name->name; name++) {
        n = strlen(name->name);

        if (type->len >= n
            && strncasecmp((char *) type->data, name->name, n) == 0
            && (type->len == n || type->data[n] == ';'
                || type->data[n] == ' '))
        {
            *format = name->format;
            return 1;
        }
    }

    return 0;
}


glyph_format_e
glyph_media_format(const glyph_str_t *type, const glyph_str_t *filename)
{
    size_t                     n;
    glyph_format_e             format;
    const glyph_media_name_t  *name;

    format = GLYPH_FORMAT_ANY;

    if (type->len && !glyph_media_known(type, &format)) {
        return GLYPH_FORMAT_CSV;
    }

    if (format != GLYPH_FORMAT_ANY) {
        return format;
    }

    for (name = glyph_media_suffixes; name->name; name++) {
        n = strlen(name->name);

        if (filename->len > n
            && strncasecmp((char *) filename->data + filename->len - n,
                           name->name, n)
               == 0)
        {
            return name->format;
        }
    }

    return GLYPH_FORMAT_ANY;
}


void
glyph_media_charset(const glyph_str_t *type, glyph_str_t *name)
{
    size_t                i, end;
    const unsigned char  *p;

    for (i = 0; i + 8 < type->len; i++) {
        p = type->data + i;

        if (strncasecmp((char *) p, "charset=", 8) != 0
            || (i && p[-1] != ';' && p[-1] != ' ' && p[-1] != '\t'))
        {
            continue;
        }

        i += 8;

        if (type->data[i] == '"') {
            i++;
        }

        for (end = i; end < type->len; end++) {
            if (strchr("\"; \t", type->data[end])) {
                break;
            }
        }

        name->data = type->data + i;
        name->len = end - i;
        return;
    }
}
