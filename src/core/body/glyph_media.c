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
    { NULL, GLYPH_FORMAT_CSV }
};


static const glyph_media_name_t  glyph_media_suffixes[] = {
    { ".json", GLYPH_FORMAT_JSON },
    { ".ndjson", GLYPH_FORMAT_NDJSON },
    { ".jsonl", GLYPH_FORMAT_NDJSON },
    { NULL, GLYPH_FORMAT_CSV }
};


glyph_format_e
glyph_media_format(const glyph_str_t *type, const glyph_str_t *filename)
{
    size_t                    n;
    const glyph_media_name_t  *name;

    for (name = glyph_media_types; name->name; name++) {
        n = strlen(name->name);

        if (type->len >= n
            && strncasecmp((char *) type->data, name->name, n) == 0
            && (type->len == n || type->data[n] == ';'
                || type->data[n] == ' '))
        {
            return name->format;
        }
    }

    /* what a client says that has not looked at the file */

    n = sizeof("application/octet-stream") - 1;

    if (type->len
        && (type->len != n
            || strncasecmp((char *) type->data, "application/octet-stream", n)
               != 0))
    {
        return GLYPH_FORMAT_CSV;
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

    return GLYPH_FORMAT_CSV;
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
