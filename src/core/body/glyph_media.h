/*
 * What a media type, or the name of a file, says of the file.
 */

#ifndef GLYPH_MEDIA_H_INCLUDED
#define GLYPH_MEDIA_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_format.h"


/*
 * Whether a media type (its parameters do not count) is one of the files that
 * are read; *format is what it names, GLYPH_FORMAT_ANY if that is no more than
 * a text, or a file.
 */
int glyph_media_known(const glyph_str_t *type, glyph_format_e *format);

/*
 * Of a type, which may be empty, or the name of a file, if that does not tell;
 * CSV if the type is not known.
 */
glyph_format_e glyph_media_format(const glyph_str_t *type,
    const glyph_str_t *filename);

/* The charset parameter of a media type; *name stays if it has none. */
void glyph_media_charset(const glyph_str_t *type, glyph_str_t *name);

#endif /* GLYPH_MEDIA_H_INCLUDED */
