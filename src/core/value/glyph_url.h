/*
 * Which page a URL means.
 */

#ifndef GLYPH_URL_H_INCLUDED
#define GLYPH_URL_H_INCLUDED

#include "text/glyph.h"


/* a URL counts up to here: the longest that a row may have */
#define GLYPH_URL_MAX  8192


/*
 * The page of a URL: scheme and host in lower case, without a slash at the
 * end of the path, without parameters that only say where a visitor came from
 * (utm_*, gclid, fbclid, …; all others count, in their order), and without the
 * fragment unless that is a path itself ("#/item/1", "#!item").  *page is a
 * part of the URL, or of "room" (GLYPH_URL_MAX bytes) where it had to be
 * written anew.
 *
 * 0 if it means none: no http or https, no host, or a shop's root address,
 * which has neither a path nor parameters of its own.
 */
int glyph_url_page(const glyph_str_t *url, unsigned char *room,
    glyph_str_t *page);

#endif /* GLYPH_URL_H_INCLUDED */
