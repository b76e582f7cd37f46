/*
 * What a media type, or the name of a file, says of the file.
 */

#ifndef GLYPH_MEDIA_H_INCLUDED
#define GLYPH_MEDIA_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_format.h"


/*
 * The format that a media type names (its parameters do not count); where it
 * is empty, or application/octet-stream, the one that the end of a file's name
 * tells.  CSV if none does.
 */
glyph_format_e glyph_media_format(const glyph_str_t *type,
    const glyph_str_t *filename);

/* The charset parameter of a media type; *name stays if it has none. */
void glyph_media_charset(const glyph_str_t *type, glyph_str_t *name);

#endif /* GLYPH_MEDIA_H_INCLUDED */
