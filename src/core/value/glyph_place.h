/*
 * Where an offer is, as far as that says what "$" means.
 */

#ifndef GLYPH_PLACE_H_INCLUDED
#define GLYPH_PLACE_H_INCLUDED

#include "text/glyph.h"


/*
 * What is paid with in the country that a region is ("Canada", "Sydney,
 * Australia"), or that a URL's host is of (".ca"): its code, or NULL.  "CA" is
 * California more often than not, and so no country.
 */
const char *glyph_place_of_region(const glyph_str_t *region);
const char *glyph_place_of_url(const glyph_str_t *url);

#endif /* GLYPH_PLACE_H_INCLUDED */
